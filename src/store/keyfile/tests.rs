//! The key file on a disk: made once, replaced whole, readable after a crash at any step.

use super::replace::{Step, Turn};
use super::*;

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(Zeroizing::new(text.to_owned())).unwrap()
}

/// Bytes of a key file with little work for the passphrase.
fn wrapped(secrets: &Secrets, text: &str) -> Zeroizing<Vec<u8>> {
    secrets.encode(Some((&passphrase(text), 3))).unwrap()
}

fn made(dir: &Path) -> KeyFile {
    KeyFile::open_or_make(dir, None).unwrap()
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_key_file_is_made_once_and_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let first = made(dir.path());
    let again = made(dir.path());
    assert_eq!(first.secrets.root(), again.secrets.root());
    assert_eq!(first.secrets.recipient(), again.secrets.recipient());
    assert_ne!(*first.secrets.root(), [0; 32]);
    assert_eq!(names(dir.path()), ["key"]);
}

#[test]
fn two_who_make_one_at_once_get_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let roots: Vec<[u8; 32]> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| *made(dir.path()).secrets.root()))
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(roots.iter().all(|root| root == &roots[0]));
    assert_eq!(names(dir.path()), ["key"]);
}

#[test]
fn a_passphrase_is_set_changed_and_removed_with_the_secrets_unchanged() {
    let dir = tempfile::tempdir().unwrap();
    let root = *made(dir.path()).secrets.root();
    let (one, two) = (passphrase("the first"), passphrase("the second"));
    made(dir.path()).protect(Some(&one)).unwrap();
    assert_eq!(
        KeyFile::protection(dir.path()).unwrap(),
        Protection::Passphrase
    );
    let kept = fs::read(key_file(dir.path())).unwrap();
    assert!(kept.windows(8).all(|w| root.chunks(8).all(|r| r != w)));
    assert!(matches!(
        KeyFile::open(dir.path(), None),
        Err(StoreError::PassphraseNeeded(_))
    ));
    let opened = KeyFile::open(dir.path(), Some(&one)).unwrap();
    assert_eq!(*opened.secrets.root(), root);
    opened.protect(Some(&two)).unwrap();
    // What was opened before that is no longer what is there.
    assert!(matches!(
        opened.protect(None),
        Err(StoreError::KeyChanged(_))
    ));
    assert!(matches!(
        KeyFile::open(dir.path(), Some(&one)),
        Err(StoreError::WrongPassphrase(_))
    ));
    let opened = KeyFile::open(dir.path(), Some(&two)).unwrap();
    opened.protect(None).unwrap();
    assert_eq!(*made(dir.path()).secrets.root(), root);
    assert_eq!(names(dir.path()), ["key"]);
}

#[test]
fn a_key_of_the_first_form_gets_the_new_form_when_it_is_rewritten() {
    let dir = tempfile::tempdir().unwrap();
    let mut bytes = b"guildhall key 0\n\0".to_vec();
    bytes.extend_from_slice(&[5; 64]);
    let sum = blake3::derive_key("guildhall key file checksum", &bytes);
    bytes.extend_from_slice(&sum[..8]);
    files::create_private(&key_file(dir.path()), &bytes).unwrap();
    let old = made(dir.path());
    assert_eq!(fs::read(key_file(dir.path())).unwrap(), bytes);
    old.protect(None).unwrap();
    let new = made(dir.path());
    assert!(
        fs::read(key_file(dir.path()))
            .unwrap()
            .starts_with(b"guildhall key 1\n")
    );
    assert_eq!(new.secrets.recipient(), old.secrets.recipient());
}

#[test]
fn a_crash_at_any_step_leaves_a_key_file_that_opens_and_the_next_opening_clears_up() {
    let steps = [
        Step::Cleared,
        Step::Written,
        Step::Synced,
        Step::Renamed,
        Step::FolderSynced,
        Step::Wiped,
    ];
    for crash in steps {
        let dir = tempfile::tempdir().unwrap();
        let root = *made(dir.path()).secrets.root();
        let bytes = wrapped(&made(dir.path()).secrets, "new one");
        let mut seen = Vec::new();
        let done = Turn::take(dir.path()).unwrap().steps(&bytes, &mut |step| {
            seen.push(step);
            match step == crash {
                true => Err(StoreError::Full),
                false => Ok(()),
            }
        });
        assert!(done.is_err());
        assert_eq!(seen.last(), Some(&crash), "no step was left out");
        let there = KeyFile::open(dir.path(), Some(&passphrase("new one"))).unwrap();
        assert_eq!(*there.secrets.root(), root, "{crash:?}");
        let replaced = matches!(crash, Step::Renamed | Step::FolderSynced | Step::Wiped);
        assert_eq!(there.protection == Protection::Passphrase, replaced);
        assert_eq!(
            leftover(dir.path()).is_some(),
            matches!(crash, Step::Written | Step::Synced),
            "{crash:?}"
        );
        clear(dir.path());
        assert_eq!(names(dir.path()), ["key"]);
    }
}

#[test]
fn half_a_new_file_is_no_obstacle_and_an_error_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let root = *made(dir.path()).secrets.root();
    files::create_private(&dir.path().join("key.new"), b"guildhall ke").unwrap();
    made(dir.path()).protect(None).unwrap();
    assert_eq!(*made(dir.path()).secrets.root(), root);
    assert_eq!(names(dir.path()), ["key"]);
    // A folder in the way cannot be replaced; the old key stays.
    fs::create_dir(dir.path().join("key.new")).unwrap();
    assert!(made(dir.path()).protect(None).is_err());
    assert_eq!(*made(dir.path()).secrets.root(), root);
}

#[cfg(unix)]
#[test]
fn old_bytes_are_overwritten_unless_they_are_somebody_s_copy() {
    use std::io::Seek;
    let dir = tempfile::tempdir().unwrap();
    let first = made(dir.path());
    let mut old = fs::File::open(key_file(dir.path())).unwrap();
    first.protect(None).unwrap();
    let mut bytes = Vec::new();
    old.rewind().unwrap();
    old.read_to_end(&mut bytes).unwrap();
    assert!(!bytes.is_empty() && bytes.iter().all(|b| *b == 0));
    let copy = dir.path().join("copy");
    fs::hard_link(key_file(dir.path()), &copy).unwrap();
    let before = fs::read(&copy).unwrap();
    made(dir.path()).protect(None).unwrap();
    assert_eq!(fs::read(&copy).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn a_key_that_is_a_link_is_replaced_where_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, stick) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let root = *made(stick.path()).secrets.root();
    std::os::unix::fs::symlink(key_file(stick.path()), key_file(dir.path())).unwrap();
    made(dir.path()).protect(None).unwrap();
    assert!(key_file(dir.path()).is_symlink());
    assert_eq!(*made(stick.path()).secrets.root(), root);
    assert_eq!(names(stick.path()), ["key"]);
    let mode = fs::metadata(key_file(stick.path()))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o7777, 0o600);
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_can_read_is_refused_with_the_command_that_mends_it() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    made(dir.path());
    let path = key_file(dir.path());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let error = KeyFile::open(dir.path(), None).err().unwrap();
    assert!(error.to_string().contains("chmod 600"), "{error}");
}
