//! Names of what lies on the card: application identifiers and files of the 公的個人認証AP (spec/jpki-card.md §2.1, §2.3).

/// 公的個人認証AP (JPKI-AP) [A].
pub const JPKI_AP: [u8; 10] = [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
/// The application that is current after power-up: the GlobalPlatform issuer security domain [B].
pub const ISSUER_SECURITY_DOMAIN: [u8; 7] = [0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];

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
