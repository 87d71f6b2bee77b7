//! Objectives of a development plan: new ones, each with its first action. They are drafts until both sides agree.

use super::plan::{goes_on, offered};
use super::{EditError, edit, line, new_id, op, person};
use crate::document::code::{row_key, subject_code};
use crate::document::decode::{PRIORITIES, word_for};
use crate::document::{DocRef, Edit, Kind, Scalar};
use crate::domain::compare::{Asked, CompareLine};
use crate::domain::person::{Objective, Priority};
use crate::domain::text::LONGEST_LINE;
use crate::domain::{PersonId, PostId, Subject, Team};
use chrono::NaiveDate;

/// An objective as a comparison or a talk brings it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewObjective {
    /// Column 1: Development Objective.
    pub title: String,
    /// A gap or a strength.
    pub priority: Priority,
    /// Competency or skill that it serves.
    pub subject: Option<Subject>,
    /// Post that it leads towards.
    pub post: Option<PostId>,
    /// Development option, one of those that the framework offers for the competency; empty is none.
    pub option: String,
    /// Text of its first action.
    pub action: String,
}

impl NewObjective {
    /// The objective that closes a gap towards a post, with competency, post and development option linked.
    pub fn for_gap(
        team: &Team,
        post: &PostId,
        line: &CompareLine,
        option: Option<&str>,
        today: NaiveDate,
    ) -> Self {
        let title = team
            .post(post)
            .and_then(|p| p.on(today))
            .map_or_else(|| post.to_string(), |f| f.title.get().clone());
        let (name, subject) = match &line.asked {
            Asked::MustHave(_, name) => (name.clone(), None),
            Asked::Subject(subject) => {
                let name = match subject {
                    Subject::Competency(id) => team.framework.competency(id).map(|c| &c.name),
                    Subject::Skill(id) => team.skill(id).map(|s| s.name.get()),
                };
                let name = name.map_or_else(|| subject.as_str().to_owned(), Clone::clone);
                (name, Some(subject.clone()))
            }
        };
        let target = line.figure.as_ref().and_then(|f| f.target.points());
        let aim = match target {
            Some(target) => format!("{name} to {target} for {title}"),
            None => format!("{name} for {title}"),
        };
        let option = option.unwrap_or("").trim();
        let action = match (option, &line.asked) {
            ("", Asked::MustHave(_, name)) => format!("Book and pass: {name}"),
            ("", Asked::Subject(_)) => format!("Agree how to develop {name}"),
            (option, _) => option.to_owned(),
        };
        Self {
            title: one_line(&aim),
            priority: Priority::Gap,
            subject,
            post: Some(post.clone()),
            option: option.to_owned(),
            action: one_line(&action),
        }
    }
}

/// At most as long as a line may be.
fn one_line(text: &str) -> String {
    text.replace('\n', " ").chars().take(LONGEST_LINE).collect()
}

/// Adds objectives to a person's plan, behind those that are there, in one step.
pub fn new_objectives(
    team: &Team,
    whose: &PersonId,
    wanted: &[NewObjective],
    today: NaiveDate,
    now_ms: u64,
) -> Result<Edit, EditError> {
    let who = person(team, whose)?;
    let name = who.name.get().clone();
    let may = whose == &team.me
        || team.rights.is_manager(&team.me, today)
        || team.rights.line_manager(whose, today) == Some(&team.me);
    if !may {
        return Err(EditError::NotAManager { name });
    }
    if wanted.is_empty() {
        return Err(EditError::AsItIs("nothing was picked".to_owned()));
    }
    let doc = DocRef::of(Kind::Plan, whose);
    let last = who.objectives.iter().map(|o| o.order).max().unwrap_or(0);
    let mut ops = Vec::new();
    let is_there = |new: &NewObjective| {
        let same = |o: &&Objective| {
            o.title.get() == &new.title && o.post == new.post && o.subject == new.subject
        };
        who.objectives
            .iter()
            .filter(same)
            .any(|o| goes_on(&o.states, o.title.get(), today).is_ok())
    };
    for (at, new) in wanted.iter().enumerate() {
        let why = match (is_there(new), wanted[..at].contains(new)) {
            (true, _) => "is in the plan already",
            (false, true) => "is picked twice",
            (false, false) => continue,
        };
        return Err(EditError::AsItIs(format!("“{}” {why}", new.title)));
    }
    for ((new, order), at) in wanted.iter().zip(last + 1..).zip(0u64..) {
        let option = offered(team, new.subject.as_ref(), &new.option)?;
        // Ids that no other device makes, nor this one for the next of the list.
        let id = new_id(&new.title, now_ms + 2 * at);
        let action = new_id(&new.action, now_ms + 2 * at + 1);
        let row = row_key(&[&id]);
        let mut put = |field, value| ops.push(op(&doc, "objectives", &row, field, value));
        put("order", Scalar::Int(i64::from(order)));
        put("objective", line("the objective", &new.title)?);
        // The list has a word for every priority.
        let word = word_for(PRIORITIES, &new.priority).unwrap_or("gap");
        put("priority", Scalar::text(word));
        if let Some(subject) = &new.subject {
            put("subject", subject_code(subject));
        }
        if let Some(post) = &new.post {
            put("post", Scalar::text(post.as_str()));
        }
        if option != Scalar::Null {
            put("option", option);
        }
        let row = row_key(&[&action]);
        let mut put = |field, value| ops.push(op(&doc, "actions", &row, field, value));
        put("objective", Scalar::text(&id));
        put("order", Scalar::Int(1));
        put("text", line("the action", &new.action)?);
        put("progress", Scalar::Int(0));
    }
    let what = match wanted {
        [one] => one.title.clone(),
        several => format!("{} objectives", several.len()),
    };
    Ok(edit(format!("{name} · plan: {what}"), ops))
}
