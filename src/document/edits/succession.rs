//! Critical posts: the four factors, nominations, and the manager's decision beside the computed band. A nomination appoints nobody.

use super::post::end;
use super::{EditError, dated_key, edit, find_post, managers_only, op, person, settled, text};
use crate::document::decode::{BANDS, word_for};
use crate::document::schema::PRESENT;
use crate::document::{DocRef, Edit, Kind, Scalar};
use crate::domain::post::Nomination;
use crate::domain::readiness::Band;
use crate::domain::{PersonId, PostId, Team};
use chrono::NaiveDate;

fn doc() -> DocRef {
    DocRef::team_wide(Kind::Succession)
}

/// Scores a post by the four factors, 1 to 5 each: impact within a month, statutory or safety duty, time to replace, scarcity.
pub fn factors(
    team: &Team,
    id: &PostId,
    factors: [u8; 4],
    reason: &str,
    since: NaiveDate,
    today: NaiveDate,
) -> Result<Edit, EditError> {
    managers_only(team, "critical posts", today)?;
    let (_, title) = find_post(team, id, today)?;
    if factors.iter().any(|f| !(1..=5).contains(f)) {
        return Err(EditError::Text {
            field: "a factor",
            why: "is a whole number from 1 to 5".to_owned(),
        });
    }
    let records = team.succession.as_deref();
    let record = records.and_then(|all| all.iter().find(|r| &r.post == id));
    if let Some(known) = record.and_then(|r| r.on(since)) {
        let fields = [
            ("the impact", known.impact.is_conflict()),
            ("the statutory duty", known.statutory.is_conflict()),
            ("the time to replace", known.replace.is_conflict()),
            ("the scarcity", known.scarcity.is_conflict()),
        ];
        settled(&fields, &title)?;
    }
    let row = dated_key(&[id.as_str()], Some(since));
    let reason = text("the reason", reason)?;
    let names = ["impact", "statutory", "replace", "scarcity"];
    let mut ops: Vec<_> = names
        .iter()
        .zip(factors)
        .map(|(name, value)| {
            op(
                &doc(),
                "critical",
                &row,
                name,
                Scalar::Int(i64::from(value)),
            )
        })
        .collect();
    ops.push(op(&doc(), "critical", &row, "reason", reason));
    let [a, b, c, d] = factors;
    Ok(edit(format!("{title} · factors {a}, {b}, {c}, {d}"), ops))
}

/// The nominations of a post.
fn nominations_of<'a>(team: &'a Team, id: &PostId) -> &'a [Nomination] {
    let records = team.succession.as_deref();
    let record = records.and_then(|all| all.iter().find(|r| &r.post == id));
    record.map_or(&[], |r| &r.nominations)
}

/// Nominates people for a post from `day` on (`true`), or takes them off the list. One step.
pub fn nominations(
    team: &Team,
    id: &PostId,
    people: &[(PersonId, bool)],
    day: NaiveDate,
    today: NaiveDate,
) -> Result<Edit, EditError> {
    managers_only(team, "nominations", today)?;
    let (post, title) = find_post(team, id, today)?;
    let known = nominations_of(team, id);
    let mut ops = Vec::new();
    let mut names = Vec::new();
    for (who, wanted) in people {
        let name = person(team, who)?.name.get().clone();
        let standing = known.iter().find(|n| &n.person == who && n.on(day));
        let key = |from| dated_key(&[id.as_str(), who.as_str()], from);
        match (standing, wanted) {
            (Some(_), true) => {
                return Err(EditError::AsItIs(format!(
                    "{name} is nominated for {title} already"
                )));
            }
            (None, false) => {
                return Err(EditError::NotNominated {
                    name,
                    post: title,
                    day,
                });
            }
            (None, true) if post.holders.iter().any(|h| &h.person == who && h.on(day)) => {
                return Err(EditError::AsItIs(format!(
                    "{name} holds {title}, and nobody follows themself"
                )));
            }
            (None, true) => {
                let row = key(Some(day));
                ops.push(op(&doc(), "nominations", &row, PRESENT, Scalar::Bool(true)));
                let again = |n: &&Nomination| &n.person == who && n.from == Some(day);
                if known
                    .iter()
                    .find(again)
                    .is_some_and(|n| n.until.get().is_some())
                {
                    ops.push(op(&doc(), "nominations", &row, "until", Scalar::Null));
                }
            }
            (Some(nomination), false) => ops.push(end(
                "nominations",
                &doc(),
                &key(nomination.from),
                nomination.from,
                day,
            )),
        }
        let what = if *wanted {
            "nominated"
        } else {
            "no longer nominated"
        };
        names.push(format!("{name} {what}"));
    }
    if ops.is_empty() {
        return Err(EditError::AsItIs("nobody was chosen".to_owned()));
    }
    Ok(edit(format!("{title} · {}", names.join(", ")), ops))
}

/// Records the manager's decision about a nominee, with its reason, beside the computed band; `None` takes it back.
pub fn decide(
    team: &Team,
    id: &PostId,
    who: &PersonId,
    band: Option<Band>,
    reason: &str,
    today: NaiveDate,
) -> Result<Edit, EditError> {
    managers_only(team, "decisions about nominees", today)?;
    let (_, title) = find_post(team, id, today)?;
    let name = person(team, who)?.name.get().clone();
    let standing = nominations_of(team, id)
        .iter()
        .find(|n| &n.person == who && n.on(today));
    let Some(nomination) = standing else {
        return Err(EditError::NotNominated {
            name,
            post: title,
            day: today,
        });
    };
    let decided = nomination.decision.as_ref();
    let torn = decided.is_some_and(|(band, _)| band.is_conflict());
    settled(&[("the decision about a nominee", torn)], &title)?;
    let bad = |field, why: &str| EditError::Text {
        field,
        why: why.to_owned(),
    };
    let word = match band {
        None => Scalar::Null,
        Some(band) => Scalar::text(word_for(BANDS, &band).ok_or_else(|| {
            bad(
                "the decision",
                "is ready now, 1–2 years, 3–5 years or not yet",
            )
        })?),
    };
    let reason = if band.is_some() {
        if reason.trim().is_empty() {
            return Err(bad("the reason", "is needed: the person may ask for it"));
        }
        text("the reason", reason)?
    } else {
        Scalar::Null
    };
    let row = dated_key(&[id.as_str(), who.as_str()], nomination.from);
    let said = band.map_or_else(
        || "decision taken back".to_owned(),
        |b| format!("decided: {}", b.label()),
    );
    Ok(edit(
        format!("{title} · {name} {said}"),
        vec![
            op(&doc(), "nominations", &row, PRESENT, Scalar::Bool(true)),
            op(&doc(), "nominations", &row, "decision", word),
            op(&doc(), "nominations", &row, "reason", reason),
        ],
    ))
}
