//! The shipped scenarios, compiled in: the binary has them wherever it is.

/// Id and text of each file of `scenarios/`; a test compares the list with the folder.
macro_rules! scenarios {
    ($($id:literal)*) => {
        &[$(($id, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/", $id, ".toml")))),*]
    };
}

/// Id and TOML text of every shipped scenario, by id.
pub const SHIPPED: &[(&str, &str)] = scenarios!["S-01"];

/// The text of the shipped scenario of this id; upper and lower case are the same.
pub fn text(id: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(shipped, _)| shipped.eq_ignore_ascii_case(id)).map(|(_, text)| *text)
}
