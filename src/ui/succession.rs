//! Draws the Succession screen: critical posts with nominees, critical skills, sole cover.

mod skills;

use super::paint::{self, Lines, frame_style, line_style, put, rule, say, sides, title_on};
use super::rect;
use super::theme::Theme;
use super::what_if::{arrow, when};
use crate::app::screen::succession::{Line, Part, Parts, head_rows, parts};
use crate::app::screen::succession_lines::brief_name;
use crate::app::{Area, State};
use crate::domain::PersonId;
use crate::domain::readiness::Band;
use crate::domain::succession::{FAIRNESS, Nominee, PostRisk, SuccessionBoard};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

/// Draws it into its area.
pub fn draw(frame: &mut Frame<'_>, area: Rect, state: &State, theme: &Theme) {
    let body = Area::new(area.x, area.y, area.width, area.height);
    let here = &state.succession;
    let lens = here.lens(&state.board, state.is_manager());
    let parts = parts(body, here.part, lens);
    let buf = frame.buffer_mut();
    frames(buf, &parts, state, theme);
    posts(buf, parts.inner[0], state, theme);
    skills::skills(buf, parts.inner[1], state, theme);
    skills::sole(buf, parts.inner[2], state, theme);
    fairness(buf, parts.fairness, theme);
    let at = here.part as usize;
    let cursor = here.cursors[at];
    let row = cursor.line.saturating_sub(cursor.top) + head_rows(at);
    let inner = parts.inner[at];
    let row = u16::try_from(row).unwrap_or(u16::MAX);
    if state.overlays.is_empty() && row < inner.h {
        frame.set_cursor_position((inner.x, inner.y + row));
    }
}

/// As much of the fairness line as there is room for, in whole sentences.
pub fn fairness(buf: &mut Buffer, area: Area, theme: &Theme) {
    const SHORT: &str =
        "A nomination appoints nobody: appointment is by the normal recruitment process.";
    const SHORTEST: &str = "Appointment is by the normal recruitment process.";
    let room = area.w.saturating_sub(1);
    let fits = |text: &&str| text.width() <= usize::from(room);
    let text = [FAIRNESS, SHORT, SHORTEST].into_iter().find(fits);
    if area.h > 0 {
        put(
            buf,
            area.x + 1,
            area.y,
            room,
            text.unwrap_or(SHORTEST),
            theme.dim,
        );
    }
}

fn frames(buf: &mut Buffer, parts: &Parts, state: &State, theme: &Theme) {
    let here = &state.succession;
    let before = state.what_if.as_ref().map(|s| &s.board);
    let posts = match &state.board.succession {
        Some(board) => {
            let old = before.and_then(|b| b.succession.as_ref());
            let pair = |(n, of): (u32, u32)| format!("{n}/{of}");
            format!(
                "Critical posts · ready now {} · at risk {} · depth {}",
                arrow(old.map(|o| pair(o.ready_now)), pair(board.ready_now)),
                arrow(old.map(|o| o.at_risk), board.at_risk),
                arrow(old.map(|o| o.depth), board.depth),
            )
        }
        None => "Critical posts".to_owned(),
    };
    let key = &state.board.key;
    let skills = if state.is_manager() {
        format!(
            "Critical skills · one holder {} · none {}",
            arrow(before.map(|b| b.key.one_holder), key.one_holder),
            arrow(before.map(|b| b.key.no_holder), key.no_holder),
        )
    } else {
        "Critical skills".to_owned()
    };
    let titles = [posts, skills, "Sole cover by person".to_owned()];
    for (i, title) in titles.iter().enumerate() {
        let focused = here.part as usize == i;
        let outer = rect(parts.outer[i]);
        if !parts.stacked {
            paint::frame(buf, outer, title, focused, theme);
            continue;
        }
        if outer.height == 0 {
            continue;
        }
        let lines = Lines::of(theme.look.ascii);
        let [tl, tr, bl, br] = lines.corners;
        let style = frame_style(theme, focused);
        sides(buf, outer, theme, style);
        let ends = if i == 0 { [tl, tr] } else { lines.tees };
        rule(buf, outer, outer.top(), ends, theme, style);
        title_on(buf, outer, title, focused, theme);
        if i == 2 && outer.height > 1 {
            rule(buf, outer, outer.bottom() - 1, [bl, br], theme, style);
        }
    }
}

/// Where the columns of the posts stand, from the left.
struct Columns {
    title: u16,
    c: u16,
    l: u16,
    risk: u16,
    holders: u16,
}

impl Columns {
    fn new(width: u16, what_if: bool) -> Self {
        // A supposed figure stands beside the one that is.
        let (l, risk) = if what_if { (4, 13) } else { (3, 10) };
        let fixed = 2 + 5 + 3 + l + risk;
        let title = (width.saturating_sub(fixed) / 2).clamp(12, 30);
        let c = 2 + title + 5;
        Self {
            title,
            c,
            l: c + 3,
            risk: c + 3 + l,
            holders: c + 3 + l + risk,
        }
    }
}

fn posts(buf: &mut Buffer, inner: Area, state: &State, theme: &Theme) {
    let Some(board) = &state.board.succession else {
        let texts = ["Succession records are read by managers and heads only."];
        say(buf, inner, &texts, theme.dim);
        return;
    };
    let here = &state.succession;
    if here.lines.is_empty() {
        let texts = [
            "No post yet.",
            "Add a post, then score it by the four factors: impact, statutory duty, time to replace, scarcity.",
        ];
        say(buf, inner, &texts, theme.dim);
        return;
    }
    let columns = Columns::new(inner.w, state.what_if.is_some());
    let (head, body) = inner.split_top(1);
    if head.h > 0 {
        for (x, text) in [
            (2, "Critical post"),
            (columns.c, "C"),
            (columns.l, "L"),
            (columns.risk, "Risk"),
            (columns.holders, "Held by"),
        ] {
            let room = inner.w.saturating_sub(x);
            put(buf, inner.x + x, head.y, room, text, theme.header);
        }
    }
    let top = here.cursors[0].top;
    let lines = here.lines.iter().enumerate().skip(top);
    for (y, (at, line)) in (body.y..body.y + body.h).zip(lines) {
        let area = Area::new(body.x, y, body.w, 1);
        match *line {
            Line::Post(i) => post(buf, area, &columns, &board.posts[i], state, theme),
            Line::Nominee(i, n) => {
                let nominee = &board.posts[i].nominees[n];
                self::nominee(buf, area, &board.posts[i], nominee, state, theme);
            }
            Line::Summary => {
                let room = area.w.saturating_sub(2);
                let text = summary(state, board, usize::from(room));
                put(buf, area.x + 2, y, room, &text, theme.dim);
            }
            Line::Others(n) => {
                let text = format!("{n} posts are not scored; ↵ scores one");
                put(
                    buf,
                    area.x + 2,
                    y,
                    area.w.saturating_sub(2),
                    &text,
                    theme.dim,
                );
            }
        }
        if here.part == Part::Posts && at == here.cursors[0].line {
            line_style(buf, rect(area), y, theme.cursor);
        }
    }
}

/// The figures over all critical posts, before and after. Where there is little room words are shortened, since figures matter more.
fn summary(state: &State, board: &SuccessionBoard, room: usize) -> String {
    let old = state.what_if.as_ref();
    let old = old.and_then(|s| s.board.succession.as_ref());
    let pair = |(n, of): (u32, u32)| format!("{n}/{of}");
    // Half up, to one decimal.
    let tenths = |thousandths: u32| {
        let tenths = (thousandths + 50) / 100;
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    let ready = arrow(old.map(|o| pair(o.ready_now)), pair(board.ready_now));
    let risk = arrow(old.map(|o| o.at_risk), board.at_risk);
    let depth = arrow(old.map(|o| o.depth), board.depth);
    let adjusted = arrow(
        old.map(|o| tenths(o.adjusted_depth_thousandths)),
        tenths(board.adjusted_depth_thousandths),
    );
    let words = [
        format!(
            "all: ready-now coverage {ready} · at risk {risk} · depth {depth} ({adjusted} adjusted)"
        ),
        format!("all: ready now {ready} · at risk {risk} · depth {depth} ({adjusted} adj.)"),
        format!("ready {ready} · risk {risk} · depth {depth} ({adjusted})"),
    ];
    let [.., shortest] = &words;
    let fits = words.iter().find(|w| w.width() <= room);
    fits.unwrap_or(shortest).clone()
}

/// The post as it stands, while something is supposed.
fn before<'a>(state: &'a State, risk: &PostRisk) -> Option<&'a PostRisk> {
    let board = &state.what_if.as_ref()?.board;
    let posts = &board.succession.as_ref()?.posts;
    posts.iter().find(|p| p.post == risk.post)
}

fn post(
    buf: &mut Buffer,
    area: Area,
    columns: &Columns,
    risk: &PostRisk,
    state: &State,
    theme: &Theme,
) {
    let y = area.y;
    let old = before(state, risk);
    let style = if risk.critical {
        theme.strong
    } else {
        theme.dim
    };
    if risk.at_risk {
        put(
            buf,
            area.x,
            y,
            1,
            Lines::of(theme.look.ascii).risk,
            theme.alarm,
        );
    } else if risk.conflict {
        put(buf, area.x, y, 1, "◆", theme.conflict);
    }
    let mut cell = |x: u16, width: u16, text: &str, style: Style| {
        let room = area.w.saturating_sub(x).min(width);
        put(buf, area.x + x, y, room, text, style);
    };
    cell(2, columns.title - 1, &risk.title, style);
    let column = risk.column.as_deref().unwrap_or("");
    cell(2 + columns.title, 4, column, theme.dim);
    cell(columns.c, 2, &risk.c.to_string(), style);
    let l = arrow(old.map(|o| o.likelihood.level), risk.likelihood.level);
    cell(columns.l, columns.risk - columns.l - 1, &l, style);
    let figure = format!(
        "{} {}",
        arrow(old.map(|o| o.risk), risk.risk),
        risk.band.label()
    );
    let width = columns.holders - columns.risk - 1;
    cell(columns.risk, width, &figure, theme.risk(risk.band));
    let holders = holders(state, &risk.holders);
    let text = match old {
        Some(old) if old.holders != risk.holders => {
            let were = self::holders(state, &old.holders);
            format!("{holders} ({} {were})", when(state))
        }
        _ => holders,
    };
    let mut text = text;
    if risk.nominees.is_empty() {
        text.push_str(" · nobody nominated");
    }
    if !risk.critical {
        text.push_str(" · not critical");
    }
    cell(columns.holders, area.w, &text, theme.base);
}

fn holders(state: &State, ids: &[PersonId]) -> String {
    if ids.is_empty() {
        "vacant".to_owned()
    } else {
        state.succession.names(ids).join(", ")
    }
}

/// Name, computed band, and the decision with its reason.
fn nominee(
    buf: &mut Buffer,
    area: Area,
    risk: &PostRisk,
    nominee: &Nominee,
    state: &State,
    theme: &Theme,
) {
    let (y, right) = (area.y, area.x + area.w);
    let old = before(state, risk)
        .and_then(|post| post.nominees.iter().find(|n| n.person == nominee.person))
        .map(|n| n.readiness.band.label());
    let band = arrow(old, nominee.readiness.band.label());
    let style = match nominee.readiness.band {
        Band::ReadyNow => theme.good,
        Band::OneToTwo | Band::ThreeToFive => theme.base,
        Band::NotYet | Band::Unknown => theme.dim,
    };
    let names = if area.w >= 70 { 22 } else { 16 };
    let name = if nominee.name.width() > usize::from(names) {
        brief_name(&nominee.name)
    } else {
        nominee.name.clone()
    };
    put(buf, area.x + 4, y, names, &name, theme.base);
    let x = area.x + 4 + names + 1;
    let x = put(buf, x, y, right.saturating_sub(x), &band, style);
    let x = if nominee.readiness.conflict {
        put(
            buf,
            x + 1,
            y,
            right.saturating_sub(x + 1),
            "◆",
            theme.conflict,
        )
    } else {
        x
    };
    let decision = match &nominee.decision {
        Some((band, reason)) if reason.is_empty() => format!("decided {}", band.label()),
        Some((band, reason)) => format!("decided {}: {reason}", band.label()),
        None => "no decision yet".to_owned(),
    };
    let room = right.saturating_sub(x + 2);
    let text = super::shell::cut(&decision, usize::from(room));
    put(buf, x + 2, y, room, &text, theme.dim);
}
