//! Questions before something that cannot be taken back: what is about to happen is shown on standard error, and only a clear answer goes
//! on. Where nobody can be asked, nothing happens.

use super::context::Context;
use super::unlock;
use crate::config::Problem;
use crate::ui::ascii;
use std::io::Write;

/// What an option says instead of a person.
const SAY_YES: &str = "nothing was written: say --yes if you are sure";

/// Shows what will happen and asks whether to go on.
///
/// # Errors
/// Where the answer is not yes, or nobody can be asked: `what` is not done then.
pub fn go_on(context: &Context, what: &str, shown: &str) -> Result<(), Problem> {
    say(context, shown)?;
    if !unlock::can_ask() {
        return Err(Problem::new(
            what,
            "it cannot be taken back, and nobody can be asked here",
            SAY_YES,
        ));
    }
    match line(context, "Go on? Type yes: ")?.trim() {
        "yes" | "YES" | "Yes" => Ok(()),
        _ => Err(Problem::new(
            what,
            "the answer was not yes",
            "nothing was written",
        )),
    }
}

/// Asks for a line on the terminal.
pub fn line(context: &Context, question: &str) -> Result<String, Problem> {
    say(context, question)?;
    let mut answer = String::new();
    std::io::stdin()
        .read_line(&mut answer)
        .map_err(|e| Problem::of("the terminal", e))?;
    Ok(answer)
}

fn say(context: &Context, text: &str) -> Result<(), Problem> {
    let text = match context.settings.ascii {
        true => ascii::text(text),
        false => text.to_owned(),
    };
    let mut out = std::io::stderr().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|e| Problem::of("the terminal", e))
}
