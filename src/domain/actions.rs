//! Development actions, agreement and talks due (definitions 18 and 21).

use super::cell::months_after;
use super::ids::{ActionId, ObjectiveId, PersonId};
use super::index::Index;
use super::person::{Action, ItemState, Objective, Person, Side};
use super::team::{Policy, Team};
use chrono::{Days, NaiveDate};
use std::collections::BTreeMap;

/// One action as the pane lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionLine {
    /// Whose.
    pub person: PersonId,
    /// Their name as listed.
    pub name: String,
    /// Under which objective.
    pub objective: ObjectiveId,
    /// Which action.
    pub action: ActionId,
    /// What is to be done.
    pub text: String,
    /// State today.
    pub state: ItemState,
    /// Completion date, the earlier one in conflict.
    pub completion: Option<NaiveDate>,
    /// Days from today to the completion date; negative is overdue if open.
    pub days: Option<i64>,
    /// Open and completion date before today.
    pub overdue: bool,
    /// Progress 0 to 100 as typed.
    pub progress: u8,
    /// For "to discuss": days since it was done.
    pub done_days: Option<i64>,
    /// A conflict stands behind it.
    pub conflict: bool,
}

/// The actions of the team: lines in order (open by date, then to discuss), and counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionBoard {
    /// Open actions by completion date (undated last), then those to discuss, longest waiting first.
    pub lines: Vec<ActionLine>,
    /// Open.
    pub open: u32,
    /// Overdue, which are open too.
    pub overdue: u32,
    /// Done, still to be talked about.
    pub to_discuss: u32,
    /// Done and talked about.
    pub closed: u32,
    /// Dropped.
    pub dropped: u32,
    /// People whose plan is agreed / people with a line manager.
    pub agreed: (u32, u32),
    /// People with a line manager whose development talk is due, with the date of the last; never talked first, then oldest first.
    pub talks_due: Vec<(PersonId, Option<NaiveDate>)>,
}

/// All actions of the team on a day (definitions 18 and 21).
pub fn actions(team: &Team, today: NaiveDate) -> ActionBoard {
    actions_of(&Index::new(team, today))
}

/// The same with the lookup tables at hand.
pub(super) fn actions_of(index: &Index<'_>) -> ActionBoard {
    let mut board = ActionBoard::default();
    for person in &index.people {
        for objective in &person.objectives {
            for action in &objective.actions {
                let line = line(person, objective, action, index.today);
                match line.state {
                    ItemState::Open => board.open += 1,
                    ItemState::ToDiscuss => board.to_discuss += 1,
                    ItemState::Closed => board.closed += 1,
                    ItemState::Dropped => board.dropped += 1,
                }
                board.overdue += u32::from(line.overdue);
                if matches!(line.state, ItemState::Open | ItemState::ToDiscuss) {
                    board.lines.push(line);
                }
            }
        }
        if index.line_manager(&person.id).is_some() {
            board.agreed.1 += 1;
            board.agreed.0 += u32::from(plan_agreed(person, index.today));
            let last = last_talk(person, index.today);
            if is_talk_due(last, index.today, &index.team.base.policy) {
                board.talks_due.push((person.id.clone(), last));
            }
        }
    }
    // People come by name, and sorting is stable: equal dates stay in order of name. Never talked (`None`) sorts first.
    board.talks_due.sort_by_key(|(_, last)| *last);
    board.lines.sort_by_key(|l| match l.state {
        ItemState::Open => (false, l.days.is_none(), l.days.unwrap_or(0)),
        // Longest waiting first; a state without a date has waited since before anybody wrote it down.
        _ => (true, l.done_days.is_some(), -l.done_days.unwrap_or(0)),
    });
    board
}

fn line(person: &Person, objective: &Objective, action: &Action, today: NaiveDate) -> ActionLine {
    let entry = action.states.entry_on(today);
    let state = entry.map_or(ItemState::Open, |(_, s)| *s.get());
    let completion = *action.completion.get();
    let since = entry.and_then(|(from, _)| from);
    ActionLine {
        person: person.id.clone(),
        name: person.name.get().clone(),
        objective: objective.id.clone(),
        action: action.id.clone(),
        text: action.text.get().clone(),
        state,
        completion,
        days: completion.map(|day| (day - today).num_days()),
        overdue: state == ItemState::Open && completion.is_some_and(|day| day < today),
        progress: action.progress.get().0,
        done_days: since
            .filter(|_| state == ItemState::ToDiscuss)
            .map(|day| (today - day).num_days()),
        conflict: entry.is_some_and(|(_, s)| s.is_conflict())
            || action.completion.is_conflict()
            || action.progress.is_conflict()
            || action.text.is_conflict(),
    }
}

/// Progress of some actions: done / (all − dropped), where done = to discuss + closed (definition 18).
pub fn progress<'a>(actions: impl IntoIterator<Item = &'a Action>, today: NaiveDate) -> (u32, u32) {
    let mut progress = (0, 0);
    for action in actions {
        match action
            .states
            .on(today)
            .map_or(ItemState::Open, |s| *s.get())
        {
            ItemState::Open => progress.1 += 1,
            ItemState::ToDiscuss | ItemState::Closed => {
                progress.0 += 1;
                progress.1 += 1;
            }
            ItemState::Dropped => {}
        }
    }
    progress
}

/// The last development talk that is not after today.
pub fn last_talk(person: &Person, today: NaiveDate) -> Option<NaiveDate> {
    person.talks.iter().copied().filter(|d| *d <= today).max()
}

/// Talk due: none recorded, or last talk + 12 months ≤ today + 30 days (both policy; definition 21). It concerns people with a line
/// manager, which the caller knows.
pub fn is_talk_due(last: Option<NaiveDate>, today: NaiveDate, policy: &Policy) -> bool {
    last.is_none_or(|day| {
        let notice = Days::new(u64::from(policy.talk_notice_days));
        let horizon = today.checked_add_days(notice).unwrap_or(NaiveDate::MAX);
        months_after(day, policy.talk_months) <= horizon
    })
}

/// How an agreement stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgreementState {
    /// Neither side.
    None,
    /// One side has agreed to what stands now.
    OneSide(Side),
    /// Both have agreed to what stands now, on the later of the two days.
    Both(NaiveDate),
    /// One side agreed to an earlier text, and the other to none.
    EarlierText(Side),
    /// Each side agreed to an earlier text.
    BothEarlier,
    /// Said by somebody else only, for instance by an import: never shown as agreed.
    Reported(NaiveDate),
}

/// Agreement of an objective: both digests equal what stands now, without conflict.
pub fn agreement(objective: &Objective) -> AgreementState {
    agreement_of(objective, NaiveDate::MAX)
}

/// The same on a day: later agreements are ignored. An objective without a success measure cannot be agreed.
pub fn agreement_on(objective: &Objective, today: NaiveDate) -> AgreementState {
    agreement_of(objective, today)
}

fn agreement_of(objective: &Objective, until: NaiveDate) -> AgreementState {
    if !objective.has_measure {
        return AgreementState::None;
    }
    let given = || objective.agreements.iter().filter(|a| a.date <= until);
    let now = |side: Side| {
        given()
            .filter(|a| a.side == side && a.digest.is_some() && a.digest == objective.digest)
            .map(|a| a.date)
            .max()
    };
    match (now(Side::Technician), now(Side::Manager)) {
        (Some(one), Some(other)) => return AgreementState::Both(one.max(other)),
        (Some(_), None) => return AgreementState::OneSide(Side::Technician),
        (None, Some(_)) => return AgreementState::OneSide(Side::Manager),
        (None, None) => {}
    }
    let earlier = |side: Side| given().any(|a| a.side == side && a.digest.is_some());
    match (earlier(Side::Technician), earlier(Side::Manager)) {
        (true, true) => AgreementState::BothEarlier,
        (true, false) => AgreementState::EarlierText(Side::Technician),
        (false, true) => AgreementState::EarlierText(Side::Manager),
        (false, false) => given()
            .map(|a| a.date)
            .max()
            .map_or(AgreementState::None, AgreementState::Reported),
    }
}

/// Who agreed, the person first: to what stands where that is agreed, otherwise to an earlier text.
pub fn agreed_by(objective: &Objective, today: NaiveDate) -> Vec<&PersonId> {
    let state = agreement_on(objective, today);
    let current = matches!(state, AgreementState::OneSide(_) | AgreementState::Both(_));
    if matches!(state, AgreementState::None | AgreementState::Reported(_)) {
        return Vec::new();
    }
    let mut latest: BTreeMap<Side, (NaiveDate, &PersonId)> = BTreeMap::new();
    for a in objective.agreements.iter().filter(|a| {
        a.date <= today && a.digest.is_some() && (!current || a.digest == objective.digest)
    }) {
        let entry = latest.entry(a.side).or_insert((a.date, &a.by));
        if entry.0 < a.date {
            *entry = (a.date, &a.by);
        }
    }
    latest.into_values().map(|(_, by)| by).collect()
}

/// Every open objective agreed by both, and at least one (definition 21).
pub fn plan_agreed(person: &Person, today: NaiveDate) -> bool {
    let mut open = person
        .objectives
        .iter()
        .filter(|o| {
            o.states
                .on(today)
                .is_none_or(|s| *s.get() == ItemState::Open)
        })
        .peekable();
    open.peek().is_some() && open.all(|o| matches!(agreement_on(o, today), AgreementState::Both(_)))
}
