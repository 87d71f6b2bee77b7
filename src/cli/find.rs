//! What people type for a person, a subject, a credential or a framework cell. Exact beats beginning; several matches are listed.

use crate::config::Problem;
use crate::domain::framework::Framework;
use crate::domain::person::Credential;
use crate::domain::post::{Post, Skill};
use crate::domain::reading::Reading;
use crate::domain::{ActionId, AreaId, ColumnId, CompetencyId, ObjectiveId, Person, Subject, Team};
use chrono::NaiveDate;
use std::sync::Arc;

/// One thing that may be meant, with every name that it goes by; the first is how it is listed.
struct Candidate<T> {
    item: T,
    names: Vec<String>,
}

/// The one that is meant.
fn choose<T>(typed: &str, kind: &str, candidates: Vec<Candidate<T>>) -> Result<T, Problem> {
    let wanted = typed.trim().to_lowercase();
    let fits = |test: &dyn Fn(&str) -> bool| -> Vec<usize> {
        (0..candidates.len())
            .filter(|&i| candidates[i].names.iter().any(|n| test(&n.to_lowercase())))
            .collect()
    };
    let mut found = fits(&|name| name == wanted);
    if found.is_empty() && !wanted.is_empty() {
        found = fits(&|name| name.starts_with(&wanted));
    }
    if found.is_empty() && !wanted.is_empty() {
        // A surname alone, or any later word of a title.
        found = fits(&|name| name.split([' ', '-']).any(|word| word.starts_with(&wanted)));
    }
    let list = |of: &[usize]| -> String {
        let shown = 12;
        let mut lines: Vec<String> = of
            .iter()
            .take(shown)
            .map(|&i| {
                let names = &candidates[i].names;
                match names.get(1) {
                    Some(second) if second != &names[0] => format!("{}  ({second})", names[0]),
                    _ => names[0].clone(),
                }
            })
            .collect();
        if of.len() > shown {
            lines.push(format!("… and {} more", of.len() - shown));
        }
        lines.join("\n")
    };
    match found.as_slice() {
        &[one] => {
            let mut candidates = candidates;
            Ok(candidates.swap_remove(one).item)
        }
        [] => {
            let all: Vec<usize> = (0..candidates.len()).collect();
            Err(Problem::new(
                format!("{kind} “{typed}”"),
                "nothing goes by that name",
                if all.is_empty() {
                    "there is none yet".to_owned()
                } else {
                    format!("there is:\n{}", list(&all))
                },
            ))
        }
        several => Err(Problem::new(
            format!("{kind} “{typed}”"),
            format!("{} go by that name", several.len()),
            format!("say which:\n{}", list(several)),
        )),
    }
}

/// A person by handle, name, or the beginning of either.
///
/// # Errors
/// Nobody or several; the candidates are listed.
pub fn person<'a>(team: &'a Team, typed: &str) -> Result<&'a Arc<Person>, Problem> {
    let candidates = team
        .people
        .iter()
        .map(|person| Candidate {
            item: person,
            names: vec![person.handle.clone(), person.name.get().clone()],
        })
        .collect();
    choose(typed, "person", candidates)
}

/// Somebody whose plan this machine may read.
///
/// # Errors
/// Nobody or several; or somebody whose plan is not here, of which nothing may be said.
pub fn planner<'a>(
    team: &'a Team,
    reading: &Reading,
    typed: &str,
) -> Result<&'a Arc<Person>, Problem> {
    let person = person(team, typed)?;
    match reading.plan(&person.id) {
        true => Ok(person),
        false => Err(unread(
            team,
            person,
            "plan",
            "the person, their line manager and managers of the team",
        )),
    }
}

/// Somebody whose marks this machine may read.
///
/// # Errors
/// Nobody or several; or somebody whose marks are not here, of which nothing may be said.
pub fn judged<'a>(
    team: &'a Team,
    reading: &Reading,
    typed: &str,
) -> Result<&'a Arc<Person>, Problem> {
    let person = person(team, typed)?;
    match reading.record(&person.id) {
        true => Ok(person),
        false => Err(unread(
            team,
            person,
            "record",
            "the person, their line manager and assessors, and managers of the team",
        )),
    }
}

/// Why nothing is shown of somebody, and who can show it.
fn unread(team: &Team, person: &Person, what: &str, readers: &str) -> Problem {
    let name = person.name.get();
    let show = match what {
        "plan" => "plan",
        _ => "person",
    };
    let own = team.person(&team.me).map_or_else(String::new, |me| {
        format!(
            "; your own is shown by `guildhall show {show} {}`",
            me.handle
        )
    });
    Problem::new(
        format!("the {what} of {name}"),
        format!("this machine holds nothing of it that you may read: it is read by {readers}"),
        format!("ask {name} or a manager of the team to show it to you{own}"),
    )
}

/// A competency or skill by id, code, name, or the beginning of one.
///
/// # Errors
/// None or several; the candidates are listed.
pub fn subject(team: &Team, typed: &str) -> Result<Subject, Problem> {
    let competencies = team.framework.competencies.iter().map(|c| Candidate {
        item: Subject::Competency(c.id.clone()),
        names: vec![
            c.id.to_string(),
            c.name.clone(),
            c.code.clone(),
            c.short.clone(),
        ],
    });
    let skills = team.base.skills.iter().map(|s| Candidate {
        item: Subject::Skill(s.id.clone()),
        names: vec![s.id.to_string(), s.name.get().clone(), s.code.clone()],
    });
    choose(
        typed,
        "competency or skill",
        competencies.chain(skills).collect(),
    )
}

/// A specialist skill by id, code, name, or the beginning of one.
///
/// # Errors
/// None or several; the candidates are listed.
pub fn skill<'a>(team: &'a Team, typed: &str) -> Result<&'a Skill, Problem> {
    let candidates = team
        .base
        .skills
        .iter()
        .map(|s| Candidate {
            item: s,
            names: vec![s.id.to_string(), s.name.get().clone(), s.code.clone()],
        })
        .collect();
    choose(typed, "skill", candidates)
}

/// A post by id, title, or the beginning of either.
///
/// # Errors
/// None or several; the candidates are listed.
pub fn post<'a>(team: &'a Team, typed: &str, today: NaiveDate) -> Result<&'a Post, Problem> {
    let candidates = team
        .base
        .posts
        .iter()
        .map(|p| Candidate {
            item: p,
            names: std::iter::once(p.id.to_string())
                .chain(p.on(today).map(|f| f.title.get().clone()))
                .collect(),
        })
        .collect();
    choose(typed, "post", candidates)
}

/// A functional area by id, name, or the beginning of either.
///
/// # Errors
/// None or several; the candidates are listed.
pub fn area(team: &Team, typed: &str) -> Result<AreaId, Problem> {
    let candidates = team
        .base
        .areas
        .iter()
        .map(|a| Candidate {
            item: a.id.clone(),
            names: vec![a.id.to_string(), a.name.clone()],
        })
        .collect();
    choose(typed, "area", candidates)
}

/// A credential of a person by id, code, name, or the beginning of one.
///
/// # Errors
/// None or several; the candidates are listed.
pub fn credential<'a>(person: &'a Person, typed: &str) -> Result<&'a Credential, Problem> {
    let candidates = person
        .credentials
        .iter()
        .map(|c| Candidate {
            item: c,
            names: [c.id.to_string(), c.name.get().clone(), c.code.clone()]
                .into_iter()
                .filter(|n| !n.is_empty())
                .collect(),
        })
        .collect();
    choose(
        typed,
        &format!("credential of {}", person.name.get()),
        candidates,
    )
}

/// An objective of a person by its number in the plan, counted from 1, its text, or the beginning of it.
///
/// # Errors
/// None or several; the candidates are listed.
pub fn objective(person: &Person, typed: &str) -> Result<ObjectiveId, Problem> {
    let candidates = person
        .objectives
        .iter()
        .zip(1..)
        .map(|(o, n)| Candidate {
            item: o.id.clone(),
            names: vec![n.to_string(), o.title.get().clone()],
        })
        .collect();
    choose(
        typed,
        &format!("objective of {}", person.name.get()),
        candidates,
    )
}

/// An action of a person by the numbers of objective and action, as 2.1, its text, or the beginning of it.
///
/// # Errors
/// None or several; the candidates are listed.
pub fn action(person: &Person, typed: &str) -> Result<ActionId, Problem> {
    let objectives = person.objectives.iter().zip(1..);
    let candidates = objectives
        .flat_map(|(o, n)| {
            o.actions.iter().zip(1..).map(move |(a, m)| Candidate {
                item: a.id.clone(),
                names: vec![format!("{n}.{m}"), a.text.get().clone()],
            })
        })
        .collect();
    choose(
        typed,
        &format!("action of {}", person.name.get()),
        candidates,
    )
}

/// A role column by id or name, or the beginning of either.
///
/// # Errors
/// None or several; the candidates are listed.
pub fn column(framework: &Framework, typed: &str) -> Result<ColumnId, Problem> {
    let columns = framework
        .columns
        .iter()
        .map(|c| Candidate {
            item: c.id.clone(),
            names: vec![c.id.to_string(), c.name.clone()],
        })
        .collect();
    choose(typed, "column", columns)
}

/// A framework cell, typed COLUMN/COMPETENCY.
///
/// # Errors
/// Not of that form, or no such column or competency.
pub fn framework_cell(
    framework: &Framework,
    typed: &str,
) -> Result<(ColumnId, CompetencyId), Problem> {
    let Some((column, competency)) = typed.split_once(['/', '.', ':']) else {
        return Err(Problem::new(
            format!("cell “{typed}”"),
            "a cell is a column and a competency",
            "for instance: guildhall show framework g6/budget",
        ));
    };
    Ok((
        self::column(framework, column)?,
        self::competency(framework, competency)?,
    ))
}

/// A competency by id, name, code, or the beginning of one.
///
/// # Errors
/// None or several; the candidates are listed.
pub fn competency(framework: &Framework, typed: &str) -> Result<CompetencyId, Problem> {
    let competencies = framework
        .competencies
        .iter()
        .map(|c| Candidate {
            item: c.id.clone(),
            names: vec![c.id.to_string(), c.name.clone(), c.code.clone()],
        })
        .collect();
    choose(typed, "competency", competencies)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pick(typed: &str) -> Result<u8, Problem> {
        let names = [("ann", "Ann Ash"), ("anna", "Anna Birch"), ("bo", "Bo Ash")];
        choose(
            typed,
            "person",
            names
                .iter()
                .enumerate()
                .map(|(i, (handle, name))| Candidate {
                    item: u8::try_from(i).unwrap(),
                    names: vec![(*handle).to_owned(), (*name).to_owned()],
                })
                .collect(),
        )
    }

    #[test]
    fn exact_beats_beginning() {
        assert_eq!(pick("ann"), Ok(0));
        assert_eq!(pick("ANNA"), Ok(1));
        assert_eq!(pick("b"), Ok(2));
        assert_eq!(pick("birch"), Ok(1));
    }

    #[test]
    fn several_are_listed_and_none_lists_all() {
        let several = pick("ash").unwrap_err();
        assert!(several.next.contains("ann  (Ann Ash)") && several.next.contains("bo  (Bo Ash)"));
        assert!(!several.next.contains("Birch"));
        assert!(pick("zoe").unwrap_err().next.contains("Anna Birch"));
        assert!(pick("").is_err());
    }
}
