//! Why a registration is refused, and what was kept although it is unusual. The codes of PMH are not public; these are ours and carry `MDG-J`
//! (自治体): those with `MDG-P` are of the subsidies that a terminal fetches.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Json;

/// So many faults are listed; the rest is counted.
pub const LISTED: usize = 100;

/// A rule of the registration, with our code for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Ours, never official; the last letter is E for what refuses, W for what is kept.
    pub code: &'static str,
    /// What is wrong.
    pub ja: &'static str,
    /// The same.
    pub en: &'static str,
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident $code:literal $ja:literal $en:literal;)*) => {
        $($(#[$doc])* pub const $name: Rule = Rule { code: $code, ja: $ja, en: $en };)*
        /// All of them, for documents.
        pub const RULES: &[Rule] = &[$($name),*];
    };
}

rules! {
    /// The body is no JSON, no CSV, or not UTF-8.
    UNREADABLE "MDG-J0001E" "本文を読めません" "the body cannot be read";
    /// The body or a row is no array, no object.
    NOT_ROWS "MDG-J0002E" "対象者の配列で送ります" "send an array of objects";
    /// A required field is missing.
    MISSING "MDG-J0003E" "必須項目がありません" "a required field is missing";
    /// No field of this name.
    UNKNOWN "MDG-J0004E" "この名前の項目はありません" "there is no field of this name";
    /// Another kind of value.
    KIND "MDG-J0005E" "値の型が違います" "a value of the wrong type";
    /// Too short or too long.
    LENGTH "MDG-J0006E" "桁数が違います" "too short or too long";
    /// Characters that do not belong there.
    CHARACTERS "MDG-J0007E" "使えない文字があります" "characters that do not belong there";
    /// No code of the table.
    CODE "MDG-J0008E" "コードにない値です" "not a code of the table";
    /// No day.
    DATE "MDG-J0009E" "日付ではありません" "not a day";
    /// 券面項目 that are too deep or too many.
    FACE "MDG-J0010E" "券面項目の形が違います" "face items of another form";
    /// `common` and a 種別 both filled.
    MIXED "MDG-J0011E" "「別なし」と種別ごとの上限額は同時に使えません" "common and a separate limit in one attribute";
    /// 更生・育成・精神通院 with a 種別.
    COMMON_ONLY "MDG-J0012E" "自立支援医療の上限額は common だけに書きます" "自立支援医療 uses common only";
    /// A row of too many bytes.
    ROW_TOO_BIG "MDG-J0013E" "1件が大きすぎます" "one row is too big";
    /// A column of the CSV that is wrong.
    COLUMNS "MDG-J0014E" "CSVの列が違います" "wrong columns";
    /// The body is too big.
    BODY_TOO_BIG "MDG-J0015E" "本文が大きすぎます" "the body is too big";
    /// No token, or nobody's.
    TOKEN "MDG-J0016E" "トークンがないか、登録されていません" "no token, or nobody's";
    /// A media type that is not taken.
    MEDIA_TYPE "MDG-J0017E" "この Content-Type では受け取れません" "send another content type";
    /// No registration of this number, or another municipality's.
    NO_SUCH_SERIAL "MDG-J0018E" "この処理通番の登録はありません" "no registration of this serialNumber";
    /// Under maintenance, or too many at once.
    BUSY "MDG-J0019E" "ただいま受け付けられません" "not now: try again";
    /// Our mistake.
    INTERNAL "MDG-J0020E" "PMHの内部エラー" "PMH failed";
    /// No such path, or not by this method.
    PATH "MDG-J0021E" "このパスはありません" "no such path or method";
    /// A check digit, a prefecture or a 法別番号.
    NUMBER "MDG-J0101W" "番号の規則に合いません (そのまま登録しました)" "breaks the rule of its number; kept";
    /// A period that holds on no day.
    PERIOD "MDG-J0102W" "有効期間の終わりが始まりより前です (そのまま登録しました)" "ends before it begins; kept";
    /// Two rows that are one.
    TWICE "MDG-J0103W" "同じ受給者証が2回あります (後のものを登録しました)" "the same certificate twice; the later one holds";
    /// Deleted what was never registered.
    NOTHING_TO_DELETE "MDG-J0104W" "削除する履歴がありません" "nothing to delete under this historyKey";
    /// A period that is over: no clinic is told of it.
    ENDED "MDG-J0105W" "有効期間が終わっています (そのまま登録しました)" "it has ended; kept, and told to no clinic";
}

/// One finding: the rule, and where it was broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Ours ([`RULES`]).
    pub code: String,
    /// Rule and remedy, Japanese ` / ` English. Never the value itself: it may be a 個人番号.
    pub message: String,
    /// Which row, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// Which field of it, with the objects that it is in: `basicFiveInfo.sex`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// A finding that refuses nothing.
pub type Warning = Fault;

impl Fault {
    /// A rule broken by the whole.
    pub fn of(rule: Rule) -> Self {
        Self { code: rule.code.to_owned(), message: format!("{} / {}", rule.ja, rule.en), row: None, field: None }
    }

    /// With what would be right.
    #[must_use]
    pub fn because(mut self, ja: &str, en: &str) -> Self {
        if let Some((left, right)) = self.message.split_once(" / ") {
            self.message = format!("{left}: {ja} / {right}: {en}");
        }
        self
    }

    /// In this row.
    #[must_use]
    pub fn in_row(self, row: u64) -> Self {
        Self { row: Some(row), ..self }
    }

    /// In this field.
    #[must_use]
    pub fn at(self, field: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..self }
    }

    /// As the body of an answer.
    pub fn json(&self) -> Json<'_> {
        let mut entries: Vec<(Cow<'_, str>, Json<'_>)> =
            vec![("code".into(), Json::text(&self.code)), ("message".into(), Json::text(&self.message))];
        entries.extend(self.row.map(|row| ("row".into(), Json::Number(row.into()))));
        entries.extend(self.field.as_ref().map(|field| ("field".into(), Json::text(field))));
        Json::Object(entries)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(row) = self.row {
            write!(f, "{row}件目 ")?;
        }
        if let Some(field) = &self.field {
            write!(f, "{field} ")?;
        }
        write!(f, "{} {}", self.code, self.message)
    }
}

/// Findings up to [`LISTED`]; all are counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The first ones, in the order of the body.
    pub faults: Vec<Fault>,
    /// How many there are.
    pub count: u64,
}

impl Refusal {
    /// One more.
    pub fn push(&mut self, fault: Fault) {
        self.count += 1;
        if self.faults.len() < LISTED {
            self.faults.push(fault);
        }
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self { faults: vec![fault], count: 1 }
    }
}
