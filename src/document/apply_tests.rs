use super::*;
use crate::document::crdt::Put;
use crate::document::{Kind, Scalar};
use automerge::ChangeHash;
use sha2::Digest;

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

/// Without the judge, which refuses them, some mutants make Automerge panic in the midst of applying them.
#[test]
fn what_panics_is_left_out_and_the_rest_is_built_without_it() {
    let (whole, changes) = six();
    let unjudged: Judge<'_> = &|_, _| Ok(Vec::new());
    let honest = &changes[3];
    let mut before = Doc::first(Kind::Record);
    before.apply(refs(&changes[..3])).unwrap();
    let tables = before.table_ids();
    let mut breaking = Vec::new();
    for at in 10..honest.0.len() {
        for bit in 0..8 {
            let mut mutant = honest.0.clone();
            mutant[at] ^= 1 << bit;
            // The right checksum, so that only its contents are wrong.
            let hash = sha2::Sha256::digest(&mutant[8..]);
            mutant[4..8].copy_from_slice(&hash[..4]);
            let mut doc = before.clone();
            let tried = doc
                .admit(&(ReadChange::read(&mutant), &honest.1), &tables, unjudged)
                .and_then(|(change, _)| doc.take_in(vec![change]));
            if tried == Err(ApplyError::Panicked) {
                let judged = before.clone().apply([(&mutant[..], &honest.1)]);
                assert!(!matches!(judged, Ok(_) | Err(ApplyError::Panicked)));
                breaking.push(mutant);
            }
        }
    }
    println!(
        "{} of {} mutants break it",
        breaking.len(),
        8 * honest.0.len()
    );
    assert!(breaking.len() > 2, "{}", breaking.len());
    for mutant in &breaking[..3] {
        let mut offered = refs(&changes);
        offered.insert(3, (mutant, &honest.1));
        offered.push((mutant, &honest.1));
        let mut doc = Doc::first(Kind::Record);
        let read: Vec<_> = offered
            .iter()
            .map(|(chunk, actor)| (ReadChange::read(chunk), *actor))
            .collect();
        let answers = doc.apply_each_judged(&read, unjudged);
        let refused: Vec<_> = (0..answers.len())
            .filter(|i| answers[*i].is_err())
            .collect();
        assert_eq!(refused, [3, 7], "{answers:?}");
        assert_eq!(answers[3], Err(ApplyError::Panicked));
        assert_eq!(doc.heads(), whole.heads());
        assert_eq!(doc.changes_by(&actor(1)), 3);
        loads(&doc);
    }
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
    let repeats = |deps: &[ChangeHash], own| doc.history.repeats(deps, own);
    assert!(!repeats(&[b, c], None));
    assert!(repeats(&[a, b], None));
    assert!(repeats(&[first, c], None));
    assert!(repeats(&[a, b, c], Some(b)));
    // The actor's own previous change is always named.
    assert!(!repeats(&[a, b, c], Some(a)));
    assert!(!repeats(&[b], None));
}
