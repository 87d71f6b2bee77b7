//! Histories of a document as several devices write it, signed and covered, for tests of packs and of what fuzzing begins with.
#![allow(dead_code)] // Each test program uses a part of it.

use ed25519_dalek::SigningKey;
use guildhall::document::crdt::{Doc, Put};
use guildhall::document::{Kind, Scalar};
use guildhall::log::envelope::BodyKind;
use guildhall::log::pack::{self, Coverage, Pack, PackError, Subject};
use guildhall::log::{
    DeviceId, DocId, DocKey, Envelope, Epoch, Header, KeyId, LogId, Position, SignedHeader, TeamId,
    seal,
};

pub const KIND: Kind = Kind::Record;

/// A seeded generator; the same row of numbers every time.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

pub fn subject() -> Subject {
    Subject {
        team: TeamId([1; 32]),
        doc: DocId([2; 32]),
        kind: KIND,
    }
}

/// One log and the envelopes in it.
pub struct Log {
    pub signer: SigningKey,
    pub id: LogId,
    pub envelopes: Vec<Envelope>,
    sum: [u8; 32],
}

impl Log {
    pub fn new(device: u8, epoch: u64) -> Self {
        let signer = SigningKey::from_bytes(&[device; 32]);
        let id = LogId {
            doc: subject().doc,
            device: DeviceId(signer.verifying_key().to_bytes()),
            epoch: Epoch(epoch),
        };
        Self {
            signer,
            id,
            envelopes: Vec::new(),
            sum: [0; 32],
        }
    }

    fn header(&self, kind: BodyKind, key: KeyId, time_ms: u64) -> Header {
        let last = self.envelopes.last().map(|e| &e.header);
        Header {
            team: subject().team,
            log: self.id,
            seq: last.map_or(0, |h| h.seq) + 1,
            prev: last.map_or([0; 32], Header::hash),
            authority: Position {
                len: 1,
                hash: [3; 32],
            },
            kind,
            step: u8::from(kind == BodyKind::Changes),
            time_ms,
            key,
            nonce: [0; 24],
            sum: self.sum,
            body_hash: [0; 32],
        }
    }

    /// Signs for a change, whatever it is.
    pub fn append(&mut self, chunk: &[u8], hash: &[u8; 32], key: &DocKey, time_ms: u64) {
        self.sum = key.sum(&self.sum, hash);
        let header = self.header(BodyKind::Changes, key.id(), time_ms);
        let random = [self.envelopes.len() as u8; 32];
        let sealed = seal::seal(header, &[chunk], key, &random, &self.signer).unwrap();
        self.envelopes.push(sealed);
    }

    pub fn grant(&mut self, key: &DocKey, time_ms: u64) {
        let header = self.header(BodyKind::Grant, key.id(), time_ms);
        let wrapped = b"wrapped for somebody".to_vec();
        self.envelopes
            .push(Envelope::sign(header, wrapped, &self.signer));
    }

    pub fn coverage(&self, upto: usize) -> Coverage {
        let mut coverage = Coverage::default();
        for envelope in &self.envelopes[..upto] {
            coverage.push(SignedHeader::from(envelope));
        }
        coverage
    }
}

/// What several devices wrote, in the order in which it was made.
pub struct History {
    pub keys: Vec<DocKey>,
    pub logs: Vec<Log>,
    /// Log and chunk of each change.
    pub changes: Vec<(usize, Vec<u8>)>,
    pub whole: Doc,
}

impl History {
    /// Three devices, now and then hearing of each other; the key is renewed twice, and the new one granted.
    pub fn seeded(seed: u64, deeds: usize) -> Self {
        let mut random = Random(seed);
        let mut key = |n: u8| DocKey::new([n ^ random.below(256) as u8; 32]);
        let keys = vec![key(0x40), key(0x80), key(0xc0)];
        let mut logs: Vec<Log> = (0..3)
            .map(|n| Log::new(n + 1, random.below(1 << 30) as u64))
            .collect();
        let mut docs = vec![Doc::first(KIND); 3];
        let mut changes: Vec<(usize, Vec<u8>)> = Vec::new();
        let mut heard = [0; 3];
        let mut current = 0;
        for time in 1..=deeds as u64 {
            let w = random.below(3);
            if random.below(3) == 0 {
                for (by, chunk) in &changes[heard[w]..] {
                    if *by != w {
                        let actor = logs[*by].id.actor();
                        docs[w].apply([(&chunk[..], &actor)]).unwrap();
                    }
                }
                heard[w] = changes.len();
            }
            if current + 1 < keys.len() && random.below(deeds / 4 + 2) == 0 {
                current += 1;
                logs[w].grant(&keys[current], time);
            }
            let puts = puts(&mut random, time);
            let actor = logs[w].id.actor();
            if let Some(made) = docs[w].write(&puts, &actor, time).unwrap() {
                logs[w].append(&made.chunk, &made.hash, &keys[current], time);
                changes.push((w, made.chunk));
            }
        }
        if seed.is_multiple_of(4) {
            // The last that is covered of one log is a grant.
            logs[0].grant(&keys[current], deeds as u64);
        }
        let mut history = Self {
            keys,
            logs,
            changes,
            whole: Doc::first(KIND),
        };
        history.whole = history.upto(history.changes.len());
        history
    }

    pub fn upto(&self, count: usize) -> Doc {
        let mut doc = Doc::first(KIND);
        self.apply(&mut doc, 0, count);
        doc
    }

    pub fn apply(&self, doc: &mut Doc, from: usize, to: usize) {
        let actors: Vec<_> = self.logs.iter().map(|l| l.id.actor()).collect();
        let changes = self.changes[from..to].iter();
        doc.apply(changes.map(|(by, c)| (&c[..], &actors[*by])))
            .unwrap();
    }

    pub fn coverage(&self) -> Vec<Coverage> {
        self.logs
            .iter()
            .map(|l| l.coverage(l.envelopes.len()))
            .collect()
    }

    pub fn chunks(&self) -> Vec<&[u8]> {
        self.changes.iter().map(|(_, c)| &c[..]).collect()
    }

    pub fn pack(&self) -> Vec<u8> {
        self.pack_of(&self.coverage(), &self.chunks())
    }

    pub fn pack_of(&self, logs: &[Coverage], chunks: &[&[u8]]) -> Vec<u8> {
        pack::write(&subject(), logs, chunks, self.newest(), &[5; 32]).unwrap()
    }

    pub fn newest(&self) -> &DocKey {
        self.keys.last().unwrap()
    }

    pub fn key(&self, id: &KeyId) -> Option<DocKey> {
        self.keys.iter().find(|k| k.id() == *id).cloned()
    }

    pub fn read(&self, bytes: &[u8]) -> Result<Pack, PackError> {
        pack::read(bytes, &subject(), &|id| self.key(id))
    }
}

fn puts(random: &mut Random, time: u64) -> Vec<Put> {
    let who = random.below(40);
    let row = format!(
        "subject{}|column{}|rater{who}|2026-11-21",
        time % 23,
        time % 7
    );
    let mark = Scalar::text(format!("{}|1|rater{who}", random.below(21)));
    let mut puts = vec![("marks".to_owned(), row.clone(), "mark".to_owned(), mark)];
    if random.below(2) == 0 {
        let note = Scalar::text(format!(
            "Seen on day {time}, with {} others.",
            random.below(90)
        ));
        puts.push(("mark_notes".to_owned(), row, "evidence".to_owned(), note));
    }
    if random.below(4) == 0 {
        let row = format!("row{}", random.below(4));
        let value = match random.below(3) {
            0 => Scalar::Null,
            n => Scalar::Int(n as i64),
        };
        puts.push(("marks".to_owned(), row, "mark".to_owned(), value));
    }
    puts
}
