use super::*;
use crate::log::seal::{DocKey, open, seal};
use proptest::prelude::*;

fn header() -> Header {
    Header {
        team: TeamId([1; 32]),
        log: LogId {
            doc: DocId([2; 32]),
            device: DeviceId(signer().verifying_key().to_bytes()),
            epoch: Epoch(0x0102_0304_0506_0708),
        },
        seq: 9,
        prev: [3; 32],
        authority: Position {
            len: 7,
            hash: [4; 32],
        },
        kind: BodyKind::Changes,
        step: 3,
        time_ms: 0x0a0b,
        key: KeyId([5; 32]),
        nonce: [6; 24],
        sum: [7; 32],
        body_hash: [8; 32],
    }
}

fn signer() -> SigningKey {
    SigningKey::from_bytes(&[42; 32])
}

fn sealed() -> (Envelope, DocKey) {
    let key = DocKey::new([9; 32]);
    let chunks: [&[u8]; 2] = [b"one", b"another"];
    let envelope = seal(header(), &chunks, &key, &[0; 32], &signer()).unwrap();
    (envelope, key)
}

#[test]
fn a_header_has_its_documented_offsets() {
    let bytes = header().encode();
    assert_eq!(bytes[..2], [0, 1]);
    assert_eq!(bytes[2..34], [1; 32]);
    assert_eq!(bytes[34..66], [2; 32]);
    assert_eq!(bytes[98..106], [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(bytes[106..114], 9_u64.to_be_bytes());
    assert_eq!(bytes[114..146], [3; 32]);
    assert_eq!(bytes[146..154], 7_u64.to_be_bytes());
    assert_eq!(bytes[154..186], [4; 32]);
    assert_eq!(bytes[186], 1);
    assert_eq!(bytes[187], 3);
    assert_eq!(bytes[188..196], [0, 0, 0, 0, 0, 0, 0x0a, 0x0b]);
    assert_eq!(bytes[196..228], [5; 32]);
    assert_eq!(bytes[228..252], [6; 24]);
    assert_eq!(bytes[252..284], [7; 32]);
    assert_eq!(bytes[284..], [8; 32]);
    assert_eq!(Header::decode(&bytes).unwrap(), header());
}

#[test]
fn what_a_kind_of_body_does_not_use_is_empty() {
    let mut h = header();
    h.step = 0;
    assert_eq!(Header::decode(&h.encode()), Err(EnvelopeError::Step));
    h.kind = BodyKind::Grant;
    assert_eq!(Header::decode(&h.encode()), Err(EnvelopeError::Spare));
    h.nonce = [0; 24];
    assert_eq!(Header::decode(&h.encode()), Ok(h.clone()));
    h.step = 1;
    assert_eq!(Header::decode(&h.encode()), Err(EnvelopeError::Spare));
    h.step = 0;
    h.kind = BodyKind::Statement;
    assert_eq!(Header::decode(&h.encode()), Err(EnvelopeError::Spare));
    h.key = KeyId([0; 32]);
    assert_eq!(Header::decode(&h.encode()), Err(EnvelopeError::Spare));
    h.sum = [0; 32];
    assert_eq!(Header::decode(&h.encode()), Ok(h));
}

#[test]
fn what_is_sealed_opens_with_its_key_alone() {
    let (envelope, key) = sealed();
    let read = Envelope::decode(&envelope.encode()).unwrap();
    read.verify().unwrap();
    assert_eq!(open(&read, &key).unwrap(), [&b"one"[..], b"another"]);
    assert!(open(&read, &DocKey::new([10; 32])).is_err());
}

#[test]
fn one_plaintext_twice_under_other_randomness_repeats_no_nonce() {
    let key = DocKey::new([9; 32]);
    let a = seal(header(), &[b"x"], &key, &[0; 32], &signer()).unwrap();
    let b = seal(header(), &[b"x"], &key, &[1; 32], &signer()).unwrap();
    let clone = seal(header(), &[b"y"], &key, &[0; 32], &signer()).unwrap();
    assert_ne!(a.header.nonce, b.header.nonce);
    assert_ne!(a.header.nonce, clone.header.nonce);
}

/// What two undetected clones with one random state may differ in, whatever they write.
#[test]
fn one_plaintext_and_randomness_under_another_header_repeat_no_nonce() {
    let changes: [fn(&mut Header); 11] = [
        |h| h.team.0[0] ^= 1,
        |h| h.log.doc.0[0] ^= 1,
        |h| h.log.device.0[0] ^= 1,
        |h| h.log.epoch.0 ^= 1,
        |h| h.seq += 1,
        |h| h.prev[0] ^= 1,
        |h| h.authority.len += 1,
        |h| h.authority.hash[0] ^= 1,
        |h| h.step += 1,
        |h| h.time_ms += 1,
        |h| h.sum[0] ^= 1,
    ];
    let nonce = |header: Header, key: u8| {
        let key = DocKey::new([key; 32]);
        seal(header, &[b"x"], &key, &[0; 32], &signer())
            .unwrap()
            .header
            .nonce
    };
    let mut seen = std::collections::BTreeSet::from([nonce(header(), 9), nonce(header(), 10)]);
    assert_eq!(seen.len(), 2);
    for (at, change) in changes.iter().enumerate() {
        let mut other = header();
        change(&mut other);
        assert!(seen.insert(nonce(other, 9)), "change {at}");
    }
    // What is filled in here has no say.
    let mut filled = header();
    filled.nonce = [0; 24];
    filled.body_hash = [0; 32];
    assert!(!seen.insert(nonce(filled, 9)));
}

#[test]
fn every_changed_byte_is_noticed() {
    let (envelope, key) = sealed();
    let good = envelope.encode();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        let noticed = match Envelope::decode(&bad) {
            Err(_) => true,
            Ok(read) => read.verify().is_err() || open(&read, &key).is_err(),
        };
        assert!(noticed, "byte {at}");
    }
}

#[test]
fn a_body_moved_under_another_header_does_not_open() {
    let (envelope, key) = sealed();
    let mut header = envelope.header.clone();
    header.seq += 1;
    let forged = Envelope::sign(header, envelope.body, &signer());
    forged.verify().unwrap();
    assert!(open(&forged, &key).is_err());
}

#[test]
fn a_newer_format_is_named() {
    let mut bytes = header().encode();
    bytes[1] = 9;
    assert_eq!(Header::decode(&bytes), Err(EnvelopeError::Version(9)));
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..900), version in any::<bool>()) {
        let mut bytes = bytes;
        if version && bytes.len() > 187 {
            bytes[..2].fill(0);
            bytes[186] = 1;
        }
        if let Ok(read) = Envelope::decode(&bytes) {
            prop_assert!(read.verify().is_err());
            prop_assert!(open(&read, &DocKey::new([0; 32])).is_err());
            prop_assert_eq!(read.encode(), bytes);
        }
    }
}
