//! `init`: a team of one, with the framework that the program carries.

use super::args::Init;
use super::context::{Context, write_out};
use super::import::{self, Found};
use super::{owner, passphrase, unlock};
use crate::config::Problem;
use crate::exchange;
use crate::runtime::backing;
use crate::store::{Passphrase, Store, StoreError};
use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

/// What is being done, for messages.
const START: &str = "start a team";
/// Longest handle that a folder allows.
const HANDLE: usize = 40;

/// Starts a team from options and, on a terminal, from answers.
pub fn init(context: &Context, init: &Init) -> Result<ExitCode, Problem> {
    refuse_if_there(context)?;
    let may_ask = !init.yes && io::stdin().is_terminal();
    let team = answer(
        init.team.as_deref(),
        "Name of the team",
        "--team NAME",
        may_ask,
    )?;
    let name = answer(init.name.as_deref(), "Your name", "--name NAME", may_ask)?;
    let passphrase = match (init.no_passphrase, unlock::given(context)?) {
        (true, _) => None,
        (false, None) if !may_ask => None,
        (false, given) => unlock::new_passphrase(given, START, true)?,
    };
    start(context, &team, &name, passphrase.as_ref())
}

/// Starts a team from answers alone, for whoever chose it on the first screen.
pub fn ask(context: &Context) -> Result<(), Problem> {
    refuse_if_there(context)?;
    let team = answer(None, "Name of the team", "--team NAME", true)?;
    let name = answer(None, "Your name", "--name NAME", true)?;
    let passphrase = unlock::new_passphrase(unlock::given(context)?, START, true)?;
    start(context, &team, &name, passphrase.as_ref())?;
    // The dashboard covers what was said; the recovery key is not said again.
    write_out("When you have written the recovery key down, press Return.\n")?;
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .map(|_| ())
        .map_err(|e| Problem::of("the terminal", e))
}

fn refuse_if_there(context: &Context) -> Result<(), Problem> {
    let dir = &context.settings.data_dir;
    match Store::open(dir) {
        Err(StoreError::NoTeam(_)) => Ok(()),
        // One under a passphrase is one, and nobody has to type it to hear that.
        Ok(_) | Err(StoreError::PassphraseNeeded(_)) => Err(Problem::new(
            format!("start a team in {}", dir.display()),
            "there is one already",
            "open it with: guildhall\nstart another one elsewhere with --data-dir DIR",
        )),
        Err(error) => Err(backing::trouble(dir, error).problem),
    }
}

fn answer(
    given: Option<&str>,
    question: &str,
    option: &str,
    may_ask: bool,
) -> Result<String, Problem> {
    if let Some(text) = given.map(str::trim).filter(|t| !t.is_empty()) {
        return Ok(text.to_owned());
    }
    if !may_ask {
        return Err(Problem::new(
            START,
            format!("{} is not given", question.to_lowercase()),
            format!("say it with {option}"),
        ));
    }
    let failed = |e| Problem::of("the terminal", e);
    loop {
        let mut out = io::stdout().lock();
        write!(out, "{question}: ")
            .and_then(|()| out.flush())
            .map_err(failed)?;
        let mut line = String::new();
        if io::stdin().lock().read_line(&mut line).map_err(failed)? == 0 {
            return Err(Problem::new(START, "no answer came", ""));
        }
        if !line.trim().is_empty() {
            return Ok(line.trim().to_owned());
        }
    }
}

/// A handle out of a name: its first word in plain letters, "me" where it has none.
fn handle(name: &str) -> String {
    let first: String = name
        .to_lowercase()
        .chars()
        .skip_while(|c| !c.is_ascii_alphanumeric())
        .take_while(|c| !c.is_whitespace())
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(HANDLE)
        .collect();
    if first.is_empty() {
        "me".to_owned()
    } else {
        first
    }
}

fn start(
    context: &Context,
    team: &str,
    name: &str,
    passphrase: Option<&Passphrase>,
) -> Result<ExitCode, Problem> {
    let handle = handle(name);
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let folder = vec![
        (
            "team.toml".to_owned(),
            format!("name = {}\nowner = {}\n", quoted(team), quoted(&handle)),
        ),
        (
            "people.toml".to_owned(),
            format!(
                "[[people]]\nid = {}\nname = {}\n",
                quoted(&handle),
                quoted(name)
            ),
        ),
    ];
    let parsed = exchange::parse(&folder).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Problem::new(START, lines.join("\n"), "use plainer names")
    })?;
    let found = Found::new(&parsed, &handle, context.settings.today())?;
    let recovery = import::found(&context.settings.data_dir, &found, passphrase)?;
    let recovery = recovery.as_ref().map(owner::recovery_words);
    write_out(&format!(
        "{team} is started in {}, with {name} as its owner.\n\
         The key to it is the file {} there: keep a copy.\n\
         {}\n\
         {}\
         Next: guildhall import PATH reads people, posts and marks from a folder; guildhall opens the dashboard.\n",
        context.settings.data_dir.display(),
        crate::store::key_file(&context.settings.data_dir).display(),
        match passphrase {
            Some(_) => passphrase::SET,
            None => passphrase::NONE,
        },
        recovery.unwrap_or_default(),
    ))?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::handle;

    #[test]
    fn handles_are_plain() {
        assert_eq!(handle("Ann Ash"), "ann");
        assert_eq!(handle("  O'Neil"), "oneil");
        assert_eq!(handle("Жанна"), "me");
        assert_eq!(handle("Zoë-May X"), "zo-may");
    }
}
