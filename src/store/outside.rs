//! What stands outside of the data folder: the machine, the identity of the folder, the kind of its file system, the clock and the
//! system's random bits. Owns how they are asked for on each system; tests put others in. Must not know: SQLite.

use super::error::{StoreError, io};
use super::files::{random, team_file};
use std::cell::Cell;
use std::path::Path;

/// Where random bits come from.
#[derive(Debug)]
enum Chance {
    System,
    /// The same bits, time and process again and again, as a machine gives that was restored from a snapshot: only machine and folder are
    /// left to tell two clones apart.
    #[cfg(test)]
    Replayed(u64),
}

/// The surroundings of a data folder.
#[derive(Debug)]
pub struct Outside {
    machine: [u8; 32],
    #[cfg(test)]
    pretended: Option<&'static str>,
    chance: Chance,
    drawn: Cell<u64>,
}

impl Outside {
    /// This machine.
    pub fn here() -> Self {
        Self {
            machine: blake3::derive_key("guildhall machine", &machine_id()),
            #[cfg(test)]
            pretended: None,
            chance: Chance::System,
            drawn: Cell::new(0),
        }
    }

    /// Another machine, for tests.
    #[cfg(test)]
    pub fn machine_named(name: &str) -> Self {
        Self {
            machine: blake3::derive_key("guildhall machine", name.as_bytes()),
            ..Self::here()
        }
    }

    /// With the random bits of a seed, from the beginning, for tests.
    #[cfg(test)]
    pub fn replaying(mut self, seed: u64) -> Self {
        self.chance = Chance::Replayed(seed);
        self
    }

    /// As if every folder lay on a network, for tests.
    #[cfg(test)]
    pub fn on_network(mut self, kind: &'static str) -> Self {
        self.pretended = Some(kind);
        self
    }

    /// Which machine this is, as a hash.
    pub fn machine(&self) -> &[u8; 32] {
        &self.machine
    }

    /// Refuses a folder on a file system that other machines may write to as well.
    pub fn check_local(&self, dir: &Path) -> Result<(), StoreError> {
        let found = network_file_system(dir);
        #[cfg(test)]
        let found = found.or(self.pretended.map(str::to_owned));
        match found {
            None => Ok(()),
            Some(kind) => Err(StoreError::Network {
                path: dir.to_owned(),
                kind,
            }),
        }
    }

    /// Fresh bytes: random bits hashed with machine, folder, time, process and a count, so that two clones that are given the same random
    /// bits still draw different ones.
    pub fn draw(&self, folder: &[u8; 32], purpose: &str) -> Result<[u8; 32], StoreError> {
        let (bits, time, process) = match &self.chance {
            Chance::System => {
                let time = std::time::SystemTime::now()
                    .duration_since(std::time::UNIX_EPOCH)
                    .map_or(0, |d| d.as_nanos());
                (random::<32>()?, time, std::process::id())
            }
            #[cfg(test)]
            Chance::Replayed(seed) => {
                let at = [seed.to_be_bytes(), self.drawn.get().to_be_bytes()].concat();
                let bits = blake3::derive_key("guildhall replayed random bits", &at);
                (bits, 0, 0)
            }
        };
        let mut hasher = blake3::Hasher::new_derive_key("guildhall fresh bytes");
        hasher.update(&bits);
        hasher.update(&self.machine);
        hasher.update(folder);
        hasher.update(&time.to_be_bytes());
        hasher.update(&process.to_be_bytes());
        hasher.update(&self.drawn.get().to_be_bytes());
        hasher.update(purpose.as_bytes());
        self.drawn.set(self.drawn.get().wrapping_add(1));
        Ok(*hasher.finalize().as_bytes())
    }
}

/// What identifies this installation of the system. Linux has an id for that. Elsewhere the name of the host stands in: two machines may
/// share it, and then only the folder tells them apart.
fn machine_id() -> Vec<u8> {
    #[cfg(target_os = "linux")]
    for file in ["/etc/machine-id", "/var/lib/dbus/machine-id"] {
        if let Ok(id) = std::fs::read_to_string(file)
            && !id.trim().is_empty()
        {
            return id.trim().as_bytes().to_vec();
        }
    }
    host_name()
}

#[cfg(unix)]
fn host_name() -> Vec<u8> {
    rustix::system::uname().nodename().to_bytes().to_vec()
}

#[cfg(not(unix))]
fn host_name() -> Vec<u8> {
    std::env::var_os("COMPUTERNAME").map_or_else(Vec::new, |name| {
        name.to_string_lossy().into_owned().into_bytes()
    })
}

/// Which folder this is, as a hash: file system, numbers and times of birth of the folder and of the team's file. A copy has others; a
/// folder that is renamed where it lies keeps them. Off Unix there are no numbers, and the path and the times of birth stand in.
pub fn folder_id(dir: &Path) -> Result<[u8; 32], StoreError> {
    let mut hasher = blake3::Hasher::new_derive_key("guildhall folder");
    for path in [dir.to_owned(), team_file(dir)] {
        let what = || format!("look at {}", path.display());
        let data = std::fs::metadata(&path).map_err(io(what()))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            hasher.update(&data.ino().to_be_bytes());
        }
        #[cfg(not(unix))]
        hasher.update(path.as_os_str().as_encoded_bytes());
        // Not every file system keeps it, and some keep a zero.
        let born = data
            .created()
            .ok()
            .and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok())
            .map_or(0, |d| d.as_nanos());
        hasher.update(&born.to_be_bytes());
    }
    #[cfg(unix)]
    hasher.update(&file_system_id(dir)?.to_be_bytes());
    Ok(*hasher.finalize().as_bytes())
}

/// The file system's own id where it has one. The number of the device is the second choice, since some systems give out another one at
/// each start.
#[cfg(unix)]
fn file_system_id(dir: &Path) -> Result<u64, StoreError> {
    use std::os::unix::fs::MetadataExt;
    match rustix::fs::statvfs(dir).map(|s| s.f_fsid) {
        Ok(id) if id != 0 => Ok(id),
        _ => std::fs::metadata(dir)
            .map(|data| data.dev())
            .map_err(io(format!("look at {}", dir.display()))),
    }
}

/// Whether this system says what kind of file system a folder lies on.
pub const TELLS_FILE_SYSTEMS: bool = cfg!(target_os = "linux");

/// The name of the network file system that a folder lies on; `None` where it lies on a disk of this machine, or the system does not say
/// (anywhere but on Linux).
pub fn network_file_system(dir: &Path) -> Option<String> {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::MetadataExt;
        let magic = rustix::fs::statfs(dir).ok()?.f_type as u64 & 0xffff_ffff;
        let device = std::fs::metadata(dir).ok()?.dev();
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        network_kind(magic, mounted_as(&mounts, device).as_deref())
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = dir;
        None
    }
}

/// Numbers of file systems that more than one machine may write to (`statfs(2)`, `linux/magic.h`).
#[cfg(any(target_os = "linux", test))]
const NETWORK: &[(u64, &str)] = &[
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB"),
    (0x0102_1997, "9P"),
    (0x5346_414f, "AFS"),
    (0x6b41_4653, "AFS"),
    (0x7375_7245, "Coda"),
    (0x00c3_6400, "Ceph"),
    (0x564c, "NCP"),
    (0x0116_1970, "GFS2"),
    (0x7461_636f, "OCFS2"),
    (0x0bd0_0bd0, "Lustre"),
    (0x786f_4256, "a shared folder of a virtual machine"),
];

/// The number of all file systems that a program serves.
#[cfg(any(target_os = "linux", test))]
const FUSE: u64 = 0x6573_5546;

/// Those of them that are known to keep a disk of this machine; any other may be somewhere else.
#[cfg(any(target_os = "linux", test))]
const FUSE_LOCAL: &[&str] = &[
    "fuseblk",
    "fuse.bindfs",
    "fuse.cryfs",
    "fuse.encfs",
    "fuse.exfat",
    "fuse.fuse-overlayfs",
    "fuse.gocryptfs",
    "fuse.mergerfs",
    "fuse.ntfs-3g",
    "fuse.securefs",
    "fuse.unionfs",
    "fuse.veracrypt",
];

/// What a file system is called if it is a network's.
#[cfg(any(target_os = "linux", test))]
fn network_kind(magic: u64, mounted: Option<&str>) -> Option<String> {
    if magic == FUSE {
        let kind = mounted.unwrap_or("fuse");
        return (!FUSE_LOCAL.contains(&kind)).then(|| kind.to_owned());
    }
    NETWORK
        .iter()
        .find(|(number, _)| *number == magic)
        .map(|(_, name)| (*name).to_owned())
}

/// The kind that `/proc/self/mountinfo` names for a device.
#[cfg(any(target_os = "linux", test))]
fn mounted_as(mounts: &str, device: u64) -> Option<String> {
    // The kernel's way to put the two numbers into one, as in `makedev(3)`.
    let major = (device >> 32 & 0xffff_f000) | (device >> 8 & 0xfff);
    let minor = (device >> 12 & 0xffff_ff00) | (device & 0xff);
    let wanted = format!("{major}:{minor}");
    mounts.lines().find_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        (before.split(' ').nth(2) == Some(wanted.as_str()))
            .then(|| after.split(' ').next().map(str::to_owned))?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_told_from_disks() {
        for (magic, mounted, network) in [
            (0xef53, Some("ext4"), false),
            (0x9123_683e, Some("btrfs"), false),
            (0x0102_1994, Some("tmpfs"), false),
            (0x794c_7630, Some("overlay"), false),
            (0x6969, Some("nfs4"), true),
            (0xff53_4d42, Some("cifs"), true),
            (0x0102_1997, Some("9p"), true),
            (FUSE, Some("fuse.sshfs"), true),
            (FUSE, Some("fuse.rclone"), true),
            (FUSE, Some("virtiofs"), true),
            (FUSE, None, true),
            (FUSE, Some("fuseblk"), false),
            (FUSE, Some("fuse.gocryptfs"), false),
        ] {
            let found = network_kind(magic, mounted);
            assert_eq!(found.is_some(), network, "{magic:x} {mounted:?}");
        }
        let mounts = "22 27 0:21 / /proc rw,relatime - proc proc rw\n\
             90 27 0:52 / /home/a/far rw,nosuid shared:3 - fuse.sshfs host:/ rw\n\
             91 27 259:2 / / rw - ext4 /dev/nvme0n1p2 rw\n";
        assert_eq!(mounted_as(mounts, 52).as_deref(), Some("fuse.sshfs"));
        assert_eq!(mounted_as(mounts, 259 << 8 | 2).as_deref(), Some("ext4"));
        assert_eq!(mounted_as(mounts, 53), None);
    }

    #[test]
    fn a_copy_of_a_folder_is_another_folder_and_a_renamed_one_is_not() {
        let root = tempfile::tempdir().unwrap();
        let (one, two) = (root.path().join("one"), root.path().join("two"));
        for dir in [&one, &two] {
            std::fs::create_dir(dir).unwrap();
            std::fs::write(team_file(dir), "the same").unwrap();
        }
        let first = folder_id(&one).unwrap();
        assert_ne!(first, folder_id(&two).unwrap());
        let moved = root.path().join("three");
        std::fs::rename(&one, &moved).unwrap();
        assert_eq!(first == folder_id(&moved).unwrap(), cfg!(unix));
    }

    #[test]
    fn equal_random_bits_are_not_drawn_twice() {
        let drawn: std::collections::BTreeSet<_> = [("a", 0), ("b", 0), ("b", 1)]
            .into_iter()
            .flat_map(|(machine, folder)| {
                let outside = Outside::machine_named(machine).replaying(5);
                [(), ()].map(|()| outside.draw(&[folder; 32], "epoch").unwrap())
            })
            .collect();
        assert_eq!(drawn.len(), 6);
    }
}
