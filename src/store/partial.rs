//! The team as far as it can be read, where a part of the file is damaged: what is left out is named, and never shown as if it were empty.

use super::check::documents;
use super::error::StoreError;
use super::lacking::Lack;
use super::snapshot::Unreadable;
use super::{Store, day_of, now_ms};
use crate::document::DocRef;
use crate::domain::PersonId;
use crate::domain::team::Team;
use std::collections::BTreeSet;

/// A team, and who or what is not in it.
#[derive(Debug)]
pub struct InPart {
    /// Everybody who could be read.
    pub team: Team,
    /// Who could not be, as far as the file says who that is, and why not.
    pub missing: Vec<(Option<PersonId>, StoreError)>,
    /// Of what a repair could not read everything.
    pub lacking: Vec<Lack>,
}

impl InPart {
    /// What is missing, in sentences; empty where the team is whole.
    pub fn sentences(&self) -> Vec<String> {
        let missing = self.missing.iter().map(|(person, why)| {
            let who = person
                .as_ref()
                .map_or_else(|| "somebody".to_owned(), |id| format!("person {id}"));
            format!("{who} cannot be read and is left out of every figure: {why}")
        });
        let mut said: Vec<String> = missing.collect();
        let named = self.lacking.iter().take(NAMED).map(ToString::to_string);
        let mut named: Vec<String> = named.collect();
        if self.lacking.len() > NAMED {
            named.push(format!("and {} more", self.lacking.len() - NAMED));
        }
        if !named.is_empty() {
            said.push(format!(
                "since the team's file was repaired, this is missing, and figures may be incomplete: {}. Sync with somebody who has it, or put back a backup; `guildhall doctor --repair` takes it as lost",
                named.join(", ")
            ));
        }
        said
    }
}

/// So much of it is named; `doctor` names all.
const NAMED: usize = 3;

impl Store {
    /// The team, and if it cannot be read whole, as much of it as can. What the whole team shares must be readable: without posts or rights
    /// no figure would be right.
    pub fn team_in_part(&mut self) -> Result<InPart, StoreError> {
        let (mut missing, lacking) = (Vec::new(), self.lacking()?);
        match self.team() {
            Ok(team) => {
                return Ok(InPart {
                    team,
                    missing,
                    lacking,
                });
            }
            Err(error) if !error.is_damage() => return Err(error),
            Err(_) => {}
        }
        for key in self.unreadable()?.people {
            let alone = Unreadable {
                people: vec![key],
                bases: Vec::new(),
            };
            match self.rebuild(&alone) {
                Ok(()) => {}
                Err(error) if error.is_damage() => missing.push((self.behind(&key)?, error)),
                Err(error) => return Err(error),
            }
        }
        let tx = self.db.transaction()?;
        let (snapshot, unreadable) = super::snapshot::Snapshot::read(
            &tx,
            &mut self.inner,
            None,
            day_of(now_ms()),
            self.day,
        )?;
        tx.commit()?;
        if unreadable.people.len() > missing.len() {
            return self.team().map(|team| InPart {
                team,
                missing,
                lacking,
            });
        }
        Ok(InPart {
            team: snapshot.team().clone(),
            missing,
            lacking,
        })
    }

    /// Who does not open; what the whole team shares is made again, or it is an error.
    fn unreadable(&mut self) -> Result<Unreadable, StoreError> {
        let today = day_of(now_ms());
        let found = self.read_snapshot(today)?;
        if !found.bases.is_empty() {
            self.rebuild(&Unreadable {
                people: Vec::new(),
                bases: found.bases.clone(),
            })?;
        }
        Ok(found)
    }

    /// The person whom a keyed hash stands for.
    fn behind(&self, key: &[u8; 32]) -> Result<Option<PersonId>, StoreError> {
        let all = documents(&self.db, &self.inner.keys)?;
        let mut people = all.into_iter().filter_map(|(_, doc)| doc?.person);
        Ok(people.find(|person| self.inner.keys.person(person) == *key))
    }

    /// Every document that was begun here and says what it is.
    pub fn documents(&mut self) -> Result<Vec<DocRef>, StoreError> {
        let all = documents(&self.db, &self.inner.keys)?;
        let known: BTreeSet<DocRef> = all.into_iter().filter_map(|(_, doc)| doc).collect();
        Ok(known.into_iter().collect())
    }
}

impl StoreError {
    /// Whether something in the file cannot be read, while the rest of it may be.
    pub fn is_damage(&self) -> bool {
        !matches!(
            self,
            Self::NoTeam(_)
                | Self::AlreadyThere(_)
                | Self::Unfinished(_)
                | Self::ReadOnly(_)
                | Self::Permissions { .. }
                | Self::KeyMissing(_)
                | Self::TeamMissing(_)
                | Self::NotAFile(_)
                | Self::NewerFormat { .. }
                | Self::Busy
                | Self::Full
                | Self::NotAllowed { .. }
                | Self::Meanwhile(_)
                | Self::Random(_)
                | Self::Io { .. }
        )
    }
}
