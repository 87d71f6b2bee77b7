//! What hostile changes are made of: chunks field by field, mutants, histories of several devices, and what must hold afterwards.

use automerge::legacy::{Key, ObjectId, OpId, OpType};
use automerge::transaction::Transactable;
use automerge::{Automerge, Change, ROOT, ReadDoc, ScalarValue};
use guildhall::document::crdt::{ActorId, ApplyError, Doc, Put};
use guildhall::document::{Kind, Scalar};
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};

pub const KIND: Kind = Kind::Record;
const LIMIT: u64 = 512 << 20;

pub fn by(n: u8) -> ActorId {
    ActorId::from([n; 16].as_slice())
}

pub fn mallory() -> ActorId {
    by(0xee)
}

pub fn put(row: &str, value: &str) -> Put {
    (
        "marks".into(),
        row.into(),
        "mark".into(),
        Scalar::text(value),
    )
}

pub fn apply(doc: &mut Doc, chunk: &[u8], by: &ActorId) -> Result<(), ApplyError> {
    doc.apply([(chunk, by)]).map(|_| ())
}

pub fn refs(changes: &[(Vec<u8>, ActorId)]) -> Vec<(&[u8], &ActorId)> {
    changes.iter().map(|(c, a)| (&c[..], a)).collect()
}

/// Runs a test in a child process that may use 512 MiB of address space; elsewhere than on Linux that limit means nothing, and the test
/// runs without it.
pub fn limited(test: &str, body: impl FnOnce()) {
    const INSIDE: &str = "GUILDHALL_LIMITED";
    if cfg!(not(target_os = "linux")) || std::env::var(INSIDE).as_deref() == Ok(test) {
        #[cfg(target_os = "linux")]
        {
            use rustix::process::{Resource, Rlimit, setrlimit};
            let limit = Rlimit {
                current: Some(LIMIT),
                maximum: Some(LIMIT),
            };
            setrlimit(Resource::As, limit).unwrap();
            // The limit holds: what is beyond it cannot be had.
            assert!(Vec::<u8>::new().try_reserve_exact(LIMIT as usize).is_err());
        }
        return body();
    }
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(INSIDE, test)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{}: {said}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The longest that anything took: a figure to read, not one to assert.
#[derive(Default)]
pub struct Worst {
    time: Duration,
    name: String,
    cases: usize,
}

impl Worst {
    pub fn time<T>(&mut self, name: &str, deed: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = deed();
        let took = start.elapsed();
        self.cases += 1;
        if took > self.time {
            (self.time, self.name) = (took, name.to_owned());
        }
        result
    }

    pub fn print(&self, what: &str) {
        let worst = self.time.as_secs_f64() * 1e3;
        println!(
            "{what}: {} cases, the slowest {worst:.2} ms ({})",
            self.cases, self.name
        );
    }
}

/// The document still edits, saves, loads and reads.
pub fn still_works(doc: &mut Doc, name: &str) {
    let me = by(0x77);
    let value = format!("value {}", doc.changes_by(&me));
    let written = doc.write(&[put("after", &value)], &me, 9_000);
    assert!(written.unwrap().is_some(), "{name}: it does not edit");
    let loaded = Automerge::load(&doc.save()).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut heads: Vec<_> = loaded.get_heads().iter().map(|h| h.0).collect();
    heads.sort();
    assert_eq!(heads, doc.heads(), "{name}");
    let (_, marks) = loaded.get(ROOT, "marks").unwrap().unwrap();
    let (read, _) = loaded.get(&marks, "after.mark").unwrap().unwrap();
    assert_eq!(read.as_str(), Some(&value[..]), "{name}");
}

/// A seeded generator; the same row of numbers every time.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

/// Three devices write to one document, now and then hearing of each other; all changes in the order in which they were made, and the
/// document that has all of them.
pub fn written(seed: u64) -> (Doc, Vec<(Vec<u8>, ActorId)>) {
    let mut random = Random(seed);
    let mut devices = vec![Doc::first(KIND); 3];
    let mut heard = [0; 3];
    let mut changes: Vec<(Vec<u8>, ActorId)> = Vec::new();
    for time in 1..60 {
        let w = random.below(3);
        if random.below(3) == 0 {
            // All that was made since by others; its own it has already.
            for (chunk, who) in &changes[heard[w]..] {
                if *who != by(w as u8 + 1) {
                    apply(&mut devices[w], chunk, who).unwrap();
                }
            }
            heard[w] = changes.len();
        }
        let puts: Vec<Put> = (0..1 + random.below(4))
            .map(|_| {
                let value = match random.below(6) {
                    0 => Scalar::Null,
                    1 => Scalar::Int(random.below(3) as i64),
                    2 => Scalar::Bool(random.below(2) == 0),
                    n => Scalar::text(format!("v{n}")),
                };
                let row = format!("r{}", random.below(5));
                ("marks".into(), row, "mark".into(), value)
            })
            .collect();
        let me = by(w as u8 + 1);
        if let Some(made) = devices[w].write(&puts, &me, time).unwrap() {
            changes.push((made.chunk, me));
        }
    }
    let mut whole = Doc::first(KIND);
    whole.apply(refs(&changes)).unwrap();
    (whole, changes)
}

/// Gives a changed chunk the checksum that it should have, so that only its contents are wrong.
fn with_checksum(mut chunk: Vec<u8>) -> Vec<u8> {
    if chunk.len() > 9 {
        let hash = Sha256::digest(&chunk[8..]);
        chunk[4..8].copy_from_slice(&hash[..4]);
    }
    chunk
}

fn leb(out: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn read_leb(bytes: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let (byte, rest) = bytes.split_first().unwrap();
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return value;
        }
    }
}

fn signed_leb(out: &mut Vec<u8>, mut value: i64) {
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
            return out.push(byte);
        }
        out.push(byte | 0x80);
    }
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(count);
    *bytes = rest;
    taken
}

/// A plain chunk around contents.
fn chunk(contents: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 1];
    leb(&mut bytes, contents.len() as u64);
    bytes.extend_from_slice(contents);
    with_checksum(bytes)
}

/// A change field by field, each of which can be set to anything.
#[derive(Clone)]
pub struct Fields {
    pub deps: Vec<[u8; 32]>,
    pub actor: Vec<u8>,
    pub seq: u64,
    pub start_op: u64,
    pub time: i64,
    pub message: Vec<u8>,
    pub others: Vec<Vec<u8>>,
    /// Their number, their names and sizes, their bytes, and what stands behind them.
    pub columns: Vec<u8>,
}

impl Fields {
    pub fn of(chunk: &[u8]) -> Self {
        let change = Change::from_bytes(chunk.to_vec()).unwrap();
        let mut bytes = &chunk[9..];
        read_leb(&mut bytes);
        let deps = read_leb(&mut bytes) as usize;
        take(&mut bytes, deps * 32);
        let actor = read_leb(&mut bytes) as usize;
        take(&mut bytes, actor);
        read_leb(&mut bytes);
        read_leb(&mut bytes);
        read_leb(&mut bytes); // the time, of which only the length matters here
        assert_eq!(read_leb(&mut bytes), 0, "no message");
        let mut others = Vec::new();
        for _ in 0..read_leb(&mut bytes) {
            let length = read_leb(&mut bytes) as usize;
            others.push(take(&mut bytes, length).to_vec());
        }
        Self {
            deps: change.deps().iter().map(|d| d.0).collect(),
            actor: change.actor_id().to_bytes().to_vec(),
            seq: change.seq(),
            start_op: change.start_op().get(),
            time: change.timestamp(),
            message: Vec::new(),
            others,
            columns: bytes.to_vec(),
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        leb(&mut out, self.deps.len() as u64);
        out.extend_from_slice(self.deps.as_flattened());
        leb(&mut out, self.actor.len() as u64);
        out.extend_from_slice(&self.actor);
        leb(&mut out, self.seq);
        leb(&mut out, self.start_op);
        signed_leb(&mut out, self.time);
        leb(&mut out, self.message.len() as u64);
        out.extend_from_slice(&self.message);
        leb(&mut out, self.others.len() as u64);
        for other in &self.others {
            leb(&mut out, other.len() as u64);
            out.extend_from_slice(other);
        }
        out.extend_from_slice(&self.columns);
        chunk(&out)
    }
}

/// A change by mallory that would be in its place, with columns of one's own.
pub fn with_columns(doc: &Doc, columns: &[(&[u8], &[u8])]) -> Vec<u8> {
    fields_with(doc, columns).bytes()
}

fn fields_with(doc: &Doc, columns: &[(&[u8], &[u8])]) -> Fields {
    let loaded = Automerge::load(&doc.save()).unwrap();
    let counter = loaded.get_changes(&[]).iter().map(Change::max_op).max();
    let mut bytes = Vec::new();
    leb(&mut bytes, columns.len() as u64);
    for (spec, data) in columns {
        bytes.extend_from_slice(spec);
        leb(&mut bytes, data.len() as u64);
    }
    for (_, data) in columns {
        bytes.extend_from_slice(data);
    }
    Fields {
        deps: doc.heads(),
        actor: mallory().to_bytes().to_vec(),
        seq: 1,
        start_op: counter.unwrap() + 1,
        time: 9,
        message: Vec::new(),
        others: Vec::new(),
        columns: bytes,
    }
}

pub fn with_column(doc: &Doc, column: u8, data: &[u8]) -> Vec<u8> {
    with_columns(doc, &[(&[column], data)])
}

/// The counter of the first operation behind the constant first change.
pub fn first_counter() -> u64 {
    let first = Automerge::load(&Doc::first(KIND).save()).unwrap();
    first.get_changes(&[])[0].max_op() + 1
}

/// A change of nearly four megabytes that names as many actors of no bytes.
pub fn many_actors(doc: &Doc) -> Vec<u8> {
    let mut fields = fields_with(doc, &[(&[0x42], &[1, 1])]);
    fields.others = vec![Vec::new(); (4 << 20) - 1_000];
    fields.bytes()
}

/// Deflated chunks that Automerge itself makes and would inflate.
pub fn bombs(doc: &Doc) -> Vec<(&'static str, Vec<u8>)> {
    let deflated = |text: String| {
        let mut raw = Automerge::load(&doc.save()).unwrap().with_actor(mallory());
        let (_, marks) = raw.get(ROOT, "marks").unwrap().unwrap();
        let mut tx = raw.transaction();
        tx.put(&marks, "r1.mark", text).unwrap();
        let hash = tx.commit().0.unwrap();
        let mut change = raw.get_change_by_hash(&hash).unwrap();
        let bytes = change.bytes().to_vec();
        assert_eq!(bytes[8], 2, "deflated");
        bytes
    };
    let bomb = deflated("a".repeat(16 << 20));
    assert!(bomb.len() < 64 << 10, "{}", bomb.len());
    vec![
        ("a deflated change", deflated("an honest text ".repeat(40))),
        ("a bomb of sixteen megabytes", bomb),
    ]
}

/// A change with one to three faults anywhere behind its checksum, and the checksum of what it has become.
pub fn mutate(honest: &[u8], random: &mut Random) -> Vec<u8> {
    let mut contents = &honest[9..];
    read_leb(&mut contents);
    let mut bytes = contents.to_vec();
    // Where the length changes, sizes of columns are mostly wrong and nothing behind them is reached.
    let kinds = if random.below(4) == 0 { 6 } else { 3 };
    for _ in 0..1 + random.below(3) {
        // Deletions could leave nothing to spoil.
        let at = random.below(bytes.len().max(1));
        match random.below(kinds) {
            _ if bytes.is_empty() => bytes.push(random.below(256) as u8),
            0 => bytes[at] = random.below(256) as u8,
            1 => bytes[at] ^= 1 << random.below(8),
            2 => bytes[at] = bytes[at].wrapping_add(1),
            3 => drop(bytes.remove(at)),
            4 => bytes.insert(at, random.below(256) as u8),
            _ => {
                let end = (at + 1 + random.below(8)).min(bytes.len());
                let copied = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copied);
            }
        }
    }
    chunk(&bytes)
}

/// What our own writer makes of the assignments of a change on the same ground; `None` where it makes none.
pub fn written_again(before: &Doc, chunk: &[u8]) -> Option<Vec<u8>> {
    let change = Change::from_bytes(chunk.to_vec()).ok()?;
    let raw = Automerge::load(&before.save()).unwrap();
    let mut puts = Vec::new();
    for operation in change.decode().operations {
        let ObjectId::Id(OpId(counter, actor)) = &operation.obj else {
            return None;
        };
        let table = raw.map_range(ROOT, ..).find_map(|item| {
            let same = item.id().to_string() == format!("{counter}@{actor}");
            same.then(|| item.key.to_string())
        })?;
        let Key::Map(key) = &operation.key else {
            return None;
        };
        let (row, field) = key.rsplit_once('.')?;
        let value = match operation.action {
            OpType::Put(ScalarValue::Null) => Scalar::Null,
            OpType::Put(ScalarValue::Boolean(b)) => Scalar::Bool(b),
            OpType::Put(ScalarValue::Int(i)) => Scalar::Int(i),
            OpType::Put(ScalarValue::Str(s)) => Scalar::text(s.to_string()),
            // A conflict settled for the value that wins it.
            OpType::Delete => {
                let (_, id) = raw.get(ROOT, table.as_str()).unwrap()?;
                let (wins, _) = raw.get_at(&id, key.as_str(), change.deps()).unwrap()?;
                match wins.into_scalar().unwrap() {
                    ScalarValue::Null => Scalar::Null,
                    ScalarValue::Boolean(b) => Scalar::Bool(b),
                    ScalarValue::Int(i) => Scalar::Int(i),
                    ScalarValue::Str(s) => Scalar::text(s.to_string()),
                    _ => return None,
                }
            }
            _ => return None,
        };
        puts.push((table, row.to_owned(), field.to_owned(), value));
    }
    let heads: Vec<_> = change.deps().iter().map(|d| d.0).collect();
    let time = u64::try_from(change.timestamp()).ok()?;
    let written = before
        .clone()
        .write_at(&heads, &puts, change.actor_id(), time);
    written.unwrap().map(|w| w.chunk)
}

/// A change by mallory whose one operation assigns a value to a field, replacing what stands there.
pub fn assigns(doc: &Doc, key: &str, value: ScalarValue) -> Vec<u8> {
    let mut decoded = one(doc, key).decode();
    decoded.operations[0].action = OpType::Put(value);
    Change::from(decoded).raw_bytes().to_vec()
}

/// A change by mallory that assigns something to a field and says to replace these operations.
pub fn replacing(doc: &Doc, key: &str, replaced: &[(u64, ActorId)]) -> Vec<u8> {
    let mut decoded = one(doc, key).decode();
    let replaced = replaced.iter().map(|(n, a)| OpId(*n, a.clone()));
    decoded.operations[0].pred = replaced.collect();
    Change::from(decoded).raw_bytes().to_vec()
}

/// A change by mallory that says to insert where it assigns.
pub fn inserts(doc: &Doc, key: &str) -> Vec<u8> {
    let mut decoded = one(doc, key).decode();
    decoded.operations[0].insert = true;
    Change::from(decoded).raw_bytes().to_vec()
}

fn one(doc: &Doc, key: &str) -> Change {
    let mut raw = Automerge::load(&doc.save()).unwrap().with_actor(mallory());
    let (_, marks) = raw.get(ROOT, "marks").unwrap().unwrap();
    let mut tx = raw.transaction();
    tx.put(&marks, key, "something new").unwrap();
    let hash = tx.commit().0.unwrap();
    raw.get_change_by_hash(&hash).unwrap()
}
