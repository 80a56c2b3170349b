//! What a レセコン writes into `req`, with the ways in which it writes it.

use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::Value;

use crate::desk::{INSTITUTION, Station};

/// A request by insurance data; the defaults ask for 窓口　太郎.
#[derive(Debug, Clone)]
pub struct Request {
    pub identifier: String,
    pub date: String,
    pub institution: String,
    pub insurer: String,
    pub symbol: String,
    pub number: String,
    pub branch: Option<String>,
    pub birthdate: String,
    pub limit: String,
}

impl Request {
    pub fn taro() -> Self {
        Self {
            identifier: "20261121093000-taro".into(),
            date: "20261121".into(),
            institution: INSTITUTION.into(),
            insurer: "01139997".into(),
            symbol: "99010001".into(),
            number: "101".into(),
            branch: Some("00".into()),
            birthdate: "19850412".into(),
            limit: "1".into(),
        }
    }

    /// For a row of `GET /control/v1/people`.
    pub fn of(person: &Value) -> Self {
        let text = |key: &str| person[key].as_str().unwrap_or_default().to_owned();
        Self {
            insurer: text("insurer_number"),
            symbol: text("symbol"),
            number: text("number"),
            branch: Some(text("branch")),
            birthdate: text("birthdate"),
            ..Self::taro()
        }
    }

    /// As the specification prints it, in UTF-8.
    pub fn xml(&self) -> String {
        let Self { identifier, date, institution, insurer, symbol, number, birthdate, limit, .. } = self;
        let branch = self
            .branch
            .as_deref()
            .map_or_else(String::new, |branch| format!("<InsuredBranchNumber>{branch}</InsuredBranchNumber>\n      "));
        format!(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<XmlMsg>
  <MessageHeader>
    <QualificationConfirmationDate>{date}</QualificationConfirmationDate>
    <MedicalInstitutionCode>{institution}</MedicalInstitutionCode>
    <ArbitraryFileIdentifier>{identifier}</ArbitraryFileIdentifier>
  </MessageHeader>
  <MessageBody>
    <QualificationConfirmSearchInfo>
      <InsurerNumber>{insurer}</InsurerNumber>
      <InsuredCardSymbol>{symbol}</InsuredCardSymbol>
      <InsuredIdentificationNumber>{number}</InsuredIdentificationNumber>
      {branch}<Birthdate>{birthdate}</Birthdate>
      <LimitApplicationCertificateRelatedConsFlg>{limit}</LimitApplicationCertificateRelatedConsFlg>
    </QualificationConfirmSearchInfo>
  </MessageBody>
</XmlMsg>
"#
        )
    }

    pub fn shift_jis(&self) -> Vec<u8> {
        in_shift_jis(&self.xml())
    }
}

pub fn in_shift_jis(text: &str) -> Vec<u8> {
    let (bytes, _, lost) = encoding_rs::SHIFT_JIS.encode(text);
    assert!(!lost, "the request itself is outside CP932");
    let mut declared = bytes.into_owned();
    let at = declared.windows(5).position(|w| w == b"UTF-8").unwrap();
    declared.splice(at..at + 5, *b"Shift_JIS");
    declared
}

/// `OQSsiquc01req_<free>.xml`
pub fn request_name(free: &str) -> String {
    format!("OQSsiquc01req_{free}.xml")
}

/// `OQSsiquc01res_<free>.xml`
pub fn answer_name(free: &str) -> String {
    format!("OQSsiquc01res_{free}.xml")
}

/// Under a temporary name in `req`, then by rename: a careful program.
pub fn drop_in(station: &Station, name: &str, bytes: &[u8]) {
    let (beside, target) = (station.at("req").join(format!("{name}.tmp")), station.at("req").join(name));
    fs::write(&beside, bytes).unwrap();
    fs::rename(beside, target).unwrap();
}

/// Straight under its name, piece by piece, closed and opened again between them: a careless one.
pub fn write_in_place(path: &Path, bytes: &[u8], pieces: usize, between: impl Fn()) {
    let pieces: Vec<&[u8]> = bytes.chunks(bytes.len().div_ceil(pieces)).collect();
    for (i, piece) in pieces.iter().enumerate() {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(piece).unwrap();
        drop(file);
        if i + 1 < pieces.len() {
            between();
        }
    }
}
