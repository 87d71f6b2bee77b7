//! `join`: a fresh folder with a device of its own, let in by whoever made the ticket.

use super::args::{Join, Network};
use super::context::{Context, write_out};
use super::invite::{options, runtime};
use super::{passphrase, transcribed, unlock};
use crate::config::Problem;
use crate::runtime::backing;
use crate::store::{Joining, KeyFile, Passphrase, Protection, Store, StoreError};
use crate::sync::pair::{Admission, Contents, Wish, ask};
use crate::sync::{Claim, Net, NetOptions, Node, Ticket, Words};
use std::io::BufRead;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::task::AbortHandle;
use zeroize::Zeroizing;

/// What is being done, for messages.
const JOIN: &str = "join the team";
/// After so long without an answer, what may be in the way is said.
const HINT: Duration = Duration::from_secs(10);

/// How long the end of the program waits for connections to be closed in order.
const FAREWELL: Duration = Duration::from_secs(1);

/// An exchange with machines of the team that goes on while somebody is asked and takes their time.
struct Meanwhile<'a> {
    runtime: &'a Runtime,
    node: Node,
    running: AbortHandle,
}

impl<'a> Meanwhile<'a> {
    /// Begins it. Where that cannot be, what would have come comes later: nobody is kept from answering.
    fn begin(
        context: &Context,
        runtime: &'a Runtime,
        passphrase: Option<&Passphrase>,
        options: &NetOptions,
    ) -> Option<Self> {
        let (dir, today) = (&context.settings.data_dir, context.settings.today());
        let key = passphrase.map(|p| KeyFile::open(dir, Some(p)).map(|key| key.secrets));
        let opened = key
            .transpose()
            .and_then(|key| backing::open(dir, key, today));
        let store = match opened {
            Ok(store) => store,
            Err(error) => {
                tracing::warn!(%error, "nothing is exchanged while questions are asked");
                return None;
            }
        };
        match runtime.block_on(Node::open(store, options, Vec::new())) {
            Ok(node) => {
                let runs = node.clone();
                let running = runtime.spawn(async move {
                    if let Err(error) = runs.run().await {
                        tracing::warn!(%error, "the network ended");
                    }
                });
                Some(Self {
                    runtime,
                    node,
                    running: running.abort_handle(),
                })
            }
            Err(error) => {
                tracing::warn!(%error, "nothing is exchanged while questions are asked");
                None
            }
        }
    }
}

impl Drop for Meanwhile<'_> {
    fn drop(&mut self) {
        self.running.abort();
        // Whoever does not hear it sees the silence.
        let _ = self
            .runtime
            .block_on(async { tokio::time::timeout(FAREWELL, self.node.close()).await });
    }
}

/// Runs the command.
pub fn join(context: &Context, args: &Join) -> Result<ExitCode, Problem> {
    let dir = &context.settings.data_dir;
    let ticket = ticket(&args.ticket)?;
    match Store::open(dir) {
        Err(StoreError::NoTeam(_) | StoreError::Joining(_)) => {}
        Ok(_) | Err(StoreError::PassphraseNeeded(_)) => {
            return Err(Problem::new(
                format!("{JOIN} in {}", dir.display()),
                "there is a team already",
                "open it with: guildhall\njoin in another folder with --data-dir DIR",
            ));
        }
        Err(error) => return Err(backing::trouble(dir, error).problem),
    }
    let passphrase = protection(context, args)?;
    let wrong = |e: StoreError| Problem::of(format!("{JOIN} in {}", dir.display()), e);
    let joining = Joining::begin(dir, passphrase.as_ref()).map_err(wrong)?;
    let _claim = Claim::take(dir).map_err(|e| Problem::of(JOIN, e))?;
    let runtime = runtime(JOIN)?;
    let wish = Wish::Person;
    let mut store = runtime.block_on(let_in(&args.network, &ticket, joining, wish))?;
    store.figures_from(context.settings.today());
    let team = context.team(&mut store)?;
    let name = super::report::parts::who(&team, store.me()).name;
    write_out(&format!(
        "\nThis device belongs to {} now, as {name}. {} people are here. The folder is {}.\n{}\n\
         Open it with: guildhall\n",
        match team.base.name.as_str() {
            "" => "the team",
            name => name,
        },
        team.people.len(),
        dir.display(),
        match &passphrase {
            Some(_) => passphrase::SET,
            None => passphrase::NONE,
        },
    ))?;
    let relay = store.relay().map_err(wrong)?;
    transcribed::offer(context, &mut store, || {
        let options = options(&args.network, relay);
        Meanwhile::begin(context, &runtime, passphrase.as_ref(), &options)
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The ticket that was given, or stands on standard input.
pub fn ticket(given: &str) -> Result<Ticket, Problem> {
    let mut line = Zeroizing::new(String::new());
    let text = match given {
        "-" => {
            let read = std::io::stdin().lock().read_line(&mut line);
            read.map_err(|e| Problem::of("standard input", e))?;
            line.as_str()
        }
        text => text,
    };
    Ticket::from_text(text).map_err(|e| Problem::of(JOIN, e))
}

/// The passphrase for the new key: given, asked for, or none. One that was set when joining began is asked for again.
fn protection(context: &Context, args: &Join) -> Result<Option<Passphrase>, Problem> {
    let dir = &context.settings.data_dir;
    let given = unlock::given(context)?;
    if is_set(dir) {
        return begun(given);
    }
    match (args.no_passphrase, given) {
        (true, _) => Ok(None),
        (false, None) if !unlock::can_ask() => Ok(None),
        (false, given) => unlock::new_passphrase(given, JOIN, true),
    }
}

/// Whether joining was begun in a folder with a passphrase.
pub fn is_set(dir: &Path) -> bool {
    Joining::is_begun(dir) && matches!(KeyFile::protection(dir), Ok(Protection::Passphrase))
}

/// The passphrase with which joining was begun.
pub fn begun(given: Option<Passphrase>) -> Result<Option<Passphrase>, Problem> {
    match given {
        Some(given) => Ok(Some(given)),
        None => unlock::hidden("Passphrase that you set when you began to join: ", JOIN)
            .map(Passphrase::new),
    }
}

/// Asks to be let in, and makes the folder once that was done.
pub async fn let_in(
    network: &Network,
    ticket: &Ticket,
    joining: Joining,
    wish: Wish,
) -> Result<Store, Problem> {
    let failed = |e: &dyn std::fmt::Display| Problem::of(JOIN, e);
    let net = Net::open(&joining.secret(), &options(network, None))
        .await
        .map_err(|e| failed(&e))?;
    write_out("Looking for the machine that invited you …\n")?;
    let (shown, hears) = tokio::sync::oneshot::channel();
    let show = |words: &Words| {
        let _ = shown.send(words.clone());
    };
    let asking = ask(&net, ticket, &joining, wish, show);
    let (asked, ()) = tokio::join!(asking, say(hears));
    let (admission, contents) = match asked {
        Ok(asked) => asked,
        Err(error) => {
            net.endpoint.close().await;
            return Err(failed(&error));
        }
    };
    let store = fill(ticket, joining, &admission, contents).await;
    net.endpoint.close().await;
    store
}

/// Says the words when there are any, and after a while what may be in the way.
async fn say(mut words: tokio::sync::oneshot::Receiver<Words>) {
    let words = tokio::select! {
        words = &mut words => words,
        () = tokio::time::sleep(HINT) => {
            // Where nothing can be printed, nobody reads.
            let _ = write_out(
                "No answer yet. Is `guildhall invite` still running there? On the same network a firewall may be in the \
                 way, and many campus networks keep machines from each other: then the ticket needs an address that can be reached.\n",
            );
            words.await
        }
    };
    if let Ok(words) = words {
        let _ = write_out(&format!(
            "It answers. Read these six words to whoever invited you, and to nobody else:\n\n    {words}\n\nWaiting until they are typed there …\n"
        ));
    }
}

/// Makes the folder, and takes what it is sent to begin with.
async fn fill(
    ticket: &Ticket,
    joining: Joining,
    admission: &Admission,
    mut contents: Contents,
) -> Result<Store, Problem> {
    let failed = |e: StoreError| Problem::of(JOIN, e);
    let Admission {
        person,
        entries,
        statements,
    } = admission;
    let made = match person {
        Some(person) => joining.finish(&ticket.team, person, entries, statements),
        None => joining.finish_carrier(&ticket.team, entries, statements),
    };
    let mut store = made.map_err(failed)?;
    // There this machine finds the rest, and whatever comes later.
    let at: Vec<String> = ticket.addresses.iter().map(ToString::to_string).collect();
    store.note_addresses(&ticket.inviter, &at).map_err(failed)?;
    let mut newer = 0;
    loop {
        match contents.next().await {
            Ok(Some(parcel)) => {
                let received = store.receive(&parcel).map_err(failed)?;
                for why in &received.refused {
                    tracing::warn!(%why, "something that came was not taken");
                }
                newer += received.newer;
            }
            Ok(None) if newer > 0 => {
                write_out(
                    "Some of what came was written by a newer guildhall: update this program. It is kept, and taken up then.\n",
                )?;
                return Ok(store);
            }
            Ok(None) => {
                // Everything that is here came from there.
                let upto = store.news(&ticket.inviter, 0).map_err(failed)?.upto;
                store.note_met(&ticket.inviter, upto).map_err(failed)?;
                return Ok(store);
            }
            Err(error) => {
                tracing::warn!(%error, "the first contents did not come whole");
                write_out(match person {
                    Some(_) => {
                        "The connection ended before everything was here. What came is kept; fetch the rest with: guildhall sync --once\n"
                    }
                    None => {
                        "The connection ended before everything was here. What came is kept, and the rest comes while this runs.\n"
                    }
                })?;
                return Ok(store);
            }
        }
    }
}
