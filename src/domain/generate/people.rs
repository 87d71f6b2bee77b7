//! One invented person: marks of three years, plan, credentials, what they said about staying.

use super::random::Random;
use super::{CERTIFICATE, ago, ahead, person_id};
use crate::domain::framework::Expected;
use crate::domain::ids::{ActionId, ColumnId, CredentialId, ObjectiveId, PersonId};
use crate::domain::mark::{Answer, Mark, MarkKind, Points, Series, Subject};
use crate::domain::person::{
    Absence, Action, Agreement, Aspiration, Credential, CredentialKind, Detail, Horizon,
    HorizonBand, ItemState, Meeting, Objective, ObjectiveText, Person, PpdCategory, PpdEntry,
    Priority, Progress, Side,
};
use crate::domain::post::Fte;
use crate::domain::team::Team;
use crate::domain::value::{Claim, Dated, Value};
use chrono::{Datelike, NaiveDate};
use std::sync::Arc;

const BANDS: [HorizonBand; 6] = [
    HorizonBand::Within12,
    HorizonBand::From12To36,
    HorizonBand::Later,
    HorizonBand::WishToMove,
    HorizonBand::Staying,
    HorizonBand::NotSaid,
];

/// The n-th person, whose line manager is the `manager`-th.
pub(super) fn person(
    random: &mut Random,
    team: &Team,
    n: usize,
    manager: Option<usize>,
    today: NaiveDate,
) -> Person {
    let id = person_id(n);
    // Who has no line manager is judged by the reviewer, who is the second person.
    let judge = person_id(manager.unwrap_or(1));
    let series = all_series(random, team, &id, &judge, today);
    let objectives = objectives(random, &series, &id, &judge, today);
    let talk = ago(today, random.below(500));
    Person {
        handle: format!("person-{n:04}"),
        name: Value::One(format!("Person {n:04}")),
        fte: Dated::always(Fte(*random.pick(&[100, 100, 100, 80, 60, 50]))),
        contract_end: Dated::always(
            random
                .chance(8)
                .then(|| ahead(today, 60 + random.below(1_200))),
        ),
        notice: Dated::always(random.chance(1).then(|| ago(today, random.below(40)))),
        horizons: if random.chance(80) {
            vec![Horizon {
                said: ago(today, random.below(500)),
                band: Value::One(*random.pick(&BANDS)),
                told: random.chance(30),
            }]
        } else {
            vec![]
        },
        absences: if random.chance(3) {
            vec![Absence {
                id: "away-1".to_owned(),
                from: ago(today, random.below(60)),
                until: Value::One(Some(ahead(today, random.below(120)))),
                kind: "secondment".to_owned(),
            }]
        } else {
            vec![]
        },
        credentials: credentials(random, &judge, today),
        talks: vec![ago(talk, 365), talk],
        not_applicable: vec![],
        heard: Some(ago(today, random.below(34))),
        admitted: true,
        complete_from: None,
        detail: Some(Arc::new(detail(random, &objectives, n, talk, today))),
        objectives,
        series,
        id,
    }
}

/// Marks against the columns of the person's posts, and for the skills that these list; now and then for a further skill.
fn all_series(
    random: &mut Random,
    team: &Team,
    id: &PersonId,
    judge: &PersonId,
    today: NaiveDate,
) -> Vec<Series> {
    let level = 10 + random.below(5);
    let mut found: Vec<Series> = Vec::new();
    let held = team
        .base
        .posts
        .iter()
        .filter(|p| p.holders.iter().any(|h| &h.person == id));
    for post in held {
        let column = post.on(today).and_then(|f| f.column.get().as_ref());
        let mut subjects: Vec<(Subject, Option<&ColumnId>)> = team
            .framework
            .competencies
            .iter()
            .filter(|c| {
                column
                    .and_then(|id| team.framework.cell(id, &c.id))
                    .is_some_and(|cell| cell.expected != Expected::No)
            })
            .map(|c| (Subject::Competency(c.id.clone()), column))
            .collect();
        subjects.extend(
            post.skills
                .iter()
                .map(|(id, _)| (Subject::Skill(id.clone()), None)),
        );
        if random.chance(20) && !team.base.skills.is_empty() {
            let skill = random.pick(&team.base.skills);
            subjects.push((Subject::Skill(skill.id.clone()), None));
        }
        for (subject, column) in subjects {
            let known = |s: &Series| s.subject == subject && s.column.as_ref() == column;
            if found.iter().any(known) || random.chance(4) {
                continue;
            }
            let marks = marks(random, level, id, judge, today);
            found.push(Series {
                subject,
                column: column.cloned(),
                marks,
            });
        }
    }
    found
}

/// Own mark and manager's mark for each of three years, rising a little; some are missing, not observed, withdrawn or in conflict.
fn marks(
    random: &mut Random,
    level: u64,
    person: &PersonId,
    judge: &PersonId,
    today: NaiveDate,
) -> Vec<Mark> {
    let base = level + random.below(4);
    let mut marks = Vec::new();
    for year in (0..3).rev() {
        let day = ago(today, year * 365 + 10 + random.below(100));
        let halves = base + (2 - year) / 2;
        let mut add = |kind, rater: &PersonId, date: NaiveDate, answer| {
            marks.push(Mark {
                kind,
                rater: rater.clone(),
                typist: rater.clone(),
                date,
                entered: millis(date),
                answer,
            });
        };
        if random.chance(92) {
            let own = points(halves + random.below(3));
            add(MarkKind::Own, person, day, Value::One(Answer::Points(own)));
        }
        if random.chance(80) && judge != person {
            let given = Answer::Points(points(halves));
            let answer = match random.below(200) {
                0 => Value::One(Answer::NotObserved),
                1 => Value::One(Answer::Withdrawn),
                2 => apart(halves, judge, day).unwrap_or(Value::One(given)),
                _ => Value::One(given),
            };
            add(MarkKind::Manager, judge, ahead(day, 7), answer);
        }
    }
    marks.sort_by_key(|m| (m.date, m.entered));
    marks
}

/// Two marks of one rater for one day that were written apart.
fn apart(halves: u64, judge: &PersonId, day: NaiveDate) -> Option<Value<Answer>> {
    let claim = |halves: u64, at: u64| Claim {
        value: Answer::Points(points(halves)),
        author: Some(judge.clone()),
        at,
    };
    let at = millis(day);
    Value::from_claims(vec![claim(halves, at), claim(halves + 1, at + 1)])
}

fn points(halves: u64) -> Points {
    u8::try_from(halves)
        .ok()
        .and_then(Points::from_halves)
        .unwrap_or(Points::MAX)
}

/// Nine o'clock UTC of a day, in milliseconds since 1970.
fn millis(day: NaiveDate) -> u64 {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap_or(day);
    let days = u64::try_from((day - epoch).num_days()).unwrap_or(0);
    days * 86_400_000 + 9 * 3_600_000
}

fn credentials(random: &mut Random, judge: &PersonId, today: NaiveDate) -> Vec<Credential> {
    if !random.chance(25) {
        return vec![];
    }
    let booked = random.chance(20);
    let obtained = ago(today, random.below(900));
    vec![Credential {
        id: CredentialId::new("credential-1"),
        code: CERTIFICATE.to_owned(),
        name: Value::One("Certificate A".to_owned()),
        kind: CredentialKind::Certificate,
        obtained: Value::One((!booked).then_some(obtained)),
        expires: Value::One((!booked).then(|| ahead(obtained, 1_095))),
        booked: Value::One(booked.then(|| ahead(today, 20 + random.below(200)))),
        claimed: true,
        sighted: (!booked && random.chance(80)).then(|| (judge.clone(), obtained)),
    }]
}

fn objectives(
    random: &mut Random,
    series: &[Series],
    person: &PersonId,
    judge: &PersonId,
    today: NaiveDate,
) -> Vec<Objective> {
    (1..=1 + random.below(3) as u32)
        .map(|order| {
            let digest = [(random.next() % 256) as u8; 32];
            let completion = ahead(ago(today, 60), random.below(360));
            let sides = [(Side::Technician, person), (Side::Manager, judge)];
            Objective {
                id: ObjectiveId::new(format!("objective-{order}")),
                order,
                title: Value::One(format!("Objective {order}")),
                priority: Value::One(*random.pick(&[Priority::Gap, Priority::Strength])),
                subject: (!series.is_empty()).then(|| random.pick(series).subject.clone()),
                post: None,
                review: Value::One(Some(ago(completion, 30))),
                completion: Value::One(Some(completion)),
                has_measure: true,
                states: Dated::default(),
                digest: Some(digest),
                agreements: sides
                    .into_iter()
                    .filter(|_| random.chance(75))
                    .map(|(side, by)| Agreement {
                        side,
                        by: by.clone(),
                        date: ago(today, 20),
                        digest: Some(digest),
                    })
                    .collect(),
                actions: (1..=1 + random.below(2))
                    .map(|a| action(random, order, a, completion, today))
                    .collect(),
            }
        })
        .collect()
}

fn action(
    random: &mut Random,
    objective: u32,
    number: u64,
    completion: NaiveDate,
    today: NaiveDate,
) -> Action {
    let state = match random.below(10) {
        0 => Some(ItemState::ToDiscuss),
        1 | 2 => Some(ItemState::Closed),
        3 => Some(ItemState::Dropped),
        _ => None,
    };
    Action {
        id: ActionId::new(format!("action-{objective}-{number}")),
        text: Value::One(format!("Action {number} of objective {objective}")),
        completion: Value::One(Some(completion)),
        progress: Value::One(Progress((random.below(11) * 10) as u8)),
        states: Dated(
            state
                .map(|s| (Some(ago(today, 1 + random.below(30))), Value::One(s)))
                .into_iter()
                .collect(),
        ),
    }
}

fn detail(
    random: &mut Random,
    objectives: &[Objective],
    n: usize,
    talk: NaiveDate,
    today: NaiveDate,
) -> Detail {
    let mut ppd: Vec<PpdEntry> = (1..=random.below(6))
        .map(|e| PpdEntry {
            id: format!("ppd-{e}"),
            date: ago(today, random.below(u64::from(today.ordinal()))),
            category: *random.pick(&PpdCategory::ALL),
            title: format!("PPD activity {e}"),
            completed: random.chance(85),
            protected_half_days: random.below(3) as u32,
            points: random.below(4) as u32 * 100,
            reflection: String::new(),
        })
        .collect();
    ppd.sort_by_key(|e| e.date);
    Detail {
        contact: format!("person-{n:04}@example.org"),
        objective_texts: objectives
            .iter()
            .map(|o| ObjectiveText {
                id: o.id.to_string(),
                activity: "On the job training".to_owned(),
                difference: "Doing it without help".to_owned(),
                ..ObjectiveText::default()
            })
            .collect(),
        ppd,
        aspirations: if random.chance(20) {
            vec![Aspiration {
                date: ago(today, random.below(400)),
                column: None,
                post: None,
                text: "More responsibility for one area".to_owned(),
            }]
        } else {
            vec![]
        },
        meetings: vec![Meeting {
            id: "meeting-1".to_owned(),
            date: talk,
            development: true,
            notes: String::new(),
        }],
        ..Detail::default()
    }
}
