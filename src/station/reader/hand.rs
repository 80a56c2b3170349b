//! What lies on a reader, and how it is spoken to: the same way for a software card and for plastic.
//!
//! All calls block and belong on a blocking thread.

use crate::card::certificate::Certificate;
use crate::card::jpki::{CertificateFile, Jpki, JpkiError, LastTry, check_signature};
use crate::card::layout::TokenKind;
use crate::card::reader::{CardChannel, CardReader, Disposition, transact};
use crate::card::soft::PinName;
use crate::card::status::StatusWord;
use crate::face_reader::event::{CardSighting, Medium, PinCheck, Reply};
use crate::hub::Roots;
use crate::secret::Pin;
use crate::visit::{Evidence, Method, Proof};

/// The card side of one reader.
pub struct Hand {
    reader: Box<dyn CardReader>,
    /// Roots that issue software cards: what they issued came from the test authority.
    test_roots: Roots,
    held: Option<Held>,
}

/// A card that was read in this visit.
struct Held {
    channel: Box<dyn CardChannel>,
    certificate: Option<Vec<u8>>,
    signed: Option<(Vec<u8>, Vec<u8>)>,
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
    /// A hand over `reader`.
    pub fn new(reader: Box<dyn CardReader>, test_roots: Roots) -> Self {
        Self { reader, test_roots, held: None }
    }

    /// Reads what lies there: certificate, kind, tries left. Seven APDUs and the blocks of the certificate.
    pub fn read(&mut self, medium: Option<Medium>) -> Reply {
        self.held = None;
        let mut channel = match self.reader.connect() {
            Ok(channel) => channel,
            Err(_) => return Reply::CardUnreadable,
        };
        let read = transact(channel.as_mut(), |card| {
            let mut jpki = Jpki::select(card)?;
            let kind = jpki.token()?.kind;
            // A 住基カード has a 公的個人認証AP too, but no 利用者証明用電子証明書 in it.
            if kind == TokenKind::ResidentCard {
                return Err(JpkiError::NotAMyNumberCard);
            }
            let certificate = match jpki.certificate(CertificateFile::Authentication) {
                Ok(der) => Some(der),
                // An Android phone shows its certificate after the PIN only.
                Err(JpkiError::Refused { status: StatusWord::SECURITY_STATUS, .. }) => None,
                Err(error) => return Err(error),
            };
            let tries = jpki.pin_status(PinName::Authentication)?.tries();
            Ok((kind, certificate, tries))
        });
        let (kind, certificate, tries) = match read {
            Ok(Ok(read)) => read,
            Ok(Err(JpkiError::NotAMyNumberCard)) => return Reply::NotAMyNumberCard,
            Ok(Err(_)) | Err(_) => return Reply::CardUnreadable,
        };
        let Some(medium) = medium.or(medium_of(kind)) else { return Reply::NotAMyNumberCard };
        self.held = Some(Held { channel, certificate, signed: None });
        Reply::CardRead(CardSighting { pin_tries_left: tries, ..CardSighting::new(medium) })
    }

    /// Serial number of the certificate that was read, raw.
    pub fn serial(&self) -> Option<Vec<u8>> {
        let certificate = self.held.as_ref()?.certificate.as_ref()?;
        Certificate::parse(certificate).ok().map(|parsed| parsed.serial.raw().to_vec())
    }

    /// Gives the card its PIN and, when it is right, lets it sign `challenge` while the right lasts.
    pub fn check_pin(&mut self, pin: &Pin, challenge: &[u8]) -> PinCheck {
        let Some(held) = &mut self.held else { return PinCheck::CardFailed };
        let wants_certificate = held.certificate.is_none();
        let checked = transact(held.channel.as_mut(), |card| {
            let mut jpki = Jpki::select(card)?;
            // The patient chose to type it; the dialogue has shown how many tries are left.
            jpki.verify(PinName::Authentication, pin, LastTry::Spend)?;
            let certificate =
                if wants_certificate { Some(jpki.certificate(CertificateFile::Authentication)?) } else { None };
            Ok((certificate, jpki.sign(PinName::Authentication, challenge)?))
        });
        match checked {
            Ok(Ok((certificate, signature))) => {
                held.certificate = certificate.or(held.certificate.take());
                held.signed = Some((challenge.to_vec(), signature));
                PinCheck::Right
            }
            Ok(Err(JpkiError::WrongPin { tries })) => PinCheck::Wrong { tries_left: tries },
            Ok(Err(JpkiError::PinLocked)) => PinCheck::Locked,
            Ok(Err(_)) | Err(_) => PinCheck::CardFailed,
        }
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
            (_, _, Some(parsed)) if self.test_roots.issuer_of(parsed).is_some() => Proof::TestAuthority,
            _ => Proof::None,
        };
        Ok(Evidence { certificate, proof, method })
    }

    /// Ends the session with the card, rights and all.
    pub fn let_go(&mut self) {
        if let Some(held) = self.held.take() {
            // A card that is gone already cannot be powered off; that is as good.
            let _ = held.channel.disconnect(Disposition::PowerOff);
        }
    }
}

fn medium_of(kind: TokenKind) -> Option<Medium> {
    match kind {
        TokenKind::MyNumberCard => Some(Medium::Card),
        TokenKind::Android => Some(Medium::Android),
        TokenKind::Iphone => Some(Medium::Iphone),
        TokenKind::ResidentCard | TokenKind::Unknown => None,
    }
}
