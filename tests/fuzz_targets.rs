//! The fuzz targets over a seeded corpus of honest inputs and mutants of them. `GUILDHALL_FUZZ` sets how many inputs each target gets (400
//! unless it says otherwise); `cargo fuzz` goes on from here (`fuzz/README.md`).

mod packing;

use ed25519_dalek::SigningKey;
use guildhall::exchange::{self, FolderSource};
use guildhall::fuzz::{self, TARGETS};
use guildhall::log::authority::{Change, Founding};
use guildhall::log::pack::{self, Coverage};
use guildhall::log::{Authority, Cut, DeviceId, DocId, Epoch, Grant, Statement, TeamId};
use guildhall::store::{Store, key_file};
use packing::{History, Random};

/// Honest inputs of a target.
fn honest(target: &str) -> Vec<Vec<u8>> {
    match target {
        "envelope" => {
            let mut log = packing::Log::new(3, 5);
            log.append(b"a body", &[1; 32], &fuzz::key(), 9);
            log.append(&[0; 300], &[2; 32], &fuzz::key(), 10);
            log.grant(&fuzz::key(), 11);
            log.envelopes.iter().map(|e| e.encode()).collect()
        }
        "change" => fuzz::ground().1.iter().map(|(_, c)| c.clone()).collect(),
        "pack" => {
            let mut history = History::seeded(4, 14);
            // All under one key, signed again.
            let mut logs: Vec<_> = (0..3).map(|n| packing::Log::new(n + 1, 7)).collect();
            let ids: Vec<_> = history.logs.iter().map(|l| l.id.epoch.0).collect();
            for (n, log) in logs.iter_mut().enumerate() {
                log.id.epoch.0 = ids[n];
            }
            for (by, chunk) in &history.changes {
                let change = automerge::Change::from_bytes(chunk.clone()).unwrap();
                let at = u64::try_from(change.timestamp()).unwrap();
                logs[*by].append(chunk, &change.hash().0, &fuzz::key(), at);
            }
            history.logs = logs;
            let coverage: Vec<Coverage> = history.coverage();
            let key = fuzz::key();
            let chunks = history.chunks();
            let whole = pack::write(&fuzz::subject(), &coverage, &chunks, &key, &[1; 32]).unwrap();
            let read = pack::read(&whole, &fuzz::subject(), &|_| Some(key.clone())).unwrap();
            assert_eq!(read.changes.len(), chunks.len());
            let inside = pack::plain(&fuzz::subject(), &coverage, &chunks).unwrap();
            vec![whole, inside, vec![0, 0]]
        }
        "authority" => {
            let device = SigningKey::from_bytes(&[8; 32]);
            let admit = Change::Admit {
                device: guildhall::log::DeviceId(device.verifying_key().to_bytes()),
                person: Some("p".into()),
                seal: "seal".into(),
            };
            let founding = Founding {
                salt: [0; 32],
                person: "o".into(),
                seal: String::new(),
                recovery: fuzz::owner().verifying_key().to_bytes(),
                time_ms: 0,
            };
            let first = Authority::found(founding, &fuzz::owner(), vec![]).unwrap();
            let mut grown = first.clone();
            let second = grown.append(vec![admit], 1, &fuzz::owner());
            let second = second.unwrap().to_vec();
            // The second without its signature, which the target makes.
            let unsigned = second[..second.len() - 64].to_vec();
            vec![first.entries()[0].to_vec(), second, unsigned]
        }
        "team_folder" => {
            let mut bytes = Vec::new();
            for (path, contents) in exchange::sample().files().unwrap() {
                // The framework is large and is read by default.
                if !path.starts_with("framework/") {
                    bytes.extend_from_slice(format!("@{path}\n").as_bytes());
                    bytes.extend_from_slice(&contents);
                    bytes.push(b'\n');
                }
            }
            vec![
                bytes,
                b"@team.toml\nname = \"T\"\n@people.csv\nid\n".to_vec(),
            ]
        }
        "key_map" => ["default", "vim"]
            .iter()
            .map(|name| {
                let path = format!("{}/keymaps/{name}.toml", env!("CARGO_MANIFEST_DIR"));
                std::fs::read(path).unwrap()
            })
            .collect(),
        "statement" => {
            let device = SigningKey::from_bytes(&[8; 32]);
            let id = DeviceId(device.verifying_key().to_bytes());
            let cut = Cut {
                doc: DocId([1; 32]),
                device: id,
                epoch: Epoch(7),
                seq: 3,
                hash: [2; 32],
            };
            let all = [
                Statement::admit(&TeamId([1; 32]), "p".into(), "seal".into(), &id, &device),
                Statement::Stop {
                    device: id,
                    cuts: vec![cut, cut],
                },
                Statement::Settle(cut),
            ];
            all.iter().map(|s| s.encode().unwrap()).collect()
        }
        "grant" => {
            let device = DeviceId([4; 32]);
            let identity = guildhall::store::keyfile::recipient_of(&fuzz::owner());
            let grant = Grant::wrap(&fuzz::key(), [(&device, identity.as_str())]).unwrap();
            vec![grant.encode().unwrap(), Grant::default().encode().unwrap()]
        }
        "key_file" => {
            let dir = tempfile::tempdir().unwrap();
            drop(Store::create(dir.path(), &"p".into()).unwrap());
            vec![std::fs::read(key_file(dir.path())).unwrap()]
        }
        other => panic!("{other} has no honest inputs"),
    }
}

fn mutant(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = corpus[random.below(corpus.len())].clone();
    for _ in 0..1 + random.below(4) {
        let at = random.below(bytes.len() + 1);
        let byte = [0, 1, 0x7f, 0x80, 0xff, b'\n', b'@', b'"', b','][random.below(9)];
        match random.below(7) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, byte),
            2 => bytes.insert(at, random.below(256) as u8),
            3 if at < bytes.len() => drop(bytes.remove(at)),
            4 => {
                let other = &corpus[random.below(corpus.len())];
                let from = random.below(other.len() + 1);
                let to = (from + random.below(40)).min(other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            5 if at < bytes.len() => bytes[at] = byte,
            _ if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            _ => bytes.push(byte),
        }
    }
    bytes
}

#[test]
fn no_input_makes_a_target_panic() {
    let count = std::env::var("GUILDHALL_FUZZ").ok();
    let count: usize = count.and_then(|n| n.parse().ok()).unwrap_or(400);
    let only = std::env::var("GUILDHALL_FUZZ_TARGET").ok();
    for (name, target) in TARGETS {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let corpus = honest(name);
        for input in corpus.iter().chain([&vec![]]) {
            target(input);
        }
        let seed = 20_261_125;
        let mut random = Random(seed);
        for n in 0..count {
            let input = mutant(&corpus, &mut random);
            let ended = std::panic::catch_unwind(|| target(&input));
            assert!(
                ended.is_ok(),
                "{name}, seed {seed}, input {n}: {input:02x?}"
            );
        }
        println!("{name}: {} inputs (seed {seed})", count + corpus.len() + 1);
    }
}

#[test]
fn every_target_has_its_file_for_cargo_fuzz() {
    for (name, _) in TARGETS {
        let root = env!("CARGO_MANIFEST_DIR");
        let path = format!("{root}/fuzz/fuzz_targets/{name}.rs");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
        assert!(text.contains("guildhall::fuzz::"), "{path}");
        let manifest = std::fs::read_to_string(format!("{root}/fuzz/Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
}

/// Writes the honest inputs where `cargo fuzz` looks for them; for whoever fuzzes by hand.
#[test]
#[ignore = "writes to fuzz/corpus"]
fn write_the_corpus() {
    for (name, _) in TARGETS {
        let folder = format!("{}/fuzz/corpus/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::create_dir_all(&folder).unwrap();
        for (n, input) in honest(name).iter().enumerate() {
            std::fs::write(format!("{folder}/{n}"), input).unwrap();
        }
    }
}
