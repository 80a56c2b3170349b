//! serve: a person's software card in a real PC/SC reader, until somebody ends it.

use std::sync::mpsc;
use std::time::Duration;

use super::ServeArgs;
use super::source::{card_of, person};
use crate::card::in_process::Slot;
use crate::card::layout::ApplicationKind;
use crate::card::soft::Quirks;
use crate::card::soft::quirk::KNOBS;
use crate::card::vpcd::{Attached, Line};
use crate::cli::{Exit, Failure, Outcome};
use crate::clock::Clock;
use crate::event::Sink;
use crate::knob::{Knobs, Setting};
use crate::random::Seed;

/// How long vpcd may take to answer before we say that it is not there.
const PATIENCE: Duration = Duration::from_secs(5);

/// The quirks a card can be given, by the names of their knobs.
pub(super) fn quirk_names() -> Vec<&'static str> {
    KNOBS.iter().map(|knob| knob.name).collect()
}

pub(super) fn serve(args: &ServeArgs, clock: &Clock) -> Outcome {
    let person = person(&args.person, args.people.as_deref(), clock)?;
    let address = address(args)?;
    let card = card_of(&person).with_quirks(quirks(&args.fault));
    // The keys are made before the card shows itself, so that nobody's first read waits for them.
    card.image().prepare(ApplicationKind::Jpki);
    let slot = Slot::new(person.id.clone());
    slot.insert(card);
    let (lines, line) = mpsc::channel();
    let attached = Attached::start(slot, address.clone(), {
        let (id, address) = (person.id.clone(), address.clone());
        move |line| {
            eprintln!("{}", told(&line, &id, &address));
            // Nobody listens any more once the command ends.
            let _ = lines.send(line);
        }
    })
    .map_err(|error| Failure::new(Exit::Internal, format!("thread: {error}")))?;
    wait_until_connected(args, &address, &line)?;
    wait_for_the_end()?;
    attached.stop();
    Ok(Exit::Done)
}

/// What is said about the line; the readiness line comes each time that vpcd has the card, also after a loss.
fn told(line: &Line, id: &str, address: &str) -> String {
    match line {
        Line::Connected => format!("madoguchi ready card={id} vpcd={address}"),
        Line::Waiting => format!(
            "madoguchi: {address} のスロットには別のカードがあります。取り出されるのを待ちます (別のスロットは --slot 2) / another card is in that slot; waiting until it is taken out (--slot 2 is the next slot)"
        ),
        Line::Lost(reason) => {
            format!("madoguchi: vpcdとの接続がありません。再接続します / no vpcd, trying again: {reason}")
        }
    }
}

/// `--vpcd` with its port moved to the slot's.
fn address(args: &ServeArgs) -> Result<String, Failure> {
    let moved = args
        .vpcd
        .rsplit_once(':')
        .and_then(|(host, port)| Some(format!("{host}:{}", port.parse::<u16>().ok()?.checked_add(args.slot - 1)?)));
    moved.ok_or_else(|| {
        Failure::new(Exit::Usage, format!("「{}」は HOST:PORT ではありません / not HOST:PORT", args.vpcd))
            .remedy("127.0.0.1:35963")
    })
}

fn quirks(names: &[String]) -> Quirks {
    let knobs = Knobs::new(Seed::default(), Sink::silent());
    for knob in KNOBS.iter().filter(|knob| names.iter().any(|name| name == knob.name)) {
        knobs.arm(knob, Setting::default());
    }
    Quirks::default().drawn(&knobs, &[])
}

fn wait_until_connected(args: &ServeArgs, address: &str, line: &mpsc::Receiver<Line>) -> Result<(), Failure> {
    let start = std::time::Instant::now();
    loop {
        let left = if args.wait { Duration::from_secs(3600) } else { PATIENCE.saturating_sub(start.elapsed()) };
        match line.recv_timeout(left) {
            // A card that waits for its slot is served as soon as the slot is free.
            Ok(Line::Connected | Line::Waiting) => return Ok(()),
            Ok(Line::Lost(_)) => {}
            Err(_) if args.wait => {}
            Err(_) => {
                return Err(Failure::new(Exit::Outside, format!("{address} にvpcdがいません / no vpcd there")).remedy(
                    "apt-get install pcscd vsmartcard-vpcd のあと pcscd を起動してください。待つときは --wait / install and start pcscd with vpcd; --wait waits for it",
                ));
            }
        }
    }
}

/// Ctrl-C, or the signal that ends services.
fn wait_for_the_end() -> Result<(), Failure> {
    let failure = |error: std::io::Error| Failure::new(Exit::Internal, format!("signal: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failure)?;
    runtime
        .block_on(async {
            #[cfg(unix)]
            {
                use tokio::signal::unix::{SignalKind, signal};
                let mut terminated = signal(SignalKind::terminate())?;
                tokio::select! { ended = tokio::signal::ctrl_c() => ended, _ = terminated.recv() => Ok(()) }
            }
            #[cfg(not(unix))]
            tokio::signal::ctrl_c().await
        })
        .map_err(failure)
}
