//! The tables by which files are read: those of the program, or others that whoever holds the closed specification gives.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::{Exit, Failure};
use crate::message::element::ElementTable;
use crate::message::subsidy::{Edition, Layout};
use crate::operate::words::gather::InEffect;

/// Tables in place of the program's own.
#[derive(Debug, Default, Args)]
pub struct TableArgs {
    /// レイアウトのフォルダ (既定: 設定の [station] layouts) / layout folder (default: that of the settings)
    #[arg(long, value_name = "DIR")]
    pub layouts: Option<PathBuf>,
    /// 要素表を置き換える (TOML) / use this element table
    #[arg(long, value_name = "FILE")]
    pub elements: Option<PathBuf>,
    /// 医療費助成のレイアウトを置き換える (TOML) / use this subsidy layout
    #[arg(long, value_name = "FILE")]
    pub layout: Option<PathBuf>,
}

impl TableArgs {
    /// The element table with the tags of the layout, and the layout. A file that is told weighs more than the layout folder.
    ///
    /// # Errors
    /// Which file cannot be used, and why.
    pub fn read(&self) -> Result<(ElementTable, Layout), Failure> {
        self.in_effect().map(|tables| (tables.elements, tables.layout))
    }

    /// All tables that a vendor may replace.
    ///
    /// # Errors
    /// As [`TableArgs::read`].
    pub fn in_effect(&self) -> Result<InEffect, Failure> {
        let wrong = |why: String| Failure::new(Exit::Usage, why);
        let read = |path: &PathBuf| fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()));
        let in_effect = super::layout::layouts(self.layouts.as_deref())?;
        let layout = match &self.layout {
            Some(path) => {
                let text = read(path).map_err(wrong)?;
                let layout = Layout::from_toml(&path.display().to_string(), &text, Edition::LATEST);
                layout.map_err(|error| wrong(format!("{}: {error}", path.display())))?
            }
            None => in_effect.layout(Edition::LATEST).map_err(|error| wrong(error.to_string()))?,
        };
        let table = match &self.elements {
            Some(path) => {
                let table = ElementTable::from_toml(&path.display().to_string(), &read(path).map_err(wrong)?);
                table.map_err(|mistake| wrong(mistake.to_string()))?.with_layout(&layout)
            }
            None if self.layout.is_some() => in_effect.elements.with_layout(&layout),
            None => in_effect.elements,
        };
        let (codes, tags, wording) = (in_effect.codes, in_effect.tags, in_effect.wording);
        Ok(InEffect { elements: table, codes, layout, tags, wording })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_table_of_ones_own_is_used_and_a_broken_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("elements.toml");
        let mut args = TableArgs { elements: Some(path.clone()), ..TableArgs::default() };
        fs::write(&path, ElementTable::embedded_text()).unwrap();
        assert_eq!(&args.read().unwrap().0, ElementTable::embedded());
        fs::write(&path, "[[group]]\nparent = 1").unwrap();
        assert!(format!("{:?}", args.read().unwrap_err()).contains("parent"));
        args.elements = Some(folder.path().join("none.toml"));
        assert!(format!("{:?}", args.read().unwrap_err()).contains("none.toml"));
    }
}
