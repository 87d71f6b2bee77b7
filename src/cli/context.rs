//! What every command needs: settings, the open store, the team and its figures, printing.

use super::args::Global;
use super::report::{self, Report};
use super::unlock;
use crate::config::{self, Problem, Settings};
use crate::domain::Team;
use crate::domain::board::Board;
use crate::domain::reading::Reading;
use crate::runtime::backing;
use crate::store::{KeyFile, Passphrase, Store, StoreError};
use crate::ui::ascii;
use chrono::NaiveDate;
use std::cell::Cell;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

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
    /// Something was left out that cannot be read.
    in_part: Cell<bool>,
    /// A notice was given.
    noticed: Cell<bool>,
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
                ascii: config::ascii(global.ascii),
                keymap: config::keymap(global.keymap.as_deref()),
            },
            wishes: crate::runtime::look::Wishes {
                no_color,
                ascii: config::ascii(global.ascii),
                palette: global.palette.map(Into::into).unwrap_or_default(),
                background: global.background.map(Into::into),
            },
            passphrase_line: match &global.passphrase_file {
                Some(file) if unlock::is_stdin(file) => Some(unlock::from_file(file)?),
                _ => None,
            },
            passphrase_file: global.passphrase_file.clone(),
            in_part: Cell::new(false),
            noticed: Cell::new(false),
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

    /// Opens the folder of a carrier.
    pub fn open_carrier(&self) -> Result<Store, Problem> {
        let dir = &self.settings.data_dir;
        unlock::needless(self);
        let opened = match Store::open_carrier(dir, || Ok(KeyFile::open(dir, None)?.secrets)) {
            Err(StoreError::PassphraseNeeded(_)) => {
                let key = unlock::open_key(self)?;
                Store::open_carrier(dir, || Ok(key.secrets))
            }
            other => other,
        };
        opened.map_err(|error| backing::trouble(dir, error).problem)
    }

    /// Opens the folder of a person or of a carrier; says whether it is a carrier's.
    pub fn open_either(&self) -> Result<(Store, bool), Problem> {
        match self.attempt()? {
            Ok(store) => Ok((store, false)),
            Err(StoreError::Carrier(_)) => Ok((self.open_carrier()?, true)),
            Err(error) => Err(backing::trouble(&self.settings.data_dir, error).problem),
        }
    }

    /// Opens it, and says what the store says.
    pub fn attempt(&self) -> Result<Result<Store, StoreError>, Problem> {
        let (dir, today) = (&self.settings.data_dir, self.settings.today());
        let key = unlock::unlock(self)?.map(|key| key.secrets);
        Ok(backing::open(dir, key, today))
    }

    /// The team and its figures for today. Where a part of the file cannot be read, who is left out is said on standard error, and the
    /// status says it too.
    pub fn board(&self, store: &mut Store) -> Result<(Team, Board), Problem> {
        let team = self.readable(store)?;
        let board = Board::compute(&team, self.settings.today(), None);
        Ok((team, board))
    }

    /// Whose marks and plans may be shown here: asked for the day that stands, whichever day is looked at.
    pub fn reading(&self, team: &Team) -> Reading {
        Reading::of(team, self.settings.today())
    }

    /// The team.
    pub fn team(&self, store: &mut Store) -> Result<Team, Problem> {
        store
            .team()
            .map_err(|e| self.store_problem("read the team", e))
    }

    /// The team as far as it can be read.
    pub fn readable(&self, store: &mut Store) -> Result<Team, Problem> {
        let read = store
            .team_in_part()
            .map_err(|e| self.store_problem("read the team", e))?;
        for what in read.sentences() {
            self.leave_out(&what);
        }
        Ok(read.team)
    }

    /// Says what is not there that ought to be; the command then ends with status 1.
    pub fn leave_out(&self, what: &str) {
        self.in_part.set(true);
        // Where nobody reads, the status says it all the same.
        let _ = writeln!(io::stderr(), "guildhall: {what}");
    }

    /// Says once on standard error what is worth knowing and stops nothing.
    pub fn notice(&self, what: &str) {
        if !self.noticed.replace(true) {
            // Where nobody reads, nothing is lost.
            let _ = writeln!(io::stderr(), "guildhall: {what}");
        }
    }

    /// The status of a command that did what it could.
    pub fn status(&self) -> ExitCode {
        ExitCode::from(u8::from(self.in_part.get()))
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
        self.print_day(report, team, self.settings.today())
    }

    /// The same for a day of the reader's choice.
    pub fn print_day<R: Report>(
        &self,
        report: &R,
        team: &Team,
        day: NaiveDate,
    ) -> Result<(), Problem> {
        self.write(&report::print(
            report,
            Some((team, day)),
            self.settings.json,
        ))
    }

    /// Writes to standard output in the characters that the terminal can show; JSON is UTF-8 everywhere.
    fn write(&self, text: &str) -> Result<(), Problem> {
        if self.settings.ascii && !self.settings.json {
            write_out(&ascii::text(text))
        } else {
            write_out(text)
        }
    }

    /// Prints a report that is about no team's figures.
    pub fn print<R: Report>(&self, report: &R) -> Result<(), Problem> {
        self.write(&report::print(report, None, self.settings.json))
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
