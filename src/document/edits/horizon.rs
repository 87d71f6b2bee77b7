//! What a person told their manager about staying. Everybody is asked the same bands, each with the date on which it was said.

use super::{EditError, edit, op, person};
use crate::document::code::{date_text, row_key};
use crate::document::decode::{HORIZONS, word_for};
use crate::document::{DocRef, Edit, Kind, Scalar};
use crate::domain::person::HorizonBand;
use crate::domain::{PersonId, Team};
use chrono::NaiveDate;

/// Records a band that the person told on a day. What they share themself stands beside it.
pub fn told_horizon(
    team: &Team,
    whose: &PersonId,
    band: HorizonBand,
    said: NaiveDate,
    today: NaiveDate,
) -> Result<Edit, EditError> {
    let name = person(team, whose)?.name.get().clone();
    if whose == &team.me {
        return Err(EditError::ToldByOneself);
    }
    let may =
        team.rights.is_manager(&team.me, today) || team.rights.may_validate(&team.me, whose, today);
    if !may {
        return Err(EditError::NotAManager { name });
    }
    if said > today {
        return Err(EditError::Date(format!(
            "{said} is in the future: a horizon has the day on which it was said"
        )));
    }
    // The list has a word for every band.
    let word = word_for(HORIZONS, &band).unwrap_or("not-said");
    let row = row_key(&[date_text(said).as_str(), "yes"]);
    Ok(edit(
        format!("{name} · horizon: {}", band.label()),
        vec![op(
            &DocRef::of(Kind::Record, whose),
            "horizons",
            &row,
            "band",
            Scalar::text(word),
        )],
    ))
}
