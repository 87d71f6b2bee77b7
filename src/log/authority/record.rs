//! The record of rights as two machines compare it: which entries and statements are known, by short names, and what somebody lacks. Owns
//! the names and the digest over them. Must not know how they travel.

use super::Authority;
use std::collections::HashSet;

/// The first half of a hash: enough to tell entries and statements apart, since whoever made two that agree in it would only keep one of
/// their own from travelling.
pub type Short = [u8; 16];

/// Shortens a hash.
pub fn short(hash: &[u8; 32]) -> Short {
    let mut out = [0; 16];
    out.copy_from_slice(&hash[..16]);
    out
}

impl Authority {
    /// A hash over everything that is known of the record: equal where the same is known, in whatever order it came.
    pub fn digest(&self) -> [u8; 32] {
        let mut all: Vec<&[u8; 32]> = self.known.keys().collect();
        all.extend(self.statements.iter().map(|s| &s.hash));
        all.sort_unstable();
        let mut hasher = blake3::Hasher::new_derive_key("guildhall record digest");
        for hash in all {
            hasher.update(hash);
        }
        *hasher.finalize().as_bytes()
    }

    /// Short names of all entries and statements that are known.
    pub fn names(&self) -> Vec<Short> {
        let entries = self.known.keys();
        let statements = self.statements.iter().map(|s| &s.hash);
        entries.chain(statements).map(short).collect()
    }

    /// The encoded entries that somebody lacks who has what these names name, each behind the one that it follows.
    pub fn entries_beyond(&self, had: &HashSet<Short>) -> Vec<&[u8]> {
        let lacking = |bytes: &&[u8]| !had.contains(&short(blake3::hash(bytes).as_bytes()));
        self.entries().into_iter().filter(lacking).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::grown;
    use super::*;

    #[test]
    fn what_somebody_lacks_is_what_they_do_not_name() {
        let authority = grown();
        let all = authority.entries();
        assert!(all.len() > 2);
        let nothing = HashSet::new();
        assert_eq!(authority.entries_beyond(&nothing), all);
        let everything: HashSet<Short> = authority.names().into_iter().collect();
        assert_eq!(everything.len(), all.len());
        assert!(authority.entries_beyond(&everything).is_empty());
        let mut but_one = everything;
        but_one.remove(&short(blake3::hash(all[1]).as_bytes()));
        assert_eq!(authority.entries_beyond(&but_one), vec![all[1]]);
    }

    #[test]
    fn the_digest_depends_on_what_is_known_and_not_on_its_order() {
        let authority = grown();
        let entries: Vec<Vec<u8>> = authority.entries().iter().map(|e| e.to_vec()).collect();
        let same = Authority::read(entries.clone()).unwrap();
        assert_eq!(authority.digest(), same.digest());
        let fewer = Authority::read(entries[..entries.len() - 1].to_vec()).unwrap();
        assert_ne!(authority.digest(), fewer.digest());
    }
}
