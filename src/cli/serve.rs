//! `serve`: a carrier in the foreground, until it is told to end. Each line that it prints names machines by their ids; it knows no names.

use super::args::Serve;
use super::context::{Context, write_out};
use super::ended::ended;
use super::invite::{options, runtime};
use super::join::{begun, is_set, let_in, ticket};
use super::sync::news;
use super::unlock;
use crate::config::Problem;
use crate::log::DeviceId;
use crate::runtime::backing;
use crate::store::{Joining, Passphrase, Store, StoreError};
use crate::sync::pair::Wish;
use crate::sync::{Claim, NetError, Node, PeerSeen};
use std::collections::BTreeMap;
use std::process::ExitCode;
use tokio::runtime::Runtime;

/// What is being done, for messages.
const WHAT: &str = "carry for the team";

/// Runs the command.
pub fn serve(context: &Context, args: &Serve) -> Result<ExitCode, Problem> {
    let runtime = runtime(WHAT)?;
    let (store, claim) = match &args.join {
        Some(given) => join(context, args, given, &runtime)?,
        None => {
            let store = context.open_carrier()?;
            let claim = claim(context)?;
            (store, claim)
        }
    };
    let done = runtime.block_on(carry(args, store));
    drop(claim);
    runtime.shutdown_background();
    done
}

fn claim(context: &Context) -> Result<Claim, Problem> {
    Claim::take(&context.settings.data_dir).map_err(|error| match error {
        NetError::Claimed(dir) => Problem::new(
            WHAT,
            format!("another guildhall is carrying from {}", dir.display()),
            "let that one go on, or end it first",
        ),
        other => Problem::of(WHAT, other),
    })
}

/// Makes a folder that carries for the team of a ticket.
fn join(
    context: &Context,
    args: &Serve,
    given: &str,
    runtime: &Runtime,
) -> Result<(Store, Claim), Problem> {
    let dir = &context.settings.data_dir;
    let ticket = ticket(given)?;
    let what = format!("{WHAT} from {}", dir.display());
    match Store::open(dir) {
        Err(StoreError::NoTeam(_) | StoreError::Joining(_)) => {}
        Err(StoreError::Carrier(_)) => {
            return Err(Problem::new(
                what,
                "this folder carries for a team already",
                "run it without --join\njoin in another folder with --data-dir DIR",
            ));
        }
        Ok(_) | Err(StoreError::PassphraseNeeded(_)) => {
            return Err(Problem::new(
                what,
                "there is a person's team already, and a carrier is nobody's",
                "join in another folder with --data-dir DIR",
            ));
        }
        Err(error) => return Err(backing::trouble(dir, error).problem),
    }
    let passphrase = protection(context)?;
    let joining = Joining::begin(dir, passphrase.as_ref()).map_err(|e| Problem::of(&what, e))?;
    let claim = claim(context)?;
    let store = runtime.block_on(let_in(&args.network, &ticket, joining, Wish::Carrier))?;
    write_out(&format!(
        "\nThis machine carries for the team now. The folder is {}. The next time: guildhall serve --data-dir {}\n",
        dir.display(),
        dir.display()
    ))?;
    Ok((store, claim))
}

/// A passphrase where one is given. Nobody is asked for one: a carrier has to come up again by itself, and its key opens no document.
fn protection(context: &Context) -> Result<Option<Passphrase>, Problem> {
    let given = unlock::given(context)?;
    if is_set(&context.settings.data_dir) {
        return begun(given);
    }
    match given {
        None => Ok(None),
        given => unlock::new_passphrase(given, WHAT, true),
    }
}

/// Carries until it is told to end.
async fn carry(args: &Serve, store: Store) -> Result<ExitCode, Problem> {
    let (team, device) = (store.team_id(), store.device());
    let ended = ended(WHAT)?;
    let node = Node::open(store, &options(&args.network, None), Vec::new())
        .await
        .map_err(|e| Problem::of(WHAT, e))?;
    write_out(&format!("Carrying for team {team} as device {device}.\n"))?;
    let done = watch(&node, ended).await;
    node.close().await;
    done
}

/// Says what happens.
async fn watch(node: &Node, ended: impl Future<Output = ()>) -> Result<ExitCode, Problem> {
    // Before anything can happen, so that nothing is missed.
    let mut changed = node.peers.watch();
    let mut running = tokio::spawn({
        let node = node.clone();
        async move { node.run().await }
    });
    let at: Vec<String> = (node.net.addresses().iter())
        .map(ToString::to_string)
        .collect();
    write_out(&format!("Listening at {}.\n", at.join(" ")))?;
    let mut seen: BTreeMap<DeviceId, PeerSeen> = BTreeMap::new();
    tokio::pin!(ended);
    loop {
        tokio::select! {
            over = &mut running => {
                over.map_err(|e| Problem::of(WHAT, e))?.map_err(|e| Problem::of(WHAT, e))?;
                return Ok(ExitCode::SUCCESS);
            }
            () = &mut ended => {
                running.abort();
                write_out("Told to end: what came is kept.\n")?;
                return Ok(ExitCode::SUCCESS);
            }
            _ = changed.changed() => {
                for (device, now) in node.peers.all() {
                    let before = seen.remove(&device).unwrap_or_default();
                    if now.online && !before.online {
                        write_out(&format!("device {device}: connected\n"))?;
                    }
                    if let Some(line) = news(&format!("device {device}"), &before, &now) {
                        write_out(&line)?;
                    }
                    seen.insert(device, now);
                }
            }
        }
    }
}
