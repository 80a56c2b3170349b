//! What the journal records: the one stream that screens, the control API and reports read.
//!
//! Rooms hand their events to a [`Sink`]; numbering, time stamps and storage are the station's. An event carries facts, not
//! sentences; [`Event::text`] makes the sentence, Japanese first.

pub mod chain;

use std::fmt;
use std::sync::Arc;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::chain::{Arrow, Occasion};

/// The language of what people read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// 日本語
    #[default]
    Ja,
    /// English
    En,
}

/// Picks the words of one language.
pub fn say<'a>(lang: Lang, ja: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}

/// One text in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// 日本語
    pub ja: String,
    /// English
    pub en: String,
}

impl Words {
    /// The text in both languages.
    pub fn new(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ja: ja.into(), en: en.into() }
    }

    /// The text in `lang`.
    pub fn say(&self, lang: Lang) -> &str {
        say(lang, &self.ja, &self.en)
    }
}

/// One line of the journal.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Counts from 1 without gaps.
    pub seq: u64,
    /// Document time, JST.
    pub time: DateTime,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// Where a file of the shared folder is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FolderKind {
    /// requests of the レセコン
    Req,
    /// answers of the terminal
    Res,
    /// results of the face reader
    Face,
}

impl fmt::Display for FolderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Req => "req",
            Self::Res => "res",
            Self::Face => "face",
        })
    }
}

/// The life of a file, in the order in which it may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileLife {
    /// Seen in `req`, perhaps still growing.
    Arrived,
    /// Taken out of `req` by rename.
    Claimed,
    /// The question behind it was answered.
    Answered,
    /// Sent back with its `.err`.
    Refused,
    /// Stands under its final name, whole.
    Delivered,
    /// Took the place of an older answer of the same name.
    Replaced,
    /// Fetched (moved or deleted) by the レセコン.
    Collected,
    /// Not ours: left where it is.
    LeftAlone,
    /// Lies uncollected for longer than `ResponseFileStayTime`.
    Stale,
}

/// The draw by which a knob came up. With the seed, the knob's name and its target it can be drawn again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Draw {
    /// The how-many-th draw for this target, from 1.
    pub nth: u64,
    /// What was drawn, 0.0 to 1.0.
    pub value: f64,
    /// It came up because the value lies below this.
    pub probability: f64,
}

impl Draw {
    /// Behind the words for a hit; nothing where nothing was left to chance.
    fn text(self, lang: Lang) -> String {
        let Self { nth, value, probability } = self;
        match (probability < 1.0, lang) {
            (false, _) => String::new(),
            (true, Lang::Ja) => format!(" 抽選{nth}回目 {value:.4} < {probability}"),
            (true, Lang::En) => format!(" draw {nth}: {value:.4} < {probability}"),
        }
    }
}

/// Something that happened at the station.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the fields are named by what they hold; the variants are documented")]
pub enum Event {
    /// The station is ready to serve.
    Ready { control: Option<String>, folders: Vec<String> },
    /// A card was put on a reader. `person` is unknown for a real card that nobody bound.
    CardPlaced { reader: usize, person: Option<String>, card: String },
    /// The card left the reader.
    CardRemoved { reader: usize },
    /// The dialogue went on to another state (names of `face_reader::State`).
    Dialogue { reader: usize, state: String, screen_ja: String, screen_en: String },
    /// A visit ended, with or without files.
    Visit {
        reader: usize,
        person: Option<String>,
        outcome: String,
        why_ja: String,
        why_en: String,
        files: Vec<String>,
        millis: f64,
    },
    /// A step in the life of a file.
    File {
        terminal: usize,
        folder: FolderKind,
        name: String,
        life: FileLife,
        note: Option<String>,
        millis: Option<f64>,
    },
    /// A knob came up, by `amount` where it takes a number.
    FaultHit { name: String, target: String, amount: Option<u32>, draw: Draw },
    /// A knob was armed or taken back.
    FaultSet { name: String, armed: bool },
    /// Something the operator should know, that is nobody's failure.
    Notice { room: &'static str, ja: String, en: String },
    /// Something outside is wrong (folder gone, hub unreachable), with what to do.
    Trouble { room: &'static str, ja: String, en: String },
    /// An insurance query named nobody; `id` is whom adoption would make of it.
    Unknown {
        id: String,
        insurer_number: String,
        symbol: Option<String>,
        number: String,
        branch: Option<String>,
        birthdate: String,
    },
    /// A person was made of such a query.
    Adopted { id: String, name: String },
    /// Which systems behind the terminal told each other what; identifiers are in it by their kind only.
    Chain { occasion: Occasion, person: Option<String>, arrows: Vec<Arrow> },
    /// A reader holds a card that nobody knows, and asks the staff whose it is.
    WhoIsThis { reader: usize },
    /// A real card was bound to a person; `card` is its label here and says nothing of it.
    Bound { card: String, person: String },
    /// It was unbound.
    Unbound { card: String, person: String },
    /// Back to the start-up state.
    Reset,
}

impl Event {
    /// One line for people.
    pub fn text(&self, lang: Lang) -> String {
        let ja = lang == Lang::Ja;
        match self {
            Self::Ready { folders, .. } if ja => format!("準備完了 フォルダ {}", folders.join("、")),
            Self::Ready { folders, .. } => format!("ready, folder {}", folders.join(", ")),
            Self::CardPlaced { reader, person, card } => {
                let who = person.as_deref().unwrap_or(say(lang, "不明の人", "unknown person"));
                if ja {
                    format!("リーダー{reader} にカード {who} ({card})")
                } else {
                    format!("card of {who} ({card}) on reader {reader}")
                }
            }
            Self::CardRemoved { reader } if ja => format!("リーダー{reader} からカードを取り出し"),
            Self::CardRemoved { reader } => format!("card taken from reader {reader}"),
            Self::Dialogue { reader, state, screen_ja, .. } if ja => {
                format!("リーダー{reader} {state} 「{screen_ja}」")
            }
            Self::Dialogue { reader, state, screen_en, .. } => format!("reader {reader} {state} \"{screen_en}\""),
            Self::Visit { reader, person, why_ja, why_en, millis, .. } => {
                let who = person.as_deref().unwrap_or("?");
                if ja {
                    format!("リーダー{reader} {who} 受付終了: {why_ja} ({millis:.0} ms)")
                } else {
                    format!("reader {reader} {who} visit ended: {why_en} ({millis:.0} ms)")
                }
            }
            Self::File { folder, name, life, note, millis, .. } => {
                let mut line = format!("{folder}/{name} {}", life_text(*life, lang));
                if let Some(ms) = millis {
                    line += &format!(" {ms:.1} ms");
                }
                if let Some(note) = note {
                    line += &format!(" — {note}");
                }
                line
            }
            Self::FaultHit { name, target, amount, draw } => {
                let name = amount.map_or_else(|| name.clone(), |amount| format!("{name}={amount}"));
                let drawn = draw.text(lang);
                if ja {
                    format!("障害 {name} が発生 ({target}){drawn}")
                } else {
                    format!("fault {name} hit ({target}){drawn}")
                }
            }
            Self::FaultSet { name, armed: true } if ja => format!("障害 {name} を設定"),
            Self::FaultSet { name, .. } if ja => format!("障害 {name} を解除"),
            Self::FaultSet { name, armed } => format!("fault {name} {}", if *armed { "set" } else { "taken back" }),
            Self::Notice { ja: text_ja, en, .. } | Self::Trouble { ja: text_ja, en, .. } => {
                say(lang, text_ja, en).to_owned()
            }
            Self::Unknown { insurer_number, symbol, number, branch, birthdate, .. } => {
                let numbers = [Some(insurer_number), symbol.as_ref(), Some(number), branch.as_ref(), Some(birthdate)];
                let numbers = numbers.into_iter().flatten().map(|part| part.trim()).collect::<Vec<_>>().join(" ");
                match lang {
                    Lang::Ja => format!("該当者なし {numbers} ([+] で架空の人として採用)"),
                    Lang::En => format!("nobody is {numbers} ([+] adopts them as a made-up person)"),
                }
            }
            Self::Adopted { id, name } if ja => format!("照会された人を採用 {name} ({id})"),
            Self::Adopted { id, name } => format!("adopted whom a query named: {name} ({id})"),
            Self::Chain { occasion, person, arrows } => {
                let who = person.as_deref().unwrap_or("?");
                let steps = arrows
                    .iter()
                    .map(|arrow| format!("{}→{} {}", arrow.from.text(lang), arrow.to.text(lang), arrow.label(lang)));
                let steps = steps.collect::<Vec<_>>().join(" / ");
                format!("{} {who} ({}) {steps}", say(lang, "識別子の連鎖", "identity chain"), occasion.text(lang))
            }
            Self::WhoIsThis { reader } if ja => {
                format!("リーダー{reader} どなたのカードですか (画面で選ぶ、または card bind 患者)")
            }
            Self::WhoIsThis { reader } => format!("reader {reader}: whose card is this? (choose, or card bind PERSON)"),
            Self::Bound { card, person } if ja => format!("実カード {card} を {person} のカードとして登録"),
            Self::Bound { card, person } => format!("real card {card} bound to {person}"),
            Self::Unbound { card, person } if ja => format!("実カード {card} ({person}) の登録を取消"),
            Self::Unbound { card, person } => format!("real card {card} ({person}) unbound"),
            Self::Reset => say(lang, "起動時の状態に戻しました", "back to the start-up state").to_owned(),
        }
    }
}

/// The words for a step in a file's life.
pub fn life_text(life: FileLife, lang: Lang) -> &'static str {
    let (ja, en) = match life {
        FileLife::Arrived => ("到着", "arrived"),
        FileLife::Claimed => ("受取", "claimed"),
        FileLife::Answered => ("回答", "answered"),
        FileLife::Refused => ("差戻し", "refused"),
        FileLife::Delivered => ("出力", "delivered"),
        FileLife::Replaced => ("置換", "replaced"),
        FileLife::Collected => ("回収済", "collected"),
        FileLife::LeftAlone => ("対象外", "left alone"),
        FileLife::Stale => ("消し忘れ", "stale"),
    };
    say(lang, ja, en)
}

/// Where a room leaves its events; clones share the journal behind it.
#[derive(Clone)]
pub struct Sink(Arc<dyn Fn(Event) + Send + Sync>);

impl Sink {
    /// A sink that hands each event to `take`.
    pub fn new(take: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self(Arc::new(take))
    }
    /// For callers that keep no journal.
    pub fn silent() -> Self {
        Self::new(|_| {})
    }
    /// Leaves one event.
    pub fn emit(&self, event: Event) {
        (self.0)(event);
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sink")
    }
}
