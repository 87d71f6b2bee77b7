//! Types and rules of the field: every number that is shown is made here, by pure functions that take `today`.
//! Must not know: files, databases, Automerge, async, the terminal.

pub mod actions;
pub mod as_of;
pub mod board;
pub mod cell;
pub mod compare;
pub mod coverage;
pub mod explain;
pub mod framework;
pub mod generate;
pub mod ids;
mod index;
pub mod mark;
pub mod person;
pub mod plan_words;
pub mod post;
pub mod ppd;
pub mod profile;
pub mod readiness;
pub mod reading;
pub mod succession;
pub mod team;
pub mod text;
pub mod told;
pub mod value;
pub mod what_if;

pub use index::by_name;

pub use ids::{
    ActionId, AreaId, ColumnId, CompetencyId, CredentialId, ObjectiveId, PersonId, PostId, SkillId,
};
pub use mark::{Answer, Mark, MarkKind, Points, Series, Subject};
pub use person::Person;
pub use team::Team;
pub use value::{Claim, Dated, Value};

#[cfg(test)]
mod tests;
