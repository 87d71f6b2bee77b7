//! The team's own relay. Must not know what a relay does, nor whether one is there.

use super::{EditError, Op, Scalar, line, managers_only};
use crate::document::{DocRef, Edit, Kind};
use crate::domain::Team;
use chrono::NaiveDate;

/// Sets where the team's relay is, or that there is none.
///
/// # Errors
/// Somebody who is no manager, or a text that cannot be shown in one line.
pub fn relay(team: &Team, url: Option<&str>, today: NaiveDate) -> Result<Edit, EditError> {
    managers_only(team, "the team\u{2019}s relay", today)?;
    let value = match url {
        None => Scalar::Null,
        Some(url) => line("the relay", url)?,
    };
    let url = url.map(str::trim).unwrap_or_default();
    let label = match (url, team.base.relay.as_str()) {
        ("", _) => "the team has no relay".to_owned(),
        (url, "") => format!("the team\u{2019}s relay is {url}"),
        (url, _) => format!("the team\u{2019}s relay is {url} now"),
    };
    let op = Op {
        doc: DocRef::team_wide(Kind::Team),
        table: "team".into(),
        row: "team".into(),
        field: "relay".into(),
        value,
    };
    Ok(Edit::new(label, vec![op]))
}
