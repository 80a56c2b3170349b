//! Encryption mode: which files travel as a password zip (spec/oqs-interface.md §5.3 and §5.5 [B], spec/pmh.md §0.9 [B]).
//!
//! ```text
//! encrypt.conf        OQSsiquc=e        what the 連携アプリ reads and writes: requests, answers, the subsidy document
//! encrypt_face.conf   OQSsiquc01res=e   what the reader's side writes: the face file
//!                     publicmedicalhub=n, prescription=n
//! ```
//!
//! A line holds for the files whose name begins as its key does; of several lines the longest key counts. How real keys go on after the
//! letters that are public is not known: what does not go on as a file name does is cut off. That the face file goes by a line of
//! `encrypt_face.conf` under its own name is our inference ([C]); `publicmedicalhub` and `prescription` name no file of ours, but the
//! first must agree with `PMHsimsm`, and whoever leaves them different is told (spec/pmh.md §8.2 P16).

mod password;

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use crate::event::Words;
use crate::handwritten::{Mistake, nearest};
use crate::message::name::catalogue;
use crate::secret::ZipPassword;

pub use password::PasswordSource;

/// How every face file begins.
const FACE: &str = "OQSsiquc01res_face";
/// How every subsidy document begins.
const PMH: &str = "PMHsimsm01res";
/// The line of `encrypt_face.conf` about PMH.
const PMH_OF_FACE: &str = "publicmedicalhub";
/// `OQSsiquc`, `OQSsiquc01`, `OQSsiquc01req`: where a key may be cut so that the rest is a whole part of a name.
const CUTS: [usize; 3] = [13, 10, 8];
/// Fewer letters name no interface.
const LEAST: usize = 3;

/// `encryption`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Encryption {
    /// As `encrypt.conf` and `encrypt_face.conf` say; nothing without them.
    #[default]
    Conf,
    /// Nothing, whatever those files say.
    Off,
    /// Every file, whatever those files say.
    All,
    /// By the beginning of the file's name, in place of those files.
    Told(BTreeMap<String, bool>),
}

/// Who writes the files that a settings file is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// 連携アプリ: `encrypt.conf`
    Linkage,
    /// The reader's program: `encrypt_face.conf`
    Face,
}

/// One line of the real terminal's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which of the two files.
    pub side: Side,
    /// The file.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// As written.
    pub key: String,
    /// `e`
    pub sealed: bool,
}

impl Line {
    /// The beginning of the names that this line is about; `None` when its side has no such file.
    fn begins(&self) -> Option<&str> {
        scope(&self.key).filter(|part| match self.side {
            Side::Linkage => !begins(part, FACE),
            Side::Face => begins(part, FACE) || begins(FACE, part),
        })
    }

    fn is_of_pmh(&self) -> bool {
        self.side == Side::Face && begins(&self.key, PMH_OF_FACE)
    }
}

/// Files whose name begins so are sealed, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    begins: String,
    sealed: bool,
}

/// The password of a terminal that seals although nobody set it up to. Documented, so that a test can open the zip all the same.
pub const NOBODYS: &str = "madoguchi";

/// What is sealed, and with what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sealing {
    linkage: Vec<Rule>,
    face: Vec<Rule>,
    password: Option<ZipPassword>,
}

impl Sealing {
    /// Puts together what is told in the settings and in the real terminal's two files, and what there is to tell of it.
    ///
    /// # Errors
    /// A [`Mistake`] at the line that asks for encryption, when there is no password for it.
    pub fn new(
        told: &Encryption,
        conf: &[Line],
        source: Option<&PasswordSource>,
    ) -> Result<(Self, Vec<Words>), Box<Mistake>> {
        let one = |begins: &str, sealed| vec![Rule { begins: begins.to_owned(), sealed }];
        let both = |rules: Vec<Rule>| (rules.clone(), rules);
        let (linkage, face) = match told {
            Encryption::Conf => (rules(conf, Side::Linkage), rules(conf, Side::Face)),
            Encryption::Off => both(Vec::new()),
            Encryption::All => both(one("", true)),
            Encryption::Told(told) => both(told.iter().flat_map(|(begins, sealed)| one(begins, *sealed)).collect()),
        };
        let mut sealing = Self { linkage, face, password: None };
        if [&sealing.linkage, &sealing.face].into_iter().flatten().any(|rule| rule.sealed) {
            let asked = match told {
                Encryption::Conf => conf.iter().find(|line| line.sealed && line.begins().is_some()),
                _ => None,
            };
            sealing.password = Some(password(source).map_err(|why| no_password(asked, why))?);
        }
        let remarks = sealing.remarks(told, conf);
        Ok((sealing, remarks))
    }

    /// Whether the file of this name travels sealed.
    pub fn is_sealed(&self, name: &str) -> bool {
        self.password_for(name).is_some()
    }

    /// The password of the file of this name; `None` when it travels as it is.
    pub fn password_for(&self, name: &str) -> Option<&ZipPassword> {
        let rules = if begins(name, FACE) { &self.face } else { &self.linkage };
        let fitting = rules.iter().filter(|rule| begins(name, &rule.begins));
        // The last of equals: of a key that comes twice the later line counts.
        let longest = fitting.max_by_key(|rule| rule.begins.len());
        self.password.as_ref().filter(|_| longest.is_some_and(|rule| rule.sealed))
    }

    /// The same, or the very opposite when encryption is on at one side only: with a password that nobody was told, where there is none.
    pub fn password_now(&self, name: &str, half: bool) -> Option<ZipPassword> {
        match (half, self.password_for(name)) {
            (false, password) => password.cloned(),
            (true, Some(_)) => None,
            (true, None) => Some(self.password.clone().unwrap_or_else(|| ZipPassword::new(NOBODYS))),
        }
    }

    fn remarks(&self, told: &Encryption, conf: &[Line]) -> Vec<Words> {
        let mut remarks = Vec::new();
        let asked = conf.iter().filter(|line| line.sealed);
        if *told != Encryption::Conf {
            remarks.extend(about(
                asked,
                "madoguchi.toml の encryption が優先され、使いません",
                "`encryption` in madoguchi.toml weighs more; not used",
            ));
        } else {
            remarks.extend(about(
                asked.clone().filter(|line| line.begins().is_some()),
                "暗号化ZIP (AES-256) でやり取りします",
                "exchanged as password zips (AES-256)",
            ));
            remarks.extend(about(
                asked.filter(|line| line.begins().is_none() && !line.is_of_pmh()),
                "この設定に従うファイルの名前ではないため、使いません",
                "no file that goes by these settings begins so; not used",
            ));
            let of_face = conf.iter().rfind(|line| line.is_of_pmh()).is_some_and(|line| line.sealed);
            if of_face != self.is_sealed(PMH) {
                remarks.push(differ(
                    "encrypt.conf の PMHsimsm",
                    "encrypt_face.conf の publicmedicalhub",
                    "PMHsimsm of encrypt.conf",
                    "publicmedicalhub of encrypt_face.conf",
                    self.is_sealed(PMH),
                ));
            }
        }
        if self.is_sealed(FACE) != self.is_sealed(PMH) {
            remarks.push(differ(
                "医療費助成 (PMH) のファイル",
                "顔認証の結果 (face) のファイル",
                "the subsidy document",
                "the face file that names it",
                self.is_sealed(PMH),
            ));
        }
        remarks
    }
}

fn differ(ja: &str, other_ja: &str, en: &str, other_en: &str, first: bool) -> Words {
    let (one, other, one_en, other_word) =
        if first { ("e", "n", "sealed (e)", "plain (n)") } else { ("n", "e", "plain (n)", "sealed (e)") };
    Words {
        ja: format!(
            "暗号化の設定が揃っていません: {ja} は {one}、{other_ja} は {other} です。意図したものか確かめてください"
        ),
        en: format!(
            "encryption is not consistent: {en} is {one_en}, {other_en} is {other_word}; check that this is meant"
        ),
    }
}

/// What there is to say of these lines, each with its place.
fn about<'a>(lines: impl Iterator<Item = &'a Line>, ja: &str, en: &str) -> Option<Words> {
    let places: Vec<String> = lines.map(|line| format!("{} ({}:{})", line.key, line.file, line.line)).collect();
    if places.is_empty() {
        return None;
    }
    let places = places.join(", ");
    Some(Words { ja: format!("{ja}: {places}"), en: format!("{en}: {places}") })
}

fn password(source: Option<&PasswordSource>) -> Result<ZipPassword, Words> {
    let none = || {
        Words {
        ja: "パスワードがありません。[[terminal]] に encryption_password = \"env:変数名\" または \"file:パス\" を書いてください".to_owned(),
        en: "there is no password: set encryption_password = \"env:NAME\" or \"file:PATH\" in [[terminal]]".to_owned(),
    }
    };
    source.ok_or_else(none)?.read()
}

fn no_password(asked: Option<&Line>, why: Words) -> Box<Mistake> {
    let Words { ja, en } = why;
    let (ja, en) = (format!("暗号化 (e) の設定ですが、{ja}"), format!("encryption is asked for, but {en}"));
    match asked {
        Some(Line { file, line, key, .. }) => Box::new(Mistake {
            file: file.clone(),
            line: Some(*line),
            key: Some(key.clone()),
            rule_ja: ja,
            rule_en: en,
        }),
        None => Mistake::of_key("設定 / settings", "terminal.encryption", ja, en),
    }
}

fn rules(lines: &[Line], side: Side) -> Vec<Rule> {
    let of_side = lines.iter().filter(|line| line.side == side);
    of_side.filter_map(|line| Some(Rule { begins: line.begins()?.to_owned(), sealed: line.sealed })).collect()
}

/// The longest part of a key that a file name of the catalogue begins with.
fn scope(key: &str) -> Option<&str> {
    let ours = |part: &&str| {
        let known = |name: &str| begins(name, part);
        part.len() >= LEAST
            && (known(FACE)
                || catalogue().iter().any(|row| known(&row.file) || (row.family && begins(part, &row.file))))
    };
    [key.len()].into_iter().chain(CUTS).filter_map(|length| key.get(..length)).find(ours)
}

fn begins(name: &str, beginning: &str) -> bool {
    name.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
}

impl Serialize for Encryption {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Conf => serializer.serialize_str("conf"),
            Self::Off => serializer.serialize_str("off"),
            Self::All => serializer.serialize_str("all"),
            Self::Told(told) => {
                let mut map = serializer.serialize_map(Some(told.len()))?;
                told.iter().try_for_each(|(begins, sealed)| map.serialize_entry(begins, sealed))?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Encryption {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EncryptionVisitor)
    }
}

struct EncryptionVisitor;

impl<'de> Visitor<'de> for EncryptionVisitor {
    type Value = Encryption;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"conf\", \"off\", \"all\", or a table such as { OQSsiquc = true }")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Encryption, E> {
        match word {
            "conf" => Ok(Encryption::Conf),
            "off" => Ok(Encryption::Off),
            "all" => Ok(Encryption::All),
            _ => Err(E::unknown_variant(word, &["conf", "off", "all"])),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Encryption, A::Error> {
        let mut told = BTreeMap::new();
        while let Some((begins, sealed)) = map.next_entry::<String, bool>()? {
            if scope(&begins) != Some(begins.as_str()) {
                return Err(de::Error::custom(unknown(&begins)));
            }
            told.insert(begins, sealed);
        }
        Ok(Encryption::Told(told))
    }
}

fn unknown(begins: &str) -> String {
    let near = nearest(begins, catalogue().iter().map(|row| row.code())).unwrap_or("OQSsiquc");
    format!(
        "「{begins}」で始まるファイルはありません（例 {near}） / no file begins with \"{begins}\", such as {near} does"
    )
}

#[cfg(test)]
mod tests;
