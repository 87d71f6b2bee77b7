//! How a post's figures are made (definitions 10 to 14).

use super::{Step, day, name};
use crate::domain::readiness::Band;
use crate::domain::succession::{Likelihood, LikelihoodReason, PostRisk};
use crate::domain::team::Team;
use chrono::NaiveDate;

/// How a post's criticality, likelihood, risk and "at risk" are made.
pub fn explain_post(team: &Team, risk: &PostRisk, today: NaiveDate) -> Vec<Step> {
    let mut steps = vec![
        criticality(team, risk, today),
        likelihood(team, &risk.likelihood, today),
        Step::new(
            "risk",
            format!(
                "L {} × C {} = {}: {} (15 and more is high, 8 to 14 medium).",
                risk.likelihood.level,
                risk.c,
                risk.risk,
                risk.band.label()
            ),
            "definition 12",
        ),
        nominees(risk),
        at_risk(risk),
    ];
    if risk.conflict {
        let text = "Values behind these figures were written apart; the cautious one counts until somebody chooses.";
        steps.push(Step::new("conflict", text, "the values in conflict"));
    }
    steps
}

fn criticality(team: &Team, risk: &PostRisk, today: NaiveDate) -> Step {
    let [impact, statutory, replace, scarcity] = risk.factors;
    // A quarter of a whole number has at most two decimals, so this is exact.
    let mean = format!(
        "{}.{:02}",
        risk.factor_sum / 4,
        u32::from(risk.factor_sum % 4) * 25
    );
    let verdict = match (risk.factor_sum >= 14, statutory == 5) {
        (true, _) => "critical, since the mean is at least 3.5",
        (false, true) => "critical, since the duty is statutory (5)",
        (false, false) => "not critical: the mean is below 3.5",
    };
    let text = format!(
        "Impact {impact} + statutory {statutory} + time to replace {replace} + scarcity {scarcity} = {}, mean {mean}: {verdict}. \
         Rounded half up, C is {}.",
        risk.factor_sum, risk.c,
    );
    let reason = team
        .succession
        .iter()
        .flat_map(|posts| posts.iter())
        .find(|p| p.post == risk.post)
        .and_then(|p| p.on(today))
        .map(|f| f.reason.trim())
        .filter(|r| !r.is_empty());
    let source = reason.map_or_else(
        || "the managers' factors".to_owned(),
        |r| format!("the managers' factors: {r}"),
    );
    Step::new("criticality", text, source)
}

fn likelihood(team: &Team, likelihood: &Likelihood, today: NaiveDate) -> Step {
    let why = match &likelihood.reason {
        LikelihoodReason::Vacant => "Nobody holds the post.".to_owned(),
        LikelihoodReason::Notice(date) => format!("Notice was given on {}.", day(*date)),
        LikelihoodReason::ContractEnd(date) => format!(
            "The contract ends on {}, {}.",
            day(*date),
            within(likelihood.level, today)
        ),
        LikelihoodReason::DeclaredExit(said, end) => format!(
            "Said on {}: will leave by {}, {}.",
            day(*said),
            day(*end),
            within(likelihood.level, today)
        ),
        LikelihoodReason::AskAgain(end) => {
            format!(
                "The band that was declared ended on {}: ask again.",
                day(*end)
            )
        }
        LikelihoodReason::WishToMove(said) => format!("Said on {}: wishes to move.", day(*said)),
        LikelihoodReason::Staying(said) => {
            format!("Said on {}, within 12 months: staying.", day(*said))
        }
        LikelihoodReason::Unknown => {
            "Nothing is declared, or it is later, not said, or older than 12 months.".to_owned()
        }
    };
    let source = likelihood
        .person
        .as_ref()
        .map_or_else(|| "the post".to_owned(), |id| name(team, id));
    Step::new(
        "likelihood",
        format!("{why} L is {}.", likelihood.level),
        source,
    )
}

/// Where a date lies, by the level that it gives.
fn within(level: u8, today: NaiveDate) -> String {
    let today = day(today);
    match level {
        4.. => format!("not after {today} + 12 months"),
        3 => format!("not after {today} + 36 months"),
        _ => format!("after {today} + 36 months"),
    }
}

fn nominees(risk: &PostRisk) -> Step {
    let bands = [
        Band::ReadyNow,
        Band::OneToTwo,
        Band::ThreeToFive,
        Band::NotYet,
        Band::Unknown,
    ];
    let counts: Vec<String> = bands
        .iter()
        .zip(risk.counts)
        .filter(|(_, n)| *n > 0)
        .map(|(band, n)| format!("{n} {}", band.label()))
        .collect();
    let text = if counts.is_empty() {
        "Nobody is nominated.".to_owned()
    } else {
        format!("Nominated, by computed band: {}.", counts.join(", "))
    };
    Step::new("nominees", text, "nominations and marks")
}

fn at_risk(risk: &PostRisk) -> Step {
    let ready = risk.counts[0];
    let text = if risk.at_risk {
        format!(
            "At risk: critical, L {} is at least 3, and no nominee is ready now.",
            risk.likelihood.level
        )
    } else if !risk.critical {
        "Not at risk: the post is not critical.".to_owned()
    } else if risk.likelihood.level < 3 {
        format!("Not at risk: L {} is below 3.", risk.likelihood.level)
    } else {
        format!("Not at risk: {ready} nominated and ready now.")
    };
    Step::new("at risk", text, "definition 12")
}
