//! The patient book: who is known here, under which 患者番号, with which insurance and public expenses.

use serde::{Deserialize, Serialize};

use super::day::Day;
use super::field::Sheet;
use crate::message::subsidy::FaceItem;
use crate::number::PublicExpenseNumber;

/// All patients, in the order in which they were registered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Book {
    /// The patients.
    #[serde(default)]
    pub patients: Vec<Patient>,
    /// How many requests were written: names of requests go on where they ended.
    #[serde(default)]
    pub requests: u32,
    /// What the desk showed when it was stored last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub today: Option<Day>,
}

/// One patient.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patient {
    /// 患者番号: ours, and never the 個人番号.
    pub number: String,
    /// Person and insurance, by the fields of [`super::field::PERSON`].
    #[serde(default)]
    pub values: Sheet,
    /// 資格確認キー of the last result that was stored or decided on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Public expenses, in the order of application.
    #[serde(default)]
    pub expenses: Vec<Expense>,
}

/// One 公費 of a patient.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expense {
    /// Names it within its patient; never used again.
    #[serde(default)]
    pub id: u32,
    /// 転記項目, by the fields of [`super::field::EXPENSE`].
    #[serde(default)]
    pub values: Sheet,
    /// ハッシュ値 of the last file that was stored or decided on (R6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// 券面項目 as they came, for people to read.
    #[serde(default)]
    pub face_items: Vec<FaceItem>,
    /// It came with a qualification (医療扶助, A1), not from PMH: its absence there says nothing.
    #[serde(default)]
    pub of_qualification: bool,
}

impl Book {
    /// The patient of this number.
    pub fn patient(&self, number: &str) -> Option<&Patient> {
        self.patients.iter().find(|patient| patient.number == number)
    }

    /// The same, to change it.
    pub fn patient_mut(&mut self, number: &str) -> Option<&mut Patient> {
        self.patients.iter_mut().find(|patient| patient.number == number)
    }

    /// A number that nobody has yet: five digits, more when they are used up.
    pub fn free_number(&self) -> String {
        let free = (self.patients.len() + 1..).map(|n| format!("{n:05}")).find(|n| self.patient(n).is_none());
        // The range ends behind every book that fits into memory.
        free.unwrap_or_default()
    }

    /// Puts a patient in, in the place of the one of the same number.
    pub fn put(&mut self, patient: Patient) {
        match self.patient_mut(&patient.number) {
            Some(known) => *known = patient,
            None => self.patients.push(patient),
        }
    }
}

impl Patient {
    /// One value.
    pub fn value(&self, field: &str) -> &str {
        self.values.get(field).map_or("", String::as_str)
    }

    /// Adds an expense, with an id of its own.
    pub fn add(&mut self, expense: Expense) -> u32 {
        let id = self.expenses.iter().map(|known| known.id).max().unwrap_or_default() + 1;
        self.expenses.push(Expense { id, ..expense });
        id
    }

    /// The expense of this id.
    pub fn expense(&self, id: u32) -> Option<&Expense> {
        self.expenses.iter().find(|expense| expense.id == id)
    }

    /// The same, to change it.
    pub fn expense_mut(&mut self, id: u32) -> Option<&mut Expense> {
        self.expenses.iter_mut().find(|expense| expense.id == id)
    }

    /// Puts the expenses into the order of application, 第1公費 first (spec/pmh.md §6.4, [A]).
    pub fn arrange(&mut self) {
        self.expenses.sort_by_key(Expense::priority);
    }
}

impl Expense {
    /// One value.
    pub fn value(&self, field: &str) -> &str {
        self.values.get(field).map_or("", String::as_str)
    }

    /// Its place in the order of application; without a number behind all others.
    pub fn priority(&self) -> u8 {
        match self.values.get("payer-number") {
            Some(number) => PublicExpenseNumber::new(number).priority(),
            None => u8::MAX,
        }
    }

    /// Whether it holds on a day (`YYYYMMDD`).
    pub fn holds_on(&self, day: &str) -> bool {
        let (from, to) = (self.value("valid-from"), self.value("valid-to"));
        (from.is_empty() || from <= day) && (to.is_empty() || day <= to)
    }
}
