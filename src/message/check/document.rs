//! Which elements belong to which interface (`data/documents.toml`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::code::Provenance;

/// What one interface's document holds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    /// Row of the catalogue: `OQSsiquc01req`.
    pub file: String,
    pub header: Part,
    pub body: Part,
    /// What may stand several times in the body of a request.
    pub repeat: Option<String>,
    /// Groups of the body whose content depends on the interface.
    #[serde(default)]
    pub below: BTreeMap<String, Part>,
    /// The only values of an element.
    #[serde(default)]
    pub values: BTreeMap<String, Vec<String>>,
    /// For how many hours a consent holds, where that is always the same.
    pub hours: Option<i64>,
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// What stands below one element.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    pub must: Vec<String>,
    /// `None`: whatever the element table knows.
    pub may: Option<Vec<String>>,
    /// One of these sets is there, whole.
    #[serde(default)]
    pub either: Vec<Vec<String>>,
}

impl Part {
    /// Whether `name` may stand here as far as this part says.
    pub fn allows(&self, name: &str) -> bool {
        let is = |names: &[String]| names.iter().any(|known| known == name);
        self.may.as_ref().is_none_or(|may| is(may) || is(&self.must))
    }
}

/// All documents.
pub(super) fn documents() -> &'static [Document] {
    static DOCUMENTS: LazyLock<Vec<Document>> = LazyLock::new(|| {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            document: Vec<Document>,
        }
        // The text is part of the program; a test reads it.
        let file: File =
            toml::from_str(include_str!("../data/documents.toml")).expect("document table is part of the program");
        file.document
    });
    &DOCUMENTS
}

/// The document of a row of the catalogue.
pub(super) fn document_of(file: &str) -> Option<&'static Document> {
    documents().iter().find(|document| document.file == file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::provenance::citation;
    use crate::message::element::{ElementTable, Family};
    use crate::message::name::catalogue;

    #[test]
    fn every_served_interface_has_a_document_and_every_document_an_interface() {
        let in_catalogue = |file: &str| catalogue().iter().any(|row| row.file == file);
        for document in documents() {
            assert!(in_catalogue(&document.file), "{}", document.file);
            assert!(document.provenance.keys().all(|key| citation(key).is_some()), "{}", document.file);
        }
        for row in catalogue().iter().filter(|row| row.served && !row.family) {
            assert!(document_of(&row.file).is_some(), "{} is served, and no check knows its elements", row.file);
        }
    }

    #[test]
    fn every_element_of_a_document_is_in_the_element_table() {
        let known = |parent: &str, part: &Part| {
            let names = part.must.iter().chain(part.may.iter().flatten()).chain(part.either.iter().flatten());
            for name in names {
                let row = ElementTable::embedded().row(Family::Common, parent, name);
                assert!(row.is_some(), "{parent}/{name}");
            }
        };
        for document in documents() {
            known("MessageHeader", &document.header);
            known("MessageBody", &document.body);
            document.below.iter().for_each(|(group, part)| known(group, part));
        }
    }
}
