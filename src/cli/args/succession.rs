//! Arguments of `post`, `skill`, `nominate`, `horizon`, `what-if` and `compare`.

use super::day;
use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

/// `post`.
#[derive(Clone, Debug, Subcommand)]
pub enum Post {
    /// Add a post
    Add {
        /// Job title
        title: String,
        /// What else it is.
        #[command(flatten)]
        facts: PostFacts,
    },
    /// Say what a post is from a day on
    Set {
        /// Post: id, title, or the beginning of either
        post: String,
        /// Job title
        #[arg(long)]
        title: Option<String>,
        /// What else it is.
        #[command(flatten)]
        facts: PostFacts,
    },
    /// Put somebody into a post
    Hold {
        /// Post: id, title, or the beginning of either
        post: String,
        /// Handle, name, or the beginning of either
        person: String,
        /// First day [default: today]
        #[arg(long, value_name = "DATE", value_parser = day)]
        from: Option<NaiveDate>,
    },
    /// Say that somebody holds a post no longer
    Release {
        /// Post: id, title, or the beginning of either
        post: String,
        /// Handle, name, or the beginning of either
        person: String,
        /// First day without them [default: today]
        #[arg(long, value_name = "DATE", value_parser = day)]
        from: Option<NaiveDate>,
    },
    /// Say what a post asks for beyond its column, or no longer asks for
    Ask(AskFor),
    /// Score how critical a post is
    Factors(Factors),
}

/// What a post is.
#[derive(Clone, Debug, Default, Args)]
pub struct PostFacts {
    /// Functional area: id or name; none takes it away
    #[arg(long)]
    pub area: Option<String>,
    /// Role column, for instance g6; none takes it away
    #[arg(long)]
    pub column: Option<String>,
    /// Established FTE, 0.01 to 1.00 [default: 1.00]
    #[arg(long)]
    pub fte: Option<String>,
    /// Column to which its holder can rise in place; none takes it away
    #[arg(long, value_name = "COLUMN")]
    pub career_to: Option<String>,
    /// From which day on [default: today]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub since: Option<NaiveDate>,
}

/// `post ask`.
#[derive(Clone, Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["skill", "must_have", "competency"]))]
pub struct AskFor {
    /// Post: id, title, or the beginning of either
    pub post: String,
    /// A specialist skill: id, code or name
    #[arg(long)]
    pub skill: Option<String>,
    /// A must-have by the code that credentials carry, for instance rps
    #[arg(long, value_name = "CODE")]
    pub must_have: Option<String>,
    /// Name of a must-have that is new to the post
    #[arg(long, requires = "must_have")]
    pub name: Option<String>,
    /// A competency that the column leaves to the post
    #[arg(long)]
    pub competency: Option<String>,
    /// It is no longer asked for
    #[arg(long)]
    pub no: bool,
}

/// `post factors`.
#[derive(Clone, Debug, Args)]
pub struct Factors {
    /// Post: id, title, or the beginning of either
    pub post: String,
    /// Impact within a month, 1 to 5
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=5))]
    pub impact: u8,
    /// Statutory or safety duty, 1 to 5
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=5))]
    pub statutory: u8,
    /// Time to replace, 1 to 5
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=5))]
    pub replace: u8,
    /// Scarcity, 1 to 5
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=5))]
    pub scarcity: u8,
    /// Why, in words, on standard input: "-"
    #[arg(long, value_name = "-")]
    pub reason: Option<String>,
    /// From which day on [default: today]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub since: Option<NaiveDate>,
}

/// `skill`.
#[derive(Clone, Debug, Subcommand)]
pub enum Skill {
    /// Add a skill
    Add {
        /// Full name
        name: String,
        /// Three letters or so for the heatmap's head
        #[arg(long)]
        code: String,
        /// What else it is.
        #[command(flatten)]
        facts: SkillFacts,
    },
    /// Say what a skill is from a day on
    Set {
        /// Skill: id, code, name, or the beginning of one
        skill: String,
        /// Full name
        #[arg(long)]
        name: Option<String>,
        /// Three letters or so for the heatmap's head
        #[arg(long)]
        code: Option<String>,
        /// What else it is.
        #[command(flatten)]
        facts: SkillFacts,
    },
}

/// What a skill is.
#[derive(Clone, Debug, Default, Args)]
pub struct SkillFacts {
    /// Target of its own, 1 to 10 in half points, or none [default of a new one: the team's]
    #[arg(long)]
    pub target: Option<String>,
    /// Fewer validated holders than this is thin [default of a new one: 2]
    #[arg(long, value_name = "N")]
    pub at_least: Option<u32>,
    /// On the team's list of critical skills [default of a new one: yes]
    #[arg(long, value_name = "yes|no")]
    pub critical: Option<YesNo>,
    /// From which day on [default: today]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub since: Option<NaiveDate>,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum YesNo {
    /// Yes
    Yes,
    /// No
    No,
}

/// `nominate`.
#[derive(Clone, Debug, Args)]
pub struct Nominate {
    /// Post: id, title, or the beginning of either
    pub post: String,
    /// Handle, name, or the beginning of either
    pub person: String,
    /// Take the nomination back
    #[arg(long, conflicts_with = "decision")]
    pub withdraw: bool,
    /// Your decision about somebody who is nominated, beside the computed band
    #[arg(long, value_enum)]
    pub decision: Option<Band>,
    /// Why you decided so, in words, on standard input: "-"
    #[arg(long, value_name = "-", requires = "decision")]
    pub reason: Option<String>,
    /// From which day on they are nominated, or no longer are [default: today]
    #[arg(long, value_name = "DATE", conflicts_with = "decision", value_parser = day)]
    pub from: Option<NaiveDate>,
}

/// Bands of readiness that can be decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Band {
    /// Ready now
    ReadyNow,
    /// Ready in 1–2 years
    #[value(name = "1-2")]
    OneToTwo,
    /// Ready in 3–5 years
    #[value(name = "3-5")]
    ThreeToFive,
    /// Not yet
    NotYet,
    /// No decision: take an earlier one back
    None,
}

/// `horizon`.
#[derive(Clone, Debug, Args)]
pub struct Horizon {
    /// Handle, name, or the beginning of either
    pub person: String,
    /// What they said; everybody is asked the same bands
    #[arg(value_enum)]
    pub band: HorizonBand,
    /// Day on which they said it [default: today]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub said: Option<NaiveDate>,
}

/// What a person says about staying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HorizonBand {
    /// Leaves within 12 months
    #[value(name = "within-12")]
    Within12,
    /// Leaves in 12 to 36 months
    #[value(name = "12-36")]
    From12To36,
    /// Leaves later
    Later,
    /// Wishes to move
    WishToMove,
    /// Stays
    Staying,
    /// Prefers not to say
    NotSaid,
}

/// `what-if`.
#[derive(Clone, Debug, Args)]
#[command(group = clap::ArgGroup::new("supposed").required(true).multiple(true).args(["leaves", "away", "completes"]))]
pub struct WhatIf {
    /// Somebody who leaves: handle, name, or the beginning of either; may be given several times
    #[arg(long, value_name = "PERSON")]
    pub leaves: Vec<String>,
    /// Somebody who is away
    #[arg(long, value_name = "PERSON")]
    pub away: Vec<String>,
    /// Somebody whose development plan is completed
    #[arg(long, value_name = "PERSON")]
    pub completes: Vec<String>,
}

/// `compare`.
#[derive(Clone, Debug, Args)]
pub struct Compare {
    /// Handle, name, or the beginning of either
    pub person: String,
    /// Post: id, title, or the beginning of either
    pub post: String,
    /// Turn a gap into an objective: competency, skill or code of a must-have, with :N for the Nth option offered; several make one step
    #[arg(long, value_name = "GAP[:N]")]
    pub plan: Vec<String>,
}
