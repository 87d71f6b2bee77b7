//! `post` and `skill`: posts, who holds them and what they ask for; specialist skills.

use super::args::{AskFor, Factors, Post, PostFacts, Skill, SkillFacts};
use super::context::{Context, text_from};
use super::edit::{refused, save};
use super::find;
use crate::config::Problem;
use crate::document::Edit;
use crate::document::edits::{self, Asks, EditError, PostEntry, SkillEntry};
use crate::domain::framework::Target;
use crate::domain::post::Fte;
use crate::domain::{AreaId, ColumnId, Team};
use crate::runtime::dashboard::now_ms;
use chrono::NaiveDate;
use std::process::ExitCode;

/// Changes a post.
pub fn post(context: &Context, what: &Post) -> Result<ExitCode, Problem> {
    let words = match what {
        Post::Factors(factors) => text_from("--reason", factors.reason.as_deref())?,
        _ => None,
    };
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let today = context.settings.today();
    let made = match what {
        Post::Add { title, facts } => {
            let entry = PostEntry {
                id: None,
                title: title.clone(),
                area: None,
                column: None,
                fte: Fte(100),
                career_to: None,
                since: today,
            };
            edits::post(&team, &with(&team, entry, facts)?, today, now_ms())
        }
        Post::Set { post, title, facts } => {
            let entry = standing(&team, post, title.as_deref(), today)?;
            edits::post(&team, &with(&team, entry, facts)?, today, now_ms())
        }
        Post::Hold { post, person, from } => {
            hold(&team, post, person, true, from.unwrap_or(today), today)?
        }
        Post::Release { post, person, from } => {
            hold(&team, post, person, false, from.unwrap_or(today), today)?
        }
        Post::Ask(ask) => ask_for(&team, ask, today)?,
        Post::Factors(args) => factors(&team, args, words.as_deref(), today)?,
    };
    let edit = made.map_err(|e| refused("the post", &e))?;
    save(context, &mut store, &edit)
}

/// What a post is today, with the title that was given.
fn standing(
    team: &Team,
    typed: &str,
    title: Option<&str>,
    today: NaiveDate,
) -> Result<PostEntry, Problem> {
    let known = find::post(team, typed, today)?;
    let facts = known.on(today);
    Ok(PostEntry {
        id: Some(known.id.clone()),
        title: match title {
            Some(title) => title.to_owned(),
            None => facts.map_or_else(String::new, |f| f.title.get().clone()),
        },
        area: facts.and_then(|f| f.area.get().clone()),
        column: facts.and_then(|f| f.column.get().clone()),
        fte: facts.map_or(Fte(100), |f| *f.fte.get()),
        career_to: facts.and_then(|f| f.career_to.clone()),
        since: today,
    })
}

/// The entry with what was given put in.
fn with(team: &Team, entry: PostEntry, facts: &PostFacts) -> Result<PostEntry, Problem> {
    let column = |typed: &Option<String>, now: Option<ColumnId>| match typed.as_deref() {
        None => Ok(now),
        Some("none") => Ok(None),
        Some(typed) => find::column(&team.framework, typed).map(Some),
    };
    let area = |now: Option<AreaId>| match facts.area.as_deref() {
        None => Ok(now),
        Some("none") => Ok(None),
        Some(typed) => find::area(team, typed).map(Some),
    };
    Ok(PostEntry {
        area: area(entry.area)?,
        column: column(&facts.column, entry.column)?,
        career_to: column(&facts.career_to, entry.career_to)?,
        fte: match &facts.fte {
            Some(typed) => fte(typed)?,
            None => entry.fte,
        },
        since: facts.since.unwrap_or(entry.since),
        ..entry
    })
}

/// FTE as typed: 0.01 to 1.00.
fn fte(typed: &str) -> Result<Fte, Problem> {
    edits::parse_fte(typed).map_err(|why| Problem::new("the FTE", why, ""))
}

type Made = Result<Edit, EditError>;

fn hold(
    team: &Team,
    post: &str,
    person: &str,
    holds: bool,
    day: NaiveDate,
    today: NaiveDate,
) -> Result<Made, Problem> {
    let post = find::post(team, post, today)?;
    let who = find::person(team, person)?;
    let people = [(who.id.clone(), holds)];
    Ok(edits::holders(team, &post.id, &people, day, today))
}

fn ask_for(team: &Team, ask: &AskFor, today: NaiveDate) -> Result<Made, Problem> {
    let post = find::post(team, &ask.post, today)?;
    let what = match (&ask.skill, &ask.must_have, &ask.competency) {
        (Some(typed), _, _) => Asks::Skill(find::skill(team, typed)?.id.clone()),
        (_, Some(code), _) => {
            // A name that is known already need not be typed again.
            let all = || team.base.posts.iter().flat_map(|p| &p.must_haves);
            let known = post
                .must_haves
                .iter()
                .chain(all())
                .find(|m| m.code == *code);
            let name = match (&ask.name, known) {
                (Some(name), _) => name.clone(),
                (None, Some(known)) => known.name.clone(),
                (None, None) => {
                    return Err(Problem::new(
                        format!("must-have “{code}”"),
                        "no post asks for it yet, so it has no name",
                        "say it with --name",
                    ));
                }
            };
            Asks::MustHave(code.clone(), name)
        }
        (_, _, Some(typed)) => Asks::Depends(find::competency(&team.framework, typed)?),
        // The command line asks for one of them.
        (None, None, None) => return Ok(Err(EditError::AsItIs("nothing was named".to_owned()))),
    };
    Ok(edits::asks(team, &post.id, &[(what, !ask.no)], today))
}

fn factors(
    team: &Team,
    args: &Factors,
    reason: Option<&str>,
    today: NaiveDate,
) -> Result<Made, Problem> {
    let post = find::post(team, &args.post, today)?;
    let four = [args.impact, args.statutory, args.replace, args.scarcity];
    let records = team.succession.as_deref();
    let standing = records
        .and_then(|all| all.iter().find(|r| r.post == post.id))
        .and_then(|r| r.on(today));
    // Where no reason is given, the one that stands goes on.
    let reason = reason.or(standing.map(|f| f.reason.as_str()));
    let since = args.since.unwrap_or(today);
    Ok(edits::factors(
        team,
        &post.id,
        four,
        reason.unwrap_or(""),
        since,
        today,
    ))
}

/// Changes a skill.
pub fn skill(context: &Context, what: &Skill) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let today = context.settings.today();
    let (entry, facts) = match what {
        Skill::Add { name, code, facts } => {
            let entry = SkillEntry {
                id: None,
                name: name.clone(),
                code: code.clone(),
                target: Target::Points(team.base.policy.target),
                n_min: 2,
                critical: true,
                since: today,
            };
            (entry, facts)
        }
        Skill::Set {
            skill,
            name,
            code,
            facts,
        } => {
            let known = find::skill(&team, skill)?;
            let given =
                |typed: &Option<String>, now: &str| typed.clone().unwrap_or_else(|| now.to_owned());
            let entry = SkillEntry {
                id: Some(known.id.clone()),
                name: given(name, known.name.get()),
                code: given(code, &known.code),
                target: known.target.on(today).map_or(Target::None, |t| *t.get()),
                n_min: known.n_min,
                critical: known.critical.on(today).is_some_and(|l| l.get().0),
                since: today,
            };
            (entry, facts)
        }
    };
    let entry = with_facts(entry, facts)?;
    let edit =
        edits::skill(&team, &entry, today, now_ms()).map_err(|e| refused("the skill", &e))?;
    save(context, &mut store, &edit)
}

fn with_facts(entry: SkillEntry, facts: &SkillFacts) -> Result<SkillEntry, Problem> {
    Ok(SkillEntry {
        target: match facts.target.as_deref() {
            None => entry.target,
            Some("none") => Target::None,
            Some(typed) => typed
                .parse()
                .map(Target::Points)
                .map_err(|e| Problem::of("the target", e))?,
        },
        n_min: facts.at_least.unwrap_or(entry.n_min),
        critical: facts
            .critical
            .map_or(entry.critical, |c| c == super::args::YesNo::Yes),
        since: facts.since.unwrap_or(entry.since),
        ..entry
    })
}
