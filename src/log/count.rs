//! A device's signed count of what it has written. Owns its bytes and signature. Must not know who may hear of it.
//!
//! It names no document: whoever may hold all that the device wrote can say how much of it is lacking, and nobody learns more from it than
//! when the device wrote, and how much.

use super::ids::{DeviceId, TeamId};
use super::tags;
use ed25519_dalek::{Signature, Signer, SigningKey};

/// Bytes of a count without its signature.
const PLAIN: usize = 32 + 32 + 8 + 8 + 16;
/// Bytes of a signed count.
pub const COUNT_LEN: usize = PLAIN + 64;

/// How many envelopes a device has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Team.
    pub team: TeamId,
    /// Whose count it is.
    pub device: DeviceId,
    /// When it was made, milliseconds since 1970 UTC, by the device's clock.
    pub at_ms: u64,
    /// Envelopes in all documents but private ones and those about people who were erased.
    pub total: u64,
    /// Over the ids of who was erased, as far as the device knew: counts made by another record cannot be compared.
    pub erased: [u8; 16],
}

impl Count {
    fn plain(&self) -> [u8; PLAIN] {
        let mut out = [0; PLAIN];
        out[..32].copy_from_slice(&self.team.0);
        out[32..64].copy_from_slice(&self.device.0);
        out[64..72].copy_from_slice(&self.at_ms.to_be_bytes());
        out[72..80].copy_from_slice(&self.total.to_be_bytes());
        out[80..].copy_from_slice(&self.erased);
        out
    }

    /// The count, signed by its device.
    pub fn sign(&self, signer: &SigningKey) -> [u8; COUNT_LEN] {
        let plain = self.plain();
        let signature = signer.sign(&[tags::COUNT, &plain].concat());
        let mut out = [0; COUNT_LEN];
        out[..PLAIN].copy_from_slice(&plain);
        out[PLAIN..].copy_from_slice(&signature.to_bytes());
        out
    }

    /// What [`Count::sign`] made, where the device that it names signed it.
    pub fn open(bytes: &[u8]) -> Option<Self> {
        let (plain, signature) = bytes.split_first_chunk::<PLAIN>()?;
        let signature = Signature::from_bytes(signature.try_into().ok()?);
        let count = Self::read(plain);
        let key = super::signed::key_of(&count.device).ok()?;
        key.verify_strict(&[tags::COUNT, plain].concat(), &signature)
            .ok()?;
        Some(count)
    }

    fn read(plain: &[u8; PLAIN]) -> Self {
        let mut count = Self {
            team: TeamId([0; 32]),
            device: DeviceId([0; 32]),
            at_ms: 0,
            total: 0,
            erased: [0; 16],
        };
        count.team.0.copy_from_slice(&plain[..32]);
        count.device.0.copy_from_slice(&plain[32..64]);
        let number = |from: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&plain[from..from + 8]);
            u64::from_be_bytes(bytes)
        };
        (count.at_ms, count.total) = (number(64), number(72));
        count.erased.copy_from_slice(&plain[80..]);
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_opens_as_it_was_signed_and_in_no_other_form() {
        let signer = SigningKey::from_bytes(&[7; 32]);
        let count = Count {
            team: TeamId([1; 32]),
            device: DeviceId(signer.verifying_key().to_bytes()),
            at_ms: 1_700_000_000_123,
            total: u64::MAX - 5,
            erased: [9; 16],
        };
        let signed = count.sign(&signer);
        assert_eq!(Count::open(&signed), Some(count));
        for at in 0..COUNT_LEN {
            let mut other = signed;
            other[at] ^= 1;
            assert_eq!(Count::open(&other), None, "{at}");
        }
        assert_eq!(Count::open(&signed[1..]), None);
        assert_eq!(Count::open(&[&signed[..], &[0]].concat()), None);
        let stranger = SigningKey::from_bytes(&[8; 32]);
        assert_eq!(
            Count::open(&Count::open(&signed).unwrap().sign(&stranger)),
            None
        );
    }
}
