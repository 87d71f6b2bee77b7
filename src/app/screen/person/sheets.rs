//! What Enter opens on the Person screen: a mark and how it is made, what a post still asks for, an objective in full, the log.

use super::super::super::overlay::Sheet;
use super::super::super::state::State;
use super::super::cell::{cell_detail, day, halves, person_name, subject_name};
use super::super::entries::Entry;
use super::Part;
use super::lines::{agreement_words, objective_of, state_label};
use super::record::Record;
use crate::domain::actions::{AgreementState, agreed_by, agreement_on};
use crate::domain::board::Group;
use crate::domain::person::{ItemState, Objective};
use crate::domain::plan_words::{notes_on, reason_for};
use crate::domain::profile::Towards;
use crate::domain::readiness::MustHaveState;
use crate::domain::{Dated, Person};

/// The sheet of the line under the cursor.
pub fn sheet(state: &State, record: &Record) -> Option<Sheet> {
    let part = state.person.part;
    let line = state.person.lines[part as usize];
    let person = state.person_known(&record.profile.person)?;
    match part {
        Part::Marks => mark(state, record, person),
        Part::Towards => Some(towards(state, record)),
        Part::Plan => objective(state, record, person, line),
        Part::Ppd => Some(ppd(record, person)),
        Part::Shared => Some(shared(state, record, person)),
    }
}

/// The cell, explained as under the heatmap.
fn mark(state: &State, record: &Record, person: &Person) -> Option<Sheet> {
    let subject = state.person.subject.as_ref()?;
    let row = record.profile.rows.get(record.post)?;
    let at = state.board.subjects.iter().position(|s| s == subject)?;
    let groups = &state.heatmap.matrix.groups;
    let index = state
        .board
        .rows
        .iter()
        .position(|r| r.person == row.person && r.post == row.post)?;
    let group: &Group = groups.iter().find(|g| g.rows.contains(&index))?;
    let detail = cell_detail(&state.team, &state.board, group, row, at, person);
    Some(Sheet::new(detail.title, detail.entries))
}

fn towards(state: &State, record: &Record) -> Sheet {
    let mut entries = Vec::new();
    for towards in &record.profile.towards {
        post_entries(state, towards, &mut entries);
    }
    if entries.is_empty() {
        entries.push(Entry::new(
            "Towards",
            "no post is named: neither a nomination nor an aspiration is recorded",
        ));
    }
    entries.push(Entry::new(
        "Note",
        "Readiness is a suggestion. Appointment is by the normal recruitment process.",
    ));
    Sheet::new("Towards".to_owned(), entries)
}

fn post_entries(state: &State, towards: &Towards, out: &mut Vec<Entry>) {
    let (team, r) = (&state.team, &towards.readiness);
    out.push(Entry::new(
        towards.title.clone(),
        format!(
            "{} · marks {}/{}, {} validated",
            r.band.label(),
            r.present.0,
            r.present.1,
            r.validated
        ),
    ));
    match &r.largest_gap {
        Some((gap, subject)) => out.push(Entry::new(
            "largest gap",
            format!(
                "{} in {}",
                halves(u32::from(*gap)),
                subject_name(team, subject)
            ),
        )),
        None => out.push(Entry::new("largest gap", "nothing is below target")),
    }
    if !r.missing_marks.is_empty() {
        let names: Vec<&str> = r
            .missing_marks
            .iter()
            .map(|s| subject_name(team, s))
            .collect();
        out.push(Entry::new("no fresh mark", names.join(", ")));
    }
    for (_, name, state) in &r.must_haves {
        let text = match state {
            MustHaveState::Held => "held, sighted and unexpired".to_owned(),
            MustHaveState::Booked(date) => format!("booked for {}", day(*date)),
            MustHaveState::Missing => "missing, nothing booked".to_owned(),
        };
        out.push(Entry::new(name.clone(), text));
    }
    if r.conflict {
        out.push(Entry::new(
            "◆",
            "a value behind this is in conflict; the cautious one counts",
        ));
    }
}

fn objective(state: &State, record: &Record, person: &Person, line: usize) -> Option<Sheet> {
    let objective = objective_of(person, &record.profile, line)?;
    Some(plan_sheet(state, person, objective, record.complete))
}

/// An objective in full, with its actions; `complete`: the long texts have been read as far as there are any.
pub fn plan_sheet(state: &State, person: &Person, objective: &Objective, complete: bool) -> Sheet {
    let today = state.today;
    let stands = objective
        .states
        .on(today)
        .map_or(ItemState::Open, |s| *s.get());
    let mut entries = vec![Entry::new(
        "State",
        format!("{} · {}", state_label(stands), agreed(state, objective)),
    )];
    along(
        state,
        person,
        objective.id.as_str(),
        &objective.states,
        &mut entries,
    );
    let text = person.detail.as_ref().and_then(|d| {
        d.objective_texts
            .iter()
            .find(|t| t.id == objective.id.as_str())
    });
    if let Some(text) = text {
        for (label, text) in [
            ("Activity", &text.activity),
            ("Different", &text.difference),
            ("Support", &text.support),
            ("Aim", &text.aim),
            ("Option", &text.option),
        ] {
            if !text.is_empty() {
                entries.push(Entry::new(label, text.clone()));
            }
        }
    } else if !complete {
        entries.push(Entry::new("", "the other columns are being read"));
    }
    if !objective.has_measure {
        entries.push(Entry::new(
            "Measure",
            "none yet: without saying how success will be known it cannot be agreed",
        ));
    }
    if let Some(subject) = &objective.subject {
        entries.push(Entry::new("Serves", subject_name(&state.team, subject)));
    }
    for (label, date) in [
        ("Review", objective.review.get()),
        ("Completion", objective.completion.get()),
    ] {
        if let Some(date) = date {
            entries.push(Entry::new(label, day(*date)));
        }
    }
    for action in &objective.actions {
        let item = action
            .states
            .on(today)
            .map_or(ItemState::Open, |s| *s.get());
        let due = action
            .completion
            .get()
            .map_or_else(String::new, |d| format!(" · {}", day(d)));
        // How far along is asked of what is not over.
        let along_by = match item {
            ItemState::Open => format!(" · {} %", action.progress.get().0),
            _ => String::new(),
        };
        entries.push(Entry::new(
            "Action",
            format!(
                "{} · {}{due}{along_by}",
                action.text.get(),
                state_label(item)
            ),
        ));
        along(
            state,
            person,
            action.id.as_str(),
            &action.states,
            &mut entries,
        );
        let said = person.detail.as_ref().and_then(|d| {
            let id = action.id.as_str();
            d.action_texts.iter().find(|t| t.id == id)
        });
        if let Some(said) = said {
            for (label, text) in [
                ("Learned", &said.learning),
                ("Applied", &said.application),
                ("Further", &said.further_support),
            ] {
                if !text.is_empty() {
                    entries.push(Entry::new(label, text.clone()));
                }
            }
        }
    }
    Sheet::new(objective.title.get().clone(), entries)
}

/// How the agreement stands; where both agreed to an earlier text, with their names.
fn agreed(state: &State, objective: &Objective) -> String {
    let stands = agreement_on(objective, state.today);
    if stands != AgreementState::BothEarlier {
        return agreement_words(&stands);
    }
    let by = agreed_by(objective, state.today).into_iter();
    let names: Vec<&str> = by.map(|id| person_name(&state.team, id)).collect();
    format!("agreed by {} to an earlier text", names.join(" and "))
}

/// Why it was dropped, and the notes on how far it is, newest first.
fn along(
    state: &State,
    person: &Person,
    item: &str,
    states: &Dated<ItemState>,
    out: &mut Vec<Entry>,
) {
    let Some(detail) = &person.detail else {
        return;
    };
    if let Some((since, stands)) = states.entry_on(state.today)
        && *stands.get() == ItemState::Dropped
    {
        let reason = reason_for(&detail.drop_reasons, item, since);
        if !reason.is_empty() {
            out.push(Entry::new("Because", reason.to_owned()));
        }
    }
    for note in notes_on(&detail.progress_notes, item, state.today) {
        let typist = note.typist.as_ref().map_or_else(String::new, |id| {
            format!(", entered by {}", person_name(&state.team, id))
        });
        let by = person_name(&state.team, &note.by);
        out.push(Entry::new(
            "Note",
            format!("{} · {by}{typist} · {}", day(note.date), note.text),
        ));
    }
}

fn ppd(record: &Record, person: &Person) -> Sheet {
    let mut entries = Vec::new();
    let log = person.detail.as_ref().map_or(&[][..], |d| &d.ppd);
    for e in log.iter().rev() {
        let mut text = format!("{} · {}", e.title, e.category.name());
        if !e.completed {
            text.push_str(" · booked");
        }
        if e.protected_half_days > 0 {
            text.push_str(&format!(
                " · {} protected days",
                halves(e.protected_half_days)
            ));
        }
        if e.points > 0 {
            text.push_str(&format!(
                " · {}.{:02} points",
                e.points / 100,
                e.points % 100
            ));
        }
        entries.push(Entry::new(day(e.date), text));
        if !e.reflection.is_empty() {
            entries.push(Entry::new("", e.reflection.clone()));
        }
    }
    if entries.is_empty() {
        let text = if record.complete {
            "no activity is logged yet"
        } else {
            "the log is being read"
        };
        entries.push(Entry::new("PPD", text));
    }
    Sheet::new("Professional development log".to_owned(), entries)
}

fn shared(state: &State, record: &Record, person: &Person) -> Sheet {
    let mut entries: Vec<Entry> = record.lines[Part::Shared as usize]
        .iter()
        .flat_map(|l| &l.left)
        .map(|(_, text)| Entry::new("", text.clone()))
        .collect();
    entries.push(Entry::new(
        "Drafts",
        "stay on the person’s own devices until they share them; then the team’s managers read them",
    ));
    if let Some(detail) = &person.detail {
        for a in detail.aspirations.iter().rev() {
            entries.push(Entry::new(
                "Aspiration",
                format!("{} · {}", day(a.date), a.text),
            ));
        }
        for m in detail.meetings.iter().rev() {
            let kind = if m.development { "Talk" } else { "Meeting" };
            entries.push(Entry::new(kind, format!("{} · {}", day(m.date), m.notes)));
        }
        for r in &detail.registrations {
            let since = r.since.map_or_else(
                || "working towards it".to_owned(),
                |d| format!("since {}", day(d)),
            );
            entries.push(Entry::new(
                "Registration",
                format!("{} · {} · {since}", r.title, r.body),
            ));
        }
        for (table, source) in &detail.sources {
            entries.push(Entry::new("Source", format!("{table}: {source}")));
        }
        if !detail.contact.is_empty() {
            entries.push(Entry::new("Contact", detail.contact.clone()));
        }
    }
    Sheet::new(
        format!("What is shared · {}", person_name(&state.team, &person.id)),
        entries,
    )
}
