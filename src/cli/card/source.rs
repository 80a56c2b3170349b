//! Which card is meant, how it is opened, and how it is left.

use std::sync::Arc;

use super::{PinArgs, SourceArgs};
use crate::authority::Authority;
use crate::card::certificate::Certificate;
use crate::card::in_process::Slot;
use crate::card::jpki::{CertificateFile, Exchange, Jpki, JpkiError};
use crate::card::layout::{self, ApplicationKind};
use crate::card::pcsc::open_reader;
use crate::card::reader::{CardChannel, CardReader, Disposition, transact};
use crate::card::soft::SoftCard;
use crate::cli::{Exit, Failure, pin};
use crate::clock::Clock;
use crate::people::personalise::personalise;
use crate::people::{self, Person};
use crate::random::Seed;
use crate::secret::Pin;

/// A card that is connected, and the name of its reader.
pub(super) struct Source {
    pub(super) reader: String,
    channel: Box<dyn CardChannel>,
    is_in_process: bool,
    is_verbose: bool,
}

impl Source {
    pub(super) fn open(args: &SourceArgs, clock: &Clock) -> Result<Self, Failure> {
        let mut reader: Box<dyn CardReader> = match &args.person {
            Some(id) => {
                let person = person(id, args.people.as_deref(), clock)?;
                let card = card_of(&person);
                // Made here, so that the time which is shown is that of the card and not that of a key in the making.
                card.image().content(ApplicationKind::Jpki, layout::AUTHENTICATION_CERTIFICATE);
                let slot = Slot::new(format!("software card of {}", person.id));
                slot.insert(card);
                Box::new(slot.reader())
            }
            None => Box::new(open_reader(args.reader.as_deref())?),
        };
        let channel = reader.connect()?;
        let (is_in_process, is_verbose) = (args.person.is_some(), args.verbose);
        Ok(Self { reader: reader.name().to_owned(), channel, is_in_process, is_verbose })
    }

    pub(super) fn atr(&self) -> String {
        crate::card::apdu::hex(self.channel.atr())
    }

    /// Selects the 公的個人認証AP and lets `act` work with it, no other program between.
    pub(super) fn with_jpki<T>(
        &mut self,
        act: impl FnOnce(&mut Jpki<'_>) -> Result<T, JpkiError>,
    ) -> Result<T, Failure> {
        let is_verbose = self.is_verbose;
        let mut show = |exchange: &Exchange<'_>| {
            let (answer, elapsed_ms) = (exchange.answer, exchange.elapsed_ms);
            eprintln!("> {}\n< {} bytes, {}  ({elapsed_ms:.1} ms)", exchange.command, answer.data.len(), answer.status);
        };
        let result = transact(&mut *self.channel, |card| {
            let mut jpki = if is_verbose { Jpki::select_traced(card, Some(&mut show))? } else { Jpki::select(card)? };
            act(&mut jpki)
        })?;
        Ok(result?)
    }

    /// The PIN that was asked for: from the option, a descriptor or the terminal. One on the command line can be seen by
    /// every program of the machine, so it is for software cards only.
    pub(super) fn pin(&mut self, args: &PinArgs, prompt: &str) -> Result<Pin, Failure> {
        match (&args.pin, args.pin_fd) {
            (Some(pin), _) => {
                if !self.is_in_process && !self.is_of_test_authority()? {
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

    /// Leaves the card. After a PIN it loses its power, so that the next program does not find it open.
    pub(super) fn close(self, after_pin: bool) -> Result<(), Failure> {
        let how = if after_pin { Disposition::PowerOff } else { Disposition::Leave };
        Ok(self.channel.disconnect(how)?)
    }
}

/// The person of this id, on the clock's day.
pub(super) fn person(id: &str, folder: Option<&std::path::Path>, clock: &Clock) -> Result<Person, Failure> {
    let usage = |error: &dyn std::fmt::Display| Failure::new(Exit::Usage, error.to_string());
    let people = people::load_or_built_in(folder, clock.now().date()).map_err(|error| usage(&error))?;
    people.find(id).cloned().map_err(|error| usage(&error))
}

/// The software card of `person`, by the test authority.
pub(super) fn card_of(person: &Person) -> SoftCard {
    SoftCard::new(Arc::new(personalise(person, &Authority::default())), Seed::default())
}
