//! How a pairing can end otherwise than with a new device, each end with words that say what to do next. Must not know how anybody got here.

use serde::{Deserialize, Serialize};

/// Why somebody who came with a ticket is turned away. It travels, so the numbers of the variants stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Turned {
    /// No invitation has this secret.
    #[error("the ticket is not known there: ask for a new one")]
    Unknown,
    /// Too late.
    #[error("the ticket is older than fifteen minutes: ask for a new one")]
    Expired,
    /// Somebody joined with it.
    #[error(
        "the ticket was used by another device; if that was not one of yours, say so to whoever gave it to you, and ask for a new one"
    )]
    Used,
    /// Taken back.
    #[error("the invitation was taken back: ask for a new one")]
    Cancelled,
    /// Wrong words were typed three times.
    #[error(
        "wrong words were typed three times, so the invitation is over: ask for a new one, and read all six words out slowly"
    )]
    WrongWords,
    /// Others came with the same ticket.
    #[error(
        "several other devices came with this ticket, so others have seen it: tell whoever gave it to you, and ask for a new one"
    )]
    Crowded,
    /// The device belongs to the team.
    #[error(
        "this device is in the team's record already: open its folder with `guildhall`; if it was removed, join from a new folder"
    )]
    Member,
    /// The words of another device were confirmed.
    #[error(
        "the words of another device were typed in, so this one was turned away; if yours were read out, the ticket was seen by somebody else: tell whoever gave it to you"
    )]
    Other,
    /// The agreement did not hold.
    #[error(
        "what this device sent does not fit the invitation: use the same guildhall on both sides, then ask for a new ticket"
    )]
    Disagreed,
    /// Too many at once.
    #[error("too many try to join there just now: wait a minute, then try again")]
    Busy,
    /// It cannot be done there.
    #[error(
        "it failed there, and nobody was let in: ask whoever invited you to look, then try again"
    )]
    Failed,
}

/// Why an invitation is not made, or not confirmed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PairingError {
    /// Not a manager.
    #[error(
        "people are invited by managers of the team, and you are none: ask one; your own further devices you invite yourself"
    )]
    NotAManager,
    /// A manager, and the person is no technician.
    #[error(
        "managers, heads and the owner are let in by the owner of the team: ask the owner to invite person {0}"
    )]
    OnlyTheOwner(String),
    /// Carriers are the owner's.
    #[error(
        "carriers are let in by the owner's device alone: ask the owner of the team to invite one"
    )]
    CarrierByOwner,
    /// This device takes no part.
    #[error("this device takes no part in the team any more, so it lets nobody in")]
    NoMember,
    /// They have one.
    #[error(
        "that person has a device already, so this would be a further one: they invite it themselves, with `guildhall invite` on the one that they have; if that one is lost, take it out first"
    )]
    HasDevice {
        /// Who, as an opaque id.
        person: String,
        /// Which, shortened.
        device: String,
    },
    /// No such invitation.
    #[error("there is no open invitation {0}: `guildhall invite list` shows those there are")]
    NoInvitation(i64),
    /// Nobody is asking.
    #[error(
        "no device is waiting to be let in: whoever was invited runs `guildhall join` with the ticket and reads the words out; a ticket is valid for fifteen minutes"
    )]
    NobodyWaits,
    /// Not their words.
    #[error(
        "those are not the words of a device that waits: have them read out once more; tries left: {left}"
    )]
    WrongWords {
        /// How often more.
        left: u32,
    },
    /// Wrong once too often.
    #[error(
        "wrong words were typed three times, so the invitation is over and nobody was let in: make a new one with `guildhall invite`"
    )]
    TooOften,
    /// The admission does not hold.
    #[error("the device could not be let in: {0}")]
    NotAdmitted(&'static str),
    /// What came does not fit what was agreed, for whoever joins.
    #[error(
        "what the other machine sent is not the team that the ticket names, or does not let this device in: ask for a new ticket"
    )]
    NotThisTeam,
}
