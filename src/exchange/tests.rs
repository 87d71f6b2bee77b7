//! The sample folder, generated teams and small folders of every kind of mistake, through the whole of `exchange`.

use super::*;
use crate::document::decode::{SUMMARY_BYTES, check, never_complete, summary};
use crate::document::{DocRef, Kind, Rows, decode, encode};
use crate::domain::actions::{AgreementState, agreement};
use crate::domain::generate::{generate, synthetic_framework};
use crate::domain::person::Detail;
use crate::domain::team::Rights;
use crate::domain::value::Claim;
use crate::domain::{MarkKind, Person, PersonId, Team, Value};
use chrono::NaiveDate;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()
}

fn parsed(source: &dyn FolderSource) -> Parsed {
    parse(source).unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"));
    })
}

fn painted(parsed: &Parsed, mode: &Mode, ids: &mut Ids) -> (Team, BTreeMap<DocRef, Rows>) {
    let written = writings(parsed, mode, ids, day()).unwrap();
    let rights = Arc::new(rights(parsed, ids));
    let me = ids.get(parsed.owner()).unwrap().clone();
    let team = paint(&written.writings, &rights, &me, mode, &|_| true);
    (team, replay(&written.writings))
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
        assert!(small.complete_from < Some(day()), "{}", person.handle);
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

/// A team without what a folder does not carry: entry times, typists, who wrote a claim and when, devices.
fn bare(team: &Team) -> Team {
    let mut team = team.clone();
    for person in &mut team.people {
        let person = Arc::make_mut(person);
        person.heard = None;
        person.admitted = false;
        strip(&mut person.name);
        for mark in person.series.iter_mut().flat_map(|s| &mut s.marks) {
            mark.entered = 0;
            mark.typist = mark.rater.clone();
            strip(&mut mark.answer);
        }
        for horizon in &mut person.horizons {
            strip(&mut horizon.band);
        }
        for objective in &mut person.objectives {
            strip(&mut objective.title);
            strip(&mut objective.completion);
            strip(&mut objective.review);
            for action in &mut objective.actions {
                strip(&mut action.text);
                strip(&mut action.completion);
                strip(&mut action.progress);
            }
        }
        if let Some(detail) = &mut person.detail {
            Arc::<Detail>::make_mut(detail).sources.clear();
        }
    }
    let base = Arc::make_mut(&mut team.base);
    for post in &mut base.posts {
        for (_, facts) in &mut post.facts {
            strip(&mut facts.title);
            strip(&mut facts.fte);
        }
    }
    if let Some(posts) = &mut team.succession {
        for (_, factors) in Arc::make_mut(posts).iter_mut().flat_map(|p| &mut p.factors) {
            strip(&mut factors.impact);
            strip(&mut factors.statutory);
            strip(&mut factors.replace);
            strip(&mut factors.scarcity);
        }
    }
    let mut rights = team.rights.0.clone();
    rights.sort();
    team.rights = Arc::new(Rights(rights));
    team.private = Arc::default();
    team
}

fn strip<T>(value: &mut Value<T>) {
    if let Value::Several(claims) = value {
        for claim in claims {
            claim.author = None;
            claim.at = 0;
        }
    }
}

fn assert_same(a: &Team, b: &Team) {
    let (a, b) = (bare(a), bare(b));
    assert_eq!(a.base, b.base);
    assert_eq!(a.framework, b.framework);
    assert_eq!(a.rights, b.rights);
    assert_eq!(a.succession, b.succession);
    for (one, other) in a.people.iter().zip(&b.people) {
        assert_eq!(one, other);
    }
    assert_eq!(a.people.len(), b.people.len());
}

fn known(team: &Team) -> Ids {
    Ids::random(team.people.iter().map(|p| (p.handle.clone(), p.id.clone())))
}

#[test]
fn the_sample_comes_back_from_its_export() {
    for mode in [
        Mode::Rightful,
        Mode::ImportedBy(parsed(&sample()).owner().to_owned()),
    ] {
        let first = parsed(&sample());
        let mut ids = Ids::random([]);
        let (team, docs) = painted(&first, &mode, &mut ids);
        let exported = export(&docs, &team.rights);
        assert_eq!(exported.left_out, Vec::<String>::new());
        let again = parsed(&exported.files);
        let (back, _) = painted(&again, &mode, &mut ids.clone());
        assert_same(&team, &back);
        let conflicts = |docs: &BTreeMap<DocRef, Rows>| {
            docs.values()
                .flat_map(|rows| rows.tables.values())
                .flat_map(BTreeMap::values)
                .flat_map(BTreeMap::values)
                .filter(|claims| claims.len() > 1)
                .count()
        };
        assert!(conflicts(&docs) > 0);
        // What is exported twice is the same text.
        let (_, docs_back) = painted(&again, &mode, &mut ids);
        assert_eq!(export(&docs_back, &back.rights).files, exported.files);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_generated_team_comes_back_from_its_export(people in 2usize..40, seed: u64) {
        let team = generate(Arc::new(synthetic_framework()), people, seed, day());
        let docs: BTreeMap<DocRef, Rows> = encode::team(&team).into_iter().collect();
        for (doc, rows) in &docs {
            prop_assert_eq!(check(doc.kind, rows), vec![], "{:?}", doc);
        }
        let decoded = decode::team(&docs, &team.rights, &team.me, &|_| true);
        let generated = bare(&team);
        let decoded_bare = bare(&decoded);
        prop_assert_eq!(&decoded_bare.framework, &generated.framework);
        prop_assert_eq!(&decoded_bare.base.policy, &generated.base.policy);
        prop_assert_eq!(decoded_bare.base.posts.len(), generated.base.posts.len());
        for (one, other) in decoded_bare.people.iter().zip(&generated.people) {
            let marks = |p: &Person| p.series.iter().map(|s| s.marks.len()).sum::<usize>();
            prop_assert_eq!(&one.id, &other.id);
            prop_assert_eq!(marks(one), marks(other));
            prop_assert_eq!(&one.fte, &other.fte);
            prop_assert_eq!(&one.credentials, &other.credentials);
            prop_assert_eq!(&one.horizons, &other.horizons);
            let agreed = |p: &Person| crate::domain::actions::plan_agreed(p, day());
            prop_assert_eq!(agreed(one), agreed(other));
        }
        let exported = export(&docs, &team.rights);
        prop_assert_eq!(&exported.left_out, &Vec::<String>::new());
        let parsed = parsed(&exported.files);
        let (back, _) = painted(&parsed, &Mode::Rightful, &mut known(&team));
        assert_same(&decoded, &back);
    }

    #[test]
    fn every_summary_fits(people in 1usize..30, seed: u64) {
        let team = generate(Arc::new(synthetic_framework()), people, seed, day());
        for person in &team.people {
            let small = summary(person);
            prop_assert!(postcard::to_stdvec(&small).unwrap().len() <= SUMMARY_BYTES);
            let back: Person = postcard::from_bytes(&postcard::to_stdvec(&small).unwrap()).unwrap();
            prop_assert_eq!(back, small);
        }
    }
}

#[test]
fn even_an_extreme_person_fits_and_says_what_is_missing() {
    let team = generate(Arc::new(synthetic_framework()), 3, 7, day());
    let mut person = (*team.people[0]).clone();
    person.name = Value::One("\u{1F9D1}".repeat(5_000));
    person.handle = "h".repeat(9_000);
    let small = summary(&person);
    assert!(postcard::to_stdvec(&small).unwrap().len() <= SUMMARY_BYTES);
    assert_eq!(small.complete_from, Some(never_complete()));
    let bytes = postcard::to_stdvec(&small).unwrap();
    assert_eq!(postcard::from_bytes::<Person>(&bytes).unwrap(), small);

    let mut person = (*team.people[0]).clone();
    for series in &mut person.series {
        let Some(last) = series.marks.last().cloned() else {
            continue;
        };
        for days in 1..80 {
            let mut mark = last.clone();
            mark.date = last.date - chrono::Days::new(4_000 + days);
            series.marks.insert(0, mark);
        }
        series.marks.sort_by_key(|m| (m.date, m.entered));
    }
    let small = summary(&person);
    assert!(postcard::to_stdvec(&small).unwrap().len() <= SUMMARY_BYTES);
    let from = small.complete_from.unwrap();
    assert!(from <= day(), "{from}");
}

fn folder(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}

const TEAM: (&str, &str) = ("team.toml", "name = \"T\"\nowner = \"ann\"\n");
const PEOPLE: (&str, &str) = ("people.csv", "id,name\nann,Ann\nbo,Bo\n");

fn problems(files: &[(&str, &str)]) -> Vec<(String, u32, String)> {
    parse(&folder(files))
        .unwrap_err()
        .into_iter()
        .map(|p| {
            (
                p.file,
                p.line,
                format!("{} {} {}", p.field, p.value, p.message),
            )
        })
        .collect()
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
fn all_mistakes_are_reported_at_once_with_file_and_line() {
    let found = problems(&[
        (
            "team.toml",
            "name = \"T\"\nowner = \"anne\"\n\n[policy]\ntarget = 11\nfresh = 12\n",
        ),
        (
            "people.csv",
            "\u{feff}# who\r\nid,name\r\nann,Ann\r\nann,Other\r\nB O,Bo\r\ncy,\r\n",
        ),
        (
            "marks.csv",
            "person,subject,column,by,date,value\nann,H&S,g6,ann,2026-11-01,7\nann,safety,g66,ann,2026-11-01,5.3\nann,safety,,ann,2026-13-01,not observed\n",
        ),
        ("holder.csv", "a,b\n"),
        (
            "skills.csv",
            "id,name,code,target,colour\nlaser,\"Laser\nlab\",Las,none,red\n",
        ),
    ]);
    let at = |file: &str, line: u32, words: &str| {
        assert!(
            found
                .iter()
                .any(|(f, l, text)| f == file && *l == line && text.contains(words)),
            "{file}:{line} {words}\n{found:#?}"
        );
    };
    at("team.toml", 2, "did you mean ann");
    at("team.toml", 5, "half points from 1 to 10");
    at("team.toml", 6, "fresh_months");
    at("people.csv", 4, "line 3 of people.csv");
    at("people.csv", 5, "lower case");
    at("people.csv", 6, "required");
    at("marks.csv", 2, "safety");
    at("marks.csv", 3, "half points");
    at("marks.csv", 4, "2026-11-21");
    at("holder.csv", 0, "holders.csv");
    at("skills.csv", 1, "no such column");
    let mut sorted = found.clone();
    sorted.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let order =
        |f: &[(String, u32, String)]| f.iter().map(|p| (p.0.clone(), p.1)).collect::<Vec<_>>();
    assert_eq!(order(&found), order(&sorted));
}

#[test]
fn rules_across_files_are_checked() {
    let found = problems(&[
        TEAM,
        PEOPLE,
        (
            "rights.csv",
            "person,right,over\nann,line,ann\nbo,manager,ann\nbo,assessor,\n",
        ),
        (
            "skills.csv",
            "id,name,code,target\nlaser,Laser,Las,8\nbudget,B,B,7\n",
        ),
        (
            "marks.csv",
            "person,subject,column,by,date,value\nbo,safety,,ann,2026-11-01,7\nbo,laser,g6,ann,2026-11-01,7\nbo,laser,,bo,2026-11-01,not observed\n",
        ),
        (
            "absences.csv",
            "person,id,from,until,kind\nbo,a,2026-11-02,2026-11-01,leave\n",
        ),
        (
            "objectives.toml",
            "[[objectives]]\nperson = \"bo\"\nid = \"o\"\nobjective = \"Learn\"\npriority = \"gap\"\n",
        ),
        (
            "actions.csv",
            "person,id,objective,text\nbo,a,o2,Do\nann,b,o,Do\nbo,o,o,Do\n",
        ),
        (
            "agreements.csv",
            "person,objective,by,date\nbo,o,bo,2026-11-01\n",
        ),
        (
            "credentials.csv",
            "person,id,name,kind,sighted_by,sighted_on\nbo,c,C,training,bo,2026-11-01\nbo,d,D,training,ann,\n",
        ),
        ("posts.csv", "id,title,fte\np,P,1.2\n"),
        ("holders.csv", "post,person\nq,bo\n"),
        (
            "contracts.csv",
            "person,from,fte,end,conflict\nbo,,0.8,,x\n",
        ),
    ]);
    for (file, line, words) in [
        ("rights.csv", 2, "themself"),
        ("rights.csv", 3, "nobody in particular"),
        ("rights.csv", 4, "name whom"),
        ("skills.csv", 3, "competency already"),
        ("marks.csv", 2, "needs the column"),
        ("marks.csv", 3, "no column"),
        ("marks.csv", 4, "manager's answer"),
        ("absences.csv", 2, "before from"),
        ("actions.csv", 2, "did you mean o"),
        ("actions.csv", 3, "objective of ann"),
        ("actions.csv", 4, "already (line 1 of objectives.toml)"),
        ("agreements.csv", 2, "success measure"),
        ("credentials.csv", 2, "their own paper"),
        ("credentials.csv", 3, "together"),
        ("posts.csv", 2, "1.00"),
        ("contracts.csv", 2, "at least two rows"),
    ] {
        assert!(
            found
                .iter()
                .any(|(f, l, text)| f == file && *l == line && text.contains(words)),
            "{file}:{line} {words}\n{found:#?}"
        );
    }
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

#[test]
fn no_bytes_make_it_panic() {
    let files = sample().files().unwrap();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 200,
        ..ProptestConfig::default()
    });
    let strategy = (
        0..files.len(),
        any::<prop::sample::Index>(),
        any::<Vec<u8>>(),
        0usize..40,
    );
    runner
        .run(&strategy, |(file, at, bytes, cut)| {
            let mut files = files.clone();
            let content = &mut files[file].1;
            let at = at.index(content.len());
            let end = (at + cut).min(content.len());
            content.splice(at..end, bytes);
            if let Ok(parsed) = parse(&files) {
                let _ = writings(&parsed, &Mode::Rightful, &mut Ids::readable(), day());
            }
            Ok(())
        })
        .unwrap();
}
