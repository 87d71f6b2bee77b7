//! `export subject`: everything that is held about a person, for that person to read without guildhall.

use super::context::Context;
use super::export::{Exported, write_folder};
use super::find;
use super::report::{self, Report};
use super::subject_text;
use crate::config::Problem;
use crate::document::rows::Row;
use crate::document::{Kind, Rows, Scalar};
use crate::domain::succession::FAIRNESS;
use crate::domain::{PersonId, Team};
use crate::exchange;
use crate::store::{self, Subject};
use chrono::{DateTime, NaiveDate};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

/// Everything, as `subject.json` has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SubjectFile {
    /// Name of the person.
    pub person: String,
    /// Their opaque id, which stands wherever they are referred to.
    pub id: String,
    /// Who made the export: it holds what they may read.
    pub reader: String,
    /// What a nomination is and is not.
    pub fairness: &'static str,
    /// The person's documents.
    pub documents: Vec<Document>,
    /// Documents that whoever made the export may not read.
    pub withheld: Vec<&'static str>,
    /// What the team shares that names them.
    pub named: Vec<Named>,
    /// Where documents about other people point to them or name them; what stands there is about the others, and not given.
    pub elsewhere: Vec<Elsewhere>,
    /// Rights that they hold, or that others hold over them.
    pub rights: Vec<Right>,
    /// Their devices.
    pub devices: Vec<Device>,
    /// What the opaque ids stand for that occur in values and rows.
    pub names: Vec<Name>,
}

/// A document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Document {
    /// Its kind.
    pub document: &'static str,
    /// What stands now.
    pub values: Vec<Value>,
    /// All that was ever written.
    pub history: Vec<Change>,
    /// What cannot be read, in words.
    pub aside: Vec<String>,
}

/// A row elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Kind of document.
    pub document: &'static str,
    /// What stands now.
    pub values: Vec<Value>,
    /// What was written in it.
    pub history: Vec<Change>,
}

/// A place in a document about somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Elsewhere {
    /// Kind of document.
    pub document: &'static str,
    /// Table.
    pub table: String,
    /// Field.
    pub field: String,
    /// "points" where its key or value is them, "names" where a text has their name or a part of it.
    pub how: &'static str,
    /// When it was written.
    pub at: String,
    /// Whether they wrote it themself.
    pub own: bool,
    /// Whether it counts, and if not, why.
    pub standing: String,
}

/// One claim to a field; of a conflict there are several with one table, row and field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Value {
    /// Table.
    pub table: String,
    /// Row.
    pub row: String,
    /// Field.
    pub field: String,
    /// Its value as files have it.
    pub value: String,
    /// Who wrote it.
    pub by: String,
    /// When.
    pub at: String,
    /// Whether others stand against it.
    pub conflict: bool,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Who wrote it.
    pub by: String,
    /// When.
    pub at: String,
    /// Its log, in short.
    pub log: String,
    /// Its place there.
    pub place: u64,
    /// Whether it counts, and if not, why.
    pub standing: String,
    /// What it wrote; nothing where it only gives a key to others, or where it cannot be read here.
    pub wrote: Vec<Put>,
}

/// One assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Put {
    /// Table.
    pub table: String,
    /// Row.
    pub row: String,
    /// Field.
    pub field: String,
    /// The value; null where it was cleared.
    pub value: Option<String>,
}

/// A right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Right {
    /// Who holds it.
    pub holder: String,
    /// What.
    pub role: String,
    /// Over whom.
    pub over: Option<String>,
    /// First day; null is always.
    pub from: Option<NaiveDate>,
    /// Last day; null is open.
    pub until: Option<NaiveDate>,
    /// Whether it was taken away.
    pub ended: bool,
}

/// A device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Device {
    /// Its key, in short.
    pub device: String,
    /// Whether it takes part today.
    pub takes_part: bool,
}

/// What an id stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Name {
    /// The id.
    pub id: String,
    /// The name as whoever made the export sees it.
    pub name: String,
}

impl Report for SubjectFile {
    const KIND: &'static str = "subject";

    fn text(&self) -> String {
        subject_text::cover(self)
    }
}

/// Names by id.
type Names = BTreeMap<String, String>;

fn named(names: &Names, person: Option<&PersonId>) -> String {
    let name = person.and_then(|p| names.get(p.as_str()));
    name.cloned()
        .unwrap_or_else(|| "somebody who is not in this team".to_owned())
}

/// A time as text.
fn time(ms: u64) -> String {
    i64::try_from(ms)
        .ok()
        .and_then(DateTime::from_timestamp_millis)
        .map_or_else(
            || "at an unknown time".to_owned(),
            |t| t.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        )
}

fn row_values(table: &str, key: &str, row: &Row, names: &Names) -> Vec<Value> {
    let claims = row.iter().flat_map(|(field, claims)| {
        claims.iter().map(move |claim| Value {
            table: table.to_owned(),
            row: key.to_owned(),
            field: field.clone(),
            value: exchange::value_text(table, field, &claim.value, names),
            by: named(names, claim.author.as_ref()),
            at: time(claim.at),
            conflict: claims.len() > 1,
        })
    });
    claims.collect()
}

fn values(rows: &Rows, names: &Names) -> Vec<Value> {
    let tables = rows.tables.iter();
    let of = tables.flat_map(|(table, keys)| keys.iter().map(move |(key, row)| (table, key, row)));
    of.flat_map(|(table, key, row)| row_values(table, key, row, names))
        .collect()
}

fn history(written: &[store::Written], names: &Names) -> Vec<Change> {
    let change = |w: &store::Written| Change {
        by: named(names, w.author.as_ref()),
        at: time(w.at_ms),
        log: w.log.clone(),
        place: w.seq,
        standing: w.standing.clone(),
        wrote: w
            .puts
            .iter()
            .map(|(table, row, field, value)| Put {
                table: table.clone(),
                row: row.clone(),
                field: field.clone(),
                value: (*value != Scalar::Null)
                    .then(|| exchange::value_text(table, field, value, names)),
            })
            .collect(),
    };
    written.iter().map(change).collect()
}

fn file(team: &Team, subject: &Subject, name: &str) -> SubjectFile {
    let people = team.people.iter();
    let names: Names = people
        .map(|p| (p.id.as_str().to_owned(), p.name.get().clone()))
        .collect();
    let mut made = SubjectFile {
        person: name.to_owned(),
        id: subject.person.to_string(),
        reader: named(&names, Some(&team.me)),
        fairness: FAIRNESS,
        documents: subject
            .documents
            .iter()
            .map(|d| Document {
                document: d.kind.name(),
                values: values(&d.rows, &names),
                history: history(&d.written, &names),
                aside: d.aside.clone(),
            })
            .collect(),
        withheld: subject.withheld.iter().map(|k: &Kind| k.name()).collect(),
        named: subject
            .mentions
            .iter()
            .map(|m| Named {
                document: m.kind.name(),
                values: row_values(&m.table, &m.row, &m.fields, &names),
                history: history(&m.written, &names),
            })
            .collect(),
        elsewhere: subject
            .elsewhere
            .iter()
            .map(|place| Elsewhere {
                document: place.kind.name(),
                table: place.table.clone(),
                field: place.field.clone(),
                how: match place.how {
                    store::How::Points => "points",
                    store::How::Names => "names",
                },
                at: time(place.at_ms),
                own: place.own,
                standing: place.standing.clone(),
            })
            .collect(),
        rights: subject
            .rights
            .iter()
            .map(|(right, ended)| Right {
                holder: named(&names, Some(&right.holder)),
                role: format!("{:?}", right.role).to_lowercase(),
                over: right.over.as_ref().map(|p| named(&names, Some(p))),
                from: right.from,
                until: right.until,
                ended: *ended,
            })
            .collect(),
        devices: subject
            .devices
            .iter()
            .map(|(device, takes_part)| Device {
                device: device.to_string(),
                takes_part: *takes_part,
            })
            .collect(),
        names: Vec::new(),
    };
    let text = subject_text::everything(&made);
    made.names = names
        .into_iter()
        .filter(|(id, _)| text.contains(id.as_str()))
        .map(|(id, name)| Name { id, name })
        .collect();
    made
}

/// Writes the folder, which must be new or empty.
pub fn subject(context: &Context, typed: &str, dir: &Path) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let person = find::person(&team, typed)?.clone();
    let name = person.name.get().clone();
    let subject = store
        .subject(&person.id)
        .map_err(|e| context.store_problem(&format!("read what is held about {name}"), e))?;
    let made = file(&team, &subject, &name);
    let today = context.settings.today();
    let mut files = subject_text::files(&made);
    let head = Some((&team, today));
    files.push(("subject.json".into(), report::print(&made, head, true)));
    write_folder(&format!("export to {}", dir.display()), dir, &files)?;
    context.print(&Exported {
        path: dir.display().to_string(),
        files: files.into_iter().map(|(path, _)| path).collect(),
        left_out: made
            .withheld
            .iter()
            .map(|kind| format!("{kind}: you may not read it"))
            .collect(),
    })?;
    Ok(ExitCode::SUCCESS)
}
