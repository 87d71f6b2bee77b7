//! Opaque names of things. An id says nothing of what it names; people see names and handles.

use super::value::Cautious;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize};
use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

thread_local! {
    /// Texts of ids that were made since [`sharing`] began; `None` outside it.
    static SHARED: RefCell<Option<HashSet<Arc<str>>>> = const { RefCell::new(None) };
}

/// Runs `f`; equal ids that are made within it on this thread share one text. A team names each person hundreds of times, so where a whole
/// one is read this saves memory, and comparing ids mostly needs no look at the text.
pub fn sharing<T>(f: impl FnOnce() -> T) -> T {
    /// Puts back what was there before, also on the way out of a panic.
    struct Ended(Option<HashSet<Arc<str>>>);
    impl Drop for Ended {
        fn drop(&mut self) {
            SHARED.set(self.0.take());
        }
    }
    let _ended = Ended(SHARED.replace(Some(HashSet::new())));
    f()
}

fn shared(text: &str) -> Arc<str> {
    SHARED.with_borrow_mut(|known| {
        let Some(known) = known else {
            return Arc::from(text);
        };
        if let Some(there) = known.get(text) {
            return Arc::clone(there);
        }
        let new: Arc<str> = Arc::from(text);
        known.insert(Arc::clone(&new));
        new
    })
}

/// Reads the text of an id.
struct Text;

impl Visitor<'_> for Text {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text of an id")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Arc<str>, E> {
        Ok(shared(text))
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Eq, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        // Most ids that are compared are copies of one: those need no look at the text. Equality, order and hash are those of the text.
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.0.hash(state);
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                if Arc::ptr_eq(&self.0, &other.0) {
                    Ordering::Equal
                } else {
                    self.0.cmp(&other.0)
                }
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl $name {
            /// Takes any text; what is allowed is checked where text comes in.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(shared(text.as_ref()))
            }
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}:{}", stringify!($name), self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_str(Text).map(Self)
            }
        }

        impl Cautious for $name {
            /// No id is more cautious than another: the first in sort order.
            fn caution(&self, other: &Self) -> Ordering {
                self.cmp(other)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }
    };
}

id!(
    /// A person of the team: random, never made from the name.
    PersonId
);
id!(
    /// A post (a job), held by people or vacant.
    PostId
);
id!(
    /// A specialist skill outside the framework.
    SkillId
);
id!(
    /// A competency of the framework.
    CompetencyId
);
id!(
    /// A role column of the framework: a grade on a path.
    ColumnId
);
id!(
    /// A functional area of the team.
    AreaId
);
id!(
    /// An objective of a person's plan.
    ObjectiveId
);
id!(
    /// An action under an objective.
    ActionId
);
id!(
    /// A credential: certificate, registration or training.
    CredentialId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_while_sharing_are_one_text_and_equal_to_all_others() {
        let alone = PersonId::new("p1");
        let (a, b) = sharing(|| (PersonId::new("p1"), PersonId::new("p1")));
        assert!(Arc::ptr_eq(&a.0, &b.0));
        assert!(!Arc::ptr_eq(&a.0, &alone.0));
        assert_eq!((&a, &a), (&b, &alone));
        let read = sharing(|| {
            let bytes = postcard::to_stdvec(&[&alone, &alone]).unwrap();
            postcard::from_bytes::<[PersonId; 2]>(&bytes).unwrap()
        });
        assert!(Arc::ptr_eq(&read[0].0, &read[1].0));
        assert_eq!(read[0], alone);
        let after = (PersonId::new("p1"), PersonId::new("p1"));
        assert!(!Arc::ptr_eq(&after.0.0, &after.1.0), "it has ended");
        assert_eq!(PersonId::new("a").cmp(&PersonId::new("b")), Ordering::Less);
    }
}
