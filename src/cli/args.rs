//! The command line as data.

mod pairing;
mod plan;
mod removal;
mod sync;

pub use pairing::{Answer, Invitations, Invite, Join, Network, Transcribed, Which};
pub use plan::{
    Action, Agree, Objective, ObjectiveOptions, PriorityWord, WhichAction, WhichObjective,
};
pub use removal::{
    Device, Erase, HandOver, Leave, LineManager, Owner, Person, Revoke, RoleOf, RoleWord, moment,
};
pub use sync::{Bundle, Online, PeerAt, Relay, Serve, Sync};

use crate::domain::text::is_day;
use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

mod show;
mod succession;
mod time;

pub use show::{Days, GroupBy, Show};
pub use succession::{
    AskFor, Band, Compare, Factors, Horizon, HorizonBand, Nominate, Post, PostFacts, Skill,
    SkillFacts, WhatIf, YesNo,
};
pub use time::{Conflict, History};

/// A team's competency heatmap, succession risks and development actions, kept on your own machines.
///
/// Without a command the dashboard opens. For development: not for pay, not for redundancy.
#[derive(Clone, Debug, Parser)]
#[command(name = "guildhall", version, max_term_width = 100)]
pub struct Cli {
    /// What to do; nothing opens the dashboard.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// How the dashboard is on the network.
    #[command(flatten)]
    pub online: Online,
}

/// What holds for every command.
#[derive(Clone, Debug, Default, Args)]
pub struct Global {
    /// Folder that holds the team [default: this system's place for a user's data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Day that the rules take as today, for instance 2026-11-21
    #[arg(long, global = true, value_name = "DATE", value_parser = day)]
    pub today: Option<NaiveDate>,
    /// Print JSON (docs/json.md has the shapes)
    #[arg(long, global = true)]
    pub json: bool,
    /// No colours
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Plain ASCII signs only
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Palette
    #[arg(long, global = true, value_enum)]
    pub palette: Option<Palette>,
    /// Ground of the terminal [default: as the terminal says, or dark]
    #[arg(long, global = true, value_enum)]
    pub background: Option<Background>,
    /// Key map to use on top of the default one
    #[arg(long, global = true, value_name = "FILE")]
    pub keymap: Option<PathBuf>,
    /// File with the passphrase in its first line; - is standard input [default: asked for on the terminal]
    #[arg(long, global = true, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// A day that rules can reckon with; the same bounds as dates in files.
fn day(typed: &str) -> Result<NaiveDate, String> {
    let day: NaiveDate = typed
        .parse()
        .map_err(|_| "a day as year-month-day is expected, for instance 2026-11-21".to_owned())?;
    match is_day(day) {
        true => Ok(day),
        false => Err("a day of 1900 to 2200 is expected".to_owned()),
    }
}

/// Palettes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Palette {
    /// Blue to orange
    Standard,
    /// Tuned for deuteranopia
    Deuteranopia,
    /// Tuned for protanopia
    Protanopia,
    /// Tuned for tritanopia
    Tritanopia,
}

/// Grounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Background {
    /// Light text on dark
    Dark,
    /// Dark text on light
    Light,
}

/// Everything that can be asked for.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Look at a made-up team; nothing is kept
    Demo(Demo),
    /// Start a team of your own
    Init(Init),
    /// Read a folder of TOML and CSV into the team, or make the team from it
    Import(Import),
    /// Print what a screen shows
    Show {
        /// Which screen.
        #[command(subcommand)]
        what: Show,
    },
    /// Give your own mark: a draft that only you see, until it is shared
    Mark(Mark),
    /// Give a manager's mark
    Review(Review),
    /// Take back your last change
    Undo,
    /// Do again what was last taken back
    Redo,
    /// Write the team into files
    Export {
        /// Into which.
        #[command(subcommand)]
        what: Export,
    },
    /// Certificates, registrations and trainings of a person
    Credential {
        /// What about them.
        #[command(subcommand)]
        what: Credential,
    },
    /// Objectives of a person's development plan
    Objective {
        /// What about them.
        #[command(subcommand)]
        what: Objective,
    },
    /// Actions under an objective
    Action {
        /// What about them.
        #[command(subcommand)]
        what: Action,
    },
    /// Agree to objectives as they stand
    Agree(Agree),
    /// Posts: what they are, who holds them, what they ask for, how critical they are
    Post {
        /// What about them.
        #[command(subcommand)]
        what: Post,
    },
    /// Specialist skills outside the framework, each with a target of its own
    Skill {
        /// What about them.
        #[command(subcommand)]
        what: Skill,
    },
    /// Nominate somebody for a post, or record your decision about a nominee; it appoints nobody
    Nominate(Nominate),
    /// Record what a person told you about staying
    Horizon(Horizon),
    /// Figures as they would be if people were away, left or completed their plans; nothing is written
    WhatIf(WhatIf),
    /// Compare a person with a post, and turn gaps into objectives
    Compare(Compare),
    /// Who set what, from which value to which, when, from which device
    History(History),
    /// What was written apart and contradicts itself
    Conflict {
        /// What about it.
        #[command(subcommand)]
        what: Conflict,
    },
    /// What concerns a person as a whole
    Person {
        /// What to do.
        #[command(subcommand)]
        what: Person,
    },
    /// The passphrase that protects the team on this disk
    Passphrase {
        /// What about it.
        #[command(subcommand)]
        what: Passphrase,
    },
    /// Invite somebody, or a further device of your own: makes a ticket and waits
    Invite(Invite),
    /// Join a team with a ticket
    Join(Join),
    /// The team's own relay, for machines that no address leads to
    Relay(Relay),
    /// Exchange with the team's other machines, or see how things stand with them
    Sync(Sync),
    /// Carry for a team on a machine of nobody's: holds what it writes, encrypted, and passes it on
    Serve(Serve),
    /// What others may have, in a file for a stick or a mail
    Bundle {
        /// What about it.
        #[command(subcommand)]
        what: Bundle,
    },
    /// The devices of the team
    Device {
        /// What about them.
        #[command(subcommand)]
        what: Device,
    },
    /// Marks that others typed as yours: accept or dispute them
    Transcribed(Transcribed),
    /// The owner's device: after a restore, handed over, or taken over with the recovery key
    Owner {
        /// What about it.
        #[command(subcommand)]
        what: Owner,
    },
    /// Check the data folder and this machine
    Doctor(Doctor),
    /// Write the whole team, its key included, into one file
    Backup(Backup),
    /// Make a data folder out of a backup
    Restore(Restore),
    /// Make up a team of any size, for trying out and measuring
    #[command(hide = true)]
    Generate(Generate),
}

/// `demo`.
#[derive(Clone, Debug, Args)]
pub struct Demo {
    /// Keep the demo's folder here; it must not exist yet, or be empty
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// Open one of its people's machines beside a demo that is open in another terminal: handle, name, or the beginning of either
    #[arg(long = "as", value_name = "PERSON", conflicts_with = "keep")]
    pub person: Option<String>,
    /// Folder of that demo [default: the one that was opened last]
    #[arg(long = "in", value_name = "DIR", requires = "person")]
    pub root: Option<PathBuf>,
}

/// `doctor`.
#[derive(Clone, Debug, Args)]
pub struct Doctor {
    /// Make again what can be made again, and set aside what cannot be read
    #[arg(long)]
    pub repair: bool,
}

/// `backup`.
#[derive(Clone, Debug, Args)]
pub struct Backup {
    /// File to write
    pub file: PathBuf,
    /// File whose first line is the backup's own passphrase, or - for standard input [asked for if left out]
    #[arg(long, value_name = "FILE")]
    pub backup_passphrase_file: Option<PathBuf>,
    /// Write it without protection: whoever has the file can read the team
    #[arg(long, conflicts_with = "backup_passphrase_file")]
    pub no_passphrase: bool,
    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,
}

/// `restore`.
#[derive(Clone, Debug, Args)]
pub struct Restore {
    /// Backup to read
    pub file: PathBuf,
    /// File whose first line is the backup's passphrase, or - for standard input [asked for if left out]
    #[arg(long, value_name = "FILE")]
    pub backup_passphrase_file: Option<PathBuf>,
    /// Move the folder that is there aside; it is not deleted
    #[arg(long)]
    pub replace: bool,
}

/// `init`.
#[derive(Clone, Debug, Args)]
pub struct Init {
    /// Name of the team [asked for if left out]
    #[arg(long, value_name = "NAME")]
    pub team: Option<String>,
    /// Your name [asked for if left out]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Ask nothing; what is not given is an error
    #[arg(long)]
    pub yes: bool,
    /// Protect the team by the file system's permissions alone, and do not ask for a passphrase
    #[arg(long, conflicts_with = "passphrase_file")]
    pub no_passphrase: bool,
}

/// `passphrase`.
#[derive(Clone, Debug, Subcommand)]
pub enum Passphrase {
    /// Protect a team that has none
    Set,
    /// Take another one
    Change {
        /// File with the new one in its first line; - is standard input [default: asked for on the terminal]
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Leave the team to the file system's permissions alone
    Remove,
}

/// `import`.
#[derive(Clone, Debug, Args)]
pub struct Import {
    /// Folder to read
    pub path: PathBuf,
    /// Only print what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Where a stored value differs, take the folder's
    #[arg(long)]
    pub replace: bool,
    /// Who you are in the folder: a person's id there (only when the team is made from it)
    #[arg(long = "as", value_name = "ID")]
    pub as_person: Option<String>,
}

/// `mark`.
#[derive(Clone, Debug, Args)]
pub struct Mark {
    /// Competency or skill: id, code, name, or the beginning of one
    pub subject: String,
    /// 1 to 10 in half points
    pub value: String,
    /// Share it with your managers at once
    #[arg(long)]
    pub share: bool,
    /// Role column to mark against, where your posts have several
    #[arg(long)]
    pub column: Option<String>,
    /// Evidence in words, on standard input: "-"
    #[arg(long, value_name = "-")]
    pub evidence: Option<String>,
}

/// `review`.
#[derive(Clone, Debug, Args)]
pub struct Review {
    /// Handle, name, or the beginning of either
    pub person: String,
    /// Competency or skill: id, code, name, or the beginning of one
    pub subject: String,
    /// 1 to 10 in half points, or not-observed
    pub value: String,
    /// Role column to mark against, where their posts have several
    #[arg(long)]
    pub column: Option<String>,
    /// Feedback in words, on standard input: "-"
    #[arg(long, value_name = "-")]
    pub feedback: Option<String>,
}

/// `export`.
#[derive(Clone, Debug, Subcommand)]
pub enum Export {
    /// A folder of TOML and CSV that imports again to the same team
    Team {
        /// Folder to write; it must not exist yet, or be empty
        dir: PathBuf,
    },
    /// A person's plan as Markdown, in the order of the PDP template
    Plan {
        /// Handle, name, or the beginning of either
        person: String,
        /// File to write; it must not exist yet [default: standard output]
        file: Option<PathBuf>,
    },
    /// The documents themselves, with their whole history, as files that any Automerge library opens
    Automerge {
        /// Folder to write; it must not exist yet, or be empty
        dir: PathBuf,
    },
    /// Everything that is held about a person, as text and JSON for that person to read
    Subject {
        /// Handle, name, or the beginning of either
        person: String,
        /// Folder to write; it must not exist yet, or be empty
        dir: PathBuf,
    },
}

/// `credential`.
#[derive(Clone, Debug, Subcommand)]
pub enum Credential {
    /// Enter one
    Add {
        /// Handle, name, or the beginning of either
        person: String,
        /// Its name
        name: String,
        /// What it is
        #[arg(long, value_enum, default_value_t = CredentialKind::Certificate)]
        kind: CredentialKind,
        /// Code that a post's must-have names
        #[arg(long, default_value = "")]
        code: String,
        /// Its dates.
        #[command(flatten)]
        dates: CredentialDates,
    },
    /// Change its dates
    Set {
        /// Handle, name, or the beginning of either
        person: String,
        /// Credential: id, code, name, or the beginning of one
        credential: String,
        /// Its dates.
        #[command(flatten)]
        dates: CredentialDates,
    },
    /// Say that you have seen the paper
    Sight {
        /// Handle, name, or the beginning of either
        person: String,
        /// Credential: id, code, name, or the beginning of one
        credential: String,
    },
}

/// Kinds of credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CredentialKind {
    /// A certificate
    Certificate,
    /// A professional registration
    Registration,
    /// A training
    Training,
}

/// Dates of a credential.
#[derive(Clone, Debug, Default, Args)]
pub struct CredentialDates {
    /// Day obtained
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub obtained: Option<NaiveDate>,
    /// Last valid day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub expires: Option<NaiveDate>,
    /// Day of a booked course
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub booked: Option<NaiveDate>,
}

/// `generate`.
#[derive(Clone, Debug, Args)]
pub struct Generate {
    /// How many people
    #[arg(long, default_value_t = 27)]
    pub people: u32,
    /// The same seed makes the same team
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Data folder to make; it must not exist yet, or be empty
    pub dir: PathBuf,
}
