//! Draws the succession pane of the Overview: critical posts by risk, then skills that are not covered.

use super::paint::{Lines, line_style, put, put_right, say};
use super::rect;
use super::theme::Theme;
use super::what_if::{SIGN, arrow, cover};
use crate::app::action::ActionId;
use crate::app::screen::overview::{Pane, SuccessionLine, succession_head_rows};
use crate::app::screen::succession_lines::CoverLine;
use crate::app::{Area, State};
use crate::domain::coverage::CoverageState;
use crate::domain::readiness::Band;
use crate::domain::succession::{PostRisk, RiskBand, SuccessionBoard};
use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

/// Widths of the columns behind the title, by what fits.
struct Columns {
    column: u16,
    likelihood: u16,
    risk: u16,
    nominees: u16,
}

impl Columns {
    /// A supposed figure stands beside the one that is, which takes room.
    fn new(width: u16, what_if: bool) -> Self {
        let (likelihood, risk) = if what_if { (4, 11) } else { (3, 8) };
        Self {
            column: 5,
            likelihood,
            risk,
            nominees: if width >= 70 { 30 } else { 15 },
        }
    }

    fn title(&self, width: u16) -> u16 {
        let others = 2 + self.column + self.likelihood + self.risk + self.nominees;
        width.saturating_sub(others).max(10)
    }
}

/// Title of the pane.
pub fn title(state: &State, long: bool) -> String {
    match (&state.board.succession, long) {
        (Some(board), true) if !board.posts.is_empty() => {
            let pair = |(n, of): (u32, u32)| format!("{n}/{of}");
            let before = standing(state).map(|b| pair(b.ready_now));
            let ready = arrow(before, pair(board.ready_now));
            format!("2 Succession · ready now {ready}")
        }
        _ => "2 Succession".to_owned(),
    }
}

/// The board as it stands, while something is supposed.
fn standing(state: &State) -> Option<&SuccessionBoard> {
    state.what_if.as_ref()?.board.succession.as_ref()
}

/// Draws the pane's contents.
pub fn draw(buf: &mut Buffer, inner: Area, state: &State, theme: &Theme) {
    let Some(board) = &state.board.succession else {
        let texts = [
            "Succession records are read by managers only.",
            "Appointment is by the normal recruitment process.",
        ];
        say(buf, inner, &texts, theme.dim);
        return;
    };
    let overview = &state.overview;
    let mut lines = inner;
    if succession_head_rows(inner) > 0 && !board.posts.is_empty() {
        head(buf, inner, state, theme);
        lines = inner.split_top(1).1;
    }
    let focused = overview.pane == Pane::Succession;
    let top = overview.succession.top;
    let all = overview.succession_lines.iter().enumerate().skip(top);
    for (y, (at, line)) in (lines.y..lines.y + lines.h).zip(all) {
        let area = Area::new(lines.x, y, lines.w, 1);
        match line {
            SuccessionLine::Post(at) => post(buf, area, &board.posts[*at], state, theme),
            SuccessionLine::Summary => summary(buf, area, board, state, theme),
            SuccessionLine::Cover(at) => {
                let line = &overview.cover[*at];
                let style = match line.state {
                    CoverageState::NoHolder | CoverageState::OneHolder => theme.alarm,
                    CoverageState::Thin => theme.warn,
                    CoverageState::Covered => theme.base,
                };
                put(buf, area.x, y, 10, line.label, style);
                let room = area.w.saturating_sub(11);
                let text = cover_text(state, line, usize::from(room));
                put(buf, area.x + 11, y, room, &text, theme.base);
            }
        }
        if focused && at == overview.succession.line {
            line_style(buf, rect(area), y, theme.cursor);
        }
    }
}

/// The skill, how its cover changes, and who and why as far as there is room: what changes matters more than why.
fn cover_text(state: &State, line: &CoverLine, room: usize) -> String {
    let skill = board_skill(state, line.skill);
    let Some(figures) = change(state, line.skill) else {
        let mut texts = [&line.text, &line.brief].into_iter();
        let fits = texts.find(|t| t.width() <= room);
        return fits.unwrap_or(&line.brief).clone();
    };
    let why = |text: &str| text.strip_prefix(skill).unwrap_or("").to_owned();
    let texts = match line.state {
        // The figures say it.
        CoverageState::Thin | CoverageState::Covered => [String::new(), String::new()],
        CoverageState::NoHolder | CoverageState::OneHolder => [why(&line.text), why(&line.brief)],
    };
    let texts = texts.map(|why| format!("{skill} {figures}{why}"));
    match texts.iter().find(|t| t.width() <= room) {
        Some(text) => text.clone(),
        None => {
            let name = super::shell::cut(skill, room.saturating_sub(figures.width() + 1));
            format!("{name} {figures}")
        }
    }
}

/// Name of a critical skill.
fn board_skill(state: &State, skill: usize) -> &str {
    let coverage = state.board.coverage.get(skill);
    let known = coverage.and_then(|c| state.team.skill(&c.skill));
    known.map_or("", |s| s.name.get())
}

/// How many cover a skill before and after, where that is another.
fn change(state: &State, skill: usize) -> Option<String> {
    let simulation = state.what_if.as_ref()?;
    let id = &state.board.coverage.get(skill)?.skill;
    let mut changes = simulation.difference.skills.iter();
    let change = changes.find(|c| &c.skill == id)?;
    let [before, after] = [&change.before, &change.after];
    (before.holders.len() != after.holders.len()).then(|| cover(before, after))
}

fn head(buf: &mut Buffer, inner: Area, state: &State, theme: &Theme) {
    let columns = Columns::new(inner.w, state.what_if.is_some());
    let (y, style) = (inner.y, theme.header);
    let right = inner.x + inner.w;
    let mut x = inner.x + 2;
    put(buf, x, y, 14, "Critical post", style);
    x += columns.title(inner.w) + columns.column;
    put(buf, x, y, right.saturating_sub(x), "L", style);
    x += columns.likelihood;
    put(buf, x, y, right.saturating_sub(x), "Risk", style);
    x += columns.risk;
    put(buf, x, y, right.saturating_sub(x), "Nominees", style);
}

fn post(buf: &mut Buffer, area: Area, risk: &PostRisk, state: &State, theme: &Theme) {
    let columns = Columns::new(area.w, state.what_if.is_some());
    let before = standing(state).and_then(|b| b.posts.iter().find(|p| p.post == risk.post));
    let y = area.y;
    let right = area.x + area.w;
    let style = if risk.critical { theme.base } else { theme.dim };
    if risk.at_risk {
        let sign = Lines::of(theme.look.ascii).risk;
        put(buf, area.x, y, 1, sign, theme.alarm);
    } else if risk.conflict {
        let sign = if theme.look.ascii { "&" } else { "◆" };
        put(buf, area.x, y, 1, sign, theme.conflict);
    }
    let mut x = area.x + 2;
    let title = columns.title(area.w);
    put(buf, x, y, title - 1, &risk.title, style);
    x += title;
    let column = risk.column.as_deref().unwrap_or("");
    put(buf, x, y, columns.column - 1, column, theme.dim);
    x += columns.column;
    let level = before.map(|b| b.likelihood.level);
    let level = arrow(level, risk.likelihood.level);
    put(buf, x, y, columns.likelihood - 1, &level, style);
    x += columns.likelihood;
    let band = match risk.band {
        RiskBand::High => "high",
        RiskBand::Medium => "med",
        RiskBand::Low => "low",
    };
    let text = match before.map(|b| b.risk).filter(|b| *b != risk.risk) {
        None => format!("{:>2} {band}", risk.risk),
        before => format!("{} {band}", arrow(before, risk.risk)),
    };
    put(buf, x, y, columns.risk - 1, &text, theme.risk(risk.band));
    x += columns.risk;
    let room = right.saturating_sub(x);
    let now = nominees(risk, room);
    let text = match before.map(|b| nominees(b, room)) {
        Some(before) if before != now => {
            let both = arrow(Some(before), now.clone());
            if both.width() <= usize::from(room) {
                both
            } else {
                format!("{SIGN}{now}")
            }
        }
        _ => now,
    };
    put(buf, x, y, room, &text, style);
}

/// Nominees as counts by band, the nearest first: in words, in short, or the nearest and how many more.
pub fn nominees(risk: &PostRisk, room: u16) -> String {
    let bands = [
        (Band::ReadyNow, "ready"),
        (Band::OneToTwo, "1–2 y"),
        (Band::ThreeToFive, "3–5 y"),
        (Band::NotYet, "not yet"),
        (Band::Unknown, "unknown"),
    ];
    let counted: Vec<_> = bands
        .iter()
        .zip(risk.counts)
        .filter(|(_, count)| *count > 0)
        .map(|((band, short), count)| (*band, *short, count))
        .collect();
    let Some(first) = counted.first() else {
        return "none".to_owned();
    };
    let long = |(band, _, count): &(Band, &str, u32)| match band {
        Band::OneToTwo | Band::ThreeToFive => format!("{count} in {}", band.label()),
        _ => format!("{count} {}", band.label()),
    };
    let fits = |text: &String| text.width() <= usize::from(room);
    let words: Vec<String> = counted.iter().map(long).collect();
    let brief: Vec<String> = counted.iter().map(|(_, s, n)| format!("{n} {s}")).collect();
    let others: u32 = counted.iter().skip(1).map(|(_, _, n)| n).sum();
    [words.join(", "), brief.join(", ")]
        .into_iter()
        .find(fits)
        .unwrap_or_else(|| format!("{}, +{others}", long(first)))
}

fn summary(buf: &mut Buffer, area: Area, board: &SuccessionBoard, state: &State, theme: &Theme) {
    if board.posts.is_empty() {
        let keys = &state.options.keys;
        let key = keys.label(ActionId::GoSuccession).unwrap_or_default();
        let text = format!("No post is named critical yet: {key} opens where they are scored.");
        let text = text.as_str();
        put(buf, area.x + 1, area.y, area.w - 1, text, theme.dim);
        return;
    }
    let before = standing(state);
    let pair = |(n, of): (u32, u32)| format!("{n}/{of}");
    let ready = arrow(before.map(|b| pair(b.ready_now)), pair(board.ready_now));
    let text = format!("ready-now coverage {ready}");
    let x = put(buf, area.x + 1, area.y, area.w - 1, &text, theme.dim);
    let sign = Lines::of(theme.look.ascii).risk;
    let at_risk = arrow(before.map(|b| b.at_risk), board.at_risk);
    let text = format!("{sign} at risk {at_risk}");
    put_right(buf, x + 1, area.x + area.w - 1, area.y, &text, theme.dim);
}
