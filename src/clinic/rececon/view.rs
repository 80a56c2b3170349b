//! The desk as its faces show it: CR利用者リスト, the open questions, the alerts, the requests, and the book. One shape for the page in the
//! browser and for the text screen, so that both show the same.

use serde::Serialize;

use super::book::{Book, Expense, Patient};
use super::desk::{Alert, Desk};
use super::dialogue::{Dialogue, Kind};
use super::matching::Match;
use super::requests::{Errand, Pending};
use super::settings::Mistakes;
use super::shown::{self, FaceRow, Item, Named, Of};
use super::visit::{Certificate, Outcome, Subsidy, VALID, Visit};
use crate::event::Words;
use crate::text::key::comparison_key;

/// Most patients that a search shows.
pub const MOST_FOUND: usize = 50;

/// The desk, without the book.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct View {
    /// Whether 受付登録 and import go without an order.
    pub auto: bool,
    /// CR利用者リスト, the oldest first.
    pub visits: Vec<VisitView>,
    /// Open questions, the oldest first.
    pub dialogues: Vec<DialogueView>,
    /// Alerts, the oldest first.
    pub alerts: Vec<AlertView>,
    /// Requests of this レセコン, the oldest first.
    pub requests: Vec<RequestView>,
    /// How many patients the book has.
    pub patients: usize,
    /// What this レセコン was told to get wrong.
    pub mistakes: Vec<Words>,
}

/// One row of CR利用者リスト.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VisitView {
    /// Counts from 1.
    pub number: u32,
    /// `YYYYMMDDHHmmss`
    pub time: String,
    /// Who came, as the result says.
    pub person: PatientLine,
    /// The patient, where one is known.
    pub patient: Option<PatientLine>,
    /// Whether somebody was found.
    pub found: Named,
    /// By what.
    pub by: Option<Named>,
    /// Who could be meant.
    pub candidates: Vec<PatientLine>,
    /// 資格有効性
    pub validity: Named,
    /// Whether the qualification holds.
    pub valid: bool,
    /// 受付済
    pub accepted: bool,
    /// What is known of the subsidy.
    pub subsidy: Named,
    /// Why it could not be fetched.
    pub subsidy_error: Option<String>,
    /// What came as public expense.
    pub certificates: Vec<CertificateView>,
    /// All records that came, field by field.
    pub records: Vec<Vec<Item>>,
    /// The orders that can be carried out: `accept`, `register`, `link`, `import`.
    pub may: Vec<&'static str>,
}

/// A patient in one line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PatientLine {
    /// 患者番号, or the 照会番号 that came.
    pub number: String,
    /// 氏名
    pub name: String,
    /// 氏名カナ
    pub name_kana: String,
    /// `YYYY-MM-DD`
    pub birthdate: String,
}

/// One certificate of a visit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CertificateView {
    /// What became of it.
    pub outcome: Named,
    /// 転記項目
    pub items: Vec<Item>,
    /// 券面項目
    pub face: Vec<FaceRow>,
}

/// An open question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DialogueView {
    /// By which it is answered.
    pub number: u32,
    /// What about.
    pub kind: Named,
    /// Whom about.
    pub patient: PatientLine,
    /// Which visit brought it.
    pub visit: Option<u32>,
    /// The fields side by side.
    pub fields: Vec<FieldView>,
}

/// One field of a question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FieldView {
    /// By which it is answered.
    pub field: String,
    /// What people call it.
    #[serde(flatten)]
    pub words: Words,
    /// What is stored.
    pub stored: Option<String>,
    /// What came.
    pub incoming: Option<String>,
}

/// An alert.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AlertView {
    /// By which it is dismissed.
    pub number: u32,
    /// Its kind and sentence.
    pub kind: Named,
    /// Something failed, as opposed to being as it is.
    pub error: bool,
    /// Which visit it is about.
    pub visit: Option<u32>,
    /// 患者番号
    pub patient: Option<String>,
    /// Values that belong to it.
    pub detail: String,
}

/// A request of this レセコン.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RequestView {
    /// Its name in `req`.
    pub file: String,
    /// 患者番号
    pub patient: String,
    /// What it asks.
    pub errand: Named,
    /// How it stands.
    pub state: Named,
}

/// Patients that a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The first [`MOST_FOUND`] of them.
    pub patients: Vec<PatientLine>,
    /// How many there are.
    pub all: usize,
}

/// One patient whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PatientView {
    /// In one line.
    #[serde(flatten)]
    pub line: PatientLine,
    /// Person and insurance.
    pub items: Vec<Item>,
    /// Public expenses in the order of application, 第1公費 first.
    pub expenses: Vec<ExpenseView>,
    /// Requests about them.
    pub requests: Vec<RequestView>,
}

/// One public expense of a patient.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ExpenseView {
    /// By which it is named within its patient.
    pub id: u32,
    /// 転記項目
    pub items: Vec<Item>,
    /// 券面項目
    pub face: Vec<FaceRow>,
}

impl View {
    /// The desk as it is now.
    pub fn of(desk: &Desk) -> Self {
        let mistakes = &desk.settings.mistakes;
        let of_mistake = |mistake: super::Mistake| Words::new(mistake.row().ja, mistake.row().en);
        Self {
            auto: desk.settings.auto,
            visits: desk.day.visits.iter().map(|visit| of_visit(visit, &desk.book, mistakes)).collect(),
            dialogues: desk.day.dialogues.iter().map(|dialogue| of_dialogue(dialogue, &desk.book)).collect(),
            alerts: desk.day.alerts.iter().map(of_alert).collect(),
            requests: desk.day.requests.iter().map(of_request).collect(),
            patients: desk.book.patients.len(),
            mistakes: mistakes.iter().map(of_mistake).collect(),
        }
    }
}

/// The patients whose number, name, reading or birth date has `wanted` in it; all of them for an empty one.
pub fn find(desk: &Desk, wanted: &str) -> Found {
    let wanted = comparison_key(wanted).replace(['-', '/'], "").to_lowercase();
    let has = |text: &str| comparison_key(text).replace('-', "").to_lowercase().contains(&wanted);
    let fields = ["name", "name-kana", "birthdate", "insured-number"];
    let fits = |patient: &&Patient| has(&patient.number) || fields.iter().any(|field| has(patient.value(field)));
    let found: Vec<_> = desk.book.patients.iter().filter(fits).collect();
    Found { patients: found.iter().take(MOST_FOUND).map(|patient| line(patient)).collect(), all: found.len() }
}

/// The patient of this number.
pub fn patient(desk: &Desk, number: &str) -> Option<PatientView> {
    let patient = desk.book.patient(number)?;
    let of_expense = |expense: &Expense| ExpenseView {
        id: expense.id,
        items: shown::items(Of::Expense, &expense.values),
        face: shown::face(&expense.face_items, &desk.settings.mistakes),
    };
    Some(PatientView {
        line: line(patient),
        items: shown::items(Of::Person, &patient.values),
        expenses: patient.expenses.iter().map(of_expense).collect(),
        requests: desk.day.requests.iter().filter(|request| request.patient == number).map(of_request).collect(),
    })
}

fn line(patient: &Patient) -> PatientLine {
    PatientLine {
        number: patient.number.clone(),
        name: patient.value("name").to_owned(),
        name_kana: patient.value("name-kana").to_owned(),
        birthdate: shown::value("birthdate", patient.value("birthdate")),
    }
}

/// Somebody the book need not have any more.
fn line_of(book: &Book, number: &str) -> PatientLine {
    book.patient(number).map_or_else(|| PatientLine { number: number.to_owned(), ..PatientLine::default() }, line)
}

fn of_visit(visit: &Visit, book: &Book, mistakes: &Mistakes) -> VisitView {
    let value = |field: &str| visit.values.get(field).cloned().unwrap_or_default();
    let (found, candidates) = match &visit.who {
        Match::Known { .. } => ("known", [].as_slice()),
        Match::Several(numbers) => ("several", numbers.as_slice()),
        Match::Nobody => ("nobody", [].as_slice()),
    };
    let subsidy_error = match &visit.subsidy {
        Subsidy::Failed(code, text) => Some(format!("{code} {text}").trim().to_owned()),
        _ => None,
    };
    VisitView {
        number: visit.number,
        time: visit.time.clone(),
        person: PatientLine {
            number: value("reference-number"),
            name: value("name"),
            name_kana: value("name-kana"),
            birthdate: shown::value("birthdate", &value("birthdate")),
        },
        patient: visit.patient().map(|number| line_of(book, number)),
        found: shown::named(shown::FOUND, found),
        by: visit.by().map(|by| shown::named(shown::BY, by.word())),
        candidates: candidates.iter().map(|number| line_of(book, number)).collect(),
        validity: shown::validity(&visit.validity),
        valid: visit.validity == VALID,
        accepted: visit.accepted,
        subsidy: shown::named(shown::SUBSIDY, visit.subsidy.word()),
        subsidy_error,
        certificates: visit.certificates.iter().map(|certificate| of_certificate(certificate, mistakes)).collect(),
        records: visit.records.iter().map(|record| shown::items(Of::Person, record)).collect(),
        may: may(visit),
    }
}

/// What the desk would not refuse.
fn may(visit: &Visit) -> Vec<&'static str> {
    let known = visit.patient().is_some();
    let new = visit.certificates.iter().any(|certificate| certificate.outcome == Outcome::New);
    let rows = [
        ("accept", known && !visit.accepted),
        ("register", !known && !visit.values.is_empty() && visit.validity == VALID),
        ("link", !known),
        ("import", known && new),
    ];
    rows.into_iter().filter(|(_, may)| *may).map(|(order, _)| order).collect()
}

fn of_certificate(certificate: &Certificate, mistakes: &Mistakes) -> CertificateView {
    CertificateView {
        outcome: shown::named(shown::OUTCOME, certificate.outcome.word()),
        items: shown::items(Of::Expense, &certificate.values),
        face: shown::face(&certificate.face_items, mistakes),
    }
}

fn of_dialogue(dialogue: &Dialogue, book: &Book) -> DialogueView {
    let of = if dialogue.kind == Kind::Person { Of::Person } else { Of::Expense };
    let fields = dialogue.fields.iter().map(|field| FieldView {
        words: shown::words(of, &field.field),
        stored: field.stored.as_deref().map(|value| shown::value(&field.field, value)),
        incoming: field.incoming.as_deref().map(|value| shown::value(&field.field, value)),
        field: field.field.clone(),
    });
    DialogueView {
        number: dialogue.number,
        kind: shown::named(shown::KIND, dialogue.kind.word()),
        patient: line_of(book, &dialogue.patient),
        visit: dialogue.visit,
        fields: fields.collect(),
    }
}

fn of_alert(alert: &Alert) -> AlertView {
    let (name, ja, en) = alert.kind.words();
    AlertView {
        number: alert.number,
        kind: Named { name: name.to_owned(), words: Words::new(ja, en) },
        error: alert.kind.is_error(),
        visit: alert.visit,
        patient: alert.patient.clone(),
        detail: alert.detail.clone(),
    }
}

fn of_request(request: &Pending) -> RequestView {
    let errand = match request.errand {
        Errand::Query => "query",
        Errand::Register(_) => "register",
    };
    RequestView {
        file: request.file.clone(),
        patient: request.patient.clone(),
        errand: shown::named(shown::ERRAND, errand),
        state: shown::named(shown::REQUEST, request.state.word()),
    }
}
