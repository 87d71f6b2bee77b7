//! Values that two people may have written at the same time, and facts that hold from a date.
//! Both are kept: a conflict is shown until somebody chooses, and figures use the cautious value meanwhile.

use super::ids::PersonId;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// One of several values that were written without knowledge of each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim<T> {
    /// What was written.
    pub value: T,
    /// Who wrote it, where the device is known to belong to somebody.
    pub author: Option<PersonId>,
    /// When, in milliseconds since 1970 UTC, by the writer's clock.
    pub at: u64,
}

/// A value as it stands: one, or several in conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value<T> {
    /// Nobody disagrees.
    One(T),
    /// At least two claims, the cautious one first.
    Several(Vec<Claim<T>>),
}

/// Which of two values figures should rest on while they are in conflict (definition 5):
/// `Less` means that `self` is the more cautious one.
pub trait Cautious {
    /// Order by caution, the cautious value first.
    fn caution(&self, other: &Self) -> Ordering;
}

impl<T: Cautious> Value<T> {
    /// Builds a value from claims: one claim (or several equal ones) is `One`. `None` where there is no claim.
    pub fn from_claims(mut claims: Vec<Claim<T>>) -> Option<Self>
    where
        T: PartialEq,
    {
        if claims.len() > 1 && claims.iter().skip(1).any(|c| c.value != claims[0].value) {
            claims.sort_by(|a, b| {
                a.value
                    .caution(&b.value)
                    .then(a.at.cmp(&b.at))
                    .then(a.author.cmp(&b.author))
            });
            return Some(Self::Several(claims));
        }
        claims.into_iter().next().map(|c| Self::One(c.value))
    }
}

impl<T> Value<T> {
    /// The value that figures use: the only one, or the cautious one.
    pub fn get(&self) -> &T {
        match self {
            Self::One(value) => value,
            // `from_claims` makes `Several` only of two or more; an empty one cannot be built through it.
            Self::Several(claims) => &claims[0].value,
        }
    }

    /// Every value that is claimed: the only one, or all of them with the cautious one first.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        let (one, several) = match self {
            Self::One(value) => (Some(value), &[][..]),
            Self::Several(claims) => (None, claims.as_slice()),
        };
        one.into_iter().chain(several.iter().map(|c| &c.value))
    }

    /// Whether the sign ◆ belongs beside it.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Several(_))
    }

    /// The same shape with other contents; the order of claims stays.
    pub fn map<U>(&self, mut f: impl FnMut(&T) -> U) -> Value<U> {
        match self {
            Self::One(value) => Value::One(f(value)),
            Self::Several(claims) => Value::Several(
                claims
                    .iter()
                    .map(|c| Claim {
                        value: f(&c.value),
                        author: c.author.clone(),
                        at: c.at,
                    })
                    .collect(),
            ),
        }
    }
}

impl Cautious for NaiveDate {
    fn caution(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

impl Cautious for String {
    fn caution(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

impl<T: Cautious> Cautious for Option<T> {
    /// Absent before present.
    fn caution(&self, other: &Self) -> Ordering {
        match (self, other) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => a.caution(b),
        }
    }
}

/// A fact that holds from a date until the next entry. `None` as a date means "from the beginning".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated<T>(pub Vec<(Option<NaiveDate>, Value<T>)>);

impl<T> Default for Dated<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Dated<T> {
    /// A fact that always held.
    pub fn always(value: T) -> Self {
        Self(vec![(None, Value::One(value))])
    }

    /// Entries in any order become a fact.
    pub fn from_entries(mut entries: Vec<(Option<NaiveDate>, Value<T>)>) -> Self {
        entries.sort_by_key(|(from, _)| *from);
        Self(entries)
    }

    /// What holds on a day: the latest entry that is not after it.
    pub fn on(&self, day: NaiveDate) -> Option<&Value<T>> {
        self.entry_on(day).map(|(_, value)| value)
    }

    /// The entry that holds on a day, with the date from which it holds.
    pub fn entry_on(&self, day: NaiveDate) -> Option<(Option<NaiveDate>, &Value<T>)> {
        self.0
            .iter()
            .rev()
            .find(|(from, _)| from.is_none_or(|f| f <= day))
            .map(|(from, value)| (*from, value))
    }
}
