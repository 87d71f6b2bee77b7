//! A device of the team that lies, floods or babbles, against an honest one. It costs itself its session, and nobody else anything.

use super::super::wire::{Bytes, Heap, Prefix, Say};
use super::*;
use crate::log::envelope::BodyKind;
use crate::log::{Envelope, Epoch, Header, KeyId, LogId};
use crate::store::tests::{position, waiting_early};
use crate::store::{LogEnd, Parcel};
use crate::sync::frame;
use iroh::endpoint::{Connection, RecvStream, SendStream};

/// The lying side of a connection: it says what the test has it say.
pub struct Rogue {
    pub connection: Connection,
    to: SendStream,
    from: RecvStream,
}

impl Rogue {
    /// Connects as a machine of the team; the honest side runs a session of its own.
    pub async fn at(
        honest: &Machine,
        as_machine: &Machine,
    ) -> (Self, tokio::task::JoinHandle<Ended>) {
        let (connection, theirs) = connect(as_machine, honest).await;
        let (session, _) = honest.session(theirs);
        let ended = tokio::spawn(session.run(Until::Closed));
        let (to, from) = connection.open_bi().await.unwrap();
        let rogue = Self {
            connection,
            to,
            from,
        };
        (rogue, ended)
    }

    pub async fn say(&mut self, said: &Say) {
        // The other side may have had enough already.
        let _ = frame::write(&mut self.to, said, usize::MAX).await;
    }

    async fn hear(&mut self) -> Option<Say> {
        frame::read(&mut self.from, limits::FRAME_BYTES)
            .await
            .ok()?
    }

    /// Greets as an honest machine would that has nothing.
    pub async fn greet(&mut self, honest: &Machine) {
        let record = honest.with(|s| s.record_digest().unwrap()).await;
        self.say(&Say::Hello {
            version: VERSION,
            team: honest.team.0,
            record,
            all: Heap::default(),
            addresses: Vec::new(),
        })
        .await;
    }

    /// Sends a parcel as a cargo of one piece.
    pub async fn send(&mut self, parcel: Parcel) {
        let bytes = postcard::to_stdvec(&Cargo::from(parcel)).unwrap();
        for piece in bytes.chunks(limits::BATCH_BYTES) {
            let last = piece.as_ptr_range().end == bytes.as_ptr_range().end;
            let bytes = Bytes(piece.to_vec());
            self.say(&Say::Piece { last, bytes }).await;
        }
    }

    /// Waits until so many cargoes are taken.
    pub async fn kept(&mut self, count: u64) {
        while let Some(said) = self.hear().await {
            if said == Say::Kept(count) {
                return;
            }
        }
        panic!("the session ended before cargo {count}");
    }
}

/// The honest machine exchanges with a third one as if nothing had been.
async fn goes_on(honest: &Machine, other: &Machine) {
    honest
        .with(|s| s.commit(&note("p-0", "after", "still here")).map(drop))
        .await
        .unwrap();
    even(other, honest).await;
    assert_eq!(noted(other, "p-0", "after").await, 1);
    assert_eq!(honest.with(|s| s.check().unwrap().findings).await, []);
}

/// An owner, a manager who is honest, and a technician whose device is not.
pub async fn three() -> (Machine, Machine, Machine) {
    let (dir, mut owner) = fresh();
    for n in 0..30 {
        owner
            .commit(&name(&format!("p-{n}"), "Ada Inkwell"))
            .unwrap();
    }
    make(&mut owner, "boss", Role::Manager);
    let (boss_dir, boss) = join(&mut owner, "boss", 1);
    let (tech_dir, tech) = join(&mut owner, "p-0", 2);
    (
        Machine::new((dir, owner)).await,
        Machine::new((boss_dir, boss)).await,
        Machine::new((tech_dir, tech)).await,
    )
}

/// Anything as a cargo of one piece.
fn cargo(of: &impl serde::Serialize) -> Say {
    let bytes = Bytes(postcard::to_stdvec(of).unwrap());
    Say::Piece { last: true, bytes }
}

/// What a rogue does.
type Deed = fn(&Machine) -> Vec<Say>;

#[test]
fn what_is_not_due_or_too_much_ends_the_session_and_nothing_else() {
    let deeds: [(&str, Deed); 17] = [
        ("a greeting with a million addresses", |owner| {
            vec![Say::Hello {
                version: VERSION,
                team: owner.team.0,
                record: [0; 32],
                all: Heap::default(),
                addresses: vec![String::new(); 1 << 20],
            }]
        }),
        ("a cargo of a million tiny things", |_| {
            let none: Vec<&[u8]> = Vec::new();
            let tiny = vec![&[1_u8, 2, 3][..]; 200_000];
            let packs: Vec<(&[u8], Vec<&[u8]>)> = Vec::new();
            let people: Vec<&str> = Vec::new();
            vec![cargo(&(none.clone(), people, packs, tiny, none))]
        }),
        ("a cargo of a million packs of nothing", |_| {
            let none: Vec<&[u8]> = Vec::new();
            let packs: Vec<(&[u8], Vec<&[u8]>)> = vec![(&[], Vec::new()); 400_000];
            let people: Vec<&str> = Vec::new();
            vec![cargo(&(none.clone(), people, packs, none.clone(), none))]
        }),
        ("a split out of turn", |_| {
            vec![Say::Split(Prefix::ALL, vec![Heap::default(); 16])]
        }),
        ("a split in too many parts", |_| {
            vec![Say::Split(Prefix::ALL, vec![Heap::default(); 17])]
        }),
        ("documents out of turn", |_| {
            vec![Say::Docs(Prefix { len: 200, bits: 7 }, Vec::new())]
        }),
        ("an answer that nobody asked for", |_| {
            vec![Say::Ends {
                doc: DocId([1; 32]),
                ends: Vec::new(),
                asked: false,
            }]
        }),
        ("more ends than a frame may name", |_| {
            let end = LogEnd {
                device: DeviceId([1; 32]),
                epoch: Epoch(1),
                seq: 1 << 63,
                head: [0; 32],
            };
            vec![Say::Ends {
                doc: DocId([1; 32]),
                ends: vec![end; limits::ITEMS + 1],
                asked: true,
            }]
        }),
        ("a cargo that nobody sent kept", |_| vec![Say::Kept(7)]),
        ("sent twice", |_| vec![Say::Sent, Say::Sent]),
        ("a second greeting", |m| {
            let hello = Say::Hello {
                version: VERSION,
                team: m.team.0,
                record: [0; 32],
                all: Heap::default(),
                addresses: Vec::new(),
            };
            vec![hello.clone(), hello]
        }),
        ("a piece that is no cargo", |_| {
            vec![Say::Piece {
                last: true,
                bytes: Bytes(vec![0xff; 100]),
            }]
        }),
        ("something else in mid-cargo", |_| {
            let piece = Say::Piece {
                last: false,
                bytes: Bytes(vec![0; 100]),
            };
            vec![piece, Say::Sent]
        }),
        ("counts of another length", |_| {
            vec![Say::Counts(vec![Bytes(vec![0; 159])])]
        }),
        ("counts without end", |_| {
            vec![Say::Counts(vec![Bytes(vec![0; 160]); limits::ITEMS + 1])]
        }),
        ("counts twice", |_| {
            vec![Say::Counts(Vec::new()), Say::Counts(Vec::new())]
        }),
        ("pieces without end", |_| {
            let piece = Say::Piece {
                last: false,
                bytes: Bytes(vec![0; limits::BATCH_BYTES]),
            };
            vec![piece; limits::CARGO_BYTES / limits::BATCH_BYTES + 4]
        }),
    ];
    run(async {
        let (owner, boss, tech) = three().await;
        for (what, deed) in deeds {
            let (mut rogue, ended) = Rogue::at(&owner, &tech).await;
            rogue.greet(&owner).await;
            for said in deed(&owner) {
                rogue.say(&said).await;
            }
            let ended = ended.await.unwrap();
            assert!(
                matches!(
                    ended,
                    Err(SessionError::Protocol(_) | SessionError::Limit(_))
                ),
                "{what}: {ended:?}"
            );
            // It is told, by a code.
            let reason = SessionError::from(rogue.connection.closed().await);
            assert!(
                matches!(reason, SessionError::Protocol(_) | SessionError::Limit(_)),
                "{what}: {reason:?}"
            );
        }
        goes_on(&owner, &boss).await;
    });
}

#[test]
fn frames_that_are_none_end_the_session_without_taking_room() {
    run(async {
        let (owner, boss, tech) = three().await;
        let random: Vec<u8> = (0..4_096_u32).map(|n| (251 - n * 31 % 251) as u8).collect();
        let claims = |n: u32| n.to_be_bytes().to_vec();
        for bytes in [
            claims(u32::MAX),
            claims(limits::FRAME_BYTES as u32 + 1),
            [claims(3), vec![0xff; 3]].concat(),
            random,
        ] {
            let (mut rogue, ended) = Rogue::at(&owner, &tech).await;
            rogue.to.write_all(&bytes).await.unwrap();
            let ended = ended.await.unwrap();
            assert!(
                matches!(
                    ended,
                    Err(SessionError::Protocol(_) | SessionError::Limit(_))
                ),
                "{ended:?}"
            );
        }
        // One that hangs up in the middle of a frame.
        let (mut rogue, ended) = Rogue::at(&owner, &tech).await;
        rogue
            .to
            .write_all(&[claims(100), vec![0; 10]].concat())
            .await
            .unwrap();
        rogue.connection.close(VarInt::from_u32(0), b"gone");
        assert!(matches!(ended.await.unwrap(), Err(SessionError::Left)));
        goes_on(&owner, &boss).await;
    });
}

#[test]
fn streams_that_nobody_reads_are_not_given() {
    run(async {
        let (owner, boss, tech) = three().await;
        let (mut rogue, _ended) = Rogue::at(&owner, &tech).await;
        rogue.greet(&owner).await;
        let mut open = Vec::new();
        let more = async {
            for _ in 0..200 {
                open.push(rogue.connection.open_bi().await.unwrap());
            }
        };
        // The transport gives so many and no more; the rest wait for ever.
        assert!(
            tokio::time::timeout(Duration::from_millis(300), more)
                .await
                .is_err()
        );
        assert!(open.len() < limits::STREAMS as usize);
        assert!(
            tokio::time::timeout(Duration::from_millis(300), rogue.connection.open_uni())
                .await
                .is_err()
        );
        goes_on(&owner, &boss).await;
    });
}

/// An envelope of the rogue's own device, signed as it should be, in whatever place.
fn envelope(
    at: (TeamId, DeviceId),
    store: &mut Store,
    doc: DocRef,
    seq: u64,
    epoch: u64,
    body: &[u8],
) -> Vec<u8> {
    let secret = store.device_secret();
    let key = ed25519_dalek::SigningKey::from_bytes(&secret);
    let header = Header {
        team: at.0,
        log: LogId {
            doc: DocId::of(&at.0, &doc, 0),
            device: at.1,
            epoch: Epoch(epoch),
        },
        seq,
        prev: if seq == 1 { [0; 32] } else { [7; 32] },
        authority: position(store),
        kind: BodyKind::Changes,
        step: 1,
        time_ms: 1_790_000_000_000,
        key: KeyId([3; 32]),
        nonce: [4; 24],
        sum: [5; 32],
        body_hash: [0; 32],
    };
    Envelope::sign(header, body.to_vec(), &key).encode()
}

#[test]
fn envelopes_that_are_wrong_cost_only_themselves_and_stay_within_the_budget() {
    run(async {
        let (owner, boss, tech) = three().await;
        let (team, id) = (tech.team, tech.id);
        let wrong: Vec<Vec<u8>> = {
            tech.with(move |s| {
                let at = (team, id);
                let theirs = record("p-0");
                let mut all = vec![
                    vec![1, 2, 3],
                    Vec::new(),
                    envelope(
                        at,
                        s,
                        theirs.clone(),
                        1,
                        1,
                        b"a technician in the managers' record",
                    ),
                    envelope(at, s, theirs.clone(), 1 << 63, 2, b"far away"),
                    envelope(at, s, theirs, u64::MAX, 3, b"farther"),
                ];
                let mut forged = all[2].clone();
                let last = forged.len() - 1;
                forged[last] ^= 1;
                all.push(forged);
                all
            })
            .await
        };
        let (mut rogue, _ended) = Rogue::at(&owner, &tech).await;
        rogue.greet(&owner).await;
        let parcel = |envelopes: Vec<Vec<u8>>| Parcel {
            envelopes,
            ..Parcel::default()
        };
        rogue.send(parcel(wrong.clone())).await;
        rogue.kept(1).await;
        // Again: nothing more comes of it.
        rogue.send(parcel(wrong)).await;
        rogue.kept(2).await;
        // Many that name what nobody has: they wait, up to the budget of their device.
        let early: Vec<Vec<u8>> = tech
            .with(move |s| {
                let at = (team, id);
                (0..6_000)
                    .map(|n| {
                        envelope(
                            at,
                            s,
                            DocRef::of(Kind::SelfRecord, &"p-0".into()),
                            9,
                            n,
                            b"early",
                        )
                    })
                    .collect()
            })
            .await;
        rogue.send(parcel(early)).await;
        rogue.kept(3).await;
        let waiting = owner.with(waiting_early).await;
        assert!(waiting <= 4_096, "{waiting} wait");
        assert!(waiting >= 4_000, "{waiting} wait");
        goes_on(&owner, &boss).await;
    });
}

#[test]
fn a_lie_about_what_is_held_gets_what_the_liar_may_have_and_no_more() {
    run(async {
        let (owner, boss, tech) = three().await;
        owner
            .with(|s| s.commit(&note("p-5", "m", "about somebody else")).map(drop))
            .await
            .unwrap();
        let (mut rogue, ended) = Rogue::at(&owner, &tech).await;
        rogue.greet(&owner).await;
        // It asks for a document that is not theirs, and says that it has nothing of it.
        let theirs = DocId::of(&owner.team, &record("p-5"), 0);
        rogue
            .say(&Say::Ends {
                doc: theirs,
                ends: Vec::new(),
                asked: true,
            })
            .await;
        rogue.say(&Say::Sent).await;
        let mut came = Parcel::default();
        let mut pieces = Vec::new();
        loop {
            match rogue.hear().await.expect("the session goes on") {
                Say::Piece { last, bytes } => {
                    pieces.extend(bytes.0);
                    if last {
                        let cargo: Cargo = frame::decode(&pieces).unwrap();
                        pieces.clear();
                        came.add(cargo.into());
                    }
                }
                Say::Ends { doc, ends, .. } => {
                    assert_eq!((doc, ends), (theirs, Vec::new()));
                    break;
                }
                _ => {}
            }
        }
        for bytes in &came.envelopes {
            let header = Envelope::decode(bytes).unwrap().header;
            assert_ne!(header.log.doc, theirs);
        }
        assert!(
            !came.people.contains(&"p-5".into())
                || came
                    .envelopes
                    .iter()
                    .all(|e| { Envelope::decode(e).unwrap().header.log.doc != theirs })
        );
        rogue.connection.close(VarInt::from_u32(0), b"gone");
        assert!(ended.await.unwrap().is_err());
        goes_on(&owner, &boss).await;
    });
}

#[test]
fn a_device_that_nobody_knows_hears_nothing() {
    run(async {
        let (owner, boss, _) = three().await;
        let (dir, stranger) = fresh();
        let stranger = Machine::new((dir, stranger)).await;
        let accepting = async {
            let incoming = owner.net.endpoint.accept().await.unwrap();
            incoming.await
        };
        let addresses = owner.net.addresses();
        let dialling = stranger.net.connect(&owner.id.0, &addresses, ALPN_SYNC);
        let (dialled, accepted) = tokio::join!(dialling, accepting);
        assert!(accepted.is_err(), "it is turned away after its handshake");
        if let Ok(connection) = dialled {
            let reason = connection.closed().await;
            assert!(matches!(SessionError::from(reason), SessionError::Unknown));
        }
        goes_on(&owner, &boss).await;
    });
}
