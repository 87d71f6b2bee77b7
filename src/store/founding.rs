//! Founding a team in a data folder: its files, its first authority entry, its tables. Owns what a fresh folder holds. Must not know what is
//! written into it afterwards.

use super::authority::write_authority;
use super::guard::{self, Guard, Why};
use super::inner::{Inner, now_ms, set_meta};
use super::keyfile::{self, KeyFile, Passphrase};
use super::local::{LocalKeys, Purpose};
use super::outside::Outside;
use super::schema::{self, FORMAT, FileKind};
use super::{Store, StoreError, UNFINISHED, files, presence, team_file, views};
use crate::domain::PersonId;
use crate::log::Authority;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;

/// A team to be founded. Its name and all else are written afterwards, by [`Store::commit`] or [`Store::seed`].
#[derive(Clone, Debug)]
pub struct NewTeam {
    /// Who keeps the authority; an opaque id.
    pub owner: PersonId,
    /// Whose folder this is. Where it is not the owner's, the owner's device must be given to [`Store::create_for`].
    pub me: PersonId,
}

impl Store {
    /// Founds a team in a folder, whose user owns it, and opens it. The folder is made if need be, private to its owner.
    pub fn create(dir: &Path, owner: &PersonId) -> Result<Self, StoreError> {
        Self::found(dir, owner, owner, None, false, None)
    }

    /// The same for a team that is about to be written whole by [`Store::seed`]. Until that is done the folder is not opened as a team:
    /// what a kill leaves behind is said to be unfinished instead of shown as if it were everything.
    pub fn create_to_seed(dir: &Path, owner: &PersonId) -> Result<Self, StoreError> {
        Self::found(dir, owner, owner, None, true, None)
    }

    /// The same with the key file under a passphrase from its first byte on.
    pub fn create_protected(
        dir: &Path,
        owner: &PersonId,
        passphrase: &Passphrase,
    ) -> Result<Self, StoreError> {
        Self::found(dir, owner, owner, None, true, Some(passphrase))
    }

    /// Founds a team in the folder of somebody who does not own it; `owner_device` signs the authority and stays outside. This is how
    /// the demo shows a team to any of its people.
    pub fn create_for(
        dir: &Path,
        team: &NewTeam,
        owner_device: &ed25519_dalek::SigningKey,
    ) -> Result<Self, StoreError> {
        let device = (team.owner != team.me).then_some(owner_device);
        Self::found(dir, &team.owner, &team.me, device, false, None)
    }

    fn found(
        dir: &Path,
        owner: &PersonId,
        me: &PersonId,
        owner_device: Option<&ed25519_dalek::SigningKey>,
        to_seed: bool,
        passphrase: Option<&Passphrase>,
    ) -> Result<Self, StoreError> {
        presence::to_found(dir)?;
        files::make_private_dir(dir)?;
        let outside = Outside::here();
        outside.check_local(dir)?;
        let mark = presence::founding_mark(dir);
        if !keyfile::key_file(dir).exists()
            && let Err(error) = files::create_private(&mark, &[])
            && !files::is_there(&error)
        {
            return Err(error);
        }
        let secrets = KeyFile::open_or_make(dir, passphrase)?.secrets;
        let device = secrets.device();
        let mut db = empty_file(dir)?;
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let own = crate::log::DeviceId(device.verifying_key().to_bytes());
        let admit = owner_device.map(|_| crate::log::Change::Admit {
            device: own,
            person: Some(me.clone()),
            seal: secrets.recipient(),
        });
        let recovery = ed25519_dalek::SigningKey::from_bytes(&files::random::<32>()?);
        let seal = match owner_device {
            None => secrets.recipient(),
            Some(device) => keyfile::recipient_of(device),
        };
        let founding = crate::log::authority::Founding {
            salt: files::random::<32>()?,
            person: owner.clone(),
            seal,
            recovery: recovery.verifying_key().to_bytes(),
            time_ms: now_ms(),
        };
        let authority = Authority::found(
            founding,
            owner_device.unwrap_or(&device),
            admit.into_iter().collect(),
        )?;
        let keys = LocalKeys::new(secrets.root());
        let team = authority.state().team;
        make(&tx, dir, &keys, &authority, me)?;
        if to_seed {
            set_meta(&tx, UNFINISHED, 1_i64)?;
        }
        let guard = Guard::new(dir, outside, None)?;
        let mut inner = Inner::new(keys, &secrets, team, me.clone(), guard);
        guard::begin(&tx, &mut inner, Why::Founded)?;
        let version = views::next_version(&tx)?;
        views::write_rights(&tx, &mut inner, version)?;
        tx.commit()?;
        // Beside a team it says nothing any more.
        let _ = std::fs::remove_file(mark);
        let mut store = Self::with(dir, db, inner)?;
        store.recovery = Some(recovery);
        Ok(store)
    }
}

/// The empty file of a team that is about to be made; one that an interruption left is taken.
pub fn empty_file(dir: &Path) -> Result<Connection, StoreError> {
    let path = team_file(dir);
    if let Err(error) = files::create_private(&path, &[])
        && !files::is_there(&error)
    {
        return Err(error);
    }
    let db = schema::connect(&path)?;
    if schema::file_kind(&db)? != FileKind::Empty {
        return Err(StoreError::AlreadyThere(dir.to_owned()));
    }
    schema::use_wal(&db)?;
    Ok(db)
}

/// Makes the tables, with the record of rights and whose folder it is, inside the transaction that makes the team.
pub fn make(
    tx: &Connection,
    dir: &Path,
    keys: &LocalKeys,
    authority: &Authority,
    me: &PersonId,
) -> Result<(), StoreError> {
    // Somebody else may have been faster.
    if schema::file_kind(tx)? != FileKind::Empty {
        return Err(StoreError::AlreadyThere(dir.to_owned()));
    }
    schema::make_tables(tx)?;
    for (seq, entry) in authority.entries().into_iter().enumerate() {
        write_authority(tx, keys, seq as i64, entry)?;
    }
    let team = authority.state().team;
    set_meta(tx, "format", FORMAT)?;
    set_meta(tx, "team", &team.0[..])?;
    set_meta(tx, "authority", &authority.position().hash[..])?;
    set_meta(tx, "me", keys.seal_value(Purpose::Me, &team.0, me)?)
}
