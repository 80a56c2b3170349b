//! The careful client of the 公的個人認証AP (spec/jpki-card.md §10).
//!
//! Short APDUs only; the card is known by its application, never by its ATR; never more APDUs than needed; a VERIFY is sent
//! once and never again; files are read by the length in their DER.
//!
//! - [`Jpki`]: select, read (this file)
//! - `pin`: how many tries are left, VERIFY
//! - `sign`: a signature over a challenge, checked before it is believed

mod pin;
mod sign;
#[cfg(test)]
mod tests;

pub use pin::{LastTry, PinState};
pub use sign::{check_signature, digest_info};

use super::apdu::{CommandApdu, MAX_SHORT_EXPECTED, ResponseApdu, ins};
use super::certificate::CertificateError;
use super::layout::{self, TokenKind};
use super::reader::{ReaderError, Transmit};
use super::serial::SerialNumber;
use super::soft::PinName;
use super::status::StatusWord;
use super::tlv::{self, TlvError};
use crate::clock::Stopwatch;

/// First bytes of a certificate in which every serial of the allowed size lies, and behind it the organisation of its issuer. One command
/// reads them all: 80 bytes more are 8 ms in the air, and save reading the whole to know whose card this is.
const HEAD_LENGTH: u32 = 128;
/// No certificate of this card is longer; a card that claims more is not read to its end.
const LONGEST_FILE: usize = 0x7FFF;
/// Label, manufacturer, model and serial in EF 0006.
const TOKEN_HEAD_LENGTH: u32 = 96;
/// Most answers that are put together by GET RESPONSE for one command.
const MOST_PARTS: usize = 256;

/// What can go wrong while talking to the card.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JpkiError {
    /// Reader or connection.
    #[error(transparent)]
    Reader(#[from] ReaderError),
    /// The application is not there (error 002 of the 顔認証付きカードリーダー).
    #[error(
        "マイナンバーカードではありません (公的個人認証APがありません)。マイナンバーカードを置いてください / not a My Number card: it has no JPKI application; put a My Number card on the reader"
    )]
    NotAMyNumberCard,
    /// The application is there, what a My Number card has in it is not: the token says itself that it is something else.
    #[error(
        "{}のため読めません (公的個人認証APにEF {file:04X}がありません)。マイナンバーカードを置いてください / this is not a My Number card but another: {} (no EF {file:04X} in its JPKI application); put a My Number card on the reader",
        .kind.name().0, .kind.name().1
    )]
    OtherToken {
        /// What it says it is.
        kind: TokenKind,
        /// The file that it does not have.
        file: u16,
    },
    /// A status word that ends the matter.
    #[error("{doing}: {status}")]
    Refused {
        /// What was being done.
        doing: &'static str,
        /// What the card said.
        status: StatusWord,
    },
    /// An answer shorter than a status word.
    #[error("カードの応答が短すぎます / the card's answer has no status word ({0} bytes)")]
    NoStatus(usize),
    /// The file is not what it should be.
    #[error("{doing}: {error}")]
    Content {
        /// What was being read.
        doing: &'static str,
        /// What is wrong with it.
        error: TlvError,
    },
    /// The file ends before its DER does.
    #[error("証明書が途中で切れています / the file ends after {have} of {needed} bytes")]
    FileEnds {
        /// Bytes there.
        have: usize,
        /// Bytes by the DER.
        needed: usize,
    },
    /// VERIFY missed.
    #[error("{}", missed(*tries))]
    WrongPin {
        /// Tries left.
        tries: u8,
    },
    /// Locked; only the municipality can help.
    #[error(
        "暗証番号がロックされています。市区町村の窓口で再設定してください / the PIN is locked: it is reset at the municipality"
    )]
    PinLocked,
    /// One try is left and nobody said to risk it.
    #[error(
        "残り {tries} 回のため照合しません。失敗するとロックされます。それでも試すときは --spend-last-try / not tried: only {tries} left, and a miss would lock the PIN; use --spend-last-try to risk it"
    )]
    TooDear {
        /// Tries left.
        tries: u8,
    },
    /// What was typed cannot be this PIN, whatever the right one is: it is not sent, for the card would count it as a miss.
    #[error("{ja}ではないため照合しません / not tried: not {en}")]
    PinForm {
        /// What it has to be.
        ja: String,
        /// What it has to be.
        en: String,
    },
    /// The certificate cannot be read as one.
    #[error("証明書: {0}")]
    Certificate(String),
}

/// A wrong PIN for people: how it stands now.
fn missed(tries: u8) -> String {
    match tries {
        0 => "暗証番号が違います。ロックされました。市区町村の窓口で再設定してください / wrong PIN, and now locked: it is reset at the municipality"
            .to_owned(),
        1 => "暗証番号が違います。残り 1 回 / wrong PIN: 1 try left".to_owned(),
        _ => format!("暗証番号が違います。残り {tries} 回 / wrong PIN: {tries} tries left"),
    }
}

impl From<CertificateError> for JpkiError {
    fn from(error: CertificateError) -> Self {
        Self::Certificate(error.to_string())
    }
}

/// The two certificates of a person, and their issuers'.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateFile {
    /// 利用者証明用
    Authentication,
    /// 署名用; the password first.
    Signature,
    /// 利用者証明用CA
    AuthenticationCa,
    /// 署名用CA
    SignatureCa,
}

impl CertificateFile {
    fn id(self) -> u16 {
        match self {
            Self::Authentication => layout::AUTHENTICATION_CERTIFICATE,
            Self::Signature => layout::SIGNATURE_CERTIFICATE,
            Self::AuthenticationCa => layout::AUTHENTICATION_CA,
            Self::SignatureCa => layout::SIGNATURE_CA,
        }
    }
}

/// What EF 0006 tells of the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenInfo {
    /// Which kind of token.
    pub kind: TokenKind,
    /// Its label as it is written there.
    pub label: String,
    /// Chip model.
    pub model: String,
}

/// One command and its answer, for `-v`. The command prints with its PIN masked; answers print their length only, for they
/// may be certificates.
#[derive(Debug)]
pub struct Exchange<'e> {
    /// What was sent.
    pub command: &'e CommandApdu,
    /// What came back.
    pub answer: &'e ResponseApdu,
    /// How long it took.
    pub elapsed_ms: f64,
}

/// Whoever wants to see the exchanges.
pub type Trace<'t> = &'t mut dyn FnMut(&Exchange<'_>);

/// The 公的個人認証AP of the card before us, selected.
pub struct Jpki<'c> {
    card: &'c mut dyn Transmit,
    trace: Option<Trace<'c>>,
    file: Option<u16>,
    /// A PIN was right: the card does what it would not do for everybody.
    is_open: bool,
    apdus: u32,
}

impl<'c> Jpki<'c> {
    /// Selects the application: one APDU, two on cards whose first command after power-up fails with 6F00.
    pub fn select(card: &'c mut dyn Transmit) -> Result<Self, JpkiError> {
        Self::select_traced(card, None)
    }

    /// The same, with somebody watching.
    pub fn select_traced(card: &'c mut dyn Transmit, trace: Option<Trace<'c>>) -> Result<Self, JpkiError> {
        let mut jpki = Self { card, trace, file: None, is_open: false, apdus: 0 };
        let select = CommandApdu::new(0x00, ins::SELECT, 0x04, 0x0C).with_data(&layout::JPKI_AP);
        let mut answer = jpki.send(&select)?;
        if answer.status == StatusWord::NO_DIAGNOSIS {
            answer = jpki.send(&select)?;
        }
        match answer.status {
            StatusWord::OK => Ok(jpki),
            // Cards of other systems refuse in these ways.
            StatusWord::NOT_FOUND | StatusWord::INSTRUCTION | StatusWord::CLASS | StatusWord::WRONG_P1_P2 => {
                Err(JpkiError::NotAMyNumberCard)
            }
            status => Err(JpkiError::Refused { doing: "公的個人認証APの選択 / SELECT application", status }),
        }
    }

    /// How many APDUs were exchanged so far.
    pub fn apdus(&self) -> u32 {
        self.apdus
    }

    /// Serial number of the 利用者証明用 certificate: two more APDUs, unless the head is stranger than any known.
    pub fn serial(&mut self) -> Result<SerialNumber, JpkiError> {
        self.head().map(|(serial, _)| serial)
    }

    /// The serial number and the first bytes that it was found in; those of any usual certificate hold the issuer's organisation too.
    pub fn head(&mut self) -> Result<(SerialNumber, Vec<u8>), JpkiError> {
        const DOING: &str = "シリアル番号 / serial number";
        self.select_file(layout::AUTHENTICATION_CERTIFICATE, DOING)?;
        let mut head = self.read(0, HEAD_LENGTH, DOING)?;
        loop {
            match SerialNumber::from_certificate_head(&head) {
                Err(TlvError::Truncated { needed, have }) if needed <= MAX_SHORT_EXPECTED as usize => {
                    let more = self.read(have, (needed - have) as u32, DOING)?;
                    if more.is_empty() {
                        return Err(JpkiError::FileEnds { have, needed });
                    }
                    head.extend(more);
                }
                Ok(serial) => return Ok((serial, head)),
                Err(error) => return Err(JpkiError::Content { doing: DOING, error }),
            }
        }
    }

    /// A whole certificate, DER without filler: SELECT, then blocks of 256, the last one exact.
    pub fn certificate(&mut self, which: CertificateFile) -> Result<Vec<u8>, JpkiError> {
        const DOING: &str = "証明書の読み取り / reading the certificate";
        self.select_file(which.id(), DOING)?;
        let mut der = self.read(0, MAX_SHORT_EXPECTED, DOING)?;
        let needed =
            tlv::Header::read(&der).map_err(|error| JpkiError::Content { doing: DOING, error })?.total_length();
        if needed > LONGEST_FILE {
            let error = TlvError::Truncated { needed, have: LONGEST_FILE };
            return Err(JpkiError::Content { doing: DOING, error });
        }
        while der.len() < needed {
            let block = ((needed - der.len()) as u32).min(MAX_SHORT_EXPECTED);
            let part = self.read(der.len(), block, DOING)?;
            if part.is_empty() {
                return Err(JpkiError::FileEnds { have: der.len(), needed });
            }
            der.extend(part);
        }
        der.truncate(needed);
        Ok(der)
    }

    /// What kind of token this is: two APDUs.
    pub fn token(&mut self) -> Result<TokenInfo, JpkiError> {
        const DOING: &str = "トークン情報 / token information";
        self.select_file(layout::TOKEN_INFO, DOING)?;
        let head = self.read(0, TOKEN_HEAD_LENGTH, DOING)?;
        let text = |range: std::ops::Range<usize>| {
            String::from_utf8_lossy(head.get(range).unwrap_or_default()).trim_end_matches([' ', '\0']).to_owned()
        };
        let label = text(0..32);
        Ok(TokenInfo { kind: TokenKind::from_label(label.as_bytes()), label, model: text(64..80) })
    }

    /// Takes back what a PIN opened, by selecting another application: to be called before anybody else can speak to the card. Sends
    /// nothing where nothing was opened. A card that does not know the other application keeps the right until its power goes.
    pub fn shut(&mut self) -> Result<(), JpkiError> {
        if self.is_open {
            self.file = None;
            let select = CommandApdu::new(0x00, ins::SELECT, 0x04, 0x0C).with_data(&layout::ISSUER_SECURITY_DOMAIN);
            self.is_open = !self.send(&select)?.status.is_ok();
        }
        Ok(())
    }

    /// Makes `file` current, unless it is.
    fn select_file(&mut self, file: u16, doing: &'static str) -> Result<(), JpkiError> {
        if self.file == Some(file) {
            return Ok(());
        }
        self.file = None;
        let select = CommandApdu::new(0x00, ins::SELECT, 0x02, 0x0C).with_data(&file.to_be_bytes());
        match self.send(&select)?.status {
            StatusWord::OK => self.file = Some(file),
            StatusWord::NOT_FOUND if file != layout::TOKEN_INFO => return Err(self.missing(file, doing)),
            status => return Err(JpkiError::Refused { doing, status }),
        }
        Ok(())
    }

    /// Why a file is not there: the token is asked what it is. One that does not say is refused in the card's own words.
    fn missing(&mut self, file: u16, doing: &'static str) -> JpkiError {
        use TokenKind::{Android, Iphone, MyNumberCard};
        match self.token() {
            Ok(TokenInfo { kind, .. }) if !matches!(kind, MyNumberCard | Android | Iphone) => {
                JpkiError::OtherToken { kind, file }
            }
            _ => JpkiError::Refused { doing, status: StatusWord::NOT_FOUND },
        }
    }

    /// Up to `length` bytes of the current file; none at or behind its end.
    fn read(&mut self, offset: usize, length: u32, doing: &'static str) -> Result<Vec<u8>, JpkiError> {
        let [p1, p2] = (offset.min(LONGEST_FILE) as u16).to_be_bytes();
        let read = CommandApdu::new(0x00, ins::READ_BINARY, p1, p2).expecting(length);
        let answer = self.send(&read)?;
        match answer.status {
            // 6282: the end came before the length; what was there is there.
            StatusWord::OK | StatusWord(0x6282) => Ok(answer.data),
            StatusWord::OFFSET => Ok(Vec::new()),
            status => Err(JpkiError::Refused { doing, status }),
        }
    }

    fn send_expecting_ok(&mut self, command: &CommandApdu, doing: &'static str) -> Result<Vec<u8>, JpkiError> {
        let answer = self.send(command)?;
        if answer.status.is_ok() { Ok(answer.data) } else { Err(JpkiError::Refused { doing, status: answer.status }) }
    }

    /// One command with what the transport may still want: GET RESPONSE after 61xx, the right Le after 6Cxx. A command with
    /// a PIN is sent exactly once.
    fn send(&mut self, command: &CommandApdu) -> Result<ResponseApdu, JpkiError> {
        let mut answer = self.exchange(command)?;
        if let (Some(length), false) = (answer.status.right_length(), command.is_confidential()) {
            answer = self.exchange(&command.clone().expecting(u32::from(length)))?;
        }
        let mut data = std::mem::take(&mut answer.data);
        for _ in 0..MOST_PARTS {
            let Some(waiting) = answer.status.bytes_waiting() else { break };
            answer = self.exchange(&CommandApdu::new(0x00, ins::GET_RESPONSE, 0, 0).expecting(u32::from(waiting)))?;
            data.append(&mut answer.data);
        }
        Ok(ResponseApdu { data, status: answer.status })
    }

    fn exchange(&mut self, command: &CommandApdu) -> Result<ResponseApdu, JpkiError> {
        let mut bytes = command.to_bytes();
        let watch = Stopwatch::start();
        self.apdus += 1;
        let received = self.card.transmit(&bytes);
        zeroize::Zeroize::zeroize(&mut bytes);
        let received = received?;
        let answer = ResponseApdu::parse(&received).ok_or(JpkiError::NoStatus(received.len()))?;
        if let Some(trace) = &mut self.trace {
            trace(&Exchange { command, answer: &answer, elapsed_ms: watch.elapsed_ms() });
        }
        Ok(answer)
    }
}

/// The file in which a PIN is asked and verified.
fn pin_file(pin: PinName) -> u16 {
    pin.reference().file
}
