//! A person from the four documents about them.

use super::credentials::credentials;
use super::field::{claims, date, dated, dated_field, int, optional, rows, text, text_of, value};
use super::plan;
use super::post::fte_of;
use super::words::{HORIZONS, PPD_CATEGORIES, of};
use crate::document::Rows;
use crate::document::code::{MarkCode, MarkKey, date_of, parse_date};
use crate::document::rows::Row;
use crate::domain::mark::{Mark, Series};
use crate::domain::person::{
    Absence, Aspiration, CriterionEvidence, Detail, Horizon, MarkNote, Meeting, Person,
    PpdCategory, PpdEntry, Registration,
};
use crate::domain::{
    Claim, ColumnId, CompetencyId, Dated, MarkKind, PersonId, PostId, Subject, Value,
};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The documents about a person, as far as they may be read; an empty one where they may not.
#[derive(Clone, Copy, Debug)]
pub struct PersonRows<'a> {
    /// `card/P`.
    pub card: &'a Rows,
    /// `self/P`.
    pub self_record: &'a Rows,
    /// `record/P`.
    pub record: &'a Rows,
    /// `plan/P`.
    pub plan: &'a Rows,
}

/// What files and commands call a person: kept in `record`, or in `self` where the person imported themself.
pub fn handle(documents: PersonRows<'_>) -> Option<String> {
    [documents.record, documents.self_record]
        .into_iter()
        .filter_map(|document| document.row("person", "person"))
        .map(|row| text(row, "handle"))
        .find(|handle| !handle.is_empty())
}

/// A person with detail. `heard` and `admitted` are not in documents: they are left empty for the store to fill in.
///
/// Marks by the person in `self` are own marks, in `record` transcribed ones; marks by others count only in `record`. Both kinds of own
/// mark are kept. Of what else stands in both documents, the person's own word comes first, and the sighting from `record`.
pub fn person(id: &PersonId, documents: PersonRows<'_>) -> Person {
    let card = documents.card.row("card", "card");
    Person {
        detail: Some(Arc::new(detail(id, documents, card))),
        ..brief(id, documents)
    }
}

/// The same without detail.
pub fn brief(id: &PersonId, documents: PersonRows<'_>) -> Person {
    let own = documents.self_record;
    let record = documents.record;
    let mut series = BTreeMap::new();
    series_of(own, &mut series, |rater| {
        (rater == id).then_some(MarkKind::Own)
    });
    series_of(record, &mut series, |rater| {
        Some(if rater == id {
            MarkKind::Transcribed
        } else {
            MarkKind::Manager
        })
    });
    let card = documents.card.row("card", "card");
    let contracts = dated(record, "contracts", 0);
    let contracts = contracts.get(&Vec::new()).map_or(&[][..], Vec::as_slice);
    let handle = handle(documents).unwrap_or_else(|| id.as_str().to_owned());
    Person {
        id: id.clone(),
        name: card
            .and_then(|row| value(row, "name", text_of))
            .unwrap_or_else(|| Value::One(handle.clone())),
        handle,
        series: series.into_values().collect(),
        fte: dated_field(contracts, "fte", fte_of),
        contract_end: optional_dates(contracts, "end"),
        notice: optional_dates(contracts, "notice"),
        horizons: horizons(own, record),
        absences: absences(record),
        credentials: credentials(own, record),
        talks: meetings(record)
            .iter()
            .filter(|m| m.development)
            .map(|m| m.date)
            .collect(),
        objectives: plan::objectives(id, documents),
        not_applicable: said(own, record, "not_applicable")
            .into_keys()
            .map(CompetencyId::new)
            .collect(),
        heard: None,
        admitted: false,
        complete_from: None,
        detail: None,
    }
}

fn optional_dates(rows: &[(Option<NaiveDate>, &Row)], name: &str) -> Dated<Option<NaiveDate>> {
    Dated::from_entries(
        rows.iter()
            .map(|(from, row)| (*from, optional(row, name, date_of)))
            .collect(),
    )
}

/// Adds the marks of a document to series; `kind` says what a rater's mark is there, or that it is none.
pub(super) fn series_of(
    document: &Rows,
    series: &mut BTreeMap<(Subject, Option<ColumnId>), Series>,
    kind: impl Fn(&PersonId) -> Option<MarkKind>,
) {
    for (key, row) in document.table("marks") {
        let Some(key) = MarkKey::parse(key) else {
            continue;
        };
        let Some(kind) = kind(&key.rater) else {
            continue;
        };
        let codes: Vec<(MarkCode, &Claim<_>)> = claims(row, "mark")
            .iter()
            .filter_map(|claim| Some((MarkCode::decode(&claim.value)?, claim)))
            .collect();
        let Some(answer) = Value::from_claims(
            codes
                .iter()
                .map(|(code, claim)| Claim {
                    value: code.answer,
                    author: claim.author.clone(),
                    at: claim.at,
                })
                .collect(),
        ) else {
            continue;
        };
        // Of several entries the latest gives time and typist.
        let Some((latest, _)) = codes
            .iter()
            .max_by(|a, b| (a.0.entered, &a.0.typist).cmp(&(b.0.entered, &b.0.typist)))
        else {
            continue;
        };
        let mark = Mark {
            kind,
            rater: key.rater,
            typist: latest.typist.clone(),
            date: key.date,
            entered: latest.entered,
            answer,
        };
        let entry = series
            .entry((key.subject.clone(), key.column.clone()))
            .or_insert_with(|| Series {
                subject: key.subject,
                column: key.column,
                marks: Vec::new(),
            });
        let at = entry.marks.partition_point(|m| order(m) <= order(&mark));
        entry.marks.insert(at, mark);
    }
}

fn order(mark: &Mark) -> (NaiveDate, u64, MarkKind, &PersonId) {
    (mark.date, mark.entered, mark.kind, &mark.rater)
}

/// Texts beside the marks of a document, of the raters that `whose` takes.
pub(super) fn notes_of(document: &Rows, whose: impl Fn(&PersonId) -> bool) -> Vec<MarkNote> {
    document
        .table("mark_notes")
        .filter_map(|(key, row)| {
            let key = MarkKey::parse(key)?;
            let note = MarkNote {
                subject: key.subject,
                column: key.column,
                rater: key.rater,
                date: key.date,
                evidence: text(row, "evidence"),
                link: text(row, "link"),
                feedback: text(row, "feedback"),
                source: text(row, "source"),
            };
            let empty = [&note.evidence, &note.link, &note.feedback, &note.source]
                .iter()
                .all(|text| text.is_empty());
            (whose(&note.rater) && !empty).then_some(note)
        })
        .collect()
}

/// Rows of a table by key, as the person has them in `self`, else as transcribed in `record`.
pub(super) fn said<'a>(own: &'a Rows, record: &'a Rows, table: &str) -> BTreeMap<String, &'a Row> {
    rows(record, table)
        .chain(rows(own, table))
        .filter_map(|(parts, row)| Some((parts.into_iter().next()?, row)))
        .collect()
}

fn horizons(own: &Rows, record: &Rows) -> Vec<Horizon> {
    let read = |document, shared: bool| {
        rows(document, "horizons").filter_map(move |(parts, row)| {
            Some(Horizon {
                said: parse_date(parts.first()?)?,
                band: value(row, "band", |s| of(HORIZONS, s))?,
                told: !shared && parts.get(1).is_none_or(|told| told == "yes"),
            })
        })
    };
    let mut found: Vec<Horizon> = read(own, true).collect();
    for horizon in read(record, false) {
        // What the person shared themself stands for the transcribed copy of it.
        let copy = |h: &Horizon| !h.told && !horizon.told && h.said == horizon.said;
        if !found.iter().any(copy) {
            found.push(horizon);
        }
    }
    found.sort_by_key(|h| (h.said, h.told));
    found
}

fn absences(record: &Rows) -> Vec<Absence> {
    let mut found: Vec<Absence> = rows(record, "absences")
        .filter_map(|(parts, row)| {
            Some(Absence {
                id: parts.into_iter().next()?,
                from: date(row, "from")?,
                until: optional(row, "until", date_of),
                kind: text(row, "kind"),
            })
        })
        .collect();
    found.sort_by(|a, b| a.from.cmp(&b.from).then(a.id.cmp(&b.id)));
    found
}

fn meetings(record: &Rows) -> Vec<Meeting> {
    let mut found: Vec<Meeting> = rows(record, "meetings")
        .filter_map(|(parts, row)| {
            Some(Meeting {
                id: parts.into_iter().next()?,
                date: date(row, "date")?,
                development: text(row, "kind") == "development",
                notes: text(row, "notes"),
            })
        })
        .collect();
    found.sort_by(|a, b| a.date.cmp(&b.date).then(a.id.cmp(&b.id)));
    found
}

fn detail(id: &PersonId, documents: PersonRows<'_>, card: Option<&Row>) -> Detail {
    let own = documents.self_record;
    let record = documents.record;
    let mut mark_notes = notes_of(own, |rater| rater == id);
    mark_notes.extend(notes_of(record, |_| true));
    mark_notes.sort_by(|a, b| {
        (&a.subject, &a.column, a.date, &a.rater, &a.source)
            .cmp(&(&b.subject, &b.column, b.date, &b.rater, &b.source))
    });
    Detail {
        contact: card.map(|row| text(row, "contact")).unwrap_or_default(),
        mark_notes,
        objective_texts: plan::texts(documents.plan),
        action_texts: plan::action_texts(documents.plan),
        progress_notes: plan::progress_notes(documents.plan),
        drop_reasons: plan::drop_reasons(documents.plan),
        ppd: ppd(own, record),
        registrations: said(own, record, "registrations")
            .into_iter()
            .map(|(title, row)| Registration {
                title,
                body: text(row, "body"),
                since: date(row, "since"),
                expires: date(row, "expires"),
            })
            .collect(),
        aspirations: said(own, record, "aspirations")
            .into_iter()
            .filter_map(|(said, row)| {
                let some = |name| Some(text(row, name)).filter(|t| !t.is_empty());
                Some(Aspiration {
                    date: parse_date(&said)?,
                    column: some("column").map(ColumnId::new),
                    post: some("post").map(PostId::new),
                    text: text(row, "text"),
                })
            })
            .collect(),
        meetings: meetings(record),
        criteria: criteria(own, record),
        sources: sources(record),
    }
}

fn ppd(own: &Rows, record: &Rows) -> Vec<PpdEntry> {
    let number = |row, name| {
        int(row, name)
            .and_then(|n| u32::try_from(n).ok())
            .unwrap_or(0)
    };
    let mut found: Vec<PpdEntry> = said(own, record, "ppd")
        .into_iter()
        .filter_map(|(id, row)| {
            Some(PpdEntry {
                id,
                date: date(row, "date")?,
                category: claims(row, "category")
                    .iter()
                    .find_map(|c| of(PPD_CATEGORIES, &c.value))
                    .unwrap_or(PpdCategory::Other),
                title: text(row, "title"),
                completed: text(row, "state") == "completed",
                protected_half_days: number(row, "protected_days"),
                points: number(row, "points"),
                reflection: text(row, "reflection"),
            })
        })
        .collect();
    found.sort_by(|a, b| a.date.cmp(&b.date).then(a.id.cmp(&b.id)));
    found
}

/// Evidence is the person's, or transcribed; an endorsement counts only where a manager can write.
fn criteria(own: &Rows, record: &Rows) -> Vec<CriterionEvidence> {
    let keys: BTreeSet<String> = rows(own, "criteria")
        .chain(rows(record, "criteria"))
        .filter_map(|(parts, _)| parts.into_iter().next())
        .collect();
    let own: BTreeMap<_, _> = keyed(own);
    let record: BTreeMap<_, _> = keyed(record);
    keys.into_iter()
        .map(|criterion| {
            let evidence = |rows: &BTreeMap<String, &Row>| {
                rows.get(&criterion)
                    .map(|row| text(row, "evidence"))
                    .filter(|t| !t.is_empty())
            };
            let endorsed_by = record
                .get(&criterion)
                .map(|row| text(row, "endorsed_by"))
                .filter(|t| !t.is_empty())
                .map(PersonId::new);
            CriterionEvidence {
                evidence: evidence(&own)
                    .or_else(|| evidence(&record))
                    .unwrap_or_default(),
                endorsed_by,
                criterion,
            }
        })
        .collect()
}

fn keyed(document: &Rows) -> BTreeMap<String, &Row> {
    rows(document, "criteria")
        .filter_map(|(parts, row)| Some((parts.into_iter().next()?, row)))
        .collect()
}

/// Where transcribed facts came from: each source once for each table.
fn sources(record: &Rows) -> Vec<(String, String)> {
    let mut found = BTreeSet::new();
    for (table, rows) in &record.tables {
        for row in rows.values() {
            let source = text(row, "source");
            if !source.is_empty() {
                found.insert((table.clone(), source));
            }
        }
    }
    found.into_iter().collect()
}
