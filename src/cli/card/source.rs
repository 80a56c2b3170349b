//! Which card is meant, how it is opened and traced, and how it is left.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{PinArgs, SourceArgs};
use crate::authority::Authority;
use crate::card::certificate::Certificate;
use crate::card::in_process::Slot;
use crate::card::jpki::{CertificateFile, Exchange, Jpki, JpkiError};
use crate::card::layout::{self, ApplicationKind};
use crate::card::pcsc::open_reader;
use crate::card::reader::{CardChannel, CardReader, Disposition, ReaderError, transact};
use crate::card::recording::replay::ReplayReader;
use crate::card::recording::{Entry, Recording};
use crate::card::soft::SoftCard;
use crate::cli::{Exit, Failure, pin};
use crate::clock::{Clock, Stopwatch};
use crate::people::personalise::personalise;
use crate::people::{self, Person};
use crate::random::Seed;
use crate::secret::Pin;

/// How long another program may keep the card to itself before we give up.
const BUSY_FOR: Duration = Duration::from_secs(3);
const BUSY_LOOK: Duration = Duration::from_millis(100);

/// `--card`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CardSpec {
    /// A person's software card.
    Soft(String),
    /// What lies in a PC/SC reader; the first one without a name.
    Pcsc(Option<String>),
    /// A recorded card.
    Replay(PathBuf),
}

/// Reads `soft:PERSON`, `pcsc`, `pcsc:READER` or `replay:FILE`.
pub(super) fn card_spec(text: &str) -> Result<CardSpec, String> {
    match text.split_once(':') {
        None if text == "pcsc" => Ok(CardSpec::Pcsc(None)),
        Some(("pcsc", reader)) if !reader.is_empty() => Ok(CardSpec::Pcsc(Some(reader.to_owned()))),
        Some(("soft", person)) if !person.is_empty() => Ok(CardSpec::Soft(person.to_owned())),
        Some(("replay", file)) if !file.is_empty() => Ok(CardSpec::Replay(file.into())),
        _ => Err("soft:PERSON, pcsc, pcsc:READER, replay:FILE".to_owned()),
    }
}

impl SourceArgs {
    fn spec(&self) -> CardSpec {
        match (&self.card, &self.person) {
            (Some(spec), _) => spec.clone(),
            (None, Some(person)) => CardSpec::Soft(person.clone()),
            (None, None) => CardSpec::Pcsc(self.reader.clone()),
        }
    }
}

/// A card that is connected, and the name of its reader.
pub(super) struct Source {
    pub(super) reader: String,
    channel: Box<dyn CardChannel>,
    /// No plastic: a software card of this process, or a recorded one.
    is_simulated: bool,
    is_verbose: bool,
    is_revealed: bool,
    trace: Option<PathBuf>,
    /// What was said to the card.
    recording: Recording,
}

impl Source {
    pub(super) fn open(args: &SourceArgs, clock: &Clock) -> Result<Self, Failure> {
        let spec = args.spec();
        let mut reader: Box<dyn CardReader> = match &spec {
            CardSpec::Soft(id) => {
                let person = person(id, args.people.as_deref(), clock)?;
                let card = card_of(&person);
                // Made here, so that the time which is shown is that of the card and not that of a key in the making.
                card.image().content(ApplicationKind::Jpki, layout::AUTHENTICATION_CERTIFICATE);
                let slot = Slot::new(format!("software card of {}", person.id));
                slot.insert(card);
                Box::new(slot.reader())
            }
            CardSpec::Pcsc(reader) => Box::new(open_reader(reader.as_deref())?),
            CardSpec::Replay(file) => Box::new(recorded(file)?),
        };
        let channel = connect(&mut *reader)?;
        Ok(Self {
            recording: Recording::new(reader.name(), channel.atr()),
            reader: reader.name().to_owned(),
            channel,
            is_simulated: !matches!(spec, CardSpec::Pcsc(_)),
            is_verbose: args.verbose,
            is_revealed: args.reveal,
            trace: args.trace.clone(),
        })
    }

    /// What was said to the card so far, in order; PINs are dots.
    pub(super) fn exchanges(&self) -> &[Entry] {
        self.recording.entries()
    }

    pub(super) fn atr(&self) -> String {
        crate::card::apdu::hex(self.channel.atr())
    }

    /// Selects the 公的個人認証AP and lets `act` work with it, no other program between. What a PIN opened is shut again before the next
    /// program can speak to the card.
    pub(super) fn with_jpki<T>(
        &mut self,
        act: impl FnOnce(&mut Jpki<'_>) -> Result<T, JpkiError>,
    ) -> Result<T, Failure> {
        let Self { channel, recording, is_verbose, .. } = self;
        let mut note = |exchange: &Exchange<'_>| {
            recording.note(exchange);
            if *is_verbose {
                let (answer, elapsed_ms) = (exchange.answer, exchange.elapsed_ms);
                let (bytes, status) = (answer.data.len(), answer.status);
                eprintln!("> {}\n< {bytes} bytes, {status}  ({elapsed_ms:.1} ms)", exchange.command);
            }
        };
        let mut act = Some(act);
        let mut begin = || {
            transact(&mut **channel, |card| {
                let act = act.take()?;
                Some(Jpki::select_traced(card, Some(&mut note)).and_then(|mut jpki| {
                    let result = act(&mut jpki);
                    jpki.shut()?;
                    result
                }))
            })
        };
        // Another program reset the card before we began: nothing of ours is lost, so we begin.
        let result = match begin() {
            Err(ReaderError::Reset) => begin(),
            other => other,
        }?;
        Ok(result.ok_or(ReaderError::Reset)??)
    }

    /// The PIN that was asked for: from the option, a descriptor or the terminal. One on the command line can be seen by
    /// every program of the machine, so it is for software cards only.
    pub(super) fn pin(&mut self, args: &PinArgs, prompt: &str) -> Result<Pin, Failure> {
        match (&args.pin, args.pin_fd) {
            (Some(pin), _) => {
                if !self.is_simulated && !self.is_of_test_authority()? {
                    return Err(Failure::new(
                        Exit::Usage,
                        "実カードの暗証番号はコマンドラインに書けません / the PIN of a real card does not go on the command line",
                    )
                    .remedy("--pin-fd を使うか、端末で入力してください / use --pin-fd, or type it when asked"));
                }
                Ok(Pin::new(pin.as_str()))
            }
            (None, Some(fd)) => pin::from_fd(fd),
            (None, None) => pin::from_prompt(prompt),
        }
    }

    /// Does the card carry our own authority's certificate? That one is free on every kind of card.
    fn is_of_test_authority(&mut self) -> Result<bool, Failure> {
        let der = self.with_jpki(|jpki| jpki.certificate(CertificateFile::AuthenticationCa))?;
        Ok(Certificate::parse(&der).is_ok_and(|root| Authority::is_named_in(&root.subject)))
    }

    /// Leaves the card and writes the trace. After a PIN the card loses its power, so that the next program does not find it open.
    pub(super) fn close(self, after_pin: bool) -> Result<(), Failure> {
        let how = if after_pin { Disposition::PowerOff } else { Disposition::Leave };
        let left = self.channel.disconnect(how);
        if let Some(file) = &self.trace {
            let is_anybodys = self.is_simulated || self.is_revealed || self.recording.holds(Authority::is_named_in_der);
            let shown = if is_anybodys { self.recording } else { self.recording.without_data() };
            write_private(file, shown.to_text().as_bytes())?;
        }
        Ok(left?)
    }
}

/// Connects; another program that keeps the card to itself is waited for a little.
fn connect(reader: &mut dyn CardReader) -> Result<Box<dyn CardChannel>, ReaderError> {
    let watch = Stopwatch::start();
    loop {
        match reader.connect() {
            Err(ReaderError::Busy) if watch.elapsed_ms() < BUSY_FOR.as_secs_f64() * 1000.0 => {
                std::thread::sleep(BUSY_LOOK);
            }
            result => return result,
        }
    }
}

/// The card of a recording.
fn recorded(file: &Path) -> Result<ReplayReader, Failure> {
    ReplayReader::open(file).map_err(|error| Failure::new(Exit::Usage, format!("{}: {error}", file.display())))
}

/// Writes a file that others of this machine cannot read.
fn write_private(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).and_then(|mut opened| opened.write_all(bytes)).map_err(|error| {
        Failure::new(Exit::Outside, format!("{} に書けません / cannot write it: {error}", file.display()))
    })
}

/// The person of this id, on the clock's day.
pub(super) fn person(id: &str, folder: Option<&Path>, clock: &Clock) -> Result<Person, Failure> {
    let usage = |error: &dyn std::fmt::Display| Failure::new(Exit::Usage, error.to_string());
    let people = people::load_or_built_in(folder, clock.now().date()).map_err(|error| usage(&error))?;
    people.find(id).cloned().map_err(|error| usage(&error))
}

/// The software card of `person`, by the test authority.
pub(super) fn card_of(person: &Person) -> SoftCard {
    let card = SoftCard::new(Arc::new(personalise(person)), Seed::default());
    card.with_quirks(person.card.quirks.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A card by nobody that we know, in a reader as plastic is.
    fn plastic(trace: &Path) -> Source {
        let heading = r#"{"format":"madoguchi-apdu-log","version":1,"reader":"r","atr":"3B80800101"}"#;
        let line = |command: &str, answer: &str| {
            format!("\n{{\"command\":\"{command}\",\"answer\":\"{answer}\",\"milliseconds\":1.0}}")
        };
        let text = heading.to_owned()
            + &line("00A4040C0AD392F000260100000001", "9000")
            + &line("00A4020C02000B", "9000")
            + &line("00A4020C02000A", "9000")
            + &line("00B0000000", "3003020101AABB9000");
        let mut reader = ReplayReader::new("plastic", Recording::parse(&text).unwrap()).unwrap();
        let channel = reader.connect().unwrap();
        Source {
            recording: Recording::new("plastic", channel.atr()),
            reader: "plastic".to_owned(),
            channel,
            is_simulated: false,
            is_verbose: false,
            is_revealed: false,
            trace: Some(trace.to_owned()),
        }
    }

    #[test]
    fn a_pin_on_the_command_line_is_refused_for_a_card_that_may_be_real() {
        let mut source = plastic(Path::new("unused"));
        let pin = PinArgs { pin: Some("1234".to_owned()), pin_fd: None };
        let refused = source.pin(&pin, "").unwrap_err().report();
        assert_eq!(refused, Exit::Usage);
        assert!(
            source.exchanges().iter().all(|exchange| !exchange.command.starts_with("0020")),
            "nothing was verified"
        );
    }

    #[test]
    fn the_trace_of_a_card_that_may_be_real_has_no_data_unless_it_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        for is_revealed in [false, true] {
            let file = folder.path().join(format!("{is_revealed}.jsonl"));
            let mut source = Source { is_revealed, ..plastic(&file) };
            source.with_jpki(|jpki| jpki.certificate(CertificateFile::Authentication)).unwrap();
            source.close(false).unwrap();
            let text = std::fs::read_to_string(file).unwrap();
            assert_eq!((text.lines().count(), text.contains("3003020101")), (4, is_revealed), "{text}");
        }
    }
}
