//! What the Sync screen says, line by line. Must not know: how it looks.

use super::super::network::{Apart, Machine, Way, whose};
use super::super::state::State;
use super::cell::person_name;
use super::entries::wrap;
use super::history::moment;
use super::sync::guest;
use crate::domain::text::counted;
use chrono::DateTime;

/// What a line is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// An invitation, by number.
    Invited(i64),
    /// Another machine, by the beginning of its id.
    Machine(String),
    /// An edit that does not count, by number.
    Apart(i64),
}

/// How a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The head of a part.
    Head,
    /// All is well, or nothing is known.
    Plain,
    /// It is going on just now.
    Lively,
    /// Somebody has to do something.
    Wanted,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is about; `None` for heads.
    pub row: Option<Row>,
    /// Whose.
    pub who: String,
    /// What happens.
    pub now: String,
    /// On the right: what waits, or until when.
    pub right: String,
    /// How it is meant.
    pub weight: Weight,
}

/// An amount of data as printed.
pub fn bytes(n: u64) -> String {
    match n {
        0..=1_023 => format!("{n} bytes"),
        1_024..=1_048_575 => format!("{} KiB", n / 1_024),
        _ => format!("{}.{} MiB", n >> 20, ((n & 0xf_ffff) * 10) >> 20),
    }
}

/// What is said over the list, broken into lines; how many of them say where this machine stands, and then what is amiss.
pub fn head(state: &State) -> (usize, Vec<String>) {
    let room = usize::from(state.body().inner().w.saturating_sub(2)).max(1);
    let said = said(state);
    let lines = |text: &String| -> Vec<String> {
        let lines = wrap(text, room);
        lines.into_iter().map(str::to_owned).collect()
    };
    let first = said.first().map_or(0, |text| lines(text).len());
    (first, said.iter().flat_map(lines).collect())
}

fn said(state: &State) -> Vec<String> {
    let network = &state.network;
    let here = match &network.way {
        Way::Unknown => "The network has not been looked at yet.".to_owned(),
        Way::Alone => "No other machine takes part yet, so nothing is opened: invite somebody, or a further device of yours.".to_owned(),
        Way::On => {
            let at = match network.listening.as_slice() {
                [] => String::new(),
                some => format!(" at {}", some.join(" ")),
            };
            format!("This device is {} and listens{at}.", network.device)
        }
        Way::Elsewhere => "Another guildhall is on the network for this folder; what comes in there shows here at once.".to_owned(),
        Way::Off => "Off the network. Edits are kept and go out when you switch it on.".to_owned(),
        Way::Failed(why) => format!("Not on the network: {why}"),
    };
    let mut head = vec![here];
    if network.nobody && network.online() == 0 && network.way == Way::On {
        head.push(
            "Nobody answers. Many campus networks block multicast, or keep machines from each other. What helps: an address \
             (--peer ID@ADDR), a carrier in between (guildhall serve), or a file on a stick (guildhall bundle)."
                .to_owned(),
        );
    }
    if network.forks > 0 {
        head.push(format!(
            "{} two branches, since a device was copied or put back: no more is taken of them until that is settled.",
            match network.forks {
                1 => "1 log has".to_owned(),
                n => format!("{n} logs have"),
            }
        ));
    }
    head
}

/// How it stands with a machine, in a few words.
pub fn now(machine: &Machine) -> String {
    let mut out = match (machine.online, machine.even) {
        (true, true) => match machine.not_arrived {
            Some(lacking) => format!("connected, {}", not_arrived(lacking)),
            None => "connected, both hold the same".to_owned(),
        },
        (true, false) => {
            let documents = usize::try_from(machine.documents).unwrap_or(usize::MAX);
            let mut out = format!(
                "exchanging: {}, {} came",
                counted(documents, "document", "documents"),
                bytes(machine.bytes.0)
            );
            if machine.sending > 0 {
                out += &format!(", {} to send", machine.sending);
            }
            return out;
        }
        (false, _) => match (machine.left_ms, machine.met_ms) {
            // When both held the same stands in the details.
            _ if let Some(lacking) = machine.not_arrived => {
                format!("away, {}", not_arrived(lacking))
            }
            (Some(ms), _) => format!("left {}", moment(ms)),
            (None, Some(ms)) => format!("away, held the same {}", moment(ms)),
            (None, None) => "never met".to_owned(),
        },
    };
    if !machine.online
        && let Some(trouble) = &machine.trouble
    {
        out += &format!(" · {trouble}");
    }
    if let Some(ms) = machine.ahead_ms {
        out += &format!(" · {}", ahead(ms));
    }
    out
}

/// What a machine counted and is not here.
pub fn not_arrived((edits, since_ms): (u64, u64)) -> String {
    let edits = usize::try_from(edits).unwrap_or(usize::MAX);
    format!(
        "{} not arrived since {}",
        counted(edits, "edit", "edits"),
        moment(since_ms)
    )
}

/// That a clock is ahead of this machine's by so many milliseconds.
pub fn ahead(ms: u64) -> String {
    let minutes = usize::try_from(ms / 60_000).unwrap_or(usize::MAX);
    format!(
        "its clock is {} ahead of this machine’s",
        counted(minutes, "minute", "minutes")
    )
}

/// What an edit is that does not count.
pub fn apart(state: &State, apart: &Apart) -> String {
    let author = match &apart.author {
        Some(id) => person_name(&state.team, id),
        None => "somebody whose device is not known here",
    };
    let about = match &apart.about {
        Some(id) => format!(" about {}", person_name(&state.team, id)),
        None => String::new(),
    };
    format!("{author}, {}: {}{about}", moment(apart.at_ms), apart.kind)
}

/// All lines of the list.
pub fn lines(state: &State) -> Vec<Line> {
    let network = &state.network;
    let mut lines = Vec::new();
    let head = |text: String| Line {
        row: None,
        who: text,
        now: String::new(),
        right: String::new(),
        weight: Weight::Head,
    };
    if !network.invited.is_empty() {
        lines.push(head("Invited".to_owned()));
    }
    for invited in &network.invited {
        let (now, weight) = match invited.devices.as_slice() {
            [] => (
                "nobody has come with the ticket yet".to_owned(),
                Weight::Plain,
            ),
            [one] => (
                format!("asks to be let in: ↵ six words ({one})"),
                Weight::Wanted,
            ),
            many => (
                format!("{} devices ask: others saw the ticket", many.len()),
                Weight::Wanted,
            ),
        };
        lines.push(Line {
            row: Some(Row::Invited(invited.number)),
            who: guest(state, invited),
            now,
            right: format!("until {}", clock(invited.until_ms)),
            weight,
        });
    }
    if !network.machines.is_empty() {
        let online = network.online();
        let all = network.machines.len();
        lines.push(head(format!("Machines · {online} of {all} connected")));
    }
    // Who is there first, then who was met, each by name: never by anything about a person.
    let mut machines: Vec<_> = network.machines.iter().collect();
    machines.sort_by_key(|m| {
        let name = whose(state, m.person.as_ref());
        (!m.online, m.met_ms.is_none(), name, m.device.clone())
    });
    for machine in machines {
        let right = match machine.waiting {
            0 => String::new(),
            1 => "1 edit waits".to_owned(),
            n => format!("{n} edits wait"),
        };
        lines.push(Line {
            row: Some(Row::Machine(machine.device.clone())),
            who: whose(state, machine.person.as_ref()),
            now: now(machine),
            right,
            weight: match (machine.ahead_ms, machine.not_arrived, machine.online) {
                (None, None, true) => Weight::Lively,
                (None, None, false) => Weight::Plain,
                _ => Weight::Wanted,
            },
        });
    }
    if !network.apart.is_empty() {
        lines.push(head(
            "Edits that do not count, since their writer had no right any more".to_owned(),
        ));
    }
    for one in &network.apart {
        lines.push(Line {
            row: Some(Row::Apart(one.number)),
            who: String::new(),
            now: apart(state, one),
            right: match one.shown {
                true => "shown".to_owned(),
                false => String::new(),
            },
            weight: Weight::Wanted,
        });
    }
    lines
}

/// The time of day, UTC.
fn clock(ms: u64) -> String {
    let at = i64::try_from(ms).ok();
    match at.and_then(DateTime::from_timestamp_millis) {
        Some(at) => format!("{} UTC", at.format("%H:%M")),
        None => "an unknown time".to_owned(),
    }
}
