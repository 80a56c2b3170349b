//! A reader as the tests see it, and the alphabet of what can happen to it.

use std::fmt::Debug;
use std::hash::Hash;

use madoguchi::face_reader::dialogue::{Configuration, Dialogue};
use madoguchi::face_reader::event::{
    CardSighting, CentreFailure, Effect, Event, EventKind, Medium, PinCheck, Reply, Staff, Ticket, TimerId, TimerKind,
    Touch,
};
use madoguchi::face_reader::screens::{Model, Screen};
use madoguchi::face_reader::settings::ReaderSettings;
use madoguchi::face_reader::state::State;
use madoguchi::secret::Pin;
use madoguchi::visit::{
    CertificateStatus, ConsentPeriod, FaceResult, Outcome, PrescriptionForm, Question, Standing, VisitId,
};

/// Anything that behaves as a reader: the dialogue, or a sabotaged one.
pub trait Machine: Clone {
    type Key: Clone + Eq + Hash + Debug;
    fn step(&mut self, event: Event) -> Vec<Effect>;
    fn state(&self) -> State;
    fn screen(&self) -> Screen;
    fn possible(&self) -> Vec<EventKind>;
    fn ticket(&self) -> Ticket;
    fn timer(&self) -> Option<TimerId>;
    fn visual_mode(&self) -> bool;
    /// Equal keys behave alike.
    fn key(&self) -> Self::Key;
}

impl Machine for Dialogue {
    type Key = Configuration;
    fn step(&mut self, event: Event) -> Vec<Effect> {
        Dialogue::step(self, event)
    }
    fn state(&self) -> State {
        Dialogue::state(self)
    }
    fn screen(&self) -> Screen {
        Dialogue::screen(self)
    }
    fn possible(&self) -> Vec<EventKind> {
        Dialogue::possible(self)
    }
    fn ticket(&self) -> Ticket {
        Dialogue::ticket(self)
    }
    fn timer(&self) -> Option<TimerId> {
        Dialogue::timer(self)
    }
    fn visual_mode(&self) -> bool {
        Dialogue::visual_mode(self)
    }
    fn key(&self) -> Configuration {
        self.configuration().clone()
    }
}

pub fn reader(model: &str) -> Dialogue {
    Dialogue::new(ReaderSettings::default(), Model::shipped(model).unwrap())
}

/// One letter of the alphabet. Answers and timers get their ticket when they are played.
#[derive(Debug, Clone)]
pub enum Letter {
    People(Event),
    Reply(Reply),
    /// The same answer with the ticket of the state before.
    LateReply(Reply),
    Timer,
    /// A timer of the state before.
    LateTimer,
}

impl Letter {
    pub fn event(&self, machine: &impl Machine) -> Event {
        let now = machine.ticket();
        let late = Ticket(now.0.wrapping_sub(1));
        match self {
            Self::People(event) => event.clone(),
            Self::Reply(reply) => Event::Reply(now, reply.clone()),
            Self::LateReply(reply) => Event::Reply(late, reply.clone()),
            Self::Timer => Event::TimedOut(machine.timer().unwrap_or(TimerId { ticket: now, kind: TimerKind::Choice })),
            Self::LateTimer => {
                let kind = machine.timer().map_or(TimerKind::Choice, |timer| timer.kind);
                Event::TimedOut(TimerId { ticket: late, kind })
            }
        }
    }
}

pub const MEDICAL: [Question; 3] = [Question::DiagnosisAndPharmacists, Question::Operation, Question::HealthCheckup];

const YES_NO_QUESTIONS: [Question; 7] = [
    Question::Registration,
    Question::LimitCertificate,
    Question::SpecificDisease,
    Question::DiagnosisAndPharmacists,
    Question::Operation,
    Question::HealthCheckup,
    Question::Subsidy,
];

pub fn standing(certificate: CertificateStatus, period: ConsentPeriod, questions: &[Question]) -> Standing {
    Standing {
        visit: VisitId("v1".into()),
        registered: true,
        certificate,
        certificate_valid_until: "20270131".into(),
        subsidies_known: questions.contains(&Question::Subsidy),
        period,
        questions: questions.to_vec(),
    }
}

/// Every letter, with the values that make a difference.
pub fn alphabet() -> Vec<Letter> {
    let mut letters: Vec<Letter> = [Event::CardPlaced, Event::CardRemoved].map(Letter::People).into();
    let touches = [
        Touch::ChooseFace,
        Touch::ChoosePin,
        Touch::ChoosePhone,
        Touch::ChooseAndroid,
        Touch::ChooseIphone,
        Touch::AnswerAll { agree: true },
        Touch::AnswerAll { agree: false },
        Touch::AnswerEach,
        Touch::Prescription { form: PrescriptionForm::Electronic },
        Touch::Prescription { form: PrescriptionForm::Paper },
        Touch::Back,
        Touch::Next,
    ];
    let answers =
        YES_NO_QUESTIONS.into_iter().flat_map(|question| [true, false].map(|agree| Touch::Answer { question, agree }));
    letters.extend(touches.into_iter().chain(answers).map(|touch| Letter::People(Event::Touch(touch))));
    let faces = [FaceResult::Match, FaceResult::Mismatch, FaceResult::Unreadable];
    letters.extend(faces.map(|face| Letter::People(Event::Face(face))));
    letters.extend(["1234", "12x4"].map(|pin| Letter::People(Event::PinTyped(Pin::new(pin)))));
    let staff = [Staff::VisualOn, Staff::VisualConfirm, Staff::VisualOff, Staff::Cancel];
    letters.extend(staff.map(|command| Letter::People(Event::Staff(command))));
    letters.push(Letter::People(Event::HolderTold));
    letters.extend(replies().into_iter().map(Letter::Reply));
    let late = [
        Reply::CardRead(CardSighting::new(Medium::Card)),
        Reply::PinChecked(PinCheck::Right),
        Reply::Standing(standing(CertificateStatus::Good, ConsentPeriod::AllAtOnce, &[])),
        Reply::Concluded(Outcome::Valid),
    ];
    letters.extend(late.map(Letter::LateReply));
    letters.extend([Letter::Timer, Letter::LateTimer]);
    letters
}

fn replies() -> Vec<Reply> {
    use CertificateStatus::{Expired, Good, Grace, ProofFailed, RenewalDue, Revoked, Unreachable};
    use ConsentPeriod::{AllAtOnce, OneByOne};
    let card = CardSighting::new(Medium::Card);
    let cards = [
        card,
        CardSighting { face_misses: 9, ..card },
        CardSighting { face_misses: 10, ..card },
        CardSighting { pin_tries_left: Some(0), ..card },
        CardSighting { holder_unknown: true, ..card },
        CardSighting { holder_unknown: true, ..CardSighting::new(Medium::Android) },
        CardSighting::new(Medium::FaceOnlyCard),
        CardSighting::new(Medium::Android),
        CardSighting::new(Medium::Iphone),
    ];
    let all: Vec<Question> = YES_NO_QUESTIONS.into_iter().chain([Question::Prescription]).collect();
    let standings = [
        standing(Good, AllAtOnce, &[]),
        standing(Good, AllAtOnce, &all),
        standing(Good, OneByOne, &all),
        standing(Grace, AllAtOnce, &all),
        standing(RenewalDue, AllAtOnce, &[Question::Prescription]),
        Standing { registered: false, ..standing(Good, AllAtOnce, &[Question::Registration, Question::Subsidy]) },
        standing(Revoked, AllAtOnce, &all),
        standing(Expired, AllAtOnce, &[]),
        standing(ProofFailed, AllAtOnce, &[]),
        standing(Unreachable, AllAtOnce, &[]),
    ];
    let checks = [
        PinCheck::Right,
        PinCheck::Wrong { tries_left: 2 },
        PinCheck::Wrong { tries_left: 0 },
        PinCheck::Locked,
        PinCheck::CardFailed,
    ];
    let outcomes = [Outcome::Valid, Outcome::NoQualification, Outcome::CentreError];
    let mut replies: Vec<Reply> = cards.map(Reply::CardRead).into();
    replies.extend([Reply::CardUnreadable, Reply::NotAMyNumberCard]);
    replies.extend(checks.map(Reply::PinChecked));
    replies.extend(standings.map(Reply::Standing));
    replies.extend(outcomes.map(Reply::Concluded));
    replies.extend([CentreFailure::Unreachable, CentreFailure::Problem].map(Reply::CentreFailed));
    replies
}
