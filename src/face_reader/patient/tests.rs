//! Whole visits by themselves: auto-pilot, dialogue, and a desk that answers as card and centre would.

use super::*;
use crate::face_reader::event::{CardSighting, Effect, Medium, PinCheck, Reply};
use crate::face_reader::screens::Model;
use crate::face_reader::settings::ReaderSettings;
use crate::secret::Pin;
use crate::visit::{
    CertificateStatus, ConsentPeriod, Consents, FaceResult, Outcome, PrescriptionForm, Question, Standing, VisitId,
};

/// More events than any visit has.
const LONG: usize = 100;

/// Card and centre.
#[derive(Clone)]
struct Desk {
    card: CardSighting,
    pin: &'static str,
    tries: u8,
    standing: Standing,
}

impl Desk {
    fn new(medium: Medium) -> Self {
        let standing = Standing {
            visit: VisitId("v".into()),
            registered: true,
            certificate: CertificateStatus::Good,
            certificate_valid_until: "20300101".into(),
            subsidies_known: true,
            period: ConsentPeriod::AllAtOnce,
            questions: vec![
                Question::SpecificDisease,
                Question::DiagnosisAndPharmacists,
                Question::Operation,
                Question::HealthCheckup,
                Question::Subsidy,
                Question::Prescription,
            ],
        };
        Self { card: CardSighting::new(medium), pin: "1234", tries: 3, standing }
    }

    fn reply(&mut self, effect: &Effect) -> Option<Event> {
        match effect {
            Effect::ReadCard(ticket) => Some(Event::Reply(*ticket, Reply::CardRead(self.card))),
            Effect::CheckPin(ticket, pin) => {
                let right = pin.reveal() == self.pin;
                let check = match (self.tries, right) {
                    (0, _) => PinCheck::Locked,
                    (_, true) => PinCheck::Right,
                    (tries, false) => PinCheck::Wrong { tries_left: tries - 1 },
                };
                self.tries = if check == PinCheck::Right { 3 } else { self.tries.saturating_sub(1) };
                Some(Event::Reply(*ticket, Reply::PinChecked(check)))
            }
            Effect::AskStanding(ticket, _) => Some(Event::Reply(*ticket, Reply::Standing(self.standing.clone()))),
            Effect::SendConsents { ticket, .. } => Some(Event::Reply(*ticket, Reply::Concluded(Outcome::Valid))),
            Effect::FaceMisses(count) => {
                self.card.face_misses = *count;
                None
            }
            _ => None,
        }
    }
}

/// What a visit left behind.
#[derive(Debug, PartialEq)]
struct Visit {
    outcome: Outcome,
    consents: Option<Consents>,
}

fn visit(plan: &Plan, desk: &mut Desk) -> Visit {
    visit_at(&mut Dialogue::new(ReaderSettings::default(), Model::shipped("standard").unwrap()), plan, desk)
}

fn visit_at(reader: &mut Dialogue, plan: &Plan, desk: &mut Desk) -> Visit {
    let mut pilot = AutoPilot::new(plan.clone());
    let (mut finished, mut consents) = (Vec::new(), None);
    let mut event = Some(Event::CardPlaced);
    for _ in 0..LONG {
        let Some(happens) = event else { break };
        let effects = reader.step(happens.clone());
        let mut reply = None;
        for effect in &effects {
            reply = desk.reply(effect).or(reply);
            match effect {
                Effect::Finished(outcome) => finished.push(*outcome),
                Effect::SendConsents { consents: sent, .. } => consents = Some(sent.clone()),
                Effect::Ignored(why) => panic!("{happens:?} in {}: {why}", reader.state()),
                _ => {}
            }
        }
        event = reply.or_else(|| pilot.next(reader));
    }
    assert_eq!(reader.state(), State::Idle, "the visit did not end: {plan:?}");
    assert_eq!(finished.len(), 1, "{finished:?}");
    Visit { outcome: finished[0], consents }
}

fn by(identify: Identify) -> Plan {
    Plan { identify, ..Plan::default() }
}

fn pin(digits: &str) -> Plan {
    by(Identify::Pin(Pin::new(digits)))
}

#[test]
fn a_patient_goes_through_every_question_by_the_plan() {
    let only = ConsentPlan::Only(vec![Question::Operation]);
    let plan = Plan {
        consents: only,
        subsidy: false,
        prescription: PrescriptionForm::Paper,
        ..by(Identify::Face(FaceResult::Match))
    };
    let expected = Consents {
        specific_disease: Some(false),
        diagnosis_and_pharmacists: Some(false),
        operation: Some(true),
        health_checkup: Some(false),
        subsidy: Some(false),
        prescription: Some(PrescriptionForm::Paper),
        ..Consents::default()
    };
    let visited = visit(&plan, &mut Desk::new(Medium::Card));
    assert_eq!(visited, Visit { outcome: Outcome::Valid, consents: Some(expected.clone()) });

    // The old period asks the same one screen after the other.
    let mut old = Desk::new(Medium::Card);
    old.standing.period = ConsentPeriod::OneByOne;
    old.standing.questions.insert(0, Question::LimitCertificate);
    let asked = Consents { limit_certificate: Some(false), ..expected };
    assert_eq!(visit(&plan, &mut old).consents, Some(asked));
}

#[test]
fn every_plan_with_every_medium_ends_in_the_outcome_it_must() {
    use Medium::{Android, Card, FaceOnlyCard, Iphone};
    use Outcome::{CardLeft, FaceFailed, PinFailed, PinLocked, Valid};
    let plans = [
        (by(Identify::Face(FaceResult::Match)), [Valid, Valid, CardLeft, Valid]),
        (by(Identify::Face(FaceResult::Mismatch)), [FaceFailed, FaceFailed, CardLeft, Valid]),
        (by(Identify::Face(FaceResult::Unreadable)), [FaceFailed, FaceFailed, CardLeft, Valid]),
        (pin("1234"), [Valid, PinLocked, Valid, Valid]),
        (pin("9999"), [PinFailed, PinLocked, PinFailed, Valid]),
        (by(Identify::Visual), [Valid, Valid, CardLeft, Valid]),
    ];
    for (plan, outcomes) in plans {
        for (medium, outcome) in [Card, FaceOnlyCard, Android, Iphone].into_iter().zip(outcomes) {
            assert_eq!(visit(&plan, &mut Desk::new(medium)).outcome, outcome, "{:?} with {medium:?}", plan.identify);
        }
    }
}

#[test]
fn a_mismatch_is_tried_as_often_as_the_model_says_and_the_count_stays_with_the_card() {
    let mut desk = Desk::new(Medium::Card);
    let counts: Vec<u8> = (0..5)
        .map(|_| {
            assert_eq!(visit(&by(Identify::Face(FaceResult::Mismatch)), &mut desk).outcome, Outcome::FaceFailed);
            desk.card.face_misses
        })
        .collect();
    assert_eq!(counts, [3, 6, 9, 10, 10]);
    // Face is locked, the PIN is not; 目視確認 leads past the lock and leaves the count as it is.
    assert_eq!(visit(&pin("1234"), &mut desk).outcome, Outcome::Valid);
    assert_eq!(visit(&by(Identify::Visual), &mut desk).outcome, Outcome::Valid);
    assert_eq!(desk.card.face_misses, 10);
}

#[test]
fn a_wrong_pin_costs_one_try_per_visit_and_the_third_locks() {
    let mut desk = Desk::new(Medium::Card);
    let outcomes: Vec<Outcome> = (0..4).map(|_| visit(&pin("9999"), &mut desk).outcome).collect();
    assert_eq!(outcomes, [Outcome::PinFailed, Outcome::PinFailed, Outcome::PinLocked, Outcome::PinLocked]);
}

#[test]
fn the_staff_switch_their_mode_back_when_they_switched_it_on_and_only_then() {
    let mut reader = Dialogue::new(ReaderSettings::default(), Model::shipped("standard").unwrap());
    visit_at(&mut reader, &by(Identify::Visual), &mut Desk::new(Medium::Card));
    assert!(!reader.visual_mode());
    reader.step(Event::Staff(Staff::VisualOn));
    let visited = visit_at(&mut reader, &by(Identify::Visual), &mut Desk::new(Medium::Card));
    assert_eq!(visited.outcome, Outcome::Valid);
    assert!(reader.visual_mode());
}

#[test]
fn a_card_that_is_not_registered_is_registered_or_not_as_planned() {
    let mut desk = Desk::new(Medium::Card);
    desk.standing.registered = false;
    let yes = visit(&Plan::default(), &mut desk);
    assert_eq!(yes.outcome, Outcome::Valid);
    assert_eq!(yes.consents.unwrap().registration, Some(true));
    let no = visit(&Plan { register: false, ..Plan::default() }, &mut desk);
    assert_eq!(no, Visit { outcome: Outcome::NotRegistered, consents: None });

    // A phone cannot be registered, nor anybody by 目視確認.
    let mut phone = Desk::new(Medium::Iphone);
    phone.standing.registered = false;
    assert_eq!(visit(&Plan::default(), &mut phone).outcome, Outcome::NotRegistered);
    assert_eq!(visit(&by(Identify::Visual), &mut desk).outcome, Outcome::NotRegistered);
}

#[test]
fn a_certificate_in_grace_gives_the_qualification_without_medical_information() {
    let mut desk = Desk::new(Medium::Card);
    desk.standing.certificate = CertificateStatus::Grace;
    let consents = visit(&Plan::default(), &mut desk).consents.unwrap();
    assert_eq!((consents.diagnosis_and_pharmacists, consents.operation, consents.health_checkup), (None, None, None));
    assert_eq!(consents.specific_disease, Some(true));
}

#[test]
fn a_reader_without_phones_or_visual_check_ends_such_visits_too() {
    let settings = ReaderSettings { phone: false, staff_visual: false, ..ReaderSettings::default() };
    let mut reader = Dialogue::new(settings, Model::shipped("reception").unwrap());
    let phone = visit_at(&mut reader, &pin("1234"), &mut Desk::new(Medium::Android));
    assert_eq!(phone.outcome, Outcome::NotAMyNumberCard);
    let visual = visit_at(&mut reader, &by(Identify::Visual), &mut Desk::new(Medium::Card));
    assert_eq!(visual.outcome, Outcome::CardLeft);
}
