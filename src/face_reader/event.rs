//! What can happen at a reader ([`Event`]) and what the dialogue asks for in return ([`Effect`]).
//!
//! Three kinds of events: what people do (touch, look, type, lay down a card, give a staff command), what the machinery replies to
//! a question of the dialogue, and timers that run out. The last two carry the ticket of what they belong to.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::people::CardKind;
use crate::secret::Pin;
use crate::visit::{Consents, FaceResult, Method, Outcome, PrescriptionForm, Question, Standing, VisitId};

/// Names one stay in one state. An answer or a timer with an older ticket belongs to something that is over, perhaps to another
/// patient, and changes nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ticket(pub u64);

impl Ticket {
    /// The one after this. Wraps after 2^64 states.
    pub(super) fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Event {
    /// Something lies on the reader.
    CardPlaced,
    /// Nothing lies on the reader any more.
    CardRemoved,
    /// The patient touched a button.
    Touch(Touch),
    /// The camera's result. Possible while a face is being captured.
    Face(FaceResult),
    /// Four digits were typed on the reader's pad.
    PinTyped(Pin),
    /// A command of the staff, from the terminal's menu (spec/jpki-card.md §5.3).
    Staff(Staff),
    /// The staff have said whose card this is, or that they leave it unknown: the visit goes on either way.
    HolderTold,
    /// The answer to the question that was asked with this ticket.
    Reply(Ticket, Reply),
    /// A timer ran out.
    TimedOut(TimerId),
}

/// What a patient can touch on the screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "touch", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Touch {
    /// 顔認証
    ChooseFace,
    /// 暗証番号
    ChoosePin,
    /// スマートフォン, on the idle screen.
    ChoosePhone,
    /// Android: its PIN is typed on the reader.
    ChooseAndroid,
    /// iPhone: Face ID or Touch ID on the phone.
    ChooseIphone,
    /// 同意する / 同意しない (利用する / 利用しない, 登録する / 登録しない). Names its question, so that a second touch meant for the
    /// screen before cannot answer the next one.
    Answer {
        /// The question on the screen.
        question: Question,
        /// Yes or no.
        agree: bool,
    },
    /// 全て同意する / 全て同意しない
    AnswerAll {
        /// Yes or no.
        agree: bool,
    },
    /// 個別に同意
    AnswerEach,
    /// 処方箋の発行形態
    Prescription {
        /// The form chosen.
        form: PrescriptionForm,
    },
    /// 戻る; on the first screen 中止.
    Back,
    /// 確認: the result was read.
    Next,
}

impl Touch {
    /// The name of the button in a model file.
    pub fn button(self) -> &'static str {
        match self {
            Self::ChooseFace => "choose-face",
            Self::ChoosePin => "choose-pin",
            Self::ChoosePhone => "choose-phone",
            Self::ChooseAndroid => "choose-android",
            Self::ChooseIphone => "choose-iphone",
            Self::Answer { agree: true, .. } => "agree",
            Self::Answer { agree: false, .. } => "refuse",
            Self::AnswerAll { agree: true } => "agree-all",
            Self::AnswerAll { agree: false } => "refuse-all",
            Self::AnswerEach => "each",
            Self::Prescription { form: PrescriptionForm::Electronic } => "electronic",
            Self::Prescription { form: PrescriptionForm::Paper } => "paper",
            Self::Back => "back",
            Self::Next => "next",
        }
    }
}

/// Commands of the staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Staff {
    /// 目視確認モード on: holds for this and every later patient until it is switched back (spec/jpki-card.md §5.3).
    VisualOn,
    /// The photo on the card is the person.
    VisualConfirm,
    /// 目視確認モード off.
    VisualOff,
    /// Ends what the patient is doing.
    Cancel,
}

/// What the machinery answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reply {
    /// To [`Effect::ReadCard`]: this lies there.
    CardRead(CardSighting),
    /// To [`Effect::ReadCard`]: nothing that speaks (error 001).
    CardUnreadable,
    /// To [`Effect::ReadCard`]: some other IC card (error 002).
    NotAMyNumberCard,
    /// To [`Effect::CheckPin`].
    PinChecked(PinCheck),
    /// To [`Effect::AskStanding`].
    Standing(Standing),
    /// To [`Effect::SendConsents`]: how the visit ended.
    Concluded(Outcome),
    /// To [`Effect::AskStanding`] or [`Effect::SendConsents`]: no answer.
    CentreFailed(CentreFailure),
}

/// What carries the certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Medium {
    /// マイナンバーカード
    Card,
    /// 顔認証マイナンバーカード: no PIN works (spec/jpki-card.md §2.13, [A]).
    FaceOnlyCard,
    /// スマートフォン (Android)
    Android,
    /// スマートフォン (iPhone)
    Iphone,
}

impl Medium {
    /// A phone shows no photo and may be taken away once it was read.
    pub fn is_phone(self) -> bool {
        matches!(self, Self::Android | Self::Iphone)
    }
}

impl TryFrom<CardKind> for Medium {
    type Error = NotAMyNumberCard;

    fn try_from(kind: CardKind) -> Result<Self, NotAMyNumberCard> {
        match kind {
            CardKind::MyNumberCard => Ok(Self::Card),
            CardKind::FaceOnly => Ok(Self::FaceOnlyCard),
            CardKind::Android => Ok(Self::Android),
            CardKind::Iphone => Ok(Self::Iphone),
            CardKind::JukiCard | CardKind::Foreign => Err(NotAMyNumberCard),
        }
    }
}

/// The card is some other one; answered with [`Reply::NotAMyNumberCard`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("マイナンバーカードではありません / not a My Number card: put one on the reader")]
pub struct NotAMyNumberCard;

/// What the reader saw of the card. The counts belong to the card: they come in here and go out with [`Effect::FaceMisses`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CardSighting {
    /// What it is.
    pub medium: Medium,
    /// Consecutive 不一致 so far; [`FACE_MISSES_TO_LOCK`] lock face authentication on this card.
    pub face_misses: u8,
    /// What is left of the PIN's tries, where it was asked (asking costs no try); `Some(0)` is locked.
    pub pin_tries_left: Option<u8>,
    /// Nobody knows whose it is: the staff are asked first.
    pub holder_unknown: bool,
}

impl CardSighting {
    /// A card with nothing against it.
    pub fn new(medium: Medium) -> Self {
        Self { medium, face_misses: 0, pin_tries_left: None, holder_unknown: false }
    }

    /// Is face authentication locked on this card?
    pub fn face_locked(&self) -> bool {
        self.face_misses >= FACE_MISSES_TO_LOCK
    }

    /// Could a PIN typed now be the right one?
    pub fn pin_usable(&self) -> bool {
        self.medium != Medium::FaceOnlyCard && self.pin_tries_left != Some(0)
    }
}

/// Consecutive misses that lock face authentication on a card; reset at the municipality (spec/jpki-card.md §5.4, [B]).
pub const FACE_MISSES_TO_LOCK: u8 = 10;

/// Digits of the 利用者証明用 PIN (spec/jpki-card.md §5.4, [A]).
pub const PIN_DIGITS: usize = 4;

/// Can this be typed on the reader's pad?
pub fn is_typable(pin: &Pin) -> bool {
    pin.reveal().len() == PIN_DIGITS && pin.reveal().bytes().all(|digit| digit.is_ascii_digit())
}

/// What the card said to a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PinCheck {
    /// 9000
    Right,
    /// 63Cx; zero left is locked.
    Wrong {
        /// x
        tries_left: u8,
    },
    /// 6983 or 6984: was locked before.
    Locked,
    /// The card did not speak any more.
    CardFailed,
}

/// Why the centre gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CentreFailure {
    /// No line to it.
    Unreachable,
    /// It answered with a problem (SegmentOfResult 9).
    Problem,
}

/// What the dialogue asks of whoever drives it, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Find out what lies on the reader; answered by `CardRead`, `CardUnreadable` or `NotAMyNumberCard`.
    ReadCard(Ticket),
    /// Switch the camera on; answered by [`Event::Face`].
    CaptureFace,
    /// Let the card verify this PIN; answered by `PinChecked`. Costs a try when it is wrong.
    CheckPin(Ticket, Pin),
    /// Hand certificate and proof to the centre; answered by `Standing` or `CentreFailed`.
    AskStanding(Ticket, Method),
    /// Hand the consents to the centre; answered by `Concluded` or `CentreFailed`.
    SendConsents {
        /// For the answer.
        ticket: Ticket,
        /// The visit that was opened.
        visit: VisitId,
        /// What was answered in this visit, and nothing else.
        consents: Consents,
    },
    /// The card's count of consecutive face misses is now this; keep it with the card.
    FaceMisses(u8),
    /// Send [`Event::TimedOut`] after this time, unless stopped.
    StartTimer(TimerId, Duration),
    /// The timer is not needed any more.
    StopTimer(TimerId),
    /// The IC was sensed (spec/jpki-card.md §5.2).
    Beep,
    /// The card was forgotten on the reader.
    Alarm,
    /// The visit has its outcome: exactly once per visit, as soon as it is settled; the card may still lie there.
    Finished(Outcome),
    /// The event changed nothing.
    Ignored(Ignored),
}

/// Why an event changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Ignored {
    /// Not one of the things that can happen in this state.
    #[error("今の画面ではできません / not possible in this state: see what `possible` lists")]
    NotNow,
    /// The answer or timer belongs to something that is over.
    #[error("終わった手続きへの応答です / belongs to a step that is over")]
    Stale,
    /// The answer is to another question than the one on the screen.
    #[error("表示中の質問への回答ではありません / answers a question that is not on the screen")]
    OtherQuestion,
    /// A PIN of the reader's pad has four digits.
    #[error("暗証番号は数字4桁です / the PIN has four digits")]
    NotFourDigits,
}

/// One running timer. At most one runs per reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimerId {
    /// The stay it belongs to.
    pub ticket: Ticket,
    /// What is waited for.
    pub kind: TimerKind,
}

/// What a timer waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimerKind {
    /// The card to answer.
    Card,
    /// A choice of the patient.
    Choice,
    /// A face before the camera.
    FaceCapture,
    /// The centre.
    Centre,
    /// The result, or an error without a card, to be read.
    Reading,
    /// The card to be taken back; then the alarm.
    ForgottenCard,
}

impl TimerKind {
    /// Whether people are waited for (else a device or the line): a frozen clock gives people for ever.
    pub fn waits_for_people(self) -> bool {
        !matches!(self, Self::Card | Self::Centre)
    }
}

/// The kinds of events, for "what may be done next".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "named as the events; see Event, Touch, Staff and Reply")]
pub enum EventKind {
    CardPlaced,
    CardRemoved,
    CardRead,
    CardUnreadable,
    NotAMyNumberCard,
    ChooseFace,
    ChoosePin,
    ChoosePhone,
    ChooseAndroid,
    ChooseIphone,
    Face,
    PinTyped,
    PinChecked,
    Standing,
    CentreFailed,
    Answer,
    AnswerAll,
    AnswerEach,
    Prescription,
    Concluded,
    Back,
    Next,
    VisualOn,
    VisualConfirm,
    VisualOff,
    StaffCancel,
    HolderTold,
    TimedOut,
}

impl Event {
    /// Which kind of event this is.
    pub fn kind(&self) -> EventKind {
        match self {
            Self::CardPlaced => EventKind::CardPlaced,
            Self::CardRemoved => EventKind::CardRemoved,
            Self::Touch(touch) => touch.kind(),
            Self::Face(_) => EventKind::Face,
            Self::PinTyped(_) => EventKind::PinTyped,
            Self::Staff(Staff::VisualOn) => EventKind::VisualOn,
            Self::Staff(Staff::VisualConfirm) => EventKind::VisualConfirm,
            Self::Staff(Staff::VisualOff) => EventKind::VisualOff,
            Self::Staff(Staff::Cancel) => EventKind::StaffCancel,
            Self::HolderTold => EventKind::HolderTold,
            Self::Reply(_, reply) => reply.kind(),
            Self::TimedOut(_) => EventKind::TimedOut,
        }
    }

    /// The ticket of an answer or a timer.
    pub fn ticket(&self) -> Option<Ticket> {
        match self {
            Self::Reply(ticket, _) | Self::TimedOut(TimerId { ticket, .. }) => Some(*ticket),
            _ => None,
        }
    }
}

impl Touch {
    /// Which kind of event this touch is.
    pub fn kind(self) -> EventKind {
        match self {
            Self::ChooseFace => EventKind::ChooseFace,
            Self::ChoosePin => EventKind::ChoosePin,
            Self::ChoosePhone => EventKind::ChoosePhone,
            Self::ChooseAndroid => EventKind::ChooseAndroid,
            Self::ChooseIphone => EventKind::ChooseIphone,
            Self::Answer { .. } => EventKind::Answer,
            Self::AnswerAll { .. } => EventKind::AnswerAll,
            Self::AnswerEach => EventKind::AnswerEach,
            Self::Prescription { .. } => EventKind::Prescription,
            Self::Back => EventKind::Back,
            Self::Next => EventKind::Next,
        }
    }
}

impl Reply {
    /// Which kind of event this answer is.
    pub fn kind(&self) -> EventKind {
        match self {
            Self::CardRead(_) => EventKind::CardRead,
            Self::CardUnreadable => EventKind::CardUnreadable,
            Self::NotAMyNumberCard => EventKind::NotAMyNumberCard,
            Self::PinChecked(_) => EventKind::PinChecked,
            Self::Standing(_) => EventKind::Standing,
            Self::Concluded(_) => EventKind::Concluded,
            Self::CentreFailed(_) => EventKind::CentreFailed,
        }
    }
}
