//! Forms of a development plan: an objective, an action, the talk about one, and why one is dropped. Only lines that were changed are
//! written.

use super::lines::{choice, text};
use super::{About, FactsForm, FormLine, Input};
use crate::app::overlay::credential_form::parse_date;
use crate::app::screen::person::lines::state_label;
use crate::app::state::State;
use crate::document::Edit;
use crate::document::edits::{self, ActionFields, Discussed, EditError, Item, ObjectiveFields};
use crate::domain::person::{ItemState, Priority};
use crate::domain::{ActionId, Dated, ObjectiveId, Person, PersonId, PostId, Subject, Team};
use chrono::NaiveDate;

const DAY: &str = "a day, for instance 30 Jun 2027; empty is none";

/// What stands for a competency or skill in a choice.
fn code(subject: &Subject) -> String {
    match subject {
        Subject::Competency(id) => format!("c {id}"),
        Subject::Skill(id) => format!("s {id}"),
    }
}

fn subjects(team: &Team) -> Vec<(Subject, String)> {
    let competencies = team.framework.competencies.iter();
    let competencies = competencies.map(|c| (Subject::Competency(c.id.clone()), c.name.clone()));
    let skills = team.base.skills.iter();
    let skills = skills.map(|s| (Subject::Skill(s.id.clone()), s.name.get().clone()));
    competencies.chain(skills).collect()
}

fn typed_day(day: Option<NaiveDate>) -> String {
    day.map_or_else(String::new, |d| d.to_string())
}

/// The reader's note of today on how far something is.
fn note_line(state: &State, person: &Person, item: &str) -> FormLine {
    let detail = person.detail.as_ref();
    let mut notes = detail.iter().flat_map(|d| &d.progress_notes);
    let mine = notes.find(|n| n.item == item && n.date == state.today && n.by == state.team.me);
    let stands = mine.map_or_else(String::new, |n| n.text.replace('\n', " "));
    text("note", &stands, 60, "how far it is; yours, of today")
}

impl FactsForm {
    /// An objective that is there, or a new one.
    pub fn objective(state: &State, who: &PersonId, id: Option<&ObjectiveId>) -> Option<Self> {
        let person = state.person_known(who)?;
        let (team, today) = (&state.team, state.today);
        let objective = match id {
            Some(id) => Some(person.objectives.iter().find(|o| &o.id == id)?),
            None => None,
        };
        let texts = person.detail.as_ref().and_then(|d| {
            let id = id?.as_str();
            d.objective_texts.iter().find(|t| t.id == id)
        });
        let long = |of: fn(&crate::domain::person::ObjectiveText) -> &String| {
            texts.map_or_else(String::new, |t| of(t).replace('\n', " "))
        };
        let none = |word: &str| (String::new(), word.to_owned());
        let subject = objective.and_then(|o| o.subject.as_ref());
        let all = subjects(team).into_iter().map(|(s, name)| (code(&s), name));
        let posts = team.base.posts.iter().filter_map(|p| {
            let facts = p.on(today)?;
            Some((p.id.to_string(), facts.title.get().clone()))
        });
        let offered = edits::options(team, subject).iter();
        let offered = offered.map(|o| (o.clone(), o.clone()));
        let priorities = vec![
            ("gap".to_owned(), "a gap to close".to_owned()),
            ("strength".to_owned(), "a strength to build on".to_owned()),
        ];
        let priority = match objective.map(|o| *o.priority.get()) {
            Some(Priority::Strength) => "strength",
            _ => "gap",
        };
        let title = objective.map_or("", |o| o.title.get());
        let lines = vec![
            text("objective", title, 60, ""),
            text("activity", &long(|t| &t.activity), 60, ""),
            text(
                "different",
                &long(|t| &t.difference),
                60,
                "how success is known",
            ),
            text("support", &long(|t| &t.support), 60, ""),
            text(
                "review",
                &typed_day(objective.and_then(|o| *o.review.get())),
                13,
                DAY,
            ),
            text(
                "completion",
                &typed_day(objective.and_then(|o| *o.completion.get())),
                13,
                DAY,
            ),
            choice("priority", priorities, priority, ""),
            choice(
                "for",
                std::iter::once(none("no competency")).chain(all).collect(),
                &subject.map_or_else(String::new, code),
                "",
            ),
            choice(
                "towards",
                std::iter::once(none("no post")).chain(posts).collect(),
                objective
                    .and_then(|o| o.post.as_ref())
                    .map_or("", PostId::as_str),
                "",
            ),
            text("aim", &long(|t| &t.aim), 60, "of the university"),
            choice(
                "option",
                std::iter::once(none("none of the framework’s"))
                    .chain(offered)
                    .collect(),
                &texts.map_or_else(String::new, |t| t.option.clone()),
                "",
            ),
        ];
        let mut lines = lines;
        if let Some(id) = id {
            lines.push(note_line(state, person, id.as_str()));
        }
        let name = person.name.get();
        let heading = match id {
            Some(_) => format!("Objective of {name}"),
            None => format!("A new objective of {name}"),
        };
        let about = About::Objective(who.clone(), id.cloned());
        Some(Self::new(about, heading, lines, today))
    }

    /// An action that is there, or a new one.
    pub fn action(
        state: &State,
        who: &PersonId,
        objective: &ObjectiveId,
        id: Option<&ActionId>,
    ) -> Option<Self> {
        let person = state.person_known(who)?;
        let under = person.objectives.iter().find(|o| &o.id == objective)?;
        let action = match id {
            Some(id) => Some(under.actions.iter().find(|a| &a.id == id)?),
            None => None,
        };
        let progress = action.map_or(0, |a| a.progress.get().0);
        let lines = vec![
            text("action", action.map_or("", |a| a.text.get()), 60, ""),
            text(
                "completion",
                &typed_day(action.and_then(|a| *a.completion.get())),
                13,
                DAY,
            ),
            text("progress", &progress.to_string(), 5, "0 to 100"),
        ];
        let mut lines = lines;
        if let Some(id) = id {
            lines.push(note_line(state, person, id.as_str()));
        }
        let heading = match id {
            Some(_) => format!("Action of {}", person.name.get()),
            None => format!("A new action · {}", under.title.get()),
        };
        let about = About::Action(who.clone(), objective.clone(), id.cloned());
        Some(Self::new(about, heading, lines, state.today))
    }

    /// What was said of an action that is done.
    pub fn talk(state: &State, who: &PersonId, id: &ActionId) -> Option<Self> {
        let person = state.person_known(who)?;
        let mut actions = person.objectives.iter().flat_map(|o| &o.actions);
        let action = actions.find(|a| &a.id == id)?;
        let lines = vec![
            text("learning", "", 60, "what was learned"),
            text("applied", "", 60, "how it is applied"),
            text(
                "support",
                "",
                60,
                "what is needed further; “none” is an answer",
            ),
        ];
        let heading = format!("The talk about · {}", action.text.get());
        let about = About::Talk(who.clone(), id.clone());
        let mut form = Self::new(about, heading, lines, state.today);
        form.fresh = true;
        Some(form)
    }

    /// Why something is dropped.
    pub fn drop_item(state: &State, who: &PersonId, item: Item) -> Option<Self> {
        let person = state.person_known(who)?;
        let lines = vec![text(
            "reason",
            "",
            60,
            "whoever reads the plan later wants to know it",
        )];
        let heading = format!("Drop it from the plan of {}?", person.name.get());
        let about = About::Drop(who.clone(), item);
        let mut form = Self::new(about, heading, lines, state.today);
        form.fresh = true;
        Some(form)
    }

    /// What is done, closed or dropped in a plan, to be opened again; `None` where nothing is.
    pub fn reopen(state: &State, who: &PersonId) -> Option<Self> {
        let person = state.person_known(who)?;
        let stands = |states: &Dated<ItemState>| {
            states.on(state.today).map_or(ItemState::Open, |s| *s.get())
        };
        let mut options = Vec::new();
        let mut offer = |code: String, words: &str, stands: ItemState| {
            if stands != ItemState::Open {
                options.push((code, format!("{words} ({})", state_label(stands))));
            }
        };
        for o in &person.objectives {
            offer(format!("o {}", o.id), o.title.get(), stands(&o.states));
            for a in &o.actions {
                offer(format!("a {}", a.id), a.text.get(), stands(&a.states));
            }
        }
        if options.is_empty() {
            return None;
        }
        let lines = vec![choice("which", options, "", "")];
        let heading = format!("Open again in the plan of {}", person.name.get());
        let about = About::Reopen(who.clone());
        let mut form = Self::new(about, heading, lines, state.today);
        form.fresh = true;
        Some(form)
    }

    /// Offers the development options of the competency that is chosen now.
    pub(super) fn offer(&mut self, state: &State) {
        if !matches!(self.about, About::Objective(..)) {
            return;
        }
        let chosen = subjects(&state.team).into_iter().map(|(s, _)| s);
        let chosen = chosen
            .into_iter()
            .find(|s| code(s) == self.lines[7].value());
        let offered = edits::options(&state.team, chosen.as_ref()).iter();
        let none = (String::new(), "none of the framework’s".to_owned());
        let all: Vec<(String, String)> = std::iter::once(none)
            .chain(offered.map(|o| (o.clone(), o.clone())))
            .collect();
        if let Input::Choice(options, at) = &mut self.lines[10].input
            && *options != all
        {
            (*options, *at) = (all, 0);
        }
    }

    /// What is wrong with a line of these forms.
    pub(super) fn plan_error(&self, at: usize) -> Option<String> {
        let line = self.lines.get(at)?;
        let typed = line.value();
        match line.label {
            "objective" | "action" if typed.is_empty() && self.changed() => {
                Some("is needed".to_owned())
            }
            "review" | "completion" => parse_date(typed, self.today).err(),
            "progress" if typed.parse::<u8>().map_or(true, |n| n > 100) => {
                Some("a whole number, 0 to 100".to_owned())
            }
            _ => None,
        }
    }

    /// The edit of these forms; `None` for any other.
    pub(super) fn plan_edit(&self, state: &State) -> Option<Result<Edit, EditError>> {
        let (team, today) = (&state.team, self.today);
        let value = |at: usize| self.lines.get(at).map_or("", |l| l.value());
        let typed = |at: usize| Some(value(at).to_owned());
        // Only what is another than it was is written.
        let changed = |at: usize| self.before.get(at).is_none_or(|b| b != value(at));
        let words = |at: usize| changed(at).then(|| value(at).to_owned());
        let day = |at: usize| {
            let day = parse_date(value(at), today).ok().flatten();
            changed(at).then_some(day)
        };
        Some(match &self.about {
            About::Objective(who, id) => {
                let subject = subjects(team).into_iter().map(|(s, _)| s);
                let subject = subject.into_iter().find(|s| code(s) == value(7));
                let wanted = ObjectiveFields {
                    title: match id {
                        None => typed(0),
                        Some(_) => words(0),
                    },
                    activity: words(1),
                    difference: words(2),
                    support: words(3),
                    review: day(4),
                    completion: day(5),
                    priority: changed(6).then(|| match value(6) {
                        "strength" => Priority::Strength,
                        _ => Priority::Gap,
                    }),
                    subject: changed(7).then_some(subject),
                    post: changed(8)
                        .then(|| Some(value(8)).filter(|v| !v.is_empty()).map(PostId::new)),
                    aim: words(9),
                    option: words(10),
                    note: id.as_ref().and_then(|_| words(11)),
                };
                match id {
                    None => edits::add_objective(team, who, &wanted, today, state.now_ms),
                    Some(id) => edits::set_objective(team, who, id, &wanted, today),
                }
            }
            About::Action(who, objective, None) => {
                let completion = parse_date(value(1), today).ok().flatten();
                let what = value(0);
                edits::add_action(team, who, objective, what, completion, today, state.now_ms)
            }
            About::Action(who, _, Some(id)) => {
                let wanted = ActionFields {
                    text: words(0),
                    completion: day(1),
                    progress: changed(2).then(|| value(2).parse().unwrap_or(0)),
                    note: words(3),
                };
                edits::set_action(team, who, id, &wanted, today)
            }
            About::Talk(who, id) => {
                let said = Discussed {
                    learning: value(0).to_owned(),
                    application: value(1).to_owned(),
                    further_support: value(2).to_owned(),
                };
                edits::discuss(team, who, id, &said, today)
            }
            About::Drop(who, item) => {
                edits::set_state(team, who, item, ItemState::Dropped, value(0), today)
            }
            About::Reopen(who) => {
                let item = match value(0).split_once(' ') {
                    Some(("o", id)) => Item::Objective(ObjectiveId::new(id)),
                    Some((_, id)) => Item::Action(ActionId::new(id)),
                    None => return None,
                };
                edits::set_state(team, who, &item, ItemState::Open, "", today)
            }
            _ => return None,
        })
    }
}
