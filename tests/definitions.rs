//! Examples of the rules that were worked by hand, through the built program: a folder with just what an example needs is imported, and the
//! commands give the numbers.

mod common;

use common::folder::{Folder, SAMPLE_DAY, text};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

/// Nine competencies that the column expects, and two that it leaves to the post.
const NINE: [&str; 9] = [
    "safety", "budget", "planning", "c1", "c2", "c3", "c4", "c5", "c6",
];
const DEPENDS: [&str; 2] = ["d1", "d2"];

/// The folder of a team as it is made: rows by file.
struct Plain {
    files: BTreeMap<&'static str, String>,
}

impl Plain {
    /// The team's head keeps everybody's record; nobody else is there yet.
    fn new() -> Self {
        let mut plain = Self {
            files: BTreeMap::new(),
        };
        plain.file("team.toml", "name = \"Worked\"\nowner = \"boss\"\n");
        plain.file("areas.csv", "id,name,order\nshop,Workshop,1\n");
        plain.file("people.csv", "id,name,contact\nboss,Olive Oak,\n");
        let mut framework =
            "[framework]\ntitle = \"Eleven\"\ninstitution = \"\"\nversion = \"1\"\n\
             [scale]\nanchor_low = \"not yet\"\nanchor_high = \"fully\"\n"
                .to_owned();
        let mut cells = String::new();
        for (n, id) in NINE.iter().chain(&DEPENDS).enumerate() {
            // Writing to a String cannot fail.
            let _ = write!(
                framework,
                "[[competency]]\nid = \"{id}\"\nname = \"{id}\"\nshort = \"{id}\"\ncode = \"K{n}\"\nmeaning = \"Of use.\"\ngroup = \"Work\"\n"
            );
            let expected = if DEPENDS.contains(id) {
                "\"depends\""
            } else {
                "true"
            };
            let _ = write!(
                cells,
                "[g6.{id}]\nexpected = {expected}\ndescriptor = \"Does it.\"\n"
            );
        }
        framework += "[[column]]\nid = \"g6\"\nname = \"Grade 6\"\ngrade = 6\nband = \"6\"\npath = \"Technical\"\ntitle = \"Maker\"\ntitles = [\"Maker\"]\nqualification_levels = []\n";
        plain.file("framework/framework.toml", &framework);
        plain.file("framework/cells.toml", &cells);
        plain
    }

    fn file(&mut self, name: &'static str, text: &str) {
        self.files.insert(name, text.to_owned());
    }

    /// Adds a row to a table, which begins with its columns.
    fn row(&mut self, file: &'static str, columns: &str, row: &str) -> &mut Self {
        let table = self
            .files
            .entry(file)
            .or_insert_with(|| format!("{columns}\n"));
        *table += &format!("{row}\n");
        self
    }

    /// Somebody whose line manager is the head of the team.
    fn person(&mut self, id: &str) -> &mut Self {
        self.row("people.csv", "", &format!("{id},{id},"));
        self.row(
            "rights.csv",
            "person,right,over,from",
            &format!("boss,line,{id},2024-01-15"),
        )
    }

    /// A post on the column, held by somebody or by nobody.
    fn post(&mut self, id: &str, holder: &str) -> &mut Self {
        self.row(
            "posts.csv",
            "id,title,area,column,fte",
            &format!("{id},{id},shop,g6,1.00"),
        );
        if !holder.is_empty() {
            self.row(
                "holders.csv",
                "post,person,from,until",
                &format!("{id},{holder},2024-01-15,"),
            );
        }
        self
    }

    fn skill(&mut self, target: &str) -> &mut Self {
        self.row(
            "skills.csv",
            "id,name,code,target,n_min,critical",
            &format!("laser,Laser,Las,{target},2,yes"),
        )
    }

    fn mark(&mut self, person: &str, subject: &str, by: &str, day: &str, value: &str) -> &mut Self {
        let column = if subject == "laser" { "" } else { "g6" };
        self.row(
            "marks.csv",
            "person,subject,column,by,date,value",
            &format!("{person},{subject},{column},{by},{day},{value}"),
        )
    }

    /// The head's mark in everything that the column can ask for.
    fn all(&mut self, person: &str, value: &str) -> &mut Self {
        for subject in NINE.iter().chain(&DEPENDS) {
            self.mark(person, subject, "boss", "2026-05-01", value);
        }
        self
    }

    fn critical(&mut self, post: &str, factors: &str, nominees: &[&str]) -> &mut Self {
        self.row(
            "critical.csv",
            "post,from,impact,statutory,replace,scarcity,reason",
            &format!("{post},2026-01-01,{factors},"),
        );
        for who in nominees {
            self.row(
                "nominations.csv",
                "post,person,from,decision,reason",
                &format!("{post},{who},2026-01-01,,"),
            );
        }
        self
    }

    fn imported(&self) -> Folder {
        let folder = Folder::new();
        let dir = folder.beside("plain");
        for (name, text) in &self.files {
            let path = dir.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder.ok(&["import", dir.to_str().unwrap(), "--as", "boss"]);
        folder
    }
}

/// The JSON of a command on another day.
fn on(folder: &Folder, day: &str, args: &[&str]) -> Value {
    let output = Command::new(common::program())
        .args(["--today", day, "--json", "--data-dir"])
        .arg(folder.data())
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn named<'a>(list: &'a Value, of: &str, id: &str) -> &'a Value {
    let all = list.as_array().unwrap();
    all.iter()
        .find(|v| v[of]["id"] == id)
        .unwrap_or_else(|| panic!("no {id} in {list:#}"))
}

fn handles(list: &Value) -> Vec<&str> {
    let all = list.as_array().unwrap().iter();
    all.map(|w| w["handle"].as_str().unwrap()).collect()
}

fn n_of(count: &Value) -> (u64, u64) {
    (count["n"].as_u64().unwrap(), count["of"].as_u64().unwrap())
}

#[test]
fn definition_8_need_of_five_people() {
    let mut plain = Plain::new();
    for (person, by, value) in [
        ("a", "a", "5"),
        ("b", "b", "5"),
        ("c", "c", "6"),
        ("d", "boss", "8"),
        ("e", "boss", "8"),
    ] {
        plain.person(person).post(person, person);
        plain.mark(person, "safety", by, "2026-11-10", value);
    }
    let report = plain.imported().json(&["show", "heatmap"]);
    let need = named(&report["needs"], "subject", "safety");
    assert_eq!(n_of(&need["in_need"]), (3, 5));
    assert_eq!(
        (&need["flagged"], &need["unvalidated"]),
        (&true.into(), &3.into())
    );
    // 2 + 2 + 1.
    assert_eq!(need["gap_sum"], 5.0);
}

#[test]
fn definition_9_not_observed_leaves_no_cover_and_a_claim() {
    let mut plain = Plain::new();
    plain.person("a").post("a", "a").skill("8");
    plain
        .mark("a", "laser", "boss", "2026-03-10", "8")
        .mark("a", "laser", "boss", "2026-11-10", "not observed")
        .mark("a", "laser", "a", "2026-10-01", "8.5");
    let folder = plain.imported();
    let report = folder.json(&["show", "succession"]);
    let laser = named(&report["coverage"], "skill", "laser");
    assert_eq!(laser["state"], "no-holder");
    assert!(handles(&laser["holders"]).is_empty());
    assert_eq!(handles(&laser["claimed"]), ["a"]);
    assert!(report["sole_cover"].as_array().unwrap().is_empty());
    // Before November one person held it, alone.
    let june = folder.json(&["show", "succession", "--as-of", "2026-06-01"]);
    let laser = named(&june["coverage"], "skill", "laser");
    assert_eq!(
        (&laser["state"], handles(&laser["holders"])),
        (&"one-holder".into(), vec!["a"])
    );
    assert_eq!(june["sole_cover"][0]["person"]["handle"], "a");
    // And the difference between the two days is just that.
    let since = folder.json(&["show", "heatmap", "--since", "2026-06-01"]);
    let skills = since["skills"].as_array().unwrap();
    assert_eq!(skills.len(), 1, "{skills:?}");
    let sides = [&skills[0]["before"], &skills[0]["after"]].map(|side| side["state"].clone());
    assert_eq!(sides, ["one-holder", "no-holder"]);
}

#[test]
fn definitions_10_to_12_risk_of_a_post_whose_holder_wishes_to_move() {
    let mut plain = Plain::new();
    plain.person("a").post("lab", "a");
    plain.row(
        "horizons.csv",
        "person,said,told,band",
        "a,2026-11-01,yes,wish-to-move",
    );
    plain.critical("lab", "5,5,5,4", &[]);
    // 3.5 is critical, 3.25 is not, a statutory duty of 5 alone is.
    plain.post("edge", "").critical("edge", "4,3,4,3", &[]);
    plain.post("below", "").critical("below", "4,3,3,3", &[]);
    plain.post("duty", "").critical("duty", "1,5,1,1", &[]);
    let folder = plain.imported();
    let report = folder.json(&["show", "succession"]);
    let posts = &report["succession"]["posts"];
    let lab = named(posts, "post", "lab");
    assert_eq!(
        (
            &lab["mean"],
            &lab["c"],
            &lab["l"],
            &lab["risk"],
            &lab["band"]
        ),
        (
            &4.75.into(),
            &5.into(),
            &3.into(),
            &15.into(),
            &"high".into()
        )
    );
    assert_eq!(lab["at_risk"], true);
    let edge = named(posts, "post", "edge");
    // Vacant: 5 × 4.
    assert_eq!((&edge["l"], &edge["risk"]), (&5.into(), &20.into()));
    let is = |id: &str| named(posts, "post", id)["critical"].as_bool().unwrap();
    assert_eq!((is("edge"), is("below"), is("duty")), (true, false, true));
    // If the holder left, L would be 5: 5 × 5.
    let what_if = folder.json(&["what-if", "--leaves", "a"]);
    let lab = named(&what_if["posts"], "post", "lab");
    assert_eq!(
        (&lab["before"]["risk"], &lab["after"]["risk"]),
        (&15.into(), &25.into())
    );
}

#[test]
fn definition_11_a_contract_that_ends_three_days_after_twelve_months() {
    let mut plain = Plain::new();
    for (who, end) in [
        ("a", "2027-11-24"),
        ("b", "2027-11-21"),
        ("c", "2029-11-21"),
        ("d", "2029-11-22"),
    ] {
        plain
            .person(who)
            .post(who, who)
            .critical(who, "4,4,4,4", &[]);
        let row = format!("{who},2024-01-15,1.00,{end}");
        plain.row("contracts.csv", "person,from,fte,end", &row);
    }
    let report = plain.imported().json(&["show", "succession"]);
    let l = |id: &str| {
        named(&report["succession"]["posts"], "post", id)["l"]
            .as_u64()
            .unwrap()
    };
    assert_eq!((l("a"), l("b"), l("c"), l("d")), (3, 4, 3, 2));
}

#[test]
fn definition_13_ten_of_twelve_present_is_one_to_two_years() {
    let mut plain = Plain::new();
    plain.skill("8").post("lab", "");
    plain.row("post_skills.csv", "post,skill", "lab,laser");
    // Nine cells at 7, the two that depend blank, and the skill met.
    plain.person("a");
    for subject in NINE {
        plain.mark("a", subject, "boss", "2026-05-01", "7");
    }
    plain.mark("a", "laser", "boss", "2026-05-01", "8");
    // All twelve, but for one mark: the largest gap decides.
    for (who, budget) in [("b", "6.5"), ("c", "5"), ("d", "4.5"), ("e", "2.5")] {
        plain.person(who).all(who, "7");
        plain.mark(who, "budget", "boss", "2026-06-01", budget);
        plain.mark(who, "laser", "boss", "2026-05-01", "8");
    }
    // Nine of twelve are 75 %.
    plain.person("f");
    for subject in NINE {
        plain.mark("f", subject, "boss", "2026-05-01", "7");
    }
    let folder = plain.imported();
    let ready = |who: &str| folder.json(&["compare", who, "lab"])["readiness"].clone();
    let a = ready("a");
    assert_eq!(
        (n_of(&a["present"]), &a["band"]),
        ((10, 12), &"one-to-two".into())
    );
    let missing = a["missing_marks"].as_array().unwrap();
    let missing: Vec<&str> = missing.iter().map(|m| m["id"].as_str().unwrap()).collect();
    assert_eq!(missing, DEPENDS);
    let bands = ["b", "c", "d", "e", "f"].map(|who| ready(who)["band"].clone());
    assert_eq!(
        bands,
        [
            "ready-now",
            "one-to-two",
            "three-to-five",
            "not-yet",
            "unknown"
        ]
    );
    assert_eq!(ready("c")["largest_gap"], 2.0);
}

#[test]
fn definition_14_ready_now_coverage_depth_and_adjusted_depth() {
    let mut plain = Plain::new();
    plain.person("ready").all("ready", "7");
    plain.person("close").all("close", "5");
    plain.person("unknown");
    for post in ["one", "two", "three", "minor"] {
        plain.post(post, "");
    }
    plain
        .critical("one", "4,4,4,4", &["ready", "close"])
        .critical("two", "4,4,4,4", &["close", "unknown"])
        .critical("three", "4,4,4,4", &["close"])
        .critical("minor", "1,1,1,1", &[]);
    let folder = plain.imported();
    let report = folder.json(&["show", "succession"]);
    let figures = &report["succession"];
    assert_eq!(n_of(&figures["ready_now"]), (1, 3));
    assert_eq!(
        (&figures["at_risk"], &figures["depth"]),
        (&2.into(), &2.into())
    );
    // 1 + 1/3, in thousandths.
    assert_eq!(figures["adjusted_depth"], 1.333);
    // Successors stand by name, never by band.
    let one = named(&figures["posts"], "post", "one");
    let names: Vec<&str> = one["nominees"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n["person"]["handle"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["close", "ready"]);
    // Without the one who is ready nobody covers anything.
    let what_if = folder.json(&["what-if", "--leaves", "ready"]);
    let all = what_if["figures"].as_array().unwrap();
    let ready = all.iter().find(|f| f["name"] == "ready now").unwrap();
    assert_eq!(
        (n_of(&ready["before"]), n_of(&ready["after"])),
        ((1, 3), (0, 3))
    );
}

#[test]
fn definition_18_dates_in_conflict_count_as_the_earlier_and_progress_leaves_out_what_is_dropped() {
    let mut plain = Plain::new();
    plain.person("a").post("a", "a");
    plain.file(
        "objectives.toml",
        "[[objectives]]\nperson = \"a\"\nid = \"o\"\nobjective = \"Learn it\"\ndifference = \"alone\"\npriority = \"gap\"\n",
    );
    let columns = "person,id,objective,order,text,completion,progress,conflict";
    for row in [
        "a,torn,o,1,Torn,2027-01-31,0,c1",
        "a,torn,o,1,Torn,2027-02-28,0,c1",
        "a,done,o,2,Done,2026-10-01,100,",
        "a,closed,o,3,Closed,2026-10-01,100,",
        "a,dropped,o,4,Dropped,2026-10-01,0,",
    ] {
        plain.row("actions.csv", columns, row);
    }
    let columns = "person,item,date,state,reason";
    for row in [
        "a,done,2026-11-01,to-discuss,",
        "a,closed,2026-11-01,to-discuss,",
        "a,closed,2026-11-10,closed,",
        "a,dropped,2026-11-10,dropped,no time",
    ] {
        plain.row("states.csv", columns, row);
    }
    let folder = plain.imported();
    let report = on(&folder, "2027-02-10", &["show", "actions"]);
    let actions = &report["actions"];
    assert_eq!(
        (&actions["open"], &actions["overdue"]),
        (&1.into(), &1.into())
    );
    let torn = &actions["lines"][0];
    assert_eq!(
        (&torn["overdue"], &torn["conflict"], &torn["days"]),
        (&true.into(), &true.into(), &(-10).into())
    );
    assert_eq!(
        (
            &actions["to_discuss"],
            &actions["closed"],
            &actions["dropped"]
        ),
        (&1.into(), &1.into(), &1.into())
    );
    // Done are two of three: what is dropped is none of them.
    let plan = folder.json(&["show", "plan", "a"]);
    let objective = &plan["plan"]["objectives"][0];
    assert_eq!(n_of(&objective["done"]), (2, 3));
    assert_eq!(objective["actions"][3]["reason"], "no time");
    // On the day itself it is not overdue yet.
    let report = on(&folder, "2027-01-31", &["show", "actions"]);
    assert_eq!(report["actions"]["overdue"], 0);
}

#[test]
fn definition_21_a_talk_is_due_from_thirty_days_ahead_and_heard_is_nothing_before_the_first_sync() {
    let mut plain = Plain::new();
    for (who, last) in [
        ("due", "2025-12-21"),
        ("fine", "2025-12-22"),
        ("never", ""),
        ("planned", "2026-11-22"),
    ] {
        plain.person(who);
        if !last.is_empty() {
            let row = format!("{who},t,{last},development,");
            plain.row("meetings.csv", "person,id,date,kind,notes", &row);
        }
    }
    let folder = plain.imported();
    let report = folder.json(&["show", "actions"]);
    let due = report["actions"]["talks_due"].as_array().unwrap();
    let due: Vec<&str> = due
        .iter()
        .map(|t| t["person"]["handle"].as_str().unwrap())
        .collect();
    // The head of the team has no line manager; never talked comes first.
    assert_eq!(due, ["never", "planned", "due"]);
    let overview = folder.json(&["show", "overview"]);
    assert_eq!(overview["key"]["talks_due"], 3);
    assert_eq!(overview["key"]["heard"], Value::Null);
    // Nobody has an open objective, so no plan is agreed.
    assert_eq!(n_of(&report["actions"]["agreed"]), (0, 4));
    let then = on(&folder, "2026-11-20", &["show", "actions"]);
    assert_eq!(
        then["actions"]["talks_due"].as_array().unwrap().len(),
        2,
        "{SAMPLE_DAY} less a day"
    );
    // Against an earlier day, by the talks' own dates: the last of “due” was not held then.
    let since = folder.json(&["show", "overview", "--as-of", "2025-12-20"]);
    assert_eq!(since["key"]["talks_due"], 4);
}

#[test]
fn s04_both_marks_and_their_difference_stand_on_one_line_and_neither_overwrites_the_other() {
    let mut plain = Plain::new();
    plain.person("a").post("a", "a");
    plain.mark("a", "safety", "a", "2026-11-10", "6");
    let folder = plain.imported();
    let cell = |folder: &Folder| {
        let report = folder.json(&["show", "person", "a"]);
        let rows = report["rows"].as_array().unwrap();
        let cells = rows[0]["cells"].as_array().unwrap();
        let found = cells.iter().find(|c| c["subject"]["id"] == "safety");
        found.unwrap().clone()
    };
    folder.ok(&["review", "a", "safety", "8", "--column", "g6"]);
    let both = cell(&folder);
    assert_eq!(
        (&both["own"]["points"], &both["manager"]["points"]),
        (&6.0.into(), &8.0.into()),
        "{both:#}"
    );
    assert_eq!(
        (&both["divergence"], &both["divergence_flagged"]),
        (&2.0.into(), &true.into())
    );
    // Neither side's next word touches the other's.
    folder.ok(&["review", "a", "safety", "7", "--column", "g6"]);
    let after = cell(&folder);
    assert_eq!(after["own"], both["own"]);
    assert_eq!(
        (&after["divergence"], &after["divergence_flagged"]),
        (&1.0.into(), &false.into())
    );
    let text = folder.ok(&["show", "person", "a"]);
    assert!(text.contains("Manager 7.0 − own 6.0 = +1.0"), "{text}");
}

#[test]
fn s20_everybody_whose_last_talk_is_older_than_the_review_period_is_listed_whatever_the_grade() {
    let folder = Folder::with_sample();
    let report = folder.json(&["show", "actions"]);
    let due: Vec<String> = report["actions"]["talks_due"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["person"]["handle"].as_str().unwrap().to_owned())
        .collect();
    let heatmap = folder.json(&["show", "heatmap"]);
    let mut asked = 0;
    let mut grades = std::collections::BTreeSet::new();
    for group in heatmap["groups"].as_array().unwrap() {
        for row in group["rows"].as_array().unwrap() {
            let handle = row["person"]["handle"].as_str().unwrap();
            let person = folder.json(&["show", "person", handle]);
            let last = person["last_talk"].as_str();
            // 12 months, listed 30 days ahead: the last talk is on or before 21 Dec 2025, or there was none.
            let is_due = !row["manager"].is_null() && last.is_none_or(|day| day <= "2025-12-21");
            assert_eq!(
                due.contains(&handle.to_owned()),
                is_due,
                "{handle}: {last:?}"
            );
            asked += 1;
            if is_due {
                grades.insert(row["grade"].as_u64());
            }
        }
    }
    assert!(asked > 10 && !due.is_empty());
    assert!(grades.len() > 1, "of more than one grade: {grades:?}");
}
