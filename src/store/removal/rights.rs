//! Roles, line managers, and handing the record of rights over to another device. Owns which entries that takes. Must not know names.

use super::super::Store;
use super::super::authority::amend;
use super::super::commit::Work;
use super::super::cuts;
use super::super::error::StoreError;
use super::super::inner::{Inner, day_of, now_ms};
use super::super::invitations::grant_keys;
use super::leave::last;
use super::{RemovalError, as_owner, owner_only};
use crate::domain::PersonId;
use crate::domain::team::{Right, Role};
use crate::log::{Change, DeviceId};
use chrono::NaiveDate;
use rusqlite::Connection;

/// Rights that change hands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RightsChange {
    /// Those that end, as they were given.
    pub ended: Vec<Right>,
    /// The one that is given.
    pub given: Option<Right>,
}

/// Handing the record over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOver {
    /// Who owns the team from then on.
    pub person: PersonId,
    /// The device that signs from then on.
    pub device: DeviceId,
    /// Who owned it.
    pub former: PersonId,
    /// The former owner's device, which signs no more.
    pub former_device: DeviceId,
    /// The former owner is made a manager in the same entry, having no other right.
    pub stays_manager: bool,
    /// The owner's record has to let the device in first: only a statement did.
    admits: bool,
}

impl Store {
    /// What giving somebody a role of the team, or none, would change. Nothing is changed.
    pub fn role_change(
        &mut self,
        person: &PersonId,
        role: Option<Role>,
        today: NaiveDate,
    ) -> Result<RightsChange, StoreError> {
        let tx = self.db.transaction()?;
        let change = role_change(&tx, &mut self.inner, person, role, today)?;
        tx.commit()?;
        Ok(change)
    }

    /// What giving somebody a line manager would change. Nothing is changed.
    pub fn line_change(
        &mut self,
        person: &PersonId,
        manager: &PersonId,
        today: NaiveDate,
    ) -> Result<RightsChange, StoreError> {
        let tx = self.db.transaction()?;
        let change = line_change(&tx, &mut self.inner, person, manager, today)?;
        tx.commit()?;
        Ok(change)
    }

    /// Writes it, and grants the holder's devices the keys of what they may read now.
    pub fn change_rights(
        &mut self,
        change: &RightsChange,
        today: NaiveDate,
    ) -> Result<(), StoreError> {
        self.write(|work| change_rights(work, change, today))
    }

    /// What handing the record over to a device of somebody would do. Nothing is changed.
    pub fn handing_over(
        &mut self,
        person: &PersonId,
        device: Option<DeviceId>,
    ) -> Result<HandOver, StoreError> {
        let tx = self.db.transaction()?;
        let hand_over = handing_over(&tx, &mut self.inner, person, device)?;
        tx.commit()?;
        Ok(hand_over)
    }

    /// Hands it over: from then on this device appends nothing more to it.
    pub fn hand_over(&mut self, to: &HandOver) -> Result<(), StoreError> {
        self.write(|work| hand_over(work, to))
    }
}

/// Rights that stand, as they were given.
fn standing(inner: &mut Inner, db: &Connection) -> Result<Vec<Right>, StoreError> {
    let given = &inner.authority(db)?.chain_state().rights;
    let open = given.iter().filter(|g| g.ended.is_none());
    Ok(open.map(|g| g.right.clone()).collect())
}

fn known(inner: &mut Inner, db: &Connection, person: &PersonId) -> Result<(), StoreError> {
    match inner.rights(db)?.erased.contains_key(person) {
        true => Err(StoreError::Erased(person.to_string())),
        false => Ok(()),
    }
}

/// The first day of what is given: today by the rules, and never a day that has not come.
fn first(today: NaiveDate) -> NaiveDate {
    today.min(day_of(now_ms()))
}

fn role_change(
    db: &Connection,
    inner: &mut Inner,
    person: &PersonId,
    role: Option<Role>,
    today: NaiveDate,
) -> Result<RightsChange, StoreError> {
    owner_only(db, inner)?;
    known(inner, db, person)?;
    let from = first(today);
    let theirs = |r: &&Right| {
        r.holder == *person && matches!(r.role, Role::Owner | Role::Manager | Role::Head)
    };
    let mut change = RightsChange::default();
    let mut has = false;
    for right in standing(inner, db)?.iter().filter(theirs) {
        match right.role {
            Role::Owner => return Err(RemovalError::Owns(person.clone()).into()),
            of if Some(of) == role && right.on(from) => has = true,
            // What is over by its own last day is not ended a second time.
            _ if right.until.is_some_and(|until| until < from) => {}
            _ => change.ended.push(right.clone()),
        }
    }
    if let Some(role) = role.filter(|_| !has) {
        change.given = Some(Right {
            holder: person.clone(),
            role,
            over: None,
            from: Some(from),
            until: None,
        });
    }
    match change == RightsChange::default() {
        true => Err(RemovalError::AlreadySo.into()),
        false => Ok(change),
    }
}

fn line_change(
    db: &Connection,
    inner: &mut Inner,
    person: &PersonId,
    manager: &PersonId,
    today: NaiveDate,
) -> Result<RightsChange, StoreError> {
    owner_only(db, inner)?;
    if person == manager {
        return Err(RemovalError::Themself.into());
    }
    known(inner, db, person)?;
    known(inner, db, manager)?;
    let from = first(today);
    let theirs = |r: &&Right| r.role == Role::Line && r.over.as_ref() == Some(person);
    let mut change = RightsChange::default();
    let mut has = false;
    for right in standing(inner, db)?.iter().filter(theirs) {
        if right.until.is_some_and(|until| until < from) {
            continue;
        }
        match right.holder == *manager && right.on(from) {
            true => has = true,
            false => change.ended.push(right.clone()),
        }
    }
    if !has {
        change.given = Some(Right {
            holder: manager.clone(),
            role: Role::Line,
            over: Some(person.clone()),
            from: Some(from),
            until: None,
        });
    }
    match change == RightsChange::default() {
        true => Err(RemovalError::AlreadySo.into()),
        false => Ok(change),
    }
}

fn change_rights(
    work: &mut Work<'_>,
    change: &RightsChange,
    today: NaiveDate,
) -> Result<(), StoreError> {
    as_owner(work)?;
    let day = first(today);
    let day = day.pred_opt().unwrap_or(day);
    let mut changes = Vec::new();
    for right in &change.ended {
        // All that the holder ever wrote stands as far as it is here, whichever device it was written on.
        let devices = work.inner.authority(work.db)?.devices_of(&right.holder);
        changes.push(Change::End {
            until: last(right, day),
            cuts: cuts::heads(work.db, work.inner, &devices)?,
            right: right.clone(),
        });
    }
    changes.extend(change.given.iter().cloned().map(Change::Grant));
    amend(work, changes)?;
    let Some(given) = &change.given else {
        return Ok(());
    };
    let own = work.inner.device_id();
    let devices = work.inner.rights(work.db)?.devices.clone();
    let theirs = devices.iter().filter(|(_, p)| **p == given.holder);
    for (device, _) in theirs.filter(|(d, _)| **d != own) {
        grant_keys(work, device)?;
    }
    Ok(())
}

fn handing_over(
    db: &Connection,
    inner: &mut Inner,
    person: &PersonId,
    device: Option<DeviceId>,
) -> Result<HandOver, StoreError> {
    owner_only(db, inner)?;
    known(inner, db, person)?;
    let authority = inner.authority(db)?;
    let state = authority.chain_state();
    let (former_device, former) = state.owner.clone();
    let today = day_of(now_ms());
    let holds = |who: &PersonId, role| {
        let mut given = state.rights.iter().filter(|g| g.ended.is_none());
        given.any(|g| g.right.holder == *who && g.right.role == role && g.right.on(today))
    };
    if former != *person && !holds(person, Role::Manager) {
        return Err(RemovalError::NotAManager(person.clone()).into());
    }
    let theirs = authority
        .state()
        .devices
        .iter()
        .filter(|(_, p)| *p == person);
    let theirs: Vec<DeviceId> = theirs
        .map(|(d, _)| *d)
        .filter(|d| *d != former_device && device.is_none_or(|wanted| wanted == *d))
        .collect();
    let device = match theirs[..] {
        [one] => one,
        [] => return Err(RemovalError::NoDevice(person.clone()).into()),
        _ => {
            return Err(RemovalError::WhichDevice {
                person: person.clone(),
                devices: theirs,
            }
            .into());
        }
    };
    Ok(HandOver {
        admits: !state.devices.contains_key(&device),
        stays_manager: former != *person && !holds(&former, Role::Manager),
        person: person.clone(),
        device,
        former,
        former_device,
    })
}

fn hand_over(work: &mut Work<'_>, to: &HandOver) -> Result<(), StoreError> {
    as_owner(work)?;
    let authority = work.inner.authority(work.db)?;
    let mut changes = Vec::new();
    if to.admits {
        let member = authority.member(&to.device);
        let seal = member.map(|m| m.seal.clone());
        changes.push(Change::Admit {
            device: to.device,
            person: Some(to.person.clone()),
            seal: seal.ok_or(RemovalError::Unknown(to.device))?,
        });
    }
    changes.push(Change::HandOver(to.device));
    if to.stays_manager {
        changes.push(Change::Grant(Right {
            holder: to.former.clone(),
            role: Role::Manager,
            over: None,
            from: None,
            until: None,
        }));
    }
    amend(work, changes)?;
    Ok(())
}
