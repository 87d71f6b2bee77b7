//! Why something is not taken away, given or handed over. Must not know names: people are opaque ids here.

use crate::domain::PersonId;
use crate::log::DeviceId;

/// Why the record of rights stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemovalError {
    /// Only the owner's device can.
    #[error("only the owner's device can do that: ask person {0}")]
    AskOwner(PersonId),
    /// Neither one's own device nor anything that this person may stop.
    #[error(
        "that is not a device of yours: ask a manager to stop it, or person {0}, who owns the team"
    )]
    AskManager(PersonId),
    /// This folder's device was taken out itself.
    #[error("this device takes no part in the team any more, so nobody hears what it says")]
    NoPart,
    /// Nobody let it in.
    #[error("device {0} was never let in")]
    Unknown(DeviceId),
    /// It signs the record.
    #[error(
        "device {0} signs the record of rights, so no entry of that record can remove it: hand the team over to another device first (`guildhall owner hand-over`); where it is lost or stolen, take the team over with the recovery key on another device (`guildhall owner recover`), and remove it there"
    )]
    Signs(DeviceId),
    /// It is out already, and only the owner may cut it shorter.
    #[error("device {0} takes no part any more already; nothing was written")]
    Gone(DeviceId),
    /// What was stated does not hold.
    #[error("the team's record does not take it: nothing follows from what was written")]
    NotTaken,
    /// The owner's role is handed over, not ended.
    #[error("person {0} owns the team: hand it over first (`guildhall owner hand-over`)")]
    Owns(PersonId),
    /// A day that has not come.
    #[error("an entry holds from the moment at which it is written: say it on that day")]
    Later,
    /// The other is no manager.
    #[error("person {0} is no manager of the team: make them one first (`guildhall person role`)")]
    NotAManager(PersonId),
    /// The other has no device that could sign.
    #[error(
        "person {0} has no other device that takes part: invite them first (`guildhall invite`)"
    )]
    NoDevice(PersonId),
    /// Which of several.
    #[error("person {person} has {} devices: say which with --device: {}", .devices.len(), list(.devices))]
    WhichDevice {
        /// Whose.
        person: PersonId,
        /// Those that could be meant.
        devices: Vec<DeviceId>,
    },
    /// Nothing would change.
    #[error("that is so already: nothing was written")]
    AlreadySo,
    /// Nobody is above themself.
    #[error("nobody is their own line manager")]
    Themself,
}

fn list(devices: &[DeviceId]) -> String {
    let all: Vec<String> = devices.iter().map(ToString::to_string).collect();
    all.join(", ")
}
