//! Programs that run at once on one machine, each with a folder of its own, as machines of a team.

use super::folder::Folder;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Only this machine hears any of it, at ports that the system chooses.
pub const HERE: [&str; 3] = ["--listen", "127.0.0.1:0", "--no-mdns"];

/// Nothing that is waited for takes so long.
pub const WATCHDOG: Duration = Duration::from_secs(240);

/// A command that goes on while others run.
pub struct Running {
    child: Child,
    out: Receiver<String>,
    seen: String,
}

/// Nothing is left running, however a test ends.
impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    pub fn new(data: &Path, args: &[&str]) -> Self {
        let here = match args.contains(&"--listen") {
            true => &HERE[2..],
            false => &HERE[..],
        };
        let command = Command::new(super::program());
        Self::begin(command, data, &[args, here].concat())
    }

    /// The same by way of a command that runs the program.
    pub fn begin(mut command: Command, data: &Path, args: &[&str]) -> Self {
        let mut child = command
            .args(["--today", super::folder::SAMPLE_DAY, "--data-dir"])
            .arg(data)
            .args(args)
            .env("LC_ALL", "C.UTF-8")
            .env_remove("GUILDHALL_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let printed = BufReader::new(child.stdout.take().unwrap());
        let (tell, out) = channel();
        std::thread::spawn(move || {
            for line in printed.lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            out,
            seen: String::new(),
        }
    }

    /// The next line that begins with a text; whatever the program says instead is in the message if it ends before.
    pub fn line(&mut self, beginning: &str) -> String {
        self.wait(|line| line.starts_with(beginning), beginning)
    }

    /// The next line that has a text in it.
    pub fn line_with(&mut self, text: &str) -> String {
        self.wait(|line| line.contains(text), text)
    }

    /// The next line of which something holds.
    pub fn wait(&mut self, holds: impl Fn(&str) -> bool, what: &str) -> String {
        while let Ok(line) = self.out.recv_timeout(WATCHDOG) {
            self.seen += &format!("{line}\n");
            if holds(&line) {
                return line.trim().to_owned();
            }
        }
        let _ = self.child.kill();
        let mut error = String::new();
        let mut from = self.child.stderr.take().unwrap();
        from.read_to_string(&mut error).unwrap();
        panic!("no line with “{what}”: {}{error}", self.seen);
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn ticket(&mut self) -> String {
        self.line("guildhall1")
    }

    /// The six words that it shows.
    pub fn words(&mut self) -> Vec<String> {
        let line = self.line("    ");
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        assert_eq!(words.len(), 6, "{line}");
        words
    }

    /// Waits for the end: status, all that was printed, all errors.
    pub fn end(mut self) -> (Option<i32>, String, String) {
        self.seen.extend(self.out.iter().map(|line| line + "\n"));
        let mut error = String::new();
        let mut from = self.child.stderr.take().unwrap();
        from.read_to_string(&mut error).unwrap();
        let status = self.child.wait().unwrap().code();
        (status, std::mem::take(&mut self.seen), error)
    }
}

/// A team with a line manager's imports: what one person said was typed by its owner. Another has neither a device nor a right.
pub fn team() -> Folder {
    team_with_key().0
}

/// The same with the recovery key that was shown when it was founded.
pub fn team_with_key() -> (Folder, String) {
    let folder = Folder::new();
    let dir = folder.beside("tables");
    fs::create_dir(&dir).unwrap();
    let files = [
        ("team.toml", "name = \"Glass\"\nowner = \"oak\"\n"),
        ("areas.csv", "id,name,order\nshop,Workshop,1\n"),
        (
            "people.csv",
            "id,name,contact\noak,Olive Oak,room 1\nelm,Edgar Elm,room 2\nash,Ada Ash,room 3\n",
        ),
        (
            "rights.csv",
            "person,right,over,from\noak,line,elm,2024-01-15\n",
        ),
        (
            "posts.csv",
            "id,title,area,column,fte,career_to\nhand,Hand in the shop,shop,g5,1.00,\n",
        ),
        (
            "holders.csv",
            "post,person,from,until\nhand,elm,2024-01-15,\n",
        ),
        (
            "marks.csv",
            "person,subject,column,by,date,value,evidence,link,feedback,conflict\n\
             elm,safety,g5,elm,2026-11-10,6,kept the log,,,\n\
             elm,budget,g5,elm,2026-11-10,4,,,,\n",
        ),
    ];
    for (name, contents) in files {
        fs::write(dir.join(name), contents).unwrap();
    }
    let ran = folder.run(&["import", dir.to_str().unwrap(), "--as", "oak"]);
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    let said = super::folder::text(&ran.stdout) + &super::folder::text(&ran.stderr);
    let key = said.split("shown this once: ").nth(1);
    let key = key.and_then(|rest| rest.lines().next());
    (folder, key.unwrap().trim().to_owned())
}

/// Carries a bundle with all that one may give to another, who reads it.
pub fn carry(from: &Folder, to: &Folder) -> serde_json::Value {
    let bundle = bundle(from, "carried");
    to.json(&["bundle", "read", &bundle])
}

/// A bundle for all other devices.
pub fn bundle(from: &Folder, name: &str) -> String {
    let file = from.beside(name);
    let file = file.to_str().unwrap();
    from.ok(&["bundle", "write", file, "--for", "all", "--force"]);
    file.to_owned()
}

pub fn confirm(folder: &Folder, words: &[String]) -> String {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    folder.ok(&[&["invite", "confirm"][..], &words].concat())
}

/// A folder that joined another's team as somebody of it.
pub fn joined(host: &Folder, person: &str) -> Folder {
    let guest = Folder::new();
    let mut invite = Running::new(&host.data(), &["invite", person]);
    let mut join = Running::new(&guest.data(), &["join", &invite.ticket()]);
    confirm(host, &join.words());
    for (status, out, error) in [join.end(), invite.end()] {
        assert_eq!(status, Some(0), "{out}{error}");
    }
    guest
}

/// The beginning of a folder's device id.
pub fn device(folder: &Folder) -> String {
    folder.json(&["sync"])["device"]
        .as_str()
        .unwrap()
        .to_owned()
}

impl Running {
    /// Exchanges as long as this runs; says where it listens.
    pub fn watching(folder: &Folder, more: &[&str]) -> (Self, String) {
        let mut running = Self::new(&folder.data(), &[&["sync", "--watch"][..], more].concat());
        let at = running.listening();
        (running, at)
    }

    /// Where it says that it listens.
    pub fn listening(&mut self) -> String {
        let line = self.line("Listening at ");
        let at = line["Listening at ".len()..].trim_end_matches('.');
        at.to_owned()
    }

    /// Ends it as a person does.
    #[cfg(unix)]
    pub fn stop(self) -> (Option<i32>, String, String) {
        self.stop_by(rustix::process::Signal::INT)
    }

    /// Ends it with a signal.
    #[cfg(unix)]
    pub fn stop_by(self, signal: rustix::process::Signal) -> (Option<i32>, String, String) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
        self.end()
    }

    /// Ends it as nobody should.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
