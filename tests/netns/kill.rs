//! Either side, or both, killed with SIGKILL while a batch is on its way: nothing that was acknowledged is lost, and both hold the same in
//! the end.

use super::common::folder::Folder;
use super::common::lan::{Lan, Weather};
use super::common::machines::team;
use super::common::small::{Dice, wanted};
use super::{exported, joined, stop};
use guildhall::document::{DocRef, Edit, Kind, Op, Scalar};
use guildhall::domain::PersonId;
use guildhall::store::Store;
use std::collections::BTreeMap;

/// Kills that a plain `cargo test` makes.
const PLAIN: u64 = 4;
/// Edits that each side writes before each kill.
const EDITS: u64 = 24;
/// Letters of each of them: a batch is some hundred thousand bytes.
const LETTERS: usize = 12_000;
/// Bytes in a second on the line, so that a batch is on its way for a while.
const RATE: u64 = 600_000;

type Acks = BTreeMap<String, String>;

fn elm(store: &mut Store) -> DocRef {
    let team = store.team().unwrap();
    let elm = team.people.iter().find(|p| p.name.get() == "Edgar Elm");
    let id: PersonId = elm.unwrap().id.clone();
    DocRef::of(Kind::Record, &id)
}

/// Writes a batch of long notes; each is noted once the store has said that it is saved.
fn write(folder: &Folder, prefix: &str, dice: &mut Dice, acks: &mut Acks) {
    let mut store = Store::open(&folder.data()).unwrap();
    let doc = elm(&mut store);
    for i in 0..EDITS {
        let row = format!("{prefix}-{i}");
        // Nothing that would be packed into less.
        let words = std::iter::repeat_with(|| format!("{:016x}", dice.next()));
        let text: String = words.take(LETTERS / 16).collect();
        let edit = Edit {
            label: row.clone(),
            ops: vec![Op {
                doc: doc.clone(),
                table: "meetings".into(),
                row: row.clone(),
                field: "notes".into(),
                value: Scalar::text(text.clone()),
            }],
            stood: Vec::new(),
        };
        store.commit(&edit).unwrap();
        acks.insert(row, text);
    }
}

/// Everything that was acknowledged is there, as it was written, and the folder is sound.
fn examine(folder: &Folder, acks: &Acks) {
    let mut store = Store::open(&folder.data()).unwrap();
    let doc = elm(&mut store);
    let rows = store.rows(&doc).unwrap();
    for (row, text) in acks {
        let claims = rows.claims("meetings", row, "notes");
        let values: Vec<_> = claims.iter().map(|c| &c.value).collect();
        assert_eq!(
            values,
            [&Scalar::text(text.clone())],
            "{row} was acknowledged"
        );
    }
    drop(store);
    let said = folder.ok(&["doctor"]);
    assert!(said.contains("Nothing is wrong."), "{said}");
}

#[test]
fn whoever_is_killed_in_the_midst_of_a_batch_loses_nothing() {
    let Some(lan) = Lan::of(2) else { return };
    let seed = wanted("GUILDHALL_SEED", 1);
    let kills = wanted("GUILDHALL_NET_KILLS", PLAIN);
    let mut dice = Dice(seed);
    let host = team();
    let guest = joined(&lan, &host, None, &[], |_| {});
    let folders = [&host, &guest];
    lan.weather(Weather {
        rate: RATE,
        ..Weather::default()
    });
    let mut acks: [Acks; 2] = Default::default();
    let mut killed = [0_u64; 2];
    let mut round = 0;
    let mut running = [0, 1].map(|i| Some(lan.watch(i, &folders[i].data(), &[])));
    while killed.iter().sum::<u64>() < kills {
        round += 1;
        let begun = [lan.bytes(0), lan.bytes(1)];
        for i in 0..2 {
            let prefix = format!("side{i}-{round}");
            write(folders[i], &prefix, &mut dice, &mut acks[i]);
        }
        // Some of it came, and not all.
        let sender = dice.below(2) as usize;
        let some = 20_000 + dice.below(EDITS * LETTERS as u64 / 2);
        lan.until_bytes(sender, begun[sender] + some);
        let victims = match dice.below(3) {
            2 => 0..2,
            one => one as usize..one as usize + 1,
        };
        for i in victims.clone() {
            running[i].take().unwrap().kill();
            killed[i] += 1;
        }
        for i in victims {
            // Its own edits are there, whatever was coming.
            examine(folders[i], &acks[i]);
            running[i] = Some(lan.watch(i, &folders[i].data(), &[]));
        }
    }
    let all: Acks = acks
        .iter()
        .flatten()
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    let newest = |i: usize| format!("side{i}-{round}-{}", EDITS - 1);
    super::until("the newest edits of both", || {
        (0..2).all(|i| {
            let mut store = Store::open(&folders[i].data()).unwrap();
            let doc = elm(&mut store);
            let rows = store.rows(&doc).unwrap();
            (0..2).all(|from| !rows.claims("meetings", &newest(from), "notes").is_empty())
        })
    });
    stop(running.map(Option::unwrap));
    for folder in folders {
        examine(folder, &all);
    }
    assert_eq!(exported(&host), exported(&guest));
    println!(
        "{killed:?} killed on either side, seed {seed}; {} edits acknowledged, none lost; {} and {} bytes sent",
        all.len(),
        lan.bytes(0),
        lan.bytes(1)
    );
}
