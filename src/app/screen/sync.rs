//! The Sync screen: other machines, who asks to be let in, and edits that do not count. The cursor keeps to what it stands on, whatever comes.
//! Must not know: how it looks, sockets.

use super::super::action::ActionId;
use super::super::event::Effect;
use super::super::network::{Apart, Invited, Machine, Network, Order, Way, whose};
use super::super::overlay::picker::{Picker, Purpose};
use super::super::overlay::words::WordsForm;
use super::super::overlay::{Confirm, Overlay, Sheet, Then};
use super::super::state::State;
use super::super::toast::Tone;
use super::cell::person_name;
use super::entries::Entry;
use super::history::moment;
use super::overview::ListCursor;
use super::sync_lines::{self, Line, Row};
use super::{Screen, Selected, person};
use crate::domain::text::counted;
use std::sync::Arc;

/// What the screen remembers.
#[derive(Clone, Debug, Default)]
pub struct SyncState {
    /// Cursor and scroll.
    pub cursor: ListCursor,
    /// Its lines.
    pub lines: Vec<Line>,
    /// What the cursor stood on.
    anchor: Option<Row>,
    seen: Option<Arc<Network>>,
}

impl SyncState {
    /// The cursor stands on what can be opened: from a head it goes on upwards or downwards.
    fn off_heads(&mut self, up: bool) {
        let last = self.lines.len().saturating_sub(1);
        let at = self.cursor.line.min(last);
        let stands = |n: &usize| self.lines.get(*n).is_some_and(|l| l.row.is_some());
        let (above, below) = ((0..=at).rev().find(stands), (at..=last).find(stands));
        let to = if up { above.or(below) } else { below.or(above) };
        self.cursor.line = to.unwrap_or(at);
    }
}

/// Brings lines, cursor and scroll up to date.
pub fn settle(state: &mut State) {
    let network = Arc::clone(&state.network);
    let same = |seen: &Arc<Network>| Arc::ptr_eq(seen, &network);
    if !state.sync.seen.as_ref().is_some_and(same) {
        let made = sync_lines::lines(state);
        let sync = &mut state.sync;
        if let Some(anchor) = &sync.anchor
            && let Some(at) = made.iter().position(|l| l.row.as_ref() == Some(anchor))
        {
            sync.cursor.line = at;
        }
        sync.lines = made;
        sync.seen = Some(network);
        sync.off_heads(false);
    }
    let rows = rows(state);
    let sync = &mut state.sync;
    sync.cursor.settle(sync.lines.len(), rows);
    sync.anchor = sync.lines.get(sync.cursor.line).and_then(|l| l.row.clone());
}

/// Rows of the list: the frame and what stands over it are none.
pub fn rows(state: &State) -> u16 {
    let head = u16::try_from(sync_lines::head(state).1.len()).unwrap_or(u16::MAX);
    state.body().h.saturating_sub(2).saturating_sub(head)
}

fn machine<'a>(state: &'a State, device: &str) -> Option<&'a Machine> {
    let mut all = state.network.machines.iter();
    all.find(|m| m.device == device)
}

fn invited(state: &State, number: i64) -> Option<&Invited> {
    let mut all = state.network.invited.iter();
    all.find(|i| i.number == number)
}

fn apart(state: &State, number: i64) -> Option<&Apart> {
    let mut all = state.network.apart.iter();
    all.find(|a| a.number == number)
}

/// What the cursor stands on.
pub fn row(state: &State) -> Option<&Row> {
    state.sync.lines.get(state.sync.cursor.line)?.row.as_ref()
}

/// Does an action.
pub fn handle(state: &mut State, action: ActionId) -> Vec<Effect> {
    match action {
        ActionId::Open => open(state),
        ActionId::Uninvite => return uninvite(state),
        ActionId::SwitchNetwork => return switch(state),
        ActionId::GoPerson => {
            if let Some(selected) = selected(state) {
                return person::show(state, &selected.person);
            }
        }
        _ => {
            let rows = rows(state);
            // An action that nobody here understands changes nothing.
            if state.sync.cursor.step(action, rows) {
                let up = matches!(action, ActionId::Up | ActionId::PageUp);
                state.sync.off_heads(up);
            }
        }
    }
    Vec::new()
}

fn switch(state: &mut State) -> Vec<Effect> {
    let on = match &state.network.way {
        Way::Elsewhere => {
            let text = "another guildhall is on the network for this folder; it goes on doing so";
            state.toast(Tone::Info, text);
            return Vec::new();
        }
        Way::Off | Way::Failed(_) => true,
        Way::On | Way::Alone | Way::Unknown => false,
    };
    let text = match on {
        true => "going on the network: what was broken off goes on where it stopped",
        false => "off the network: what is exchanged goes on later where it stopped",
    };
    state.toast(Tone::Info, text);
    vec![Effect::Network(Order::Switch(on))]
}

fn uninvite(state: &mut State) -> Vec<Effect> {
    let Some(Row::Invited(number)) = row(state) else {
        state.toast(Tone::Info, "choose an invitation first");
        return Vec::new();
    };
    vec![Effect::Network(Order::Cancel(*number))]
}

fn open(state: &mut State) {
    let Some(row) = row(state).cloned() else {
        return;
    };
    let overlay = match row {
        Row::Invited(number) => match invited(state, number) {
            Some(invited) if invited.devices.is_empty() => {
                let text = "nobody has come with this ticket yet: its words are asked for when somebody does";
                state.toast(Tone::Info, text);
                None
            }
            Some(invited) => Some(Overlay::Words(Box::new(WordsForm::new(invited)))),
            None => None,
        },
        Row::Machine(device) => machine(state, &device).map(|m| Overlay::Sheet(sheet(state, m))),
        Row::Apart(number) => apart(state, number).map(|a| Overlay::Confirm(take_over(state, a))),
    };
    state.overlays.extend(overlay);
}

/// Asks before an edit that does not count is written as one's own.
fn take_over(state: &State, apart: &Apart) -> Confirm {
    let mut lines = vec![sync_lines::apart(state, apart)];
    lines.push(
        "It came from a device that had no right to write it any more, so it counts for nothing."
            .into(),
    );
    if apart.shown {
        lines.push("It is shown all the same, since something that counts rests on it.".into());
    }
    lines.push(
        "Taken over, it is written again as yours, with today’s date, and you stand for it.".into(),
    );
    Confirm::new(
        "Take this edit over?",
        lines,
        "take over",
        Then::Effects(vec![Effect::Network(Order::TakeOver(apart.number))]),
    )
}

fn sheet(state: &State, machine: &Machine) -> Sheet {
    let mut entries = vec![Entry::new("Now", sync_lines::now(machine))];
    if let Some(trouble) = &machine.trouble {
        entries.push(Entry::new("Last time", trouble.clone()));
    }
    let or_never = |ms: Option<u64>| ms.map_or_else(|| "never".to_owned(), moment);
    entries.push(Entry::new("Held the same", or_never(machine.met_ms)));
    entries.push(Entry::new(
        "Its last change",
        match machine.heard_ms {
            Some(ms) => format!("{}, by its own clock", moment(ms)),
            None => "nothing that it wrote is here".to_owned(),
        },
    ));
    if let Some((edits, since)) = machine.not_arrived {
        let edits = usize::try_from(edits).unwrap_or(usize::MAX);
        let text = format!(
            "{} of those that it had counted by {}: cut off on the way, or not passed on by a machine in between; meet it, or read a bundle of its",
            counted(edits, "edit", "edits"),
            moment(since)
        );
        entries.push(Entry::new("Not arrived", text));
    }
    if let Some(ms) = machine.ahead_ms {
        let text = format!(
            "{}, as its changes are dated: set the one of the two that is wrong",
            sync_lines::ahead(ms)
        );
        entries.push(Entry::new("Its clock", text));
    }
    let count = usize::try_from(machine.waiting).unwrap_or(usize::MAX);
    entries.push(Entry::new(
        "Waits for it",
        match count {
            0 => "nothing".to_owned(),
            n => format!(
                "{} here that it has not confirmed",
                counted(n, "edit", "edits")
            ),
        },
    ));
    let (came, went) = machine.bytes;
    entries.push(Entry::new(
        "This session",
        format!(
            "{} came, in {} with {}; {} sent",
            counted(
                usize::try_from(machine.came).unwrap_or(usize::MAX),
                "edit",
                "edits"
            ),
            sync_lines::bytes(came),
            counted(
                usize::try_from(machine.documents).unwrap_or(usize::MAX),
                "document",
                "documents"
            ),
            sync_lines::bytes(went),
        ),
    ));
    let at = match machine.addresses.as_slice() {
        [] => "no address is known; on the same local network it is found without".to_owned(),
        some => some.join(" "),
    };
    entries.push(Entry::new("Reached at", at));
    let title = format!(
        "{}, device {}",
        whose(state, machine.person.as_ref()),
        machine.device
    );
    Sheet::new(title, entries)
}

/// Whether a ticket can be asked for here.
pub fn may_invite(state: &State) -> bool {
    match state.screen() {
        Screen::Person => {
            let own = state.person.person.as_ref() == Some(&state.team.me);
            own || state.is_manager()
        }
        _ => true,
    }
}

/// Asks for a ticket: for the person on screen, for oneself where one invites nobody else, or for whoever is chosen.
pub fn invite(state: &mut State) -> Vec<Effect> {
    let whom = match (state.screen(), state.is_manager()) {
        (Screen::Person, _) if may_invite(state) => state.person.person.clone(),
        (Screen::Person, _) => None,
        (_, true) => {
            let picker = Picker::new(state, Purpose::Invite);
            state.overlays.push(Overlay::Picker(Box::new(picker)));
            return Vec::new();
        }
        (_, false) => Some(state.team.me.clone()),
    };
    match whom {
        Some(whom) => vec![Effect::Network(Order::Invite(whom))],
        None => {
            let text =
                "people are invited by managers; your own further devices you invite yourself";
            state.toast(Tone::Info, text);
            Vec::new()
        }
    }
}

/// Whose line it is.
pub fn selected(state: &State) -> Option<Selected> {
    let person = match row(state)? {
        Row::Invited(number) => invited(state, *number)?.person.clone()?,
        Row::Machine(device) => machine(state, device)?.person.clone()?,
        Row::Apart(number) => {
            let apart = apart(state, *number)?;
            apart.about.clone().or_else(|| apart.author.clone())?
        }
    };
    state.team.person(&person)?;
    Some(Selected {
        person,
        post: None,
        column: None,
        subject: None,
    })
}

/// A click selects; a click on what is selected opens it.
pub fn click(state: &mut State, x: u16, y: u16) -> Vec<Effect> {
    let inner = state.body().inner();
    let head = u16::try_from(sync_lines::head(state).1.len()).unwrap_or(u16::MAX);
    let Some(row) = y.checked_sub(inner.y.saturating_add(head)) else {
        return Vec::new();
    };
    let line = state.sync.cursor.top + usize::from(row);
    if !inner.contains(x, y) || line >= state.sync.lines.len() {
        return Vec::new();
    }
    if line == state.sync.cursor.line {
        return handle(state, ActionId::Open);
    }
    state.sync.cursor.line = line;
    Vec::new()
}

/// Who is invited, in words.
pub fn guest(state: &State, invited: &Invited) -> String {
    match &invited.person {
        Some(me) if *me == state.team.me => "a further device of yours".to_owned(),
        Some(person) => person_name(&state.team, person).to_owned(),
        None => "a carrier".to_owned(),
    }
}
