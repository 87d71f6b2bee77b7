//! What exchanging between two machines costs, with its measures in the same run.
//!
//! `cargo bench --bench sync` (`-- 100` for another number of people; with 500 it takes two minutes). Two folders and two endpoints on loopback,
//! in one process, each with threads of its own. The team comes from the seeded generator, lives for three years, and is packed.

use chrono::NaiveDate;
use guildhall::document::{DocRef, Edit, Kind, Op, Scalar, encode};
use guildhall::domain::PersonId;
use guildhall::domain::generate::{generate, synthetic_framework};
use guildhall::domain::team::{Right, Role};
use guildhall::exchange::{self, Ids, Mode};
use guildhall::log::{DeviceId, Envelope, SignedHeader, TeamId};
use guildhall::store::{Asking, Joining, Parcel, Seed, Store};
use guildhall::sync::endpoint::{ALPN_SYNC, Net, NetOptions};
use guildhall::sync::{Desk, Progress, Session, Until};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::watch;

/// A second manager, who joins over the network, and a third, who is handed everything at once.
const OTHER: &str = "other-manager";
const THIRD: &str = "third-manager";
/// How often each small thing is measured.
const TIMES: usize = 40;
/// Edits about a person in three years.
const EDITS: usize = 75;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day of the calendar")
}

/// A made-up team in a data folder, written by its owner's device and packed.
fn owner(people: usize) -> (TempDir, Store, Vec<PersonId>) {
    let team = generate(Arc::new(synthetic_framework()), people, 7, today());
    let docs: BTreeMap<_, _> = encode::team(&team).into_iter().collect();
    let files = exchange::export(&docs, &team.rights).files;
    let parsed = exchange::parse(&files).expect("what is exported can be read");
    // All of it by one hand, as a manager's import is.
    let mode = Mode::ImportedBy(parsed.owner().to_owned());
    let mut ids = Ids::random([]);
    let written = exchange::writings(&parsed, &mode, &mut ids, today()).expect("ids");
    let mut rights = exchange::rights(&parsed, &ids);
    rights.0.extend([OTHER, THIRD].map(|holder| Right {
        holder: holder.into(),
        role: Role::Manager,
        over: None,
        from: None,
        until: None,
    }));
    let me = ids.get(parsed.owner()).expect("an owner").clone();
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = Store::create(dir.path(), &me).expect("a store");
    store
        .seed(&written.writings, &rights, &Seed::Own)
        .expect("a whole team");
    // Nobody keeps the record about themself.
    let others = ids.iter().filter(|(_, id)| **id != me);
    let people: Vec<PersonId> = others.map(|(_, id)| id.clone()).collect();
    live(&mut store, &people);
    for person in &people {
        for kind in [Kind::Card, Kind::SelfRecord, Kind::Record, Kind::Plan] {
            let doc = DocRef::of(kind, person);
            store.pack_document(&doc).expect("packed");
        }
    }
    (dir, store, people)
}

/// Three years of meetings noted and of progress with actions, an edit for about every other week, each in a record and a plan.
fn live(store: &mut Store, people: &[PersonId]) {
    let begun = Instant::now();
    for (n, person) in people.iter().enumerate() {
        for week in 0..EDITS {
            let day = today() - chrono::Days::new((EDITS - week) as u64 * 14);
            let at = |kind, table: &str, row: &str, field: &str, value| Op {
                doc: DocRef::of(kind, person),
                table: table.into(),
                row: row.into(),
                field: field.into(),
                value,
            };
            let meeting = |field, value| {
                let row = format!("meeting-{week}");
                at(Kind::Record, "meetings", &row, field, value)
            };
            let progress = |field, value| {
                let row = format!("action-{n}|{day}|{OTHER}");
                at(Kind::Plan, "states", &row, field, value)
            };
            let ops = vec![
                meeting("date", Scalar::text(day.to_string())),
                meeting("kind", Scalar::text("development")),
                meeting("notes", Scalar::text(words(n * 1_000 + week))),
                progress("note", Scalar::text(words(n * 1_000 + week + 500))),
            ];
            let edit = Edit::new("a meeting", ops);
            store.commit(&edit).expect("saved");
        }
    }
    println!("three years lived in {:.1?}", begun.elapsed());
}

/// A few sentences, the same for the same number and not alike for two.
fn words(seed: usize) -> String {
    const WORDS: [&str; 32] = [
        "laser",
        "bench",
        "microscope",
        "safety",
        "asked",
        "shown",
        "agreed",
        "week",
        "training",
        "calibration",
        "repeat",
        "sample",
        "induction",
        "student",
        "alone",
        "supervised",
        "vacuum",
        "furnace",
        "next",
        "before",
        "after",
        "record",
        "workshop",
        "lathe",
        "network",
        "camera",
        "studio",
        "course",
        "booked",
        "finished",
        "helped",
        "with",
    ];
    let mut state = seed as u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let said: Vec<&str> = (0..25).map(|_| WORDS[next() % WORDS.len()]).collect();
    said.join(" ")
}

/// A folder that joined, with nothing in it but the record of rights.
fn joined(owner: &mut Store, person: &str, ticket: [u8; 32]) -> (TempDir, Store) {
    let dir = tempfile::tempdir().expect("a folder");
    let joining = Joining::begin(dir.path(), None).expect("a key");
    let (person, device) = (PersonId::from(person), joining.device());
    let words = [1, 2, 3, 4, 5, 6];
    owner.invite(&person, &ticket).expect("an invitation");
    owner.knock(&ticket, &device).expect("a knock");
    let asking = Asking {
        seal: joining.recipient(),
        consent: joining.consent(&owner.team_id(), &owner.device(), &person),
        words,
    };
    owner.request(&ticket, &device, &asking).expect("a request");
    owner.confirm(&words, None).expect("let in");
    let record = owner
        .record_for(&device)
        .expect("a record")
        .expect("a member");
    let store = joining
        .finish(
            &owner.team_id(),
            record.person.as_ref().expect("a person's"),
            &record.entries,
            &record.statements,
        )
        .expect("a team");
    (dir, store)
}

struct Machine {
    desk: Desk,
    net: Net,
    team: TeamId,
    id: DeviceId,
}

impl Machine {
    async fn new(mut store: Store) -> Self {
        let (team, id, secret) = (store.team_id(), store.device(), store.device_secret());
        let options = NetOptions {
            listen: Some("127.0.0.1:0".parse().expect("an address")),
            no_mdns: true,
            relay: None,
        };
        let net = Net::open(&secret, &options).await.expect("a socket");
        let members = store.members().expect("members");
        net.guest.let_in(members.into_iter().map(|d| d.0));
        Self {
            desk: Desk::open(store).expect("a desk"),
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
}

async fn connect(
    a: &Machine,
    b: &Machine,
) -> (iroh::endpoint::Connection, iroh::endpoint::Connection) {
    let accepting = async {
        let incoming = b.net.endpoint.accept().await.expect("somebody");
        incoming.await.expect("a connection")
    };
    let addresses = b.net.addresses();
    let (one, two) = tokio::join!(a.net.connect(&b.id.0, &addresses, ALPN_SYNC), accepting);
    (one.expect("a connection"), two)
}

/// From dialling until both hold the same.
async fn meet(a: &Machine, b: &Machine) -> (Duration, Progress) {
    let begun = Instant::now();
    let (one, two) = connect(a, b).await;
    let (one, mut at_one) = a.session(one);
    let (two, mut at_two) = b.session(two);
    let both =
        tokio::spawn(async move { tokio::join!(one.run(Until::Even), two.run(Until::Even)) });
    let met = async {
        at_one.wait_for(|p| p.even).await?;
        at_two.wait_for(|p| p.even).await
    };
    if met.await.is_err() {
        panic!("they never held the same: {:?}", both.await);
    }
    let took = begun.elapsed();
    let (one, two) = both.await.expect("no panic");
    two.expect("no error");
    (took, one.expect("no error"))
}

fn edit(person: &PersonId, n: usize) -> Edit {
    let op = Op {
        doc: DocRef::of(Kind::Record, person),
        table: "meetings".into(),
        row: format!("bench-{n}"),
        field: "notes".into(),
        value: Scalar::text(format!("Seen in case {n}.")),
    };
    Edit::new("a note", vec![op])
}

fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

/// Checks and inserts what was sent, without a network and without reading any of it: the least that storing it can cost.
fn baseline(parcel: &Parcel) -> Duration {
    let dir = tempfile::tempdir().expect("a folder");
    let db = rusqlite::Connection::open(dir.path().join("raw.db")).expect("a file");
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE raw (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL)",
    )
    .expect("a table");
    let begun = Instant::now();
    db.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
    let mut insert = db
        .prepare("INSERT INTO raw (bytes) VALUES (?1)")
        .expect("a statement");
    for bytes in &parcel.envelopes {
        Envelope::decode(bytes)
            .expect("an envelope")
            .verify()
            .expect("signed");
        insert.execute([bytes]).expect("inserted");
    }
    for logs in &parcel.packs {
        for header in &logs.headers {
            let bytes = header.as_slice().try_into().expect("a header");
            SignedHeader::decode(bytes)
                .expect("a header")
                .verify()
                .expect("signed");
            insert.execute([header]).expect("inserted");
        }
        insert.execute([&logs.pack]).expect("inserted");
    }
    db.execute_batch("COMMIT").expect("committed");
    begun.elapsed()
}

/// What the documents of a folder take Automerge itself to load, one after the other; how many, and how many bytes.
fn loading(store: &mut Store) -> (Duration, usize, usize) {
    let sources = store.history_sources().expect("documents");
    let saved: Vec<Vec<u8>> = (sources.documents.iter())
        .filter_map(|doc| store.automerge(doc).expect("a document"))
        .collect();
    let begun = Instant::now();
    for bytes in &saved {
        automerge::AutoCommit::load(bytes).expect("a document");
    }
    let bytes = saved.iter().map(Vec::len).sum();
    (begun.elapsed(), saved.len(), bytes)
}

fn main() {
    // RUST_LOG says more of what goes wrong.
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .init();
    let asked = std::env::args().skip(1).find_map(|a| a.parse().ok());
    let people: usize = asked.unwrap_or(500);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let (_one, mut store, ids) = owner(people);
    let (_two, other) = joined(&mut store, OTHER, [7; 32]);
    let (_three, mut third) = joined(&mut store, THIRD, [8; 32]);
    let parcel = store.parcel_for(&third.device()).expect("a parcel");
    let bytes: usize = parcel.envelopes.iter().map(Vec::len).sum::<usize>()
        + parcel
            .packs
            .iter()
            .map(|p| p.pack.len() + p.headers.iter().map(Vec::len).sum::<usize>())
            .sum::<usize>();
    let headers: usize = parcel.packs.iter().map(|p| p.headers.len()).sum();
    println!(
        "{people} people: {} envelopes, {} packs of {headers}, {:.1} MiB",
        parcel.envelopes.len(),
        parcel.packs.len(),
        bytes as f64 / f64::from(1 << 20)
    );
    let least = baseline(&parcel);
    println!("checked and inserted into a bare table: {least:.2?}");
    let begun = Instant::now();
    third.receive(&parcel).expect("all of it");
    let alone = begun.elapsed();
    println!("checked, inserted and every view made, without a network: {alone:.2?}");
    drop((parcel, third));
    let (load, documents, saved) = loading(&mut store);
    println!(
        "Automerge loads the same {documents} documents, {:.1} MiB as it saves them: {load:.2?}",
        saved as f64 / f64::from(1 << 20)
    );
    runtime.block_on(async {
        let (owner, other) = (Machine::new(store).await, Machine::new(other).await);
        let (took, progress) = meet(&other, &owner).await;
        println!(
            "first sync, every view made: {took:.2?}; {:.2} times a bare table, {:.2} times without a network, {:.2} times loading; {} edits came, {:.1} MiB",
            took.as_secs_f64() / least.as_secs_f64(),
            took.as_secs_f64() / alone.as_secs_f64(),
            took.as_secs_f64() / load.as_secs_f64(),
            progress.accepted,
            progress.bytes_in as f64 / f64::from(1 << 20)
        );
        let begun = Instant::now();
        let team = other.desk.ask(|s| s.team().map(|t| t.people.len())).await;
        println!(
            "the team read: {:?} people in {:.2?}",
            team,
            begun.elapsed()
        );
        let mut nothing: Vec<Duration> = Vec::new();
        let mut last = Progress::default();
        for _ in 0..TIMES {
            let (took, progress) = meet(&other, &owner).await;
            nothing.push(took);
            last = progress;
        }
        println!(
            "again with nothing new: p50 {:.2?}, p99 {:.2?}, {} bytes",
            percentile(&mut nothing, 50),
            percentile(&mut nothing, 99),
            last.bytes_in + last.bytes_out
        );
        let mut one: Vec<Duration> = Vec::new();
        for n in 0..TIMES {
            let person = ids[n * 7 % ids.len()].clone();
            let saved = owner
                .desk
                .ask(move |s| s.commit(&edit(&person, n)).map(drop))
                .await;
            saved.expect("a desk").expect("saved");
            let (took, progress) = meet(&other, &owner).await;
            one.push(took);
            last = progress;
        }
        println!(
            "again with one edit: p50 {:.2?}, p99 {:.2?}, {} bytes",
            percentile(&mut one, 50),
            percentile(&mut one, 99),
            last.bytes_in + last.bytes_out
        );
        let (a, b) = connect(&owner, &other).await;
        let (a, mut at_a) = owner.session(a);
        let (b, mut at_b) = other.session(b);
        let both =
            tokio::spawn(async move { tokio::join!(a.run(Until::Closed), b.run(Until::Closed)) });
        at_a.wait_for(|p| p.even).await.expect("it goes on");
        at_b.wait_for(|p| p.even).await.expect("it goes on");
        let mut live: Vec<Duration> = Vec::new();
        for n in 0..TIMES * 5 {
            let person = ids[n % 5].clone();
            let before = at_b.borrow().accepted;
            let begun = Instant::now();
            let saved = owner
                .desk
                .ask(move |s| s.commit(&edit(&person, TIMES + n)).map(drop))
                .await;
            saved.expect("a desk").expect("saved");
            at_b.wait_for(|p| p.accepted > before)
                .await
                .expect("it goes on");
            live.push(begun.elapsed());
        }
        println!(
            "an edit here until it is in the other's view: p50 {:.2?}, p99 {:.2?}",
            percentile(&mut live, 50),
            percentile(&mut live, 99)
        );
        owner.net.endpoint.close().await;
        let _ = both.await;
    });
}
