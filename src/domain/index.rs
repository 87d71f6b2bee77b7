//! One pass over a team that finds people, posts and rights by id, so that figures of many people need no search for each.
//! Lookup only: nothing iterates a hash map, so no order depends on hashing.

use super::cell::Sight;
use super::ids::{PersonId, PostId};
use super::person::Person;
use super::post::Post;
use super::team::{Right, Role, Team};
use chrono::NaiveDate;
use std::collections::HashMap;
use std::sync::Arc;

/// Lookup tables for one team on one day.
pub(super) struct Index<'a> {
    /// The team.
    pub team: &'a Team,
    /// The day taken as today.
    pub today: NaiveDate,
    /// Everybody in order of name.
    pub people: Vec<&'a Arc<Person>>,
    by_id: HashMap<&'a PersonId, &'a Arc<Person>>,
    over: HashMap<&'a PersonId, Vec<&'a Right>>,
    held: HashMap<&'a PersonId, Vec<&'a Post>>,
    posts: HashMap<&'a PostId, &'a Post>,
}

impl<'a> Index<'a> {
    pub fn new(team: &'a Team, today: NaiveDate) -> Self {
        let mut over: HashMap<&PersonId, Vec<&Right>> = HashMap::new();
        for right in &team.rights.0 {
            if let Some(person) = &right.over {
                over.entry(person).or_default().push(right);
            }
        }
        let mut held: HashMap<&PersonId, Vec<&Post>> = HashMap::new();
        for post in &team.base.posts {
            for holder in post.holders.iter().filter(|h| h.on(today)) {
                let posts = held.entry(&holder.person).or_default();
                if !posts.iter().any(|p| p.id == post.id) {
                    posts.push(post);
                }
            }
        }
        Self {
            team,
            today,
            people: by_name(team),
            by_id: team.people.iter().map(|p| (&p.id, p)).collect(),
            over,
            held,
            posts: team.base.posts.iter().map(|p| (&p.id, p)).collect(),
        }
    }

    pub fn person(&self, id: &PersonId) -> Option<&'a Arc<Person>> {
        self.by_id.get(id).copied()
    }

    pub fn post(&self, id: &PostId) -> Option<&'a Post> {
        self.posts.get(id).copied()
    }

    /// Posts that a person holds today, in the team's order.
    pub fn posts_of(&self, person: &PersonId) -> &[&'a Post] {
        self.held.get(person).map_or(&[], Vec::as_slice)
    }

    /// Line manager today; the latest entry where there are several.
    pub fn line_manager(&self, person: &PersonId) -> Option<&'a PersonId> {
        let rights = self.over.get(person)?;
        rights
            .iter()
            .filter(|r| r.role == Role::Line && r.on(self.today))
            .max_by_key(|r| r.from)
            .map(|r| &r.holder)
    }

    /// What the cells of a person depend on besides their marks.
    pub fn sight(&self, person: &PersonId) -> Sight<'_> {
        Sight {
            team: self.team,
            today: self.today,
            over: self.over.get(person).map_or(&[], Vec::as_slice),
        }
    }
}

/// Everybody by name without regard to case, then by id: never by mark.
pub fn by_name(team: &Team) -> Vec<&Arc<Person>> {
    let mut people: Vec<_> = team.people.iter().collect();
    people.sort_by_cached_key(|p| (p.name.get().to_lowercase(), p.id.clone()));
    people
}
