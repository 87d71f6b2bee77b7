//! Opaque names of things. An id says nothing of what it names; people see names and handles.

use super::value::Cautious;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes any text; what is allowed is checked where text comes in.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(Arc::from(text.as_ref()))
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
