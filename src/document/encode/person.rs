//! The four documents about a person: card, self, record, plan.

use super::{Writer, date, from};
use crate::document::code::{MarkCode, date_text, hex, mark_key, row_key, subject_code};
use crate::document::decode::{
    CREDENTIAL_KINDS, HORIZONS, ITEM_STATES, PPD_CATEGORIES, PRIORITIES, objective_digest, word_for,
};
use crate::document::{Rows, Scalar};
use crate::domain::mark::{Mark, Series};
use crate::domain::person::{
    ActionText, Credential, Detail, ItemState, MarkNote, Objective, ObjectiveText, Person, Side,
};
use crate::domain::{Claim, Dated, MarkKind, Value};

/// Card, self, record and plan.
pub(super) fn documents(person: &Person) -> [Rows; 4] {
    let mut card = Rows::default();
    let mut own = Rows::default();
    let mut record = Rows::default();
    let mut plan = Rows::default();
    let none = Detail::default();
    let detail = person.detail.as_deref().unwrap_or(&none);

    Writer::new(&mut card, "card", "card".to_owned())
        .value("name", &person.name, |n| Scalar::text(n))
        .text("contact", &detail.contact);
    Writer::new(&mut record, "person", "person".to_owned()).text("handle", &person.handle);
    marks(&mut own, &person.series, |m| m.kind == MarkKind::Own);
    marks(&mut record, &person.series, |m| m.kind != MarkKind::Own);
    // A note with a source stands beside a transcribed mark.
    let in_record = |n: &MarkNote| n.rater != person.id || !n.source.is_empty();
    notes(&mut own, &detail.mark_notes, |n| !in_record(n));
    notes(&mut record, &detail.mark_notes, in_record);
    contracts(person, &mut record);
    for credential in &person.credentials {
        self::credential(credential, &mut own, &mut record);
    }
    for horizon in &person.horizons {
        let document = if horizon.told { &mut record } else { &mut own };
        let told = if horizon.told { "yes" } else { "no" };
        let key = row_key(&[date_text(horizon.said).as_str(), told]);
        Writer::new(document, "horizons", key).value("band", &horizon.band, |b| word(HORIZONS, b));
    }
    for absence in &person.absences {
        Writer::new(&mut record, "absences", row_key(&[&absence.id]))
            .date("from", Some(absence.from))
            .value("until", &absence.until, date)
            .text("kind", &absence.kind);
    }
    for competency in &person.not_applicable {
        Writer::new(&mut own, "not_applicable", row_key(&[competency.as_str()])).present();
    }
    said(detail, &mut own, &mut record);
    // A talk that no meeting of the detail accounts for still took place.
    for talk in &person.talks {
        if !detail
            .meetings
            .iter()
            .any(|m| m.development && m.date == *talk)
        {
            let key = row_key(&[format!("talk-{}", date_text(*talk))]);
            Writer::new(&mut record, "meetings", key)
                .date("date", Some(*talk))
                .text("kind", "development");
        }
    }
    for objective in &person.objectives {
        let text = detail
            .objective_texts
            .iter()
            .find(|t| t.id == objective.id.as_str());
        self::objective(objective, text, &detail.action_texts, &mut plan);
        let now = objective_digest(&plan, objective.id.as_str());
        for agreement in &objective.agreements {
            let document = match agreement.side {
                Side::Technician => &mut own,
                Side::Manager => &mut record,
            };
            let key = row_key(&[objective.id.as_str(), agreement.by.as_str()]);
            let mut row = Writer::new(document, "agreements", key);
            row.date("date", Some(agreement.date));
            // Who agreed to what stands there agrees to what stands here.
            let current = agreement.digest.is_some() && agreement.digest == objective.digest;
            if let Some(digest) = if current { now } else { agreement.digest } {
                let digest = Scalar::Text(hex(&digest));
                row.by("digest", digest, Some(agreement.by.clone()));
            }
        }
    }
    said_along(detail, &mut plan);
    [card, own, record, plan]
}

/// Notes on progress, and why something was dropped.
fn said_along(detail: &Detail, plan: &mut Rows) {
    for note in &detail.progress_notes {
        let key = row_key(&[&note.item, &date_text(note.date), note.by.as_str()]);
        let author = note.typist.as_ref().unwrap_or(&note.by).clone();
        let claim = Claim {
            value: Scalar::text(&note.text),
            author: Some(author),
            at: 0,
        };
        let row = plan.tables.entry("states".to_owned()).or_default();
        let fields = row.entry(key).or_default();
        fields.entry("note".to_owned()).or_default().push(claim);
    }
    for reason in &detail.drop_reasons {
        let key = row_key(&[&reason.item, &date_text(reason.date)]);
        Writer::new(plan, "states", key).text("reason", &reason.text);
    }
}

fn word<T: PartialEq>(list: &[(&'static str, T)], value: &T) -> Scalar {
    word_for(list, value).map_or(Scalar::Null, Scalar::text)
}

/// Marks of series, as far as they are wanted.
pub(super) fn marks(rows: &mut Rows, all: &[Series], wanted: impl Fn(&Mark) -> bool) {
    for series in all {
        for mark in series.marks.iter().filter(|m| wanted(m)) {
            let key = mark_key(
                &series.subject,
                series.column.as_ref(),
                &mark.rater,
                mark.date,
            );
            let code = |answer| {
                MarkCode {
                    answer,
                    entered: mark.entered,
                    typist: mark.typist.clone(),
                }
                .encode()
            };
            let claims = match &mark.answer {
                Value::One(answer) => vec![Claim {
                    value: code(*answer),
                    author: Some(mark.typist.clone()),
                    at: mark.entered,
                }],
                Value::Several(claims) => claims
                    .iter()
                    .map(|c| Claim {
                        value: code(c.value),
                        author: c.author.clone(),
                        at: c.at,
                    })
                    .collect(),
            };
            Writer::new(rows, "marks", key).claims("mark", claims);
        }
    }
}

/// Texts beside marks, as far as they are wanted.
pub(super) fn notes(rows: &mut Rows, all: &[MarkNote], wanted: impl Fn(&MarkNote) -> bool) {
    for note in all.iter().filter(|n| wanted(n)) {
        let key = mark_key(&note.subject, note.column.as_ref(), &note.rater, note.date);
        Writer::new(rows, "mark_notes", key)
            .text("evidence", &note.evidence)
            .text("link", &note.link)
            .text("feedback", &note.feedback)
            .text("source", &note.source);
    }
}

fn contracts(person: &Person, record: &mut Rows) {
    let mut days: Vec<_> = person.fte.0.iter().map(|(day, _)| *day).collect();
    days.extend(person.contract_end.0.iter().map(|(day, _)| *day));
    days.extend(person.notice.0.iter().map(|(day, _)| *day));
    days.sort_unstable();
    days.dedup();
    for day in days {
        let mut row = Writer::new(record, "contracts", row_key(&[from(day)]));
        if let Some(value) = standing(&person.fte, day) {
            row.value("fte", value, |f| Scalar::Int(f.0.into()));
        }
        if let Some(value) = standing(&person.contract_end, day) {
            row.value("end", value, date);
        }
        if let Some(value) = standing(&person.notice, day) {
            row.value("notice", value, date);
        }
    }
}

/// What holds on the day of a row; a row holds all facts of its day.
fn standing<T>(fact: &Dated<T>, day: Option<chrono::NaiveDate>) -> Option<&Value<T>> {
    let entries = fact.0.iter().rev();
    entries
        .into_iter()
        .find(|(from, _)| *from <= day)
        .map(|(_, value)| value)
}

/// The claim in `self`, what was sighted (and what nobody claimed) in `record`.
fn credential(credential: &Credential, own: &mut Rows, record: &mut Rows) {
    let key = row_key(&[credential.id.as_str()]);
    let write = |document: &mut Rows| {
        Writer::new(document, "credentials", key.clone())
            .text("code", &credential.code)
            .value("name", &credential.name, |n| Scalar::text(n))
            .put("kind", word(CREDENTIAL_KINDS, &credential.kind))
            .value("obtained", &credential.obtained, date)
            .value("expires", &credential.expires, date)
            .value("booked", &credential.booked, date);
    };
    if credential.claimed {
        write(own);
    }
    if let Some((by, on)) = &credential.sighted {
        write(record);
        Writer::new(record, "credentials", key.clone())
            .text("sighted_by", by.as_str())
            .date("sighted_on", Some(*on));
    } else if !credential.claimed {
        write(record);
    }
}

fn said(detail: &Detail, own: &mut Rows, record: &mut Rows) {
    for entry in &detail.ppd {
        let mut row = Writer::new(own, "ppd", row_key(&[&entry.id]));
        row.date("date", Some(entry.date))
            .put("category", word(PPD_CATEGORIES, &entry.category))
            .text("title", &entry.title)
            .text(
                "state",
                if entry.completed {
                    "completed"
                } else {
                    "booked"
                },
            )
            .text("reflection", &entry.reflection);
        for (name, number) in [
            ("protected_days", entry.protected_half_days),
            ("points", entry.points),
        ] {
            if number > 0 {
                row.int(name, number);
            }
        }
    }
    for registration in &detail.registrations {
        Writer::new(own, "registrations", row_key(&[&registration.title]))
            .present()
            .text("body", &registration.body)
            .date("since", registration.since)
            .date("expires", registration.expires);
    }
    for aspiration in &detail.aspirations {
        Writer::new(own, "aspirations", row_key(&[date_text(aspiration.date)]))
            .text(
                "column",
                aspiration.column.as_ref().map_or("", |c| c.as_str()),
            )
            .text("post", aspiration.post.as_ref().map_or("", |p| p.as_str()))
            .text("text", &aspiration.text);
    }
    for meeting in &detail.meetings {
        Writer::new(record, "meetings", row_key(&[&meeting.id]))
            .date("date", Some(meeting.date))
            .text(
                "kind",
                if meeting.development {
                    "development"
                } else {
                    "other"
                },
            )
            .text("notes", &meeting.notes);
    }
    for criterion in &detail.criteria {
        let key = row_key(&[&criterion.criterion]);
        Writer::new(own, "criteria", key.clone()).text("evidence", &criterion.evidence);
        if let Some(by) = &criterion.endorsed_by {
            Writer::new(record, "criteria", key).text("endorsed_by", by.as_str());
        }
    }
}

fn objective(
    objective: &Objective,
    text: Option<&ObjectiveText>,
    said: &[ActionText],
    plan: &mut Rows,
) {
    let none = ObjectiveText::default();
    let text = text.unwrap_or(&none);
    let id = objective.id.as_str();
    // Where the texts are not at hand, that there is a measure must not be lost.
    let difference = if text.difference.is_empty() && objective.has_measure {
        "–"
    } else {
        &text.difference
    };
    Writer::new(plan, "objectives", row_key(&[id]))
        .int("order", objective.order)
        .value("objective", &objective.title, |t| Scalar::text(t))
        .text("activity", &text.activity)
        .text("difference", difference)
        .text("support", &text.support)
        .value("review", &objective.review, date)
        .value("completion", &objective.completion, date)
        .value("priority", &objective.priority, |p| word(PRIORITIES, p))
        .put(
            "subject",
            objective
                .subject
                .as_ref()
                .map_or(Scalar::Null, subject_code),
        )
        .text("post", objective.post.as_ref().map_or("", |p| p.as_str()))
        .text("aim", &text.aim)
        .text("option", &text.option);
    states(plan, id, &objective.states);
    for (at, action) in objective.actions.iter().enumerate() {
        let said = said.iter().find(|t| t.id == action.id.as_str());
        let said = |part: fn(&ActionText) -> &String| said.map_or("", |t| part(t));
        Writer::new(plan, "actions", row_key(&[action.id.as_str()]))
            .text("learning", said(|t| &t.learning))
            .text("application", said(|t| &t.application))
            .text("further_support", said(|t| &t.further_support))
            .text("objective", id)
            .int("order", i64::try_from(at + 1).unwrap_or(i64::MAX))
            .value("text", &action.text, |t| Scalar::text(t))
            .value("completion", &action.completion, date)
            .value("progress", &action.progress, |p| Scalar::Int(p.0.into()));
        states(plan, action.id.as_str(), &action.states);
    }
}

/// Dated states. One without a date says what holds anyway until the first, so it is not written.
fn states(plan: &mut Rows, item: &str, states: &Dated<ItemState>) {
    for (day, value) in &states.0 {
        if let Some(day) = day {
            let key = row_key(&[item, &date_text(*day)]);
            Writer::new(plan, "states", key).value("state", value, |s| word(ITEM_STATES, s));
        }
    }
}
