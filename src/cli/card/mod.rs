//! `madoguchi card …`: what lies in a reader, or the software card of a person.
//!
//! - `source`: which card is meant, and how it is opened and closed
//! - `read`: list, read, pin-status
//! - `prove`: verify-pin, sign
//! - `issue`: another card for a person, at a running station or in their file
//! - `serve`: a software card in a real PC/SC reader, through vpcd

mod issue;
mod prove;
mod read;
mod serve;
mod source;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use crate::authority::{Generation, Reason};
use crate::card::jpki::JpkiError;
use crate::card::reader::ReaderError;
use crate::card::soft::PinName;
use crate::card::status::StatusWord;
use crate::cli::client::StationArgs;
use crate::cli::{Exit, Failure, Outcome};
use crate::clock::Clock;

/// カードの読み取り、暗証番号、署名、仮想カード / read cards, check PINs, sign, serve a software card
#[derive(Debug, Args)]
pub struct CardArgs {
    #[command(subcommand)]
    command: CardCommand,
}

#[derive(Debug, Subcommand)]
enum CardCommand {
    /// リーダーとカードの一覧 / readers and whether a card is there
    List(ListArgs),
    /// 利用者証明用電子証明書を読む / read the authentication certificate
    Read(ReadArgs),
    /// 暗証番号の残り回数 (回数は減らない) / tries left, without spending one
    PinStatus(PinStatusArgs),
    /// 暗証番号を照合する / check a PIN; refuses the last try
    VerifyPin(VerifyPinArgs),
    /// ファイルに署名する / sign a file (SHA-256, PKCS#1 v1.5); the signature is verified before it is written
    Sign(SignArgs),
    /// 患者のカードを仮想リーダー (vpcd) に置く / put a person's software card into a real PC/SC reader through vpcd
    Serve(ServeArgs),
    /// カードを再発行する (前のカードは失効) / issue another card to a person; the one before is revoked
    Issue(IssueArgs),
}

/// Which card.
#[derive(Debug, Args)]
struct SourceArgs {
    /// リーダーの番号 (1から) または名前の一部 / reader: number from 1, or part of its name
    #[arg(long, value_name = "NAME|N", conflicts_with = "person")]
    reader: Option<String>,
    /// リーダーなしで患者のソフトウェアカードを使う / the software card of this person, without a reader
    #[arg(long, value_name = "ID")]
    person: Option<String>,
    /// 患者のフォルダ / folder of people
    #[arg(long, value_name = "DIR")]
    people: Option<PathBuf>,
    /// APDUを表示する (暗証番号は伏せる) / show every APDU, the PIN masked
    #[arg(long, short)]
    verbose: bool,
}

/// Where a PIN comes from.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("pin_source").args(["pin", "pin_fd"]))]
struct PinArgs {
    /// 暗証番号 (ソフトウェアカードのみ) / PIN, for software cards only
    #[arg(long, value_name = "DIGITS")]
    pin: Option<String>,
    /// 暗証番号をファイル記述子から読む / read the PIN from this file descriptor (0 = standard input)
    #[arg(long, value_name = "FD")]
    pin_fd: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KeyName {
    /// 利用者証明用 (4桁の暗証番号) / authentication, four digits
    Authentication,
    /// 署名用 (6〜16文字のパスワード) / signature, 6–16 characters
    Signature,
}

impl KeyName {
    fn pin(self) -> PinName {
        match self {
            Self::Authentication => PinName::Authentication,
            Self::Signature => PinName::Signature,
        }
    }
}

#[derive(Debug, Args)]
struct ListArgs {
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct ReadArgs {
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    pin: PinArgs,
    /// シリアル番号だけを読む (APDU 3回) / the serial number alone: three APDUs
    #[arg(long)]
    serial_only: bool,
    /// 信頼する認証局証明書 (PEMまたはDER、繰り返し可) / roots to trust besides the test authority, PEM or DER, repeatable
    #[arg(long, value_name = "FILE", num_args = 1..)]
    roots: Vec<PathBuf>,
    /// 実カードのシリアル番号も表示する / show the serial number of a real card too
    #[arg(long)]
    reveal: bool,
    /// 証明書 (DER) をファイルに書く / write the certificate (DER) to this file
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct PinStatusArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct VerifyPinArgs {
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    pin: PinArgs,
    /// どの暗証番号か / which PIN
    #[arg(long, value_enum, default_value = "authentication")]
    key: KeyName,
    /// 残り1回でも試す / try even when one try is left
    #[arg(long)]
    last_try: bool,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct SignArgs {
    /// 署名するファイル、「-」は標準入力 / file to sign, - for standard input
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    pin: PinArgs,
    /// どの鍵で署名するか / which key
    #[arg(long, value_enum, default_value = "authentication")]
    key: KeyName,
    /// 署名の出力先 (既定は FILE.sig) / where the signature goes; FILE.sig by default
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// 残り1回でも試す / try even when one try is left
    #[arg(long)]
    last_try: bool,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct ServeArgs {
    /// 患者 (card-profiles のファイル名) / person id
    person: String,
    /// 患者のフォルダ / folder of people
    #[arg(long, value_name = "DIR")]
    people: Option<PathBuf>,
    /// vpcdの待ち受け先 / where vpcd listens
    #[arg(long, value_name = "HOST:PORT", default_value_t = format!("127.0.0.1:{}", crate::card::vpcd::FIRST_PORT))]
    vpcd: String,
    /// 何番目の仮想リーダーか (ポートは1つずつ上) / which slot of vpcd, from 1; each has the next port
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=16))]
    slot: u16,
    /// vpcdが起動するまで待つ / wait for vpcd as long as it takes
    #[arg(long)]
    wait: bool,
    /// 不具合を付ける (繰り返し可) / give the card this quirk, repeatable
    #[arg(long, value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(serve::quirk_names()))]
    fault: Vec<String>,
}

#[derive(Debug, Args)]
struct IssueArgs {
    /// 患者 (card-profiles のファイル名) / person id
    person: String,
    /// 前のカードの失効理由 / why the card before is revoked
    #[arg(long, value_name = "REASON", default_value = "superseded", value_parser = PossibleValuesParser::new(Reason::ALL.map(Reason::word)))]
    reason: String,
    /// 発行する認証局の世代。1と2は最後に発行した日の日付になる / generation of the authority; 1 and 2 issue as of their last day
    #[arg(long, value_name = "N", default_value_t = Generation::PRESENT.number(), value_parser = clap::value_parser!(u8).range(1..=3))]
    generation: u8,
    /// 動いている窓口ではなく、このフォルダの患者のファイルを書き換える / rewrite the person's file in this folder instead of asking a running station
    #[arg(long, value_name = "DIR")]
    people: Option<PathBuf>,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    station: StationArgs,
}

/// Runs the command. `clock` says on which day people and certificates are looked at.
pub fn run(args: &CardArgs, clock: &Clock) -> Outcome {
    match &args.command {
        CardCommand::List(args) => read::list(args),
        CardCommand::Read(args) => read::read(args, clock),
        CardCommand::PinStatus(args) => read::pin_status(args, clock),
        CardCommand::VerifyPin(args) => prove::verify_pin(args, clock),
        CardCommand::Sign(args) => prove::sign(args, clock),
        CardCommand::Serve(args) => serve::serve(args, clock),
        CardCommand::Issue(args) => issue::issue(args, clock),
    }
}

impl From<ReaderError> for Failure {
    /// Reader, service or card: something outside.
    fn from(error: ReaderError) -> Self {
        Self::new(Exit::Outside, error.to_string())
    }
}

impl From<JpkiError> for Failure {
    /// The card is there and did not do what was asked.
    fn from(error: JpkiError) -> Self {
        match error {
            JpkiError::Reader(error) => error.into(),
            // The Android profile: even the certificate takes the PIN (spec/jpki-card.md §4, [B]).
            JpkiError::Refused { status: StatusWord::SECURITY_STATUS, .. } => {
                Self::new(Exit::DidNotHold, error.to_string())
                    .remedy("このカードは先に暗証番号が要ります: --pin-fd / this card wants its PIN first: --pin-fd")
            }
            error => Self::new(Exit::DidNotHold, error.to_string()),
        }
    }
}
