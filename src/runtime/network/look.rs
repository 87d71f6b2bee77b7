//! What a folder says of other machines, and what the connections add to it, in the words of the screens. Must not know: sockets.

use crate::app::network::{Apart, Invited, Machine, Network};
use crate::document::naming::kind_words;
use crate::log::DeviceId;
use crate::runtime::dashboard::now_ms;
use crate::store::{DeviceSeen, Invitation, Met, Quarantined, Standing, Store, StoreError, TRIES};
use crate::sync::{Desk, PeerSeen};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// What the folder says.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    own: String,
    devices: Vec<DeviceSeen>,
    met: BTreeMap<DeviceId, Met>,
    invitations: Vec<Invitation>,
    apart: Vec<Quarantined>,
    forks: usize,
    /// URL of the team's relay.
    pub relay: Option<String>,
}

/// Looks at it.
pub async fn folder(desk: &Desk) -> Result<Folder, String> {
    let look = |store: &mut Store| -> Result<Folder, StoreError> {
        let open = |i: &Invitation| matches!(i.standing, Standing::Open | Standing::Requested);
        Ok(Folder {
            own: store.device().to_string(),
            devices: store.devices()?,
            met: store.met()?.into_iter().map(|m| (m.device, m)).collect(),
            invitations: store.invitations()?.into_iter().filter(open).collect(),
            apart: store.quarantined()?,
            forks: store.forks()?.len(),
            relay: store.relay()?,
        })
    };
    let looked = desk.ask(look).await.map_err(|e| e.to_string())?;
    looked.map_err(|e| e.to_string())
}

impl Folder {
    /// Whether somebody else takes part, or is invited.
    pub fn others(&self) -> bool {
        let other = |d: &DeviceSeen| d.takes_part && !d.this;
        self.devices.iter().any(other) || !self.invitations.is_empty()
    }

    /// The devices that are named by the beginnings of their ids; what fits none or several is left out.
    pub fn named(&self, peers: &[(String, SocketAddr)]) -> Vec<(DeviceId, SocketAddr)> {
        let mut all = Vec::new();
        for (id, at) in peers {
            let fits = |d: &&DeviceSeen| !d.this && d.device.to_string().starts_with(id.as_str());
            let mut found = self.devices.iter().filter(fits);
            match (found.next(), found.next()) {
                (Some(one), None) => all.push((one.device, *at)),
                _ => tracing::warn!(id, "no device of the team, or several, begin so"),
            }
        }
        all
    }

    /// An edit that does not count.
    pub fn quarantined(&self, number: i64) -> Option<&Quarantined> {
        self.apart.iter().find(|q| q.number == number)
    }

    /// All of it, with what the connections say.
    pub fn seen(&self, peers: &BTreeMap<DeviceId, PeerSeen>) -> Network {
        let others = self.devices.iter().filter(|d| d.takes_part && !d.this);
        let count = |n: usize| n as u64;
        let now = now_ms();
        let machines = others.map(|d| {
            let met = self.met.get(&d.device);
            let peer = peers.get(&d.device).cloned().unwrap_or_default();
            let progress = &peer.progress;
            Machine {
                device: d.device.to_string(),
                person: d.person.clone(),
                online: peer.online,
                even: progress.even,
                came: count(progress.accepted),
                documents: count(progress.documents),
                bytes: (progress.bytes_in, progress.bytes_out),
                sending: progress.waiting,
                waiting: met.map_or(0, |m| count(m.waiting)),
                met_ms: met.map(|m| m.at_ms).filter(|ms| *ms > 0),
                heard_ms: d.heard_ms,
                // While it is exchanging they may be on their way.
                not_arrived: (d.not_arrived)
                    .filter(|_| !peer.online || progress.even)
                    .map(|n| (n.edits, n.since_ms)),
                // Until the time has come at which it says that it wrote last: then nothing speaks for it any more.
                ahead_ms: peer.ahead_ms.filter(|_| d.heard_ms > Some(now)),
                addresses: met.map_or_else(Vec::new, |m| m.addresses.clone()),
                left_ms: peer.left_ms,
                trouble: peer.trouble,
            }
        });
        let invited = self.invitations.iter().map(|i| Invited {
            number: i.id,
            person: i.person.clone(),
            until_ms: i.expires_ms,
            tries: TRIES.saturating_sub(i.wrong),
            devices: i.requests.iter().map(|r| r.device.to_string()).collect(),
        });
        let apart = self.apart.iter().map(|q| Apart {
            number: q.number,
            author: q.author.clone(),
            about: q.doc.person.clone(),
            at_ms: q.at_ms,
            kind: kind_words(q.doc.kind).to_owned(),
            shown: q.shown,
        });
        Network {
            device: self.own.clone(),
            machines: machines.collect(),
            invited: invited.collect(),
            apart: apart.collect(),
            forks: self.forks,
            ..Network::default()
        }
    }
}
