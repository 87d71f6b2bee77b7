//! A development plan: what an objective and its actions say, how far they are, and agreeing to what stands. Only what was asked for is
//! written, so that nothing that somebody else wrote meanwhile is written over.

mod states;

pub use states::{Discussed, Item, agree, discuss, set_state};

use super::{EditError, day_scalar, edit, line, new_id, op, person, settled, text};
use crate::document::code::{date_text, row_key, subject_code};
use crate::document::decode::{PRIORITIES, word_for};
use crate::document::{DocRef, Edit, Kind, Op, Scalar};
use crate::domain::person::{Action, ItemState, Objective, Priority};
use crate::domain::{ActionId, Dated, ObjectiveId, Person, PersonId, PostId, Subject, Team};
use chrono::NaiveDate;

/// What an objective is to say; `None` leaves as it is, and an empty text takes away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectiveFields {
    /// Column 1: Development Objective.
    pub title: Option<String>,
    /// Column 2: Development Activity.
    pub activity: Option<String>,
    /// Column 3: What will I be doing differently? The success measure.
    pub difference: Option<String>,
    /// Column 4: Support Needed?
    pub support: Option<String>,
    /// Column 5, first date.
    pub review: Option<Option<NaiveDate>>,
    /// Column 5, second date.
    pub completion: Option<Option<NaiveDate>>,
    /// A gap to close or a strength to build on.
    pub priority: Option<Priority>,
    /// Aim of the university that it serves.
    pub aim: Option<String>,
    /// Competency or skill that it serves.
    pub subject: Option<Option<Subject>>,
    /// Post that it leads towards.
    pub post: Option<Option<PostId>>,
    /// Development option, one of those that the framework offers for its competency.
    pub option: Option<String>,
    /// How far it is, in words: the reader's note of today.
    pub note: Option<String>,
}

/// What an action is to say; `None` leaves as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionFields {
    /// What is to be done.
    pub text: Option<String>,
    /// Completion date.
    pub completion: Option<Option<NaiveDate>>,
    /// 0 to 100.
    pub progress: Option<u8>,
    /// How far it is, in words: the reader's note of today.
    pub note: Option<String>,
}

/// Whose plan it is, if the reader may write it.
fn planner<'a>(
    team: &'a Team,
    whose: &PersonId,
    today: NaiveDate,
) -> Result<&'a Person, EditError> {
    let who = person(team, whose)?;
    let may = whose == &team.me
        || team.rights.is_manager(&team.me, today)
        || team.rights.line_manager(whose, today) == Some(&team.me);
    match may {
        true => Ok(who),
        false => Err(EditError::NotAManager {
            name: who.name.get().clone(),
        }),
    }
}

fn objective_of<'a>(who: &'a Person, id: &ObjectiveId) -> Result<&'a Objective, EditError> {
    who.objectives
        .iter()
        .find(|o| &o.id == id)
        .ok_or_else(|| EditError::Unknown {
            what: "objective",
            id: id.as_str().to_owned(),
        })
}

/// Nothing is added to what was dropped or closed, nor agreed there.
fn is_open(objective: &Objective, today: NaiveDate) -> Result<(), EditError> {
    goes_on(&objective.states, objective.title.get(), today)
}

/// Whether an objective or an action is neither closed nor dropped.
pub(super) fn goes_on(
    states: &Dated<ItemState>,
    name: &str,
    today: NaiveDate,
) -> Result<(), EditError> {
    match states.on(today).map_or(ItemState::Open, |s| *s.get()) {
        ItemState::Open | ItemState::ToDiscuss => Ok(()),
        ItemState::Closed | ItemState::Dropped => Err(EditError::AsItIs(format!(
            "“{name}” is not open any more: open it again first"
        ))),
    }
}

/// The objective that an action is under.
fn over<'a>(who: &'a Person, id: &ActionId) -> Option<&'a Objective> {
    let over = |o: &&Objective| o.actions.iter().any(|a| &a.id == id);
    who.objectives.iter().find(over)
}

/// Whether what an action is for is open.
fn is_under_open(who: &Person, id: &ActionId, today: NaiveDate) -> Result<(), EditError> {
    over(who, id).map_or(Ok(()), |objective| is_open(objective, today))
}

/// The review comes before the completion, and an objective is not complete before what is done for it.
fn in_order(
    review: Option<NaiveDate>,
    completion: Option<NaiveDate>,
    actions: &[Action],
    today: NaiveDate,
) -> Result<(), EditError> {
    let Some(completion) = completion else {
        return Ok(());
    };
    if let Some(review) = review.filter(|review| *review > completion) {
        return Err(EditError::Date(format!(
            "the review on {review} would come after the completion on {completion}: nothing would be left to review"
        )));
    }
    let open = actions
        .iter()
        .filter(|a| goes_on(&a.states, "", today).is_ok());
    let mut later = open.filter(|a| a.completion.get().is_some_and(|day| day > completion));
    match later.next() {
        Some(action) => Err(EditError::Date(format!(
            "the completion on {completion} would come before that of its action “{}”: change that first",
            action.text.get()
        ))),
        None => Ok(()),
    }
}

/// An action ends no later than what it is for.
fn within(objective: &Objective, day: Option<NaiveDate>) -> Result<(), EditError> {
    match (day, objective.completion.get()) {
        (Some(day), Some(completion)) if day > *completion => Err(EditError::Date(format!(
            "{day} is after the completion of “{}” on {completion}: change one of them",
            objective.title.get()
        ))),
        _ => Ok(()),
    }
}

fn action_of<'a>(who: &'a Person, id: &ActionId) -> Result<&'a Action, EditError> {
    who.objectives
        .iter()
        .flat_map(|o| &o.actions)
        .find(|a| &a.id == id)
        .ok_or_else(|| EditError::Unknown {
            what: "action",
            id: id.as_str().to_owned(),
        })
}

/// The framework offers options for its competency and no others.
pub(super) fn offered(
    team: &Team,
    subject: Option<&Subject>,
    option: &str,
) -> Result<Scalar, EditError> {
    let wanted = option.trim();
    if wanted.is_empty() {
        return Ok(Scalar::Null);
    }
    if options(team, subject).iter().any(|o| o.trim() == wanted) {
        return text("the option", wanted);
    }
    Err(EditError::Text {
        field: "the option",
        why: format!("“{wanted}” is not one that the framework offers for this competency"),
    })
}

/// The development options that the framework offers for a competency; none for anything else.
pub fn options<'a>(team: &'a Team, subject: Option<&Subject>) -> &'a [String] {
    match subject {
        Some(Subject::Competency(id)) => team.framework.grid_line(id).map_or(&[], |l| &l.options),
        _ => &[],
    }
}

fn fields(
    team: &Team,
    known: Option<&Objective>,
    row: &str,
    doc: &DocRef,
    wanted: &ObjectiveFields,
) -> Result<Vec<Op>, EditError> {
    let mut ops = Vec::new();
    let mut put = |field: &str, value: Scalar| ops.push(op(doc, "objectives", row, field, value));
    if let Some(title) = &wanted.title {
        put("objective", line("the objective", title)?);
    }
    for (field, name, given) in [
        ("activity", "the activity", &wanted.activity),
        ("difference", "the success measure", &wanted.difference),
        ("support", "the support", &wanted.support),
        ("aim", "the aim", &wanted.aim),
    ] {
        if let Some(given) = given {
            put(field, text(name, given)?);
        }
    }
    if let Some(day) = wanted.review {
        put("review", day_scalar(day));
    }
    if let Some(day) = wanted.completion {
        put("completion", day_scalar(day));
    }
    if let Some(priority) = &wanted.priority {
        // The list has a word for every priority.
        put(
            "priority",
            Scalar::text(word_for(PRIORITIES, priority).unwrap_or("gap")),
        );
    }
    if let Some(subject) = &wanted.subject {
        if let Some(subject) = subject {
            exists(team, subject)?;
        }
        put(
            "subject",
            subject.as_ref().map_or(Scalar::Null, subject_code),
        );
    }
    if let Some(post) = &wanted.post {
        if let Some(post) = post.as_ref().filter(|p| team.post(p).is_none()) {
            return Err(EditError::Unknown {
                what: "post",
                id: post.as_str().to_owned(),
            });
        }
        put(
            "post",
            post.as_ref()
                .map_or(Scalar::Null, |p| Scalar::text(p.as_str())),
        );
    }
    if let Some(option) = &wanted.option {
        let subject = match &wanted.subject {
            Some(subject) => subject.as_ref(),
            None => known.and_then(|o| o.subject.as_ref()),
        };
        put("option", offered(team, subject, option)?);
    } else if let (Some(now), Some(known)) = (&wanted.subject, known)
        && now.as_ref() != known.subject.as_ref()
    {
        // An option belongs to the competency that it was offered for.
        put("option", Scalar::Null);
    }
    Ok(ops)
}

/// A note of the reader's on how far an item is. A second one of a day takes the place of the first; nobody writes over another's.
fn note_op(
    team: &Team,
    doc: &DocRef,
    item: &str,
    note: &str,
    today: NaiveDate,
) -> Result<Op, EditError> {
    let row = row_key(&[item, &date_text(today), team.me.as_str()]);
    Ok(op(doc, "states", &row, "note", text("the note", note)?))
}

fn exists(team: &Team, subject: &Subject) -> Result<(), EditError> {
    let (what, there) = match subject {
        Subject::Competency(id) => ("competency", team.framework.competency(id).is_some()),
        Subject::Skill(id) => ("skill", team.skill(id).is_some()),
    };
    match there {
        true => Ok(()),
        false => Err(EditError::Unknown {
            what,
            id: subject.as_str().to_owned(),
        }),
    }
}

/// Adds an objective to a person's plan, behind those that are there.
pub fn add_objective(
    team: &Team,
    whose: &PersonId,
    wanted: &ObjectiveFields,
    today: NaiveDate,
    now_ms: u64,
) -> Result<Edit, EditError> {
    let who = planner(team, whose, today)?;
    let title = wanted.title.clone().unwrap_or_default();
    let (review, completion) = (wanted.review.flatten(), wanted.completion.flatten());
    in_order(review, completion, &[], today)?;
    let doc = DocRef::of(Kind::Plan, whose);
    let last = who.objectives.iter().map(|o| o.order).max().unwrap_or(0);
    let row = row_key(&[new_id(&title, now_ms)]);
    let wanted = ObjectiveFields {
        title: Some(title.clone()),
        priority: Some(wanted.priority.unwrap_or(Priority::Gap)),
        ..wanted.clone()
    };
    let mut ops = fields(team, None, &row, &doc, &wanted)?;
    ops.push(op(
        &doc,
        "objectives",
        &row,
        "order",
        Scalar::Int(i64::from(last) + 1),
    ));
    Ok(edit(
        format!("{} · plan: {}", who.name.get(), title.trim()),
        ops,
    ))
}

/// Changes what an objective says. Whoever agreed to it before agreed to an earlier text then.
pub fn set_objective(
    team: &Team,
    whose: &PersonId,
    id: &ObjectiveId,
    wanted: &ObjectiveFields,
    today: NaiveDate,
) -> Result<Edit, EditError> {
    let who = planner(team, whose, today)?;
    let known = objective_of(who, id)?;
    let torn = [
        (
            "the objective",
            wanted.title.is_some() && known.title.is_conflict(),
        ),
        (
            "the priority",
            wanted.priority.is_some() && known.priority.is_conflict(),
        ),
        (
            "the review date",
            wanted.review.is_some() && known.review.is_conflict(),
        ),
        (
            "the completion date",
            wanted.completion.is_some() && known.completion.is_conflict(),
        ),
    ];
    settled(&torn, known.title.get())?;
    is_open(known, today)?;
    if wanted.review.is_some() || wanted.completion.is_some() {
        let review = wanted.review.unwrap_or(*known.review.get());
        let completion = wanted.completion.unwrap_or(*known.completion.get());
        in_order(review, completion, &known.actions, today)?;
    }
    let doc = DocRef::of(Kind::Plan, whose);
    let mut ops = fields(team, Some(known), &row_key(&[id.as_str()]), &doc, wanted)?;
    if let Some(note) = &wanted.note {
        ops.push(note_op(team, &doc, id.as_str(), note, today)?);
    }
    if ops.is_empty() {
        return Err(EditError::AsItIs("nothing was given to change".to_owned()));
    }
    Ok(edit(
        format!("{} · plan: {}", who.name.get(), known.title.get()),
        ops,
    ))
}

/// Adds an action to an objective, behind those that are there.
pub fn add_action(
    team: &Team,
    whose: &PersonId,
    objective: &ObjectiveId,
    what: &str,
    completion: Option<NaiveDate>,
    today: NaiveDate,
    now_ms: u64,
) -> Result<Edit, EditError> {
    let who = planner(team, whose, today)?;
    let known = objective_of(who, objective)?;
    is_open(known, today)?;
    within(known, completion)?;
    let doc = DocRef::of(Kind::Plan, whose);
    let row = row_key(&[new_id(what, now_ms)]);
    let mut ops = Vec::new();
    let mut put = |field, value| ops.push(op(&doc, "actions", &row, field, value));
    put("objective", Scalar::text(objective.as_str()));
    put("order", Scalar::Int(known.actions.len() as i64 + 1));
    put("text", line("the action", what)?);
    put("completion", day_scalar(completion));
    put("progress", Scalar::Int(0));
    Ok(edit(
        format!("{} · action: {}", who.name.get(), what.trim()),
        ops,
    ))
}

/// Changes what an action says, or how far it is.
pub fn set_action(
    team: &Team,
    whose: &PersonId,
    id: &ActionId,
    wanted: &ActionFields,
    today: NaiveDate,
) -> Result<Edit, EditError> {
    let who = planner(team, whose, today)?;
    let known = action_of(who, id)?;
    let torn = [
        (
            "the action",
            wanted.text.is_some() && known.text.is_conflict(),
        ),
        (
            "the completion date",
            wanted.completion.is_some() && known.completion.is_conflict(),
        ),
        (
            "the progress",
            wanted.progress.is_some() && known.progress.is_conflict(),
        ),
    ];
    settled(&torn, known.text.get())?;
    is_under_open(who, id, today)?;
    goes_on(&known.states, known.text.get(), today)?;
    let doc = DocRef::of(Kind::Plan, whose);
    let row = row_key(&[id.as_str()]);
    let mut ops = Vec::new();
    let mut put = |field, value| ops.push(op(&doc, "actions", &row, field, value));
    if let Some(what) = &wanted.text {
        put("text", line("the action", what)?);
    }
    if let Some(day) = wanted.completion {
        over(who, id).map_or(Ok(()), |objective| within(objective, day))?;
        put("completion", day_scalar(day));
    }
    if let Some(progress) = wanted.progress {
        if progress > 100 {
            return Err(EditError::Text {
                field: "the progress",
                why: "is 0 to 100".to_owned(),
            });
        }
        put("progress", Scalar::Int(i64::from(progress)));
    }
    if let Some(note) = &wanted.note {
        ops.push(note_op(team, &doc, id.as_str(), note, today)?);
    }
    if ops.is_empty() {
        return Err(EditError::AsItIs("nothing was given to change".to_owned()));
    }
    Ok(edit(
        format!("{} · action: {}", who.name.get(), known.text.get()),
        ops,
    ))
}

#[cfg(test)]
mod tests;
