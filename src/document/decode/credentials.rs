//! Credentials: claimed in `self`, sighted (or transcribed) in `record`, merged by id.

use super::field::{claims, date, optional, rows, text, text_of, value};
use super::words::{CREDENTIAL_KINDS, of};
use crate::document::code::date_of;
use crate::document::rows::Row;
use crate::document::{Rows, Scalar};
use crate::domain::person::{Credential, CredentialKind};
use crate::domain::{CredentialId, PersonId, Value};
use std::collections::BTreeMap;

/// Credentials in order of id. A sighted one shows what was sighted wherever the record says it, so that nobody can stretch an expiry
/// date after it was seen; for one that is not sighted the person's own word comes first.
pub(super) fn credentials(own: &Rows, record: &Rows) -> Vec<Credential> {
    let mut found: BTreeMap<String, (Option<&Row>, Option<&Row>)> = BTreeMap::new();
    for (parts, row) in rows(own, "credentials") {
        if let Some(id) = parts.into_iter().next() {
            found.entry(id).or_default().0 = Some(row);
        }
    }
    for (parts, row) in rows(record, "credentials") {
        if let Some(id) = parts.into_iter().next() {
            found.entry(id).or_default().1 = Some(row);
        }
    }
    found
        .into_iter()
        .map(|(id, (own, record))| merge(&id, own, record))
        .collect()
}

fn merge(id: &str, own: Option<&Row>, record: Option<&Row>) -> Credential {
    let sighted = record.and_then(|row| {
        let by = Some(text(row, "sighted_by")).filter(|t| !t.is_empty())?;
        Some((PersonId::new(by), date(row, "sighted_on")?))
    });
    let order = if sighted.is_some() {
        [record, own]
    } else {
        [own, record]
    };
    // The row that says something about a field, the first in order.
    let from = |name: &str| {
        order
            .into_iter()
            .flatten()
            .find(|row| claims(row, name).iter().any(|c| c.value != Scalar::Null))
    };
    let day = |name: &str| from(name).map_or(Value::One(None), |row| optional(row, name, date_of));
    Credential {
        id: CredentialId::new(id),
        code: from("code")
            .map(|row| text(row, "code"))
            .unwrap_or_default(),
        name: from("name")
            .and_then(|row| value(row, "name", text_of))
            .unwrap_or_else(|| Value::One(id.to_owned())),
        kind: from("kind")
            .and_then(|row| {
                claims(row, "kind")
                    .iter()
                    .find_map(|c| of(CREDENTIAL_KINDS, &c.value))
            })
            .unwrap_or(CredentialKind::Certificate),
        obtained: day("obtained"),
        expires: day("expires"),
        booked: day("booked"),
        claimed: own.is_some(),
        sighted,
    }
}
