//! Handles of a folder and the opaque ids that stand for them in documents.

use crate::domain::PersonId;
use std::collections::BTreeMap;

/// Which person a handle means. People who are not known yet get a new id, which says nothing of their name.
#[derive(Clone, Debug)]
pub struct Ids {
    known: BTreeMap<String, PersonId>,
    random: bool,
}

/// The system gave no random numbers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no new person could be named, since the system gives no random numbers: {0}")]
pub struct NoRandom(String);

impl Ids {
    /// Random ids for new people, as every store wants them; `known` are the people who are there already.
    pub fn random(known: impl IntoIterator<Item = (String, PersonId)>) -> Self {
        Self {
            known: known.into_iter().collect(),
            random: true,
        }
    }

    /// Ids that are the handles themselves: for tests and for reading a folder without a store.
    pub fn readable() -> Self {
        Self {
            known: BTreeMap::new(),
            random: false,
        }
    }

    /// Names everybody in `handles` who has no id yet; returns those who are new.
    pub fn add<'a>(
        &mut self,
        handles: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<(String, PersonId)>, NoRandom> {
        let mut new = Vec::new();
        for handle in handles {
            if self.known.contains_key(handle) {
                continue;
            }
            let id = if self.random {
                fresh()?
            } else {
                PersonId::new(handle)
            };
            self.known.insert(handle.to_owned(), id.clone());
            new.push((handle.to_owned(), id));
        }
        Ok(new)
    }

    /// The person of a handle.
    pub fn get(&self, handle: &str) -> Option<&PersonId> {
        self.known.get(handle)
    }

    /// Everybody known, by handle.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &PersonId)> {
        self.known.iter().map(|(handle, id)| (handle.as_str(), id))
    }
}

/// 65 random bits as `p` and 13 letters or digits that are hard to confuse.
fn fresh() -> Result<PersonId, NoRandom> {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0; 13];
    getrandom::fill(&mut bytes).map_err(|e| NoRandom(e.to_string()))?;
    let mut id = String::from("p");
    id.extend(
        bytes
            .iter()
            .map(|b| char::from(ALPHABET[usize::from(b % 32)])),
    );
    Ok(PersonId::new(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_handle_stays_the_same_person() {
        let mut ids = Ids::random([("ada".to_owned(), PersonId::new("p1"))]);
        let new = ids.add(["ada", "bo", "bo"]).unwrap();
        assert_eq!(new.len(), 1);
        assert_eq!(ids.get("ada"), Some(&PersonId::new("p1")));
        let bo = ids.get("bo").unwrap().clone();
        assert_eq!(bo.as_str().len(), 14);
        assert!(ids.add(["bo"]).unwrap().is_empty());
        assert_eq!(ids.get("bo"), Some(&bo));
    }
}
