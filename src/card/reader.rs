//! One face for every reader: a software card in a slot, plastic in PC/SC, a recorded card in a file.
//!
//! A [`CardChannel`] is a connection that may last as long as a person takes to type a PIN. Commands go only through
//! [`CardChannel::transact`], which keeps other programs away for as long as its closure runs and no longer: Windows resets a
//! card whose transaction idles for five seconds.

use std::time::Duration;

/// A reader with room for one card.
pub trait CardReader: Send {
    /// The name under which the operator knows it.
    fn name(&self) -> &str;

    /// Is a card there now?
    fn is_card_present(&mut self) -> Result<bool, ReaderError>;

    /// Waits until a card has come or gone since the last look, at most `timeout`; tells whether one is there now.
    /// The first call compares with "no card".
    fn wait_for_change(&mut self, timeout: Duration) -> Result<bool, ReaderError>;

    /// Connects to the card.
    fn connect(&mut self) -> Result<Box<dyn CardChannel>, ReaderError>;
}

/// A connection to one card. Dropping it resets the card; [`CardChannel::disconnect`] chooses.
pub trait CardChannel: Send {
    /// The card's answer to reset, as the reader reports it. Never an identity (spec/jpki-card.md §1.2).
    fn atr(&self) -> &[u8];

    /// Runs `act` with the card to itself.
    fn transact(&mut self, act: &mut dyn FnMut(&mut dyn Transmit)) -> Result<(), ReaderError>;

    /// Ends the connection. After a PIN use [`Disposition::PowerOff`]: the card would stay open to the next program.
    fn disconnect(self: Box<Self>, how: Disposition) -> Result<(), ReaderError>;
}

/// A card that answers commands.
pub trait Transmit {
    /// Sends one command APDU and returns the answer with its status word.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError>;
}

/// Runs `act` inside a transaction and hands its result back.
pub fn transact<T>(channel: &mut dyn CardChannel, act: impl FnOnce(&mut dyn Transmit) -> T) -> Result<T, ReaderError> {
    let mut act = Some(act);
    let mut result = None;
    channel.transact(&mut |card| {
        if let Some(act) = act.take() {
            result = Some(act(card));
        }
    })?;
    result.ok_or_else(|| ReaderError::Other("the reader ended the transaction before it began".to_owned()))
}

/// What happens to the card at the end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// Stays as it is, PIN state included.
    Leave,
    /// Warm reset. The card keeps its PIN state over it (spec/jpki-card.md §2.9, [B]).
    Reset,
    /// Power off: the PIN state is gone.
    PowerOff,
}

/// What can go wrong between us and the card, each with its remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReaderError {
    /// No PC/SC service.
    #[error(
        "PC/SCサービスが動いていません。Linuxでは「apt-get install pcscd」のあと「pcscd」を、Windowsでは「Smart Card」サービスを開始してください / no PC/SC service: start pcscd (Linux) or the Smart Card service (Windows)"
    )]
    NoService,
    /// No reader is attached.
    #[error(
        "カードリーダーがありません。接続するか「madoguchi card serve」で仮想カードを出してください / no card reader: attach one, or bring a software card up with `madoguchi card serve`"
    )]
    NoReader,
    /// None of the readers has the name asked for.
    #[error("リーダー「{wanted}」はありません / no reader matches {wanted:?}; there are: {}", .have.join(", "))]
    UnknownReader {
        /// The name or number asked for.
        wanted: String,
        /// What there is.
        have: Vec<String>,
    },
    /// The reader is empty.
    #[error("カードが置かれていません。リーダーに置いてください / no card in the reader: put one on it")]
    NoCard,
    /// The card left while it was being used.
    #[error("カードが取り出されました。置き直してください / the card was taken away: put it back and start again")]
    Removed,
    /// Another program reset the card, or it lost its power: every right is gone.
    #[error(
        "カードがリセットされました。もう一度やり直してください / the card was reset by another program: start again"
    )]
    Reset,
    /// Another program holds the card.
    #[error(
        "カードを他のプログラムが使用中です。終了してからやり直してください / another program holds the card: close it and try again"
    )]
    Busy,
    /// The card is there and does not answer.
    #[error(
        "カードが応答しません。向きと位置を確かめてください / the card does not answer: check how it lies on the reader"
    )]
    Unresponsive,
    /// A recording that holds no answer to this command.
    #[error(
        "この記録には {command} への応答がありません。同じ操作を記録し直してください / the recording has no answer to {command}: record the same command"
    )]
    NotRecorded {
        /// The command in hexadecimal, without a PIN.
        command: String,
    },
    /// Anything else, in the service's words.
    #[error("リーダーのエラー: {0} / reader error: {0}")]
    Other(String),
}

impl ReaderError {
    /// Is it something outside that is missing (exit code 3), rather than a card that failed?
    pub fn is_something_missing(&self) -> bool {
        matches!(self, Self::NoService | Self::NoReader | Self::UnknownReader { .. } | Self::NoCard)
    }
}
