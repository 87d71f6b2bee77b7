//! History as it is shown: sentences with their parts. Must not know: where they come from.

use super::ids::PersonId;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// One sentence of History, and its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The same for the same change, however its sentence is worded.
    pub id: u64,
    /// When, milliseconds since 1970 UTC, by the writer's clock.
    pub at: u64,
    /// Who wrote it, as the signed log has it; `None` where their device is not known here.
    pub author: Option<PersonId>,
    /// The beginning of the device's id; empty where it is not known.
    pub device: String,
    /// Whom it is about.
    pub person: Option<PersonId>,
    /// What was set.
    pub what: String,
    /// What stood before; none, one, or several that were written apart.
    pub before: Vec<String>,
    /// What was set; `None` where it was cleared or taken away.
    pub after: Option<String>,
    /// Who did what: the sentence without its end.
    pub done: String,
    /// When, as the sentence says it.
    pub when: String,
    /// Whatever the place names, by id: a filter asks for them.
    pub about: Vec<String>,
}

impl Told {
    /// All of it.
    pub fn sentence(&self) -> String {
        match self.device.as_str() {
            "" => format!("{} {}", self.done, self.when),
            device => format!("{} {}, from the device {device}", self.done, self.when),
        }
    }

    /// Whether it is about somebody or something.
    pub fn is_about(&self, id: &str) -> bool {
        self.person.as_ref().is_some_and(|p| p.as_str() == id) || self.about.iter().any(|a| a == id)
    }
}

/// By time, then by source and place in it: the order of coming does not matter.
type Order = (Reverse<u64>, Reverse<u64>, Reverse<usize>);

/// The newest of what is told, and no more than so many: histories are read document by document and never held all at once. What one source
/// tells can be told anew.
#[derive(Clone, Debug, Default)]
pub struct Newest {
    most: usize,
    kept: BTreeMap<Order, Told>,
    /// How many each source told.
    came: BTreeMap<u64, u64>,
}

impl Newest {
    /// At most so many.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            ..Self::default()
        }
    }

    /// Takes what one more source tells, oldest first.
    pub fn take(&mut self, told: impl IntoIterator<Item = Told>) {
        let source = self.came.last_key_value().map_or(0, |(last, _)| last + 1);
        self.replace(source, told);
    }

    /// Takes what a source tells, oldest first, in place of what it told before. What it told stays the newest as long as it tells no less
    /// than before; where it tells less, some that others told may be missing in the middle: see [`Newest::lacks`].
    pub fn replace(&mut self, source: u64, told: impl IntoIterator<Item = Told>) {
        self.forget(source);
        let mut came = 0;
        for (place, one) in told.into_iter().enumerate() {
            came += 1;
            let key = (Reverse(one.at), Reverse(source), Reverse(place));
            self.kept.insert(key, one);
            if self.kept.len() > self.most {
                self.kept.pop_last();
            }
        }
        self.came.insert(source, came);
    }

    /// Leaves out what a source told.
    pub fn forget(&mut self, source: u64) {
        if self.came.remove(&source).is_some() {
            self.kept.retain(|(_, Reverse(of), _), _| *of != source);
        }
    }

    /// Whether there is room for some that were left out before.
    pub fn lacks(&self) -> bool {
        self.kept.len() < self.most && self.left_out() > 0
    }

    /// How many older ones were left out.
    pub fn left_out(&self) -> u64 {
        self.came.values().sum::<u64>() - self.kept.len() as u64
    }

    /// The newest first.
    pub fn all(&self) -> impl Iterator<Item = &Told> {
        self.kept.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(id: u64, at: u64) -> Told {
        Told {
            id,
            at,
            author: None,
            device: String::new(),
            person: None,
            what: String::new(),
            before: Vec::new(),
            after: None,
            done: String::new(),
            when: String::new(),
            about: Vec::new(),
        }
    }

    fn ids(newest: &Newest) -> Vec<u64> {
        newest.all().map(|one| one.id).collect()
    }

    proptest! {
        /// Told anew in any order, sources that only grow give what telling all of them once gives.
        #[test]
        fn what_grows_and_is_told_anew_is_what_telling_once_gives(
            steps in proptest::collection::vec((0..4_u64, proptest::collection::vec(0..50_u64, 0..6)), 1..12),
            most in 1..12_usize,
        ) {
            let (mut sources, mut newest, mut id) = (BTreeMap::new(), Newest::new(most), 0);
            for (source, times) in steps {
                let all: &mut Vec<Told> = sources.entry(source).or_default();
                all.extend(times.into_iter().map(|at| { id += 1; told(id, at) }));
                newest.replace(source, all.clone());
            }
            let mut once = Newest::new(most);
            for (source, all) in &sources {
                once.replace(*source, all.clone());
            }
            prop_assert_eq!(ids(&newest), ids(&once));
            prop_assert_eq!(newest.left_out(), once.left_out());
            prop_assert!(!newest.lacks());
        }
    }

    #[test]
    fn a_source_that_tells_less_leaves_a_gap_that_is_known() {
        let mut newest = Newest::new(3);
        newest.replace(0, [told(1, 1), told(2, 5), told(3, 6)]);
        newest.replace(1, [told(4, 2), told(5, 7)]);
        assert_eq!(ids(&newest), [5, 3, 2]);
        newest.replace(0, [told(3, 6)]);
        assert!(newest.lacks());
        newest.replace(1, [told(4, 2), told(5, 7)]);
        assert_eq!(ids(&newest), [5, 3, 4]);
        assert!(!newest.lacks());
        newest.forget(1);
        assert_eq!((ids(&newest), newest.left_out()), (vec![3], 0));
    }
}
