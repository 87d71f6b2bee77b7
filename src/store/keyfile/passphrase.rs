//! A passphrase in memory.

use age::secrecy::SecretString;
use zeroize::Zeroizing;

/// Longest passphrase in bytes; a terminal's line holds no more than four times as much.
const LONGEST: usize = 1024;
/// Fewer characters than these are guessed too soon by whoever has the disk.
const SHORT: usize = 8;

/// A passphrase, wiped when dropped.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase")
    }
}

impl Passphrase {
    /// From what was typed; `None` for nothing at all, or more than a kibibyte.
    pub fn new(text: Zeroizing<String>) -> Option<Self> {
        (!text.is_empty() && text.len() <= LONGEST).then_some(Self(text))
    }

    /// Whether it is too short to set; a short one that was set is still taken.
    pub fn is_short(&self) -> bool {
        self.0.chars().count() < SHORT
    }

    /// Whether two are the same.
    pub fn is(&self, other: &Self) -> bool {
        *self.0 == *other.0
    }

    pub(super) fn for_age(&self) -> SecretString {
        SecretString::from(self.0.as_str().to_owned())
    }
}
