//! Bech32 as age writes its secret keys: the one way to hand age an identity made from given bytes.

use zeroize::{Zeroize, Zeroizing};

const LETTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// The words before the key, in capitals as age writes them.
const PREFIX: &str = "AGE-SECRET-KEY-";

/// `AGE-SECRET-KEY-1…`, 74 characters.
pub fn age_secret(key: &[u8; 32]) -> Zeroizing<String> {
    // Five bits each: 51 of them and one bit that is left, then six of checksum.
    let mut fives = Zeroizing::new([0_u8; 52 + 6]);
    for bit in 0..256 {
        let set = key[bit / 8] >> (7 - bit % 8) & 1;
        fives[bit / 5] |= set << (4 - bit % 5);
    }
    let mut state = 1_u32;
    let prefix = PREFIX.bytes().map(|b| b.to_ascii_lowercase());
    for b in prefix.clone() {
        step(&mut state, b >> 5);
    }
    step(&mut state, 0);
    for b in prefix {
        step(&mut state, b & 31);
    }
    // The six places of the checksum are still zeros, as the rule wants.
    for five in &*fives {
        step(&mut state, *five);
    }
    state ^= 1;
    for i in 0..6 {
        fives[52 + i] = (state >> (5 * (5 - i)) & 31) as u8;
    }
    state.zeroize();
    let mut out = Zeroizing::new(String::with_capacity(PREFIX.len() + 1 + fives.len()));
    out.push_str(PREFIX);
    out.push('1');
    for five in &*fives {
        out.push(char::from(LETTERS[usize::from(*five)].to_ascii_uppercase()));
    }
    out
}

fn step(state: &mut u32, value: u8) {
    const GENERATOR: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    let top = *state >> 25;
    *state = (*state & 0x01ff_ffff) << 5 ^ u32::from(value);
    for (i, g) in GENERATOR.iter().enumerate() {
        if top >> i & 1 == 1 {
            *state ^= g;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use age::secrecy::ExposeSecret;

    #[test]
    fn age_reads_what_is_written_and_writes_the_same() {
        let mut key = [0_u8; 32];
        for round in 0..200_u32 {
            key.copy_from_slice(blake3::hash(&round.to_be_bytes()).as_bytes());
            let text = age_secret(&key);
            let identity: age::x25519::Identity = text.parse().unwrap();
            assert_eq!(identity.to_string().expose_secret(), text.as_str());
        }
    }
}
