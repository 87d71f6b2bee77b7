//! The built program in a pseudo-terminal beside `less` and `vim`, all showing the same matrix: time from start to the first frame with
//! data, key to first bytes, peak memory, and what each does while nothing happens. Prints a table with the command and the machine.
//!
//! `cargo bench --bench beside` (Linux; programs that are not installed are left out).

#[cfg(target_os = "linux")]
mod linux {
    use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
    use std::io::{Read, Write};
    use std::path::{Path, PathBuf};
    use std::process::Command;
    use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
    use std::thread;
    use std::time::{Duration, Instant};

    const PROGRAM: &str = env!("CARGO_BIN_EXE_guildhall");
    const SIZE: (u16, u16) = (120, 30);
    /// Starts of each program.
    const STARTS: usize = 21;
    /// Keys sent to each program.
    const KEYS: usize = 200;
    /// Commands run beside an open dashboard.
    const COMMANDS: usize = 21;
    /// How long each is left alone.
    const IDLE: Duration = Duration::from_secs(3);
    /// A program that says nothing for so long has said all that it will.
    const LONG: Duration = Duration::from_secs(20);
    /// A frame is over when nothing has come for so long.
    const QUIET: Duration = Duration::from_millis(25);
    const DAY: &str = "2026-11-21";

    struct Running {
        child: Box<dyn Child + Send + Sync>,
        master: Box<dyn MasterPty + Send>,
        writer: Box<dyn Write + Send>,
        chunks: Receiver<(Instant, Vec<u8>)>,
        started: Instant,
    }

    impl Running {
        fn start(program: &str, args: &[String]) -> Self {
            let pair = native_pty_system()
                .openpty(PtySize {
                    rows: SIZE.1,
                    cols: SIZE.0,
                    pixel_width: 0,
                    pixel_height: 0,
                })
                .expect("a pseudo-terminal");
            let mut command = CommandBuilder::new(program);
            command.args(args);
            command.env("TERM", "xterm-256color");
            let mut reader = pair.master.try_clone_reader().expect("a reader");
            let writer = pair.master.take_writer().expect("a writer");
            let (send, chunks) = channel();
            thread::spawn(move || {
                let mut chunk = [0; 65536];
                while let Ok(n @ 1..) = reader.read(&mut chunk) {
                    if send.send((Instant::now(), chunk[..n].to_vec())).is_err() {
                        break;
                    }
                }
            });
            let started = Instant::now();
            let child = pair.slave.spawn_command(command).expect("it starts");
            Self {
                child,
                master: pair.master,
                writer,
                chunks,
                started,
            }
        }

        /// Time from the start until the screen holds a text.
        fn until(&self, text: &str) -> Duration {
            let mut screen = vt100::Parser::new(SIZE.1, SIZE.0, 0);
            loop {
                let (at, bytes) = self.chunks.recv_timeout(LONG).expect("the text comes");
                screen.process(&bytes);
                if screen.screen().contents().contains(text) {
                    return at - self.started;
                }
            }
        }

        /// Waits until nothing more comes.
        fn settle(&self) {
            loop {
                match self.chunks.recv_timeout(QUIET) {
                    Ok(_) => {}
                    Err(RecvTimeoutError::Timeout) => return,
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        }

        /// Sends a key and takes the time to the first byte that answers.
        fn key(&mut self, key: &[u8]) -> Duration {
            let sent = Instant::now();
            self.writer.write_all(key).expect("it reads");
            self.writer.flush().expect("it reads");
            let (at, _) = self.chunks.recv_timeout(LONG).expect("it answers");
            self.settle();
            at - sent
        }

        fn proc(&self, file: &str) -> String {
            let pid = self.child.process_id().expect("it runs");
            std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default()
        }

        /// Peak resident memory in MiB.
        fn peak(&self) -> f64 {
            field(&self.proc("status"), "VmHWM:") as f64 / 1024.0
        }

        /// Processor time used so far, in clock ticks, and voluntary switches of all threads: how often it woke up.
        fn used(&self) -> (u64, u64) {
            let stat = self.proc("stat");
            let after = stat.rsplit(')').next().unwrap_or("");
            let fields: Vec<u64> = after
                .split_whitespace()
                .map(|f| f.parse().unwrap_or(0))
                .collect();
            let ticks = fields.get(11).unwrap_or(&0) + fields.get(12).unwrap_or(&0);
            let pid = self.child.process_id().expect("it runs");
            let mut wakeups = 0;
            if let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) {
                for thread in threads.flatten() {
                    let status = std::fs::read_to_string(thread.path().join("status"));
                    wakeups += field(&status.unwrap_or_default(), "voluntary_ctxt_switches:");
                }
            }
            (ticks, wakeups)
        }

        fn end(mut self) {
            let _ = self.child.kill();
            let _ = self.child.wait();
            drop(self.master);
        }
    }

    /// A field of a `/proc` status file; lines begin with their names.
    fn field(text: &str, name: &str) -> u64 {
        text.lines()
            .find_map(|line| line.strip_prefix(name))
            .and_then(|rest| rest.split_whitespace().next())
            .and_then(|n| n.parse().ok())
            .unwrap_or(0)
    }

    fn percentile(times: &mut [Duration], percent: usize) -> Duration {
        times.sort();
        times[(times.len() - 1) * percent / 100]
    }

    fn ms(time: Duration) -> String {
        format!("{:.2}", time.as_secs_f64() * 1000.0)
    }

    /// A program, how it is started, the text that means "data are there", and two keys that move and move back.
    struct Case {
        name: String,
        program: String,
        args: Vec<String>,
        shows: String,
        keys: [Vec<u8>; 2],
    }

    fn measure(case: &Case) {
        let mut first = Vec::new();
        let mut peak = 0.0;
        for _ in 0..STARTS {
            let run = Running::start(&case.program, &case.args);
            first.push(run.until(&case.shows));
            run.settle();
            peak = run.peak();
            run.end();
        }
        let mut run = Running::start(&case.program, &case.args);
        run.until(&case.shows);
        run.settle();
        // The store behind a demo may still be on its way.
        thread::sleep(Duration::from_millis(1500));
        run.settle();
        let mut keys: Vec<Duration> = (0..KEYS).map(|n| run.key(&case.keys[n % 2])).collect();
        let before = run.used();
        thread::sleep(IDLE);
        let after = run.used();
        run.end();
        println!(
            "| {} | {} | {} | {} | {} | {peak:.1} | {} | {} |",
            case.name,
            ms(percentile(&mut first, 50)),
            ms(percentile(&mut first, 95)),
            ms(percentile(&mut keys, 50)),
            ms(percentile(&mut keys, 99)),
            after.0 - before.0,
            after.1 - before.1,
        );
    }

    /// What a command changes while a dashboard is open on the same folder: time until the dashboard draws it, from the start of the command
    /// and from its end, when the change is on the disk. A dashboard left alone says nothing, so its next bytes are the answer.
    fn beside(dir: &str) {
        let place = ["--today", DAY, "--data-dir", dir].map(str::to_owned);
        let run = Running::start(PROGRAM, &place);
        run.until("% in need");
        run.settle();
        thread::sleep(Duration::from_millis(500));
        let (mut whole, mut after) = (Vec::new(), Vec::new());
        for n in 0..COMMANDS {
            let value = ["9", "9.5"][n % 2];
            let begun = Instant::now();
            let done = Command::new(PROGRAM)
                .args(["review", "person-0001", "budget", value])
                .args(&place)
                .output()
                .expect("the program runs");
            let ended = Instant::now();
            assert!(done.status.success(), "{done:?}");
            let (at, _) = run.chunks.recv_timeout(LONG).expect("it is seen");
            whole.push(at - begun);
            after.push(at.saturating_duration_since(ended));
            // Looks for more follow each change for two seconds.
            thread::sleep(Duration::from_millis(200));
            run.settle();
        }
        run.end();
        println!(
            "\n`guildhall review` beside an open dashboard, {COMMANDS} times: on the screen {} ms after its start (p50; p95 {}), {} ms after its end (p50; p95 {}).",
            ms(percentile(&mut whole, 50)),
            ms(percentile(&mut whole, 95)),
            ms(percentile(&mut after, 50)),
            ms(percentile(&mut after, 95)),
        );
    }

    fn generated(root: &Path, people: usize) -> PathBuf {
        let dir = root.join(format!("team-{people}"));
        let count = people.to_string();
        let done = Command::new(PROGRAM)
            .args(["generate", "--people", &count, "--today", DAY])
            .arg(&dir)
            .status()
            .expect("the program runs");
        assert!(done.success());
        dir
    }

    fn installed(program: &str) -> bool {
        Command::new(program)
            .arg("--version")
            .output()
            .is_ok_and(|o| o.status.success())
    }

    pub fn run() {
        let root = tempfile::tempdir().expect("a folder");
        let arrows = || [b"\x1b[B".to_vec(), b"\x1b[A".to_vec()];
        let mut cases = vec![Case {
            name: "guildhall demo, 27 people".to_owned(),
            program: PROGRAM.to_owned(),
            args: vec!["demo".to_owned()],
            shows: "% in need".to_owned(),
            keys: arrows(),
        }];
        let mut matrix = None;
        for people in [27, 500] {
            let dir = generated(root.path(), people);
            let dir_text = dir.display().to_string();
            if matrix.is_none() {
                let report = Command::new(PROGRAM)
                    .args(["show", "heatmap", "--today", DAY, "--data-dir", &dir_text])
                    .output()
                    .expect("a report");
                let file = root.path().join("matrix.txt");
                std::fs::write(&file, report.stdout).expect("a file");
                matrix = Some(file.display().to_string());
            }
            cases.push(Case {
                name: format!("guildhall, {people} people"),
                program: PROGRAM.to_owned(),
                args: ["--today", DAY, "--data-dir", &dir_text]
                    .map(str::to_owned)
                    .to_vec(),
                shows: "% in need".to_owned(),
                keys: arrows(),
            });
        }
        let matrix = matrix.expect("made above");
        let down_up = || [b"j".to_vec(), b"k".to_vec()];
        for (name, args) in [("less", vec![]), ("vim", vec!["-u", "NONE", "-N"])] {
            if !installed(name) {
                println!("{name} is not installed here and left out.");
                continue;
            }
            let mut args: Vec<String> = args.into_iter().map(str::to_owned).collect();
            args.push(matrix.clone());
            cases.push(Case {
                name: format!("{name}, the matrix as text"),
                program: name.to_owned(),
                args,
                shows: "below target".to_owned(),
                keys: down_up(),
            });
        }
        let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpu
            .lines()
            .find_map(|l| l.strip_prefix("model name"))
            .map_or("unknown processor", |l| {
                l.trim_start_matches([' ', '\t', ':'])
            });
        let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        println!("cargo bench --bench beside");
        println!(
            "{model}, {} processors, Linux {}; {}×{}, {STARTS} starts, {KEYS} keys, {} s idle\n",
            thread::available_parallelism().map_or(1, usize::from),
            kernel.trim(),
            SIZE.0,
            SIZE.1,
            IDLE.as_secs()
        );
        println!(
            "| program | first frame ms p50 | p95 | key to bytes ms p50 | p99 | peak MiB | idle ticks | idle wake-ups |"
        );
        println!("|---|---|---|---|---|---|---|---|");
        for case in &cases {
            measure(case);
        }
        beside(&root.path().join("team-27").display().to_string());
    }
}

fn main() {
    #[cfg(target_os = "linux")]
    linux::run();
    #[cfg(not(target_os = "linux"))]
    println!("This comparison reads /proc and so runs on Linux only.");
}
