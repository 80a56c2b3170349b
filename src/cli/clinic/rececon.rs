//! `madoguchi clinic rececon`: the sample レセコン at a shared folder, driven over its consumer API.

use std::io::{self, IsTerminal};
use std::net::ToSocketAddrs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use crate::cli::ending::{shown, told_to_end};
use crate::cli::password::PasswordArgs;
use crate::cli::{Exit, Failure, Outcome};
use crate::clinic::rececon::event::Told;
use crate::clinic::rececon::running::{StartError, start_with_faces};
use crate::clinic::rececon::settings::DEFAULT_LISTEN;
use crate::clinic::rececon::{Mistake, Settings};
use crate::clock::Clock;
use crate::event::{Lang, say};
use crate::folder::Paths;
use crate::message::subsidy::{Edition, Layout};
use crate::operate::rececon::{self, tui};
use crate::secret::Secret;
use crate::text::Encoding;

/// レセコンの見本: 共有フォルダのファイルだけを使う / a sample レセコン, which uses nothing but the shared folders
#[derive(Debug, Clone, Args)]
pub struct RececonArgs {
    /// 共有フォルダ (req, res, face がある) / shared folder, with req, res and face in it
    #[arg(long, value_name = "DIR", default_value = if cfg!(windows) { r"C:\OQS" } else { "oqs" })]
    folder: PathBuf,
    /// 患者台帳 (JSON、既定: 記憶の中だけ) / patient book as JSON (default: in memory only)
    #[arg(long, value_name = "FILE")]
    book: Option<PathBuf>,
    /// 利用者のAPIと受付のページのアドレス (ポート0は空きポート) / address of the consumer API and of the page (port 0 takes a free one)
    #[arg(long, value_name = "ADDR", default_value = DEFAULT_LISTEN)]
    listen: String,
    /// APIとページのトークン / token that callers of API and page must show
    #[arg(long, value_name = "TOKEN", env = "MADOGUCHI_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// 受付登録と新しい受給者証の取込を自動で / accept visits and import new certificates without an order
    #[arg(long)]
    auto: bool,
    /// 照会番号のない患者を登録しない / do not register a 照会番号 that is missing
    #[arg(long)]
    no_numbers: bool,
    #[command(flatten)]
    password: PasswordArgs,
    /// 要求もそのパスワードで暗号化する / seal the requests with that password too
    #[arg(long)]
    seal_requests: bool,
    /// 医療機関コード (既定: 届いた資格確認結果のもの) / institution code (default: that of the results)
    #[arg(long, value_name = "CODE")]
    institution: Option<String>,
    /// 要求の文字コード / encoding of the requests
    #[arg(long, value_name = "utf-8|shift_jis", default_value = "utf-8", value_parser = encoding)]
    encoding: Encoding,
    /// 受給者証を読む仕様の年度 / edition by which subsidies are read
    #[arg(long, value_name = "R5|R6|R8", default_value = "R6", value_parser = edition)]
    edition: Edition,
    /// 受給者証のレイアウト (layout export で書き出したもの) / layout of the subsidies, as `layout export` writes it
    #[arg(long, value_name = "FILE")]
    layout: Option<PathBuf>,
    /// 受給者証の情報を待つ秒数 / seconds to wait for a subsidy that was announced
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    subsidy_patience: u64,
    /// 要求の回答を待つ秒数 / seconds to wait for the answer to a request
    #[arg(long, value_name = "SECONDS", default_value_t = 180)]
    answer_patience: u64,
    /// 時計: RFC 3339 または YYYYMMDDHHmmss / document time
    #[arg(long, value_name = "TIME")]
    clock: Option<String>,
    /// よくある間違いを一つさせる (繰り返し可、名前は docs/clinic.md) / let it make a classic mistake (repeatable; names: docs/clinic.md)
    #[arg(long, value_name = "NAME")]
    mistake: Vec<Mistake>,
    /// 画面なしで動かし、出来事を一行ずつ出す / without the text screen: print what happens, one event per line
    #[arg(long)]
    headless: bool,
    /// 出来事をJSONで、一行に一つ / print what happens as JSON, one event per line
    #[arg(long)]
    json: bool,
}

fn encoding(label: &str) -> Result<Encoding, String> {
    Encoding::from_label(label).ok_or_else(|| "utf-8, shift_jis".to_owned())
}

fn edition(year: &str) -> Result<Edition, String> {
    Edition::named(year).ok_or_else(|| "R5, R6, R8".to_owned())
}

/// Runs until Ctrl-C.
pub fn run(args: &RececonArgs, lang: Lang) -> Outcome {
    let settings = settings(args)?;
    only_with_token(&args.listen, args.token.is_some())?;
    let screen = !args.headless && !args.json && io::stdout().is_terminal() && io::stdin().is_terminal();
    let json = args.json;
    let tell = move |told: &Told| match (screen, json) {
        // The screen shows what came of it.
        (true, _) => {}
        (false, true) => println!("{}", serde_json::to_string(told).unwrap_or_default()),
        (false, false) => println!("{}", line(told)),
    };
    let token = args.token.as_deref().map(Secret::new);
    let faces = move |api, seat| rececon::dressed(api, seat, token);
    let running = start_with_faces(Paths::below(&args.folder), settings, Box::new(tell), faces);
    let running = running.map_err(|error| failure(&error))?;
    for mistake in &args.mistake {
        eprintln!("madoguchi: {}", say(lang, mistake.row().ja, mistake.row().en));
    }
    eprintln!("madoguchi rececon ready desk={} folder={}", running.url(), args.folder.display());
    let internal = |error: io::Error| Failure::new(Exit::Internal, error.to_string());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(internal)?;
    if screen {
        let (seat, url) = (running.seat(), running.url());
        runtime.block_on(shown(move |told| tui::run(&seat, &url, lang, told)))?;
    } else {
        runtime.block_on(told_to_end());
    }
    // A screen that hangs in a stopped terminal is left there.
    runtime.shutdown_background();
    Ok(Exit::Done)
}

/// Names and birth dates leave this machine to whoever shows the token only. An address that cannot be read is told when it is bound.
fn only_with_token(listen: &str, token: bool) -> Result<(), Failure> {
    let away = listen.to_socket_addrs().into_iter().flatten().any(|address| !address.ip().is_loopback());
    if !away || token {
        return Ok(());
    }
    let why = format!("{listen} は外部から見えるため、トークンが必要です / a desk away from loopback needs a token");
    Err(Failure::new(Exit::Usage, why)
        .remedy("--token または MADOGUCHI_TOKEN を指定してください / give --token or MADOGUCHI_TOKEN"))
}

fn line(told: &Told) -> String {
    let visit = told.visit.map(|number| format!(" 受付{number}")).unwrap_or_default();
    let patient = told.patient.as_deref().map(|number| format!(" 患者{number}")).unwrap_or_default();
    format!("{} {}{visit}{patient} {}", told.at, told.event, told.detail).trim_end().to_owned()
}

fn settings(args: &RececonArgs) -> Result<Settings, Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, message);
    let clock = match &args.clock {
        Some(spec) => Clock::parse(spec).map_err(|error| usage(error.to_string()))?,
        None => Clock::real(),
    };
    let layout = match &args.layout {
        Some(path) => own_layout(path, args.edition)?,
        None => Layout::embedded(args.edition).clone(),
    };
    let password = args.password.read()?;
    if args.seal_requests && password.is_none() {
        let why = "--seal-requests にはパスワードが要ります / --seal-requests needs a password".to_owned();
        return Err(usage(why).remedy("--password-env NAME, --password-file FILE"));
    }
    Ok(Settings {
        password,
        seals_requests: args.seal_requests,
        institution: args.institution.clone(),
        auto: args.auto,
        register_numbers: !args.no_numbers,
        encoding: args.encoding,
        layout,
        subsidy_patience: Duration::from_secs(args.subsidy_patience),
        answer_patience: Duration::from_secs(args.answer_patience),
        clock,
        book: args.book.clone(),
        listen: args.listen.clone(),
        mistakes: args.mistake.iter().copied().collect(),
        ..Settings::default()
    })
}

fn own_layout(path: &Path, edition: Edition) -> Result<Layout, Failure> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Failure::new(Exit::Usage, format!("{file}: {error}")))?;
    Layout::from_toml(&file, &text, edition).map_err(|error| Failure::new(Exit::Usage, error.to_string()))
}

fn failure(error: &StartError) -> Failure {
    let exit = match error {
        StartError::Store(_) => Exit::Usage,
        StartError::Folder(_) | StartError::Listen(..) => Exit::Outside,
        StartError::System(_) => Exit::Internal,
    };
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    Failure::new(exit, format!("{error}{cause}"))
}
