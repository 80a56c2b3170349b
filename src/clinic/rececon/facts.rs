//! What is known at the desk, as text by path: one vocabulary for `GET /facts`, for scenarios, for pages. A path that stands for several
//! begins with *how many* under the same word, and counts from 1.

use std::collections::BTreeMap;

use super::book::{Expense, Patient};
use super::desk::Desk;
use super::dialogue::Dialogue;
use super::field::Sheet;
use super::matching::Match;
use super::mistake::Mistake;
use super::settings::Mistakes;
use super::subsidies::is_reimbursed;
use super::visit::Visit;
use crate::message::subsidy::{FACE_LEVELS, FaceItem};

/// All facts, by path.
pub type Facts = BTreeMap<String, String>;

/// One row per kind of path; `{…}` stands for one part of it, `{field}` also for several: the path, and what is said (Japanese, English).
pub static TABLE: &[(&str, &str, &str)] = &[
    ("visits", "受付の数 (CR利用者リスト)", "how many visits there are"),
    ("visit/last/{…}", "最後の受付の同じ項目", "the same of the latest visit"),
    ("visit/{visit}/file", "届いたファイルの名前", "the name of the file that came"),
    ("visit/{visit}/time", "処理実行日時", "when the reader was used, `YYYYMMDDHHmmss`"),
    ("visit/{visit}/patient", "患者番号", "the patient, when one is known"),
    ("visit/{visit}/match", "known, several, nobody", "whether a patient was found"),
    ("visit/{visit}/by", "reference-number, insurance, name, staff", "by what the patient was found"),
    ("visit/{visit}/candidates", "該当する患者番号", "the patients who could be meant"),
    ("visit/{visit}/validity", "資格有効性 (OQSCD006)", "QualificationValidity"),
    ("visit/{visit}/state", "waiting, accepted", "whether the visit is accepted"),
    ("visit/{visit}/records", "資格の数", "how many records came"),
    ("visit/{visit}/record/{record}/{field}", "資格の項目", "a field of a record"),
    ("visit/{visit}/subsidy", "none, waiting, late, came, error", "what is known of the subsidy"),
    ("visit/{visit}/subsidy/error", "取得できなかった理由", "why it could not be fetched"),
    ("visit/{visit}/certificates", "受給者証の数", "how many certificates came"),
    (
        "visit/{visit}/certificate/{certificate}/outcome",
        "open, new, unchanged, asked, imported, refused",
        "what became of it",
    ),
    ("visit/{visit}/certificate/{certificate}/{field}", "受給者証の項目", "a field of a certificate"),
    ("visit/{visit}/prescription", "処方箋の発行形態 (OQSCD017)", "PrescriptionIssueSelect"),
    ("patients", "台帳の患者の数", "how many patients the book has"),
    ("patient/last/{…}", "最後の受付の患者の同じ項目", "the same of the patient of the latest visit"),
    ("patient/{patient}/{field}", "患者と保険の項目", "a field of a patient"),
    ("patient/{patient}/visits", "その患者の受付の数", "how many visits the patient has"),
    ("patient/{patient}/accepted", "受付済みの数", "how many of them are accepted"),
    ("patient/{patient}/expenses", "公費の数 (適用の順)", "how many public expenses, in the order of application"),
    ("patient/{patient}/expense/{expense}/id", "確認の中での名前 (expense/…)", "by what a dialogue names it"),
    ("patient/{patient}/expense/{expense}/{field}", "公費の項目", "a field of a public expense"),
    (
        "patient/{patient}/expense/{expense}/at-window",
        "reduced, reimbursed",
        "whether the amount at the window is reduced, or reimbursed later (一律償還払い)",
    ),
    ("patient/{patient}/expense/{expense}/face", "券面項目の表", "the 券面項目 as a table, up to three levels"),
    ("dialogues", "答えを待つ確認の数", "how many questions are open"),
    ("dialogue/number", "いちばん古い確認の番号", "the oldest open question"),
    ("dialogue/kind", "person, subsidy, absence", "what it is about"),
    ("dialogue/patient", "患者番号", "whom it is about"),
    ("dialogue/visit", "受付", "which visit brought it"),
    ("dialogue/fields", "違う項目", "the fields that differ"),
    ("dialogue/stored/{field}", "登録済みの値", "what is stored"),
    ("dialogue/incoming/{field}", "届いた値", "what came"),
    ("alerts", "お知らせの数", "how many alerts are open"),
    ("alert/{kind}", "その種類のお知らせの数", "how many of one kind are open"),
    ("alert/{kind}/number", "最後の一つの番号", "the number of the last of them"),
    ("alert/{kind}/detail", "その内容", "what belongs to it"),
    ("alert/{kind}/patient", "その患者番号", "whom it is about"),
    ("errors", "エラーの数", "how many errors there were"),
    ("errors/last", "最後のエラー", "the last one"),
    ("requests", "送った要求の数", "how many requests were written"),
    ("request/last/file", "最後の要求のファイル名", "the name of the last request"),
    ("request/last/patient", "患者番号", "whom it was about"),
    ("request/last/state", "waiting, late, done, failed", "how it stands"),
    ("files/read", "読んだファイルの数", "how many files were read"),
];

/// Everything that is known now.
pub fn all(desk: &Desk) -> Facts {
    let mut facts = Facts::new();
    let mut say = |path: String, value: String| drop(facts.insert(path, value));
    say("visits".into(), desk.day.visits.len().to_string());
    desk.day.visits.iter().for_each(|visit| of_visit(&format!("visit/{}", visit.number), visit, &mut say));
    say("patients".into(), desk.book.patients.len().to_string());
    for patient in &desk.book.patients {
        of_patient(&format!("patient/{}", patient.number), patient, desk, &mut say);
    }
    if let Some(last) = desk.day.visits.last() {
        of_visit("visit/last", last, &mut say);
        if let Some(patient) = last.patient().and_then(|number| desk.book.patient(number)) {
            of_patient("patient/last", patient, desk, &mut say);
        }
    }
    say("dialogues".into(), desk.day.dialogues.len().to_string());
    if let Some(dialogue) = desk.day.dialogues.first() {
        of_dialogue(dialogue, &mut say);
    }
    say("alerts".into(), desk.day.alerts.len().to_string());
    for alert in &desk.day.alerts {
        let path = format!("alert/{}", alert.kind.words().0);
        let detail = Some(&alert.detail).filter(|detail| !detail.is_empty()).cloned();
        say_some(&format!("{path}/detail"), detail, &mut say);
        say_some(&format!("{path}/patient"), alert.patient.clone(), &mut say);
        say(format!("{path}/number"), alert.number.to_string());
        say(path, desk.day.alerts.iter().filter(|other| other.kind == alert.kind).count().to_string());
    }
    say("errors".into(), desk.day.errors.to_string());
    say_some("errors/last", desk.day.last_error.clone(), &mut say);
    say("requests".into(), desk.day.requests.len().to_string());
    if let Some(request) = desk.day.requests.last() {
        say("request/last/file".into(), request.file.clone());
        say("request/last/patient".into(), request.patient.clone());
        say("request/last/state".into(), request.state.word().to_owned());
    }
    say("files/read".into(), desk.day.read.to_string());
    facts
}

type Say<'a> = &'a mut dyn FnMut(String, String);

fn say_some(path: &str, value: Option<String>, say: Say<'_>) {
    if let Some(value) = value {
        say(path.to_owned(), value);
    }
}

fn say_sheet(path: &str, sheet: &Sheet, say: Say<'_>) {
    for (field, value) in sheet {
        say(format!("{path}/{field}"), value.clone());
    }
}

fn of_visit(path: &str, visit: &Visit, say: Say<'_>) {
    let (found, candidates) = match &visit.who {
        Match::Known { .. } => ("known", None),
        Match::Several(numbers) => ("several", Some(numbers.join(" "))),
        Match::Nobody => ("nobody", None),
    };
    say(format!("{path}/file"), visit.file.clone());
    say(format!("{path}/time"), visit.time.clone());
    say(format!("{path}/match"), found.to_owned());
    say_some(&format!("{path}/candidates"), candidates, say);
    say_some(&format!("{path}/patient"), visit.patient().map(str::to_owned), say);
    say_some(&format!("{path}/by"), visit.by().map(|by| by.word().to_owned()), say);
    say_some(&format!("{path}/validity"), Some(visit.validity.clone()).filter(|v| !v.is_empty()), say);
    say(format!("{path}/state"), if visit.accepted { "accepted" } else { "waiting" }.to_owned());
    say_some(&format!("{path}/prescription"), visit.prescription.clone(), say);
    say(format!("{path}/records"), visit.records.len().to_string());
    for (at, record) in visit.records.iter().enumerate() {
        say_sheet(&format!("{path}/record/{}", at + 1), record, say);
    }
    say(format!("{path}/subsidy"), visit.subsidy.word().to_owned());
    if let super::visit::Subsidy::Failed(code, text) = &visit.subsidy {
        say(format!("{path}/subsidy/error"), format!("{code} {text}").trim().to_owned());
    }
    say(format!("{path}/certificates"), visit.certificates.len().to_string());
    for (at, certificate) in visit.certificates.iter().enumerate() {
        let path = format!("{path}/certificate/{}", at + 1);
        say(format!("{path}/outcome"), certificate.outcome.word().to_owned());
        say_sheet(&path, &certificate.values, say);
    }
}

fn of_patient(path: &str, patient: &Patient, desk: &Desk, say: Say<'_>) {
    say_sheet(path, &patient.values, say);
    let visits: Vec<_> = desk.day.visits.iter().filter(|visit| visit.patient() == Some(&patient.number)).collect();
    say(format!("{path}/visits"), visits.len().to_string());
    say(format!("{path}/accepted"), visits.iter().filter(|visit| visit.accepted).count().to_string());
    say(format!("{path}/expenses"), patient.expenses.len().to_string());
    for (at, expense) in patient.expenses.iter().enumerate() {
        of_expense(&format!("{path}/expense/{}", at + 1), expense, &desk.settings.mistakes, say);
    }
}

fn of_expense(path: &str, expense: &Expense, mistakes: &Mistakes, say: Say<'_>) {
    say(format!("{path}/id"), expense.id.to_string());
    say_sheet(path, &expense.values, say);
    let reimbursed = is_reimbursed(&expense.values, mistakes);
    say(format!("{path}/at-window"), if reimbursed { "reimbursed" } else { "reduced" }.to_owned());
    let face = table(&expense.face_items, mistakes);
    say_some(&format!("{path}/face"), Some(face).filter(|face| !face.is_empty()), say);
}

fn of_dialogue(dialogue: &Dialogue, say: Say<'_>) {
    say("dialogue/number".into(), dialogue.number.to_string());
    say("dialogue/kind".into(), dialogue.kind.word().to_owned());
    say("dialogue/patient".into(), dialogue.patient.clone());
    say_some("dialogue/visit", dialogue.visit.map(|number| number.to_string()), say);
    let fields: Vec<_> = dialogue.fields.iter().map(|field| field.field.as_str()).collect();
    say("dialogue/fields".into(), fields.join(" "));
    for field in &dialogue.fields {
        say_some(&format!("dialogue/stored/{}", field.field), field.stored.clone(), say);
        say_some(&format!("dialogue/incoming/{}", field.field), field.incoming.clone(), say);
    }
}

/// 券面項目 as lines of a table, each level set in by two blanks; an item without a value keeps its line (R3; spec/pmh.md §11 S-28).
pub fn table(items: &[FaceItem], mistakes: &Mistakes) -> String {
    let line = |(level, item): (usize, &FaceItem)| {
        format!("{}{}\t{}", "  ".repeat(level), item.name, item.value.as_deref().unwrap_or_default())
    };
    rows(items, mistakes).into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The same as rows: the level of each, from 0.
pub fn rows<'i>(items: &'i [FaceItem], mistakes: &Mistakes) -> Vec<(usize, &'i FaceItem)> {
    fn below<'i>(items: &'i [FaceItem], level: usize, levels: usize, out: &mut Vec<(usize, &'i FaceItem)>) {
        for item in items {
            out.push((level, item));
            if level + 1 < levels {
                below(&item.items, level + 1, levels, out);
            }
        }
    }
    let levels = if mistakes.makes(Mistake::ShowsOneLevel) { 1 } else { FACE_LEVELS };
    let mut out = Vec::new();
    below(items, 0, levels, &mut out);
    out
}
