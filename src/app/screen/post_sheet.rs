//! What the succession pane opens about a post: how its risk is made, who holds it, who is nominated and what each still needs.
//! Must not know: how it looks.

use super::super::overlay::Sheet;
use super::cell::{day, halves, steps, subject_name};
use super::cell_need::names;
use super::entries::Entry;
use crate::domain::explain::explain_post;
use crate::domain::readiness::{MustHaveState, Readiness};
use crate::domain::succession::{FAIRNESS, Nominee, PostRisk, SuccessionBoard};
use crate::domain::{PersonId, Team};
use chrono::NaiveDate;

/// The sheet of a post.
pub fn post_sheet(team: &Team, risk: &PostRisk, today: NaiveDate) -> Sheet {
    let mut entries = steps(&explain_post(team, risk, today));
    let holders = if risk.holders.is_empty() {
        "vacant".to_owned()
    } else {
        names(team, &risk.holders)
    };
    entries.push(Entry {
        label: "Held by".to_owned(),
        text: holders,
    });
    if risk.nominees.is_empty() {
        entries.push(Entry {
            label: "Nominees".to_owned(),
            text: "nobody is nominated yet".to_owned(),
        });
    }
    for nominee in &risk.nominees {
        entries.push(Entry {
            label: nominee.name.clone(),
            text: nominee_text(team, nominee),
        });
    }
    entries.push(Entry::new("Note", FAIRNESS));
    let column = risk
        .column
        .as_ref()
        .map_or_else(String::new, |column| format!(" · {column}"));
    Sheet::new(format!("{}{column}", risk.title), entries)
}

/// The sheet of a nominee: the computed band and how it is made, and the manager's decision beside it.
pub fn nominee_sheet(team: &Team, risk: &PostRisk, nominee: &Nominee) -> Sheet {
    let r = &nominee.readiness;
    let mut entries = vec![
        Entry::new("Computed", r.band.label()),
        Entry::new(
            "How this is made",
            format!(
                "{} of {} marks present, {} validated; {}.",
                r.present.0,
                r.present.1,
                r.validated,
                reasons(team, r).join("; ")
            ),
        ),
        Entry::new("", BANDS),
    ];
    let decision = match &nominee.decision {
        Some((band, reason)) if reason.is_empty() => band.label().to_owned(),
        Some((band, reason)) => format!("{}: {reason}", band.label()),
        None => "none yet: the computed band is a suggestion".to_owned(),
    };
    entries.push(Entry::new("Decided", decision));
    if r.conflict {
        entries.push(Entry::new(
            "◆",
            "a value behind this is in conflict; the cautious one counts",
        ));
    }
    entries.push(Entry::new("Note", FAIRNESS));
    Sheet::new(format!("{} · {}", nominee.name, risk.title), entries)
}

/// How the figures over all critical posts are made.
pub fn board_sheet(team: &Team, board: &SuccessionBoard) -> Sheet {
    let critical = || board.posts.iter().filter(|p| p.critical);
    let titles = |which: &dyn Fn(&PostRisk) -> bool| -> String {
        let found: Vec<&str> = critical()
            .filter(|p| which(p))
            .map(|p| p.title.as_str())
            .collect();
        match found.as_slice() {
            [] => "none".to_owned(),
            found => found.join(", "),
        }
    };
    let (ready, of) = board.ready_now;
    let mut deep: Vec<PersonId> = Vec::new();
    for nominee in critical().flat_map(|p| &p.nominees) {
        if nominee.readiness.band.has_depth() && !deep.contains(&nominee.person) {
            deep.push(nominee.person.clone());
        }
    }
    let thousandths = board.adjusted_depth_thousandths;
    let entries = vec![
        Entry::new(
            "Ready now",
            format!(
                "{ready}/{of}: critical posts with at least one nominee whose computed band is ready now / critical posts. With one: {}.",
                titles(&|p| p.counts[0] > 0)
            ),
        ),
        Entry::new(
            "At risk",
            format!(
                "{}: critical, L at least 3, and no nominee ready now: {}.",
                board.at_risk,
                titles(&|p| p.at_risk)
            ),
        ),
        Entry::new(
            "Depth",
            format!(
                "{}: people nominated for a critical post who are ready now, in 1–2 or in 3–5 years, each once: {}.",
                board.depth,
                if deep.is_empty() {
                    "nobody".to_owned()
                } else {
                    names(team, &deep)
                }
            ),
        ),
        Entry::new(
            "Adjusted depth",
            format!(
                "{}.{:03}: each of them divided by the posts that the person is nominated for.",
                thousandths / 1000,
                thousandths % 1000
            ),
        ),
        Entry::new("Note", FAIRNESS),
    ];
    Sheet::new("All critical posts".to_owned(), entries)
}

/// The bands of readiness (definition 13).
const BANDS: &str = "Ready now: all present, all validated, largest gap at most 0.5, must-haves held. 1–2 years: at least 80 % present, largest \
     gap at most 2.0, must-haves held or booked within 24 months. 3–5 years: at least 80 % present, largest gap at most 4.0. Unknown: \
     fewer than 80 % present. Otherwise not yet.";

/// Band and reasons of a nominee, with the manager's decision beside it.
fn nominee_text(team: &Team, nominee: &Nominee) -> String {
    let readiness = &nominee.readiness;
    let mut parts = vec![format!(
        "{}: {} of {} marks present, {} validated",
        readiness.band.label(),
        readiness.present.0,
        readiness.present.1,
        readiness.validated
    )];
    parts.extend(reasons(team, readiness));
    if let Some((band, reason)) = &nominee.decision {
        let because = if reason.is_empty() {
            String::new()
        } else {
            format!(" (“{reason}”)")
        };
        parts.push(format!("the manager decided: {}{because}", band.label()));
    }
    if readiness.conflict {
        parts.push("◆ values in conflict, the cautious ones count".to_owned());
    }
    parts.join("; ")
}

fn reasons(team: &Team, readiness: &Readiness) -> Vec<String> {
    let mut parts = Vec::new();
    match &readiness.largest_gap {
        Some((gap, subject)) => parts.push(format!(
            "largest gap {} in {}",
            halves(u32::from(*gap)),
            subject_name(team, subject)
        )),
        None => parts.push("no gap".to_owned()),
    }
    if !readiness.missing_marks.is_empty() {
        let missing: Vec<&str> = readiness
            .missing_marks
            .iter()
            .map(|subject| subject_name(team, subject))
            .collect();
        parts.push(format!("no fresh mark: {}", missing.join(", ")));
    }
    for (_, name, state) in &readiness.must_haves {
        parts.push(match state {
            MustHaveState::Held => format!("{name} held"),
            MustHaveState::Booked(date) => format!("{name} booked for {}", day(*date)),
            MustHaveState::Missing => format!("{name} missing"),
        });
    }
    parts
}
