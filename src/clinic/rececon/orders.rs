//! What the staff can order at the desk, as `POST /desk` takes it. `visit` is the last one and `dialogue` the oldest open one unless named.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::book::{Expense, Patient};
use super::desk::{Desk, Refused};
use super::dialogue::Choice;
use super::event::{Effect, Moment};
use super::field::{EXPENSE, LIMIT, PERSON, REFERENCE_NUMBER, Sheet};
use super::matching::Match;
use super::visit::VALID;

/// An order.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "order", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Order {
    /// 受付登録: the patient of a visit is here.
    Accept {
        /// Which visit.
        #[serde(default, deserialize_with = "number")]
        visit: Option<u32>,
    },
    /// Makes a patient of a visit, under a number given or a free one.
    Register {
        /// Which visit.
        #[serde(default, deserialize_with = "number")]
        visit: Option<u32>,
        /// 患者番号
        number: Option<String>,
    },
    /// Says whose visit it is.
    Link {
        /// Which visit.
        #[serde(default, deserialize_with = "number")]
        visit: Option<u32>,
        /// 患者番号
        patient: String,
    },
    /// Answers a dialogue, field by field; what is not named is kept.
    Answer {
        /// Which one.
        #[serde(default, deserialize_with = "number")]
        dialogue: Option<u32>,
        /// The word for all fields that are not named.
        all: Option<Choice>,
        /// Words by field.
        #[serde(default)]
        fields: BTreeMap<String, Choice>,
    },
    /// Imports the new certificates of a visit.
    Import {
        /// Which visit.
        #[serde(default, deserialize_with = "number")]
        visit: Option<u32>,
    },
    /// Asks by insurance whether the qualification of a patient holds (OQSsiquc01req).
    Ask {
        /// 患者番号
        patient: String,
    },
    /// Registers a 照会番号 (OQSsiimm01req): the patient's own number unless another one is given.
    RegisterNumber {
        /// 患者番号
        patient: String,
        /// 照会番号
        number: Option<String>,
    },
    /// Puts a patient into the book, in the place of one of the same number.
    Patient {
        /// 患者番号
        number: String,
        /// Person and insurance by field.
        #[serde(default)]
        values: Sheet,
        /// Public expenses, each by field.
        #[serde(default)]
        expenses: Vec<Sheet>,
    },
    /// Dismisses an alert, or all of them.
    Dismiss {
        /// Which one.
        #[serde(default, deserialize_with = "number")]
        alert: Option<u32>,
    },
}

/// One row per order: name, what it takes, what it does (Japanese, English).
pub static ORDERS: &[(&str, &str, &str, &str)] = &[
    ("accept", "visit?", "受付登録する", "accepts a visit"),
    ("register", "visit?, number?", "受付から患者を登録する", "makes a patient of a visit"),
    ("link", "visit?, patient", "どの患者の受付かを決める", "says whose visit it is"),
    (
        "answer",
        "dialogue?, all?, fields?",
        "確認に項目ごとに答える (accept, keep)",
        "answers a dialogue, field by field",
    ),
    ("import", "visit?", "新しい受給者証を公費に取り込む", "imports the new certificates of a visit"),
    ("ask", "patient", "保険証の情報で資格を照会する", "asks by insurance whether a qualification holds"),
    ("register-number", "patient, number?", "照会番号を登録する", "registers a 照会番号"),
    ("patient", "number, values?, expenses?", "患者を台帳に置く", "puts a patient into the book"),
    ("dismiss", "alert?", "お知らせを消す", "dismisses an alert, or all"),
];

/// Facts are text: what was read there may be sent back as it is.
fn number<'de, D: Deserializer<'de>>(input: D) -> Result<Option<u32>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u32),
        Text(String),
    }
    match Option::<Either>::deserialize(input)? {
        None => Ok(None),
        Some(Either::Number(number)) => Ok(Some(number)),
        Some(Either::Text(text)) => text.trim().parse().map(Some).map_err(serde::de::Error::custom),
    }
}

impl Desk {
    /// Carries out an order.
    pub(super) fn told(&mut self, order: Order, moment: Moment) -> Result<(), Refused> {
        match order {
            Order::Accept { visit } => {
                let number = self.which(visit)?;
                self.order_accept(number, moment)
            }
            Order::Register { visit, number } => {
                let visit = self.which(visit)?;
                self.order_register(visit, number, moment)
            }
            Order::Link { visit, patient } => {
                let visit = self.which(visit)?;
                self.order_link(visit, &patient, moment)
            }
            Order::Answer { dialogue, all, fields } => self.answer(dialogue, all, &fields, moment),
            Order::Import { visit } => {
                let visit = self.which(visit)?;
                self.order_import(visit, moment)
            }
            Order::Ask { patient } => self.order_query(&patient, moment),
            Order::RegisterNumber { patient, number } => self.order_number(&patient, number, moment),
            Order::Patient { number, values, expenses } => self.order_patient(number, values, expenses),
            Order::Dismiss { alert } => self.order_dismiss(alert),
        }
    }

    fn which(&self, visit: Option<u32>) -> Result<u32, Refused> {
        let found = match visit {
            Some(number) => self.visit(number),
            None => self.day.visits.last(),
        };
        found.map(|visit| visit.number).ok_or_else(|| "その受付はありません / there is no such visit".to_owned())
    }

    fn order_accept(&mut self, number: u32, moment: Moment) -> Result<(), Refused> {
        let Some(visit) = self.visit(number) else { return self.which(Some(number)).map(drop) };
        if visit.accepted {
            return Err("すでに受付済みです / accepted already".to_owned());
        }
        if visit.patient().is_none() {
            return Err("患者が決まっていません / nobody knows whose visit it is: register or link it first".to_owned());
        }
        self.accept(number, moment);
        Ok(())
    }

    fn order_register(&mut self, visit: u32, number: Option<String>, moment: Moment) -> Result<(), Refused> {
        let Some(row) = self.visit(visit) else { return self.which(Some(visit)).map(drop) };
        if let Match::Known { number, .. } = &row.who {
            return Err(format!("患者 {number} の受付です / this is the visit of patient {number}"));
        }
        if row.values.is_empty() || row.validity != VALID {
            return Err("有効な資格がありません / there is no valid qualification to register from".to_owned());
        }
        let reference = row.values.get(REFERENCE_NUMBER).filter(|number| self.book.patient(number).is_none());
        let number = number.or_else(|| reference.cloned()).unwrap_or_else(|| self.book.free_number());
        if self.book.patient(&number).is_some() {
            return Err(format!("患者番号 {number} は使われています / this number is taken"));
        }
        let patient =
            Patient { number: number.clone(), values: row.values.clone(), key: row.key.clone(), ..Patient::default() };
        self.book.put(patient);
        self.effects.push(Effect::Store);
        self.link(visit, &number);
        self.tell("patient-registered", Some(visit), number, moment);
        self.is_linked(visit, moment);
        Ok(())
    }

    fn order_link(&mut self, visit: u32, patient: &str, moment: Moment) -> Result<(), Refused> {
        if self.book.patient(patient).is_none() {
            return Err(format!("患者 {patient} はいません / no such patient"));
        }
        if let Some(known) = self.visit(visit).and_then(|row| row.patient()) {
            return Err(format!("患者 {known} の受付です / this is the visit of patient {known}"));
        }
        self.link(visit, patient);
        self.tell("patient-linked", Some(visit), patient.to_owned(), moment);
        self.is_linked(visit, moment);
        Ok(())
    }

    fn order_patient(&mut self, number: String, values: Sheet, expenses: Vec<Sheet>) -> Result<(), Refused> {
        let is_person = |name: &str| PERSON.iter().any(|field| field.name == name);
        let is_expense = |name: &str| name.starts_with(LIMIT) || EXPENSE.iter().any(|field| field.name == name);
        let odd = values.keys().find(|name| !is_person(name));
        if let Some(odd) = odd.or_else(|| expenses.iter().flat_map(Sheet::keys).find(|name| !is_expense(name))) {
            return Err(format!("項目「{odd}」はありません / no such field: see docs/clinic.md"));
        }
        if number.trim().is_empty() {
            return Err("患者番号がありません / a patient needs a number".to_owned());
        }
        let mut patient = Patient { number, values, ..Patient::default() };
        for values in expenses {
            patient.add(Expense { values, ..Expense::default() });
        }
        patient.arrange();
        self.book.put(patient);
        self.effects.push(Effect::Store);
        Ok(())
    }

    fn order_dismiss(&mut self, alert: Option<u32>) -> Result<(), Refused> {
        let before = self.day.alerts.len();
        self.day.alerts.retain(|open| alert.is_some_and(|number| open.number != number));
        if alert.is_some() && self.day.alerts.len() == before {
            return Err("そのお知らせはありません / there is no such alert".to_owned());
        }
        Ok(())
    }
}
