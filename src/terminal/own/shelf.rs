//! The folder of answers and what was PUT besides: read when it is used, so that a change in it is seen at once.

use std::collections::{BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{fs, io};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::index::{INDEX, Index};
use super::kind::{Kind, recognise};
use super::matching::{Asked, Part, Rule, Weight, What, weigh};
use super::put::{AnswerView, Content, Put, PutAnswer};
use super::told::Facts;
use crate::event::{Lang, Words};
use crate::message::rewrite::rewrite;
use crate::message::xml::BULK_LIMIT;

/// Official sets come in folders by case; deeper than this nobody has sorted them.
const DEPTH: usize = 4;
/// More files than a person chooses from.
const FILES: usize = 1_000;

/// Where a terminal's answers of somebody else come from.
#[derive(Debug, Default)]
pub struct Shelf {
    dir: Option<PathBuf>,
    put: Put,
    /// How often an entry of the index has answered.
    used: Mutex<HashMap<String, u32>>,
    /// The troubles told last: the same ones are not told at every request.
    told: Mutex<Vec<Words>>,
}

/// An answer that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// What people call it: its file, or the match it was PUT for.
    pub name: String,
    /// The file as it is.
    pub content: Content,
    /// What is to be rewritten.
    pub parts: BTreeSet<Part>,
}

/// A file of the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnFile {
    /// Below the folder of answers, `/` between.
    pub name: String,
    /// What it is, by its content.
    pub kind: Kind,
    /// The name of a person in it.
    pub person: Option<String>,
    /// The PMH file that goes with it.
    pub partner: Option<String>,
    /// Has it entries in `answers.toml`?
    pub listed: bool,
    /// Why it cannot be used.
    pub trouble: Option<Words>,
    /// RequestPmhFileName
    #[serde(skip)]
    pub link: Option<String>,
}

/// An answer that may be the one.
struct Candidate {
    weight: Weight,
    rule: Rule,
    content: Option<Content>,
    parts: Vec<Part>,
    put: bool,
}

impl Shelf {
    /// The shelf of a folder; without one only what is PUT.
    pub fn new(dir: Option<PathBuf>) -> Self {
        Self { dir, ..Self::default() }
    }

    /// The same with a list of PUT answers that others have too.
    #[must_use]
    pub fn sharing(self, put: Put) -> Self {
        Self { put, ..self }
    }

    /// Could it answer anything? Cheap.
    pub fn has_any(&self) -> bool {
        self.dir.is_some() || !self.put.list().is_empty()
    }

    /// What *next n* have been used is forgotten.
    pub fn reset(&self) {
        lock(&self.used).clear();
    }

    /// The most specific answer, and what was wrong on the way to it. Counts it.
    pub fn choose(&self, asked: &Asked) -> (Option<Chosen>, Vec<Words>) {
        let (index, mut troubles) = self.index();
        // Held to the end: *next 1* answers one of two that ask at once.
        let (mut put, mut used) = (self.put.list(), lock(&self.used));
        let mut candidates = self.candidates(asked, &index, &put, &used);
        candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.weight));
        let mut chosen = None;
        for candidate in candidates {
            let content = match (candidate.content, &candidate.rule.file) {
                (Some(content), _) => Ok(content),
                (None, Some(file)) => self.read(file),
                (None, None) => continue,
            };
            match content {
                Ok(content) => {
                    let key = candidate.rule.to_string();
                    if candidate.put {
                        put.iter_mut().filter(|a| a.rule.to_string() == key).for_each(|a| a.used += 1);
                    } else {
                        *used.entry(entry_key(&candidate.rule)).or_default() += 1;
                    }
                    let name = candidate.rule.file.unwrap_or_else(|| format!("PUT {key}"));
                    chosen = Some(Chosen { name, content, parts: candidate.parts.into_iter().collect() });
                    break;
                }
                Err(trouble) => troubles.push(trouble),
            }
        }
        (chosen, self.untold(troubles))
    }

    fn candidates(
        &self,
        asked: &Asked,
        index: &Index,
        put: &[PutAnswer],
        used: &HashMap<String, u32>,
    ) -> Vec<Candidate> {
        let left = |rule: &Rule, used: u32| rule.next.map(|next| next.saturating_sub(used));
        let put = put.iter().rev().filter_map(|answer| {
            let what = self.what_of(&answer.rule, answer.content.as_ref())?;
            Some(Candidate {
                weight: weigh(&answer.rule, &what, asked, left(&answer.rule, answer.used))?,
                rule: answer.rule.clone(),
                content: answer.content.clone(),
                parts: answer.rule.rewrite.clone().unwrap_or_default(),
                put: true,
            })
        });
        let listed = index.answer.iter().filter_map(|rule| {
            let what = self.what_of(rule, None)?;
            let used = used.get(&entry_key(rule)).copied().unwrap_or(0);
            Some(Candidate {
                weight: weigh(rule, &what, asked, left(rule, used))?,
                rule: rule.clone(),
                content: None,
                parts: rule.rewrite.clone().unwrap_or_else(|| index.rewrite.clone()),
                put: false,
            })
        });
        put.chain(listed).collect()
    }

    /// What a rule answers: as it says, else by the content of its file.
    fn what_of(&self, rule: &Rule, content: Option<&Content>) -> Option<What> {
        if let Some(interface) = &rule.interface {
            return What::parse(interface);
        }
        let read = match (content, &rule.file) {
            (Some(content), _) => content.clone(),
            (None, file) => self.read(file.as_deref()?).ok()?,
        };
        what_by_content(rule.file.as_deref().unwrap_or_default(), &read)
    }

    /// The file that an operator chose for a visit, with the PMH file that goes with it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn for_visit(&self, name: &str) -> Result<(Chosen, Option<Chosen>), Words> {
        let files = self.files();
        let file = files.iter().find(|file| file.name == name).ok_or_else(|| no_such_file(name, &files))?;
        if !file.kind.suits_a_visit() {
            let why = |lang| {
                let trouble =
                    file.trouble.as_ref().map(|trouble| format!(" ({})", trouble.say(lang))).unwrap_or_default();
                format!("{}{trouble}", file.kind.name(lang))
            };
            return Err(Words::new(
                format!("{name} は受付に使えません: {}", why(Lang::Ja)),
                format!("{name} cannot be given to a visit: {}", why(Lang::En)),
            ));
        }
        let (index, _) = self.index();
        let chosen = |name: &str| self.by_hand(name, &index);
        Ok((chosen(name)?, file.partner.as_deref().map(chosen).transpose()?))
    }

    /// The PMH file that goes with a face file which a rule chose.
    pub fn partner_of(&self, face: &Chosen) -> Option<Chosen> {
        let partner = self.files().into_iter().find(|file| file.name == face.name)?.partner?;
        self.by_hand(&partner, &self.index().0).ok()
    }

    fn by_hand(&self, name: &str, index: &Index) -> Result<Chosen, Words> {
        let parts = index.rewrite_of(name).iter().copied().chain([Part::Link]).collect();
        Ok(Chosen { name: name.to_owned(), content: self.read(name)?, parts })
    }

    /// The files of the folder, in the order of their names, `answers.toml` aside.
    pub fn files(&self) -> Vec<OwnFile> {
        let Some(dir) = &self.dir else { return Vec::new() };
        let mut names = Vec::new();
        gather(dir, "", DEPTH, &mut names);
        names.retain(|name| name != INDEX);
        names.sort();
        let (index, _) = self.index();
        let file = |name: &String| {
            let about = self.read(name).map(|content| recognise(name, &content.bytes));
            let listed = index.answer.iter().any(|rule| rule.file.as_ref() == Some(name));
            let (kind, person, link, trouble) = match about {
                Ok(about) => (about.kind, about.person, about.link, about.trouble),
                Err(trouble) => (Kind::Broken, None, None, Some(trouble)),
            };
            OwnFile { name: name.clone(), kind, person, partner: None, listed, trouble, link }
        };
        let mut files: Vec<OwnFile> = names.iter().map(file).collect();
        let partners: Vec<_> = files.iter().map(|file| super::partner::of(file, &files).cloned()).collect();
        for (file, partner) in files.iter_mut().zip(partners) {
            file.partner = partner;
        }
        files
    }

    /// The entries of `answers.toml`.
    pub fn entries(&self) -> Vec<AnswerView> {
        let (index, _) = self.index();
        let used = lock(&self.used);
        let view = |rule: &Rule| AnswerView {
            r#match: rule.to_string(),
            source: INDEX,
            file: rule.file.clone(),
            rewrite: rule.rewrite.clone().unwrap_or_else(|| index.rewrite.clone()),
            used: used.get(&entry_key(rule)).copied().unwrap_or(0),
        };
        index.answer.iter().map(view).collect()
    }

    /// Everything that is wrong with the folder: the index, files that it names, files that cannot be read.
    pub fn troubles(&self) -> Vec<Words> {
        let (index, mut troubles) = self.index();
        for rule in &index.answer {
            let Some(file) = &rule.file else { continue };
            match self.read(file) {
                Err(trouble) => troubles.push(trouble),
                Ok(content) if rule.interface.is_none() && what_by_content(file, &content).is_none() => {
                    troubles.push(Words::new(
                        format!("{INDEX}: {file} が何への回答かわかりません。interface を書いてください"),
                        format!("{INDEX}: what {file} answers cannot be told from it; give its interface"),
                    ));
                }
                Ok(_) => {}
            }
        }
        let files = self.files();
        if files.len() >= FILES {
            troubles.push(Words::new(
                format!("ファイルが {FILES} 件を超えています。残りは一覧に出ません"),
                format!("there are more than {FILES} files; the others are not listed"),
            ));
        }
        troubles.extend(files.into_iter().filter_map(|file| {
            let trouble = file.trouble?;
            Some(Words::new(format!("{}: {}", file.name, trouble.ja), format!("{}: {}", file.name, trouble.en)))
        }));
        troubles
    }

    fn index(&self) -> (Index, Vec<Words>) {
        let Some(dir) = &self.dir else { return Default::default() };
        let path = dir.join(INDEX);
        match fs::read_to_string(&path) {
            Ok(text) => {
                let (index, mistakes) = Index::read(&path.display().to_string(), &text);
                (index, mistakes.iter().map(|mistake| mistake.words()).collect())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && dir.is_dir() => Default::default(),
            Err(error) => (Index::default(), vec![unreadable(&path, &error)]),
        }
    }

    fn read(&self, name: &str) -> Result<Content, Words> {
        let Some(dir) = self.dir.as_ref().filter(|_| is_below(name)) else {
            return Err(Words::new(
                format!("{name}: answers のフォルダの中の名前ではありません"),
                format!("{name}: no name inside the folder of answers"),
            ));
        };
        let path = dir.join(name);
        let read = fs::metadata(&path).and_then(|about| match about.len() > BULK_LIMIT as u64 {
            true => Err(io::Error::other(format!("> {BULK_LIMIT} bytes"))),
            false => fs::read(&path),
        });
        let bytes = read.map_err(|error| unreadable(&path, &error))?;
        Ok(Content { bytes: bytes.into(), extension: extension_of(name).to_owned() })
    }

    /// Those troubles that were not told last time.
    fn untold(&self, troubles: Vec<Words>) -> Vec<Words> {
        let mut told = lock(&self.told);
        let new = troubles.iter().filter(|trouble| !told.contains(trouble)).cloned().collect();
        *told = troubles;
        new
    }
}

impl Chosen {
    /// The bytes that go out, and what there is to say about them.
    pub fn written(&self, facts: &Facts) -> (Vec<u8>, String) {
        let mut note = format!("手持ちのXML / own XML: {}", self.name);
        let changes = facts.changes(&self.parts);
        if changes.is_empty() || !self.content.extension.eq_ignore_ascii_case("xml") {
            return (self.content.bytes.to_vec(), note);
        }
        match rewrite(&self.content.bytes, &changes) {
            Ok(rewritten) => {
                if !rewritten.replaced.is_empty() {
                    note += &format!(" (●: {})", rewritten.replaced.iter().collect::<String>());
                }
                (rewritten.bytes, note)
            }
            Err(refusal) => {
                note += &format!(" — 書き換えずに出力: {0} / not rewritten: {0}", refusal.code());
                (self.content.bytes.to_vec(), note)
            }
        }
    }
}

/// What content answers where nobody says it.
pub fn what_by_content(name: &str, content: &Content) -> Option<What> {
    let name = if name.is_empty() { format!("x.{}", content.extension) } else { name.to_owned() };
    match recognise(&name, &content.bytes).kind {
        Kind::Face => Some(What::Face),
        Kind::Pmh => Some(What::Pmh),
        Kind::Query => Some(What::Request(crate::message::name::OQS_SIQUC_01.to_owned())),
        Kind::Request | Kind::OtherXml | Kind::NotXml | Kind::Broken => None,
    }
}

fn no_such_file(name: &str, files: &[OwnFile]) -> Words {
    let near = crate::handwritten::nearest(name, files.iter().map(|file| file.name.as_str()));
    let (ja, en) = near
        .map_or_else(Default::default, |near| (format!("。「{near}」のことですか"), format!("; did you mean {near}?")));
    Words::new(
        format!("{name} は answers のフォルダにありません{ja}"),
        format!("{name} is not in the folder of answers{en}"),
    )
}

fn entry_key(rule: &Rule) -> String {
    format!("{rule} {}", rule.file.as_deref().unwrap_or_default())
}

fn unreadable(path: &Path, error: &io::Error) -> Words {
    let path = path.display();
    Words::new(format!("{path} を読めません: {error}"), format!("{path} cannot be read: {error}"))
}

fn extension_of(name: &str) -> &str {
    let last = name.rsplit('/').next().unwrap_or(name);
    last.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// A name that leads nowhere else.
fn is_below(name: &str) -> bool {
    !name.is_empty() && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Names of files below `dir`, `/` between, hidden ones aside.
fn gather(dir: &Path, above: &str, depth: usize, names: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') || names.len() >= FILES {
            continue;
        }
        let (path, name) = (entry.path(), format!("{above}{name}"));
        if path.is_dir() {
            if depth > 1 {
                gather(&path, &format!("{name}/"), depth - 1, names);
            }
        } else {
            names.push(name);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
