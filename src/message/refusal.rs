//! Why a request is sent back, and the `.err` that says so (spec/oqs-interface.md §4, decisions §5).
//!
//! The real codes (別紙6-1) are not public. Ours begin with `MDG-`, so that nobody takes them for official ones.

use std::fmt;

use crate::event::{Lang, say};
use crate::text::{self, Encoding};

struct Row {
    code: &'static str,
    rule: (&'static str, &'static str),
    remedy: (&'static str, &'static str),
}

/// One row per rule: name, code; what is broken (Japanese, English); what to do.
macro_rules! rules {
    ($( $name:ident $code:literal, $ja:literal, $en:literal => $remedy_ja:literal, $remedy_en:literal; )+) => {
        /// A rule that a request must keep.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Rule {
            $( #[doc = concat!($ja, " / ", $en)] $name, )+
        }

        impl Rule {
            /// All rules.
            pub const ALL: &'static [Self] = &[$( Self::$name, )+];

            fn row(self) -> Row {
                match self {
                    $( Self::$name => Row { code: $code, rule: ($ja, $en), remedy: ($remedy_ja, $remedy_en) }, )+
                }
            }
        }
    };
}

rules! {
    TooBig "MDG-F001", "ファイルが大きすぎます", "the file is too big"
        => "1件は4MiB、一括は64MiB（そのうち一人分は1MiB）までです",
           "a single request may have 4 MiB, a bulk one 64 MiB, of which each unit 1 MiB";
    UnknownEncoding "MDG-F002", "XML宣言の文字コードは使えません", "the encoding of the XML declaration is not one of ours"
        => "UTF-8 または Shift_JIS を宣言してください", "declare UTF-8 or Shift_JIS";
    NotText "MDG-F003", "宣言された文字コードとして読めません", "the bytes are not text in the declared encoding"
        => "宣言と実際の文字コードを一致させてください", "make the declaration and the bytes agree";
    NotWellFormed "MDG-X001", "整形式のXMLではありません", "not well-formed XML"
        => "示された位置の書き方を直してください", "correct the file at the place given";
    DocumentType "MDG-X002", "DOCTYPE宣言は使えません", "a document type declaration is not allowed"
        => "DOCTYPEを取り除いてください", "remove the DOCTYPE";
    TooDeep "MDG-X003", "要素の入れ子が深すぎます", "elements are nested too deeply"
        => "仕様の構造に合わせてください", "keep to the structure of the interface";
    WrongRoot "MDG-X004", "最上位の構造が違います", "the top of the document is not as it must be"
        => "XmlMsg の下に MessageHeader と MessageBody を置いてください", "use XmlMsg with MessageHeader and MessageBody below it";
    Missing "MDG-D001", "必須の項目がありません", "a mandatory element is missing"
        => "項目に値を設定してください", "give the element a value";
    Repeated "MDG-D002", "一度だけの項目が繰り返されています", "an element that may stand once is repeated"
        => "項目を一つにしてください", "keep one of them";
    NotADate "MDG-D003", "日付ではありません", "not a date"
        => "YYYYMMDD の8桁で実在する日付を設定してください", "give an existing day as eight digits YYYYMMDD";
    NotAMonth "MDG-D004", "年月ではありません", "not a month"
        => "YYYYMM の6桁で実在する年月を設定してください", "give an existing month as six digits YYYYMM";
    UnknownInterface "MDG-N001", "このインターフェイスの要求は req から受け付けません", "requests of this interface are not taken from req"
        => "ファイル名の先頭を確かめてください。PMHsimsm01 は受付のときに端末が照会します",
           "check the first part of the file name; PMHsimsm01 is asked by the terminal itself, at a visit";
    ForeignInstitution "MDG-N002", "医療機関コードがこの端末のものではありません", "the institution code is not that of this terminal"
        => "端末と同じ10桁の医療機関コードを設定してください", "send the terminal's own ten digits";
    FreePart "MDG-N003", "ファイル名の可変部が12桁の数字ではありません", "the free part of the name is not twelve digits"
        => "YYYYMMDD と4桁の連番を付けるか、strict_names を外してください", "use YYYYMMDD and a serial of four digits, or turn strict_names off";
    NotPublic "MDG-N010", "このインターフェイスの本文は公開されていないため、回答を作りません（仮）", "the body of this interface is not public, so no answer is made up (provisional)"
        => "回答にするファイルを用意してください: 設定 [[terminal]] answers のフォルダ、または PUT /control/v1/answers (docs/own-xml.md)",
           "bring the answer as a file: in the folder of the setting [[terminal]] answers, or by PUT /control/v1/answers (docs/own-xml.md)";
    NeverWhole "MDG-F004", "ファイルが途中で終わっています", "the file ends before its end"
        => "最後まで書いてから置くか、一時名で書いて改名してください", "write it whole, or under a temporary name and rename it";
    BrokenZip "MDG-Z001", "ZIPとして読めません", "not a zip that can be read"
        => "壊れていないZIPを置いてください", "send a zip that is not damaged";
    WrongPassword "MDG-Z002", "ZIPのパスワードが違います", "the password of the zip is not this one"
        => "端末に設定したパスワードで暗号化してください", "encrypt it with the password that the terminal has";
    NotSealed "MDG-Z003", "暗号化 (e) の設定なのに暗号化されていません", "not encrypted, though encryption (e) is set"
        => "AES-256のパスワード付きZIPにするか（madoguchi send --password-env がします）、strict_encryption を外してください",
           "send a password zip (AES-256; madoguchi send --password-env makes one), or turn strict_encryption off";
    SealedAlone "MDG-Z004", "ZIPの中身が要求のXML一つではありません", "the zip does not hold the request's xml and nothing else"
        => "ZIPと同じ名前で拡張子が .xml のファイルを一つだけ、フォルダなしで入れてください", "put in one file, without folders, called as the zip but .xml";
    UnsupportedZip "MDG-Z005", "ZIPの方式に対応していません", "the zip's method is not one of ours"
        => "AES-256で暗号化し、deflate か無圧縮にしてください", "encrypt with AES-256; deflate or store";
    SealNotExpected "MDG-Z006", "暗号化しない (n) 設定なのにZIPです", "a zip, though encryption is not set (n)"
        => "XMLのまま置くか、encryption または encrypt.conf で e にしてください", "send the xml, or set e by `encryption` or encrypt.conf";
    AskedByOperator "MDG-T001", "試験のために返却しました", "sent back because the operator asked for it"
        => "障害の設定を解除すると処理されます", "take the fault back and send it again";
}

impl Rule {
    /// Our own code.
    pub fn code(self) -> &'static str {
        self.row().code
    }

    /// What is broken.
    pub fn title(self, lang: Lang) -> &'static str {
        let (ja, en) = self.row().rule;
        say(lang, ja, en)
    }

    /// What to do about it.
    pub fn remedy(self, lang: Lang) -> &'static str {
        let (ja, en) = self.row().remedy;
        say(lang, ja, en)
    }
}

/// Where in a file a rule is broken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Line and column, both from 1, in characters; bytes where the text could not be read.
    pub position: Option<(usize, usize)>,
    /// Element names from the root, joined by `/`.
    pub path: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.position {
            write!(f, "{line}:{column}")?;
        }
        if let Some(path) = &self.path {
            let gap = if self.position.is_some() { " " } else { "" };
            write!(f, "{gap}{path}")?;
        }
        Ok(())
    }
}

/// A request that breaks a rule: place, rule, what was seen, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {}", .rule.code(), self.message())]
pub struct Refusal {
    /// The rule.
    pub rule: Rule,
    /// Where it is broken.
    pub place: Place,
    /// What stands there instead, or what the parser said.
    pub seen: Option<String>,
}

impl Refusal {
    /// A refusal without a place, for rules about the whole file.
    pub fn new(rule: Rule) -> Self {
        Self { rule, place: Place::default(), seen: None }
    }

    /// Adds the path of the element.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.place.path = Some(path.into());
        self
    }

    /// Adds line and column.
    #[must_use]
    pub fn on(mut self, line: usize, column: usize) -> Self {
        self.place.position = Some((line, column));
        self
    }

    /// Adds what was seen.
    #[must_use]
    pub fn seen(mut self, seen: impl Into<String>) -> Self {
        self.seen = Some(seen.into());
        self
    }

    /// Our own code of the rule.
    pub fn code(&self) -> &'static str {
        self.rule.code()
    }

    /// What is wrong and what to do, in one language.
    pub fn words(&self, lang: Lang) -> String {
        let Row { rule, remedy, .. } = self.rule.row();
        let (open, close, stop) = say3(lang);
        let mut words = say(lang, rule.0, rule.1).to_owned();
        let place = self.place.to_string();
        if !place.is_empty() {
            words += &format!(" [{place}]");
        }
        if let Some(seen) = &self.seen {
            words += &format!(" {open}{seen}{close}");
        }
        words + stop + say(lang, remedy.0, remedy.1)
    }

    /// Both languages on one line, Japanese first.
    pub fn message(&self) -> String {
        format!("{} / {}", self.words(Lang::Ja), self.words(Lang::En))
    }

    /// The content of the `.err`.
    pub fn err_file(&self, encoding: Encoding) -> Vec<u8> {
        err_file(self.code(), &self.message(), encoding)
    }
}

fn say3(lang: Lang) -> (&'static str, &'static str, &'static str) {
    match lang {
        Lang::Ja => ("「", "」", "。"),
        Lang::En => ("\"", "\"", ": "),
    }
}

/// The content of an `.err`: two lines, code and message. The real content is not public ([C]), so this is ours.
pub fn err_file(code: &str, message: &str, encoding: Encoding) -> Vec<u8> {
    let one_line = |text: &str| text.replace(['\r', '\n'], " ");
    text::encode(format!("{}\r\n{}\r\n", one_line(code), one_line(message)), encoding).bytes
}

/// What an `.err` says: code and message, when it has our two lines.
pub fn read_err_file(bytes: &[u8]) -> Option<(String, String)> {
    let decoded = text::decode(bytes, None).ok()?;
    let mut lines = decoded.text.lines();
    let (code, message) = (lines.next()?.trim(), lines.next()?.trim());
    (!code.is_empty() && lines.next().is_none()).then(|| (code.to_owned(), message.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_code_place_rule_and_remedy_in_both_languages() {
        let refusal =
            Refusal::new(Rule::NotADate).at("XmlMsg/MessageHeader/QualificationConfirmationDate").seen("20260230");
        insta::assert_snapshot!(refusal, @"MDG-D003 日付ではありません [XmlMsg/MessageHeader/QualificationConfirmationDate] 「20260230」。YYYYMMDD の8桁で実在する日付を設定してください / not a date [XmlMsg/MessageHeader/QualificationConfirmationDate] \"20260230\": give an existing day as eight digits YYYYMMDD");
    }

    #[test]
    fn every_rule_has_a_code_of_its_own_that_nobody_takes_for_official() {
        let codes: std::collections::BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.code()).collect();
        assert_eq!(codes.len(), Rule::ALL.len());
        assert!(codes.iter().all(|code| code.starts_with("MDG-")));
    }

    #[test]
    fn an_err_file_is_two_lines_in_the_encoding_of_the_request() {
        for encoding in [Encoding::Utf8, Encoding::ShiftJis] {
            let bytes = err_file("MDG-X001", "一行目\n二行目", encoding);
            let text = text::decode(&bytes, Some(encoding)).unwrap().text.into_owned();
            assert_eq!(text, "MDG-X001\r\n一行目 二行目\r\n");
            assert_eq!(read_err_file(&bytes), Some(("MDG-X001".into(), "一行目 二行目".into())));
        }
    }
}
