//! `history`: what was written, as sentences, the newest first. It opens the team to read it and writes nothing.

use super::args::History as Ask;
use super::context::Context;
use super::find;
use super::report::history::report;
use crate::config::Problem;
use crate::domain::told::{Newest, Told};
use crate::domain::{Subject, Team};
use chrono::DateTime;
use std::process::ExitCode;

/// Prints it.
pub fn history(context: &Context, ask: &Ask) -> Result<ExitCode, Problem> {
    if let (Some(since), Some(until)) = (ask.since, ask.until)
        && until < since
    {
        return Err(Problem::new(
            "history",
            format!("--until {until} is before --since {since}: there is no day between them"),
            "give the earlier day with --since",
        ));
    }
    let mut store = context.open()?;
    let team = context.readable(&mut store)?;
    let subject = ask.subject.as_deref();
    let about = subject
        .map(|typed| about(context, &team, typed))
        .transpose()?;
    let wanted = |told: &Told| {
        let day = i64::try_from(told.at).ok();
        let day = day.and_then(DateTime::from_timestamp_millis);
        let day = day.map(|t| t.date_naive());
        let within = ask.since.is_none_or(|since| day >= Some(since))
            && ask
                .until
                .is_none_or(|until| day.is_some_and(|d| d <= until));
        within && about.as_deref().is_none_or(|id| told.is_about(id))
    };
    let read = |e| context.store_problem("read the history", e);
    let sources = store.history_sources().map_err(read)?;
    let mut newest = Newest::new(usize::try_from(ask.most).unwrap_or(usize::MAX));
    for doc in &sources.documents {
        let told = store.history_of(&team, doc).map_err(read)?;
        newest.take(told.into_iter().filter(wanted));
    }
    context.print_team(&report(&team, newest, sources.withheld), &team)?;
    Ok(context.status())
}

/// The id of whom or what is meant: of people first, then posts, then competencies and skills.
fn about(context: &Context, team: &Team, typed: &str) -> Result<String, Problem> {
    let today = context.settings.today();
    if let Ok(person) = find::person(team, typed) {
        return Ok(person.id.to_string());
    }
    if let Ok(post) = find::post(team, typed, today) {
        return Ok(post.id.to_string());
    }
    match find::subject(team, typed) {
        Ok(Subject::Competency(id)) => Ok(id.to_string()),
        Ok(Subject::Skill(id)) => Ok(id.to_string()),
        Err(_) => Err(Problem::new(
            format!("“{typed}”"),
            "no person, post, competency or skill, or several, go by that name",
            "write more of the name, or leave it out for everything",
        )),
    }
}
