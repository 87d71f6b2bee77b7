//! Skills that are not covered, in words: which, who, and why it will or does not hold. Made when the board changes.
//! Must not know: how it looks.

use super::cell::{day, person_name};
use super::cell_need::names;
use crate::domain::board::Board;
use crate::domain::coverage::{Coverage, CoverageState};
use crate::domain::succession::{LikelihoodReason, likelihood_of_person};
use crate::domain::{PersonId, Team};
use chrono::{Datelike, NaiveDate};

/// A critical skill that is not covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverLine {
    /// One holder, no holder or thin; empty where the line above says the same.
    pub label: &'static str,
    /// The skill, who holds it or nearly does, and why.
    pub text: String,
    /// How it stands.
    pub state: CoverageState,
    /// Index into [`Board::coverage`].
    pub skill: usize,
}

/// One holder first, then no holder, then thin; within each in the order of the skills.
pub fn cover_lines(team: &Team, board: &Board) -> Vec<CoverLine> {
    let mut lines = Vec::new();
    for (state, label) in [
        (CoverageState::OneHolder, "One holder"),
        (CoverageState::NoHolder, "No holder"),
        (CoverageState::Thin, "Thin"),
    ] {
        let of_state = board
            .coverage
            .iter()
            .enumerate()
            .filter(|(_, coverage)| coverage.state == state && coverage.target.is_some());
        for (nth, (skill, coverage)) in of_state.enumerate() {
            lines.push(CoverLine {
                label: if nth == 0 { label } else { "" },
                text: text(team, coverage, board.today),
                state,
                skill,
            });
        }
    }
    lines
}

fn text(team: &Team, coverage: &Coverage, today: NaiveDate) -> String {
    let skill = team
        .skill(&coverage.skill)
        .map_or(coverage.skill.as_str(), |skill| skill.name.get());
    match coverage.state {
        CoverageState::OneHolder => {
            let holder = &coverage.holders[0];
            let name = person_name(team, holder);
            match leaving(team, holder, today) {
                Some(why) => format!("{skill} ({name}, {why})"),
                None => format!("{skill} ({name})"),
            }
        }
        CoverageState::NoHolder => match why_nobody(team, coverage, today) {
            Some(why) => format!("{skill}: {why}"),
            None => skill.to_owned(),
        },
        CoverageState::Thin | CoverageState::Covered => {
            format!("{skill}, {} of {}", coverage.holders.len(), coverage.n_min)
        }
    }
}

/// What a holder declared about leaving, in a few words; nothing is derived from anything else.
fn leaving(team: &Team, holder: &PersonId, today: NaiveDate) -> Option<String> {
    let person = team.person(holder)?;
    match likelihood_of_person(person, today).reason {
        LikelihoodReason::Notice(_) => Some("notice given".to_owned()),
        LikelihoodReason::ContractEnd(end) => {
            Some(format!("contract ends {}", end.format("%b %Y")))
        }
        LikelihoodReason::DeclaredExit(_, end) => Some(format!("leaving by {}", end.year())),
        LikelihoodReason::AskAgain(_) => Some("said to leave by now: ask again".to_owned()),
        LikelihoodReason::WishToMove(_) => Some("wishes to move".to_owned()),
        LikelihoodReason::Vacant | LikelihoodReason::Staying(_) | LikelihoodReason::Unknown => None,
    }
}

fn why_nobody(team: &Team, coverage: &Coverage, today: NaiveDate) -> Option<String> {
    if let Some(away) = coverage.away.first() {
        let until = team.person(away).and_then(|person| {
            let absence = person.absences.iter().find(|a| a.covers(today))?;
            *absence.until.get()
        });
        let who = names(team, &coverage.away);
        return Some(match (until, coverage.away.len()) {
            (Some(until), 1) => format!("{who} away to {}", day(until)),
            _ => format!("{who} away"),
        });
    }
    if !coverage.claimed.is_empty() {
        return Some(format!("claimed by {}", names(team, &coverage.claimed)));
    }
    if !coverage.stale.is_empty() {
        return Some(format!("out of date: {}", names(team, &coverage.stale)));
    }
    None
}
