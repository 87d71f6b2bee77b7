//! The command line: what a screen shows, a command prints; what a screen changes, a command changes.
//! Must not know: how a number is made.

pub mod args;

mod ask;
mod backup;
mod bundle;
mod compare;
mod conflict;
mod context;
mod dash;
mod device;
mod doctor;
mod edit;
mod ended;
mod erasures;
mod export;
mod export_automerge;
mod export_plan;
mod find;
mod generate;
mod history;
mod import;
mod imported;
mod init;
mod invitations;
mod invite;
mod join;
mod leave;
mod looks;
mod other;
mod owner;
mod passphrase;
mod person;
mod plan;
mod post;
mod process;
mod relay;
mod removal;
pub mod report;
mod revoke;
mod rights;
mod serve;
mod show;
mod steps;
mod subject;
mod subject_text;
mod succession;
mod sync;
mod trace;
mod transcribed;
mod unlock;
mod what_if;

pub use crate::config::Problem;

use args::{Cli, Command, Export, Person};
use clap::Parser;
use context::Context;
use std::io::Write;
use std::process::ExitCode;

/// The request cannot be met.
const CANNOT: u8 = 1;
/// Wrong usage.
const USAGE: u8 = 2;

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too, on standard output and with status 0. Where nothing can be printed, nobody reads.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(USAGE)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    process::harden();
    trace::start();
    match run(&cli) {
        Ok(status) => status,
        Err(problem) => {
            let mut said = format!("guildhall: {problem}");
            if crate::config::ascii(cli.global.ascii) {
                said = crate::ui::ascii::text(&said);
            }
            // Nobody may be reading any more; the status says it all the same.
            let _ = writeln!(std::io::stderr(), "{said}");
            ExitCode::from(CANNOT)
        }
    }
}

fn run(cli: &Cli) -> Result<ExitCode, Problem> {
    let context = Context::new(&cli.global)?;
    match &cli.command {
        None => dash::dashboard(&context, &cli.online),
        Some(_) if cli.online.is_given() => Err(Problem::new(
            "the options before the command",
            "--offline, --listen, --no-mdns and --peer before a command are for the dashboard",
            "put them behind a command that exchanges, for instance: guildhall sync --once --no-mdns",
        )),
        Some(Command::Demo(demo)) => match &demo.person {
            Some(person) => other::demo(&context, person, demo.root.as_deref()),
            None => dash::demo(&context, demo.keep.as_deref()),
        },
        Some(Command::Init(init)) => init::init(&context, init),
        Some(Command::Import(import)) => import::import(&context, import),
        Some(Command::Show { what }) => show::show(&context, what),
        Some(Command::Undo) => steps::undo(&context),
        Some(Command::Redo) => steps::redo(&context),
        Some(Command::Mark(mark)) => edit::mark(&context, mark),
        Some(Command::Review(review)) => edit::review(&context, review),
        Some(Command::Credential { what }) => edit::credential(&context, what),
        Some(Command::Objective { what }) => plan::objective(&context, what),
        Some(Command::Action { what }) => plan::action(&context, what),
        Some(Command::Agree(agree)) => plan::agree(&context, agree),
        Some(Command::Post { what }) => post::post(&context, what),
        Some(Command::Skill { what }) => post::skill(&context, what),
        Some(Command::Nominate(nominate)) => succession::nominate(&context, nominate),
        Some(Command::Horizon(horizon)) => succession::horizon(&context, horizon),
        Some(Command::WhatIf(what)) => what_if::what_if(&context, what),
        Some(Command::Compare(compare)) => compare::compare(&context, compare),
        Some(Command::History(what)) => history::history(&context, what),
        Some(Command::Conflict { what }) => conflict::conflict(&context, what),
        Some(Command::Generate(generate)) => generate::generate(&context, generate),
        Some(Command::Doctor(what)) => doctor::doctor(&context, what.repair),
        Some(Command::Backup(what)) => backup::backup(&context, what),
        Some(Command::Restore(what)) => backup::restore(&context, what),
        Some(Command::Invite(what)) => invite::invite(&context, what),
        Some(Command::Join(what)) => join::join(&context, what),
        Some(Command::Relay(what)) => relay::relay(&context, what),
        Some(Command::Sync(what)) => sync::sync(&context, what),
        Some(Command::Serve(what)) => serve::serve(&context, what),
        Some(Command::Bundle { what }) => bundle::bundle(&context, what),
        Some(Command::Device { what }) => device::device(&context, what),
        Some(Command::Transcribed(what)) => transcribed::transcribed(&context, what),
        Some(Command::Owner { what }) => owner::owner(&context, what),
        Some(Command::Passphrase { what }) => passphrase::passphrase(&context, what),
        Some(Command::Export {
            what: Export::Team { dir },
        }) => export::team(&context, dir),
        Some(Command::Export {
            what: Export::Automerge { dir },
        }) => export_automerge::automerge(&context, dir),
        Some(Command::Export {
            what: Export::Plan { person, file },
        }) => export_plan::plan(&context, person, file.as_deref()),
        Some(Command::Export {
            what: Export::Subject { person, dir },
        }) => subject::subject(&context, person, dir),
        Some(Command::Person {
            what: Person::Erase(erase),
        }) => person::erase(&context, erase),
        Some(Command::Person {
            what: Person::Erasures,
        }) => erasures::erasures(&context),
        Some(Command::Person {
            what: Person::Leave(what),
        }) => leave::leave(&context, what),
        Some(Command::Person {
            what: Person::Role(what),
        }) => rights::role(&context, what),
        Some(Command::Person {
            what: Person::LineManager(what),
        }) => rights::line_manager(&context, what),
    }
}
