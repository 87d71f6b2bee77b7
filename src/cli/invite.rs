//! `invite`: makes a ticket, waits for whoever comes with it, and asks for their words. Where another process is on the network for this
//! folder, that one answers, and the words are typed with `invite confirm`.

use super::args::{Invitations, Invite, Network};
use super::context::{Context, write_out};
use super::{find, invitations, unlock};
use crate::config::Problem;
use crate::document::edits;
use crate::domain::{PersonId, Team};
use crate::exchange::Ids;
use crate::runtime::dashboard::now_ms;
use crate::store::{Invitation, PairingError, Standing, Store, StoreError};
use crate::sync::ticket::Secret;
use crate::sync::{Claim, Desk, Door, Net, NetError, NetOptions, PairError, Ticket, Words};
use crate::ui::qr;
use crate::{limits, sync};
use std::io::BufRead;
use std::process::ExitCode;
use std::time::Duration;
use tokio::sync::mpsc;

/// Somebody who is invited.
#[derive(Clone)]
struct Invited {
    /// Who; `None` is a carrier.
    id: Option<PersonId>,
    name: String,
}

impl Invited {
    /// Makes the invitation in the file.
    fn invite(&self, store: &mut Store, ticket: &[u8; 32]) -> Result<i64, StoreError> {
        match &self.id {
            Some(person) => store.invite(person, ticket),
            None => store.invite_carrier(ticket),
        }
    }
}

/// Why the invitation is not made, about the person by name.
fn refused(context: &Context, invited: &Invited, error: StoreError) -> Problem {
    let what = format!("invite {}", invited.name);
    match error {
        StoreError::Pairing(PairingError::HasDevice { .. }) => Problem::new(
            what,
            format!(
                "{} has a device already, so this would be a further one",
                invited.name
            ),
            "further devices are invited by the person, on the one that they have: guildhall invite\n\
             if that one is lost, take it out first: guildhall device list, guildhall device revoke DEVICE",
        ),
        StoreError::Pairing(PairingError::OnlyTheOwner(_)) => Problem::new(
            what,
            "managers, heads and the owner are let in by the owner of the team",
            format!("ask the owner to invite {}", invited.name),
        ),
        other => context.store_problem(&what, other),
    }
}

/// What is said of a carrier that was let in.
const CARRIES: &str = "That device carries for the team now. It holds what the team writes, but for what is private, and can read none of it.\n";

/// Runs the command.
pub fn invite(context: &Context, args: &Invite) -> Result<ExitCode, Problem> {
    match &args.what {
        Some(Invitations::Confirm { words }) => invitations::confirm(context, &words.join(" ")),
        Some(Invitations::List) => invitations::list(context),
        Some(Invitations::Cancel { number }) => invitations::cancel(context, *number),
        None => make(context, args),
    }
}

/// Network options as given, and the team's relay where this folder knows one.
pub fn options(network: &Network, known: Option<String>) -> NetOptions {
    NetOptions {
        listen: network.listen,
        no_mdns: network.no_mdns,
        relay: network.relay.clone().or(known),
    }
}

/// A runtime for a command that is on the network.
pub fn runtime(what: &str) -> Result<tokio::runtime::Runtime, Problem> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| Problem::of(what, e))
}

fn make(context: &Context, args: &Invite) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let invited = invited(context, &mut store, &team, args)?;
    let what = format!("invite {}", invited.name);
    match Claim::take(&context.settings.data_dir) {
        Ok(claim) => {
            let runtime = runtime(&what)?;
            let done = runtime.block_on(answer_here(context, args, store, &invited));
            drop(claim);
            // Whoever still reads a terminal does not hold the program up.
            runtime.shutdown_background();
            done
        }
        Err(NetError::Claimed(_)) => leave_to_other(context, args, store, &invited),
        Err(error) => Err(Problem::of(what, error)),
    }
}

/// Whom the command means; somebody new is entered.
fn invited(
    context: &Context,
    store: &mut Store,
    team: &Team,
    args: &Invite,
) -> Result<Invited, Problem> {
    if args.carrier {
        return Ok(Invited {
            id: None,
            name: "a carrier".to_owned(),
        });
    }
    if let Some(name) = &args.new {
        let what = format!("invite {name}");
        let mut ids = Ids::random([]);
        let fresh = ids.add([name.as_str()]);
        let fresh = fresh.map_err(|e| Problem::of(&what, e))?;
        let id = fresh.into_iter().next().map(|(_, id)| id);
        let id = id.ok_or_else(|| Problem::new(&what, "no new person could be named", ""))?;
        let edit = edits::newcomer(team, &id, name, context.settings.today());
        let edit = edit.map_err(|e| Problem::of(&what, e))?;
        store
            .commit(&edit)
            .map_err(|e| context.store_problem(&what, e))?;
        let name = name.trim().to_owned();
        return Ok(Invited { id: Some(id), name });
    }
    let Some(typed) = &args.person else {
        let own = team.person(&team.me);
        return Ok(Invited {
            id: Some(team.me.clone()),
            name: own.map_or_else(|| "you".to_owned(), |p| p.name.get().clone()),
        });
    };
    let person = find::person(team, typed).map_err(|mut problem| {
        problem.next += "\nsomebody new: guildhall invite --new NAME";
        problem
    })?;
    Ok(Invited {
        id: Some(person.id.clone()),
        name: person.name.get().clone(),
    })
}

/// The ticket, and what to do with it.
fn show(
    context: &Context,
    args: &Invite,
    invited: &Invited,
    ticket: &Ticket,
) -> Result<(), Problem> {
    let text = ticket.to_text();
    let mut out = format!(
        "Ticket for {}, good once, for fifteen minutes:\n\n{}\n\n",
        invited.name, *text
    );
    if args.qr {
        match qr::draw(&text, context.settings.ascii) {
            Some(drawn) => out += &drawn,
            None => out += "(it is too long for a QR code)\n",
        }
    }
    out += match invited.id {
        Some(_) => "Give it to them over a way that you trust. They run: guildhall join TICKET\n",
        None => {
            "On the machine that is to carry, for which no person has to be there: guildhall serve --join TICKET --data-dir DIR\n"
        }
    };
    out += "Their machine shows six words; have them read to you, by telephone or in person, and type them here.\n\
            Whoever else has the ticket can ask to be let in, and is let in only if you type the words of their machine.\n";
    if ticket.addresses.is_empty() {
        out += "The ticket names no address: it works on the same local network only.\n";
    }
    write_out(&out)
}

/// Makes the ticket where another process is on the network.
fn leave_to_other(
    context: &Context,
    args: &Invite,
    mut store: Store,
    invited: &Invited,
) -> Result<ExitCode, Problem> {
    let what = format!("invite {}", invited.name);
    let wrong = |e| context.store_problem(&what, e);
    let secret = Secret::random().map_err(|e| Problem::of(&what, e))?;
    let listening = store.listening().map_err(wrong)?;
    let ticket = Ticket {
        team: store.team_id(),
        inviter: store.device(),
        addresses: listening.iter().filter_map(|a| a.parse().ok()).collect(),
        secret,
    };
    invited
        .invite(&mut store, &ticket.secret.verifying())
        .map_err(|e| refused(context, invited, e))?;
    show(context, args, invited, &ticket)?;
    write_out(
        "Another guildhall is on the network for this folder and answers whoever comes.\n\
         Type the words there, or with: guildhall invite confirm WORDS\n",
    )?;
    Ok(ExitCode::SUCCESS)
}

async fn answer_here(
    context: &Context,
    args: &Invite,
    mut store: Store,
    invited: &Invited,
) -> Result<ExitCode, Problem> {
    let what = format!("invite {}", invited.name);
    let failed = |e: PairError| Problem::of(&what, e);
    let relay = store.relay().map_err(|e| context.store_problem(&what, e))?;
    let (team, own, key) = (store.team_id(), store.device(), store.device_secret());
    let net = Net::open(&key, &options(&args.network, relay))
        .await
        .map_err(|e| Problem::of(&what, e))?;
    let desk = Desk::open(store).map_err(|e| context.store_problem(&what, e))?;
    let door = Door::new(desk.clone(), net.guest.clone(), team, own);
    let secret = Secret::random().map_err(|e| Problem::of(&what, e))?;
    let ticket = Ticket {
        team,
        inviter: own,
        addresses: addresses(&net).await,
        secret,
    };
    door.note_listening(&net).await.map_err(failed)?;
    let (meant, verifying) = (invited.clone(), ticket.secret.verifying());
    let made = desk
        .ask(move |store| meant.invite(store, &verifying))
        .await
        .map_err(|e| failed(e.into()))?;
    let id = made.map_err(|e| refused(context, invited, e))?;
    let (minding, serving, served) = (door.clone(), door.clone(), net.clone());
    let minding = tokio::spawn(async move { minding.mind().await });
    let serving = tokio::spawn(async move { serving.serve(&served).await });
    show(context, args, invited, &ticket)?;
    let ended = wait(&desk, id, invited).await;
    // Whoever came hears how it ended, and whoever was let in is sent what they may have.
    let finished = finish(&desk, &door).await;
    minding.abort();
    serving.abort();
    net.endpoint.close().await;
    ended?;
    finished?;
    write_out(&match invited.id {
        Some(_) => format!(
            "{} belongs to the team with that device now.\n",
            invited.name
        ),
        None => CARRIES.to_owned(),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Answers until no other invitation is open, and until whoever came has heard how it ended.
async fn finish(desk: &Desk, door: &Door) -> Result<(), Problem> {
    const WHAT: &str = "answer whoever was invited";
    let mut changes = desk.changes();
    let mut said = false;
    loop {
        changes.borrow_and_update();
        let left = desk.ask(Store::open_invitations).await;
        let left = left.map_err(|e| Problem::of(WHAT, e))?;
        let Some(left) = left.map_err(|e| Problem::of(WHAT, e))? else {
            break;
        };
        if !said {
            said = true;
            write_out(
                "Another invitation is open and is answered here; this goes on until it has its end.\n",
            )?;
        }
        tokio::select! {
            changed = changes.changed() => changed.map_err(|e| Problem::of(WHAT, e))?,
            () = tokio::time::sleep(Duration::from_millis(left + 1)) => {}
        }
    }
    // Somebody who hangs does not hold the program up for ever; their machine says that not everything came.
    let _ = tokio::time::timeout(limits::SILENCE, door.empty()).await;
    Ok(())
}

/// Where this machine can be reached, as soon as it knows.
async fn addresses(net: &Net) -> Vec<std::net::SocketAddr> {
    for _ in 0..20 {
        let found = net.addresses();
        if !found.is_empty() {
            return found
                .into_iter()
                .take(sync::ticket::MAX_ADDRESSES)
                .collect();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Vec::new()
}

/// Lines that are typed, where somebody can type.
fn typed() -> Option<mpsc::Receiver<String>> {
    if !unlock::can_ask() {
        return None;
    }
    let (line, lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        for typed in std::io::stdin().lock().lines().map_while(Result::ok) {
            if line.blocking_send(typed).is_err() {
                return;
            }
        }
    });
    Some(lines)
}

/// Waits until the invitation has its end, and takes words meanwhile.
async fn wait(desk: &Desk, id: i64, invited: &Invited) -> Result<(), Problem> {
    let what = format!("invite {}", invited.name);
    let closed = |e: sync::DeskClosed| Problem::of(&what, e);
    let over = |why: &str, next: &str| Err(Problem::new(&what, why, next));
    let mut changes = desk.changes();
    let mut lines = typed();
    let mut seen = 0;
    loop {
        changes.borrow_and_update();
        let all = desk.ask(Store::invitations).await.map_err(closed)?;
        let all = all.map_err(|e| Problem::of(&what, e))?;
        let Some(invitation) = all.into_iter().find(|i| i.id == id) else {
            return over("the invitation is gone", "make a new one");
        };
        match invitation.standing {
            Standing::Used => return Ok(()),
            Standing::Expired => {
                return over(
                    "fifteen minutes went by, and nobody was let in",
                    "make a new one when they are ready",
                );
            }
            Standing::Cancelled => return over("it was taken back", "nobody was let in"),
            Standing::Over => {
                return over(
                    "wrong words were typed three times, and nobody was let in",
                    "make a new one; if the words were read out well, somebody else may have used the ticket",
                );
            }
            Standing::Open | Standing::Requested => tell(&invitation, &mut seen, lines.is_some())?,
        }
        let left = Duration::from_millis(invitation.expires_ms.saturating_sub(now_ms()) + 1);
        let line = async {
            match &mut lines {
                Some(lines) => lines.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = changes.changed() => changed.map_err(|e| Problem::of(&what, e))?,
            () = tokio::time::sleep(left) => {}
            line = line => match line {
                Some(line) => take_words(desk, id, &line).await?,
                None => lines = None,
            },
        }
    }
}

/// Says who came.
fn tell(invitation: &Invitation, seen: &mut usize, ask: bool) -> Result<(), Problem> {
    let count = invitation.requests.len();
    if count == *seen {
        return Ok(());
    }
    *seen = count;
    let mut out = String::new();
    if let Some(last) = invitation.requests.last() {
        out += &format!("\nDevice {} came with the ticket.\n", last.device);
    }
    if count > 1 {
        out += &format!(
            "{count} devices have come with this ticket now: somebody else has seen it. Type only words that you hear from the person.\n"
        );
    }
    out += match ask {
        true => "The six words that its person reads to you: ",
        false => {
            "Let it in, if they are its person's words, with: guildhall invite confirm WORDS\n"
        }
    };
    write_out(&out)
}

async fn take_words(desk: &Desk, id: i64, line: &str) -> Result<(), Problem> {
    if line.trim().is_empty() {
        return Ok(());
    }
    let said = match line.parse::<Words>() {
        Err(error) => error.to_string(),
        Ok(words) => {
            let confirm = move |store: &mut Store| store.confirm(words.places(), Some(id));
            match desk.ask(confirm).await {
                Ok(Ok(_)) => return Ok(()),
                Ok(Err(StoreError::Pairing(error))) => error.to_string(),
                Ok(Err(error)) => return Err(Problem::of("let the device in", error)),
                Err(error) => return Err(Problem::of("let the device in", error)),
            }
        }
    };
    write_out(&format!("{said}\nThe six words: "))
}
