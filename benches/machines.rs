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
            "a carrier took {people} people in {:.1?}: {} MiB at the peak, {} MiB after it",
            begun.elapsed(),
            status(running.pid(), "VmHWM:") / 1_024,
            status(running.pid(), "VmRSS:") / 1_024
        );
        drop(running);
    }
}
