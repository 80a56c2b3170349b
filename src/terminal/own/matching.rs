//! Which answer is meant for what: by interface, person, numbers and time. Pure.
//!
//! Of several that fit, the most specific one answers: numbers before person before insurer before everybody; then *next n* before a span
//! of time before any time; then the exact interface before its family. Among equals a PUT one goes before `answers.toml`, the later PUT
//! before the earlier, the upper entry of the file before the lower.

use std::fmt;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::time14;
use crate::handwritten::{Mistake, nearest};
use crate::message::name::{Case, Direction, Interface, catalogue, interface_of};
use crate::text::key::comparison_key;

/// An answer as it is written: an entry of `answers.toml`, or a PUT.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// The file, below the folder of answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// `face`, `pmh`, an interface (`OQSsiquc01`) or the beginning of a family (`OQSsihvq`, `EPS`); by the file's content when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// Person id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// 保険者番号
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insurer: Option<String>,
    /// 記号
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// 番号
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// 枝番
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// 照会番号
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_number: Option<String>,
    /// From this document time on: `YYYYMMDD` or `YYYYMMDDHHmmss`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Until the end of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The next so many times only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u32>,
    /// What is rewritten in it; nothing when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rewrite: Option<Vec<Part>>,
}

/// What may be rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// ProcessExecutionTime, QualificationConfirmationDate, ReceptionDateTime.
    Times,
    /// MedicalInstitutionCode, ArbitraryFileIdentifier and ReceptionNumber, as the request has them.
    Identifiers,
    /// RequestPmhFileName, as the visit's PMH file is called.
    Link,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The face file of a visit.
    Face,
    /// The subsidy document of a visit.
    Pmh,
    /// A request: its code, or for a rule the beginning of a family.
    Request(String),
}

impl What {
    /// Reads `face`, `pmh` or an interface.
    pub fn parse(text: &str) -> Option<Self> {
        let family = |row: &&Interface| row.family && row.file.eq_ignore_ascii_case(text);
        match text {
            "face" => Some(Self::Face),
            "pmh" => Some(Self::Pmh),
            _ if catalogue().iter().any(|row| family(&row)) => Some(Self::Request(text.to_owned())),
            _ => {
                let code = text.strip_suffix("req").unwrap_or(text);
                let row = interface_of(&format!("{code}req"), Case::Ignore)?;
                (row.direction != Direction::Result).then(|| Self::Request(code.to_owned()))
            }
        }
    }

    /// Every word that [`What::parse`] takes, without the members of families.
    pub fn words() -> Vec<&'static str> {
        let requests = catalogue().iter().filter(|row| row.direction != Direction::Result).map(Interface::code);
        ["face", "pmh"].into_iter().chain(requests).collect()
    }

    /// How well it fits what is asked: 2 exactly, 1 as its family.
    fn fits(&self, asked: &Self) -> Option<u8> {
        match (self, asked) {
            (Self::Request(mine), Self::Request(asked)) if mine.eq_ignore_ascii_case(asked) => Some(2),
            (Self::Request(family), Self::Request(asked)) => {
                asked.get(..family.len()).is_some_and(|start| start.eq_ignore_ascii_case(family)).then_some(1)
            }
            _ => (self == asked).then_some(2),
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Face => "face",
            Self::Pmh => "pmh",
            Self::Request(code) => code,
        })
    }
}

/// The numbers by which somebody is named, as they stand where they were found; the birth date tells members of a family apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in Rule")]
pub struct Named {
    pub insurer: Option<String>,
    pub symbol: Option<String>,
    pub number: Option<String>,
    pub branch: Option<String>,
    pub birthdate: Option<String>,
    pub reference_number: Option<String>,
}

impl Named {
    /// Does `other` have all the numbers that stand here? Width, blanks and padding do not count.
    pub fn is_part_of(&self, other: &Self) -> bool {
        let same = |mine: &Option<String>, theirs: &Option<String>| {
            mine.as_deref().is_none_or(|mine| theirs.as_deref().is_some_and(|theirs| normal(mine) == normal(theirs)))
        };
        same(&self.insurer, &other.insurer)
            && same(&self.symbol, &other.symbol)
            && same(&self.number, &other.number)
            && same(&self.branch, &other.branch)
            && same(&self.birthdate, &other.birthdate)
            && same(&self.reference_number, &other.reference_number)
    }
}

fn normal(value: &str) -> String {
    comparison_key(value).trim_start_matches('0').to_owned()
}

/// What an answer is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What is to be answered.
    pub what: What,
    /// Who it may be about.
    pub persons: Vec<String>,
    /// The numbers it names: of the request, or of each record of a visit.
    pub named: Vec<Named>,
    /// Document time.
    pub time: DateTime,
}

/// How specific a fitting rule is; more is more.
pub type Weight = (u8, u8, u8);

/// `rule`, for `what`, measured against what is asked; `None` where it does not fit. `left` is what is left of *next n*.
pub fn weigh(rule: &Rule, what: &What, asked: &Asked, left: Option<u32>) -> Option<Weight> {
    let exact = what.fits(&asked.what)?;
    let numbers = rule.named();
    let is_named = numbers == Named::default() || asked.named.iter().any(|named| numbers.is_part_of(named));
    let is_person = rule.person.as_ref().is_none_or(|person| asked.persons.contains(person));
    let now = time14(asked.time);
    let begun = rule.from.as_ref().is_none_or(|from| format!("{from:0<14}") <= now);
    // A day lasts until its last second.
    let lasts = rule.to.as_ref().is_none_or(|to| now <= if to.len() == 8 { format!("{to}235959") } else { to.clone() });
    if !(is_named && is_person && begun && lasts) || left == Some(0) {
        return None;
    }
    let who = match () {
        () if rule.number.is_some() || rule.reference_number.is_some() => 3,
        () if rule.person.is_some() => 2,
        () if numbers != Named::default() => 1,
        () => 0,
    };
    let when = if rule.next.is_some() { 2 } else { u8::from(rule.from.is_some() || rule.to.is_some()) };
    Some((who, when, exact))
}

impl Rule {
    /// Reads the match of a PUT: parts joined by commas, each `key=value`, or alone an interface or else a person.
    ///
    /// # Errors
    /// A [`Mistake`] with the key, the rule and the nearest right name.
    pub fn of_match(text: &str) -> Result<Self, Box<Mistake>> {
        let mut keys = serde_json::Map::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (key, value) = match part.split_once('=') {
                Some((key, value)) => (key.trim(), value.trim()),
                None if What::parse(part).is_some() => ("interface", part),
                None => ("person", part),
            };
            let value = match (key, value.parse::<u32>()) {
                ("next", Ok(count)) => count.into(),
                ("file" | "rewrite", _) => {
                    return Err(Mistake::of_key(text, key, "この項目は本文に書きます", "belongs into the body"));
                }
                _ => value.into(),
            };
            keys.insert(key.to_owned(), value);
        }
        let rule: Self = serde_json::from_value(keys.into())
            .map_err(|error| crate::handwritten::explain(text, None, None, &error.to_string()))?;
        rule.check().map_err(|mistake| mistake.placed(text, ""))?;
        Ok(rule)
    }

    /// What no type says: interface and times.
    ///
    /// # Errors
    /// A [`Mistake`] without a place.
    pub fn check(&self) -> Result<(), Box<Mistake>> {
        if let Some(wrong) = self.interface.as_deref().filter(|text| What::parse(text).is_none()) {
            let words = What::words();
            let (ja, en) = match nearest(wrong, words.iter().copied()) {
                Some(near) => (format!("「{near}」のことですか。"), format!("did you mean `{near}`?")),
                None => (format!("書けるのは {} です。", words.join(", ")), format!("one of {}", words.join(", "))),
            };
            let ja = format!("「{wrong}」というインターフェイスはありません。{ja}");
            return Err(Mistake::of_key("", "interface", ja, format!("there is no interface `{wrong}`; {en}")));
        }
        for (key, time) in [("from", &self.from), ("to", &self.to)] {
            let is_time =
                |t: &String| matches!(t.len(), 8 | 14) && crate::clock::parse_time(&format!("{t:0<14}")).is_some();
            if time.as_ref().is_some_and(|time| !is_time(time)) {
                let (ja, en) = ("YYYYMMDD か YYYYMMDDHHmmss です", "YYYYMMDD or YYYYMMDDHHmmss");
                return Err(Mistake::of_key("", key, ja, en));
            }
        }
        Ok(())
    }

    /// The numbers it names.
    pub fn named(&self) -> Named {
        Named {
            insurer: self.insurer.clone(),
            symbol: self.symbol.clone(),
            number: self.number.clone(),
            branch: self.branch.clone(),
            birthdate: None,
            reference_number: self.reference_number.clone(),
        }
    }
}

/// The match, as PUT takes it.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let next = self.next.map(|next| next.to_string());
        let keys = [
            ("interface", &self.interface),
            ("person", &self.person),
            ("insurer", &self.insurer),
            ("symbol", &self.symbol),
            ("number", &self.number),
            ("branch", &self.branch),
            ("reference_number", &self.reference_number),
            ("from", &self.from),
            ("to", &self.to),
            ("next", &next),
        ];
        let told = keys.into_iter().filter_map(|(key, value)| value.as_ref().map(|value| format!("{key}={value}")));
        f.write_str(&told.collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests;
