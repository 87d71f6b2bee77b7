//! Every write: each call of a scripted day that changes a file fails, with EIO and with ENOSPC, once, from then on, or half-way.
//! A command then either did what was asked, or says that it did not; what was acknowledged before is there, and the folder opens.
//!
//! `GUILDHALL_WRITES` says how many cases are tried, chosen by a seed; `all` tries each. `GUILDHALL_SEED` chooses others.

#![cfg(target_os = "linux")]

mod common;

use common::folder::copy;
use common::shim::{EIO, ENOSPC, Fault, Mode, Shim};
use common::small::{self, Dice, PEOPLE, Program, Ran, Shown};
use guildhall::store::Store;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Cases that a plain `cargo test` tries.
const PLAIN: u64 = 100;

/// The day, command by command. `{plain}` and `{out}` are folders.
const DAY: &[&[&str]] = &[
    &["import", "{plain}", "--as", PEOPLE[0]],
    &["mark", "care", "7.5"],
    &["mark", "craft", "8.5", "--share"],
    &["review", "elm", "lathe", "8"],
    &["review", "elm", "kiln", "5.5"],
    &[
        "credential",
        "set",
        "fir",
        "crane",
        "--expires",
        "2027-05-01",
    ],
    &["credential", "sight", "fir", "crane"],
    &["undo"],
    &["undo"],
    &["redo"],
    &["export", "team", "{out}"],
    &["doctor"],
];

/// What a folder shows.
#[derive(Clone, Debug, PartialEq)]
enum State {
    /// There is no team, and the program says so.
    None,
    /// A team.
    Team(Shown),
}

/// One folder in which the day goes on again and again.
struct Place {
    root: tempfile::TempDir,
    program: Program,
}

impl Place {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let work = root.path().join("work");
        std::fs::create_dir(&work).unwrap();
        small::write_team(&root.path().join("plain"));
        let program = Program::on(work.join("data"));
        Self { root, program }
    }

    /// The folder below which calls are counted.
    fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    fn out(&self) -> PathBuf {
        self.work().join("out")
    }

    fn args(&self, step: usize) -> Vec<String> {
        let path = |p: PathBuf| p.to_str().unwrap().to_owned();
        DAY[step]
            .iter()
            .map(|arg| match *arg {
                "{plain}" => path(self.root.path().join("plain")),
                "{out}" => path(self.out()),
                other => other.to_owned(),
            })
            .collect()
    }

    fn run(&self, step: usize, env: Vec<(String, String)>) -> Ran {
        let args = self.args(step);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let program = Program {
            env,
            ..self.program.clone()
        };
        program.run(&args)
    }

    /// What the folder shows, drafts included, and that the examination finds nothing wrong.
    fn state(&self) -> Result<State, String> {
        let mut shown = match self.program.shown() {
            Ok(shown) => shown,
            Err(ran) => {
                ran.behaved()?;
                let said = ["There is no team in", "is still being made"];
                return match said.iter().any(|s| ran.err.contains(s)) {
                    true => Ok(State::None),
                    false => Err(format!("it does not open: {}", ran.err)),
                };
            }
        };
        shown.insert("drafts".into(), self.drafts()?);
        let doctor = self.program.run(&["doctor"]);
        match doctor.done() {
            true => Ok(State::Team(shown)),
            false => Err(format!("the examination: {}{}", doctor.out, doctor.err)),
        }
    }

    fn drafts(&self) -> Result<Value, String> {
        let mut store = Store::open(&self.program.data).map_err(|e| e.to_string())?;
        let team = store.team().map_err(|e| e.to_string())?;
        // Moments differ from run to run.
        let drafts = team.private.drafts.iter().map(|series| {
            let marks = series
                .marks
                .iter()
                .map(|m| format!("{} {:?}", m.date, m.answer));
            format!("{:?} {:?}", series.subject, marks.collect::<Vec<_>>())
        });
        Ok(drafts.map(Value::from).collect())
    }

    fn keep(&self, step: usize) -> PathBuf {
        let kept = self.root.path().join(format!("before-{step}"));
        copy(&self.work(), &kept);
        kept
    }

    fn put_back(&self, kept: &Path) {
        std::fs::remove_dir_all(self.work()).unwrap();
        copy(kept, &self.work());
        // A copy has the modes of this process, and the program insists on its own.
        set_modes(&self.program.data);
    }
}

fn set_modes(data: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if data.exists() {
        std::fs::set_permissions(data, std::fs::Permissions::from_mode(0o700)).unwrap();
    }
}

/// A command of the day as it goes without a fault.
struct Scene {
    kept: PathBuf,
    calls: Vec<String>,
    before: State,
    after: State,
    files: BTreeMap<PathBuf, Vec<u8>>,
}

fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    found.insert(path.clone(), std::fs::read(path).unwrap());
                }
            }
        }
    }
    found
}

fn rehearse(place: &Place, shim: &Shim) -> Vec<Scene> {
    let mut scenes: Vec<Scene> = Vec::new();
    for (step, command) in DAY.iter().enumerate() {
        let before = place.state().unwrap();
        let kept = place.keep(step);
        let ran = place.run(step, shim.env(&place.work(), Fault::NONE));
        assert!(ran.done(), "{:?}: {ran:?}", command);
        let calls = shim.calls();
        let after = place.state().unwrap();
        let changes = !matches!(command[0], "export" | "doctor");
        assert_eq!(before != after, changes, "{:?}", command);
        scenes.push(Scene {
            kept,
            calls,
            before,
            after,
            files: files(&place.out()),
        });
    }
    scenes
}

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// Fewer calls were made than in the rehearsal, so none failed.
    NotMade,
    /// The command did what was asked all the same.
    Done,
    /// It said that it could not, and nothing had changed.
    Refused,
    /// It said that something failed, and the edit was there whole: the disk had it already.
    RefusedButThere,
}

fn try_case(
    place: &Place,
    shim: &Shim,
    scene: &Scene,
    step: usize,
    fault: Fault,
) -> Result<End, String> {
    place.put_back(&scene.kept);
    let ran = place.run(step, shim.env(&place.work(), fault));
    ran.behaved()?;
    let calls = shim.calls();
    if !calls.iter().any(|line| line.ends_with(" failed")) {
        return match ran.done() {
            true => Ok(End::NotMade),
            false => Err(format!("nothing failed, and it did: {ran:?}")),
        };
    }
    let state = place.state()?;
    let whole_export = files(&place.out()) == scene.files;
    if ran.done() {
        if state != scene.after {
            return Err(format!("acknowledged, and not there: {ran:?}"));
        }
        return match whole_export {
            true => Ok(End::Done),
            false => Err(format!("the export is not whole: {ran:?}")),
        };
    }
    if !ran.err.contains("guildhall: ") {
        return Err(format!("no reason is given: {ran:?}"));
    }
    if fault.errno == ENOSPC && !ran.err.contains("full") && !ran.err.contains("No space left") {
        return Err(format!(
            "it does not say that the disk is full: {}",
            ran.err
        ));
    }
    if state == scene.before {
        retry(place, scene, step)?;
        return Ok(End::Refused);
    }
    if state != scene.after {
        return Err(format!("neither as before nor as after: {ran:?}"));
    }
    match ran.err.contains("nothing") {
        true => Err(format!("it is there, against the message: {}", ran.err)),
        false => Ok(End::RefusedButThere),
    }
}

/// Once the disk is well again, the command does what was asked.
fn retry(place: &Place, scene: &Scene, step: usize) -> Result<(), String> {
    if DAY[step][0] == "export" {
        let _ = std::fs::remove_dir_all(place.out());
    }
    let mut again = place.run(step, Vec::new());
    if again.err.contains("remove the folder") {
        std::fs::remove_dir_all(&place.program.data).unwrap();
        again = place.run(step, Vec::new());
    }
    if !again.done() {
        return Err(format!("not with a well disk either: {again:?}"));
    }
    match place.state()? == scene.after && files(&place.out()) == scene.files {
        true => Ok(()),
        false => Err("something else on the second try".to_owned()),
    }
}

#[test]
fn whichever_write_fails_what_was_acknowledged_is_there() {
    let Some(shim) = Shim::build() else { return };
    let place = Place::new();
    let scenes = rehearse(&place, &shim);
    let total: usize = scenes.iter().map(|s| s.calls.len()).sum();
    assert!(total > 40, "the failing disk sees the calls: {total}");
    let mut cases = Vec::new();
    for (step, scene) in scenes.iter().enumerate() {
        for (call, at) in scene.calls.iter().zip(1..) {
            for errno in [EIO, ENOSPC] {
                for mode in [Mode::Once, Mode::On, Mode::Half] {
                    if mode != Mode::Half || call.contains("write ") {
                        cases.push((step, Fault { at, errno, mode }));
                    }
                }
            }
        }
    }
    let seed = small::wanted("GUILDHALL_SEED", 1);
    let all = cases.len();
    let mut dice = Dice(seed);
    let tried = usize::try_from(small::wanted("GUILDHALL_WRITES", PLAIN))
        .unwrap_or(all)
        .min(all);
    for i in 0..tried {
        let other = i + dice.below((all - i) as u64) as usize;
        cases.swap(i, other);
    }
    let mut ends: BTreeMap<End, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (step, fault) in cases.into_iter().take(tried) {
        match try_case(&place, &shim, &scenes[step], step, fault) {
            Ok(end) => *ends.entry(end).or_default() += 1,
            Err(why) => {
                let call = &scenes[step].calls[fault.at as usize - 1];
                wrong.push(format!("{:?}, {fault} ({call}): {why}", DAY[step]));
            }
        }
    }
    for (step, scene) in scenes.iter().enumerate() {
        println!("{:4} calls: {}", scene.calls.len(), DAY[step].join(" "));
    }
    println!("{total} calls in the day, {all} cases, {tried} tried (seed {seed}): {ends:?}");
    assert!(
        wrong.is_empty(),
        "{} of {tried} cases:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
