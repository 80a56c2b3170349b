//! The book as one file: JSON, written whole and put in its place by rename.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::book::Book;
use crate::folder::hand_in::write_whole;
use crate::handwritten::{self, Mistake};

/// Why the book cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be read.
    #[error("患者台帳 {0} を読めません / the patient book cannot be read")]
    Read(PathBuf, #[source] io::Error),
    /// Not the form of a book.
    #[error(transparent)]
    Form(#[from] Box<Mistake>),
}

/// The book at `path`; an empty one where there is none yet.
///
/// # Errors
/// [`StoreError`]
pub fn load(path: &Path) -> Result<Book, StoreError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(handwritten::from_json(&path.display().to_string(), &text)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Book::default()),
        Err(error) => Err(StoreError::Read(path.to_owned(), error)),
    }
}

/// Writes the book.
///
/// # Errors
/// The folder cannot be written to.
pub fn save(path: &Path, book: &Book) -> io::Result<()> {
    write_whole(path, serde_json::to_vec_pretty(book)?)
}
