//! The data folder: its files, and who may read them. The key file is in `keyfile`.

use super::error::{StoreError, io};
use super::keyfile::key_file;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Name of the team's file.
pub const TEAM_FILE: &str = "team.db";

/// The team's file in a data folder.
pub fn team_file(dir: &Path) -> PathBuf {
    dir.join(TEAM_FILE)
}

/// Random bytes from the system.
pub fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| StoreError::Random(e.to_string()))?;
    Ok(bytes)
}

/// Makes the folder with access for its owner only. A folder that is there is taken if it is private, or empty and can be made so.
pub fn make_private_dir(dir: &Path) -> Result<(), StoreError> {
    let what = || format!("make the folder {}", dir.display());
    if !dir.exists() {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(dir).map_err(io(what()))?;
    } else if fs::read_dir(dir).map_err(io(what()))?.next().is_none() {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).map_err(io(what()))?;
        }
    }
    check_private(dir, 0o700)
}

/// Refuses what others on this machine could read. Elsewhere than on Unix the system's own rules for home folders apply.
pub fn check_private(path: &Path, wanted: u32) -> Result<(), StoreError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let meta = match fs::metadata(path) {
            // SQLite removes its own files when the last program leaves; what is not there nobody reads.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            other => other.map_err(io(format!("look at {}", path.display())))?,
        };
        let mode = meta.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(StoreError::Permissions {
                path: path.to_owned(),
                mode,
                wanted,
            });
        }
    }
    #[cfg(not(unix))]
    let _ = (path, wanted);
    Ok(())
}

/// The folder and all its files with the modes that they must have at most.
pub fn private_paths(dir: &Path) -> [(PathBuf, u32); 5] {
    let beside = |ending: &str| dir.join(format!("{TEAM_FILE}{ending}"));
    [
        (dir.to_owned(), 0o700),
        (key_file(dir), 0o600),
        (team_file(dir), 0o600),
        (beside("-wal"), 0o600),
        (beside("-shm"), 0o600),
    ]
}

/// Refuses a folder in which others on this machine could read anything.
pub fn check_folder(dir: &Path) -> Result<(), StoreError> {
    private_paths(dir)
        .iter()
        .try_for_each(|(path, wanted)| check_private(path, *wanted))
}

/// Creates a file that only its owner can read, and waits until the disk has it; fails where one is.
pub fn create_private(path: &Path, contents: &[u8]) -> Result<(), StoreError> {
    let file = write_private(path, contents)?;
    file.sync_all()
        .map_err(io(format!("write {}", path.display())))?;
    sync_parent(path)
}

/// The same without waiting, for what can be made again.
pub fn write_private(path: &Path, contents: &[u8]) -> Result<fs::File, StoreError> {
    let what = || format!("write {}", path.display());
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(io(what()))?;
    file.write_all(contents).map_err(io(what()))?;
    Ok(file)
}

/// Makes sure that a new name survives a power cut.
pub fn sync_parent(path: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    if let Some(parent) = path.parent() {
        // A bare name lies in the folder where one is.
        let parent = match parent.as_os_str().is_empty() {
            true => Path::new("."),
            false => parent,
        };
        fs::File::open(parent)
            .and_then(|dir| dir.sync_all())
            .map_err(io(format!("sync {}", parent.display())))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Whether creating failed because the file is there already.
pub fn is_there(error: &StoreError) -> bool {
    matches!(error, StoreError::Io { source, .. } if source.kind() == std::io::ErrorKind::AlreadyExists)
}
