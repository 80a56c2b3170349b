//! The rules of linkage (連携AP): from a file in `req` to the question for the centre, or to the reason why there is none. Pure.
//!
//! What is refused and what is answered is settled in decisions.md §5: form errors come back with an `.err`, everything that the
//! centre can judge is asked.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::message;
use crate::message::finding::{Finding, FindingKind};
use crate::message::name::{Case, Classification, Direction, RequestName, classify, nearest_name};
use crate::message::refusal::{Refusal, Rule};
use crate::message::sealed::{self, Protection};
use crate::message::tree::Element;
use crate::message::xml::{self, Document, ReadError};
use crate::terminal::settings::TerminalSettings;
use crate::text::Encoding;
use crate::wire::{Request, comes_by_rows, document, limit_of};

/// So much of a file is looked at for its declaration.
const HEAD: u64 = 256;

/// Extension of an answer that is printed.
const PAGES: &str = "pdf";

/// What is to be done with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Ask the centre.
    Ask(Box<Ask>),
    /// Nobody here can answer it: send it back, unless the operator has an answer of their own.
    Unanswered(Box<Unanswered>),
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

/// A request of an interface that nobody here answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// What is in it, whatever that is.
    pub request: Element,
    /// What becomes of it otherwise.
    pub refuse: Refuse,
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

/// Most bytes of a file of this name: a larger one is refused by its length.
pub fn limit_of_file(name: &str) -> u64 {
    let code = RequestName::parse(name, Case::Ignore).map(|name| name.code);
    limit_of(&code.unwrap_or_default()) as u64
}

/// What is in a request: as often as it is looked at, and never more of it in memory than must be.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// All of it.
    Bytes(&'a [u8]),
    /// A file.
    File(&'a Path),
}

impl<'a> Content<'a> {
    fn len(self) -> io::Result<u64> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.len() as u64),
            Self::File(path) => Ok(std::fs::metadata(path)?.len()),
        }
    }

    fn open(self) -> io::Result<Box<dyn Read + Send + 'a>> {
        Ok(match self {
            Self::Bytes(bytes) => Box::new(bytes),
            Self::File(path) => Box::new(File::open(path)?),
        })
    }

    fn head(self, bytes: u64) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.open()?.take(bytes).read_to_end(&mut head)?;
        Ok(head)
    }
}

/// Decides about the file `name`. `whole` is false when it never became whole.
///
/// # Errors
/// The file cannot be read.
pub fn decide(name: &str, content: Content<'_>, whole: bool, settings: &TerminalSettings) -> io::Result<Decision> {
    let Some(name) = RequestName::parse(name, Case::Ignore) else { return Ok(Decision::Leave) };
    let unsealed = admit(&name, settings).map_err(ReadError::from).and_then(|()| unseal(&name, content, settings));
    let (opened, findings) = match unsealed {
        Ok(unsealed) => unsealed,
        Err(error) => return refuse(&name, error, content, whole),
    };
    let content = opened.as_deref().map_or(content, Content::Bytes);
    match ask(&name, content, findings, settings) {
        Ok(ask) => Ok(Decision::Ask(Box::new(ask))),
        Err(error) => refuse(&name, error, content, whole),
    }
}

fn refuse(name: &RequestName, error: ReadError, content: Content<'_>, whole: bool) -> io::Result<Decision> {
    let refusal = match error {
        ReadError::Io(cause) => return Err(cause),
        ReadError::Refused(refusal) => refusal,
    };
    let cut = !whole && refusal.rule == Rule::NotWellFormed && !xml::has_end(content.open()?)?;
    let refusal = if cut { Refusal { rule: Rule::NeverWhole, ..refusal } } else { refusal };
    let refuse = Refuse {
        refusal: located(refusal, content)?,
        err_name: name.err(),
        encoding: encoding_of(&content.head(HEAD)?),
    };
    Ok(match unanswered(name, &refuse.refusal, content) {
        Some(request) => Decision::Unanswered(Box::new(Unanswered { request, refuse })),
        None => Decision::Refuse(refuse),
    })
}

/// Adds line and column to what was found in the tree. A long bulk file is not read into memory for it: its rows are numbered.
fn located(refusal: Refusal, content: Content<'_>) -> io::Result<Refusal> {
    if refusal.place.path.is_none() || content.len()? > xml::SINGLE_LIMIT as u64 {
        return Ok(refusal);
    }
    Ok(xml::locate(&content.head(xml::SINGLE_LIMIT as u64)?, refusal))
}

/// The content of a request that is sent back for want of an answer only.
fn unanswered(name: &RequestName, refusal: &Refusal, content: Content<'_>) -> Option<Element> {
    let nobody_answers = matches!(refusal.rule, Rule::NotPublic | Rule::UnknownInterface);
    let document = nobody_answers.then(|| all_of(&name.code, content).ok());
    document.flatten().map(|document| document.root)
}

/// What the name alone decides.
fn admit(name: &RequestName, settings: &TerminalSettings) -> Result<(), Refusal> {
    if !name.interface.is_some_and(|row| row.served || row.closed) {
        let meant = nearest_name(&name.file, Direction::Request).filter(|_| name.interface.is_none());
        let seen = meant.map(|meant| format!("{}（{meant} の誤りですか / did you mean {meant}?）", name.code));
        return Err(Refusal::new(Rule::UnknownInterface).seen(seen.unwrap_or_else(|| name.code.clone())));
    }
    if settings.strict_names && !name.is_strict() {
        return Err(Refusal::new(Rule::FreePart).seen(name.free.as_str()));
    }
    Ok(())
}

/// What a sealed request holds (`None` of one that is not), and what is unusual about how it was sealed.
fn unseal(
    name: &RequestName,
    content: Content<'_>,
    settings: &TerminalSettings,
) -> Result<(Option<Vec<u8>>, Vec<Finding>), ReadError> {
    let unusual = |kind, seen: &str| vec![Finding::new(kind, name.file.as_str()).seen(seen)];
    let not_sealed = |opened, seen: &str| match settings.strict_encryption {
        true => Err(Refusal::new(Rule::NotSealed).seen(seen).into()),
        false => Ok((opened, unusual(FindingKind::NotSealed, seen))),
    };
    let password = match (name.is_sealed(), settings.sealing.password_for(&name.file)) {
        (false, None) => return Ok((None, Vec::new())),
        (false, Some(_)) => return not_sealed(None, &format!(".{}", name.extension)),
        (true, None) => return Err(Refusal::new(Rule::SealNotExpected).seen(name.file.as_str()).into()),
        (true, Some(password)) => password,
    };
    let limit = limit_of(&name.code);
    let opened = sealed::open(&content.head(limit as u64 + 1)?, Some(password), limit)?;
    if !name.holds(&opened.name) {
        return Err(Refusal::new(Rule::SealedAlone).seen(opened.name).into());
    }
    match opened.protection {
        Protection::Aes256 => Ok((Some(opened.bytes), Vec::new())),
        Protection::None => not_sealed(Some(opened.bytes), "zip"),
        Protection::Weaker(bits) if settings.strict_encryption => {
            Err(Refusal::new(Rule::UnsupportedZip).seen(format!("AES-{bits}")).into())
        }
        Protection::Weaker(bits) => {
            Ok((Some(opened.bytes), unusual(FindingKind::WeaklySealed, &format!("AES-{bits}"))))
        }
    }
}

fn ask(
    name: &RequestName,
    content: Content<'_>,
    mut findings: Vec<Finding>,
    settings: &TerminalSettings,
) -> Result<Ask, ReadError> {
    if name.interface.is_some_and(|row| row.closed) {
        // What is no document comes back as such.
        all_of(&name.code, content)?;
        return Err(Refusal::new(Rule::NotPublic).seen(name.code.as_str()).into());
    }
    let (read, encoding) = read(&name.code, content)?;
    let institution = read.document.institution().to_owned();
    let foreign_institution = (institution != settings.institution).then_some(institution);
    if let Some(foreign) = foreign_institution.as_deref().filter(|_| settings.strict_institution) {
        let place = "XmlMsg/MessageHeader/MedicalInstitutionCode";
        return Err(Refusal::new(Rule::ForeignInstitution).at(place).seen(foreign).into());
    }
    let message::Read { document: request, findings: of_document } = read;
    findings.extend(of_document);
    Ok(Ask {
        request,
        answer_name: name.answer(),
        pages_name: name.answer_as(PAGES),
        encoding,
        findings,
        foreign_institution,
    })
}

/// The request in `content` with its encoding, and with all that was unusual. What comes by rows is never whole in memory.
fn read(code: &str, content: Content<'_>) -> Result<(message::Read<Request>, Encoding), ReadError> {
    let unknown = || Refusal::new(Rule::UnknownInterface).seen(code);
    if comes_by_rows(code) {
        refuse_by_length(code, content)?;
        let encoding = xml::detect(&mut content.open()?)?;
        let read = document::read_rows(code, content.open()?, encoding)?;
        return Ok((read.ok_or_else(unknown)?, encoding));
    }
    let document = all_of(code, content)?;
    let mut read = Request::from_tree(code, &document.root).unwrap_or_else(|| Err(unknown()))?;
    read.findings.splice(..0, document.findings);
    Ok((read, document.encoding))
}

/// A document that is held whole.
fn all_of(code: &str, content: Content<'_>) -> Result<Document, ReadError> {
    refuse_by_length(code, content)?;
    let limit = limit_of(code);
    let bytes = content.head(limit as u64 + 1)?;
    let mut document = xml::read_up_to(&bytes, limit)?;
    // Some UTF-8 is Shift_JIS as well, letter for letter another text: nobody would be found, and nothing said why.
    let looks_like_utf8 = !bytes.is_ascii() && std::str::from_utf8(&bytes).is_ok();
    if document.encoding == Encoding::ShiftJis && looks_like_utf8 {
        let declared = document.declared.clone().unwrap_or_default();
        document.findings.push(Finding::new(FindingKind::OtherEncoding, code).seen(declared));
    }
    Ok(document)
}

fn refuse_by_length(code: &str, content: Content<'_>) -> Result<(), ReadError> {
    let limit = limit_of(code);
    match content.len()? > limit as u64 {
        true => Err(Refusal::new(Rule::TooBig).seen(format!("over {limit} bytes")).into()),
        false => Ok(()),
    }
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

    fn decide(name: &str, bytes: &[u8], whole: bool, settings: &TerminalSettings) -> Decision {
        super::decide(name, Content::Bytes(bytes), whole, settings).unwrap()
    }

    fn refused(name: &str, text: &str, whole: bool, settings: &TerminalSettings) -> (Rule, String) {
        match decide(name, text.as_bytes(), whole, settings) {
            Decision::Refuse(refuse) => (refuse.refusal.rule, refuse.err_name),
            Decision::Unanswered(unanswered) => (unanswered.refuse.refusal.rule, unanswered.refuse.err_name),
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
    fn what_is_wrong_with_an_element_is_told_by_line_and_column_of_single_and_bulk_requests() {
        let place = |name: &str, text: &str| match decide(name, text.as_bytes(), true, &settings()) {
            Decision::Refuse(refuse) => refuse.refusal.place.position,
            other => panic!("{name} was not refused: {other:?}"),
        };
        let birth = "<Birthdate>19800101</Birthdate>";
        let twice = request().replace(birth, &format!("{birth}\n  {birth}"));
        assert_eq!(place(NAME, &twice), Some((2, 3)), "repeated");
        let missing = request().replace("<MessageBody>", "\n<MessageBody>\n").replace(birth, "");
        assert_eq!(place(NAME, &missing), Some((3, 1)), "missing: the element above");
        assert_eq!(place(NAME, "\n<Other></Other>"), Some((2, 1)), "wrong root");
        let row = |birth: &str| {
            format!(
                "\n<QualificationConfirmSearchInfo><InsurerNumber>1</InsurerNumber>{birth}\
                 <InsuredIdentificationNumber>1</InsuredIdentificationNumber>\
                 <LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>\
                 </QualificationConfirmSearchInfo>"
            )
        };
        let bulk = format!(
            "<XmlMsg><MessageHeader><QualificationConfirmationDate>20261121</QualificationConfirmationDate>\
            <MedicalInstitutionCode>1312345678</MedicalInstitutionCode></MessageHeader><MessageBody>{}{}</MessageBody></XmlMsg>",
            row(birth),
            row("")
        );
        assert_eq!(place("OQSmuquc01req_1.xml", &bulk), Some((3, 1)), "the second row");
    }

    #[test]
    fn an_interface_that_is_not_served_is_refused_and_a_name_that_is_none_is_left() {
        let refusal = refused("PMHsimsm01req_1.xml", &request(), true, &settings());
        assert_eq!(refusal.0, Rule::UnknownInterface);
        let slip = decide("OQSsiqcu01req_7.xml", request().as_bytes(), true, &settings());
        let Decision::Unanswered(slip) = slip else { panic!("{slip:?}") };
        assert!(slip.refuse.refusal.seen.as_deref().unwrap().contains("OQSsiquc01req_7.xml"), "{slip:?}");
        for name in ["OQSsiquc01res_1.xml", "OQSsiquc01req_1.pdf", "OQSsiquc01req_.xml", ".OQSsiquc01req_1.xml"] {
            assert_eq!(decide(name, request().as_bytes(), true, &settings()), Decision::Leave, "{name}");
            assert!(!is_ours(name));
        }
    }

    #[test]
    fn an_interface_whose_body_is_not_public_is_refused_as_such_when_it_is_xml_at_all() {
        let closed = crate::message::name::catalogue().iter().filter(|row| row.closed);
        let codes: Vec<&str> = closed.map(|row| row.code()).collect();
        assert_eq!(codes.len(), 9, "{codes:?}");
        for name in [
            "OQSsihvq01req_1.xml",
            "OQSsiurl01req_1.xml",
            "OQSmuupd01req_1.xml",
            "CIPsiquc01req_1.xml",
            "EPSsiabc01req_1.xml",
        ] {
            let known = RequestName::parse(name, Case::Ignore);
            let nobody_knows = name.starts_with("OQSmuupd");
            assert_eq!(known.unwrap().interface.is_none(), nobody_knows, "{name}");
            let (rule, broken) = match nobody_knows {
                true => (Rule::UnknownInterface, Rule::UnknownInterface),
                false => (Rule::NotPublic, Rule::NotWellFormed),
            };
            assert_eq!(refused(name, "<XmlMsg/>", true, &settings()).0, rule, "{name}");
            assert_eq!(refused(name, "<XmlMsg>", true, &settings()).0, broken, "{name}");
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
    fn utf8_that_calls_itself_shift_jis_is_read_as_it_says_and_remarked_on() {
        let marked = |text: &str| {
            let declared = text
                .replace("UTF-8", "Shift_JIS")
                .replace("<InsuredCardSymbol/>", "<InsuredCardSymbol>記号</InsuredCardSymbol>");
            (declared.clone().into_bytes(), crate::text::encode(&declared, Encoding::ShiftJis).bytes)
        };
        let (utf8, shift_jis) = marked(&request());
        let remarks = |bytes: &[u8]| match decide(NAME, bytes, true, &settings()) {
            Decision::Ask(ask) => ask.findings.iter().filter(|f| f.kind == FindingKind::OtherEncoding).count(),
            other => panic!("{other:?}"),
        };
        assert_eq!((remarks(&utf8), remarks(&shift_jis)), (1, 0));
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
