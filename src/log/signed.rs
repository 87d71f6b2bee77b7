//! A signed header without its body: what is kept of an envelope whose body a pack replaces. Whoever holds it can still check who signed
//! it and what it says of the log.

use super::envelope::{Envelope, EnvelopeError, HEADER_LEN, Header, SIGNATURE_LEN};
use super::{DeviceId, tags};
use ed25519_dalek::{Signature, VerifyingKey};
use std::cell::Cell;

/// Bytes of a signed header.
pub const SIGNED_LEN: usize = HEADER_LEN + SIGNATURE_LEN;

thread_local! {
    /// The key that was read last: a log is of one device, and reading a key is a tenth of checking a signature.
    static LAST: Cell<Option<VerifyingKey>> = const { Cell::new(None) };
}

/// The key of a device.
pub(super) fn key_of(device: &DeviceId) -> Result<VerifyingKey, EnvelopeError> {
    if let Some(last) = LAST.get().filter(|key| *key.as_bytes() == device.0) {
        return Ok(last);
    }
    let key = VerifyingKey::from_bytes(&device.0).map_err(|_| EnvelopeError::Device)?;
    LAST.set(Some(key));
    Ok(key)
}

/// A header and the signature of its device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHeader {
    /// The header.
    pub header: Header,
    /// The signature over tag and header.
    pub signature: [u8; SIGNATURE_LEN],
}

impl From<&Envelope> for SignedHeader {
    fn from(envelope: &Envelope) -> Self {
        Self {
            header: envelope.header.clone(),
            signature: envelope.signature,
        }
    }
}

impl SignedHeader {
    /// Header, signature.
    pub fn encode(&self) -> [u8; SIGNED_LEN] {
        let mut out = [0; SIGNED_LEN];
        out[..HEADER_LEN].copy_from_slice(&self.header.encode());
        out[HEADER_LEN..].copy_from_slice(&self.signature);
        out
    }

    /// Reads one without judging it.
    pub fn decode(bytes: &[u8; SIGNED_LEN]) -> Result<Self, EnvelopeError> {
        let length = EnvelopeError::Length(SIGNED_LEN);
        let (header, signature) = bytes.split_first_chunk::<HEADER_LEN>().ok_or(length)?;
        Ok(Self {
            header: Header::decode(header)?,
            signature: signature.try_into().map_err(|_| length)?,
        })
    }

    /// Checks that the device signed.
    pub fn verify(&self) -> Result<(), EnvelopeError> {
        let key = key_of(&self.header.log.device)?;
        let signed = [tags::ENVELOPE, &self.header.encode()].concat();
        key.verify_strict(&signed, &Signature::from_bytes(&self.signature))
            .map_err(|_| EnvelopeError::Signature)
    }
}
