//! The devices of the team as this folder knows them, and where the program listens that is on the network for it. Must not know addresses:
//! they are texts here.

use super::Store;
use super::counts::{NotArrived, not_arrived};
use super::error::StoreError;
use super::inner::{meta, set_meta};
use super::local::Purpose;
use crate::document::{DocRef, Kind, Scalar};
use crate::domain::PersonId;
use crate::log::DeviceId;
use rusqlite::OptionalExtension;

/// Name of the note where the program listens.
const LISTENING: &str = "listening";

/// A device of the team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSeen {
    /// Which.
    pub device: DeviceId,
    /// Whose; `None` is a carrier.
    pub person: Option<PersonId>,
    /// Whether it takes part; otherwise it was removed or stopped.
    pub takes_part: bool,
    /// Whether the owner's record removed it; what was stopped alone, somebody else took out while the owner was away.
    pub removed: bool,
    /// Whether it signs the owner's record.
    pub signs: bool,
    /// Whether it is this one.
    pub this: bool,
    /// The device that let it in, where that was not the owner's record.
    pub by: Option<DeviceId>,
    /// Time of its newest change that is here, milliseconds since 1970 UTC.
    pub heard_ms: Option<u64>,
    /// What it has written, by its own count, and is not here.
    pub not_arrived: Option<NotArrived>,
}

impl Store {
    /// All devices that were ever let in, in order of people.
    pub fn devices(&mut self) -> Result<Vec<DeviceSeen>, StoreError> {
        let tx = self.db.transaction()?;
        let own = self.inner.device_id();
        let authority = self.inner.authority(&tx)?;
        let chain = authority.chain_state().devices.iter();
        let joined = authority.joined().devices.iter();
        let mut all = Vec::new();
        for (device, member) in chain.chain(joined) {
            let heard: Option<i64> = tx
                .prepare_cached("SELECT heard FROM devices WHERE device = ?1")?
                .query_row([&device.0[..]], |r| r.get(0))
                .optional()?;
            all.push(DeviceSeen {
                device: *device,
                person: member.person.clone(),
                takes_part: authority.takes_part(device),
                removed: authority
                    .member(device)
                    .is_some_and(|m| m.revoked.is_some()),
                signs: authority.chain_state().owner.0 == *device,
                this: *device == own,
                by: member.by,
                heard_ms: heard.and_then(|h| u64::try_from(h).ok()),
                not_arrived: None,
            });
        }
        all.sort_by(|a, b| (&a.person, a.device).cmp(&(&b.person, b.device)));
        all.dedup_by_key(|d| d.device);
        for one in &mut all {
            one.not_arrived = not_arrived(&tx, &mut self.inner, &one.device)?;
        }
        tx.commit()?;
        Ok(all)
    }

    /// Notes where the program listens that is on the network for this folder, for tickets that another program makes.
    pub fn note_listening(&mut self, addresses: &[String]) -> Result<(), StoreError> {
        self.write(|work| {
            let (keys, team) = (&work.inner.keys, work.inner.team);
            let sealed = keys.seal_value(Purpose::Listening, &team.0, &addresses)?;
            set_meta(work.db, LISTENING, sealed)
        })
    }

    /// URL of the team's own relay, if it has one. Where two were written apart, either will do.
    pub fn relay(&mut self) -> Result<Option<String>, StoreError> {
        let rows = self.rows(&DocRef::team_wide(Kind::Team))?;
        let field = rows.row("team", "team").and_then(|row| row.get("relay"));
        let urls = field.into_iter().flatten().filter_map(|c| match &c.value {
            Scalar::Text(url) if !url.is_empty() => Some(url.clone()),
            _ => None,
        });
        Ok(urls.min())
    }

    /// Where that program said that it listens; nothing where none did.
    pub fn listening(&mut self) -> Result<Vec<String>, StoreError> {
        let sealed = meta::<Vec<u8>>(&self.db, LISTENING)?;
        let (keys, team) = (&self.inner.keys, self.inner.team);
        let open = |s: Vec<u8>| keys.open_value(Purpose::Listening, &team.0, &s);
        Ok(sealed.and_then(open).unwrap_or_default())
    }
}
