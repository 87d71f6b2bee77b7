//! Exchanging with other machines as the command line has it.

use super::Network;
use clap::{Args, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// `sync`.
#[derive(Clone, Debug, Args)]
pub struct Sync {
    /// Exchange once with every machine that can be reached, and end
    #[arg(long)]
    pub once: bool,
    /// Exchange as long as this runs
    #[arg(long, conflicts_with = "once")]
    pub watch: bool,
    /// A machine of the team and where it is: the beginning of its id, as `device list` has it, @, address and port
    #[arg(long, value_name = "ID@ADDR")]
    pub peer: Vec<PeerAt>,
    /// How to be on the network.
    #[command(flatten)]
    pub network: Network,
}

/// How the dashboard is on the network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct Online {
    /// Start the dashboard off the network; it can be switched on there
    #[arg(long)]
    pub offline: bool,
    /// Address and port on which the dashboard listens [default: every address, port 47474 if it is free]
    #[arg(long, value_name = "ADDR", value_parser = super::pairing::listen)]
    pub listen: Option<SocketAddr>,
    /// In the dashboard, announce nothing on the local network, and look for nobody there
    #[arg(long)]
    pub no_mdns: bool,
    /// For the dashboard, a machine of the team and where it is, as for `sync`
    #[arg(long, value_name = "ID@ADDR")]
    pub peer: Vec<PeerAt>,
}

impl Online {
    /// Whether anything was asked for.
    pub fn is_given(&self) -> bool {
        *self != Self::default()
    }
}

/// `relay`.
#[derive(Clone, Debug, Args)]
pub struct Relay {
    /// URL that begins with https://, or none; nothing says which it is
    pub url: Option<String>,
}

/// `serve`.
#[derive(Clone, Debug, Args)]
pub struct Serve {
    /// Become a carrier of a team first, with a ticket of `guildhall invite --carrier`; - is standard input
    #[arg(long, value_name = "TICKET")]
    pub join: Option<String>,
    /// How to be on the network.
    #[command(flatten)]
    pub network: Network,
}

/// A machine and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerAt {
    /// The beginning of its id, in hexadecimal digits.
    pub id: String,
    /// Where it listens.
    pub at: SocketAddr,
}

impl FromStr for PeerAt {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const FORM: &str = "ID@ADDRESS:PORT is expected, for instance 5f3a90c1@192.0.2.7:47474";
        let (id, at) = text.split_once('@').ok_or(FORM)?;
        let digits = !id.is_empty() && id.len() <= 16 && id.chars().all(|c| c.is_ascii_hexdigit());
        if !digits {
            return Err(FORM.into());
        }
        Ok(Self {
            id: id.to_ascii_lowercase(),
            at: at.parse().map_err(|_| FORM)?,
        })
    }
}

/// `bundle`.
#[derive(Clone, Debug, Subcommand)]
pub enum Bundle {
    /// Write what others may have into a file that only their devices can open
    Write {
        /// File to write
        file: PathBuf,
        /// For whom: all, a person, or the beginning of a device's id
        #[arg(long = "for", value_name = "WHOM")]
        whom: String,
        /// Replace a file that is there
        #[arg(long)]
        force: bool,
    },
    /// Take what a bundle holds for this device
    Read {
        /// File to read
        file: PathBuf,
    },
}
