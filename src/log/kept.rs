//! An envelope as a reader keeps it: whole, or its signed header with the change standing in a pack. Owns what both have in common. Must
//! not know how packs are read or kept.

use super::envelope::{Envelope, Header};
use super::signed::SignedHeader;

/// An envelope as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// As it came.
    Whole(Envelope),
    /// Its header alone.
    Packed {
        /// The header, whose signature was checked.
        signed: SignedHeader,
        /// The plain change that a pack holds in its place. Whether it is the one signed for is seen from the header's sum, as always.
        chunk: Vec<u8>,
    },
}

/// What is known of an envelope's contents.
#[derive(Clone, Copy, Debug)]
pub enum Contents<'a> {
    /// All of it, encrypted.
    Whole(&'a Envelope),
    /// The plain change.
    Packed(&'a [u8]),
}

/// What can be judged as an envelope.
pub trait Held {
    /// Its header.
    fn header(&self) -> &Header;
    /// Its contents.
    fn contents(&self) -> Contents<'_>;
}

impl Held for Envelope {
    fn header(&self) -> &Header {
        &self.header
    }

    fn contents(&self) -> Contents<'_> {
        Contents::Whole(self)
    }
}

impl Held for Kept {
    fn header(&self) -> &Header {
        match self {
            Self::Whole(envelope) => &envelope.header,
            Self::Packed { signed, .. } => &signed.header,
        }
    }

    fn contents(&self) -> Contents<'_> {
        match self {
            Self::Whole(envelope) => Contents::Whole(envelope),
            Self::Packed { chunk, .. } => Contents::Packed(chunk),
        }
    }
}

impl Kept {
    /// The envelope, where it is whole.
    pub fn whole(&self) -> Option<&Envelope> {
        match self {
            Self::Whole(envelope) => Some(envelope),
            Self::Packed { .. } => None,
        }
    }

    /// The header with its signature.
    pub fn signed(&self) -> SignedHeader {
        match self {
            Self::Whole(envelope) => envelope.into(),
            Self::Packed { signed, .. } => signed.clone(),
        }
    }
}
