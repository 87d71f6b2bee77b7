//! `generate`: a made-up team of any size as a data folder, for trying out and measuring. It goes the way of every import: written as a
//! folder of tables in memory, and read by the importer.

use super::args::Generate;
use super::context::{Context, write_out};
use super::import::{self, Found};
use crate::config::Problem;
use crate::document::encode;
use crate::domain::framework::Framework;
use crate::domain::generate::generate as made_up;
use crate::exchange::{self, Ids, Mode, Parsed};
use chrono::NaiveDate;
use std::process::ExitCode;
use std::sync::Arc;

/// Makes the team.
pub fn generate(context: &Context, args: &Generate) -> Result<ExitCode, Problem> {
    let today = context.settings.today();
    let people = usize::try_from(args.people).unwrap_or(usize::MAX);
    let team = made_up(carried_framework(today)?, people, args.seed, today);
    let docs = encode::team(&team).into_iter().collect();
    let parsed = read(&exchange::export(&docs, &team.rights).files)?;
    let me = team
        .person(&team.me)
        .map_or_else(String::new, |p| p.handle.clone());
    import::found(&args.dir, &Found::new(&parsed, &me, today)?, None)?;
    write_out(&format!(
        "A made-up team of {people} (seed {}) is in {}\n",
        args.seed,
        args.dir.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn read(files: &Vec<(String, String)>) -> Result<Parsed, Problem> {
    exchange::parse(files).map_err(|problems| {
        let lines: Vec<String> = problems.iter().take(20).map(ToString::to_string).collect();
        Problem::new("make up a team", lines.join("\n"), "")
    })
}

/// The framework that the program carries: that of a team which brings none of its own.
fn carried_framework(today: NaiveDate) -> Result<Arc<Framework>, Problem> {
    let bare = vec![
        (
            "team.toml".to_owned(),
            "name = \"x\"\nowner = \"x\"\n".to_owned(),
        ),
        ("people.csv".to_owned(), "id,name\nx,x\n".to_owned()),
    ];
    let parsed = read(&bare)?;
    let mut ids = Ids::readable();
    let written = exchange::writings(&parsed, &Mode::Rightful, &mut ids, today)
        .map_err(|e| Problem::of("make up a team", e))?;
    let rights = Arc::new(exchange::rights(&parsed, &ids));
    let me = crate::domain::PersonId::new("x");
    let team = exchange::paint(&written.writings, &rights, &me, &Mode::Rightful, &|_| true);
    Ok(team.framework)
}
