//! Where a folder comes from: a directory, or the sample that the program carries.

use include_dir::{Dir, include_dir};
use std::fs;
use std::path::{Path, PathBuf};

/// The sample team, which is also the default framework of a new team.
static SAMPLE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/sample_team");

/// The largest file that is read, in bytes: far more than any team writes, and far less than would hurt.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// How deep folders are followed; the format has one folder inside another.
const MAX_DEPTH: usize = 4;

/// A folder that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file system says no.
    #[error("{path} cannot be read: {error}. Check that it is there and that you may read it.")]
    Io {
        /// Which path.
        path: String,
        /// What the file system says.
        error: std::io::Error,
    },
    /// Not a folder.
    #[error("{0} is not a folder. A team folder holds team.toml and people.csv.")]
    NotAFolder(String),
    /// A file beyond what is read.
    #[error("{0} is larger than 64 MiB, more than any file of a team folder needs to be.")]
    TooLarge(String),
    /// A folder where a file belongs.
    #[error(
        "{0} is a folder, and by its name it ought to be a file. Put the file in its place, or give the folder another name."
    )]
    Folder(String),
    /// Neither a file nor a folder.
    #[error(
        "{0} is neither a file nor a folder (a device or a pipe, perhaps). Put a plain file in its place."
    )]
    Special(String),
}

/// Something that holds the files of a team folder.
pub trait FolderSource {
    /// All files as (path with `/` between folders, contents), in order of path. Files and folders whose name begins with a full
    /// stop are left out.
    fn files(&self) -> Result<Vec<(String, Vec<u8>)>, SourceError>;
}

/// A real directory.
#[derive(Clone, Debug)]
pub struct Directory(pub PathBuf);

impl FolderSource for Directory {
    fn files(&self) -> Result<Vec<(String, Vec<u8>)>, SourceError> {
        if !self.0.is_dir() {
            return Err(SourceError::NotAFolder(self.0.display().to_string()));
        }
        let mut found = Vec::new();
        read_into(&self.0, "", 0, &mut found)?;
        found.sort();
        Ok(found)
    }
}

fn read_into(
    folder: &Path,
    prefix: &str,
    depth: usize,
    found: &mut Vec<(String, Vec<u8>)>,
) -> Result<(), SourceError> {
    let failed = |path: &Path, error| SourceError::Io {
        path: path.display().to_string(),
        error,
    };
    for entry in fs::read_dir(folder).map_err(|e| failed(folder, e))? {
        let entry = entry.map_err(|e| failed(folder, e))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        let kind = fs::metadata(&path).map_err(|e| failed(&path, e))?;
        if kind.is_dir() {
            let lower = name.to_lowercase();
            if lower.ends_with(".csv") || lower.ends_with(".toml") {
                return Err(SourceError::Folder(path.display().to_string()));
            }
            if depth < MAX_DEPTH {
                read_into(&path, &format!("{prefix}{name}/"), depth + 1, found)?;
            }
        } else if kind.is_file() {
            if kind.len() > MAX_BYTES {
                return Err(SourceError::TooLarge(path.display().to_string()));
            }
            let bytes = fs::read(&path).map_err(|e| failed(&path, e))?;
            found.push((format!("{prefix}{name}"), bytes));
        } else {
            return Err(SourceError::Special(path.display().to_string()));
        }
    }
    Ok(())
}

/// Files in memory, for instance those that export just wrote.
impl FolderSource for Vec<(String, String)> {
    fn files(&self) -> Result<Vec<(String, Vec<u8>)>, SourceError> {
        let mut files: Vec<_> = self
            .iter()
            .map(|(path, text)| (path.clone(), text.clone().into_bytes()))
            .collect();
        files.sort();
        Ok(files)
    }
}

/// Files in memory, as bytes.
impl FolderSource for Vec<(String, Vec<u8>)> {
    fn files(&self) -> Result<Vec<(String, Vec<u8>)>, SourceError> {
        let mut files = self.clone();
        files.sort();
        Ok(files)
    }
}

/// The sample team that the program carries.
pub fn sample() -> impl FolderSource {
    Carried(&SAMPLE)
}

/// The framework of the sample team, which is the default of a new team: paths and contents.
pub(super) fn default_framework() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    if let Some(folder) = SAMPLE.get_dir("framework") {
        collect(folder, &mut files);
    }
    files.sort();
    files
}

struct Carried(&'static Dir<'static>);

impl FolderSource for Carried {
    fn files(&self) -> Result<Vec<(String, Vec<u8>)>, SourceError> {
        let mut files = Vec::new();
        collect(self.0, &mut files);
        files.sort();
        Ok(files)
    }
}

fn collect(folder: &Dir<'_>, files: &mut Vec<(String, Vec<u8>)>) {
    for file in folder.files() {
        let path = file.path().to_string_lossy().replace('\\', "/");
        let hidden = path.rsplit('/').next().is_some_and(|n| n.starts_with('.'));
        if !hidden {
            files.push((path, file.contents().to_vec()));
        }
    }
    for inner in folder.dirs() {
        collect(inner, files);
    }
}
