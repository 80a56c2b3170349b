//! What can go wrong inside the hub, apart from the answers that the rules themselves provide for.

use crate::wire::WireError;

/// A store that cannot be read or written.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{system} の記憶域 {place} を利用できません: {} / the store cannot be used: {} ({cause})", trouble.ja(), trouble.en())]
pub struct StoreError {
    /// Which system's store.
    pub system: &'static str,
    /// Its file or address.
    pub place: String,
    /// What kind of trouble.
    pub trouble: Trouble,
    /// What it said.
    pub cause: String,
}

/// What may be wrong with a store, with the remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Somebody else writes to it for too long.
    Busy,
    /// Another hub has it.
    Held,
    /// There is no room.
    Full,
    /// It may not be written.
    ReadOnly,
    /// It cannot be opened, read or written: the system said why.
    Unusable,
    /// It is something else.
    NotOurs,
    /// A newer program wrote it.
    Newer,
    /// A hub with another seed wrote it: every number in it would be another.
    OtherSeed,
    /// It is damaged.
    Damaged,
    /// It was emptied by a reset while this was under way.
    Emptied,
}

impl Trouble {
    /// May it pass without anybody doing anything to the program?
    pub fn may_pass(self) -> bool {
        matches!(self, Self::Busy | Self::Held | Self::Full | Self::Unusable | Self::Emptied)
    }

    /// Is it a wrong choice of file rather than something that happened to it?
    pub fn is_wrong_choice(self) -> bool {
        matches!(self, Self::NotOurs | Self::Newer | Self::OtherSeed)
    }

    /// What happened and what to do.
    pub fn ja(self) -> &'static str {
        match self {
            Self::Busy => "他のプログラムが書き込み中です。終わるのを待ってください",
            Self::Held => "別の madoguchi が使用中です。終了してからやり直すか、別のファイルを指定してください",
            Self::Full => "ディスクがいっぱいです。空きを作ってください",
            Self::ReadOnly => "書き込めません。ファイルとフォルダの権限を確かめてください",
            Self::Unusable => "開けないか、読み書きできません。パスとディスクを確かめてください",
            Self::NotOurs => "madoguchi の記憶域ではありません。別のファイルを指定してください",
            Self::Newer => "新しい版の madoguchi が書いたものです。その版を使うか、別のファイルを指定してください",
            Self::OtherSeed => "別の --seed で作られました。同じ種を使うか、別のファイルを指定してください",
            Self::Damaged => "壊れています。バックアップ (madoguchi hub backup) から戻してください",
            Self::Emptied => "途中でハブがリセットされました。もう一度送ってください",
        }
    }

    /// The same.
    pub fn en(self) -> &'static str {
        match self {
            Self::Busy => "another program is writing to it: wait until it is done",
            Self::Held => "another madoguchi has it: stop that one, or choose another file",
            Self::Full => "the disk is full: make room",
            Self::ReadOnly => "it cannot be written: look at the rights of the file and its folder",
            Self::Unusable => "it cannot be opened, read or written: look at the path and the disk",
            Self::NotOurs => "it is no store of madoguchi: choose another file",
            Self::Newer => "a newer madoguchi wrote it: use that version, or choose another file",
            Self::OtherSeed => "it was made with another --seed: use that seed, or choose another file",
            Self::Damaged => "it is damaged: bring a backup back (madoguchi hub backup)",
            Self::Emptied => "the hub was reset meanwhile: send it again",
        }
    }
}

/// Why the hub does not answer a question.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HubError {
    /// The evidence holds no certificate.
    #[error(
        "evidence.certificate: 電子証明書として読めません ({0}) / not an X.509 certificate: send the DER of EF 000A"
    )]
    NotACertificate(String),
    /// No such visit.
    #[error("受付 {0} はありません / no such visit: open one with POST /oqs/visits")]
    UnknownVisit(String),
    /// The visit had its answer.
    #[error("受付 {0} は回答済みです / this visit was answered: a visit is answered once")]
    AnsweredVisit(String),
    /// A date of the request names no day.
    #[error("{element} 「{value}」は日付ではありません / not a date: YYYYMMDD")]
    NotADate {
        /// Which element.
        element: &'static str,
        /// What stood there.
        value: String,
    },
    /// The operator asked for something that cannot be had.
    #[error("steering.validity 「{0}」は指定できません / cannot be asked for: 2, 3 or 4")]
    Steering(String),
    /// A store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HubError {
    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::NotACertificate(_) | Self::NotADate { .. } | Self::Steering(_) => 422,
            Self::UnknownVisit(_) => 404,
            Self::AnsweredVisit(_) => 409,
            Self::Store(error) if error.trouble.may_pass() => 503,
            Self::Store(_) => 500,
        }
    }
}

impl From<HubError> for WireError {
    fn from(error: HubError) -> Self {
        Self::Problem { status: error.status(), message: error.to_string() }
    }
}
