//! The command line: what a screen shows, a command prints; what a screen changes, a command changes.
//! Must not know: how a number is made.

pub mod args;
pub mod find;
pub mod report;

pub use crate::config::Problem;
