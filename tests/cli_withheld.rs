//! A technician's machine holds nobody else's marks, plans and talks: the commands tell of them what the screens tell, which is that they are
//! withheld, and never a nought.
#![cfg(unix)]

mod common;

use common::folder::{Folder, text};
use common::machines::joined;
use serde_json::Value;

/// What the screens say in the place of figures.
const NOBODY_ELSE: &str = "shown to managers: this machine holds nobody else’s marks.";
const SOME: &str = "shown to managers: this machine holds the marks of some people only.";

/// The sample's team, and in it a technician whose development talk is due, with a machine of their own.
fn technician() -> (Folder, Folder, String) {
    let host = Folder::with_sample();
    let due = host.json(&["show", "actions"])["actions"]["talks_due"].clone();
    let handles = due.as_array().unwrap().iter();
    let mut handles = handles.map(|talk| talk["person"]["handle"].as_str().unwrap());
    let me = handles.find(|handle| !["callum", "odile"].contains(handle));
    let me = me.expect("somebody's talk is due").to_owned();
    let guest = joined(&host, &me);
    (host, guest, me)
}

/// The entries of a list that are about somebody.
fn about(list: &Value, handle: &str) -> Vec<Value> {
    let all = list.as_array().unwrap().iter();
    let theirs = all.filter(|one| one["person"]["handle"] == handle);
    theirs.cloned().collect()
}

/// Handles and names of everybody in the heatmap.
fn people(folder: &Folder) -> Vec<(String, String)> {
    let shown = folder.json(&["show", "heatmap"]);
    let groups = shown["groups"].as_array().unwrap().iter();
    let rows = groups.flat_map(|group| group["rows"].as_array().unwrap());
    let mut people: Vec<_> = rows
        .map(|row| {
            let part = |key: &str| row["person"][key].as_str().unwrap().to_owned();
            (part("handle"), part("name"))
        })
        .collect();
    people.sort();
    people.dedup();
    people
}

/// Refuses in words, and prints nothing that could be taken for an answer.
fn refused(folder: &Folder, args: &[&str]) -> String {
    let ways: [&[&str]; 2] = [&[], &["--json"]];
    for json in ways {
        let ran = folder.run(&[args, json].concat());
        assert_eq!(ran.status.code(), Some(1), "{args:?}");
        assert_eq!(text(&ran.stdout), "", "{args:?}");
    }
    folder.refused(args)
}

#[test]
fn figures_over_others_are_null_and_the_text_says_why() {
    let (host, guest, me) = technician();
    let overview = guest.json(&["show", "overview"]);
    for key in ["one_holder", "no_holder", "at_risk", "talks_due", "heard"] {
        assert_eq!(overview["key"][key], Value::Null, "{key}");
    }
    for key in ["groups", "needs", "coverage", "succession"] {
        assert_eq!(overview[key], Value::Null, "{key}");
    }
    assert!(
        overview["withheld"]
            .as_str()
            .unwrap()
            .ends_with(NOBODY_ELSE)
    );
    // How it is made tells of nothing that is withheld.
    let because = overview["key"]["because"].as_array().unwrap().iter();
    let rules: Vec<&str> = because.map(|b| b["rule"].as_str().unwrap()).collect();
    for rule in ["one holder, none", "at risk", "talks due", "heard"] {
        assert!(!rules.contains(&rule), "{rules:?}");
    }
    // What is over their own marks alone stays, and is what their manager sees of them.
    let own = host.json(&["show", "person", &me]);
    for key in [
        "below_target",
        "fresh",
        "own_mark_only",
        "met",
        "completeness",
    ] {
        assert_eq!(overview["key"][key], own["key"][key], "{key}");
    }
    let heatmap = guest.json(&["show", "heatmap"]);
    assert_eq!(heatmap["needs"], Value::Null);
    assert_eq!(heatmap["coverage"], Value::Null);
    for group in heatmap["groups"].as_array().unwrap() {
        assert_eq!(
            (&group["key"], &group["needs"]),
            (&Value::Null, &Value::Null)
        );
    }
    let shown: Vec<String> = people(&guest).into_iter().map(|(h, _)| h).collect();
    assert_eq!(shown, std::slice::from_ref(&me));
    let succession = guest.json(&["show", "succession"]);
    for key in ["succession", "coverage", "sole_cover"] {
        assert_eq!(succession[key], Value::Null, "{key}");
    }
    let since = guest.json(&["show", "overview", "--since", "2026-06-01"]);
    for key in ["figures", "posts", "skills"] {
        assert_eq!(since[key], Value::Null, "{key}");
    }
    let cells = since["cells"].as_array().unwrap();
    assert_eq!(about(&since["cells"], &me).len(), cells.len());
    // Nobody is called the only holder of a skill by somebody who cannot know.
    let person = guest.json(&["show", "person", &me]);
    assert_eq!(person["sole_cover"], Value::Null);
    assert!(person["withheld"].as_str().unwrap().ends_with(NOBODY_ELSE));

    let overview = guest.ok(&["show", "overview"]);
    assert!(overview.contains("Key figures, yours alone"), "{overview}");
    let succession = guest.ok(&["show", "succession"]);
    let coverage = format!("Coverage is {NOBODY_ELSE}");
    assert!(succession.contains(&coverage), "{succession}");
    let others = people(&host).into_iter().filter(|(h, _)| *h != me);
    let others: Vec<String> = others.map(|(_, name)| name).collect();
    assert!(others.len() > 20);
    for args in [
        &["show", "overview"][..],
        &["show", "overview", "--since", "2026-06-01"],
        &["show", "overview", "--as-of", "2026-06-01"],
        &["show", "heatmap"],
        &["show", "succession"],
    ] {
        let said = guest.ok(args);
        assert!(said.contains(NOBODY_ELSE), "{args:?}: {said}");
        for never in ["no holder", "one holder", "talks due:", "heard from"] {
            assert!(!said.contains(never), "{args:?}, {never}: {said}");
        }
        for name in &others {
            assert!(!said.contains(name.as_str()), "{args:?}, {name}: {said}");
        }
    }
    for args in [&["show", "overview"][..], &["show", "succession"]] {
        let said = guest.ok(args);
        let records = "Succession records are read by managers and heads only.";
        assert!(said.contains(records), "{args:?}: {said}");
    }

    // Whoever reads everybody is told everything.
    let whole = host.json(&["show", "overview"]);
    assert_eq!(whole["withheld"], Value::Null);
    assert!(whole["key"]["no_holder"].is_u64() && whole["key"]["talks_due"].is_u64());
    assert!(!host.ok(&["show", "overview"]).contains("shown to managers"));
}

#[test]
fn actions_are_counted_from_the_plans_that_may_be_read() {
    let (host, guest, me) = technician();
    let (all, own) = (
        host.json(&["show", "actions"])["actions"].clone(),
        guest.json(&["show", "actions"])["actions"].clone(),
    );
    assert_eq!(all["withheld"], Value::Null);
    assert!(all["agreed"]["of"].as_u64() > Some(20));
    assert_eq!(own["agreed"]["of"], 1);
    assert_eq!(own["lines"], Value::Array(about(&all["lines"], &me)));
    let due = about(&all["talks_due"], &me);
    assert_eq!((due.len(), &own["talks_due"]), (1, &Value::Array(due)));
    let overview = guest.json(&["show", "overview"]);
    assert_eq!(overview["actions"], own);
    let said = guest.ok(&["show", "actions"]);
    assert!(said.contains(" of 1 plans agreed"), "{said}");
    let which = "Only your own plan and talks are counted: this machine holds nobody else’s.";
    assert!(said.contains(which), "{said}");
    for (_, name) in people(&host).iter().filter(|(h, _)| *h != me) {
        assert!(!said.contains(name.as_str()), "{name}: {said}");
    }
}

#[test]
fn of_a_colleague_nothing_is_told_and_of_oneself_everything() {
    let (host, guest, me) = technician();
    let other = ["kofi", "dilys"].into_iter().find(|h| *h != me).unwrap();
    let name = host.json(&["show", "person", other])["person"]["name"].clone();
    let name = name.as_str().unwrap();
    let asked: [(&[&str], &str); 7] = [
        (&["show", "plan", other], "plan"),
        (&["export", "plan", other], "plan"),
        (&["agree", other], "plan"),
        (&["objective", "close", other, "1"], "plan"),
        (&["action", "done", other, "1.1"], "plan"),
        (&["compare", other, "x-ray suite"], "record"),
        (&["show", "person", other], "record"),
    ];
    for (args, what) in asked {
        let said = refused(&guest, args);
        let (of, next) = (
            format!("the {what} of {name}"),
            format!("ask {name} or a manager of the team"),
        );
        let why = "this machine holds nothing of it that you may read";
        for part in [of.as_str(), why, next.as_str()] {
            assert!(said.contains(part), "{args:?}, {part}: {said}");
        }
    }
    // A card is everybody's.
    let said = refused(&guest, &["show", "person", other]);
    assert!(said.contains("@harbourne.example"), "{said}");
    let file = guest.beside("plan.md");
    guest.refused(&["export", "plan", other, file.to_str().unwrap()]);
    assert!(!file.exists());

    let plan = ["show", "plan", &me];
    assert_eq!(guest.json(&plan)["plan"], host.json(&plan)["plan"]);
    guest.ok(&["export", "plan", &me]);
    let compare = ["compare", &me, "x-ray suite"];
    let (seen, own) = (host.json(&compare), guest.json(&compare));
    for key in ["lines", "readiness"] {
        assert_eq!(own[key], seen[key], "{key}");
    }

    for option in ["--leaves", "--away", "--completes"] {
        for person in [other, &me] {
            let said = refused(&guest, &["what-if", option, person]);
            let why = "it is for managers: this machine holds nobody else’s marks";
            assert!(said.contains(why), "{said}");
        }
    }
}

/// A head reads which posts are critical and who is nominated, and nobody's record.
#[test]
fn a_head_is_told_of_posts_and_of_nobody_s_readiness() {
    let host = Folder::with_sample();
    host.ok(&["person", "role", "dilys", "head", "--yes"]);
    let guest = joined(&host, "dilys");
    let shown = guest.json(&["show", "succession"]);
    let whole = host.json(&["show", "succession"]);
    let all = whole["succession"]["posts"].as_array().unwrap();
    let posts = shown["succession"]["posts"].as_array().unwrap();
    assert_eq!(posts.len(), all.len());
    for key in ["ready_now", "at_risk", "depth", "adjusted_depth"] {
        assert_eq!(shown["succession"][key], Value::Null, "{key}");
        assert_ne!(whole["succession"][key], Value::Null, "{key}");
    }
    for post in posts {
        let other = all.iter().find(|p| p["post"] == post["post"]).unwrap();
        assert_eq!(
            (&post["c"], &post["factors"]),
            (&other["c"], &other["factors"])
        );
        let holders = post["holders"].as_array().unwrap();
        let known = holders.iter().all(|h| h["handle"] == "dilys");
        for key in ["l", "risk", "band"] {
            assert_eq!(post[key].is_null(), !known, "{key}: {post:#}");
        }
        for nominee in post["nominees"].as_array().unwrap() {
            let own = nominee["person"]["handle"] == "dilys";
            assert_eq!(nominee["readiness"].is_null(), !own, "{nominee:#}");
        }
    }
    let said = guest.ok(&["show", "succession"]);
    let why = format!("Coverage, risk and readiness are {NOBODY_ELSE}");
    assert!(said.contains(&why), "{said}");
    assert!(!said.contains("ready-now coverage"), "{said}");
}

/// A line manager who is no manager of the team reads some people, and figures of the team are as false there.
#[test]
fn whoever_reads_some_people_is_told_of_these() {
    let host = Folder::with_sample();
    host.ok(&["person", "line-manager", "zain", "dilys", "--yes"]);
    let guest = joined(&host, "dilys");
    let shown: Vec<String> = people(&guest).into_iter().map(|(h, _)| h).collect();
    assert_eq!(shown, ["dilys", "zain"]);
    let overview = guest.json(&["show", "overview"]);
    assert_eq!(overview["key"]["no_holder"], Value::Null);
    assert_eq!(overview["coverage"], Value::Null);
    assert!(overview["withheld"].as_str().unwrap().ends_with(SOME));
    let actions = guest.json(&["show", "actions"])["actions"].clone();
    assert_eq!(actions["agreed"]["of"], 2);
    let said = guest.ok(&["show", "actions"]);
    assert!(said.contains("Only plans and talks that you may read are counted."));
    let plan = ["show", "plan", "zain"];
    // The short names that an import gave stand in records, of which this machine holds a few.
    let objectives = |folder: &Folder| {
        let mut all = folder.json(&plan)["plan"]["objectives"].clone();
        for objective in all.as_array_mut().unwrap() {
            for by in objective["agreement"]["by"].as_array_mut().unwrap() {
                by["handle"] = Value::Null;
            }
        }
        all
    };
    assert_eq!(objectives(&guest), objectives(&host));
    assert!(!objectives(&guest).as_array().unwrap().is_empty());
    guest.ok(&["show", "person", "zain"]);
    guest.ok(&["compare", "zain", "x-ray suite"]);
    let said = guest.refused(&["show", "plan", "kofi"]);
    assert!(said.contains("nothing of it that you may read"), "{said}");
    let said = guest.refused(&["what-if", "--leaves", "zain"]);
    assert!(said.contains("the marks of some people only"), "{said}");
}
