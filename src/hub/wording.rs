//! A vendor's codes and messages in place of ours (errors.toml, docs/layouts.md). They are put in where an answer leaves the hub, so
//! that no rule of the hub knows of them and none can be forgotten.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::notice::{self, Notice};
use crate::handwritten::{self, Mistake, nearest};
use crate::message::bulk::BulkUnit;
use crate::message::qualification::{QualificationResult, ResultHeader};
use crate::text::{Encoding, encode};
use crate::wire::{Answer, SubsidyAnswer, VisitAnswer};

/// What is said instead of our notices, by our code. Empty: ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wording(Arc<BTreeMap<&'static str, Said>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    code: String,
    message: String,
}

/// What is said at one occasion.
#[derive(Debug, Clone, Copy)]
pub struct Telling<'a> {
    /// What errors.toml calls it.
    pub name: &'static str,
    /// The code in effect.
    pub code: &'a str,
    /// The message in effect.
    pub message: &'a str,
    /// What is meant, in English.
    pub en: &'static str,
    /// Code or message is of the vendor's file.
    pub is_yours: bool,
}

/// One row of errors.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    code: String,
    message: String,
    /// For readers of the file; no document has room for it.
    #[serde(default, rename = "en")]
    _en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    error: Vec<Row>,
}

impl Wording {
    /// Reads errors.toml; what it leaves out stays ours. `file` is how mistakes call the text.
    ///
    /// # Errors
    /// A [`Mistake`]: not the form, a name that none of our notices has or that comes twice, an empty code, a message that Shift_JIS
    /// lacks.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, Box<Mistake>> {
        let rows = handwritten::from_toml::<File>(file, text)?.error;
        let mut said = BTreeMap::new();
        for row in rows {
            let wrong = |key: &str, ja: String, en: String| {
                let mut mistake = Mistake::of_key(file, key, ja, en);
                let written = format!("\"{}\"", row.name);
                mistake.line = text.lines().position(|line| line.contains(&written)).map(|index| index + 1);
                mistake
            };
            let Some(notice) = notice::ALL.iter().find(|notice| notice.name == row.name) else {
                let near = nearest(&row.name, notice::ALL.iter().map(|notice| notice.name));
                let (ja, en) = near.map_or_else(Default::default, |near| {
                    (format!("「{near}」のことですか。"), format!("; did you mean `{near}`?"))
                });
                let name = &row.name;
                return Err(wrong(
                    "name",
                    format!("「{name}」という知らせはありません。{ja}"),
                    format!("no notice has this name{en}"),
                ));
            };
            if row.code.trim().is_empty() {
                return Err(wrong("code", "コードが空です。".to_owned(), "the code is empty".to_owned()));
            }
            let lost = encode(&row.message, Encoding::ShiftJis).replaced;
            if let Some(lost) = lost.first() {
                let ja = format!("「{lost}」は Shift_JIS にない文字です。");
                return Err(wrong("message", ja, format!("Shift_JIS has no `{lost}`")));
            }
            if said.insert(notice.code, Said { code: row.code.clone(), message: row.message.clone() }).is_some() {
                return Err(wrong("name", "二度書かれています。".to_owned(), "stands twice".to_owned()));
            }
        }
        Ok(Self(Arc::new(said)))
    }

    /// Our own notices as errors.toml, to be exported and edited.
    pub fn built_in_text() -> String {
        let row = |notice: &Notice| {
            let Notice { name, code, message, en } = notice;
            format!("\n[[error]]\nname = \"{name}\"\ncode = \"{code}\"\nmessage = \"{message}\"\nen = \"{en}\"\n")
        };
        let head = "# Codes and messages of the centre. The official list (別紙6-1) is not public: these are ours, with the prefix MDG-, and name\n\
            # nothing official. Whoever holds the list writes its code and message beside the name of our notice; rows that are left\n\
            # out stay ours. `en` is for readers of this file only.\n";
        notice::ALL.iter().fold(head.to_owned(), |text, notice| text + &row(notice))
    }

    /// Every notice as it is said, in the order of ours.
    pub fn rows(&self) -> impl Iterator<Item = Telling<'_>> {
        notice::ALL.iter().map(|notice| {
            let Notice { name, code, message, en } = notice;
            match self.0.get(code) {
                Some(said) => {
                    let is_yours = said.code != *code || said.message != *message;
                    Telling { name, code: &said.code, message: &said.message, en, is_yours }
                }
                None => Telling { name, code, message, en, is_yours: false },
            }
        })
    }

    fn put(&self, code: &mut Option<String>, message: &mut Option<String>) {
        if let Some(said) = code.as_deref().and_then(|code| self.0.get(code)) {
            *code = Some(said.code.clone());
            *message = Some(said.message.clone());
        }
    }

    /// MessageContents has no code beside it: ours stands before the message, and so does theirs.
    fn put_before(&self, contents: &mut Option<String>) {
        let code = contents.as_deref().and_then(|contents| contents.split_once(' ')).map(|(code, _)| code);
        if let Some(said) = code.and_then(|code| self.0.get(code)) {
            *contents = Some(format!("{} {}", said.code, said.message));
        }
    }

    pub(super) fn of_visit(&self, mut answer: VisitAnswer) -> VisitAnswer {
        if let Some(document) = &mut answer.document {
            self.of_qualification(document);
        }
        answer
    }

    pub(super) fn of_subsidies(&self, answer: SubsidyAnswer) -> SubsidyAnswer {
        match answer {
            SubsidyAnswer::Failed { code, message } => match self.0.get(code.as_str()) {
                Some(said) => SubsidyAnswer::Failed { code: said.code.clone(), message: said.message.clone() },
                None => SubsidyAnswer::Failed { code, message },
            },
            document @ SubsidyAnswer::Document(_) => document,
        }
    }

    fn of_qualification(&self, result: &mut QualificationResult) {
        let ResultHeader { error_code, error_message, .. } = &mut result.header;
        self.put(error_code, error_message);
        self.put(&mut result.processing_result_code, &mut result.processing_result_message);
    }

    /// Every answer of the folder: a new one does not compile before it is here.
    pub(super) fn of_answer(&self, mut answer: Answer) -> Answer {
        if self.0.is_empty() {
            return answer;
        }
        match &mut answer {
            Answer::Qualification(result) => self.of_qualification(result),
            Answer::Registration(result) => {
                self.put(&mut result.header.error_code, &mut result.header.error_message);
                self.put(&mut result.processing_result_code, &mut result.processing_result_message);
            }
            Answer::Medication(result) => self.put_before(&mut result.header.message_contents),
            Answer::Checkup(result) => self.put_before(&mut result.header.message_contents),
            Answer::Pages(_) => {}
            Answer::BulkReception(reception) => {
                self.put(&mut reception.header.error_code, &mut reception.header.error_message);
            }
            Answer::Bulk(bulk) => {
                self.put(&mut bulk.header.error_code, &mut bulk.header.error_message);
                let wording = self.clone();
                let units = std::mem::replace(&mut bulk.units, Box::new(std::iter::empty()));
                bulk.units = Box::new(units.map(move |unit| unit.map(|unit| wording.of_unit(unit))));
            }
        }
        answer
    }

    fn of_unit(&self, mut unit: BulkUnit) -> BulkUnit {
        let (code, message) = match &mut unit {
            BulkUnit::Confirm(unit) => (&mut unit.processing_result_code, &mut unit.processing_result_message),
            BulkUnit::Registration(unit) => (&mut unit.processing_result_code, &mut unit.processing_result_message),
        };
        self.put(code, message);
        unit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::{Hub, Roots, Settings};
    use crate::message::bulk::{BulkRequest, BulkRequestHeader};
    use crate::message::qualification::QualificationRequest;
    use crate::random::Seed;
    use crate::wire::{Asker, Body, Connection, Question, Request, Steering};

    #[test]
    fn what_is_exported_reads_back_as_every_notice_of_ours() {
        let read = Wording::from_toml("errors.toml", &Wording::built_in_text()).unwrap();
        for notice in notice::ALL {
            let (mut code, mut message) = (Some(notice.code.to_owned()), None);
            read.put(&mut code, &mut message);
            assert_eq!((code.as_deref(), message.as_deref()), (Some(notice.code), Some(notice.message)));
        }
        assert_eq!(read.0.len(), notice::ALL.len());
    }

    #[test]
    fn every_answer_of_the_hub_says_the_vendors_code_and_the_others_stay_ours() {
        let row = |name: &str, code: &str, said: &str| {
            format!("[[error]]\nname = \"{name}\"\ncode = \"{code}\"\nmessage = \"{said}\"\n")
        };
        let text = row("centre-error", "X9", "停止中") + &row("unknown-category", "X8", "不明");
        let hub = Hub::new(&[], Roots::none(), Seed::default(), Settings::default()).unwrap();
        let hub = hub.with_wording(Wording::from_toml("errors.toml", &text).unwrap());
        let time = jiff::civil::date(2026, 11, 21).at(9, 30, 0, 0);
        let ask = |request, centre_error| {
            let asker = Asker { institution: "1319919997".into(), time };
            let steering = Steering { centre_error, ..Steering::default() };
            let answer = hub.ask(&Question { asker, reference: "x".into(), request, steering }).unwrap();
            let Body::Tree(root) = answer.body(Default::default()) else { panic!("pages") };
            let mut seen = Vec::new();
            crate::message::tree::walk(&root, &mut |_, element| {
                let is_code = matches!(
                    element.name.as_ref(),
                    "ErrorCode" | "ErrorMessage" | "ProcessingResultCode" | "MessageContents"
                );
                seen.extend(is_code.then(|| element.value().to_owned()));
            });
            seen
        };
        let day = "20261121".to_owned();
        let header =
            BulkRequestHeader { qualification_confirmation_date: Some(day.clone()), ..BulkRequestHeader::default() };
        let mut query = QualificationRequest { qualification_confirmation_date: day, ..Default::default() };
        query.search.birthdate = "19800101".into();
        for request in [
            Request::Qualification(query),
            Request::Registration(Default::default()),
            Request::BulkQualification(BulkRequest { header, rows: Default::default() }),
        ] {
            assert_eq!(ask(request, true), ["X9", "停止中"]);
        }
        assert_eq!(ask(Request::Medication(Default::default()), false), ["X8 不明"]);
        assert_eq!(ask(Request::Registration(Default::default()), false), [notice::NOBODY_TO_REGISTER.code]);
        let ours = notice::UNKNOWN_RECEPTION;
        assert_eq!(ask(Request::BulkQualificationDownload(Default::default()), false), [ours.code, ours.message]);
        assert!(matches!(
            hub.wording.of_subsidies(SubsidyAnswer::Failed { code: notice::CENTRE_ERROR.code.into(), message: String::new() }),
            SubsidyAnswer::Failed { code, .. } if code == "X9"
        ));
    }

    #[test]
    fn a_wrong_row_is_told_with_line_and_nearest_name() {
        let wrong = |text: &str| Wording::from_toml("errors.toml", text).unwrap_err().to_string();
        let row = |name: &str, code: &str, message: &str| {
            format!("[[error]]\nname = \"{name}\"\ncode = \"{code}\"\nmessage = \"{message}\"\n")
        };
        let said = wrong(&row("unknown-receptoin", "X1", "x"));
        assert!(said.starts_with("errors.toml:2: name") && said.contains("unknown-reception"), "{said}");
        assert!(wrong(&row("centre-error", "", "x")).contains("code"));
        assert!(wrong(&row("centre-error", "X1", "\u{1f600}")).contains("Shift_JIS"));
        assert!(wrong(&(row("centre-error", "X1", "x") + &row("centre-error", "X2", "x"))).contains("twice"));
        assert!(wrong("[[error]]\nnmae = \"x\"\n").contains("name"));
    }
}
