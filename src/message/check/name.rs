//! The name: which interface, which way, whose turn (spec/oqs-interface.md §1; spec/pmh.md §1.1).

use super::{File, Rule, Violation};
use crate::clock::{parse_date, parse_time};
use crate::event::FolderKind;
use crate::message::name::{
    Case, Direction, Interface, OQS_SIQUC_01, PMH_SIMSM_01, PmhName, RequestName, interface_of, is_temporary,
    nearest_name,
};

/// What a name says that the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A question of a レセコン.
    Request(&'static Interface),
    /// What a terminal answers.
    Answer(&'static Interface),
    /// `OQSsiquc01res_face_…`
    Face(&'static Interface),
    /// `.err`
    Err,
    /// Named itself, under a name that says nothing: looked at as far as its content goes.
    Unnamed,
    /// Nobody's business: temporary and foreign files.
    Nothing,
}

impl Kind {
    pub fn interface(self) -> Option<&'static Interface> {
        match self {
            Self::Request(interface) | Self::Answer(interface) | Self::Face(interface) => Some(interface),
            Self::Err | Self::Unnamed | Self::Nothing => None,
        }
    }

    /// A terminal wrote it.
    pub fn is_answer(self) -> bool {
        matches!(self, Self::Answer(_) | Self::Face(_))
    }
}

const FACE: &str = "OQSsiquc01res_face_";

/// What the file is by its name, and what is wrong with the name.
pub(super) fn look(file: &File<'_>) -> (Kind, Vec<Violation>) {
    let name = file.name;
    if is_temporary(name) {
        return (Kind::Nothing, vec![Violation::new(Rule::NameTemporary).seen(name)]);
    }
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    if extension.eq_ignore_ascii_case("err") {
        let request = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
        if head(request).is_some_and(|(.., way)| way == Direction::Request) {
            return (Kind::Err, folder(file, FolderKind::Res));
        }
    } else if let Some((interface, spelt, way)) = head(stem) {
        return known(file, interface, spelt, way, extension);
    }
    unknown(file)
}

/// The interface of the name, the part that is its own, and which way it goes.
fn head(stem: &str) -> Option<(&'static Interface, &str, Direction)> {
    let (head, free) = stem.split_once('_')?;
    let interface = interface_of(head, Case::Ignore).filter(|_| !free.is_empty())?;
    let way = match head.get(head.len().checked_sub(3)?..)? {
        end if end.eq_ignore_ascii_case("req") => Direction::Request,
        _ => Direction::Result,
    };
    Some((interface, head, way))
}

fn known(
    file: &File<'_>,
    interface: &'static Interface,
    spelt: &str,
    way: Direction,
    extension: &str,
) -> (Kind, Vec<Violation>) {
    let face = file.name.get(..FACE.len()).filter(|start| start.eq_ignore_ascii_case(FACE));
    let kind = match way {
        Direction::Request => Kind::Request(interface),
        _ if face.is_some() => Kind::Face(interface),
        _ => Kind::Answer(interface),
    };
    let mut found = Vec::new();
    let right_case = interface.family || spelt == interface.file;
    if !right_case || extension != extension.to_ascii_lowercase() {
        let expected = format!("{}_….{}", interface.file, extension.to_ascii_lowercase());
        found.push(Violation::new(Rule::NameCase).seen(file.name).expected(expected));
    }
    found.extend(wrong_extension(interface, way, extension));
    found.extend(wrong_form(file.name, kind));
    found.extend(match kind {
        Kind::Request(_) => requests_folder(file),
        Kind::Face(_) => folder(file, FolderKind::Face),
        _ => folder(file, FolderKind::Res),
    });
    (kind, found)
}

/// Requests are xml, or zip when encrypted; answers what the catalogue says, or zip (§1.1, §5.5).
fn wrong_extension(interface: &Interface, way: Direction, extension: &str) -> Option<Violation> {
    let lower = extension.to_ascii_lowercase();
    let of_answers = interface.format.split_whitespace().chain(["zip"]);
    let allowed: Vec<&str> = match way {
        Direction::Request => vec!["xml", "zip"],
        _ if interface.format == "?" => return None,
        _ => of_answers.collect(),
    };
    let wrong = !allowed.contains(&lower.as_str());
    wrong.then(|| Violation::new(Rule::NameExtension).seen(extension).expected(allowed.join(", ")))
}

/// The part behind the interface.
fn wrong_form(name: &str, kind: Kind) -> Option<Violation> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    match kind {
        Kind::Request(interface) | Kind::Answer(interface) if interface.code() == PMH_SIMSM_01 => {
            let good = PmhName::parse(name).is_some();
            (!good).then(|| Violation::new(Rule::NamePmh).seen(name))
        }
        Kind::Request(_) => {
            let request = RequestName::parse(name, Case::Ignore)?;
            let dated = request.free.get(..8).and_then(parse_date).is_some();
            let good = request.is_strict() && dated;
            (!good).then(|| Violation::new(Rule::NameFreePart).seen(&request.free).expected("YYYYMMDDnnnn"))
        }
        Kind::Face(_) => {
            let rest = stem.get(FACE.len()..).unwrap_or_default();
            let (token, time) = rest.rsplit_once('_').map_or((None, rest), |(token, time)| (Some(token), time));
            let token_is_good = token.is_none_or(|token| token.len() == 30 && token.bytes().all(is_of_a_token));
            let time_is_good =
                time.len() == 14 && time.bytes().all(|b| b.is_ascii_digit()) && parse_time(time).is_some();
            (!(token_is_good && time_is_good)).then(|| Violation::new(Rule::NameFace).seen(rest))
        }
        _ => None,
    }
}

fn is_of_a_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn folder(file: &File<'_>, right: FolderKind) -> Vec<Violation> {
    let wrong = file.folder.filter(|here| *here != right);
    wrong
        .map(|here| Violation::new(Rule::NameFolder).seen(here.to_string()).expected(right.to_string()))
        .into_iter()
        .collect()
}

/// A request may lie in `res` as well: returned, beside its `.err`.
fn requests_folder(file: &File<'_>) -> Vec<Violation> {
    if file.folder == Some(FolderKind::Res) { Vec::new() } else { folder(file, FolderKind::Req) }
}

fn unknown(file: &File<'_>) -> (Kind, Vec<Violation>) {
    let nearest = [Direction::Request, Direction::Result].into_iter().find_map(|way| nearest_name(file.name, way));
    if nearest.is_none() && file.listed {
        return (Kind::Nothing, vec![Violation::new(Rule::NameForeign).seen(file.name)]);
    }
    let expected = nearest.unwrap_or_else(|| format!("{OQS_SIQUC_01}req_YYYYMMDDnnnn.xml"));
    (Kind::Unnamed, vec![Violation::new(Rule::NameGrammar).seen(file.name).expected(expected)])
}
