//! What can go wrong inside the hub, apart from the answers that the rules themselves provide for.

use crate::wire::WireError;

/// A store that cannot be read or written.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{system} の記憶域を利用できません: {cause} / the store of this system cannot be used")]
pub struct StoreError {
    /// Which system's store.
    pub system: &'static str,
    /// What it said.
    pub cause: String,
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
            Self::Store(_) => 503,
        }
    }
}

impl From<HubError> for WireError {
    fn from(error: HubError) -> Self {
        Self::Problem { status: error.status(), message: error.to_string() }
    }
}
