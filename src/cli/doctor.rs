//! `doctor`: the data folder, its protection and format, the watch, the key map.

use super::context::Context;
use super::dash;
use super::process;
use super::report::Report;
use super::unlock;
use crate::config::Problem;
use crate::runtime::backing;
use crate::store::{
    Finding, Health, Repaired, Salvage, Sentences, Stage, Store, StoreError, WatchKind, team_file,
};
use chrono::{DateTime, NaiveDate};
use serde::Serialize;
use std::process::ExitCode;

/// What the examination found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Doctor {
    /// The data folder.
    pub data_dir: String,
    /// Format of the file.
    pub format: String,
    /// How the data are protected.
    pub protection: String,
    /// How changes by other programs are noticed: "reported" or "polled".
    pub watch: &'static str,
    /// Since when and why this folder writes logs of its own.
    pub era: Era,
    /// Whether the folder lies on a disk of this machine; null where the system does not say.
    pub local_disk: Option<bool>,
    /// The user's key map, or null where the default one is in use.
    pub keymap: Option<String>,
    /// How much there is.
    pub counts: Counts,
    /// Bytes free where the folder lies; null where the system does not say.
    pub free_bytes: Option<u64>,
    /// What `--repair` made again or put right.
    pub repaired: Vec<String>,
    /// What `--repair` found lost: document, log and place.
    pub lost: Vec<String>,
    /// Erasures of people, and how far each is on this machine.
    pub erasures: Vec<Erasure>,
    /// What is wrong; empty is healthy.
    pub findings: Vec<Found>,
}

/// An erasure of somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Erasure {
    /// Day of the entry.
    pub since: NaiveDate,
    /// First day on which it may be destroyed.
    pub due: NaiveDate,
    /// "waiting", "deleted" (free pages may still hold traces) or "destroyed".
    pub stage: &'static str,
}

/// An era of the folder: a new one begins where it may not be the one any more that wrote its logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Era {
    /// Counts from 1.
    pub number: i64,
    /// Day on which it began, UTC.
    pub began: NaiveDate,
    /// Why.
    pub why: &'static str,
}

/// How much there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// People.
    pub people: u64,
    /// Documents.
    pub documents: u64,
    /// Logs.
    pub logs: u64,
    /// Envelopes, each one checked.
    pub envelopes: u64,
    /// Envelopes that were set aside, since they cannot be read.
    pub set_aside: u64,
    /// Steps that can be undone or redone.
    pub steps: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// What, and where.
    pub what: String,
    /// What to do next.
    pub next: String,
}

impl Report for Doctor {
    const KIND: &'static str = "doctor";

    fn text(&self) -> String {
        let mut out = format!("Data folder  {}\n", self.data_dir);
        out += &format!("Format       {}\n", self.format);
        out += &format!("Protection   {}\n", self.protection);
        out += &match self.watch {
            "polled" => "Watch        the system reports no changes here; the dashboard looks every 200 ms\n".to_owned(),
            _ => "Watch        the system reports changes by other programs\n".to_owned(),
        };
        out += &format!(
            "Era          {}, since {}: {}\n",
            self.era.number, self.era.began, self.era.why
        );
        if self.local_disk.is_none() {
            out += "Disk         this system does not say whether the folder lies on a network; it must not\n";
        }
        out += &format!(
            "Key map      {}\n",
            self.keymap.as_deref().unwrap_or("the default one")
        );
        let c = self.counts;
        out += &format!(
            "Contents     {} people, {} documents, {} logs, {} envelopes checked, {} steps to undo, {} KiB\n",
            c.people,
            c.documents,
            c.logs,
            c.envelopes,
            c.steps,
            c.bytes / 1024
        );
        if let Some(free) = self.free_bytes {
            out += &format!("Free         {} MiB\n", free >> 20);
        }
        if c.set_aside > 0 {
            out += &format!(
                "Set aside    {} envelopes that cannot be read\n",
                c.set_aside
            );
        }
        for e in &self.erasures {
            out += &match e.stage {
                "waiting" => format!(
                    "Erasure      waits since {}, destroyed from {} on\n",
                    e.since, e.due
                ),
                "deleted" => format!(
                    "Erasure      of {}: deleted; traces in free pages go when no other program has the team open\n",
                    e.since
                ),
                _ => format!("Erasure      of {}: destroyed\n", e.since),
            };
        }
        for line in &self.repaired {
            out += &format!("\nRepaired: {line}\n");
        }
        for line in &self.lost {
            out += &format!("\nLost: {line}\n");
        }
        if self.findings.is_empty() {
            out += "\nNothing is wrong.\n";
        }
        for found in &self.findings {
            out += &format!("\nWrong: {}\n  Next: {}\n", found.what, found.next);
        }
        out
    }
}

/// Examines everything, after a repair if that is asked for. With something wrong, or lost, the status is that of a request that cannot
/// be met.
pub fn doctor(context: &Context, repair: bool) -> Result<ExitCode, Problem> {
    let mut carrier = false;
    let mut store = match context.attempt()? {
        Ok(store) => store,
        Err(StoreError::Carrier(_)) => {
            carrier = true;
            context.open_carrier()?
        }
        Err(error) if error.is_for_salvage() => return salvaged(context, repair, error),
        Err(error) => return Err(backing::trouble(&context.settings.data_dir, error).problem),
    };
    let repaired = match repair {
        true => store.repair(),
        false => Ok(Repaired::default()),
    };
    let examined = repaired.and_then(|repaired| Ok((repaired, store.check()?)));
    let (repaired, health) = match examined {
        Ok(examined) => examined,
        Err(error) if carrier && error.is_for_salvage() => return Err(set_up_anew(context, error)),
        Err(error) if error.is_for_salvage() => {
            drop(store);
            return salvaged(context, repair, error);
        }
        Err(error) => return Err(context.store_problem("examine the folder", error)),
    };
    let unsound = |f: &Finding| f.what.starts_with("SQLite: ");
    if repair && health.findings.iter().any(unsound) {
        drop(store);
        let dir = &context.settings.data_dir;
        if carrier {
            return Err(set_up_anew(context, StoreError::Carrier(dir.clone())));
        }
        return salvaged(
            context,
            repair,
            StoreError::Damaged {
                path: team_file(&context.settings.data_dir),
                why: "SQLite finds its parts do not fit together".to_owned(),
            },
        );
    }
    let mut lost: Vec<String> = repaired.lost.iter().map(ToString::to_string).collect();
    let mut health = health;
    let failed = |e| context.store_problem("examine the folder", e);
    let lacking = store.lacking().map_err(failed)?;
    if repair && !lacking.is_empty() {
        store.take_as_lost().map_err(failed)?;
        let since = |l| format!("{l}, missing since an earlier repair: taken as lost");
        lost.extend(lacking.iter().map(since));
    } else {
        health.findings.extend(lacking.iter().map(|l| Finding {
            what: format!("{l}: missing since a repair, and nobody has brought it"),
            next: "sync with somebody who has it, or put back a backup (`guildhall restore FILE`); to take it as lost, `guildhall doctor --repair`".into(),
        }));
    }
    print(context, &mut store, health, repaired.did, lost)
}

/// A carrier's file that SQLite cannot read is not worth a salvage.
fn set_up_anew(context: &Context, error: StoreError) -> Problem {
    let why = match error {
        StoreError::Carrier(_) => "SQLite finds its parts do not fit together".to_owned(),
        other => other.to_string(),
    };
    Problem::new(
        format!(
            "The carrier's folder {} is damaged",
            context.settings.data_dir.display()
        ),
        why,
        "remove the folder and set the carrier up anew (guildhall invite --carrier): it holds nothing that the machines of the team do not hold",
    )
}

/// Examines what is left of a file that SQLite cannot read, and puts a sound one in its place if that is asked for.
fn salvaged(context: &Context, repair: bool, error: StoreError) -> Result<ExitCode, Problem> {
    let dir = &context.settings.data_dir;
    let key = unlock::open_key(context)?;
    let mut salvage = match Salvage::of(dir, &key.secrets) {
        Ok(salvage) => salvage,
        // A key that opens nothing is another folder's, and where nothing is there is nothing left: the first message says so.
        Err(StoreError::BeyondRepair { .. })
            if matches!(
                error,
                StoreError::KeyDamaged(_) | StoreError::TeamMissing(_)
            ) =>
        {
            return Err(backing::trouble(dir, error).problem);
        }
        Err(error) => return Err(context.store_problem("read what is left of the team", error)),
    };
    let failed = |error| context.store_problem("repair the folder", error);
    let mut health = salvage.check().map_err(failed)?;
    let Sentences { wrong, read, lost } = salvage.said.clone();
    let read = read.join("; ");
    if !repair {
        health.findings.insert(
            0,
            Finding {
                what: format!("{wrong}. What can be read: {read}"),
                next: "let `guildhall doctor --repair` make a sound file of that, which keeps the damaged folder beside it; or put back a backup (`guildhall restore FILE`)".into(),
            },
        );
        let mut report = report(context, salvage.store(), health)?;
        report.era.why = "this and the contents are what a repair would leave";
        return finish(context, report, Vec::new(), lost);
    }
    let mut did = vec![
        format!("{wrong}: a sound file was made of what could be read. {read}"),
        "a new era began, so that what is written from now on stands in logs of its own".to_owned(),
    ];
    // Reported before, since the new folder is closed when it is put in place.
    let report = report(context, salvage.store(), health)?;
    let kept = salvage.install().map_err(failed)?;
    did.push(format!(
        "the damaged folder is kept as it was, in {}: remove it when nobody needs it any more, since it holds the key file and all that the team's file held, of people who are erased later too",
        kept.display()
    ));
    finish(context, report, did, lost)
}

fn print(
    context: &Context,
    store: &mut Store,
    health: Health,
    repaired: Vec<String>,
    lost: Vec<String>,
) -> Result<ExitCode, Problem> {
    let report = report(context, store, health)?;
    finish(context, report, repaired, lost)
}

fn finish(
    context: &Context,
    report: Doctor,
    repaired: Vec<String>,
    lost: Vec<String>,
) -> Result<ExitCode, Problem> {
    let healthy = report.findings.is_empty() && lost.is_empty();
    context.print(&Doctor {
        repaired,
        lost,
        ..report
    })?;
    Ok(ExitCode::from(if healthy { 0 } else { super::CANNOT }))
}

/// What the examination of a store found, with what else belongs to the folder.
fn report(context: &Context, store: &mut Store, health: Health) -> Result<Doctor, Problem> {
    // Where the record of rights cannot be read, the findings say so.
    let erasures = store.erasures().unwrap_or_default();
    let watch = store
        .watch(|| {})
        .map_err(|e| context.store_problem("watch the folder", e))?;
    let mut findings: Vec<Found> = health
        .findings
        .into_iter()
        .map(|Finding { what, next }| Found { what, next })
        .collect();
    if let Err(problem) = dash::keys(context) {
        findings.push(Found {
            what: format!("{}: {}", problem.what, problem.why),
            next: problem.next,
        });
    }
    Ok(Doctor {
        data_dir: context.settings.data_dir.display().to_string(),
        format: health.format.to_owned(),
        protection: format!("{}; {}", health.protection, process::core_dumps()),
        watch: match watch.kind() {
            WatchKind::Reported => "reported",
            WatchKind::Polled => "polled",
        },
        era: Era {
            number: health.era.number,
            began: day(health.era.began_ms),
            why: health
                .era
                .why
                .map_or("for a reason that a newer guildhall wrote down", |why| {
                    why.words()
                }),
        },
        local_disk: health.local,
        keymap: context
            .settings
            .keymap
            .as_ref()
            .map(|file| file.display().to_string()),
        counts: Counts {
            people: health.counts.people,
            documents: health.counts.documents,
            logs: health.counts.logs,
            envelopes: health.counts.envelopes,
            set_aside: health.counts.set_aside,
            steps: health.counts.steps,
            bytes: health.counts.bytes,
        },
        free_bytes: health.free_bytes,
        repaired: Vec::new(),
        lost: Vec::new(),
        erasures: erasures
            .iter()
            .map(|e| Erasure {
                since: day(e.since_ms),
                due: day(e.due_ms),
                stage: match e.stage {
                    Stage::Waiting => "waiting",
                    Stage::Emptied => "deleted",
                    Stage::Destroyed => "destroyed",
                },
            })
            .collect(),
        findings,
    })
}

/// The day of a time, UTC.
pub fn day(ms: u64) -> NaiveDate {
    i64::try_from(ms)
        .ok()
        .and_then(DateTime::from_timestamp_millis)
        .map_or(NaiveDate::MIN, |t| t.date_naive())
}
