//! The rules of linkage (連携AP): from a file in `req` to the question for the centre, or to the reason why there is none. Pure.
//!
//! What is refused and what is answered is settled in decisions.md §5: form errors come back with an `.err`, everything that the
//! centre can judge is asked.

use std::borrow::Cow;

use crate::message::finding::{Finding, FindingKind};
use crate::message::name::{Case, Classification, RequestName, classify};
use crate::message::refusal::{Refusal, Rule};
use crate::message::sealed::{self, Protection};
use crate::message::xml;
use crate::terminal::settings::TerminalSettings;
use crate::text::Encoding;
use crate::wire::{Request, limit_of};

/// Extension of an answer that is printed.
const PAGES: &str = "pdf";

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
    /// Its name where the centre answers with pages.
    pub pages_name: String,
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
    match admit(&name, settings).and_then(|()| unseal(&name, bytes, settings)) {
        Ok((document, findings)) => match ask(&name, &document, findings, settings) {
            Ok(ask) => Decision::Ask(Box::new(ask)),
            Err(refusal) => refuse(&name, refusal, &document, whole),
        },
        Err(refusal) => refuse(&name, refusal, bytes, whole),
    }
}

fn refuse(name: &RequestName, refusal: Refusal, document: &[u8], whole: bool) -> Decision {
    Decision::Refuse(Refuse {
        refusal: if whole || refusal.rule != Rule::NotWellFormed || xml::has_end(document) {
            refusal
        } else {
            Refusal { rule: Rule::NeverWhole, ..refusal }
        },
        err_name: name.err(),
        encoding: encoding_of(document),
    })
}

/// What the name alone decides.
fn admit(name: &RequestName, settings: &TerminalSettings) -> Result<(), Refusal> {
    if !name.interface.served {
        return Err(Refusal::new(Rule::UnknownInterface).seen(name.code.as_str()));
    }
    if settings.strict_names && !name.is_strict() {
        return Err(Refusal::new(Rule::FreePart).seen(name.free.as_str()));
    }
    Ok(())
}

/// The document of a request, and what is unusual about how it was sealed.
fn unseal<'a>(
    name: &RequestName,
    bytes: &'a [u8],
    settings: &TerminalSettings,
) -> Result<(Cow<'a, [u8]>, Vec<Finding>), Refusal> {
    let password = settings.sealing.password_for(&name.file);
    let unusual = |kind, seen: String| Finding::new(kind, name.file.as_str()).seen(seen);
    let not_sealed = |document, seen: &str| match settings.strict_encryption {
        true => Err(Refusal::new(Rule::NotSealed).seen(seen)),
        false => Ok((document, vec![unusual(FindingKind::NotSealed, seen.to_owned())])),
    };
    match (name.is_sealed(), password) {
        (false, None) => Ok((bytes.into(), Vec::new())),
        (false, Some(_)) => not_sealed(bytes.into(), &format!(".{}", name.extension)),
        (true, None) => Err(Refusal::new(Rule::SealNotExpected).seen(name.file.as_str())),
        (true, Some(password)) => {
            let opened = sealed::open(bytes, Some(password), limit_of(&name.code))?;
            if !name.holds(&opened.name) {
                return Err(Refusal::new(Rule::SealedAlone).seen(opened.name));
            }
            match opened.protection {
                Protection::Aes256 => Ok((opened.bytes.into(), Vec::new())),
                Protection::None => not_sealed(opened.bytes.into(), "zip"),
                Protection::Weaker(bits) if settings.strict_encryption => {
                    Err(Refusal::new(Rule::UnsupportedZip).seen(format!("AES-{bits}")))
                }
                Protection::Weaker(bits) => {
                    Ok((opened.bytes.into(), vec![unusual(FindingKind::WeaklySealed, format!("AES-{bits}"))]))
                }
            }
        }
    }
}

fn ask(name: &RequestName, bytes: &[u8], findings: Vec<Finding>, settings: &TerminalSettings) -> Result<Ask, Refusal> {
    let document = xml::read_up_to(bytes, limit_of(&name.code))?;
    let unknown = || Err(Refusal::new(Rule::UnknownInterface).seen(name.code.as_str()));
    let read = Request::from_tree(&name.code, &document.root).unwrap_or_else(unknown)?;
    let institution = read.document.institution().to_owned();
    let foreign_institution = (institution != settings.institution).then_some(institution);
    if let Some(foreign) = foreign_institution.as_deref().filter(|_| settings.strict_institution) {
        return Err(Refusal::new(Rule::ForeignInstitution)
            .at("XmlMsg/MessageHeader/MedicalInstitutionCode")
            .seen(foreign));
    }
    let mut findings = findings;
    findings.extend(document.findings);
    findings.extend(read.findings);
    Ok(Ask {
        request: read.document,
        answer_name: name.answer(),
        pages_name: name.answer_as(PAGES),
        encoding: document.encoding,
        findings,
        foreign_institution,
    })
}

/// By the declaration alone: a file that is refused may not be readable as text.
fn encoding_of(bytes: &[u8]) -> Encoding {
    xml::declared_encoding(bytes).and_then(|label| Encoding::from_label(&label)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAME: &str = "OQSsiquc01req_202611210001.xml";

    fn settings() -> TerminalSettings {
        TerminalSettings::at("/nowhere", "1312345678")
    }

    fn request() -> String {
        "<?xml version='1.0' encoding='UTF-8' standalone='no'?><XmlMsg><MessageHeader>\
         <QualificationConfirmationDate>20261121</QualificationConfirmationDate>\
         <MedicalInstitutionCode>1312345678</MedicalInstitutionCode></MessageHeader><MessageBody>\
         <QualificationConfirmSearchInfo><InsurerNumber>  130012</InsurerNumber><InsuredCardSymbol/>\
         <InsuredIdentificationNumber>12</InsuredIdentificationNumber><Birthdate>19800101</Birthdate>\
         <LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>\
         </QualificationConfirmSearchInfo></MessageBody></XmlMsg>"
            .to_owned()
    }

    fn refused(name: &str, text: &str, whole: bool, settings: &TerminalSettings) -> (Rule, String) {
        match decide(name, text.as_bytes(), whole, settings) {
            Decision::Refuse(refuse) => (refuse.refusal.rule, refuse.err_name),
            other => panic!("{name} was not refused: {other:?}"),
        }
    }

    #[test]
    fn a_good_request_is_asked_with_its_padding_as_sent() {
        let Decision::Ask(ask) = decide(NAME, request().as_bytes(), true, &settings()) else { panic!("refused") };
        let Request::Qualification(request) = &ask.request else { panic!("another document") };
        assert_eq!(request.search.insurer_number, "  130012");
        assert_eq!((ask.answer_name.as_str(), ask.foreign_institution), ("OQSsiquc01res_202611210001.xml", None));
    }

    #[test]
    fn an_interface_that_is_not_served_is_refused_and_a_name_that_is_none_is_left() {
        for name in ["CIPsiquc01req_01.xml", "OQSmutic01req_1.xml", "OQSmutic01req_1.zip"] {
            assert_eq!(refused(name, &request(), true, &settings()).0, Rule::UnknownInterface, "{name}");
        }
        for name in ["OQSsiquc01res_1.xml", "OQSsiquc01req_1.pdf", "OQSsiquc01req_.xml", ".OQSsiquc01req_1.xml"] {
            assert_eq!(decide(name, request().as_bytes(), true, &settings()), Decision::Leave, "{name}");
            assert!(!is_ours(name));
        }
    }

    #[test]
    fn a_file_that_never_became_whole_is_refused_as_such_and_not_for_its_grammar() {
        let torn = &request()[..200];
        assert_eq!(refused(NAME, torn, false, &settings()), (Rule::NeverWhole, NAME.replace("xml", "err")));
        assert_eq!(refused(NAME, torn, true, &settings()).0, Rule::NotWellFormed);
        let followed = format!("{}<x/>", request());
        assert_eq!(refused(NAME, &followed, false, &settings()).0, Rule::NotWellFormed, "it has its end, and more");
    }

    #[test]
    fn strictness_is_a_matter_of_settings() {
        let foreign = request().replace("1312345678", "1319999999");
        let Decision::Ask(ask) = decide(NAME, foreign.as_bytes(), true, &settings()) else { panic!("refused") };
        assert_eq!(ask.foreign_institution.as_deref(), Some("1319999999"));
        let strict = TerminalSettings { strict_institution: true, strict_names: true, ..settings() };
        assert_eq!(refused(NAME, &foreign, true, &strict).0, Rule::ForeignInstitution);
        assert_eq!(refused("OQSsiquc01req_abc.xml", &request(), true, &strict).0, Rule::FreePart);
    }

    proptest! {
        #[test]
        fn no_bytes_under_any_name_make_it_panic_and_every_request_gets_a_decision(
            name in "(OQSsiquc01req_|OQSmuquc01req_|)[a-zA-Z0-9_.-]{0,20}(\\.xml|\\.zip|)",
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            cut in 0..700_usize,
            whole: bool,
        ) {
            let decision = decide(&name, &bytes, whole, &settings());
            prop_assert_eq!(decision == Decision::Leave, RequestName::parse(&name, Case::Ignore).is_none());
            let request = request();
            let _ = decide(&name, &request.as_bytes()[..cut.min(request.len())], whole, &settings());
        }
    }
}
