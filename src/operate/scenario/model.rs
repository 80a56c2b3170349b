//! The format of a scenario: what stands in its file. Keys are explained in docs/scenarios.md; a schema for editors is made from these types.
//!
//! - [`expect`]: what must hold after a step
//! - [`requirement`]: which requirement on vendors it tries

mod expect;
mod requirement;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

pub use self::expect::{Asked, Expect, Hits, Such, Want};
pub use self::requirement::{Grade, Requirement};
use crate::event::{FileLife, Words};

/// One scenario.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it is about, in a sentence.
    pub title: Words,
    /// Its place in the test plan.
    pub group: Group,
    /// Where the field saw it: a section of the specification, a client, a trap.
    pub source: String,
    /// How the レセコン is to bear it.
    pub bearing: Words,
    /// Which requirement on vendors it tries, and how strictly that holds.
    pub requirement: Option<Requirement>,
    /// Does it rest on something that is not public (layouts, codes of ours)?
    #[serde(default)]
    pub provisional: bool,
    /// Document time at the start (RFC 3339, or YYYYMMDDHHmmss JST); it stands still until a step advances it.
    pub clock: Option<String>,
    /// Seed of all chance of a station of its own.
    pub seed: Option<u64>,
    /// Settings of the station, as in `madoguchi.toml`. Such a scenario needs a station of its own.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub settings: toml::Table,
    /// People at the start, by the id that steps use.
    #[serde(default)]
    pub people: BTreeMap<String, Being>,
    /// Faults from the start, as strings like `pmh-late` or `card-slow=800`.
    #[serde(default)]
    pub faults: Vec<String>,
    /// Password of sealed files, at the station and for the expectations. Such a scenario needs a station of its own.
    pub password: Option<String>,
    /// May a レセコン take part? `false` where nobody is to read the results.
    #[serde(default = "yes")]
    pub consumer: bool,
    /// What happens, in this order.
    pub steps: Vec<Step>,
    /// The line of each step in its file, from 1; filled in by whoever read it.
    #[serde(skip)]
    pub lines: Vec<usize>,
}

impl Scenario {
    /// The title as a plan prints it: with the grade of its requirement, and a mark where it rests on what is not public.
    pub fn heading(&self) -> Words {
        let grade = self.requirement.as_ref().map(Requirement::words);
        let (ja, en) =
            grade.map_or_else(Default::default, |grade| (format!("【{}】", grade.ja), format!(" [{}]", grade.en)));
        let (mark_ja, mark_en) = if self.provisional { ("（仮）", " (provisional)") } else { ("", "") };
        Words::new(format!("{}{ja}{mark_ja}", self.title.ja), format!("{}{en}{mark_en}", self.title.en))
    }

    /// What the レセコン is to do, as a plan prints it: with a mark where this scenario asks nobody whether it does.
    pub fn demand(&self) -> Words {
        if self.asks_the_consumer() {
            return self.bearing.clone();
        }
        let Words { ja, en } = &self.bearing;
        Words::new(format!("{ja}（ここでは確かめない）"), format!("{en} (not tried here)"))
    }

    /// Does it ask a レセコン, or whoever sits there, for anything? What asks nothing holds whatever the レセコン does.
    pub fn asks_the_consumer(&self) -> bool {
        self.steps.iter().any(|step| {
            let expects = step.expect.iter().any(|expect| expect.asked.is_some());
            step.ask.is_some() || step.question.is_some() || !step.collect.is_empty() || expects
        })
    }

    /// Why it needs a station of its own, where it does.
    pub fn alone(&self) -> Option<Words> {
        let sets = !self.settings.is_empty() || self.password.is_some();
        let restarts = self.steps.iter().any(|step| step.restart);
        match (sets, restarts) {
            (true, _) => Some(Words::new(
                "窓口の設定を変えるため、自分の窓口でしか動きません",
                "it sets the station's settings, so it needs a station of its own",
            )),
            (false, true) => Some(Words::new(
                "端末を再起動するため、自分の窓口でしか動きません",
                "it restarts the terminal, so it needs a station of its own",
            )),
            (false, false) => None,
        }
    }
}

/// 試験計画の区分 / the groups of the test plan, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// 正常
    Normal,
    /// 欠落
    Absence,
    /// 変化
    Change,
    /// 番号
    Numbers,
    /// 文字
    Text,
    /// 障害
    Failure,
    /// R6
    R6,
    /// 安全
    Safety,
}

impl Group {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Normal, Self::Absence, Self::Change, Self::Numbers, Self::Text, Self::Failure, Self::R6, Self::Safety];

    /// Its name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Absence => "absence",
            Self::Change => "change",
            Self::Numbers => "numbers",
            Self::Text => "text",
            Self::Failure => "failure",
            Self::R6 => "r6",
            Self::Safety => "safety",
        }
    }

    /// Its heading.
    pub fn words(self) -> Words {
        let (ja, en) = match self {
            Self::Normal => ("正常", "normal"),
            Self::Absence => ("欠落", "absence"),
            Self::Change => ("変化", "change"),
            Self::Numbers => ("番号", "numbers"),
            Self::Text => ("文字", "text"),
            Self::Failure => ("障害", "failure and timing"),
            Self::R6 => ("R6", "R6 items"),
            Self::Safety => ("安全", "safety"),
        };
        Words::new(ja, en)
    }
}

/// A person at the start: whoever has this id already, changed; or a new one.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Being {
    /// A new person, as this one (the serial number of the card is another).
    pub from: Option<String>,
    /// A new person, as a file of card-profiles says it.
    #[schema(value_type = Option<Object>)]
    pub profile: Option<Value>,
    /// What is otherwise, by path: `subsidies.0.valid_until`.
    #[schema(value_type = Object)]
    pub set: BTreeMap<String, Value>,
    /// What is not there, by path: `subsidies.1`.
    pub remove: Vec<String>,
}

/// One step: exactly one deed, and what is expected after it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// A name for later steps: `${first.pmh}`, `file = "first.face"`.
    pub name: Option<String>,
    /// Why, for people.
    pub note: Option<String>,
    /// One visit at a reader.
    pub visit: Option<Visit>,
    /// Several visits at once, at as many readers. Each has a name of its own.
    pub visits: Vec<Visit>,
    /// A request in `req`.
    pub request: Option<Request>,
    /// Until a file is there, or until the レセコン has done something with it.
    pub wait: Option<Wait>,
    /// Document time goes on.
    pub advance: Option<Advance>,
    /// A person changes.
    pub person: Option<Change>,
    /// A fault is armed or taken back.
    pub fault: Option<Fault>,
    /// The run fetches these files as a レセコン does that deletes what it has read.
    pub collect: Vec<String>,
    /// The terminal goes down and comes up again, on the same folder.
    pub restart: bool,
    /// The operator looks at the レセコン and answers yes or no.
    pub question: Option<Question>,
    /// The staff do something at the レセコン.
    pub desk: Option<Desk>,
    /// The レセコン is asked for something that it knows.
    pub ask: Option<Ask>,
    /// Somebody else puts a file into a shared folder.
    pub place: Option<Place>,
    /// What must hold afterwards.
    pub expect: Vec<Expect>,
}

/// One visit. What is left out is the person's habit.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Visit {
    /// Its name, among several visits at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Person id.
    pub person: String,
    /// Reader, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reader: Option<usize>,
    /// `match`, `mismatch` or `unreadable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face: Option<String>,
    /// PIN as typed on the reader.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
    /// The staff compare the face.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub visual: bool,
    /// `"all"`, `"none"` or a list of questions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// `use` or `decline` (受給者証).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subsidy: Option<String>,
    /// `electronic` or `paper`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prescription: Option<String>,
    /// Would the person register a card that is not registered yet?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register: Option<bool>,
    /// Faults of this visit alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
}

/// What the patient agrees to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Consent {
    /// `all` or `none`.
    Word(String),
    /// These questions only.
    Only(Vec<String>),
}

/// A request as a レセコン writes it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// `OQSsiquc01` and the like; its usual document is filled in.
    pub interface: String,
    /// Whose: the placeholders `${person.…}` of the usual document.
    pub person: Option<String>,
    /// What elements of the usual document hold instead, by name.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// The document itself, instead of the usual one.
    pub xml: Option<String>,
    /// What stands in the name behind `req_`; something unique when left out.
    pub free: Option<String>,
    /// `utf-8` or `shift_jis`.
    #[serde(default)]
    pub encoding: RequestEncoding,
    /// Terminal, from 1.
    #[serde(default = "first")]
    pub terminal: usize,
    /// Does an answer come? `false` where the run must not wait for one.
    #[serde(default = "yes")]
    pub answered: bool,
}

fn first() -> usize {
    1
}

fn yes() -> bool {
    true
}

/// The encodings that レセコン write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum RequestEncoding {
    /// UTF-8
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// CP932
    #[serde(rename = "shift_jis")]
    ShiftJis,
}

/// What is waited for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// A file of an earlier step, or a pattern such as `res/PMHsimsm01res_*.xml`.
    pub file: String,
    /// Until it was `arrived`, `claimed`, `answered`, `refused`, `delivered`, `replaced`, `collected` or `stale`.
    #[serde(default = "delivered")]
    #[schema(value_type = String)]
    pub until: FileLife,
    /// Seconds of machine time; more than that and the step has failed.
    #[serde(default = "minute")]
    pub within_s: u64,
}

fn delivered() -> FileLife {
    FileLife::Delivered
}

fn minute() -> u64 {
    60
}

/// How far document time goes on.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Advance {
    /// Days.
    pub days: i64,
    /// Hours.
    pub hours: i64,
    /// Minutes.
    pub minutes: i64,
    /// Seconds.
    pub seconds: i64,
}

/// A person changes, by the paths of their profile.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Person id.
    pub id: String,
    /// What is otherwise now.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub set: BTreeMap<String, Value>,
    /// What is gone.
    #[serde(default)]
    pub remove: Vec<String>,
}

/// A fault of the station.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Its name (docs/faults.md), with `=NUMBER` where it takes one.
    pub name: String,
    /// How many times; until taken back when left out.
    pub count: Option<u32>,
    /// Of each draw, 0.0 to 1.0.
    pub probability: Option<f64>,
    /// For this person or reader only.
    pub target: Option<String>,
    /// Take it back.
    #[serde(default)]
    pub off: bool,
}

/// What the staff do at the レセコン: the レセコン of `--consumer` does it by itself, else whoever sits there is told the sentence.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Desk {
    /// What is ordered, in a word that the レセコン understands.
    pub order: String,
    /// What belongs to the order, by name; placeholders are filled.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub with: BTreeMap<String, Value>,
    /// 日本語: 職員への一文
    pub ja: String,
    /// English: the sentence for the staff
    pub en: String,
}

/// Something that the レセコン knows: the レセコン of `--consumer` tells it, else whoever sits there reads it from the screen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// What about, by a key that the レセコン understands; placeholders are filled.
    pub about: String,
    /// What it must be: a text, `true` for anything, `false` for nothing.
    #[serde(default = "anything")]
    pub value: Fact,
    /// Seconds of machine time that the レセコン has until it knows.
    #[serde(default = "minute")]
    pub within_s: u64,
    /// 日本語: 職員への質問
    pub ja: String,
    /// English: the question for the staff
    pub en: String,
}

/// What a レセコン is to know.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Fact {
    /// Exactly this.
    Text(String),
    /// `true`: anything; `false`: nothing.
    Known(bool),
}

fn anything() -> Fact {
    Fact::Known(true)
}

/// A file of somebody else, whole from its first moment. The folder must be on this machine.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Where and as what: `res/PMHsimsm01res_….xml`.
    pub file: String,
    /// The same bytes as this file of an earlier step.
    pub copy: Option<String>,
    /// Its text, in UTF-8.
    pub xml: Option<String>,
    /// Terminal, from 1.
    #[serde(default = "first")]
    pub terminal: usize,
}

/// A question that only somebody in front of the レセコン can answer. It is asked where somebody sits (`--ask`), else it stays open.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// 日本語
    pub ja: String,
    /// English
    pub en: String,
    /// The right answer.
    #[serde(default = "yes")]
    pub yes: bool,
}
