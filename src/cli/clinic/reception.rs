//! `madoguchi clinic reception`: the 再来受付機, with its page and its JSON.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use tokio::sync::watch;

use crate::cli::ending::told_to_end;
use crate::cli::{Exit, Failure, Outcome};
use crate::clinic::reception::Pattern;
use crate::clinic::reception::appointments::Appointments;
use crate::clinic::reception::book_files::Book;
use crate::clinic::reception::machine::Timers;
use crate::clinic::reception::running::{Parts, Running};
use crate::clock::Clock;
use crate::event::Lang;
use crate::operate::control::server;
use crate::operate::reception;
use crate::secret::Secret;

/// 再来受付機: 資格確認の結果の照会番号で受付し、受付票を出し、結果をレセコンのフォルダへ移す / a reception machine: checks patients in by the 照会番号 of their qualification result, prints a slip, and moves the result on to the レセコン
#[derive(Debug, Clone, Args)]
pub struct ReceptionArgs {
    /// 実現方式: 1 端末を増設する、2 既存の端末に専用のフォルダを設ける / 1: an added terminal, 2: a folder of its own at the existing one
    #[arg(long, value_name = "1|2", value_parser = ["1", "2"])]
    pattern: String,
    /// 結果を受け取るところ (1: 増設した端末のフォルダ、2: 専用の face フォルダ) / where results come: the folder of the added terminal (1), or the face folder of its own (2)
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// 結果を移すところ: レセコンが見る端末のフォルダ / where they go on to: the folder of the terminal that the レセコン looks into
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// 患者と予約の一覧、TOML または CSV (既定: 内蔵の患者のもの) / patients and appointments (default: of the built-in people)
    #[arg(long, value_name = "FILE")]
    appointments: Option<PathBuf>,
    /// 受付の記録と受付票のフォルダ / folder of receptions and slips
    #[arg(long, value_name = "DIR", default_value = "reception")]
    book: PathBuf,
    /// 画面の待ち受け (ポート0は空きポート) / where the screen is served; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8795")]
    listen: String,
    /// 画面を呼ぶときのトークン / token that callers of the screen must show
    #[arg(long, value_name = "TOKEN", env = "MADOGUCHI_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// フォルダを見る間隔 (ミリ秒) / from look to look at the folder, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 500, value_parser = clap::value_parser!(u64).range(50..=60_000))]
    poll_ms: u64,
    /// マイナンバーカードの結果を待つ秒数 / seconds for the result of a My Number card
    #[arg(long, value_name = "S", default_value_t = Timers::default().card_s)]
    card_s: u64,
    /// 診察券を待つ秒数 / seconds for a patient card
    #[arg(long, value_name = "S", default_value_t = Timers::default().insert_s)]
    insert_s: u64,
    /// 受付の結果を見せる秒数 / seconds for which the result is shown
    #[arg(long, value_name = "S", default_value_t = Timers::default().result_s)]
    result_s: u64,
    /// そのほかの案内を見せる秒数 / seconds for which other messages are shown
    #[arg(long, value_name = "S", default_value_t = Timers::default().message_s)]
    message_s: u64,
    /// 端末の時計の遅れをここまで許す秒数 / so many seconds may the terminal's clock be behind
    #[arg(long, value_name = "S", default_value_t = 5)]
    slack_s: u64,
    /// 時計: RFC 3339 または YYYYMMDDHHmmss、,freeze で停止 / the machine's clock, `,freeze` to stop it there
    #[arg(long, value_name = "TIME")]
    clock: Option<String>,
}

/// Works until it is told to end.
pub fn run(args: &ReceptionArgs, lang: Lang) -> Outcome {
    let parts = parts(args)?;
    let internal = |error: std::io::Error| Failure::new(Exit::Internal, error.to_string());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(internal)?;
    let result = runtime.block_on(work(args, parts, lang));
    runtime.shutdown_background();
    result
}

async fn work(args: &ReceptionArgs, parts: Parts, lang: Lang) -> Outcome {
    let listen = &args.listen;
    let (listener, address) = server::bind(listen).await.map_err(|error| {
        Failure::new(Exit::Outside, format!("{listen} で待ち受けできません: {error} / cannot listen there"))
            .remedy("--listen 127.0.0.1:0 は空きポートを使います / port 0 takes a free one")
    })?;
    let token = args.token.as_deref().map(Secret::new);
    only_with_token(address, token.is_some())?;
    let (stop, stopped) = watch::channel(false);
    let tell = move |words: &crate::event::Words| eprintln!("madoguchi reception: {}", words.say(lang));
    let (machine, looking) = Running::start(parts, tell, stopped.clone());
    let serving = tokio::spawn(server::serve(listener, reception::router(machine, token), stopped));
    eprintln!("madoguchi reception ready url=http://{address} pattern={}", args.pattern);
    told_to_end().await;
    // Nobody hears it only where both have ended already.
    let _ = stop.send(true);
    let _ = looking.await;
    serving.abort();
    Ok(Exit::Done)
}

fn only_with_token(address: SocketAddr, token: bool) -> Result<(), Failure> {
    if address.ip().is_loopback() || token {
        return Ok(());
    }
    let why = format!("{address} は外部から見えるため、トークンが必要です / a screen away from loopback needs a token");
    Err(Failure::new(Exit::Usage, why)
        .remedy("--token または MADOGUCHI_TOKEN を指定してください / give --token or MADOGUCHI_TOKEN"))
}

/// Everything that can be wrong before anything is done.
fn parts(args: &ReceptionArgs) -> Result<Parts, Failure> {
    let pattern = if args.pattern == "1" { Pattern::AddedTerminal } else { Pattern::ExistingTerminal };
    let clock = match &args.clock {
        Some(spec) => Clock::parse(spec).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?,
        None => Clock::real(),
    };
    let routes = pattern.routes(&args.from, &args.to);
    if let Some(route) = routes.iter().find(|route| route.ends().0 == route.ends().1) {
        let why = format!(
            "{} へ移すには、別のフォルダから受け取ります / it comes from there already",
            route.ends().1.display()
        );
        return Err(Failure::new(Exit::Usage, why).remedy("--from, --to"));
    }
    let book = Book::open(&args.book).map_err(|error| outside(&args.book, &error))?;
    Ok(Parts {
        routes,
        appointments: appointments(args.appointments.as_deref())?,
        book,
        timers: Timers {
            card_s: args.card_s,
            insert_s: args.insert_s,
            result_s: args.result_s,
            message_s: args.message_s,
        },
        slack: Duration::from_secs(args.slack_s),
        poll: Duration::from_millis(args.poll_ms),
        clock,
    })
}

fn appointments(file: Option<&Path>) -> Result<Appointments, Failure> {
    let Some(path) = file else { return Ok(Appointments::example()) };
    let bytes = std::fs::read(path).map_err(|error| outside(path, &error))?;
    Appointments::parse(&path.display().to_string(), &bytes)
        .map_err(|mistake| Failure::new(Exit::Usage, mistake.to_string()))
}

fn outside(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Outside, format!("{}: {error}", path.display()))
}
