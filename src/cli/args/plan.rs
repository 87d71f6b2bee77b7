//! Arguments of `objective`, `action` and `agree`.

use super::day;
use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

/// `objective`.
#[derive(Clone, Debug, Subcommand)]
pub enum Objective {
    /// Add an objective to a person's plan
    Add {
        /// Handle, name, or the beginning of either
        person: String,
        /// Column 1: development objective
        title: String,
        /// What else it says.
        #[command(flatten)]
        fields: ObjectiveOptions,
    },
    /// Change what an objective says; whoever agreed to it then agreed to an earlier text
    Edit {
        /// Whose and which.
        #[command(flatten)]
        which: WhichObjective,
        /// Column 1: development objective
        #[arg(long)]
        title: Option<String>,
        /// What else it says.
        #[command(flatten)]
        fields: ObjectiveOptions,
    },
    /// Drop an objective, with a reason
    Drop {
        /// Whose and which.
        #[command(flatten)]
        which: WhichObjective,
        /// Why, on standard input: "-"
        #[arg(long, value_name = "-")]
        reason: Option<String>,
    },
    /// Say how far it is, in words: a note of today
    Progress {
        /// Whose and which.
        #[command(flatten)]
        which: WhichObjective,
        /// How far it is, on standard input: "-"; nothing takes today's note away
        #[arg(long, value_name = "-")]
        note: String,
    },
    /// Close an objective that is reached
    Close(WhichObjective),
    /// Open it again
    Reopen(WhichObjective),
}

/// Whose objective, and which.
#[derive(Clone, Debug, Args)]
pub struct WhichObjective {
    /// Handle, name, or the beginning of either
    pub person: String,
    /// Its number in the plan, or the beginning of its text
    pub objective: String,
}

/// What an objective says besides its first column.
#[derive(Clone, Debug, Default, Args)]
pub struct ObjectiveOptions {
    /// A gap to close or a strength to build on [default: gap]
    #[arg(long, value_enum)]
    pub priority: Option<PriorityWord>,
    /// Competency or skill that it serves; none takes it away
    #[arg(long)]
    pub subject: Option<String>,
    /// Post that it leads towards; none takes it away
    #[arg(long)]
    pub post: Option<String>,
    /// Development option, by its number in the framework's list for the competency; 0 takes it away
    #[arg(long, value_name = "N")]
    pub option: Option<usize>,
    /// Column 5: review date; none takes it away
    #[arg(long, value_name = "DATE", value_parser = a_day)]
    pub review: Option<Day>,
    /// Column 5: completion date; none takes it away
    #[arg(long, value_name = "DATE", value_parser = a_day)]
    pub completion: Option<Day>,
    /// The long columns on standard input, "-": paragraphs that begin with activity:, difference:, support: or aim:
    #[arg(long, value_name = "-")]
    pub text: Option<String>,
}

/// A day, or that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day(pub Option<NaiveDate>);

fn a_day(typed: &str) -> Result<Day, String> {
    match typed {
        "none" => Ok(Day(None)),
        typed => match day(typed) {
            Ok(day) => Ok(Day(Some(day))),
            Err(error) => Err(format!("{error}; or none")),
        },
    }
}

/// Priorities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PriorityWord {
    /// A gap to close
    Gap,
    /// A strength to build on
    Strength,
}

/// `action`.
#[derive(Clone, Debug, Subcommand)]
pub enum Action {
    /// Add an action to an objective
    Add {
        /// Whose and which.
        #[command(flatten)]
        which: WhichObjective,
        /// What is to be done
        text: String,
        /// Completion date
        #[arg(long, value_name = "DATE", value_parser = day)]
        completion: Option<NaiveDate>,
    },
    /// Change what an action says
    Edit {
        /// Whose and which.
        #[command(flatten)]
        which: WhichAction,
        /// What is to be done
        #[arg(long)]
        text: Option<String>,
        /// Completion date; none takes it away
        #[arg(long, value_name = "DATE", value_parser = a_day)]
        completion: Option<Day>,
    },
    /// Say how far it is, 0 to 100, in words, or both
    #[command(group = clap::ArgGroup::new("said").required(true).multiple(true).args(["progress", "note"]))]
    Progress {
        /// Whose and which.
        #[command(flatten)]
        which: WhichAction,
        /// Per cent
        progress: Option<u8>,
        /// A note of today on standard input, "-"; a second one of the day takes the place of the first, and nothing takes it away
        #[arg(long, value_name = "-")]
        note: Option<String>,
    },
    /// Say that it is done: it waits to be talked about
    Done(WhichAction),
    /// Record the talk about it, which closes it
    Discuss {
        /// Whose and which.
        #[command(flatten)]
        which: WhichAction,
        /// On standard input, "-": paragraphs that begin with learning:, application: and support:
        #[arg(long, value_name = "-")]
        text: Option<String>,
    },
    /// Drop it, with a reason
    Drop {
        /// Whose and which.
        #[command(flatten)]
        which: WhichAction,
        /// Why, on standard input: "-"
        #[arg(long, value_name = "-")]
        reason: Option<String>,
    },
    /// Open it again
    Reopen(WhichAction),
}

/// Whose action, and which.
#[derive(Clone, Debug, Args)]
pub struct WhichAction {
    /// Handle, name, or the beginning of either
    pub person: String,
    /// Its number, objective and action as 2.1, or the beginning of its text
    pub action: String,
}

/// `agree`.
#[derive(Clone, Debug, Args)]
pub struct Agree {
    /// Handle, name, or the beginning of either
    pub person: String,
    /// Number of an objective, or the beginning of its text [default: every open one]
    pub objective: Option<String>,
}
