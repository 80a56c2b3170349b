//! What came nearest to what was expected, and why it is not it.

use serde_json::Value;

use super::texts;
use crate::event::Words;
use crate::handwritten::nearest;
use crate::message::tree::Element;
use crate::operate::scenario::path;
use crate::operate::scenario::session::{Session, Stopped};
use crate::operate::scenario::steps::{fits, lives};

/// For a file that is not there: the same name in another folder, the most alike name, or what the step brought instead.
pub(super) fn file(file: &str, session: &Session<'_>) -> Result<Option<Words>, Stopped> {
    let seen = session.files()?;
    let Some((folder, pattern)) = file.split_once('/') else {
        let (step, _) = file.split_once('.').unwrap_or(("", file));
        let Some(done) = session.done.get(step) else { return Ok(None) };
        let brought: Vec<String> = done
            .files
            .iter()
            .flat_map(|(kind, files)| files.iter().map(move |kept| format!("{kind} {}", kept.name)))
            .collect();
        let (ja, en) = match brought.is_empty() {
            true => ("何も出ていない".to_owned(), "nothing came".to_owned()),
            false => (brought.join("、"), brought.join(", ")),
        };
        let why = |lang: &str| done.report["why"][lang].as_str().map_or_else(String::new, |why| format!("（{why}）"));
        return Ok(Some(Words::new(format!("{ja}{}", why("ja")), format!("{en} {}", why("en")).trim_end().to_owned())));
    };
    let pattern = session.fill(pattern)?;
    if let Some(elsewhere) = seen.iter().find(|file| fits(&pattern, &file.name)) {
        let told = lives(elsewhere);
        return Ok(Some(match elsewhere.folder.to_string() == folder {
            true => Words::new(format!("まだ出ていない: {told}"), format!("not out yet: {told}")),
            false => Words::new(format!("別のフォルダにある: {told}"), format!("it is in another folder: {told}")),
        }));
    }
    let names: Vec<&str> = seen.iter().map(|file| file.name.as_str()).collect();
    let near = nearest(&pattern, names).and_then(|near| seen.iter().find(|file| file.name == near));
    Ok(near.map(|file| Words::new(format!("名前が違う: {}", lives(file)), format!("another name: {}", lives(file)))))
}

/// For a value: where the wanted one stands instead; for a path that leads nowhere, the nearest one.
pub(super) fn value(root: &Element, at: &str, missing: bool, wanted: Option<&str>) -> Option<Words> {
    let values = path::values(root);
    if let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty())
        && let Some((elsewhere, _)) = values.iter().find(|(_, value)| value == wanted)
    {
        return Some(Words::new(
            format!("「{wanted}」は {elsewhere} にある"),
            format!("{wanted:?} stands at {elsewhere}"),
        ));
    }
    if !missing {
        return None;
    }
    let name = at.rsplit('/').next().unwrap_or(at);
    let name = name.split('[').next().unwrap_or(name);
    let last = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    if let Some((elsewhere, value)) = values.iter().find(|(path, _)| last(path) == name) {
        let ja = format!("{name} は {elsewhere} にある（「{value}」）");
        return Some(Words::new(ja, format!("{name} stands at {elsewhere} ({value:?})")));
    }
    let names: Vec<String> = values.iter().map(|(path, _)| last(path)).collect();
    let near = nearest(name, names.iter().map(String::as_str))?;
    let (path, value) = values.iter().find(|(path, _)| last(path) == near)?;
    Some(Words::new(format!("{path} は「{value}」"), format!("{path} is {value:?}")))
}

/// For a sentence of the journal: the most alike one.
pub(super) fn journal(wanted: &str, journal: &[Value]) -> Option<Words> {
    let all = journal.iter().flat_map(texts).collect::<Vec<_>>();
    nearest(wanted, all).map(|near| Words::new(near, near))
}
