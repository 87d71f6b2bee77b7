//! What the palette opens about a post: what it is, who holds it, what it asks for.

use super::super::overlay::Sheet;
use super::super::state::State;
use super::cell::{Entry, day, person_name, subject_name};
use crate::domain::post::Post;
use crate::domain::{PostId, Subject};

/// The sheet of a post; `None` if it is gone.
pub fn sheet(state: &State, id: &PostId) -> Option<Sheet> {
    let (team, today) = (&state.team, state.today);
    let post = team.post(id)?;
    let facts = post.on(today)?;
    let mut entries = vec![entry("Held by", holders(state, post))];
    let column = facts.column.get().as_ref();
    entries.push(entry(
        "Role",
        column.and_then(|c| team.framework.column(c)).map_or_else(
            || "not mapped to a column of the framework".to_owned(),
            |c| format!("{} {} · {}", c.name, c.path, c.title),
        ),
    ));
    if let Some(area) = facts.area.get().as_ref().and_then(|a| team.area(a)) {
        entries.push(entry("Area", area.name.clone()));
    }
    let fte = facts.fte.get().0;
    entries.push(entry(
        "Established",
        format!("{}.{:02} FTE", fte / 100, fte % 100),
    ));
    if let Some(to) = facts
        .career_to
        .as_ref()
        .and_then(|c| team.framework.column(c))
    {
        entries.push(entry("Career grade", format!("up to {} in place", to.name)));
    }
    for (skill, listed) in &post.skills {
        if listed.on(today).is_some_and(|l| l.get().0) {
            let subject = Subject::Skill(skill.clone());
            entries.push(entry("Skill", subject_name(team, &subject).to_owned()));
        }
    }
    for must in &post.must_haves {
        if must.listed.on(today).is_some_and(|l| l.get().0) {
            entries.push(entry("Must have", format!("{} ({})", must.name, must.code)));
        }
    }
    Some(Sheet::new(facts.title.get().clone(), entries))
}

fn entry(label: &str, text: String) -> Entry {
    Entry {
        label: label.to_owned(),
        text,
    }
}

fn holders(state: &State, post: &Post) -> String {
    let names: Vec<String> = post
        .holders
        .iter()
        .filter(|h| h.on(state.today))
        .map(|h| {
            let name = person_name(&state.team, &h.person);
            match h.until.get() {
                Some(until) => format!("{name} (until {})", day(*until)),
                None => name.to_owned(),
            }
        })
        .collect();
    if names.is_empty() {
        "nobody: the post is vacant".to_owned()
    } else {
        names.join(", ")
    }
}
