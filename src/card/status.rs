//! Status words (SW1-SW2) and what this card means by them (spec/jpki-card.md §2.14).

use std::fmt;

/// The two bytes at the end of every answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatusWord(pub u16);

#[allow(missing_docs, reason = "the meaning of each is the table below")]
impl StatusWord {
    pub const OK: Self = Self(0x9000);
    /// VERIFY missed a reference that may be missed for ever.
    pub const MISSED: Self = Self(0x6300);
    /// 共通カードAP and 券面事項確認AP to SET SESSION KEY: no key delivery is set up there.
    pub const SECURITY_ENVIRONMENT: Self = Self(0x66F1);
    pub const WRONG_LENGTH: Self = Self(0x6700);
    pub const CHANNEL_NOT_SUPPORTED: Self = Self(0x6881);
    pub const INCOMPATIBLE_FILE: Self = Self(0x6981);
    pub const SECURITY_STATUS: Self = Self(0x6982);
    /// ISO's word for a blocked reference; this card says [`Self::REFERENCE_LOCKED`] instead.
    pub const BLOCKED_ISO: Self = Self(0x6983);
    pub const REFERENCE_LOCKED: Self = Self(0x6984);
    pub const CONDITIONS: Self = Self(0x6985);
    pub const NO_CURRENT_FILE: Self = Self(0x6986);
    pub const SECURE_MESSAGING_OBJECT_MISSING: Self = Self(0x6987);
    pub const SECURE_MESSAGING_DEAD: Self = Self(0x69FC);
    pub const SECURE_MESSAGING_OBJECT_WRONG: Self = Self(0x6988);
    pub const WRONG_DATA: Self = Self(0x6A80);
    pub const FUNCTION_NOT_SUPPORTED: Self = Self(0x6A81);
    pub const NOT_FOUND: Self = Self(0x6A82);
    pub const RECORD_NOT_FOUND: Self = Self(0x6A83);
    pub const WRONG_P1_P2: Self = Self(0x6A86);
    pub const REFERENCE_NOT_FOUND: Self = Self(0x6A88);
    pub const OFFSET: Self = Self(0x6B00);
    pub const INSTRUCTION: Self = Self(0x6D00);
    pub const CLASS: Self = Self(0x6E00);
    pub const NO_DIAGNOSIS: Self = Self(0x6F00);
}

/// Word, Japanese, English. One table for the client's messages, the trace and the documentation.
const MEANINGS: &[(u16, &str, &str)] = &[
    (0x9000, "正常終了", "done"),
    (0x6281, "読み出したデータに誤りの可能性", "returned data may be corrupted"),
    (0x6282, "終端までに要求した長さがない", "end of file before the asked length"),
    (0x6300, "照合不一致", "verification failed"),
    (0x6400, "実行エラー", "execution error"),
    (0x6581, "メモリ異常", "memory failure"),
    (0x66F1, "セキュリティ環境が誤り", "security environment not set up"),
    (0x6700, "長さが誤り", "wrong length"),
    (0x6881, "論理チャネル非対応", "logical channel not supported"),
    (0x6882, "セキュアメッセージング非対応", "secure messaging not supported"),
    (0x6981, "ファイル構造が合わない", "command incompatible with file structure"),
    (0x6982, "セキュリティ条件を満たしていない", "security status not satisfied"),
    (0x6983, "照合が閉塞している", "authentication method blocked"),
    (0x6984, "参照データが閉塞している", "reference data locked"),
    (0x6985, "使用条件を満たしていない", "conditions of use not satisfied"),
    (0x6986, "カレントEFがない", "no current EF"),
    (0x6987, "セキュアメッセージングのデータがない", "secure messaging object missing"),
    (0x6988, "セキュアメッセージングのデータが誤り", "secure messaging object incorrect"),
    (0x69FC, "セキュアメッセージングのセッションがない", "no secure messaging session"),
    (0x6A80, "データが誤り", "incorrect data"),
    (0x6A81, "機能が提供されていない", "function not supported"),
    (0x6A82, "ファイルまたはアプリケーションがない", "file or application not found"),
    (0x6A83, "レコードがない", "record not found"),
    (0x6A86, "P1-P2が誤り", "incorrect P1-P2"),
    (0x6A88, "参照データまたは鍵がない", "referenced data or key not found"),
    (0x6B00, "オフセットがファイルの外", "offset outside the file"),
    (0x6D00, "命令が提供されていない", "instruction not supported"),
    (0x6E00, "クラスが提供されていない", "class not supported"),
    (0x6F00, "原因不明のエラー", "no precise diagnosis"),
];

impl StatusWord {
    /// `63Cx`: verification failed or asked, `tries` left (0–15).
    pub fn tries(tries: u8) -> Self {
        Self(0x63C0 | u16::from(tries.min(15)))
    }

    /// The tries left, when this is `63Cx`.
    pub fn tries_left(self) -> Option<u8> {
        (self.0 & 0xFFF0 == 0x63C0).then_some((self.0 & 0xF) as u8)
    }

    /// `61xx`: more bytes wait for GET RESPONSE (256 for 00).
    pub fn bytes_waiting(self) -> Option<u16> {
        (self.0 >> 8 == 0x61).then_some(self.length())
    }

    /// `6Cxx`: repeat with this Le (256 for 00).
    pub fn right_length(self) -> Option<u16> {
        (self.0 >> 8 == 0x6C).then_some(self.length())
    }

    /// SW2 as a length: 00 is 256.
    fn length(self) -> u16 {
        if self.0 & 0xFF == 0 { 256 } else { self.0 & 0xFF }
    }

    /// 9000?
    pub fn is_ok(self) -> bool {
        self == Self::OK
    }

    /// What it means: Japanese, English.
    pub fn meaning(self) -> (String, String) {
        if let Some(tries) = self.tries_left() {
            return (format!("照合の残り {tries} 回"), format!("{tries} tries left"));
        }
        if let Some(bytes) = self.bytes_waiting() {
            return (format!("応答の残り {bytes} バイト"), format!("{bytes} bytes waiting"));
        }
        if let Some(length) = self.right_length() {
            return (format!("正しいLeは {length}"), format!("right Le is {length}"));
        }
        MEANINGS
            .iter()
            .find(|(word, ..)| *word == self.0)
            .map_or(("未知のステータス".to_owned(), "unknown status".to_owned()), |(_, ja, en)| {
                ((*ja).to_owned(), (*en).to_owned())
            })
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ja, en) = self.meaning();
        write!(f, "{:04X} {ja} / {en}", self.0)
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_read_from_63cx_only() {
        assert_eq!(StatusWord(0x63C2).tries_left(), Some(2));
        assert_eq!(StatusWord(0x63C0).tries_left(), Some(0));
        assert_eq!(StatusWord(0x6300).tries_left(), None);
        assert_eq!(StatusWord::tries(3), StatusWord(0x63C3));
    }

    #[test]
    fn a_length_of_zero_in_61xx_and_6cxx_means_256() {
        assert_eq!(StatusWord(0x6100).bytes_waiting(), Some(256));
        assert_eq!(StatusWord(0x6C36).right_length(), Some(0x36));
        assert_eq!(StatusWord::OK.right_length(), None);
    }

    #[test]
    fn every_word_shows_its_hexadecimal_and_both_languages() {
        assert_eq!(StatusWord(0x6984).to_string(), "6984 参照データが閉塞している / reference data locked");
        assert_eq!(StatusWord(0x1234).to_string(), "1234 未知のステータス / unknown status");
    }
}
