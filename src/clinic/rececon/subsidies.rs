//! 医療費助成 → 公費: the announced file, what is new in it, what changed, what is missing (spec/pmh.md §5.4, R1–R8).

use super::book::{Expense, Patient};
use super::desk::{Desk, Refused, arrange, end};
use super::dialogue::Kind;
use super::event::{AlertKind, Effect, Moment};
use super::field::{self, Difference, Eye, Manner, Sheet, are_same};
use super::mistake::Mistake;
use super::settings::Mistakes;
use super::visit::{Certificate, Outcome, Subsidy};
use crate::message::subsidy::{SubsidyCertificate, SubsidyDocument};
use crate::number::{Checked, PublicExpenseNumber, RecipientNumber};

/// How the absence dialogue calls an expense: `expense/<id>`.
pub const EXPENSE: &str = "expense/";

/// Schemes whose 自己負担上限額管理票 is still paper (spec/pmh.md §8 P3, §11 S-33).
const PAPER_MANAGEMENT: [u8; 3] = [21, 52, 54];

/// 国公費 numbers end with a check digit after six digits; local ones are free (spec/pmh.md §6.2).
const NATIONAL_RECIPIENT_DIGITS: usize = 7;

impl Desk {
    /// The announced file is here.
    pub(super) fn subsidies_came(&mut self, name: &str, document: &SubsidyDocument, moment: Moment) {
        let Some(number) = self.claimant(name) else { return };
        let mistakes = self.settings.mistakes.clone();
        let Some(visit) = self.visit_mut(number) else { return };
        if mistakes.makes(Mistake::DropsLateFiles) && matches!(visit.subsidy, Subsidy::Late { .. }) {
            return;
        }
        visit.subsidy = Subsidy::Came;
        let most = if mistakes.makes(Mistake::FirstCertificateOnly) { 1 } else { usize::MAX };
        let came = document.certificates.iter().take(most).map(|certificate| taken(certificate, &mistakes));
        visit.certificates.extend(came);
        let odd: Vec<_> =
            visit.certificates.iter().enumerate().filter_map(|(at, c)| Some((at, odd_number(&c.values)?))).collect();
        self.tell("subsidies-came", Some(number), document.certificates.len().to_string(), moment);
        for (at, odd) in odd {
            self.alert(AlertKind::CheckDigit, Some(number), odd, moment);
            if mistakes.makes(Mistake::RefusesCheckDigit)
                && let Some(certificate) = self.visit_mut(number).and_then(|visit| visit.certificates.get_mut(at))
            {
                certificate.outcome = Outcome::Refused;
            }
        }
        self.compare_subsidies(number, moment);
    }

    /// An `.err` came instead: that is an error and not *none*, and the qualification stays as it is (R5, R6).
    pub(super) fn subsidies_failed(&mut self, name: &str, code: String, text: String, moment: Moment) {
        let Some(number) = self.claimant(name) else { return };
        let mistakes = self.settings.mistakes.clone();
        let Some(visit) = self.visit_mut(number) else { return };
        if mistakes.makes(Mistake::ErrorIsAbsence) {
            visit.subsidy = Subsidy::None;
            return self.compare_subsidies(number, moment);
        }
        let detail = format!("{code} {text}").trim().to_owned();
        visit.subsidy = Subsidy::Failed(code, text);
        if mistakes.makes(Mistake::ErrorStopsReception) {
            (visit.who, visit.accepted) = (super::matching::Match::Nobody, false);
            visit.values.clear();
        }
        self.alert(AlertKind::SubsidyFailed, Some(number), detail, moment);
    }

    /// Whose file it is: that of the visit that announced its name, however many came since (spec/pmh.md §11 S-37).
    pub(super) fn claimant(&self, name: &str) -> Option<u32> {
        if self.settings.mistakes.makes(Mistake::NextFileIsMyPatient) && name.starts_with("PMHsimsm01res_") {
            return self.day.visits.last().map(|visit| visit.number);
        }
        self.day.visits.iter().find(|visit| visit.subsidy.is_answered_by(name)).map(|visit| visit.number)
    }

    /// Every certificate against the stored expenses, and the stored ones against the certificates.
    pub(super) fn compare_subsidies(&mut self, number: u32, moment: Moment) {
        let Some(visit) = self.visit(number) else { return };
        let (Some(who), state, day) = (visit.patient().map(str::to_owned), visit.subsidy.clone(), visit.day.clone())
        else {
            return;
        };
        let Some(patient) = self.book.patient(&who).cloned() else { return };
        let sheets: Vec<_> = visit.certificates.iter().map(|c| (c.values.clone(), c.of_qualification)).collect();
        let stored = counterparts(&patient, &sheets, &self.settings.mistakes);
        for (at, expense) in stored.iter().enumerate() {
            self.compare_certificate(number, at, &patient, *expense, moment);
        }
        if self.settings.auto {
            self.import(number, moment);
        }
        if self.settings.mistakes.makes(Mistake::AbsenceIsError) && state == Subsidy::None {
            return self.alert(AlertKind::SubsidyFailed, Some(number), String::new(), moment);
        }
        // Without an answer nothing is known about what is missing.
        if matches!(state, Subsidy::None | Subsidy::Came) {
            self.look_for_missing(number, &patient, &day, &stored, moment);
        }
    }

    fn compare_certificate(&mut self, number: u32, at: usize, patient: &Patient, expense: Option<u32>, moment: Moment) {
        let always = self.settings.mistakes.makes(Mistake::AlwaysAsks);
        let Some(certificate) = self.visit_mut(number).and_then(|visit| visit.certificates.get_mut(at)) else { return };
        if certificate.outcome != Outcome::Open {
            return;
        }
        let Some(stored) = expense.and_then(|id| patient.expense(id)) else {
            certificate.outcome = Outcome::New;
            return;
        };
        // The same ハッシュ値: nothing changed since the staff last saw it (R7).
        let is_same = certificate.hash.is_some() && certificate.hash == stored.hash;
        let fields = match () {
            () if always => all_fields(&stored.values, &certificate.values),
            () if is_same => Vec::new(),
            () => field::differences(field::EXPENSE, &stored.values, &certificate.values, Eye::Folding),
        };
        if !fields.is_empty() {
            certificate.outcome = Outcome::Asked;
            let token = certificate.hash.clone();
            let kind = Kind::Subsidy { expense: stored.id, certificate: at };
            return self.ask(kind, &patient.number, Some(number), fields, token, moment);
        }
        certificate.outcome = Outcome::Unchanged;
        // 券面項目 are for reading: the latest are shown, and nobody is asked (spec/pmh.md §11 S-17, S-18).
        let (hash, face_items) = (certificate.hash.clone(), certificate.face_items.clone());
        if let Some(stored) = self.book.patient_mut(&patient.number).and_then(|known| known.expense_mut(stored.id)) {
            (stored.hash, stored.face_items) = (hash.or(stored.hash.take()), face_items);
            self.effects.push(Effect::Store);
        }
    }

    /// Stored expenses that hold and of which nothing came. Why, nobody can tell: the staff decides (spec/pmh.md §11 S-07…S-10, S-16).
    fn look_for_missing(&mut self, number: u32, patient: &Patient, day: &str, came: &[Option<u32>], moment: Moment) {
        let missing =
            patient.expenses.iter().filter(|e| !e.of_qualification && e.holds_on(day) && !came.contains(&Some(e.id)));
        let missing: Vec<&Expense> = missing.collect();
        if self.settings.mistakes.makes(Mistake::EndsOnEmpty) {
            if let Some(known) = self.book.patient_mut(&patient.number) {
                missing.iter().for_each(|expense| end(known, expense.id, day));
            }
            return self.effects.push(Effect::Store);
        }
        let field = |expense: &&Expense| Difference {
            field: format!("{EXPENSE}{}", expense.id),
            stored: Some(format!("{} {}", expense.value("name"), expense.value("payer-number")).trim().to_owned()),
            incoming: None,
        };
        let fields: Vec<_> = missing.iter().map(field).collect();
        if !fields.is_empty() {
            self.ask(Kind::Absence, &patient.number, Some(number), fields, None, moment);
        }
    }

    /// Takes over what is new (R2): all transcription items at once, nothing is typed. How many were.
    pub(super) fn import(&mut self, number: u32, moment: Moment) -> usize {
        let Some(visit) = self.day.visits.iter_mut().find(|visit| visit.number == number) else { return 0 };
        let Some(patient) = visit.patient().and_then(|who| self.book.patients.iter_mut().find(|p| p.number == who))
        else {
            return 0;
        };
        let mut alerts = Vec::new();
        let mut imported = 0;
        for certificate in visit.certificates.iter_mut().filter(|certificate| certificate.outcome == Outcome::New) {
            certificate.outcome = Outcome::Imported;
            imported += 1;
            let law = certificate.values.get("payer-number").and_then(|n| PublicExpenseNumber::new(n).law_number());
            let name = || certificate.values.get("name").cloned().unwrap_or_default();
            if law.is_some_and(|law| PAPER_MANAGEMENT.contains(&law)) {
                alerts.push((AlertKind::PaperManagement, name()));
            }
            if is_reimbursed(&certificate.values, &self.settings.mistakes) {
                alerts.push((AlertKind::ReimbursedLater, name()));
            }
            patient.add(Expense {
                id: 0,
                values: certificate.values.clone(),
                hash: certificate.hash.clone(),
                face_items: certificate.face_items.clone(),
                of_qualification: certificate.of_qualification,
            });
        }
        if imported == 0 {
            return 0;
        }
        arrange(patient, &self.settings.mistakes);
        self.effects.push(Effect::Store);
        self.tell("subsidies-imported", Some(number), imported.to_string(), moment);
        for (kind, name) in alerts {
            self.alert(kind, Some(number), name, moment);
        }
        imported
    }

    /// The staff's order to import.
    pub(super) fn order_import(&mut self, number: u32, moment: Moment) -> Result<(), Refused> {
        if self.visit(number).is_none_or(|visit| visit.patient().is_none()) {
            return Err("患者が決まっていません / nobody knows whose visit it is: register or link it first".to_owned());
        }
        match self.import(number, moment) {
            0 => Err("取り込む新しい受給者証がありません / there is no new certificate to import".to_owned()),
            _ => Ok(()),
        }
    }
}

fn taken(certificate: &SubsidyCertificate, mistakes: &Mistakes) -> Certificate {
    let mut values = field::of_certificate(certificate);
    if mistakes.makes(Mistake::CutsRecipientNumber)
        && let Some(number) = values.get_mut("recipient-number")
    {
        *number = number.chars().take(NATIONAL_RECIPIENT_DIGITS).collect();
    }
    Certificate {
        values,
        hash: certificate.hash.clone(),
        face_items: certificate.face_items.clone(),
        of_qualification: false,
        outcome: Outcome::Open,
    }
}

/// 一律償還払い: the patient pays the share of the insurance in full, and is reimbursed later (spec/pmh.md §1.6 row 8, §11 S-42).
pub(super) fn is_reimbursed(values: &Sheet, mistakes: &Mistakes) -> bool {
    let flag = values.get("always-reimbursement").is_some_and(|flag| flag == "1");
    flag && !mistakes.makes(Mistake::ReducesReimbursed)
}

/// A number whose check digit is wrong: worth a look, and kept (spec/pmh.md §6, P8).
fn odd_number(values: &Sheet) -> Option<String> {
    let payer = values.get("payer-number").map(|number| PublicExpenseNumber::new(number));
    let is_national = payer.as_ref().is_some_and(|payer| payer.law().is_some());
    let recipient = values.get("recipient-number").filter(|_| is_national);
    let recipient = recipient.map(|number| RecipientNumber::new(number));
    let wrong = |checked: Checked| matches!(checked, Checked::WrongCheckDigit { .. });
    let payer = payer.filter(|number| wrong(number.check())).map(|number| number.to_string());
    payer.or_else(|| recipient.filter(|number| wrong(number.check())).map(|number| number.as_str().to_owned()))
}

fn all_fields(stored: &Sheet, incoming: &Sheet) -> Vec<Difference> {
    let one = |(name, value): (&String, &String)| Difference {
        field: name.clone(),
        stored: stored.get(name).cloned(),
        incoming: Some(value.clone()),
    };
    incoming.iter().map(one).collect()
}

/// The stored expense that each certificate is, by what agrees: first all that names one, then less (spec/pmh.md §11 S-04, S-20). An
/// expense is the counterpart of one certificate only.
fn counterparts(patient: &Patient, certificates: &[(Sheet, bool)], mistakes: &Mistakes) -> Vec<Option<u32>> {
    const STEPS: [&[&str]; 3] = [
        &["payer-number", "recipient-number", "name", "segment"],
        &["payer-number", "recipient-number"],
        &["payer-number", "name", "segment"],
    ];
    let mut found = vec![None; certificates.len()];
    let payer_alone = mistakes.makes(Mistake::PayerNumberIsKey);
    let steps: &[&[&str]] = if payer_alone { &[&["payer-number"]] } else { &STEPS };
    for step in steps {
        for (at, (sheet, of_qualification)) in certificates.iter().enumerate() {
            if found.get(at).is_none_or(Option::is_some) {
                continue;
            }
            let free = |expense: &&Expense| {
                (payer_alone || !found.contains(&Some(expense.id))) && expense.of_qualification == *of_qualification
            };
            let alike = |expense: &&Expense| step.iter().all(|name| same(sheet.get(*name), expense.values.get(*name)));
            let counterpart = patient.expenses.iter().filter(free).find(alike).map(|expense| expense.id);
            if let Some(place) = found.get_mut(at) {
                *place = counterpart;
            }
        }
    }
    found
}

fn same(a: Option<&String>, b: Option<&String>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => are_same(Manner::Text, a, b, Eye::Folding),
        (None, None) => true,
        _ => false,
    }
}
