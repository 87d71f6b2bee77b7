//! `invite confirm`, `invite list` and `invite cancel`: what is said about invitations from any process.

use super::context::{Context, write_out};
use super::report::Report;
use super::report::parts::{Who, who};
use crate::config::Problem;
use crate::runtime::dashboard::now_ms;
use crate::store::Standing;
use crate::sync::Words;
use serde::Serialize;
use std::process::ExitCode;

/// Invitations of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Oldest first.
    pub invitations: Vec<One>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct One {
    /// Its number.
    pub number: i64,
    /// Who is invited; null for a carrier.
    pub person: Option<Who>,
    /// "open", "requested", "used", "expired", "taken back" or "over".
    pub standing: &'static str,
    /// Whole minutes in which somebody may still come with its ticket.
    pub minutes_left: u64,
    /// Devices that came with its ticket, by the beginning of their ids.
    pub devices: Vec<String>,
    /// Wrong words that were typed.
    pub wrong_words: u32,
}

impl Report for Listed {
    const KIND: &'static str = "invitations";

    fn text(&self) -> String {
        if self.invitations.is_empty() {
            return "There are no invitations.\n".to_owned();
        }
        let mut out = String::new();
        for one in &self.invitations {
            let whom = one.person.as_ref().map_or("a carrier", |p| p.name.as_str());
            out += &format!("{}  {whom}: {}", one.number, one.standing);
            if matches!(one.standing, "open" | "requested") {
                out += &format!(", {} minutes left", one.minutes_left);
            }
            out.push('\n');
            for device in &one.devices {
                out += &format!("   device {device} came with its ticket\n");
            }
            if one.wrong_words > 0 {
                out += &format!("   wrong words were typed: {}\n", one.wrong_words);
            }
        }
        out
    }
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Open => "open",
        Standing::Requested => "requested",
        Standing::Used => "used",
        Standing::Expired => "expired",
        Standing::Cancelled => "taken back",
        Standing::Over => "over",
    }
}

/// Lists them.
pub fn list(context: &Context) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let all = store
        .invitations()
        .map_err(|e| context.store_problem("list invitations", e))?;
    let now = now_ms();
    let open = |s| matches!(s, Standing::Open | Standing::Requested);
    let invitations = all.into_iter().map(|i| One {
        number: i.id,
        person: i.person.as_ref().map(|p| who(&team, p)),
        standing: standing(i.standing),
        minutes_left: match open(i.standing) {
            true => i.expires_ms.saturating_sub(now) / 60_000,
            false => 0,
        },
        devices: i.requests.iter().map(|r| r.device.to_string()).collect(),
        wrong_words: i.wrong,
    });
    context.print(&Listed {
        invitations: invitations.collect(),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Takes one back.
pub fn cancel(context: &Context, number: i64) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    store
        .cancel_invitation(number)
        .map_err(|e| context.store_problem(&format!("take invitation {number} back"), e))?;
    write_out(&format!(
        "Invitation {number} is taken back: its ticket leads nowhere.\n"
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Lets in the device whose words these are.
pub fn confirm(context: &Context, typed: &str) -> Result<ExitCode, Problem> {
    const WHAT: &str = "let a device in";
    let words: Words = typed.parse().map_err(|e| Problem::of(WHAT, e))?;
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let confirmed = store
        .confirm(words.places(), None)
        .map_err(|e| context.store_problem(WHAT, e))?;
    let device = confirmed.device;
    write_out(&match &confirmed.person {
        Some(person) => format!(
            "Those are the words: {} belongs to the team with device {device} now.\n",
            who(&team, person).name
        ),
        None => format!(
            "Those are the words: device {device} carries for the team now, and can read nothing of it.\n"
        ),
    })?;
    Ok(ExitCode::SUCCESS)
}
