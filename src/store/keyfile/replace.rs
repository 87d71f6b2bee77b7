//! Replacing the key file: a crash, a full disk or a pulled plug at any point leaves the old one or the new one, never neither.
//!
//! The new one is written beside the old one under another name, brought to the disk, given the name, and the folder brought to the disk.
//! The old bytes are then overwritten in place, which a disk that copies on write, or flash memory, does not promise to honour.

use super::super::error::{StoreError, io};
use super::super::files;
use super::key_file;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// How the file ends that will become the key file.
const NEW: &str = "new";

/// What has just been done; each is a place where a crash may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// What an earlier crash left is gone.
    Cleared,
    /// The new file is there, perhaps not on the disk.
    Written,
    /// It is on the disk.
    Synced,
    /// It has the name.
    Renamed,
    /// The name is on the disk.
    FolderSynced,
    /// The old bytes are overwritten.
    Wiped,
}

/// The right to make or replace the key file of a folder; others wait. It ends with the program, whatever ends that.
pub struct Turn {
    /// Where the key file is: a link is followed, so that a key on a stick stays on the stick.
    path: PathBuf,
    _lock: Option<fs::File>,
}

impl Turn {
    /// Waits for it. Where folders cannot be locked (another system, some network file systems) there is no waiting.
    pub fn take(dir: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            path: real(dir),
            _lock: folder(dir)?.filter(|f| f.lock().is_ok()),
        })
    }

    /// The same without waiting; `None` while somebody has it.
    fn try_take(dir: &Path) -> Result<Option<Self>, StoreError> {
        let lock = folder(dir)?;
        if let Some(folder) = &lock
            && matches!(folder.try_lock(), Err(fs::TryLockError::WouldBlock))
        {
            return Ok(None);
        }
        Ok(Some(Self {
            path: real(dir),
            _lock: lock,
        }))
    }

    /// Where the key file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts these bytes in the place of the key file. On an error the old one is there as before, unless the error came after the new one
    /// had taken its place, which then stays.
    pub fn replace(&self, bytes: &[u8]) -> Result<(), StoreError> {
        let done = self.steps(bytes, &mut |_| Ok(()));
        if done.is_err() {
            // It would hold secrets that nobody asked to keep. Where it cannot be removed, the next opening tries again.
            let _ = wipe_away(&self.beside());
        }
        done
    }

    /// [`Turn::replace`], calling `after` behind each step; an error from it stands for a crash.
    pub fn steps(
        &self,
        bytes: &[u8],
        after: &mut dyn FnMut(Step) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let new = self.beside();
        wipe_away(&new)?;
        after(Step::Cleared)?;
        let file = files::write_private(&new, bytes)?;
        after(Step::Written)?;
        file.sync_all()
            .map_err(io(format!("write {}", new.display())))?;
        drop(file);
        after(Step::Synced)?;
        let old = old_bytes(&self.path);
        fs::rename(&new, &self.path)
            .map_err(io(format!("put the new {} in place", self.path.display())))?;
        after(Step::Renamed)?;
        files::sync_parent(&self.path)?;
        after(Step::FolderSynced)?;
        if let Some((mut file, len)) = old {
            // The new one is in place and on the disk; what this cannot do changes nothing about that.
            let _ = overwrite(&mut file, len);
        }
        after(Step::Wiped)
    }

    fn beside(&self) -> PathBuf {
        self.path.with_extension(NEW)
    }
}

/// Removes what a crash has left beside the key file, unless somebody is at work there. What cannot be removed is left: `doctor` names it.
pub fn clear(dir: &Path) {
    if leftover(dir).is_some()
        && let Ok(Some(turn)) = Turn::try_take(dir)
    {
        let _ = wipe_away(&turn.beside());
    }
}

/// What a crash has left, if anything.
pub fn leftover(dir: &Path) -> Option<PathBuf> {
    let path = real(dir).with_extension(NEW);
    path.symlink_metadata().is_ok().then_some(path)
}

fn real(dir: &Path) -> PathBuf {
    let path = key_file(dir);
    fs::canonicalize(&path).unwrap_or(path)
}

/// The folder as something that can be locked.
fn folder(dir: &Path) -> Result<Option<fs::File>, StoreError> {
    #[cfg(unix)]
    return fs::File::open(dir)
        .map(Some)
        .map_err(io(format!("open the folder {}", dir.display())));
    #[cfg(not(unix))]
    {
        let _ = dir;
        Ok(None)
    }
}

/// The file that is about to lose its name, open for writing. One that has a second name is somebody's copy and is left alone.
fn old_bytes(path: &Path) -> Option<(fs::File, u64)> {
    let file = fs::OpenOptions::new().write(true).open(path).ok()?;
    let meta = file.metadata().ok()?;
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(&meta) != 1 {
        return None;
    }
    Some((file, meta.len()))
}

fn overwrite(file: &mut fs::File, len: u64) -> std::io::Result<()> {
    let len = usize::try_from(len).unwrap_or(0).min(super::form::LONGEST);
    file.write_all(&vec![0; len])?;
    file.sync_all()
}

/// Overwrites and removes a file, if it is there. A link is removed, not followed.
fn wipe_away(path: &Path) -> Result<(), StoreError> {
    let what = || format!("remove {}", path.display());
    match path.symlink_metadata() {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(io(what())(e)),
        Ok(meta) => {
            if meta.is_file()
                && let Some((mut file, len)) = old_bytes(path)
            {
                let _ = overwrite(&mut file, len);
            }
        }
    }
    fs::remove_file(path).map_err(io(what()))
}
