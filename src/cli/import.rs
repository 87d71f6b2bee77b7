//! `import`: a folder of TOML and CSV into the team, or a team from it. Every mistake is printed at once; nothing is written on one.

use super::args::Import;
use super::context::Context;
use super::imported::{Added, Differs, Imported, left};
use super::{owner, passphrase, unlock};
use crate::config::Problem;
use crate::document::{DocRef, Kind, Rows, Writing};
use crate::domain::PersonId;
use crate::domain::team::{Rights, Role};
use crate::exchange::{self, Directory, Ids, LeftOut, Mode, Parsed, Stored};
use crate::store::{Passphrase, Seed, Store, StoreError, TEAM_FILE, key_file, team_file};
use chrono::NaiveDate;
use ed25519_dalek::SigningKey;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, IsTerminal, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The file is made smaller for at most so long …
const TIDYING: Duration = Duration::from_secs(60);
/// … and from so long on it is said.
const SILENT: Duration = Duration::from_secs(2);

/// A team that a folder will become.
pub struct Found {
    me: PersonId,
    writings: Vec<Writing>,
    rights: Rights,
    left_out: Vec<LeftOut>,
    new_people: Vec<String>,
}

impl Found {
    /// `me` is the handle of whoever makes the team and so owns it.
    pub fn new(parsed: &Parsed, me: &str, today: NaiveDate) -> Result<Self, Problem> {
        let failed = |e: exchange::WriteError| Problem::of("make the team", e);
        let mut ids = Ids::random([]);
        let mode = Mode::ImportedBy(me.to_owned());
        let written = exchange::writings(parsed, &mode, &mut ids, today).map_err(failed)?;
        let id = ids
            .get(me)
            .cloned()
            .ok_or_else(|| failed(exchange::WriteError::NobodyOfThatName(me.to_owned())))?;
        let mut rights = exchange::rights(parsed, &ids);
        // The team belongs to whoever makes it, whoever kept the folder.
        rights.0.retain(|r| r.role != Role::Owner);
        Ok(Self {
            me: id,
            writings: written.writings,
            rights,
            left_out: written.left_out,
            new_people: written
                .new_people
                .into_iter()
                .map(|(handle, _)| handle)
                .collect(),
        })
    }
}

/// Makes the team, all of it or nothing. Returns its recovery key, which stands in no file.
pub fn found(
    dir: &Path,
    found: &Found,
    passphrase: Option<&Passphrase>,
) -> Result<Option<SigningKey>, Problem> {
    let before = Before {
        folder: dir.exists(),
        team: team_file(dir).exists(),
        key: key_file(dir).exists(),
    };
    let made = match passphrase {
        Some(passphrase) => Store::create_protected(dir, &found.me, passphrase),
        None => Store::create_to_seed(dir, &found.me),
    };
    let made = made.and_then(|mut store| {
        store.seed(&found.writings, &found.rights, &Seed::Own)?;
        tidy(&mut store);
        Ok(store.take_recovery())
    });
    match made {
        Ok(recovery) => Ok(recovery),
        Err(error) => {
            if !matches!(error, StoreError::AlreadyThere(_)) {
                take_back(dir, &before);
            }
            Err(Problem::of(
                format!("make the team in {}", dir.display()),
                error,
            ))
        }
    }
}

/// Packs what was written, as an idle dashboard would: a large import leaves many edits behind. Everything is saved already, so it may be cut
/// off, and whatever goes wrong is no failure of the import.
fn tidy(store: &mut Store) {
    let began = Instant::now();
    let mut said = false;
    let tidied = store.tidy(|| {
        if began.elapsed() > SILENT && !std::mem::replace(&mut said, true) {
            tell("everything is saved; the file is being made smaller, which can be cut off at any time");
        }
        began.elapsed() > TIDYING
    });
    match tidied {
        Ok(tidied) if tidied.done => {}
        Ok(_) => {
            tell("the file could be smaller still: the dashboard sees to that when nobody writes")
        }
        Err(error) => tell(&format!(
            "everything is saved, and the file could not be made smaller: {error}"
        )),
    }
}

/// Beside the report, which may be JSON. Where nobody reads it nothing is lost.
fn tell(what: &str) {
    let _ = writeln!(io::stderr(), "guildhall: {what}");
}

/// What was there before a team was made.
struct Before {
    folder: bool,
    team: bool,
    key: bool,
}

/// Removes what a team that could not be made has left. What cannot be removed is an empty team file that the next attempt names.
/// A key that was there before stays: an older copy of a team may need it.
fn take_back(dir: &Path, before: &Before) {
    let mut gone = Vec::new();
    if !before.key {
        gone.push(key_file(dir));
    }
    if !before.team {
        gone.push(team_file(dir));
        for tail in ["-wal", "-shm"] {
            gone.push(dir.join(format!("{TEAM_FILE}{tail}")));
        }
    }
    for path in gone {
        let _ = std::fs::remove_file(path);
    }
    if !before.folder {
        let _ = std::fs::remove_dir(dir);
    }
}

/// Reads a folder into the team, or makes the team from it.
pub fn import(context: &Context, args: &Import) -> Result<ExitCode, Problem> {
    match context.existing()? {
        None => {
            let parsed = read(args, None)?;
            let me = importer(args, &parsed)?;
            make(context, args, &parsed, &me)
        }
        Some(mut store) => add(context, args, &mut store),
    }
}

/// Reads the folder; all mistakes at once. A folder without a framework is read against the team's own.
fn read(args: &Import, framework: Option<Vec<(String, Vec<u8>)>>) -> Result<Parsed, Problem> {
    let source = Directory(args.path.clone());
    let parsed = match framework {
        Some(files) => exchange::parse_with(&source, files),
        None => exchange::parse(&source),
    };
    parsed.map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Problem::new(
            format!("import {}", args.path.display()),
            match lines.len() {
                1 => "one mistake, so nothing was read in".to_owned(),
                n => format!("{n} mistakes, so nothing was read in"),
            },
            lines.join("\n"),
        )
    })
}

/// Fields that writings give a value, each once however often it was written.
fn count(writings: &[Writing]) -> Vec<Added> {
    let fields: BTreeSet<_> = writings
        .iter()
        .flat_map(|writing| &writing.ops)
        .map(|op| (&op.doc, &op.table, &op.row, &op.field))
        .collect();
    let mut added: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (doc, ..) in fields {
        *added.entry(doc.kind.name()).or_default() += 1;
    }
    added
        .into_iter()
        .map(|(document, values)| Added { document, values })
        .collect()
}

fn make(context: &Context, args: &Import, parsed: &Parsed, me: &str) -> Result<ExitCode, Problem> {
    let team = Found::new(parsed, me, context.settings.today())?;
    if !args.dry_run {
        let passphrase = match unlock::given(context)? {
            None => None,
            given => unlock::new_passphrase(given, "make the team", false)?,
        };
        let recovery = found(&context.settings.data_dir, &team, passphrase.as_ref())?;
        if let Some(key) = &recovery {
            let _ = write!(io::stderr(), "{}", owner::recovery_words(key));
        }
        if passphrase.is_none() {
            // Beside the report, which may be JSON; whoever reads no messages finds it with `doctor`.
            let _ = writeln!(io::stderr(), "guildhall: {}", passphrase::NONE);
        }
    }
    context.print(&Imported {
        path: args.path.display().to_string(),
        dry_run: args.dry_run,
        founded: true,
        new_people: team.new_people,
        added: count(&team.writings),
        same: 0,
        differs: Vec::new(),
        replaced: 0,
        left_out: left(&team.left_out),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn add(context: &Context, args: &Import, store: &mut Store) -> Result<ExitCode, Problem> {
    if args.as_person.is_some() {
        return Err(Problem::new(
            "--as",
            "there is a team already, and its folder says who you are",
            "leave it out",
        ));
    }
    let team = context.team(store)?;
    let docs = RefCell::new(store);
    let failure: RefCell<Option<StoreError>> = RefCell::new(None);
    let rows = |doc: &DocRef| -> Rows {
        docs.borrow_mut().rows(doc).unwrap_or_else(|error| {
            failure.borrow_mut().get_or_insert(error);
            Rows::default()
        })
    };
    let framework = exchange::export_framework(&rows(&DocRef::team_wide(Kind::Framework)));
    let parsed = read(args, Some(framework))?;
    let mut ids = Ids::random(team.people.iter().map(|p| (p.handle.clone(), p.id.clone())));
    let me = team
        .person(&team.me)
        .map_or_else(String::new, |p| p.handle.clone());
    let stored = Stored {
        rows: &rows,
        rights: &team.rights,
    };
    let plan = exchange::plan_import(
        &parsed,
        &me,
        &mut ids,
        &stored,
        context.settings.today(),
        args.replace,
    )
    .map_err(|e| Problem::of(format!("import {}", args.path.display()), e))?;
    if let Some(error) = failure.take() {
        return Err(context.store_problem("read the team", error));
    }
    let new = !plan.add.is_empty() || !plan.new_rights.is_empty();
    if new && !args.dry_run {
        let store = docs.into_inner();
        store
            .seed(&plan.add, &Rights(plan.new_rights.clone()), &Seed::Own)
            .map_err(|e| context.store_problem("import", e))?;
        tidy(store);
    }
    context.print(&Imported {
        path: args.path.display().to_string(),
        dry_run: args.dry_run,
        founded: false,
        new_people: plan
            .new_people
            .into_iter()
            .map(|(handle, _)| handle)
            .collect(),
        added: count(&plan.add),
        same: plan.same,
        replaced: if args.replace { plan.differs.len() } else { 0 },
        differs: plan
            .differs
            .into_iter()
            .map(|d| Differs {
                file: d.file,
                line: d.line,
                field: d.field,
                stored: d.stored,
                given: d.given,
            })
            .collect(),
        left_out: left(&plan.left_out),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Who makes the team: `--as`, or whoever answers on the terminal.
fn importer(args: &Import, parsed: &Parsed) -> Result<String, Problem> {
    let people = parsed.people();
    let list = || -> String {
        people
            .iter()
            .map(|(handle, name)| format!("  {handle}  {name}\n"))
            .collect()
    };
    let known = |typed: &str| people.iter().any(|(handle, _)| *handle == typed);
    if let Some(handle) = &args.as_person {
        return if known(handle) {
            Ok(handle.clone())
        } else {
            Err(Problem::new(
                format!("--as {handle}"),
                "nobody in the folder has that id",
                format!("say one of:\n{}", list().trim_end()),
            ))
        };
    }
    if args.dry_run && known(parsed.owner()) {
        // Nothing is written, so nobody has to answer; who else imports changes what is whose word.
        let _ = writeln!(
            io::stderr(),
            "guildhall: taken to be imported by {}, the folder's owner; --as ID says otherwise",
            parsed.owner()
        );
        return Ok(parsed.owner().to_owned());
    }
    if !io::stdin().is_terminal() {
        return Err(Problem::new(
            format!("import {}", args.path.display()),
            "the team is made by this import, and it is not said who you are in it",
            format!(
                "say it with --as ID, for instance --as {}",
                if parsed.owner().is_empty() {
                    people.first().map_or("ID", |(handle, _)| *handle)
                } else {
                    parsed.owner()
                }
            ),
        ));
    }
    let failed = |e| Problem::of("the terminal", e);
    let mut out = io::stdout().lock();
    write!(
        out,
        "The team is made from this folder, and you will own it. Who are you?\n{}",
        list()
    )
    .map_err(failed)?;
    loop {
        write!(out, "Your id [{}]: ", parsed.owner())
            .and_then(|()| out.flush())
            .map_err(failed)?;
        let mut line = String::new();
        if io::stdin().lock().read_line(&mut line).map_err(failed)? == 0 {
            return Err(Problem::new(
                "import",
                "no answer came",
                "say it with --as ID",
            ));
        }
        let typed = match line.trim() {
            "" => parsed.owner(),
            typed => typed,
        };
        if known(typed) {
            return Ok(typed.to_owned());
        }
        writeln!(out, "Nobody in the folder has the id “{typed}”.").map_err(failed)?;
    }
}
