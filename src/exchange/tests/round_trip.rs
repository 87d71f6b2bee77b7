//! Out and in again.

use super::*;
use crate::document::decode::check;
use crate::document::{decode, encode};
use crate::domain::generate::{generate, synthetic_framework};
use crate::domain::person::Detail;
use crate::domain::team::Rights;
use crate::domain::{Person, Value};
use proptest::prelude::*;

/// A team without what a folder does not carry: entry times, typists, who wrote a claim and when, devices.
fn bare(team: &Team) -> Team {
    let mut team = team.clone();
    for person in &mut team.people {
        let person = Arc::make_mut(person);
        person.heard = None;
        person.admitted = false;
        strip(&mut person.name);
        for mark in person.series.iter_mut().flat_map(|s| &mut s.marks) {
            mark.entered = 0;
            mark.typist = mark.rater.clone();
            strip(&mut mark.answer);
        }
        for horizon in &mut person.horizons {
            strip(&mut horizon.band);
        }
        for objective in &mut person.objectives {
            strip(&mut objective.title);
            strip(&mut objective.completion);
            strip(&mut objective.review);
            for action in &mut objective.actions {
                strip(&mut action.text);
                strip(&mut action.completion);
                strip(&mut action.progress);
            }
        }
        if let Some(detail) = &mut person.detail {
            Arc::<Detail>::make_mut(detail).sources.clear();
        }
    }
    let base = Arc::make_mut(&mut team.base);
    for post in &mut base.posts {
        for (_, facts) in &mut post.facts {
            strip(&mut facts.title);
            strip(&mut facts.fte);
        }
    }
    if let Some(posts) = &mut team.succession {
        for (_, factors) in Arc::make_mut(posts).iter_mut().flat_map(|p| &mut p.factors) {
            strip(&mut factors.impact);
            strip(&mut factors.statutory);
            strip(&mut factors.replace);
            strip(&mut factors.scarcity);
        }
    }
    let mut rights = team.rights.0.clone();
    rights.sort();
    team.rights = Arc::new(Rights(rights));
    team.private = Arc::default();
    team
}

fn strip<T>(value: &mut Value<T>) {
    if let Value::Several(claims) = value {
        for claim in claims {
            claim.author = None;
            claim.at = 0;
        }
    }
}

fn assert_same(a: &Team, b: &Team) {
    let (a, b) = (bare(a), bare(b));
    assert_eq!(a.base, b.base);
    assert_eq!(a.framework, b.framework);
    assert_eq!(a.rights, b.rights);
    assert_eq!(a.succession, b.succession);
    for (one, other) in a.people.iter().zip(&b.people) {
        assert_eq!(one, other);
    }
    assert_eq!(a.people.len(), b.people.len());
}

fn known(team: &Team) -> Ids {
    Ids::random(team.people.iter().map(|p| (p.handle.clone(), p.id.clone())))
}

#[test]
fn the_sample_comes_back_from_its_export() {
    for mode in [
        Mode::Rightful,
        Mode::ImportedBy(parsed(&sample()).owner().to_owned()),
    ] {
        let first = parsed(&sample());
        let mut ids = Ids::random([]);
        let (team, docs) = painted(&first, &mode, &mut ids);
        let exported = export(&docs, &team.rights);
        assert_eq!(exported.left_out, Vec::<String>::new());
        let again = parsed(&exported.files);
        let (back, _) = painted(&again, &mode, &mut ids.clone());
        assert_same(&team, &back);
        let conflicts = |docs: &BTreeMap<DocRef, Rows>| {
            docs.values()
                .flat_map(|rows| rows.tables.values())
                .flat_map(BTreeMap::values)
                .flat_map(BTreeMap::values)
                .filter(|claims| claims.len() > 1)
                .count()
        };
        assert!(conflicts(&docs) > 0);
        // What is exported twice is the same text.
        let (_, docs_back) = painted(&again, &mode, &mut ids);
        assert_eq!(export(&docs_back, &back.rights).files, exported.files);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn a_generated_team_comes_back_from_its_export(people in 2usize..40, seed: u64) {
        let team = generate(Arc::new(synthetic_framework()), people, seed, day());
        let docs: BTreeMap<DocRef, Rows> = encode::team(&team).into_iter().collect();
        for (doc, rows) in &docs {
            prop_assert_eq!(check(doc.kind, rows), vec![], "{:?}", doc);
        }
        let decoded = decode::team(&docs, &team.rights, &team.me, &|_| true);
        let generated = bare(&team);
        let decoded_bare = bare(&decoded);
        prop_assert_eq!(&decoded_bare.framework, &generated.framework);
        prop_assert_eq!(&decoded_bare.base.policy, &generated.base.policy);
        prop_assert_eq!(decoded_bare.base.posts.len(), generated.base.posts.len());
        for (one, other) in decoded_bare.people.iter().zip(&generated.people) {
            let marks = |p: &Person| p.series.iter().map(|s| s.marks.len()).sum::<usize>();
            prop_assert_eq!(&one.id, &other.id);
            prop_assert_eq!(marks(one), marks(other));
            prop_assert_eq!(&one.fte, &other.fte);
            prop_assert_eq!(&one.credentials, &other.credentials);
            prop_assert_eq!(&one.horizons, &other.horizons);
            let agreed = |p: &Person| crate::domain::actions::plan_agreed(p, day());
            prop_assert_eq!(agreed(one), agreed(other));
        }
        let exported = export(&docs, &team.rights);
        prop_assert_eq!(&exported.left_out, &Vec::<String>::new());
        let parsed = parsed(&exported.files);
        let (back, _) = painted(&parsed, &Mode::Rightful, &mut known(&team));
        assert_same(&decoded, &back);
    }
}
