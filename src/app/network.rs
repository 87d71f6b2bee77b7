//! Other machines as the screens know them: who is connected, what waits, who asks to be let in, and what is said when that changes. Must
//! not know: sockets, sessions, where any of it is kept.

use super::overlay;
use super::screen::cell::person_name;
use super::state::State;
use super::toast::Tone;
use crate::domain::PersonId;
use crate::domain::text::counted;
use std::sync::Arc;

/// Whether this program is on the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// It has not looked yet.
    #[default]
    Unknown,
    /// Nobody else takes part and nobody is invited, so that nothing is opened.
    Alone,
    /// It is.
    On,
    /// Another program is, for the same folder.
    Elsewhere,
    /// It was switched off.
    Off,
    /// It cannot be, for this reason.
    Failed(String),
}

/// Another machine of the team.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// The beginning of its id.
    pub device: String,
    /// Whose; `None` is a carrier.
    pub person: Option<PersonId>,
    /// Whether a session stands.
    pub online: bool,
    /// Whether both held the same at some time of this session.
    pub even: bool,
    /// Edits that came in this session.
    pub came: u64,
    /// Documents of which something came in this session.
    pub documents: u64,
    /// Bytes that came and that were sent in this session.
    pub bytes: (u64, u64),
    /// Documents that are still to be sent in this session.
    pub sending: u64,
    /// Edits here that it may have and has not confirmed.
    pub waiting: u64,
    /// When both held the same last, milliseconds since 1970 UTC.
    pub met_ms: Option<u64>,
    /// Time of its newest change that is here, by its own clock.
    pub heard_ms: Option<u64>,
    /// Edits that it has written, by its own count, and that are not here; when it counted, milliseconds since 1970 UTC.
    pub not_arrived: Option<(u64, u64)>,
    /// By how many milliseconds its clock is ahead of this machine's, where that is much.
    pub ahead_ms: Option<u64>,
    /// Where it could be reached.
    pub addresses: Vec<String>,
    /// When it ended its last session in order, milliseconds since 1970 UTC.
    pub left_ms: Option<u64>,
    /// Why the last attempt ended otherwise than it should.
    pub trouble: Option<String>,
}

/// Somebody who is invited, or a further device of one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// Number of the invitation.
    pub number: i64,
    /// Who; `None` is a carrier.
    pub person: Option<PersonId>,
    /// Until when they may come, milliseconds since 1970 UTC.
    pub until_ms: u64,
    /// So often words may still be typed.
    pub tries: u32,
    /// Devices that came with the ticket: the beginning of each one's id.
    pub devices: Vec<String>,
}

/// An edit that came and does not count unless somebody takes it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apart {
    /// Number in the file.
    pub number: i64,
    /// Who wrote it, where that is known.
    pub author: Option<PersonId>,
    /// About whom, where it is about somebody.
    pub about: Option<PersonId>,
    /// When, by its writer's clock, milliseconds since 1970 UTC.
    pub at_ms: u64,
    /// Kind of document.
    pub kind: String,
    /// Whether it is shown all the same, since something that counts rests on it.
    pub shown: bool,
}

/// How things stand with other machines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Whether this program is on the network.
    pub way: Way,
    /// The beginning of this device's id.
    pub device: String,
    /// Where it listens.
    pub listening: Vec<String>,
    /// Others that take part, in order of people.
    pub machines: Vec<Machine>,
    /// Invitations that are open.
    pub invited: Vec<Invited>,
    /// Edits that came and do not count.
    pub apart: Vec<Apart>,
    /// Logs with two branches.
    pub forks: usize,
    /// Nobody was there for so long that something may be in the way.
    pub nobody: bool,
}

impl Network {
    /// Machines with which a session stands.
    pub fn online(&self) -> usize {
        self.machines.iter().filter(|m| m.online).count()
    }

    /// Devices that ask to be let in.
    pub fn asking(&self) -> usize {
        self.invited.iter().map(|i| i.devices.len()).sum()
    }

    /// Edits that no other machine has confirmed, as far as that is known: those that wait for the machine that lacks the fewest.
    pub fn waiting(&self) -> u64 {
        let met = self.machines.iter().filter(|m| m.met_ms.is_some());
        met.map(|m| m.waiting).min().unwrap_or(0)
    }
}

/// Something to be done with other machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Goes on the network, or off it: what is under way is broken off and goes on later.
    Switch(bool),
    /// Makes a ticket for a person, or for oneself.
    Invite(PersonId),
    /// Takes an invitation back.
    Cancel(i64),
    /// Compares the words that somebody typed for an invitation.
    Confirm {
        /// Which.
        invitation: i64,
        /// As typed.
        words: String,
    },
    /// Writes a quarantined edit as one's own.
    TakeOver(i64),
}

/// A ticket that was made.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    /// For whom.
    pub person: PersonId,
    /// The text to hand over.
    pub text: String,
    /// Whether it names an address; otherwise it works on the same local network only.
    pub reachable: bool,
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ticket")
            .field("person", &self.person)
            .finish_non_exhaustive()
    }
}

/// Why somebody is not invited from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uninvited {
    /// They have a device, so theirs would be a further one.
    HasDevice,
    /// They are let in by the owner alone.
    ByOwner,
}

/// What the network says.
#[derive(Clone, Debug)]
pub enum Heard {
    /// How things stand.
    Seen(Arc<Network>),
    /// A ticket was made.
    Ticket(Box<Ticket>),
    /// No ticket was made for a person.
    NotInvited(PersonId, Uninvited),
    /// The words that were typed for an invitation let nobody in, for this reason.
    NotLetIn {
        /// Which.
        invitation: i64,
        /// Why not, and what to do next.
        why: String,
    },
    /// A device was let in by an invitation.
    LetIn {
        /// Which.
        invitation: i64,
        /// Whose device it is; `None` is a carrier.
        person: Option<PersonId>,
    },
    /// An order was carried out, or could not be.
    Said(Tone, String),
}

/// Takes what the network says.
pub fn on_heard(state: &mut State, heard: Heard) {
    match heard {
        Heard::Seen(now) => {
            let before = std::mem::replace(&mut state.network, now);
            tell(state, &before);
        }
        Heard::Ticket(ticket) => overlay::ticket::show(state, *ticket),
        Heard::NotInvited(person, why) => {
            let name = person_name(&state.team, &person);
            let text = match why {
                Uninvited::HasDevice => format!(
                    "{name} has a device already: a further one they invite themselves, on theirs"
                ),
                Uninvited::ByOwner => format!("{name} is let in by the owner: ask them"),
            };
            state.toast(Tone::Bad, text);
        }
        Heard::NotLetIn { invitation, why } => overlay::words::refuse(state, invitation, why),
        Heard::LetIn { invitation, person } => {
            overlay::words::close(state, invitation);
            let whose = whose(state, person.as_ref());
            state.toast(Tone::Done, format!("let in: {whose}"));
        }
        Heard::Said(tone, text) => state.toast(tone, text),
    }
}

/// Whose machine it is, in words.
pub fn whose(state: &State, person: Option<&PersonId>) -> String {
    match person {
        Some(me) if *me == state.team.me => "your other device".to_owned(),
        Some(person) => person_name(&state.team, person).to_owned(),
        None => "a carrier".to_owned(),
    }
}

/// Says what came from whom, what was sent, and who asks to be let in.
fn tell(state: &mut State, before: &Network) {
    let now = Arc::clone(&state.network);
    for machine in &now.machines {
        let known = before.machines.iter().find(|m| m.device == machine.device);
        let whose = whose(state, machine.person.as_ref());
        // A first exchange is told once it is through, not piece by piece.
        let told = known.filter(|k| k.even).map_or(0, |k| k.came);
        let told = if machine.came < told { 0 } else { told };
        if machine.even && machine.came > told {
            let count = usize::try_from(machine.came - told).unwrap_or(usize::MAX);
            let edits = counted(count, "edit", "edits");
            state.toast(Tone::Info, format!("{edits} came from {whose}"));
        }
        let waited = known.map_or(0, |k| k.waiting);
        if machine.even && machine.online && waited > 0 && machine.waiting == 0 {
            state.toast(Tone::Done, format!("sent to {whose}"));
        }
    }
    for invited in &now.invited {
        let known = before.invited.iter().find(|i| i.number == invited.number);
        if invited.devices.len() > known.map_or(0, |k| k.devices.len()) {
            let whose = match &invited.person {
                Some(me) if *me == state.team.me => "you".to_owned(),
                Some(person) => person_name(&state.team, person).to_owned(),
                None => "a carrier".to_owned(),
            };
            let key = super::editing::key_of(state, super::ActionId::GoSync);
            state.toast(
                Tone::Info,
                format!("a device came with the ticket for {whose}: {key} to type its words"),
            );
        }
    }
    if now.forks > before.forks {
        state.toast(
            Tone::Bad,
            "a log has two branches: a device was copied or put back",
        );
    }
}
