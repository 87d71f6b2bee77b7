//! The vectors of `docs/format.md`: each is made anew from fixed keys and must stand in the page, and the page has no others. So page and
//! code cannot drift apart, and a second implementation has something to hold itself to.

use ed25519_dalek::SigningKey;
use guildhall::document::crdt::{ActorId, Doc};
use guildhall::document::{DocRef, Kind, Scalar};
use guildhall::domain::team::{Right, Role};
use guildhall::log::authority::statement::statements_id;
use guildhall::log::authority::{Change, Founding, Statement};
use guildhall::log::envelope::{BodyKind, Header, Position};
use guildhall::log::pack::{self, Coverage, FRONT_LEN, Subject};
use guildhall::log::{
    Authority, Cut, DeviceId, DocId, DocKey, Envelope, Epoch, Grant, KeyId, LogId, SignedHeader,
    Target, TeamId, Verdict, assemble, recovery, seal,
};
use guildhall::store::Secrets;
use std::collections::BTreeMap;

const PAGE: &str = include_str!("../docs/format.md");
/// 2026-06-01, 09:00 UTC.
const TIME: u64 = 1_780_304_400_000;

/// All that the vectors are made of.
struct World {
    secrets: Secrets,
    owner: SigningKey,
    authority: Authority,
    doc: DocRef,
    log: LogId,
    key: DocKey,
}

fn signing(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

fn device(key: &SigningKey) -> DeviceId {
    DeviceId(key.verifying_key().to_bytes())
}

fn world() -> World {
    let mut bytes = [0x11; 96];
    bytes[32..64].fill(0x22);
    bytes[64..].fill(0x33);
    let secrets = Secrets::from_bytes(&bytes);
    let owner = secrets.device();
    let founding = Founding {
        salt: [0x44; 32],
        person: "p1".into(),
        seal: secrets.recipient(),
        recovery: signing(0x55).verifying_key().to_bytes(),
        time_ms: TIME,
    };
    let right = Right {
        holder: "p2".into(),
        role: Role::Line,
        over: Some("p3".into()),
        from: chrono::NaiveDate::from_ymd_opt(2026, 6, 1),
        until: None,
    };
    let authority = Authority::found(founding, &owner, vec![Change::Grant(right)]).unwrap();
    let doc = DocRef::of(Kind::Card, &"p1".into());
    let log = LogId {
        doc: DocId::of(&authority.state().team, &doc, 0),
        device: device(&owner),
        epoch: Epoch(0x0102_0304_0506_0708),
    };
    World {
        secrets,
        owner,
        authority,
        doc,
        log,
        key: DocKey::new([0x66; 32]),
    }
}

impl World {
    fn team(&self) -> TeamId {
        self.authority.state().team
    }

    fn header(&self, log: LogId, kind: BodyKind) -> Header {
        Header {
            team: self.team(),
            log,
            seq: 1,
            prev: [0; 32],
            authority: self.authority.position(),
            kind,
            step: u8::from(kind == BodyKind::Changes),
            time_ms: TIME,
            key: KeyId([0; 32]),
            nonce: [0; 24],
            sum: [0; 32],
            body_hash: [0; 32],
        }
    }

    /// The first envelope of the log: what age wrapped once, as the page has it.
    fn granted(&self, wrapped: Vec<u8>) -> Envelope {
        let mut header = self.header(self.log, BodyKind::Grant);
        header.key = self.key.id();
        Envelope::sign(header, wrapped, &self.owner)
    }

    /// The change of the second.
    fn written(&self) -> guildhall::document::crdt::Written {
        let puts = [(
            "card".to_owned(),
            "p1".to_owned(),
            "name".to_owned(),
            Scalar::Text("A name".into()),
        )];
        let written = Doc::first(Kind::Card).write(&puts, &self.log.actor(), TIME);
        written.unwrap().unwrap()
    }

    fn changed(&self, before: &Envelope) -> Envelope {
        let written = self.written();
        let mut header = self.header(self.log, BodyKind::Changes);
        header.seq = 2;
        header.prev = before.header.hash();
        header.sum = self.key.sum(&[0; 32], &written.hash);
        seal::seal(
            header,
            &[&written.chunk],
            &self.key,
            &[0x77; 32],
            &self.owner,
        )
        .unwrap()
    }

    fn statement(&self) -> Statement {
        Statement::admit(
            &self.team(),
            "p4".into(),
            "age1…".into(),
            &self.log.device,
            &signing(0x88),
        )
    }

    fn stated(&self) -> Envelope {
        let log = LogId {
            doc: statements_id(&self.team()),
            ..self.log
        };
        let header = self.header(log, BodyKind::Statement);
        Envelope::sign(header, self.statement().encode().unwrap(), &self.owner)
    }

    fn subject(&self) -> Subject {
        Subject {
            team: self.team(),
            doc: self.log.doc,
            kind: Kind::Card,
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let pair = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(pair).collect()
}

/// The vectors of the page: blocks that are marked as such, the name in the first line.
fn page() -> BTreeMap<&'static str, String> {
    let blocks = PAGE.split("```vector\n").skip(1);
    let mut found = BTreeMap::new();
    for block in blocks {
        let (block, _) = block.split_once("```").expect("a block ends");
        let (name, value) = block.split_once('\n').expect("a name and a value");
        let value: String = value.split_whitespace().collect();
        assert!(found.insert(name, value).is_none(), "{name} stands twice");
    }
    found
}

/// One zstd frame with one stored block: what is compressed differs from one zstd to the next, this does not.
fn stored(plain: &[u8]) -> Vec<u8> {
    let size = u16::try_from(plain.len() - 256).unwrap();
    let block = ((plain.len() as u32) << 3) | 1;
    [
        &[0x28, 0xb5, 0x2f, 0xfd, 0x60][..],
        &size.to_le_bytes(),
        &block.to_le_bytes()[..3],
        plain,
    ]
    .concat()
}

fn made(world: &World, wrapped: &[u8]) -> BTreeMap<&'static str, String> {
    let first = world.authority.entries()[0].to_vec();
    let granted = world.granted(wrapped.to_vec());
    let changed = world.changed(&granted);
    let stated = world.stated();
    let written = world.written();
    let mut coverage = Coverage::default();
    coverage.push(SignedHeader::from(&granted));
    coverage.push(SignedHeader::from(&changed));
    let inside = pack::plain(&world.subject(), &[coverage], &[&written.chunk]).unwrap();
    let packed = pack::wrap(&world.subject(), &stored(&inside), &world.key, &[0x99; 32]).unwrap();
    let cut = Cut {
        doc: world.log.doc,
        device: world.log.device,
        epoch: world.log.epoch,
        seq: 2,
        hash: changed.header.hash(),
    };
    let stop = Statement::Stop {
        device: world.log.device,
        cuts: vec![cut],
    };
    let destroyed = Statement::Destroyed {
        person: "p4".into(),
    };
    BTreeMap::from([
        ("device", hex(&world.log.device.0)),
        ("seal", world.secrets.recipient()),
        ("authority entry", hex(&first)),
        ("team", hex(&world.team().0)),
        ("document", hex(&world.log.doc.0)),
        ("statements", hex(&statements_id(&world.team()).0)),
        ("actor", hex(world.log.actor().to_bytes())),
        ("key id", hex(&world.key.id().0)),
        ("grant", hex(wrapped)),
        ("grant envelope", hex(&granted.encode())),
        ("change", hex(&written.chunk)),
        ("change hash", hex(&written.hash)),
        ("sum", hex(&changed.header.sum)),
        ("header", hex(&changed.header.encode())),
        ("header hash", hex(&changed.header.hash())),
        ("changes envelope", hex(&changed.encode())),
        ("statement", hex(&world.statement().encode().unwrap())),
        ("statement envelope", hex(&stated.encode())),
        ("stop", hex(&stop.encode().unwrap())),
        ("destroyed", hex(&destroyed.encode().unwrap())),
        (
            "recovery key",
            recovery::to_text(&signing(0x55)).to_string(),
        ),
        ("key file", hex(&world.secrets.encode(None).unwrap())),
        ("pack inside", hex(&inside)),
        ("pack front", hex(&packed[..FRONT_LEN])),
    ])
}

fn wrapped() -> Vec<u8> {
    page().get("grant").map_or_else(Vec::new, |hex| bytes(hex))
}

#[test]
fn every_vector_stands_in_the_page_and_no_other() {
    let (page, made) = (page(), made(&world(), &wrapped()));
    let mut wrong = String::new();
    for (name, value) in &made {
        if page.get(name) != Some(value) {
            let lines: Vec<_> = value
                .chars()
                .collect::<Vec<_>>()
                .chunks(96)
                .map(|line| line.iter().collect::<String>())
                .collect();
            wrong += &format!("```vector\n{name}\n{}\n```\n", lines.join("\n"));
        }
    }
    assert!(wrong.is_empty(), "differ from docs/format.md:\n{wrong}");
    let other: Vec<_> = page.keys().filter(|n| !made.contains_key(*n)).collect();
    assert!(
        other.is_empty(),
        "the page has vectors of its own: {other:?}"
    );
}

#[test]
fn the_constant_first_changes_stand_in_the_page() {
    for kind in Kind::ALL {
        let hashes = Doc::first_changes(kind);
        let all: Vec<_> = hashes
            .iter()
            .map(|hash| format!("`{}`", hex(hash)))
            .collect();
        let said = if all.is_empty() {
            "none".to_owned()
        } else {
            all.join(" ")
        };
        let row = format!("| {} | {} | {said} |", kind as u8, kind.name());
        assert!(PAGE.contains(&row), "missing in docs/format.md:\n{row}");
    }
}

#[test]
fn what_age_wrapped_once_still_opens() {
    let world = world();
    let grant = Grant::decode(&wrapped()).unwrap();
    let identity = world.secrets.seal();
    let opened = grant.open(&world.log.device, &identity, &world.key.id());
    assert_eq!(opened.unwrap().unwrap().secret(), world.key.secret());
}

#[test]
fn the_envelopes_of_the_page_make_the_document() {
    let world = world();
    let page = page();
    let read = |name: &str| {
        let envelope = Envelope::decode(&bytes(&page[name])).unwrap();
        envelope.verify().unwrap();
        envelope
    };
    let all = [read("grant envelope"), read("changes envelope")];
    let authority = Authority::read([bytes(&page["authority entry"])]).unwrap();
    let target = Target::of(&world.doc);
    let keys = |id: &KeyId| (*id == world.key.id()).then(|| world.key.clone());
    let made = assemble(Kind::Card, &target, &authority, &all, &keys);
    assert_eq!(made.verdicts, [Verdict::Accepted; 2]);
    let nobody = |_: &ActorId| None;
    let claims = made.doc.claims("card", "p1", "name", &nobody);
    assert_eq!(claims[0].value, Scalar::Text("A name".into()));

    let said = read("statement envelope");
    assert_eq!(Statement::decode(&said.body), Some(world.statement()));
    let mut authority = authority;
    assert!(authority.state_that(&said.header, world.statement()));
    assert!(authority.person_of(&device(&signing(0x88))).is_some());
}

#[test]
fn the_pack_of_the_page_is_believed() {
    let world = world();
    let inside = bytes(&page()["pack inside"]);
    let packed = pack::wrap(&world.subject(), &stored(&inside), &world.key, &[0x99; 32]).unwrap();
    let keys = |id: &KeyId| (*id == world.key.id()).then(|| world.key.clone());
    let read = pack::read(&packed, &world.subject(), &keys).unwrap();
    assert_eq!(read.changes[0].hash, world.written().hash);
}

#[test]
fn the_key_text_and_the_key_file_of_the_page_are_read_back() {
    let page = page();
    let key = recovery::from_text(&page["recovery key"]).unwrap();
    assert_eq!(key.to_bytes(), [0x55; 32]);
    let file = bytes(&page["key file"]);
    let read = Secrets::decode(&file, None, 1).unwrap();
    assert_eq!(read.device().to_bytes(), [0x22; 32]);
    let founded = Position {
        len: 1,
        hash: world().team().0,
    };
    assert_eq!(world().authority.position(), founded);
}
