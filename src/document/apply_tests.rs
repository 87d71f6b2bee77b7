use super::*;
use crate::document::crdt::Put;
use crate::document::{Kind, Scalar};

fn actor(n: u8) -> ActorId {
    ActorId::from([n; 16].as_slice())
}

fn put(row: &str, value: &str) -> Put {
    (
        "marks".into(),
        row.into(),
        "mark".into(),
        Scalar::text(value),
    )
}

/// Six changes by two actors; the third of the first actor is what others stand on.
fn six() -> (Doc, Vec<(Vec<u8>, ActorId)>) {
    let mut doc = Doc::first(Kind::Record);
    let changes = (0..6_u8)
        .map(|n| {
            let by = actor(1 + n % 2);
            let written = doc.write(&[put(&format!("r{n}"), "x")], &by, u64::from(n) + 1);
            (written.unwrap().unwrap().chunk, by)
        })
        .collect();
    (doc, changes)
}

fn refs(changes: &[(Vec<u8>, ActorId)]) -> Vec<(&[u8], &ActorId)> {
    changes.iter().map(|(c, a)| (&c[..], a)).collect()
}

fn loads(doc: &Doc) {
    automerge::Automerge::load(&doc.save()).expect("it loads again");
}

#[test]
fn each_change_has_its_own_answer() {
    let (whole, mut changes) = six();
    let mut doc = Doc::first(Kind::Record);
    let answers = doc.apply_each(refs(&changes));
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(doc.heads(), whole.heads());

    // The fourth is damaged: what stands on it is refused for that, the ones before it stay.
    changes[3].0[20] ^= 1;
    let mut doc = Doc::first(Kind::Record);
    let answers = doc.apply_each(refs(&changes));
    assert!(answers[..3].iter().all(Result::is_ok));
    assert_eq!(answers[3], Err(ApplyError::Checksum));
    assert_eq!(answers[4], Err(ApplyError::Dependency));
    assert!(matches!(answers[5], Err(ApplyError::Seq { .. })));
    assert_eq!(doc.changes_by(&actor(1)), 2);
    loads(&doc);
}

#[test]
fn what_panics_is_left_out_and_the_rest_is_built_without_it() {
    // Nothing else stands on the change of the third actor.
    let (_, mut changes) = six();
    let mut apart = Doc::first(Kind::Record);
    let lone = apart
        .write(&[put("lone", "x")], &actor(3), 9)
        .unwrap()
        .unwrap();
    changes.insert(2, (lone.chunk, actor(3)));
    let mut without = Doc::first(Kind::Record);
    let rest: Vec<_> = refs(&changes)
        .into_iter()
        .filter(|(_, a)| **a != actor(3))
        .collect();
    without.apply(rest).unwrap();

    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut doc = Doc::first(Kind::Record);
    let answers = doc.apply_each_judged(&refs(&changes), &|change, known| {
        assert!(*change.actor_id() != actor(3), "injected");
        gate::judge(change, known)
    });
    std::panic::set_hook(quiet);
    for (at, answer) in answers.iter().enumerate() {
        assert_eq!(
            answer.as_ref().err(),
            (at == 2).then_some(&ApplyError::Panicked),
            "{at}"
        );
    }
    assert_eq!(doc.heads(), without.heads());
    assert_eq!(doc.changes_by(&actor(3)), 0);
    loads(&doc);
}

/// A dependency that stands behind another is not what a writer names, but for its own previous change.
#[test]
fn only_heads_are_named() {
    let mut doc = Doc::first(Kind::Record);
    let first = ChangeHash(doc.heads()[0]);
    let made = |doc: &mut Doc, by: u8, row: &str| {
        let written = doc.write(&[put(row, "x")], &actor(by), 1).unwrap().unwrap();
        ChangeHash(written.hash)
    };
    let a = made(&mut doc, 1, "a");
    let b = made(&mut doc, 2, "b");
    let apart = doc
        .write_at(&[first.0], &[put("c", "x")], &actor(3), 1)
        .unwrap()
        .unwrap();
    let c = ChangeHash(apart.hash);
    assert!(!doc.repeats(&[b, c], None));
    assert!(doc.repeats(&[a, b], None));
    assert!(doc.repeats(&[first, c], None));
    assert!(doc.repeats(&[a, b, c], Some(b)));
    // The actor's own previous change is always named.
    assert!(!doc.repeats(&[a, b, c], Some(a)));
    assert!(!doc.repeats(&[b], None));
}
