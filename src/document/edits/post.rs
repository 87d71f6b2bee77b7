//! Posts: what they are, who holds them, and what they ask for. Every fact holds from a day, so that an earlier day can be looked at.

use super::{
    EditError, dated_key, day_scalar, edit, find_post, line, managers_only, new_id, op, person,
    settled,
};
use crate::document::schema::PRESENT;
use crate::document::{DocRef, Edit, Kind, Op, Scalar};
use crate::domain::post::{Fte, Holder, Post, PostFacts};
use crate::domain::{AreaId, ColumnId, CompetencyId, PersonId, PostId, SkillId, Team};
use chrono::NaiveDate;

/// A post as somebody enters it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostEntry {
    /// Which one; `None` is a new one.
    pub id: Option<PostId>,
    /// Job title.
    pub title: String,
    /// Functional area.
    pub area: Option<AreaId>,
    /// Role column.
    pub column: Option<ColumnId>,
    /// Established FTE.
    pub fte: Fte,
    /// The column that its holder can rise to in place.
    pub career_to: Option<ColumnId>,
    /// From which day on.
    pub since: NaiveDate,
}

/// Adds a post, or says what it is from a day on.
pub fn post(
    team: &Team,
    entry: &PostEntry,
    today: NaiveDate,
    now_ms: u64,
) -> Result<Edit, EditError> {
    managers_only(team, "posts", today)?;
    if let Some(id) = &entry.id {
        let (post, title) = find_post(team, id, today)?;
        if let Some(facts) = post.on(entry.since) {
            let fields = [
                ("the title", facts.title.is_conflict()),
                ("the area", facts.area.is_conflict()),
                ("the column", facts.column.is_conflict()),
                ("the FTE", facts.fte.is_conflict()),
            ];
            settled(&fields, &title)?;
        }
    }
    let title = line("the title", &entry.title)?;
    if !(1..=100).contains(&entry.fte.0) {
        return Err(EditError::Text {
            field: "the FTE",
            why: "is 0.01 to 1.00".to_owned(),
        });
    }
    let columns = [&entry.column, &entry.career_to];
    for column in columns.into_iter().flatten() {
        if team.framework.column(column).is_none() {
            return Err(unknown("role column", column.as_str()));
        }
    }
    if let Some(area) = &entry.area
        && team.area(area).is_none()
    {
        return Err(unknown("area", area.as_str()));
    }
    if entry.career_to.is_some() && entry.career_to == entry.column {
        return Err(EditError::Text {
            field: "the career grade",
            why: "is the post's own column: leave it out, or name a higher one".to_owned(),
        });
    }
    title_is_free(team, entry)?;
    let id = match &entry.id {
        Some(id) => id.as_str().to_owned(),
        None => new_id(&entry.title, now_ms),
    };
    let row = dated_key(&[&id], Some(entry.since));
    let text = |id: Option<&str>| id.map_or(Scalar::Null, Scalar::text);
    let put = |field, value| op(&doc(), "posts", &row, field, value);
    let verb = if entry.id.is_some() {
        "changed"
    } else {
        "added"
    };
    Ok(edit(
        format!("post {} {verb}", entry.title.trim()),
        vec![
            put("title", title),
            put("area", text(entry.area.as_ref().map(AreaId::as_str))),
            put("column", text(entry.column.as_ref().map(ColumnId::as_str))),
            put("fte", Scalar::Int(i64::from(entry.fte.0))),
            put(
                "career_to",
                text(entry.career_to.as_ref().map(ColumnId::as_str)),
            ),
        ],
    ))
}

/// Lists tell posts apart by title and area.
fn title_is_free(team: &Team, entry: &PostEntry) -> Result<(), EditError> {
    let same = |facts: &&PostFacts| {
        let title = facts.title.get().trim().to_lowercase();
        title == entry.title.trim().to_lowercase() && *facts.area.get() == entry.area
    };
    let stands = |post: &Post| post.on(entry.since).filter(same).is_some();
    let known = entry.id.as_ref().and_then(|id| team.post(id));
    let mut others = team
        .base
        .posts
        .iter()
        .filter(|p| entry.id.as_ref() != Some(&p.id));
    if known.is_some_and(stands) || !others.any(stands) {
        return Ok(());
    }
    Err(EditError::Text {
        field: "the title",
        why: "is that of a post of the same area already: give one that tells the two apart, such as with a room or a number".to_owned(),
    })
}

fn doc() -> DocRef {
    DocRef::team_wide(Kind::Team)
}

fn unknown(what: &'static str, id: &str) -> EditError {
    EditError::Unknown {
        what,
        id: id.to_owned(),
    }
}

/// Puts people into a post from `day` on (`true`), or out of it: their last day is the one before. One step.
pub fn holders(
    team: &Team,
    id: &PostId,
    people: &[(PersonId, bool)],
    day: NaiveDate,
    today: NaiveDate,
) -> Result<Edit, EditError> {
    managers_only(team, "who holds a post", today)?;
    let (post, title) = find_post(team, id, today)?;
    let mut ops = Vec::new();
    let mut names = Vec::new();
    for (who, holds) in people {
        let name = person(team, who)?.name.get().clone();
        let standing = post.holders.iter().find(|h| &h.person == who && h.on(day));
        let key = |from| dated_key(&[id.as_str(), who.as_str()], from);
        match (standing, holds) {
            (Some(_), true) => {
                return Err(EditError::AsItIs(format!("{name} holds {title} already")));
            }
            (None, false) => {
                return Err(EditError::AsItIs(format!(
                    "{name} does not hold {title} on {day}"
                )));
            }
            (None, true) => {
                let row = key(Some(day));
                ops.push(op(&doc(), "holders", &row, PRESENT, Scalar::Bool(true)));
                if ended(&post.holders, who, day) {
                    ops.push(op(&doc(), "holders", &row, "until", Scalar::Null));
                }
            }
            (Some(Holder { from, .. }), false) => {
                ops.push(end("holders", &doc(), &key(*from), *from, day))
            }
        }
        names.push(format!("{name} {}", if *holds { "in" } else { "out" }));
    }
    if ops.is_empty() {
        return Err(EditError::AsItIs("nobody was chosen".to_owned()));
    }
    Ok(edit(format!("{title} · {}", names.join(", ")), ops))
}

/// Whether a row of that very day is there with an end.
fn ended(holders: &[Holder], who: &PersonId, day: NaiveDate) -> bool {
    let mut rows = holders.iter();
    rows.any(|h| &h.person == who && h.from == Some(day) && h.until.get().is_some())
}

/// Ends something on the day before; what began on that day is taken away instead.
pub(super) fn end(
    table: &str,
    doc: &DocRef,
    row: &str,
    from: Option<NaiveDate>,
    day: NaiveDate,
) -> Op {
    if from.is_some_and(|f| f >= day) {
        op(doc, table, row, PRESENT, Scalar::Bool(false))
    } else {
        op(doc, table, row, "until", day_scalar(day.pred_opt()))
    }
}

/// Something that a post may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asks {
    /// A specialist skill.
    Skill(SkillId),
    /// A must-have: the code that credentials carry, and its name.
    MustHave(String, String),
    /// A competency that the column leaves to the post.
    Depends(CompetencyId),
}

/// Says what a post asks for (`true`) or no longer asks for, from today on. One step.
pub fn asks(
    team: &Team,
    id: &PostId,
    wanted: &[(Asks, bool)],
    today: NaiveDate,
) -> Result<Edit, EditError> {
    managers_only(team, "what a post asks for", today)?;
    let (post, title) = find_post(team, id, today)?;
    let mut ops = Vec::new();
    let mut names = Vec::new();
    for (what, yes) in wanted {
        let (table, part, field, name) = match what {
            Asks::Skill(skill) => {
                let known = team.skill(skill);
                let known = known.ok_or_else(|| unknown("skill", skill.as_str()))?;
                (
                    "post_skills",
                    skill.as_str(),
                    "listed",
                    known.name.get().clone(),
                )
            }
            Asks::MustHave(code, name) => {
                if !is_code(code) {
                    return Err(EditError::Text {
                        field: "the code",
                        why: "is one word of at most 40 lower case letters, digits and “-”"
                            .to_owned(),
                    });
                }
                (
                    "must_haves",
                    code.as_str(),
                    "listed",
                    name.trim().to_owned(),
                )
            }
            Asks::Depends(competency) => {
                let known = team.framework.competency(competency);
                let known = known.ok_or_else(|| unknown("competency", competency.as_str()))?;
                (
                    "depends",
                    competency.as_str(),
                    "expected",
                    known.name.clone(),
                )
            }
        };
        let row = dated_key(&[id.as_str(), part], Some(today));
        if let Asks::MustHave(..) = what {
            let name = line("the name", &name)?;
            ops.push(op(&doc(), table, &row, "name", name));
        }
        ops.push(op(&doc(), table, &row, field, Scalar::Bool(*yes)));
        names.push(format!(
            "{name} {}",
            if *yes { "asked for" } else { "not asked for" }
        ));
    }
    if ops.is_empty() {
        return Err(EditError::AsItIs(format!(
            "{} asks for what it asked for",
            post.on(today).map_or(title.as_str(), |f| f.title.get())
        )));
    }
    Ok(edit(format!("{title} · {}", names.join(", ")), ops))
}

/// FTE as it is typed: 0.01 to 1.00, kept in hundredths.
pub fn parse_fte(typed: &str) -> Result<Fte, String> {
    let why = || format!("“{typed}” is no FTE: write 0.01 to 1.00, for instance 0.6");
    let typed = typed.trim();
    let (whole, rest) = typed.split_once('.').unwrap_or((typed, ""));
    if rest.len() > 2 || !typed.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return Err(why());
    }
    let hundredths: u16 = format!("{whole}{rest:0<2}").parse().map_err(|_| why())?;
    if (1..=100).contains(&hundredths) {
        Ok(Fte(hundredths))
    } else {
        Err(why())
    }
}

/// A code as credentials and must-haves write it.
fn is_code(code: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !code.is_empty() && code.len() <= 40 && code.bytes().all(plain)
}
