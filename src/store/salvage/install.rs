//! Putting a folder that was made anew in the place of a damaged one. Owns the folder in which it is made, and that whoever looks finds the
//! one or the other, whatever happens in between. Nothing of the damaged folder is changed or deleted.

use crate::store::error::{StoreError, io};
use crate::store::files::{create_private, make_private_dir, sync_parent};
use crate::store::keyfile::key_file;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder beside the damaged one, removed again if it is not put in its place.
pub struct Staging {
    folder: tempfile::TempDir,
    /// The damaged one. A link stays where it is, and what it leads to is replaced.
    dir: PathBuf,
}

impl Staging {
    /// Makes it, with a copy of the key file.
    pub fn beside(dir: &Path) -> Result<Self, StoreError> {
        let dir = dir
            .canonicalize()
            .map_err(io(format!("look at {}", dir.display())))?;
        let parent = dir.parent().unwrap_or(Path::new("/"));
        let folder = tempfile::Builder::new()
            .prefix(&format!("{}.repair-", name(&dir)))
            .tempdir_in(parent)
            .map_err(io(format!("make a folder in {}", parent.display())))?;
        make_private_dir(folder.path())?;
        let key = fs::read(key_file(&dir)).map(zeroize::Zeroizing::new);
        let key = key.map_err(io(format!("read {}", key_file(&dir).display())))?;
        create_private(&key_file(folder.path()), &key)?;
        Ok(Self { folder, dir })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts it in the place of the damaged folder; says where that is now.
    pub fn install(self) -> Result<PathBuf, StoreError> {
        let here = self.folder.path().to_owned();
        sync_parent(&here.join("key"))?;
        swap(&here, &self.dir)?;
        // It is the damaged one that has this name now.
        let _ = self.folder.keep();
        // The repair is in its place, and the damaged folder lies beside it: whichever of the two a power cut leaves under the name, nothing
        // is lost. So this is no failure of it.
        if let Err(error) = sync_parent(&self.dir) {
            tracing::warn!(%error, "the disk has not said that it holds the new names of the folders");
        }
        let kept = free_name(&self.dir);
        match fs::rename(&here, &kept) {
            Ok(()) => Ok(kept),
            // The repair is done all the same.
            Err(error) => {
                tracing::warn!(%error, "the damaged folder keeps its passing name");
                Ok(here)
            }
        }
    }
}

fn name(dir: &Path) -> String {
    let name = dir.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// A name beside a folder that nothing has.
fn free_name(dir: &Path) -> PathBuf {
    (1_u32..)
        .map(|n| dir.with_file_name(format!("{}.damaged-{n}", name(dir))))
        .find(|path| fs::symlink_metadata(path).is_err())
        .unwrap_or_else(|| dir.with_extension("damaged"))
}

/// Each folder gets the name of the other, in one step where the system can do that.
fn swap(new: &Path, dir: &Path) -> Result<(), StoreError> {
    let what = || format!("put the repaired folder in the place of {}", dir.display());
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, new, CWD, dir, RenameFlags::EXCHANGE) {
            Ok(()) => return Ok(()),
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            Err(error) => return Err(io(what())(error.into())),
        }
    }
    // In three steps elsewhere: a program that is killed between them leaves both folders, under other names.
    let between = free_name(dir);
    fs::rename(dir, &between).map_err(io(what()))?;
    if let Err(error) = fs::rename(new, dir) {
        let back = fs::rename(&between, dir);
        let what = match back {
            Ok(()) => what(),
            Err(_) => format!(
                "{}; it lies in {} now, and not in",
                what(),
                between.display()
            ),
        };
        return Err(io(what)(error));
    }
    fs::rename(&between, new).map_err(io(what()))
}
