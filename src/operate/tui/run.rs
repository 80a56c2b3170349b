//! The loop between the terminal and the desk. It draws when the desk has changed or the operator did something, and else not at all.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossterm::event::{self, Event};

use super::app::App;
use super::draw::draw;
use super::look::Look;
use super::trial::Runs;
use super::tty::Tty;
use crate::event::Lang;
use crate::operate::client::Client;
use crate::station::view::{Command, Desk, View};

/// How often the desk is asked whether something changed while nothing happens.
const IDLE: Duration = Duration::from_millis(100);

/// The same shortly after something happened: what follows a key should not seem to wait.
const BUSY: Duration = Duration::from_millis(25);

/// How long *shortly after* is.
const AFTERGLOW: Duration = Duration::from_secs(1);

/// Shows the desk on this terminal, and runs scenarios over `line`, its control API, until the operator quits, or until `told_to_end` (seen within a tenth of a second). Blocks: give it a
/// thread of its own.
///
/// # Errors
/// When standard input or output is no terminal, or the terminal goes away.
pub fn run(desk: Arc<dyn Desk>, line: Client, lang: Lang, told_to_end: &AtomicBool) -> io::Result<()> {
    let mut tty = Tty::take()?;
    let size = tty.terminal.size()?;
    let mut app = App::new(lang, Look::from_env(), size.width, size.height).reading_with(desk.elements());
    // The revision first: what changes between the two shows with the next look.
    let mut revision = desk.revision();
    let mut view = desk.view();
    show(&mut tty, &mut app, &view, &*desk)?;
    let mut moved = Instant::now();
    let mut runs = Runs::at(line);
    while !app.quits() && !told_to_end.load(Ordering::Relaxed) {
        let wait = if moved.elapsed() < AFTERGLOW { BUSY } else { IDLE };
        let mut stirred = event::poll(wait)? && take_events(&mut app, &view, &*desk)?;
        app.orders().into_iter().for_each(|order| runs.take(order));
        for told in runs.told() {
            app.hear(told);
            stirred = true;
        }
        if desk.revision() != revision {
            revision = desk.revision();
            view = desk.view();
            stirred = true;
        }
        if app.trouble.is_none()
            && let Some(panic) = tty.panic()
        {
            app.trouble(panic);
            stirred = true;
        }
        if stirred {
            moved = Instant::now();
            show(&mut tty, &mut app, &view, &*desk)?;
        }
    }
    Ok(())
}

/// Everything that was typed meanwhile, before one drawing. Did any of it matter?
fn take_events(app: &mut App, view: &View, desk: &dyn Desk) -> io::Result<bool> {
    let mut stirred = false;
    loop {
        let (matters, commands) = match event::read()? {
            Event::Key(key) => (key.is_press(), app.on_key(key, view)),
            Event::Mouse(mouse) => (!is_movement(mouse.kind), app.on_mouse(mouse, view)),
            Event::Resize(width, height) => (true, app.on_resize(width, height, view)),
            Event::Paste(_) | Event::FocusGained | Event::FocusLost => (false, Vec::new()),
        };
        stirred |= matters;
        commands.into_iter().for_each(|command: Command| desk.act(command));
        if app.quits() || !event::poll(Duration::ZERO)? {
            return Ok(stirred);
        }
    }
}

fn is_movement(kind: event::MouseEventKind) -> bool {
    use event::MouseEventKind::{Drag, Moved, Up};
    matches!(kind, Moved | Drag(_) | Up(_))
}

fn show(tty: &mut Tty, app: &mut App, view: &View, desk: &dyn Desk) -> io::Result<()> {
    app.on_view(view);
    // The open file, and the one beside it.
    for _ in 0..2 {
        let Some(file) = app.wants(view) else { break };
        let bytes = desk.contents(&file);
        app.show(&file, bytes.as_deref());
    }
    if let Some(reader) = app.wants_own(view) {
        app.show_own(desk.own_files(reader), view);
    }
    tty.mouse(app.takes_mouse())?;
    let size = tty.terminal.size()?;
    if (size.width, size.height) != (app.size.width, app.size.height) {
        app.on_resize(size.width, size.height, view);
    }
    tty.terminal.draw(|frame| draw(app, view, frame))?;
    Ok(())
}
