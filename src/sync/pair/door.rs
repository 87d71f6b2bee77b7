//! The side that invites: strangers at the door. Owns how many may stand there, and that the door is open only while an invitation is. Must
//! not know who types the words: it sees in the file that somebody did.

use super::super::desk::Desk;
use super::super::endpoint::{ALPN_PAIR, Guest, Net, code};
use super::super::frame;
use super::{
    Agreement, Knocking, PairError, RECORD_BYTES, Say, VERSION, broken, ended, shared, within,
};
use crate::domain::PersonId;
use crate::limits;
use crate::log::{DeviceId, TeamId};
use crate::store::{Asking, Knock, PackedLogs, Record, Store, StoreError, Turned};
use ed25519_dalek::{Signature, VerifyingKey};
use iroh::endpoint::{Connection, RecvStream, SendStream, VarInt};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// The door of one folder. Clones are the same door.
#[derive(Clone, Debug)]
pub struct Door {
    desk: Desk,
    guest: Guest,
    team: TeamId,
    own: DeviceId,
    places: Arc<Semaphore>,
    knocks: Arc<Mutex<Knocks>>,
}

/// How often strangers knocked in this minute.
#[derive(Debug)]
struct Knocks {
    since: Instant,
    count: u32,
}

impl Knocks {
    /// Whether one more may knock.
    fn one_more(&mut self, now: Instant) -> bool {
        if now.duration_since(self.since) >= Duration::from_secs(60) {
            *self = Self {
                since: now,
                count: 0,
            };
        }
        self.count = self.count.saturating_add(1);
        self.count <= limits::STRANGERS_A_MINUTE
    }
}

impl Door {
    /// A door that is closed until [`Door::mind`] runs.
    pub fn new(desk: Desk, guest: Guest, team: TeamId, own: DeviceId) -> Self {
        Self {
            desk,
            guest,
            team,
            own,
            places: Arc::new(Semaphore::new(limits::PAIRINGS)),
            knocks: Arc::new(Mutex::new(Knocks {
                since: Instant::now(),
                count: 0,
            })),
        }
    }

    /// Keeps the door open as long as an invitation is, whoever makes or ends one. Runs until the desk closes.
    ///
    /// # Errors
    /// What the store says, or that it is closed.
    pub async fn mind(&self) -> Result<(), PairError> {
        let mut changes = self.desk.changes();
        loop {
            changes.borrow_and_update();
            let left = self.desk.ask(Store::open_invitations).await??;
            self.guest.expect_strangers(left.is_some());
            let over = async {
                match left {
                    Some(left) => tokio::time::sleep(Duration::from_millis(left)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                changed = changes.changed() => changed.map_err(|_| super::DeskClosed)?,
                () = over => {}
            }
        }
    }

    /// Talks to one device that came to pair, to the end. Says which device was let in and told so, if one was.
    ///
    /// # Errors
    /// How it ended otherwise; the other side was told what concerns it.
    pub async fn answer(&self, connection: &Connection) -> Result<Option<DeviceId>, PairError> {
        let answered = match (self.places.try_acquire(), self.may_knock()) {
            (Ok(_place), true) => self.converse(connection).await,
            _ => Err(PairError::Turned(Turned::Busy)),
        };
        let (code, reason): (_, &[u8]) = match &answered {
            Ok(_) => (code::DONE, b"done"),
            Err(PairError::Turned(Turned::Busy)) => (code::LIMIT, b"too many at once"),
            Err(PairError::Protocol(_)) => (code::PROTOCOL, b"no message of this protocol"),
            Err(PairError::Store(_) | PairError::Closed(_)) => (code::FAILED, b"it failed here"),
            Err(_) => (code::DONE, b"given up"),
        };
        if let Err(error) = &answered {
            let device = DeviceId(*connection.remote_id().as_bytes());
            tracing::info!(%device, %error, "a device that came to pair was not let in");
        }
        connection.close(VarInt::from_u32(code), reason);
        answered
    }

    /// Notes where others can reach this endpoint, for tickets that another program makes.
    ///
    /// # Errors
    /// What the store says.
    pub async fn note_listening(&self, net: &Net) -> Result<(), PairError> {
        let addresses: Vec<String> = net.addresses().iter().map(ToString::to_string).collect();
        let noted = self.desk.ask(move |store| store.note_listening(&addresses));
        Ok(noted.await??)
    }

    /// Waits until nobody stands at the door any more.
    pub async fn empty(&self) {
        // Nobody closes the semaphore; if somebody did, nobody could stand there.
        let _ = self.places.acquire_many(limits::PAIRINGS as u32).await;
    }

    /// Takes whoever comes to pair, until the endpoint closes; for a process that is on the network for nothing else.
    pub async fn serve(&self, net: &Net) {
        while let Some(incoming) = net.endpoint.accept().await {
            let door = self.clone();
            tokio::spawn(async move {
                let Ok(connection) = incoming.await else {
                    return; // turned away, or gone
                };
                if connection.alpn() == ALPN_PAIR {
                    // Why it ended is logged there.
                    let _ = door.answer(&connection).await;
                } else {
                    connection.close(VarInt::from_u32(code::DONE), b"only pairing just now");
                }
            });
        }
    }

    fn may_knock(&self) -> bool {
        let mut knocks = match self.knocks.lock() {
            Ok(knocks) => knocks,
            // A count is whole whatever happened to its holder.
            Err(poisoned) => poisoned.into_inner(),
        };
        knocks.one_more(Instant::now())
    }

    async fn converse(&self, connection: &Connection) -> Result<Option<DeviceId>, PairError> {
        let device = DeviceId(*connection.remote_id().as_bytes());
        let patience = limits::STRANGER_PATIENCE;
        let (mut to, mut from) = within(patience, "a question", connection.accept_bi())
            .await?
            .map_err(|e| ended(&e))?;
        let knocking: Knocking = hear(connection, &mut from).await?;
        let said = self.judge(connection, &device, &knocking).await?;
        let said = match said {
            Knock::Agree(person) => {
                say(connection, &mut to, &Say::Agree(id_of(person))).await?;
                let agreement: Agreement = hear(connection, &mut from).await?;
                let ticket = knocking.ticket;
                let shared = shared(connection, &self.team, &self.own, &device, &ticket)?;
                let asking = Asking {
                    seal: agreement.seal,
                    consent: agreement.consent,
                    words: *shared.words.places(),
                };
                let request = move |store: &mut Store| store.request(&ticket, &device, &asking);
                let asked = self.desk.ask(request).await??;
                if asked == Knock::Wait {
                    say(connection, &mut to, &Say::Wait).await?;
                    self.wait(connection, &knocking.ticket, device).await?
                } else {
                    asked
                }
            }
            other => other,
        };
        match said {
            Knock::Admitted => {
                self.hand_over(connection, &mut to, device).await?;
                self.part(connection, &mut to).await;
                Ok(Some(device))
            }
            Knock::Turned(why) => {
                say(connection, &mut to, &Say::Turned(why)).await?;
                self.part(connection, &mut to).await;
                Ok(None)
            }
            Knock::Agree(_) | Knock::Wait => Err(PairError::TooLate),
        }
    }

    /// Whether somebody has the ticket that they name, and what the invitation says to that.
    async fn judge(
        &self,
        connection: &Connection,
        device: &DeviceId,
        knocking: &Knocking,
    ) -> Result<Knock, PairError> {
        if knocking.version != VERSION {
            return Ok(Knock::Turned(Turned::Disagreed));
        }
        let ticket = knocking.ticket;
        let shared = shared(connection, &self.team, &self.own, device, &ticket)?;
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&knocking.proof[0]);
        signature[32..].copy_from_slice(&knocking.proof[1]);
        let proven = knocking.team == self.team.0
            && VerifyingKey::from_bytes(&ticket)
                .and_then(|k| k.verify_strict(&shared.signed, &Signature::from_bytes(&signature)))
                .is_ok();
        if !proven {
            // Whether there is such an invitation, only those hear who have its ticket.
            return Ok(Knock::Turned(Turned::Unknown));
        }
        let device = *device;
        Ok(self
            .desk
            .ask(move |store| store.knock(&ticket, &device))
            .await??)
    }

    /// Waits until the file says how it ended: somebody typed the words, here or in another program, or the time is over.
    async fn wait(
        &self,
        connection: &Connection,
        ticket: &[u8; 32],
        device: DeviceId,
    ) -> Result<Knock, PairError> {
        let ticket = *ticket;
        let mut changes = self.desk.changes();
        loop {
            changes.borrow_and_update();
            let look = move |store: &mut Store| -> Result<_, StoreError> {
                Ok((store.knock(&ticket, &device)?, store.open_invitations()?))
            };
            let (said, left) = self.desk.ask(look).await??;
            if !matches!(said, Knock::Agree(_)) {
                return Ok(said);
            }
            // At the end of its time the next look says so.
            let left = Duration::from_millis(left.unwrap_or(0) + 1);
            tokio::select! {
                changed = changes.changed() => changed.map_err(|_| super::DeskClosed)?,
                () = tokio::time::sleep(left) => {}
                reason = connection.closed() => return Err(ended(&reason)),
            }
        }
    }

    /// The team's record, for a device that belongs to it now.
    async fn hand_over(
        &self,
        connection: &Connection,
        to: &mut SendStream,
        device: DeviceId,
    ) -> Result<(), PairError> {
        let record = self
            .desk
            .ask(move |store| store.record_for(&device))
            .await??;
        let Some(Record {
            person,
            entries,
            statements,
        }) = record
        else {
            return say(connection, to, &Say::Turned(Turned::Member)).await;
        };
        say(connection, to, &Say::Admitted(id_of(person))).await?;
        for batch in batches(entries) {
            say(connection, to, &Say::Entries(batch)).await?;
        }
        for batch in batches(statements) {
            say(connection, to, &Say::Statements(batch)).await?;
        }
        say(connection, to, &Say::Whole).await?;
        let parcel = self
            .desk
            .ask(move |store| store.parcel_for(&device))
            .await??;
        let people = parcel.people.iter().map(ToString::to_string).collect();
        say(connection, to, &Say::People(people)).await?;
        for batch in batches(parcel.envelopes) {
            say(connection, to, &Say::Envelopes(batch)).await?;
        }
        for PackedLogs { pack, headers } in parcel.packs {
            let size = pack.len() + headers.iter().map(|h| h.len() + 4).sum::<usize>();
            if size < RECORD_BYTES - 64 {
                say(connection, to, &Say::Pack(pack, headers)).await?;
            } else {
                tracing::warn!(size, "a pack is too large to be sent while pairing");
            }
        }
        say(connection, to, &Say::End).await
    }

    /// Lets the other side take what was said before the connection is closed, which drops what is in flight.
    async fn part(&self, connection: &Connection, to: &mut SendStream) {
        let _ = to.finish();
        let _ = tokio::time::timeout(limits::STRANGER_PATIENCE, connection.closed()).await;
    }
}

/// How a person is named here; a carrier is nobody's.
fn id_of(person: Option<PersonId>) -> String {
    person.map_or_else(String::new, |p| p.to_string())
}

/// About a megabyte each.
fn batches(all: Vec<Vec<u8>>) -> Vec<Vec<Vec<u8>>> {
    let mut batches: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut size = limits::BATCH_BYTES;
    for one in all {
        if size >= limits::BATCH_BYTES {
            batches.push(Vec::new());
            size = 0;
        }
        size += one.len();
        if let Some(last) = batches.last_mut() {
            last.push(one);
        }
    }
    batches
}

async fn say(connection: &Connection, to: &mut SendStream, said: &Say) -> Result<(), PairError> {
    let written = frame::write(to, said, RECORD_BYTES);
    within(limits::PATIENCE, "an answer", written)
        .await?
        .map(|_| ())
        .map_err(|e| broken(connection, e))
}

/// What a stranger says: little, and soon.
async fn hear<T: serde::de::DeserializeOwned>(
    connection: &Connection,
    from: &mut RecvStream,
) -> Result<T, PairError> {
    let read = frame::read(from, limits::STRANGER_FRAME_BYTES);
    within(limits::STRANGER_PATIENCE, "what was due", read)
        .await?
        .map_err(|e| broken(connection, e))?
        .ok_or_else(|| PairError::Broken("the other side hung up".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_strangers_knock_in_a_minute_and_no_more() {
        let start = Instant::now();
        let mut knocks = Knocks {
            since: start,
            count: 0,
        };
        let mut heard = 0;
        for _ in 0..10_000 {
            heard += u32::from(knocks.one_more(start));
        }
        assert_eq!(heard, limits::STRANGERS_A_MINUTE);
        let almost = start + Duration::from_secs(59);
        assert!(!knocks.one_more(almost));
        assert!(knocks.one_more(start + Duration::from_secs(60)));
    }

    #[test]
    fn a_record_travels_in_pieces_and_none_is_lost() {
        let all: Vec<Vec<u8>> = (0..40_u8).map(|n| vec![n; 100_000]).collect();
        let batches = batches(all.clone());
        assert!(batches.len() > 2);
        for batch in &batches {
            let size: usize = batch.iter().map(Vec::len).sum();
            assert!(size < limits::FRAME_BYTES);
        }
        assert_eq!(batches.concat(), all);
        assert!(super::batches(Vec::new()).is_empty());
    }
}
