//! Many devices that edit apart, hear of each other in any order and more than once, are cloned, removed and get other managers: when
//! everybody has heard everything, everybody sees the same, and nobody holds a key that the table denies.

mod dice;
mod stage;

use super::world::*;
use crate::document::Rows;
use crate::domain::PersonId;
use crate::log::access::Access;
use crate::log::authority::statement::statements_id;
use crate::log::verdict::day_of;
use crate::log::{DocId, KeyId, Verdict};
use stage::{Device, World, all_docs, root};
use std::collections::{BTreeMap, BTreeSet};

fn check(world: &World, seed: u64) -> (usize, usize, usize) {
    let reference = &world.devices[0].authority;
    let (mut compared, mut verdicts, mut quarantined) = (0, 0, 0);
    for device in &world.devices {
        assert_eq!(
            device.authority.position(),
            reference.position(),
            "seed {seed}"
        );
        assert_eq!(device.authority.state(), reference.state(), "seed {seed}");
        assert_eq!(device.authority.joined(), reference.joined(), "seed {seed}");
    }
    for doc in &world.docs {
        let id = DocId::of(&reference.state().team, doc, 0);
        type Seen = BTreeMap<[u8; 32], Verdict>;
        let mut whole: Option<(Seen, Vec<[u8; 32]>, Rows)> = None;
        for device in &world.devices {
            let made = device.made(doc);
            let held = device.held.get(&id).map_or(&[][..], Vec::as_slice);
            let complete = made
                .verdicts
                .iter()
                .all(|v| *v != Verdict::Early(crate::log::Wait::Key));
            // Whoever fell out of a private document with what let them in keeps what they had, and is sent no more of it.
            let own = super::world::device(device.n);
            let out = root(doc).is_some_and(|r| !reference.is_paired(&r, &own));
            // Two branches of what is private are its person's to settle, which nobody does here: until then each has one of them.
            let torn = root(doc).is_some() && made.logs.values().any(|t| t.fork.is_some());
            if held.is_empty() || !complete || out || torn {
                continue;
            }
            let seen: Seen = held
                .iter()
                .zip(&made.verdicts)
                .map(|(e, v)| (e.header.hash(), *v))
                .collect();
            verdicts += seen.len();
            quarantined += seen
                .values()
                .filter(|v| matches!(v, Verdict::Quarantined(_)))
                .count();
            let rows = made.doc.rows(&|a| made.authors.get(a).cloned());
            let now = (seen, made.doc.heads(), rows);
            match &whole {
                None => whole = Some(now),
                Some(before) => {
                    assert_eq!(before.0, now.0, "verdicts of {doc:?}, seed {seed}");
                    assert_eq!(before.1, now.1, "heads of {doc:?}, seed {seed}");
                    assert_eq!(before.2, now.2, "views of {doc:?}, seed {seed}");
                    compared += 1;
                }
            }
        }
    }
    for device in &world.devices {
        keys_are_allowed(world, device, seed);
    }
    (compared, verdicts, quarantined)
}

/// Every key that a device holds is one of a document that its person might read at some time.
fn keys_are_allowed(world: &World, holder: &Device, seed: u64) {
    let authority = &world.devices[0].authority;
    let own = device(holder.n);
    // Whom somebody let in who had no right to any more was taken for a member until that was known.
    let void = authority.joined().void.get(&own);
    let member = authority.member(&own).and_then(|m| m.person.as_ref());
    let Some(person): Option<&PersonId> = member.or(void) else {
        assert!(holder.keys.is_empty(), "seed {seed}");
        return;
    };
    for doc in &world.docs {
        let id = DocId::of(&authority.state().team, doc, 0);
        let held = world.devices[0].held.get(&id);
        let anywhere = world.devices.iter().filter_map(|d| d.held.get(&id));
        let used: BTreeSet<KeyId> = held
            .into_iter()
            .chain(anywhere)
            .flatten()
            .map(|e| e.header.key)
            .collect();
        if !used.iter().any(|k| holder.keys.contains_key(k)) {
            continue;
        }
        let day = day_of(1_000);
        let ever = (1..=authority.position().len).any(|len| {
            authority
                .chain_state()
                .may(Access::Read, doc, person, len, day)
        });
        // The same with whom somebody's own device paired after it had been revoked, while nobody had heard of that.
        let paired = root(doc).is_none_or(|r| authority.is_paired(&r, &own))
            || (void.is_some() && void == doc.person.as_ref());
        assert!(
            ever && paired,
            "{} holds a key of {doc:?}, seed {seed}",
            holder.n
        );
    }
}

#[test]
fn twelve_devices_end_with_the_same_team_whatever_happened_on_the_way() {
    let runs: u64 = std::env::var("GUILDHALL_SIMULATIONS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(6);
    let mut sums = (0, 0, 0, 0, 0);
    for seed in 0..runs {
        let mut world = World::new(seed);
        assert_eq!(world.devices.len(), 12);
        world.run(220);
        world.everybody_hears_everything();
        world.settle();
        world.everybody_hears_everything();
        let (compared, verdicts, quarantined) = check(&world, seed);
        assert!(compared > 9, "seed {seed}: only {compared} comparisons");
        assert!(world.clones == 1);
        sums.0 += world.edits;
        sums.1 += compared;
        sums.2 += verdicts;
        sums.3 += quarantined;
        sums.4 += 1;
    }
    println!(
        "{} simulations (seeds 0 to {}): {} edits, {} documents compared, {} verdicts, {} of them quarantined",
        sums.4,
        runs - 1,
        sums.0,
        sums.1,
        sums.2,
        sums.3
    );
    assert!(sums.3 > 0, "some edits have to end in quarantine");
}

#[test]
fn statements_have_a_document_of_their_own() {
    let team = team().state().team;
    assert!(
        all_docs()
            .iter()
            .all(|d| DocId::of(&team, d, 0) != statements_id(&team))
    );
}
