//! Carriers: folders of nobody, that pass on what they cannot read.

use super::pairing::{join, make};
use super::*;
use crate::domain::team::Role;
use crate::log::{Change, DocId, Grant};
use crate::store::documents::Writer;
use crate::store::invitations::{Asking, Knock};
use std::collections::HashSet;

/// A carrier that the owner lets in, with what its folder begins with.
pub fn carrier(owner: &mut Store, n: u8) -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let joining = Joining::begin(dir.path(), None).unwrap();
    let (device, ticket) = (joining.device(), [n; 32]);
    owner.invite_carrier(&ticket).unwrap();
    assert_eq!(owner.knock(&ticket, &device).unwrap(), Knock::Agree(None));
    let asking = Asking {
        seal: joining.recipient(),
        consent: joining.consent(&owner.inner.team, &owner.device(), &PersonId::new("")),
        words: [n.into(), 2, 3, 4, 5, 6],
    };
    let asked = owner.request(&ticket, &device, &asking).unwrap();
    assert_eq!(asked, Knock::Wait);
    let confirmed = owner.confirm(&asking.words, None).unwrap();
    assert_eq!((confirmed.person, confirmed.device), (None, device));
    assert_eq!(owner.knock(&ticket, &device).unwrap(), Knock::Admitted);
    let record = owner.record_for(&device).unwrap().unwrap();
    assert_eq!(record.person, None);
    let team = owner.inner.team;
    let made = joining.finish_carrier(&team, &record.entries, &record.statements);
    (dir, made.unwrap())
}

/// What one knows of the record of rights and the other does not.
pub fn tell(from: &mut Store, to: &mut Store) -> Received {
    let names: HashSet<_> = to.record_names().unwrap().into_iter().collect();
    let record = from.record_beyond(&names).unwrap();
    to.receive(&record).unwrap()
}

/// One side's half of an exchange, as a session makes it: what the other lacks and may have.
pub fn pass(from: &mut Store, to: &mut Store) -> Received {
    let mut received = tell(from, to);
    let shelf = from.shelf(&to.device()).unwrap().expect("it takes part");
    let mut docs = shelf.docs;
    docs.sort_by_key(|d| (d.place, d.doc));
    for doc in docs {
        let had = to.ends_for(&from.device(), &doc.doc).unwrap();
        let had = had.unwrap_or_default();
        let gift = from.give(&to.device(), &doc.doc, &had).unwrap();
        received.add(to.receive(&gift.parcel).unwrap());
    }
    received
}

/// A whole exchange; both hold the same then, and nothing was refused.
pub fn meet(one: &mut Store, two: &mut Store) {
    tell(one, two);
    tell(two, one);
    for received in [pass(one, two), pass(two, one)] {
        assert_eq!(received.refused, Vec::<String>::new());
    }
    assert_eq!(shelf(one, two), shelf(two, one));
    assert_eq!(pass(one, two).accepted + pass(two, one).accepted, 0);
}

pub fn shelf(of: &mut Store, with: &Store) -> Vec<(DocId, Digest)> {
    let shelf = of.shelf(&with.device()).unwrap().unwrap();
    shelf.docs.into_iter().map(|d| (d.doc, d.digest)).collect()
}

pub fn id(store: &Store, doc: &DocRef) -> DocId {
    DocId::of(&store.inner.team, doc, 0)
}

pub fn private(person: &str) -> DocRef {
    DocRef::of(Kind::Private, &person.into())
}

pub fn draft(person: &str, text: &str) -> Edit {
    let value = Scalar::text(text);
    let op = op(&private(person), "mark_notes", text, "evidence", value);
    edit(text, vec![op])
}

pub fn noted(store: &mut Store, person: &str, row: &str) -> Vec<Scalar> {
    let rows = store.rows(&record(person)).unwrap();
    values(&rows, "meetings", row, "notes")
}

/// Ids of the documents of which anything is in a file, waiting or not.
pub fn held(store: &Store) -> HashSet<DocId> {
    let mut all = HashSet::new();
    for sql in ["SELECT doc FROM documents", "SELECT doc FROM early"] {
        let mut statement = store.db.prepare(sql).unwrap();
        let rows = statement.query_map([], |r| r.get(0)).unwrap();
        all.extend(rows.map(|doc| DocId(doc.unwrap())));
    }
    all
}

/// Every file of a folder, whole.
pub fn bytes_of(dir: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(dir).unwrap();
    files
        .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect()
}

pub fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|w| w == needle)
}

/// An owner, a technician and a manager's folder, and a carrier, of which only the owner met the others.
pub struct Scene {
    pub _dirs: [TempDir; 2],
    pub owner: Store,
    pub tech: Store,
    pub dir: TempDir,
    pub carrier: Store,
}

pub fn scene() -> Scene {
    let (one, mut owner) = fresh();
    owner.commit(&name("p-1", "Ada Inkwell")).unwrap();
    owner.commit(&name("p-2", "Bo Reed")).unwrap();
    owner.commit(&note("p-1", "m", "first")).unwrap();
    // Who joined before it would have to hear of it first.
    let (dir, carrier) = carrier(&mut owner, 9);
    let (two, tech) = join(&mut owner, "p-1", 1);
    Scene {
        _dirs: [one, two],
        owner,
        tech,
        dir,
        carrier,
    }
}

#[test]
fn two_who_never_meet_exchange_through_a_carrier() {
    let Scene {
        mut owner,
        mut tech,
        mut carrier,
        dir,
        _dirs,
        ..
    } = scene();
    assert_eq!(era(&mut carrier).1, EraBegan::Joined);
    meet(&mut owner, &mut carrier);
    meet(&mut tech, &mut carrier);
    owner.commit(&note("p-1", "n", "over there")).unwrap();
    meet(&mut owner, &mut carrier);
    tech.commit(&name("p-1", "Ada Quill")).unwrap();
    meet(&mut tech, &mut carrier);
    assert_eq!(noted(&mut tech, "p-1", "n"), [Scalar::text("over there")]);
    meet(&mut owner, &mut carrier);
    let person = owner.person(&"p-1".into()).unwrap().unwrap();
    assert_eq!(person.name.get(), "Ada Quill");
    assert_eq!(carrier.check().unwrap().findings, []);
    // Opened again it is the same, and goes on.
    drop(carrier);
    let key = || Ok(KeyFile::open(dir.path(), None)?.secrets);
    let mut carrier = Store::open_carrier(dir.path(), key).unwrap();
    for n in 0..5 {
        owner
            .commit(&note("p-1", &format!("r{n}"), "more"))
            .unwrap();
        meet(&mut owner, &mut carrier);
    }
    meet(&mut tech, &mut carrier);
    assert_eq!(noted(&mut tech, "p-1", "r4"), [Scalar::text("more")]);
    assert_eq!(carrier.check().unwrap().findings, []);
}

#[test]
fn nothing_that_was_written_and_no_key_of_it_stands_in_the_folder() {
    const PLANTED: &str = "Quercus petraea under the third window";
    let Scene {
        mut owner,
        mut tech,
        mut carrier,
        dir,
        _dirs,
        ..
    } = scene();
    owner.commit(&note("p-1", "planted", PLANTED)).unwrap();
    tech.commit(&name("p-1", PLANTED)).unwrap();
    tech.commit(&draft("p-1", PLANTED)).unwrap();
    meet(&mut owner, &mut carrier);
    meet(&mut tech, &mut carrier);
    // Somebody who wishes the carrier well, or not, grants it a key all the same.
    let (device, seal) = (carrier.device(), carrier.recipient());
    let granted = owner.write(|work| {
        let home = record("p-1");
        let (signer, me) = (work.inner.device.clone(), work.inner.me.clone());
        let authority = work.inner.authority(work.db)?.position();
        let at_ms = work.time();
        let writer = Writer {
            signer: &signer,
            person: &me,
            authority,
        };
        let key = work.key_for(&home, &writer, at_ms)?;
        let grant = Grant::wrap(&key, [(&device, seal.as_str())])?;
        work.append_grant(&home, &writer, at_ms, &key, &grant)?;
        work.write_views()
    });
    granted.unwrap();
    meet(&mut owner, &mut carrier);
    let keys: i64 = carrier
        .db
        .query_row("SELECT count(*) FROM keys", [], |r| r.get(0))
        .unwrap();
    assert_eq!(keys, 0);
    drop(carrier);
    let bytes = bytes_of(dir.path());
    assert!(bytes.len() > 20_000);
    for text in [PLANTED, "Ada", "Inkwell", "first"] {
        assert!(!holds(&bytes, text.as_bytes()), "{text}");
    }
    let mut secrets = 0;
    for store in [&owner, &tech] {
        for kind in Kind::ALL {
            let doc = match kind.is_personal() {
                true => DocRef::of(kind, &"p-1".into()),
                false => DocRef::team_wide(kind),
            };
            let ring = super::super::keys::ring(&store.db, &store.inner, &doc).unwrap();
            for key in ring.values() {
                secrets += 1;
                assert!(!holds(&bytes, key.secret()), "a key of {}", kind.name());
            }
        }
    }
    assert!(secrets > 4, "{secrets}");
    // What the search would find, it finds: the id of the team.
    assert!(holds(&bytes, &owner.inner.team.0));
}

#[test]
fn what_is_private_never_arrives_whoever_sends_it() {
    let Scene {
        mut owner,
        mut tech,
        mut carrier,
        dir,
        _dirs,
        ..
    } = scene();
    tech.commit(&draft("p-1", "mine")).unwrap();
    let doc = id(&tech, &private("p-1"));
    assert!(held(&tech).contains(&doc));
    meet(&mut owner, &mut carrier);
    meet(&mut tech, &mut carrier);
    assert!(!held(&carrier).contains(&doc));
    let gift = tech.give(&carrier.device(), &doc, &[]).unwrap();
    assert!(gift.parcel.is_empty() && gift.ends.is_empty());
    assert_eq!(tech.ends_for(&carrier.device(), &doc).unwrap(), None);
    // Forced on it, named and not named.
    let mut statement = tech
        .db
        .prepare(
            "SELECT e.bytes FROM envelopes e JOIN documents d ON d.id = e.doc WHERE d.doc = ?1",
        )
        .unwrap();
    let rows = statement.query_map([&doc.0[..]], |r| r.get(0)).unwrap();
    let envelopes: Vec<Vec<u8>> = rows.collect::<Result<_, _>>().unwrap();
    assert!(!envelopes.is_empty());
    for people in [vec![], vec![PersonId::new("p-1")]] {
        let parcel = Parcel {
            envelopes: envelopes.clone(),
            people: people.into_iter().collect(),
            ..Parcel::default()
        };
        let received = carrier.receive(&parcel).unwrap();
        assert_eq!(received.accepted + received.early, 0);
        assert!(!received.refused.is_empty());
    }
    assert!(!held(&carrier).contains(&doc));
    drop(carrier);
    let bytes = bytes_of(dir.path());
    for envelope in &envelopes {
        assert!(!holds(&bytes, &envelope[envelope.len() - 32..]));
        assert!(!holds(&bytes, &envelope[..64]));
    }
}

#[test]
fn a_document_that_nobody_names_is_not_kept() {
    let Scene {
        mut owner,
        mut carrier,
        _dirs,
        dir: _dir,
        ..
    } = scene();
    pass(&mut owner, &mut carrier);
    owner.commit(&name("p-7", "Cy Unknown")).unwrap();
    let doc = id(&owner, &DocRef::of(Kind::Card, &"p-7".into()));
    let mut gift = owner.give(&carrier.device(), &doc, &[]).unwrap();
    let people = std::mem::take(&mut gift.parcel.people);
    let received = carrier.receive(&gift.parcel).unwrap();
    assert_eq!((received.accepted, received.early), (0, 0));
    assert!(received.refused[0].contains("nobody said which document"));
    assert!(!held(&carrier).contains(&doc));
    gift.parcel.people = people;
    assert!(carrier.receive(&gift.parcel).unwrap().accepted > 0);
    meet(&mut owner, &mut carrier);
}

#[test]
fn a_device_that_the_owner_says_is_somebodys_gets_nothing_private_through_a_carrier() {
    let Scene {
        mut owner,
        mut tech,
        mut carrier,
        _dirs,
        dir: _dir,
        ..
    } = scene();
    tech.commit(&draft("p-1", "mine")).unwrap();
    let (_dir, joining) = {
        let dir = tempfile::tempdir().unwrap();
        let joining = Joining::begin(dir.path(), None).unwrap();
        (dir, joining)
    };
    let admit = Change::Admit {
        device: joining.device(),
        person: Some("p-1".into()),
        seal: joining.recipient(),
    };
    owner.amend(vec![admit]).unwrap();
    let record_of_rights = owner.record_for(&joining.device()).unwrap().unwrap();
    let mut slipped_in = joining
        .finish(
            &owner.inner.team,
            &"p-1".into(),
            &record_of_rights.entries,
            &record_of_rights.statements,
        )
        .unwrap();
    for _ in 0..2 {
        meet(&mut owner, &mut carrier);
        meet(&mut tech, &mut carrier);
        // It was granted no key, so not all that comes can be judged there.
        pass(&mut slipped_in, &mut carrier);
        pass(&mut carrier, &mut slipped_in);
        tech.commit(&draft("p-1", "more")).unwrap();
    }
    let doc = id(&owner, &private("p-1"));
    assert!(held(&slipped_in).contains(&id(&owner, &record("p-1"))));
    for store in [&carrier, &slipped_in, &owner] {
        assert!(!held(store).contains(&doc));
    }
}

#[test]
fn a_carrier_gives_each_device_what_it_may_read_and_no_more() {
    let Scene {
        mut owner,
        mut tech,
        mut carrier,
        _dirs,
        dir: _dir,
        ..
    } = scene();
    owner
        .commit(&note("p-2", "m", "about somebody else"))
        .unwrap();
    meet(&mut owner, &mut carrier);
    let other = id(&owner, &record("p-2"));
    assert!(held(&carrier).contains(&other));
    assert!(shelf(&mut carrier, &tech).iter().all(|(d, _)| *d != other));
    let gift = carrier.give(&tech.device(), &other, &[]).unwrap();
    assert!(gift.parcel.is_empty() && gift.ends.is_empty());
    assert_eq!(carrier.ends_for(&tech.device(), &other).unwrap(), None);
    let news = carrier.news(&tech.device(), 0).unwrap();
    assert!(news.member && !news.docs.contains(&other));
    meet(&mut tech, &mut carrier);
    assert!(!held(&tech).contains(&other));
    // A bundle goes by the same rule.
    let (tech, owner) = (tech.device(), owner.device());
    let audiences = carrier.audiences(&[tech, owner]).unwrap();
    for (who, docs) in audiences {
        assert!(!(who.contains(&tech) && docs.contains(&other)));
    }
}

#[test]
fn packs_are_passed_on_unread_and_bodies_that_come_later_take_their_place() {
    let Scene {
        mut owner,
        mut tech,
        mut carrier,
        _dirs,
        dir: _dir,
    } = scene();
    let doc = record("p-1");
    for n in 0..6 {
        owner
            .commit(&note("p-1", &format!("r{n}"), "packed"))
            .unwrap();
    }
    // The first carrier has the bodies, a second one only hears of the pack.
    pass(&mut owner, &mut carrier);
    assert!(owner.pack_document(&doc).unwrap() > 5);
    let (_second, mut second) = super::carrier::carrier(&mut owner, 10);
    owner.commit(&note("p-1", "after", "whole")).unwrap();
    meet(&mut owner, &mut second);
    pass(&mut owner, &mut carrier);
    pass(&mut carrier, &mut tech);
    let packs = |store: &Store| -> (i64, i64) {
        let count = |sql: &str| store.db.query_row(sql, [], |r| r.get(0)).unwrap();
        (
            count("SELECT count(*) FROM carried_packs"),
            count("SELECT count(*) FROM envelopes WHERE packed = 1"),
        )
    };
    assert!(packs(&second).0 == 1 && packs(&second).1 > 5);
    assert_eq!(packs(&carrier), (0, 0));
    assert_eq!(second.check().unwrap().findings, []);
    meet(&mut tech, &mut second);
    assert_eq!(noted(&mut tech, "p-1", "r3"), [Scalar::text("packed")]);
    assert_eq!(noted(&mut tech, "p-1", "after"), [Scalar::text("whole")]);
    assert_eq!(tech.check().unwrap().findings, []);
    // Two carriers: the one with the bodies gives them to the other, which then needs no pack.
    meet(&mut owner, &mut carrier);
    let doc = id(&owner, &doc);
    let gift = carrier.give(&second.device(), &doc, &[]).unwrap();
    assert!(gift.parcel.packs.is_empty());
    second.receive(&gift.parcel).unwrap();
    assert_eq!(packs(&second), (0, 0));
    assert_eq!(second.check().unwrap().findings, []);
    meet(&mut carrier, &mut second);
}

#[test]
fn what_comes_before_the_record_waits_and_is_taken_when_that_is_here() {
    let Scene {
        mut owner,
        mut carrier,
        _dirs,
        dir: _dir,
        ..
    } = scene();
    pass(&mut owner, &mut carrier);
    make(&mut owner, "boss", Role::Manager);
    let (_boss, mut boss) = join(&mut owner, "boss", 3);
    boss.commit(&note("p-2", "m", "by a new manager")).unwrap();
    let doc = id(&boss, &record("p-2"));
    let gift = boss.give(&carrier.device(), &doc, &[]).unwrap();
    let received = carrier.receive(&gift.parcel).unwrap();
    assert!(received.early > 0 && received.accepted == 0, "{received:?}");
    let received = tell(&mut boss, &mut carrier);
    assert!(received.accepted > 0, "{received:?}");
    assert_eq!(waiting_early(&mut carrier), 0);
    meet(&mut boss, &mut carrier);
    meet(&mut owner, &mut carrier);
    assert_eq!(
        noted(&mut owner, "p-2", "m"),
        [Scalar::text("by a new manager")]
    );
}
