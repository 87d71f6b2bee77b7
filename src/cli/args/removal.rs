//! Devices, people who leave, rights and the owner's record, as the command line has them.

use super::day;
use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `device`.
#[derive(Clone, Debug, Subcommand)]
pub enum Device {
    /// Every device that was let in
    List,
    /// Take out a device that is lost, stolen or given back
    Revoke(Revoke),
}

/// `device revoke`.
#[derive(Clone, Debug, Args)]
#[command(group = clap::ArgGroup::new("trust").args(["since", "drop", "all", "keep_all"]))]
pub struct Revoke {
    /// The beginning of its id, as `device list` has it, or its person where they have one device
    pub device: String,
    /// Nothing that it says it wrote from this day or moment on counts (UTC), for instance 2026-11-20 or 2026-11-20T14:30
    #[arg(long, value_name = "DATE-OR-TIME", value_parser = moment)]
    pub since: Option<u64>,
    /// Its last so many edits, in the order in which they came here, do not count: for a device whose times are not to be believed
    #[arg(long, value_name = "EDITS")]
    pub drop: Option<u64>,
    /// Nothing that it ever wrote counts
    #[arg(long)]
    pub all: bool,
    /// Everything counts that is here of it now; what comes later does not
    #[arg(long)]
    pub keep_all: bool,
    /// Ask nothing
    #[arg(long)]
    pub yes: bool,
}

/// A day (its beginning in UTC) or a moment, as milliseconds since 1970.
pub fn moment(typed: &str) -> Result<u64, String> {
    const FORM: &str =
        "a day or a moment is expected, for instance 2026-11-20 or 2026-11-20T14:30, in UTC";
    let typed = typed.trim();
    let forms = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"];
    let read = |form: &&str| chrono::NaiveDateTime::parse_from_str(typed, form).ok();
    let at = match forms.iter().find_map(read) {
        Some(at) => at,
        None => day(typed)
            .map_err(|_| FORM.to_owned())?
            .and_time(chrono::NaiveTime::MIN),
    };
    u64::try_from(at.and_utc().timestamp_millis()).map_err(|_| FORM.to_owned())
}

/// `person`.
#[derive(Clone, Debug, Subcommand)]
pub enum Person {
    /// Hide a person at once and destroy what is held about them after seven days; only on the owner's device
    Erase(Erase),
    /// Erasures, and which machines have said that they are done
    Erasures,
    /// Somebody leaves: their devices and rights end, what they wrote stands; only on the owner's device
    Leave(Leave),
    /// Make somebody a manager or a head, or neither; only on the owner's device
    Role(RoleOf),
    /// Say who is somebody's line manager from today on; only on the owner's device
    LineManager(LineManager),
}

/// `person leave`.
#[derive(Clone, Debug, Args)]
pub struct Leave {
    /// Handle, name, or the beginning of either
    pub person: String,
    /// Their last day: what they say they wrote after it does not count [default: today, and all that is here counts]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub on: Option<NaiveDate>,
    /// Ask nothing
    #[arg(long)]
    pub yes: bool,
}

/// `person role`.
#[derive(Clone, Debug, Args)]
pub struct RoleOf {
    /// Handle, name, or the beginning of either
    pub person: String,
    /// The role
    #[arg(value_enum)]
    pub role: RoleWord,
    /// Ask nothing
    #[arg(long)]
    pub yes: bool,
}

/// Roles of the team as they are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoleWord {
    /// Reads and writes their own, and what the team shares
    Technician,
    /// Reads and writes about everybody but themself
    Manager,
    /// Reads the team and its succession, not its people's records
    Head,
}

/// `person line-manager`.
#[derive(Clone, Debug, Args)]
pub struct LineManager {
    /// Handle, name, or the beginning of either
    pub person: String,
    /// Who manages them: handle, name, or the beginning of either
    pub manager: String,
    /// Ask nothing
    #[arg(long)]
    pub yes: bool,
}

/// `person erase`.
#[derive(Clone, Debug, Args)]
pub struct Erase {
    /// Handle, name, or the beginning of either
    pub person: String,
    /// Ask nothing
    #[arg(long)]
    pub yes: bool,
    /// Say why an erasure cannot be taken back
    #[arg(long, conflicts_with = "yes")]
    pub undo: bool,
}

/// `owner`.
#[derive(Clone, Debug, Subcommand)]
pub enum Owner {
    /// Say that nobody has a newer record of rights than this folder, which was restored, copied or put back
    Confirm,
    /// Own the team with this device, by the recovery key
    Recover {
        /// File with the recovery key in its first line; - is standard input [default: asked for on the terminal]
        #[arg(long, value_name = "FILE")]
        recovery_key_file: Option<PathBuf>,
    },
    /// Let another manager's device keep the record of rights from now on
    HandOver(HandOver),
}

/// `owner hand-over`.
#[derive(Clone, Debug, Args)]
pub struct HandOver {
    /// Who owns the team from then on: handle, name, or the beginning of either; yourself, for another device of yours
    pub person: String,
    /// The beginning of the id of their device, where they have several
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// Ask nothing
    #[arg(long)]
    pub yes: bool,
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn a_day_is_its_beginning_and_a_moment_itself() {
        let day = moment("2026-11-20").unwrap();
        assert_eq!(moment("2026-11-20T00:00"), Ok(day));
        assert_eq!(moment("2026-11-20 14:30"), Ok(day + 52_200_000));
        assert_eq!(moment("2026-11-20T14:30:01"), Ok(day + 52_201_000));
        for wrong in [
            "",
            "yesterday",
            "2026-13-01",
            "1850-01-01",
            "2026-11-20T25:00",
        ] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }
}
