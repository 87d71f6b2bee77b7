//! Teams of any size from a seed, for tests, benchmarks and trying things out. The same arguments give the same team on every
//! machine. All people are plainly invented: "Person 0042".

mod framework;
mod people;
mod random;

pub use framework::synthetic_framework;

use super::framework::{Expected, Framework, Target};
use super::ids::{AreaId, ColumnId, PersonId, PostId, SkillId};
use super::mark::Points;
use super::post::{
    Area, CriticalPost, Factor, Factors, Fte, Holder, Listed, MustHave, Nomination, Post,
    PostFacts, Skill,
};
use super::team::{Policy, Private, Right, Rights, Role, Team, TeamBase};
use super::value::{Dated, Value};
use chrono::{Days, NaiveDate};
use random::Random;
use std::sync::Arc;

/// One manager for so many people.
const SPAN: usize = 12;

/// A team of `people` invented people (at least one) on the columns of `framework`, as it might stand on `today`: areas, posts,
/// managers with dated rights, marks of three years, skills, plans, credentials, horizons and critical posts.
pub fn generate(framework: Arc<Framework>, people: usize, seed: u64, today: NaiveDate) -> Team {
    let people = people.max(1);
    let mut random = Random::new(seed);
    let skills = skills(people);
    let areas = areas(people);
    let posts = posts(&mut random, &framework, people, &areas, &skills, today);
    let rights = rights(&mut random, people, today);
    let base = TeamBase {
        name: format!("Generated team of {people}"),
        short_name: "Generated".to_owned(),
        notice: "All people are invented.".to_owned(),
        relay: String::new(),
        areas,
        posts,
        skills,
        policy: Policy {
            protected_half_days_per_fte: Some(10),
            ..Policy::default()
        },
    };
    let mut team = Team {
        base: Arc::new(base),
        framework,
        rights: Arc::new(rights),
        succession: None,
        people: Vec::with_capacity(people),
        me: person_id(0),
        private: Arc::new(Private::default()),
    };
    for n in 0..people {
        let person = people::person(&mut random, &team, n, manager_of(n), today);
        team.people.push(Arc::new(person));
    }
    team.succession = Some(Arc::new(succession(&mut random, people)));
    team
}

/// Id of the n-th person, from 0.
fn person_id(n: usize) -> PersonId {
    PersonId::new(format!("p{n:04}"))
}

fn post_id(n: usize) -> PostId {
    PostId::new(format!("post-{n:04}"))
}

/// Code of the certificate that some posts ask for.
const CERTIFICATE: &str = "certificate-a";

/// The day so many days before.
fn ago(today: NaiveDate, days: u64) -> NaiveDate {
    today
        .checked_sub_days(Days::new(days))
        .unwrap_or(NaiveDate::MIN)
}

/// The day so many days ahead.
fn ahead(today: NaiveDate, days: u64) -> NaiveDate {
    today
        .checked_add_days(Days::new(days))
        .unwrap_or(NaiveDate::MAX)
}

/// The first person of each dozen manages it; the first of all manages those managers and has nobody above.
fn manager_of(n: usize) -> Option<usize> {
    match n {
        0 => None,
        n if n % SPAN == 0 => Some(0),
        n => Some(n / SPAN * SPAN),
    }
}

fn areas(people: usize) -> Vec<Area> {
    (1..=(people / 30).clamp(1, 12) as u32)
        .map(|order| Area {
            id: AreaId::new(format!("area-{order}")),
            name: format!("Area {order}"),
            order,
        })
        .collect()
}

fn skills(people: usize) -> Vec<Skill> {
    (1..=(people / 4).clamp(4, 16))
        .map(|n| Skill {
            id: SkillId::new(format!("skill-{n}")),
            name: Value::One(format!("Skill {n}")),
            code: format!("S{n:02}"),
            target: Dated::always(Points::from_halves(16).map_or(Target::None, Target::Points)),
            n_min: 2,
            // Two of three are critical.
            critical: Dated::always(Listed(n % 3 != 0)),
        })
        .collect()
}

/// A post for each person; every fortieth person holds a second one; every fiftieth post is vacant.
fn posts(
    random: &mut Random,
    framework: &Framework,
    people: usize,
    areas: &[Area],
    skills: &[Skill],
    today: NaiveDate,
) -> Vec<Post> {
    let mut posts = Vec::new();
    for n in 0..people {
        let area = &areas[n / SPAN % areas.len()];
        posts.push(post(
            random,
            framework,
            posts.len(),
            Some(n),
            area,
            skills,
            today,
        ));
        if n % 40 == 39 {
            posts.push(post(
                random,
                framework,
                posts.len(),
                Some(n),
                area,
                skills,
                today,
            ));
        }
        if n % 50 == 49 {
            posts.push(post(
                random,
                framework,
                posts.len(),
                None,
                area,
                skills,
                today,
            ));
        }
    }
    posts
}

fn post(
    random: &mut Random,
    framework: &Framework,
    number: usize,
    holder: Option<usize>,
    area: &Area,
    skills: &[Skill],
    today: NaiveDate,
) -> Post {
    let column = column(random, framework);
    let depends = framework
        .competencies
        .iter()
        .filter(|c| {
            column
                .as_ref()
                .and_then(|id| framework.cell(id, &c.id))
                .is_some_and(|cell| cell.expected == Expected::Depends)
        })
        .map(|c| c.id.clone())
        .collect::<Vec<_>>();
    let from = ago(today, 1_100 + random.below(2_000));
    Post {
        id: post_id(number),
        facts: vec![(
            None,
            PostFacts {
                title: Value::One(format!("Post {number:04}")),
                area: Value::One(Some(area.id.clone())),
                column: Value::One(column),
                fte: Value::One(Fte(100)),
                career_to: None,
            },
        )],
        holders: holder
            .into_iter()
            .map(|n| Holder {
                person: person_id(n),
                from: Some(from),
                until: Value::One(None),
            })
            .collect(),
        skills: (0..random.below(3))
            .map(|_| random.pick(skills).id.clone())
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .map(|id| (id, Dated::always(Listed(true))))
            .collect(),
        must_haves: if random.chance(10) {
            vec![MustHave {
                code: CERTIFICATE.to_owned(),
                name: "Certificate A".to_owned(),
                listed: Dated::always(Listed(true)),
            }]
        } else {
            Vec::new()
        },
        depends: depends
            .into_iter()
            .filter_map(|id| {
                // Half of them are still open; of the others half are expected.
                let settled = match random.below(4) {
                    0 => Expected::Yes,
                    1 => Expected::No,
                    _ => return None,
                };
                Some((id, Dated::always(settled)))
            })
            .collect(),
    }
}

/// Most posts stand in the middle of the framework's columns; one in a hundred has none.
fn column(random: &mut Random, framework: &Framework) -> Option<ColumnId> {
    if framework.columns.is_empty() || random.chance(1) {
        return None;
    }
    let last = framework.columns.len() as u64;
    let at = (random.below(last) + random.below(last)) / 2;
    Some(framework.columns[at as usize].id.clone())
}

fn rights(random: &mut Random, people: usize, today: NaiveDate) -> Rights {
    let right = |holder: usize, role: Role, over: Option<usize>| Right {
        holder: person_id(holder),
        role,
        over: over.map(person_id),
        from: None,
        until: None,
    };
    let mut rights = vec![right(0, Role::Owner, None)];
    if people > 1 {
        rights.push(right(1, Role::Reviewer, Some(0)));
    }
    for n in 0..people {
        if n % SPAN == 0 {
            rights.push(right(n, Role::Manager, None));
        }
        let Some(manager) = manager_of(n) else {
            continue;
        };
        let now = right(manager, Role::Line, Some(n));
        // Some had another manager until some time in the last three years.
        if manager != 0 && n % SPAN != 0 && random.chance(15) {
            let day = ago(today, 30 + random.below(1_000));
            rights.push(Right {
                until: Some(ago(day, 1)),
                ..right(0, Role::Line, Some(n))
            });
            rights.push(Right {
                from: Some(day),
                ..now
            });
        } else {
            rights.push(now);
        }
    }
    Rights(rights)
}

/// One post in twenty-five has factors, and up to three nominees each.
fn succession(random: &mut Random, people: usize) -> Vec<CriticalPost> {
    let mut factor = |least: u64| Value::One(Factor((least + random.below(6 - least)) as u8));
    let factors: Vec<Factors> = (0..(people / 25).max(1))
        .map(|_| Factors {
            impact: factor(2),
            statutory: factor(1),
            replace: factor(2),
            scarcity: factor(2),
            reason: String::new(),
        })
        .collect();
    factors
        .into_iter()
        .enumerate()
        .map(|(n, factors)| {
            let mut nominated: Vec<usize> = (0..random.below(4))
                .map(|_| random.below(people as u64) as usize)
                .collect();
            nominated.sort_unstable();
            nominated.dedup();
            CriticalPost {
                post: post_id((n * 25).min(people - 1)),
                factors: vec![(None, factors)],
                nominations: nominated
                    .into_iter()
                    .map(|p| Nomination {
                        person: person_id(p),
                        from: None,
                        until: Value::One(None),
                        decision: None,
                    })
                    .collect(),
            }
        })
        .collect()
}
