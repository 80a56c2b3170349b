//! The loop between the terminal and the desk. It draws when something changed or a key was pressed, and else not at all.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::event::{self, Event};

use super::app::{Act, App};
use super::draw::draw;
use crate::clinic::rececon::Seat;
use crate::clinic::rececon::view::View;
use crate::event::{Lang, Words};
use crate::operate::tui::{Look, tty::Tty};

/// How often the desk is asked whether something changed.
const LOOK: Duration = Duration::from_millis(100);

/// Shows the desk on this terminal until somebody quits, or until `told_to_end`. Blocks. `address` is where the desk listens.
///
/// # Errors
/// When standard input or output is no terminal, or the terminal goes away.
pub fn run(seat: &Seat, address: &str, lang: Lang, told_to_end: &AtomicBool) -> io::Result<()> {
    let mut tty = Tty::take()?;
    // Nothing here is clicked: the mouse stays the terminal's own.
    tty.mouse(false)?;
    let size = tty.terminal.size()?;
    let mut app = App::new(lang, Look::from_env(), address, size.width, size.height);
    let mut changes = seat.changes();
    let mut view = seat.view();
    tty.terminal.draw(|frame| draw(&app, &view, frame))?;
    while !app.quits() && !told_to_end.load(Ordering::Relaxed) {
        let mut stirred = event::poll(LOOK)? && take_event(&mut app, &view, seat)?;
        // An error says that the desk has ended.
        if changes.has_changed().unwrap_or_default() {
            changes.mark_unchanged();
            view = seat.view();
            let (wanted, number) = app.open();
            app.show_found(seat.find(&wanted));
            app.show_sheet(number.and_then(|number| seat.patient(&number)));
            stirred = true;
        }
        if stirred {
            tty.terminal.draw(|frame| draw(&app, &view, frame))?;
        }
    }
    Ok(())
}

fn take_event(app: &mut App, view: &View, seat: &Seat) -> io::Result<bool> {
    match event::read()? {
        Event::Key(key) => {
            for act in app.on_key(key, view) {
                carry_out(app, act, seat);
            }
        }
        Event::Resize(width, height) => app.on_resize(width, height),
        _ => return Ok(false),
    }
    Ok(true)
}

fn carry_out(app: &mut App, act: Act, seat: &Seat) {
    match act {
        Act::Find(wanted) => app.show_found(seat.find(&wanted)),
        Act::Open(number) => app.show_sheet(seat.patient(&number)),
        Act::Order(order, (ja, en)) => match seat.order(order) {
            Ok(()) => app.told(true, Words::new(*ja, *en)),
            Err(why) => {
                let (ja, en) = why.split_once(" / ").unwrap_or((&why, &why));
                app.told(false, Words::new(ja, en));
            }
        },
    }
}
