//! Draws the critical-skill list and who alone covers what.

use super::super::paint::{line_style, put, say};
use super::super::rect;
use super::super::theme::Theme;
use super::super::what_if::{self, when};
use crate::app::screen::succession::Part;
use crate::app::screen::succession_lines::brief_name;
use crate::app::{Area, State};
use crate::domain::coverage::{Coverage, CoverageState};
use crate::domain::{PersonId, SkillId};
use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

pub(super) fn skills(buf: &mut Buffer, inner: Area, state: &State, theme: &Theme) {
    if let Some(text) = state.standing.reading.withheld("Coverage is") {
        say(buf, inner, &[text.as_str()], theme.dim);
        return;
    }
    if state.board.coverage.is_empty() {
        let texts = ["No skill is on the critical list yet; here you can add one."];
        say(buf, inner, &texts, theme.dim);
        return;
    }
    let names = (inner.w * 2 / 5).clamp(14, 26);
    let (head, body) = inner.split_top(1);
    // A supposed figure stands beside the one that is.
    let states = if state.what_if.is_some() { 19 } else { 14 };
    if head.h > 0 {
        for (x, text) in [(1, "Skill"), (names, "τ"), (names + 5, "Cover")] {
            let room = inner.w.saturating_sub(x);
            put(buf, inner.x + x, head.y, room, text, theme.header);
        }
        let x = names + 5 + states;
        let room = inner.w.saturating_sub(x);
        put(buf, inner.x + x, head.y, room, "Holders", theme.header);
    }
    let cursor = state.succession.cursors[1];
    let lines = state.board.coverage.iter().enumerate().skip(cursor.top);
    for (y, (at, coverage)) in (body.y..body.y + body.h).zip(lines) {
        let area = Area::new(body.x, y, body.w, 1);
        skill(buf, area, (names, states), coverage, state, theme);
        if state.succession.part == Part::Skills && at == cursor.line {
            line_style(buf, rect(area), y, theme.cursor);
        }
    }
}

/// "one holder", "thin 2/3", "covered 2/2".
fn cover(coverage: &Coverage) -> String {
    let label = coverage.state.label();
    match coverage.state {
        CoverageState::Thin | CoverageState::Covered => {
            format!("{label} {}/{}", coverage.holders.len(), coverage.n_min)
        }
        CoverageState::NoHolder | CoverageState::OneHolder => label.to_owned(),
    }
}

fn skill(
    buf: &mut Buffer,
    area: Area,
    (names, states): (u16, u16),
    coverage: &Coverage,
    state: &State,
    theme: &Theme,
) {
    let y = area.y;
    let old = state.what_if.as_ref().and_then(|s| {
        let mut skills = s.difference.skills.iter();
        skills
            .find(|c| c.skill == coverage.skill)
            .map(|c| &c.before)
    });
    if coverage.conflict {
        put(buf, area.x, y, 1, "◆", theme.conflict);
    }
    put(
        buf,
        area.x + 1,
        y,
        names - 2,
        skill_name(state, &coverage.skill),
        theme.base,
    );
    let target = coverage
        .target
        .map_or_else(|| "none".to_owned(), |t| t.to_string());
    put(buf, area.x + names, y, 4, &target, theme.dim);
    let style = match coverage.state {
        CoverageState::NoHolder | CoverageState::OneHolder => theme.alarm,
        CoverageState::Thin => theme.warn,
        CoverageState::Covered => theme.good,
    };
    // The figures first: what there is no room for is the word.
    let text = match old {
        Some(old) if old.holders.len() != coverage.holders.len() => {
            let figures = what_if::cover(old, coverage);
            format!("{figures} {}", coverage.state.label())
        }
        _ => cover(coverage),
    };
    put(buf, area.x + names + 5, y, states - 1, &text, style);
    let x = names + 5 + states;
    let room = area.w.saturating_sub(x);
    let people = |ids: &[PersonId]| -> String {
        let names = state.succession.names(ids);
        let brief: Vec<String> = names.into_iter().map(brief_name).collect();
        brief.join(", ")
    };
    // No line has room for more names, and making them would grow with the team.
    let lists = [
        &coverage.holders,
        &coverage.away,
        &coverage.claimed,
        &coverage.stale,
    ];
    let others = old.filter(|o| o.holders != coverage.holders);
    let before = others.map_or(0, |o| o.holders.len());
    let named = before + lists.iter().map(|l| l.len()).sum::<usize>() <= 12;
    let mut parts: Vec<String> = Vec::new();
    if named && !coverage.holders.is_empty() {
        parts.push(people(&coverage.holders));
    }
    for (label, ids) in [
        ("away", &coverage.away),
        ("claimed", &coverage.claimed),
        ("stale", &coverage.stale),
    ] {
        if named && !ids.is_empty() {
            parts.push(format!("{label} {}: {}", ids.len(), people(ids)));
        }
    }
    let long = parts.join(" · ");
    let longest = match others {
        Some(old) => {
            let were = match old.holders.as_slice() {
                [] => "nobody".to_owned(),
                holders => people(holders),
            };
            parts.push(format!("{} {were}", when(state)));
            parts.join(" · ")
        }
        None => long.clone(),
    };
    // Where names do not fit, the numbers do.
    let counts = [
        (coverage.holders.len(), "held"),
        (coverage.away.len(), "away"),
        (coverage.claimed.len(), "claimed"),
        (coverage.stale.len(), "stale"),
    ];
    let brief: Vec<String> = counts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{n} {word}"))
        .collect();
    let texts = [longest, long];
    let fits = |text: &&String| named && text.width() <= usize::from(room);
    let text = match texts.iter().find(fits) {
        Some(text) => text.clone(),
        None => brief.join(" · "),
    };
    put(buf, area.x + x, y, room, &text, theme.base);
}

fn skill_name<'a>(state: &'a State, id: &'a SkillId) -> &'a str {
    let known = state.team.skill(id);
    known.map_or(id.as_str(), |s| s.name.get().as_str())
}

pub(super) fn sole(buf: &mut Buffer, inner: Area, state: &State, theme: &Theme) {
    let here = &state.succession;
    if here.sole.is_empty() {
        if state.is_manager() {
            say(
                buf,
                inner,
                &["Nobody alone covers a critical skill."],
                theme.dim,
            );
        }
        return;
    }
    let names = (inner.w / 3).clamp(14, 26);
    let cursor = here.cursors[2];
    let lines = here.sole.iter().enumerate().skip(cursor.top);
    for (y, (at, (who, skills))) in (inner.y..inner.y + inner.h).zip(lines) {
        let area = Area::new(inner.x, y, inner.w, 1);
        let name = state.succession.name(who);
        put(buf, area.x + 1, y, names - 2, name, theme.base);
        let skills: Vec<&str> = skills.iter().map(|id| skill_name(state, id)).collect();
        let room = area.w.saturating_sub(names);
        put(
            buf,
            area.x + names,
            y,
            room,
            &skills.join(", "),
            theme.alarm,
        );
        if here.part == Part::Sole && at == cursor.line {
            line_style(buf, rect(area), y, theme.cursor);
        }
    }
}
