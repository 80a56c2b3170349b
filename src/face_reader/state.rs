//! The states of the dialogue (spec/jpki-card.md §5.7, [C]) and the ways in which it can fail.

use std::fmt;

use serde::Serialize;

use super::event::{CentreFailure, TimerKind};
use crate::visit::{Outcome, Question};

/// Where the dialogue stands. What it knows of the patient is elsewhere and goes with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Nobody is there.
    Idle,
    /// Android or iPhone?
    PhoneSelect,
    /// The PIN of an Android phone is typed.
    PhonePin,
    /// The phone is to be held on the reader.
    HoldPhone,
    /// The card is being read.
    ReadingCard,
    /// どなたのカードですか: the staff are asked, the patient waits. A software card never comes here.
    WhoIsThis,
    /// 顔認証 or 暗証番号?
    MethodSelect,
    /// The camera looks.
    FaceCapture,
    /// The face did not match or could not be taken.
    FaceRetry,
    /// The PIN is typed.
    PinEntry,
    /// The card verifies the PIN.
    CheckingPin,
    /// 目視確認: the staff compare the face with the photo. Entered and left by the staff only.
    StaffVisual,
    /// Ten consecutive 不一致: the staff, or another visit.
    BlockedFace,
    /// The PIN is locked or does not exist: the staff, or another visit.
    BlockedPin,
    /// The centre is asked who this is.
    Authenticating,
    /// 健康保険証として利用登録しますか
    Registration,
    /// 全て同意 / 個別に同意 (from 2024-10-07)
    ConsentOverview,
    /// One consent screen: 限度額, 特定疾病, 診療・薬剤, 手術 or 特定健診.
    Consent(Question),
    /// 医療費助成の各種受給者証を利用しますか
    Subsidy,
    /// 処方箋の発行形態
    Prescription,
    /// The centre is given the consents.
    Concluding,
    /// The result, with the renewal notice where due.
    Result,
    /// The card is to be taken back.
    RemoveCard,
    /// It cannot go on; the card is to be taken back.
    Error(Failure),
}

impl State {
    /// Kebab-case name for journal and control API; questions and failures are named by [`State::screen`].
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::PhoneSelect => "phone-select",
            Self::PhonePin => "phone-pin",
            Self::HoldPhone => "hold-phone",
            Self::ReadingCard => "reading-card",
            Self::WhoIsThis => "who-is-this",
            Self::MethodSelect => "method-select",
            Self::FaceCapture => "face-capture",
            Self::FaceRetry => "face-retry",
            Self::PinEntry => "pin-entry",
            Self::CheckingPin => "checking-pin",
            Self::StaffVisual => "staff-visual",
            Self::BlockedFace => "blocked-face",
            Self::BlockedPin => "blocked-pin",
            Self::Authenticating => "authenticating",
            Self::Registration => "registration",
            Self::ConsentOverview => "consent-overview",
            Self::Consent(_) => "consent",
            Self::Subsidy => "subsidy",
            Self::Prescription => "prescription",
            Self::Concluding => "concluding",
            Self::Result => "result",
            Self::RemoveCard => "remove-card",
            Self::Error(_) => "error",
        }
    }

    /// The name of its screen in a model file.
    pub fn screen(self) -> &'static str {
        match self {
            Self::Consent(question) => consent_screen(question),
            Self::Error(failure) => failure.screen(),
            other => other.name(),
        }
    }

    /// What is waited for here, with or without something on the reader. The staff and an idle reader have all the time there is.
    pub(super) fn timer(self, card_present: bool) -> Option<TimerKind> {
        match self {
            Self::Idle | Self::WhoIsThis | Self::StaffVisual | Self::BlockedFace | Self::BlockedPin => None,
            Self::ReadingCard | Self::CheckingPin => Some(TimerKind::Card),
            Self::FaceCapture => Some(TimerKind::FaceCapture),
            Self::Authenticating | Self::Concluding => Some(TimerKind::Centre),
            Self::Result => Some(TimerKind::Reading),
            Self::RemoveCard => Some(TimerKind::ForgottenCard),
            Self::Error(_) if card_present => Some(TimerKind::ForgottenCard),
            Self::Error(_) => Some(TimerKind::Reading),
            _ => Some(TimerKind::Choice),
        }
    }

    /// The question on the screen, if it is one that is answered with yes or no.
    pub fn question(self) -> Option<Question> {
        match self {
            Self::Registration => Some(Question::Registration),
            Self::Subsidy => Some(Question::Subsidy),
            Self::Consent(question) => Some(question),
            _ => None,
        }
    }

    /// Is this a state in which the person has not been confirmed yet, with a card that was read?
    pub(super) fn is_identifying(self) -> bool {
        matches!(
            self,
            Self::MethodSelect
                | Self::FaceCapture
                | Self::FaceRetry
                | Self::PinEntry
                | Self::CheckingPin
                | Self::BlockedFace
                | Self::BlockedPin
        )
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.screen())
    }
}

impl Serialize for State {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.screen())
    }
}

fn consent_screen(question: Question) -> &'static str {
    match question {
        Question::Registration => "registration",
        Question::LimitCertificate => "consent-limit-certificate",
        Question::SpecificDisease => "consent-specific-disease",
        Question::DiagnosisAndPharmacists => "consent-diagnosis-and-pharmacists",
        Question::Operation => "consent-operation",
        Question::HealthCheckup => "consent-health-checkup",
        Question::Subsidy => "subsidy",
        Question::Prescription => "prescription",
    }
}

/// Why the dialogue cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Failure {
    /// 001
    CardNotRecognised,
    /// 002
    NotAMyNumberCard,
    /// 006: revoked or expired.
    CertificateRefused,
    /// Not valid yet, or the proof does not hold. The number shown for it is not known.
    CertificateUnusable,
    /// A first registration takes the card itself, and face or PIN (spec/jpki-card.md §4, §5.4, [A]).
    RegistrationNeedsCard,
    /// The centre gave no usable answer.
    Centre(CentreFailure),
}

impl Failure {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::CardNotRecognised,
        Self::NotAMyNumberCard,
        Self::CertificateRefused,
        Self::CertificateUnusable,
        Self::RegistrationNeedsCard,
        Self::Centre(CentreFailure::Unreachable),
        Self::Centre(CentreFailure::Problem),
    ];

    /// The number on the screen, where it is known (spec/jpki-card.md §5.6, [B]); 003–005 and 007 on are not.
    pub fn code(self) -> Option<&'static str> {
        match self {
            Self::CardNotRecognised => Some("001"),
            Self::NotAMyNumberCard => Some("002"),
            Self::CertificateRefused => Some("006"),
            _ => None,
        }
    }

    /// How the visit ended.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::CardNotRecognised => Outcome::CardNotRecognised,
            Self::NotAMyNumberCard => Outcome::NotAMyNumberCard,
            Self::CertificateRefused | Self::CertificateUnusable => Outcome::CertificateRefused,
            Self::RegistrationNeedsCard => Outcome::NotRegistered,
            Self::Centre(CentreFailure::Unreachable) => Outcome::CentreUnreachable,
            Self::Centre(CentreFailure::Problem) => Outcome::CentreError,
        }
    }

    fn screen(self) -> &'static str {
        match self {
            Self::CardNotRecognised => "error-card-not-recognised",
            Self::NotAMyNumberCard => "error-not-a-my-number-card",
            Self::CertificateRefused => "error-certificate-refused",
            Self::CertificateUnusable => "error-certificate-unusable",
            Self::RegistrationNeedsCard => "error-registration-needs-card",
            Self::Centre(CentreFailure::Unreachable) => "error-centre-unreachable",
            Self::Centre(CentreFailure::Problem) => "error-centre-problem",
        }
    }
}
