//! `nominate` and `horizon`: who might follow, and what people said about staying.

use super::args::{Band, Horizon, HorizonBand, Nominate};
use super::context::{Context, text_from};
use super::edit::{refused, save};
use super::find;
use crate::config::Problem;
use crate::document::edits;
use crate::domain::{person, readiness};
use std::process::ExitCode;

/// Nominates, takes back, or records a decision.
pub fn nominate(context: &Context, args: &Nominate) -> Result<ExitCode, Problem> {
    let words = text_from("--reason", args.reason.as_deref())?;
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let today = context.settings.today();
    let post = find::post(&team, &args.post, today)?;
    let who = find::person(&team, &args.person)?;
    let made = match args.decision {
        Some(band) => {
            let band = match band {
                Band::ReadyNow => Some(readiness::Band::ReadyNow),
                Band::OneToTwo => Some(readiness::Band::OneToTwo),
                Band::ThreeToFive => Some(readiness::Band::ThreeToFive),
                Band::NotYet => Some(readiness::Band::NotYet),
                Band::None => None,
            };
            let reason = words.as_deref().unwrap_or("");
            edits::decide(&team, &post.id, &who.id, band, reason, today)
        }
        None => {
            let people = [(who.id.clone(), !args.withdraw)];
            let day = args.from.unwrap_or(today);
            edits::nominations(&team, &post.id, &people, day, today)
        }
    };
    let edit = made.map_err(|e| refused("the nomination", &e))?;
    save(context, &mut store, &edit)
}

/// Records what a person told about staying.
pub fn horizon(context: &Context, args: &Horizon) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let today = context.settings.today();
    let who = find::person(&team, &args.person)?;
    let band = match args.band {
        HorizonBand::Within12 => person::HorizonBand::Within12,
        HorizonBand::From12To36 => person::HorizonBand::From12To36,
        HorizonBand::Later => person::HorizonBand::Later,
        HorizonBand::WishToMove => person::HorizonBand::WishToMove,
        HorizonBand::Staying => person::HorizonBand::Staying,
        HorizonBand::NotSaid => person::HorizonBand::NotSaid,
    };
    let said = args.said.unwrap_or(today);
    let edit = edits::told_horizon(&team, &who.id, band, said, today)
        .map_err(|e| refused(&format!("the horizon of {}", who.name.get()), &e))?;
    save(context, &mut store, &edit)
}
