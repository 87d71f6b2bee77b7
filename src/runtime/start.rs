//! What is shown when there is no team to show: the reason and the next step.

use super::dashboard::Terminal;
use super::worker::Trouble;
use crate::term::Screen;
use crate::term::signal::Asked;
use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};
use futures_util::{Stream, StreamExt};
use ratatui::layout::{Constraint, Layout, Margin};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Paragraph, Wrap};
use std::io;

/// What the user chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Look at the demo.
    Demo,
    /// Start a team.
    Init,
    /// Leave; the status is that of a request that could not be met, or of a signal.
    Leave(Option<i32>),
}

fn text(trouble: &Trouble) -> Text<'static> {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let key = |key: &'static str, words: String| {
        Line::from(vec![
            Span::styled(format!("  {key:<4}"), bold),
            Span::raw(words),
        ])
    };
    let mut lines = vec![Line::styled("guildhall", bold), Line::raw("")];
    if trouble.no_team {
        lines.extend([
            Line::raw("A team's competency heatmap, succession risks and development actions."),
            Line::raw("For development: not for pay, not for redundancy."),
            Line::raw(""),
            Line::raw(format!("{}.", trouble.problem.what)),
            Line::raw(""),
            key(
                "d",
                "look at the demo: a made-up team, nothing is kept".to_owned(),
            ),
            key("i", "start a team of your own (guildhall init)".to_owned()),
            key("q", "leave".to_owned()),
            Line::raw(""),
            Line::raw("Or make the team from a folder of tables:"),
            Line::raw(""),
            Line::raw("  guildhall import PATH --dry-run   says what it would do"),
            Line::raw("  guildhall import PATH             does it"),
        ]);
    } else {
        lines.push(Line::styled(trouble.problem.what.clone(), bold));
        lines.push(Line::raw(""));
        for line in trouble.problem.why.lines() {
            lines.push(Line::raw(line.to_owned()));
        }
        if !trouble.problem.next.is_empty() {
            lines.push(Line::raw(""));
            for line in trouble.problem.next.lines() {
                lines.push(Line::raw(line.to_owned()));
            }
        }
        lines.push(Line::raw(""));
        lines.push(key("d", "look at the demo meanwhile".to_owned()));
        lines.push(key("q", "leave".to_owned()));
    }
    Text::from(lines)
}

/// Shows the reason until the user chooses.
///
/// # Errors
/// Where the terminal cannot be read or drawn on.
pub async fn choose(
    screen: &mut Screen,
    terminal: &mut impl Terminal,
    input: &mut (impl Stream<Item = io::Result<Event>> + Unpin),
    trouble: &Trouble,
) -> io::Result<Choice> {
    loop {
        screen.draw(|frame| {
            let area = frame.area().inner(Margin::new(2, 1));
            let [area] = Layout::horizontal([Constraint::Max(100)]).areas(area);
            let shown = Paragraph::new(text(trouble)).wrap(Wrap { trim: false });
            frame.render_widget(shown, area);
        })?;
        let event = tokio::select! {
            asked = terminal.signal() => match asked {
                Asked::Leave(signal) => return Ok(Choice::Leave(Some(signal))),
                Asked::Suspend => {
                    terminal.suspend()?;
                    super::canvas::Canvas::forget(screen)?;
                    continue;
                }
                Asked::Continued => {
                    terminal.retake()?;
                    super::canvas::Canvas::forget(screen)?;
                    continue;
                }
            },
            event = input.next() => event,
        };
        let Some(event) = event else {
            return Ok(Choice::Leave(None));
        };
        let Event::Key(key) = event? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        match (key.code, key.modifiers) {
            (KeyCode::Char('d'), KeyModifiers::NONE) => return Ok(Choice::Demo),
            (KeyCode::Char('i'), KeyModifiers::NONE) if trouble.no_team => return Ok(Choice::Init),
            (KeyCode::Char('q') | KeyCode::Esc, _)
            | (KeyCode::Char('c'), KeyModifiers::CONTROL) => {
                return Ok(Choice::Leave(None));
            }
            _ => {}
        }
    }
}
