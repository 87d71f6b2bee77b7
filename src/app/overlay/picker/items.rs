//! What a picker has to choose from. People by name, posts by title: never by mark or readiness.

use super::{Choice, Item, Purpose};
use crate::app::state::State;
use crate::document::edits::Asks;
use crate::domain::framework::Expected;
use crate::domain::post::Post;
use crate::domain::text::slug;
use crate::domain::what_if::Supposed;
use crate::domain::{PersonId, PostId, by_name};

pub(super) fn items(state: &State, purpose: &Purpose) -> Vec<Item> {
    let (team, today) = (&state.team, state.today);
    let person = |id: &PersonId, text: &str, on: [bool; 3], note: String| Item {
        choice: Choice::Person(id.clone()),
        text: text.to_owned(),
        note,
        on,
        was: on,
    };
    let people = |of: &dyn Fn(&PersonId) -> ([bool; 3], String)| -> Vec<Item> {
        by_name(team)
            .into_iter()
            .map(|p| {
                let (on, note) = of(&p.id);
                person(&p.id, p.name.get(), on, note)
            })
            .collect()
    };
    let records = team.succession.as_deref();
    let nominated = |post: &PostId, who: &PersonId| {
        let record = records.and_then(|all| all.iter().find(|r| &r.post == post));
        record.is_some_and(|r| {
            let mut nominations = r.nominations.iter();
            nominations.any(|n| &n.person == who && n.on(today))
        })
    };
    match purpose {
        Purpose::WhatIf => people(&|id| {
            let on = Supposed::ALL.map(|kind| {
                let simulation = state.what_if.as_ref();
                let supposed = simulation.and_then(|s| s.supposed());
                supposed.is_some_and(|what| what.has(id, kind))
            });
            (on, String::new())
        }),
        Purpose::Nominate(post) => people(&|id| {
            let holds = holds(team.post(post), id, today);
            let note = if holds { "holds the post" } else { "" };
            ([nominated(post, id), false, false], note.to_owned())
        }),
        Purpose::Holders(post) => people(&|id| {
            (
                [holds(team.post(post), id, today), false, false],
                String::new(),
            )
        }),
        Purpose::PersonFor(post) => people(&|id| {
            let note = if nominated(post, id) { "nominated" } else { "" };
            ([false; 3], note.to_owned())
        }),
        Purpose::Invite => people(&|id| {
            let is = |p: &Option<PersonId>| p.as_ref() == Some(id);
            let has = state.network.machines.iter().any(|m| is(&m.person));
            let note = match (*id == team.me, has) {
                (true, _) => "you: a further device",
                (false, true) => "has a device",
                (false, false) => "",
            };
            ([false; 3], note.to_owned())
        }),
        Purpose::Post(_) => posts(state),
        Purpose::Asks(post) => asks(state, post),
    }
}

fn holds(post: Option<&Post>, who: &PersonId, today: chrono::NaiveDate) -> bool {
    post.is_some_and(|p| p.holders.iter().any(|h| &h.person == who && h.on(today)))
}

/// Posts by title, those with factors first.
fn posts(state: &State) -> Vec<Item> {
    let scored = |id: &PostId| {
        let board = state.board.succession.as_ref();
        board.is_some_and(|b| b.posts.iter().any(|p| &p.post == id))
    };
    let posts = state.team.base.posts.iter();
    let mut items: Vec<(bool, String, Item)> = posts
        .filter_map(|p| {
            let facts = p.on(state.today)?;
            let is_scored = scored(&p.id);
            let column = facts.column.get().as_ref();
            let column = column.map_or_else(String::new, ToString::to_string);
            let item = Item {
                choice: Choice::Post(p.id.clone()),
                text: facts.title.get().clone(),
                note: if is_scored {
                    format!("scored  {column}")
                } else {
                    column
                },
                on: [false; 3],
                was: [false; 3],
            };
            Some((!is_scored, item.text.to_lowercase(), item))
        })
        .collect();
    items.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    items.into_iter().map(|(_, _, item)| item).collect()
}

/// Skills, must-haves that any post knows, and the competencies that the column leaves to the post.
fn asks(state: &State, id: &PostId) -> Vec<Item> {
    let (team, today) = (&state.team, state.today);
    let Some(post) = team.post(id) else {
        return Vec::new();
    };
    let item = |asks: Asks, text: String, note: &str, on: bool| Item {
        choice: Choice::Asks(asks),
        text,
        note: note.to_owned(),
        on: [on, false, false],
        was: [on, false, false],
    };
    let mut items = Vec::new();
    let listed = post.must_haves.iter();
    let others = team.base.posts.iter().flat_map(|p| &p.must_haves);
    let mut codes: Vec<&str> = Vec::new();
    for (at, must) in listed.chain(others).enumerate() {
        if codes.contains(&must.code.as_str()) {
            continue;
        }
        codes.push(&must.code);
        let own = at < post.must_haves.len();
        let on = own && must.listed.on(today).is_some_and(|l| l.get().0);
        let asks = Asks::MustHave(must.code.clone(), must.name.clone());
        let text = format!("{} ({})", must.name, must.code);
        items.push(item(asks, text, "must-have", on));
    }
    for skill in &team.base.skills {
        let known = post.skills.iter().find(|(s, _)| s == &skill.id);
        let on = known.is_some_and(|(_, l)| l.on(today).is_some_and(|l| l.get().0));
        let asks = Asks::Skill(skill.id.clone());
        items.push(item(asks, skill.name.get().clone(), "skill", on));
    }
    let column = post.on(today).and_then(|f| f.column.get().clone());
    for competency in &team.framework.competencies {
        let cell = column
            .as_ref()
            .and_then(|c| team.framework.cell(c, &competency.id));
        if cell.is_some_and(|c| c.expected == Expected::Depends) {
            let settled = post.depends.iter().find(|(c, _)| c == &competency.id);
            let settled = settled.and_then(|(_, e)| e.on(today)).map(|e| *e.get());
            // Until somebody settles it, it counts as expected.
            let on = settled != Some(Expected::No);
            let note = match settled {
                Some(_) => "left to the post, settled",
                None => "left to the post, open",
            };
            let asks = Asks::Depends(competency.id.clone());
            items.push(item(asks, competency.name.clone(), note, on));
        }
    }
    // On top what is asked for; within each the order of the team.
    items.sort_by_key(|i| !i.on[0]);
    items.push(new_must_have(""));
    items
}

/// A must-have by the name that is typed; its code is made of it.
pub(super) fn new_must_have(name: &str) -> Item {
    let code = slug(name, 40);
    Item {
        text: format!("{name} ({code})"),
        choice: Choice::Asks(Asks::MustHave(code, name.to_owned())),
        note: "a new must-have".to_owned(),
        on: [false; 3],
        was: [false; 3],
    }
}
