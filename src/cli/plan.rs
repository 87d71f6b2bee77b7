//! `objective`, `action` and `agree`: what a plan says, how far it is, and agreeing to it.

use super::args::{
    Action, Agree, Objective, ObjectiveOptions, PriorityWord, WhichAction, WhichObjective,
};
use super::context::{Context, text_from};
use super::edit::{refused, save};
use super::find;
use crate::config::Problem;
use crate::document::Edit;
use crate::document::edits::{self, ActionFields, Discussed, EditError, Item, ObjectiveFields};
use crate::domain::actions::{AgreementState, agreement_on};
use crate::domain::person::{ItemState, Priority};
use crate::domain::reading::Reading;
use crate::domain::{ActionId, ObjectiveId, Person, Team};
use crate::runtime::dashboard::now_ms;
use chrono::NaiveDate;
use std::process::ExitCode;

/// Changes an objective.
pub fn objective(context: &Context, what: &Objective) -> Result<ExitCode, Problem> {
    let words = match what {
        Objective::Add { fields, .. } | Objective::Edit { fields, .. } => {
            text_from("--text", fields.text.as_deref())?
        }
        Objective::Drop { reason, .. } => text_from("--reason", reason.as_deref())?,
        Objective::Progress { note, .. } => text_from("--note", Some(note))?,
        Objective::Close(_) | Objective::Reopen(_) => None,
    };
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let today = context.settings.today();
    let made = match what {
        Objective::Add {
            person,
            title,
            fields,
        } => {
            let who = find::person(&team, person)?;
            let wanted = ObjectiveFields {
                title: Some(title.clone()),
                ..wanted(&team, fields, words.as_deref(), None, today)?
            };
            edits::add_objective(&team, &who.id, &wanted, today, now_ms())
        }
        Objective::Edit {
            which,
            title,
            fields,
        } => {
            let (who, id) = which_objective(&team, which, today)?;
            let known = who.objectives.iter().find(|o| o.id == id);
            let subject = known.and_then(|o| o.subject.as_ref());
            let wanted = ObjectiveFields {
                title: title.clone(),
                ..wanted(&team, fields, words.as_deref(), subject, today)?
            };
            edits::set_objective(&team, &who.id, &id, &wanted, today)
        }
        Objective::Progress { which, .. } => {
            let (who, id) = which_objective(&team, which, today)?;
            let wanted = ObjectiveFields {
                note: Some(words.unwrap_or_default()),
                ..ObjectiveFields::default()
            };
            edits::set_objective(&team, &who.id, &id, &wanted, today)
        }
        Objective::Drop { which, .. } => {
            let why = words.unwrap_or_default();
            objective_state(&team, which, ItemState::Dropped, &why, today)?
        }
        Objective::Close(which) => objective_state(&team, which, ItemState::Closed, "", today)?,
        Objective::Reopen(which) => objective_state(&team, which, ItemState::Open, "", today)?,
    };
    let edit = made.map_err(|e| refused("the objective", &e))?;
    save(context, &mut store, &edit)
}

type Made = Result<Edit, EditError>;

fn objective_state(
    team: &Team,
    which: &WhichObjective,
    state: ItemState,
    why: &str,
    today: NaiveDate,
) -> Result<Made, Problem> {
    let (who, id) = which_objective(team, which, today)?;
    let item = Item::Objective(id);
    Ok(edits::set_state(team, &who.id, &item, state, why, today))
}

/// What options and standard input say of an objective.
fn wanted(
    team: &Team,
    fields: &ObjectiveOptions,
    words: Option<&str>,
    standing: Option<&crate::domain::Subject>,
    today: NaiveDate,
) -> Result<ObjectiveFields, Problem> {
    let subject = match fields.subject.as_deref() {
        None => None,
        Some("none") => Some(None),
        Some(typed) => Some(Some(find::subject(team, typed)?)),
    };
    let post = match fields.post.as_deref() {
        None => None,
        Some("none") => Some(None),
        Some(typed) => Some(Some(find::post(team, typed, today)?.id.clone())),
    };
    let about = match &subject {
        Some(subject) => subject.as_ref(),
        None => standing,
    };
    let mut wanted = ObjectiveFields {
        review: fields.review.map(|d| d.0),
        completion: fields.completion.map(|d| d.0),
        priority: fields.priority.map(|p| match p {
            PriorityWord::Gap => Priority::Gap,
            PriorityWord::Strength => Priority::Strength,
        }),
        option: (fields.option.map(|n| option(team, about, n))).transpose()?,
        subject,
        post,
        ..ObjectiveFields::default()
    };
    let labels = ["activity", "difference", "support", "aim"];
    let [activity, difference, support, aim] = labelled(words.unwrap_or(""), labels)?;
    (wanted.activity, wanted.difference) = (activity, difference);
    (wanted.support, wanted.aim) = (support, aim);
    Ok(wanted)
}

/// The n-th development option that the framework offers, counted from 1; 0 is none.
fn option(
    team: &Team,
    subject: Option<&crate::domain::Subject>,
    n: usize,
) -> Result<String, Problem> {
    if n == 0 {
        return Ok(String::new());
    }
    let offered = edits::options(team, subject);
    if let Some(option) = offered.get(n - 1) {
        return Ok(option.clone());
    }
    let list: Vec<String> = offered
        .iter()
        .enumerate()
        .map(|(n, o)| format!("{} {o}", n + 1))
        .collect();
    Err(Problem::new(
        format!("option {n}"),
        match offered.len() {
            0 => "the framework offers none here: an option belongs to a competency".to_owned(),
            count => format!("the framework offers {count} for this competency"),
        },
        list.join("\n"),
    ))
}

/// Paragraphs that begin with labels, as `label: text`; what follows a paragraph without a label belongs to it.
fn labelled<const N: usize>(text: &str, labels: [&str; N]) -> Result<[Option<String>; N], Problem> {
    let mut found: [Option<String>; N] = std::array::from_fn(|_| None);
    let mut at = None;
    for line in text.lines() {
        let label = line.split_once(':').and_then(|(label, rest)| {
            let label = label.trim().to_lowercase();
            labels.iter().position(|l| *l == label).map(|n| (n, rest))
        });
        match (label, at) {
            (Some((n, rest)), _) => {
                found[n] = Some(rest.trim().to_owned());
                at = Some(n);
            }
            (None, Some(n)) => {
                if let Some(text) = &mut found[n] {
                    text.push('\n');
                    text.push_str(line.trim_end());
                }
            }
            (None, None) if line.trim().is_empty() => {}
            (None, None) => {
                return Err(Problem::new(
                    "standard input",
                    format!("“{}” stands before any label", line.trim()),
                    format!("begin paragraphs with {}:", labels.join(":, ")),
                ));
            }
        }
    }
    Ok(found)
}

fn which_objective<'a>(
    team: &'a Team,
    which: &WhichObjective,
    today: NaiveDate,
) -> Result<(&'a Person, ObjectiveId), Problem> {
    let who = find::planner(team, &Reading::of(team, today), &which.person)?;
    Ok((who, find::objective(who, &which.objective)?))
}

fn which_action<'a>(
    team: &'a Team,
    which: &WhichAction,
    today: NaiveDate,
) -> Result<(&'a Person, ActionId), Problem> {
    let who = find::planner(team, &Reading::of(team, today), &which.person)?;
    Ok((who, find::action(who, &which.action)?))
}

/// Changes an action.
pub fn action(context: &Context, what: &Action) -> Result<ExitCode, Problem> {
    let words = match what {
        Action::Discuss { text, .. } => text_from("--text", text.as_deref())?,
        Action::Drop { reason, .. } => text_from("--reason", reason.as_deref())?,
        Action::Progress { note, .. } => text_from("--note", note.as_deref())?,
        _ => None,
    };
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let today = context.settings.today();
    let made = match what {
        Action::Add {
            which,
            text,
            completion,
        } => {
            let (who, id) = which_objective(&team, which, today)?;
            edits::add_action(&team, &who.id, &id, text, *completion, today, now_ms())
        }
        Action::Edit {
            which,
            text,
            completion,
        } => {
            let (who, id) = which_action(&team, which, today)?;
            let wanted = ActionFields {
                text: text.clone(),
                completion: completion.map(|d| d.0),
                ..ActionFields::default()
            };
            edits::set_action(&team, &who.id, &id, &wanted, today)
        }
        Action::Progress {
            which,
            progress,
            note,
        } => {
            let (who, id) = which_action(&team, which, today)?;
            let wanted = ActionFields {
                progress: *progress,
                note: note.as_ref().map(|_| words.unwrap_or_default()),
                ..ActionFields::default()
            };
            edits::set_action(&team, &who.id, &id, &wanted, today)
        }
        Action::Done(which) => action_state(&team, which, ItemState::ToDiscuss, "", today)?,
        Action::Discuss { which, .. } => {
            let (who, id) = which_action(&team, which, today)?;
            let labels = ["learning", "application", "support"];
            let [learning, application, support] =
                labelled(words.as_deref().unwrap_or(""), labels)?;
            let said = Discussed {
                learning: learning.unwrap_or_default(),
                application: application.unwrap_or_default(),
                further_support: support.unwrap_or_default(),
            };
            edits::discuss(&team, &who.id, &id, &said, today)
        }
        Action::Drop { which, .. } => {
            let why = words.unwrap_or_default();
            action_state(&team, which, ItemState::Dropped, &why, today)?
        }
        Action::Reopen(which) => action_state(&team, which, ItemState::Open, "", today)?,
    };
    let edit = made.map_err(|e| refused("the action", &e))?;
    save(context, &mut store, &edit)
}

fn action_state(
    team: &Team,
    which: &WhichAction,
    state: ItemState,
    why: &str,
    today: NaiveDate,
) -> Result<Made, Problem> {
    let (who, id) = which_action(team, which, today)?;
    let item = Item::Action(id);
    Ok(edits::set_state(team, &who.id, &item, state, why, today))
}

/// Agrees to one objective, or to every open one.
pub fn agree(context: &Context, args: &Agree) -> Result<ExitCode, Problem> {
    const WHAT: &str = "the agreement";
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let today = context.settings.today();
    let who = find::planner(&team, &Reading::of(&team, today), &args.person)?;
    if let Some(typed) = &args.objective {
        let id = find::objective(who, typed)?;
        let made = edits::agree(&team, &who.id, &id, today);
        return save(context, &mut store, &made.map_err(|e| refused(WHAT, &e))?);
    }
    let open = who.objectives.iter().filter(|o| {
        let state = o.states.on(today).map_or(ItemState::Open, |s| *s.get());
        state == ItemState::Open && !matches!(agreement_on(o, today), AgreementState::Both(_))
    });
    let mut all: Option<Edit> = None;
    let mut not_yet: Vec<EditError> = Vec::new();
    for objective in open {
        let made = edits::agree(&team, &who.id, &objective.id, today);
        match (made, &mut all) {
            (Ok(edit), None) => all = Some(edit),
            (Ok(edit), Some(all)) => all.ops.extend(edit.ops),
            // Agreed to by this side already.
            (Err(EditError::AsItIs(_)), _) if objective.has_measure => {}
            (Err(error), _) => not_yet.push(error),
        }
    }
    match (all, not_yet.first()) {
        (Some(mut edit), _) => {
            edit.label = format!("{} · plan: agreed to as it stands", who.name.get());
            save(context, &mut store, &edit)?;
            for why in &not_yet {
                context.leave_out(&format!("not agreed to: {why}"));
            }
            Ok(context.status())
        }
        (None, Some(error)) => Err(refused(WHAT, error)),
        (None, None) => Err(Problem::new(
            WHAT,
            format!("nothing in the plan of {} waits for you", who.name.get()),
            "see it with `guildhall show plan`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_told_apart_by_their_labels() {
        let text = "\nActivity: shadow a course\nand help\n\ndifference: runs one alone\naim:\n";
        let [activity, difference, support, aim] =
            labelled(text, ["activity", "difference", "support", "aim"]).unwrap();
        assert_eq!(activity.as_deref(), Some("shadow a course\nand help\n"));
        assert_eq!(difference.as_deref(), Some("runs one alone"));
        assert_eq!(support, None);
        assert_eq!(aim.as_deref(), Some(""));
        assert!(labelled("no label", ["a"]).is_err());
        assert_eq!(labelled("", ["a"]).unwrap(), [None]);
    }
}
