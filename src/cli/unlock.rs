//! The passphrase: from a file, or asked for on the terminal. Three tries, then a clear end.

use super::context::Context;
use crate::config::Problem;
use crate::runtime::backing;
use crate::store::{self, KeyFile, Passphrase, Protection, Store, StoreError};
use crate::term::secret::{self, Asker};
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;
use zeroize::Zeroizing;

/// So often a passphrase may be typed.
const TRIES: u32 = 3;
/// What names standard input.
const STDIN: &str = "-";

/// The opened key file, where a passphrase protects the team and nothing else is in the way; `None` leaves it to the opening of the store,
/// which needs none or says what is wrong before anybody has typed.
pub fn unlock(context: &Context) -> Result<Option<KeyFile>, Problem> {
    let dir = &context.settings.data_dir;
    needless(context);
    if !matches!(KeyFile::protection(dir), Ok(Protection::Passphrase))
        || !matches!(Store::open(dir), Err(StoreError::PassphraseNeeded(_)))
    {
        return Ok(None);
    }
    open_key(context).map(Some)
}

/// Says that a passphrase was given for a folder that has none: whoever gives one takes the team for protected.
pub fn needless(context: &Context) {
    let dir = &context.settings.data_dir;
    if context.passphrase_file.is_some()
        && store::team_file(dir).exists()
        && matches!(KeyFile::protection(dir), Ok(Protection::None))
    {
        context.notice(&format!(
            "--passphrase-file was not needed, since no passphrase protects the team in {}: `guildhall passphrase set` adds one",
            dir.display()
        ));
    }
}

/// Opens the key file, whatever protects it.
pub fn open_key(context: &Context) -> Result<KeyFile, Problem> {
    let dir = &context.settings.data_dir;
    let trouble = |error| backing::trouble(dir, error).problem;
    // Before anybody types anything.
    store::check_folder(dir).map_err(trouble)?;
    if KeyFile::protection(dir).map_err(trouble)? == Protection::None {
        return KeyFile::open(dir, None).map_err(trouble);
    }
    if let Some(file) = &context.passphrase_file {
        let passphrase = given(context)?;
        return KeyFile::open(dir, passphrase.as_ref()).map_err(|error| match error {
            StoreError::WrongPassphrase(_) => Problem::new(
                format!("The team in {} cannot be opened", dir.display()),
                format!("the first line of {} is not its passphrase", called(file)),
                "nothing was changed; give the right one",
            ),
            error => trouble(error),
        });
    }
    let what = format!("The team in {} cannot be opened", dir.display());
    let mut asker = asker(&what)?;
    let question = format!("Passphrase of the team in {}: ", dir.display());
    for left in (0..TRIES).rev() {
        let typed = ask(&mut asker, &question, &what)?;
        // Nothing at all, or too much, is tried as well: it was typed, and is wrong.
        let opened = match Passphrase::new(typed) {
            Some(passphrase) => KeyFile::open(dir, Some(&passphrase)),
            None => Err(StoreError::WrongPassphrase(dir.clone())),
        };
        match opened {
            Ok(key) => return Ok(key),
            Err(StoreError::WrongPassphrase(_)) if left > 0 => {
                let tries = if left == 1 { "try is" } else { "tries are" };
                say(&mut asker, &format!("That is not it. {left} {tries} left."))?;
            }
            Err(StoreError::WrongPassphrase(_)) => {}
            Err(error) => return Err(trouble(error)),
        }
    }
    Err(Problem::new(
        what,
        "three passphrases were tried, and none was the right one",
        "nothing was changed; look for it where you keep it, then try again\n\
         nobody can read the team without it, the makers of guildhall included",
    ))
}

/// The passphrase that `--passphrase-file` gives.
pub fn given(context: &Context) -> Result<Option<Passphrase>, Problem> {
    match (&context.passphrase_line, &context.passphrase_file) {
        (Some(line), _) => Ok(Some(line.clone())),
        (None, Some(file)) => from_file(file).map(Some),
        (None, None) => Ok(None),
    }
}

/// A passphrase to set: the given one, or asked for twice. `None` where nothing was typed and `may_be_none`.
pub fn new_passphrase(
    given: Option<Passphrase>,
    what: &str,
    may_be_none: bool,
) -> Result<Option<Passphrase>, Problem> {
    if let Some(passphrase) = given {
        return match passphrase.is_short() {
            true => Err(Problem::new(
                what,
                "the passphrase given is shorter than 8 characters",
                SHORT,
            )),
            false => Ok(Some(passphrase)),
        };
    }
    let mut asker = asker(what)?;
    let question = match may_be_none {
        true => "Passphrase that protects the team on this disk (nothing for none): ",
        false => "New passphrase: ",
    };
    for _ in 0..TRIES {
        let typed = ask(&mut asker, question, what)?;
        if typed.is_empty() && may_be_none {
            return Ok(None);
        }
        let why = match Passphrase::new(typed) {
            None => "That is nothing, or more than a passphrase may be.",
            Some(passphrase) if passphrase.is_short() => SHORT,
            Some(passphrase) => {
                let again = ask(&mut asker, "The same again: ", what)?;
                match Passphrase::new(again) {
                    Some(again) if again.is(&passphrase) => return Ok(Some(passphrase)),
                    _ => "The two are not the same.",
                }
            }
        };
        say(&mut asker, why)?;
    }
    Err(Problem::new(
        what,
        "no passphrase was given that can be set",
        "nothing was changed; try again",
    ))
}

const SHORT: &str = "Take at least 8 characters; several words are easiest to keep in mind.";

/// The first line of a file, or of standard input, of which the rest is left for whoever reads next.
pub fn from_file(file: &Path) -> Result<Passphrase, Problem> {
    let what = || format!("the passphrase in {}", called(file));
    Passphrase::new(secret_from_file(file)?).ok_or_else(|| {
        Problem::new(
            what(),
            "its first line is empty, or longer than a passphrase may be",
            "put the passphrase into the first line",
        )
    })
}

/// Something secret in the first line of a file that others on this machine cannot read, or of standard input.
pub fn secret_from_file(file: &Path) -> Result<Zeroizing<String>, Problem> {
    let what = || format!("the secret in {}", called(file));
    let line = if is_stdin(file) {
        let mut input = io::stdin().lock();
        secret::line(|byte| input.read(byte))
    } else {
        private(file)?;
        File::open(file).and_then(|mut file| secret::line(|byte| file.read(byte)))
    };
    line.map_err(|e| Problem::of(what(), e))?.ok_or_else(|| {
        Problem::new(
            what(),
            "its first line is empty, or longer than it may be",
            "put it into the first line",
        )
    })
}

/// Whether somebody can be asked.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks once for something secret; nothing of it is shown.
pub fn hidden(question: &str, what: &str) -> Result<Zeroizing<String>, Problem> {
    ask(&mut asker(what)?, question, what)
}

/// Refuses a file that others on this machine can read. A pipe has no readers but its own.
fn private(file: &Path) -> Result<(), Problem> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if let Ok(meta) = std::fs::metadata(file)
            && meta.is_file()
            && meta.permissions().mode() & 0o077 != 0
        {
            return Err(Problem::new(
                format!("the passphrase in {}", file.display()),
                "others on this machine can read that file",
                format!("chmod 600 {}", file.display()),
            ));
        }
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// Whether an option names standard input.
pub fn is_stdin(file: &Path) -> bool {
    file.as_os_str() == STDIN
}

fn called(file: &Path) -> String {
    match is_stdin(file) {
        true => "standard input".to_owned(),
        false => file.display().to_string(),
    }
}

fn asker(what: &str) -> Result<Asker, Problem> {
    Asker::open()
        .map_err(|e| Problem::of("the terminal", e))?
        .ok_or_else(|| {
            Problem::new(
                what,
                "a passphrase is needed, and there is no terminal to ask for it on",
                "run it in a terminal, or name a file with the passphrase in its first line: --passphrase-file FILE\n\
                 (- is standard input; it is never an argument, since every program on this machine can see those)",
            )
        })
}

fn ask(asker: &mut Asker, question: &str, what: &str) -> Result<Zeroizing<String>, Problem> {
    asker
        .ask(question)
        .map_err(|e| Problem::of("the terminal", e))?
        .ok_or_else(|| Problem::new(what, "no passphrase was typed", "nothing was changed"))
}

fn say(asker: &mut Asker, text: &str) -> Result<(), Problem> {
    asker.say(text).map_err(|e| Problem::of("the terminal", e))
}
