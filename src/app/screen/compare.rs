//! The Compare screen: a person beside a post, line by line; gaps are picked here and become objectives in one step.
//! Must not know: how it looks.

use super::super::action::ActionId;
use super::super::event::Effect;
use super::super::layout::Area;
use super::super::overlay::{Confirm, Overlay, Sheet, Then};
use super::super::state::State;
use super::super::toast::Tone;
use super::cell::{person_name, steps, subject_name};
use super::entries::Entry;
use super::overview::ListCursor;
use super::{Screen, Selected, person};
use crate::document::edits::{self, NewObjective};
use crate::domain::compare::{Asked, CompareLine, Comparison, Stand, compare};
use crate::domain::explain::explain_cell;
use crate::domain::readiness::{Band, readiness};
use crate::domain::succession::FAIRNESS;
use crate::domain::{Person, PersonId, PostId, Team};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the screen remembers.
#[derive(Clone, Debug, Default)]
pub struct CompareState {
    /// Who is compared.
    pub person: Option<PersonId>,
    /// With which post.
    pub post: Option<PostId>,
    /// The comparison; `None` where person or post are gone.
    pub found: Option<Arc<Comparison>>,
    /// The band as it stands, while something is supposed that changes it.
    pub before: Option<Band>,
    /// Cursor and scroll.
    pub cursor: ListCursor,
    picked: BTreeSet<String>,
    /// Objectives of the person when the picks were made: once there are more, the picks are in the plan.
    planned: usize,
    options: BTreeMap<String, usize>,
    made_from: Option<(Arc<Team>, Arc<Person>, PostId)>,
}

/// Where the parts stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Who, which post, and the band.
    pub head: Area,
    /// Column heads and lines, framed.
    pub table: Area,
    /// What the line under the cursor offers.
    pub option: Area,
    /// The line that says what a nomination is not.
    pub fairness: Area,
}

/// Divides the body of the screen.
pub fn parts(body: Area) -> Parts {
    let (head, rest) = body.split_top(2);
    let (rest, fairness) = rest.split_top(rest.h.saturating_sub(1));
    let (table, option) = rest.split_top(rest.h.saturating_sub(1));
    Parts {
        head,
        table,
        option,
        fairness,
    }
}

/// Lines that are seen of the table: without frame and head.
fn rows(body: Area) -> u16 {
    parts(body).table.inner().h.saturating_sub(1)
}

/// What a line is remembered by.
fn key(asked: &Asked) -> String {
    match asked {
        Asked::Subject(subject) => format!("subject {}", subject.as_str()),
        Asked::MustHave(code, _) => format!("must-have {code}"),
    }
}

impl CompareState {
    /// Whether a line is picked.
    pub fn is_picked(&self, line: &CompareLine) -> bool {
        self.picked.contains(&key(&line.asked))
    }

    /// The development option chosen for a line, and its place among those offered.
    pub fn option<'a>(&self, line: &'a CompareLine) -> Option<(usize, &'a str)> {
        let chosen = self.options.get(&key(&line.asked)).copied().unwrap_or(0);
        let at = chosen.min(line.options.len().saturating_sub(1));
        line.options.get(at).map(|option| (at, option.as_str()))
    }

    /// The line under the cursor.
    pub fn line(&self) -> Option<&CompareLine> {
        self.found.as_ref()?.lines.get(self.cursor.line)
    }
}

/// Opens the screen on a person and a post.
pub fn show(state: &mut State, person: &PersonId, post: &PostId) -> Vec<Effect> {
    let same =
        state.compare.person.as_ref() == Some(person) && state.compare.post.as_ref() == Some(post);
    if !same {
        state.compare = CompareState {
            person: Some(person.clone()),
            post: Some(post.clone()),
            ..CompareState::default()
        };
    }
    state.open(Screen::Compare);
    Vec::new()
}

/// Compares anew if what it is made from has changed.
fn refresh(state: &mut State) {
    let compare_state = &state.compare;
    let person = compare_state
        .person
        .as_ref()
        .and_then(|id| state.person_known(id))
        .cloned();
    let post = compare_state
        .post
        .as_ref()
        .and_then(|id| state.team.post(id));
    let (Some(person), Some(post)) = (person, post) else {
        state.compare.found = None;
        state.compare.made_from = None;
        return;
    };
    let same = compare_state.made_from.as_ref().is_some_and(|(t, p, id)| {
        Arc::ptr_eq(t, &state.team) && Arc::ptr_eq(p, &person) && id == &post.id
    });
    if same {
        return;
    }
    let found = compare(&state.team, &person, post, state.today);
    let found_post = post.id.clone();
    let before = state.what_if.as_ref().and_then(|simulation| {
        let person = simulation.team.person(&person.id)?;
        let post = simulation.team.post(&post.id)?;
        let band = readiness(&simulation.team, person, post, state.today).band;
        (band != found.readiness.band).then_some(band)
    });
    // What is met by now is not picked any more.
    let open: BTreeSet<String> = found
        .lines
        .iter()
        .filter(|l| !l.stand.is_met())
        .map(|l| key(&l.asked))
        .collect();
    let planned = person.objectives.len();
    let compare_state = &mut state.compare;
    compare_state.picked.retain(|k| open.contains(k));
    if planned > compare_state.planned {
        compare_state.picked.clear();
    }
    compare_state.planned = planned;
    compare_state.found = Some(Arc::new(found));
    compare_state.before = before;
    compare_state.made_from = Some((Arc::clone(&state.team), person, found_post));
}

/// Brings cursor and scroll back into what there is.
pub fn settle(state: &mut State) {
    refresh(state);
    let len = state.compare.found.as_ref().map_or(0, |f| f.lines.len());
    let rows = rows(state.body());
    state.compare.cursor.settle(len, rows);
}

/// Does an action.
pub fn handle(state: &mut State, action: ActionId) -> Vec<Effect> {
    match action {
        ActionId::Open => {
            let sheet = sheet(state);
            state.overlays.extend(sheet.map(Overlay::Sheet));
        }
        ActionId::Pick => pick(state),
        ActionId::IntoPlan => into_plan(state),
        ActionId::Left => turn(state, -1),
        ActionId::Right => turn(state, 1),
        ActionId::GoPerson => {
            if let Some(id) = state.compare.person.clone() {
                return person::show(state, &id);
            }
        }
        other => {
            let rows = rows(state.body());
            // An action that nobody here understands changes nothing.
            let _ = state.compare.cursor.step(other, rows);
        }
    }
    Vec::new()
}

fn pick(state: &mut State) {
    let Some(line) = state.compare.line() else {
        return;
    };
    if line.stand.is_met() {
        state.toast(Tone::Info, "nothing is missing there");
        return;
    }
    let key = key(&line.asked);
    if !state.compare.picked.remove(&key) {
        state.compare.picked.insert(key);
    }
    state.compare.cursor.line += 1;
}

/// The next development option of the line.
fn turn(state: &mut State, by: isize) {
    let Some(line) = state.compare.line() else {
        return;
    };
    let (len, key) = (line.options.len(), key(&line.asked));
    if len > 0 {
        let now = state.compare.option(line).map_or(0, |(at, _)| at);
        let next = (now + len).saturating_add_signed(by) % len;
        state.compare.options.insert(key, next);
    }
}

/// Asks whether the picked gaps shall become objectives; without a pick it is the line under the cursor.
fn into_plan(state: &mut State) {
    let made = objectives(state).and_then(|(name, wanted)| {
        let edit = edits::new_objectives(
            &state.team,
            state
                .compare
                .person
                .as_ref()
                .ok_or("choose a person first")?,
            &wanted,
            state.today,
            state.now_ms,
        )
        .map_err(|e| e.to_string())?;
        Ok((name, wanted, edit))
    });
    let (name, wanted, edit) = match made {
        Ok(made) => made,
        Err(why) => {
            state.toast(Tone::Info, why);
            return;
        }
    };
    let mut lines: Vec<String> = wanted
        .iter()
        .map(|o| format!("{} · {}", o.title, o.action))
        .collect();
    if lines.len() > 6 {
        let more = lines.len() - 5;
        lines.truncate(5);
        lines.push(format!("and {more} more"));
    }
    lines.push(String::new());
    lines.push("Drafts until both sides agree; one undo takes them back.".to_owned());
    let title = format!(
        "{} into the plan of {name}?",
        crate::domain::text::counted(wanted.len(), "objective", "objectives")
    );
    let mut confirm = Confirm::new(&title, lines, "draft", Then::Commit(edit));
    // Nothing is lost or shown by it, and one key takes it back.
    confirm.on_yes = true;
    state.overlays.push(Overlay::Confirm(confirm));
}

fn objectives(state: &State) -> Result<(String, Vec<NewObjective>), String> {
    let here = &state.compare;
    let (Some(found), Some(person), Some(post)) = (&here.found, &here.person, &here.post) else {
        return Err("choose a person and a post first".to_owned());
    };
    let mut chosen: Vec<&CompareLine> = found.lines.iter().filter(|l| here.is_picked(l)).collect();
    if chosen.is_empty() {
        chosen.extend(here.line().filter(|l| !l.stand.is_met()));
    }
    if chosen.is_empty() {
        return Err("nothing is missing on this line; pick a gap first".to_owned());
    }
    let wanted = chosen
        .into_iter()
        .map(|line| {
            let option = here.option(line).map(|(_, option)| option);
            NewObjective::for_gap(&state.team, post, line, option, state.today)
        })
        .collect();
    Ok((person_name(&state.team, person).to_owned(), wanted))
}

/// How the line under the cursor is made.
fn sheet(state: &State) -> Option<Sheet> {
    let here = &state.compare;
    let (line, found) = (here.line()?, here.found.as_ref()?);
    let team = &state.team;
    let (title, mut entries) = match (&line.asked, &line.figure) {
        (Asked::Subject(subject), Some(figure)) => {
            let steps = steps(&explain_cell(
                team,
                &found.person,
                found.column.as_ref(),
                figure,
                state.today,
            ));
            (subject_name(team, subject).to_owned(), steps)
        }
        (Asked::Subject(subject), None) => (subject_name(team, subject).to_owned(), Vec::new()),
        (Asked::MustHave(code, name), _) => {
            let text = format!(
                "It is held while a credential with the code “{code}” is sighted by a manager and unexpired: {}.",
                stand_words(line)
            );
            (name.clone(), vec![Entry::new("How this is made", text)])
        }
    };
    if let Some((column, points, _)) = &line.elsewhere {
        entries.push(Entry::new(
            "Elsewhere",
            format!(
                "{points} against {column}: other descriptors, so it does not count here. It says where to start the talk."
            ),
        ));
    }
    for (at, option) in line.options.iter().enumerate() {
        let label = if at == 0 { "Options" } else { "" };
        entries.push(Entry::new(label, option.clone()));
    }
    if line.planned {
        entries.push(Entry::new("Plan", "an open objective is about it already"));
    }
    entries.push(Entry::new("Note", FAIRNESS));
    let name = person_name(team, &found.person);
    Some(Sheet::new(format!("{name} · {title}"), entries))
}

/// How a line stands, in words.
pub fn stand_words(line: &CompareLine) -> String {
    match line.stand {
        Stand::Met => "at target".to_owned(),
        Stand::OwnOnly => "own mark only".to_owned(),
        Stand::Gap(halves, by) => {
            let own = match by {
                crate::domain::cell::By::Own => ", own mark only",
                crate::domain::cell::By::Manager => "",
            };
            format!("gap {}{own}", super::cell::halves(u32::from(halves)))
        }
        Stand::NoMark => "no fresh mark".to_owned(),
        Stand::Held => "held".to_owned(),
        Stand::Booked(day) => format!("booked {}", super::cell::day(day)),
        Stand::Missing => "missing, nothing booked".to_owned(),
    }
}

/// Who is compared.
pub fn selected(state: &State) -> Option<Selected> {
    Some(Selected {
        person: state.compare.person.clone()?,
        post: state.compare.post.clone(),
        column: state.compare.found.as_ref()?.column.clone(),
        subject: None,
    })
}

/// A click puts the cursor on a line; a second one opens it.
pub fn click(state: &mut State, x: u16, y: u16) -> Vec<Effect> {
    let inner = parts(state.body()).table.inner();
    let len = state.compare.found.as_ref().map_or(0, |f| f.lines.len());
    let line = usize::from(y.saturating_sub(inner.y))
        .checked_sub(1)
        .map(|row| state.compare.cursor.top + row)
        .filter(|line| inner.contains(x, y) && *line < len);
    match line {
        Some(line) if line == state.compare.cursor.line => handle(state, ActionId::Open),
        Some(line) => {
            state.compare.cursor.line = line;
            Vec::new()
        }
        None => Vec::new(),
    }
}
