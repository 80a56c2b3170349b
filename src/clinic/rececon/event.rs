//! What happens to the desk, and what it wants done. Between the two nothing touches a file, a clock or a socket.

use std::time::Duration;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::orders::Order;
use crate::event::FolderKind;
use crate::message::qualification::QualificationResult;
use crate::message::registration::RegistrationResult;
use crate::message::subsidy::SubsidyDocument;
use crate::message::tree::Element;

/// When something happens.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Document time.
    pub document: DateTime,
    /// Time since any start, for waits.
    pub timer: Duration,
}

/// What happens.
#[derive(Debug)]
pub enum Event {
    /// A file that was wanted is there, whole or given up.
    Arrived(Box<Arrival>),
    /// The staff orders something.
    Told(Order),
    /// Time went by.
    Passed,
}

/// A file that was read.
#[derive(Debug)]
pub struct Arrival {
    /// `res` or `face`.
    pub folder: FolderKind,
    /// Its name there.
    pub name: String,
    /// What is in it; why it could not be read.
    pub content: Result<Content, String>,
}

/// What is in a file.
#[derive(Debug)]
pub enum Content {
    /// `OQSsiquc01res`, also of the face reader.
    Qualification(QualificationResult),
    /// `OQSsiimm01res`
    Registration(RegistrationResult),
    /// `PMHsimsm01res`
    Subsidies(SubsidyDocument),
    /// `.err`: code and message, the first empty where there is none.
    Err(String, String),
    /// A request of ours that lies in `res` beside its `.err`.
    Returned,
}

impl Content {
    /// ArbitraryFileIdentifier of an answer.
    pub fn identifier(&self) -> Option<&str> {
        match self {
            Self::Qualification(result) => result.header.arbitrary_file_identifier.as_deref(),
            Self::Registration(result) => result.header.arbitrary_file_identifier.as_deref(),
            Self::Subsidies(_) | Self::Err(..) | Self::Returned => None,
        }
    }
}

/// What is to be done.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// A request for `req`.
    Write {
        /// Its name.
        name: String,
        /// The document, in specification order.
        root: Element,
    },
    /// A file was read and is not needed any more.
    Delete {
        /// Where it lies.
        folder: FolderKind,
        /// Its name there.
        name: String,
    },
    /// The book changed.
    Store,
    /// Something that people and programs want to hear of.
    Tell(Told),
}

/// One line of what went on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Document time, `YYYYMMDDHHmmss`.
    pub at: String,
    /// What, by a name that does not change.
    pub event: &'static str,
    /// Which visit it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visit: Option<u32>,
    /// Which patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// One row per kind of alert: name; the sentence (Japanese, English); is it an error, or something to look at?
macro_rules! alerts {
    ($( $kind:ident $name:literal $error:literal, $ja:literal, $en:literal; )+) => {
        /// Why the staff should look.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum AlertKind {
            $( #[doc = $en] #[serde(rename = $name)] $kind, )+
        }

        impl AlertKind {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$( Self::$kind, )+];

            /// Name, Japanese, English.
            pub fn words(self) -> (&'static str, &'static str, &'static str) {
                match self {
                    $( Self::$kind => ($name, $ja, $en), )+
                }
            }

            /// Something failed, as opposed to being as it is.
            pub fn is_error(self) -> bool {
                match self {
                    $( Self::$kind => $error, )+
                }
            }
        }
    };
}

alerts! {
    QualificationFailed "qualification-failed" true, "資格確認ができませんでした", "the qualification could not be confirmed";
    QualificationInvalid "qualification-invalid" false, "資格が有効ではありません", "the qualification is not valid";
    SeveralPatients "several-patients" false, "複数の患者が該当します。選んでください", "several patients could be meant: choose one";
    NumberOfAnother "number-of-another" false, "照会番号が、生年月日の違う患者のものです",
        "the 照会番号 is here that of a patient with another birth date";
    SeveralInsurances "several-insurances" false, "医療保険の資格が複数あります。一つめを使いました",
        "there is more than one insurance; the first one was taken";
    SubsidyFailed "subsidy-failed" true, "医療費助成の情報が取得できませんでした（ないのではありません）。受給者証を確かめてください",
        "the subsidy could not be fetched (which is not none): ask for the certificate";
    SubsidyLate "subsidy-late" true, "医療費助成の情報がまだ届きません。受給者証を確かめてください",
        "the subsidy has not come yet: ask for the certificate";
    CheckDigit "check-digit" false, "番号の検証番号が合いません（そのまま取り込みます）",
        "a check digit is wrong; the number is taken as it is";
    PaperManagement "paper-management" false, "自己負担上限額管理票（紙）を確かめてください",
        "ask for the 自己負担上限額管理票 on paper";
    ReimbursedLater "reimbursed-later" false, "一律償還払いの受給者証です。窓口では減額せず、償還の手続きを案内してください",
        "the subsidy is reimbursed later: reduce nothing at the window, and say how to apply";
    NobodyFound "nobody-found" false, "該当する資格がありません", "nobody has this insurance";
    SeveralFound "several-found" false, "複数の資格が該当します。枝番を付けて照会してください",
        "several have this insurance: ask again with a branch number";
    RequestRefused "request-refused" true, "要求が受け付けられませんでした", "a request was sent back";
    RequestFailed "request-failed" true, "要求の処理に失敗しました", "a request could not be carried out";
    RequestLate "request-late" true, "要求の回答が届きません", "a request is not answered";
    Trouble "trouble" true, "ファイルを書けません", "a file cannot be written";
    Unreadable "unreadable" true, "読めないファイルがあります", "a file cannot be read";
}
