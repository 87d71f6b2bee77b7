//! Draws the Compare screen: a person beside a post, line by line.

use super::paint::{frame, line_style, put, put_right};
use super::theme::{Theme, gap_level};
use super::{rect, succession};
use crate::app::screen::cell::{person_name, subject_name};
use crate::app::screen::compare::{parts, stand_words};
use crate::app::{Area, State};
use crate::domain::cell::Current;
use crate::domain::compare::{Asked, CompareLine, Stand};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Draws it into its area.
pub fn draw(target: &mut Frame<'_>, area: Rect, state: &State, theme: &Theme) {
    let parts = parts(Area::new(area.x, area.y, area.width, area.height));
    let buf = target.buffer_mut();
    let here = &state.compare;
    let Some(found) = &here.found else {
        let text = "This person or this post is not in the team any more.";
        put(
            buf,
            area.x + 2,
            area.y + 1,
            area.width.saturating_sub(2),
            text,
            theme.base,
        );
        return;
    };
    head(buf, parts.head, state, theme);
    let met = found.lines.iter().filter(|l| l.stand.is_met()).count();
    let title = format!("Asked for · {met} of {} are there", found.lines.len());
    frame(buf, rect(parts.table), &title, true, theme);
    let inner = parts.table.inner();
    let (top, body) = inner.split_top(1);
    let columns = Columns::new(inner.w);
    if found.lines.is_empty() {
        let text = "The post asks for nothing that can be compared: give it a column, skills or must-haves.";
        put(
            buf,
            inner.x + 1,
            inner.y,
            inner.w.saturating_sub(1),
            text,
            theme.dim,
        );
    } else if top.h > 0 {
        for (x, text) in [
            (4, "Competency, skill or must-have"),
            (columns.target + 3, "τ"),
            (columns.own + 1, "own"),
            (columns.manager + 1, "mgr"),
            (columns.stand, "stands"),
        ] {
            let room = inner.w.saturating_sub(x);
            put(buf, inner.x + x, top.y, room, text, theme.header);
        }
        if let Some(x) = columns.option {
            let room = inner.w.saturating_sub(x);
            put(
                buf,
                inner.x + x,
                top.y,
                room,
                "development option",
                theme.header,
            );
        }
    }
    let lines = found.lines.iter().enumerate().skip(here.cursor.top);
    for (y, (at, line)) in (body.y..body.y + body.h).zip(lines) {
        let row = Area::new(body.x, y, body.w, 1);
        self::line(buf, row, &columns, line, state, theme);
        if at == here.cursor.line {
            line_style(buf, rect(row), y, theme.cursor);
        }
    }
    option(buf, parts.option, state, theme);
    succession::fairness(buf, parts.fairness, theme);
    let row = u16::try_from(here.cursor.line.saturating_sub(here.cursor.top)).unwrap_or(0);
    if state.overlays.is_empty() && row < body.h {
        target.set_cursor_position((body.x + 1, body.y + row));
    }
}

/// Where the columns stand, from the left.
struct Columns {
    target: u16,
    own: u16,
    manager: u16,
    stand: u16,
    /// Only where it is wide.
    option: Option<u16>,
}

impl Columns {
    fn new(width: u16) -> Self {
        let wide = width >= 120;
        let stand = 24;
        let rest = if wide { 50 } else { 0 };
        let target = width.saturating_sub(15 + stand + rest).clamp(20, 50);
        Self {
            target,
            own: target + 5,
            manager: target + 10,
            stand: target + 16,
            option: wide.then_some(target + 16 + stand),
        }
    }
}

fn head(buf: &mut Buffer, area: Area, state: &State, theme: &Theme) {
    let here = &state.compare;
    let (Some(found), Some(person)) = (&here.found, &here.person) else {
        return;
    };
    let facts = state.team.post(&found.post).and_then(|p| p.on(state.today));
    let post = facts.map_or(found.post.as_str(), |f| f.title.get());
    let column = found.column.as_ref().map_or_else(
        || " · without a role column".to_owned(),
        |c| format!(" · {c}"),
    );
    let r = &found.readiness;
    let band = super::what_if::arrow(here.before.map(|b| b.label()), r.band.label());
    let right = area.x + area.w.saturating_sub(1);
    if area.h > 0 {
        put_right(buf, area.x, right, area.y, &band, theme.strong);
        let taken = u16::try_from(band.chars().count()).unwrap_or(0);
        let text = format!("{} beside {post}{column}", person_name(&state.team, person));
        let room = area.w.saturating_sub(taken + 4);
        put(buf, area.x + 1, area.y, room, &text, theme.strong);
    }
    if area.h > 1 {
        let gap = match &r.largest_gap {
            Some((halves, subject)) => format!(
                "largest gap {} ({})",
                crate::app::screen::cell::halves(u32::from(*halves)),
                subject_name(&state.team, subject)
            ),
            None => "no gap".to_owned(),
        };
        let text = format!(
            "marks {}/{}, {} validated · {gap}{}",
            r.present.0,
            r.present.1,
            r.validated,
            if r.conflict { " ◆" } else { "" }
        );
        put(
            buf,
            area.x + 1,
            area.y + 1,
            area.w.saturating_sub(2),
            &text,
            theme.dim,
        );
    }
}

fn line(
    buf: &mut Buffer,
    row: Area,
    columns: &Columns,
    line: &CompareLine,
    state: &State,
    theme: &Theme,
) {
    let y = row.y;
    let here = &state.compare;
    let pick = if here.is_picked(line) {
        "[x]"
    } else if line.stand.is_met() {
        ""
    } else {
        "[ ]"
    };
    put(buf, row.x, y, 3, pick, theme.key);
    let name = match &line.asked {
        Asked::Subject(subject) => subject_name(&state.team, subject),
        Asked::MustHave(_, name) => name,
    };
    let room = columns.target.saturating_sub(5);
    put(
        buf,
        row.x + 4,
        y,
        room,
        &super::shell::cut(name, usize::from(room)),
        theme.base,
    );
    let mut number = |x: u16, text: &str, style: Style| {
        let right = row.x + x + 4;
        put_right(buf, row.x + x, right.min(row.x + row.w), y, text, style);
    };
    if let Some(figure) = &line.figure {
        let target = figure.target.points();
        let target = target.map_or_else(|| "–".to_owned(), |t| format!("{:.1}", t.value()));
        number(columns.target, &target, theme.dim);
        number(columns.own, &mark(figure.own.as_ref()), theme.base);
        number(columns.manager, &mark(figure.manager.as_ref()), theme.base);
    }
    let style = match line.stand {
        Stand::Met | Stand::Held => theme.good,
        Stand::Gap(halves, _) => theme.gaps[gap_level(halves)],
        Stand::OwnOnly => theme.own_only,
        Stand::NoMark | Stand::Booked(_) => theme.warn,
        Stand::Missing => theme.alarm,
    };
    let mut words = stand_words(line);
    if line.planned {
        words.push_str(", planned");
    }
    if line.figure.as_ref().is_some_and(|f| f.conflict) {
        words.push_str(" ◆");
    }
    let end = columns.option.map_or(row.w, |x| x - 1);
    let room = end.saturating_sub(columns.stand);
    let words = super::shell::cut(&words, usize::from(room));
    put(buf, row.x + columns.stand, y, room, &words, style);
    if let Some(x) = columns.option.filter(|_| !line.stand.is_met()) {
        let room = row.w.saturating_sub(x);
        let text = offered(line, state);
        let text = super::shell::cut(&text, usize::from(room));
        put(buf, row.x + x, y, room, &text, theme.dim);
    }
}

/// A rater's current number; "~" where it is out of date, "×" for not observed.
fn mark(current: Option<&Current>) -> String {
    match current {
        None => "–".to_owned(),
        Some(c) => match c.points {
            None => "×".to_owned(),
            Some(p) if c.fresh => format!("{:.1}", p.value()),
            Some(p) => format!("{:.1}~", p.value()),
        },
    }
}

/// The development option chosen for a line, or why there is none.
fn offered(line: &CompareLine, state: &State) -> String {
    match (state.compare.option(line), &line.elsewhere) {
        (Some((at, option)), _) => format!("{}/{} {option}", at + 1, line.options.len()),
        (None, Some((column, points, _))) => format!("{points} against {column}"),
        (None, None) => String::new(),
    }
}

/// What the line under the cursor offers, under the table.
fn option(buf: &mut Buffer, area: Area, state: &State, theme: &Theme) {
    let Some(line) = state.compare.line().filter(|_| area.h > 0) else {
        return;
    };
    let mut text = match state.compare.option(line) {
        _ if line.stand.is_met() => String::new(),
        Some((at, option)) => format!("‹ {option} › option {} of {}", at + 1, line.options.len()),
        None => match &line.asked {
            Asked::MustHave(..) => "a must-have is met by a credential that was sighted".to_owned(),
            Asked::Subject(_) => "the framework offers no option for a specialist skill".to_owned(),
        },
    };
    if let Some((column, points, _)) = &line.elsewhere {
        text.push_str(&format!(" · {points} against {column} does not count here"));
    }
    let room = area.w.saturating_sub(2);
    let text = super::shell::cut(&text, usize::from(room));
    put(buf, area.x + 1, area.y, room, &text, theme.base);
}
