//! Names of what lies on the card: applications, their files, and the references that open them (spec/jpki-card.md §2.1–§2.7).
//!
//! - [`ApplicationKind`]: the applications and their identifiers
//! - constants of this file: the files of the 公的個人認証AP; [`text`], [`visual`], [`common`], [`resident`], [`object`]: the rest
//! - `reference`: PINs, passwords and 照合番号 ([`PinName`], one table)
//! - [`TokenKind`]: what the token says it is

mod reference;

pub use reference::{Change, Letters, PinName, Reference};

/// 公的個人認証AP (JPKI-AP) [A].
pub const JPKI_AP: [u8; 10] = [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
/// The application that is current after power-up: the GlobalPlatform issuer security domain [B].
pub const ISSUER_SECURITY_DOMAIN: [u8; 7] = [0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];
/// 券面事項入力補助AP [A].
pub const TEXT_AP: [u8; 10] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08];
/// 券面事項確認AP [A].
pub const VISUAL_AP: [u8; 10] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];
/// 住基AP [A].
pub const RESIDENT_AP: [u8; 10] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01];
/// 共通カードAP [A].
pub const COMMON_AP: [u8; 10] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00];

/// The applications of a マイナンバーカード.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApplicationKind {
    /// GlobalPlatform issuer security domain: current after power-up, holds no file.
    IssuerSecurityDomain,
    /// 公的個人認証AP
    Jpki,
    /// 券面事項入力補助AP
    Text,
    /// 券面事項確認AP
    Visual,
    /// 住基AP
    Resident,
    /// 共通カードAP
    Common,
}

impl ApplicationKind {
    /// Its application identifier (spec/jpki-card.md §2.1).
    pub const fn aid(self) -> &'static [u8] {
        match self {
            Self::IssuerSecurityDomain => &ISSUER_SECURITY_DOMAIN,
            Self::Jpki => &JPKI_AP,
            Self::Text => &TEXT_AP,
            Self::Visual => &VISUAL_AP,
            Self::Resident => &RESIDENT_AP,
            Self::Common => &COMMON_AP,
        }
    }
}

/// 署名用電子証明書; readable after the 署名用パスワード [A].
pub const SIGNATURE_CERTIFICATE: u16 = 0x0001;
/// 署名用CA証明書 [A].
pub const SIGNATURE_CA: u16 = 0x0002;
/// Token information in the manner of CK_TOKEN_INFO, 160 bytes; tells plastic from phones [A].
pub const TOKEN_INFO: u16 = 0x0006;
/// Which certificates are there, three bytes [B].
pub const AVAILABILITY: u16 = 0x0008;
/// 利用者証明用電子証明書; free on plastic [A], after the PIN on an Android phone [B].
pub const AUTHENTICATION_CERTIFICATE: u16 = 0x000A;
/// 利用者証明用CA証明書 [A].
pub const AUTHENTICATION_CA: u16 = 0x000B;
/// Key reference of the 特定機関認証 [B].
pub const TERMINAL_KEY_REFERENCE: u16 = 0x0016;
/// 利用者証明用秘密鍵, RSA-2048 [A].
pub const AUTHENTICATION_KEY: u16 = 0x0017;
/// 利用者証明用 PIN, four digits, three tries [A].
pub const AUTHENTICATION_PIN: u16 = 0x0018;
/// 署名用秘密鍵, RSA-2048 [A].
pub const SIGNATURE_KEY: u16 = 0x001A;
/// 署名用パスワード, 6–16 upper-case letters and digits, five tries [A].
pub const SIGNATURE_PASSWORD: u16 = 0x001B;

/// A file of the 公的個人認証AP whose purpose is in no source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unexplained {
    /// Its identifier.
    pub file: u16,
    /// Was it seen to be a transparent file that nothing opens? Of the others it is known only that they can be selected.
    pub is_closed: bool,
    /// How sure its being there is: `A`, `B`, `C` as everywhere.
    pub confidence: char,
    /// Who saw it.
    pub source: &'static str,
}

/// Those files (spec/jpki-card.md §2.3): 0009 answers to no PIN and no certificate of a terminal; the others are there on some cards.
pub const UNEXPLAINED: [Unexplained; 6] = {
    const fn seen(file: u16, is_closed: bool) -> Unexplained {
        Unexplained { file, is_closed, confidence: 'B', source: "myna-card 3.3.4" }
    }
    [
        seen(0x0005, false),
        seen(0x0009, true),
        seen(0x0010, false),
        seen(0x0019, false),
        seen(0x001C, false),
        seen(0x001E, false),
    ]
};

/// Files of the 券面事項入力補助AP (spec/jpki-card.md §2.5).
pub mod text {
    /// 個人番号 [A]
    pub const MY_NUMBER: u16 = 0x0001;
    /// 基本4情報 [A]
    pub const ATTRIBUTES: u16 = 0x0002;
    /// Digests of the two above, signed [B].
    pub const INTEGRITY: u16 = 0x0003;
    /// CV certificate [B]
    pub const CV_CERTIFICATE: u16 = 0x0004;
    /// AP basic information [A]
    pub const BASIC: u16 = 0x0005;
    /// Public key that takes a session key [B].
    pub const SESSION_PUBLIC_KEY: u16 = 0x0006;
    /// Public half of [`SIGNING_KEY`], signed [B].
    pub const SIGNED_PUBLIC_KEY: u16 = 0x0007;
    /// Sixteen FF, purpose unknown [B].
    pub const UNKNOWN: u16 = 0x0008;
    /// 券面事項入力補助用 PIN [A]
    pub const PIN: u16 = 0x0011;
    /// A reference that is blocked as issued; what it opens is unknown [B].
    pub const BLOCKED: u16 = 0x0012;
    /// The key that signs without a PIN [B].
    pub const SIGNING_KEY: u16 = 0x0013;
    /// 照合番号A [A]
    pub const NUMBER_A: u16 = 0x0014;
    /// 照合番号B [A]
    pub const NUMBER_B: u16 = 0x0015;
}

/// Files of the 券面事項確認AP (spec/jpki-card.md §2.6).
pub mod visual {
    /// Birth date with proof, for age checks [B].
    pub const AGE: u16 = 0x0001;
    /// 券面: images and photograph [A].
    pub const FACE: u16 = 0x0002;
    /// AP basic information [A]
    pub const BASIC: u16 = 0x0003;
    /// CV certificate [B]
    pub const CV_CERTIFICATE: u16 = 0x0004;
    /// 個人番号 as an image [A].
    pub const MY_NUMBER_IMAGE: u16 = 0x0005;
    /// Sixteen FF, purpose unknown [B].
    pub const UNKNOWN: u16 = 0x0006;
    /// 生年月日 as a reference [B].
    pub const BIRTHDATE: u16 = 0x0011;
    /// 照合番号B [A]
    pub const NUMBER_B: u16 = 0x0012;
    /// 照合番号A [A]
    pub const NUMBER_A: u16 = 0x0013;
    /// The key that signs without a PIN; one source names this identifier [B].
    pub const SIGNING_KEY: u16 = 0x001A;
}

/// Files of the 共通カードAP (spec/jpki-card.md §2.7).
pub mod common {
    /// Serial, municipality and expiry; a record [B].
    pub const CARD_INFORMATION: u16 = 0x0001;
    /// Key reference, 16 bytes [B]; that it is a record is inferred [C].
    pub const KEY_REFERENCE: u16 = 0x0002;
    /// The key of INTERNAL AUTHENTICATE [B].
    pub const AUTHENTICATION_KEY: u16 = 0x0019;
    /// PIN [B]
    pub const PIN: u16 = 0x001C;
}

/// Files of the 住基AP (spec/jpki-card.md §2.7).
pub mod resident {
    /// The same record as [`super::common::KEY_REFERENCE`] [B].
    pub const KEY_REFERENCE: u16 = 0x0002;
    /// 住民基本台帳用 PIN [B]
    pub const PIN: u16 = 0x001C;
}

/// Tags of GET DATA at power-up level (spec/jpki-card.md §2.7, [B]).
pub mod object {
    /// Issuer identification number, a key reference of 16 bytes.
    pub const ISSUER: u16 = 0x0042;
    /// Card number, ASCII.
    pub const CARD_NUMBER: u16 = 0x0045;
    /// GlobalPlatform card recognition data.
    pub const CARD_RECOGNITION: u16 = 0x0066;
    /// Municipality code, five digits.
    pub const MUNICIPALITY: u16 = 0x00F0;
    /// Expiry, `YYYYMMDD`.
    pub const EXPIRY: u16 = 0x00F2;
    /// Key that signs [`CV_LOWER`].
    pub const INTERMEDIATE_KEY: u16 = 0x00F7;
    /// CV certificate of the intermediate.
    pub const CV_UPPER: u16 = 0x00F8;
    /// CV certificate below it; absent on some cards.
    pub const CV_LOWER: u16 = 0x7F21;
    /// Contact ATR without its TS; answers with an application current too.
    pub const CONTACT_ATR: u16 = 0x5F51;
}

/// What EF 0006 says the token is (spec/jpki-card.md §2.4 [A], iPhone [B]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// マイナンバーカード
    MyNumberCard,
    /// 住民基本台帳カード
    ResidentCard,
    /// スマートフォン (Android)
    Android,
    /// スマートフォン (iPhone)
    Iphone,
    /// A label that is in no source of ours.
    Unknown,
}

impl TokenKind {
    /// The label in EF 0006, without its padding.
    pub fn label(self) -> &'static str {
        match self {
            Self::MyNumberCard => "JPKIAPICCTOKEN2",
            Self::ResidentCard => "JPKIAPICCTOKEN",
            Self::Android => "JPKIAPGPSETOKEN",
            Self::Iphone => "JPKIAPIOSTOKEN",
            Self::Unknown => "",
        }
    }

    /// From the label, padded with blanks or NUL.
    pub fn from_label(label: &[u8]) -> Self {
        let text = label.split(|b| *b == 0).next().unwrap_or_default().trim_ascii_end();
        [Self::MyNumberCard, Self::ResidentCard, Self::Android, Self::Iphone]
            .into_iter()
            .find(|kind| kind.label().as_bytes() == text)
            .unwrap_or(Self::Unknown)
    }

    /// For people: Japanese, English.
    pub fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::MyNumberCard => ("マイナンバーカード", "My Number card"),
            Self::ResidentCard => ("住民基本台帳カード", "Juki card"),
            Self::Android => ("スマートフォン (Android)", "smartphone (Android)"),
            Self::Iphone => ("スマートフォン (iPhone)", "smartphone (iPhone)"),
            Self::Unknown => ("不明な種類", "unknown kind"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_recognised_padded_with_blanks_or_nul_and_never_by_its_prefix() {
        assert_eq!(TokenKind::from_label(b"JPKIAPICCTOKEN2                 "), TokenKind::MyNumberCard);
        assert_eq!(TokenKind::from_label(b"JPKIAPICCTOKEN\0\0\0"), TokenKind::ResidentCard);
        assert_eq!(TokenKind::from_label(b"JPKIAPICCTOKEN3"), TokenKind::Unknown);
        assert_eq!(TokenKind::from_label(b""), TokenKind::Unknown);
    }
}
