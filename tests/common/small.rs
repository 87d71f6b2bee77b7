//! A small made-up team, small enough to be damaged, filled up and killed hundreds of times.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The day that all of it is looked at.
pub const DAY: &str = "2026-11-20";
/// Its people; the first owns it.
pub const PEOPLE: [&str; 3] = ["oak", "elm", "fir"];

const FILES: &[(&str, &str)] = &[
    (
        "team.toml",
        "name = \"Glass and Metal\"\nshort_name = \"Glass\"\nowner = \"oak\"\n",
    ),
    ("areas.csv", "id,name,order\nshop,Workshop,1\n"),
    (
        "people.csv",
        "id,name,contact\noak,Olive Oak,room 1\nelm,Edgar Elm,room 2\nfir,Fay Fir,room 3\n",
    ),
    (
        "rights.csv",
        "person,right,over,from,until\noak,line,elm,,\noak,line,fir,,\nelm,reviewer,oak,,\n",
    ),
    (
        "skills.csv",
        "id,from,name,code,target,n_min,critical\nlathe,,Lathe work,Lth,6,2,yes\nkiln,,Kiln work,Kln,7,1,no\n",
    ),
    (
        "posts.csv",
        "id,from,title,area,column,fte,career_to\nhead,,Head of the shop,shop,c1,1,\nhand,,Hand in the shop,shop,c1,0.5,\n",
    ),
    (
        "holders.csv",
        "post,person,from,until\nhead,oak,,\nhand,elm,,\n",
    ),
    (
        "post_skills.csv",
        "post,skill,from,listed\nhead,lathe,,yes\nhand,lathe,,yes\nhand,kiln,,yes\n",
    ),
    (
        "must_haves.csv",
        "post,code,from,name,listed\nhand,first-aid,,First aid,yes\n",
    ),
    (
        "critical.csv",
        "post,from,impact,statutory,replace,scarcity,reason\nhead,,4,2,5,3,one person knows the kiln\n",
    ),
    (
        "nominations.csv",
        "post,person,from,until,decision,reason\nhead,elm,,,1-2,two projects to lead first\n",
    ),
    (
        "contracts.csv",
        "person,from,fte,end,notice\noak,,1,,\nelm,,0.5,,\n",
    ),
    (
        "credentials.csv",
        "person,id,code,name,kind,obtained,expires,booked,sighted_by,sighted_on,source\n\
         elm,aid,first-aid,First aid at work,certificate,2025-03-01,2028-03-01,,oak,2025-03-05,paper\n\
         fir,crane,crane,Overhead crane,training,2024-05-01,,,,,paper\n",
    ),
    (
        "marks.csv",
        "person,subject,column,by,date,value,evidence,link,feedback,source\n\
         oak,craft,c1,oak,2026-05-01,8,,,,form\n\
         elm,craft,c1,oak,2026-05-02,6.5,,,steady,form\n\
         elm,craft,c1,elm,2026-05-01,7,made the new jigs,,,form\n\
         elm,lathe,,oak,2026-05-02,7,,,,form\n\
         elm,kiln,,oak,2026-05-02,4,,,,form\n\
         fir,lathe,,oak,2026-05-03,5.5,,,,form\n",
    ),
    (
        "meetings.csv",
        "person,id,date,kind,notes\nelm,talk-1,2026-05-02,development,the kiln next\n",
    ),
    (
        "framework/framework.toml",
        "[framework]\ntitle = \"Two competencies\"\ninstitution = \"\"\nversion = \"1\"\n\
         [scale]\nanchor_low = \"not yet\"\nanchor_high = \"fully\"\n\
         [[competency]]\nid = \"craft\"\nname = \"Craft\"\nshort = \"Craft\"\ncode = \"Crf\"\nmeaning = \"Making things.\"\ngroup = \"Work\"\n\
         [[competency]]\nid = \"care\"\nname = \"Care\"\nshort = \"Care\"\ncode = \"Car\"\nmeaning = \"Keeping things safe.\"\ngroup = \"Work\"\n\
         [[column]]\nid = \"c1\"\nname = \"Column 1\"\ngrade = 1\nband = \"1\"\npath = \"Technical\"\ntitle = \"Maker\"\ntitles = [\"Maker\"]\nqualification_levels = []\n",
    ),
    (
        "framework/cells.toml",
        "[c1.craft]\nexpected = true\ndescriptor = \"Makes what is asked for.\"\n\
         [c1.care]\nexpected = true\ndescriptor = \"Leaves the place safe.\"\n",
    ),
];

/// Writes the team's folder of plain files.
pub fn write_team(dir: &Path) {
    for (name, text) in FILES {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// The program on one data folder, with an environment of its own.
#[derive(Clone, Debug)]
pub struct Program {
    /// The data folder.
    pub data: PathBuf,
    /// Variables set besides those of the test.
    pub env: Vec<(String, String)>,
}

/// What a run of the program ended in.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Exit status; `None` where a signal ended it.
    pub status: Option<i32>,
    /// How it ended, in the system's words.
    pub ended: String,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code(),
            ended: output.status.to_string(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    /// Whether it did what was asked.
    pub fn done(&self) -> bool {
        self.status == Some(0)
    }

    /// Whatever was asked, a program ends with one of its own statuses, and says why when it could not do it.
    pub fn behaved(&self) -> Result<(), String> {
        for text in [&self.out, &self.err] {
            if text.contains("panicked") || text.contains("RUST_BACKTRACE") {
                return Err(format!("it panicked: {text}"));
            }
        }
        match self.status {
            Some(0) => Ok(()),
            Some(1) if !self.err.trim().is_empty() || !self.out.trim().is_empty() => Ok(()),
            _ => Err(format!("{}: {}{}", self.ended, self.out, self.err)),
        }
    }
}

impl Program {
    /// On a data folder.
    pub fn on(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            env: Vec::new(),
        }
    }

    /// The command, ready to be started.
    pub fn command(&self, today: &str, args: &[&str]) -> Command {
        let mut command = Command::new(super::program());
        command
            .args(["--today", today, "--data-dir"])
            .arg(&self.data)
            .args(args)
            .env_remove("GUILDHALL_LOG")
            .envs(self.env.iter().map(|(k, v)| (k, v)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.command(DAY, args).output().unwrap().into()
    }

    /// Runs it and asserts that it did what was asked.
    pub fn ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert!(ran.done(), "{args:?}: {ran:?}");
        ran.out
    }

    /// Everything that is shown, by the command that shows it; or the first refusal.
    pub fn shown(&self) -> Result<Shown, Ran> {
        let mut all = Shown::new();
        for args in views() {
            all.insert(args.join(" "), self.view(&args)?);
        }
        Ok(all)
    }

    /// One view as JSON, or the refusal. An answer that is no JSON is no answer: the test stops.
    pub fn view(&self, args: &[&str]) -> Result<Value, Ran> {
        let mut with_json = args.to_vec();
        with_json.push("--json");
        let ran = self.run(&with_json);
        match ran.done() {
            true => Ok(serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran:?}"))),
            false => Err(ran),
        }
    }
}

/// What a team shows, view by view.
pub type Shown = BTreeMap<String, Value>;

/// The commands that together show everything.
pub fn views() -> Vec<Vec<&'static str>> {
    let mut views = vec![vec!["show", "overview"]];
    views.extend(PEOPLE.iter().map(|p| vec!["show", "person", p]));
    views.push(vec!["show", "framework"]);
    views
}

/// Ids of the people, in their order.
pub fn people(store: &mut guildhall::store::Store) -> Vec<guildhall::domain::PersonId> {
    let team = store.team().unwrap();
    let id = |handle: &&str| {
        let person = team.people.iter().find(|p| p.handle == **handle);
        person.expect("everybody is there").id.clone()
    };
    PEOPLE.iter().map(id).collect()
}

/// A folder with the team in it, imported by its owner, and the program on it.
pub fn imported(root: &Path) -> Program {
    let plain = root.join("plain");
    write_team(&plain);
    let program = Program::on(root.join("data"));
    program.ok(&["import", plain.to_str().unwrap(), "--as", PEOPLE[0]]);
    program
}

/// A team with a little history, closed.
pub fn with_history(root: &Path) -> Program {
    let program = imported(root);
    for args in [
        &["mark", "care", "7.5"][..],
        &["mark", "craft", "8.5", "--share"],
        &["review", "elm", "lathe", "8"],
        &["review", "fir", "lathe", "6"],
        &["credential", "sight", "fir", "crane"],
        &["undo"],
    ] {
        program.ok(args);
    }
    program
}

/// Small random numbers from a seed (splitmix64).
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below a bound that is not 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// A number from the environment, or what stands for it in a plain `cargo test`. `all` is a very large one.
pub fn wanted(variable: &str, plain: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) if text == "all" => u64::MAX,
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{variable}={text}: a number, or “all”")),
        Err(_) => plain,
    }
}
