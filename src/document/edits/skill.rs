//! Specialist skills: name, code, target, how many holders are enough, and whether the skill is on the team's critical list.

use super::{EditError, dated_key, edit, line, managers_only, new_id, op, settled};
use crate::document::code::target_code;
use crate::document::{DocRef, Edit, Kind, Scalar};
use crate::domain::framework::Target;
use crate::domain::{SkillId, Team, Value};
use chrono::NaiveDate;

/// A skill as somebody enters it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkillEntry {
    /// Which one; `None` is a new one.
    pub id: Option<SkillId>,
    /// Full name.
    pub name: String,
    /// Three letters or so for the heatmap's head.
    pub code: String,
    /// τ of its own, or none.
    pub target: Target,
    /// Fewer validated holders than this is thin.
    pub n_min: u32,
    /// On the team's critical-skill list.
    pub critical: bool,
    /// From which day on.
    pub since: NaiveDate,
}

/// The longest code: a column of the heatmap has room for three letters and a sign.
const LONGEST_CODE: usize = 5;

/// Adds a skill, or says what it is from a day on.
pub fn skill(
    team: &Team,
    entry: &SkillEntry,
    today: NaiveDate,
    now_ms: u64,
) -> Result<Edit, EditError> {
    managers_only(team, "skills", today)?;
    if let Some(id) = &entry.id {
        let known = team.skill(id).ok_or_else(|| EditError::Unknown {
            what: "skill",
            id: id.as_str().to_owned(),
        })?;
        let (target, critical) = (known.target.on(entry.since), known.critical.on(entry.since));
        let fields = [
            ("the name", known.name.is_conflict()),
            ("the target", target.is_some_and(Value::is_conflict)),
            (
                "the place on the critical list",
                critical.is_some_and(Value::is_conflict),
            ),
        ];
        settled(&fields, known.name.get())?;
    }
    let name = line("the name", &entry.name)?;
    let code = line("the code", &entry.code)?;
    if entry.code.trim().chars().count() > LONGEST_CODE || entry.code.trim().contains(' ') {
        return Err(EditError::Text {
            field: "the code",
            why: "is one word of at most five letters: it heads a column of the heatmap".to_owned(),
        });
    }
    taken(team, entry)?;
    if !(1..=1000).contains(&entry.n_min) {
        return Err(EditError::Text {
            field: "the number of holders",
            why: "is 1 to 1000".to_owned(),
        });
    }
    let id = match &entry.id {
        Some(id) => id.as_str().to_owned(),
        None => new_id(&entry.name, now_ms),
    };
    let doc = DocRef::team_wide(Kind::Team);
    let row = dated_key(&[&id], Some(entry.since));
    let put = |field, value| op(&doc, "skills", &row, field, value);
    let verb = if entry.id.is_some() {
        "changed"
    } else {
        "added"
    };
    Ok(edit(
        format!("skill {} {verb}", entry.name.trim()),
        vec![
            put("name", name),
            put("code", code),
            put("target", target_code(entry.target)),
            put("n_min", Scalar::Int(i64::from(entry.n_min))),
            put("critical", Scalar::Bool(entry.critical)),
        ],
    ))
}

/// Lists tell skills apart by their names, and the heatmap by its heads.
fn taken(team: &Team, entry: &SkillEntry) -> Result<(), EditError> {
    let same = |a: &str, b: &str| a.trim().to_lowercase() == b.trim().to_lowercase();
    let others = || {
        let others = team.base.skills.iter();
        others.filter(|s| entry.id.as_ref() != Some(&s.id))
    };
    let known = entry.id.as_ref().and_then(|id| team.skill(id));
    let is_new = |field: &str, stands: Option<&String>| !stands.is_some_and(|s| same(s, field));
    if is_new(&entry.name, known.map(|k| k.name.get()))
        && let Some(other) = others().find(|s| same(s.name.get(), &entry.name))
    {
        return Err(EditError::Text {
            field: "the name",
            why: format!(
                "is that of the skill {} already: give one that tells the two apart",
                other.code
            ),
        });
    }
    if is_new(&entry.code, known.map(|k| &k.code)) {
        let skills = others().filter(|s| same(&s.code, &entry.code));
        let competencies = team.framework.competencies.iter();
        let competencies = competencies.filter(|c| same(&c.code, &entry.code));
        let mut heads = skills
            .map(|s| s.name.get())
            .chain(competencies.map(|c| &c.name));
        if let Some(name) = heads.next() {
            return Err(EditError::Text {
                field: "the code",
                why: format!(
                    "is that of {name} already: the heatmap would have two columns of one head"
                ),
            });
        }
    }
    Ok(())
}
