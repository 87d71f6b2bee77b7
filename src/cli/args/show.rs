//! Arguments of `show`: which screen, and for which day.

use super::day;
use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

/// `show`.
#[derive(Clone, Debug, Subcommand)]
pub enum Show {
    /// Key figures, groups, critical posts, skills and actions
    Overview {
        /// For which day.
        #[command(flatten)]
        days: Days,
    },
    /// Every person's cells, with how each is made
    Heatmap {
        /// How people are grouped
        #[arg(long, value_enum, default_value_t = GroupBy::Area)]
        group: GroupBy,
        /// For which day.
        #[command(flatten)]
        days: Days,
    },
    /// Critical posts with their nominees, critical skills, and who alone covers what
    Succession {
        /// For which day.
        #[command(flatten)]
        days: Days,
    },
    /// Development actions: overdue, due, to discuss
    Actions,
    /// A person's development plan
    Plan {
        /// Handle, name, or the beginning of either
        person: String,
    },
    /// One person
    Person {
        /// Handle, name, or the beginning of either
        person: String,
    },
    /// The career framework, or one cell of it
    Framework {
        /// COLUMN/COMPETENCY, for instance g6/budget
        cell: Option<String>,
    },
}

/// How people are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GroupBy {
    /// By functional area
    Area,
    /// By line manager
    Manager,
    /// By grade
    Grade,
}

/// Another day than today.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Days {
    /// As the facts have it for that day; what carries no date is shown as it is today
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<NaiveDate>,
    /// What is different from that day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub since: Option<NaiveDate>,
}
