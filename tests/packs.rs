//! Packs: any history reads back as it was, and no hostile pack is believed.

mod packing;

use automerge::Automerge;
use guildhall::document::Scalar;
use guildhall::document::crdt::{ApplyError, Doc};
use guildhall::log::pack::{self, Coverage, MAX_PACK, PackError, Stretch};
use guildhall::log::{DocKey, EnvelopeError, SignedHeader};
use packing::*;
use std::time::Instant;

#[test]
fn a_pack_of_any_history_reads_back_to_the_same_document() {
    let (mut renewed, mut grants) = (0, 0);
    for seed in 0..30 {
        let history = History::seeded(seed, 5 + seed as usize * 3);
        let bytes = history.pack();
        let read = history
            .read(&bytes)
            .unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        assert_eq!(read.doc.heads(), history.whole.heads(), "seed {seed}");
        let nobody = |_: &_| None;
        assert_eq!(read.doc.rows(&nobody), history.whole.rows(&nobody));
        assert_eq!(read.changes.len(), history.changes.len());
        for coverage in history.coverage().iter().filter(|c| c.head().is_some()) {
            assert!(read.logs.contains(coverage), "seed {seed}");
            renewed += usize::from(coverage.stretches().len() > 1);
            grants += usize::from(coverage.stretches().iter().any(|s| s.changes == 0));
        }
        // One content, one encoding: in whatever order it is given, and when it is packed again.
        let (mut logs, mut chunks) = (history.coverage(), history.chunks());
        logs.reverse();
        chunks.reverse();
        assert_eq!(history.pack_of(&logs, &chunks), bytes, "seed {seed}");
        let again: Vec<&[u8]> = read.changes.iter().map(|c| &c.chunk[..]).collect();
        assert_eq!(history.pack_of(&read.logs, &again), bytes, "seed {seed}");
    }
    assert!(
        renewed > 20 && grants > 0,
        "{renewed} logs with several keys, {grants} ending in a grant"
    );
}

#[test]
fn later_changes_go_on_top_of_a_pack_and_into_the_next_one() {
    for seed in 100..115 {
        let history = History::seeded(seed, 60);
        for part in 1..4 {
            let upto = history.changes.len() * part / 4;
            // Each log as far as its own changes among the first so many.
            let (mut logs, mut rests) = (Vec::new(), Vec::new());
            for (n, log) in history.logs.iter().enumerate() {
                let mut left = history.changes[..upto]
                    .iter()
                    .filter(|(by, _)| *by == n)
                    .count();
                let mut covered = 0;
                while left > 0 {
                    left -= usize::from(log.envelopes[covered].header.nonce != [0; 24]);
                    covered += 1;
                }
                logs.push(log.coverage(covered));
                rests.push(&log.envelopes[covered..]);
            }
            let bytes = history.pack_of(&logs, &history.chunks()[..upto]);
            let mut read = history.read(&bytes).unwrap();
            assert_eq!(read.doc.heads(), history.upto(upto).heads());
            history.apply(&mut read.doc, upto, history.changes.len());
            assert_eq!(read.doc.heads(), history.whole.heads(), "seed {seed}");
            // The coverage grows envelope by envelope to what it is when all is covered at once.
            for (coverage, rest) in logs.iter_mut().zip(rests) {
                rest.iter()
                    .for_each(|e| coverage.push(SignedHeader::from(e)));
            }
            assert_eq!(logs, history.coverage());
        }
    }
}

/// A history, and which of its logs is the manager's.
fn manager() -> (History, usize) {
    let history = History::seeded(7, 60);
    let longest = (0..3).max_by_key(|n| history.logs[*n].envelopes.len());
    (history, longest.unwrap())
}

/// A change that somebody who can read the document makes under the manager's actor.
fn forged(history: &History, manager: usize) -> Vec<u8> {
    let mut doc = history.whole.clone();
    let puts = [(
        "marks".to_owned(),
        "forged".to_owned(),
        "mark".to_owned(),
        Scalar::text("20|1|me"),
    )];
    let actor = history.logs[manager].id.actor();
    doc.write(&puts, &actor, 99).unwrap().unwrap().chunk
}

fn refused(history: &History, logs: &[Coverage], chunks: &[&[u8]]) -> PackError {
    history.read(&history.pack_of(logs, chunks)).unwrap_err()
}

/// The coverage of one log with its last stretch changed.
fn with_last(logs: &[Coverage], at: usize, change: impl FnOnce(&mut Stretch)) -> Vec<Coverage> {
    let mut logs = logs.to_vec();
    let mut stretches = logs[at].stretches().to_vec();
    change(stretches.last_mut().unwrap());
    logs[at] = stretches.into();
    logs
}

#[test]
fn a_change_too_many_or_too_few_is_refused() {
    let (history, manager) = manager();
    let (logs, id) = (history.coverage(), history.logs[manager].id);
    let chunk = forged(&history, manager);
    let mut more = history.chunks();
    more.push(&chunk);
    let (counted, found) = (logs[manager].changes(), logs[manager].changes() + 1);
    assert_eq!(
        refused(&history, &logs, &more),
        PackError::Count { counted, found }
    );
    // Counted as well, in the room that a grant among the envelopes leaves: it is none that the device signed for.
    let counts = with_last(&logs, manager, |s| s.changes += 1);
    assert_eq!(refused(&history, &counts, &more), PackError::Sum(id));
    // Without such room there are not envelopes enough.
    let mut lone = Log::new(9, 9);
    let actor = lone.id.actor();
    let mut doc = Doc::first(KIND);
    let mut made = |row: &str, time| {
        let puts = [("marks".into(), row.into(), "mark".into(), Scalar::Int(1))];
        doc.write(&puts, &actor, time).unwrap().unwrap()
    };
    let (first, second) = (made("a", 1), made("b", 2));
    lone.append(&first.chunk, &first.hash, history.newest(), 1);
    let two: [&[u8]; 2] = [&first.chunk, &second.chunk];
    let honest = [lone.coverage(1)];
    assert!(history.read(&history.pack_of(&honest, &two[..1])).is_ok());
    let crowded = with_last(&honest, 0, |s| s.changes = 2);
    let why = refused(&history, &crowded, &two);
    assert!(
        matches!(why, PackError::Coverage(log, what) if log == lone.id && what.contains("counts")),
        "{why}"
    );
    // In the place of the manager's own last change.
    let last = history
        .changes
        .iter()
        .rposition(|(by, _)| *by == manager)
        .unwrap();
    let before = history.upto(last);
    let mut instead = before.clone();
    let puts = [(
        "marks".into(),
        "forged".into(),
        "mark".into(),
        Scalar::Int(1),
    )];
    let made = instead
        .write(&puts, &id.actor(), last as u64)
        .unwrap()
        .unwrap();
    let mut chunks = history.chunks();
    chunks.truncate(last);
    chunks.push(&made.chunk);
    let mut cut = logs.clone();
    for (n, log) in history.logs.iter().enumerate() {
        let there = history.changes[..=last]
            .iter()
            .filter(|(by, _)| *by == n)
            .count() as u64;
        let upto = (0..=log.envelopes.len()).find(|u| log.coverage(*u).changes() == there);
        cut[n] = log.coverage(upto.unwrap());
    }
    assert_eq!(refused(&history, &cut, &chunks), PackError::Sum(id));

    // The last change of all is left out, uncounted and counted.
    let mut fewer = history.chunks();
    fewer.pop();
    let by = history.changes.last().unwrap().0;
    let counted = logs[by].changes();
    let found = counted - 1;
    let why = refused(&history, &logs, &fewer);
    assert_eq!(why, PackError::Count { counted, found });
    assert!(logs[by].stretches().last().unwrap().changes > 1);
    let counts = with_last(&logs, by, |s| s.changes -= 1);
    let why = refused(&history, &counts, &fewer);
    assert_eq!(why, PackError::Sum(history.logs[by].id));
    // A change in the midst cannot be left out: what stands on it cannot name it.
    let mut fewer = history.chunks();
    fewer.remove(3);
    let written = pack::write(&subject(), &logs, &fewer, history.newest(), &[5; 32]);
    let missing = ApplyError::Dependency;
    assert!(matches!(written, Err(PackError::Change { why, .. }) if why == missing));
}

#[test]
fn headers_of_elsewhere_are_refused() {
    let (history, manager) = manager();
    let (logs, id) = (history.coverage(), history.logs[manager].id);
    let chunks = history.chunks();
    // The sum of another log of the same device: signed by it, and of another epoch.
    let mut other = Log::new(manager as u8 + 1, 77);
    for (n, chunk) in chunks.iter().take(9).enumerate() {
        other.append(chunk, &[n as u8; 32], history.newest(), 1);
    }
    let theirs = SignedHeader::from(other.envelopes.last().unwrap());
    let mixed = with_last(&logs, manager, |s| {
        s.signed = theirs.clone();
        s.signed.header.log = id;
    });
    assert_eq!(
        refused(&history, &mixed, &chunks),
        PackError::Header(EnvelopeError::Signature)
    );
    // Its own header with the sum of another log.
    let sums = with_last(&logs, manager, |s| s.signed.header.sum = theirs.header.sum);
    assert_eq!(
        refused(&history, &sums, &chunks),
        PackError::Header(EnvelopeError::Signature)
    );
    // Signed again by the device itself, as a manager who lies would: it is not the sum of these changes.
    let signer = &history.logs[manager].signer;
    let lied = with_last(&logs, manager, |s| {
        let mut header = s.signed.header.clone();
        header.sum = theirs.header.sum;
        let body_hash = header.body_hash;
        let mut signed = guildhall::log::Envelope::sign(header, vec![], signer);
        assert_ne!(signed.header.body_hash, body_hash);
        signed.body.clear();
        s.signed = SignedHeader::from(&signed);
    });
    assert_eq!(refused(&history, &lied, &chunks), PackError::Sum(id));
    // An older header of the same log.
    let older = with_last(&logs, manager, |s| {
        let log = &history.logs[manager];
        let key = s.signed.header.key;
        let found = log
            .envelopes
            .iter()
            .rev()
            .skip(1)
            .find(|e| e.header.key == key && e.header.nonce != [0; 24]);
        s.signed = SignedHeader::from(found.unwrap());
    });
    let why = refused(&history, &older, &chunks);
    assert!(
        matches!(why, PackError::Sum(_) | PackError::Coverage(..)),
        "{why}"
    );
    // Two headers for one key, and a header of another document.
    let mut doubled = logs.clone();
    let mut stretches = logs[manager].stretches().to_vec();
    let last = stretches.pop().unwrap();
    stretches.push(Stretch {
        signed: older[manager].head().unwrap().clone(),
        changes: last.changes - 1,
    });
    stretches.push(Stretch { changes: 1, ..last });
    doubled[manager] = stretches.into();
    let why = refused(&history, &doubled, &chunks);
    assert!(
        matches!(why, PackError::Coverage(log, _) if log == id),
        "{why}"
    );
    // Another time than the change's, signed.
    let late = with_last(&logs, manager, |s| {
        let mut header = s.signed.header.clone();
        header.time_ms += 1;
        s.signed = SignedHeader::from(&guildhall::log::Envelope::sign(header, vec![], signer));
    });
    assert_eq!(refused(&history, &late, &chunks), PackError::Time(id));
}

/// A manager may sign for anything; the gate is behind the sums.
#[test]
fn what_a_device_signed_for_still_passes_the_gate() {
    let (mut history, manager) = manager();
    let chunk = forged(&history, manager);
    let actor = history.logs[manager].id.actor();
    // Column 0x42 becomes 0x4a, which says that it is deflated; the checksum follows.
    let mut bad = chunk.clone();
    let at = bad
        .windows(2)
        .rposition(|w| w[0] == 0x42 && w[1] == 2)
        .unwrap();
    bad[at] = 0x4a;
    let parts = guildhall::document::chunk::split(&chunk).unwrap();
    let start = chunk.len() - parts.rest.len();
    let rest = bad[start..].to_vec();
    let whole = guildhall::document::chunk::Parts {
        rest: &rest,
        ..parts.clone()
    }
    .join();
    let key = history.newest().clone();
    history.logs[manager].append(&whole.bytes, &whole.hash, &key, 99);
    let bytes = {
        let mut chunks = history.chunks();
        chunks.push(&whole.bytes);
        history.pack_of(&history.coverage(), &chunks)
    };
    let why = history.read(&bytes).unwrap_err();
    let expected = history.whole.clone().apply([(&whole.bytes[..], &actor)]);
    assert_eq!(expected, Err(ApplyError::Column(0x4a)));
    assert!(
        matches!(
            why,
            PackError::Change {
                why: ApplyError::Column(0x4a),
                ..
            }
        ),
        "{why}"
    );
}

#[test]
fn broken_and_huge_insides_are_refused_by_name() {
    let (history, _) = manager();
    let good = history.pack();
    let key = history.newest();
    let wrapped = |packed: &[u8]| pack::wrap(&subject(), packed, key, &[6; 32]).unwrap();
    let why = |packed: &[u8]| history.read(&wrapped(packed)).unwrap_err();
    let zstd = |plain: &[u8]| zstd::bulk::compress(plain, 3).unwrap();

    // A bomb: 64 MiB and 4 GiB of zeros in a few kilobytes.
    let bomb = zstd(&vec![0; 2 * MAX_PACK]);
    assert!(bomb.len() < 8_192, "{}", bomb.len());
    assert_eq!(why(&bomb), PackError::TooLarge("bytes"));
    // Cut short, two frames, a frame that is skipped before or behind, and no frame at all.
    let small = zstd(&[0, 0]);
    assert!(history.read(&wrapped(&small)).is_ok(), "an empty pack");
    for cut in 0..small.len() {
        assert_eq!(why(&small[..cut]), PackError::Compression, "{cut}");
    }
    let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 9][..]].concat();
    for packed in [
        [&small[..], &small].concat(),
        [&small[..], &skipped].concat(),
        [&skipped[..], &small].concat(),
        b"nonsense".to_vec(),
    ] {
        assert_eq!(why(&packed), PackError::Compression);
    }
    // Inside: behind the end, too long numbers, more than there is.
    let form = |plain: &[u8]| matches!(why(&zstd(plain)), PackError::Form(_));
    assert!(form(&[0, 0, 0]));
    assert!(form(&[0x80, 0, 0]));
    assert!(form(&[0]));
    assert!(form(&[1, 0, 0]), "a log without a header");
    assert!(form(&[0, 1, 0, 1, 1]), "a change of no log");
    assert!(form(&[0xff, 0xff, 0xff, 0xff, 0x0f]));
    // The front.
    assert_eq!(
        history.read(&good[..50]).unwrap_err(),
        PackError::Length(50)
    );
    assert_eq!(
        history.read(&vec![0; MAX_PACK + 1]).unwrap_err(),
        PackError::Length(MAX_PACK + 1)
    );
    assert_eq!(
        history.read(&good[..good.len() - 1]).unwrap_err(),
        PackError::Decrypt
    );
    let mut other = good.clone();
    other[1] = 9;
    assert_eq!(history.read(&other).unwrap_err(), PackError::Version(9));
    for (at, field) in [(2, "team"), (34, "document")] {
        let mut other = good.clone();
        other[at] ^= 1;
        assert_eq!(
            history.read(&other).unwrap_err(),
            PackError::Elsewhere,
            "{field}"
        );
    }
    let nobody = pack::read(&good, &subject(), &|_| None).unwrap_err();
    assert_eq!(nobody, PackError::NoKey(key.id()));
    let wrong = pack::read(&good, &subject(), &|_| Some(DocKey::new([9; 32]))).unwrap_err();
    assert_eq!(wrong, PackError::Decrypt);
    // Only the newest key: what was written under older ones cannot be checked.
    let newest = pack::read(&good, &subject(), &|id| {
        history.key(id).filter(|_| *id == key.id())
    });
    assert!(matches!(newest.unwrap_err(), PackError::NoKey(id) if id != key.id()));
}

#[test]
fn no_changed_byte_goes_unnoticed() {
    let history = History::seeded(3, 12);
    let good = history.pack();
    assert!(history.read(&good).is_ok());
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        assert!(history.read(&bad).is_err(), "byte {at}");
    }
}

/// What a long record costs, to read and not to assert: `GUILDHALL_PACKED` changes of three devices, 800 unless it says otherwise.
#[test]
fn figures_of_a_long_record() {
    let wanted = std::env::var("GUILDHALL_PACKED").ok();
    let wanted = wanted.and_then(|n| n.parse().ok()).unwrap_or(800);
    let history = History::seeded(11, wanted);
    let count = history.changes.len();
    let chunks: usize = history.changes.iter().map(|(_, c)| c.len()).sum();
    let envelopes: usize = history
        .logs
        .iter()
        .flat_map(|l| &l.envelopes)
        .map(|e| e.encode().len())
        .sum();
    let joined: Vec<u8> = history.chunks().concat();
    let squeezed = zstd::bulk::compress(&joined, 9).unwrap().len();
    let start = Instant::now();
    let bytes = history.pack();
    let wrote = start.elapsed();
    let start = Instant::now();
    let read = history.read(&bytes).unwrap();
    let pack = start.elapsed();
    assert_eq!(read.doc.heads(), history.whole.heads());
    let saved = history.whole.save();
    let start = Instant::now();
    Automerge::load(&saved).unwrap();
    let load = start.elapsed();
    let start = Instant::now();
    let mut plain = Doc::first(KIND);
    history.apply(&mut plain, 0, count);
    let gate = start.elapsed();
    println!(
        "{count} changes: {envelopes} bytes in envelopes, {chunks} in chunks, {squeezed} in chunks compressed, {} in a pack, {} in save(); \
         pack written in {wrote:?}, read in {pack:?} (the gate alone {gate:?}), save() loaded unchecked in {load:?}",
        bytes.len(),
        saved.len(),
    );
    assert!(bytes.len() * 4 < envelopes);
}
