//! Who writes what: in which document a row of a folder belongs, and whose word it is there.

use super::ids::Ids;
use super::parsed::Parsed;
use crate::document::{DocRef, Kind};
use crate::domain::PersonId;
use crate::domain::team::{Right, Rights, Role};
use chrono::NaiveDate;

/// Who writes the documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Everybody writes what is theirs to write, as in the demo.
    Rightful,
    /// One person, named by handle, writes everything; what others said is stored as transcribed.
    ImportedBy(String),
}

/// Where a row goes and who writes it there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) doc: DocRef,
    pub(super) author: PersonId,
    /// Where a transcribed word came from; empty for one's own word.
    pub(super) source: String,
}

/// Rights of a folder: the owner's, and those of `rights.csv`.
pub fn rights(parsed: &Parsed, ids: &Ids) -> Rights {
    let mut found: Vec<Right> = ids
        .get(parsed.owner())
        .map(|owner| Right {
            holder: owner.clone(),
            role: Role::Owner,
            over: None,
            from: None,
            until: None,
        })
        .into_iter()
        .collect();
    for record in parsed.rows("rights") {
        let role = match record.text("right") {
            "manager" => Role::Manager,
            "head" => Role::Head,
            "line" => Role::Line,
            "assessor" => Role::Assessor,
            _ => Role::Reviewer,
        };
        let Some(holder) = ids.get(record.text("person")) else {
            continue;
        };
        found.push(Right {
            holder: holder.clone(),
            role,
            over: ids.get(record.text("over")).cloned(),
            from: record.date("from"),
            until: record.date("until"),
        });
    }
    Rights(found)
}

/// The rules of writing for one folder on one day.
pub(super) struct Writers<'a> {
    pub(super) rights: &'a Rights,
    pub(super) owner: &'a PersonId,
    /// `Some` where one person writes everything.
    pub(super) importer: Option<&'a PersonId>,
    pub(super) day: NaiveDate,
}

/// Why a row is left out that is part of the record about whoever writes everything.
pub const NO_RECORD_OF_ONESELF: &str =
    "nobody keeps the record about themself: it is left to a manager of this person";
const NO_WRITER: &str = "nobody has the right to keep the record about this person: name a line manager or reviewer in rights.csv";

impl Writers<'_> {
    /// A document that the team has one of.
    pub(super) fn wide(&self, kind: Kind) -> Place {
        self.place(DocRef::team_wide(kind), self.owner)
    }

    /// A person's card or plan.
    pub(super) fn of(&self, kind: Kind, person: &PersonId) -> Place {
        self.place(DocRef::of(kind, person), person)
    }

    /// The same in the hand of whoever a row is by, where they may write it.
    pub(super) fn in_own_hand(
        &self,
        mut place: Place,
        person: &PersonId,
        by: Option<&PersonId>,
    ) -> Place {
        let free = by.filter(|by| self.importer.is_none() && self.may_write(by, person));
        if let Some(by) = free {
            place.author = by.clone();
        }
        place
    }

    fn place(&self, doc: DocRef, rightful: &PersonId) -> Place {
        Place {
            doc,
            author: self.importer.unwrap_or(rightful).clone(),
            source: String::new(),
        }
    }

    /// What a person said: their own word, or transcribed with its source.
    pub(super) fn said(
        &self,
        person: &PersonId,
        source: &str,
        file: &str,
    ) -> Result<Place, &'static str> {
        let own = match self.importer {
            Some(importer) => importer == person,
            None => source.is_empty(),
        };
        if own {
            return Ok(Place {
                doc: DocRef::of(Kind::SelfRecord, person),
                author: person.clone(),
                source: String::new(),
            });
        }
        let mut place = self.record(person, None)?;
        place.source = if source.is_empty() { file } else { source }.to_owned();
        Ok(place)
    }

    /// What managers hold about a person, written by `wanted` where they have the right, else by the one who keeps the record.
    pub(super) fn record(
        &self,
        person: &PersonId,
        wanted: Option<&PersonId>,
    ) -> Result<Place, &'static str> {
        let author = match self.importer {
            Some(importer) if importer == person => return Err(NO_RECORD_OF_ONESELF),
            Some(importer) => importer,
            None => wanted
                .filter(|w| self.may_write(w, person))
                .or_else(|| self.keeper(person))
                .ok_or(NO_WRITER)?,
        };
        Ok(Place {
            doc: DocRef::of(Kind::Record, person),
            author: author.clone(),
            source: String::new(),
        })
    }

    /// Managers of the team, and whoever has a dated right over the person; nobody about themself.
    fn may_write(&self, writer: &PersonId, person: &PersonId) -> bool {
        writer != person
            && (self.rights.is_manager(writer, self.day)
                || self.rights.may_validate(writer, person, self.day))
    }

    /// The line manager; else the owner; for the owner their reviewer; else another manager of the team.
    fn keeper(&self, person: &PersonId) -> Option<&PersonId> {
        let reviewer = || {
            self.rights.0.iter().find(|r| {
                r.role == Role::Reviewer && r.over.as_ref() == Some(person) && r.on(self.day)
            })
        };
        let manager = || {
            let mut managers = self.rights.0.iter();
            managers.find(|r| r.role == Role::Manager && &r.holder != person && r.on(self.day))
        };
        self.rights
            .line_manager(person, self.day)
            .filter(|line| *line != person)
            .or_else(|| (self.owner != person).then_some(self.owner))
            .or_else(|| reviewer().or_else(manager).map(|r| &r.holder))
    }
}
