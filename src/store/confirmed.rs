//! Which machines said that what they held about an erased person is destroyed, and which were not heard from. Owns that list. Must not
//! know: how anything is destroyed, nor who may be reached how.
//!
//! A machine's word is a signed statement. Nobody can prove that a copy is gone: the list says who said so, and names the rest.

use super::Store;
use super::devices::DeviceSeen;
use super::erase::{Erasure, Stage};
use super::error::StoreError;
use crate::domain::PersonId;
use crate::log::DeviceId;
use std::collections::{BTreeMap, HashMap};

/// What is known of a machine about an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It said that it holds nothing any more, at this time by its clock.
    Destroyed(u64),
    /// It was heard from since, last at this time, and has not said so yet.
    Waiting(u64),
    /// It was not heard from since; before that at this time, if ever.
    Silent(Option<u64>),
    /// A carrier: it holds ciphertext and says nothing.
    Carrier,
    /// It takes no part any more, so it is told nothing and tells nothing.
    TakenOut,
}

/// A machine of the team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Which device.
    pub device: DeviceId,
    /// Whose; `None` is a carrier.
    pub person: Option<PersonId>,
    /// Whether it is this one.
    pub this: bool,
    /// What is known of it.
    pub told: Told,
}

/// An erasure with what is known of each machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureSeen {
    /// The erasure as it stands here.
    pub erasure: Erasure,
    /// Every device that was ever let in, in order of people.
    pub machines: Vec<Machine>,
}

impl Store {
    /// Every erasure, with what each machine is known to have made of it.
    pub fn erasures_seen(&mut self) -> Result<Vec<ErasureSeen>, StoreError> {
        let erasures = self.erasures()?;
        let devices = self.devices()?;
        let tx = self.db.transaction()?;
        let destroyed = self.inner.authority(&tx)?.joined().destroyed.clone();
        let met: HashMap<DeviceId, u64> = {
            let mut statement = tx.prepare_cached("SELECT device, met FROM peers")?;
            let rows = statement.query_map([], |r| Ok((DeviceId(r.get(0)?), r.get(1)?)))?;
            let rows =
                rows.map(|r| r.map(|(d, met): (_, i64)| (d, u64::try_from(met).unwrap_or(0))));
            rows.collect::<Result<_, _>>()?
        };
        tx.commit()?;
        let nobody = BTreeMap::new();
        let seen = erasures.into_iter().map(|erasure| {
            let said = destroyed.get(&erasure.person).unwrap_or(&nobody);
            let machines = devices.iter().map(|d| Machine {
                device: d.device,
                person: d.person.clone(),
                this: d.this,
                told: told(d, &erasure, said, &met),
            });
            ErasureSeen {
                machines: machines.collect(),
                erasure,
            }
        });
        Ok(seen.collect())
    }
}

fn told(
    device: &DeviceSeen,
    erasure: &Erasure,
    said: &BTreeMap<DeviceId, u64>,
    met: &HashMap<DeviceId, u64>,
) -> Told {
    if let Some(at) = said.get(&device.device) {
        return Told::Destroyed(*at);
    }
    if !device.takes_part || device.person.as_ref() == Some(&erasure.person) {
        return Told::TakenOut;
    }
    if device.person.is_none() {
        return Told::Carrier;
    }
    let met = met.get(&device.device).copied().filter(|at| *at > 0);
    let heard = device.heard_ms.max(met);
    match heard.filter(|at| *at >= erasure.since_ms) {
        // This machine knows of it, whether or not it wrote anything since.
        _ if device.this => Told::Waiting(heard.unwrap_or(0).max(erasure.since_ms)),
        Some(at) => Told::Waiting(at),
        None => Told::Silent(heard),
    }
}

impl ErasureSeen {
    /// Whether nothing more is to be waited for: every machine that takes part said that it is done.
    pub fn is_done(&self) -> bool {
        let open = |m: &Machine| matches!(m.told, Told::Waiting(_) | Told::Silent(_));
        self.erasure.stage == Stage::Destroyed && !self.machines.iter().any(open)
    }
}
