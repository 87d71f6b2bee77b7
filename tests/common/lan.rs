//! A local network of machines: each a network namespace with one TAP device, and between them a switch of this process, which can cut,
//! lose, delay and narrow what passes, and keeps a list of it. Needs root, `ip` and `/dev/net/tun`. Everything is removed when it is
//! dropped: devices with their descriptors, namespaces by name.

use super::machines::{Running, WATCHDOG};
use super::small::Dice;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// What each machine calls its device.
const DEVICE: &str = "lan0";
/// Bytes that wait for a narrow line; what comes beyond is lost, as in a router.
const WAITING: usize = 256 << 10;

/// How the line is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weather {
    /// Nothing passes.
    pub cut: bool,
    /// Of a hundred frames so many are lost, each way.
    pub loss: u64,
    /// How long each frame takes.
    pub delay: Duration,
    /// Bytes in a second, each way; 0 for as many as come.
    pub rate: u64,
}

/// What was in a frame.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Who has an address (version 4).
    Arp,
    /// Neighbours, routers and group members (version 6), by its type.
    Icmp6(u8),
    /// Group members (version 4).
    Igmp,
    /// From, to.
    Udp(SocketAddr, SocketAddr),
    /// Anything else: its ethertype, its protocol, where it goes.
    Other(u16, u8, Option<IpAddr>),
}

struct Due {
    at: Instant,
    number: u64,
    to: usize,
    frame: Vec<u8>,
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

struct Port {
    tap: Arc<File>,
    /// Bytes that came from there and were passed on.
    bytes: u64,
    /// When a narrow line is free again.
    free: Instant,
}

struct State {
    weather: Weather,
    dice: Dice,
    ports: Vec<Port>,
    queue: BinaryHeap<Reverse<Due>>,
    seen: Vec<(usize, What)>,
    number: u64,
    lost: u64,
    closed: bool,
}

struct Switch {
    state: Mutex<State>,
    moved: Condvar,
}

impl Switch {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Passes on what a machine sends until its device is gone.
    fn listen(&self, from: usize, mut tap: &File) {
        let mut buffer = vec![0; 1 << 16];
        loop {
            let frame = match tap.read(&mut buffer) {
                Ok(0) => return,
                Ok(n) => &buffer[..n],
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(_) => return,
            };
            let mut state = self.lock();
            state.seen.push((from, what(frame)));
            let weather = state.weather;
            if weather.cut {
                continue;
            }
            if state.dice.below(100) < weather.loss {
                state.lost += 1;
                continue;
            }
            let now = Instant::now();
            let port = &mut state.ports[from];
            port.free = port.free.max(now);
            let wait = (port.free - now).as_secs_f64() * weather.rate as f64;
            if weather.rate > 0 && wait > WAITING as f64 {
                state.lost += 1;
                continue;
            }
            if weather.rate > 0 {
                port.free += Duration::from_secs_f64(frame.len() as f64 / weather.rate as f64);
            }
            port.bytes += frame.len() as u64;
            let at = port.free + weather.delay;
            for to in (0..state.ports.len()).filter(|to| *to != from) {
                state.number += 1;
                let (number, frame) = (state.number, frame.to_vec());
                state.queue.push(Reverse(Due {
                    at,
                    number,
                    to,
                    frame,
                }));
            }
            drop(state);
            self.moved.notify_all();
        }
    }

    /// Hands on what is due.
    fn hand_on(&self) {
        let mut state = self.lock();
        while !state.closed {
            let now = Instant::now();
            let next = state.queue.peek().map(|Reverse(due)| due.at);
            state = match next {
                None => self.moved.wait(state).unwrap(),
                Some(at) if at > now => self.moved.wait_timeout(state, at - now).unwrap().0,
                Some(_) => {
                    if let Some(Reverse(due)) = state.queue.pop()
                        && !state.weather.cut
                    {
                        let tap = state.ports[due.to].tap.clone();
                        drop(state);
                        // A device that is down takes nothing.
                        let _ = (&*tap).write(&due.frame);
                        state = self.lock();
                    }
                    state
                }
            };
        }
    }
}

/// What a frame holds.
fn what(frame: &[u8]) -> What {
    let at = |i: usize| frame.get(i).copied().unwrap_or(0);
    let port = |i: usize| u16::from_be_bytes([at(i), at(i + 1)]);
    let four = |i: usize| IpAddr::from(Ipv4Addr::new(at(i), at(i + 1), at(i + 2), at(i + 3)));
    let six = |i: usize| {
        let bytes: [u8; 16] = std::array::from_fn(|n| at(i + n));
        IpAddr::from(Ipv6Addr::from(bytes))
    };
    let udp = |from, to, i| {
        What::Udp(
            SocketAddr::new(from, port(i)),
            SocketAddr::new(to, port(i + 2)),
        )
    };
    match (port(12), at(23), at(20)) {
        (0x0806, _, _) => What::Arp,
        (0x0800, 2, _) => What::Igmp,
        (0x0800, 17, _) => udp(four(26), four(30), 14 + usize::from(at(14) & 15) * 4),
        (0x0800, other, _) => What::Other(0x0800, other, Some(four(30))),
        (0x86dd, _, 58) => What::Icmp6(at(54)),
        // Reports of group members carry an option before them.
        (0x86dd, _, 0) if at(54) == 58 => What::Icmp6(at(62)),
        (0x86dd, _, 17) => udp(six(22), six(38), 54),
        (0x86dd, _, other) => What::Other(0x86dd, other, Some(six(38))),
        (other, _, _) => What::Other(other, 0, None),
    }
}

/// The network.
pub struct Lan {
    switch: Arc<Switch>,
    name: String,
    ports: Vec<String>,
}

impl Drop for Lan {
    fn drop(&mut self) {
        if let Ok(mut state) = self.switch.state.lock() {
            state.closed = true;
        }
        self.switch.moved.notify_all();
        for space in &self.ports {
            // The device first: whoever reads from it hears of its end.
            let _ = quiet(&["-n", space, "link", "del", DEVICE]);
            let _ = quiet(&["netns", "del", space]);
        }
    }
}

fn quiet(args: &[&str]) -> Result<String, String> {
    let output = Command::new("ip").args(args).output();
    let output = output.map_err(|e| format!("ip: {e}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!(
            "ip {}: {}",
            args.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        )),
    }
}

/// A TAP device of that name.
fn tap(name: &str) -> std::io::Result<File> {
    /// `TUNSETIFF`, with a name and flags.
    type Set = rustix::ioctl::Setter<{ rustix::ioctl::opcode::write::<i32>(b'T', 202) }, [u8; 40]>;
    const TAP_WITHOUT_HEADER: u16 = 0x1002;
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/net/tun")?;
    let mut request = [0; 40];
    request[..name.len()].copy_from_slice(name.as_bytes());
    request[16..18].copy_from_slice(&TAP_WITHOUT_HEADER.to_ne_bytes());
    // SAFETY: the call reads an `ifreq`, which is 40 bytes long, and keeps no pointer to it.
    unsafe { rustix::ioctl::ioctl(&file, Set::new(request)) }?;
    Ok(file)
}

impl Lan {
    /// A network of so many machines; where that cannot be, says why in a line and gives none.
    pub fn of(machines: usize) -> Option<Self> {
        let made = Self::make(machines);
        if let Err(why) = &made {
            println!("skipped: no network of namespaces can be made here ({why})");
        }
        made.ok()
    }

    fn make(machines: usize) -> Result<Self, String> {
        if !rustix::process::geteuid().is_root() {
            return Err("it takes root".into());
        }
        quiet(&["-V"])?;
        let seed = super::small::wanted("GUILDHALL_SEED", 1);
        let switch = Arc::new(Switch {
            state: Mutex::new(State {
                weather: Weather::default(),
                dice: Dice(seed),
                ports: Vec::new(),
                queue: BinaryHeap::new(),
                seen: Vec::new(),
                number: 0,
                lost: 0,
                closed: false,
            }),
            moved: Condvar::new(),
        });
        let mut random = [0; 4];
        getrandom::fill(&mut random).map_err(|e| e.to_string())?;
        let mut lan = Self {
            switch,
            name: format!("gh{:08x}", u32::from_ne_bytes(random)),
            ports: Vec::new(),
        };
        for i in 0..machines {
            lan.add(i)?;
        }
        let switch = lan.switch.clone();
        std::thread::spawn(move || switch.hand_on());
        Ok(lan)
    }

    fn add(&mut self, i: usize) -> Result<(), String> {
        let space = format!("{}n{i}", self.name);
        quiet(&["netns", "add", &space])?;
        self.ports.push(space.clone());
        let device = format!("{}t{i}", self.name);
        let tap = tap(&device).map_err(|e| format!("/dev/net/tun: {e}"))?;
        quiet(&["link", "set", &device, "netns", &space, "name", DEVICE])?;
        quiet(&["-n", &space, "link", "set", "lo", "up"])?;
        let tap = Arc::new(tap);
        self.switch.lock().ports.push(Port {
            tap: tap.clone(),
            bytes: 0,
            free: Instant::now(),
        });
        let switch = self.switch.clone();
        std::thread::spawn(move || switch.listen(i, &tap));
        let at = format!("{}/24", Self::ip_of(i));
        self.ip(i, &["addr", "add", &at, "dev", DEVICE])?;
        self.plug(i)
    }

    /// The first address of a machine.
    pub fn ip_of(i: usize) -> Ipv4Addr {
        Ipv4Addr::new(10, 77, 0, u8::try_from(i + 1).unwrap())
    }

    /// Where it listens, unless it is told otherwise.
    pub fn at(i: usize) -> SocketAddr {
        SocketAddr::from((Self::ip_of(i), guildhall::limits::PORT))
    }

    fn ip(&self, i: usize, args: &[&str]) -> Result<String, String> {
        quiet(&[&["-n", self.ports[i].as_str()][..], args].concat())
    }

    /// Brings a machine's device up: there is a way for multicast, and none to anywhere else.
    fn plug(&self, i: usize) -> Result<(), String> {
        self.ip(i, &["link", "set", DEVICE, "up"])?;
        self.ip(i, &["route", "replace", "224.0.0.0/4", "dev", DEVICE])?;
        Ok(())
    }

    /// Brings it up again.
    pub fn up(&self, i: usize) {
        self.plug(i).unwrap();
    }

    /// Takes it down.
    pub fn down(&self, i: usize) {
        self.ip(i, &["link", "set", DEVICE, "down"]).unwrap();
    }

    /// Gives a machine another address in place of the one that it has.
    pub fn readdress(&self, i: usize, old: Ipv4Addr, new: Ipv4Addr) {
        for (verb, at) in [("del", old), ("add", new)] {
            let at = format!("{at}/24");
            self.ip(i, &["addr", verb, &at, "dev", DEVICE]).unwrap();
        }
        self.plug(i).unwrap();
    }

    /// Gives a machine ways to everywhere, by a router that answers nobody. Whatever goes out that way is seen.
    pub fn open_to_the_world(&self, i: usize) {
        let (four, six) = ("10.77.0.254", "fd77::fe");
        let own = format!("fd77::{}/64", i + 1);
        let all: [&[&str]; 5] = [
            &["addr", "add", &own, "dev", DEVICE, "nodad"],
            &[
                "neigh",
                "add",
                four,
                "lladdr",
                "02:00:00:00:00:fe",
                "dev",
                DEVICE,
            ],
            &[
                "neigh",
                "add",
                six,
                "lladdr",
                "02:00:00:00:00:fe",
                "dev",
                DEVICE,
            ],
            &["route", "add", "default", "via", four],
            &["-6", "route", "add", "default", "via", six],
        ];
        for args in all {
            self.ip(i, args).unwrap();
        }
    }

    /// Runs the program on a machine, as it is by default.
    pub fn run(&self, i: usize, data: &Path, args: &[&str]) -> Running {
        let mut command = self.command(i);
        command.arg(super::program());
        Running::begin(command, data, args)
    }

    /// Any command on a machine.
    pub fn command(&self, i: usize) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.ports[i]]);
        command
    }

    /// Exchanges on a machine as long as it runs, once it listens.
    pub fn watch(&self, i: usize, data: &Path, more: &[&str]) -> Running {
        let mut running = self.run(i, data, &[&["sync", "--watch"][..], more].concat());
        running.line("Listening at ");
        running
    }

    /// The line is so from now on.
    pub fn weather(&self, weather: Weather) {
        self.switch.lock().weather = weather;
        self.switch.moved.notify_all();
    }

    /// Bytes that a machine has sent and that were passed on.
    pub fn bytes(&self, from: usize) -> u64 {
        self.switch.lock().ports[from].bytes
    }

    /// Waits until a machine has sent so many.
    pub fn until_bytes(&self, from: usize, bytes: u64) {
        let since = Instant::now();
        let mut state = self.switch.lock();
        while state.ports[from].bytes < bytes {
            assert!(since.elapsed() < WATCHDOG, "no {bytes} bytes came");
            state = self.switch.moved.wait_timeout(state, WATCHDOG).unwrap().0;
        }
    }

    /// Frames that the weather has lost.
    pub fn lost(&self) -> u64 {
        self.switch.lock().lost
    }

    /// All frames since the beginning, by the machine that sent them.
    pub fn seen(&self) -> Vec<(usize, What)> {
        self.switch.lock().seen.clone()
    }
}

/// Looks again and again until something holds.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < WATCHDOG, "{what} did not come");
        std::thread::sleep(Duration::from_millis(100));
    }
}
