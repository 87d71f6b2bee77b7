//! Pairing as the command line has it.

use super::day;
use crate::limits;
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use std::net::{IpAddr, SocketAddr};

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
    /// A carrier: a machine that belongs to nobody, holds what the team writes encrypted and passes it on; only on the owner's device
    #[arg(long, conflicts_with_all = ["person", "new"])]
    pub carrier: bool,
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
#[derive(Clone, Debug, Default, Args)]
pub struct Network {
    /// Address, or address and port, to listen on [default: every address, port 47474 if it is free]
    #[arg(long, value_name = "ADDR", value_parser = listen)]
    pub listen: Option<SocketAddr>,
    /// Announce nothing on the local network, and look for nobody there
    #[arg(long)]
    pub no_mdns: bool,
    /// URL of the team's own relay, for a machine that does not know it yet or cannot read it [default: as `guildhall relay` has it]
    #[arg(long, value_name = "URL")]
    pub relay: Option<String>,
}

/// An address with its port, which may be left out.
pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    let address = || text.trim_matches(['[', ']']).parse::<IpAddr>();
    text.parse()
        .or_else(|_| address().map(|ip| SocketAddr::new(ip, limits::PORT)))
        .map_err(|_| {
            format!(
                "an address is expected, with a port or without ({} is taken then), for instance 192.0.2.7 or 192.0.2.7:{}",
                limits::PORT,
                limits::PORT
            )
        })
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
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub date: Option<NaiveDate>,
    /// All of them
    #[arg(long, conflicts_with_all = ["subject", "date"])]
    pub all: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_port_has_the_usual_one() {
        let at = |text: &str| listen(text).map(|a| a.to_string());
        assert_eq!(at("192.0.2.7"), Ok(format!("192.0.2.7:{}", limits::PORT)));
        assert_eq!(at("192.0.2.7:0"), Ok("192.0.2.7:0".into()));
        assert_eq!(
            at("2001:db8::1"),
            Ok(format!("[2001:db8::1]:{}", limits::PORT))
        );
        assert_eq!(
            at("[2001:db8::1]"),
            Ok(format!("[2001:db8::1]:{}", limits::PORT))
        );
        assert_eq!(at("[2001:db8::1]:9"), Ok("[2001:db8::1]:9".into()));
        for wrong in ["", "somewhere", "192.0.2.7:", "192.0.2.7:70000", "47474"] {
            assert!(at(wrong).unwrap_err().contains("47474"), "{wrong}");
        }
    }
}
