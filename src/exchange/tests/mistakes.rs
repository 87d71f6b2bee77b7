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
