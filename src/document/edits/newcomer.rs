//! Somebody new in the team: a card with a name, and nothing else yet.

use super::{EditError, edit, op, text};
use crate::document::{DocRef, Edit, Kind, Scalar};
use crate::domain::{PersonId, Team};
use chrono::NaiveDate;

/// Enters a person by name under an id that nobody has.
///
/// # Errors
/// [`EditError::NameTaken`] where somebody has the name; capitals and spaces do not tell two apart.
pub fn newcomer(
    team: &Team,
    id: &PersonId,
    name: &str,
    today: NaiveDate,
) -> Result<Edit, EditError> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if !team.rights.is_manager(&team.me, today) {
        return Err(EditError::NotAManager { name });
    }
    let value = text("the name", &name)?;
    if value == Scalar::Null {
        return Err(EditError::NoName);
    }
    let plain = |n: &str| n.split_whitespace().collect::<String>().to_lowercase();
    let same = |n: &str| plain(n) == plain(&name);
    let taken = team.people.iter().find(|p| same(p.name.get()));
    if let Some(person) = taken {
        return Err(EditError::NameTaken {
            name,
            handle: person.handle.clone(),
        });
    }
    let card = DocRef::of(Kind::Card, id);
    Ok(edit(
        format!("{name} is new"),
        vec![op(&card, "card", "card", "name", value)],
    ))
}
