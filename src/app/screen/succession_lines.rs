//! Skills that are not covered, in words: which, who, and why it will or does not hold. Made when the board changes.
//! Must not know: how it looks.

use super::cell::day;
use super::cell_need::sorted_names;
use crate::domain::board::Board;
use crate::domain::coverage::{Coverage, CoverageState};
use crate::domain::succession::{LikelihoodReason, likelihood_of_person};
use crate::domain::{PersonId, Team};
use chrono::{Datelike, NaiveDate};

/// A critical skill that is not covered, or that was not and would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverLine {
    /// One holder, no holder, thin or covered; empty where the line above says the same.
    pub label: &'static str,
    /// The skill, who holds it or nearly does, and why.
    pub text: String,
    /// The same with shortened names.
    pub brief: String,
    /// How it stands.
    pub state: CoverageState,
    /// Index into [`Board::coverage`].
    pub skill: usize,
}

/// One holder first, then no holder, then thin; within each in the order of the skills. Beside figures before, those that would be covered
/// come last: what is mended is not to vanish.
pub fn cover_lines(team: &Team, board: &Board, before: Option<&Board>) -> Vec<CoverLine> {
    let mended = |coverage: &Coverage| {
        let mut others = before.iter().flat_map(|b| &b.coverage);
        let old = others.find(|old| old.skill == coverage.skill);
        old.is_some_and(|old| old.state != CoverageState::Covered)
    };
    let mut lines = Vec::new();
    for (state, label) in [
        (CoverageState::OneHolder, "One holder"),
        (CoverageState::NoHolder, "No holder"),
        (CoverageState::Thin, "Thin"),
        (CoverageState::Covered, "Covered"),
    ] {
        let of_state = board
            .coverage
            .iter()
            .enumerate()
            .filter(|(_, coverage)| coverage.state == state && coverage.target.is_some())
            .filter(|(_, coverage)| state != CoverageState::Covered || mended(coverage));
        for (nth, (skill, coverage)) in of_state.enumerate() {
            lines.push(CoverLine {
                label: if nth == 0 { label } else { "" },
                text: text(team, coverage, board.today, false),
                brief: text(team, coverage, board.today, true),
                state,
                skill,
            });
        }
    }
    lines
}

fn text(team: &Team, coverage: &Coverage, today: NaiveDate, brief: bool) -> String {
    let skill = team
        .skill(&coverage.skill)
        .map_or(coverage.skill.as_str(), |skill| skill.name.get());
    match coverage.state {
        CoverageState::OneHolder => {
            let holder = &coverage.holders[0];
            let name = listed(team, std::slice::from_ref(holder), brief);
            match leaving(team, holder, today) {
                Some(why) => format!("{skill} ({name}, {why})"),
                None => format!("{skill} ({name})"),
            }
        }
        CoverageState::NoHolder => match why_nobody(team, coverage, today, brief) {
            Some(why) => format!("{skill}: {why}"),
            None => skill.to_owned(),
        },
        CoverageState::Thin | CoverageState::Covered => {
            format!("{skill}, {} of {}", coverage.holders.len(), coverage.n_min)
        }
    }
}

/// Names in alphabetical order, shortened or not.
fn listed(team: &Team, people: &[PersonId], brief: bool) -> String {
    let names: Vec<String> = sorted_names(team, people)
        .into_iter()
        .map(|name| {
            if brief {
                brief_name(name)
            } else {
                name.to_owned()
            }
        })
        .collect();
    names.join(", ")
}

/// First name and initial of the last, where there is little room: "Ann E.".
pub fn brief_name(name: &str) -> String {
    let mut words = name.split_whitespace();
    match (
        words.next(),
        words.next_back().and_then(|w| w.chars().next()),
    ) {
        (Some(first), Some(initial)) => format!("{first} {initial}."),
        _ => name.to_owned(),
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
        LikelihoodReason::DeclaredExit(_, end) => Some(format!("leaving {}", end.year())),
        LikelihoodReason::AskAgain(_) => Some("said to leave by now: ask again".to_owned()),
        LikelihoodReason::WishToMove(_) => Some("wishes to move".to_owned()),
        LikelihoodReason::Vacant | LikelihoodReason::Staying(_) | LikelihoodReason::Unknown => None,
    }
}

fn why_nobody(team: &Team, coverage: &Coverage, today: NaiveDate, brief: bool) -> Option<String> {
    if let Some(away) = coverage.away.first() {
        let until = team.person(away).and_then(|person| {
            let absence = person.absences.iter().find(|a| a.covers(today))?;
            *absence.until.get()
        });
        let who = listed(team, &coverage.away, brief);
        let in_post = |id: &PersonId| {
            let mut holders = team.base.posts.iter().flat_map(|p| &p.holders);
            holders.any(|h| &h.person == id && h.on(today))
        };
        if !coverage.away.iter().any(in_post) {
            return Some(format!("{who} in no post"));
        }
        return Some(match (until, coverage.away.len()) {
            (Some(until), 1) => format!("{who} away to {}", day(until)),
            _ => format!("{who} away"),
        });
    }
    if !coverage.claimed.is_empty() {
        return Some(format!(
            "claimed by {}",
            listed(team, &coverage.claimed, brief)
        ));
    }
    if !coverage.stale.is_empty() {
        return Some(format!(
            "out of date: {}",
            listed(team, &coverage.stale, brief)
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::brief_name;

    #[test]
    fn names_are_shortened_to_first_and_initial() {
        assert_eq!(brief_name("Ada Maria Example"), "Ada E.");
        assert_eq!(brief_name("Solo"), "Solo");
    }
}
