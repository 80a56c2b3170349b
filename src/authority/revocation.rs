//! What the authority says of a certificate: good, revoked since when and why, or never issued.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

/// Why a certificate was revoked (CRLReason, RFC 5280 §5.3.1). Which of them the real authority gives for which of its cases
/// (spec/jpki-card.md §3.5) is not public.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Reason {
    /// 理由なし; not written into a CRL.
    #[default]
    Unspecified = 0,
    /// 秘密鍵の危殆化
    KeyCompromise = 1,
    /// 認証局の危殆化
    CaCompromise = 2,
    /// 記載事項の変更: name, address, birth date or sex; 署名用 only.
    AffiliationChanged = 3,
    /// 再発行
    Superseded = 4,
    /// 利用者の申請、死亡、国外転出
    CessationOfOperation = 5,
    /// 一時停止: the card was lost.
    CertificateHold = 6,
    /// 記録の誤り
    PrivilegeWithdrawn = 9,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::CertificateHold,
        Self::PrivilegeWithdrawn,
    ];

    /// The word of profiles, of the command line and of the control API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "key-compromise",
            Self::CaCompromise => "ca-compromise",
            Self::AffiliationChanged => "affiliation-changed",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation-of-operation",
            Self::CertificateHold => "certificate-hold",
            Self::PrivilegeWithdrawn => "privilege-withdrawn",
        }
    }

    /// The value of CRLReason.
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// From when on a certificate counts as revoked, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revocation {
    /// First second of its being revoked, JST.
    pub at: DateTime,
    /// Why.
    pub reason: Reason,
}

/// What the register says of a serial number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Issued, not revoked. Says nothing about the dates.
    Good,
    /// 失効
    Revoked(Revocation),
    /// This authority never issued it.
    Unknown,
}

/// When a statement was made and until when it may be relied on, JST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// thisUpdate
    pub this_update: DateTime,
    /// nextUpdate
    pub next_update: DateTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_one_word_everywhere() {
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.word());
        }
    }
}
