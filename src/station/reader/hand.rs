//! What lies on a reader, and how it is spoken to: the same way for a software card and for plastic.
//!
//! All calls block and belong on a blocking thread.

use crate::card::certificate::Certificate;
use crate::card::jpki::{CertificateFile, Jpki, JpkiError, LastTry, check_signature};
use crate::card::layout::TokenKind;
use crate::card::reader::{CardChannel, CardReader, Disposition, ReaderError, transact};
use crate::card::soft::PinName;
use crate::card::status::StatusWord;
use crate::face_reader::event::{CardSighting, Medium, PinCheck, Reply};
use crate::hub::{Issuer, Roots};
use crate::secret::Pin;
use crate::station::bindings::Token;
use crate::visit::{Evidence, Method, Proof};

/// The card side of one reader.
pub struct Hand {
    reader: Box<dyn CardReader>,
    /// Roots that issue software cards: what they issued came from the test authority.
    test_roots: Roots,
    /// May the card be plastic? Then its last try is kept, unless the test authority issued it.
    may_be_plastic: bool,
    held: Option<Held>,
    /// Is the reader away until the patient has gone?
    unplugged: bool,
    /// Why it last gave nothing.
    failure: Option<JpkiError>,
}

/// A card that was read in this visit.
struct Held {
    channel: Box<dyn CardChannel>,
    certificate: Option<Vec<u8>>,
    signed: Option<(Vec<u8>, Vec<u8>)>,
    /// A PIN was not tried because a miss would have locked a real card.
    last_try_kept: bool,
}

/// Why there is no evidence.
#[derive(Debug, thiserror::Error)]
pub enum NoEvidence {
    /// Nothing was read.
    #[error("カードが読めていません / no certificate was read")]
    NoCertificate,
    /// The card let itself be confirmed by PIN but gave no signature that holds.
    #[error("カードの署名がありません / the card gave no signature that holds")]
    NoSignature,
}

impl Hand {
    /// A hand over `reader`, which holds software cards of this process.
    pub fn new(reader: Box<dyn CardReader>, test_roots: Roots) -> Self {
        Self { reader, test_roots, may_be_plastic: false, held: None, unplugged: false, failure: None }
    }

    /// A hand over a reader in which anybody's card may lie.
    pub fn over_plastic(reader: Box<dyn CardReader>, test_roots: Roots) -> Self {
        Self { may_be_plastic: true, ..Self::new(reader, test_roots) }
    }

    /// Reads what lies there: certificate, kind, tries left. Seven APDUs and the blocks of the certificate.
    pub fn read(&mut self, medium: Option<Medium>) -> Reply {
        self.held = None;
        if self.unplugged {
            return self.unread(ReaderError::NoReader.into());
        }
        let mut channel = match self.reader.connect() {
            Ok(channel) => channel,
            Err(error) => return self.unread(error.into()),
        };
        let read = transact(channel.as_mut(), |card| {
            let mut jpki = Jpki::select(card)?;
            let kind = jpki.token()?.kind;
            let certificate = match jpki.certificate(CertificateFile::Authentication) {
                Ok(der) => Some(der),
                // An Android phone shows its certificate after the PIN only.
                Err(JpkiError::Refused { status: StatusWord::SECURITY_STATUS, .. }) => None,
                Err(error) => return Err(error),
            };
            let tries = match jpki.pin_status(PinName::Authentication) {
                Ok(state) => state.tries(),
                // A recording of `card read`, where nobody asked for them: the visit can do without.
                Err(JpkiError::Reader(ReaderError::NotRecorded { .. })) => None,
                Err(error) => return Err(error),
            };
            Ok((kind, certificate, tries))
        });
        let (kind, certificate, tries) = match read {
            Ok(Ok(read)) => read,
            Ok(Err(error)) => return self.unread(error),
            Err(error) => return self.unread(error.into()),
        };
        let Some(medium) = medium.or(medium_of(kind)) else { return Reply::NotAMyNumberCard };
        self.held = Some(Held { channel, certificate, signed: None, last_try_kept: false });
        Reply::CardRead(CardSighting { pin_tries_left: tries, ..CardSighting::new(medium) })
    }

    fn unread(&mut self, error: JpkiError) -> Reply {
        let reply = match error {
            // A 住基カード has a 公的個人認証AP too, but no 利用者証明用電子証明書 in it.
            JpkiError::NotAMyNumberCard | JpkiError::OtherToken { .. } => Reply::NotAMyNumberCard,
            _ => Reply::CardUnreadable,
        };
        self.failure = Some(error);
        reply
    }

    /// The reader is away from now on, until the patient has gone.
    pub fn unplug(&mut self) {
        self.unplugged = true;
    }

    /// Why the card gave nothing when it was last asked, once.
    pub fn take_failure(&mut self) -> Option<JpkiError> {
        self.failure.take()
    }

    /// What the card is recognised by. An Android phone shows it after the PIN only.
    pub fn token(&self) -> Option<Token> {
        Token::of(self.held.as_ref()?.certificate.as_ref()?)
    }

    /// Gives the card its PIN and, when it is right, lets it sign `challenge` while the right lasts.
    pub fn check_pin(&mut self, pin: &Pin, challenge: &[u8]) -> PinCheck {
        let Some(held) = &mut self.held else { return PinCheck::CardFailed };
        let wants_certificate = held.certificate.is_none();
        let is_of_test_authority = held.certificate.as_ref().is_some_and(|der| {
            Certificate::parse(der).is_ok_and(|parsed| matches!(self.test_roots.issuer_of(&parsed), Issuer::Root(_)))
        });
        // The patient chose to type it, and the dialogue has shown how many tries are left. But what was typed for a simulator must not
        // lock the card of a person.
        let last_try = if self.may_be_plastic && !is_of_test_authority { LastTry::Keep } else { LastTry::Spend };
        let checked = transact(held.channel.as_mut(), |card| {
            let mut jpki = Jpki::select(card)?;
            jpki.verify(PinName::Authentication, pin, last_try)?;
            let signed = certificate_and_signature(&mut jpki, wants_certificate, challenge);
            // Before anybody else can speak to the card.
            jpki.shut()?;
            signed
        });
        match checked {
            Ok(Ok((certificate, signature))) => {
                held.certificate = certificate.or(held.certificate.take());
                held.signed = Some((challenge.to_vec(), signature));
                PinCheck::Right
            }
            Ok(Err(JpkiError::WrongPin { tries })) => PinCheck::Wrong { tries_left: tries },
            Ok(Err(JpkiError::PinLocked)) => PinCheck::Locked,
            Ok(Err(JpkiError::TooDear { .. })) => {
                held.last_try_kept = true;
                PinCheck::Locked
            }
            Ok(Err(error)) => self.pin_unchecked(error),
            Err(error) => self.pin_unchecked(error.into()),
        }
    }

    fn pin_unchecked(&mut self, error: JpkiError) -> PinCheck {
        self.failure = Some(error);
        PinCheck::CardFailed
    }

    /// Was the PIN not tried, because one try was left on a real card?
    pub fn last_try_kept(&self) -> bool {
        self.held.as_ref().is_some_and(|held| held.last_try_kept)
    }

    /// What the centre is handed.
    pub fn evidence(&self, method: Method) -> Result<Evidence, NoEvidence> {
        let held = self.held.as_ref().ok_or(NoEvidence::NoCertificate)?;
        let certificate = held.certificate.clone().ok_or(NoEvidence::NoCertificate)?;
        let parsed = Certificate::parse(&certificate).ok();
        let proof = match (method, &held.signed, &parsed) {
            (Method::Pin, Some((challenge, signature)), Some(parsed))
                if check_signature(parsed, challenge, signature) =>
            {
                Proof::PinSignature { challenge: challenge.clone(), signature: signature.clone() }
            }
            (Method::Pin, ..) => return Err(NoEvidence::NoSignature),
            (_, _, Some(parsed)) if matches!(self.test_roots.issuer_of(parsed), Issuer::Root(_)) => {
                Proof::TestAuthority
            }
            _ => Proof::None,
        };
        Ok(Evidence { certificate, proof, method })
    }

    /// Ends the session and leaves the card as it is, for others who speak to it meanwhile.
    pub fn put_back(&mut self) {
        if let Some(held) = self.held.take() {
            let _ = held.channel.disconnect(Disposition::Leave);
        }
    }

    /// Ends the session with the card, rights and all.
    pub fn let_go(&mut self) {
        self.unplugged = false;
        if let Some(held) = self.held.take() {
            // A card that is gone already cannot be powered off; that is as good.
            let _ = held.channel.disconnect(Disposition::PowerOff);
        }
    }
}

/// What a right PIN gives.
fn certificate_and_signature(
    jpki: &mut Jpki<'_>,
    wants_certificate: bool,
    challenge: &[u8],
) -> Result<(Option<Vec<u8>>, Vec<u8>), JpkiError> {
    let certificate = if wants_certificate { Some(jpki.certificate(CertificateFile::Authentication)?) } else { None };
    Ok((certificate, jpki.sign(PinName::Authentication, challenge)?))
}

fn medium_of(kind: TokenKind) -> Option<Medium> {
    match kind {
        TokenKind::MyNumberCard => Some(Medium::Card),
        TokenKind::Android => Some(Medium::Android),
        TokenKind::Iphone => Some(Medium::Iphone),
        TokenKind::ResidentCard | TokenKind::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::civil::date;

    use super::*;
    use crate::card::in_process::Slot;
    use crate::card::jpki::Exchange;
    use crate::card::recording::Recording;
    use crate::card::recording::replay::ReplayReader;
    use crate::card::soft::SoftCard;
    use crate::people::built_in;
    use crate::people::personalise::personalise;
    use crate::random::Seed;

    /// A card with one try left.
    fn almost_locked() -> Slot {
        let people = built_in(date(2026, 11, 21)).unwrap();
        let card = SoftCard::new(Arc::new(personalise(people.get("taro").unwrap())), Seed(1));
        let slot = Slot::new("taro");
        slot.insert(card);
        let mut channel = slot.reader().connect().unwrap();
        for _ in 0..2 {
            let miss = |jpki: &mut Jpki<'_>| jpki.verify(PinName::Authentication, &Pin::new("9999"), LastTry::Keep);
            transact(&mut *channel, |card| miss(&mut Jpki::select(card).unwrap())).unwrap().unwrap_err();
        }
        slot
    }

    fn tries(slot: &Slot) -> u8 {
        let mut channel = slot.reader().connect().unwrap();
        let state = transact(&mut *channel, |card| Jpki::select(card)?.pin_status(PinName::Authentication)).unwrap();
        state.unwrap().tries().unwrap()
    }

    #[test]
    fn the_last_try_of_a_card_that_may_be_real_is_never_spent_at_the_counter() {
        let slot = almost_locked();
        // Nobody here knows the issuer: it could be plastic.
        let mut hand = Hand::over_plastic(Box::new(slot.reader()), Roots::none());
        assert!(matches!(hand.read(None), Reply::CardRead(_)));
        assert_eq!(hand.check_pin(&Pin::new("9999"), b"challenge"), PinCheck::Locked);
        assert!(hand.last_try_kept());
        hand.let_go();
        assert_eq!(tries(&slot), 1);
    }

    #[test]
    fn a_recording_of_a_read_shows_the_card_and_has_no_answer_for_its_pin() {
        let people = built_in(date(2026, 11, 21)).unwrap();
        let slot = Slot::new("taro");
        slot.insert(SoftCard::new(Arc::new(personalise(people.get("taro").unwrap())), Seed(1)));
        let mut recording = Recording::new("taro", &[]);
        let mut note = |exchange: &Exchange<'_>| recording.note(exchange);
        // As `card read` does: nobody asks for the tries left.
        let read = transact(&mut *slot.reader().connect().unwrap(), |card| {
            let mut jpki = Jpki::select_traced(card, Some(&mut note))?;
            jpki.certificate(CertificateFile::Authentication)?;
            jpki.token()
        });
        read.unwrap().unwrap();
        let reader = ReplayReader::new("replay", recording).unwrap();
        let mut hand = Hand::new(Box::new(reader), Roots::of_test_authority());
        let Reply::CardRead(sighting) = hand.read(None) else { panic!("{:?}", hand.take_failure()) };
        assert_eq!((sighting.pin_tries_left, hand.take_failure()), (None, None));
        assert!(matches!(hand.evidence(Method::Visual).unwrap().proof, Proof::TestAuthority));
        assert_eq!(hand.check_pin(&Pin::new("1234"), b"challenge"), PinCheck::CardFailed);
        let failure = hand.take_failure().unwrap();
        assert!(failure.to_string().contains("00A4020C020018"), "{failure}");
        assert_eq!(hand.take_failure(), None, "told once");
    }

    #[test]
    fn a_test_card_can_be_locked_wherever_it_lies() {
        for is_in_pcsc in [true, false] {
            let slot = almost_locked();
            let make = if is_in_pcsc { Hand::over_plastic } else { Hand::new };
            let mut hand = make(Box::new(slot.reader()), Roots::of_test_authority());
            hand.read(None);
            assert_eq!(hand.check_pin(&Pin::new("9999"), b"challenge"), PinCheck::Wrong { tries_left: 0 });
            assert!(!hand.last_try_kept());
            hand.let_go();
            assert_eq!(tries(&slot), 0);
        }
    }
}
