//! What is unusual in a document and was let through: kept, marked, reported (ARCHITECTURE.md, rule 3).

use std::fmt;

use serde::Serialize;

use crate::event::{Lang, say};

/// What kind of unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// An attribute, a namespace among them: ignored, real files have none.
    Attribute,
    /// Text between elements: ignored.
    StrayText,
    /// An element that this document does not have.
    UnknownElement,
    /// A mandatory element without a value.
    Missing,
    /// A second element where one may stand; the first was taken.
    Repeated,
    /// Longer than the interface says.
    TooLong,
    /// Not made of the digits or the length that it should be.
    OddForm,
    /// Fails its check digit.
    CheckDigit,
    /// Not in its code table.
    UnknownCode,
    /// Not a date.
    NotADate,
    /// Read in the declared encoding, though the bytes look like the other one.
    OtherEncoding,
    /// A request that is not encrypted, though the terminal is set so.
    NotSealed,
    /// A zip whose AES key has fewer than 256 bits.
    WeaklySealed,
}

/// One unusual thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind.
    pub kind: FindingKind,
    /// Element names from the root, joined by `/`.
    pub path: String,
    /// What stands there.
    pub seen: Option<String>,
}

impl Finding {
    /// A finding at `path`.
    pub fn new(kind: FindingKind, path: impl Into<String>) -> Self {
        Self { kind, path: path.into(), seen: None }
    }

    /// Adds what stands there.
    #[must_use]
    pub fn seen(mut self, seen: impl Into<String>) -> Self {
        self.seen = Some(seen.into());
        self
    }

    /// The sentence for people, without the place.
    pub fn words(&self, lang: Lang) -> &'static str {
        let (ja, en) = match self.kind {
            FindingKind::Attribute => {
                ("属性は無視されます（実物にはありません）", "attribute ignored (real files have none)")
            }
            FindingKind::StrayText => ("要素の間の文字は無視されます", "text between elements ignored"),
            FindingKind::UnknownElement => ("この文書にない要素です", "this document has no such element"),
            FindingKind::Missing => ("必須の項目がありません", "mandatory, but without a value"),
            FindingKind::Repeated => ("繰り返されています（最初のものを採りました）", "repeated; the first was taken"),
            FindingKind::TooLong => ("桁数を超えています", "longer than the interface says"),
            FindingKind::OddForm => ("形式が違います", "not in the form that it should have"),
            FindingKind::CheckDigit => ("検証番号が合いません", "fails its check digit"),
            FindingKind::UnknownCode => ("コード表にない値です", "not in its code table"),
            FindingKind::NotADate => ("日付ではありません", "not a date"),
            FindingKind::OtherEncoding => (
                "宣言は Shift_JIS ですが中身は UTF-8 のようです（宣言のとおり読みました）",
                "declared Shift_JIS, but the bytes look like UTF-8; read as declared",
            ),
            FindingKind::NotSealed => {
                ("暗号化 (e) の設定なのに暗号化されていません", "not encrypted, though encryption (e) is set")
            }
            FindingKind::WeaklySealed => ("AES-256で暗号化されていません", "not encrypted with AES-256"),
        };
        say(lang, ja, en)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} / {}", self.path, self.words(Lang::Ja), self.words(Lang::En))?;
        match &self.seen {
            Some(seen) => write!(f, " 「{seen}」"),
            None => Ok(()),
        }
    }
}
