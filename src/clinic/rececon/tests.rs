//! A desk without folders: what comes in is made here, what it wants done is looked at.

mod counter;
mod day;
mod faces;
mod insurance;
mod mistakes;
mod properties;
mod room;
mod sealed;
mod subsidy;

use std::time::Duration;

use serde_json::{Value, json};

use super::book::Book;
use super::desk::{Desk, Refused};
use super::event::{Arrival, Content, Effect, Event, Moment};
use super::facts;
use super::mistake::Mistake;
use super::settings::Settings;
use crate::clock::parse_time;
use crate::event::FolderKind;
use crate::message::qualification::{QualificationRecord, QualificationResult, ResultHeader};
use crate::message::registration::{RegistrationResult, ShortHeader};
use crate::message::subsidy::{CopaymentLimit, FaceItem, SubsidyCertificate, SubsidyDocument};

/// A desk and the time that went by at it.
pub(super) struct Counter {
    pub desk: Desk,
    pub now: Duration,
    pub effects: Vec<Effect>,
    files: u32,
}

/// The PMH request that a visit announces.
pub(super) fn request(n: u32) -> String {
    format!("PMHsimsm01req_1234567890ABCDEF{:016}_face.xml", 2026_1121_0930_0000_u64 + u64::from(n))
}

pub(super) fn result_of(request: &str) -> String {
    request.replacen("req", "res", 1)
}

impl Counter {
    pub fn new() -> Self {
        Self::with(Settings::default())
    }

    pub fn auto() -> Self {
        Self::with(Settings { auto: true, ..Settings::default() })
    }

    pub fn making(mistake: Mistake) -> Self {
        Self::with(Settings { auto: true, mistakes: [mistake].into_iter().collect(), ..Settings::default() })
    }

    pub fn with(settings: Settings) -> Self {
        Self { desk: Desk::new(settings, Book::default()), now: Duration::ZERO, effects: Vec::new(), files: 0 }
    }

    fn moment(&self) -> Moment {
        Moment { document: parse_time("20261121093000").unwrap(), timer: self.now }
    }

    fn step(&mut self, event: Event) -> Result<(), Refused> {
        let moment = self.moment();
        self.effects.extend(self.desk.step(event, moment)?);
        Ok(())
    }

    pub fn order(&mut self, order: Value) -> Result<(), Refused> {
        self.step(Event::Told(serde_json::from_value(order).unwrap()))
    }

    pub fn wait(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
        self.step(Event::Passed).unwrap();
    }

    /// A file comes, if the desk wants it: that is what its eyes ask it.
    pub fn arrives(&mut self, folder: FolderKind, name: &str, content: Content) -> bool {
        let wanted = self.desk.wants(folder, name);
        if wanted {
            self.step(Event::Arrived(Box::new(Arrival { folder, name: name.into(), content: Ok(content) }))).unwrap();
        }
        wanted
    }

    /// Somebody uses the reader.
    pub fn visit(&mut self, result: QualificationResult) {
        self.files += 1;
        let name = format!("OQSsiquc01res_face_{}_20261121093000.xml", self.files);
        assert!(self.arrives(FolderKind::Face, &name, Content::Qualification(result)));
    }

    pub fn subsidies(&mut self, request: &str, certificates: Vec<SubsidyCertificate>) -> bool {
        let document = SubsidyDocument { certificates, ..SubsidyDocument::default() };
        self.arrives(FolderKind::Res, &result_of(request), Content::Subsidies(document))
    }

    pub fn fact(&self, path: &str) -> String {
        facts::all(&self.desk).remove(path).unwrap_or_default()
    }

    /// The request that was written last: its file, and the identifier in it.
    pub fn sent(&self) -> (String, String) {
        let request = self.desk.day.requests.last().expect("a request was written");
        (request.file.clone(), request.identifier.clone())
    }

    pub fn writes(&self) -> usize {
        self.effects.iter().filter(|effect| matches!(effect, Effect::Write { .. })).count()
    }
}

/// 窓口　太郎, as the reader's result has him.
pub(super) fn taro() -> QualificationRecord {
    QualificationRecord {
        insured_card_classification: "01".into(),
        insurer_number: Some("01139997".into()),
        insured_card_symbol: Some("99010001".into()),
        insured_identification_number: Some("101".into()),
        insured_branch_number: Some("00".into()),
        name: "窓口　太郎".into(),
        name_kana: Some("ﾏﾄﾞｸﾞﾁ ﾀﾛｳ".into()),
        sex1: "1".into(),
        birthdate: "19850412".into(),
        address: Some("架空県見本市窓口町１丁目２番３号".into()),
        insurer_name: "架空健康保険組合".into(),
        reference_number: Some("01234".into()),
        qualification_confirmation_key: Some("key-1".into()),
        ..QualificationRecord::default()
    }
}

/// 試験　花子, who is somebody else in every respect.
pub(super) fn hanako() -> QualificationRecord {
    QualificationRecord {
        insurer_number: Some("06139992".into()),
        insured_identification_number: Some("3344".into()),
        name: "試験　花子".into(),
        name_kana: Some("ｼｹﾝ ﾊﾅｺ".into()),
        sex1: "2".into(),
        birthdate: "19900903".into(),
        reference_number: Some("05678".into()),
        qualification_confirmation_key: Some("key-hanako".into()),
        ..taro()
    }
}

pub(super) fn valid(records: Vec<QualificationRecord>) -> QualificationResult {
    QualificationResult {
        header: ResultHeader {
            process_execution_time: "20261121093000".into(),
            qualification_confirmation_date: "20261121".into(),
            medical_institution_code: "1319919997".into(),
            reference_classification: "1".into(),
            segment_of_result: "1".into(),
            ..ResultHeader::default()
        },
        processing_result_status: "1".into(),
        qualification_validity: Some("1".into()),
        records,
        ..QualificationResult::default()
    }
}

/// A visit that announces a subsidy.
pub(super) fn announcing(record: QualificationRecord, request: &str) -> QualificationResult {
    QualificationResult { request_pmh_file_name: Some(request.to_owned()), ..valid(vec![record]) }
}

/// 指定難病, with a limit per month.
pub(super) fn nanbyo() -> SubsidyCertificate {
    SubsidyCertificate {
        certification_name: "特定医療費（指定難病）受給者証".into(),
        insurer_number: Some("54139993".into()),
        recipient_number: Some("1234566".into()),
        limits: vec![CopaymentLimit { kind: "0".into(), amount_month: Some(10_000), ..CopaymentLimit::default() }],
        valid_from: "20260401".into(),
        valid_to: "20270331".into(),
        face_items: vec![FaceItem {
            name: "受給者".into(),
            value: None,
            items: vec![FaceItem {
                name: "氏名".into(),
                value: None,
                items: vec![FaceItem { name: "漢字".into(), value: Some("試験".into()), items: Vec::new() }],
            }],
        }],
        hash: Some("hash-1".into()),
        ..SubsidyCertificate::default()
    }
}

/// 精神通院 goes before 指定難病, a local scheme behind both.
pub(super) fn of_scheme(payer: &str, name: &str, hash: &str) -> SubsidyCertificate {
    SubsidyCertificate {
        certification_name: name.into(),
        insurer_number: Some(payer.into()),
        hash: Some(hash.into()),
        ..nanbyo()
    }
}

pub(super) fn registered(identifier: &str) -> Content {
    Content::Registration(RegistrationResult {
        header: ShortHeader {
            segment_of_result: "1".into(),
            arbitrary_file_identifier: Some(identifier.into()),
            ..ShortHeader::default()
        },
        processing_result_status: "1".into(),
        ..RegistrationResult::default()
    })
}

/// A desk where 窓口　太郎 is patient 01234 and was here once.
pub(super) fn known(mut counter: Counter) -> Counter {
    counter.visit(valid(vec![taro()]));
    counter.order(json!({ "order": "register" })).unwrap();
    counter.effects.clear();
    counter
}

/// The same, with 指定難病 stored.
pub(super) fn subsidised(mut counter: Counter) -> Counter {
    counter.visit(announcing(taro(), &request(1)));
    counter.order(json!({ "order": "register" })).unwrap();
    assert!(counter.subsidies(&request(1), vec![nanbyo()]));
    // An automatic desk has imported it already.
    let _ = counter.order(json!({ "order": "import" }));
    assert_eq!(counter.fact("patient/01234/expenses"), "1");
    counter
}
