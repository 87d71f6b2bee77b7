//! Pairing, ALPN `guildhall/pair/1`: what two machines say to each other until one of them belongs to the other's team. Owns the messages,
//! and what both compute from their connection. Must not know who types the words, nor what follows for the folder.
//!
//! The joiner has asked for the inviter's key, which the ticket names, so nobody stands between them. It signs with the ticket's secret
//! what both share of this one connection: nothing that was overheard or recorded is of use on another. Until its words are confirmed it
//! learns an opaque id and nothing else.

mod door;
mod joiner;

pub use door::Door;
pub use joiner::{Admission, Contents, Wish, ask};

use super::desk::DeskClosed;
use super::endpoint::{NetError, code};
use super::frame::FrameError;
use super::unreached;
use super::words::Words;
use crate::limits;
use crate::log::{DeviceId, TeamId, tags};
use crate::store::{StoreError, Turned};
use iroh::endpoint::{Connection, ConnectionError};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Version of what is said here.
const VERSION: u16 = 1;
/// Bytes of a frame with the team's record, which the joiner takes from the one device that it asked for.
const RECORD_BYTES: usize = crate::log::authority::entry::MAX_ENTRY + limits::FRAME_BYTES;
/// Bytes of the whole record.
const RECORD_TOTAL: usize = 64 << 20;

/// First, from the joiner: which ticket, and that its secret is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Knocking {
    version: u16,
    team: [u8; 32],
    ticket: [u8; 32],
    /// Signature by the ticket's key, in two halves.
    proof: [[u8; 32]; 2],
}

/// Second, from the joiner: what lets it in, if somebody confirms the words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Agreement {
    seal: String,
    consent: [[u8; 32]; 2],
}

/// What the inviter says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Say {
    /// Agree to be this person's: an opaque id, empty for a carrier.
    Agree(String),
    /// The words are being compared.
    Wait,
    /// No, and why.
    Turned(Turned),
    /// Let in, as this person, or with an empty id as a carrier. The record of rights follows.
    Admitted(String),
    /// Entries of the authority.
    Entries(Vec<Vec<u8>>),
    /// Statements of others.
    Statements(Vec<Vec<u8>>),
    /// The record is whole; the first contents follow.
    Whole,
    /// Whom the contents are about, as opaque ids.
    People(Vec<String>),
    /// Envelopes that the device may have.
    Envelopes(Vec<Vec<u8>>),
    /// A pack with the headers that it stands for.
    Pack(Vec<u8>, Vec<Vec<u8>>),
    /// That was all.
    End,
}

/// Why a pairing did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum PairError {
    /// Turned away, with the reason.
    #[error("{0}")]
    Turned(Turned),
    /// Nobody with that key answers.
    #[error(
        "the machine that the ticket names does not answer ({0}): `guildhall invite` has to be running there; on the same network a firewall may be in the way, and from elsewhere the ticket needs an address that can be reached (`guildhall invite --listen ADDRESS:PORT`)"
    )]
    NoAnswer(String),
    /// The ticket is for a carrier, and a person's device came.
    #[error(
        "this ticket is for a carrier, a machine that belongs to nobody and can read nothing: use it with `guildhall serve --join TICKET`, or ask for a ticket of your own"
    )]
    ForCarrier,
    /// The ticket is for a person, and a carrier came.
    #[error(
        "this ticket is for a person's machine: use it with `guildhall join TICKET`, or let the owner of the team make one with `guildhall invite --carrier`"
    )]
    ForPerson,
    /// No invitation is open.
    #[error(
        "no invitation is open on that machine: a ticket is good for fifteen minutes and once; ask for a new one"
    )]
    NotOpen,
    /// The connection ended too early.
    #[error(
        "the connection ended before it was done ({0}): run the same command again, the ticket is still good for its fifteen minutes"
    )]
    Broken(String),
    /// What came is no message of this protocol.
    #[error(
        "the other side does not speak as guildhall does here ({0}): use the same version on both sides"
    )]
    Protocol(String),
    /// Nobody confirmed in time.
    #[error("nobody confirmed the words within the ticket's fifteen minutes: ask for a new ticket")]
    TooLate,
    /// The network.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The folder.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder is closed.
    #[error(transparent)]
    Closed(#[from] DeskClosed),
}

/// What both sides compute from one connection and no other.
struct Shared {
    words: Words,
    /// What the ticket's key signs.
    signed: Vec<u8>,
}

/// The ids of both stand in it: what TLS exports does not cover who the joiner is.
fn shared(
    connection: &Connection,
    team: &TeamId,
    inviter: &DeviceId,
    joiner: &DeviceId,
    ticket: &[u8; 32],
) -> Result<Shared, PairError> {
    let context = [&team.0[..], &inviter.0, &joiner.0, ticket].concat();
    let export = |label: &[u8]| {
        let mut bits = [0; 32];
        connection
            .export_keying_material(&mut bits, label, &context)
            .map(|()| bits)
            .map_err(|_| PairError::Protocol("nothing can be made of the connection's keys".into()))
    };
    let mut signed = tags::TICKET.to_vec();
    signed.extend_from_slice(&export(b"guildhall pair proof")?);
    signed.extend_from_slice(&context);
    Ok(Shared {
        words: Words::of(&export(b"guildhall pair words")?),
        signed,
    })
}

/// Waits for something, but not for ever.
async fn within<T>(
    patience: Duration,
    what: &str,
    future: impl Future<Output = T>,
) -> Result<T, PairError> {
    tokio::time::timeout(patience, future)
        .await
        .map_err(|_| PairError::Broken(format!("{what} did not come in time")))
}

/// What became of a connection, in place of the error that its stream had.
fn broken(connection: &Connection, error: FrameError) -> PairError {
    if let Some(reason) = connection.close_reason() {
        return ended(&reason);
    }
    match error {
        FrameError::Io(error) => {
            tracing::info!(%error, "a stream broke");
            PairError::Broken("it broke off in the midst of a message".into())
        }
        other => PairError::Protocol(other.to_string()),
    }
}

fn ended(reason: &ConnectionError) -> PairError {
    let ConnectionError::ApplicationClosed(closed) = reason else {
        tracing::info!(%reason, "a pairing was broken off");
        return PairError::Broken(unreached::lost(reason).into());
    };
    match u32::try_from(closed.error_code.into_inner()) {
        Ok(code::UNKNOWN) => PairError::NotOpen,
        Ok(code::LIMIT) => PairError::Turned(Turned::Busy),
        Ok(code::PROTOCOL) => PairError::Protocol("it understood nothing".into()),
        Ok(code::FAILED) => PairError::Turned(Turned::Failed),
        _ => PairError::Broken(unreached::lost(reason).into()),
    }
}

#[cfg(test)]
mod tests;
