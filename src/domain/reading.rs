//! Whose documents this machine may read, for figures. Over somebody whose marks and plan are not here a figure would be a nought that means
//! nothing, so screens and commands show what these answers let them, and withhold the rest with the same words. `log::access` is the rule for
//! each document; a test there holds these answers to it.

use super::actions::{ActionBoard, plan_agreed};
use super::board::{Board, KeyLine};
use super::ids::PersonId;
use super::team::{Role, Team};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Whose marks and plans the owner of a machine may read on a day. The default reads nobody's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    everybody: bool,
    records: BTreeSet<PersonId>,
    plans: BTreeSet<PersonId>,
}

impl Reading {
    /// What `team.me` may read on the day that stands, whichever day is looked at.
    pub fn of(team: &Team, today: NaiveDate) -> Self {
        let own = BTreeSet::from([team.me.clone()]);
        let mut reading = Self {
            everybody: team.rights.is_manager(&team.me, today),
            records: own.clone(),
            plans: own,
        };
        let rights = team.rights.0.iter();
        for right in rights.filter(|r| r.holder == team.me && r.on(today)) {
            let Some(person) = &right.over else { continue };
            match right.role {
                Role::Line | Role::Reviewer => {
                    reading.records.insert(person.clone());
                    reading.plans.insert(person.clone());
                }
                // An assessor judges, and does not see the plan.
                Role::Assessor => {
                    reading.records.insert(person.clone());
                }
                Role::Owner | Role::Manager | Role::Head => {}
            }
        }
        reading
    }

    /// Everybody's marks, plans and talks: figures of the team can be made.
    pub fn everybody(&self) -> bool {
        self.everybody
    }

    /// Somebody's marks, and what managers hold about them.
    pub fn record(&self, person: &PersonId) -> bool {
        self.everybody || self.records.contains(person)
    }

    /// Somebody's plan.
    pub fn plan(&self, person: &PersonId) -> bool {
        self.everybody || self.plans.contains(person)
    }

    /// Of all plans the owner's own alone.
    pub fn own_plan_alone(&self) -> bool {
        !self.everybody && self.plans.len() < 2
    }

    /// Why figures of the team are not made here, as the end of a sentence; `None` where they are.
    pub fn why(&self) -> Option<&'static str> {
        match (self.everybody, self.records.len()) {
            (true, _) => None,
            (false, 0 | 1) => Some("this machine holds nobody else’s marks"),
            (false, _) => Some("this machine holds the marks of some people only"),
        }
    }

    /// Of which plans and talks figures are made here; `None` where they are of everybody's.
    pub fn plans_counted(&self) -> Option<&'static str> {
        match (self.everybody, self.plans.len()) {
            (true, _) => None,
            (false, 0 | 1) => {
                Some("Only your own plan and talks are counted: this machine holds nobody else’s.")
            }
            (false, _) => Some("Only plans and talks that you may read are counted."),
        }
    }

    /// The sentence that stands in the place of what is withheld, for instance of "Coverage is"; `None` where nothing is.
    pub fn withheld(&self, what: &str) -> Option<String> {
        self.why()
            .map(|why| format!("{what} shown to managers: {why}."))
    }

    /// The key line that can be told here: the team's, or that of the owner's own rows, with the overdue actions of the plans that are here.
    pub fn key(&self, team: &Team, board: &Board) -> KeyLine {
        if self.everybody {
            return board.key.clone();
        }
        KeyLine {
            overdue: board.key.overdue,
            ..board.key_line_of(team, &board.rows_of(&team.me))
        }
    }

    /// People whose plan is agreed / people with a line manager, of those whose plan can be read here.
    pub fn agreed(&self, team: &Team, board: &ActionBoard, today: NaiveDate) -> (u32, u32) {
        if self.everybody {
            return board.agreed;
        }
        let people = self.plans.iter().filter_map(|id| team.person(id));
        let managed = people.filter(|p| team.rights.line_manager(&p.id, today).is_some());
        managed.fold((0, 0), |(n, of), person| {
            (n + u32::from(plan_agreed(person, today)), of + 1)
        })
    }
}
