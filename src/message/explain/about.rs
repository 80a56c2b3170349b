//! What can be told of a file besides its elements.

use super::{Explanation, finding_text};
use crate::event::{Lang, say};
use crate::message::bulk::{
    BulkQualificationRequest, BulkQualificationResult, BulkRegistrationRequest, BulkRegistrationResult, Care,
    CareRequest,
};
use crate::message::checkup::{CheckupRequest, CheckupResult};
use crate::message::finding::Finding;
use crate::message::inquiry;
use crate::message::medication::{MedicationRequest, MedicationResult};
use crate::message::name::{Case, Interface, PmhName, interface_of};
use crate::message::order::{SeenOrder, seen_order};
use crate::message::qualification::{QualificationRequest, QualificationResult};
use crate::message::refusal::{Refusal, read_err_file};
use crate::message::registration::{RegistrationRequest, RegistrationResult};
use crate::message::sealed::{self, Outside, Protection};
use crate::message::tree::Element;
use crate::message::xml::Document;

/// Name, interface, encoding and order of a document.
pub(super) fn document(name: &str, document: &Document, lang: Lang) -> Vec<(String, String)> {
    let mut about = name_rows(name, lang);
    let bom = if document.bom { say(lang, "、BOMあり", ", with BOM") } else { "" };
    let declared = match &document.declared {
        Some(label) => format!("{} {label}", say(lang, "宣言", "declared")),
        None => say(lang, "宣言なし", "not declared").to_owned(),
    };
    about.push(row(lang, "文字コード", "encoding", format!("{} ({declared}{bom})", document.encoding.label())));
    let order = match seen_order(&document.root) {
        SeenOrder::Hash => {
            say(lang, "実端末の順（ハッシュ順、推定）", "as real terminals write (hash order, inferred)")
        }
        SeenOrder::Other => say(lang, "仕様書の順か、送信側の順", "the specification's, or the sender's own"),
        SeenOrder::Unknown => say(lang, "要素が少なく判定できません", "too few elements to tell"),
    };
    about.push(row(lang, "要素の順", "order", order.to_owned()));
    about
}

/// The element of a registration.
const REGISTRATION: &str = "ReferenceNumberRegistrationInfo";

/// The element of a search.
const SEARCH: &str = "QualificationConfirmSearchInfo";

/// What is unusual in the document as a whole.
pub(super) fn notes(name: &str, document: &Document, lang: Lang) -> Vec<String> {
    let mut findings = document.findings.clone();
    let body = document.root.child("MessageBody");
    let has = |name: &str| body.is_some_and(|body| body.child(name).is_some());
    let is_result = has("ProcessingResultStatus");
    let is_bulk = name.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("OQSmu"));
    let root = &document.root;
    let read = match (is_result, is_bulk) {
        _ if inquiry::is_result(root) || has("FileCategory") => Some(inquired(name, root)),
        _ if has("BulkConfirmUnit") => Some(BulkQualificationResult::from_tree(root).map(|read| read.findings)),
        _ if has("BulkRegistrationUnit") => Some(BulkRegistrationResult::from_tree(root).map(|read| read.findings)),
        (true, _) if has(REGISTRATION) => Some(RegistrationResult::from_tree(root).map(|read| read.findings)),
        (true, _) => Some(QualificationResult::from_tree(root).map(|read| read.findings)),
        (false, true) if has(REGISTRATION) => Some(BulkRegistrationRequest::from_tree(root).map(|read| read.findings)),
        (false, true) if Care::of_file(name).is_some() && has(SEARCH) => {
            Care::of_file(name).map(|care| CareRequest::from_tree(care, root).map(|read| read.findings))
        }
        (false, true) if asks_by_insurance(document) => {
            Some(BulkQualificationRequest::from_tree(root).map(|read| read.findings))
        }
        (false, false) if has(REGISTRATION) => Some(RegistrationRequest::from_tree(root).map(|read| read.findings)),
        (false, false) if asks_by_insurance(document) => {
            Some(QualificationRequest::from_tree(root).map(|read| read.findings))
        }
        _ => None,
    };
    let mut notes = Vec::new();
    match read {
        Some(Ok(found)) => findings.extend(found),
        Some(Err(refusal)) => notes.push(format!("{} {}", refusal.code(), refusal.words(lang))),
        None => {}
    }
    // What the lines say already is not said twice.
    findings.retain(|finding| {
        use crate::message::finding::FindingKind::*;
        !matches!(finding.kind, UnknownElement | TooLong | UnknownCode | Repeated)
    });
    notes.extend(findings.iter().map(|finding| finding_text(finding, lang)));
    notes.extend(code_mismatch(document, lang));
    notes
}

/// A request or an answer of YZK or TKK. Which of the two it is, its name tells: an answer without data has nothing else that does.
fn inquired(name: &str, root: &Element) -> Result<Vec<Finding>, Refusal> {
    let is_checkup = name.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("TKK"));
    Ok(match (inquiry::is_result(root), is_checkup) {
        (true, true) => CheckupResult::from_tree(root)?.findings,
        (true, false) => MedicationResult::from_tree(root)?.findings,
        (false, true) => CheckupRequest::from_tree(root)?.findings,
        (false, false) => MedicationRequest::from_tree(root)?.findings,
    })
}

fn asks_by_insurance(document: &Document) -> bool {
    let search = document.root.at(&["MessageBody", SEARCH]);
    search.is_some_and(|search| {
        search.child("Birthdate").is_some() || search.child("InsuredIdentificationNumber").is_some()
    })
}

/// CharacterCodeIdentifier against the bytes.
fn code_mismatch(document: &Document, lang: Lang) -> Option<String> {
    let said = document.root.at(&["MessageHeader", "CharacterCodeIdentifier"])?.value();
    let is = document.encoding.code();
    (said != is).then(|| match lang {
        Lang::Ja => {
            format!("CharacterCodeIdentifier は {said} ですが、内容は {} ({is}) です", document.encoding.label())
        }
        Lang::En => {
            format!("CharacterCodeIdentifier says {said}, but the bytes are {} ({is})", document.encoding.label())
        }
    })
}

/// How a PDF begins.
const PDF: &[u8] = b"%PDF-";

/// Pages: whose answer they are.
pub(super) fn pages(name: &str, bytes: &[u8], lang: Lang) -> Explanation {
    let mut about = name_rows(name, lang);
    let kind = say(
        lang,
        "印刷した回答 (PDF)。文書は XML のファイル種別で要求します",
        "a printed answer (PDF); ask for the XML category to have the document",
    );
    about.push(row(lang, "種類", "kind", kind.to_owned()));
    about.push(row(lang, "大きさ", "size", format!("{} {}", bytes.len(), say(lang, "バイト", "bytes"))));
    let odd =
        (!bytes.starts_with(PDF)).then(|| say(lang, "PDF の内容ではありません", "these bytes are no PDF").to_owned());
    Explanation { about, lines: Vec::new(), notes: odd.into_iter().collect() }
}

/// A zip: whose it is, and what stands on its outside. What is in it is another file's explanation.
pub(super) fn zipped(name: &str, bytes: &[u8], lang: Lang) -> Explanation {
    let mut about = name_rows(name, lang);
    let mut notes = Vec::new();
    match sealed::look(bytes) {
        Ok(Outside { name, protection, size }) => {
            let kind = match protection {
                Protection::None => say(lang, "ZIP（暗号化なし）", "a zip, not encrypted").to_owned(),
                Protection::Weaker(bits) => {
                    say(lang, "暗号化ZIP", "a sealed zip").to_owned() + &format!(" (AES-{bits})")
                }
                Protection::Aes256 => say(lang, "暗号化ZIP", "a sealed zip").to_owned() + " (AES-256)",
            };
            about.push(row(lang, "種類", "kind", kind));
            let holds = format!("{name} ({size} {})", say(lang, "バイト", "bytes"));
            about.push(row(lang, "中のファイル", "holds", holds));
        }
        Err(refusal) => {
            about.push(row(lang, "種類", "kind", "ZIP".to_owned()));
            notes.push(refusal.words(lang));
        }
    }
    about.push(row(lang, "大きさ", "size", format!("{} {}", bytes.len(), say(lang, "バイト", "bytes"))));
    Explanation { about, lines: Vec::new(), notes }
}

/// An `.err`: whose request it answers, and what it says.
pub(super) fn err_file(name: &str, bytes: &[u8], lang: Lang) -> Explanation {
    let request = name.get(..name.len().saturating_sub(4)).unwrap_or_default();
    let mut about = name_rows(request, lang);
    about.insert(
        0,
        row(lang, "種類", "kind", say(lang, "要求を返却した理由", "why a request was sent back").to_owned()),
    );
    let mut notes = Vec::new();
    match read_err_file(bytes) {
        Some((code, message)) => {
            let whose = if code.starts_with("MDG-") {
                say(lang, "（本プログラム独自のコード）", " (a code of this program)")
            } else {
                say(lang, "（公開されていないコード）", " (the code list is not public)")
            };
            about.push(row(lang, "コード", "code", format!("{code}{whose}")));
            about.push(row(lang, "内容", "message", message));
        }
        None => match crate::text::decode(bytes, None) {
            Ok(text) => about.push(row(lang, "内容", "content", text.text.trim_end().to_owned())),
            Err(error) => notes.push(error.to_string()),
        },
    }
    Explanation { about, lines: Vec::new(), notes }
}

fn name_rows(name: &str, lang: Lang) -> Vec<(String, String)> {
    let head = name.split('_').next().unwrap_or_default();
    let Some(interface) = interface_of(head, Case::Ignore) else {
        let unknown = say(lang, "一覧にない名前です", "not a name of the catalogue");
        return vec![row(lang, "ファイル", "file", format!("{name} ({unknown})"))];
    };
    let mut rows = vec![row(lang, "ファイル", "file", name.to_owned())];
    rows.push(row(lang, "インターフェイス", "interface", interface_text(interface, lang)));
    if let Some(rest) = name.strip_prefix("OQSsiquc01res_face_") {
        rows.extend(face_rows(rest, lang));
    }
    if let Some(pmh) = PmhName::parse(name) {
        rows.push(row(lang, "対の名前", "pair", format!("{} → {}", pmh.request(), pmh.result())));
    }
    rows
}

fn interface_text(interface: &Interface, lang: Lang) -> String {
    let number = interface.number.as_deref().zip(interface.number_confidence);
    let number = number.map(|(number, confidence)| format!(" {number} [{confidence}]")).unwrap_or_default();
    let what = say(lang, &interface.ja, &interface.en);
    format!("{} {what} [{}]{number}", interface.file, interface.provenance.confidence)
}

/// A face file's name: 医療機関コード (10) + 20 digits nobody can read + time.
fn face_rows(rest: &str, lang: Lang) -> Vec<(String, String)> {
    let stem = rest.rsplit_once('.').map_or(rest, |(stem, _)| stem);
    let (token, time) = stem.rsplit_once('_').unwrap_or(("", stem));
    let mut rows = Vec::new();
    if let (Some(institution), Some(_), 30) = (token.get(..10), token.get(10..), token.len()) {
        rows.push(row(lang, "医療機関コード", "institution", institution.to_owned()));
    }
    rows.push(row(lang, "作成日時", "made at", time.to_owned()));
    rows
}

fn row(lang: Lang, ja: &str, en: &str, text: String) -> (String, String) {
    (say(lang, ja, en).to_owned(), text)
}
