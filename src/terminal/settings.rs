//! `[[terminal]]`: where this terminal's folders are and how it writes. Defaults satisfy the most clients (spec/known-clients.md
//! §3, spec/oqs-interface.md §7).

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::folder::{Bounds, Delivery, Paths};
use crate::message::Style;
use crate::message::inquiry::tags::InquiryTags;
use crate::message::name::{FaceName, PmhErr};
use crate::message::order::ElementOrder;
use crate::message::qualification::Records;
use crate::message::subsidy::{Edition, Repeat};
use crate::message::xml::{Indent, Newline};
use crate::random::Seed;
use crate::terminal::pace::Pace;
use crate::terminal::sealing::{Encryption, PasswordSource, Sealing};
use crate::terminal::stale::{Stale, StayTime};
use crate::text::Encoding;

/// The shared root where nothing else is said (design: `C:\OQS` as on real terminals).
pub const DEFAULT_ROOT: &str = if cfg!(windows) { r"C:\OQS" } else { "./oqs" };

/// One `[[terminal]]` table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TerminalSettings {
    /// Root of `req`, `res` and `face`.
    pub folder: PathBuf,
    /// `req`, where it is not below `folder`.
    pub req: Option<PathBuf>,
    /// `res`, where it is not below `folder`.
    pub res: Option<PathBuf>,
    /// `face`, where it is not below `folder`.
    pub face: Option<PathBuf>,
    /// 医療機関コード, ten digits; of the station.
    #[serde(skip)]
    pub institution: String,
    /// How fast the station lives; of the station.
    #[serde(skip)]
    pub pace: Pace,
    /// Whether marks in a request ask for faults; of the station (`[faults] magic`).
    #[serde(skip)]
    pub magic: bool,
    /// Edition of the subsidy interface; of the station (its `spec_year`).
    #[serde(skip)]
    pub edition: Edition,
    /// What repeats in the subsidy document.
    pub pmh_repeat: Repeat,
    /// Encoding of what we write.
    pub output_encoding: OutputEncoding,
    /// Order of elements.
    pub element_order: Order,
    /// Layout of the subsidy document (a TOML file); the built-in one when left out.
    pub layout: Option<PathBuf>,
    /// Tags of 薬剤情報 and 特定健診情報; of the station (its `layouts`).
    #[serde(skip)]
    pub tags: InquiryTags,
    /// Line ends.
    pub newline: Newline,
    /// Blanks per level; 0 = everything on one line.
    pub indent: usize,
    /// How files get their final names.
    pub delivery: Delivery,
    /// Form of the face file's name.
    pub face_name: FaceName,
    /// Form of several records.
    pub records: Records,
    /// Form of the results of `OQSmutic02`, `OQSmuhvq02` and `OQSmuonq02`.
    pub bulk_result: BulkForm,
    /// What a refused request brings.
    pub err: ErrStyle,
    /// From request to answer: milliseconds, or `"pace"`.
    pub answer_delay: Delay,
    /// Which of a visit's two files comes first.
    pub pmh_order: PmhOrder,
    /// Between a visit's two files: milliseconds, or `"pace"`.
    pub pmh_delay: Delay,
    /// Name of PMH's `.err`.
    pub pmh_err: PmhErr,
    /// Serve the folder although it seems to be somebody else's: a real terminal's, or one with unknown files.
    pub take_over: bool,
    /// Refuse names whose free part is not twelve digits.
    pub strict_names: bool,
    /// Refuse requests of another institution.
    pub strict_institution: bool,
    /// Look into `req` every so many milliseconds instead of relying on the system's events (network shares). At least 10.
    pub poll: Option<u64>,
    /// How long a result may lie uncollected, in minutes; the real terminal's `ResponseFileStayTime`, or a day, when left out.
    pub stale_after: Option<StayTime>,
    /// What becomes of a result that lies there longer.
    pub stale: Stale,
    /// How many days the bytes of requests and answers are kept in the work folder; 0: not at all.
    pub keep_days: u32,
    /// How many megabytes of them are kept; 0: none.
    pub keep_megabytes: u32,
    /// Folder of the operator's own answers (docs/own-xml.md).
    pub answers: Option<PathBuf>,
    /// Whether face files are written; the real terminal's `OutputFlg`, or yes, when left out.
    pub face_output: Option<bool>,
    /// Which files travel as password zips; by `encrypt.conf` and `encrypt_face.conf` when left out.
    pub encryption: Encryption,
    /// Where the password of those zips is: `env:NAME` or `file:PATH`.
    pub encryption_password: Option<PasswordSource>,
    /// Refuse requests that are not encrypted as told, instead of only telling.
    pub strict_encryption: bool,
    /// What is sealed, of these and of the real terminal's files; made at the start.
    #[serde(skip)]
    pub sealing: Sealing,
}

impl Default for TerminalSettings {
    fn default() -> Self {
        Self {
            folder: DEFAULT_ROOT.into(),
            req: None,
            res: None,
            face: None,
            institution: String::new(),
            pace: Pace::default(),
            magic: false,
            edition: Edition::default(),
            pmh_repeat: Repeat::default(),
            output_encoding: OutputEncoding::default(),
            element_order: Order::default(),
            layout: None,
            tags: InquiryTags::default(),
            newline: Newline::default(),
            indent: 4,
            delivery: Delivery::default(),
            face_name: FaceName::default(),
            records: Records::default(),
            bulk_result: BulkForm::default(),
            err: ErrStyle::default(),
            answer_delay: Delay::default(),
            pmh_order: PmhOrder::default(),
            pmh_delay: Delay::default(),
            pmh_err: PmhErr::default(),
            take_over: false,
            strict_names: false,
            strict_institution: false,
            poll: None,
            stale_after: None,
            stale: Stale::default(),
            keep_days: 7,
            keep_megabytes: 256,
            answers: None,
            face_output: None,
            encryption: Encryption::default(),
            encryption_password: None,
            strict_encryption: false,
            sealing: Sealing::default(),
        }
    }
}

impl TerminalSettings {
    /// The defaults, with folders below `root`, for `institution`, without delays.
    pub fn at(root: impl Into<PathBuf>, institution: impl Into<String>) -> Self {
        Self { folder: root.into(), institution: institution.into(), pace: Pace::Instant, ..Self::default() }
    }

    /// Where the folders are.
    pub fn paths(&self) -> Paths {
        let below = Paths::below(&self.folder);
        Paths {
            req: self.req.clone().unwrap_or(below.req),
            res: self.res.clone().unwrap_or(below.res),
            face: self.face.clone().unwrap_or(below.face),
        }
    }

    /// How long a result may lie uncollected.
    pub fn stay(&self) -> StayTime {
        self.stale_after.unwrap_or_default()
    }

    /// How much of what goes through is kept.
    pub fn kept(&self) -> Bounds {
        Bounds::new(self.keep_days, self.keep_megabytes)
    }

    /// Whether face files are written.
    pub fn writes_face(&self) -> bool {
        self.face_output.unwrap_or(true)
    }

    /// The encoding of an answer to a request in `asked`, or of a file that nobody asked for.
    pub fn encoding_for(&self, asked: Option<Encoding>) -> Encoding {
        match self.output_encoding {
            OutputEncoding::Request => asked.unwrap_or_default(),
            OutputEncoding::Utf8 => Encoding::Utf8,
            OutputEncoding::ShiftJis => Encoding::ShiftJis,
        }
    }

    /// How the file called `name` looks in `encoding`.
    pub fn style(&self, encoding: Encoding, seed: Seed, name: &str) -> Style {
        Style {
            encoding,
            order: match self.element_order {
                Order::Hash => ElementOrder::Hash,
                Order::Spec => ElementOrder::Spec,
                Order::Shuffled => ElementOrder::Shuffled(seed, name.to_owned()),
            },
            indent: if self.indent == 0 { Indent::OneLine } else { Indent::Spaces(self.indent) },
            newline: self.newline,
            records: self.records,
            repeat: self.pmh_repeat,
        }
    }
}

/// `output_encoding`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutputEncoding {
    /// As the request; UTF-8 where no request asked. Clients disagree, and each reads what it writes (§3 T1).
    #[default]
    #[serde(rename = "request")]
    Request,
    /// Always UTF-8.
    #[serde(rename = "utf-8")]
    Utf8,
    /// Always Shift_JIS.
    #[serde(rename = "shift_jis")]
    ShiftJis,
}

/// `element_order`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// As real terminals write.
    #[default]
    Hash,
    /// As the specification lists.
    Spec,
    /// Seeded, another one for each file.
    Shuffled,
}

/// `err`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrStyle {
    /// The `.err`, then the request (§3 T3).
    #[default]
    ErrThenRequest,
    /// The `.err` alone.
    ErrOnly,
}

/// `bulk_result`: which of the two a real terminal writes is not public; clients take both (spec/oqs-interface.md §2.6, [B]).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BulkForm {
    /// The XML itself.
    #[default]
    Xml,
    /// A zip with the XML in it, of the same name.
    Zip,
}

/// `pmh_order`: not public (spec/pmh.md §5.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PmhOrder {
    /// The face file first.
    #[default]
    FaceFirst,
    /// The subsidy document first.
    PmhFirst,
}

/// `answer_delay`, `pmh_delay`: a fixed time, or by the station's pace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Delay {
    /// By [`Pace`].
    #[default]
    ByPace,
    /// Always this.
    Fixed(Duration),
}

impl Serialize for Delay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::ByPace => serializer.serialize_str("pace"),
            Self::Fixed(length) => serializer.serialize_u64(u64::try_from(length.as_millis()).unwrap_or(u64::MAX)),
        }
    }
}

impl<'de> Deserialize<'de> for Delay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DelayVisitor)
    }
}

struct DelayVisitor;

impl Visitor<'_> for DelayVisitor {
    type Value = Delay;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("milliseconds, or \"pace\"")
    }
    fn visit_u64<E: de::Error>(self, millis: u64) -> Result<Delay, E> {
        Ok(Delay::Fixed(Duration::from_millis(millis)))
    }
    fn visit_i64<E: de::Error>(self, millis: i64) -> Result<Delay, E> {
        u64::try_from(millis)
            .map(|millis| Delay::Fixed(Duration::from_millis(millis)))
            .map_err(|_| E::invalid_value(de::Unexpected::Signed(millis), &self))
    }
    fn visit_str<E: de::Error>(self, word: &str) -> Result<Delay, E> {
        if word == "pace" { Ok(Delay::ByPace) } else { Err(E::invalid_value(de::Unexpected::Str(word), &self)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_table_is_read_and_an_unknown_one_is_refused() {
        let text = r#"
            folder = "/srv/oqs"
            res = "/srv/answers"
            output_encoding = "shift_jis"
            element_order = "shuffled"
            layout = "pmh.toml"
            pmh_repeat = "certification-detail"
            newline = "crlf"
            indent = 0
            delivery = "in-place"
            face_name = "short"
            records = "repeated-list"
            bulk_result = "zip"
            err = "err-only"
            answer_delay = 250
            pmh_order = "pmh-first"
            pmh_delay = "pace"
            pmh_err = "both"
            strict_names = true
            strict_institution = true
            poll = 100
            stale_after = 60
            stale = "delete"
            answers = "answers"
            face_output = false
            encryption = { OQSsiquc = true, OQSsiquc01res_face = false }
            encryption_password = "env:OQS_ZIP_PASSWORD"
            strict_encryption = true
        "#;
        let settings: TerminalSettings = toml::from_str(text).unwrap();
        assert_eq!(settings.answer_delay, Delay::Fixed(Duration::from_millis(250)));
        assert_eq!(settings.paths().res, PathBuf::from("/srv/answers"));
        assert_eq!(settings.paths().req, PathBuf::from("/srv/oqs/req"));
        assert_eq!(settings.style(Encoding::Utf8, Seed(1), "a").indent, Indent::OneLine);
        let again: TerminalSettings = toml::from_str(&toml::to_string(&settings).unwrap()).unwrap();
        assert_eq!(again, settings);
        let error = toml::from_str::<TerminalSettings>("delivry = \"rename\"").unwrap_err().to_string();
        assert!(error.contains("delivry"), "{error}");
    }

    #[test]
    fn a_stay_time_out_of_range_is_refused() {
        for bad in ["stale_after = 0", "stale_after = 600000", "stale_after = \"day\"", "stale = \"keep\""] {
            assert!(toml::from_str::<TerminalSettings>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_delay_is_milliseconds_or_the_pace() {
        for bad in ["answer_delay = -1", "answer_delay = \"fast\"", "answer_delay = true"] {
            let error = toml::from_str::<TerminalSettings>(bad).unwrap_err().to_string();
            assert!(error.contains("milliseconds"), "{error}");
        }
    }

    #[test]
    fn an_answer_is_in_the_encoding_of_its_request_unless_told_otherwise() {
        let mut settings = TerminalSettings::default();
        assert_eq!(settings.encoding_for(Some(Encoding::ShiftJis)), Encoding::ShiftJis);
        assert_eq!(settings.encoding_for(None), Encoding::Utf8);
        settings.output_encoding = OutputEncoding::ShiftJis;
        assert_eq!(settings.encoding_for(Some(Encoding::Utf8)), Encoding::ShiftJis);
    }
}
