//! Invitations and requests as the file holds them. Must not know what is answered to anybody.

use super::super::commit::Work;
use super::super::error::StoreError;
use super::super::inner::Inner;
use super::super::local::Purpose;
use super::super::pairing::Turned;
use super::{Asking, OPEN_MS, Request, Standing};
use crate::domain::PersonId;
use crate::log::DeviceId;
use rusqlite::{Connection, OptionalExtension, params};

/// Numbers that stand in the file.
pub const OPEN: i64 = 0;
pub const USED: i64 = 1;
pub const CANCELLED: i64 = 2;
pub const OVER: i64 = 3;

/// How nobody is written down where a person's id stands: no person has an empty one.
pub fn id_of(person: Option<&PersonId>) -> PersonId {
    person.cloned().unwrap_or_else(|| PersonId::new(""))
}

/// Who is meant by an id that was written down so.
fn somebody(id: PersonId) -> Option<PersonId> {
    (!id.as_str().is_empty()).then_some(id)
}

/// One row of `invitations`.
pub struct Row {
    pub id: i64,
    /// Whom it is for; `None` is a carrier.
    pub person: Option<PersonId>,
    pub created: u64,
    pub expires: u64,
    pub state: i64,
    pub wrong: u32,
}

impl Row {
    /// Whether it is open at a time. A clock that was set back far keeps none open for longer than it was meant to be.
    pub fn is_open(&self, now: u64) -> bool {
        self.state == OPEN && now < self.expires && self.created <= now.saturating_add(OPEN_MS)
    }

    /// Why somebody who comes now is turned away.
    pub fn closed(&self, now: u64) -> Option<Turned> {
        match self.state {
            USED => Some(Turned::Used),
            CANCELLED => Some(Turned::Cancelled),
            OVER => Some(Turned::WrongWords),
            _ if self.is_open(now) => None,
            _ => Some(Turned::Expired),
        }
    }

    pub fn standing(&self, now: u64, requested: bool) -> Standing {
        match self.state {
            USED => Standing::Used,
            CANCELLED => Standing::Cancelled,
            OVER => Standing::Over,
            _ if !self.is_open(now) => Standing::Expired,
            _ if requested => Standing::Requested,
            _ => Standing::Open,
        }
    }
}

const COLUMNS: &str = "SELECT id, ticket, person, created, expires, state, wrong FROM invitations";

/// All invitations, oldest first.
pub fn all(db: &Connection, inner: &Inner) -> Result<Vec<Row>, StoreError> {
    select(db, inner, "1 = ?1", &1_i64)
}

/// Those that meet a condition on one value.
pub fn select(
    db: &Connection,
    inner: &Inner,
    condition: &str,
    value: &dyn rusqlite::ToSql,
) -> Result<Vec<Row>, StoreError> {
    let mut statement = db.prepare(&format!("{COLUMNS} WHERE {condition} ORDER BY id"))?;
    let mut rows = statement.query([value])?;
    let mut found = Vec::new();
    let unsigned = |n: i64| u64::try_from(n).unwrap_or(0);
    while let Some(row) = rows.next()? {
        let (ticket, sealed): ([u8; 32], Vec<u8>) = (row.get(1)?, row.get(2)?);
        let person: Option<PersonId> = inner.keys.open_value(Purpose::Invitation, &ticket, &sealed);
        let person = person.ok_or(StoreError::Encode("an invitation that was kept"))?;
        found.push(Row {
            id: row.get(0)?,
            person: somebody(person),
            created: unsigned(row.get(3)?),
            expires: unsigned(row.get(4)?),
            state: row.get(5)?,
            wrong: row.get(6)?,
        });
    }
    Ok(found)
}

/// Who came with a ticket, in order.
pub fn requests(db: &Connection, invitation: i64) -> Result<Vec<Request>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT device, at, admitted FROM requests WHERE invitation = ?1 ORDER BY at, device",
    )?;
    let rows = statement.query_map([invitation], |row| {
        Ok(Request {
            device: DeviceId(row.get(0)?),
            at_ms: u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
            admitted: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What the contents of a request are bound to.
pub fn bound(invitation: i64, device: &DeviceId) -> Vec<u8> {
    [&invitation.to_be_bytes()[..], &device.0].concat()
}

/// What a device brought.
pub fn asking(work: &Work<'_>, invitation: i64, device: &DeviceId) -> Result<Asking, StoreError> {
    let sealed: Option<Vec<u8>> = work
        .db
        .prepare_cached("SELECT sealed FROM requests WHERE invitation = ?1 AND device = ?2")?
        .query_row(params![invitation, &device.0[..]], |r| r.get(0))
        .optional()?;
    let keys = &work.inner.keys;
    sealed
        .and_then(|s| keys.open_value(Purpose::Request, &bound(invitation, device), &s))
        .ok_or(StoreError::Encode("a request that was kept"))
}

/// Says how an invitation ended, or that it is open.
pub fn set_state(db: &Connection, id: i64, state: i64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE invitations SET state = ?2 WHERE id = ?1")?
        .execute([id, state])?;
    Ok(())
}

/// Forgets an invitation with all who came.
pub fn forget(db: &Connection, id: i64) -> Result<(), StoreError> {
    db.execute("DELETE FROM requests WHERE invitation = ?1", [id])?;
    db.execute("DELETE FROM invitations WHERE id = ?1", [id])?;
    Ok(())
}
