//! The forms of a key file: every flipped byte is noticed, hostile bytes never panic, hostile work is not done.

use super::*;
use proptest::prelude::*;

/// Little work, so that tests are quick; what is written for people is [`WORK`].
const LITTLE: u8 = 3;

fn some() -> Secrets {
    let mut bytes = [0; SECRETS];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = i as u8 + 1;
    }
    Secrets::from_bytes(&bytes)
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(Zeroizing::new(text.to_owned())).unwrap()
}

/// Bytes with a right checksum behind them.
fn summed(body: &[u8]) -> Vec<u8> {
    let mut bytes = body.to_vec();
    bytes.extend_from_slice(&checksum(body));
    bytes
}

fn fault(bytes: &[u8], passphrase: Option<&Passphrase>) -> KeyFault {
    Secrets::decode(bytes, passphrase, MOST_WORK).err().unwrap()
}

#[test]
fn both_forms_are_read_again() {
    let plain = some().encode(None).unwrap();
    assert_eq!(plain.len(), 16 + 1 + SECRETS + CHECKSUM);
    assert_eq!(&plain[..16], b"guildhall key 1\n");
    assert_eq!(protection(&plain), Ok(Protection::None));
    let right = passphrase("correct horse");
    let wrapped = some().encode(Some((&right, LITTLE))).unwrap();
    assert_eq!(protection(&wrapped), Ok(Protection::Passphrase));
    for bytes in [&plain, &wrapped] {
        let read = Secrets::decode(bytes, Some(&right), MOST_WORK).unwrap();
        assert_eq!(read.bytes(), some().bytes());
        assert_eq!(read.recipient(), some().recipient());
    }
    assert!(some().recipient().starts_with("age1"));
    assert_eq!(fault(&wrapped, None), KeyFault::PassphraseNeeded);
    let wrong = passphrase("correct horsf");
    assert_eq!(fault(&wrapped, Some(&wrong)), KeyFault::WrongPassphrase);
}

#[test]
fn nothing_of_the_secrets_stands_in_a_wrapped_file() {
    let wrapped = some().encode(Some((&passphrase("p"), LITTLE))).unwrap();
    for secret in some().bytes().chunks(8) {
        assert!(wrapped.windows(8).all(|w| w != secret));
    }
}

#[test]
fn a_file_of_the_first_form_is_read_and_has_the_same_identity_each_time() {
    let mut body = b"guildhall key 0\n\0".to_vec();
    body.extend_from_slice(&[7; 32]);
    body.extend_from_slice(&[8; 32]);
    let old = Secrets::decode(&summed(&body), None, MOST_WORK).unwrap();
    assert_eq!((old.root(), old.device().to_bytes()), (&[7; 32], [8; 32]));
    // A document key may have been wrapped to it: the derivation never changes.
    assert_eq!(
        old.recipient(),
        "age1ng7y53gvuw29xlrqt84aadgj540fhymyzu44w9tarnfy5t7pud3qzqd4hd"
    );
    let again = old.encode(None).unwrap();
    let again = Secrets::decode(&again, None, MOST_WORK).unwrap();
    assert_eq!(again.bytes(), old.bytes());
}

#[test]
fn every_changed_byte_and_every_missing_end_is_noticed() {
    let right = passphrase("p");
    let wrapped = some().encode(Some((&right, LITTLE))).unwrap();
    for good in [some().encode(None).unwrap(), wrapped] {
        for at in 0..good.len() {
            for flip in [1, 0x80] {
                let mut bad = good.clone();
                bad[at] ^= flip;
                assert_eq!(fault(&bad, Some(&right)), KeyFault::Damaged, "byte {at}");
            }
            assert_eq!(fault(&good[..at], Some(&right)), KeyFault::Damaged);
        }
        let longer = [&good[..], b"x"].concat();
        assert_eq!(fault(&longer, Some(&right)), KeyFault::Damaged);
    }
}

/// Behind a checksum that somebody set right it is age that notices, and it never opens to anything else.
#[test]
fn every_byte_changed_by_somebody_who_knows_the_checksum_is_noticed() {
    let right = passphrase("p");
    let good = some().encode(Some((&right, LITTLE))).unwrap();
    let body = &good[..good.len() - CHECKSUM];
    for at in 0..body.len() {
        let mut bad = body.to_vec();
        bad[at] ^= 1;
        let read = Secrets::decode(&summed(&bad), Some(&right), LITTLE + 1);
        assert!(read.is_err(), "byte {at}");
    }
}

#[test]
fn a_hostile_file_cannot_ask_for_much_work() {
    let right = passphrase("p");
    let body = some().encode(Some((&right, LITTLE))).unwrap();
    let body = String::from_utf8_lossy(&body[..body.len() - CHECKSUM]).into_owned();
    assert!(body.contains(&format!(" {LITTLE}\n")));
    // Twenty more is a day and 4 TiB: were it begun, this test would not end.
    for work in [u32::from(MOST_WORK) + 1, 38, 63, 64, 255] {
        let asks = file_that_asks_for(&work.to_string());
        assert_eq!(
            fault(&asks, Some(&right)),
            KeyFault::TooMuchWork(u8::try_from(work).unwrap())
        );
    }
    for nonsense in ["0", "-1", "256", "999999999999", "07", ""] {
        let asks = file_that_asks_for(nonsense);
        assert_eq!(fault(&asks, Some(&right)), KeyFault::Damaged, "{nonsense}");
    }
}

/// A whole key file but for the work that its header names.
fn file_that_asks_for(work: &str) -> Vec<u8> {
    let good = some().encode(Some((&passphrase("p"), LITTLE))).unwrap();
    let body = &good[..good.len() - CHECKSUM];
    let old = format!(" {LITTLE}\n");
    let at = body
        .windows(old.len())
        .position(|w| w == old.as_bytes())
        .unwrap();
    let mut bad = body[..=at].to_vec();
    bad.extend_from_slice(work.as_bytes());
    bad.extend_from_slice(&body[at + old.len() - 1..]);
    summed(&bad)
}

#[test]
fn a_file_for_another_kind_of_recipient_or_of_a_newer_form_is_told_apart() {
    let identity = age::x25519::Identity::generate();
    let mut body = b"guildhall key 1\n\x01".to_vec();
    let recipient = identity.to_public();
    let encryptor =
        Encryptor::with_recipients(std::iter::once(&recipient as &dyn Recipient)).unwrap();
    let mut writer = encryptor.wrap_output(&mut body).unwrap();
    writer.write_all(&[0; SECRETS]).unwrap();
    writer.finish().unwrap();
    let bytes = summed(&body);
    assert_eq!(fault(&bytes, Some(&passphrase("p"))), KeyFault::Damaged);
    let newer = summed(b"guildhall key 2\n\x07whatever it holds");
    assert_eq!(fault(&newer, None), KeyFault::Newer);
    // Too short or too long for its form.
    for len in [0, SECRETS - 1, SECRETS + 1, LONGEST * 2] {
        let mut body = b"guildhall key 1\n\0".to_vec();
        body.resize(17 + len, 0);
        assert_eq!(fault(&summed(&body), None), KeyFault::Damaged);
    }
    // An age file that holds more or less than the secrets.
    let right = passphrase("p");
    for len in [0, SECRETS - 1, SECRETS + 1] {
        let mut body = b"guildhall key 1\n\x01".to_vec();
        wrap(&vec![0; len], &right, LITTLE, &mut body).unwrap();
        assert_eq!(fault(&summed(&body), Some(&right)), KeyFault::Damaged);
    }
}

#[test]
fn passphrases_are_bounded_and_short_ones_known() {
    let new = |text: &str| Passphrase::new(Zeroizing::new(text.to_owned()));
    assert!(new("").is_none());
    assert!(new(&"x".repeat(1025)).is_none());
    assert!(new("seven77").unwrap().is_short());
    assert!(!new("zwölf ß").unwrap().is(&new("zwolf ß").unwrap()));
    assert!(!new("eight888").unwrap().is_short());
    assert_eq!(format!("{:?}", new("eight888").unwrap()), "Passphrase");
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        head in 0_usize..4,
    ) {
        let head: &[u8] = [
            &b""[..],
            b"guildhall key 0\n\0",
            b"guildhall key 1\n\0",
            b"guildhall key 1\n\x01age-encryption.org/v1\n-> scrypt ",
        ][head];
        try_any(&[head, &bytes].concat());
    }
}
