//! File names of the shared folder (spec/oqs-interface.md §1; spec/pmh.md §1.1).
//!
//! ```text
//! OQSsiquc01req_<free part>.xml  →  OQSsiquc01res_<free part>.xml      request and answer
//! OQSsiquc01req_<free part>.zip                                        the same, sealed (`sealed`)
//!                                →  OQSsiquc01req_<free part>.err      refused
//! OQSsiquc01res_face_<10 + 20>_<yyyyMMddHHmmss>.xml                    from the reader, nobody asked
//! PMHsimsm01req_<16 + 14 + 2>_face.xml  →  PMHsimsm01res_<same>_face.xml
//! ```
//!
//! - [`catalogue`]: which interfaces there are
//! - here: requests and what lies in `req` besides them
//! - `made`: names that the terminal makes, for face and PMH files

mod catalogue;
mod made;

use crate::message::sealed::is_sealed_name;
use catalogue::is_unknown_interface;

pub use catalogue::{Direction, Interface, OQS_SIQUC_01, PMH_SIMSM_01, catalogue, interface_of};
pub use made::{FaceName, PmhErr, PmhName, face_name};

/// Name of a request, split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestName {
    /// The name as it lies in `req`.
    pub file: String,
    /// The row of the catalogue; `None` when the name follows the grammar and nobody knows the interface.
    pub interface: Option<&'static Interface>,
    /// `OQSsiquc01`, spelt as in the catalogue; as in the file where no row spells it whole.
    pub code: String,
    /// What the sender chose, between `req_` and the extension.
    pub free: String,
    /// Extension without dot, as in the file.
    pub extension: String,
}

/// How names are compared: Windows does not tell `.XML` from `.xml`; the interface's own spelling is exact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Case {
    /// As a Windows folder.
    #[default]
    Ignore,
    /// Letter by letter.
    Exact,
}

/// What a file in `req` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Classification {
    /// A request.
    Request(RequestName),
    /// Somebody's file in the making: never touched.
    Temporary,
    /// Not ours: left alone. `nearest` is the right name when this one nearly is.
    Foreign {
        /// What the sender may have meant.
        nearest: Option<String>,
    },
}

/// How many letters may be wrong for a name to count as nearly right: a slip or two, not another interface.
const NEARLY: usize = 2;

/// Free part in strict mode: 8 digits of date and 4 of a serial number (spec/oqs-interface.md §1.1).
const STRICT_FREE_DIGITS: usize = 12;

impl RequestName {
    /// Reads a name; any free part is accepted, as the real terminal does in the field ([A]).
    pub fn parse(file: &str, case: Case) -> Option<Self> {
        let (stem, extension) = file.rsplit_once('.')?;
        let (head, free) = stem.split_once('_')?;
        let known = ["xml", "zip"].iter().any(|known| same(extension, known, case));
        let interface = interface_of(head, case);
        let is_request = head.get(head.len().checked_sub(3)?..).is_some_and(|end| same(end, "req", case));
        if !known || free.is_empty() || !is_request || (interface.is_none() && !is_unknown_interface(head, case)) {
            return None;
        }
        let code = match interface.filter(|row| !row.family) {
            Some(row) => row.code().to_owned(),
            None => head.get(..head.len() - 3)?.to_owned(),
        };
        Some(Self { file: file.to_owned(), interface, code, free: free.to_owned(), extension: extension.to_owned() })
    }

    /// Name of the answer: `res` for `req`, everything else as sent. Of a sealed request, that of the document in its zip.
    pub fn answer(&self) -> String {
        self.answer_as(if self.is_sealed() { "xml" } else { &self.extension })
    }

    /// Whether the request is a zip.
    pub fn is_sealed(&self) -> bool {
        is_sealed_name(&self.file)
    }

    /// Whether a file called `inner` is what the zip of this request must hold: the request under its own name.
    pub fn holds(&self, inner: &str) -> bool {
        let own = self.file.strip_suffix(self.extension.as_str()).unwrap_or_default();
        inner.eq_ignore_ascii_case(&format!("{own}xml"))
    }

    /// The same as another kind of file (pages, an operator's own); the extension as sent where it is the same.
    pub fn answer_as(&self, extension: &str) -> String {
        let extension = if extension.eq_ignore_ascii_case(&self.extension) { &self.extension } else { extension };
        format!("{}res_{}.{extension}", self.code, self.free)
    }

    /// Name of the `.err`: the request's with another extension.
    pub fn err(&self) -> String {
        let stem = self.file.rsplit_once('.').map_or(self.file.as_str(), |(stem, _)| stem);
        format!("{stem}.err")
    }

    /// Whether `file`, in `res`, is about this request: its answer under any extension (as it is, as pages, sealed, an operator's own file), or
    /// its `.err`.
    pub fn is_answered_by(&self, file: &str) -> bool {
        let stem = |file: &str| file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_owned();
        file == self.err() || (stem(file) == stem(&self.answer()) && !is_temporary(file))
    }

    /// Whether the free part has the form that the vendors' manuals show (date and serial, 12 digits).
    pub fn is_strict(&self) -> bool {
        self.free.len() == STRICT_FREE_DIGITS && self.free.bytes().all(|b| b.is_ascii_digit())
    }
}

fn same(a: &str, b: &str, case: Case) -> bool {
    match case {
        Case::Ignore => a.eq_ignore_ascii_case(b),
        Case::Exact => a == b,
    }
}

/// What the file called `file` in `req` is.
pub fn classify(file: &str, case: Case) -> Classification {
    if is_temporary(file) {
        return Classification::Temporary;
    }
    match RequestName::parse(file, case) {
        Some(name) => Classification::Request(name),
        None => Classification::Foreign { nearest: nearest_name(file, Direction::Request) },
    }
}

/// Names under which programs write before they rename (spec/known-clients.md K5, and copy programs in general).
pub fn is_temporary(file: &str) -> bool {
    const ENDINGS: [&str; 6] = [".tmp", ".temp", ".part", ".filepart", ".partial", ".crdownload"];
    let lower = file.to_ascii_lowercase();
    lower.starts_with('.')
        || lower.starts_with('~')
        || lower.ends_with('~')
        || ENDINGS.iter().any(|e| lower.ends_with(e))
}

/// The right name of a request or of an answer, when `file` differs from it by a slip in the interface, its separator or the extension,
/// when the extension is another one (editors that hide it add their own), or when the free part is missing.
pub fn nearest_name(file: &str, way: Direction) -> Option<String> {
    let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
    let head = stem.split(['_', '-', ' ', '.']).next().unwrap_or_default();
    let free = stem.get(head.len()..).unwrap_or_default().trim_start_matches(['_', '-', ' ', '.']);
    let free = [".xml", ".zip"].iter().find_map(|hidden| free.strip_suffix(hidden)).unwrap_or(free);
    let free = if free.is_empty() { "1" } else { free };
    let (off, interface) = catalogue()
        .iter()
        .filter(|row| row.direction == way)
        .map(|row| (strsim::damerau_levenshtein(&head.to_ascii_lowercase(), &row.file.to_ascii_lowercase()), row))
        .min_by_key(|(off, _)| *off)?;
    let (extension_off, right_extension) = ["xml", "zip"]
        .iter()
        .map(|right| (strsim::damerau_levenshtein(&extension.to_ascii_lowercase(), right), *right))
        .min()?;
    let is_near = off == 0 || (off <= NEARLY && (extension_off <= 1 || extension.is_empty()));
    let right = format!("{}_{free}.{right_extension}", interface.file);
    (is_near && right != file).then_some(right)
}

#[cfg(test)]
mod tests;
