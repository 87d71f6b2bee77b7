//! Everything that reads bytes from elsewhere, as plain functions for fuzzing: bytes in, never a panic. Each goes past the layers that only
//! the right key opens (signature, encryption, checksum), since whoever holds the key may be hostile too. Panics only where a promise is
//! broken. `fuzz/` calls them from cargo-fuzz, `tests/fuzz_targets.rs` with seeded mutants. No part of the program uses this module.

use crate::app::keymap;
use crate::document::chunk;
use crate::document::crdt::{ActorId, Doc};
use crate::document::{Kind, Scalar};
use crate::exchange;
use crate::log::authority::Founding;
use crate::log::envelope::{Envelope, Position};
use crate::log::pack::{self, Subject};
use crate::log::{Authority, DocId, DocKey, Grant, Statement, TeamId, seal, tags};
use crate::store;
use ed25519_dalek::{Signer, SigningKey};
use std::sync::OnceLock;

/// A target.
pub type Target = fn(&[u8]);

/// Every target by name.
pub const TARGETS: &[(&str, Target)] = &[
    ("envelope", envelope),
    ("change", change),
    ("pack", packed),
    ("authority", authority),
    ("team_folder", team_folder),
    ("key_map", key_map),
    ("statement", statement),
    ("grant", grant),
    ("key_file", key_file),
];

/// The document key of all that is encrypted here.
pub fn key() -> DocKey {
    DocKey::new([7; 32])
}

/// The document of all packs here.
pub fn subject() -> Subject {
    Subject {
        team: TeamId([1; 32]),
        doc: DocId([2; 32]),
        kind: Kind::Record,
    }
}

/// The owner's device of the authority here.
pub fn owner() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

/// An envelope: as it stands, and once more with the hash of its body and the signature made right.
pub fn envelope(bytes: &[u8]) {
    let Ok(read) = Envelope::decode(bytes) else {
        return;
    };
    assert_eq!(read.encode(), bytes, "one envelope, one encoding");
    let _ = (read.verify(), seal::open(&read, &key()));
    let signer = owner();
    let mut header = read.header;
    header.log.device.0 = signer.verifying_key().to_bytes();
    let signed = Envelope::sign(header, read.body, &signer);
    assert_eq!(signed.verify(), Ok(()));
    let _ = seal::open(&signed, &key());
}

/// The actors whose changes a mutant may stand in for.
pub fn actors() -> [ActorId; 3] {
    [1, 2, 3].map(|n| ActorId::from([n; 16].as_slice()))
}

/// A document, and the changes in it with the number of their actor.
pub type Ground = (Doc, Vec<(usize, Vec<u8>)>);

/// A document with a few changes by [`actors`], some made apart.
pub fn ground() -> &'static Ground {
    static GROUND: OnceLock<Ground> = OnceLock::new();
    GROUND.get_or_init(|| {
        let actors = actors();
        let mut doc = Doc::first(Kind::Record);
        let mut changes = Vec::new();
        let first = doc.heads();
        for n in 0..12_u64 {
            let by = n as usize % 3;
            let row = format!("r{}", n % 4);
            let puts = [("marks".into(), row, "mark".into(), Scalar::Int(n as i64))];
            let made = if n < 3 {
                doc.write_at(&first, &puts, &actors[by], n)
            } else {
                doc.write(&puts, &actors[by], n)
            };
            changes.extend(made.ok().flatten().map(|made| (by, made.chunk)));
        }
        (doc, changes)
    })
}

/// A change: as it stands, and once more with length and checksum made right.
pub fn change(bytes: &[u8]) {
    let (whole, changes) = ground();
    let actors = actors();
    let mut candidates = vec![bytes.to_vec()];
    candidates.extend(chunk::mended(bytes));
    // On the whole document, and before the last changes, where a mutant of one of these may be in its place.
    let mut doc = Doc::first(Kind::Record);
    let upto = changes.len().saturating_sub(bytes.len() % 4);
    let known = changes[..upto].iter().map(|(by, c)| (&c[..], &actors[*by]));
    let applied = doc.apply(known);
    assert!(applied.is_ok(), "honest changes apply");
    for mut doc in [whole.clone(), doc] {
        let before = doc.heads();
        let offered = candidates
            .iter()
            .flat_map(|c| actors.iter().map(move |by| (&c[..], by)));
        let answers = doc.apply_each(offered);
        if answers.iter().all(Result::is_err) {
            assert_eq!(doc.heads(), before, "what is refused leaves nothing behind");
            continue;
        }
        let puts = [(
            "marks".into(),
            "after".into(),
            "mark".into(),
            Scalar::Int(1),
        )];
        let by = ActorId::from([9; 16].as_slice());
        assert!(matches!(doc.write(&puts, &by, 99), Ok(Some(_))), "it edits");
        let saved = doc.save();
        assert!(automerge::Automerge::load(&saved).is_ok(), "it loads");
    }
}

/// A pack: as it stands, as what is compressed in one, and as what stands in it.
pub fn packed(bytes: &[u8]) {
    let subject = subject();
    let key = key();
    let read = |bytes: &[u8]| {
        let lookup = |_: &_| Some(key.clone());
        if let Ok(pack) = pack::read(bytes, &subject, &lookup) {
            let chunks: Vec<&[u8]> = pack.changes.iter().map(|c| &c.chunk[..]).collect();
            let again = pack::write(&subject, &pack.logs, &chunks, &key, &[0; 32]);
            assert!(again.is_ok(), "what was read can be written");
        }
    };
    read(bytes);
    let inside = zstd::bulk::compress(bytes, 1).unwrap_or_default();
    for packed in [bytes, &inside] {
        if let Ok(wrapped) = pack::wrap(&subject, packed, &key, &[0; 32]) {
            read(&wrapped);
        }
    }
}

/// Entries of the authority: the first one as it stands, and a second one that the owner's device signs whatever it says.
pub fn authority(bytes: &[u8]) {
    let _ = Authority::read([bytes.to_vec()]);
    let founding = Founding {
        salt: [0; 32],
        person: "o".into(),
        seal: String::new(),
        recovery: owner().verifying_key().to_bytes(),
        time_ms: 0,
    };
    let Ok(mut authority) = Authority::found(founding, &owner(), vec![]) else {
        return;
    };
    let signature = owner().sign(&[tags::AUTHORITY, bytes].concat());
    let entry = [bytes, &signature.to_bytes()].concat();
    let before: Position = authority.position();
    if authority.push(entry.clone()).is_err() {
        assert_eq!(
            authority.position(),
            before,
            "a refused entry changes nothing"
        );
    }
    let _ = Authority::read([entry]);
}

/// A team folder: each line that begins with `@` names a file, and what follows up to the next one is in it.
pub fn team_folder(bytes: &[u8]) {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        match (line.strip_prefix(b"@"), files.last_mut()) {
            (Some(name), _) => {
                let name = String::from_utf8_lossy(name).trim().to_owned();
                files.push((name, Vec::new()));
            }
            (None, Some((_, contents))) => contents.extend_from_slice(line),
            (None, None) => {}
        }
    }
    match exchange::parse(&files) {
        Ok(_) => {}
        Err(problems) => assert!(!problems.is_empty(), "a refusal has a reason"),
    }
}

/// A key map of the user's.
pub fn key_map(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match keymap::load::load(Some(("keys.toml", &text))) {
        Ok(_) => {}
        Err(mistakes) => assert!(!mistakes.is_empty(), "a refusal has a reason"),
    }
}

/// A statement of somebody else.
pub fn statement(bytes: &[u8]) {
    if let Some(read) = Statement::decode(bytes) {
        assert_eq!(read.encode().as_deref(), Some(bytes), "one encoding");
    }
}

/// The body of a grant.
pub fn grant(bytes: &[u8]) {
    let Ok(read) = Grant::decode(bytes) else {
        return;
    };
    assert_eq!(read.encode().as_deref(), Ok(bytes), "one encoding");
    let identity = store::keyfile::identity_of(&owner());
    for device in read.devices() {
        let _ = read.open(device, &identity, &key().id());
    }
}

/// A key file, without a passphrase and with a wrong one.
pub fn key_file(bytes: &[u8]) {
    store::keyfile::try_any(bytes);
}
