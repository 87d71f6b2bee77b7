//! What a person is given of all that is held about them, and nothing of others.

use super::erasure::{GONE, team};
use super::*;

#[test]
fn a_subject_is_given_every_value_that_was_ever_written_about_them() {
    let (_dir, _devices, mut store) = team();
    store
        .commit(&note(GONE, "second", "another wording"))
        .unwrap();
    let subject = store.subject(&PersonId::new(GONE)).unwrap();
    let text = format!("{subject:?}");
    for written in ["Gwen Gone", "a talk", "by the owner", "another wording"] {
        assert!(text.contains(written), "{written}");
    }
    for other in ["Sam Stays", "theirs, of another", "by the owner too"] {
        assert!(!text.contains(other), "{other}");
    }
    assert_eq!(subject.withheld, [Kind::Private]);
    assert_eq!(subject.rights.len(), 3);
    assert_eq!(subject.devices.len(), 1);
}
