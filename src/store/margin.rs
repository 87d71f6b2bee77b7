//! Room on the disk for the file that programs share (`-shm`), which SQLite writes through memory: where a block of it is missing and the
//! disk is full, the system ends the program. SQLite makes sure of one byte in each 4 KiB, which is enough wherever a block is as large;
//! where blocks are smaller all of them are asked for here. Must not know what the file holds.

use super::error::StoreError;
use std::path::Path;

/// What SQLite asks the file system for at a time.
#[cfg(target_os = "linux")]
const SURE: u64 = 4096;
/// So many bytes of the shared file are kept: enough for a log of 128 MiB, more than one step writes.
#[cfg(target_os = "linux")]
const KEPT: u64 = 256 << 10;
/// Besides these, so many have to be free before SQLite makes the shared file: between the two it may touch what it has just made.
#[cfg(target_os = "linux")]
const MARGIN: u64 = 64 << 10;

/// Whether the shared file may be made, or used, beside this file. Where it may not, a program can have the team for itself alone.
#[cfg(target_os = "linux")]
pub fn to_share(file: &Path) -> bool {
    let found = file.parent().and_then(|dir| rustix::fs::statvfs(dir).ok());
    found.is_none_or(|s| {
        s.f_frsize >= SURE || s.f_bavail.saturating_mul(s.f_frsize) >= KEPT + MARGIN
    })
}

/// Asks for all blocks of the shared file that lies beside this one, for as long as it is there.
///
/// The file stays open as long as the program runs: by the rules of POSIX, closing it would let go of all locks that SQLite holds on it.
///
/// # Errors
/// [`StoreError::Full`] where there is no room for them.
#[cfg(target_os = "linux")]
pub fn keep_shared(file: &Path) -> Result<(), StoreError> {
    use rustix::fs::{FallocateFlags, fallocate, statvfs};
    use std::collections::HashMap;
    use std::os::unix::fs::MetadataExt;
    use std::sync::{LazyLock, Mutex, PoisonError};
    static OPEN: LazyLock<Mutex<HashMap<(u64, u64), std::fs::File>>> =
        LazyLock::new(Mutex::default);

    let large = |dir: &Path| statvfs(dir).is_ok_and(|s| s.f_frsize >= SURE);
    if file.parent().is_none_or(large) {
        return Ok(());
    }
    let mut path = file.as_os_str().to_owned();
    path.push("-shm");
    let Ok(found) = std::fs::metadata(&path) else {
        return Ok(()); // a file without SQLite's log has none
    };
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    let shared = match open.entry((found.dev(), found.ino())) {
        std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
        std::collections::hash_map::Entry::Vacant(new) => {
            let options = std::fs::OpenOptions::new()
                .read(true)
                .write(true)
                .open(&path);
            match options {
                Ok(file) => new.insert(file),
                Err(_) => return Ok(()), // gone meanwhile, or not ours to write: SQLite says so itself
            }
        }
    };
    match fallocate(&*shared, FallocateFlags::empty(), 0, KEPT) {
        Err(rustix::io::Errno::NOSPC | rustix::io::Errno::DQUOT) => Err(StoreError::Full),
        // Not every file system can; the margin has to do there.
        _ => Ok(()),
    }
}

/// Elsewhere nothing is known of blocks that are smaller.
#[cfg(not(target_os = "linux"))]
pub fn to_share(_: &Path) -> bool {
    true
}

/// See [`to_share`].
#[cfg(not(target_os = "linux"))]
pub fn keep_shared(_: &Path) -> Result<(), StoreError> {
    Ok(())
}
