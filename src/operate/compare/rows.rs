//! What nobody has seen, as rows for elements.toml: `layout import` takes them (docs/layouts.md).

use super::report::{NeverSeen, Report};
use crate::clock::{parse_date, parse_time};
use crate::message::element::Family;

/// The rows, with a head that says what they are; `None` when everything was known. Tags of the subsidy document are not among them:
/// its layout is pmh.toml.
pub fn text(report: &Report) -> Option<String> {
    let rows: Vec<&NeverSeen> = report.never_seen.iter().filter(|seen| seen.family != Family::Subsidy).collect();
    if rows.is_empty() {
        return None;
    }
    let mut text = "# Elements of files that were captured from a real terminal, and of which we have no row. Labels and formats are\n\
        # guesses from what was seen: whoever knows better corrects them. `madoguchi layout import` takes this file.\n"
        .to_owned();
    for row in rows {
        let name = toml::Value::String(row.element.clone());
        let parent = toml::Value::String(row.parent.clone());
        let occurs = if row.repeats { "0..n" } else { "0..1" };
        let family = if row.family == Family::Inquiry { "family = \"inquiry\"\n" } else { "" };
        let format = format_of(row.example.as_deref());
        text += &format!(
            "\n# {} ×{}\n[[group]]\nparents = [{parent}]\n{family}elements = [\n    {{ name = {name}, ja = {name}, en = {name}, \
             format = \"{format}\", occurs = \"{occurs}\", source = \"captured\", confidence = \"B\" }},\n]\n",
            row.path.replace(['\r', '\n'], " "),
            row.count
        );
    }
    Some(text)
}

/// A guess from one value; none is a group.
fn format_of(example: Option<&str>) -> &'static str {
    let digits = |value: &str| value.bytes().all(|b| b.is_ascii_digit());
    match example {
        None => "group",
        Some(value) if value.len() == 14 && digits(value) && parse_time(value).is_some() => "datetime",
        Some(value) if value.len() == 8 && digits(value) && parse_date(value).is_some() => "date",
        Some(_) => "text",
    }
}
