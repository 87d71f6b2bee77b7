//! The side that wants to join. Must not know folders: what it hands over, [`crate::store::Joining`] makes one of.

use super::super::endpoint::{ALPN_PAIR, Net, NetError, code};
use super::super::frame;
use super::super::ticket::Ticket;
use super::super::unreached::Unreached;
use super::super::words::Words;
use super::{
    Agreement, Knocking, PairError, RECORD_BYTES, RECORD_TOTAL, Say, VERSION, broken, ended,
    shared, within,
};
use crate::domain::PersonId;
use crate::limits;
use crate::log::DeviceId;
use crate::store::{Joining, OPEN_MS, PackedLogs, Parcel, Turned};
use ed25519_dalek::Signer;
use iroh::endpoint::{Connection, RecvStream, VarInt};
use std::collections::BTreeSet;
use std::time::Duration;

/// As what a device wants to be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// As a person's.
    Person,
    /// As nobody's, which carries and reads nothing.
    Carrier,
}

/// Let in: the person whose device this is now, and the team's record of rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// Whose device this is; `None` is a carrier.
    pub person: Option<PersonId>,
    /// Entries of the authority, the first first.
    pub entries: Vec<Vec<u8>>,
    /// Statements, as envelopes.
    pub statements: Vec<Vec<u8>>,
}

/// Asks the ticket's inviter to be let in, shows the words, and waits until somebody there typed them.
///
/// # Errors
/// Each way in which it ends otherwise, with what to do next.
pub async fn ask(
    net: &Net,
    ticket: &Ticket,
    joining: &Joining,
    wish: Wish,
    show: impl FnOnce(&Words),
) -> Result<(Admission, Contents), PairError> {
    let dial = net.connect(&ticket.inviter.0, &ticket.addresses, ALPN_PAIR);
    let connection = match tokio::time::timeout(limits::PATIENCE, dial).await {
        Ok(Ok(connection)) => connection,
        Ok(Err(error)) => return Err(unreached(error)),
        Err(_) => return Err(PairError::NoAnswer("half a minute went by".into())),
    };
    match converse(&connection, ticket, joining, wish, show).await {
        Ok((admission, from)) => {
            let people = BTreeSet::new();
            Ok((
                admission,
                Contents {
                    connection,
                    from,
                    people,
                },
            ))
        }
        Err(error) => {
            connection.close(VarInt::from_u32(code::PROTOCOL), b"given up");
            Err(error)
        }
    }
}

/// Why the inviter was not reached. What helps is another than with a machine of the same team.
fn unreached(error: NetError) -> PairError {
    match error {
        NetError::Unreached(Unreached::Unknown | Unreached::TakenOut) => PairError::NotOpen,
        NetError::Unreached(why @ (Unreached::Version | Unreached::Odd)) => {
            PairError::Protocol(why.briefly().into())
        }
        NetError::Unreached(Unreached::Busy) => PairError::Turned(Turned::Busy),
        NetError::Unreached(why) => PairError::NoAnswer(why.briefly().into()),
        error => PairError::Net(error),
    }
}

/// What the inviter sends of the documents.
#[derive(Debug)]
pub struct Contents {
    connection: Connection,
    from: RecvStream,
    people: BTreeSet<PersonId>,
}

impl Contents {
    /// The next piece, for the folder that was made meanwhile; `None` where that was all.
    ///
    /// # Errors
    /// Where the connection ended before; what came is good all the same.
    pub async fn next(&mut self) -> Result<Option<Parcel>, PairError> {
        let mut parcel = Parcel::default();
        loop {
            let heard = hear(&self.connection, &mut self.from);
            match within(limits::PATIENCE, "the contents", heard).await?? {
                Say::People(people)
                    if self.people.is_empty() && people.len() <= limits::SESSION_ENTRIES =>
                {
                    self.people = people.into_iter().map(PersonId::new).collect();
                    continue;
                }
                Say::Envelopes(envelopes) => parcel.envelopes = envelopes,
                Say::Pack(pack, headers) => parcel.packs.push(PackedLogs { pack, headers }),
                Say::End => {
                    self.connection.close(VarInt::from_u32(code::DONE), b"done");
                    return Ok(None);
                }
                _ => return Err(PairError::Protocol("it spoke out of turn".into())),
            }
            parcel.people.clone_from(&self.people);
            return Ok(Some(parcel));
        }
    }
}

async fn converse(
    connection: &Connection,
    ticket: &Ticket,
    joining: &Joining,
    wish: Wish,
    show: impl FnOnce(&Words),
) -> Result<(Admission, RecvStream), PairError> {
    let own: DeviceId = joining.device();
    let key = ticket.secret.key();
    let verifying = key.verifying_key().to_bytes();
    let shared = shared(connection, &ticket.team, &ticket.inviter, &own, &verifying)?;
    let (mut to, mut from) = connection.open_bi().await.map_err(|e| ended(&e))?;
    let signature = key.sign(&shared.signed).to_bytes();
    let mut proof = [[0; 32]; 2];
    proof[0].copy_from_slice(&signature[..32]);
    proof[1].copy_from_slice(&signature[32..]);
    let knocking = Knocking {
        version: VERSION,
        team: ticket.team.0,
        ticket: verifying,
        proof,
    };
    let failed = |e| broken(connection, e);
    frame::write(&mut to, &knocking, limits::STRANGER_FRAME_BYTES)
        .await
        .map_err(failed)?;
    let mut person = None;
    let mut show = Some(show);
    // The whole time of a ticket, and a little for the way.
    let patience = Duration::from_millis(OPEN_MS) + limits::PATIENCE;
    let waited = tokio::time::timeout(patience, async {
        loop {
            match hear(connection, &mut from).await? {
                Say::Agree(id) if person.is_none() => {
                    match (wish, id.is_empty()) {
                        (Wish::Person, true) => return Err(PairError::ForCarrier),
                        (Wish::Carrier, false) => return Err(PairError::ForPerson),
                        _ => {}
                    }
                    let id = PersonId::new(id);
                    let agreement = Agreement {
                        seal: joining.recipient(),
                        consent: joining.consent(&ticket.team, &ticket.inviter, &id),
                    };
                    person = Some(id);
                    frame::write(&mut to, &agreement, limits::STRANGER_FRAME_BYTES)
                        .await
                        .map_err(failed)?;
                }
                Say::Wait if person.is_some() => {
                    if let Some(show) = show.take() {
                        show(&shared.words);
                    }
                }
                Say::Turned(why) => return Err(PairError::Turned(why)),
                // As what it agreed to; whether the record says the same is asked when the folder is made.
                Say::Admitted(id) if id.is_empty() == (wish == Wish::Carrier) => {
                    return Ok((!id.is_empty()).then(|| PersonId::new(id)));
                }
                _ => return Err(PairError::Protocol("it spoke out of turn".into())),
            }
        }
    });
    let person = waited.await.map_err(|_| PairError::TooLate)??;
    let admission = record(connection, &mut from, person).await?;
    // Nothing more is said: the other side sees the end of the stream.
    let _ = to.finish();
    Ok((admission, from))
}

async fn hear(connection: &Connection, from: &mut RecvStream) -> Result<Say, PairError> {
    let said = frame::read(from, RECORD_BYTES).await;
    said.map_err(|e| broken(connection, e))?
        .ok_or_else(|| match connection.close_reason() {
            Some(reason) => ended(&reason),
            None => PairError::Broken("the other side hung up".into()),
        })
}

/// The team's record, within bounds.
async fn record(
    connection: &Connection,
    from: &mut RecvStream,
    person: Option<PersonId>,
) -> Result<Admission, PairError> {
    let mut admission = Admission {
        person,
        entries: Vec::new(),
        statements: Vec::new(),
    };
    let mut bytes = 0;
    loop {
        let said = within(
            limits::PATIENCE,
            "the team's record",
            hear(connection, from),
        );
        let (new, kept) = match said.await?? {
            Say::Entries(new) => (new, &mut admission.entries),
            Say::Statements(new) => (new, &mut admission.statements),
            Say::Whole => return Ok(admission),
            _ => return Err(PairError::Protocol("it spoke out of turn".into())),
        };
        bytes += new.iter().map(Vec::len).sum::<usize>();
        kept.extend(new);
        if bytes > RECORD_TOTAL || kept.len() > limits::SESSION_ENTRIES {
            return Err(PairError::Protocol(
                "the team's record is larger than any".into(),
            ));
        }
    }
}
