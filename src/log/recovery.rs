//! The recovery key as people keep it: letters and digits on paper. Owns that form. The key outranks the owner's device, so it is shown once,
//! when a team is founded, and stands in no file.

use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

/// Without I, L, O and U, which are misread.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Bytes of the key and of its checksum.
const KEY: usize = 32;
const SUM: usize = 3;
/// 35 bytes are 56 letters, in groups of so many.
const GROUP: usize = 7;

fn checksum(key: &[u8; KEY]) -> [u8; SUM] {
    let mut sum = [0; SUM];
    sum.copy_from_slice(&blake3::derive_key("guildhall recovery key checksum", key)[..SUM]);
    sum
}

/// Eight groups of seven letters.
pub fn to_text(key: &SigningKey) -> Zeroizing<String> {
    let secret = Zeroizing::new(key.to_bytes());
    let bytes: Zeroizing<Vec<u8>> = Zeroizing::new([&secret[..], &checksum(&secret)].concat());
    let mut text = Zeroizing::new(String::with_capacity(64));
    let (mut bits, mut held, mut letters) = (0_u32, 0_u32, 0);
    for byte in bytes.iter() {
        bits = (bits << 8) | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            if letters > 0 && letters % GROUP == 0 {
                text.push('-');
            }
            text.push(char::from(LETTERS[(bits >> held) as usize & 31]));
            letters += 1;
        }
        bits &= (1 << held) - 1;
    }
    text
}

/// Reads what [`to_text`] wrote; spaces, hyphens and small letters do not matter, nor do letters that are misread (O for 0, I and L for 1).
/// `None` where a letter is wrong: the checksum tells.
pub fn from_text(text: &str) -> Option<SigningKey> {
    let mut bytes: Zeroizing<Vec<u8>> = Zeroizing::new(Vec::with_capacity(KEY + SUM));
    let (mut bits, mut held) = (0_u32, 0_u32);
    for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let c = match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let value = LETTERS.iter().position(|l| char::from(*l) == c)?;
        bits = (bits << 5) | value as u32;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    let (key, sum) = bytes.split_first_chunk::<KEY>()?;
    (held == 0 && *sum == checksum(key)).then(|| SigningKey::from_bytes(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_down_is_read_back() {
        for n in 0..50 {
            let key = SigningKey::from_bytes(&[n * 5; 32]);
            let text = to_text(&key);
            assert_eq!(text.split('-').count(), 8);
            assert_eq!(from_text(&text).unwrap().to_bytes(), key.to_bytes());
            let loose = text.to_lowercase().replace('-', " ").replace('0', "o");
            assert_eq!(from_text(&loose).unwrap().to_bytes(), key.to_bytes());
        }
    }

    #[test]
    fn a_wrong_letter_is_noticed() {
        let text = to_text(&SigningKey::from_bytes(&[77; 32]));
        for (at, c) in text.char_indices().filter(|(_, c)| *c != '-') {
            let other = if c == '7' { '8' } else { '7' };
            let mut wrong = text.to_string();
            wrong.replace_range(at..=at, &other.to_string());
            assert!(from_text(&wrong).is_none(), "{at}");
        }
        assert!(from_text("").is_none());
        assert!(from_text(&text[..text.len() - 1]).is_none());
    }
}
