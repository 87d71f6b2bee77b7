//! `history`: sentences, the newest first.

use super::Report;
use super::parts::{Who, who};
use crate::document::code::moment;
use crate::domain::Team;
use crate::domain::told::Newest;
use serde::Serialize;

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct History {
    /// The newest first.
    pub changes: Vec<Change>,
    /// Older ones that were not printed.
    pub older: u64,
    /// Documents in this folder that its user may not read.
    pub withheld: u64,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// When, by the writer's clock, in UTC.
    pub at: String,
    /// Who wrote it, by the signed log it stands in; null where their device is not known here.
    pub author: Option<Who>,
    /// The beginning of the device's id, or empty.
    pub device: String,
    /// Whom it is about; null for what the team has one of.
    pub person: Option<Who>,
    /// What was set.
    pub what: String,
    /// What stood before: nothing, one value, or several that were written apart.
    pub before: Vec<String>,
    /// What was set; null where it was cleared, added or taken away.
    pub after: Option<String>,
    /// All of it.
    pub sentence: String,
}

/// Makes the report.
pub fn report(team: &Team, newest: Newest, withheld: usize) -> History {
    History {
        older: newest.left_out(),
        withheld: withheld as u64,
        changes: newest
            .all()
            .map(|told| Change {
                at: moment(told.at),
                author: told.author.as_ref().map(|id| who(team, id)),
                device: told.device.clone(),
                person: told.person.as_ref().map(|id| who(team, id)),
                what: told.what.clone(),
                before: told.before.clone(),
                after: told.after.clone(),
                sentence: told.sentence(),
            })
            .collect(),
    }
}

impl Report for History {
    const KIND: &'static str = "history";

    fn text(&self) -> String {
        let mut out = String::new();
        for change in &self.changes {
            out += &format!("{}\n", change.sentence);
        }
        if self.changes.is_empty() {
            out += "Nothing was written about that in those days.\n";
        }
        if self.older > 0 {
            out += &format!(
                "\n{} older changes are not printed: say more with --most, or --until\n",
                self.older
            );
        }
        if self.withheld > 0 {
            out += &format!(
                "\n{} documents of this folder are not yours to read\n",
                self.withheld
            );
        }
        out
    }
}
