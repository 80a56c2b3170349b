//! What a station cannot do for whoever drives it, with the remedy.

use crate::people::table::CellMistake;

/// A refusal of the station.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StationError {
    /// Readers count from 1.
    #[error("リーダー {number} はありません / there is no reader {number}")]
    NoSuchReader {
        /// The number asked for.
        number: usize,
        /// How many there are.
        have: usize,
    },
    /// Nobody of that id.
    #[error("患者「{id}」はいません / there is no person {id:?}{}", in_brackets(.why))]
    NoSuchPerson {
        /// The id asked for.
        id: String,
        /// Who comes near, in the words of the people's list.
        why: String,
    },
    /// No knob of that name.
    #[error("障害「{name}」はありません / there is no fault {name:?}")]
    NoSuchFault {
        /// The name asked for.
        name: String,
        /// The nearest one that exists.
        nearest: Option<String>,
    },
    /// No such answer of the operator's own, or one that does not suit.
    #[error("{why}")]
    NoSuchAnswer {
        /// What is wrong: Japanese / English.
        why: String,
    },
    /// Nothing of that id went through, or it is not kept any more.
    #[error("{id} の控えはありません / nothing is kept of {id}")]
    NoSuchExchange {
        /// The id asked for.
        id: String,
    },
    /// Somebody stands at the reader.
    #[error("リーダー {number} は使用中です ({state}) / reader {number} is in use ({state})")]
    ReaderBusy {
        /// Reader number.
        number: usize,
        /// State of its dialogue.
        state: String,
    },
    /// The event does not fit the screen.
    #[error("今の画面 ({state}) ではできません: {why} / not possible in state {state}")]
    NotPossible {
        /// State of the dialogue.
        state: String,
        /// Why not.
        why: String,
        /// What may be done instead.
        possible: Vec<String>,
    },
    /// A software card cannot be laid on plastic.
    #[error("リーダー {number} には実カードが置かれています / a real card lies on reader {number}")]
    CardOnReader {
        /// Reader number.
        number: usize,
    },
    /// No card of that label was bound.
    #[error("「{label}」のカードの登録はありません / no card {label:?} was bound")]
    NoSuchBinding {
        /// The label asked for.
        label: String,
    },
    /// The id is taken.
    #[error("患者「{id}」は既にいます / there is a person {id:?} already")]
    PersonExists {
        /// The id.
        id: String,
    },
    /// A table of people with mistakes.
    #[error("表に誤りが {} あります / the table has {} mistakes{}", .mistakes.len(), .mistakes.len(), first(.mistakes))]
    BadTable {
        /// Each with its row and column.
        mistakes: Vec<CellMistake>,
    },
    /// A profile that does not hold.
    #[error("{message}")]
    BadProfile {
        /// What `people` says of it.
        message: String,
    },
    /// A value that means nothing here.
    #[error("{what}: {ja} / {en}")]
    BadValue {
        /// The key.
        what: String,
        /// 日本語
        ja: String,
        /// English
        en: String,
    },
    /// The hub's people can be changed only where the hub is embedded.
    #[error("ハブが外部にあるため変更できません / the hub is elsewhere: change its people there")]
    NoEmbeddedHub,
    /// Something outside the program is missing.
    #[error("{message}")]
    Outside {
        /// What is missing, in the words of whoever missed it.
        message: String,
    },
    /// The station is going down.
    #[error("窓口は終了中です / the station is going down")]
    Stopped,
}

impl StationError {
    /// A value of the key `what` that means nothing here, in both languages.
    pub fn bad_value(what: impl Into<String>, ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self::BadValue { what: what.into(), ja: ja.into(), en: en.into() }
    }

    /// The same for the reason of a room below, which says both languages around a ` / `.
    pub fn bad_because(what: impl Into<String>, why: &impl std::fmt::Display) -> Self {
        let text = why.to_string();
        let (ja, en) = text.split_once(" / ").unwrap_or((&text, &text));
        Self::bad_value(what, ja, en)
    }

    /// What can be done about it.
    pub fn remedy(&self) -> Option<String> {
        match self {
            Self::NoSuchReader { have, .. } => Some(format!("1–{have}")),
            Self::NoSuchFault { nearest: Some(near), .. } => {
                Some(format!("「{near}」のことですか / did you mean {near:?}?"))
            }
            Self::NoSuchPerson { .. } => {
                Some("GET /control/v1/people に一覧があります / see GET /control/v1/people".into())
            }
            Self::NoSuchFault { .. } => {
                Some("GET /control/v1/faults に一覧があります / see GET /control/v1/faults".into())
            }
            Self::NoSuchAnswer { .. } => {
                Some("GET /control/v1/answers に一覧があります / see GET /control/v1/answers".into())
            }
            Self::NoSuchBinding { .. } => {
                Some("GET /control/v1/bindings に一覧があります / see GET /control/v1/bindings".into())
            }
            Self::NoSuchExchange { .. } => Some(
                "GET /control/v1/exchanges に一覧があります。期間と量は keep_days と keep_megabytes / see GET /control/v1/exchanges; keep_days and keep_megabytes say how long".into(),
            ),
            Self::ReaderBusy { .. } | Self::CardOnReader { .. } => {
                Some("カードを取り出すか別のリーダーを使ってください / take the card off, or use another reader".into())
            }
            Self::NotPossible { possible, .. } => Some(format!("できること / possible: {}", possible.join(", "))),
            Self::BadTable { .. } => {
                Some("mistakes の行と列を直してから送り直してください / correct the rows and columns of `mistakes`, then send it again".into())
            }
            Self::PersonExists { .. } => Some("PUT で置き換えられます / PUT replaces a person".into()),
            _ => None,
        }
    }
}

fn first(mistakes: &[CellMistake]) -> String {
    mistakes.first().map(|first| format!(": {first}")).unwrap_or_default()
}

fn in_brackets(why: &str) -> String {
    if why.is_empty() { String::new() } else { format!(" ({why})") }
}
