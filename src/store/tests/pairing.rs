//! Invitations: who may invite whom, every way in which one ends, and the folder of whoever joins.

use super::*;
use crate::domain::team::{Right, Role};
use crate::log::{Change, DeviceId, Statement};
use crate::store::invitations::{Asking, Knock, MOST_REQUESTS, OPEN_MS, Standing};

/// The verifying key of a ticket that nobody has to hold here.
fn ticket(n: u8) -> [u8; 32] {
    [n; 32]
}

fn invite_at(store: &mut Store, person: &str, n: u8, now: u64) {
    let id = PersonId::new(person);
    store.invite_at(Some(&id), &ticket(n), now).unwrap();
}

/// Words of a connection.
fn words(n: u16) -> WordPlaces {
    [n, 2, 3, 4, 5, 6]
}

/// A device that wants to join, with its folder.
fn joiner() -> (TempDir, Joining) {
    let dir = tempfile::tempdir().unwrap();
    let joining = Joining::begin(dir.path(), None).unwrap();
    (dir, joining)
}

/// What it brings.
fn asking(store: &Store, joining: &Joining, person: &str, n: u16) -> Asking {
    Asking {
        seal: joining.recipient(),
        consent: joining.consent(&store.inner.team, &store.device(), &person.into()),
        words: words(n),
    }
}

/// What it is sent when it was let in: entries, statements, and a parcel with all it may have.
fn sent(store: &mut Store, device: &DeviceId) -> (Vec<Vec<u8>>, Vec<Vec<u8>>, Parcel) {
    let parcel = store.parcel_for(device).unwrap();
    let ours = crate::log::authority::statement::statements_id(&store.inner.team);
    let statements = parcel.envelopes.iter();
    let statements = statements
        .filter(|e| crate::log::Envelope::decode(e).unwrap().header.log.doc == ours)
        .cloned();
    (parcel.authority.clone(), statements.collect(), parcel)
}

/// The whole way, for whoever is not tested on it.
pub fn join(store: &mut Store, person: &str, n: u8) -> (TempDir, Store) {
    let (dir, mut joined, parcel) = let_in(store, person, n);
    let received = joined.receive(&parcel).unwrap();
    assert_eq!(received.refused, Vec::<String>::new());
    (dir, joined)
}

/// The same up to the parcel, which is not taken yet.
pub fn let_in(store: &mut Store, person: &str, n: u8) -> (TempDir, Store, Parcel) {
    let (dir, joining) = joiner();
    let device = joining.device();
    store.invite(&person.into(), &ticket(n)).unwrap();
    let asking = asking(store, &joining, person, n.into());
    assert_eq!(
        store.knock(&ticket(n), &device).unwrap(),
        Knock::Agree(Some(person.into()))
    );
    assert_eq!(
        store.request(&ticket(n), &device, &asking).unwrap(),
        Knock::Wait
    );
    let confirmed = store.confirm(&words(n.into()), None).unwrap();
    assert_eq!(confirmed.device, device);
    assert_eq!(
        store.knock(&ticket(n), &device).unwrap(),
        Knock::Admitted,
        "a broken connection does not cost the admission"
    );
    let (entries, statements, parcel) = sent(store, &device);
    let team = store.inner.team;
    let joined = joining
        .finish(&team, &person.into(), &entries, &statements)
        .unwrap();
    (dir, joined, parcel)
}

pub fn make(store: &mut Store, person: &str, role: Role) {
    let right = Right {
        holder: person.into(),
        role,
        over: None,
        from: None,
        until: None,
    };
    store.amend(vec![Change::Grant(right)]).unwrap();
}

fn refused<T: std::fmt::Debug>(result: Result<T, StoreError>) -> PairingError {
    match result {
        Err(StoreError::Pairing(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn whoever_was_let_in_has_the_team_and_writes_to_it() {
    let (_dir, mut store) = fresh();
    store.commit(&name("p-1", "Ada Inkwell")).unwrap();
    let (dir, mut joined) = join(&mut store, "p-1", 1);
    assert_eq!(joined.me(), &"p-1".into());
    assert!(!dir.path().join("joining").exists());
    assert_eq!(era(&mut joined).1, EraBegan::Joined);
    joined.commit(&name("p-1", "Ada Quill")).unwrap();
    let device = store.inner.device_id();
    let parcel = joined.parcel_for(&device).unwrap();
    let received = store.receive(&parcel).unwrap();
    assert_eq!((received.quarantined, received.refused.len()), (0, 0));
    drop(joined);
    let again = Store::open(dir.path()).unwrap();
    assert_eq!(again.inner.team, store.inner.team);
}

#[test]
fn an_owner_invites_anybody_a_manager_technicians_and_everybody_themself() {
    let (_dir, mut owner) = fresh();
    for (person, role) in [
        ("boss", Role::Manager),
        ("boss-2", Role::Manager),
        ("dean", Role::Head),
    ] {
        make(&mut owner, person, role);
    }
    let (_boss, mut boss) = join(&mut owner, "boss", 1);
    // A technician, by the manager's statement, which others believe.
    let (_tech, mut tech) = join(&mut boss, "tech", 2);
    for person in ["boss-2", "dean", "owner-1"] {
        let error = refused(boss.invite(&person.into(), &ticket(9)));
        let device = matches!(error, PairingError::HasDevice { .. });
        assert_eq!(device, person == "owner-1", "{error}");
        assert!(device || matches!(error, PairingError::OnlyTheOwner(_)));
    }
    // A technician: further devices of their own, and nobody else.
    let error = refused(tech.invite(&"other".into(), &ticket(9)));
    assert_eq!(error, PairingError::NotAManager);
    let (_second, second) = join(&mut tech, "tech", 3);
    let parcel = tech.parcel_for(&owner.inner.device_id()).unwrap();
    owner.receive(&parcel).unwrap();
    let authority = owner.inner.authority(&owner.db).unwrap();
    for device in [tech.inner.device_id(), second.inner.device_id()] {
        assert_eq!(authority.person_of(&device), Some(&"tech".into()));
    }
    // Their own, also the owner's, come from the person: what is private is theirs.
    let (_own, own) = join(&mut owner, "owner-1", 4);
    let root = owner.inner.device_id();
    let authority = owner.inner.authority(&owner.db).unwrap();
    assert!(authority.is_paired(&root, &own.inner.device_id()));
    let error = refused(owner.invite(&"tech".into(), &ticket(9)));
    assert!(matches!(error, PairingError::HasDevice { .. }), "{error}");
}

#[test]
fn statements_of_one_device_follow_each_other_and_begin_anew_in_each_era() {
    let (dir, mut store) = fresh();
    for n in 1..=3 {
        let (_kept, _joined) = join(&mut store, "owner-1", n);
    }
    let logs = |store: &mut Store| {
        let device = store.inner.device_id();
        let (_, statements, _) = sent(store, &device);
        let mut all: Vec<_> = statements
            .iter()
            .map(|s| crate::log::Envelope::decode(s).unwrap().header)
            .filter(|h| h.log.device == device)
            .map(|h| (h.log.epoch, h.seq))
            .collect();
        all.sort_by_key(|a| a.1);
        all
    };
    let before = logs(&mut store);
    assert_eq!(before.iter().map(|l| l.1).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(before.iter().all(|l| l.0 == before[0].0));
    drop(store);
    let other = tempfile::tempdir().unwrap();
    copy_folder(dir.path(), other.path());
    let mut copied = Store::open(other.path()).unwrap();
    let (_kept, _joined) = join(&mut copied, "owner-1", 4);
    let after = logs(&mut copied);
    let new: Vec<_> = after.iter().filter(|l| !before.contains(l)).collect();
    assert_eq!(new.len(), 1);
    assert_eq!(new[0].1, 1);
    assert_ne!(new[0].0, before[0].0);
    // Nobody who takes no part says anything.
    let device = copied.inner.device_id();
    let stop = Statement::Stop {
        device,
        cuts: Vec::new(),
    };
    copied.state_that(&stop).unwrap();
    let refused = copied.state_that(&stop).unwrap_err();
    assert!(
        matches!(refused, StoreError::NotAllowed { .. }),
        "{refused}"
    );
}

#[test]
fn wrong_words_three_times_end_the_invitation() {
    let (_dir, mut store) = fresh();
    let nobody = refused(store.confirm(&words(1), None));
    assert_eq!(nobody, PairingError::NobodyWaits);
    let id = store.invite(&"p-1".into(), &ticket(1)).unwrap();
    assert_eq!(
        refused(store.confirm(&words(1), None)),
        PairingError::NobodyWaits
    );
    let (_kept, joining) = joiner();
    let asking = asking(&store, &joining, "p-1", 1);
    let device = joining.device();
    store.request(&ticket(1), &device, &asking).unwrap();
    let wrong = |store: &mut Store| refused(store.confirm(&words(7), Some(id)));
    assert_eq!(wrong(&mut store), PairingError::WrongWords { left: 2 });
    assert_eq!(wrong(&mut store), PairingError::WrongWords { left: 1 });
    assert_eq!(wrong(&mut store), PairingError::TooOften);
    let right = refused(store.confirm(&words(1), None));
    assert_eq!(right, PairingError::NobodyWaits, "it is over");
    let turned = store.knock(&ticket(1), &device).unwrap();
    assert_eq!(turned, Knock::Turned(Turned::WrongWords));
    assert_eq!(store.invitations().unwrap()[0].standing, Standing::Over);
    let authority = store.inner.authority(&store.db).unwrap();
    assert!(authority.member(&device).is_none());
}

#[test]
fn a_ticket_is_good_once_and_for_fifteen_minutes() {
    let (_dir, mut store) = fresh();
    let now = now_ms();
    invite_at(&mut store, "p-1", 1, now);
    let (_kept, joining) = joiner();
    let device = joining.device();
    let asked = asking(&store, &joining, "p-1", 1);
    let last = now + OPEN_MS - 1;
    let knock =
        |store: &mut Store, device: &DeviceId, at| store.knock_at(&ticket(1), device, at).unwrap();
    assert!(matches!(knock(&mut store, &device, last), Knock::Agree(_)));
    store.request_at(&ticket(1), &device, &asked, last).unwrap();
    assert_eq!(
        knock(&mut store, &device, last + 1),
        Knock::Turned(Turned::Expired)
    );
    let late = refused(store.confirm_at(&words(1), None, last + 1));
    assert_eq!(late, PairingError::NobodyWaits);
    assert_eq!(
        store.invitations_at(last + 1).unwrap()[0].standing,
        Standing::Expired
    );
    // A clock that was set back by a day makes no day of fifteen minutes.
    let back = now - 24 * 3_600_000;
    assert_eq!(
        knock(&mut store, &device, back),
        Knock::Turned(Turned::Expired)
    );
    store.confirm_at(&words(1), None, last).unwrap();
    let (_other, other) = joiner();
    assert_eq!(
        knock(&mut store, &other.device(), last),
        Knock::Turned(Turned::Used)
    );
    assert_eq!(
        knock(&mut store, &device, last + 1),
        Knock::Admitted,
        "whoever was let in still hears it"
    );
    let again = store
        .request_at(&ticket(1), &other.device(), &asked, last)
        .unwrap();
    assert_eq!(again, Knock::Turned(Turned::Used));
    assert_eq!(
        store.knock(&ticket(2), &device).unwrap(),
        Knock::Turned(Turned::Unknown)
    );
    // A device of the team joins no second time.
    invite_at(&mut store, "p-2", 3, now);
    assert_eq!(
        store.knock_at(&ticket(3), &device, now).unwrap(),
        Knock::Turned(Turned::Member)
    );
}

#[test]
fn a_stolen_ticket_is_a_request_that_is_seen_and_nothing_more() {
    let (_dir, mut store) = fresh();
    let id = store.invite(&"p-1".into(), &ticket(1)).unwrap();
    let mut thieves = Vec::new();
    for n in 0..MOST_REQUESTS as u16 - 1 {
        let (kept, thief) = joiner();
        let asked = asking(&store, &thief, "p-1", 100 + n);
        let said = store.request(&ticket(1), &thief.device(), &asked).unwrap();
        assert_eq!(said, Knock::Wait);
        thieves.push((kept, thief));
    }
    let (_kept, honest) = joiner();
    let device = honest.device();
    let asked = asking(&store, &honest, "p-1", 1);
    store.request(&ticket(1), &device, &asked).unwrap();
    let (_late, late) = joiner();
    assert_eq!(
        store.knock(&ticket(1), &late.device()).unwrap(),
        Knock::Turned(Turned::Crowded)
    );
    let seen = &store.invitations().unwrap()[0];
    assert_eq!(seen.requests.len(), MOST_REQUESTS);
    assert_eq!(seen.standing, Standing::Requested);
    let state = store.inner.authority(&store.db).unwrap().state().clone();
    assert_eq!(state.devices.len(), 1, "nobody is let in by coming");
    let confirmed = store.confirm(&words(1), Some(id)).unwrap();
    assert_eq!(confirmed.device, device);
    for (_, thief) in &thieves {
        let said = store.knock(&ticket(1), &thief.device()).unwrap();
        assert_eq!(said, Knock::Turned(Turned::Other));
        let authority = store.inner.authority(&store.db).unwrap();
        assert!(authority.member(&thief.device()).is_none());
    }
}

#[test]
fn a_request_needs_the_agreement_of_its_own_device_for_this_person() {
    let (_dir, mut store) = fresh();
    store.invite(&"p-1".into(), &ticket(1)).unwrap();
    let (_kept, joining) = joiner();
    let (_other, other) = joiner();
    let device = joining.device();
    let good = asking(&store, &joining, "p-1", 1);
    let mut seal = good.clone();
    seal.seal = "no seal".into();
    let mut foreign = good.clone();
    foreign.seal = other.recipient();
    for bad in [
        asking(&store, &joining, "p-2", 1),
        asking(&store, &other, "p-1", 1),
        seal,
        foreign,
    ] {
        let said = store.request(&ticket(1), &device, &bad).unwrap();
        assert_eq!(said, Knock::Turned(Turned::Disagreed));
    }
    assert!(store.invitations().unwrap()[0].requests.is_empty());
    store.request(&ticket(1), &device, &good).unwrap();
    // The same device over a new connection: the old words are gone.
    let mut anew = good;
    anew.words = words(8);
    store.request(&ticket(1), &device, &anew).unwrap();
    assert_eq!(store.invitations().unwrap()[0].requests.len(), 1);
    assert!(store.confirm(&words(1), None).is_err());
    store.confirm(&words(8), None).unwrap();
}

#[test]
fn a_new_invitation_takes_the_old_one_back_and_one_can_be_cancelled() {
    let (_dir, mut store) = fresh();
    store.invite(&"p-1".into(), &ticket(1)).unwrap();
    let second = store.invite(&"p-1".into(), &ticket(2)).unwrap();
    let (_kept, joining) = joiner();
    let device = joining.device();
    assert_eq!(
        store.knock(&ticket(1), &device).unwrap(),
        Knock::Turned(Turned::Cancelled)
    );
    let left = store.open_invitations().unwrap().unwrap();
    assert!((1..=OPEN_MS).contains(&left));
    store.cancel_invitation(second).unwrap();
    assert_eq!(store.open_invitations().unwrap(), None);
    assert_eq!(
        refused(store.cancel_invitation(second)),
        PairingError::NoInvitation(second)
    );
    assert_eq!(
        store.knock(&ticket(2), &device).unwrap(),
        Knock::Turned(Turned::Cancelled)
    );
    // What ended long ago is forgotten.
    let week = now_ms() + OPEN_MS + 8 * 24 * 3_600_000;
    invite_at(&mut store, "p-1", 3, week);
    assert_eq!(store.invitations().unwrap().len(), 1);
}

#[test]
fn a_right_that_was_lost_meanwhile_lets_nobody_in() {
    let (_dir, mut owner) = fresh();
    make(&mut owner, "boss", Role::Manager);
    let (_boss, mut boss) = join(&mut owner, "boss", 1);
    boss.invite(&"tech".into(), &ticket(2)).unwrap();
    let (_kept, joining) = joiner();
    let asked = asking(&boss, &joining, "tech", 2);
    boss.request(&ticket(2), &joining.device(), &asked).unwrap();
    let right = owner.inner.rights(&owner.db).unwrap().rights.0.clone();
    let right = right.into_iter().find(|r| r.role == Role::Manager).unwrap();
    let end = Change::End {
        right,
        until: day_of(now_ms()).pred_opt().unwrap(),
        cuts: Vec::new(),
    };
    owner.amend(vec![end]).unwrap();
    let parcel = owner.parcel_for(&boss.inner.device_id()).unwrap();
    boss.receive(&parcel).unwrap();
    let error = refused(boss.confirm(&words(2), None));
    assert_eq!(error, PairingError::NotAManager);
    let authority = boss.inner.authority(&boss.db).unwrap();
    assert!(authority.member(&joining.device()).is_none());
}

#[test]
fn joining_that_was_interrupted_goes_on_with_the_same_device() {
    let (_dir, mut store) = fresh();
    let (dir, joining) = joiner();
    let device = joining.device();
    drop(joining);
    assert!(Joining::is_begun(dir.path()));
    let opened = Store::open(dir.path()).unwrap_err();
    assert!(matches!(opened, StoreError::Joining(_)), "{opened}");
    let founded = Store::create(dir.path(), &"me".into()).unwrap_err();
    assert!(matches!(founded, StoreError::Joining(_)), "{founded}");
    let joining = Joining::begin(dir.path(), None).unwrap();
    assert_eq!(joining.device(), device);
    // A file that was begun and holds nothing yet, as a kill leaves it.
    files::create_private(&team_file(dir.path()), &[]).unwrap();
    schema::use_wal(&schema::connect(&team_file(dir.path())).unwrap()).unwrap();
    let joining_again = Joining::begin(dir.path(), None).unwrap();
    store.invite(&"p-1".into(), &ticket(1)).unwrap();
    let asked = asking(&store, &joining, "p-1", 1);
    store.request(&ticket(1), &device, &asked).unwrap();
    let team = store.inner.team;
    let early = sent(&mut store, &device);
    let error = refused(joining.finish(&team, &"p-1".into(), &early.0, &early.1));
    assert_eq!(error, PairingError::NotThisTeam, "nobody has let it in");
    store.confirm(&words(1), None).unwrap();
    let (entries, statements, _) = sent(&mut store, &device);
    let joined = joining_again
        .finish(&team, &"p-1".into(), &entries, &statements)
        .unwrap();
    drop(joined);
    let there = Joining::begin(dir.path(), None).unwrap_err();
    assert!(matches!(there, StoreError::AlreadyThere(_)), "{there}");
    Store::open(dir.path()).unwrap();
}

#[test]
fn a_record_of_another_team_or_person_makes_no_folder() {
    let (_dir, mut store) = fresh();
    let (_other_dir, mut other) = fresh();
    let (dir, joining) = joiner();
    let device = joining.device();
    other.invite(&"p-1".into(), &ticket(1)).unwrap();
    let asked = asking(&other, &joining, "p-1", 1);
    other.request(&ticket(1), &device, &asked).unwrap();
    other.confirm(&words(1), None).unwrap();
    let (entries, statements, _) = sent(&mut other, &device);
    let team = store.inner.team;
    for (team, me) in [(team, "p-1"), (other.inner.team, "p-2")] {
        let joining = Joining::begin(dir.path(), None).unwrap();
        let error = refused(joining.finish(&team, &me.into(), &entries, &statements));
        assert_eq!(error, PairingError::NotThisTeam);
        assert!(!team_file(dir.path()).exists());
    }
    assert!(store.invitations().unwrap().is_empty());
    let nothing = joining.finish(&team, &"p-1".into(), &[], &[]).unwrap_err();
    assert!(matches!(nothing, StoreError::Authority(_)), "{nothing}");
}

#[test]
fn a_protected_folder_is_protected_from_its_first_byte_on() {
    let dir = tempfile::tempdir().unwrap();
    let passphrase = Passphrase::new("correct horse".to_owned().into()).unwrap();
    let joining = Joining::begin(dir.path(), Some(&passphrase)).unwrap();
    let device = joining.device();
    drop(joining);
    let none = Joining::begin(dir.path(), None).unwrap_err();
    assert!(matches!(none, StoreError::PassphraseNeeded(_)), "{none}");
    let again = Joining::begin(dir.path(), Some(&passphrase)).unwrap();
    assert_eq!(again.device(), device);
}

#[test]
fn nobody_invited_is_named_in_the_file() {
    let (dir, mut store) = fresh();
    store.invite(&"opaque-person".into(), &ticket(1)).unwrap();
    let (_kept, joining) = joiner();
    let asked = asking(&store, &joining, "opaque-person", 1);
    let seal = asked.seal.clone();
    store
        .request(&ticket(1), &joining.device(), &asked)
        .unwrap();
    drop(store);
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for secret in ["opaque-person", seal.as_str()] {
            let found = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
            assert!(!found, "{secret}");
        }
    }
}
