//! How coverage, collective need and the key line are made (definitions 7 to 9, 12, 18, 21).

use super::{Step, halves, name, points, subject_name};
use crate::domain::board::{KeyLine, Need, percent, percent_tenths};
use crate::domain::coverage::{Coverage, CoverageState};
use crate::domain::ids::PersonId;
use crate::domain::mark::Subject;
use crate::domain::team::Team;

/// How the coverage of a skill is made: who counts, and who stands beside it.
pub fn explain_coverage(team: &Team, coverage: &Coverage) -> Vec<Step> {
    let skill = subject_name(team, &Subject::Skill(coverage.skill.clone()));
    let Some(target) = coverage.target else {
        let text = format!("{skill} has no target, so nobody counts as covering it.");
        return vec![Step::new("coverage", text, "the skill's definition")];
    };
    let n = coverage.holders.len();
    let state = match coverage.state {
        CoverageState::NoHolder => "no holder".to_owned(),
        CoverageState::OneHolder => "one holder, a single point of failure".to_owned(),
        CoverageState::Thin => format!("thin, since {} are asked for", coverage.n_min),
        CoverageState::Covered => "covered".to_owned(),
    };
    let fte = coverage.holders_fte;
    let text = format!(
        "Available with a fresh validated mark of at least {}: {n} ({}.{:02} FTE). {}.",
        points(target),
        fte / 100,
        fte % 100,
        capital(&state),
    );
    let mut steps = vec![Step::new("coverage", text, people(team, &coverage.holders))];
    let beside = [
        (
            "away",
            "Away or out of post today, so not counted",
            &coverage.away,
        ),
        (
            "claimed",
            "Claimed by a fresh own mark, not validated, so not counted",
            &coverage.claimed,
        ),
        (
            "out of date",
            "Validated once, out of date now, so not counted",
            &coverage.stale,
        ),
    ];
    for (rule, text, who) in beside {
        if !who.is_empty() {
            steps.push(Step::new(
                rule,
                format!("{text}: {}.", who.len()),
                people(team, who),
            ));
        }
    }
    if coverage.conflict {
        let text =
            "Values behind it were written apart; the cautious one counts until somebody chooses.";
        steps.push(Step::new("conflict", text, "the values in conflict"));
    }
    steps
}

/// How the collective need of a group is made; `group` is what the group is called.
pub fn explain_need(team: &Team, group: &str, need: &Need) -> Vec<Step> {
    let what = subject_name(team, &need.subject);
    if need.with_mark == 0 {
        let text =
            format!("{group}: nobody has a fresh mark in {what}, so there is nothing to tell.");
        return vec![Step::new("group need", text, "marks of the group")];
    }
    let share = percent(need.in_need, need.with_mark).unwrap_or(0);
    let policy = &team.base.policy;
    let validated = match need.unvalidated {
        0 => "all validated".to_owned(),
        n => format!("{n} not validated"),
    };
    let text = format!(
        "{group}: {} of {} people with a fresh mark in {what} ({validated}) are below target, {share} %. Gaps add to {}.",
        need.in_need,
        need.with_mark,
        halves(need.gap_halves),
    );
    let flag = format!(
        "{} (flag: at least {} % and at least {} people).",
        if need.flagged {
            "Flagged"
        } else {
            "Not flagged"
        },
        policy.need_percent,
        policy.need_people,
    );
    vec![
        Step::new("group need", text, "marks of the group"),
        Step::new("flag", flag, "team policy"),
    ]
}

/// How each figure of a key line is made, in its order; `rule` is the name of the figure.
pub fn explain_key_line(team: &Team, key: &KeyLine) -> Vec<Step> {
    let policy = &team.base.policy;
    let cells = "expected cells with a target, and listed skills with one";
    let mut steps = vec![
        Step::new(
            "below target",
            format!(
                "{} of {} cells that are fresh and validated are below target.",
                key.below_target.0, key.below_target.1
            ),
            cells,
        ),
        Step::new(
            "fresh",
            format!(
                "{} of {} cells have a mark within {} months{}.",
                key.fresh.0,
                key.fresh.1,
                policy.fresh_months,
                whole(key.fresh),
            ),
            cells,
        ),
        Step::new(
            "own mark only",
            format!(
                "{} cells have a fresh own mark and no fresh mark by a manager.",
                key.own_mark_only
            ),
            cells,
        ),
        attainment(key),
        Step::new(
            "met",
            format!(
                "{} of {} expected cells are validated and at target{}.",
                key.met.0,
                key.met.1,
                whole(key.met)
            ),
            "expected framework cells with a target",
        ),
        Step::new(
            "one holder, none",
            format!(
                "{} critical skills have one available validated holder, {} have none.",
                key.one_holder, key.no_holder
            ),
            "coverage of the critical skills",
        ),
    ];
    if let Some((n, of)) = key.at_risk {
        let text = format!(
            "{n} of {of} critical posts have L of at least 3 and no nominee who is ready now."
        );
        steps.push(Step::new("at risk", text, "succession records"));
    }
    steps.push(Step::new(
        "overdue",
        format!(
            "{} open actions have a completion date before today.",
            key.overdue
        ),
        "development plans",
    ));
    steps.push(Step::new(
        "talks due",
        format!(
            "{} people with a line manager have had no development talk, or their last one + {} months falls within the next {} days or before.",
            key.talks_due, policy.talk_months, policy.talk_notice_days
        ),
        "meetings",
    ));
    steps.push(match key.heard {
        Some((n, of)) => Step::new(
            "heard",
            format!(
                "{n} of {of} people admitted have a device heard within {} days.",
                policy.heard_days
            ),
            "devices",
        ),
        None => Step::new("heard", "— before the first sync.", "devices"),
    });
    steps
}

fn attainment(key: &KeyLine) -> Step {
    let (reached, targets) = key.attainment_halves;
    let (n, of) = key.completeness;
    let sums = format!(
        "marks up to their target add to {} of {}",
        halves(reached),
        halves(targets)
    );
    let text = match key.attainment_tenths() {
        Some(tenths) => format!(
            "{}: {}.{} %. Completeness {n}/{of}.",
            capital(&sums),
            tenths / 10,
            tenths % 10
        ),
        None => format!(
            "—: {n} of {of} expected cells have a fresh mark{}, and below 50 % nothing is said. ({}.)",
            percent_tenths(n, of).map_or_else(String::new, |t| format!(
                ", {}.{} %",
                t / 10,
                t % 10
            )),
            capital(&sums),
        ),
    };
    Step::new(
        "attainment",
        text,
        "expected framework cells with a fresh mark",
    )
}

/// ", 83 %", or nothing for 0/0.
fn whole((n, of): (u32, u32)) -> String {
    percent(n, of).map_or_else(String::new, |p| format!(", {p} %"))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

fn people(team: &Team, ids: &[PersonId]) -> String {
    if ids.is_empty() {
        return "nobody".to_owned();
    }
    ids.iter()
        .map(|id| name(team, id))
        .collect::<Vec<_>>()
        .join(", ")
}
