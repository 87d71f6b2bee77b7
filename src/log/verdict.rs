//! The verdict on an envelope: a pure function of the envelope and the authority, so that everybody who knows the same comes to the same,
//! in whatever order it came. Owns that function. Must not know the place of an envelope in its log (that is [`super::chain`]'s), its
//! contents, nor a clock.

use super::access::Access;
use super::authority::entry::beyond;
use super::authority::state::{Concerned, Removal};
use super::authority::{Authority, Place};
use super::envelope::{BodyKind, Header};
use super::ids::DeviceId;
use crate::document::{DocRef, Kind};
use crate::domain::PersonId;
use crate::domain::team::Role;
use chrono::{DateTime, NaiveDate};

/// What an envelope is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A document; of a private one, the root of the devices that share it.
    Document {
        /// Which.
        doc: DocRef,
        /// Root of the devices that share a private document.
        root: Option<DeviceId>,
    },
    /// Statements.
    Statements,
}

impl Target {
    /// A document that is not private.
    pub fn of(doc: &DocRef) -> Self {
        Self::Document {
            doc: doc.clone(),
            root: None,
        }
    }
}

/// What becomes of an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It counts.
    Accepted,
    /// Something that it names is not here yet.
    Early(Wait),
    /// It does not count, unless something that counts rests on it; who has the right today can take it over.
    Quarantined(Why),
    /// It stands on the branch of a log that was not chosen, or beyond the chosen end: it never counts.
    Dropped,
    /// It never counts and is not kept.
    Refused(Refusal),
}

/// What an early envelope waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wait {
    /// Entries of the authority.
    Authority,
    /// The admission of its device.
    Device,
    /// The envelope before it.
    Predecessor,
    /// A program that knows the schema step with which it was written.
    Newer,
    /// The key of its body.
    Key,
    /// A change that its change rests on.
    Change,
}

/// Why an envelope is quarantined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// Beyond the cut of a removal that it does not know of.
    Removed,
    /// Beyond the cut with which its device was stopped.
    Stopped,
    /// It rests on entries of the authority that the recovery key made void.
    Void,
    /// Whoever let its device in had no right to.
    NotAdmitted,
}

/// Why an envelope is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Refusal {
    /// It belongs to another team, document or log.
    #[error("it belongs somewhere else")]
    Elsewhere,
    /// It names no authority at all.
    #[error("it names no entry of the record of rights")]
    NoAuthority,
    /// Its device was let in later than it claims to have written.
    #[error("its device was not part of the team at the entry that it names")]
    NotYet,
    /// Its device had been revoked.
    #[error("its device had been revoked at the entry that it names")]
    Revoked,
    /// Its writer had no right.
    #[error("its writer had no right to write there")]
    NoRight,
    /// Such a body has no place there.
    #[error("a body of that kind has no place there")]
    Kind,
    /// It names an older authority than the envelope before it.
    #[error("it names an older record of rights than the envelope before it")]
    Fell,
    /// The one before it is refused.
    #[error("the envelope before it is refused")]
    After,
    /// Its log has two branches and takes no more until that is settled.
    #[error("its log has two branches and takes no more until that is settled")]
    Forked,
    /// Signature, encryption, running hash or change are not right.
    #[error("its contents are not what its header says, or not a change of ours")]
    Contents,
}

/// The day of a time, UTC.
pub fn day_of(ms: u64) -> NaiveDate {
    i64::try_from(ms)
        .ok()
        .and_then(DateTime::from_timestamp_millis)
        .map_or(NaiveDate::MAX, |t| t.date_naive())
}

/// Judges an envelope whose form and signature were checked.
pub fn judge(authority: &Authority, header: &Header, target: &Target) -> Verdict {
    if header.team != authority.state().team {
        return Verdict::Refused(Refusal::Elsewhere);
    }
    let fits = match target {
        Target::Statements => header.kind == BodyKind::Statement,
        Target::Document { .. } => header.kind != BodyKind::Statement,
    };
    if !fits {
        return Verdict::Refused(Refusal::Kind);
    }
    if header.authority.len == 0 {
        return Verdict::Refused(Refusal::NoAuthority);
    }
    let len = match authority.place(&header.authority) {
        Place::Chain(len) | Place::Branch(len) => len,
        Place::Void => return Verdict::Quarantined(Why::Void),
        Place::Unknown => return Verdict::Early(Wait::Authority),
    };
    let device = &header.log.device;
    let Some(member) = authority.member(device) else {
        return if authority.joined().void.contains_key(device) {
            Verdict::Quarantined(Why::NotAdmitted)
        } else {
            Verdict::Early(Wait::Device)
        };
    };
    if member.since > len {
        return Verdict::Refused(Refusal::NotYet);
    }
    if member.revoked.is_some_and(|at| at <= len) {
        return Verdict::Refused(Refusal::Revoked);
    }
    let Some(person) = &member.person else {
        return Verdict::Refused(Refusal::NoRight); // a carrier writes nothing
    };
    let allowed = |len: u64| match target {
        Target::Statements => true,
        Target::Document { doc, root } => {
            may_at(authority, header, doc, root.as_ref(), person, len)
        }
    };
    if !allowed(len) {
        return Verdict::Refused(Refusal::NoRight);
    }
    let hash = header.hash();
    let outside = |removal: &&Removal| {
        let concerned = match &removal.concerned {
            Concerned::Device(d) => d == device,
            // What the person may still write without that right is not touched.
            Concerned::Right(right) => {
                let kept = match target {
                    Target::Statements => !matches!(right.role, Role::Manager | Role::Owner),
                    // A right over somebody is about that person's documents alone.
                    Target::Document { doc, .. } => {
                        let over_one =
                            matches!(right.role, Role::Line | Role::Assessor | Role::Reviewer);
                        (over_one && right.over != doc.person) || allowed(removal.at)
                    }
                };
                right.holder == *person && !kept
            }
        };
        removal.at > len && concerned && beyond(&removal.cuts, &header.log, header.seq, &hash)
    };
    if authority.chain_state().removals.iter().any(|r| outside(&r)) {
        return Verdict::Quarantined(Why::Removed);
    }
    let stops = authority.joined().stops.get(device);
    let stopped = |cuts: &Vec<_>| beyond(cuts, &header.log, header.seq, &hash);
    if stops.is_some_and(|all| all.iter().any(stopped)) {
        return Verdict::Quarantined(Why::Stopped);
    }
    Verdict::Accepted
}

fn may_at(
    authority: &Authority,
    header: &Header,
    doc: &DocRef,
    root: Option<&DeviceId>,
    person: &PersonId,
    len: u64,
) -> bool {
    let day = day_of(header.time_ms);
    // The owner's word lets nobody into what is private: only devices that the person let in write there.
    let paired = doc.kind != Kind::Private
        || root.is_some_and(|root| authority.is_paired(root, &header.log.device));
    // A key is granted by whoever may read, changes are made by whoever may write.
    let access = match header.kind {
        BodyKind::Grant => Access::Read,
        _ => Access::Write,
    };
    paired && authority.chain_state().may(access, doc, person, len, day)
}
