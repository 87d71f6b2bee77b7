//! Who writes what, in the demo and after an import; a second import.

use super::*;
use crate::document::Kind;
use crate::document::decode::{SUMMARY_BYTES, check, summary};
use crate::domain::actions::{AgreementState, agreement};
use crate::domain::team::Rights;
use crate::domain::value::Claim;
use crate::domain::{MarkKind, PersonId, Value};

#[test]
fn the_sample_read_field_by_field_is_the_sample_read_with_every_rule() {
    assert_eq!(parse_carried(), parse(&sample()));
}

#[test]
fn the_sample_holds_no_mistake_and_every_row_finds_its_writer() {
    let parsed = parsed(&sample());
    let mut ids = Ids::readable();
    let written = writings(&parsed, &Mode::Rightful, &mut ids, day()).unwrap();
    assert_eq!(written.left_out, []);
    let (team, docs) = painted(&parsed, &Mode::Rightful, &mut ids);
    assert_eq!(team.people.len(), parsed.people().len());
    for (doc, rows) in docs {
        assert_eq!(check(doc.kind, &rows), [], "{doc:?}");
    }
    for person in &team.people {
        let small = summary(person);
        assert!(postcard::to_stdvec(&small).unwrap().len() <= SUMMARY_BYTES);
        let read = small.person(&team.rights, day());
        assert!(read.is_ok(), "{} does not fit", person.handle);
        assert!(person.admitted && person.heard.is_some());
    }
}

#[test]
fn documents_are_written_by_whom_they_belong_to() {
    let parsed = parsed(&sample());
    let mut ids = Ids::readable();
    let written = writings(&parsed, &Mode::Rightful, &mut ids, day()).unwrap();
    for writing in &written.writings {
        let person = writing.doc.person.as_ref();
        match writing.doc.kind {
            Kind::SelfRecord | Kind::Card | Kind::Plan => {
                assert_eq!(Some(&writing.author), person);
            }
            Kind::Record => assert_ne!(Some(&writing.author), person),
            _ => assert_eq!(writing.author.as_str(), parsed.owner()),
        }
        assert!(writing.ops.iter().all(|op| op.doc == writing.doc));
    }
}

#[test]
fn after_an_import_by_one_manager_own_words_are_transcribed_and_nothing_is_agreed() {
    let parsed = parsed(&sample());
    let mut ids = Ids::readable();
    let owner = parsed.owner().to_owned();
    let mode = Mode::ImportedBy(owner.clone());
    let written = writings(&parsed, &mode, &mut ids, day()).unwrap();
    assert!(written.writings.iter().all(|w| w.author.as_str() == owner));
    assert!(!written.left_out.is_empty());
    assert!(written.left_out.iter().all(|l| l.person == owner));
    let (team, _) = painted(&parsed, &mode, &mut ids);
    for person in &team.people {
        let importer = person.handle == owner;
        assert_eq!(person.admitted, importer);
        assert_eq!(person.handle, person.id.as_str());
        for mark in person.series.iter().flat_map(|s| &s.marks) {
            assert_eq!(mark.typist.as_str(), owner);
            let own = mark.rater == person.id;
            assert_eq!(mark.kind == MarkKind::Transcribed, own && !importer);
        }
        for objective in &person.objectives {
            assert!(!matches!(agreement(objective), AgreementState::Both(_)));
        }
        if !importer
            && person
                .series
                .iter()
                .any(|s| s.marks.iter().any(|m| m.rater == person.id))
        {
            let sources = &person.detail.as_ref().unwrap().sources;
            assert!(sources.contains(&("mark_notes".to_owned(), "marks.csv".to_owned())));
        }
    }
}

#[test]
fn a_second_import_changes_nothing_and_a_difference_needs_replace() {
    let first = parsed(&sample());
    let owner = first.owner().to_owned();
    let mut ids = Ids::random([]);
    let none = Rights::default();
    let empty = |_: &DocRef| Rows::default();
    let stored = Stored {
        rows: &empty,
        rights: &none,
    };
    let plan = plan_import(&first, &owner, &mut ids, &stored, day(), false).unwrap();
    assert_eq!(plan.new_people.len(), first.people().len());
    assert_eq!((plan.same, plan.differs.len()), (0, 0));

    let docs = replay(&plan.add);
    let rights_now = Rights(plan.new_rights);
    let rows = |doc: &DocRef| docs.get(doc).cloned().unwrap_or_default();
    let stored = Stored {
        rows: &rows,
        rights: &rights_now,
    };
    let again = plan_import(&first, &owner, &mut ids, &stored, day(), true).unwrap();
    assert_eq!((again.add.len(), again.differs.len()), (0, 0));
    assert_eq!(again.same, plan.added);
    assert_eq!((again.new_people.len(), again.new_rights.len()), (0, 0));

    let mut files = sample().files().unwrap();
    let areas = files
        .iter_mut()
        .find(|(path, _)| path == "areas.csv")
        .unwrap();
    let text = String::from_utf8(areas.1.clone()).unwrap();
    let line = text
        .lines()
        .find(|l| !l.starts_with('#'))
        .unwrap()
        .to_owned();
    let at = line.split(',').position(|c| c == "name").unwrap();
    let row = text.lines().filter(|l| !l.starts_with('#')).nth(1).unwrap();
    let name = row.split(',').nth(at).unwrap();
    areas.1 = text.replace(name, "Renamed").into_bytes();
    let other = parsed(&files);
    let kept = plan_import(&other, &owner, &mut ids, &stored, day(), false).unwrap();
    assert!(kept.add.is_empty());
    let [difference] = kept.differs.as_slice() else {
        panic!("{:?}", kept.differs)
    };
    assert_eq!(difference.field, "name");
    assert_eq!(
        (difference.stored.as_str(), difference.given.as_str()),
        (name, "Renamed")
    );
    assert!(difference.line > 0);
    let replaced = plan_import(&other, &owner, &mut ids, &stored, day(), true).unwrap();
    assert_eq!(replaced.add.len(), 1);
    assert_eq!(replaced.add[0].ops.len(), 1);
}
#[test]
fn two_files_are_enough() {
    let parsed = parsed(&folder(&[TEAM, PEOPLE]));
    let (team, _) = painted(
        &parsed,
        &Mode::ImportedBy("ann".to_owned()),
        &mut Ids::random([]),
    );
    assert_eq!(team.people.len(), 2);
    assert_eq!(team.framework.cells.len(), 99);
    let ann = team.people.iter().find(|p| p.handle == "ann").unwrap();
    assert_ne!(ann.id, PersonId::new("ann"));
}
#[test]
fn rows_in_conflict_are_both_kept_and_the_cautious_one_counts() {
    let parsed = parsed(&folder(&[
        TEAM,
        PEOPLE,
        ("rights.csv", "person,right,over\nann,line,bo\n"),
        (
            "marks.csv",
            "person,subject,column,by,date,value,conflict\nbo,budget,g6,ann,2026-11-01,7,x\nbo,budget,g6,ann,2026-11-01,6,x\nbo,safety,g6,ann,2026-11-01,8,\n",
        ),
        (
            "contracts.csv",
            "person,from,fte,end,conflict\nbo,,0.8,2027-01-31,y\nbo,,0.8,,y\n",
        ),
    ]));
    for mode in [Mode::Rightful, Mode::ImportedBy("ann".to_owned())] {
        let written = writings(&parsed, &mode, &mut Ids::readable(), day()).unwrap();
        assert_eq!(written.writings.iter().filter(|w| w.apart).count(), 2);
        let (team, _) = painted(&parsed, &mode, &mut Ids::readable());
        let bo = team.person(&"bo".into()).unwrap();
        let budget = &bo.series[0].marks[0].answer;
        let Value::Several(claims) = budget else {
            panic!("{budget:?}")
        };
        let words: Vec<String> = claims
            .iter()
            .map(|c: &Claim<_>| format!("{:?}", c.value))
            .collect();
        assert_eq!(words, ["Points(6)", "Points(7)"]);
        assert!(claims.iter().all(|c| c.author == Some("ann".into())));
        assert!(matches!(&bo.series[1].marks[0].answer, Value::One(_)));
        assert!(bo.contract_end.0[0].1.is_conflict());
        assert!(!bo.fte.0[0].1.is_conflict());
    }
}
