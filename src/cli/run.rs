//! `madoguchi run`: the station, with the text screen or without.

use std::io::IsTerminal;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::broadcast::error::RecvError;

use crate::cli::ending::{shown, told_to_end};
use crate::cli::{Exit, Failure, Outcome};
use crate::event::{Event, Lang};
use crate::hub::Hub;
use crate::hub::medical_hub::registration::Enrolled;
use crate::hub::server::registration;
use crate::operate::client::Client;
use crate::operate::control::server;
use crate::operate::tui;
use crate::station::desk::LocalDesk;
use crate::station::settings::Settings;
use crate::station::view::TerminalView;
use crate::station::{OpenError, Station};
use crate::terminal::{Pace, TerminalSettings};

/// Settings are read from here when nobody says where.
pub(super) const USUAL_FILE: &str = "madoguchi.toml";

/// 窓口を開く (顔認証付きカードリーダーと資格確認端末) / open the station: readers, terminals, hub
#[derive(Debug, Clone, Default, Args)]
pub struct RunArgs {
    /// 画面なしで動かす / without the text screen
    #[arg(long)]
    headless: bool,
    /// 共有フォルダ (req, res, face を作る) / shared folder; req, res and face are made in it
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// 実端末や知らないファイルのあるフォルダでも使う / serve the folder although it seems to be somebody else's
    #[arg(long)]
    take_over: bool,
    /// 外部のハブ / a hub elsewhere, instead of the embedded one
    #[arg(long, value_name = "URL")]
    hub: Option<String>,
    /// 設定ファイル (既定: ./madoguchi.toml、なければ既定値) / settings (default: ./madoguchi.toml if there is one)
    #[arg(long, value_name = "FILE", env = "MADOGUCHI_CONFIG")]
    pub(super) config: Option<PathBuf>,
    /// 患者のフォルダ (既定: card-profiles、なければ内蔵) / folder of people (default: card-profiles, else the built-in ones)
    #[arg(long, value_name = "DIR")]
    people: Option<PathBuf>,
    /// 制御APIの待ち受け (既定: 127.0.0.1:8790、ポート0は空きポート) / where the control API listens
    #[arg(long, value_name = "ADDR")]
    control: Option<String>,
    /// 制御APIのトークン / token that callers of the control API must show
    #[arg(long, value_name = "TOKEN", env = "MADOGUCHI_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// 乱数の種 / seed of all chance
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// 時計: RFC 3339 または YYYYMMDDHHmmss、,freeze で停止 / document time, `,freeze` to stop it there
    #[arg(long, value_name = "TIME")]
    clock: Option<String>,
    /// 速さ: instant, brisk (既定), real / how fast the station lives
    #[arg(long, value_name = "PACE", value_parser = ["instant", "brisk", "real"])]
    pace: Option<String>,
    /// PINの残り回数などを残すフォルダ / folder in which PIN counters and the like are kept between runs
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

/// Opens the station and keeps it open until it is told to end.
pub fn run(args: &RunArgs, lang: Option<Lang>) -> Outcome {
    let settings = settings(args)?;
    let lang = lang.or(settings.station.lang).unwrap_or_else(crate::cli::lang_of_locale);
    let screen = !args.headless && std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    let internal = |error: std::io::Error| Failure::new(Exit::Internal, error.to_string());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(internal)?;
    let result = runtime.block_on(keep_open(settings, lang, screen));
    // Blocking threads may still sit in the PC/SC service; nothing of theirs is worth waiting for.
    runtime.shutdown_background();
    result
}

async fn keep_open(settings: Settings, lang: Lang, screen: bool) -> Outcome {
    let listen = settings.control.listen.clone();
    let token = settings.control.token.clone();
    let (listener, address) = server::bind(&listen).await.map_err(|error| {
        Failure::new(Exit::Outside, format!("制御API {listen} で待ち受けできません: {error} / cannot listen there"))
            .remedy("他の窓口が動いていれば終了するか、--control 127.0.0.1:0 を使ってください / end the other station, or use --control 127.0.0.1:0")
    })?;
    if !address.ip().is_loopback() && token.is_none() {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "{address} は外部から見えるため、トークンが必要です / a control API away from loopback needs a token"
            ),
        )
        .remedy("--token または MADOGUCHI_TOKEN を指定してください / give --token or MADOGUCHI_TOKEN"));
    }
    let registration = Registration::bind(&settings, lang).await?;
    let station = Station::open(settings, lang).await.map_err(|error| could_not_open(&error))?;
    let url = format!("http://{address}");
    station.set_control(url.clone());
    let line = Client::to(near(address), token.as_ref().map(|token| token.reveal().to_owned()));
    let api = tokio::spawn(server::serve(listener, server::router(station.clone(), token), station.stopping()));
    let folders: Vec<String> = station.summary().terminals.iter().map(TerminalView::root).collect();
    if let (Some(face), Some(hub)) = (registration, station.hub()) {
        // A line of its own: whoever reads the line below takes its folders to be all that is left of it.
        eprintln!("madoguchi registration=http://{}", face.address);
        face.serve(hub, &station);
    }
    eprintln!("madoguchi ready control={url} folder={}", folders.join(","));
    if screen {
        station.look_for_plastic();
        let desk = Arc::new(LocalDesk::new(station.clone(), tokio::runtime::Handle::current()));
        shown(move |told| tui::run(desk, line, lang, told)).await?;
    } else {
        let troubles = tokio::spawn(tell_troubles(station.clone(), lang));
        told_to_end().await;
        troubles.abort();
    }
    station.shut_down().await;
    // The API ends with the station; what it still had to say is said.
    let _ = api.await;
    Ok(Exit::Done)
}

/// Where this machine reaches an address that it listens at.
fn near(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}

/// The embedded hub's face to municipalities, bound but not served yet.
struct Registration {
    listener: TcpListener,
    address: SocketAddr,
    enrolled: Enrolled,
}

impl Registration {
    async fn bind(settings: &Settings, lang: Lang) -> Result<Option<Self>, Failure> {
        let Some(listen) = &settings.hub.registration else { return Ok(None) };
        if settings.hub.url.is_some() {
            let ja = "hub.registration は内蔵ハブのものです / hub.registration is of the embedded hub";
            return Err(Failure::new(Exit::Usage, ja).remedy("madoguchi hub --registration ADDR"));
        }
        let enrolled = Enrolled::load(settings.hub.municipalities.as_deref())
            .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
        let (listener, address) = server::bind(listen).await.map_err(|error| {
            Failure::new(Exit::Outside, format!("登録API {listen} で待ち受けできません: {error} / cannot listen there"))
                .remedy("hub.registration に別のアドレスを書いてください / set another address in hub.registration")
        })?;
        super::hub::tell_of_demo(&enrolled, lang);
        Ok(Some(Self { listener, address, enrolled }))
    }

    fn serve(self, hub: Arc<Hub>, station: &Arc<Station>) {
        let mut stop = station.stopping();
        let stopped = async move {
            let _ = stop.wait_for(|stopped| *stopped).await;
        };
        let clock = station.clock().clone();
        tokio::spawn(registration::serve(self.listener, hub, clock, self.enrolled, station.audit(), stopped));
    }
}

/// Without a screen, what somebody has to look after goes to stderr: a folder that is away, a request that cannot be opened.
async fn tell_troubles(station: Arc<Station>, lang: Lang) {
    let mut live = station.journal().listen();
    let mut told = 0;
    loop {
        // What happened before we listened, or while we lagged behind, is in the journal.
        for entry in station.journal().since(told, usize::MAX) {
            told = entry.seq;
            if let Event::Trouble { ja, en, .. } = &entry.event {
                eprintln!("madoguchi: {}", if lang == Lang::Ja { ja } else { en });
            }
        }
        if let Err(RecvError::Closed) = live.recv().await {
            return;
        }
    }
}

fn could_not_open(error: &OpenError) -> Failure {
    let exit = if error.is_outside() { Exit::Outside } else { Exit::Usage };
    let failure = Failure::new(exit, error.to_string());
    match error.remedy() {
        Some(remedy) => failure.remedy(remedy),
        None => failure,
    }
}

/// File, environment, command line, in that order of growing weight.
pub(super) fn settings(args: &RunArgs) -> Result<Settings, Failure> {
    let usual = Path::new(USUAL_FILE);
    let file = args.config.as_deref().or(usual.is_file().then_some(usual));
    let environment = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
    let mut settings =
        Settings::read(file, environment).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let station = &mut settings.station;
    if let Some(pace) = args.pace.as_deref() {
        station.pace = match pace {
            "instant" => Pace::Instant,
            "real" => Pace::Real,
            _ => Pace::Brisk,
        };
    }
    station.seed = args.seed.unwrap_or(station.seed);
    station.clock = args.clock.clone().or(station.clock.take());
    station.people = args.people.clone().or(station.people.take());
    station.state = args.state.clone().or(station.state.take());
    settings.hub.url = args.hub.clone().or(settings.hub.url);
    if let Some(listen) = &args.control {
        settings.control.listen = listen.clone();
    }
    if let Some(token) = &args.token {
        settings.control.token = Some(crate::secret::Secret::new(token.as_str()));
    }
    if let Some(folder) = &args.folder {
        match settings.terminal.as_mut_slice() {
            [] => settings.terminal.push(TerminalSettings { folder: folder.clone(), ..TerminalSettings::default() }),
            [only] => only.folder = folder.clone(),
            _ => {
                return Err(Failure::new(
                    Exit::Usage,
                    "端末が複数あるため --folder は使えません / --folder with several [[terminal]]",
                )
                .remedy("[[terminal]] の folder を使ってください / set folder in each [[terminal]]"));
            }
        }
    }
    if args.take_over {
        if settings.terminal.is_empty() {
            settings.terminal.push(TerminalSettings::default());
        }
        settings.terminal.iter_mut().for_each(|terminal| terminal.take_over = true);
    }
    Ok(settings)
}

/// The default settings with the places of the command line, for whoever looks on after a mistake in a file.
pub(super) fn defaults(args: &RunArgs) -> Settings {
    let mut settings = Settings::default();
    settings.station.people = args.people.clone();
    settings.control.listen = args.control.clone().unwrap_or(settings.control.listen);
    let folder = args.folder.clone().into_iter();
    settings.terminal = folder.map(|folder| TerminalSettings { folder, ..TerminalSettings::default() }).collect();
    settings
}
