//! The development plan: objectives, actions, their states, agreements and the digest of what was agreed to.

use super::field::{
    claims, count, dated_field, int_of, is_present, optional, plain, rows, text, text_of, value,
};
use super::person::PersonRows;
use super::words::{ITEM_STATES, PRIORITIES, of};
use crate::document::code::{date_of, digest_of, key_parts, parse_date, subject_of};
use crate::document::rows::Row;
use crate::document::{Rows, Scalar};
use crate::domain::person::{
    Action, ActionText, Agreement, ItemState, Objective, ObjectiveText, Priority, Progress, Side,
};
use crate::domain::plan_words::{DropReason, ProgressNote};
use crate::domain::{ActionId, Dated, ObjectiveId, PersonId, PostId, Value};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Fields of an objective that an agreement covers, in the order of the digest.
const AGREED: [&str; 10] = [
    "objective",
    "activity",
    "difference",
    "support",
    "review",
    "completion",
    "priority",
    "aim",
    "subject",
    "post",
];

/// Objectives in order of position, then id, with their actions likewise.
pub(super) fn objectives(person: &PersonId, documents: PersonRows<'_>) -> Vec<Objective> {
    let plan = documents.plan;
    let states = states(plan);
    let mut actions = actions(plan, &states);
    let mut agreements = agreements(person, documents);
    let mut found: Vec<Objective> = rows(plan, "objectives")
        .filter_map(|(parts, row)| {
            let id = parts.into_iter().next()?;
            Some(Objective {
                order: count(row, "order").unwrap_or(0),
                title: value(row, "objective", text_of).unwrap_or_else(|| Value::One(id.clone())),
                priority: value(row, "priority", |s| of(PRIORITIES, s))
                    .unwrap_or(Value::One(Priority::Gap)),
                subject: claims(row, "subject")
                    .iter()
                    .filter_map(|c| subject_of(&c.value))
                    .min(),
                post: plain(row, "post", text_of).map(PostId::new),
                review: optional(row, "review", date_of),
                completion: optional(row, "completion", date_of),
                has_measure: !text(row, "difference").trim().is_empty(),
                states: states.get(&id).cloned().unwrap_or_default(),
                digest: objective_digest(plan, &id),
                agreements: agreements.remove(&id).unwrap_or_default(),
                actions: actions.remove(&id).unwrap_or_default(),
                id: ObjectiveId::new(id),
            })
        })
        .collect();
    found.sort_by(|a, b| a.order.cmp(&b.order).then(a.id.cmp(&b.id)));
    found
}

/// Dated states by objective or action.
fn states(plan: &Rows) -> BTreeMap<String, Dated<ItemState>> {
    let mut found: BTreeMap<String, Vec<(Option<NaiveDate>, &Row)>> = BTreeMap::new();
    for (parts, row) in rows(plan, "states") {
        let [item, date] = parts.as_slice() else {
            continue;
        };
        if let Some(date) = parse_date(date) {
            found
                .entry(item.clone())
                .or_default()
                .push((Some(date), row));
        }
    }
    found
        .into_iter()
        .map(|(item, rows)| (item, dated_field(&rows, "state", |s| of(ITEM_STATES, s))))
        .collect()
}

/// Actions by objective.
fn actions(
    plan: &Rows,
    states: &BTreeMap<String, Dated<ItemState>>,
) -> BTreeMap<String, Vec<Action>> {
    let mut found: BTreeMap<String, Vec<Action>> = BTreeMap::new();
    for (id, row) in ordered_actions(plan) {
        found
            .entry(text(row, "objective"))
            .or_default()
            .push(Action {
                text: value(row, "text", text_of).unwrap_or_else(|| Value::One(id.clone())),
                completion: optional(row, "completion", date_of),
                progress: value(row, "progress", progress_of).unwrap_or(Value::One(Progress(0))),
                states: states.get(&id).cloned().unwrap_or_default(),
                id: ActionId::new(id),
            });
    }
    found
}

fn ordered_actions(plan: &Rows) -> Vec<(String, &Row)> {
    let mut found: Vec<(String, &Row)> = rows(plan, "actions")
        .filter_map(|(parts, row)| Some((parts.into_iter().next()?, row)))
        .collect();
    found.sort_by(|a, b| {
        let order = |row| count(row, "order").unwrap_or(0);
        order(a.1).cmp(&order(b.1)).then(a.0.cmp(&b.0))
    });
    found
}

fn progress_of(scalar: &Scalar) -> Option<Progress> {
    int_of(scalar)
        .and_then(|n| u8::try_from(n).ok())
        .filter(|n| *n <= 100)
        .map(Progress)
}

/// Agreements by objective. A digest counts only where that side alone can write, and only from the one who agreed: the person's in
/// `self`, a manager's in `record`. Whatever else says that somebody agreed is a report, without digest.
fn agreements(person: &PersonId, documents: PersonRows<'_>) -> BTreeMap<String, Vec<Agreement>> {
    let mut found: BTreeMap<(String, PersonId), Agreement> = BTreeMap::new();
    for (document, home) in [
        (documents.record, Side::Manager),
        (documents.self_record, Side::Technician),
    ] {
        for (parts, row) in rows(document, "agreements") {
            let [objective, by] = parts.as_slice() else {
                continue;
            };
            let by = PersonId::new(by);
            let side = if &by == person {
                Side::Technician
            } else {
                Side::Manager
            };
            let Some(date) = super::field::date(row, "date") else {
                continue;
            };
            let digest = match claims(row, "digest") {
                [claim] if side == home && claim.author.as_ref() == Some(&by) => {
                    digest_of(&claim.value)
                }
                _ => None,
            };
            let agreement = Agreement {
                side,
                by: by.clone(),
                date,
                digest,
            };
            let entry = found.entry((objective.clone(), by));
            entry
                .and_modify(|old| {
                    if old.digest.is_none() {
                        *old = agreement.clone();
                    }
                })
                .or_insert(agreement);
        }
    }
    let mut by_objective: BTreeMap<String, Vec<Agreement>> = BTreeMap::new();
    for ((objective, _), agreement) in found {
        by_objective.entry(objective).or_default().push(agreement);
    }
    for agreements in by_objective.values_mut() {
        agreements.sort_by(|a, b| (a.date, a.side, &a.by).cmp(&(b.date, b.side, &b.by)));
    }
    by_objective
}

/// Digest of an objective as it stands: BLAKE3 over its columns, dates, priority, aim, subject and post, and over text and completion date
/// of each of its actions in their order. Each part goes in with its length, so that no text can pass for two. Progress and
/// states are not part of it. `None` where there is no such objective, or while any of these fields is in conflict.
pub fn objective_digest(plan: &Rows, objective: &str) -> Option<[u8; 32]> {
    let row = plan
        .table("objectives")
        .find(|(key, row)| key_parts(key) == [objective] && is_present(row))
        .map(|(_, row)| row)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"guildhall objective 1");
    for name in AGREED {
        feed(&mut hasher, row, name)?;
    }
    for (id, row) in ordered_actions(plan) {
        let claimed = claims(row, "objective");
        if claimed.iter().any(|c| c.value == Scalar::text(objective)) {
            if claimed.len() > 1 && claimed.iter().any(|c| c.value != claimed[0].value) {
                return None;
            }
            hasher.update(&[2]);
            part(&mut hasher, &id);
            feed(&mut hasher, row, "text")?;
            feed(&mut hasher, row, "completion")?;
        }
    }
    Some(*hasher.finalize().as_bytes())
}

/// Adds one field; `None` if it is in conflict.
fn feed(hasher: &mut blake3::Hasher, row: &Row, name: &str) -> Option<()> {
    let claimed = claims(row, name);
    if claimed.iter().any(|c| c.value != claimed[0].value) {
        return None;
    }
    match claimed.first().map(|c| &c.value) {
        Some(Scalar::Text(text)) if !text.is_empty() => {
            hasher.update(&[1]);
            part(hasher, text);
        }
        // Empty and absent are the same to a reader.
        _ => {
            hasher.update(&[0]);
        }
    }
    Some(())
}

fn part(hasher: &mut blake3::Hasher, text: &str) {
    hasher.update(&(text.len() as u64).to_le_bytes());
    hasher.update(text.as_bytes());
}

/// Notes on how far objectives and actions are, oldest first. Where one was written twice apart, both are there.
pub(super) fn progress_notes(plan: &Rows) -> Vec<ProgressNote> {
    let mut found = Vec::new();
    for (parts, row) in rows(plan, "states") {
        let [item, date, by] = parts.as_slice() else {
            continue;
        };
        let Some(date) = parse_date(date) else {
            continue;
        };
        let by = PersonId::new(by);
        let mut said: Vec<(String, Option<PersonId>)> = claims(row, "note")
            .iter()
            .filter_map(|c| Some((text_of(&c.value)?, c.author.clone())))
            .filter(|(text, _)| !text.is_empty())
            .collect();
        said.sort();
        said.dedup_by(|a, b| a.0 == b.0);
        found.extend(said.into_iter().map(|(text, author)| ProgressNote {
            item: item.clone(),
            date,
            typist: author.filter(|a| a != &by),
            by: by.clone(),
            text,
        }));
    }
    found.sort_by(|a, b| (a.date, &a.item, &a.by, &a.text).cmp(&(b.date, &b.item, &b.by, &b.text)));
    found
}

/// Why objectives and actions were dropped.
pub(super) fn drop_reasons(plan: &Rows) -> Vec<DropReason> {
    let all = rows(plan, "states").filter_map(|(parts, row)| {
        let [item, date] = parts.as_slice() else {
            return None;
        };
        let reason = DropReason {
            item: item.clone(),
            date: parse_date(date)?,
            text: text(row, "reason"),
        };
        (!reason.text.is_empty()).then_some(reason)
    });
    all.collect()
}

/// What was said of actions, in the order of the actions; those of which nothing was said are left out.
pub(super) fn action_texts(plan: &Rows) -> Vec<ActionText> {
    let all = ordered_actions(plan)
        .into_iter()
        .map(|(id, row)| ActionText {
            id,
            learning: text(row, "learning"),
            application: text(row, "application"),
            further_support: text(row, "further_support"),
        });
    all.filter(|t| {
        let texts = [&t.learning, &t.application, &t.further_support];
        texts.iter().any(|t| !t.is_empty())
    })
    .collect()
}

/// The long columns of every objective, in the order of the objectives.
pub(super) fn texts(plan: &Rows) -> Vec<ObjectiveText> {
    let mut found: Vec<(u32, ObjectiveText)> = rows(plan, "objectives")
        .filter_map(|(parts, row)| {
            Some((
                count(row, "order").unwrap_or(0),
                ObjectiveText {
                    id: parts.into_iter().next()?,
                    activity: text(row, "activity"),
                    difference: text(row, "difference"),
                    support: text(row, "support"),
                    aim: text(row, "aim"),
                    option: text(row, "option"),
                },
            ))
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.id.cmp(&b.1.id)));
    found.into_iter().map(|(_, text)| text).collect()
}
