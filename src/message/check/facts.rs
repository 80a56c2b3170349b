//! What is kept of a checked file, so that the files of a folder can be held together without their bytes.

use super::File;
use super::name::Kind;
use super::rows::rows_of;
use super::whole::Sheet;
use crate::event::FolderKind;

/// One file, in short.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub kind: Kind,
    pub folder: Option<FolderKind>,
    /// `OQSsiquc01` and the free part; empty where the name has none.
    pub code: String,
    pub free: String,
    pub extension: String,
    /// ArbitraryFileIdentifier
    pub identifier: Option<Field>,
    /// MedicalInstitutionCode
    pub institution: Option<Field>,
    /// ReceptionNumber, of the header or of the body.
    pub reception: Option<Field>,
    /// PmhInfo / RequestPmhFileName
    pub pmh: Option<Field>,
    /// FileCategory
    pub category: Option<Field>,
    /// Rows of a bulk file.
    pub rows: usize,
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub value: String,
    pub place: Option<(usize, usize)>,
    pub path: String,
}

impl Facts {
    /// What the name says.
    pub fn of_name(file: &File<'_>, kind: Kind) -> Self {
        let (stem, extension) = file.name.rsplit_once('.').unwrap_or((file.name, ""));
        // `….xml.err`: the request's name with its extension.
        let stem = match kind {
            Kind::Err => stem.strip_suffix(".xml").or_else(|| stem.strip_suffix(".zip")).unwrap_or(stem),
            _ => stem,
        };
        let (head, free) = stem.split_once('_').unwrap_or((stem, ""));
        let code = head.get(..head.len().saturating_sub(3)).unwrap_or_default();
        Self {
            kind,
            folder: file.folder,
            code: code.to_owned(),
            free: free.to_owned(),
            extension: extension.to_ascii_lowercase(),
            identifier: None,
            institution: None,
            reception: None,
            pmh: None,
            category: None,
            rows: 0,
        }
    }

    /// And what the document says.
    pub fn with(self, sheet: &Sheet<'_>) -> Self {
        let page = sheet.page;
        let field = |at: usize| Field { value: page.value(at).to_owned(), place: page.place(at), path: page.path(at) };
        let filled = |at: &usize| !page.value(*at).is_empty();
        let header = |name: &str| page.header().and_then(|header| page.child(header, name)).filter(filled).map(field);
        let body = |name: &str| page.body().and_then(|body| page.child(body, name)).filter(filled).map(field);
        let pmh = page.body().and_then(|body| page.child(body, "PmhInfo"));
        Self {
            identifier: header("ArbitraryFileIdentifier"),
            institution: header("MedicalInstitutionCode"),
            reception: header("ReceptionNumber").or_else(|| body("ReceptionNumber")),
            pmh: pmh.and_then(|pmh| page.child(pmh, "RequestPmhFileName")).filter(filled).map(field),
            category: body("FileCategory"),
            rows: rows_of(sheet).len(),
            ..self
        }
    }

    /// Whether it is the download of a bulk interface (02).
    pub fn is_download(&self) -> bool {
        self.code.get(3..5) == Some("mu") && self.code.ends_with("02")
    }
}
