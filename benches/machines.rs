//! What machines of a team cost beside each other, with the built program on every side: one with ten others connected and nothing to do, and a
//! carrier that holds a large team.
//!
//! `cargo bench --bench machines` (`-- 100` for another number of people). Linux only, since it reads `/proc`. Bytes are those of the loopback
//! device, so nothing else may use it meanwhile.

#[cfg(target_os = "linux")]
#[path = "../tests/common/mod.rs"]
mod common;

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("skipped: this reads /proc, which is Linux");
}

#[cfg(target_os = "linux")]
fn main() {
    let asked = std::env::args().skip(1).find_map(|a| a.parse().ok());
    measure::carrier(asked.unwrap_or(500));
    measure::idle();
}

#[cfg(target_os = "linux")]
mod measure {
    use super::common::folder::Folder;
    use super::common::machines::{Running, confirm, device};
    use guildhall::document::{DocRef, Kind};
    use guildhall::limits;
    use guildhall::log::envelope::BodyKind;
    use guildhall::log::{
        DeviceId, DocId, Envelope, Epoch, Header, KeyId, LogId, Position, TeamId,
    };
    use guildhall::store::Store;
    use guildhall::sync::endpoint::{ALPN_SYNC, Net, NetOptions};
    use std::net::SocketAddr;
    use std::time::{Duration, Instant};

    /// Peers that are connected.
    const PEERS: usize = 10;
    /// How long nothing happens.
    const WHILE: Duration = Duration::from_secs(60);

    fn generated(people: usize) -> Folder {
        let folder = Folder::new();
        let (data, people) = (folder.data(), people.to_string());
        let data = data.to_str().expect("a path in letters");
        folder.ok(&["generate", "--people", &people, data]);
        folder
    }

    /// A number of `/proc/PID/status`, in KiB.
    fn status(pid: u32, name: &str) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
        let line = text.lines().find(|l| l.starts_with(name));
        let number = line.and_then(|l| l.split_whitespace().nth(1));
        number.and_then(|n| n.parse().ok()).expect("a number")
    }

    /// Ticks of a hundredth of a second that a process has had.
    fn ticks(pid: u32) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
        let fields: Vec<&str> = text
            .rsplit(')')
            .next()
            .expect("fields")
            .split_whitespace()
            .collect();
        let number = |n: usize| fields[n].parse::<u64>().expect("a number");
        number(11) + number(12)
    }

    /// Bytes that went over loopback.
    fn loopback() -> u64 {
        let text = std::fs::read_to_string("/proc/net/dev").expect("the network's counts");
        let line = text.lines().find(|l| l.trim_start().starts_with("lo:"));
        let number = line.and_then(|l| l.split_whitespace().nth(1));
        number.and_then(|n| n.parse().ok()).expect("a number")
    }

    fn joined(host: &Folder) -> Folder {
        let guest = Folder::new();
        let mut invite = Running::new(&host.data(), &["invite"]);
        let mut join = Running::new(&guest.data(), &["join", &invite.ticket()]);
        confirm(host, &join.words());
        for (status, out, error) in [join.end(), invite.end()] {
            assert_eq!(status, Some(0), "{out}{error}");
        }
        guest
    }

    pub fn idle() {
        let host = generated(27);
        let guests: Vec<Folder> = (0..PEERS).map(|_| joined(&host)).collect();
        let (mut watching, at) = Running::watching(&host, &[]);
        let peer = format!("{}@{at}", device(&host));
        let others: Vec<Running> = guests
            .iter()
            .map(|guest| Running::watching(guest, &["--peer", &peer]).0)
            .collect();
        for _ in 0..PEERS {
            watching.line_with("both hold the same now");
        }
        // What the meeting itself leaves to do is done by then.
        std::thread::sleep(Duration::from_secs(10));
        let (cpu, bytes, begun) = (ticks(watching.pid()), loopback(), Instant::now());
        std::thread::sleep(WHILE);
        let seconds = begun.elapsed().as_secs_f64();
        let cpu = (ticks(watching.pid()) - cpu) as f64 / 100.0 / seconds * 100.0;
        let bytes = (loopback() - bytes) as f64 / seconds / PEERS as f64;
        println!(
            "{PEERS} peers connected, nothing to do for {seconds:.0} s: {cpu:.2} % of a core, {bytes:.0} bytes/s a peer in both directions, {} MiB",
            status(watching.pid(), "VmRSS:") / 1_024
        );
        drop((others, watching));
    }

    pub fn carrier(people: usize) {
        let host = generated(people);
        let folder = Folder::new();
        let mut invite = Running::new(&host.data(), &["invite", "--carrier"]);
        let ticket = invite.ticket();
        let mut running = Running::new(&folder.data(), &["serve", "--join", &ticket]);
        confirm(&host, &running.words());
        let (ended, out, error) = invite.end();
        assert_eq!(ended, Some(0), "{out}{error}");
        let line = running.line("Carrying for team ");
        let id = line.rsplit(' ').next().expect("an id");
        let peer = format!("{}@{}", id.trim_end_matches('.'), running.listening());
        let begun = Instant::now();
        let once = [
            "sync",
            "--once",
            "--no-mdns",
            "--listen",
            "127.0.0.1:0",
            "--peer",
            &peer,
        ];
        host.ok(&once);
        println!(
            "a carrier took {people} people in {:.1?}: {}",
            begun.elapsed(),
            memory(running.pid())
        );
        // A device that the team let in, and that the carrier hears of.
        let rogue = joined(&host);
        host.ok(&once);
        let rogue = Rogue::of(&rogue, &peer);
        for (what, said) in rogue.deeds() {
            rogue.does(&said);
            println!("  after {what}: {}", memory(running.pid()));
            let begun = Instant::now();
            host.ok(&once);
            println!("    and an honest exchange in {:.1?}", begun.elapsed());
        }
        drop(running);
    }

    fn memory(pid: u32) -> String {
        let mib = |name| status(pid, name) / 1_024;
        format!(
            "{} MiB at the peak, {} MiB now",
            mib("VmHWM:"),
            mib("VmRSS:")
        )
    }

    /// A machine of the team that says what no honest program says.
    struct Rogue {
        secret: [u8; 32],
        device: DeviceId,
        team: TeamId,
        position: Position,
        carrier: [u8; 32],
        at: SocketAddr,
    }

    impl Rogue {
        fn of(folder: &Folder, peer: &str) -> Self {
            let mut store = Store::open(&folder.data()).expect("a folder");
            let (begins, at) = peer.split_once('@').expect("an id and an address");
            let known = store.devices().expect("devices");
            let carrier = known
                .iter()
                .find(|d| d.device.to_string().starts_with(begins));
            Self {
                secret: *store.device_secret(),
                device: store.device(),
                team: store.team_id(),
                position: Position {
                    len: 1,
                    hash: [0; 32],
                },
                carrier: carrier.expect("the carrier").device.0,
                at: at.parse().expect("an address"),
            }
        }

        /// A message by its place in the list of them, with its length before it.
        fn framed(message: Vec<u8>) -> Vec<u8> {
            let length = u32::try_from(message.len()).expect("short enough");
            [&length.to_be_bytes()[..], &message].concat()
        }

        fn hello(&self, addresses: usize) -> Vec<u8> {
            let addresses = vec![""; addresses];
            let all = (0_u32, [0_u8; 16]);
            let said = (0_u32, 1_u16, self.team.0, [0_u8; 32], all, addresses);
            Self::framed(postcard::to_stdvec(&said).expect("a message"))
        }

        /// Pieces of a cargo; `whole`: the last of them says that it is.
        fn pieces(cargo: &[u8], whole: bool) -> Vec<u8> {
            let count = cargo.chunks(1 << 20).count();
            let pieces = cargo.chunks(1 << 20).enumerate().map(|(at, piece)| {
                let last = whole && at + 1 == count;
                let mut said = postcard::to_stdvec(&(7_u32, last, piece.len())).expect("a message");
                said.extend_from_slice(piece);
                Self::framed(said)
            });
            pieces.flatten().collect()
        }

        /// An envelope of its own that is signed as it should be and names what nobody has.
        fn early(&self, n: u64, body: &[u8]) -> Vec<u8> {
            let key = ed25519_dalek::SigningKey::from_bytes(&self.secret);
            let doc = DocRef::of(Kind::SelfRecord, &"nobody".into());
            let header = Header {
                team: self.team,
                log: LogId {
                    doc: DocId::of(&self.team, &doc, 0),
                    device: self.device,
                    epoch: Epoch(n),
                },
                seq: 9,
                prev: [7; 32],
                authority: self.position,
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

        fn deeds(&self) -> Vec<(&'static str, Vec<u8>)> {
            type Things = Vec<Vec<u8>>;
            let cargo = |envelopes: &Things| {
                let (none, people, packs) = (
                    Things::new(),
                    Vec::<&str>::new(),
                    Vec::<(Vec<u8>, Things)>::new(),
                );
                postcard::to_stdvec(&(&none, people, packs, envelopes, &none)).expect("a cargo")
            };
            let limit = limits::CARGO_BYTES;
            let hello = self.hello(0);
            let many = (0..limit as u64 / 420).map(|n| self.early(n, b"early"));
            let many = cargo(&many.collect());
            let large = vec![0; 1 << 20];
            let few = (0..limit as u64 / (1 << 20) - 1).map(|n| self.early(n, &large));
            let few = cargo(&few.collect());
            let tiny = cargo(&vec![vec![1, 2, 3]; limit / 4 - 8]);
            let after = |said: Vec<u8>| [hello.clone(), said].concat();
            vec![
                (
                    "a cargo without end",
                    after(Self::pieces(&vec![0; 2 * limit], false)),
                ),
                (
                    "the largest cargo, of nothing that can be read",
                    after(Self::pieces(&vec![0xff; limit], true)),
                ),
                (
                    "the largest cargo, of tiny envelopes",
                    after(Self::pieces(&tiny, true)),
                ),
                ("a greeting with 2,000,000 addresses", self.hello(2_000_000)),
                (
                    "the largest cargo, of signed envelopes that come early",
                    after(Self::pieces(&many, true)),
                ),
                ("the same once more", after(Self::pieces(&many, true))),
                (
                    "the largest cargo, of few large envelopes",
                    after(Self::pieces(&few, true)),
                ),
            ]
        }

        /// Says it over a connection of its own and reads nothing, until the other side has had enough or has taken it.
        fn does(&self, said: &[u8]) {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async {
                let options = NetOptions {
                    listen: Some("127.0.0.1:0".parse().expect("an address")),
                    no_mdns: true,
                    relay: None,
                };
                let net = Net::open(&self.secret, &options).await.expect("a socket");
                let connection = net.connect(&self.carrier, &[self.at], ALPN_SYNC).await;
                let connection = connection.expect("a connection");
                let (mut to, _from) = connection.open_bi().await.expect("a stream");
                // Streams that nobody reads.
                let more = async {
                    let mut open = Vec::new();
                    for _ in 0..200 {
                        open.push(connection.open_bi().await);
                    }
                };
                let _ = tokio::time::timeout(Duration::from_millis(200), more).await;
                let _ = to.write_all(said).await;
                let _ = to.finish();
                // It is read and judged; then either side ends it.
                let _ = tokio::time::timeout(Duration::from_secs(20), connection.closed()).await;
                net.endpoint.close().await;
            });
        }
    }
}
