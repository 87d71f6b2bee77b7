//! Arguments of `conflict`.

use clap::Subcommand;

/// `conflict`.
#[derive(Clone, Debug, Subcommand)]
pub enum Conflict {
    /// List what waits to be settled, each value with its author and time
    List {
        /// Only of this person: handle, name, or the beginning of either
        person: Option<String>,
    },
    /// Say which value is meant; it can be undone like any other change
    Settle {
        /// What `conflict list` calls it
        conflict: String,
        /// Which of its values, 1 or 2
        choice: usize,
    },
}
