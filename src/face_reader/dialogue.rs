//! The dialogue of one reader: [`Dialogue::step`] takes an event and gives the effects.
//!
//! What is known of a patient is one value, `Patient`, made when a visit begins and dropped when the reader is idle again; that is
//! the only place where anything of a visit is kept, so nothing of it can reach the next. What outlives a visit is beside it:
//! whether something lies on the reader, and the staff's 目視確認モード.
//!
//! Three rules hold everywhere:
//! - only what [`Dialogue::possible`] lists is taken; anything else changes nothing and is answered with [`Effect::Ignored`];
//! - every state entered has a new ticket, and an answer or timer with an older one changes nothing;
//! - the reader is idle only when nothing lies on it.

use std::sync::Arc;

use super::event::{CardSighting, Effect, Event, EventKind, Ignored, Staff, Ticket, TimerId, TimerKind, Touch};
use super::screens::{Model, Screen};
use super::settings::ReaderSettings;
use super::state::{Failure, State};
use crate::secret::Pin;
use crate::visit::{ConsentPeriod, Consents, FaceResult, Method, Outcome, PrescriptionForm, Standing};

/// The state machine of one reader.
#[derive(Debug, Clone)]
pub struct Dialogue {
    pub(super) desk: Arc<Desk>,
    pub(super) ticket: Ticket,
    timer: Option<TimerId>,
    pub(super) now: Configuration,
}

/// What does not change while the reader runs.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) settings: ReaderSettings,
    pub(super) model: Model,
}

/// Everything that can influence what happens next, tickets aside: equal configurations behave alike.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Configuration {
    pub(super) visual_mode: bool,
    pub(super) card_present: bool,
    pub(super) patient: Option<Patient>,
}

/// All that is kept of one visit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Patient {
    pub(super) state: State,
    pub(super) card: Option<CardSighting>,
    /// Typed before the phone was held on the reader; never for a card.
    pub(super) phone_pin: Option<Pin>,
    pub(super) face_tries: u8,
    pub(super) last_face: Option<FaceResult>,
    /// What the visit ends as, if it ends before the person is confirmed.
    pub(super) missed: Option<Outcome>,
    /// Where a 目視確認 that is called off returns to.
    pub(super) blocked: Option<State>,
    pub(super) method: Option<Method>,
    pub(super) standing: Option<Standing>,
    pub(super) one_by_one: bool,
    pub(super) consents: Consents,
    pub(super) outcome: Option<Outcome>,
    pub(super) alarmed: bool,
}

impl Patient {
    fn new(state: State) -> Self {
        Self {
            state,
            card: None,
            phone_pin: None,
            face_tries: 0,
            last_face: None,
            missed: None,
            blocked: None,
            method: None,
            standing: None,
            one_by_one: false,
            consents: Consents::default(),
            outcome: None,
            alarmed: false,
        }
    }

    /// From here on only the medium matters: tries, misses and a typed PIN are not kept any longer.
    pub(super) fn confirmed_by(&mut self, method: Method) {
        let card = self.card.map(|card| CardSighting::new(card.medium));
        *self = Self { card, method: Some(method), ..Self::new(self.state) };
    }

    /// A phone may be taken away once it was read; a card stays until the end.
    pub(super) fn holds_phone(&self) -> bool {
        self.card.is_some_and(|card| card.medium.is_phone())
    }
}

impl Dialogue {
    /// An idle reader.
    pub fn new(settings: ReaderSettings, model: Model) -> Self {
        Self {
            desk: Arc::new(Desk { settings, model }),
            ticket: Ticket::default(),
            timer: None,
            now: Configuration::default(),
        }
    }

    /// Takes one event. Never panics; an event that is not possible now changes nothing.
    pub fn step(&mut self, event: Event) -> Vec<Effect> {
        // Worked out on a copy, so that a refusal found half-way leaves nothing behind.
        let mut next = self.clone();
        let mut effects = Vec::new();
        match next.admit(&event).and_then(|()| next.take(event, &mut effects)) {
            Ok(()) => {
                *self = next;
                effects
            }
            Err(why) => vec![Effect::Ignored(why)],
        }
    }

    /// Back to the start-up state: nobody there, nothing on the reader, 目視確認モード off. Tickets go on counting, so that an
    /// answer to a question from before stays late. A card that still lies there is to be announced again.
    pub fn reset(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        let unsettled = self.now.patient.take().is_some_and(|patient| patient.outcome.is_none());
        effects.extend(unsettled.then_some(Effect::Finished(Outcome::Cancelled)));
        self.turn_over(&mut effects);
        self.now = Configuration::default();
        effects
    }

    /// Where the dialogue stands.
    pub fn state(&self) -> State {
        self.now.patient.as_ref().map_or(State::Idle, |patient| patient.state)
    }

    /// What the patient reads now.
    pub fn screen(&self) -> Screen {
        self.desk.model.screen(self)
    }

    /// Is 目視確認モード on?
    pub fn visual_mode(&self) -> bool {
        self.now.visual_mode
    }

    /// Does something lie on the reader?
    pub fn card_present(&self) -> bool {
        self.now.card_present
    }

    /// The ticket that an answer given now must carry.
    pub fn ticket(&self) -> Ticket {
        self.ticket
    }

    /// The timer that runs now.
    pub fn timer(&self) -> Option<TimerId> {
        self.timer
    }

    /// Everything that can influence what happens next.
    pub fn configuration(&self) -> &Configuration {
        &self.now
    }

    /// The buttons that can be touched now.
    pub fn touches(&self) -> Vec<Touch> {
        let Some(patient) = &self.now.patient else {
            return if self.desk.settings.phone { vec![Touch::ChoosePhone] } else { Vec::new() };
        };
        let face = (patient.face_tries < self.desk.model.face_attempts).then_some(Touch::ChooseFace);
        let answer = |question| [true, false].map(|agree| Touch::Answer { question, agree });
        match patient.state {
            State::PhoneSelect => vec![Touch::ChooseAndroid, Touch::ChooseIphone, Touch::Back],
            State::PhonePin | State::HoldPhone | State::FaceCapture | State::PinEntry => vec![Touch::Back],
            State::MethodSelect => face.into_iter().chain([Touch::ChoosePin, Touch::Back]).collect(),
            State::FaceRetry => face.into_iter().chain([Touch::ChoosePin]).collect(),
            State::ConsentOverview => {
                vec![Touch::AnswerAll { agree: true }, Touch::AnswerAll { agree: false }, Touch::AnswerEach]
            }
            State::Consent(question) => {
                let back = super::agree::answered_at_once(question) && self.period() == Some(ConsentPeriod::AllAtOnce);
                answer(question).into_iter().chain(back.then_some(Touch::Back)).collect()
            }
            State::Prescription => {
                [PrescriptionForm::Electronic, PrescriptionForm::Paper].map(|form| Touch::Prescription { form }).into()
            }
            State::Result => vec![Touch::Next],
            State::Error(_) if !self.now.card_present => vec![Touch::Next],
            state => state.question().map_or_else(Vec::new, |question| answer(question).into()),
        }
    }

    /// The kinds of events that are taken now.
    pub fn possible(&self) -> Vec<EventKind> {
        let state = self.state();
        let mut kinds = vec![if self.now.card_present { EventKind::CardRemoved } else { EventKind::CardPlaced }];
        kinds.extend(match state {
            State::ReadingCard => &[EventKind::CardRead, EventKind::CardUnreadable, EventKind::NotAMyNumberCard][..],
            State::WhoIsThis => &[EventKind::HolderTold],
            State::FaceCapture => &[EventKind::Face],
            State::PinEntry | State::PhonePin => &[EventKind::PinTyped],
            State::CheckingPin => &[EventKind::PinChecked],
            State::StaffVisual => &[EventKind::VisualConfirm],
            State::Authenticating => &[EventKind::Standing, EventKind::CentreFailed],
            State::Concluding => &[EventKind::Concluded, EventKind::CentreFailed],
            _ => &[],
        });
        kinds.extend(self.touches().into_iter().map(Touch::kind));
        if self.desk.settings.staff_visual {
            kinds.push(if self.now.visual_mode { EventKind::VisualOff } else { EventKind::VisualOn });
        }
        // While concluding the consents are under way: the visit ends as the centre says.
        let over =
            matches!(state, State::Idle | State::Concluding | State::Result | State::RemoveCard | State::Error(_));
        kinds.extend((!over).then_some(EventKind::StaffCancel));
        kinds.extend(self.timer.map(|_| EventKind::TimedOut));
        kinds.dedup();
        kinds
    }

    fn admit(&self, event: &Event) -> Result<(), Ignored> {
        let stale = match event {
            Event::TimedOut(id) => self.timer != Some(*id),
            other => other.ticket().is_some_and(|ticket| ticket != self.ticket),
        };
        if stale {
            return Err(Ignored::Stale);
        }
        if !self.possible().contains(&event.kind()) {
            return Err(Ignored::NotNow);
        }
        match event {
            Event::Touch(touch) if !self.touches().contains(touch) => Err(Ignored::OtherQuestion),
            _ => Ok(()),
        }
    }

    fn take(&mut self, event: Event, out: &mut Vec<Effect>) -> Result<(), Ignored> {
        match event {
            Event::CardPlaced => self.card_placed(out),
            Event::CardRemoved => self.card_removed(out),
            Event::Touch(touch) => self.touch(touch, out),
            Event::Face(result) => self.face(result, out),
            Event::PinTyped(pin) => self.pin_typed(pin, out),
            Event::Staff(Staff::Cancel) => {
                let outcome = self.patient()?.missed.unwrap_or(Outcome::Cancelled);
                self.leave(outcome, out)
            }
            Event::Staff(command) => self.visual(command, out),
            Event::HolderTold => self.holder_told(out),
            Event::Reply(_, reply) => self.reply(reply, out),
            Event::TimedOut(timer) => {
                // It ran out by itself: nothing is left to stop.
                self.timer = None;
                self.timed_out(timer.kind, out)
            }
        }
    }

    fn timed_out(&mut self, kind: TimerKind, out: &mut Vec<Effect>) -> Result<(), Ignored> {
        match kind {
            TimerKind::Card => self.fail(Failure::CardNotRecognised, out),
            TimerKind::Choice => self.leave(Outcome::TimedOut, out),
            TimerKind::FaceCapture => self.face(FaceResult::Unreadable, out),
            TimerKind::Centre => self.fail(Failure::Centre(super::event::CentreFailure::Unreachable), out),
            TimerKind::Reading => self.see_off(out),
            TimerKind::ForgottenCard => {
                out.push(Effect::Alarm);
                self.patient()?.alarmed = true;
                self.enter(self.state(), out)
            }
        }
    }

    /// The patient of this visit; in the idle state there is none.
    pub(super) fn patient(&mut self) -> Result<&mut Patient, Ignored> {
        self.now.patient.as_mut().ok_or(Ignored::NotNow)
    }

    pub(super) fn period(&self) -> Option<ConsentPeriod> {
        Some(self.now.patient.as_ref()?.standing.as_ref()?.period)
    }

    /// Goes on to `state` with a new ticket; a visit begins if none runs.
    pub(super) fn enter(&mut self, state: State, out: &mut Vec<Effect>) -> Result<(), Ignored> {
        self.turn_over(out);
        self.now.patient.get_or_insert_with(|| Patient::new(state)).state = state;
        let timer = state.timer(self.now.card_present).and_then(|kind| Some((kind, self.timers(kind)?)));
        if let Some((kind, duration)) = timer {
            let id = TimerId { ticket: self.ticket, kind };
            self.timer = Some(id);
            out.push(Effect::StartTimer(id, duration));
        }
        Ok(())
    }

    /// The one way back to [`State::Idle`]: the patient's data go here.
    pub(super) fn be_idle(&mut self, out: &mut Vec<Effect>) -> Result<(), Ignored> {
        self.turn_over(out);
        self.now.patient = None;
        Ok(())
    }

    fn turn_over(&mut self, out: &mut Vec<Effect>) {
        out.extend(self.timer.take().map(Effect::StopTimer));
        self.ticket = self.ticket.next();
    }

    fn timers(&self, kind: TimerKind) -> Option<std::time::Duration> {
        self.desk.settings.timers.of(kind)
    }

    /// The visit has its outcome; the first one counts.
    pub(super) fn settle(&mut self, outcome: Outcome, out: &mut Vec<Effect>) -> Result<(), Ignored> {
        let patient = self.patient()?;
        if patient.outcome.is_none() {
            patient.outcome = Some(outcome);
            out.push(Effect::Finished(outcome));
        }
        Ok(())
    }

    /// Ends the visit without a result.
    pub(super) fn leave(&mut self, outcome: Outcome, out: &mut Vec<Effect>) -> Result<(), Ignored> {
        self.settle(outcome, out)?;
        self.see_off(out)
    }

    /// Ends the visit with an error screen.
    pub(super) fn fail(&mut self, failure: Failure, out: &mut Vec<Effect>) -> Result<(), Ignored> {
        self.settle(failure.outcome(), out)?;
        self.enter(State::Error(failure), out)
    }

    /// Nothing more is shown: the card is to be taken back, if there is one.
    pub(super) fn see_off(&mut self, out: &mut Vec<Effect>) -> Result<(), Ignored> {
        if self.now.card_present { self.enter(State::RemoveCard, out) } else { self.be_idle(out) }
    }
}
