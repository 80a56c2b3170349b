//! Readers with one planted bug each. A rule of the monitor that catches none of them would be worth nothing.

use madoguchi::face_reader::dialogue::{Configuration, Dialogue};
use madoguchi::face_reader::event::{
    CardSighting, Effect, Event, EventKind, Medium, Reply, Staff, Ticket, TimerId, TimerKind, Touch,
};
use madoguchi::face_reader::screens::Screen;
use madoguchi::face_reader::state::State;
use madoguchi::secret::Pin;
use madoguchi::visit::{CertificateStatus, ConsentPeriod, Consents, FaceResult, Method, Outcome};

use crate::machine::{Machine, reader};
use crate::monitor::Rule;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bug {
    ConsentsSurviveThePatient,
    NoIsTakenForYes,
    ForgetsTheLastQuestion,
    SendsTwice,
    IdleWithTheCardInside,
    BlockedFaceMayTryAgain,
    NoBlockAfterTheThirdPin,
    FaceOnlyCardIsTakenForAnyCard,
    PinOfThePhoneGoesToTheCard,
    GraceIsTakenForGood,
    HidesTheRenewalNotice,
    RevokedIsTakenForGood,
    UnregisteredIsTakenForRegistered,
    OldPeriodForEver,
    NewPeriodBeforeItsTime,
    AsksTheCentreBeforeTheFace,
    VisualIsToldAsFace,
    VisualEndsWithThePatient,
    VisualResetsTheFaceCount,
    CountsEveryMissTwice,
    TakesAnUnknownCardForKnown,
    FinishesTwice,
    NeverFinishesWhenTheCardLeaves,
    TakesLateAnswers,
    TakesLateTimers,
    RefusesButActs,
    ListsNothing,
    LeavesTimersRunning,
    WaitsForEverAtTheCentre,
}

/// Every bug, and the rule that has to catch it.
pub const BUGS: [(Bug, Rule); 29] = [
    (Bug::ConsentsSurviveThePatient, Rule::ConsentsAreThisPatients),
    (Bug::NoIsTakenForYes, Rule::ConsentsAreThisPatients),
    (Bug::ForgetsTheLastQuestion, Rule::EveryQuestionIsAsked),
    (Bug::SendsTwice, Rule::SentOnce),
    (Bug::IdleWithTheCardInside, Rule::IdleMeansEmptyReader),
    (Bug::BlockedFaceMayTryAgain, Rule::BlockHolds),
    (Bug::NoBlockAfterTheThirdPin, Rule::BlockHolds),
    (Bug::FaceOnlyCardIsTakenForAnyCard, Rule::NoPinWhereNoneWorks),
    (Bug::PinOfThePhoneGoesToTheCard, Rule::PhonePinStaysWithPhone),
    (Bug::GraceIsTakenForGood, Rule::GraceGivesQualificationOnly),
    (Bug::HidesTheRenewalNotice, Rule::RenewalIsShown),
    (Bug::RevokedIsTakenForGood, Rule::RefusedCertificateStops),
    (Bug::UnregisteredIsTakenForRegistered, Rule::RegistrationComesFirst),
    (Bug::OldPeriodForEver, Rule::PeriodHolds),
    (Bug::NewPeriodBeforeItsTime, Rule::PeriodHolds),
    (Bug::AsksTheCentreBeforeTheFace, Rule::ConfirmedBeforeAsking),
    (Bug::VisualIsToldAsFace, Rule::ConfirmedBeforeAsking),
    (Bug::VisualEndsWithThePatient, Rule::VisualIsTheStaffs),
    (Bug::VisualResetsTheFaceCount, Rule::FaceMissesBelongToTheCard),
    (Bug::CountsEveryMissTwice, Rule::FaceMissesBelongToTheCard),
    (Bug::TakesAnUnknownCardForKnown, Rule::UnknownHolderIsAskedFirst),
    (Bug::FinishesTwice, Rule::FinishedOnce),
    (Bug::NeverFinishesWhenTheCardLeaves, Rule::FinishedOnce),
    (Bug::TakesLateAnswers, Rule::LateChangesNothing),
    (Bug::TakesLateTimers, Rule::LateChangesNothing),
    (Bug::RefusesButActs, Rule::IgnoredChangesNothing),
    (Bug::ListsNothing, Rule::PossibleIsTrue),
    (Bug::LeavesTimersRunning, Rule::TimersAreKept),
    (Bug::WaitsForEverAtTheCentre, Rule::EveryPathEnds),
];

/// The real dialogue with its events bent on the way in, or its effects on the way out.
#[derive(Debug, Clone)]
pub struct Sabotaged {
    bug: Bug,
    inner: Dialogue,
    /// What a buggy reader remembers of the patient before.
    kept: Consents,
    typed: Option<Pin>,
}

impl Sabotaged {
    pub fn new(bug: Bug) -> Self {
        Self { bug, inner: reader("standard"), kept: Consents::default(), typed: None }
    }

    /// What the buggy reader makes of an event before it acts.
    fn bend_event(&mut self, event: Event) -> Event {
        match (self.bug, event) {
            (Bug::NoIsTakenForYes, Event::Touch(Touch::AnswerAll { .. })) => {
                Event::Touch(Touch::AnswerAll { agree: true })
            }
            (Bug::NoBlockAfterTheThirdPin, Event::Reply(ticket, Reply::PinChecked(check))) => {
                use madoguchi::face_reader::event::PinCheck::{Locked, Wrong};
                let check =
                    if check == Locked || check == (Wrong { tries_left: 0 }) { Wrong { tries_left: 1 } } else { check };
                Event::Reply(ticket, Reply::PinChecked(check))
            }
            (Bug::FaceOnlyCardIsTakenForAnyCard, Event::Reply(ticket, Reply::CardRead(card))) => {
                let medium = if card.medium == Medium::FaceOnlyCard { Medium::Card } else { card.medium };
                Event::Reply(ticket, Reply::CardRead(CardSighting { medium, ..card }))
            }
            (Bug::TakesAnUnknownCardForKnown, Event::Reply(ticket, Reply::CardRead(card))) => {
                Event::Reply(ticket, Reply::CardRead(CardSighting { holder_unknown: false, ..card }))
            }
            (bug, Event::Reply(ticket, Reply::Standing(mut standing))) => {
                match bug {
                    Bug::ForgetsTheLastQuestion => drop(standing.questions.pop()),
                    Bug::GraceIsTakenForGood if standing.certificate == CertificateStatus::Grace => {
                        standing.certificate = CertificateStatus::Good;
                    }
                    Bug::RevokedIsTakenForGood if standing.certificate == CertificateStatus::Revoked => {
                        standing.certificate = CertificateStatus::Good;
                    }
                    Bug::UnregisteredIsTakenForRegistered => standing.registered = true,
                    Bug::OldPeriodForEver => standing.period = ConsentPeriod::OneByOne,
                    Bug::NewPeriodBeforeItsTime => standing.period = ConsentPeriod::AllAtOnce,
                    _ => {}
                }
                let ticket = if bug == Bug::TakesLateAnswers { self.inner.ticket() } else { ticket };
                Event::Reply(ticket, Reply::Standing(standing))
            }
            (Bug::TakesLateAnswers, Event::Reply(_, reply)) => Event::Reply(self.inner.ticket(), reply),
            (Bug::TakesLateTimers, Event::TimedOut(timer)) => {
                Event::TimedOut(TimerId { ticket: self.inner.ticket(), ..timer })
            }
            (_, event) => event,
        }
    }

    /// What the buggy reader lets out.
    fn bend_effects(&mut self, event: &Event, mut effects: Vec<Effect>) -> Vec<Effect> {
        let ignored = matches!(effects[..], [Effect::Ignored(_)]);
        let ticket = self.inner.ticket();
        match self.bug {
            Bug::ConsentsSurviveThePatient => {
                for effect in &mut effects {
                    if let Effect::SendConsents { consents, .. } = effect {
                        consents.operation = consents.operation.or(self.kept.operation);
                        self.kept = consents.clone();
                    }
                }
            }
            Bug::SendsTwice => double(&mut effects, |effect| matches!(effect, Effect::SendConsents { .. })),
            Bug::FinishesTwice => double(&mut effects, |effect| matches!(effect, Effect::Finished(_))),
            Bug::BlockedFaceMayTryAgain
                if self.inner.state() == State::BlockedFace && *event == Event::Touch(Touch::ChooseFace) && ignored =>
            {
                effects = vec![Effect::CaptureFace];
            }
            Bug::PinOfThePhoneGoesToTheCard => {
                if let (Event::PinTyped(pin), false) = (event, ignored) {
                    self.typed = Some(pin.clone());
                }
                let read = matches!(event, Event::Reply(_, Reply::CardRead(card)) if !card.medium.is_phone());
                if let Some(pin) = self.typed.take_if(|_| read && !ignored) {
                    effects.push(Effect::CheckPin(ticket, pin));
                }
            }
            Bug::AsksTheCentreBeforeTheFace if effects.contains(&Effect::CaptureFace) => {
                effects.push(Effect::AskStanding(ticket, Method::Face));
            }
            Bug::VisualIsToldAsFace => {
                for effect in &mut effects {
                    if let Effect::AskStanding(_, method @ Method::Visual) = effect {
                        *method = Method::Face;
                    }
                }
            }
            Bug::VisualResetsTheFaceCount if *event == Event::Staff(Staff::VisualConfirm) && !ignored => {
                effects.push(Effect::FaceMisses(0));
            }
            Bug::CountsEveryMissTwice if *event == Event::Face(FaceResult::Mismatch) => {
                for effect in &mut effects {
                    if let Effect::FaceMisses(count) = effect {
                        *count += 1;
                    }
                }
            }
            Bug::NeverFinishesWhenTheCardLeaves => {
                effects.retain(|effect| *effect != Effect::Finished(Outcome::CardLeft));
            }
            Bug::IdleWithTheCardInside if self.state() == State::Idle => {
                effects.retain(|effect| !matches!(effect, Effect::StartTimer(..)));
            }
            Bug::LeavesTimersRunning => effects.retain(|effect| !matches!(effect, Effect::StopTimer(_))),
            Bug::VisualEndsWithThePatient if self.inner.state() == State::RemoveCard && self.inner.visual_mode() => {
                self.inner.step(Event::Staff(Staff::VisualOff));
            }
            Bug::RefusesButActs if ignored && self.inner.state() == State::MethodSelect => {
                self.inner.step(Event::Touch(Touch::ChooseFace));
            }
            _ => {}
        }
        effects
    }
}

fn double(effects: &mut Vec<Effect>, which: impl Fn(&Effect) -> bool) {
    let again: Vec<Effect> = effects.iter().filter(|effect| which(effect)).cloned().collect();
    effects.extend(again);
}

impl Machine for Sabotaged {
    type Key = (Configuration, bool, bool, bool);

    fn step(&mut self, event: Event) -> Vec<Effect> {
        let late = matches!(event, Event::TimedOut(timer) if timer.kind == TimerKind::Centre);
        if self.bug == Bug::WaitsForEverAtTheCentre && late {
            return vec![Effect::Ignored(madoguchi::face_reader::event::Ignored::NotNow)];
        }
        let bent = self.bend_event(event.clone());
        let effects = self.inner.step(bent);
        self.bend_effects(&event, effects)
    }

    fn state(&self) -> State {
        match (self.bug, self.inner.state()) {
            (Bug::IdleWithTheCardInside, State::RemoveCard) => State::Idle,
            (_, state) => state,
        }
    }

    fn screen(&self) -> Screen {
        let mut screen = self.inner.screen();
        if self.bug == Bug::HidesTheRenewalNotice {
            screen.lines.truncate(1);
        }
        screen
    }

    fn possible(&self) -> Vec<EventKind> {
        let mut kinds = self.inner.possible();
        match self.bug {
            Bug::ListsNothing => kinds.clear(),
            Bug::BlockedFaceMayTryAgain => kinds.push(EventKind::ChooseFace),
            _ => {}
        }
        kinds
    }

    fn ticket(&self) -> Ticket {
        self.inner.ticket()
    }

    fn timer(&self) -> Option<TimerId> {
        self.inner.timer().filter(|_| self.state() != State::Idle)
    }

    fn visual_mode(&self) -> bool {
        self.inner.visual_mode()
    }

    fn key(&self) -> Self::Key {
        let kept = self.kept.operation;
        (self.inner.configuration().clone(), kept.is_some(), kept == Some(true), self.typed.is_some())
    }
}
