//! Every mistake is reported, with file and line, and no bytes do harm.

use super::*;
use proptest::prelude::*;

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
fn no_bytes_make_it_panic() {
    let files = sample().files().unwrap();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 80,
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

#[test]
fn another_separator_is_one_mistake_and_not_hundreds() {
    for (sign, name) in [(";", "semicolons"), ("\t", "tabs")] {
        let marks = "person,subject,column,by,date,value\nann,safety,g6,ann,2026-11-01,5.5\n"
            .replace(',', sign);
        let found = problems(&[TEAM, PEOPLE, ("marks.csv", &marks)]);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!((found[0].0.as_str(), found[0].1), ("marks.csv", 1));
        assert!(found[0].2.contains(name), "{found:?}");
    }
}

#[test]
fn long_names_and_hidden_characters_are_named_with_their_field() {
    let long = "Ann ".repeat(60);
    let people = format!("id,name\nann,{long}\nbo,B\u{202e}o\n");
    let found = problems(&[TEAM, ("people.csv", &people)]);
    let at = |line: u32, words: &str| {
        let named = |(file, l, text): &(String, u32, String)| {
            file == "people.csv" && *l == line && text.starts_with("name ") && text.contains(words)
        };
        assert!(found.iter().any(named), "{line} {words}: {found:#?}");
    };
    at(2, "the 200 that one line takes");
    at(3, "U+202E");
    assert_eq!(found.len(), 2, "{found:#?}");
}

#[test]
fn a_folder_in_the_place_of_a_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("marks.csv")).unwrap();
    for (path, text) in [TEAM, PEOPLE] {
        std::fs::write(dir.path().join(path), text).unwrap();
    }
    let found = parse(&Directory(dir.path().to_owned())).unwrap_err();
    let said = found[0].to_string();
    assert!(said.contains("marks.csv is a folder"), "{said}");
    assert!(!said.starts_with(':'), "{said}");
}
