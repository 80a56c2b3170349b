//! First half of the dialogue: card or phone, face, PIN or 目視確認 (spec/jpki-card.md §4, §5.3, §5.4 steps 0–4).

use super::dialogue::Dialogue;
use super::event::{CardSighting, Effect, Ignored, Medium, PinCheck, Reply, Staff, Touch, is_typable};
use super::state::{Failure, State};
use crate::secret::Pin;
use crate::visit::{FaceResult, Method, Outcome};

type Taken = Result<(), Ignored>;

impl Dialogue {
    pub(super) fn card_placed(&mut self, out: &mut Vec<Effect>) -> Taken {
        self.now.card_present = true;
        match self.state() {
            State::Idle | State::PhoneSelect | State::PhonePin | State::HoldPhone => self.read_card(out),
            // What the patient before still has on the screen is over: nothing of theirs lies there.
            State::Result | State::Error(_) => {
                self.be_idle(out)?;
                self.read_card(out)
            }
            // Laid down in the middle of somebody's visit: not read, and to be taken away before the next one begins.
            _ => Ok(()),
        }
    }

    fn read_card(&mut self, out: &mut Vec<Effect>) -> Taken {
        self.enter(State::ReadingCard, out)?;
        out.push(Effect::ReadCard(self.ticket));
        Ok(())
    }

    pub(super) fn card_removed(&mut self, out: &mut Vec<Effect>) -> Taken {
        self.now.card_present = false;
        let state = self.state();
        let patient = self.patient()?;
        let confirmed = patient.method.is_some();
        match state {
            State::Result | State::RemoveCard | State::Error(_) => self.be_idle(out),
            // The centre has the consents: it says how the visit ends.
            State::Concluding => Ok(()),
            // A phone is held for a moment only; its patient goes on at the screen.
            _ if confirmed && patient.holds_phone() => Ok(()),
            _ => {
                let outcome = patient.missed.unwrap_or(Outcome::CardLeft);
                self.settle(outcome, out)?;
                self.be_idle(out)
            }
        }
    }

    pub(super) fn touch(&mut self, touch: Touch, out: &mut Vec<Effect>) -> Taken {
        match touch {
            Touch::ChooseFace => self.choose_face(out),
            Touch::ChoosePin => self.choose_pin(out),
            Touch::ChoosePhone => self.enter(State::PhoneSelect, out),
            Touch::ChooseAndroid => self.enter(State::PhonePin, out),
            Touch::ChooseIphone => self.enter(State::HoldPhone, out),
            Touch::Back => self.back(out),
            Touch::Next => self.see_off(out),
            Touch::Answer { question, agree } => self.answer(question, agree, out),
            Touch::AnswerAll { agree } => self.answer_all(agree, out),
            Touch::AnswerEach => self.answer_each(out),
            Touch::Prescription { form } => self.prescription(form, out),
        }
    }

    fn back(&mut self, out: &mut Vec<Effect>) -> Taken {
        match self.state() {
            State::PhonePin | State::HoldPhone if !self.now.card_present => {
                self.patient()?.phone_pin = None;
                self.enter(State::PhoneSelect, out)
            }
            State::FaceCapture | State::PinEntry => self.enter(State::MethodSelect, out),
            State::Consent(_) => self.back_to_overview(out),
            _ => {
                let outcome = self.patient()?.missed.unwrap_or(Outcome::Cancelled);
                self.leave(outcome, out)
            }
        }
    }

    pub(super) fn reply(&mut self, reply: Reply, out: &mut Vec<Effect>) -> Taken {
        match reply {
            Reply::CardRead(card) => self.card_read(card, out),
            Reply::CardUnreadable => self.fail(Failure::CardNotRecognised, out),
            Reply::NotAMyNumberCard => self.fail(Failure::NotAMyNumberCard, out),
            Reply::PinChecked(check) => self.pin_checked(check, out),
            Reply::Standing(standing) => self.standing(standing, out),
            Reply::Concluded(outcome) => self.concluded(outcome, out),
            Reply::CentreFailed(why) => self.fail(Failure::Centre(why), out),
        }
    }

    fn card_read(&mut self, card: CardSighting, out: &mut Vec<Effect>) -> Taken {
        out.push(Effect::Beep);
        self.patient()?.card = Some(card);
        if card.holder_unknown { self.enter(State::WhoIsThis, out) } else { self.go_on_with(card, out) }
    }

    pub(super) fn holder_told(&mut self, out: &mut Vec<Effect>) -> Taken {
        let card = self.patient()?.card.as_mut().ok_or(Ignored::NotNow)?;
        card.holder_unknown = false;
        let card = *card;
        self.go_on_with(card, out)
    }

    fn go_on_with(&mut self, card: CardSighting, out: &mut Vec<Effect>) -> Taken {
        let phones = self.desk.settings.phone;
        let visual = self.now.visual_mode;
        let patient = self.patient()?;
        // Taken out whatever lies there: a phone's PIN tried on the card would cost one of the card's tries.
        let typed = patient.phone_pin.take();
        match card.medium {
            medium if medium.is_phone() && !phones => self.fail(Failure::NotAMyNumberCard, out),
            Medium::Iphone => self.authenticate(Method::Face, out),
            Medium::Android if !card.pin_usable() => self.block_pin(out),
            Medium::Android => match typed {
                Some(pin) => self.check_pin(pin, out),
                None => self.enter(State::PhonePin, out),
            },
            Medium::Card | Medium::FaceOnlyCard if visual => self.enter(State::StaffVisual, out),
            Medium::Card | Medium::FaceOnlyCard => self.enter(State::MethodSelect, out),
        }
    }

    fn choose_face(&mut self, out: &mut Vec<Effect>) -> Taken {
        if self.patient()?.card.is_some_and(|card| card.face_locked()) {
            return self.block_face(out);
        }
        self.enter(State::FaceCapture, out)?;
        out.push(Effect::CaptureFace);
        Ok(())
    }

    pub(super) fn face(&mut self, result: FaceResult, out: &mut Vec<Effect>) -> Taken {
        let patient = self.patient()?;
        let card = patient.card.as_mut().ok_or(Ignored::NotNow)?;
        let before = card.face_misses;
        match result {
            FaceResult::Match => card.face_misses = 0,
            FaceResult::Mismatch => card.face_misses = before.saturating_add(1),
            FaceResult::Unreadable => {}
        }
        let card = *card;
        if card.face_misses != before {
            out.push(Effect::FaceMisses(card.face_misses));
        }
        if result == FaceResult::Match {
            return self.authenticate(Method::Face, out);
        }
        patient.face_tries = patient.face_tries.saturating_add(1);
        patient.last_face = Some(result);
        patient.missed = Some(Outcome::FaceFailed);
        if card.face_locked() { self.block_face(out) } else { self.enter(State::FaceRetry, out) }
    }

    fn choose_pin(&mut self, out: &mut Vec<Effect>) -> Taken {
        let patient = self.patient()?;
        patient.missed = None;
        match patient.card {
            Some(card) if card.pin_usable() => self.enter(State::PinEntry, out),
            _ => self.block_pin(out),
        }
    }

    pub(super) fn pin_typed(&mut self, pin: Pin, out: &mut Vec<Effect>) -> Taken {
        if !is_typable(&pin) {
            return Err(Ignored::NotFourDigits);
        }
        let patient = self.patient()?;
        if patient.card.is_some() {
            return self.check_pin(pin, out);
        }
        patient.phone_pin = Some(pin);
        self.enter(State::HoldPhone, out)
    }

    fn check_pin(&mut self, pin: Pin, out: &mut Vec<Effect>) -> Taken {
        self.enter(State::CheckingPin, out)?;
        out.push(Effect::CheckPin(self.ticket, pin));
        Ok(())
    }

    fn pin_checked(&mut self, check: PinCheck, out: &mut Vec<Effect>) -> Taken {
        let patient = self.patient()?;
        let card = patient.card.as_mut().ok_or(Ignored::NotNow)?;
        match check {
            PinCheck::Right => self.authenticate(Method::Pin, out),
            PinCheck::CardFailed => self.fail(Failure::CardNotRecognised, out),
            PinCheck::Locked | PinCheck::Wrong { tries_left: 0 } => {
                card.pin_tries_left = Some(0);
                self.block_pin(out)
            }
            PinCheck::Wrong { tries_left } => {
                card.pin_tries_left = Some(tries_left);
                patient.missed = Some(Outcome::PinFailed);
                let again = if patient.holds_phone() { State::PhonePin } else { State::PinEntry };
                self.enter(again, out)
            }
        }
    }

    fn block_face(&mut self, out: &mut Vec<Effect>) -> Taken {
        self.block(State::BlockedFace, Outcome::FaceFailed, out)
    }

    fn block_pin(&mut self, out: &mut Vec<Effect>) -> Taken {
        self.block(State::BlockedPin, Outcome::PinLocked, out)
    }

    /// Only the staff lead out of a block, or the card that leaves: the block belongs to the card.
    fn block(&mut self, state: State, missed: Outcome, out: &mut Vec<Effect>) -> Taken {
        let patient = self.patient()?;
        patient.missed = Some(missed);
        patient.blocked = Some(state);
        self.enter(state, out)
    }

    pub(super) fn visual(&mut self, command: Staff, out: &mut Vec<Effect>) -> Taken {
        let state = self.state();
        match command {
            Staff::VisualConfirm => return self.authenticate(Method::Visual, out),
            Staff::VisualOn => self.now.visual_mode = true,
            _ => self.now.visual_mode = false,
        }
        let Some(patient) = &self.now.patient else { return Ok(()) };
        match command {
            // A phone shows no photo to compare with.
            Staff::VisualOn if state.is_identifying() && !patient.holds_phone() => self.enter(State::StaffVisual, out),
            Staff::VisualOff if state == State::StaffVisual => {
                let back = patient.blocked.unwrap_or(State::MethodSelect);
                self.enter(back, out)
            }
            _ => Ok(()),
        }
    }

    fn authenticate(&mut self, method: Method, out: &mut Vec<Effect>) -> Taken {
        self.patient()?.confirmed_by(method);
        self.enter(State::Authenticating, out)?;
        out.push(Effect::AskStanding(self.ticket, method));
        Ok(())
    }
}
