//! How far objectives and actions are, the talk that closes an action, and agreeing to what stands.

use super::super::{EditError, day_scalar, edit, op, settled, text};
use super::{action_of, goes_on, is_open, is_under_open, objective_of, planner};
use crate::document::code::{date_text, hex, row_key};
use crate::document::decode::{ITEM_STATES, word_for};
use crate::document::{DocRef, Edit, Kind, Op, Scalar};
use crate::domain::actions::{AgreementState, agreement_on};
use crate::domain::person::{ItemState, Side};
use crate::domain::{ActionId, ObjectiveId, PersonId, Team};
use chrono::NaiveDate;

/// What was said of an action that is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discussed {
    /// What was learned.
    pub learning: String,
    /// How it is applied.
    pub application: String,
    /// What support is needed further.
    pub further_support: String,
}

/// An objective or an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// An objective.
    Objective(ObjectiveId),
    /// An action.
    Action(ActionId),
}

/// Sets the state of an objective or an action from today on. Dropping needs a reason; an action is closed by [`discuss`].
pub fn set_state(
    team: &Team,
    whose: &PersonId,
    item: &Item,
    state: ItemState,
    reason: &str,
    today: NaiveDate,
) -> Result<Edit, EditError> {
    let who = planner(team, whose, today)?;
    let (id, name, states) = match item {
        Item::Objective(id) => {
            let known = objective_of(who, id)?;
            (id.as_str(), known.title.get(), &known.states)
        }
        Item::Action(id) => {
            let known = action_of(who, id)?;
            (id.as_str(), known.text.get(), &known.states)
        }
    };
    let now = states.on(today);
    settled(&[("the state", now.is_some_and(|s| s.is_conflict()))], name)?;
    let now = now.map_or(ItemState::Open, |s| *s.get());
    let word = word_for(ITEM_STATES, &state).unwrap_or("open");
    if now == state {
        return Err(EditError::AsItIs(format!("“{name}” is {word} already")));
    }
    match (item, state) {
        (Item::Action(id), _) => is_under_open(who, id, today)?,
        // An action of a closed objective would go on being due.
        (Item::Objective(id), ItemState::Closed) => {
            let mut actions = objective_of(who, id)?.actions.iter();
            let due = actions.find(|a| goes_on(&a.states, a.text.get(), today).is_ok());
            if let Some(action) = due {
                return Err(EditError::AsItIs(format!(
                    "“{name}” has an action that is not over, “{}”: close or drop it first",
                    action.text.get()
                )));
            }
        }
        _ => {}
    }
    if matches!(item, Item::Action(_)) && state == ItemState::Closed {
        return Err(EditError::AsItIs(format!(
            "“{name}” is closed once learning, application and further support are recorded"
        )));
    }
    let why = match state {
        ItemState::Dropped if reason.trim().is_empty() => {
            return Err(EditError::Text {
                field: "the reason",
                why: "is needed: whoever reads the plan later wants to know it".to_owned(),
            });
        }
        ItemState::Dropped => text("the reason", reason)?,
        _ => Scalar::Null,
    };
    let doc = DocRef::of(Kind::Plan, whose);
    let mut ops = state_ops(&doc, id, word, why.clone(), today);
    // What was to be done for a dropped objective is not to be done any more.
    if let (Item::Objective(id), ItemState::Dropped) = (item, state) {
        for action in &objective_of(who, id)?.actions {
            let stands = action
                .states
                .on(today)
                .map_or(ItemState::Open, |s| *s.get());
            if stands == ItemState::Open {
                ops.extend(state_ops(
                    &doc,
                    action.id.as_str(),
                    word,
                    why.clone(),
                    today,
                ));
            }
        }
    }
    Ok(edit(format!("{} · {name}: {word}", who.name.get()), ops))
}

fn state_ops(doc: &DocRef, id: &str, word: &str, reason: Scalar, day: NaiveDate) -> Vec<Op> {
    let row = row_key(&[id, &date_text(day)]);
    vec![
        op(doc, "states", &row, "state", Scalar::text(word)),
        op(doc, "states", &row, "reason", reason),
    ]
}

/// Records what was said of an action that is done, which closes it. All three are needed: the talk is what makes of an activity something
/// learned.
pub fn discuss(
    team: &Team,
    whose: &PersonId,
    id: &ActionId,
    said: &Discussed,
    today: NaiveDate,
) -> Result<Edit, EditError> {
    let who = planner(team, whose, today)?;
    let known = action_of(who, id)?;
    let state = known.states.on(today);
    settled(
        &[("the state", state.is_some_and(|s| s.is_conflict()))],
        known.text.get(),
    )?;
    if state.map_or(ItemState::Open, |s| *s.get()) != ItemState::ToDiscuss {
        return Err(EditError::AsItIs(format!(
            "“{}” is not waiting to be talked about: mark it as done first",
            known.text.get()
        )));
    }
    let doc = DocRef::of(Kind::Plan, whose);
    let row = row_key(&[id.as_str()]);
    let mut ops = Vec::new();
    for (field, name, given) in [
        ("learning", "what was learned", &said.learning),
        ("application", "how it is applied", &said.application),
        ("further_support", "further support", &said.further_support),
    ] {
        if given.trim().is_empty() {
            return Err(EditError::Text {
                field: name,
                why: "is needed to close an action; “none” is an answer".to_owned(),
            });
        }
        ops.push(op(&doc, "actions", &row, field, text(name, given)?));
    }
    ops.extend(state_ops(&doc, id.as_str(), "closed", Scalar::Null, today));
    Ok(edit(
        format!("{} · {}: closed", who.name.get(), known.text.get()),
        ops,
    ))
}

/// Agrees to an objective as it stands. It is written where the reader's side alone can write, and names the content by its hash.
pub fn agree(
    team: &Team,
    whose: &PersonId,
    id: &ObjectiveId,
    today: NaiveDate,
) -> Result<Edit, EditError> {
    let who = planner(team, whose, today)?;
    let known = objective_of(who, id)?;
    let name = known.title.get();
    is_open(known, today)?;
    if !known.has_measure {
        return Err(EditError::AsItIs(format!(
            "“{name}” has no success measure: say first what will be different (column 3), then agree"
        )));
    }
    let Some(digest) = known.digest else {
        return Err(EditError::Contested(format!("a field of “{name}”")));
    };
    let side = match whose == &team.me {
        true => Side::Technician,
        false => Side::Manager,
    };
    let already = known
        .agreements
        .iter()
        .any(|a| a.by == team.me && a.side == side && a.digest == Some(digest) && a.date <= today);
    if already {
        return Err(EditError::AsItIs(format!(
            "you agreed to “{name}” as it stands already"
        )));
    }
    let kind = match side {
        Side::Technician => Kind::SelfRecord,
        Side::Manager => Kind::Record,
    };
    let doc = DocRef::of(kind, whose);
    let row = row_key(&[id.as_str(), team.me.as_str()]);
    let other = match (agreement_on(known, today), side) {
        (AgreementState::OneSide(Side::Manager), Side::Technician)
        | (AgreementState::OneSide(Side::Technician), Side::Manager) => "agreed by both",
        _ => "agreed by one side",
    };
    Ok(edit(
        format!("{} · {name}: {other}", who.name.get()),
        vec![
            op(&doc, "agreements", &row, "date", day_scalar(Some(today))),
            op(
                &doc,
                "agreements",
                &row,
                "digest",
                Scalar::Text(hex(&digest)),
            ),
        ],
    ))
}
