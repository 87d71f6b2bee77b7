//! The frame that every screen shares: title, purpose and hint line; and the one word for screens that are too small.

use super::paint::{put, put_right};
use super::theme::Theme;
use crate::app::action::{ActionId, TABLE};
use crate::app::layout::{Area, Shell};
use crate::app::network::Way;
use crate::app::overlay::Overlay;
use crate::app::screen::cell::day;
use crate::app::screen::sync_lines::bytes;
use crate::app::settling;
use crate::app::toast::Tone;
use crate::app::update::available;
use crate::app::{Screen, State};
use crate::domain::text::counted;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

/// What the figures are for. It stands on the first screen and on every report.
pub const PURPOSE: &str = "For development: not for pay, not for redundancy. Posts are filled by the normal recruitment process.";

/// The same in a few words, for frames of low screens.
pub const PURPOSE_SHORT: &str = "development, not pay or redundancy";

/// Below the smallest size nothing else is drawn.
pub fn too_small(frame: &mut Frame<'_>, theme: &Theme) {
    let area = frame.area();
    if area.width > 0 && area.height > 0 {
        put(
            frame.buffer_mut(),
            area.x,
            area.y,
            area.width,
            "too small",
            theme.base,
        );
    }
}

/// As much of the purpose as there is room for, in whole sentences.
fn purpose(room: u16) -> &'static str {
    let first = PURPOSE.split_inclusive('.').next().unwrap_or(PURPOSE);
    [PURPOSE, first, PURPOSE_SHORT]
        .into_iter()
        .find(|text| text.width() <= usize::from(room))
        .unwrap_or("")
}

/// Title, purpose and hint line.
pub fn draw(frame: &mut Frame<'_>, shell: &Shell, state: &State, theme: &Theme) {
    let buf = frame.buffer_mut();
    title(buf, shell.title, state, theme);
    if shell.purpose.h > 0 {
        let area = shell.purpose;
        let room = area.w.saturating_sub(1);
        put(buf, area.x + 1, area.y, room, purpose(room), theme.dim);
    }
    let cursor = bottom(buf, shell.hint, state, theme);
    if let Some(at) = cursor {
        frame.set_cursor_position(at);
    }
}

/// Team on the left; notice, date and who you are on the right, in full where there is room.
fn title(buf: &mut Buffer, area: Area, state: &State, theme: &Theme) {
    let base = &state.team.base;
    let me = state
        .team
        .person(&state.team.me)
        .map_or("", |p| p.name.get().as_str());
    let date = day(state.today);
    let demo = if state.options.demo { "demo" } else { "" };
    let notice = match (demo, base.notice.as_str()) {
        ("", notice) => notice.to_owned(),
        (demo, "") => demo.to_owned(),
        (demo, notice) => format!("{demo}, {notice}"),
    };
    let join = |parts: &[&str]| {
        parts
            .iter()
            .filter(|p| !p.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(" · ")
    };
    let you = |name: &str| {
        if name.is_empty() {
            String::new()
        } else {
            format!("you: {name}")
        }
    };
    let short_notice = if demo.is_empty() {
        base.notice.as_str()
    } else {
        demo
    };
    let short_name = if base.short_name.is_empty() {
        &base.name
    } else {
        &base.short_name
    };
    // The fullest pair that fits; the last one is cut.
    let pairs = [
        (
            format!("guildhall · {}", base.name),
            join(&[&notice, &date, &you(me)]),
        ),
        (base.name.clone(), join(&[&notice, &date, &you(me)])),
        (short_name.clone(), join(&[&notice, &date, &short(me)])),
        (short_name.clone(), join(&[short_notice, &date, &short(me)])),
        (short_name.clone(), join(&[demo, &date])),
    ];
    let room = usize::from(area.w).saturating_sub(4);
    let (left, right) = pairs
        .iter()
        .find(|(l, r)| l.width() + r.width() <= room)
        .unwrap_or(&pairs[pairs.len() - 1]);
    let right_width = u16::try_from(right.width()).unwrap_or(u16::MAX);
    let left_room = area.w.saturating_sub(right_width.saturating_add(3));
    put(buf, area.x + 1, area.y, left_room, left, theme.title);
    put_right(buf, area.x, area.x + area.w - 1, area.y, right, theme.dim);
}

/// "Ann Example" as "Ann E."
fn short(name: &str) -> String {
    match name.split_once(' ') {
        Some((first, rest)) => match rest
            .split_whitespace()
            .last()
            .and_then(|w| w.chars().next())
        {
            Some(initial) => format!("{first} {initial}."),
            None => first.to_owned(),
        },
        None => name.to_owned(),
    }
}

/// The last line: the filter being typed, a sequence half typed, a toast, or what can be done here; the status on the right.
fn bottom(buf: &mut Buffer, area: Area, state: &State, theme: &Theme) -> Option<Position> {
    let status = status(state);
    let status_width = u16::try_from(status.width()).unwrap_or(u16::MAX);
    let right = area.x + area.w - 1;
    if !status.is_empty() {
        put_right(buf, area.x, right, area.y, &status, theme.warn);
    }
    let gap = if status.is_empty() { 1 } else { 3 };
    let room = area.w.saturating_sub(status_width.saturating_add(gap));
    let (x, y) = (area.x + 1, area.y);
    if let Some(Overlay::Filter(filter)) = state.overlays.last() {
        let at = put(buf, x, y, room, "filter: ", theme.key);
        let end = put(
            buf,
            at,
            y,
            room.saturating_sub(8),
            filter.field.value(),
            theme.input,
        );
        put(
            buf,
            end + 2,
            y,
            room.saturating_sub(end + 1),
            "↵ keep  Esc as before",
            theme.dim,
        );
        let cursor = u16::try_from(filter.field.cursor()).unwrap_or(0);
        return Some(Position::new((at + cursor).min(right), y));
    }
    if !state.typed.is_empty() {
        let keys = crate::app::keymap::key::sequence_label(&state.typed);
        let mut at = put(buf, x, y, room, &format!("{keys} …  "), theme.key);
        for (key, action) in state
            .options
            .keys
            .continuations(state.screen(), &state.typed)
        {
            let label = crate::app::action::info(action).label.to_lowercase();
            at = word(buf, at, y, x + room, &key, &label, theme);
        }
        return None;
    }
    if let Some(toast) = state.toasts.last() {
        let style = match toast.tone {
            Tone::Done => theme.good,
            Tone::Info => theme.strong,
            Tone::Bad => theme.alarm,
        };
        let more = match state.toasts.len() {
            0 | 1 => String::new(),
            n => format!("  (and {} before)", n - 1),
        };
        let text = format!("{}{more}", toast.text);
        put(buf, x, y, room, &cut(&text, usize::from(room)), style);
        return None;
    }
    hints(buf, x, y, room, state, theme);
    None
}

/// What waits or failed; empty when all is well.
fn status(state: &State) -> String {
    let mut parts = Vec::new();
    // What this person can bring to none stands alone; what only others can settle is said apart.
    let counted = |n: usize| match n {
        1 => "1 conflict".to_owned(),
        n => format!("{n} conflicts"),
    };
    match settling::counts(state) {
        (0, 0) => {}
        (own, 0) => parts.push(counted(own)),
        (0, others) => parts.push(format!("{} for others", counted(others))),
        (own, others) => parts.push(format!("{} and {others} for others", counted(own))),
    }
    if !state.in_part.is_empty() {
        parts.push("incomplete: guildhall doctor".to_owned());
    }
    if !state.options.store_ready {
        let what = if state.options.demo {
            "saving the demo’s store…"
        } else {
            "opening the store…"
        };
        parts.push(match state.waiting.len() {
            0 => what.to_owned(),
            1 => format!("{what} 1 edit waits"),
            n => format!("{what} {n} edits wait"),
        });
    }
    match state.failed.len() {
        0 => {}
        1 => parts.push("1 edit not saved".to_owned()),
        n => parts.push(format!("{n} edits not saved")),
    }
    parts.extend(network(state));
    let drafts: usize = state
        .team
        .private
        .drafts
        .iter()
        .map(|s| s.marks.len())
        .sum();
    match drafts {
        0 => {}
        1 => parts.push("1 draft".to_owned()),
        n => parts.push(format!("{n} drafts")),
    }
    parts.join(" · ")
}

/// Who asks to be let in, what nobody else has yet, and who is connected; nothing where nobody else takes part.
fn network(state: &State) -> Vec<String> {
    let network = &state.network;
    let mut parts = Vec::new();
    match network.asking() {
        0 => {}
        1 => parts.push("1 device asks to be let in".to_owned()),
        n => parts.push(format!("{n} devices ask to be let in")),
    }
    match network.waiting() {
        0 => {}
        1 => parts.push("1 edit waits".to_owned()),
        n => parts.push(format!("{n} edits wait")),
    }
    // What is on its way for the first time, or after a long while.
    let coming = network.machines.iter().filter(|m| m.online && !m.even);
    if let Some(machine) = coming
        .max_by_key(|m| m.documents)
        .filter(|m| m.documents > 0)
    {
        let documents = usize::try_from(machine.documents).unwrap_or(usize::MAX);
        parts.push(format!(
            "coming: {}, {}",
            counted(documents, "document", "documents"),
            bytes(machine.bytes.0)
        ));
    }
    match (&network.way, network.online()) {
        (Way::Failed(_), _) => parts.push("not on the network".to_owned()),
        (_, 0) if network.machines.is_empty() => {}
        (Way::On, 0) => {}
        (Way::On, n) => parts.push(format!("{n} connected")),
        (Way::Off, _) => parts.push("off the network".to_owned()),
        (Way::Unknown | Way::Alone | Way::Elsewhere, _) => {}
    }
    parts
}

/// What can be done on this screen, as much as fits; help, back and quit always.
fn hints(buf: &mut Buffer, x: u16, y: u16, room: u16, state: &State, theme: &Theme) {
    let keys = &state.options.keys;
    let always = |id: ActionId| matches!(id, ActionId::Help | ActionId::Back | ActionId::Quit);
    let all: Vec<(ActionId, String, &str)> = TABLE
        .iter()
        .filter(|a| a.on(state.screen()) && available(state, a.id))
        .filter_map(|a| Some((a.id, keys.label(a.id)?, hint_word(state, a.id, a.hint?))))
        .collect();
    let width = |key: &str, word: &str| key.width() + word.width() + 3;
    let needed: usize = all
        .iter()
        .filter(|(id, ..)| always(*id))
        .map(|(_, key, word)| width(key, word))
        .sum();
    let mut left = usize::from(room).saturating_sub(needed);
    let rank = |id: ActionId| FIRST.iter().position(|f| *f == id).unwrap_or(FIRST.len());
    let mut by_rank: Vec<_> = all.iter().filter(|(id, ..)| !always(*id)).collect();
    by_rank.sort_by_key(|(id, ..)| rank(*id));
    let mut shown = Vec::new();
    for (id, key, text) in by_rank {
        let needs = width(key, text);
        if needs <= left {
            left -= needs;
            shown.push(*id);
        }
    }
    let mut at = x;
    for (id, key, text) in &all {
        if always(*id) || shown.contains(id) {
            at = word(buf, at, y, x + room, key, text, theme);
        }
    }
}

/// What goes first where not everything fits.
const FIRST: [ActionId; 15] = [
    ActionId::Open,
    ActionId::NextPane,
    ActionId::Pick,
    ActionId::IntoPlan,
    ActionId::WhatIf,
    ActionId::Nominate,
    ActionId::Factors,
    ActionId::Mark,
    ActionId::Palette,
    ActionId::Retry,
    ActionId::Undo,
    ActionId::Compare,
    ActionId::Share,
    ActionId::Filter,
    ActionId::GoPerson,
];

/// The word of an action on this screen.
fn hint_word<'a>(state: &State, id: ActionId, word: &'a str) -> &'a str {
    match (id, state.screen()) {
        (ActionId::NextPane, Screen::Person | Screen::Framework | Screen::Succession) => "part",
        (ActionId::NextPane, Screen::Heatmap) => "more of the cell",
        _ => word,
    }
}

/// A key and a word; returns where the next begins.
fn word(buf: &mut Buffer, x: u16, y: u16, right: u16, key: &str, text: &str, theme: &Theme) -> u16 {
    let at = put(buf, x, y, right.saturating_sub(x), key, theme.key);
    let at = put(
        buf,
        at + 1,
        y,
        right.saturating_sub(at + 1),
        text,
        Style::new().patch(theme.dim),
    );
    at + 2
}

/// Cuts a text at a width and says so with "…".
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let w = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if used + w + 1 > width {
            break;
        }
        used += w;
        out.push(c);
    }
    if width > 0 {
        out.push('…');
    }
    out
}
