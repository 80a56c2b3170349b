//! Bytes to a document: what a file is and whether it is sealed, its name says; how it is encoded, its declaration; in which order its
//! elements stand, nobody.
//!
//! Each file is opened or read by its own name: a terminal may seal one kind and leave another (spec/pmh.md §8 P16, §11 S-32).

use super::event::Content;
use super::mistake::Mistake;
use super::settings::Settings;
use crate::message::Read;
use crate::message::finding::{Finding, FindingKind};
use crate::message::qualification::{QualificationResult, Records};
use crate::message::refusal::{Refusal, Rule, read_err_file};
use crate::message::registration::RegistrationResult;
use crate::message::sealed::{self, is_sealed_name};
use crate::message::tree::{self, Element};
use crate::message::xml;

/// Most bytes of a file that are read: a single answer has 4 MiB at the most.
pub const LIMIT: u64 = 4 << 20;

/// Reads a file that [`super::Desk::wants`] wanted.
///
/// # Errors
/// Why it cannot be read, for people.
pub fn read(name: &str, bytes: &[u8], settings: &Settings) -> Result<Content, String> {
    if name.to_ascii_lowercase().ends_with(".err") {
        let (code, text) = read_err_file(bytes).unwrap_or_else(|| (String::new(), lossy(bytes)));
        return Ok(Content::Err(code, text));
    }
    let head = name.split('_').next().unwrap_or_default().to_ascii_lowercase();
    if head.ends_with("req") {
        return Ok(Content::Returned);
    }
    let read = match is_sealed_name(name) {
        true => unsealed(bytes, settings).and_then(|bytes| document(&head, &bytes, settings)),
        false => document(&head, bytes, settings),
    };
    read.map_err(|refusal| match refusal.rule {
        Rule::WrongPassword => not_opened(settings),
        _ => refusal.message(),
    })
}

/// The document in a password zip.
fn unsealed(bytes: &[u8], settings: &Settings) -> Result<Vec<u8>, Refusal> {
    let limit = usize::try_from(LIMIT).unwrap_or(usize::MAX);
    Ok(sealed::open(bytes, settings.password.as_ref(), limit)?.bytes)
}

/// The file is the terminal's, so the remedy is one of this program.
fn not_opened(settings: &Settings) -> String {
    let (ja, en) = match settings.password {
        None => ("暗号化されていて、パスワードが指定されていません", "it is sealed, and no password is told"),
        Some(_) => ("暗号化されていて、指定のパスワードでは開けません", "it is sealed with another password"),
    };
    format!(
        "{ja}。端末の設定 (encrypt.conf、encrypt_face.conf) を確かめ、端末と同じパスワードを --password-env か --password-file で指定して起動し直してください。ファイルは残してあります / \
         {en}: see the settings of the terminal, and start again with that of the terminal by --password-env or --password-file; the file stays"
    )
}

fn document(head: &str, bytes: &[u8], settings: &Settings) -> Result<Content, Refusal> {
    let root = if settings.mistakes.makes(Mistake::MixesEncodings) {
        // A byte order mark goes before any declaration.
        xml::read(format!("\u{FEFF}{}", String::from_utf8_lossy(bytes)).as_bytes())?.root
    } else {
        xml::read(bytes)?.root
    };
    let locate = |refusal| xml::locate(bytes, refusal);
    match head {
        "pmhsimsm01res" => {
            let read = settings.layout.from_tree(&root).map_err(locate)?;
            Ok(Content::Subsidies(allowed(read, settings)?))
        }
        "oqssiimm01res" => {
            let read = RegistrationResult::from_tree(&root).map_err(locate)?;
            Ok(Content::Registration(allowed(read, settings)?))
        }
        _ => {
            let read = QualificationResult::from_tree(&root).map_err(locate)?;
            if settings.mistakes.makes(Mistake::NeedsOrder) {
                refuse_other_order(&root, &read.document.to_tree(Records::OneList))?;
            }
            Ok(Content::Qualification(allowed(read, settings)?))
        }
    }
}

/// Elements that are not known are passed over: later editions have more of them (spec/pmh.md §11 S-06).
fn allowed<T>(read: Read<T>, settings: &Settings) -> Result<T, Refusal> {
    let unknown = |finding: &&Finding| finding.kind == FindingKind::UnknownElement;
    match read.findings.iter().find(unknown).filter(|_| settings.mistakes.makes(Mistake::RefusesUnknown)) {
        Some(finding) => Err(Refusal::new(Rule::WrongRoot).at(finding.path.as_str())),
        None => Ok(read.document),
    }
}

/// The mistake of programs that walk a document instead of asking it by name.
fn refuse_other_order(root: &Element, in_specification_order: &Element) -> Result<(), Refusal> {
    let names = |root: &Element| {
        let mut names = Vec::new();
        tree::walk(root, &mut |path, _| names.push(path.join("/")));
        names
    };
    match names(root) == names(in_specification_order) {
        true => Ok(()),
        false => Err(Refusal::new(Rule::WrongRoot)),
    }
}

fn lossy(bytes: &[u8]) -> String {
    let text = crate::text::decode(bytes, None).map(|decoded| decoded.text.into_owned());
    text.unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned()).trim().to_owned()
}
