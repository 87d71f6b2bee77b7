//! Invitations and those who come with them. Owns the tables `invitations` and `requests`, and every way in which an invitation ends. Must
//! not know: the network, how words are spelled, what a ticket looks like.
//!
//! All of it is in the file, since the process that is on the network may be another than the one in which somebody types the words. Of a
//! ticket only a verifying key is kept, made from its secret: whoever reads the file cannot come with it.

mod admit;
mod rows;

use super::Store;
use super::commit::Work;
use super::error::StoreError;
use super::inner::{Inner, now_ms};
use super::local::Purpose;
use super::pairing::{PairingError, Turned};
use crate::domain::PersonId;
use crate::log::DeviceId;
pub(super) use admit::grant as grant_keys;
use admit::{admit, agrees, way};
use rows::{
    CANCELLED, OPEN, OVER, Row, USED, all, asking, bound, forget, id_of, requests, select,
    set_state,
};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

/// How long an invitation is open, in milliseconds.
pub const OPEN_MS: u64 = 15 * 60 * 1_000;
/// So often words may be typed that are not the right ones.
pub const TRIES: u32 = 3;
/// So many devices may come with one ticket; more than one says that it was seen by others.
pub const MOST_REQUESTS: usize = 4;
/// What ended is forgotten after this time.
const FORGET_MS: u64 = 7 * 24 * 3_600_000;
/// The six words, as places in their list.
pub type WordPlaces = [u16; 6];

/// Where an invitation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody came yet.
    Open,
    /// Somebody came; the words are to be compared.
    Requested,
    /// A device was let in.
    Used,
    /// Too late.
    Expired,
    /// Taken back.
    Cancelled,
    /// Wrong words once too often.
    Over,
}

/// An invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Number in the file.
    pub id: i64,
    /// Who is invited; `None` is a carrier.
    pub person: Option<PersonId>,
    /// When it was made, milliseconds since 1970 UTC.
    pub created_ms: u64,
    /// Until when somebody may come with it.
    pub expires_ms: u64,
    /// Where it stands.
    pub standing: Standing,
    /// Wrong words so far.
    pub wrong: u32,
    /// Devices that came with it.
    pub requests: Vec<Request>,
}

/// A device that came with a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Which.
    pub device: DeviceId,
    /// When, milliseconds since 1970 UTC.
    pub at_ms: u64,
    /// Whether it was let in.
    pub admitted: bool,
}

/// What a device brings that asks to be let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asking {
    /// To whom document keys for it are wrapped.
    pub seal: String,
    /// Its signature over team, the device that lets it in, person and seal, in two halves.
    pub consent: [[u8; 32]; 2],
    /// The words of its connection.
    pub words: WordPlaces,
}

/// What is said to somebody at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Knock {
    /// It may ask, or ask again, to be this person's, or a carrier.
    Agree(Option<PersonId>),
    /// It has asked, and the words are to be compared.
    Wait,
    /// It was let in by this very ticket.
    Admitted,
    /// It is turned away.
    Turned(Turned),
}

/// A device that was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmed {
    /// By which invitation.
    pub invitation: i64,
    /// Whose it is; `None` is a carrier.
    pub person: Option<PersonId>,
    /// Which.
    pub device: DeviceId,
}

/// What somebody with this ticket and this device hears at a time.
fn knock(
    db: &Connection,
    inner: &mut Inner,
    ticket: &[u8; 32],
    device: &DeviceId,
    now: u64,
) -> Result<(Option<Row>, Knock), StoreError> {
    let Some(row) = select(db, inner, "ticket = ?1", &&ticket[..])?.pop() else {
        return Ok((None, Knock::Turned(Turned::Unknown)));
    };
    let requests = requests(db, row.id)?;
    let own = requests.iter().find(|r| r.device == *device);
    let authority = inner.authority(db)?;
    let known = authority.member(device).is_some();
    let takes_part =
        authority.takes_part(device) && authority.person_of(device) == row.person.as_ref();
    let said = match own {
        Some(own) if own.admitted && takes_part => Knock::Admitted,
        _ if known => Knock::Turned(Turned::Member),
        Some(_) if row.state == USED => Knock::Turned(Turned::Other),
        _ => match row.closed(now) {
            Some(turned) => Knock::Turned(turned),
            None if own.is_none() && requests.len() >= MOST_REQUESTS => {
                Knock::Turned(Turned::Crowded)
            }
            None => Knock::Agree(row.person.clone()),
        },
    };
    Ok((Some(row), said))
}

impl Store {
    /// Makes an invitation for a person, for whoever comes with a ticket of which this is the verifying key. Another one that is open for
    /// the same person is taken back. Returns its number.
    ///
    /// # Errors
    /// [`StoreError::Pairing`] with why this person is not invited by this device.
    pub fn invite(&mut self, person: &PersonId, ticket: &[u8; 32]) -> Result<i64, StoreError> {
        self.invite_at(Some(person), ticket, now_ms())
    }

    /// The same for a carrier: a device without a person.
    ///
    /// # Errors
    /// [`PairingError::CarrierByOwner`] where this is not the owner's device.
    pub fn invite_carrier(&mut self, ticket: &[u8; 32]) -> Result<i64, StoreError> {
        self.invite_at(None, ticket, now_ms())
    }

    pub(super) fn invite_at(
        &mut self,
        person: Option<&PersonId>,
        ticket: &[u8; 32],
        now: u64,
    ) -> Result<i64, StoreError> {
        self.write(|work| {
            way(work.db, work.inner, person, now)?;
            for row in all(work.db, work.inner)? {
                if row.state == OPEN && row.person.as_ref() == person {
                    set_state(work.db, row.id, CANCELLED)?;
                }
                if row.expires.saturating_add(FORGET_MS) < now {
                    forget(work.db, row.id)?;
                }
            }
            let sealed = work
                .inner
                .keys
                .seal_value(Purpose::Invitation, ticket, &id_of(person))?;
            let time = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
            work.db.execute(
                "INSERT INTO invitations (ticket, person, created, expires, state, wrong) VALUES (?1, ?2, ?3, ?4, 0, 0)",
                params![&ticket[..], sealed, time(now), time(now.saturating_add(OPEN_MS))],
            )?;
            Ok(work.db.last_insert_rowid())
        })
    }

    /// All invitations that are not forgotten yet, oldest first.
    pub fn invitations(&mut self) -> Result<Vec<Invitation>, StoreError> {
        self.invitations_at(now_ms())
    }

    pub(super) fn invitations_at(&mut self, now: u64) -> Result<Vec<Invitation>, StoreError> {
        let tx = self.db.transaction()?;
        let mut found = Vec::new();
        for row in all(&tx, &self.inner)? {
            let requests = requests(&tx, row.id)?;
            found.push(Invitation {
                id: row.id,
                standing: row.standing(now, !requests.is_empty()),
                person: row.person,
                created_ms: row.created,
                expires_ms: row.expires,
                wrong: row.wrong,
                requests,
            });
        }
        tx.commit()?;
        Ok(found)
    }

    /// After how many milliseconds the next open invitation is over; `None` where none is open.
    pub fn open_invitations(&mut self) -> Result<Option<u64>, StoreError> {
        let now = now_ms();
        let rows = all(&self.db, &self.inner)?;
        let open = rows.iter().filter(|r| r.is_open(now));
        Ok(open.map(|r| r.expires - now).min())
    }

    /// Takes an open invitation back.
    ///
    /// # Errors
    /// [`PairingError::NoInvitation`] where none of that number is open.
    pub fn cancel_invitation(&mut self, id: i64) -> Result<(), StoreError> {
        self.write(|work| {
            let changed = work.db.execute(
                "UPDATE invitations SET state = ?2 WHERE id = ?1 AND state = 0",
                [id, CANCELLED],
            )?;
            match changed {
                0 => Err(PairingError::NoInvitation(id).into()),
                _ => Ok(()),
            }
        })
    }

    /// What a device hears that came with a ticket. Nothing is changed.
    pub fn knock(&mut self, ticket: &[u8; 32], device: &DeviceId) -> Result<Knock, StoreError> {
        self.knock_at(ticket, device, now_ms())
    }

    pub(super) fn knock_at(
        &mut self,
        ticket: &[u8; 32],
        device: &DeviceId,
        now: u64,
    ) -> Result<Knock, StoreError> {
        let tx = self.db.transaction()?;
        let (_, said) = knock(&tx, &mut self.inner, ticket, device, now)?;
        tx.commit()?;
        Ok(said)
    }

    /// Keeps the request of a device that came with a ticket; one that comes again, over a new connection, has new words.
    pub fn request(
        &mut self,
        ticket: &[u8; 32],
        device: &DeviceId,
        asking: &Asking,
    ) -> Result<Knock, StoreError> {
        self.request_at(ticket, device, asking, now_ms())
    }

    pub(super) fn request_at(
        &mut self,
        ticket: &[u8; 32],
        device: &DeviceId,
        asking: &Asking,
        now: u64,
    ) -> Result<Knock, StoreError> {
        self.write(|work| {
            let (row, said) = knock(work.db, work.inner, ticket, device, now)?;
            let (Some(row), Knock::Agree(_)) = (row, &said) else {
                return Ok(said);
            };
            if !agrees(work.inner, &id_of(row.person.as_ref()), device, asking) {
                return Ok(Knock::Turned(Turned::Disagreed));
            }
            let bound = bound(row.id, device);
            let sealed = work.inner.keys.seal_value(Purpose::Request, &bound, asking)?;
            work.db.execute(
                "INSERT OR REPLACE INTO requests (invitation, device, sealed, at, admitted) VALUES (?1, ?2, ?3, ?4, 0)",
                params![row.id, &device.0[..], sealed, i64::try_from(now).unwrap_or(i64::MAX)],
            )?;
            Ok(Knock::Wait)
        })
    }

    /// Compares words that somebody typed with those of the devices that wait, for one invitation or for all, and lets in the device whose
    /// words they are.
    ///
    /// # Errors
    /// [`StoreError::Pairing`] with how it ended otherwise; a wrong try is counted all the same.
    pub fn confirm(
        &mut self,
        words: &WordPlaces,
        invitation: Option<i64>,
    ) -> Result<Confirmed, StoreError> {
        self.confirm_at(words, invitation, now_ms())
    }

    pub(super) fn confirm_at(
        &mut self,
        words: &WordPlaces,
        invitation: Option<i64>,
        now: u64,
    ) -> Result<Confirmed, StoreError> {
        // A wrong try is counted, so it is no failure of the transaction.
        self.write(|work| confirm(work, words, invitation, now))?
            .map_err(StoreError::Pairing)
    }
}

fn confirm(
    work: &mut Work<'_>,
    words: &WordPlaces,
    invitation: Option<i64>,
    now: u64,
) -> Result<Result<Confirmed, PairingError>, StoreError> {
    let rows = all(work.db, work.inner)?;
    let meant = |r: &&Row| r.is_open(now) && invitation.is_none_or(|i| i == r.id);
    let mut waiting = Vec::new();
    for row in rows.iter().filter(meant) {
        let requests = requests(work.db, row.id)?;
        if requests.is_empty() {
            continue;
        }
        for request in requests {
            let asking = asking(work, row.id, &request.device)?;
            if asking.words == *words {
                admit(work, row.person.as_ref(), request.device, asking, now)?;
                set_state(work.db, row.id, USED)?;
                work.db.execute(
                    "UPDATE requests SET admitted = 1 WHERE invitation = ?1 AND device = ?2",
                    params![row.id, &request.device.0[..]],
                )?;
                return Ok(Ok(Confirmed {
                    invitation: row.id,
                    person: row.person.clone(),
                    device: request.device,
                }));
            }
        }
        waiting.push(row);
    }
    if waiting.is_empty() {
        return Ok(Err(PairingError::NobodyWaits));
    }
    let mut left = 0;
    for row in waiting {
        let wrong = row.wrong + 1;
        let state = if wrong >= TRIES { OVER } else { OPEN };
        work.db.execute(
            "UPDATE invitations SET wrong = ?2, state = ?3 WHERE id = ?1",
            params![row.id, wrong, state],
        )?;
        left = left.max(TRIES.saturating_sub(wrong));
    }
    Ok(Err(match left {
        0 => PairingError::TooOften,
        left => PairingError::WrongWords { left },
    }))
}
