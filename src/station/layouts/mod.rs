//! A layout folder: what a vendor with the closed specification puts in place of our provisional tables, kept outside the repository
//! (docs/layouts.md).
//!
//! - here: reading one, and what the other rooms get of it
//! - [`table`]: the files, what each may hold, and their built-in text
//! - [`diff`]: row by row against the built-in tables

pub mod diff;
pub mod table;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::code::{self, CodeTable};
use crate::handwritten::{Mistake, nearest};
use crate::hub::wording::Wording;
use crate::message::element::ElementTable;
use crate::message::inquiry::tags::InquiryTags;
use crate::message::subsidy::{Edition, Layout};
use crate::people::{Finding, Unusual};
use table::Table;

/// Why a layout folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LayoutsError {
    /// The folder or a file in it cannot be read.
    #[error("レイアウト {path} を読めません: {cause} / cannot read this layout")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A table in another encoding: spreadsheets save in that of the machine.
    #[error("{path}:{line}: UTF-8 ではありません。UTF-8 で保存してください / not UTF-8: save the file as UTF-8")]
    NotUtf8 {
        /// Which.
        path: PathBuf,
        /// The first line that is not, from 1.
        line: usize,
    },
    /// A table that none of ours is.
    #[error("{path}: レイアウトのファイルは {known} です。{near} / not a layout file: they are called {known}")]
    Foreign {
        /// Which.
        path: PathBuf,
        /// The right names.
        known: String,
        /// The nearest of them.
        near: String,
    },
    /// None of the files is there.
    #[error(
        "{0}: レイアウトのファイルがありません / there is no layout file in this folder: begin with `madoguchi layout export`"
    )]
    Empty(PathBuf),
    /// Something in a file is wrong.
    #[error(transparent)]
    Mistake(#[from] Box<Mistake>),
}

/// The tables in effect: the built-in ones, with what a layout folder puts in their place.
#[derive(Debug, Clone)]
pub struct Layouts {
    /// Labels, formats and code tables.
    pub elements: ElementTable,
    /// 業務コード.
    pub codes: Vec<CodeTable>,
    /// Codes and messages of the centre.
    pub wording: Wording,
    /// The subsidy layout, where the folder has one.
    pub pmh: Option<PathBuf>,
    /// Tags of 薬剤情報 and 特定健診情報.
    pub tags: InquiryTags,
}

impl Layouts {
    /// Without a folder.
    pub fn built_in() -> Self {
        Self {
            elements: ElementTable::embedded().clone(),
            codes: code::tables().to_vec(),
            wording: Wording::default(),
            pmh: None,
            tags: InquiryTags::default(),
        }
    }

    /// The tables of `folder` over the built-in ones; those of no folder are the built-in ones.
    ///
    /// # Errors
    /// [`LayoutsError`], with file, line, key, rule and nearest name.
    pub fn read(folder: Option<&Path>) -> Result<Self, LayoutsError> {
        folder.map_or_else(|| Ok(Self::built_in()), |folder| Self::of_files(files(folder)?))
    }

    /// The same of [`files`] that were read already.
    ///
    /// # Errors
    /// [`LayoutsError`]
    pub fn of_files(files: Vec<(Table, PathBuf, String)>) -> Result<Self, LayoutsError> {
        let mut layouts = Self::built_in();
        // Codes first: elements name them.
        if let Some((_, path, text)) = files.iter().find(|(table, ..)| *table == Table::Codes) {
            let theirs = table::codes(&path.display().to_string(), text)?;
            layouts.elements = layouts.elements.with_codes(&theirs);
            for table in &mut layouts.codes {
                if let Some(theirs) = theirs.iter().find(|theirs| theirs.id == table.id) {
                    *table = theirs.clone();
                }
            }
        }
        for (table, path, text) in &files {
            let name = path.display().to_string();
            match table {
                Table::Medication => layouts.tags.medication = table::medication(&name, text)?.into(),
                Table::Checkup => layouts.tags.checkup = table::checkup(&name, text)?.into(),
                Table::Codes | Table::Elements | Table::Errors | Table::Pmh => {}
            }
        }
        // Tags before elements: whoever labels a tag of theirs has the last word.
        layouts.elements = layouts.elements.with_their_tags(&layouts.tags.medication, &layouts.tags.checkup);
        for (table, path, text) in files {
            let name = path.display().to_string();
            match table {
                Table::Codes | Table::Medication | Table::Checkup => {}
                Table::Elements => {
                    let theirs = table::elements(&name, &text, &layouts.elements)?;
                    layouts.elements = layouts.elements.with_rows_of(&theirs);
                }
                Table::Errors => layouts.wording = Wording::from_toml(&name, &text)?,
                Table::Pmh => {
                    // Every edition must be usable: which one is written is another setting.
                    for edition in [Edition::R5, Edition::R6] {
                        table::pmh(&name, &text, edition)?;
                    }
                    let layout = table::pmh(&name, &text, Edition::LATEST)?;
                    layouts.elements = layouts.elements.with_their_layout(&layout);
                    layouts.pmh = Some(path);
                }
            }
        }
        Ok(layouts)
    }

    /// Codes and messages of `file`, in place of those of the folder.
    ///
    /// # Errors
    /// [`LayoutsError`]
    pub fn take_error_codes(&mut self, file: Option<&Path>) -> Result<(), LayoutsError> {
        if let Some(path) = file {
            self.wording = Wording::from_toml(&path.display().to_string(), &text_of(path)?)?;
        }
        Ok(())
    }

    /// Is what was found unusual of a person a code that a table of the folder has?
    pub fn knows(&self, finding: &Finding) -> bool {
        match finding.unusual {
            Unusual::Code { table } => self.elements.code_label(table, &finding.value).is_some(),
            _ => false,
        }
    }

    /// The subsidy layout in effect.
    ///
    /// # Errors
    /// When the folder's file went wrong since it was read.
    pub fn layout(&self, edition: Edition) -> Result<Layout, LayoutsError> {
        match &self.pmh {
            Some(path) => Ok(table::pmh(&path.display().to_string(), &text_of(path)?, edition)?),
            None => Ok(Layout::embedded(edition).clone()),
        }
    }
}

/// The layout files of `folder` with their texts, in the order of [`table::ALL`].
///
/// # Errors
/// [`LayoutsError`]: unreadable, a `.toml` of another name, no layout file at all.
pub fn files(folder: &Path) -> Result<Vec<(Table, PathBuf, String)>, LayoutsError> {
    let unreadable = |cause| LayoutsError::Unreadable { path: folder.to_owned(), cause };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".toml") && Table::named(&name).is_none() {
            return Err(foreign(&folder.join(name)));
        }
    }
    let mut found = Vec::new();
    for table in table::ALL {
        let path = folder.join(table.name());
        if path.is_file() {
            let text = text_of(&path)?;
            found.push((table, path, text));
        }
    }
    if found.is_empty() {
        return Err(LayoutsError::Empty(folder.to_owned()));
    }
    Ok(found)
}

/// A file that should be one of ours by its name.
pub fn foreign(path: &Path) -> LayoutsError {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let near = nearest(&name, table::ALL.map(Table::name)).map(|near| format!("「{near}」のことですか。"));
    let known = table::ALL.map(Table::name).join(", ");
    LayoutsError::Foreign { path: path.to_owned(), known, near: near.unwrap_or_default() }
}

/// A table as text.
///
/// # Errors
/// It cannot be read, or is not UTF-8.
pub fn text_of(path: &Path) -> Result<String, LayoutsError> {
    let bytes = fs::read(path).map_err(|cause| LayoutsError::Unreadable { path: path.to_owned(), cause })?;
    String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        LayoutsError::NotUtf8 { path: path.to_owned(), line }
    })
}

#[cfg(test)]
mod tests;
