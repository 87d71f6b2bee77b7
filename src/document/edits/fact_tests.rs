//! Posts, skills, factors, nominations, horizons and objectives: what an edit writes is what the team then has, on the right days.

use super::tests::{Docs, day};
use super::*;
use crate::document::Kind;
use crate::domain::framework::{Expected, Target};
use crate::domain::person::{HorizonBand, ItemState, Priority};
use crate::domain::post::Fte;
use crate::domain::readiness::Band;

const NOW: u64 = 1_795_000_000_000;

fn entry(title: &str) -> PostEntry {
    PostEntry {
        id: None,
        title: title.to_owned(),
        area: None,
        column: Some("g6".into()),
        fte: Fte(80),
        career_to: None,
        since: day(),
    }
}

/// A manager's team with one post, and the id of the post.
fn with_post() -> (Docs, PostId) {
    let mut docs = Docs::new();
    let made = post(&docs.managed("m"), &entry("Laser suite"), day(), NOW).unwrap();
    docs.commit(made, "m");
    let id = docs.managed("m").base.posts[0].id.clone();
    (docs, id)
}

fn yes(id: &str) -> Vec<(PersonId, bool)> {
    vec![(id.into(), true)]
}

fn no(id: &str) -> Vec<(PersonId, bool)> {
    vec![(id.into(), false)]
}

fn tomorrow() -> NaiveDate {
    day().succ_opt().unwrap()
}

#[test]
fn a_post_is_added_and_changed_from_a_day_on() {
    let (mut docs, id) = with_post();
    assert!(id.as_str().starts_with("laser-suite-"));
    let later = PostEntry {
        id: Some(id.clone()),
        title: "Laser and X-ray suite".to_owned(),
        since: tomorrow(),
        ..entry("")
    };
    docs.commit(post(&docs.managed("m"), &later, day(), NOW).unwrap(), "m");
    let team = docs.managed("m");
    let [post] = &team.base.posts[..] else {
        panic!("one post")
    };
    let title = |on| post.on(on).unwrap().title.get().as_str();
    assert_eq!(title(day()), "Laser suite");
    assert_eq!(title(tomorrow()), "Laser and X-ray suite");
    let facts = post.on(day()).unwrap();
    assert_eq!(
        (facts.fte.get().0, facts.column.get().clone()),
        (80, Some("g6".into()))
    );
}

#[test]
fn what_a_post_cannot_be_is_refused_with_the_reason() {
    let (docs, _) = with_post();
    let team = docs.managed("m");
    let said = |entry: &PostEntry| post(&team, entry, day(), NOW).unwrap_err().to_string();
    assert!(said(&entry("  ")).contains("the title is needed"));
    let none = PostEntry {
        fte: Fte(0),
        ..entry("A")
    };
    assert!(said(&none).contains("0.01 to 1.00"));
    let nowhere = PostEntry {
        column: Some("g99".into()),
        ..entry("A")
    };
    assert!(said(&nowhere).contains("g99"));
    let error = post(&docs.managed("p"), &entry("A"), day(), NOW).unwrap_err();
    assert_eq!(error, EditError::ManagersOnly("posts"));
}

#[test]
fn posts_and_skills_are_told_apart_by_what_lists_call_them() {
    let (mut docs, id) = with_post();
    let team = docs.managed("m");
    let twice = post(&team, &entry(" laser SUITE "), day(), NOW + 9).unwrap_err();
    assert!(
        twice
            .to_string()
            .contains("is that of a post of the same area already"),
        "{twice}"
    );
    // The same post may keep its title.
    let again = PostEntry {
        id: Some(id),
        fte: Fte(50),
        ..entry("Laser suite")
    };
    assert!(post(&team, &again, day(), NOW).is_ok());
    let new = |name: &str, code: &str| SkillEntry {
        id: None,
        name: name.to_owned(),
        code: code.to_owned(),
        target: Target::None,
        n_min: 2,
        critical: false,
        since: day(),
    };
    docs.commit(
        skill(&team, &new("Glass blowing", "Glb"), day(), NOW).unwrap(),
        "m",
    );
    let team = docs.managed("m");
    let said = |entry: &SkillEntry| skill(&team, entry, day(), NOW + 9).unwrap_err().to_string();
    assert!(
        said(&new("glass blowing", "Oth")).contains("the name is that of the skill Glb already")
    );
    assert!(
        said(&new("Global checks", "GLB")).contains("the code is that of Glass blowing already")
    );
    let same = SkillEntry {
        id: Some(team.base.skills[0].id.clone()),
        critical: true,
        ..new("Glass blowing", "Glb")
    };
    assert!(skill(&team, &same, day(), NOW).is_ok());
}

#[test]
fn people_come_into_a_post_and_leave_it_the_day_before() {
    let (mut docs, id) = with_post();
    docs.commit(
        holders(&docs.managed("m"), &id, &yes("p"), day(), day()).unwrap(),
        "m",
    );
    let holds = |docs: &Docs, on| {
        let team = docs.managed("m");
        team.base.posts[0].holders.iter().any(|h| h.on(on))
    };
    assert!(holds(&docs, day()));
    assert!(holders(&docs.managed("m"), &id, &yes("p"), day(), day()).is_err());
    // What began on the same day is taken away as if it had never been.
    docs.commit(
        holders(&docs.managed("m"), &id, &no("p"), day(), day()).unwrap(),
        "m",
    );
    assert!(docs.managed("m").base.posts[0].holders.is_empty());
    docs.commit(
        holders(&docs.managed("m"), &id, &yes("p"), day(), day()).unwrap(),
        "m",
    );
    let out = holders(&docs.managed("m"), &id, &no("p"), tomorrow(), day()).unwrap();
    docs.commit(out, "m");
    assert!(holds(&docs, day()) && !holds(&docs, tomorrow()));
    // And in again on the day on which the first time began.
    let again = holders(&docs.managed("m"), &id, &yes("p"), tomorrow(), day()).unwrap();
    docs.commit(again, "m");
    assert!(holds(&docs, tomorrow()));
}

#[test]
fn s07_a_skill_outside_the_framework_has_a_target_of_its_own() {
    let (mut docs, id) = with_post();
    let eight = Target::Points("8".parse().unwrap());
    let laser = SkillEntry {
        id: None,
        name: "Laser".to_owned(),
        code: "Las".to_owned(),
        target: eight,
        n_min: 3,
        critical: true,
        since: day(),
    };
    docs.commit(skill(&docs.managed("m"), &laser, day(), NOW).unwrap(), "m");
    let known = docs.managed("m").base.skills[0].clone();
    assert_eq!(*known.target.on(day()).unwrap().get(), eight);
    assert_eq!(
        (known.n_min, known.critical.on(day()).unwrap().get().0),
        (3, true)
    );
    let wanted = [
        (Asks::Skill(known.id.clone()), true),
        (Asks::MustHave("rps".to_owned(), "RPS".to_owned()), true),
        (Asks::Depends("budget".into()), false),
    ];
    docs.commit(asks(&docs.managed("m"), &id, &wanted, day()).unwrap(), "m");
    let team = docs.managed("m");
    let post = &team.base.posts[0];
    assert!(post.skills[0].1.on(day()).unwrap().get().0);
    assert_eq!(post.must_haves[0].name, "RPS");
    assert_eq!(*post.depends[0].1.on(day()).unwrap().get(), Expected::No);
    let off = [(Asks::Skill(known.id.clone()), false)];
    docs.commit(asks(&team, &id, &off, day()).unwrap(), "m");
    let team = docs.managed("m");
    assert!(!team.base.posts[0].skills[0].1.on(day()).unwrap().get().0);
    let bad = [(Asks::MustHave("R P S".to_owned(), "RPS".to_owned()), true)];
    assert!(asks(&team, &id, &bad, day()).is_err());
    let long = SkillEntry {
        code: "Lasers".to_owned(),
        ..laser
    };
    assert!(skill(&team, &long, day(), NOW).is_err());
}

#[test]
fn s17_a_critical_post_is_scored_from_the_four_factors() {
    let (mut docs, id) = with_post();
    let scored = factors(
        &docs.managed("m"),
        &id,
        [5, 5, 5, 4],
        "few train for it",
        day(),
        day(),
    );
    docs.commit(scored.unwrap(), "m");
    let team = docs.managed("m");
    let board = crate::domain::succession::succession(&team, day()).unwrap();
    assert_eq!((board.posts[0].factor_sum, board.posts[0].c), (19, 5));
    assert!(board.posts[0].critical);
    assert!(factors(&team, &id, [0, 5, 5, 4], "", day(), day()).is_err());
    assert!(factors(&docs.managed("p"), &id, [1, 5, 5, 4], "", day(), day()).is_err());
}

#[test]
fn a_nomination_and_the_decision_beside_it() {
    let (mut docs, id) = with_post();
    docs.commit(
        nominations(&docs.managed("m"), &id, &yes("p"), day(), day()).unwrap(),
        "m",
    );
    let standing = |docs: &Docs| {
        let team = docs.managed("m");
        let records = team.succession.unwrap();
        records
            .first()
            .map_or_else(Vec::new, |r| r.nominations.clone())
    };
    assert!(standing(&docs)[0].on(day()));
    let p: PersonId = "p".into();
    let team = docs.managed("m");
    let why = decide(&team, &id, &p, Some(Band::OneToTwo), " ", day()).unwrap_err();
    assert!(why.to_string().contains("the reason is needed"));
    assert!(decide(&team, &id, &p, Some(Band::Unknown), "x", day()).is_err());
    let decided = decide(
        &team,
        &id,
        &p,
        Some(Band::OneToTwo),
        "one paper short",
        day(),
    );
    docs.commit(decided.unwrap(), "m");
    let (band, reason) = standing(&docs)[0].decision.clone().unwrap();
    assert_eq!(
        (*band.get(), reason.as_str()),
        (Band::OneToTwo, "one paper short")
    );
    let back = decide(&docs.managed("m"), &id, &p, None, "", day()).unwrap();
    docs.commit(back, "m");
    assert_eq!(standing(&docs)[0].decision, None);
    docs.commit(
        nominations(&docs.managed("m"), &id, &no("p"), day(), day()).unwrap(),
        "m",
    );
    assert!(standing(&docs).iter().all(|n| !n.on(day())));
    let why = nominations(&docs.managed("m"), &id, &no("p"), day(), day()).unwrap_err();
    assert!(why.to_string().contains("nominate them first"));
}

#[test]
fn a_horizon_told_to_the_manager_has_its_day() {
    let mut docs = Docs::new();
    let p: PersonId = "p".into();
    let told = told_horizon(&docs.managed("m"), &p, HorizonBand::Within12, day(), day()).unwrap();
    assert_eq!(told.ops[0].doc, DocRef::of(Kind::Record, &p));
    docs.commit(told, "m");
    let team = docs.managed("m");
    let horizon = &team.person(&p).unwrap().horizons[0];
    assert!(horizon.told && horizon.said == day());
    assert_eq!(*horizon.band.get(), HorizonBand::Within12);
    assert!(told_horizon(&team, &p, HorizonBand::Later, tomorrow(), day()).is_err());
    let own = told_horizon(&docs.managed("p"), &p, HorizonBand::Later, day(), day());
    assert_eq!(own.unwrap_err(), EditError::ToldByOneself);
}

#[test]
fn s21_gaps_become_objectives_in_one_step() {
    let (mut docs, id) = with_post();
    let p: PersonId = "p".into();
    let new = |title: &str, subject: Option<Subject>| NewObjective {
        title: title.to_owned(),
        priority: Priority::Gap,
        subject,
        post: Some(id.clone()),
        option: String::new(),
        action: "Talk about how".to_owned(),
    };
    let wanted = [
        new("Budget to 7", Some(Subject::Competency("budget".into()))),
        new("RPS certificate", None),
    ];
    let made = new_objectives(&docs.managed("m"), &p, &wanted, day(), NOW).unwrap();
    assert!(made.ops.iter().all(|o| o.doc == DocRef::of(Kind::Plan, &p)));
    docs.commit(made, "m");
    let twice = new_objectives(&docs.managed("p"), &p, &wanted[..1], day(), NOW + 9).unwrap_err();
    assert!(twice.to_string().contains("in the plan already"), "{twice}");
    let other = [new(
        "Budget to 8",
        Some(Subject::Competency("budget".into())),
    )];
    let again = [other[0].clone(), other[0].clone()];
    assert!(new_objectives(&docs.managed("p"), &p, &again, day(), NOW + 9).is_err());
    let more = new_objectives(&docs.managed("p"), &p, &other, day(), NOW + 9).unwrap();
    docs.commit(more, "p");
    let team = docs.managed("m");
    let plan = &team.person(&p).unwrap().objectives;
    assert_eq!(plan.iter().map(|o| o.order).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(plan[0].subject, wanted[0].subject);
    assert_eq!(plan[0].post.as_ref(), Some(&id));
    assert_eq!(plan[0].actions.len(), 1);
    assert!(
        plan[0]
            .states
            .on(day())
            .is_none_or(|s| *s.get() == ItemState::Open)
    );
    assert!(
        !plan[0].has_measure,
        "it is a draft: nobody can agree it yet"
    );
    let elsewhere = NewObjective {
        option: "A cruise".to_owned(),
        ..new("A", None)
    };
    let why = new_objectives(&team, &p, &[elsewhere], day(), NOW).unwrap_err();
    assert!(
        why.to_string()
            .contains("not one that the framework offers")
    );
}
