//! The kinds of document. A document has one audience, since a peer that may read any of it gets all of it.

use crate::domain::PersonId;
use serde::{Deserialize, Serialize};

/// Kinds of document; see the architecture for what each holds and who writes and reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Kind {
    /// The career framework.
    Framework = 1,
    /// Posts, skills, policy.
    Team = 2,
    /// Name and contact of one person.
    Card = 3,
    /// What a person says of themself and shares.
    SelfRecord = 4,
    /// What managers hold about a person.
    Record = 5,
    /// A person's development plan.
    Plan = 6,
    /// A person's own notes and drafts; never carried by anyone else.
    Private = 7,
    /// Critical posts and successors.
    Succession = 8,
    /// Rounded HR totals.
    Aggregates = 9,
    /// Published figures.
    Statements = 10,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Framework,
        Self::Team,
        Self::Card,
        Self::SelfRecord,
        Self::Record,
        Self::Plan,
        Self::Private,
        Self::Succession,
        Self::Aggregates,
        Self::Statements,
    ];

    /// Whether there is one such document for each person.
    pub fn is_personal(self) -> bool {
        matches!(
            self,
            Self::Card | Self::SelfRecord | Self::Record | Self::Plan | Self::Private
        )
    }

    /// Name as in the documentation.
    pub fn name(self) -> &'static str {
        match self {
            Self::Framework => "framework",
            Self::Team => "team",
            Self::Card => "card",
            Self::SelfRecord => "self",
            Self::Record => "record",
            Self::Plan => "plan",
            Self::Private => "private",
            Self::Succession => "succession",
            Self::Aggregates => "aggregates",
            Self::Statements => "statements",
        }
    }
}

/// Which document: its kind and, for a personal one, whose.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DocRef {
    /// Kind.
    pub kind: Kind,
    /// Whose; `None` for the kinds of which a team has one.
    pub person: Option<PersonId>,
}

impl DocRef {
    /// A document of which the team has one.
    pub fn team_wide(kind: Kind) -> Self {
        Self { kind, person: None }
    }

    /// A person's document.
    pub fn of(kind: Kind, person: &PersonId) -> Self {
        Self {
            kind,
            person: Some(person.clone()),
        }
    }
}
