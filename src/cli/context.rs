//! What every command needs: settings, the open store, the team and its figures, printing.

use super::args::Global;
use super::report::{self, Report};
use super::unlock;
use crate::config::{self, Problem, Settings};
use crate::domain::Team;
use crate::domain::board::Board;
use crate::runtime::backing;
use crate::store::{Passphrase, Store, StoreError};
use std::io::{self, Read, Write};
use std::path::PathBuf;

/// Settings of this run.
pub struct Context {
    /// What the command line and the environment say.
    pub settings: Settings,
    /// Palette and ground as asked for.
    pub wishes: crate::runtime::look::Wishes,
    /// Where the passphrase stands, if it is not to be asked for.
    pub passphrase_file: Option<PathBuf>,
    /// The passphrase, where standard input has it: its first line is read before any text that an option takes from there.
    pub passphrase_line: Option<Passphrase>,
}

impl Context {
    /// From the global options.
    pub fn new(global: &Global) -> Result<Self, Problem> {
        let no_color = global.no_color || config::no_color();
        Ok(Self {
            settings: Settings {
                data_dir: config::data_dir(global.data_dir.as_deref())
                    .map_err(|e| Problem::of("the data folder", e))?,
                today: global.today,
                json: global.json,
                no_color,
                ascii: global.ascii,
                keymap: config::keymap(global.keymap.as_deref()),
            },
            wishes: crate::runtime::look::Wishes {
                no_color,
                ascii: global.ascii,
                palette: global.palette.map(Into::into).unwrap_or_default(),
                background: global.background.map(Into::into),
            },
            passphrase_line: match &global.passphrase_file {
                Some(file) if unlock::is_stdin(file) => Some(unlock::from_file(file)?),
                _ => None,
            },
            passphrase_file: global.passphrase_file.clone(),
        })
    }

    /// Opens the data folder, with its passphrase where there is one.
    pub fn open(&self) -> Result<Store, Problem> {
        let dir = &self.settings.data_dir;
        self.attempt()?
            .map_err(|error| backing::trouble(dir, error).problem)
    }

    /// Opens the data folder if there is a team in it.
    pub fn existing(&self) -> Result<Option<Store>, Problem> {
        let dir = &self.settings.data_dir;
        match self.attempt()? {
            Ok(store) => Ok(Some(store)),
            Err(StoreError::NoTeam(_)) => Ok(None),
            Err(error) => Err(backing::trouble(dir, error).problem),
        }
    }

    fn attempt(&self) -> Result<Result<Store, StoreError>, Problem> {
        let dir = &self.settings.data_dir;
        Ok(match unlock::unlock(self)? {
            Some(key) => Store::open_unlocked(dir, key.secrets),
            None => Store::open(dir),
        })
    }

    /// The team and its figures for today.
    pub fn board(&self, store: &mut Store) -> Result<(Team, Board), Problem> {
        let team = self.team(store)?;
        let board = Board::compute(&team, self.settings.today(), None);
        Ok((team, board))
    }

    /// The team.
    pub fn team(&self, store: &mut Store) -> Result<Team, Problem> {
        store
            .team()
            .map_err(|e| self.store_problem("read the team", e))
    }

    /// An error of the store in words.
    pub fn store_problem(&self, what: &str, error: StoreError) -> Problem {
        Problem::new(
            format!("{what} ({})", self.settings.data_dir.display()),
            error.to_string(),
            "",
        )
    }

    /// Prints a report about a team.
    pub fn print_team<R: Report>(&self, report: &R, team: &Team) -> Result<(), Problem> {
        let today = self.settings.today();
        write_out(&report::print(
            report,
            Some((team, today)),
            self.settings.json,
        ))
    }

    /// Prints a report that is about no team's figures.
    pub fn print<R: Report>(&self, report: &R) -> Result<(), Problem> {
        write_out(&report::print(report, None, self.settings.json))
    }
}

/// Writes to standard output. A reader that has gone away, as `head` does, is no failure.
pub fn write_out(text: &str) -> Result<(), Problem> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Problem::of("standard output", error))
        }
        _ => Ok(()),
    }
}

/// A text that an option says comes on standard input: the option's value must be "-".
pub fn text_from(option: &str, value: Option<&str>) -> Result<Option<String>, Problem> {
    match value {
        None => Ok(None),
        Some("-") => {
            let mut text = String::new();
            io::stdin()
                .read_to_string(&mut text)
                .map_err(|e| Problem::of("standard input", e))?;
            Ok(Some(text.trim().to_owned()).filter(|t| !t.is_empty()))
        }
        Some(_) => Err(Problem::new(
            option,
            "texts are read from standard input, since arguments can be seen by every program on this machine",
            format!("for instance: echo 'well done' | guildhall … {option} -"),
        )),
    }
}
