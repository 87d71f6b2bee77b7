//! Draws forms: fields with what is wrong beside them.

use super::overlay::padded;
use super::paint::{frame as draw_frame, put, put_right};
use super::theme::Theme;
use super::{clipped, rect};
use crate::app::State;
use crate::app::editing;
use crate::app::layout::Area;
use crate::app::overlay::credential_form::{CredentialForm, Line, kind_label};
use crate::app::overlay::field::Field;
use crate::app::overlay::mark_form::{MarkForm, RULE};
use crate::app::overlay::text_form::TextForm;
use crate::app::screen::cell::{day, person_name, subject_name};
use crate::app::screen::entries::wrap;
use crate::domain::cell::target_of;
use crate::domain::{Points, Subject};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::widgets::Widget;

/// Draws a line of text and returns where its cursor stands, if it has the keys.
pub(super) fn line_of_text(
    buf: &mut Buffer,
    x: u16,
    y: u16,
    width: u16,
    field: &Field,
    focused: bool,
    theme: &Theme,
) -> Option<Position> {
    let room = usize::from(width.saturating_sub(1));
    let scroll = field.scroll(room);
    let shown: String = skip_width(field.value(), scroll);
    buf.set_style(rect(Area::new(x, y, width, 1)), theme.input);
    put(buf, x, y, width, &shown, theme.input);
    let at = u16::try_from(field.cursor().saturating_sub(scroll)).unwrap_or(0);
    focused.then(|| Position::new(x + at.min(width.saturating_sub(1)), y))
}

/// A text without its first cells.
fn skip_width(text: &str, cells: usize) -> String {
    let mut used = 0;
    text.chars()
        .skip_while(|c| {
            let skip = used < cells;
            if skip {
                used += unicode_width::UnicodeWidthChar::width(*c).unwrap_or(0);
            }
            skip
        })
        .collect()
}

/// A bar of ten parts for a mark, half points shaded: "█████▌····" in cells of two.
pub(super) fn bar(points: Points) -> (String, String) {
    let full = usize::from(points.halves());
    ("█".repeat(full), "·".repeat(20usize.saturating_sub(full)))
}

/// The mark form.
pub(super) fn mark(
    buf: &mut Buffer,
    area: Area,
    form: &MarkForm,
    state: &State,
    theme: &Theme,
) -> Option<Position> {
    let target = &form.target;
    let team = &state.team;
    let title = format!(
        "{} · {}",
        person_name(team, &target.person),
        subject_name(team, &target.subject)
    );
    draw_frame(buf, rect(area), &title, true, theme);
    let inner = padded(area);
    let (x, mut y) = (inner.x, inner.y);
    let bottom = inner.y + inner.h;
    let what = if target.own {
        "own mark, a draft until you share it"
    } else {
        "manager’s mark"
    };
    put(buf, x, y, inner.w, what, theme.dim);
    y += 1;
    put(buf, x, y, 6, "mark", theme.strong);
    let cursor = line_of_text(buf, x + 6, y, 6, &form.field, true, theme);
    let beside = x + 14;
    let room = (x + inner.w).saturating_sub(beside);
    match (&form.error, form.points()) {
        (Some(error), _) => {
            put(buf, beside, y, room, error, theme.error);
        }
        (None, Some(points)) => {
            let (full, empty) = bar(points);
            let at = put(buf, beside, y, room, &full, theme.bar);
            put(
                buf,
                at,
                y,
                (x + inner.w).saturating_sub(at),
                &empty,
                theme.bar_empty,
            );
        }
        (None, None) => {
            put(buf, beside, y, room, RULE, theme.dim);
        }
    }
    y += 1;
    let (tau, _) = target_of(team, target.column.as_ref(), &target.subject, state.today);
    let scale = &team.framework.scale;
    let tau = tau
        .points()
        .map_or_else(|| "no target".to_owned(), |p| format!("target {p}"));
    let ends = if scale.anchor_low.is_empty() {
        tau
    } else {
        format!("{tau} · 1 {} · 10 {}", scale.anchor_low, scale.anchor_high)
    };
    for line in wrap(&ends, usize::from(inner.w.max(1))).into_iter().take(2) {
        put(buf, x, y, inner.w, line, theme.dim);
        y += 1;
    }
    y += 1;
    let marks = editing::last_marks(state, target);
    let descriptor = descriptor(form, state);
    let kept = u16::try_from(marks.len().clamp(1, 4)).unwrap_or(4) + 2;
    let width = usize::from(inner.w.max(1));
    let lines = wrap(&descriptor, width);
    let room = usize::from(bottom.saturating_sub(kept).saturating_sub(y));
    for (at, line) in lines.iter().take(room).enumerate() {
        let cut_here = at + 1 == room && lines.len() > room;
        put(buf, x, y, inner.w, line, theme.base);
        if cut_here {
            put_right(buf, x, x + inner.w, y, " …", theme.dim);
        }
        y += 1;
    }
    y = bottom.saturating_sub(kept - 1);
    if marks.is_empty() {
        put(buf, x, y, inner.w, "no mark yet", theme.dim);
    }
    for (date, whose, answer) in marks.iter().take(usize::from(kept - 2)) {
        let text = format!("{:>11}  {answer:>4}  {whose}", day(*date));
        put(buf, x, y, inner.w, &text, theme.dim);
        y += 1;
    }
    keys(buf, inner, "↵ save   ↑ ↓ half a point   Esc leave", theme);
    cursor
}

/// What the column says of the competency, or what a skill is.
fn descriptor(form: &MarkForm, state: &State) -> String {
    let framework = &state.team.framework;
    match (&form.target.subject, &form.target.column) {
        (Subject::Competency(id), Some(column)) => {
            let name = framework
                .column(column)
                .map_or(column.as_str(), |c| c.name.as_str());
            framework.cell(column, id).map_or_else(
                || format!("{name} has no descriptor for it"),
                |cell| format!("{name}: {}", cell.descriptor),
            )
        }
        (Subject::Competency(_), None) => "no role column".to_owned(),
        (Subject::Skill(_), _) => "A specialist skill, with a target of its own.".to_owned(),
    }
}

/// Keys of a form on its last row.
fn keys(buf: &mut Buffer, inner: Area, text: &str, theme: &Theme) {
    let y = inner.y + inner.h.saturating_sub(1);
    put(buf, inner.x, y, inner.w, text, theme.key);
}

/// Feedback or evidence.
pub(super) fn text(
    buf: &mut Buffer,
    area: Area,
    form: &TextForm,
    state: &State,
    theme: &Theme,
) -> Option<Position> {
    let target = &form.target;
    let kind = if target.own { "Evidence" } else { "Feedback" };
    let title = format!(
        "{kind} · {} · {} · {}",
        person_name(&state.team, &target.person),
        subject_name(&state.team, &target.subject),
        day(form.date)
    );
    draw_frame(buf, rect(area), &title, true, theme);
    let inner = padded(area);
    let link_rows = u16::from(target.own);
    let (mut words, rest) = inner.split_top(inner.h.saturating_sub(2 + link_rows));
    if let Some(now) = &form.now_stands {
        let (upper, lower) = words.split_top(words.h / 2);
        words = upper;
        now_stands(buf, lower, now, theme);
    }
    let widget = &form.text;
    widget.render(clipped(buf, words), buf);
    let screen = widget.screen_cursor();
    let mut cursor = None;
    if !form.in_link {
        let row = u16::try_from(screen.row).unwrap_or(0);
        let col = u16::try_from(screen.col).unwrap_or(0);
        cursor = Some(Position::new(
            (words.x + col).min(words.x + words.w.saturating_sub(1)),
            (words.y + row).min(words.y + words.h.saturating_sub(1)),
        ));
    }
    let mut y = rest.y;
    if target.own {
        put(buf, rest.x, y, 6, "link", theme.strong);
        let room = rest.w.saturating_sub(6);
        let at = line_of_text(buf, rest.x + 6, y, room, &form.link, form.in_link, theme);
        cursor = cursor.or(at);
        y += 1;
    }
    if let Some(error) = &form.error {
        put(buf, rest.x, y, rest.w, error, theme.error);
    } else {
        let reader = if target.own {
            "read by whoever may read the mark"
        } else {
            "the person and managers will read it"
        };
        put(buf, rest.x, y, rest.w, reader, theme.dim);
    }
    let help = if target.own {
        "Ctrl-S save   Tab link   Esc leave"
    } else {
        "Ctrl-S save   Esc leave"
    };
    keys(buf, inner, help, theme);
    cursor
}

/// What somebody else wrote meanwhile, under what is being written.
fn now_stands(buf: &mut Buffer, area: Area, text: &str, theme: &Theme) {
    let said = if text.is_empty() {
        "Changed meanwhile: nothing stands there now. Ctrl-S saves your text."
    } else {
        "Changed meanwhile. Ctrl-S replaces what stands there now:"
    };
    put(buf, area.x, area.y, area.w, said, theme.error);
    let lines: Vec<&str> = text
        .lines()
        .flat_map(|line| wrap(line, usize::from(area.w.max(1))))
        .collect();
    let room = usize::from(area.h.saturating_sub(1));
    for ((at, line), y) in lines.iter().take(room).enumerate().zip(area.y + 1..) {
        put(buf, area.x, y, area.w, line, theme.base);
        if at + 1 == room && lines.len() > room {
            put_right(buf, area.x, area.x + area.w, y, " …", theme.dim);
        }
    }
}

/// A credential.
pub(super) fn credential(
    buf: &mut Buffer,
    area: Area,
    form: &CredentialForm,
    state: &State,
    theme: &Theme,
) -> Option<Position> {
    let name = person_name(&state.team, &form.person);
    draw_frame(
        buf,
        rect(area),
        &format!("Credential · {name}"),
        true,
        theme,
    );
    let inner = padded(area);
    let mut cursor = None;
    let label_width = 11;
    for (y, line) in (inner.y..inner.y + inner.h.saturating_sub(1)).zip(form.lines()) {
        let focused = form.at == line;
        let label_style = if focused { theme.key } else { theme.strong };
        put(buf, inner.x, y, label_width, label(line), label_style);
        let x = inner.x + label_width;
        let width = match line {
            Line::Name => 40.min(inner.w.saturating_sub(label_width)),
            Line::Code => 14,
            _ => 13,
        };
        let field = match line {
            Line::Name => Some(&form.name),
            Line::Code => Some(&form.code),
            Line::Obtained => Some(&form.dates[0]),
            Line::Expires => Some(&form.dates[1]),
            Line::Booked => Some(&form.dates[2]),
            Line::Which | Line::Kind | Line::Sighted => None,
        };
        let end = match field {
            Some(field) => {
                let at = line_of_text(buf, x, y, width, field, focused, theme);
                cursor = cursor.or(at);
                x + width + 1
            }
            None => {
                let text = choice(form, line);
                let style = if focused { theme.cursor } else { theme.base };
                let room = inner.w.saturating_sub(label_width);
                if focused {
                    cursor = Some(Position::new(x, y));
                }
                put(buf, x, y, room, &text, style) + 1
            }
        };
        let room = (inner.x + inner.w).saturating_sub(end);
        match form.error(line) {
            Some(error) => put(buf, end, y, room, &error, theme.error),
            None => put(buf, end, y, room, &beside(form, line), theme.dim),
        };
    }
    keys(
        buf,
        inner,
        "↵ save   ↑ ↓ field   ← → choose   Esc leave",
        theme,
    );
    cursor
}

fn label(line: Line) -> &'static str {
    match line {
        Line::Which => "which",
        Line::Name => "name",
        Line::Code => "code",
        Line::Kind => "kind",
        Line::Obtained => "obtained",
        Line::Expires => "expires",
        Line::Booked => "booked",
        Line::Sighted => "sighted",
    }
}

fn choice(form: &CredentialForm, line: Line) -> String {
    let text = match line {
        Line::Which => match form.which.and_then(|i| form.existing.get(i)) {
            Some(credential) => credential.name.get().clone(),
            None => "a new one".to_owned(),
        },
        Line::Kind => kind_label(form.kind).to_owned(),
        Line::Sighted if form.sighted => "by me, today".to_owned(),
        _ => "no".to_owned(),
    };
    format!("‹ {text} ›")
}

/// What helps to fill in a line.
fn beside(form: &CredentialForm, line: Line) -> String {
    match line {
        Line::Code if form.offers_codes() => {
            let now = form
                .must_haves
                .iter()
                .find(|(code, _)| code == form.code.trimmed());
            match now {
                Some((_, name)) => format!("asked for by a post: {name}"),
                None => format!("← → for {} that posts ask for", form.must_haves.len()),
            }
        }
        Line::Code => "as posts name it, or empty".to_owned(),
        Line::Obtained | Line::Booked => "2026-11-21, 21 Nov 2026 or “today”".to_owned(),
        Line::Expires => "last valid day, or empty".to_owned(),
        _ => String::new(),
    }
}
