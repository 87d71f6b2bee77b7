//! Arguments of `history` and `conflict`.

use super::day;
use chrono::NaiveDate;
use clap::{Args, Subcommand};

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
        /// Which of its values, counted from 1
        choice: usize,
    },
}

/// `history`.
#[derive(Clone, Debug, Args)]
pub struct History {
    /// Of whom or what: a person, post, competency or skill, by id, name, or the beginning of either [default: everything]
    pub subject: Option<String>,
    /// First day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub since: Option<NaiveDate>,
    /// Last day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub until: Option<NaiveDate>,
    /// How many to print, the newest first
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    pub most: u32,
}
