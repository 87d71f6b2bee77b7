//! Files in and out: a team as a folder of TOML and CSV that people can read and edit.
//! Sees `domain` and `document`. Must not know: the store, the network, the terminal.
//!
//! [`parse()`] reads a folder and reports every problem at once; [`writings`] turns it into what each person would have written to which
//! document; [`paint()`] replays that into a [`Team`](crate::domain::Team) without a store; [`plan_import`] compares it with what is
//! stored; [`export()`] writes a folder that imports again to the same team.

mod check;
mod csv;
mod export;
mod format;
mod gather;
mod ids;
mod items;
mod nearest;
mod paint;
mod parse;
mod parsed;
mod plan;
mod problem;
mod reader;
mod source;
#[cfg(test)]
mod tests;
mod toml_file;
mod value;
mod write;
mod writers;

pub use export::{Exported, export, export_framework};
pub use format::value_text;
pub use ids::{Ids, NoRandom};
pub use items::LeftOut;
pub use paint::{paint, replay};
pub use parse::{parse, parse_carried, parse_with};
pub use parsed::{Cell, Parsed, Record};
pub use plan::{Difference, ImportPlan, Stored, plan_import};
pub use problem::Problem;
pub use source::{Directory, FolderSource, SourceError, sample};
pub use write::{WriteError, Written, writings};
pub use writers::{Mode, NO_RECORD_OF_ONESELF, rights};
