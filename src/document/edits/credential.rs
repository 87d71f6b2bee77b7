//! Credentials: claimed by the person, entered or sighted by a manager.

use super::{EditError, edit, new_id, op, person, text};
use crate::document::code::{date_text, row_key};
use crate::document::decode::{CREDENTIAL_KINDS, word_for};
use crate::document::{DocRef, Edit, Kind, Op, Scalar};
use crate::domain::person::{Credential, CredentialKind, Person};
use crate::domain::text::too_long;
use crate::domain::{CredentialId, PersonId, Team};
use chrono::NaiveDate;

/// A credential as somebody enters it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialEntry {
    /// Which one; `None` is a new one.
    pub id: Option<CredentialId>,
    /// Name.
    pub name: String,
    /// Code that must-haves name, or empty.
    pub code: String,
    /// Kind.
    pub kind: CredentialKind,
    /// Day obtained.
    pub obtained: Option<NaiveDate>,
    /// Last valid day.
    pub expires: Option<NaiveDate>,
    /// Day of a booked course.
    pub booked: Option<NaiveDate>,
    /// Whether I, as a manager, saw the paper today.
    pub sighted: bool,
}

/// Adds, changes or sights a credential. The person's own goes to `self` as claimed, a manager's to `record`. What was sighted stays as it
/// was seen until it is sighted again.
pub fn credential(
    team: &Team,
    whose: &PersonId,
    entry: &CredentialEntry,
    today: NaiveDate,
    now_ms: u64,
) -> Result<Edit, EditError> {
    let who = person(team, whose)?;
    let own = whose == &team.me;
    let name = who.name.get().clone();
    if !own && !may_record(team, whose, today) {
        return Err(EditError::NotAManager { name });
    }
    check(entry, own, today)?;
    let before = match &entry.id {
        None => None,
        Some(id) => Some(find(who, id).ok_or_else(|| EditError::NoCredential(name.clone()))?),
    };
    if let Some(before) = before {
        let changed = !same_paper(before, entry);
        match before.sighted {
            Some((_, on)) if changed && !entry.sighted => {
                return Err(EditError::AlreadySighted(on));
            }
            None if !own && before.claimed && !entry.sighted => {
                return Err(EditError::Claimed(name));
            }
            _ => {}
        }
    }
    let id = match &entry.id {
        Some(id) => id.as_str().to_owned(),
        None => new_id(&entry.name, now_ms),
    };
    let kind = if own { Kind::SelfRecord } else { Kind::Record };
    let doc = DocRef::of(kind, whose);
    let ops = ops(&doc, &row_key(&[&id]), entry, before, &team.me, today)?;
    let verb = match (entry.sighted, before.is_some()) {
        (true, _) => "sighted",
        (false, true) => "changed",
        (false, false) => "entered",
    };
    Ok(edit(format!("{name} · {} {verb}", entry.name.trim()), ops))
}

fn may_record(team: &Team, whose: &PersonId, today: NaiveDate) -> bool {
    team.rights.is_manager(&team.me, today) || team.rights.may_validate(&team.me, whose, today)
}

fn find<'a>(who: &'a Person, id: &CredentialId) -> Option<&'a Credential> {
    who.credentials.iter().find(|c| &c.id == id)
}

fn check(entry: &CredentialEntry, own: bool, today: NaiveDate) -> Result<(), EditError> {
    let bad = |field, why: &str| EditError::Text {
        field,
        why: why.to_owned(),
    };
    if entry.name.trim().is_empty() {
        return Err(bad("the name", "is needed"));
    }
    if let Some(why) = too_long(entry.name.trim()) {
        return Err(bad("the name", &format!("is too long: {why}")));
    }
    let code = entry.code.trim();
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if code.len() > 40 || !code.bytes().all(plain) {
        return Err(bad(
            "the code",
            "is one word of at most 40 lower case letters, digits and “-”, as the must-haves of posts write it",
        ));
    }
    let date = |why: &str| Err(EditError::Date(why.to_owned()));
    if entry.obtained.is_some_and(|day| day > today) {
        return date("a paper cannot have been obtained in the future: enter the course as booked");
    }
    if let (Some(obtained), Some(expires)) = (entry.obtained, entry.expires)
        && expires < obtained
    {
        return date("it would expire before it was obtained");
    }
    if entry.sighted && own {
        return Err(EditError::Date(
            "nobody sights their own paper: ask your manager".to_owned(),
        ));
    }
    if entry.sighted && entry.obtained.is_none() {
        return date("a paper that was seen has a day on which it was obtained: enter it");
    }
    Ok(())
}

/// Whether what a paper says is the same; a booked course is not part of it.
fn same_paper(before: &Credential, entry: &CredentialEntry) -> bool {
    before.name.get() == entry.name.trim()
        && before.code == entry.code.trim()
        && before.kind == entry.kind
        && *before.obtained.get() == entry.obtained
        && *before.expires.get() == entry.expires
}

fn ops(
    doc: &DocRef,
    row: &str,
    entry: &CredentialEntry,
    before: Option<&Credential>,
    me: &PersonId,
    today: NaiveDate,
) -> Result<Vec<Op>, EditError> {
    let day = |day: Option<NaiveDate>| day.map_or(Scalar::Null, |d| Scalar::Text(date_text(d)));
    // The list has a word for every kind.
    let kind = word_for(CREDENTIAL_KINDS, &entry.kind).unwrap_or("certificate");
    let had = |f: fn(&Credential) -> bool| before.is_some_and(f);
    let mut fields = vec![
        ("name", text("the name", &entry.name)?, false),
        (
            "code",
            text("the code", &entry.code)?,
            had(|c| !c.code.is_empty()),
        ),
        ("kind", Scalar::text(kind), false),
        (
            "obtained",
            day(entry.obtained),
            had(|c| c.obtained.get().is_some()),
        ),
        (
            "expires",
            day(entry.expires),
            had(|c| c.expires.get().is_some()),
        ),
        (
            "booked",
            day(entry.booked),
            had(|c| c.booked.get().is_some()),
        ),
    ];
    if entry.sighted {
        fields.push(("sighted_by", Scalar::text(me.as_str()), false));
        fields.push(("sighted_on", Scalar::Text(date_text(today)), false));
    }
    Ok(fields
        .into_iter()
        // What was never there need not be cleared.
        .filter(|(_, value, was_there)| *value != Scalar::Null || *was_there)
        .map(|(field, value, _)| op(doc, "credentials", row, field, value))
        .collect())
}
