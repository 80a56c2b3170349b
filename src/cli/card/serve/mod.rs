//! serve: people's software cards in real PC/SC readers, until somebody ends it.
//!
//! - `purse`: the cards, the slots in which they lie, what their use left on them
//! - `order`: what standard input may ask for (`--commands`)
//!
//! One loop, fed by whoever has something to say: standard input, vpcd, the signals that end services.

mod order;
mod purse;

use std::io::BufRead;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use self::order::Order;
use self::purse::Purse;
use super::ServeArgs;
use crate::card::soft::Timing;
use crate::card::vpcd::Line;
use crate::cli::ending::told_to_end;
use crate::cli::{Exit, Failure, Outcome};
use crate::clock::{Clock, Stopwatch};
use crate::knob::{self, Knob, NotAKnob};

/// How long vpcd may take to answer before we say that it is not there.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often what the use of the cards left on them is looked at, to be kept: as much is lost when the process is killed.
const KEEPING: Duration = Duration::from_secs(1);

/// What is told to the loop.
enum Told {
    /// Something happened on the line of the slot at this index.
    Line(usize, Line),
    /// A line of standard input.
    Order(String),
    /// Enough.
    End,
}

/// The faults a served card can be given, `NAME` or `NAME=NUMBER`: those of the card and of its certificates.
pub(super) fn fault(text: &str) -> Result<(&'static Knob, Option<u32>), NotAKnob> {
    let table = [crate::card::soft::quirk::KNOBS.as_slice(), &crate::people::flaw::KNOBS].concat();
    knob::named(text, &table)
}

/// `--fault`, checked.
pub(super) fn fault_text(text: &str) -> Result<String, NotAKnob> {
    fault(text).map(|_| text.to_owned())
}

impl From<NotAKnob> for Failure {
    fn from(error: NotAKnob) -> Self {
        let failure = Self::new(Exit::Usage, error.to_string());
        match error {
            NotAKnob::Unknown { nearest: Some(near), .. } => {
                failure.remedy(format!("「{near}」のことですか / did you mean \"{near}\"?"))
            }
            _ => failure,
        }
    }
}

/// The words of `--timing`.
pub(super) fn timing(word: &str) -> Option<Timing> {
    Timing::ALL.into_iter().find(|timing| timing.word() == word)
}

pub(super) fn serve(args: &ServeArgs, clock: &Clock) -> Outcome {
    let addresses = addresses(args)?;
    let (tell, told) = mpsc::channel();
    let mut purse = Purse::open(args, clock, addresses, &tell)?;
    for (index, id) in args.persons.iter().enumerate() {
        purse.insert(id, Some(index + 1), &args.fault)?;
    }
    listen_for_the_end(&tell)?;
    wait_until_connected(args, &purse, &told)?;
    if args.commands {
        listen_for_orders(&tell)?;
    }
    work(&mut purse, &told)?;
    purse.close()?;
    Ok(Exit::Done)
}

/// Carries out what is told until it is enough. What cards remember is kept as it changes.
fn work(purse: &mut Purse, told: &mpsc::Receiver<Told>) -> Result<(), Failure> {
    loop {
        match told.recv_timeout(KEEPING) {
            Ok(Told::End) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Ok(Told::Line(index, line)) => eprintln!("{}", purse.about(index, &line)),
            Ok(Told::Order(line)) => match Order::parse(&line) {
                Ok(Some(Order::Quit)) => return Ok(()),
                Ok(order) => {
                    let done = order.map_or(Ok(()), |order| order.carry_out(purse));
                    // Whoever gives orders reads why one was refused, and gives the next.
                    let _ = done.map_err(|failure| failure.report());
                }
                Err(failure) => drop(failure.report()),
            },
            Err(RecvTimeoutError::Timeout) => {}
        }
        purse.keep()?;
    }
}

/// Where the card of each person goes: the slots of `--vpcd` from `--slot` on; the last address is counted up for those behind it.
fn addresses(args: &ServeArgs) -> Result<Vec<String>, Failure> {
    let mut addresses = Vec::new();
    let mut next: Option<(String, u16)> = None;
    for index in 0..args.persons.len().max(args.vpcd.len()) {
        let (host, port) = match (args.vpcd.get(index), next) {
            (Some(named), _) => {
                let split = named.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)));
                let moved = split.and_then(|(host, port)| Some((host.to_owned(), port.checked_add(args.slot - 1)?)));
                moved.ok_or_else(|| not_an_address(named))?
            }
            (None, Some((host, port))) => (host, port),
            (None, None) => return Err(not_an_address("HOST:65536")),
        };
        addresses.push(format!("{host}:{port}"));
        next = port.checked_add(1).map(|port| (host, port));
    }
    Ok(addresses)
}

fn not_an_address(named: &str) -> Failure {
    Failure::new(Exit::Usage, format!("「{named}」は HOST:PORT ではありません / not HOST:PORT"))
        .remedy("127.0.0.1:35963")
}

/// Until each card has been spoken to, or waits behind another one in its slot.
fn wait_until_connected(args: &ServeArgs, purse: &Purse, told: &mpsc::Receiver<Told>) -> Result<(), Failure> {
    let mut waiting: Vec<usize> = (0..args.persons.len()).collect();
    let watch = Stopwatch::start();
    while let Some(missing) = waiting.first() {
        let left = if args.wait { KEEPING } else { PATIENCE.saturating_sub(watch.elapsed()) };
        match told.recv_timeout(left) {
            Ok(Told::Line(index, line)) => {
                eprintln!("{}", purse.about(index, &line));
                if !matches!(line, Line::Lost(_)) {
                    waiting.retain(|waiting| *waiting != index);
                }
            }
            Ok(Told::End) => return Ok(()),
            Ok(Told::Order(_)) => {}
            Err(_) if args.wait => {}
            Err(_) => {
                let address = purse.address(*missing);
                return Err(Failure::new(Exit::Outside, format!("{address} にvpcdがいません / no vpcd there")).remedy(
                    "apt-get install pcscd vsmartcard-vpcd のあと pcscd を起動してください。待つときは --wait / install and start pcscd with vpcd; --wait waits for it",
                ));
            }
        }
    }
    Ok(())
}

/// Lines of standard input, to its end; the cards stay where they are then.
fn listen_for_orders(tell: &Sender<Told>) -> Result<(), Failure> {
    let tell = tell.clone();
    let listen = move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if tell.send(Told::Order(line)).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().name("orders".to_owned()).spawn(listen).map(drop).map_err(no_thread)
}

/// Ctrl-C, or the signal that ends services.
fn listen_for_the_end(tell: &Sender<Told>) -> Result<(), Failure> {
    let failure = |error: std::io::Error| Failure::new(Exit::Internal, format!("signal: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failure)?;
    let tell = tell.clone();
    let listen = move || {
        runtime.block_on(told_to_end());
        // The loop has ended by itself already, or ends now.
        let _ = tell.send(Told::End);
    };
    thread::Builder::new().name("signals".to_owned()).spawn(listen).map(drop).map_err(no_thread)
}

fn no_thread(error: std::io::Error) -> Failure {
    Failure::new(Exit::Internal, format!("thread: {error}"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: ServeArgs,
    }

    fn places(line: &[&str]) -> Option<Vec<String>> {
        addresses(&Line::try_parse_from(["serve"].iter().chain(line)).unwrap().args).ok()
    }

    #[test]
    fn each_person_has_the_next_port_and_addresses_that_are_named_come_first() {
        let of = |ports: &[u16]| Some(ports.iter().map(|port| format!("127.0.0.1:{port}")).collect::<Vec<_>>());
        assert_eq!(places(&["taro"]), of(&[35963]));
        assert_eq!(places(&["taro", "hanako"]), of(&[35963, 35964]));
        assert_eq!(places(&["taro", "hanako", "--slot", "2"]), of(&[35964, 35965]));
        let named = ["a", "b", "c", "--vpcd", "127.0.0.1:7", "--vpcd", "127.0.0.1:36864"];
        assert_eq!(places(&named), of(&[7, 36864, 36865]));
        assert_eq!(places(&["a", "--vpcd", "127.0.0.1:7", "--vpcd", "127.0.0.1:9"]), of(&[7, 9]), "an empty reader");
        for wrong in [
            &["a", "--vpcd", "nowhere"][..],
            &["a", "--vpcd", "h:65535", "--slot", "2"],
            &["a", "b", "--vpcd", "h:65535"],
        ] {
            assert_eq!(places(wrong), None, "{wrong:?}");
        }
    }
}
