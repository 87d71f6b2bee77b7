//! Two real endpoints on loopback with real folders, both honest.

mod cut_off;
mod hostile;

use super::super::desk::Desk;
use super::super::endpoint::{ALPN_SYNC, Net, NetOptions};
use super::*;
use crate::document::{DocRef, Kind, Rows};
use crate::domain::team::Role;
use crate::log::{Change, DocId};
use crate::store::tests::pairing::{join, make};
use crate::store::tests::{fresh, name, note, record, values};
use crate::store::{Shelf, Store};
use std::time::Duration;
use tempfile::TempDir;

/// Longer than anything here takes; only a hang is cut short by it.
const WATCHDOG: Duration = Duration::from_secs(60);

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(async {
            tokio::time::timeout(WATCHDOG, future)
                .await
                .expect("it hangs")
        })
}

/// A folder on the network.
struct Machine {
    _dir: TempDir,
    desk: Desk,
    net: Net,
    team: TeamId,
    id: DeviceId,
}

impl Machine {
    async fn new((dir, mut store): (TempDir, Store)) -> Self {
        let (team, id, secret) = (store.team_id(), store.device(), store.device_secret());
        let options = NetOptions {
            listen: Some("127.0.0.1:0".parse().unwrap()),
            no_mdns: true,
            relay: None,
        };
        let net = Net::open(&secret, &options).await.unwrap();
        net.guest
            .let_in(store.members().unwrap().into_iter().map(|d| d.0));
        Self {
            _dir: dir,
            desk: Desk::open(store).unwrap(),
            net,
            team,
            id,
        }
    }

    fn session(
        &self,
        connection: iroh::endpoint::Connection,
    ) -> (Session, watch::Receiver<Progress>) {
        let (progress, watched) = watch::channel(Progress::default());
        let session = Session {
            connection,
            desk: self.desk.clone(),
            team: self.team,
            addresses: Vec::new(),
            progress,
        };
        (session, watched)
    }

    async fn with<T: Send + 'static>(&self, f: impl FnOnce(&mut Store) -> T + Send + 'static) -> T {
        self.desk.ask(f).await.unwrap()
    }

    async fn rows(&self, doc: DocRef) -> Rows {
        self.with(move |s| s.rows(&doc).unwrap()).await
    }

    async fn shelf(&self, peer: &Machine) -> Shelf {
        let peer = peer.id;
        self.with(move |s| s.shelf(&peer).unwrap().unwrap()).await
    }
}

type Ended = Result<Progress, SessionError>;

/// One session between two machines, begun by the first.
async fn meet(a: &Machine, b: &Machine, until: Until) -> (Ended, Ended) {
    let (one, two) = connect(a, b).await;
    let (one, _) = a.session(one);
    let (two, _) = b.session(two);
    tokio::join!(one.run(until), two.run(until))
}

async fn connect(
    a: &Machine,
    b: &Machine,
) -> (iroh::endpoint::Connection, iroh::endpoint::Connection) {
    let accepting = async {
        let incoming = b.net.endpoint.accept().await.unwrap();
        incoming.await.unwrap()
    };
    let addresses = b.net.addresses();
    let dialling = a.net.connect(&b.id.0, &addresses, ALPN_SYNC);
    let (one, two) = tokio::join!(dialling, accepting);
    (one.unwrap(), two)
}

async fn even(a: &Machine, b: &Machine) -> (Progress, Progress) {
    let (one, two) = meet(a, b, Until::Even).await;
    let (one, two) = (one.unwrap(), two.unwrap());
    assert!(one.even && two.even);
    let docs = |s: Shelf| -> Vec<(DocId, crate::store::Digest)> {
        s.docs.into_iter().map(|d| (d.doc, d.digest)).collect()
    };
    assert_eq!(docs(a.shelf(b).await), docs(b.shelf(a).await));
    (one, two)
}

/// An owner with some people, and another manager who joined.
async fn two_managers(people: usize) -> (Machine, Machine) {
    let (dir, mut owner) = fresh();
    for n in 0..people {
        owner
            .commit(&name(&format!("p-{n}"), "Ada Inkwell"))
            .unwrap();
        owner
            .commit(&note(&format!("p-{n}"), "m", "first"))
            .unwrap();
    }
    make(&mut owner, "boss", Role::Manager);
    let (boss_dir, boss) = join(&mut owner, "boss", 1);
    (
        Machine::new((dir, owner)).await,
        Machine::new((boss_dir, boss)).await,
    )
}

async fn noted(machine: &Machine, person: &str, row: &str) -> usize {
    let rows = machine.rows(record(person)).await;
    values(&rows, "meetings", row, "notes").len()
}

#[test]
fn each_sends_what_the_other_lacks_and_both_hold_the_same() {
    run(async {
        let (owner, boss) = two_managers(3).await;
        owner
            .with(|s| s.commit(&note("p-0", "o", "by the owner")).map(drop))
            .await
            .unwrap();
        boss.with(|s| s.commit(&note("p-0", "b", "by the other")).map(drop))
            .await
            .unwrap();
        boss.with(|s| s.commit(&note("p-9", "n", "somebody new")).map(drop))
            .await
            .unwrap();
        // The same field apart: both values stay.
        owner
            .with(|s| s.commit(&note("p-1", "m", "one")).map(drop))
            .await
            .unwrap();
        boss.with(|s| s.commit(&note("p-1", "m", "two")).map(drop))
            .await
            .unwrap();
        even(&boss, &owner).await;
        for machine in [&owner, &boss] {
            assert_eq!(noted(machine, "p-0", "o").await, 1);
            assert_eq!(noted(machine, "p-0", "b").await, 1);
            assert_eq!(noted(machine, "p-9", "n").await, 1);
            assert_eq!(noted(machine, "p-1", "m").await, 2);
        }
        let met = owner.with(|s| s.met().unwrap()).await;
        assert_eq!((met.len(), met[0].waiting), (1, 0));
    });
}

#[test]
fn meeting_again_with_nothing_new_takes_few_bytes_and_one_edit_little_more() {
    run(async {
        let (owner, boss) = two_managers(150).await;
        even(&boss, &owner).await;
        let (one, two) = even(&boss, &owner).await;
        let bytes = one.bytes_in + one.bytes_out;
        assert_eq!(bytes, two.bytes_in + two.bytes_out);
        assert!(bytes <= 1_024, "{bytes} bytes for nothing new");
        owner
            .with(|s| s.commit(&note("p-77", "o", "new")).map(drop))
            .await
            .unwrap();
        let (one, _) = even(&boss, &owner).await;
        let bytes = one.bytes_in + one.bytes_out;
        assert!(bytes <= 4_096, "{bytes} bytes for one edit");
        assert_eq!(one.accepted, 1);
        assert_eq!(noted(&boss, "p-77", "o").await, 1);
    });
}

#[test]
fn what_is_written_while_connected_is_pushed_and_not_sent_back() {
    run(async {
        let (owner, boss) = two_managers(2).await;
        let (one, two) = connect(&owner, &boss).await;
        let (one, mut at_owner) = owner.session(one);
        let (two, mut at_boss) = boss.session(two);
        let sessions =
            tokio::spawn(
                async move { tokio::join!(one.run(Until::Closed), two.run(Until::Closed)) },
            );
        at_owner.wait_for(|p| p.even).await.unwrap();
        at_boss.wait_for(|p| p.even).await.unwrap();
        for n in 0..5 {
            let before = at_boss.borrow().accepted;
            owner
                .with(move |s| {
                    s.commit(&note("p-0", &format!("o{n}"), "by the owner"))
                        .map(drop)
                })
                .await
                .unwrap();
            at_boss.wait_for(|p| p.accepted > before).await.unwrap();
            assert_eq!(noted(&boss, "p-0", &format!("o{n}")).await, 1);
            let before = at_owner.borrow().accepted;
            boss.with(move |s| {
                s.commit(&note("p-1", &format!("b{n}"), "by the other"))
                    .map(drop)
            })
            .await
            .unwrap();
            at_owner.wait_for(|p| p.accepted > before).await.unwrap();
        }
        at_owner.wait_for(|p| p.unkept == 0).await.unwrap();
        assert_eq!(at_owner.borrow().accepted, 5);
        assert_eq!(at_boss.borrow().accepted, 5);
        // Whoever closes its program leaves in order.
        owner.net.endpoint.close().await;
        let (_, boss) = sessions.await.unwrap();
        assert!(matches!(boss, Ok(_) | Err(SessionError::Left)), "{boss:?}");
    });
}

#[test]
fn a_technician_gets_what_is_theirs_and_nothing_of_a_colleague() {
    run(async {
        let (dir, mut owner) = fresh();
        for n in ["p-1", "p-2"] {
            owner.commit(&name(n, "Ada Inkwell")).unwrap();
            owner.commit(&note(n, "m", "first")).unwrap();
        }
        let (tech_dir, tech) = join(&mut owner, "p-1", 1);
        let (owner, tech) = (
            Machine::new((dir, owner)).await,
            Machine::new((tech_dir, tech)).await,
        );
        owner
            .with(|s| s.commit(&note("p-1", "o", "for you")).map(drop))
            .await
            .unwrap();
        owner
            .with(|s| s.commit(&note("p-2", "o", "about a colleague")).map(drop))
            .await
            .unwrap();
        even(&tech, &owner).await;
        assert_eq!(noted(&tech, "p-1", "o").await, 1);
        assert_eq!(noted(&tech, "p-2", "o").await, 0);
        let team = owner.team;
        let theirs = DocId::of(&team, &record("p-2"), 0);
        let me = tech.id;
        let there = tech.with(move |s| s.ends_for(&me, &theirs).unwrap()).await;
        assert_eq!(there, Some(Vec::new()), "not even encrypted");
        // And what is private to the owner is on no other machine.
        let private = DocRef::of(Kind::Private, &"owner-1".into());
        let draft = crate::store::tests::edit(
            "draft",
            vec![crate::store::tests::op(
                &private,
                "mark_notes",
                "d",
                "text",
                crate::document::Scalar::text("mine"),
            )],
        );
        owner
            .with(move |s| s.commit(&draft).map(drop))
            .await
            .unwrap();
        let (_, progress) = even(&tech, &owner).await;
        assert_eq!(
            progress.bytes_out.max(progress.bytes_in),
            progress.bytes_out
        );
        assert!(progress.bytes_out < 1_024);
    });
}

#[test]
fn a_device_that_is_removed_while_connected_is_shown_out() {
    run(async {
        let (owner, boss) = two_managers(1).await;
        let (one, two) = connect(&boss, &owner).await;
        let (one, mut at_boss) = boss.session(one);
        let (two, _) = owner.session(two);
        let sessions =
            tokio::spawn(
                async move { tokio::join!(one.run(Until::Closed), two.run(Until::Closed)) },
            );
        at_boss.wait_for(|p| p.even).await.unwrap();
        let gone = boss.id;
        owner
            .with(move |s| {
                let revoke = Change::Revoke {
                    device: gone,
                    cuts: Vec::new(),
                };
                s.amend(vec![revoke]).map(drop)
            })
            .await
            .unwrap();
        let (at_boss, at_owner) = sessions.await.unwrap();
        assert!(
            matches!(at_owner, Err(SessionError::Removed)),
            "{at_owner:?}"
        );
        assert!(
            matches!(at_boss, Err(SessionError::Unknown | SessionError::Removed)),
            "{at_boss:?}"
        );
    });
}

#[test]
fn packed_documents_arrive_whole() {
    run(async {
        let (owner, boss) = two_managers(2).await;
        owner
            .with(|s| {
                for n in 0..40 {
                    s.commit(&note("p-0", &format!("o{n}"), "often")).unwrap();
                }
                assert!(s.pack_document(&record("p-0")).unwrap() > 40);
            })
            .await;
        even(&boss, &owner).await;
        let rows = boss.rows(record("p-0")).await;
        assert_eq!(rows.table("meetings").count(), 41);
        assert_eq!(boss.with(|s| s.check().unwrap().findings).await, []);
        // And a new edit behind the pack travels alone.
        owner
            .with(|s| s.commit(&note("p-0", "last", "new")).map(drop))
            .await
            .unwrap();
        let (one, _) = even(&boss, &owner).await;
        assert_eq!(one.accepted, 1);
        assert!(one.bytes_in + one.bytes_out < 4_096);
    });
}

#[test]
fn another_team_and_another_version_are_told_apart() {
    run(async {
        let (owner, boss) = two_managers(0).await;
        let (one, two) = connect(&boss, &owner).await;
        let (mut one, _) = boss.session(one);
        one.team = TeamId([9; 32]);
        let (two, _) = owner.session(two);
        let (at_boss, at_owner) = tokio::join!(one.run(Until::Even), two.run(Until::Even));
        assert!(
            matches!(at_owner, Err(SessionError::Elsewhere)),
            "{at_owner:?}"
        );
        assert!(at_boss.is_err());
    });
}

#[test]
fn whoever_lacks_entries_of_the_record_hears_them_first() {
    run(async {
        let (owner, boss) = two_managers(2).await;
        owner.with(|s| make(s, "p-0", Role::Head)).await;
        boss.with(|s| s.commit(&note("p-1", "b", "new")).map(drop))
            .await
            .unwrap();
        let before = boss.with(|s| s.record_digest().unwrap()).await;
        even(&boss, &owner).await;
        let after = boss.with(|s| s.record_digest().unwrap()).await;
        assert_ne!(before, after);
        assert_eq!(after, owner.with(|s| s.record_digest().unwrap()).await);
        assert_eq!(noted(&owner, "p-1", "b").await, 1);
    });
}
