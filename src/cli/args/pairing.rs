//! Pairing as the command line has it.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use std::net::SocketAddr;

/// `invite`.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Invite {
    /// What about invitations; nothing makes one.
    #[command(subcommand)]
    pub what: Option<Invitations>,
    /// Handle, name, or the beginning of either [default: yourself, for a further device of yours]
    pub person: Option<String>,
    /// Somebody who is not in the team yet, by full name
    #[arg(long, value_name = "NAME", conflicts_with = "person")]
    pub new: Option<String>,
    /// Draw the ticket for a telephone's camera as well
    #[arg(long)]
    pub qr: bool,
    /// How to be on the network.
    #[command(flatten)]
    pub network: Network,
}

/// What about invitations.
#[derive(Clone, Debug, Subcommand)]
pub enum Invitations {
    /// Let a device in, by the six words that its person reads to you
    Confirm {
        /// The six words; four letters of each are enough
        #[arg(required = true)]
        words: Vec<String>,
    },
    /// Invitations and the devices that came with their tickets
    List,
    /// Take an open invitation back
    Cancel {
        /// Its number, as `invite list` has it
        number: i64,
    },
}

/// How to be on the network.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Network {
    /// Address and port to listen on [default: every address, port 47474 if it is free]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Announce nothing on the local network, and look for nobody there
    #[arg(long)]
    pub no_mdns: bool,
}

/// `join`.
#[derive(Clone, Debug, Args)]
pub struct Join {
    /// The ticket that you were given; - is standard input
    pub ticket: String,
    /// Protect the folder by the file system's permissions alone, and do not ask for a passphrase
    #[arg(long, conflicts_with = "passphrase_file")]
    pub no_passphrase: bool,
    /// How to be on the network.
    #[command(flatten)]
    pub network: Network,
}

/// `transcribed`.
#[derive(Clone, Debug, Args)]
pub struct Transcribed {
    /// What to answer; nothing lists them.
    #[command(subcommand)]
    pub what: Option<Answer>,
}

/// Answers to what was typed for you.
#[derive(Clone, Debug, Subcommand)]
pub enum Answer {
    /// Take them as your own shared marks
    Accept(Which),
    /// Say that they are not yours: they count no more
    Dispute(Which),
}

/// Which marks.
#[derive(Clone, Debug, Args)]
pub struct Which {
    /// Competency or skill: id, code, name, or the beginning of one
    #[arg(required_unless_present = "all")]
    pub subject: Option<String>,
    /// Only that of this day
    #[arg(long, value_name = "DATE")]
    pub date: Option<NaiveDate>,
    /// All of them
    #[arg(long, conflicts_with_all = ["subject", "date"])]
    pub all: bool,
}
