//! A profile as the text of its file: the keys that say something, in the order of docs/card-profiles.md.

use std::io;
use std::path::Path;

use toml_edit::{DocumentMut, Item, Table, TableLike};

use super::{Profile, QualificationProfile, read_toml};
use crate::folder::hand_in::write_whole;

/// The file of a profile. What it would have anyway is left out.
pub fn toml_text(profile: &Profile) -> String {
    // A profile is made of texts, numbers and tables: TOML has a form for all of them.
    let whole = toml::to_string(profile).unwrap_or_else(|error| unreachable!("a profile is TOML: {error}"));
    let Some(short) = shortened(&whole) else { return whole };
    // The shorter text counts only where it says the same.
    if read_toml("", &short).is_ok_and(|read| read == *profile) { short } else { whole }
}

/// Writes it where `folder` keeps the person of this id; the file appears whole.
///
/// # Errors
/// What the system said.
pub fn write(folder: &Path, id: &str, profile: &Profile) -> io::Result<()> {
    write_whole(&folder.join(format!("{id}.toml")), toml_text(profile))
}

fn shortened(whole: &str) -> Option<String> {
    let mut document: DocumentMut = whole.parse().ok()?;
    let plain: DocumentMut = toml::to_string(&Profile::minimal()).ok()?.parse().ok()?;
    let qualification: DocumentMut = toml::to_string(&QualificationProfile::minimal()).ok()?.parse().ok()?;
    without(document.as_table_mut(), plain.as_table());
    if let Some(list) = document.get_mut("qualifications").and_then(Item::as_array_of_tables_mut) {
        list.iter_mut().for_each(|table| without(table, qualification.as_table()));
    }
    without_empty_lists(document.as_table_mut());
    Some(document.to_string())
}

/// Takes out what is the same in `plain`, and tables that nothing is left of.
fn without(table: &mut Table, plain: &Table) {
    let keys: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    for key in keys {
        let (Some(item), Some(same)) = (table.get_mut(&key), plain.get(&key)) else { continue };
        if let (Some(inner), Some(same)) = (item.as_table_mut(), same.as_table()) {
            without(inner, same);
        }
        let empty = item.as_table().is_some_and(TableLike::is_empty);
        if empty || item.to_string().trim() == same.to_string().trim() {
            table.remove(&key);
        }
    }
}

/// In the rows of lists every list that is left out is empty.
fn without_empty_lists(table: &mut Table) {
    for (_, item) in table.iter_mut() {
        for row in item.as_array_of_tables_mut().into_iter().flat_map(|rows| rows.iter_mut()) {
            row.retain(|_, item| item.as_array().is_none_or(|list| !list.is_empty()));
            without_empty_lists(row);
        }
    }
}

impl Profile {
    /// Nothing but what a file must say, and that empty: what every other profile is compared with.
    pub(super) fn minimal() -> Self {
        // The three keys that are required.
        read_toml("", "name = \"\"\nsex = \"\"\nbirthdate = \"today\"\n")
            .unwrap_or_else(|error| unreachable!("the required keys are all there: {error}"))
    }
}

impl QualificationProfile {
    /// The same of a qualification.
    pub(super) fn minimal() -> Self {
        toml::from_str("insurer_name = \"\"").unwrap_or_else(|error| unreachable!("the required key is there: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::shipped;

    #[test]
    fn every_shipped_profile_is_the_same_when_it_is_written_and_nothing_empty_is_written() {
        for (id, text) in shipped() {
            let profile = read_toml(id, text).unwrap();
            let written = toml_text(&profile);
            assert_eq!(read_toml(id, &written).unwrap(), profile, "{id}");
            assert!(!written.contains("[]") && !written.contains("revoked = false"), "{id}: {written}");
        }
    }

    #[test]
    fn a_small_profile_is_a_small_file() {
        let small = "name = \"試験　一子\"\nsex = \"2\"\nbirthdate = \"1985-04-12\"\n";
        assert_eq!(toml_text(&read_toml("p", small).unwrap()), small);
    }

    #[test]
    fn a_file_appears_under_its_name_and_nothing_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let profile = read_toml("p", "name = \"a\"\nsex = \"1\"\nbirthdate = \"-40y\"\n").unwrap();
        write(folder.path(), "a", &profile).unwrap();
        write(folder.path(), "a", &profile).unwrap();
        let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["a.toml"]);
    }
}
