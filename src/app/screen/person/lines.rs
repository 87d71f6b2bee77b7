//! The lines of the Person screen's parts: towards which posts, plan, PPD, what is shared. Must not know: how they look.

use super::super::cell::{day, halves, person_name, subject_name};
use super::record::{Ink, TextLine};
use crate::domain::actions::AgreementState;
use crate::domain::board::percent;
use crate::domain::person::{Credential, ItemState, Objective, Person, Priority, Side};
use crate::domain::profile::{Profile, Towards};
use crate::domain::readiness::{Band, MustHaveState};
use crate::domain::text::counted;
use crate::domain::{MarkKind, Team};
use chrono::NaiveDate;

pub(super) fn towards_lines(
    team: &Team,
    person: &Person,
    profile: &Profile,
    today: NaiveDate,
) -> Vec<TextLine> {
    let mut out: Vec<TextLine> = profile
        .towards
        .iter()
        .flat_map(|t| readiness_lines(team, t, profile.towards.len() > 1))
        .collect();
    for step in &profile.career {
        let to = team
            .framework
            .column(&step.to)
            .map_or(step.to.as_str(), |c| c.name.as_str());
        out.push(TextLine::new(
            Ink::Plain,
            format!(
                "career grade to {to}: {}/{} criteria evidenced, {} endorsed; criteria met is not promotion",
                step.evidenced, step.criteria, step.endorsed
            ),
        ));
    }
    out.extend(
        person
            .credentials
            .iter()
            .map(|c| credential_line(team, c, today)),
    );
    if let Some(said) = person
        .horizons
        .iter()
        .filter(|h| h.said <= today)
        .max_by_key(|h| h.said)
    {
        let told = if said.told {
            ", told to the manager"
        } else {
            ""
        };
        let conflict = if said.band.is_conflict() { " ◆" } else { "" };
        out.push(TextLine::new(
            Ink::Dim,
            format!(
                "horizon: {}{conflict}, said {}{told}",
                said.band.get().label(),
                day(said.said)
            ),
        ));
    }
    out
}

fn readiness_lines(team: &Team, towards: &Towards, named: bool) -> Vec<TextLine> {
    let r = &towards.readiness;
    let mut out = Vec::new();
    let mut first = TextLine::default();
    if named {
        first = first
            .and(Ink::Strong, format!("{} · ", towards.title))
            .and(band_ink(r.band), format!("{} · ", r.band.label()));
    }
    let gap = r.largest_gap.as_ref().map_or_else(
        || "nothing below target".to_owned(),
        |(gap, subject)| {
            format!(
                "largest gap {} ({})",
                halves(u32::from(*gap)),
                subject_name(team, subject)
            )
        },
    );
    let conflict = if r.conflict { " ◆" } else { "" };
    let why = match (towards.nominated, towards.aspired) {
        (true, true) => "nominated and aspired to",
        (true, false) => "nominated",
        _ => "aspired to",
    };
    out.push(
        first
            .and(
                Ink::Plain,
                format!(
                    "marks {}/{}, {} validated · {gap}{conflict}",
                    r.present.0, r.present.1, r.validated
                ),
            )
            .right(Ink::Dim, why),
    );
    for (_, name, state) in &r.must_haves {
        match state {
            MustHaveState::Held => {}
            MustHaveState::Booked(date) => {
                let line =
                    TextLine::new(Ink::Warn, format!("missing: {name}, booked {}", day(*date)));
                out.push(if only_bookings_missing(towards) {
                    line.and(Ink::Plain, "  →  then ready now")
                } else {
                    line
                });
            }
            MustHaveState::Missing => {
                out.push(TextLine::new(
                    Ink::Alarm,
                    format!("missing: {name}, nothing booked"),
                ));
            }
        }
    }
    out
}

/// Whether all that stands between a person and "ready now" is booked (definition 13).
fn only_bookings_missing(towards: &Towards) -> bool {
    let r = &towards.readiness;
    let open: Vec<_> = r
        .must_haves
        .iter()
        .filter(|(_, _, s)| *s != MustHaveState::Held)
        .collect();
    r.present.0 == r.present.1
        && r.validated == r.present.1
        && r.largest_gap.as_ref().is_none_or(|(gap, _)| *gap <= 1)
        && open.len() == 1
        && matches!(open[0].2, MustHaveState::Booked(_))
}

fn band_ink(band: Band) -> Ink {
    match band {
        Band::ReadyNow => Ink::Good,
        Band::OneToTwo | Band::ThreeToFive => Ink::Plain,
        Band::NotYet | Band::Unknown => Ink::Dim,
    }
}

fn credential_line(team: &Team, credential: &Credential, today: NaiveDate) -> TextLine {
    let mut parts = vec![credential.name.get().clone()];
    let mut ink = Ink::Plain;
    if let Some(date) = credential.obtained.get() {
        parts.push(format!("obtained {}", day(*date)));
    }
    if let Some(date) = credential.expires.get() {
        if *date < today {
            ink = Ink::Alarm;
            parts.push(format!("expired {}", day(*date)));
        } else {
            parts.push(format!("valid to {}", day(*date)));
        }
    }
    if let Some(date) = credential.booked.get() {
        parts.push(format!("booked {}", day(*date)));
    }
    parts.push(match &credential.sighted {
        Some((by, on)) => format!("sighted {} by {}", day(*on), person_name(team, by)),
        None => "not sighted".to_owned(),
    });
    let conflict = credential.name.is_conflict()
        || credential.obtained.is_conflict()
        || credential.expires.is_conflict()
        || credential.booked.is_conflict();
    let sign = if conflict { " ◆" } else { "" };
    TextLine::new(ink, parts.join(" · ") + sign)
}

/// Agreement in words.
pub fn agreement_words(state: &AgreementState) -> String {
    let side = |s: &Side| match s {
        Side::Technician => "the person",
        Side::Manager => "the manager",
    };
    match state {
        AgreementState::None => "not agreed".to_owned(),
        AgreementState::OneSide(s) => format!("agreed by {}", side(s)),
        AgreementState::Both(date) => format!("agreed by both {}", day(*date)),
        AgreementState::EarlierText(s) => format!("{} agreed to an earlier text", side(s)),
        AgreementState::BothEarlier => "both agreed to an earlier text".to_owned(),
        AgreementState::Reported(date) => format!("reported as agreed {}", day(*date)),
    }
}

/// State of an item in words.
pub fn state_label(state: ItemState) -> &'static str {
    match state {
        ItemState::Open => "open",
        ItemState::ToDiscuss => "to discuss",
        ItemState::Closed => "closed",
        ItemState::Dropped => "dropped",
    }
}

/// The objective of a line of the plan.
pub fn objective_of<'a>(
    person: &'a Person,
    profile: &Profile,
    line: usize,
) -> Option<&'a Objective> {
    let id = &profile.objectives.get(line)?.objective;
    person.objectives.iter().find(|o| &o.id == id)
}

pub(super) fn plan_lines(person: &Person, profile: &Profile, today: NaiveDate) -> Vec<TextLine> {
    let line = |at: usize| {
        let objective = objective_of(person, profile, at)?;
        let figures = &profile.objectives[at];
        let completion = *objective.completion.get();
        let late = figures.state == ItemState::Open && completion.is_some_and(|d| d < today);
        let mut line = TextLine::new(Ink::Strong, objective.title.get().clone());
        if *objective.priority.get() == Priority::Strength {
            line = line.and(Ink::Dim, "  strength");
        }
        if let Some(date) = completion {
            let ink = if late { Ink::Alarm } else { Ink::Plain };
            let word = if late { "was due" } else { "due" };
            line = line.and(ink, format!("  {word} {}", day(date)));
        }
        let mut right = match figures.state {
            ItemState::Open => percent(figures.progress.0, figures.progress.1)
                .map_or("no action".to_owned(), |_| {
                    format!("{}/{} done", figures.progress.0, figures.progress.1)
                }),
            other => state_label(other).to_owned(),
        };
        let conflict = objective.title.is_conflict()
            || objective.completion.is_conflict()
            || objective.priority.is_conflict();
        if conflict {
            right.push_str(" ◆");
        }
        line = line.and(
            Ink::Dim,
            format!("  {}", agreement_words(&figures.agreement)),
        );
        Some(line.right(Ink::Plain, right))
    };
    (0..profile.objectives.len()).filter_map(line).collect()
}

pub(super) fn ppd_lines(person: &Person, profile: &Profile, today: NaiveDate) -> Vec<TextLine> {
    let (Some(detail), Some(year)) = (&person.detail, &profile.ppd) else {
        return Vec::new();
    };
    let mut entries: Vec<_> = detail
        .ppd
        .iter()
        .filter(|e| year.year.contains(e.date))
        .collect();
    entries.sort_by_key(|e| std::cmp::Reverse(e.date));
    entries
        .into_iter()
        .map(|e| {
            let ink = if e.completed { Ink::Plain } else { Ink::Dim };
            let state = if !e.completed && e.date >= today {
                "booked"
            } else if !e.completed {
                "booked, past"
            } else if e.reflection.is_empty() {
                "no reflection yet"
            } else {
                "reflection written"
            };
            TextLine::new(
                ink,
                format!(
                    "{:>6}  {} · {}",
                    e.date.format("%-d %b"),
                    e.title,
                    e.category.name()
                ),
            )
            .right(Ink::Dim, state)
        })
        .collect()
}

/// Who reads what, as far as this machine knows it.
pub(super) fn shared_lines(team: &Team, person: &Person, today: NaiveDate) -> Vec<TextLine> {
    let own = person.id == team.me;
    let count = |kind: MarkKind| {
        person
            .series
            .iter()
            .flat_map(|s| &s.marks)
            .filter(|m| m.kind == kind && m.date <= today)
            .count()
    };
    let mut what = Vec::new();
    if count(MarkKind::Own) > 0 {
        what.push(counted(count(MarkKind::Own), "own mark", "own marks"));
    }
    if !person.credentials.is_empty() {
        let credentials = person.credentials.len();
        what.push(counted(credentials, "credential", "credentials"));
    }
    if !person.objectives.is_empty() {
        what.push("plan".to_owned());
    }
    if let Some(detail) = &person.detail {
        if !detail.aspirations.is_empty() {
            what.push("aspirations".to_owned());
        }
        if !detail.ppd.is_empty() {
            what.push("PPD".to_owned());
        }
    }
    if person.horizons.iter().any(|h| !h.told) {
        what.push("horizon".to_owned());
    }
    let what = if what.is_empty() {
        "nothing yet".to_owned()
    } else {
        what.join(", ")
    };
    let mut out = vec![TextLine::new(
        Ink::Plain,
        if own {
            format!("you share with the team’s managers: {what}")
        } else {
            format!("shared with you: {what}")
        },
    )];
    let transcribed = count(MarkKind::Transcribed);
    if transcribed > 0 {
        out.push(TextLine::new(
            Ink::Dim,
            format!("{transcribed} own marks were typed or imported by somebody else"),
        ));
    }
    let drafts: usize = team.private.drafts.iter().map(|s| s.marks.len()).sum();
    if own && drafts > 0 {
        out.push(TextLine::new(
            Ink::Warn,
            format!("{drafts} drafts are on your own devices only"),
        ));
    }
    out
}
