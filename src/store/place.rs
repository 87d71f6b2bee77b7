//! The file `place` in a data folder: what the database says of itself, a second time and outside of it, so that a database that was put
//! back is noticed. Owns its bytes. Must not know: what follows from a difference; that is `guard`'s.
//!
//! Two records of 128 bytes each: magic (16), token (32), number of commits (8, big-endian), head (32), checksum (8), zeros (32). They are
//! written in turn, the one for commit *n* at place *n* mod 2, each in one write and never synced: a write that is torn or lost leaves the
//! other record, so what can happen to the file in a crash is that it **lags**, by what the system had not written out. It is never ahead
//! of the database, since it is written after the commit is on the disk.

use super::error::{StoreError, io};
use super::files;
use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// First bytes of each record; the number is the version of their form.
const MAGIC: &[u8; 16] = b"guildhall place1";
/// Bytes of a record.
const RECORD: usize = 128;
/// Bytes of a record that its checksum covers.
const COVERED: usize = 16 + 32 + 8 + 32;

/// Where the database stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Random, new in each era; stands in the database as well.
    pub token: [u8; 32],
    /// Commits of this folder that appended to a log.
    pub commits: u64,
    /// Tells two states with as many commits apart.
    pub head: [u8; 32],
}

/// What the file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It is not there.
    Missing,
    /// It makes no sense.
    Damaged,
    /// Its newest record.
    Says(Record),
}

/// The file in a data folder.
pub fn place_file(dir: &Path) -> PathBuf {
    dir.join("place")
}

impl Record {
    fn encode(&self) -> [u8; RECORD] {
        let mut out = [0; RECORD];
        out[..16].copy_from_slice(MAGIC);
        out[16..48].copy_from_slice(&self.token);
        out[48..56].copy_from_slice(&self.commits.to_be_bytes());
        out[56..COVERED].copy_from_slice(&self.head);
        let sum = checksum(&out[..COVERED]);
        out[COVERED..COVERED + 8].copy_from_slice(&sum);
        out
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (magic, rest) = bytes.split_first_chunk::<16>()?;
        let (token, rest) = rest.split_first_chunk::<32>()?;
        let (commits, rest) = rest.split_first_chunk::<8>()?;
        let (head, _) = rest.split_first_chunk::<32>()?;
        let record = Self {
            token: *token,
            commits: u64::from_be_bytes(*commits),
            head: *head,
        };
        (magic == MAGIC && bytes == record.encode()).then_some(record)
    }
}

/// Reads the file. Whatever it holds is no error.
pub fn read(dir: &Path) -> Place {
    let mut bytes = Vec::with_capacity(2 * RECORD + 1);
    let read = fs::File::open(place_file(dir))
        .and_then(|file| file.take(2 * RECORD as u64 + 1).read_to_end(&mut bytes));
    match read {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Place::Missing,
        Err(_) => Place::Damaged,
        Ok(_) => decode(&bytes),
    }
}

/// What the bytes of the file say.
pub fn decode(bytes: &[u8]) -> Place {
    if bytes.len() != 2 * RECORD {
        return Place::Damaged;
    }
    bytes
        .chunks(RECORD)
        .filter_map(Record::decode)
        .max_by_key(|record| record.commits)
        .map_or(Place::Damaged, Place::Says)
}

/// Makes the file anew, for a new era: both records, synced, and put in place whole.
pub fn replace(dir: &Path, record: &Record) -> Result<(), StoreError> {
    let path = place_file(dir);
    let new = dir.join("place.new");
    // Left over from one that was interrupted; whoever begins an era holds the lock of the database.
    match fs::remove_file(&new) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            return Err(io(format!("remove {}", new.display()))(e));
        }
        _ => {}
    }
    files::create_private(&new, &[record.encode(), record.encode()].concat())?;
    fs::rename(&new, &path).map_err(io(format!("write {}", path.display())))?;
    files::sync_parent(&path)
}

/// Brings the file up to a commit that is on the disk.
pub fn bring_up(dir: &Path, record: &Record) -> Result<(), StoreError> {
    let path = place_file(dir);
    let write = || -> std::io::Result<()> {
        let mut file = fs::OpenOptions::new().write(true).open(&path)?;
        file.seek(SeekFrom::Start((record.commits % 2) * RECORD as u64))?;
        file.write_all(&record.encode())
    };
    write().map_err(io(format!("write {}", path.display())))
}

/// Tells a damaged record from a good one; it protects nothing.
fn checksum(bytes: &[u8]) -> [u8; 8] {
    let mut sum = [0; 8];
    sum.copy_from_slice(&blake3::derive_key("guildhall place checksum", bytes)[..8]);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(commits: u64) -> Record {
        Record {
            token: [7; 32],
            commits,
            head: [commits as u8; 32],
        }
    }

    #[test]
    fn the_newest_whole_record_counts_and_a_torn_one_leaves_the_other() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path()), Place::Missing);
        replace(dir.path(), &record(4)).unwrap();
        for n in 5..12 {
            bring_up(dir.path(), &record(n)).unwrap();
            assert_eq!(read(dir.path()), Place::Says(record(n)));
            let whole = fs::read(place_file(dir.path())).unwrap();
            let mut torn = whole.clone();
            let at = (n % 2) as usize * RECORD;
            torn[at + 40..at + RECORD].fill(0);
            assert_eq!(decode(&torn), Place::Says(record(n - 1)));
        }
    }

    #[test]
    fn every_changed_byte_of_a_record_is_noticed() {
        let good = record(9).encode();
        for at in 0..RECORD {
            let mut bad = good;
            bad[at] ^= 1;
            assert_eq!(Record::decode(&bad), None, "byte {at}");
        }
        assert_eq!(decode(&[0; 2 * RECORD]), Place::Damaged);
        assert_eq!(decode(&good), Place::Damaged);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(decode(&bytes), Place::Damaged);
        }
    }
}
