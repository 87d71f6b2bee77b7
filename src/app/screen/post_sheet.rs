//! What the succession pane opens about a post: how its risk is made, who holds it, who is nominated and what each still needs.
//! Must not know: how it looks.

use super::super::overlay::Sheet;
use super::cell::{day, halves, steps, subject_name};
use super::cell_need::names;
use super::entries::Entry;
use crate::domain::Team;
use crate::domain::explain::explain_post;
use crate::domain::readiness::{MustHaveState, Readiness};
use crate::domain::succession::{Nominee, PostRisk};
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
    entries.push(Entry {
        label: "Note".to_owned(),
        text: "Readiness is a suggestion. A nomination appoints nobody: appointment is by the normal recruitment process."
            .to_owned(),
    });
    let column = risk
        .column
        .as_ref()
        .map_or_else(String::new, |column| format!(" · {column}"));
    Sheet::new(format!("{}{column}", risk.title), entries)
}

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
