//! The pages of a team's file that SQLite refuses to read: the database as far as it is there, with what its log (`-wal`) holds, and the rows
//! that stand in the leaves of tables, each page read by itself. Owns the file format of SQLite as far as that takes
//! (<https://www.sqlite.org/fileformat2.html>). Must not know what a row means; nothing here is believed by whoever does.

use crate::store::error::{StoreError, io};
use crate::store::files::{TEAM_FILE, team_file};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// Bytes of a page: SQLite's default, which is never changed here.
const PAGE: usize = 4096;
/// A row has at most so many bytes: more than the largest pack.
const MOST: usize = 40 << 20;
/// No table here has more columns.
const COLUMNS: usize = 12;
/// First byte of a page that is a leaf of a table.
const LEAF: u8 = 0x0d;
/// Bytes before the pages in SQLite's log, and before each page in it.
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// A column of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing; also the column that stands for the number of the row.
    Null,
    /// A whole number.
    Int(i64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// What no table here holds that is read.
    Other,
}

/// The bytes of the file and of its log.
#[derive(PartialEq, Eq)]
pub struct Image {
    file: Vec<u8>,
    log: Vec<u8>,
}

/// One state of the file.
pub struct Pages<'a> {
    file: &'a [u8],
    newer: BTreeMap<u32, &'a [u8]>,
}

impl Image {
    /// Reads both. They are never written to.
    pub fn read(dir: &Path) -> Result<Self, StoreError> {
        let read = |path: &Path| match fs::read(path) {
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            other => other.map_err(io(format!("read {}", path.display()))),
        };
        Ok(Self {
            file: read(&team_file(dir))?,
            log: read(&dir.join(format!("{TEAM_FILE}-wal")))?,
        })
    }

    /// Bytes of both.
    pub fn bytes(&self) -> u64 {
        (self.file.len() + self.log.len()) as u64
    }

    /// The file with what its log holds, and where there is a log the file alone too: a page that was written again may have been whole
    /// before.
    pub fn states(&self) -> Vec<Pages<'_>> {
        let alone = Pages {
            file: &self.file,
            newer: BTreeMap::new(),
        };
        let (newer, _) = committed(&self.log);
        if newer.is_empty() {
            return vec![alone];
        }
        let with_log = Pages {
            file: &self.file,
            newer,
        };
        vec![with_log, alone]
    }

    /// How many pages the file should have by its own word, and how many of these are not there; `None` where it does not say.
    pub fn missing(&self) -> Option<(usize, usize)> {
        let (newer, size) = committed(&self.log);
        let first = newer.get(&1).copied().or(self.file.get(..PAGE))?;
        let stated = match size {
            Some(size) => size,
            // The number counts if it was written when the page was.
            None if first.starts_with(b"SQLite format 3\0") && first[24..28] == first[92..96] => {
                number(&first[28..32])
            }
            None => return None,
        };
        let there = (self.file.len() / PAGE) as u32;
        let beyond = newer.keys().filter(|n| **n > there && **n <= stated);
        let gone = stated.saturating_sub(there) as usize - beyond.count();
        Some((stated as usize, gone))
    }
}

/// Up to four bytes, big-endian.
fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |n, byte| n << 8 | u32::from(*byte))
}

/// The newest whole pages of committed transactions in the log, and how many pages the file had after the last one.
///
/// Each frame has a checksum that goes on from that of the frame before. SQLite ends at the first that is wrong; here the next is checked
/// from what that one should have been, so a damaged page costs itself. What no commit follows was never acknowledged and is left out.
fn committed(log: &[u8]) -> (BTreeMap<u32, &[u8]>, Option<u32>) {
    let (mut pages, mut size) = (BTreeMap::new(), None);
    let Some((header, frames)) = log.split_at_checked(LOG_HEADER) else {
        return (pages, size);
    };
    // The lowest bit of the magic number says in which order the bytes of a checksum are added up.
    let (big, salts) = (header[3] & 1 == 1, &header[16..24]);
    let mut before = (number(&header[24..28]), number(&header[28..32]));
    let mut open = Vec::new();
    for frame in frames.chunks_exact(FRAME_HEADER + PAGE) {
        let (head, page) = frame.split_at(FRAME_HEADER);
        let stated = (number(&head[16..20]), number(&head[20..24]));
        let sum = checksum(checksum(before, &head[..8], big), page, big);
        before = stated;
        if sum != stated || &head[8..16] != salts {
            continue;
        }
        open.push((number(&head[..4]), page));
        let after = number(&head[4..8]);
        if after > 0 {
            pages.extend(open.drain(..));
            size = Some(after);
        }
    }
    (pages, size)
}

fn checksum((mut a, mut b): (u32, u32), bytes: &[u8], big: bool) -> (u32, u32) {
    for eight in bytes.chunks_exact(8) {
        let word = |at: usize| {
            let word = [eight[at], eight[at + 1], eight[at + 2], eight[at + 3]];
            match big {
                true => u32::from_be_bytes(word),
                false => u32::from_le_bytes(word),
            }
        };
        a = a.wrapping_add(word(0)).wrapping_add(b);
        b = b.wrapping_add(word(4)).wrapping_add(a);
    }
    (a, b)
}

impl<'a> Pages<'a> {
    fn page(&self, number: u32) -> Option<&'a [u8]> {
        if let Some(page) = self.newer.get(&number) {
            return Some(page);
        }
        let at = (number as usize).checked_sub(1)?.checked_mul(PAGE)?;
        self.file.get(at..at.checked_add(PAGE)?)
    }

    /// Gives every row of every leaf of a table, with its number.
    pub fn rows(&self, each: &mut dyn FnMut(i64, &[Value])) {
        let in_file = (self.file.len() / PAGE) as u32;
        let last = self.newer.keys().next_back().copied().unwrap_or(0);
        for number in 1..=in_file.max(last) {
            let Some(page) = self.page(number) else {
                continue;
            };
            // The first page begins with the header of the file.
            let start = if number == 1 { 100 } else { 0 };
            if page[start] != LEAF {
                continue;
            }
            let cells = usize::from(u16::from_be_bytes([page[start + 3], page[start + 4]]));
            let pointers = page[start + 8..].chunks_exact(2).take(cells);
            for pointer in pointers {
                let at = usize::from(u16::from_be_bytes([pointer[0], pointer[1]]));
                let row = page.get(at..).and_then(|cell| self.row(cell));
                if let Some((number, values)) = row {
                    each(number, &values);
                }
            }
        }
    }

    /// A cell: length of the row, its number, its beginning, and the page on which it goes on.
    fn row(&self, cell: &[u8]) -> Option<(i64, Vec<Value>)> {
        let (length, cell) = varint(cell)?;
        let (row, cell) = varint(cell)?;
        let length = usize::try_from(length).ok().filter(|n| *n <= MOST)?;
        let (most, least) = (PAGE - 35, (PAGE - 12) * 32 / 255 - 23);
        let here = match length <= most {
            true => length,
            false => Some(least + (length - least) % (PAGE - 4))
                .filter(|n| *n <= most)
                .unwrap_or(least),
        };
        let (part, rest) = cell.split_at_checked(here)?;
        if here == length {
            return Some((row, record(part)?));
        }
        let mut whole = part.to_vec();
        let mut next = number(rest.get(..4)?);
        while whole.len() < length {
            let page = self.page(next)?;
            next = number(&page[..4]);
            let part = (length - whole.len()).min(PAGE - 4);
            whole.extend_from_slice(&page[4..4 + part]);
        }
        Some((row, record(&whole)?))
    }
}

/// SQLite's numbers of one to nine bytes.
fn varint(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let mut value: u64 = 0;
    for at in 0..9 {
        let byte = *bytes.get(at)?;
        if at == 8 {
            value = value << 8 | u64::from(byte);
        } else {
            value = value << 7 | u64::from(byte & 0x7f);
            if byte & 0x80 != 0 {
                continue;
            }
        }
        return Some((value as i64, &bytes[at + 1..]));
    }
    None
}

/// A row: the types of its columns, then their contents.
fn record(bytes: &[u8]) -> Option<Vec<Value>> {
    let (length, types) = varint(bytes)?;
    let length = usize::try_from(length).ok()?;
    let mut contents = bytes.get(length..)?;
    let mut types = types.get(..length.checked_sub(bytes.len() - types.len())?)?;
    let mut values = Vec::new();
    while !types.is_empty() {
        let (kind, rest) = varint(types)?;
        types = rest;
        let size = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind as usize,
            5 => 6,
            6 | 7 => 8,
            12.. => usize::try_from((kind - 12) / 2).ok()?,
            _ => return None,
        };
        let (part, rest) = contents.split_at_checked(size)?;
        contents = rest;
        values.push(match kind {
            0 => Value::Null,
            8 | 9 => Value::Int(kind - 8),
            1..=6 => Value::Int(signed(part)),
            12.. if kind % 2 == 0 => Value::Bytes(part.to_vec()),
            _ => Value::Other,
        });
        if values.len() > COLUMNS {
            return None;
        }
    }
    Some(values)
}

/// A whole number of up to eight bytes.
fn signed(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|b| b & 0x80 != 0);
    let start = if negative { -1 } else { 0 };
    bytes
        .iter()
        .fold(start, |n, byte| n << 8 | i64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rusqlite::Connection;

    /// A file with rows of every length round the places where a row is split, and numbers of every size.
    fn file(dir: &Path) -> Vec<(i64, Vec<Value>)> {
        let db = Connection::open(team_file(dir)).unwrap();
        db.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (n INTEGER PRIMARY KEY, a, b)")
            .unwrap();
        let mut rows = Vec::new();
        for (n, length) in (1..).zip([0, 1, 480, 489, 4000, 4050, 4060, 4070, 4581, 9000, 70_000]) {
            let number = [0, 1, -1, 127, -129, 1 << 20, 1 << 30, -(1 << 40), i64::MIN][n % 9];
            let bytes = vec![n as u8; length];
            db.execute(
                "INSERT INTO t VALUES (?1, ?2, ?3)",
                rusqlite::params![n as i64 * 1000, number, bytes],
            )
            .unwrap();
            let values = vec![Value::Null, Value::Int(number), Value::Bytes(bytes)];
            rows.push((n as i64 * 1000, values));
        }
        // Left open, as a kill leaves it: the rows stand in the log alone.
        std::mem::forget(db);
        rows
    }

    fn read(pages: &Pages<'_>) -> Vec<(i64, Vec<Value>)> {
        let mut rows = Vec::new();
        pages.rows(&mut |n, values| {
            // The table's own description stands in a table as well.
            if values.len() == 3 {
                rows.push((n, values.to_vec()));
            }
        });
        rows.sort_by_key(|row| row.0);
        rows
    }

    #[test]
    fn rows_are_read_as_sqlite_wrote_them_from_the_log_and_from_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let rows = file(dir.path());
        let image = Image::read(dir.path()).unwrap();
        assert!(image.log.len() > 20 * PAGE);
        assert_eq!(read(&image.states()[0]), rows);
        assert_eq!(image.missing().unwrap().1, 0);
        // Taken over into the file.
        drop(Connection::open(team_file(dir.path())).map(|db| {
            db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
                .unwrap();
        }));
        let mut image = Image::read(dir.path()).unwrap();
        assert!(image.log.is_empty());
        assert_eq!(read(&image.states()[0]), rows);
        let stated = image.file.len() / PAGE;
        assert_eq!(image.missing(), Some((stated, 0)));
        image.file.truncate((stated - 3) * PAGE - 1);
        assert_eq!(image.missing(), Some((stated, 4)));
    }

    #[test]
    fn a_damaged_page_of_the_log_costs_itself_alone() {
        let dir = tempfile::tempdir().unwrap();
        let rows = file(dir.path());
        let image = Image::read(dir.path()).unwrap();
        let frame = FRAME_HEADER + PAGE;
        let frames = (image.log.len() - LOG_HEADER) / frame;
        for n in 0..frames {
            let mut bad = Image {
                file: image.file.clone(),
                log: image.log.clone(),
            };
            bad.log[LOG_HEADER + n * frame + FRAME_HEADER + 9] ^= 1;
            let (good, _) = committed(&bad.log);
            let (all, _) = committed(&image.log);
            // Without its end the last transaction is not known to have been one.
            let end = n + 1 == frames;
            assert!(end || good.len() + 1 >= all.len(), "frame {n}");
            let found = read(&bad.states()[0]);
            assert!(found.iter().all(|row| rows.contains(row)), "frame {n}");
        }
        // What was never committed is not there.
        let last = image.log.len() - frame;
        assert!(committed(&image.log[..last]).1.is_some());
        let (cut, _) = committed(&image.log[..last]);
        assert!(cut.len() < committed(&image.log).0.len());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(
            seed in any::<u64>(),
            length in 0_usize..5 * PAGE,
            log in proptest::collection::vec(any::<u8>(), 0..3000),
        ) {
            let mut file = vec![0; length];
            let mut at = seed;
            for byte in &mut file {
                at = at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
                *byte = (at >> 56) as u8;
            }
            for page in file.chunks_mut(PAGE) {
                page[0] = LEAF;
            }
            let image = Image { file, log };
            image.missing();
            for pages in image.states() {
                pages.rows(&mut |_, _| {});
            }
        }
    }
}
