//! `madoguchi card …`: what lies in a reader, or the software card of a person.
//!
//! - `source`: which card is meant, how it is opened, traced and closed
//! - `read`: list, read, pin-status; `seen`: what was read, for people and as JSON
//! - `judge`: whose certificate it is and what its authority says of it
//! - `prove`: verify-pin, sign
//! - `issue`: another card for a person, at a running station or in their file
//! - `serve`: software cards in real PC/SC readers, through vpcd
//! - `bind`: whose a real card is, at a running station
//! - `reset`: a card as it was issued, at a running station or in a folder of `--state`

mod bind;
mod issue;
mod judge;
mod prove;
mod read;
mod reset;
mod seen;
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
use crate::card::soft::{PinName, Timing};
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
    /// 患者のカードを仮想リーダー (vpcd) に置く / put people's software cards into real PC/SC readers through vpcd
    Serve(ServeArgs),
    /// カードを発行時の状態に戻す (残り回数、暗証番号) / make a card as it was issued: counters and PINs
    Reset(ResetArgs),
    /// カードを再発行する (前のカードは失効) / issue another card to a person; the one before is revoked
    Issue(IssueArgs),
    /// 実カードの患者を決める (鍵付きハッシュだけを残す) / say whose a real card is; only a keyed hash is kept
    Bind(BindArgs),
    /// 患者を決めた実カードの一覧 / the real cards that were bound
    Bindings(BindingsArgs),
    /// 実カードの登録を取り消す / forget a real card
    Unbind(UnbindArgs),
}

/// Which card.
#[derive(Debug, Args)]
struct SourceArgs {
    /// リーダーの番号 (1から) または名前の一部 / reader: number from 1, or part of its name
    #[arg(long, value_name = "NAME|N", conflicts_with_all = ["person", "card"])]
    reader: Option<String>,
    /// リーダーなしで患者のソフトウェアカードを使う / the software card of this person, without a reader
    #[arg(long, value_name = "ID", conflicts_with = "card")]
    person: Option<String>,
    /// どのカードか: soft:患者、pcsc[:リーダー]、replay:記録ファイル / which card: a person's, what lies in a reader, or a recorded one
    #[arg(long, value_name = "SPEC", value_parser = source::card_spec)]
    card: Option<source::CardSpec>,
    /// 患者のフォルダ / folder of people
    #[arg(long, value_name = "DIR")]
    people: Option<PathBuf>,
    /// APDUを表示する (暗証番号は伏せる) / show every APDU, the PIN masked
    #[arg(long, short)]
    verbose: bool,
    /// APDUの記録をファイルに書く (暗証番号は書かない)。replay: で再生できる / write every APDU to this file, never a PIN; replay: plays it
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// 実カードのシリアル番号と記録のデータも表示する / show what names the holder of a real card, also in --trace
    #[arg(long)]
    reveal: bool,
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
    /// 暗証番号を尋ねる (証明書に暗証番号が要るカード) / ask for the PIN, where the certificate wants it
    #[arg(long, conflicts_with_all = ["pin", "pin_fd"])]
    pin_prompt: bool,
    /// シリアル番号だけを読む (APDU 3回) / the serial number alone: three APDUs
    #[arg(long)]
    serial_only: bool,
    #[command(flatten)]
    trust: TrustArgs,
    /// 証明書 (DER) をファイルに書く / write the certificate (DER) to this file
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
}

/// Whom to believe about a certificate, and whom to ask.
#[derive(Debug, Args)]
struct TrustArgs {
    /// 信頼する認証局証明書 (PEMまたはDER、繰り返し可) / roots to trust besides the test authority, PEM or DER, repeatable
    #[arg(long, value_name = "FILE", num_args = 1..)]
    roots: Vec<PathBuf>,
    /// 失効を問い合わせる先 (既定: 証明書にある、このマシンのアドレス) / OCSP responder; by default the certificate's, if it is on this machine
    #[arg(long, value_name = "URL", conflicts_with = "offline")]
    ocsp: Option<String>,
    /// 失効リスト (OCSPで分からないとき) / the list of revoked certificates, where OCSP says nothing
    #[arg(long, value_name = "URL|FILE")]
    crl: Option<String>,
    /// 証明書にある問い合わせ先が外部でも問い合わせる / ask the certificate's responder also when it is elsewhere
    #[arg(long, conflicts_with = "offline")]
    online: bool,
    /// 認証局に問い合わせない / ask nobody
    #[arg(long)]
    offline: bool,
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
    #[arg(long, alias = "last-try")]
    spend_last_try: bool,
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
    #[arg(long, alias = "last-try")]
    spend_last_try: bool,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct ServeArgs {
    /// 患者 (card-profiles のファイル名)。複数なら続きのスロットへ / person ids; several go into one slot after the other
    #[arg(value_name = "PERSON", required = true)]
    persons: Vec<String>,
    /// 患者のフォルダ / folder of people
    #[arg(long, value_name = "DIR")]
    people: Option<PathBuf>,
    /// vpcdの待ち受け先 (繰り返し可: 一人目、二人目…) / where vpcd listens; repeatable, one for each person
    #[arg(long, value_name = "HOST:PORT", default_values_t = [format!("127.0.0.1:{}", crate::card::vpcd::FIRST_PORT)])]
    vpcd: Vec<String>,
    /// 何番目の仮想リーダーからか (ポートは1つずつ上) / the first slot of vpcd, from 1; each has the next port
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=16))]
    slot: u16,
    /// vpcdが起動するまで待つ / wait for vpcd as long as it takes
    #[arg(long)]
    wait: bool,
    /// 不具合を付ける (繰り返し可) / give the cards this fault, repeatable (docs/faults.md)
    #[arg(long, value_name = "NAME[=N]", value_parser = serve::fault_text)]
    fault: Vec<String>,
    /// カードの速さ / pace of the cards: at once, or like plastic at this bit rate
    #[arg(long, value_name = "PACE", default_value = "instant", value_parser = PossibleValuesParser::new(Timing::ALL.map(Timing::word)))]
    timing: String,
    /// 残り回数や変えた暗証番号を残すフォルダ / folder in which counters and changed PINs are kept
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// 標準入力の命令に従う (insert, remove, reset, list, quit) / obey orders on standard input
    #[arg(long)]
    commands: bool,
}

#[derive(Debug, Args)]
struct ResetArgs {
    /// 患者 (card-profiles のファイル名) / person id
    person: String,
    /// 動いている窓口ではなく、このフォルダに残したもの / what is kept in this folder, instead of asking a running station
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    #[command(flatten)]
    station: StationArgs,
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

#[derive(Debug, Args)]
struct BindArgs {
    /// 患者 (card-profiles のファイル名) / person id
    person: String,
    /// カード: pcsc[:リーダー名]。省略時は窓口が尋ねているカード、なければ最初のPC/SCリーダーのカード / what lies in a PC/SC reader of the
    /// station; left out: the card that it asks about, or the first one
    #[arg(long, value_name = "pcsc[:READER]")]
    card: Option<String>,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    station: StationArgs,
}

#[derive(Debug, Args)]
struct BindingsArgs {
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    station: StationArgs,
}

#[derive(Debug, Args)]
struct UnbindArgs {
    /// `card bindings` の表示名 / the label that `card bindings` shows
    #[arg(value_name = "LABEL", required_unless_present = "all")]
    label: Option<String>,
    /// すべて / all of them
    #[arg(long, conflicts_with = "label")]
    all: bool,
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
        CardCommand::Reset(args) => reset::reset(args),
        CardCommand::Issue(args) => issue::issue(args, clock),
        CardCommand::Bind(args) => bind::bind(args),
        CardCommand::Bindings(args) => bind::list(args),
        CardCommand::Unbind(args) => bind::unbind(args),
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
