//! `generate`: a made-up team of any size as a data folder, for trying out and measuring. It goes the way of every import: a folder of
//! tables in memory, read by the importer.

use super::args::Generate;
use super::context::{Context, write_out};
use super::import::{self, Found};
use crate::config::Problem;
use crate::domain::framework::{Framework, Target};
use crate::domain::generate::generate as made_up;
use crate::domain::person::{CredentialKind, HorizonBand, Priority};
use crate::domain::readiness::Band;
use crate::domain::team::Role;
use crate::domain::{Answer, Dated, Person, PersonId, Subject, Team};
use crate::exchange;
use chrono::NaiveDate;
use std::process::ExitCode;
use std::sync::Arc;

use super::report::actions::state_name;

/// Makes the team.
pub fn generate(context: &Context, args: &Generate) -> Result<ExitCode, Problem> {
    let wrong = |problems: Vec<exchange::Problem>| {
        let lines: Vec<String> = problems.iter().take(20).map(ToString::to_string).collect();
        Problem::new("make up a team", lines.join("\n"), "")
    };
    let today = context.settings.today();
    let people = usize::try_from(args.people).unwrap_or(usize::MAX);
    let team = made_up(carried_framework(today)?, people, args.seed, today);
    let parsed = exchange::parse(&folder(&team)).map_err(wrong)?;
    let me = handle(&team, &team.me);
    let team = Found::new(&parsed, &me, today)?;
    import::found(&args.dir, &team)?;
    write_out(&format!(
        "A made-up team of {people} (seed {}) is in {}\n",
        args.seed,
        args.dir.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// The framework that the program carries, read by the importer from a team without people of its own.
fn carried_framework(today: NaiveDate) -> Result<Arc<Framework>, Problem> {
    let failed = |why: String| Problem::new("the framework that this program carries", why, "");
    let bare = vec![
        (
            "team.toml".to_owned(),
            "name = \"x\"\nowner = \"x\"\n".to_owned(),
        ),
        ("people.csv".to_owned(), "id,name\nx,x\n".to_owned()),
    ];
    let parsed = exchange::parse(&bare).map_err(|p| failed(format!("{p:?}")))?;
    let mut ids = exchange::Ids::readable();
    let mode = exchange::Mode::Rightful;
    let written =
        exchange::writings(&parsed, &mode, &mut ids, today).map_err(|e| failed(e.to_string()))?;
    let rights = Arc::new(exchange::rights(&parsed, &ids));
    let me = PersonId::new("x");
    let team = exchange::paint(&written.writings, &rights, &me, &mode, &|_| true);
    Ok(team.framework)
}

/// A table as text.
struct Table {
    file: &'static str,
    text: String,
}

impl Table {
    fn new(file: &'static str, columns: &str) -> Self {
        Self {
            file,
            text: format!("{columns}\n"),
        }
    }

    fn row(&mut self, cells: &[&str]) {
        let quoted: Vec<String> = cells
            .iter()
            .map(
                |cell| match cell.contains([',', '"', '\n']) || cell.starts_with('#') {
                    true => format!("\"{}\"", cell.replace('"', "\"\"")),
                    false => (*cell).to_owned(),
                },
            )
            .collect();
        self.text += &quoted.join(",");
        self.text.push('\n');
    }
}

fn date(day: Option<NaiveDate>) -> String {
    day.map(|d| d.to_string()).unwrap_or_default()
}

fn yes(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn hundredths(n: u16) -> String {
    format!("{}.{:02}", n / 100, n % 100)
}

fn handle(team: &Team, id: &PersonId) -> String {
    team.person(id)
        .map_or_else(String::new, |p| p.handle.clone())
}

/// Entries of a dated fact: from, value.
fn entries<T>(dated: &Dated<T>) -> impl Iterator<Item = (String, &T)> {
    dated
        .0
        .iter()
        .map(|(from, value)| (date(*from), value.get()))
}

fn target(target: Target) -> String {
    target
        .points()
        .map_or_else(|| "none".to_owned(), |p| p.to_string())
}

fn folder(team: &Team) -> Vec<(String, String)> {
    let base = &team.base;
    let policy = &base.policy;
    let protected = policy
        .protected_half_days_per_fte
        .map(|half| format!("protected_days_per_fte = {}.{}\n", half / 2, half % 2 * 5))
        .unwrap_or_default();
    let top = format!(
        "name = {:?}\nshort_name = {:?}\nnotice = {:?}\nowner = {:?}\n\n[policy]\n{protected}",
        base.name,
        base.short_name,
        base.notice,
        handle(team, &team.me)
    );
    let mut files = vec![("team.toml".to_owned(), top)];
    for table in wide(team).into_iter().chain(personal(team)) {
        files.push((table.file.to_owned(), table.text));
    }
    files
}

fn wide(team: &Team) -> Vec<Table> {
    let mut areas = Table::new("areas.csv", "id,name,order");
    for area in &team.base.areas {
        areas.row(&[area.id.as_str(), &area.name, &area.order.to_string()]);
    }
    let mut skills = Table::new("skills.csv", "id,name,code,target,n_min,critical");
    for skill in &team.base.skills {
        let tau = skill.target.0.last().map(|(_, t)| target(*t.get()));
        let critical = skill.critical.0.last().is_some_and(|(_, c)| c.get().0);
        skills.row(&[
            skill.id.as_str(),
            skill.name.get(),
            &skill.code,
            &tau.unwrap_or_else(|| "none".to_owned()),
            &skill.n_min.to_string(),
            yes(critical),
        ]);
    }
    let mut posts = Table::new("posts.csv", "id,from,title,area,column,fte,career_to");
    let mut holders = Table::new("holders.csv", "post,person,from,until");
    let mut listed = Table::new("post_skills.csv", "post,skill,from,listed");
    let mut musts = Table::new("must_haves.csv", "post,code,from,name,listed");
    for post in &team.base.posts {
        let id = post.id.as_str();
        for (from, facts) in &post.facts {
            posts.row(&[
                id,
                &date(*from),
                facts.title.get(),
                facts.area.get().as_ref().map_or("", |a| a.as_str()),
                facts.column.get().as_ref().map_or("", |c| c.as_str()),
                &hundredths(facts.fte.get().0),
                facts.career_to.as_ref().map_or("", |c| c.as_str()),
            ]);
        }
        for holder in &post.holders {
            let until = date(*holder.until.get());
            holders.row(&[
                id,
                &handle(team, &holder.person),
                &date(holder.from),
                &until,
            ]);
        }
        for (skill, dated) in &post.skills {
            for (from, on) in entries(dated) {
                listed.row(&[id, skill.as_str(), &from, yes(on.0)]);
            }
        }
        for must in &post.must_haves {
            for (from, on) in entries(&must.listed) {
                musts.row(&[id, &must.code, &from, &must.name, yes(on.0)]);
            }
        }
    }
    let mut rights = Table::new("rights.csv", "person,right,over,from,until");
    for right in &team.rights.0 {
        let role = match right.role {
            Role::Owner => continue,
            Role::Manager => "manager",
            Role::Head => "head",
            Role::Line => "line",
            Role::Assessor => "assessor",
            Role::Reviewer => "reviewer",
        };
        let over = right.over.as_ref().map(|id| handle(team, id));
        rights.row(&[
            &handle(team, &right.holder),
            role,
            &over.unwrap_or_default(),
            &date(right.from),
            &date(right.until),
        ]);
    }
    let mut critical = Table::new(
        "critical.csv",
        "post,from,impact,statutory,replace,scarcity,reason",
    );
    let mut nominations = Table::new("nominations.csv", "post,person,from,until,decision,reason");
    for post in team.succession.iter().flat_map(|posts| posts.iter()) {
        for (from, f) in &post.factors {
            critical.row(&[
                post.post.as_str(),
                &date(*from),
                &f.impact.get().0.to_string(),
                &f.statutory.get().0.to_string(),
                &f.replace.get().0.to_string(),
                &f.scarcity.get().0.to_string(),
                &f.reason,
            ]);
        }
        for n in &post.nominations {
            let (band, reason) = match &n.decision {
                Some((band, reason)) => (decision(*band.get()), reason.as_str()),
                None => ("", ""),
            };
            nominations.row(&[
                post.post.as_str(),
                &handle(team, &n.person),
                &date(n.from),
                &date(*n.until.get()),
                band,
                reason,
            ]);
        }
    }
    vec![
        areas,
        skills,
        posts,
        holders,
        listed,
        musts,
        rights,
        critical,
        nominations,
    ]
}

fn decision(band: Band) -> &'static str {
    match band {
        Band::ReadyNow => "ready-now",
        Band::OneToTwo => "1-2",
        Band::ThreeToFive => "3-5",
        Band::NotYet | Band::Unknown => "not-yet",
    }
}

fn personal(team: &Team) -> Vec<Table> {
    let mut people = Table::new("people.csv", "id,name");
    let mut marks = Table::new("marks.csv", "person,subject,column,by,date,value");
    let mut contracts = Table::new("contracts.csv", "person,from,fte,end,notice");
    let mut credentials = Table::new(
        "credentials.csv",
        "person,id,code,name,kind,obtained,expires,booked,sighted_by,sighted_on",
    );
    let mut horizons = Table::new("horizons.csv", "person,said,band,told");
    let mut absences = Table::new("absences.csv", "person,id,from,until,kind");
    let mut meetings = Table::new("meetings.csv", "person,id,date,kind,notes");
    let mut objectives = Table::new(
        "objectives.csv",
        "person,id,order,objective,difference,review,completion,priority",
    );
    let mut actions = Table::new(
        "actions.csv",
        "person,id,objective,order,text,completion,progress",
    );
    let mut states = Table::new("states.csv", "person,item,date,state");
    for person in &team.people {
        let id = person.handle.as_str();
        people.row(&[id, person.name.get()]);
        mark_rows(team, person, &mut marks);
        for (from, fte) in entries(&person.fte) {
            let end = person.contract_end.0.last().and_then(|(_, e)| *e.get());
            let notice = person.notice.0.last().and_then(|(_, n)| *n.get());
            contracts.row(&[id, &from, &hundredths(fte.0), &date(end), &date(notice)]);
        }
        for c in &person.credentials {
            let kind = match c.kind {
                CredentialKind::Certificate => "certificate",
                CredentialKind::Registration => "registration",
                CredentialKind::Training => "training",
            };
            let sighted = c.sighted.as_ref();
            credentials.row(&[
                id,
                c.id.as_str(),
                &c.code,
                c.name.get(),
                kind,
                &date(*c.obtained.get()),
                &date(*c.expires.get()),
                &date(*c.booked.get()),
                &sighted.map_or_else(String::new, |(by, _)| handle(team, by)),
                &date(sighted.map(|(_, on)| *on)),
            ]);
        }
        for h in &person.horizons {
            let band = match h.band.get() {
                HorizonBand::Within12 => "within-12",
                HorizonBand::From12To36 => "12-36",
                HorizonBand::Later => "later",
                HorizonBand::WishToMove => "wish-to-move",
                HorizonBand::Staying => "staying",
                HorizonBand::NotSaid => "not-said",
            };
            horizons.row(&[id, &h.said.to_string(), band, yes(h.told)]);
        }
        for a in &person.absences {
            let until = date(*a.until.get());
            absences.row(&[id, &a.id, &a.from.to_string(), &until, &a.kind]);
        }
        for (n, talk) in person.talks.iter().enumerate() {
            meetings.row(&[
                id,
                &format!("talk-{n}"),
                &talk.to_string(),
                "development",
                "",
            ]);
        }
        for o in &person.objectives {
            objectives.row(&[
                id,
                o.id.as_str(),
                &o.order.to_string(),
                o.title.get(),
                if o.has_measure { "it can be seen" } else { "" },
                &date(*o.review.get()),
                &date(*o.completion.get()),
                match o.priority.get() {
                    Priority::Gap => "gap",
                    Priority::Strength => "strength",
                },
            ]);
            for (order, a) in o.actions.iter().enumerate() {
                actions.row(&[
                    id,
                    a.id.as_str(),
                    o.id.as_str(),
                    &order.to_string(),
                    a.text.get(),
                    &date(*a.completion.get()),
                    &a.progress.get().0.to_string(),
                ]);
                for (from, state) in entries(&a.states).filter(|(from, _)| !from.is_empty()) {
                    states.row(&[id, a.id.as_str(), &from, state_name(*state)]);
                }
            }
        }
    }
    vec![
        people,
        marks,
        contracts,
        credentials,
        horizons,
        absences,
        meetings,
        objectives,
        actions,
        states,
    ]
}

fn mark_rows(team: &Team, person: &Person, marks: &mut Table) {
    for series in &person.series {
        let subject = match &series.subject {
            Subject::Competency(id) => id.as_str(),
            Subject::Skill(id) => id.as_str(),
        };
        for mark in &series.marks {
            let value = match mark.answer.get() {
                Answer::Points(points) => points.to_string(),
                Answer::NotObserved => "not observed".to_owned(),
                Answer::Withdrawn => "withdrawn".to_owned(),
            };
            marks.row(&[
                &person.handle,
                subject,
                series.column.as_ref().map_or("", |c| c.as_str()),
                &handle(team, &mark.rater),
                &mark.date.to_string(),
                &value,
            ]);
        }
    }
}
