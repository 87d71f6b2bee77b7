//! What lies in a data folder before anything in it is opened: a folder that may not be looked into is not an empty one, and a key beside
//! no team is what is left of a team.

use super::error::{StoreError, io};
use super::files::team_file;
use super::keyfile::key_file;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What is in the place of a file.
enum There {
    Nothing,
    Empty,
    File,
}

fn look(path: &Path) -> Result<There, StoreError> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => Err(StoreError::NotAFile(path.to_owned())),
        Ok(found) if found.len() == 0 => Ok(There::Empty),
        Ok(_) => Ok(There::File),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(There::Nothing)
        }
        Err(error) => Err(io(format!("look at {}", path.display()))(error)),
    }
}

/// Makes sure that there is a team to open.
pub fn to_open(dir: &Path) -> Result<(), StoreError> {
    let (team, key) = (look(&team_file(dir))?, look(&key_file(dir))?);
    match (team, key) {
        (There::File, _) => Ok(()),
        (_, There::Nothing) => Err(StoreError::NoTeam(dir.to_owned())),
        _ if joining_mark(dir).exists() => Err(StoreError::Joining(dir.to_owned())),
        // The key was made for a team that never came to be: nothing is lost with it.
        _ if founding_mark(dir).exists() => Err(StoreError::NoTeam(dir.to_owned())),
        _ => Err(StoreError::TeamMissing(dir.to_owned())),
    }
}

/// Makes sure that nothing is founded over what is left of a team.
pub fn to_found(dir: &Path) -> Result<(), StoreError> {
    match to_open(dir) {
        // Whether it holds a team, or what an interrupted founding left of one, shows when it is opened.
        Ok(()) => Ok(()),
        Err(StoreError::NoTeam(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The file that says that the key beside it waits for its team.
pub fn joining_mark(dir: &Path) -> PathBuf {
    dir.join("joining")
}

/// The file that says that the key beside it was made for a team that is not there yet.
pub fn founding_mark(dir: &Path) -> PathBuf {
    dir.join("founding")
}

/// Makes sure that nothing is in the way of joining a team here; what an interrupted joining left is not.
pub fn to_join(dir: &Path) -> Result<(), StoreError> {
    match to_found(dir) {
        Err(StoreError::Joining(_)) => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::super::files;
    use super::super::keyfile::KeyFile;
    use super::*;

    /// What a founding leaves that was cut off behind its key: the key, the mark, and an empty file for the team.
    fn cut_off(dir: &Path) {
        files::create_private(&founding_mark(dir), &[]).unwrap();
        KeyFile::open_or_make(dir, None).unwrap();
        files::create_private(&team_file(dir), &[]).unwrap();
    }

    #[test]
    fn what_a_founding_left_that_was_cut_off_is_no_team_and_the_next_one_goes_on_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("data");
        files::make_private_dir(&dir).unwrap();
        cut_off(&dir);
        assert!(matches!(to_open(&dir), Err(StoreError::NoTeam(_))));
        assert!(matches!(Store::open(&dir), Err(StoreError::NoTeam(_))));
        let key = fs::read(key_file(&dir)).unwrap();
        let store = Store::create(&dir, &"o".into()).unwrap();
        assert_eq!(fs::read(key_file(&dir)).unwrap(), key, "the key is taken");
        assert!(!founding_mark(&dir).exists());
        drop(store);
        Store::open(&dir).unwrap();
        // Without the mark the same files are what is left of a team, and nothing is founded over them.
        fs::write(team_file(&dir), []).unwrap();
        for tried in [to_open(&dir), to_found(&dir), to_join(&dir)] {
            assert!(matches!(tried, Err(StoreError::TeamMissing(_))));
        }
    }
}
