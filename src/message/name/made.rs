//! Names that nobody asked for: the face file, and the PMH pair that hangs on it.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::clock::{parse_time, time14};
use crate::random::Seed;

/// How the face file is called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaceName {
    /// `OQSsiquc01res_face_` + 医療機関コード (10) + 20 hexadecimal digits + `_` + time (14): one real name, [A-].
    #[default]
    Long,
    /// `OQSsiquc01res_face_` + time, as other writers use and ダイナミクス takes ([B]).
    Short,
}

/// The name of a face file. What the 20 digits are is not known; ours are drawn, named by `label`.
pub fn face_name(form: FaceName, institution: &str, seed: Seed, label: &str, time: DateTime) -> String {
    let time = time14(time);
    match form {
        FaceName::Long => {
            let token = seed.hex(&["face-name", label], 20);
            format!("OQSsiquc01res_face_{institution}{token}_{time}.xml")
        }
        FaceName::Short => format!("OQSsiquc01res_face_{time}.xml"),
    }
}

/// Name of a PMH request and of what answers it (spec/pmh.md §1.1; decomposition from one sample, [C]).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PmhName {
    /// 16 upper-case hexadecimal digits.
    id: String,
    /// `YYYYMMDDhhmmss` and two digits more.
    digits: String,
}

/// How the `.err` of PMH is called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PmhErr {
    /// `…_face.xml.err`: the slide's words, taken literally.
    #[default]
    #[serde(rename = "xml.err")]
    XmlErr,
    /// `…_face.err`, as the OQS family does.
    #[serde(rename = "err")]
    Err,
    /// Both files.
    #[serde(rename = "both")]
    Both,
}

impl PmhName {
    /// A new name, drawn by `label`, at `time`.
    pub fn draw(seed: Seed, label: &str, time: DateTime) -> Self {
        let id = seed.hex(&["pmh-name", label], 16).to_ascii_uppercase();
        let serial = seed.range(&["pmh-serial", label], 0, 99);
        Self { id, digits: format!("{}{serial:02}", time14(time)) }
    }

    /// Reads the name of a request (`RequestPmhFileName`) or of a result.
    pub fn parse(file: &str) -> Option<Self> {
        let rest = file.strip_prefix("PMHsimsm01req_").or_else(|| file.strip_prefix("PMHsimsm01res_"))?;
        let token = rest.strip_suffix("_face.xml")?;
        let (id, digits) = (token.get(..16)?, token.get(16..)?);
        let good = id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            && digits.len() == 16
            && digits.bytes().all(|b| b.is_ascii_digit())
            && parse_time(digits.get(..14)?).is_some();
        good.then(|| Self { id: id.to_owned(), digits: digits.to_owned() })
    }

    /// `PMHsimsm01req_…_face.xml`
    pub fn request(&self) -> String {
        format!("PMHsimsm01req_{}{}_face.xml", self.id, self.digits)
    }

    /// `PMHsimsm01res_…_face.xml`
    pub fn result(&self) -> String {
        format!("PMHsimsm01res_{}{}_face.xml", self.id, self.digits)
    }

    /// Names of the `.err`, one or two.
    pub fn err(&self, spelling: PmhErr) -> Vec<String> {
        let request = self.request();
        let short = || request.strip_suffix("xml").map(|stem| format!("{stem}err"));
        let long = || Some(format!("{request}.err"));
        let names = match spelling {
            PmhErr::XmlErr => [long(), None],
            PmhErr::Err => [short(), None],
            PmhErr::Both => [long(), short()],
        };
        names.into_iter().flatten().collect()
    }
}
