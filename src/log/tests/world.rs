//! A team in memory: devices that write envelopes of documents, and what a reader makes of them.

use crate::document::crdt::Put;
use crate::document::{DocRef, Kind, Scalar};
use crate::domain::PersonId;
use crate::domain::team::{Right, Role};
use crate::log::authority::statement::statements_id;
use crate::log::authority::{By, Entry, Founding};
use crate::log::envelope::BodyKind;
use crate::log::{
    Assembly, Authority, Change, Cut, DeviceId, DocId, DocKey, Envelope, Epoch, Header, KeyId,
    LogId, Position, Statement, Target, TeamId, assemble, seal,
};
use ed25519_dalek::SigningKey;

pub fn key(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

pub fn device(n: u8) -> DeviceId {
    DeviceId(key(n).verifying_key().to_bytes())
}

pub fn right(holder: &str, role: Role, over: Option<&str>) -> Right {
    Right {
        holder: holder.into(),
        role,
        over: over.map(PersonId::new),
        from: None,
        until: None,
    }
}

pub fn admit(n: u8, person: &str) -> Change {
    Change::Admit {
        device: device(n),
        person: Some(person.into()),
        seal: format!("seal {n}"),
    }
}

pub fn founding() -> Founding {
    Founding {
        salt: [9; 32],
        person: "owner".into(),
        seal: "seal 1".into(),
        recovery: key(100).verifying_key().to_bytes(),
        time_ms: 1,
    }
}

/// Device 1 owns, 2 is a manager's, 3 a technician's, 4 another manager's.
pub fn team() -> Authority {
    let mut authority = Authority::found(
        founding(),
        &key(1),
        vec![admit(2, "manager"), admit(3, "tech"), admit(4, "other")],
    )
    .unwrap();
    let rights = vec![
        Change::Grant(right("manager", Role::Manager, None)),
        Change::Grant(right("other", Role::Manager, None)),
    ];
    authority.append(rights, 2, &key(1)).unwrap();
    authority
}

pub fn record() -> DocRef {
    DocRef::of(Kind::Record, &"tech".into())
}

pub fn put(row: &str, value: i64) -> Put {
    (
        "marks".into(),
        row.into(),
        "mark".into(),
        Scalar::Int(value),
    )
}

pub fn doc_key() -> DocKey {
    DocKey::new([77; 32])
}

pub fn keys(id: &KeyId) -> Option<DocKey> {
    Some(doc_key()).filter(|k| k.id() == *id)
}

/// What a reader makes of envelopes in order of arrival.
pub fn read(authority: &Authority, doc: &DocRef, envelopes: &[Envelope]) -> Assembly {
    let made = assemble(doc.kind, &target(doc), authority, envelopes, &keys);
    super::carried::agrees(&made, &target(doc), authority, envelopes);
    made
}

pub fn target(doc: &DocRef) -> Target {
    Target::Document {
        doc: doc.clone(),
        root: (doc.kind == Kind::Private).then(|| device(3)),
    }
}

/// A device's pen for one document.
#[derive(Clone)]
pub struct Pen {
    pub n: u8,
    pub doc: DocRef,
    pub epoch: u64,
    pub at: Position,
}

impl Pen {
    pub fn new(n: u8, doc: &DocRef, epoch: u64, at: Position) -> Self {
        Self {
            n,
            doc: doc.clone(),
            epoch,
            at,
        }
    }

    pub fn log(&self, team: &TeamId) -> LogId {
        LogId {
            doc: DocId::of(team, &self.doc, 0),
            device: device(self.n),
            epoch: Epoch(self.epoch),
        }
    }

    /// Writes on top of what is made of the envelopes held.
    pub fn write(&self, authority: &Authority, held: &[Envelope], puts: &[Put]) -> Envelope {
        self.write_at(authority, held, None, puts)
    }

    /// The same above heads.
    pub fn write_at(
        &self,
        authority: &Authority,
        held: &[Envelope],
        heads: Option<&[[u8; 32]]>,
        puts: &[Put],
    ) -> Envelope {
        let mut made = read(authority, &self.doc, held);
        let log = self.log(&authority.state().team);
        let time_ms = 1_000 + held.len() as u64;
        let written = match heads {
            None => made.doc.write(puts, &log.actor(), time_ms),
            Some(heads) => made.doc.write_at(heads, puts, &log.actor(), time_ms),
        };
        let written = written.unwrap().expect("it changes something");
        let tail = made.logs.get(&log);
        let (seq, prev, sum) = tail.map_or((0, [0; 32], [0; 32]), |t| (t.seq, t.head, t.sum));
        let header = Header {
            team: authority.state().team,
            log,
            seq: seq + 1,
            prev,
            authority: self.at,
            kind: BodyKind::Changes,
            step: 1,
            time_ms,
            key: doc_key().id(),
            nonce: [0; 24],
            sum: doc_key().sum(&sum, &written.hash),
            body_hash: [0; 32],
        };
        seal::seal(
            header,
            &[&written.chunk],
            &doc_key(),
            &[0; 32],
            &key(self.n),
        )
        .unwrap()
    }
}

/// A statement in its envelope, first of a log of its own.
pub fn statement(n: u8, epoch: u64, at: Position, team: TeamId, said: &Statement) -> Envelope {
    let header = Header {
        team,
        log: LogId {
            doc: statements_id(&team),
            device: device(n),
            epoch: Epoch(epoch),
        },
        seq: 1,
        prev: [0; 32],
        authority: at,
        kind: BodyKind::Statement,
        step: 0,
        time_ms: 1_000,
        key: KeyId([0; 32]),
        nonce: [0; 24],
        sum: [0; 32],
        body_hash: [0; 32],
    };
    Envelope::sign(header, said.encode().unwrap(), &key(n))
}

/// A cut behind an envelope.
pub fn cut(envelope: &Envelope) -> Cut {
    let header = &envelope.header;
    Cut {
        doc: header.log.doc,
        device: header.log.device,
        epoch: header.log.epoch,
        seq: header.seq,
        hash: header.hash(),
    }
}

/// An entry that somebody signs behind a position without asking the authority.
pub fn forged(at: Position, by: By, signer: &SigningKey, changes: Vec<Change>) -> Vec<u8> {
    let entry = Entry {
        version: 1,
        seq: at.len,
        prev: at.hash,
        time_ms: 5,
        by,
        changes,
    };
    entry.sign(signer).unwrap()
}

/// Every order of so many things.
pub fn orders(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for order in orders(n - 1) {
        for at in 0..n {
            let mut longer = order.clone();
            longer.insert(at, n - 1);
            all.push(longer);
        }
    }
    all
}
