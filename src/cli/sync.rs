//! `sync`: how things stand with other machines, an exchange with all that can be reached, or exchanging as long as it runs.

use super::args::{PeerAt, Sync};
use super::context::{Context, write_out};
use super::doctor::day;
use super::ended::ended;
use super::invite::{options, runtime};
use super::report::Report;
use super::report::parts::{Who, day_or_dash, who};
use crate::app::screen::history::moment;
use crate::app::screen::sync_lines::ahead;
use crate::config::Problem;
use crate::domain::Team;
use crate::domain::text::counted;
use crate::log::DeviceId;
use crate::store::{DeviceSeen, Store};
use crate::sync::{Claim, Meeting, NetError, Node, PeerSeen, Progress};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

const WHAT: &str = "exchange with other machines";
/// How long machines are looked for that only announce themselves.
const PATIENCE: Duration = Duration::from_secs(10);

/// How things stand with other machines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The beginning of this device's id.
    pub device: String,
    /// Other machines that take part, in order of people.
    pub machines: Vec<One>,
    /// Edits that came and do not count unless somebody takes them over.
    pub quarantined: usize,
    /// Logs with two branches, which take no more until that is settled.
    pub forks: usize,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct One {
    /// The beginning of its id.
    pub device: String,
    /// Whose; null for a carrier.
    pub person: Option<Who>,
    /// Day on which both held the same last; null where that never was.
    pub met: Option<NaiveDate>,
    /// Day of its newest change that is here.
    pub heard: Option<NaiveDate>,
    /// Where it could be reached.
    pub addresses: Vec<String>,
    /// Edits here that it may have and has not confirmed.
    pub waiting: usize,
    /// What it has written, by its own signed count, and is not here; null where nothing is known to lack.
    pub not_arrived: Option<NotArrived>,
}

/// What has not arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotArrived {
    /// How many edits.
    pub edits: u64,
    /// Day on which the device counted, by its own clock.
    pub since: NaiveDate,
}

impl Report for Standing {
    const KIND: &'static str = "sync";

    fn text(&self) -> String {
        let mut out = format!("This device is {}.\n", self.device);
        if self.machines.is_empty() {
            out += "No other machine takes part yet: invite somebody, or a further device of yours, with `guildhall invite`.\n";
        }
        for one in &self.machines {
            let whose = one.person.as_ref().map_or("a carrier", |p| p.name.as_str());
            out += &format!("{}  {whose}, ", one.device);
            out += &match one.met {
                Some(day) => format!("both held the same last on {day}"),
                None => "never met".to_owned(),
            };
            out += &match one.waiting {
                0 => ", nothing waits for it".to_owned(),
                1 => ", 1 edit waits for it".to_owned(),
                n => format!(", {n} edits wait for it"),
            };
            out += &format!(", last change here {}\n", day_or_dash(one.heard));
            if let Some(lacking) = &one.not_arrived {
                let edits = usize::try_from(lacking.edits).unwrap_or(usize::MAX);
                out += &format!(
                    "   {} not arrived since {}\n",
                    counted(edits, "edit", "edits"),
                    lacking.since
                );
            }
            if !one.addresses.is_empty() {
                out += &format!("   reached at {}\n", one.addresses.join(" "));
            }
        }
        if self.quarantined > 0 {
            out += &format!(
                "{} edits came that do not count unless somebody takes them over.\n",
                self.quarantined
            );
        }
        if self.forks > 0 {
            out += &format!(
                "{} logs have two branches: a device was copied or put back; they take no more until that is settled.\n",
                self.forks
            );
        }
        out
    }
}

/// Runs the command.
pub fn sync(context: &Context, args: &Sync) -> Result<ExitCode, Problem> {
    if !args.once && !args.watch {
        if !args.peer.is_empty() || args.network.listen.is_some() {
            return Err(Problem::new(
                WHAT,
                "an address was named and nothing to do with it",
                "exchange once with --once, or as long as it runs with --watch",
            ));
        }
        return standing(context);
    }
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let known = store
        .devices()
        .map_err(|e| context.store_problem(WHAT, e))?;
    let fixed = args.peer.iter().map(|at| fixed(&known, at));
    let fixed: Vec<_> = fixed.collect::<Result<_, _>>()?;
    let claim = match Claim::take(&context.settings.data_dir) {
        Ok(claim) => claim,
        Err(error @ NetError::Claimed(_)) => {
            return Err(Problem::new(
                WHAT,
                error.to_string(),
                "see how far it is with `guildhall sync`; to exchange from here, close that one first",
            ));
        }
        Err(error) => return Err(Problem::of(WHAT, error)),
    };
    let relay = store.relay().map_err(|e| context.store_problem(WHAT, e))?;
    let runtime = runtime(WHAT)?;
    let names = Names::new(&team, &known);
    let done = runtime.block_on(async {
        let node = Node::open(store, &options(&args.network, relay), fixed)
            .await
            .map_err(|e| Problem::of(WHAT, e))?;
        let done = match args.once {
            true => once(&node, &names).await,
            false => watch(&node, &names).await,
        };
        node.close().await;
        done
    });
    drop(claim);
    runtime.shutdown_background();
    done
}

/// The device that an option names.
fn fixed(known: &[DeviceSeen], peer: &PeerAt) -> Result<(DeviceId, SocketAddr), Problem> {
    let what = format!("--peer {}@{}", peer.id, peer.at);
    let named = |d: &&DeviceSeen| !d.this && d.device.to_string().starts_with(&peer.id);
    let mut found = known.iter().filter(named);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok((one.device, peer.at)),
        (Some(_), Some(_)) => Err(Problem::new(
            what,
            "several devices of the team begin so",
            "give more digits of its id; `guildhall device list` has them",
        )),
        (None, _) => Err(Problem::new(
            what,
            "no other device of the team begins so",
            "see `guildhall device list`, on that machine as well",
        )),
    }
}

/// Whose a device is, in words.
struct Names(BTreeMap<DeviceId, String>);

impl Names {
    fn new(team: &Team, known: &[DeviceSeen]) -> Self {
        let name = |d: &DeviceSeen| match &d.person {
            Some(person) => who(team, person).name,
            None => "a carrier".to_owned(),
        };
        Self(known.iter().map(|d| (d.device, name(d))).collect())
    }

    fn of(&self, device: &DeviceId) -> String {
        match self.0.get(device) {
            Some(name) => format!("{name} ({device})"),
            None => format!("device {device}"),
        }
    }
}

async fn once(node: &Node, names: &Names) -> Result<ExitCode, Problem> {
    let mut answering = tokio::spawn({
        let node = node.clone();
        async move { node.run_passive().await }
    });
    let mut said = Ok(());
    let mut trouble = Vec::new();
    let mut answered = false;
    let met = node.meet_all(PATIENCE, |device, meeting| {
        let name = names.of(&device);
        match meeting {
            Meeting::Even(progress) => {
                if said.is_ok() {
                    said = write_out(&format!("{name}: {}\n", exchanged(progress)));
                }
            }
            Meeting::NoAnswer(why) => trouble.push(format!("{name}: {why}")),
            Meeting::Ended(why) => {
                answered = true;
                trouble.push(format!("{name}: {why}"));
            }
            Meeting::Stands => {}
        }
    });
    let met = tokio::select! {
        met = met => met.map_err(|e| Problem::of(WHAT, e))?,
        ended = &mut answering => {
            let ended = ended.map_err(|e| Problem::of(WHAT, e))?;
            return Err(match ended {
                Ok(()) => Problem::new(WHAT, "the network was closed", "try again"),
                Err(error) => Problem::of(WHAT, error),
            });
        }
    };
    answering.abort();
    said?;
    // Who dialled this machine meanwhile counts as well.
    let seen = node.peers.all();
    for (device, peer) in &seen {
        if let Some(ms) = peer.ahead_ms {
            write_out(&format!("{}: {}\n", names.of(device), ahead(ms)))?;
        }
    }
    let came = seen.values().filter(|p| p.even > 0).count();
    if met == 0 && came == 0 {
        return Err(nobody(&trouble, answered));
    }
    for line in trouble {
        write_out(&format!("{line}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What became of a meeting, in words.
fn exchanged(progress: &Progress) -> String {
    let mut out = match progress.accepted {
        0 => "nothing new came".to_owned(),
        1 => "1 edit came".to_owned(),
        n => format!("{n} edits came"),
    };
    if progress.quarantined > 0 {
        out += &format!(", {} of others that do not count", progress.quarantined);
    }
    if progress.early > 0 {
        out += &format!(", {} wait for something", progress.early);
    }
    if progress.refused > 0 {
        out += &format!(", {} were refused", progress.refused);
    }
    out + "; both hold the same now"
}

/// Nobody was met: why that may be, and what helps.
fn nobody(trouble: &[String], answered: bool) -> Problem {
    let mut why = match answered {
        false => "no machine of the team answered within ten seconds".to_owned(),
        true => "there was no exchange with any machine of the team".to_owned(),
    };
    for line in trouble {
        why += &format!("\n  {line}");
    }
    Problem::new(
        WHAT,
        why,
        "many campus networks block multicast, or keep machines from each other: name an address that can be reached \
         (--peer ID@ADDRESS:PORT, with `guildhall sync --watch --listen ADDRESS:PORT` on the other machine)",
    )
}

/// Says what happens until the process is ended.
async fn watch(node: &Node, names: &Names) -> Result<ExitCode, Problem> {
    let stopped = ended(WHAT)?;
    tokio::pin!(stopped);
    // Before anything can happen, so that nothing is missed.
    let mut changed = node.peers.watch();
    let mut running = tokio::spawn({
        let node = node.clone();
        async move { node.run().await }
    });
    let at: Vec<String> = node
        .net
        .addresses()
        .iter()
        .map(ToString::to_string)
        .collect();
    write_out(&format!("Listening at {}.\n", at.join(" ")))?;
    let mut seen: BTreeMap<DeviceId, PeerSeen> = BTreeMap::new();
    let hint = tokio::time::sleep(PATIENCE);
    tokio::pin!(hint);
    let mut alone = true;
    loop {
        tokio::select! {
            ended = &mut running => {
                let ended = ended.map_err(|e| Problem::of(WHAT, e))?;
                ended.map_err(|e| Problem::of(WHAT, e))?;
                return Ok(ExitCode::SUCCESS);
            }
            () = &mut hint, if alone => {
                alone = false;
                write_out(
                    "Nobody yet. Many campus networks block multicast, or keep machines from each other: then name an address with --peer ID@ADDRESS:PORT.\n",
                )?;
            }
            () = &mut stopped => {
                running.abort();
                return Ok(ExitCode::SUCCESS);
            }
            _ = changed.changed() => {
                for (device, now) in node.peers.all() {
                    let before = seen.remove(&device).unwrap_or_default();
                    let name = names.of(&device);
                    alone &= !now.online;
                    if let Some(line) = news(&name, &before, &now) {
                        write_out(&line)?;
                    }
                    seen.insert(device, now);
                }
            }
        }
    }
}

/// What changed with a machine, in lines.
pub fn news(name: &str, before: &PeerSeen, now: &PeerSeen) -> Option<String> {
    let mut out = String::new();
    if now.trouble != before.trouble
        && let Some(why) = &now.trouble
    {
        out += &format!("{name}: {why}\n");
    } else if before.online && !now.online {
        out += &match now.left_ms {
            Some(ms) => format!("{name} left {}\n", moment(ms)),
            None => format!("{name}: gone\n"),
        };
    }
    let fresh = now
        .progress
        .accepted
        .saturating_sub(before.progress.accepted);
    if now.even > before.even {
        out += &format!("{name}: {}\n", exchanged(&now.progress));
    } else if out.is_empty() && now.progress.even {
        out += &match fresh {
            0 => String::new(),
            1 => format!("{name}: 1 edit came\n"),
            n => format!("{name}: {n} edits came\n"),
        };
    }
    if now.ahead_ms != before.ahead_ms
        && let Some(ms) = now.ahead_ms
    {
        out += &format!("{name}: {}\n", ahead(ms));
    }
    (!out.is_empty()).then_some(out)
}

fn standing(context: &Context) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let problem = |e| context.store_problem("see how things stand with other machines", e);
    let (known, met) = (
        store.devices().map_err(problem)?,
        store.met().map_err(problem)?,
    );
    let (quarantined, forks) = (
        store.quarantined().map_err(problem)?.len(),
        store.forks().map_err(problem)?.len(),
    );
    let others = known.into_iter().filter(|d| d.takes_part && !d.this);
    let machines = others.map(|d| {
        let met = met.iter().find(|m| m.device == d.device);
        One {
            device: d.device.to_string(),
            person: d.person.as_ref().map(|p| who(&team, p)),
            met: met.filter(|m| m.at_ms > 0).map(|m| day(m.at_ms)),
            heard: d.heard_ms.map(day),
            addresses: met.map_or_else(Vec::new, |m| m.addresses.clone()),
            waiting: met.map_or(0, |m| m.waiting),
            not_arrived: d.not_arrived.map(|n| NotArrived {
                edits: n.edits,
                since: day(n.since_ms),
            }),
        }
    });
    let machines = machines.collect();
    let device = own(&store);
    context.print(&Standing {
        device,
        machines,
        quarantined,
        forks,
    })?;
    Ok(ExitCode::SUCCESS)
}

fn own(store: &Store) -> String {
    store.device().to_string()
}
