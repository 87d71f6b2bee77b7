//! What stays on one person's own devices: drafts and the notes beside them.

use super::person::{notes_of, series_of};
use crate::document::Rows;
use crate::domain::team::Private;
use crate::domain::{MarkKind, PersonId};
use std::collections::BTreeMap;

/// The `private` document of a person. Rows of another rater are not drafts of theirs and are left out.
pub fn private(me: &PersonId, document: &Rows) -> Private {
    let mut series = BTreeMap::new();
    series_of(document, &mut series, |rater| {
        (rater == me).then_some(MarkKind::Own)
    });
    Private {
        drafts: series.into_values().collect(),
        notes: notes_of(document, |rater| rater == me),
    }
}
