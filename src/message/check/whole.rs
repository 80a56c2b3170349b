//! The file as a whole: size, encoding, XML; then everything inside it.

use super::document::document_of;
use super::facts::Facts;
use super::name::Kind;
use super::page::Page;
use super::{File, Report, Rule, Tables, Violation, answer, consent, element, rows, subsidy, value};
use crate::message::element::{ElementRow, Family};
use crate::message::explain::family;
use crate::message::finding::{Finding, FindingKind};
use crate::message::name::Direction;
use crate::message::refusal::{self, Refusal};
use crate::message::sealed;
use crate::message::xml::{self, BULK_LIMIT, LOOK_LIMIT, SINGLE_LIMIT};
use crate::text::{self, Encoding};

/// Looks at the content as far as the name lets one expect anything of it.
pub(super) fn look(file: &File<'_>, kind: &Kind, tables: &Tables<'_>, report: &mut Report) -> Facts {
    let extension = file.name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    let facts = Facts::of_name(file, *kind);
    match (kind, extension.as_str()) {
        (Kind::Nothing, _) => {}
        (Kind::Err, _) => report.add_all(err_file(file.bytes)),
        (_, "zip") => return zipped(file, *kind, tables, facts, report),
        (_, "pdf") => pages(file.bytes, report),
        _ => return document(file, *kind, tables, facts, report),
    }
    facts
}

/// An `.err` has something to say.
fn err_file(bytes: &[u8]) -> Option<Violation> {
    match text::decode(bytes, None) {
        Err(error) => Some(Violation::new(Rule::EncodingDeclaration).seen(error.to_string())),
        Ok(decoded) if decoded.text.trim().is_empty() => Some(Violation::new(Rule::FileErr)),
        Ok(_) => None,
    }
}

fn pages(bytes: &[u8], report: &mut Report) {
    let rule = if is_pdf(bytes) { Rule::FileUnread } else { Rule::FilePdf };
    report.add(Violation::new(rule).seen(format!("{} bytes", bytes.len())));
}

/// The document in a zip, sealed or not, as if it lay there itself. Without the password a sealed one is not read, and that is told.
fn zipped(file: &File<'_>, kind: Kind, tables: &Tables<'_>, facts: Facts, report: &mut Report) -> Facts {
    let refusal = match sealed::open(file.bytes, tables.password, LOOK_LIMIT) {
        Ok(opened) => {
            let inside = File { name: &opened.name, bytes: &opened.bytes, ..*file };
            return document(&inside, kind, tables, facts, report);
        }
        Err(refusal) => refusal,
    };
    let violation = match refusal.rule {
        refusal::Rule::WrongPassword if tables.password.is_some() => {
            Violation::new(Rule::FilePassword).seen(format!("{} bytes", file.bytes.len()))
        }
        // What a zip of a terminal may hold besides the one file is not public.
        refusal::Rule::SealedAlone if kind.is_answer() => {
            Violation::new(Rule::FileUnread).seen(refusal.seen.unwrap_or_default())
        }
        refusal::Rule::WrongPassword => Violation::new(Rule::FileUnread).seen(format!("{} bytes", file.bytes.len())),
        refusal::Rule::TooBig => refused(&refusal),
        _ => Violation::new(Rule::FileZip).seen(refusal.seen.unwrap_or_default()),
    };
    report.add(violation);
    facts
}

/// Begins as a PDF, and has its end near the end.
fn is_pdf(bytes: &[u8]) -> bool {
    const END_REACH: usize = 1024;
    let tail = bytes.get(bytes.len().saturating_sub(END_REACH)..).unwrap_or_default();
    bytes.starts_with(b"%PDF-") && tail.windows(5).any(|window| window == b"%%EOF")
}

fn document(file: &File<'_>, kind: Kind, tables: &Tables<'_>, facts: Facts, report: &mut Report) -> Facts {
    let bytes = file.bytes;
    // Bulk interfaces are those with `mu`; a file without an interface gets the benefit.
    let single = kind.interface().is_some_and(|interface| interface.file.get(3..5) == Some("si"));
    let limit = match kind.interface().map(|interface| interface.direction) {
        _ if single => SINGLE_LIMIT,
        Some(Direction::Result) => LOOK_LIMIT,
        _ => BULK_LIMIT,
    };
    if let Some(violation) = disguised(bytes) {
        // Whatever it would be read as is nonsense.
        report.add(violation);
        return facts;
    }
    let document = match xml::read_up_to(bytes, limit) {
        Ok(document) => document,
        Err(refusal) => {
            report.add(refused(&refusal));
            return facts;
        }
    };
    if document.declared.is_none() {
        report.add(Violation::new(Rule::EncodingUndeclared).seen(document.encoding.label()));
    }
    if document.bom {
        report.add(Violation::new(Rule::EncodingBom).on(Some((1, 1))));
        let said = document.declared.as_deref().and_then(Encoding::from_label);
        if said.is_some_and(|said| said != Encoding::Utf8) {
            report.add(declaration(document.declared.as_deref().unwrap_or_default(), "UTF-8 (BOM)"));
        }
    }
    let places = xml::places(bytes);
    let page = Page::new(&document.root, &places);
    report.add_all(document.findings.iter().map(|finding| of_reading(&page, finding)));
    let family = family(file.name, &document.root, tables.elements);
    let sheet = Sheet::new(&page, kind, family, tables);
    if element::top(&sheet, report) {
        inside(&sheet, document.encoding, report);
    }
    facts.with(&sheet)
}

/// A document with what is known of it.
pub(super) struct Sheet<'a> {
    pub page: &'a Page<'a>,
    pub kind: Kind,
    pub family: Family,
    pub tables: &'a Tables<'a>,
    /// What belongs to its interface; `None` where that is not public, or the file has no interface.
    pub document: Option<&'static super::document::Document>,
    /// What is known of each element where it stands, in the order of the page: looked up once, since bulk files have a million.
    pub rows: Vec<Option<&'a ElementRow>>,
}

/// Groups that come back in an answer as they were sent: what is wrong there was wrong in the request.
const ECHOES: [&str; 2] = ["QualificationConfirmSearchInfo", "ReferenceNumberRegistrationInfo"];

impl<'a> Sheet<'a> {
    fn new(page: &'a Page<'a>, kind: Kind, family: Family, tables: &'a Tables<'a>) -> Self {
        let row = |at: usize| {
            let parent = if at == 0 { "" } else { page.name(page.parent(at)) };
            tables.elements.row(family, parent, page.name(at))
        };
        let document = kind.interface().and_then(|interface| document_of(&interface.file));
        Self { page, kind, family, tables, document, rows: page.all().map(row).collect() }
    }

    /// Whether an element of an answer only repeats what was asked.
    pub fn is_echo(&self, at: usize) -> bool {
        self.kind.is_answer() && ECHOES.contains(&self.page.name(at))
    }

    /// A violation at an element.
    pub fn at(&self, rule: Rule, at: usize) -> Violation {
        Violation::new(rule).on(self.page.place(at)).path(self.page.path(at))
    }

    /// Of what belongs below `at` but is not there.
    pub fn missing(&self, rule: Rule, at: usize, name: &str) -> Violation {
        Violation::new(rule).on(self.page.place(at)).path(format!("{}/{name}", self.page.path(at)))
    }

    /// The row of the catalogue up to its direction: `OQSmuquc02` of `OQSmuquc02res`.
    pub fn code(&self) -> &str {
        self.kind.interface().map_or("", |interface| interface.code())
    }
}

fn inside(sheet: &Sheet<'_>, encoding: Encoding, report: &mut Report) {
    element::look(sheet, report);
    value::look(sheet, report);
    if let Some((at, said)) = sheet.page.header().and_then(|header| {
        let at = sheet.page.child(header, "CharacterCodeIdentifier")?;
        Some((at, sheet.page.value(at)))
    }) && said != encoding.code()
    {
        let expected = format!("{} ({})", encoding.code(), encoding.label());
        report.add(sheet.at(Rule::EncodingIdentifier, at).seen(said).expected(expected));
    }
    rows::look(sheet, report);
    consent::look(sheet, report);
    answer::look(sheet, report);
    subsidy::look(sheet, report);
}

/// Declared Shift_JIS, written in UTF-8: as CP932 such bytes mostly read as well, as nonsense. Kanji and kana that come out of UTF-8
/// decoding do not come out of CP932 by chance.
fn disguised(bytes: &[u8]) -> Option<Violation> {
    let label = xml::declared_encoding(bytes)?;
    if Encoding::from_label(&label)? != Encoding::ShiftJis || bytes.starts_with(b"\xEF\xBB\xBF") {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let is_japanese = |c: char| matches!(c, '\u{3000}'..='\u{9FFF}' | '\u{FF00}'..='\u{FFEF}');
    text.contains(is_japanese).then(|| declaration(&label, "UTF-8"))
}

fn declaration(declared: &str, real: &str) -> Violation {
    Violation::new(Rule::EncodingDeclaration).on(Some((1, 1))).seen(declared).expected(real)
}

/// Why the document cannot be read.
fn refused(refusal: &Refusal) -> Violation {
    let rule = match refusal.rule {
        refusal::Rule::TooBig => Rule::FileSize,
        refusal::Rule::UnknownEncoding => Rule::EncodingUnknown,
        refusal::Rule::NotText => Rule::EncodingDeclaration,
        refusal::Rule::DocumentType => Rule::XmlDoctype,
        refusal::Rule::TooDeep => Rule::XmlDepth,
        _ => Rule::XmlWellFormed,
    };
    let violation = Violation::new(rule).on(refusal.place.position);
    match &refusal.seen {
        Some(seen) => violation.seen(seen),
        None => violation,
    }
}

/// What the reader passed over.
fn of_reading(page: &Page<'_>, finding: &Finding) -> Violation {
    let seen = finding.seen.as_deref().unwrap_or_default();
    let rule = match finding.kind {
        FindingKind::StrayText => Rule::XmlStrayText,
        _ if seen == "xmlns" || seen.starts_with("xmlns:") => Rule::XmlNamespace,
        _ => Rule::XmlAttribute,
    };
    let place = page.find(&finding.path).and_then(|at| page.place(at));
    Violation::new(rule).on(place).path(finding.path.as_str()).seen(seen)
}
