//! The tables by which files are read: those of the program, or others that whoever holds the closed specification gives.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use crate::message::element::ElementTable;
use crate::message::subsidy::{Edition, Layout};

/// Tables in place of the program's own.
#[derive(Debug, Default, Args)]
pub struct TableArgs {
    /// 要素表を置き換える (TOML) / use this element table
    #[arg(long, value_name = "FILE")]
    pub elements: Option<PathBuf>,
    /// 医療費助成のレイアウトを置き換える (TOML) / use this subsidy layout
    #[arg(long, value_name = "FILE")]
    pub layout: Option<PathBuf>,
}

impl TableArgs {
    /// The element table with the tags of the layout, and the layout.
    ///
    /// # Errors
    /// Which file cannot be used, and why.
    pub fn read(&self) -> Result<(ElementTable, Layout), String> {
        let read = |path: &PathBuf| fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()));
        let layout = match &self.layout {
            Some(path) => Layout::from_toml(&path.display().to_string(), &read(path)?, Edition::LATEST)
                .map_err(|error| format!("{}: {error}", path.display()))?,
            None => Layout::embedded(Edition::LATEST).clone(),
        };
        let table = match &self.elements {
            Some(path) => {
                ElementTable::from_toml(&read(path)?).map_err(|error| format!("{}: {error}", path.display()))?
            }
            None => ElementTable::embedded().clone(),
        };
        Ok((table.with_layout(&layout), layout))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_table_of_ones_own_is_used_and_a_broken_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("elements.toml");
        let mut args = TableArgs { elements: Some(path.clone()), layout: None };
        fs::write(&path, ElementTable::embedded_text()).unwrap();
        assert_eq!(&args.read().unwrap().0, ElementTable::embedded());
        fs::write(&path, "[[group]]\nparent = 1").unwrap();
        assert!(args.read().unwrap_err().contains("parent"));
        args.elements = Some(folder.path().join("none.toml"));
        assert!(args.read().unwrap_err().contains("none.toml"));
    }
}
