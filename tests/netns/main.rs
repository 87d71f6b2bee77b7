//! Machines of a team on a local network of their own: the built program in network namespaces, with multicast and without, over lines that
//! break, lose and delay. Needs root, `ip` and `/dev/net/tun`; without them each test says so and ends.
#![cfg(target_os = "linux")]

#[path = "../common/mod.rs"]
mod common;

mod broken;
mod kill;
mod plain;
mod quiet;

use common::folder::Folder;
use common::lan::{Lan, until};
use common::machines::{Running, confirm};
use guildhall::sync::Ticket;

/// Machine 1 joins the team of machine 0: as somebody of it, or as a further device of whoever made the team. `edit` changes the ticket on its
/// way, `more` says how both are on the network.
fn joined(
    lan: &Lan,
    host: &Folder,
    whom: Option<&str>,
    more: &[&str],
    edit: impl Fn(&mut Ticket),
) -> Folder {
    let guest = Folder::new();
    let args: Vec<&str> = ["invite"].into_iter().chain(whom).collect();
    let mut invite = lan.run(0, &host.data(), &[&args[..], more].concat());
    let mut ticket = Ticket::from_text(&invite.ticket()).unwrap();
    edit(&mut ticket);
    let text = ticket.to_text();
    let mut join = lan.run(1, &guest.data(), &[&["join", &text][..], more].concat());
    confirm(host, &join.words());
    for (status, out, error) in [join.end(), invite.end()] {
        assert_eq!(status, Some(0), "{out}{error}");
    }
    guest
}

/// Machine 1 as Edgar Elm's.
fn with_elm(lan: &Lan, host: &Folder, more: &[&str]) -> Folder {
    joined(lan, host, Some("elm"), more, |_| {})
}

/// Whether the page of the one whom all of this is about says something.
fn shows(folder: &Folder, text: &str) -> bool {
    folder.ok(&["show", "person", "elm"]).contains(text)
}

/// What either writes is on the other while both are connected. The values have to be others than before.
fn edits_cross(host: &Folder, guest: &Folder, to_guest: &str, to_host: &str) {
    host.ok(&["review", "elm", "budget", to_guest]);
    guest.ok(&["mark", "safety", to_host, "--share"]);
    until("what the host wrote", || shows(guest, to_guest));
    until("what the guest wrote", || shows(host, to_host));
}

/// The whole team as a folder of tables, file by file.
fn exported(folder: &Folder) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let out = tempfile::tempdir().unwrap();
    let to = out.path().join("out");
    folder.ok(&["export", "team", to.to_str().unwrap()]);
    let mut files = Vec::new();
    let mut folders = vec![to.clone()];
    while let Some(dir) = folders.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    let name = path.strip_prefix(&to).unwrap().to_owned();
                    files.push((name, std::fs::read(&path).unwrap()));
                }
            }
        }
    }
    files.sort();
    files
}

/// Ends programs as a person does; they have done nothing wrong.
fn stop<const N: usize>(running: [Running; N]) {
    for one in running {
        let (status, out, error) = one.stop();
        assert_eq!(status, Some(0), "{out}{error}");
    }
}
