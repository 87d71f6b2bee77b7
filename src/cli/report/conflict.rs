//! `conflict list`: every value that was written apart, with its author and time.

use super::Report;
use super::parts::{Who, who};
use crate::document::code::moment;
use crate::document::conflict::Conflict;
use crate::domain::{PersonId, Team};
use serde::Serialize;

/// What waits to be settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflicts {
    /// In order of documents.
    pub conflicts: Vec<Waiting>,
}

/// One place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// What `conflict settle` calls it.
    pub conflict: String,
    /// Whom it is about; null for what the team has one of.
    pub person: Option<Who>,
    /// What it is.
    pub what: String,
    /// What stands; figures use the first.
    pub choices: Vec<Stands>,
    /// Who may settle it, where whoever looks may not.
    pub others: Option<&'static str>,
}

/// One of the values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stands {
    /// What `conflict settle` calls it.
    pub choice: u64,
    /// What it says.
    pub value: String,
    /// Who wrote it; null where that is not known.
    pub author: Option<Who>,
    /// When, by the writer's clock, in UTC.
    pub at: String,
    /// The beginning of the id of the device that wrote it; null where that is not known.
    pub device: Option<String>,
    /// Who had written the same there before; null where nobody had.
    pub first: Option<First>,
}

/// The first time that a value was written in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct First {
    /// Who wrote it; null where that is not known.
    pub author: Option<Who>,
    /// When, by the writer's clock, in UTC.
    pub at: String,
    /// The beginning of the id of the device that wrote it; null where that is not known.
    pub device: Option<String>,
}

/// Those about a person, or all.
pub fn conflicts(team: &Team, all: &[Conflict], about: Option<&PersonId>) -> Conflicts {
    let wanted = |c: &&Conflict| about.is_none() || c.doc.person.as_ref() == about;
    let waiting = |c: &Conflict| Waiting {
        conflict: c.key(),
        person: c.doc.person.as_ref().map(|id| who(team, id)),
        what: c.what.clone(),
        choices: (1..)
            .zip(&c.choices)
            .map(|(choice, c)| Stands {
                choice,
                value: c.words.clone(),
                author: c.author.as_ref().map(|id| who(team, id)),
                at: moment(c.at),
                device: Some(c.device.clone()).filter(|d| !d.is_empty()),
                first: c.first.as_ref().map(|first| First {
                    author: first.author.as_ref().map(|id| who(team, id)),
                    at: moment(first.at),
                    device: Some(first.device.clone()).filter(|d| !d.is_empty()),
                }),
            })
            .collect(),
        others: c.others,
    };
    Conflicts {
        conflicts: all.iter().filter(wanted).map(waiting).collect(),
    }
}

/// "by Rory Penhale on 3 Nov 2026 10:00 with device 1a2b3c4d".
fn said(author: Option<&Who>, at: &str, device: Option<&str>) -> String {
    let author = author.map_or("somebody who is not known here", |a| a.name.as_str());
    let device = device.map_or_else(String::new, |d| format!(" with device {d}"));
    format!("by {author} on {at}{device}")
}

impl Report for Conflicts {
    const KIND: &'static str = "conflicts";

    fn text(&self) -> String {
        if self.conflicts.is_empty() {
            return "Nothing waits to be settled.\n".to_owned();
        }
        let mut out = String::new();
        for c in &self.conflicts {
            out += &format!("◆ {}  {}\n", c.conflict, c.what);
            for choice in &c.choices {
                let counts = if choice.choice == 1 {
                    "; figures use this one"
                } else {
                    ""
                };
                let by = said(choice.author.as_ref(), &choice.at, choice.device.as_deref());
                let again = choice.first.as_ref().map_or_else(String::new, |first| {
                    let first = said(first.author.as_ref(), &first.at, first.device.as_deref());
                    format!("{first}; written again ")
                });
                out += &format!(
                    "  {} {}, {again}{by}{counts}\n",
                    choice.choice, choice.value
                );
            }
            if let Some(others) = c.others {
                out += &format!("  This is not yours to settle: {others}.\n");
            }
        }
        if self.conflicts.iter().any(|c| c.others.is_none()) {
            out += "\nSettle one: guildhall conflict settle NAME CHOICE\n";
        }
        out
    }
}
