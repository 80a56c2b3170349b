//! What the elements of a file hold.

use std::collections::BTreeMap;

use super::near;
use crate::event::Words;
use crate::message::tree::Element;
use crate::message::xml;
use crate::operate::scenario::model::{Such, Want};
use crate::operate::scenario::path;
use crate::operate::scenario::session::{Kept, Session, Stopped};
use crate::operate::scenario::verdict::Check;

/// Every value that is expected in a file.
pub(super) fn judge(
    kept: &Kept,
    bytes: &[u8],
    wanted: &BTreeMap<String, Want>,
    session: &Session<'_>,
    checks: &mut Vec<Check>,
) -> Result<(), Stopped> {
    let document = match xml::read_up_to(bytes, xml::LOOK_LIMIT) {
        Ok(document) => document,
        Err(refusal) => {
            let what = Words::new(format!("{} が読める", kept.name), format!("{} can be read", kept.name));
            checks.push(Check::failed(what, Words::new(refusal.to_string(), refusal.to_string()), None));
            return Ok(());
        }
    };
    for (at, want) in wanted {
        checks.push(one(&document.root, at, want, session)?);
    }
    Ok(())
}

fn one(root: &Element, at: &str, want: &Want, session: &Session<'_>) -> Result<Check, Stopped> {
    let found: Vec<&str> = path::elements(root, at).iter().map(|element| element.value()).collect();
    Ok(match want {
        Want::Text(text) => {
            let text = session.fill(text)?;
            let what = Words::new(format!("{at} は「{text}」"), format!("{at} is {text:?}"));
            verdict(what, found == [text.as_str()], root, at, &found, Some(&text))
        }
        Want::There(true) => verdict(
            Words::new(format!("{at} がある"), format!("there is {at}")),
            !found.is_empty(),
            root,
            at,
            &found,
            None,
        ),
        Want::There(false) => {
            let what = Words::new(format!("{at} がない"), format!("there is no {at}"));
            match found.is_empty() {
                true => Check::held(what),
                false => Check::failed(what, quoted(&found), None),
            }
        }
        Want::All(all) => {
            let all = all.iter().map(|text| session.fill(text)).collect::<Result<Vec<_>, _>>()?;
            let shown = quoted(&all.iter().map(String::as_str).collect::<Vec<_>>());
            let what =
                Words::new(format!("{at} は順に {}", shown.ja), format!("{at} are, in this order, {}", shown.en));
            verdict(what, found == all, root, at, &found, None)
        }
        Want::Such(such) => conditions(root, at, such, &found, session)?,
    })
}

fn conditions(root: &Element, at: &str, such: &Such, found: &[&str], session: &Session<'_>) -> Result<Check, Stopped> {
    let mut parts = (Vec::new(), Vec::new());
    let mut held = true;
    let mut tell = |ja: String, en: String, holds: bool| {
        parts.0.push(ja);
        parts.1.push(en);
        held &= holds;
    };
    if let Some(not) = &such.not {
        let not = session.fill(not)?;
        let holds = found.first().is_some_and(|value| *value != not);
        tell(format!("「{not}」ではない"), format!("not {not:?}"), holds);
    }
    if let Some(contains) = &such.contains {
        let contains = session.fill(contains)?;
        let holds = found.iter().any(|value| value.contains(&contains));
        tell(format!("「{contains}」を含む"), format!("with {contains:?} in it"), holds);
    }
    if let Some(length) = such.length {
        let holds = found.first().is_some_and(|value| value.chars().count() == length);
        tell(format!("{length} 文字"), format!("{length} characters"), holds);
    }
    if let Some(count) = such.count {
        tell(format!("{count} 個"), format!("{count} of them"), found.len() == count);
    }
    let what = Words::new(format!("{at} は {}", parts.0.join("、")), format!("{at} is {}", parts.1.join(", ")));
    Ok(verdict(what, held, root, at, found, such.contains.as_deref()))
}

fn verdict(what: Words, held: bool, root: &Element, at: &str, found: &[&str], wanted: Option<&str>) -> Check {
    if held {
        return Check::held(what);
    }
    let got =
        if found.is_empty() { Words::new("その要素がない", "there is no such element") } else { quoted(found) };
    Check::failed(what, got, near::value(root, at, found.is_empty(), wanted))
}

fn quoted(values: &[&str]) -> Words {
    let ja = values.iter().map(|value| format!("「{value}」")).collect::<String>();
    let en = values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>().join(", ");
    Words::new(ja, en)
}
