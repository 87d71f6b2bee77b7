//! Whom to dial, and when: machines whose address is known, or that announce themselves on the local network. A machine that does not answer
//! is tried more and more rarely, and at once when it announces itself. Must not know what is said then.

use super::super::endpoint::{ALPN_SYNC, NetError};
use super::super::session::{Progress, SessionError, Until};
use super::super::unreached::Unreached;
use super::{Node, NodeError};
use crate::limits;
use crate::log::DeviceId;
use crate::store::{Store, StoreError};
use futures_util::StreamExt;
use iroh_mdns_address_lookup::DiscoveryEvent;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::Instant;

/// How long after a failure it is tried again: twice as long each time, up to the longest.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How long whoever has the larger id leaves it to the other to dial, where both have just heard of each other.
const COURTESY: Duration = Duration::from_secs(2);
/// How long whoever has the smaller id goes on dialling once the other has got through: two that got through at once are told apart by it.
const STILL: Duration = Duration::from_millis(250);

/// How a meeting with one machine ended.
#[derive(Debug)]
pub enum Meeting {
    /// Both hold the same now.
    Even(Progress),
    /// Nobody answered.
    NoAnswer(NetError),
    /// It ended before.
    Ended(SessionError),
    /// A session stands already.
    Stands,
}

/// What is known of a machine that is dialled.
struct Due {
    at: Instant,
    wait: Duration,
    busy: bool,
}

impl Node {
    /// Machines of the team whose address is known, with their addresses.
    async fn reachable(&self) -> Result<BTreeMap<DeviceId, Vec<SocketAddr>>, NodeError> {
        let look = |store: &mut Store| -> Result<_, StoreError> {
            Ok((store.members()?, store.addresses()?))
        };
        let (members, addresses) = self.desk.ask(look).await??;
        let members: BTreeSet<DeviceId> = members.into_iter().collect();
        let mut all: BTreeMap<DeviceId, Vec<SocketAddr>> = BTreeMap::new();
        for (device, at) in self.fixed.iter() {
            all.entry(*device).or_default().push(*at);
        }
        for (device, addresses) in addresses {
            let known = all.entry(device).or_default();
            known.extend(
                addresses
                    .iter()
                    .filter_map(|a| a.parse::<SocketAddr>().ok()),
            );
        }
        let relay = self.net.has_relay();
        if relay {
            for device in &members {
                all.entry(*device).or_default();
            }
        }
        let known = |at: &Vec<SocketAddr>| relay || !at.is_empty();
        all.retain(|device, at| members.contains(device) && *device != self.own && known(at));
        Ok(all)
    }

    /// Meets one machine: dials it at these addresses and wherever it announces itself, and exchanges.
    pub async fn meet(&self, device: &DeviceId, at: &[SocketAddr], until: Until) -> Meeting {
        let dial = self.net.connect(&device.0, at, ALPN_SYNC);
        let dialled = tokio::time::timeout(limits::DIAL_PATIENCE, dial);
        let dialled = tokio::select! {
            biased;
            dialled = dialled => dialled,
            // A dial that gets through long after the other's would end a session in the midst of what it sends.
            () = self.stands(device), if until == Until::Closed => return Meeting::Stands,
        };
        let connection = match dialled {
            Ok(Ok(connection)) => connection,
            Ok(Err(error)) => return self.no_answer(device, error),
            Err(_) => return self.no_answer(device, Unreached::Silence.into()),
        };
        match self.hold(connection, true, until).await {
            None => Meeting::Stands,
            Some(Ok(progress)) => Meeting::Even(progress),
            Some(Err(error)) => Meeting::Ended(error),
        }
    }

    /// Waits until a session stands that the other began.
    async fn stands(&self, device: &DeviceId) {
        let mut changes = self.peers.watch();
        while !self.peers.is_online(device) {
            // The sender lives as long as this node.
            if changes.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
        if self.own < *device {
            tokio::time::sleep(STILL).await;
        }
    }

    fn no_answer(&self, device: &DeviceId, error: NetError) -> Meeting {
        // It may have come by itself meanwhile.
        let online = self.peers.is_online(device);
        // Turned away so soon that no session began: it answers all the same.
        let ended = match error {
            NetError::Unreached(Unreached::Unknown) => SessionError::Unknown,
            NetError::Unreached(Unreached::TakenOut) => SessionError::TakenOut,
            error => {
                if !online {
                    self.peers.unanswered(device, error.to_string());
                }
                return Meeting::NoAnswer(error);
            }
        };
        if !online {
            self.peers.failed(device, ended.to_string());
        }
        Meeting::Ended(ended)
    }

    /// Meets one machine once. Where it dialled at the same time, and its session stands in place of this one, that one counts.
    async fn meet_once(&self, device: &DeviceId, at: &[SocketAddr]) -> Meeting {
        let mut changed = self.peers.watch();
        let met = self.meet(device, at, Until::Even).await;
        if let Meeting::Even(_) = met {
            return met;
        }
        loop {
            match self.peers.all().remove(device) {
                Some(seen) if seen.progress.even => return Meeting::Even(seen.progress),
                Some(seen) if seen.online && changed.changed().await.is_ok() => {}
                _ => return met,
            }
        }
    }

    /// Dials for as long as this runs.
    pub(super) async fn dial(&self) {
        let mut due: HashMap<DeviceId, Due> = HashMap::new();
        let mut found = self.net.discovered();
        let mut changes = self.desk.changes();
        let mut online = self.peers.watch();
        let mut ended = tokio::task::JoinSet::new();
        let mut known = BTreeMap::new();
        let mut look = true;
        loop {
            if std::mem::take(&mut look) {
                match self.reachable().await {
                    Ok(found) => known = found,
                    Err(NodeError::Closed(_)) => return,
                    // Those that are known go on being dialled; the next change of the file is the next attempt.
                    Err(error) => tracing::warn!(%error, "whom to dial could not be looked up"),
                }
            }
            let now = Instant::now();
            for device in known.keys() {
                due.entry(*device).or_insert(Due {
                    at: now,
                    wait: FIRST_WAIT,
                    busy: false,
                });
            }
            for (device, due) in &mut due {
                if due.busy || due.at > now || self.peers.is_online(device) {
                    continue;
                }
                due.busy = true;
                let (node, device) = (self.clone(), *device);
                let at = known.get(&device).cloned().unwrap_or_default();
                ended.spawn(async move {
                    let met = node.meet(&device, &at, Until::Closed).await;
                    (device, met)
                });
            }
            let waiting = due
                .iter()
                .filter(|(d, due)| !due.busy && !self.peers.is_online(d));
            let next = waiting.map(|(_, due)| due.at).min();
            let pause = async {
                match next {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let announced = async {
                match &mut found {
                    Some(found) => found.next().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = pause => {}
                changed = changes.changed() => match changed {
                    Ok(()) => look = true,
                    Err(_) => return,
                },
                // Whoever was connected and is not any more is dialled again.
                _ = online.changed() => {}
                Some(joined) = ended.join_next(), if !ended.is_empty() => {
                    let Ok((device, met)) = joined else { continue };
                    let Some(due) = due.get_mut(&device) else { continue };
                    due.busy = false;
                    let worked = matches!(met, Meeting::Even(_) | Meeting::Stands)
                        || self.peers.all().get(&device).is_some_and(|p| p.progress.even);
                    due.wait = match worked {
                        true => FIRST_WAIT,
                        false => (due.wait * 2).min(LONGEST_WAIT),
                    };
                    due.at = Instant::now() + due.wait;
                }
                event = announced => match event {
                    None => found = None,
                    Some(DiscoveryEvent::Discovered { endpoint_info, .. }) => {
                        let device = DeviceId(*endpoint_info.endpoint_id.as_bytes());
                        if device != self.own && self.net.guest.knows(&device.0) {
                            let courtesy = match self.own < device {
                                true => Duration::ZERO,
                                false => COURTESY,
                            };
                            let at = Instant::now() + courtesy;
                            let due = due.entry(device).or_insert(Due { at, wait: FIRST_WAIT, busy: false });
                            due.at = due.at.min(at);
                            due.wait = FIRST_WAIT;
                        }
                    }
                    Some(_) => {}
                },
            }
        }
    }

    /// Exchanges once with every machine that can be reached: those whose address is known at once, and whoever announces itself within a
    /// time. Tells of each as it ends. Says how many there were.
    ///
    /// # Errors
    /// What the folder says.
    pub async fn meet_all(
        &self,
        patience: Duration,
        mut tell: impl FnMut(DeviceId, &Meeting),
    ) -> Result<usize, NodeError> {
        let mut found = self.net.discovered();
        let known = self.reachable().await?;
        let mut tried: BTreeSet<DeviceId> = known.keys().copied().collect();
        let mut meetings = tokio::task::JoinSet::new();
        let meet = |device: DeviceId, at: Vec<SocketAddr>| {
            let node = self.clone();
            async move { (device, node.meet_once(&device, &at).await) }
        };
        for (device, at) in known {
            meetings.spawn(meet(device, at));
        }
        let mut met = 0;
        let over = tokio::time::sleep(patience);
        tokio::pin!(over);
        let mut looking = found.is_some();
        while looking || !meetings.is_empty() {
            let announced = async {
                match &mut found {
                    Some(found) => found.next().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = &mut over, if looking => looking = false,
                Some(joined) = meetings.join_next(), if !meetings.is_empty() => {
                    if let Ok((device, meeting)) = joined {
                        met += usize::from(matches!(meeting, Meeting::Even(_)));
                        tell(device, &meeting);
                        // Whoever was reached is enough; others have their chance as long as somebody is being talked to.
                        looking &= met == 0;
                    }
                }
                event = announced, if looking => {
                    if let Some(DiscoveryEvent::Discovered { endpoint_info, .. }) = event {
                        let device = DeviceId(*endpoint_info.endpoint_id.as_bytes());
                        if device != self.own && self.net.guest.knows(&device.0) && tried.insert(device) {
                            meetings.spawn(meet(device, Vec::new()));
                        }
                    }
                }
            }
        }
        Ok(met)
    }
}
