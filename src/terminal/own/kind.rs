//! What a file of somebody else is, by its content: for the list that an operator chooses from. Pure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event::{Lang, Words, say};
use crate::message::tree::{Element, walk};
use crate::message::xml::{self, BULK_LIMIT};

/// What a file is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A result of the face reader: can be given to a visit.
    Face,
    /// The answer to an insurance query.
    Query,
    /// 医療費助成: travels with a face result.
    Pmh,
    /// A request of a レセコン: no answer to anything.
    Request,
    /// Another XML document.
    OtherXml,
    /// No XML by its name (`.pdf`, `.zip`, `.err` …): goes out byte for byte.
    NotXml,
    /// XML by its name, and not readable.
    Broken,
}

impl Kind {
    /// For lists.
    pub fn name(self, lang: Lang) -> &'static str {
        let (ja, en) = match self {
            Self::Face => ("顔認証の結果", "face result"),
            Self::Query => ("資格照会の結果", "query result"),
            Self::Pmh => ("医療費助成", "PMH result"),
            Self::Request => ("要求", "request"),
            Self::OtherXml => ("その他のXML", "other XML"),
            Self::NotXml => ("XML以外", "not XML"),
            Self::Broken => ("読めません", "unreadable"),
        };
        say(lang, ja, en)
    }

    /// Can a visit end with it? A document that nobody here knows may be one that the specification has.
    pub fn suits_a_visit(self) -> bool {
        matches!(self, Self::Face | Self::Query | Self::OtherXml)
    }
}

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// What it is.
    pub kind: Kind,
    /// The first name of a person in it.
    pub person: Option<String>,
    /// RequestPmhFileName
    pub link: Option<String>,
    /// Why it cannot be read.
    pub trouble: Option<Words>,
}

/// Looks into a file called `name`.
pub fn recognise(name: &str, bytes: &[u8]) -> About {
    let mut about = About { kind: Kind::NotXml, person: None, link: None, trouble: None };
    if !name.to_ascii_lowercase().ends_with(".xml") {
        return about;
    }
    match xml::read_up_to(bytes, BULK_LIMIT) {
        Ok(document) => {
            about.kind = kind_of(name, &document.root);
            about.person = first(&document.root, &["Name"]);
            about.link = first(&document.root, &["RequestPmhFileName"]);
        }
        Err(refusal) => {
            about.kind = Kind::Broken;
            about.trouble = Some(Words::new(refusal.words(Lang::Ja), refusal.words(Lang::En)));
        }
    }
    about
}

/// The value of the first element with one of these names, wherever it stands; blank ones do not count.
pub fn first(root: &Element, names: &[&str]) -> Option<String> {
    let mut found = None;
    walk(root, &mut |_, element| {
        if found.is_none() && names.contains(&element.name.as_ref()) && !element.value().trim().is_empty() {
            found = Some(element.value().to_owned());
        }
    });
    found
}

/// By what the interfaces have and others have not: PMH's blocks (spec/pmh.md §1.4, [A]), the result's segment and classification
/// (spec/oqs-interface.md §2.2, [A]).
fn kind_of(name: &str, root: &Element) -> Kind {
    let has = |names: &[&str]| first(root, names).is_some();
    let body = root.child("MessageBody");
    let below = |names: &[&str]| body.is_some_and(|b| b.children().iter().any(|c| names.contains(&c.name.as_ref())));
    let classification = first(root, &["ReferenceClassification"]);
    match () {
        () if name.starts_with("PMHsimsm01res") || below(&["MedicalSubsidies", "CertificationDetail"]) => Kind::Pmh,
        () if !has(&["SegmentOfResult", "ProcessingResultStatus", "ResultCode", "ProcessExecutionTime"]) => {
            let asks = below(&["QualificationConfirmSearchInfo", "ReferenceNumberRegistrationInfo", "ReceptionNumber"]);
            if asks { Kind::Request } else { Kind::OtherXml }
        }
        () if below(&["BulkConfirmUnit", "BulkRegistrationUnit"]) => Kind::OtherXml,
        () if classification.as_deref() == Some("2") || below(&["QualificationConfirmSearchInfo"]) => Kind::Query,
        () if classification.is_some() || below(&["ResultList"]) => Kind::Face,
        () => Kind::OtherXml,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_content() {
        let header =
            |inside: &str| format!("<MessageHeader>{inside}<SegmentOfResult>1</SegmentOfResult></MessageHeader>");
        let face = header("<ReferenceClassification>1</ReferenceClassification>");
        let query = header("<ReferenceClassification>2</ReferenceClassification>");
        for (name, inside, kind) in [
            ("a.xml", face.clone(), Kind::Face),
            ("a.xml", format!("{}<MessageBody><ResultList/></MessageBody>", header("")), Kind::Face),
            ("a.xml", query, Kind::Query),
            ("a.xml", format!("{}<MessageBody><MedicalSubsidies/></MessageBody>", header("")), Kind::Pmh),
            ("PMHsimsm01res_x.xml", face, Kind::Pmh),
            ("a.xml", "<MessageBody><QualificationConfirmSearchInfo><Name>x</Name></QualificationConfirmSearchInfo></MessageBody>".into(), Kind::Request),
            ("a.xml", format!("{}<MessageBody><BulkConfirmUnit/></MessageBody>", header("")), Kind::OtherXml),
            ("a.xml", "<Other/>".into(), Kind::OtherXml),
            ("a.pdf", String::new(), Kind::NotXml),
        ] {
            assert_eq!(recognise(name, format!("<XmlMsg>{inside}</XmlMsg>").as_bytes()).kind, kind, "{inside}");
        }
        let broken = recognise("a.XML", b"<XmlMsg>");
        assert_eq!(broken.kind, Kind::Broken);
        assert!(broken.trouble.unwrap().ja.contains("XmlMsg"));
    }

    #[test]
    fn the_first_name_that_is_not_blank_is_the_persons() {
        let about = recognise("a.xml", "<X><Name/><B><Name>窓口　太郎</Name></B><Name>x</Name></X>".as_bytes());
        assert_eq!(about.person.as_deref(), Some("窓口　太郎"));
    }
}
