//! Documents: their kinds, their tables, how they become domain types, and `Edit`, the only way to change anything.
//! Must not know: SQLite, the network, the terminal.
//!
//! A document is a set of tables of rows of fields ([`Rows`]). In Automerge each table is one map from the constant first change of its
//! kind, and each field one scalar under the flat key `row.field`; no edit ever makes or deletes a map, so none can hide or lose another.
//! Everything else speaks of [`Rows`] and [`Op`]s: reading, import, export, undo, views and conflicts are the same for every kind.

mod apply;
mod change;
pub mod chunk;
pub mod code;
pub mod conflict;
pub mod crdt;
pub mod decode;
pub mod edit;
pub mod edits;
pub mod encode;
mod gate;
mod history;
pub mod kind;
pub mod leb;
mod measure;
pub mod naming;
pub mod rows;
pub mod schema;
pub mod story;
pub mod writing;

pub use edit::{Edit, Op, Stood};
pub use history::Deed;
pub use kind::{DocRef, Kind};
pub use rows::{Rows, Scalar};
pub use writing::Writing;
