//! Watches a reader from outside, as an auditor at the counter would: it knows what happened and what came out, nothing of how
//! the reader works. Each rule is one sentence of spec/jpki-card.md §5.7 or of decisions.md.

use madoguchi::face_reader::event::{CardSighting, Effect, Event, Medium, PinCheck, Reply, Staff, TimerKind, Touch};
use madoguchi::face_reader::state::State;
use madoguchi::visit::{
    CertificateStatus, ConsentPeriod, Consents, FaceResult, Method, PrescriptionForm, Question, Standing,
};

use crate::machine::{MEDICAL, Machine};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// What is sent was touched by this patient in this visit, and each answer is the one touched.
    ConsentsAreThisPatients,
    /// Every question of the centre that the rules leave is answered before anything is sent.
    EveryQuestionIsAsked,
    /// Consents go once per visit.
    SentOnce,
    /// With a card on the reader it is never idle.
    IdleMeansEmptyReader,
    /// After three wrong PINs or ten wrong faces only the staff, or the card that leaves, lead on.
    BlockHolds,
    /// 顔認証マイナンバーカード and a locked PIN: no pad, no try.
    NoPinWhereNoneWorks,
    /// A PIN meant for a phone is not tried on a card.
    PhonePinStaysWithPhone,
    /// Certificate in grace: qualification only, and the notice.
    GraceGivesQualificationOnly,
    /// The notice is on the result of everyone whose certificate ends soon.
    RenewalIsShown,
    /// Revoked, expired, not proved: nothing is sent.
    RefusedCertificateStops,
    /// Whoever is not registered has said yes before anything is sent.
    RegistrationComesFirst,
    /// 限度額 has a screen in the old period only, the overview in the new one only.
    PeriodHolds,
    /// The centre is asked only about somebody who was confirmed, by that method.
    ConfirmedBeforeAsking,
    /// 目視確認 is entered and left by the staff.
    VisualIsTheStaffs,
    /// The count goes up by one with a mismatch, to zero with a match, and stays otherwise.
    FaceMissesBelongToTheCard,
    /// A card that nobody knows waits for the staff, without a button for the patient.
    UnknownHolderIsAskedFirst,
    /// A visit has one outcome.
    FinishedOnce,
    /// Answers and timers of something that is over change nothing.
    LateChangesNothing,
    /// What is refused changes nothing.
    IgnoredChangesNothing,
    /// What is not listed as possible is refused.
    PossibleIsTrue,
    /// One timer at most, each stopped or run out, none on an idle reader.
    TimersAreKept,
    /// When the card leaves and the timers run out, the reader is idle.
    EveryPathEnds,
}

impl Rule {
    pub const ALL: [Self; 22] = [
        Self::ConsentsAreThisPatients,
        Self::EveryQuestionIsAsked,
        Self::SentOnce,
        Self::IdleMeansEmptyReader,
        Self::BlockHolds,
        Self::NoPinWhereNoneWorks,
        Self::PhonePinStaysWithPhone,
        Self::GraceGivesQualificationOnly,
        Self::RenewalIsShown,
        Self::RefusedCertificateStops,
        Self::RegistrationComesFirst,
        Self::PeriodHolds,
        Self::ConfirmedBeforeAsking,
        Self::VisualIsTheStaffs,
        Self::FaceMissesBelongToTheCard,
        Self::UnknownHolderIsAskedFirst,
        Self::FinishedOnce,
        Self::LateChangesNothing,
        Self::IgnoredChangesNothing,
        Self::PossibleIsTrue,
        Self::TimersAreKept,
        Self::EveryPathEnds,
    ];
}

/// What was seen. Reset by the monitor itself when the reader is idle, so a machine cannot talk it out of what it saw.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Monitor {
    card_present: bool,
    visual_mode: bool,
    timer: Option<TimerKind>,
    visit: Visit,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Visit {
    finished: bool,
    sent: bool,
    blocked: bool,
    card: Option<CardSighting>,
    pin_since_card: bool,
    confirmed: Option<Method>,
    standing: Option<Standing>,
    touched: Consents,
}

impl Monitor {
    /// Judges one step: `before` is the machine before it.
    pub fn watch<M: Machine>(&mut self, before: &M, event: &Event, effects: &[Effect], after: &M) -> Result<(), Rule> {
        if let [Effect::Ignored(_)] = effects {
            return holds(before.key() == after.key() && before.timer() == after.timer(), Rule::IgnoredChangesNothing);
        }
        let ours = !effects.iter().any(|effect| matches!(effect, Effect::Ignored(_)));
        holds(ours, Rule::IgnoredChangesNothing)?;
        let stale = match event {
            Event::TimedOut(timer) => before.timer() != Some(*timer),
            other => other.ticket().is_some_and(|ticket| ticket != before.ticket()),
        };
        holds(!stale, Rule::LateChangesNothing)?;
        holds(before.possible().contains(&event.kind()), Rule::PossibleIsTrue)?;
        self.timers(event, effects, after)?;
        let was_blocked = self.visit.blocked;
        self.note(event);
        if self.visit.card.is_some_and(|card| !can_have_pin(card)) {
            holds(after.screen().pin_pad.is_none(), Rule::NoPinWhereNoneWorks)?;
        }
        self.block(was_blocked, before, event, effects, after)?;
        for effect in effects {
            self.effect(effect, event)?;
        }
        self.stands(before, event, after)?;
        if after.state() == State::Idle {
            let visited = before.state() != State::Idle;
            holds(!visited || self.visit.finished, Rule::FinishedOnce)?;
            self.visit = Visit::default();
        }
        Ok(())
    }

    fn note(&mut self, event: &Event) {
        let visit = &mut self.visit;
        match event {
            Event::CardPlaced => self.card_present = true,
            Event::CardRemoved => {
                self.card_present = false;
                visit.blocked = false;
            }
            // Choosing what the card is locked for ends as a miss does.
            Event::Touch(Touch::ChooseFace) => visit.blocked |= visit.card.is_some_and(|card| card.face_misses >= 10),
            Event::Touch(Touch::ChoosePin) => visit.blocked |= !visit.card.is_some_and(can_have_pin),
            Event::Touch(touch) => visit.touched_now(*touch),
            Event::Face(FaceResult::Match) => visit.confirmed = Some(Method::Face),
            Event::PinTyped(_) => visit.pin_since_card = true,
            Event::Staff(Staff::VisualOn) => self.visual_mode = true,
            Event::Staff(Staff::VisualOff) => self.visual_mode = false,
            Event::Staff(Staff::VisualConfirm) => visit.confirmed = Some(Method::Visual),
            Event::HolderTold => visit.card = visit.card.map(|card| CardSighting { holder_unknown: false, ..card }),
            Event::Reply(_, Reply::CardRead(card)) => {
                visit.card = Some(*card);
                // A typed PIN was meant for the phone that was announced.
                visit.pin_since_card &= card.medium == Medium::Android;
                visit.confirmed = (card.medium == Medium::Iphone).then_some(Method::Face);
            }
            Event::Reply(_, Reply::PinChecked(PinCheck::Right)) => visit.confirmed = Some(Method::Pin),
            Event::Reply(_, Reply::PinChecked(PinCheck::Locked | PinCheck::Wrong { tries_left: 0 })) => {
                visit.blocked = true;
            }
            Event::Reply(_, Reply::Standing(standing)) => visit.standing = Some(standing.clone()),
            _ => {}
        }
        if *event == Event::Face(FaceResult::Mismatch) && visit.card.is_some_and(|card| card.face_misses + 1 >= 10) {
            visit.blocked = true;
        }
    }

    fn block<M: Machine>(
        &mut self,
        was_blocked: bool,
        before: &M,
        event: &Event,
        effects: &[Effect],
        after: &M,
    ) -> Result<(), Rule> {
        let by_staff = matches!(event, Event::Staff(Staff::VisualOn | Staff::VisualConfirm | Staff::Cancel));
        let led_on = by_staff || *event == Event::CardRemoved;
        if was_blocked && !led_on && before.state() != State::StaffVisual {
            let stays = after.state() == before.state() && before.timer() == after.timer();
            holds(stays && effects.is_empty(), Rule::BlockHolds)?;
        }
        if self.visit.blocked && !was_blocked {
            let blocked = matches!(after.state(), State::BlockedFace | State::BlockedPin);
            holds(blocked, Rule::BlockHolds)?;
        }
        // The visit goes on to the centre, or is over.
        if was_blocked && matches!(event, Event::Staff(Staff::VisualConfirm | Staff::Cancel)) {
            self.visit.blocked = false;
        }
        Ok(())
    }

    fn effect(&mut self, effect: &Effect, event: &Event) -> Result<(), Rule> {
        let visit = &mut self.visit;
        match effect {
            // A new visit right after a result whose card had gone.
            Effect::ReadCard(_) if visit.finished => *visit = Visit::default(),
            Effect::Finished(_) => {
                holds(!visit.finished, Rule::FinishedOnce)?;
                visit.finished = true;
            }
            Effect::CheckPin(..) => {
                holds(visit.pin_since_card, Rule::PhonePinStaysWithPhone)?;
                holds(visit.card.is_some_and(can_have_pin), Rule::NoPinWhereNoneWorks)?;
            }
            Effect::AskStanding(_, method) => {
                holds(visit.confirmed == Some(*method), Rule::ConfirmedBeforeAsking)?;
                // Of the card no rule needs its misses any more, and nobody types a PIN.
                visit.card = visit.card.map(|card| CardSighting { face_misses: 0, ..card });
                visit.pin_since_card = false;
            }
            Effect::SendConsents { consents, .. } => visit.sends(consents)?,
            Effect::FaceMisses(count) => {
                let seen = visit.card.as_mut().ok_or(Rule::FaceMissesBelongToTheCard)?;
                let right = match event {
                    Event::Face(FaceResult::Mismatch) => *count == seen.face_misses + 1,
                    Event::Face(FaceResult::Match) => *count == 0,
                    _ => false,
                };
                holds(right, Rule::FaceMissesBelongToTheCard)?;
                seen.face_misses = *count;
            }
            _ => {}
        }
        Ok(())
    }

    fn stands<M: Machine>(&self, before: &M, event: &Event, after: &M) -> Result<(), Rule> {
        let state = after.state();
        let visit = &self.visit;
        holds(!(self.card_present && state == State::Idle), Rule::IdleMeansEmptyReader)?;
        holds(after.visual_mode() == self.visual_mode, Rule::VisualIsTheStaffs)?;
        let left_visual = before.state() == State::StaffVisual && state != State::StaffVisual;
        holds(!left_visual || matches!(event, Event::Staff(_) | Event::CardRemoved), Rule::VisualIsTheStaffs)?;
        holds(state != State::StaffVisual || self.visual_mode, Rule::VisualIsTheStaffs)?;
        if visit.card.is_some_and(|card| card.holder_unknown) && !visit.finished {
            let waits = state == State::WhoIsThis && after.screen().buttons.is_empty();
            holds(waits, Rule::UnknownHolderIsAskedFirst)?;
        }
        if let (Event::Face(FaceResult::Mismatch), Some(card)) = (event, visit.card) {
            let rose = card.face_misses > 0;
            holds(rose, Rule::FaceMissesBelongToTheCard)?;
        }
        let Some(standing) = &visit.standing else { return Ok(()) };
        let overview = state == State::ConsentOverview;
        let limit = state == State::Consent(Question::LimitCertificate);
        holds(!(overview && standing.period == ConsentPeriod::OneByOne), Rule::PeriodHolds)?;
        holds(!(limit && standing.period == ConsentPeriod::AllAtOnce), Rule::PeriodHolds)?;
        let medical = MEDICAL.iter().any(|question| state == State::Consent(*question));
        let grace = standing.certificate == CertificateStatus::Grace;
        holds(!(grace && (overview || medical)), Rule::GraceGivesQualificationOnly)?;
        if state == State::Result && (grace || standing.certificate == CertificateStatus::RenewalDue) {
            // Both notices name the day on which the certificate ends.
            let shown = after
                .screen()
                .lines
                .iter()
                .any(|line| line.ja.contains("2027年01月31日") && line.en.contains("2027-01-31"));
            holds(shown, Rule::RenewalIsShown)?;
        }
        Ok(())
    }

    fn timers<M: Machine>(&mut self, event: &Event, effects: &[Effect], after: &M) -> Result<(), Rule> {
        if let Event::TimedOut(timer) = event {
            holds(self.timer.take() == Some(timer.kind), Rule::TimersAreKept)?;
        }
        for effect in effects {
            match effect {
                Effect::StopTimer(timer) => holds(self.timer.take() == Some(timer.kind), Rule::TimersAreKept)?,
                Effect::StartTimer(timer, _) => {
                    holds(self.timer.replace(timer.kind).is_none(), Rule::TimersAreKept)?;
                }
                _ => {}
            }
        }
        holds(after.timer().map(|timer| timer.kind) == self.timer, Rule::TimersAreKept)?;
        holds(after.state() != State::Idle || self.timer.is_none(), Rule::TimersAreKept)
    }
}

impl Visit {
    fn touched_now(&mut self, touch: Touch) {
        match touch {
            Touch::Answer { question, agree } => *slot(&mut self.touched, question) = Some(agree),
            Touch::AnswerAll { agree } => {
                MEDICAL.iter().for_each(|question| *slot(&mut self.touched, *question) = Some(agree))
            }
            Touch::Prescription { form } => self.touched.prescription = Some(form),
            _ => {}
        }
    }

    fn sends(&mut self, consents: &Consents) -> Result<(), Rule> {
        holds(!self.sent, Rule::SentOnce)?;
        self.sent = true;
        let standing = self.standing.as_ref().ok_or(Rule::ConfirmedBeforeAsking)?;
        let certificate = standing.certificate;
        holds(certificate.admits(), Rule::RefusedCertificateStops)?;
        holds(standing.registered || consents.registration == Some(true), Rule::RegistrationComesFirst)?;
        let mut sent = consents.clone();
        let mut touched = self.touched.clone();
        for question in ALL_YES_NO {
            let (sent, touched) = (*slot(&mut sent, question), *slot(&mut touched, question));
            holds(sent.is_none() || sent == touched, Rule::ConsentsAreThisPatients)?;
            let medical = MEDICAL.contains(&question);
            let grace = certificate == CertificateStatus::Grace;
            holds(!(medical && grace && sent.is_some()), Rule::GraceGivesQualificationOnly)?;
            let left_out = (medical && grace)
                || question == Question::Registration
                || (question == Question::LimitCertificate && standing.period == ConsentPeriod::AllAtOnce);
            let asked = standing.questions.contains(&question) && !left_out;
            holds(!asked || sent.is_some(), Rule::EveryQuestionIsAsked)?;
        }
        let form: Option<PrescriptionForm> = sent.prescription;
        holds(form.is_none() || form == touched.prescription, Rule::ConsentsAreThisPatients)?;
        holds(!standing.questions.contains(&Question::Prescription) || form.is_some(), Rule::EveryQuestionIsAsked)
    }
}

const ALL_YES_NO: [Question; 7] = [
    Question::Registration,
    Question::LimitCertificate,
    Question::SpecificDisease,
    Question::DiagnosisAndPharmacists,
    Question::Operation,
    Question::HealthCheckup,
    Question::Subsidy,
];

fn slot(consents: &mut Consents, question: Question) -> &mut Option<bool> {
    match question {
        Question::Registration => &mut consents.registration,
        Question::LimitCertificate => &mut consents.limit_certificate,
        Question::SpecificDisease => &mut consents.specific_disease,
        Question::DiagnosisAndPharmacists => &mut consents.diagnosis_and_pharmacists,
        Question::Operation => &mut consents.operation,
        Question::HealthCheckup => &mut consents.health_checkup,
        Question::Subsidy | Question::Prescription => &mut consents.subsidy,
    }
}

fn can_have_pin(card: CardSighting) -> bool {
    card.medium != Medium::FaceOnlyCard && card.pin_tries_left != Some(0)
}

/// From wherever it is: the card leaves, the timers run out, and the reader is idle.
pub fn ends<M: Machine>(machine: &M, card_present: bool) -> Result<(), Rule> {
    let mut machine = machine.clone();
    if card_present {
        machine.step(Event::CardRemoved);
    }
    // No visit has more than a handful of waits between here and the end once nobody touches anything.
    for _ in 0..8 {
        match machine.timer() {
            Some(timer) => drop(machine.step(Event::TimedOut(timer))),
            None => break,
        }
    }
    holds(machine.state() == State::Idle, Rule::EveryPathEnds)
}

impl Monitor {
    pub fn card_present(&self) -> bool {
        self.card_present
    }
}

fn holds(it: bool, rule: Rule) -> Result<(), Rule> {
    if it { Ok(()) } else { Err(rule) }
}
