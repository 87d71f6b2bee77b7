//! Joining a team in a fresh folder: its key first, which is the device, and when that was let in, the tables with the team's record of
//! rights. Owns what a folder holds between the two, and that an interrupted joining can go on. Must not know the network.
//!
//! A file `joining` stands beside the key until the team is there: a key without a team is otherwise what is left of one.

use super::guard::{self, Guard, Why};
use super::inner::Inner;
use super::keyfile::{KeyFile, Passphrase, Secrets};
use super::local::{LocalKeys, Purpose};
use super::outside::Outside;
use super::pairing::PairingError;
use super::schema::{self, FileKind};
use super::{Store, StoreError, carry, files, founding, presence, team_file, views};
use crate::domain::PersonId;
use crate::log::authority::statement::{consent, statements_id};
use crate::log::{Authority, DeviceId, Envelope, Header, Statement, TeamId};
use rusqlite::{Connection, TransactionBehavior, params};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A folder with a device's key that waits for its team.
pub struct Joining {
    dir: PathBuf,
    secrets: Secrets,
}

impl std::fmt::Debug for Joining {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Joining").field("dir", &self.dir).finish()
    }
}

impl Joining {
    /// Makes a folder with a key, or goes on with what an interrupted joining left of one. The key is under the passphrase from its first
    /// byte on.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] where the folder holds a team, [`StoreError::PassphraseNeeded`] where its key is under one.
    pub fn begin(dir: &Path, passphrase: Option<&Passphrase>) -> Result<Self, StoreError> {
        presence::to_join(dir)?;
        files::make_private_dir(dir)?;
        Outside::here().check_local(dir)?;
        let path = team_file(dir);
        if path.exists() && schema::file_kind(&schema::connect(&path)?)? != FileKind::Empty {
            return Err(StoreError::AlreadyThere(dir.to_owned()));
        }
        if let Err(error) = files::create_private(&presence::joining_mark(dir), &[])
            && !files::is_there(&error)
        {
            return Err(error);
        }
        Ok(Self {
            dir: dir.to_owned(),
            secrets: KeyFile::open_or_make(dir, passphrase)?.secrets,
        })
    }

    /// The same for a device whose key is there already, as the demo keeps those of its people.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] where the folder holds a team.
    pub fn begin_as(dir: &Path, device: &ed25519_dalek::SigningKey) -> Result<Self, StoreError> {
        presence::to_join(dir)?;
        files::make_private_dir(dir)?;
        Outside::here().check_local(dir)?;
        if let Err(error) = files::create_private(&presence::joining_mark(dir), &[])
            && !files::is_there(&error)
        {
            return Err(error);
        }
        Ok(Self {
            dir: dir.to_owned(),
            secrets: KeyFile::make_for(dir, device)?.secrets,
        })
    }

    /// Whether a folder holds what an interrupted joining left.
    pub fn is_begun(dir: &Path) -> bool {
        matches!(presence::to_open(dir), Err(StoreError::Joining(_)))
    }

    /// This device.
    pub fn device(&self) -> DeviceId {
        DeviceId(self.secrets.device().verifying_key().to_bytes())
    }

    /// The device's secret key, which is the network endpoint's as well.
    pub fn secret(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.secrets.device().to_bytes())
    }

    /// What others wrap document keys for this device to.
    pub fn recipient(&self) -> String {
        self.secrets.recipient()
    }

    /// The signature that this device agrees to be a person's, or with an empty id a carrier, let in by one device and no other.
    pub fn consent(&self, team: &TeamId, by: &DeviceId, person: &PersonId) -> [[u8; 32]; 2] {
        consent(team, person, &self.recipient(), by, &self.secrets.device())
    }

    /// Makes the team's file, with the record of rights that came, and opens it. The record has to be that of this team and to let this
    /// device in as this person's.
    ///
    /// # Errors
    /// [`PairingError::NotThisTeam`] where it does not; nothing is made then.
    pub fn finish(
        self,
        team: &TeamId,
        me: &PersonId,
        entries: &[Vec<u8>],
        statements: &[Vec<u8>],
    ) -> Result<Store, StoreError> {
        self.finish_as(team, Some(me), entries, statements)
    }

    /// The same for a device that belongs to nobody: the folder of a carrier.
    ///
    /// # Errors
    /// [`PairingError::NotThisTeam`] where the record does not let this device in as a carrier; nothing is made then.
    pub fn finish_carrier(
        self,
        team: &TeamId,
        entries: &[Vec<u8>],
        statements: &[Vec<u8>],
    ) -> Result<Store, StoreError> {
        self.finish_as(team, None, entries, statements)
    }

    fn finish_as(
        self,
        team: &TeamId,
        person: Option<&PersonId>,
        entries: &[Vec<u8>],
        statements: &[Vec<u8>],
    ) -> Result<Store, StoreError> {
        let dir = &self.dir;
        let (authority, said) = self.checked(team, person, entries, statements)?;
        // A carrier's folder is nobody's.
        let nobody = PersonId::new("");
        let me = person.unwrap_or(&nobody);
        let mut db = founding::empty_file(dir)?;
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let keys = LocalKeys::new(self.secrets.root());
        founding::make(&tx, dir, &keys, &authority, me)?;
        if person.is_none() {
            carry::found(&tx)?;
        }
        write_statements(&tx, &keys, &said)?;
        let guard = Guard::new(dir, Outside::here(), None)?;
        let mut inner = Inner::new(keys, &self.secrets, *team, me.clone(), guard);
        inner.carrier = person.is_none();
        guard::begin(&tx, &mut inner, Why::Joined)?;
        let version = views::next_version(&tx)?;
        views::write_rights(&tx, &mut inner, version)?;
        tx.commit()?;
        // Beside a team it says nothing any more.
        let _ = std::fs::remove_file(presence::joining_mark(dir));
        Store::with(dir, db, inner)
    }

    fn checked(
        &self,
        team: &TeamId,
        person: Option<&PersonId>,
        entries: &[Vec<u8>],
        statements: &[Vec<u8>],
    ) -> Result<(Authority, Vec<Envelope>), StoreError> {
        let mut authority = Authority::read(entries.iter().cloned())?;
        if authority.state().team != *team {
            return Err(PairingError::NotThisTeam.into());
        }
        let said: Vec<Envelope> = statements
            .iter()
            .filter_map(|bytes| Envelope::decode(bytes).ok())
            .filter(|e| e.verify().is_ok() && e.header.team == *team)
            .filter(|e| e.header.log.doc == statements_id(team))
            .collect();
        let read = |e: &Envelope| -> Option<(Header, Statement)> {
            Some((e.header.clone(), Statement::decode(&e.body)?))
        };
        authority.hear_all(said.iter().filter_map(read));
        let (said, own) = (
            said.into_iter().filter(|e| read(e).is_some()).collect(),
            self.device(),
        );
        let sealed = |seal: &str| seal == self.recipient();
        match authority.member(&own) {
            Some(member)
                if authority.takes_part(&own)
                    && authority.person_of(&own) == person
                    && sealed(&member.seal) =>
            {
                Ok((authority, said))
            }
            _ => Err(PairingError::NotThisTeam.into()),
        }
    }
}

fn write_statements(
    db: &Connection,
    keys: &LocalKeys,
    said: &[Envelope],
) -> Result<(), StoreError> {
    for envelope in said {
        let hash = envelope.header.hash();
        let sealed = keys.seal(Purpose::Statement, &hash, &envelope.encode())?;
        db.prepare_cached("INSERT OR IGNORE INTO statements (hash, sealed) VALUES (?1, ?2)")?
            .execute(params![&hash[..], sealed])?;
    }
    Ok(())
}
