//! The form of a file's name (spec/oqs-interface.md §1.3): what the setting `face_name` brings, and what it does not.

use super::shape::Shape;
use super::{Set, Whole};
use crate::clock::parse_time;

const FACE: &str = "OQSsiquc01res_face_";

/// What is to be said of the name of a face file whose header has `institution` and `time`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameForm {
    /// The setting that brings such names.
    pub settings: Vec<Set>,
    /// What no setting brings.
    pub differences: Vec<Whole>,
}

/// Is it a face file's?
pub fn is_face(name: &str) -> bool {
    name.get(..FACE.len()).is_some_and(|start| start.eq_ignore_ascii_case(FACE))
}

/// The form of a face file's name: 医療機関コード (10), 20 hexadecimal digits, `_`, time; or the time alone.
pub fn of_face(name: &str, institution: &str) -> NameForm {
    let mut form = NameForm::default();
    let rest = name.get(FACE.len()..).unwrap_or_default();
    let stem = rest.rsplit_once('.').map_or(rest, |(stem, _)| stem);
    let (token, time) = stem.rsplit_once('_').unwrap_or(("", stem));
    let mut differs = |theirs: String, ours: &str| {
        form.differences.push(Whole { what: "name", theirs, ours: ours.to_owned() });
    };
    if time.len() != 14 || parse_time(time).is_none() {
        differs(Shape::of(time).to_string(), "yyyyMMddHHmmss");
    }
    let (head, tail) = token.split_at_checked(10).unwrap_or((token, ""));
    match token {
        "" => form.settings.push(Set::terminal("face_name", "\"short\"")),
        _ if head == institution && tail.len() == 20 && Shape::of(tail) == Shape::of(TWENTY) => {}
        _ => differs(
            format!("{} + {}", Shape::of(head), Shape::of(tail)),
            "10 × 0-9 (MedicalInstitutionCode) + 20 × 0-9a-f",
        ),
    }
    form
}

/// Any twenty of such digits.
const TWENTY: &str = "00000000000000000abc";
