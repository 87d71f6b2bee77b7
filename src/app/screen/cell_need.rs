//! Who is behind a need or a skill's coverage. People are listed by name, never by mark; no mark stands beside a name.
//! Must not know: how it looks.

use super::super::overlay::Sheet;
use super::cell::{need_sentence, person_name, subject_name};
use super::entries::Entry;
use crate::domain::board::{Board, Need};
use crate::domain::cell::CellState;
use crate::domain::coverage::{Coverage, CoverageState};
use crate::domain::framework::Target;
use crate::domain::{PersonId, Subject, Team};
use std::collections::BTreeMap;

/// A list of people behind a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeedDetail {
    /// Which figure.
    pub title: String,
    /// Paragraphs in order.
    pub entries: Vec<Entry>,
}

/// How a person stands in a need, the strongest answer of their rows last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stand {
    NotCounted,
    NoFreshMark,
    AtTarget,
    BelowTarget,
}

/// Who is behind the need of some rows for a subject.
pub fn need_detail(
    team: &Team,
    board: &Board,
    label: &str,
    rows: &[usize],
    subject: usize,
    need: &Need,
) -> NeedDetail {
    // A person with two posts has two rows and counts once: the row with more need speaks.
    let mut people: BTreeMap<(&str, &PersonId), Stand> = BTreeMap::new();
    for row in rows.iter().filter_map(|&row| board.rows.get(row)) {
        let Some(figure) = row.cells.get(subject) else {
            continue;
        };
        let counts = figure.state != CellState::NotApplicable && figure.target != Target::None;
        let stand = match figure.gap {
            _ if !counts => Stand::NotCounted,
            None => Stand::NoFreshMark,
            Some(0) => Stand::AtTarget,
            Some(_) => Stand::BelowTarget,
        };
        let known = people
            .entry((row.name.as_str(), &row.person))
            .or_insert(stand);
        *known = stand.max(*known);
    }
    let names = |of: Stand| -> Vec<&str> {
        people
            .iter()
            .filter(|(_, stand)| **stand == of)
            .map(|((name, _), _)| *name)
            .collect()
    };
    let mut entries = vec![Entry {
        label: "Need".to_owned(),
        text: need_sentence(team, label, need),
    }];
    for (label, of) in [
        ("Below target", Stand::BelowTarget),
        ("At target", Stand::AtTarget),
        ("No fresh mark", Stand::NoFreshMark),
        ("Not counted", Stand::NotCounted),
    ] {
        let names = names(of);
        if !names.is_empty() {
            let why = match of {
                Stand::NotCounted => " (not expected of the post, or without a target)",
                _ => "",
            };
            entries.push(Entry {
                label: format!("{label} ({})", names.len()),
                text: format!("{}{why}", names.join(", ")),
            });
        }
    }
    NeedDetail {
        title: format!("{} · {label}", subject_name(team, &need.subject)),
        entries,
    }
}

/// Who covers a skill, and who nearly does.
pub fn coverage_detail(team: &Team, coverage: &Coverage) -> NeedDetail {
    let subject = Subject::Skill(coverage.skill.clone());
    let mut entries = vec![
        Entry::new("Coverage", standing(coverage)),
        Entry::new("How this is made", coverage_sentence(team, coverage)),
    ];
    for (label, people) in [
        ("Holders", &coverage.holders),
        ("Away", &coverage.away),
        ("Claimed", &coverage.claimed),
        ("Out of date", &coverage.stale),
    ] {
        if !people.is_empty() {
            entries.push(Entry {
                label: format!("{label} ({})", people.len()),
                text: names(team, people),
            });
        }
    }
    NeedDetail {
        title: subject_name(team, &subject).to_owned(),
        entries,
    }
}

/// Somebody who alone covers skills, and how each is made.
pub fn sole_sheet(team: &Team, who: &PersonId, covered: &[&Coverage]) -> Sheet {
    let skills = covered.iter().map(|c| Subject::Skill(c.skill.clone()));
    let skills: Vec<String> = skills.map(|s| subject_name(team, &s).to_owned()).collect();
    let them = match covered.len() {
        1 => "this skill".to_owned(),
        n => format!("these {n} skills"),
    };
    let mut entries = vec![
        Entry::new("Sole cover", skills.join(", ")),
        Entry::new(
            "How this is made",
            format!(
                "Nobody else who is available has a fresh validated mark at or above target for {them}."
            ),
        ),
    ];
    for coverage in covered {
        let subject = Subject::Skill(coverage.skill.clone());
        entries.push(Entry::new(
            subject_name(team, &subject),
            coverage_sentence(team, coverage),
        ));
    }
    Sheet::new(person_name(team, who).to_owned(), entries)
}

/// Names in alphabetical order.
pub fn sorted_names<'a>(team: &'a Team, people: &'a [PersonId]) -> Vec<&'a str> {
    let mut names: Vec<&str> = people.iter().map(|id| person_name(team, id)).collect();
    names.sort_unstable();
    names
}

/// Names in alphabetical order, separated by commas.
pub fn names(team: &Team, people: &[PersonId]) -> String {
    sorted_names(team, people).join(", ")
}

/// How a skill is covered, in a few words.
fn standing(coverage: &Coverage) -> &'static str {
    match coverage.state {
        CoverageState::OneHolder => "one holder: a single point of failure",
        other => other.label(),
    }
}

/// Coverage in a sentence (definition 9).
pub fn coverage_sentence(team: &Team, coverage: &Coverage) -> String {
    let target = match coverage.target {
        Some(target) => format!("a fresh validated mark of at least {target}"),
        None => return "no target is set for this skill, so nobody is counted".to_owned(),
    };
    let mut text = format!(
        "{} available with {target} ({}.{:02} FTE); at least {} asked for: {}",
        coverage.holders.len(),
        coverage.holders_fte / 100,
        coverage.holders_fte % 100,
        coverage.n_min,
        standing(coverage),
    );
    for (label, people) in [
        ("away", &coverage.away),
        ("claimed, not validated", &coverage.claimed),
        ("out of date", &coverage.stale),
    ] {
        if !people.is_empty() {
            text.push_str(&format!("; {label}: {}", names(team, people)));
        }
    }
    text
}
