//! Settings of one run: folders, the day taken as today, looks. Must not know: rules, documents, screens.

pub mod problem;

pub use problem::Problem;

use chrono::NaiveDate;
use std::path::{Path, PathBuf};

/// The environment variable that names the data folder where `--data-dir` does not.
pub const DATA_DIR_VARIABLE: &str = "GUILDHALL_DATA_DIR";

/// What the command line and the environment say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where the team is kept.
    pub data_dir: PathBuf,
    /// The day that rules take as today; never used for signatures.
    pub today: Option<NaiveDate>,
    /// Print JSON.
    pub json: bool,
    /// No colours of our own.
    pub no_color: bool,
    /// Plain ASCII only.
    pub ascii: bool,
    /// The user's key map, where there is one.
    pub keymap: Option<PathBuf>,
}

impl Settings {
    /// The day that rules take as today.
    pub fn today(&self) -> NaiveDate {
        self.today
            .unwrap_or_else(|| chrono::Local::now().date_naive())
    }
}

/// No folder could be found.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "no data folder: this system names no home for it; say one with --data-dir DIR or {DATA_DIR_VARIABLE}"
)]
pub struct NoDataFolder;

/// The data folder: `--data-dir`, else [`DATA_DIR_VARIABLE`], else where this system keeps a user's data
/// (`~/.local/share/guildhall` on Linux).
///
/// # Errors
/// [`NoDataFolder`] where none of the three says anything.
pub fn data_dir(flag: Option<&Path>) -> Result<PathBuf, NoDataFolder> {
    if let Some(dir) = flag {
        return Ok(dir.to_owned());
    }
    if let Some(dir) = std::env::var_os(DATA_DIR_VARIABLE).filter(|dir| !dir.is_empty()) {
        return Ok(PathBuf::from(dir));
    }
    project_dirs()
        .map(|dirs| dirs.data_dir().to_owned())
        .ok_or(NoDataFolder)
}

/// The key map: `--keymap`, else `keymap.toml` in this system's folder for settings if it is there.
pub fn keymap(flag: Option<&Path>) -> Option<PathBuf> {
    if let Some(file) = flag {
        return Some(file.to_owned());
    }
    let file = project_dirs()?.config_dir().join("keymap.toml");
    file.is_file().then_some(file)
}

/// Whether the user asks for no colours: `NO_COLOR` is there and not empty (<https://no-color.org>).
pub fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// Whether only ASCII is to be written: asked for, or the terminal says that it can do no more.
pub fn ascii(flag: bool) -> bool {
    flag || plain(|name| std::env::var(name).ok())
}

/// A terminal without any art, or a locale that names another encoding than UTF-8. Where no locale is named nothing is assumed.
fn plain(var: impl Fn(&str) -> Option<String>) -> bool {
    if var("TERM").is_some_and(|term| term == "dumb") {
        return true;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(&var)
        .find(|value| !value.is_empty());
    locale.is_some_and(|locale| {
        let locale = locale.to_lowercase();
        !(locale.contains("utf-8") || locale.contains("utf8"))
    })
}

fn project_dirs() -> Option<directories::ProjectDirs> {
    directories::ProjectDirs::from("", "", "guildhall")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn the_environment_says_what_can_be_shown() {
        let with = |vars: &[(&str, &str)]| {
            plain(|name| {
                let found = vars.iter().find(|(n, _)| *n == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(!with(&[]));
        assert!(!with(&[("LANG", "de_DE.UTF-8")]));
        assert!(!with(&[("LANG", "C"), ("LC_ALL", "C.utf8")]));
        assert!(with(&[("LANG", "en_GB.UTF-8"), ("LC_ALL", "C")]));
        assert!(with(&[("LANG", "en_GB.UTF-8"), ("LC_CTYPE", "POSIX")]));
        assert!(with(&[("LC_ALL", ""), ("LANG", "en_GB.ISO-8859-1")]));
        assert!(with(&[("LANG", "en_GB.UTF-8"), ("TERM", "dumb")]));
    }
}
