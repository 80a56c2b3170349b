//! The rules of linkage (連携AP): from a file in `req` to the question for the centre, or to the reason why there is none. Pure.
//!
//! What is refused and what is answered is settled in decisions.md §5: form errors come back with an `.err`, everything that the
//! centre can judge is asked.

use crate::message::finding::Finding;
use crate::message::name::{Case, Classification, OQS_SIQUC_01, RequestName, classify};
use crate::message::qualification::QualificationRequest;
use crate::message::refusal::{Refusal, Rule};
use crate::message::xml;
use crate::terminal::settings::TerminalSettings;
use crate::text::Encoding;
use crate::wire::Request;

/// What is to be done with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Ask the centre.
    Ask(Box<Ask>),
    /// Send it back.
    Refuse(Refuse),
    /// Not a request.
    Leave,
}

/// A request that can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The question.
    pub request: Request,
    /// Name of the answer.
    pub answer_name: String,
    /// The encoding of the request.
    pub encoding: Encoding,
    /// Unusual, but let through.
    pub findings: Vec<Finding>,
    /// The institution code is not this terminal's.
    pub foreign_institution: Option<String>,
}

/// A request that is sent back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refuse {
    /// Why.
    pub refusal: Refusal,
    /// Name of the `.err`.
    pub err_name: String,
    /// The encoding of the request, as far as it can be told.
    pub encoding: Encoding,
}

/// Is a file of this name taken out of `req`? Requests of interfaces that are not served are: they get their `.err`.
pub fn is_ours(name: &str) -> bool {
    matches!(classify(name, Case::Ignore), Classification::Request(_))
}

/// What to tell of a file that is left alone.
pub fn why_left_alone(name: &str) -> String {
    match classify(name, Case::Ignore) {
        Classification::Temporary => "作成中の一時ファイル / temporary file of its writer".to_owned(),
        Classification::Foreign { nearest: Some(nearest) } => {
            format!(
                "要求ファイル名ではありません（{nearest} の誤りですか） / not the name of a request; did you mean {nearest}?"
            )
        }
        Classification::Foreign { nearest: None } => {
            "要求ファイル名ではありません / not the name of a request".to_owned()
        }
        Classification::Request(_) => "通常のファイルではありません / not a regular file".to_owned(),
    }
}

/// Decides about the file `name`. `whole` is false when it never became whole.
pub fn decide(name: &str, bytes: &[u8], whole: bool, settings: &TerminalSettings) -> Decision {
    let Some(name) = RequestName::parse(name, Case::Ignore) else { return Decision::Leave };
    match ask(&name, bytes, settings) {
        Ok(ask) => Decision::Ask(Box::new(ask)),
        Err(refusal) => Decision::Refuse(Refuse {
            refusal: if whole || refusal.rule != Rule::NotWellFormed {
                refusal
            } else {
                Refusal { rule: Rule::NeverWhole, ..refusal }
            },
            err_name: name.err(),
            encoding: encoding_of(bytes),
        }),
    }
}

fn ask(name: &RequestName, bytes: &[u8], settings: &TerminalSettings) -> Result<Ask, Refusal> {
    if !name.interface.served || name.code != OQS_SIQUC_01 || !name.extension.eq_ignore_ascii_case("xml") {
        return Err(Refusal::new(Rule::UnknownInterface).seen(format!("{} (.{})", name.code, name.extension)));
    }
    if settings.strict_names && !name.is_strict() {
        return Err(Refusal::new(Rule::FreePart).seen(name.free.as_str()));
    }
    let document = xml::read(bytes)?;
    let read = QualificationRequest::from_tree(&document.root)?;
    let institution = read.document.medical_institution_code.clone();
    let foreign_institution = (institution != settings.institution).then_some(institution);
    if let Some(foreign) = foreign_institution.as_deref().filter(|_| settings.strict_institution) {
        return Err(Refusal::new(Rule::ForeignInstitution)
            .at("XmlMsg/MessageHeader/MedicalInstitutionCode")
            .seen(foreign));
    }
    let mut findings = document.findings;
    findings.extend(read.findings);
    Ok(Ask {
        request: Request::Qualification(read.document),
        answer_name: name.answer(),
        encoding: document.encoding,
        findings,
        foreign_institution,
    })
}

/// By the declaration alone: a file that is refused may not be readable as text.
fn encoding_of(bytes: &[u8]) -> Encoding {
    xml::declared_encoding(bytes).and_then(|label| Encoding::from_label(&label)).unwrap_or_default()
}
