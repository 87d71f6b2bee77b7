//! Who may let in whose device, and doing it: by an entry of the authority or by a statement. Must not know invitations.

use super::super::authority::amend;
use super::super::check::documents;
use super::super::commit::Work;
use super::super::documents::Writer;
use super::super::error::StoreError;
use super::super::inner::{Inner, day_of};
use super::super::keys;
use super::super::pairing::PairingError;
use super::super::statements::state_that;
use super::Asking;
use crate::document::{DocRef, Kind};
use crate::domain::PersonId;
use crate::domain::team::Role;
use crate::log::grant::key_home;
use crate::log::{Access, Change, DeviceId, Grant, Statement};
use rusqlite::Connection;
use std::collections::BTreeSet;

/// How somebody is let in.
pub enum Way {
    /// By an entry of the authority.
    Owner,
    /// By a statement.
    Statement,
}

/// How this device may let in a device of somebody.
pub fn way(
    db: &Connection,
    inner: &mut Inner,
    person: Option<&PersonId>,
    now: u64,
) -> Result<Way, StoreError> {
    let (own, me) = (inner.device_id(), inner.me.clone());
    let authority = inner.authority(db)?;
    let state = authority.state();
    let Some(person) = person else {
        return match state.owner == own {
            true => Ok(Way::Owner),
            false => Err(PairingError::CarrierByOwner.into()),
        };
    };
    if state.erased.contains_key(person) {
        return Err(StoreError::Erased(person.to_string()));
    }
    if authority.person_of(&own).is_none() {
        return Err(PairingError::NoMember.into());
    }
    if *person == me {
        return Ok(Way::Statement);
    }
    if let Some((device, _)) = state.devices.iter().find(|(_, p)| *p == person) {
        return Err(PairingError::HasDevice {
            person: person.to_string(),
            device: device.to_string(),
        }
        .into());
    }
    if state.owner == own {
        return Ok(Way::Owner);
    }
    if !state.standing.is_manager(&me, day_of(now)) {
        return Err(PairingError::NotAManager.into());
    }
    let above = [Role::Owner, Role::Manager, Role::Head];
    let mut given = authority.chain_state().rights.iter();
    match given
        .any(|g| g.ended.is_none() && g.right.holder == *person && above.contains(&g.right.role))
    {
        true => Err(PairingError::OnlyTheOwner(person.to_string()).into()),
        false => Ok(Way::Statement),
    }
}

/// Lets a device in.
pub fn admit(
    work: &mut Work<'_>,
    person: Option<&PersonId>,
    device: DeviceId,
    asking: Asking,
    now: u64,
) -> Result<(), StoreError> {
    match (way(work.db, work.inner, person, now)?, person) {
        (Way::Owner, _) | (_, None) => {
            let change = Change::Admit {
                device,
                person: person.cloned(),
                seal: asking.seal,
            };
            amend(work, vec![change])?;
        }
        (Way::Statement, Some(person)) => {
            let statement = Statement::Admit {
                device,
                person: person.clone(),
                seal: asking.seal,
                consent: asking.consent,
            };
            state_that(work, &statement)?;
        }
    }
    let authority = work.inner.authority(work.db)?;
    if !authority.takes_part(&device) || authority.person_of(&device) != person {
        return Err(PairingError::NotAdmitted("the team's record does not take it").into());
    }
    match person {
        Some(_) => grant(work, &device),
        None => Ok(()), // no key is for a carrier
    }
}

/// Grants a device every key that is here of what it may read, since it was just let in or may read more now; what is private to a further
/// device of one's own.
pub fn grant(work: &mut Work<'_>, device: &DeviceId) -> Result<(), StoreError> {
    let (me, signer) = (work.inner.me.clone(), work.inner.device.clone());
    let at_ms = work.time();
    let here = documents(work.db, &work.inner.keys)?;
    let homes: BTreeSet<DocRef> = here
        .into_iter()
        .filter_map(|(_, doc)| Some(key_home(&doc?)))
        .collect();
    let root = work.inner.private_root(work.db)?;
    let authority = work.inner.authority(work.db)?;
    let position = authority.position();
    let seal = authority.member(device).map(|m| m.seal.clone());
    let seal = seal.ok_or(PairingError::NotAdmitted("it is no member"))?;
    for home in homes {
        let keys = keys::ring(work.db, work.inner, &home)?;
        let authority = work.inner.authority(work.db)?;
        let root = (home.kind == Kind::Private).then_some(&root);
        let may = authority.allows(Access::Read, &home, root, device, day_of(at_ms));
        // Where no key is here there is nothing to grant, and no document is begun for it.
        if keys.is_empty() || !may {
            continue;
        }
        let writer = Writer {
            signer: &signer,
            person: &me,
            authority: position,
        };
        let held = work.hold(&home)?.made.holders.clone();
        for key in keys.values() {
            if held.get(&key.id()).is_none_or(|who| !who.contains(device)) {
                let grant = Grant::wrap(key, [(device, seal.as_str())])?;
                work.append_grant(&home, &writer, at_ms, key, &grant)?;
            }
        }
    }
    let mut people = work.write_views()?.people;
    work.write_summaries(&mut people)
}

/// Whether a device agreed to be this person's, or with an empty id a carrier, and to be let in by this one, with a seal that keys can be wrapped for.
pub fn agrees(inner: &Inner, person: &PersonId, device: &DeviceId, asking: &Asking) -> bool {
    let statement = Statement::Admit {
        device: *device,
        person: person.clone(),
        seal: asking.seal.clone(),
        consent: asking.consent,
    };
    statement.is_agreed(&inner.team, &inner.device_id())
        && asking.seal.parse::<age::x25519::Recipient>().is_ok()
}
