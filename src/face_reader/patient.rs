//! The auto-pilot: a patient who acts by a [`Plan`], so that a visit runs by itself through every question. Staff who stand by are
//! part of it: a patient who is looked at has somebody who looks.
//!
//! It sees what a person sees, the state and what may be touched; it lays down no card (whoever starts the visit does), but it takes the card
//! back. A patient whose PIN is wrong tries it once: typing it again could only lock the card.

use super::dialogue::Dialogue;
use super::event::{Event, EventKind, Staff, Touch};
use super::state::State;
use crate::visit::{ConsentPlan, Identify, Plan};

/// One patient at one reader, for one visit.
#[derive(Debug, Clone)]
pub struct AutoPilot {
    plan: Plan,
    pin_typed: bool,
    switched_visual_on: bool,
}

impl AutoPilot {
    /// A patient with this plan.
    pub fn new(plan: Plan) -> Self {
        Self { plan, pin_typed: false, switched_visual_on: false }
    }

    /// What they do next; `None` while they wait, or when they are gone.
    ///
    /// Ask again after every event that changed the state; the answer is to be handed to [`Dialogue::step`], at whatever pace.
    pub fn next(&mut self, dialogue: &Dialogue) -> Option<Event> {
        let touch = |touch| Some(Event::Touch(touch));
        match dialogue.state() {
            State::PhoneSelect | State::HoldPhone => touch(Touch::Back),
            State::MethodSelect => self.identify(dialogue),
            State::FaceCapture => match self.plan.identify {
                Identify::Face(result) => Some(Event::Face(result)),
                _ => touch(Touch::Back),
            },
            State::FaceRetry => self.identify(dialogue),
            State::PinEntry | State::PhonePin => self.type_pin(dialogue),
            State::StaffVisual => Some(Event::Staff(Staff::VisualConfirm)),
            State::BlockedFace | State::BlockedPin if self.wants_staff(dialogue) => self.call_staff(),
            State::Registration | State::Consent(_) | State::Subsidy => self.answer(dialogue.state()),
            State::ConsentOverview => touch(match self.plan.consents {
                ConsentPlan::All => Touch::AnswerAll { agree: true },
                ConsentPlan::None => Touch::AnswerAll { agree: false },
                ConsentPlan::Only(_) => Touch::AnswerEach,
            }),
            State::Prescription => touch(Touch::Prescription { form: self.plan.prescription }),
            State::Result => touch(Touch::Next),
            State::BlockedFace | State::BlockedPin | State::RemoveCard | State::Error(_) | State::Idle => {
                self.go(dialogue)
            }
            // Whose card it is the patient is not asked.
            State::WhoIsThis => None,
            State::ReadingCard | State::CheckingPin | State::Authenticating | State::Concluding => None,
        }
    }

    fn identify(&mut self, dialogue: &Dialogue) -> Option<Event> {
        let can = |kind| dialogue.possible().contains(&kind);
        match self.plan.identify {
            Identify::Face(_) if can(EventKind::ChooseFace) => Some(Event::Touch(Touch::ChooseFace)),
            Identify::Pin(_) if !self.pin_typed => Some(Event::Touch(Touch::ChoosePin)),
            Identify::Visual if self.wants_staff(dialogue) => self.call_staff(),
            _ => self.go(dialogue),
        }
    }

    fn type_pin(&mut self, dialogue: &Dialogue) -> Option<Event> {
        match &self.plan.identify {
            Identify::Pin(pin) if !self.pin_typed => {
                self.pin_typed = true;
                Some(Event::PinTyped(pin.clone()))
            }
            _ => self.go(dialogue),
        }
    }

    fn wants_staff(&self, dialogue: &Dialogue) -> bool {
        self.plan.identify == Identify::Visual && dialogue.possible().contains(&EventKind::VisualOn)
    }

    fn call_staff(&mut self) -> Option<Event> {
        self.switched_visual_on = true;
        Some(Event::Staff(Staff::VisualOn))
    }

    fn answer(&self, state: State) -> Option<Event> {
        let question = state.question()?;
        let agree = match state {
            State::Registration => self.plan.register,
            State::Subsidy => self.plan.subsidy,
            _ => self.plan.consents.agrees(question),
        };
        Some(Event::Touch(Touch::Answer { question, agree }))
    }

    /// The staff switch their mode back, then the card is taken; an error without a card is read.
    fn go(&mut self, dialogue: &Dialogue) -> Option<Event> {
        if std::mem::take(&mut self.switched_visual_on) && dialogue.visual_mode() {
            return Some(Event::Staff(Staff::VisualOff));
        }
        if dialogue.card_present() {
            return Some(Event::CardRemoved);
        }
        dialogue.possible().contains(&EventKind::Next).then_some(Event::Touch(Touch::Next))
    }
}

#[cfg(test)]
mod tests;
