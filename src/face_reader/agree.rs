//! Second half of the dialogue: what the centre knows, registration, consents, 受給者証, prescription, result
//! (spec/jpki-card.md §5.4 steps 5–8, §5.5; spec/pmh.md §5.1).

use super::dialogue::Dialogue;
use super::event::{CentreFailure, Effect, Ignored};
use super::state::{Failure, State};
use crate::visit::{CertificateStatus, ConsentPeriod, Consents, Method, Outcome, PrescriptionForm, Question, Standing};

type Taken = Result<(), Ignored>;

/// The three kinds of medical information that one touch can answer (from 2024-10-07, [A]). 特定疾病 keeps its own screen.
pub(super) fn answered_at_once(question: Question) -> bool {
    matches!(question, Question::DiagnosisAndPharmacists | Question::Operation | Question::HealthCheckup)
}

impl Dialogue {
    pub(super) fn standing(&mut self, standing: Standing, out: &mut Vec<Effect>) -> Taken {
        let certificate = standing.certificate;
        let registered = standing.registered;
        let patient = self.patient()?;
        let can_register = !patient.holds_phone() && patient.method != Some(Method::Visual);
        patient.standing = Some(Standing { questions: questions(&standing), ..standing });
        match certificate {
            CertificateStatus::Revoked | CertificateStatus::Expired => self.fail(Failure::CertificateRefused, out),
            CertificateStatus::Unreachable => self.fail(Failure::Centre(CentreFailure::Unreachable), out),
            status if !status.admits() => self.fail(Failure::CertificateUnusable, out),
            _ if !registered && !can_register => self.fail(Failure::RegistrationNeedsCard, out),
            _ => self.ask_next(out),
        }
    }

    /// The first question without an answer; when there is none, the consents go to the centre.
    fn ask_next(&mut self, out: &mut Vec<Effect>) -> Taken {
        let patient = self.patient()?;
        let standing = patient.standing.as_ref().ok_or(Ignored::NotNow)?;
        let Some(question) = standing.questions.iter().find(|question| !is_answered(&patient.consents, **question))
        else {
            let (visit, consents) = (standing.visit.clone(), patient.consents.clone());
            self.enter(State::Concluding, out)?;
            out.push(Effect::SendConsents { ticket: self.ticket, visit, consents });
            return Ok(());
        };
        let at_once = standing.period == ConsentPeriod::AllAtOnce && !patient.one_by_one;
        let state = match *question {
            Question::Registration => State::Registration,
            Question::Subsidy => State::Subsidy,
            Question::Prescription => State::Prescription,
            medical if at_once && answered_at_once(medical) => State::ConsentOverview,
            single => State::Consent(single),
        };
        self.enter(state, out)
    }

    pub(super) fn answer(&mut self, question: Question, agree: bool, out: &mut Vec<Effect>) -> Taken {
        set_answer(&mut self.patient()?.consents, question, Some(agree));
        if question == Question::Registration && !agree {
            return self.leave(Outcome::NotRegistered, out);
        }
        self.ask_next(out)
    }

    pub(super) fn answer_all(&mut self, agree: bool, out: &mut Vec<Effect>) -> Taken {
        self.set_all(Some(agree))?;
        self.ask_next(out)
    }

    pub(super) fn answer_each(&mut self, out: &mut Vec<Effect>) -> Taken {
        self.patient()?.one_by_one = true;
        self.ask_next(out)
    }

    pub(super) fn back_to_overview(&mut self, out: &mut Vec<Effect>) -> Taken {
        self.set_all(None)?;
        self.patient()?.one_by_one = false;
        self.ask_next(out)
    }

    pub(super) fn prescription(&mut self, form: PrescriptionForm, out: &mut Vec<Effect>) -> Taken {
        self.patient()?.consents.prescription = Some(form);
        self.ask_next(out)
    }

    fn set_all(&mut self, agree: Option<bool>) -> Taken {
        let patient = self.patient()?;
        let standing = patient.standing.as_ref().ok_or(Ignored::NotNow)?;
        for question in standing.questions.iter().filter(|question| answered_at_once(**question)) {
            set_answer(&mut patient.consents, *question, agree);
        }
        Ok(())
    }

    pub(super) fn concluded(&mut self, outcome: Outcome, out: &mut Vec<Effect>) -> Taken {
        match outcome {
            Outcome::CentreError => self.fail(Failure::Centre(CentreFailure::Problem), out),
            Outcome::CentreUnreachable => self.fail(Failure::Centre(CentreFailure::Unreachable), out),
            Outcome::CertificateRefused => self.fail(Failure::CertificateRefused, out),
            outcome => {
                self.settle(outcome, out)?;
                self.enter(State::Result, out)
            }
        }
    }
}

/// What is really asked: the centre proposes, the rules of card and period hold whatever it proposes.
fn questions(standing: &Standing) -> Vec<Question> {
    let asked = |question: Question| match question {
        // Asked first, and whenever it is needed.
        Question::Registration => false,
        // Given without a screen from 2024-10-07.
        Question::LimitCertificate => standing.period == ConsentPeriod::OneByOne,
        // A certificate in its three months of grace gives the qualification only (spec/jpki-card.md §3.5, [A]).
        medical if answered_at_once(medical) => standing.certificate != CertificateStatus::Grace,
        _ => true,
    };
    let first = (!standing.registered).then_some(Question::Registration);
    first.into_iter().chain(standing.questions.iter().copied().filter(|question| asked(*question))).collect()
}

fn is_answered(consents: &Consents, question: Question) -> bool {
    match question {
        Question::Registration => consents.registration.is_some(),
        Question::LimitCertificate => consents.limit_certificate.is_some(),
        Question::SpecificDisease => consents.specific_disease.is_some(),
        Question::DiagnosisAndPharmacists => consents.diagnosis_and_pharmacists.is_some(),
        Question::Operation => consents.operation.is_some(),
        Question::HealthCheckup => consents.health_checkup.is_some(),
        Question::Subsidy => consents.subsidy.is_some(),
        Question::Prescription => consents.prescription.is_some(),
    }
}

fn set_answer(consents: &mut Consents, question: Question, agree: Option<bool>) {
    match question {
        Question::Registration => consents.registration = agree,
        Question::LimitCertificate => consents.limit_certificate = agree,
        Question::SpecificDisease => consents.specific_disease = agree,
        Question::DiagnosisAndPharmacists => consents.diagnosis_and_pharmacists = agree,
        Question::Operation => consents.operation = agree,
        Question::HealthCheckup => consents.health_checkup = agree,
        Question::Subsidy => consents.subsidy = agree,
        // Has its own answer, PrescriptionForm.
        Question::Prescription => {}
    }
}
