//! `madoguchi hub`: the hub alone, over HTTP, for stations elsewhere.
//!
//! - [`trace`]: the chain of identities of one person · [`backup`]: a copy of its store
//! - `faces`: addresses, TLS, audit · [`enrol`]: certificates for terminals · [`audit`]: reading who asked what

pub mod audit;
pub mod backup;
pub mod enrol;
mod faces;
pub mod trace;

use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use tokio::net::TcpListener;

use self::faces::{FaceArgs, Faces};
use crate::cli::ending::told_to_end;
use crate::cli::{Exit, Failure, Outcome};
use crate::clock::Clock;
use crate::event::{Lang, Sink, say};
use crate::hub::audit::Face;
use crate::hub::error::StoreError;
use crate::hub::jpki_authority::knobs::{STALE, TRY_LATER, WRONG_SIGNER};
use crate::hub::knobs::{LINKING_AWAY, PMH_AWAY};
use crate::hub::medical_hub::registration::Enrolled;
use crate::hub::medical_hub::registration::knobs::MAINTENANCE;
use crate::hub::storage::{Storage, StoreUrl};
use crate::hub::{Hub, Roots, Settings, server};
use crate::knob::{Knob, Knobs, Setting};
use crate::people;
use crate::random::Seed;
use crate::station::layouts::Layouts;
use crate::wire::latency::{Delayed, Latency};
use crate::wire::outage::DOWN;
use crate::wire::removable::Removable;

/// What can be wrong with a hub from its start.
static FAULTS: [&Knob; 7] = [&TRY_LATER, &STALE, &WRONG_SIGNER, &MAINTENANCE, &PMH_AWAY, &LINKING_AWAY, &DOWN];

/// オンライン資格確認等システムと PMH だけを起動する / run the hub alone: eligibility system and PMH
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct HubArgs {
    /// What else is done with a hub.
    #[command(subcommand)]
    pub command: Option<HubCommand>,
    /// 待ち受けるアドレス (ポート0は空きポート) / where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = server::DEFAULT_LISTEN)]
    pub listen: String,
    /// 患者のフォルダ (既定: card-profiles、なければ内蔵) / folder of people (default: card-profiles, else the built-in ones)
    #[arg(long, value_name = "DIR")]
    pub people: Option<PathBuf>,
    /// 乱数の種 / the seed of all chance
    #[arg(long, value_name = "N", default_value_t = Seed::default().0)]
    pub seed: u64,
    /// 端末が時刻を送らないときの時計 / the clock, where a terminal sends no time: RFC 3339 or YYYYMMDDHHmmss in JST, `,freeze` to stop it
    #[arg(long, value_name = "TIME")]
    pub clock: Option<String>,
    /// 認証局やPMHに不具合を付ける (繰り返し可) / let the certificate authority or PMH misbehave, repeatable
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(FAULTS.map(|knob| knob.name)))]
    pub fault: Vec<String>,
    /// 一括要求から結果ができるまでの秒数 (既定5) / seconds from a bulk request to its result (default 5)
    #[arg(long, value_name = "SECONDS")]
    pub bulk_ready_after: Option<u64>,
    /// 一括の受付番号を覚えている日数 (既定7) / days for which a bulk reception number is known (default 7)
    #[arg(long, value_name = "DAYS")]
    pub bulk_kept_for: Option<u64>,
    /// 自治体の登録APIも待ち受けるアドレス (例 127.0.0.1:8792) / where municipalities register; nowhere when left out
    #[arg(long, value_name = "ADDR")]
    pub registration: Option<String>,
    /// 登録できる自治体とトークンの一覧 (既定: トークン demo) / municipalities and their tokens (default: the token `demo`)
    #[arg(long, value_name = "FILE", requires = "registration")]
    pub municipalities: Option<PathBuf>,
    /// 有効期間前の受給者証も医療機関に返す / certificates reach a clinic before their first day, too
    #[arg(long)]
    pub future_subsidies: bool,
    /// レイアウトのフォルダ (errors.toml のコードで答える) / layout folder; the codes of its errors.toml are given
    #[arg(long, value_name = "DIR", env = "MADOGUCHI_STATION_LAYOUTS")]
    pub layouts: Option<PathBuf>,
    /// 応答にかかる時間 (none, ordinary, slow, peak、既定 none) / how long answers take (default none)
    #[arg(long, value_name = "PROFILE", value_enum, default_value_t, hide_default_value = true)]
    pub latency: Latency,
    /// 登録を残す所: sqlite:ファイル (既定 memory: 終わると消える) / what is registered is kept in sqlite:FILE (default memory)
    #[arg(long, value_name = "URL", default_value_t, hide_default_value = true)]
    pub store: StoreUrl,
    /// When new links are made.
    #[command(flatten)]
    pub links: trace::LinkArgs,
    /// TLS, the other faces, the audit.
    #[command(flatten)]
    pub faces: FaceArgs,
}

/// Beside serving.
#[derive(Debug, Clone, Subcommand)]
pub enum HubCommand {
    /// 識別子の連鎖を描く: 登録、初回の受付、二回目の受付 / draw which system tells which what: registration, first visit, second visit
    Trace(trace::TraceArgs),
    /// 記憶域の写しを取る。ハブは動いていてよい / copy the store; the hub may be running
    Backup(backup::BackupArgs),
    /// 端末の証明書を発行する / issue a certificate to a terminal
    Enrol(enrol::EnrolArgs),
    /// 端末の証明書を失効させる (動いているハブもすぐ断る) / revoke a terminal's certificates; a running hub refuses them at once
    Revoke(enrol::RevokeArgs),
    /// 誰が何を照会したかの記録を読む / read who asked what
    Audit(audit::AuditArgs),
}

/// Serves until Ctrl-C.
pub fn run(args: &HubArgs, lang: Lang) -> Outcome {
    match &args.command {
        Some(HubCommand::Trace(args)) => return trace::run(args, lang),
        Some(HubCommand::Backup(args)) => return backup::run(args, lang),
        Some(HubCommand::Enrol(args)) => return enrol::enrol(args, lang),
        Some(HubCommand::Revoke(args)) => return enrol::revoke(args, lang),
        Some(HubCommand::Audit(args)) => return audit::run(args, lang),
        None => {}
    }
    let internal = |error: std::io::Error| Failure::new(Exit::Internal, error.to_string());
    let (hub, clock) = prepare(args)?;
    let addresses: Vec<&str> = std::iter::once(&args.listen).chain(&args.registration).map(String::as_str).collect();
    let faces = args.faces.prepare(&addresses, &clock, lang)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(internal)?;
    runtime.block_on(async {
        let listener =
            TcpListener::bind(&args.listen).await.map_err(|error| occupied("--listen", &args.listen, &error, lang))?;
        let hub = Arc::new(hub);
        let beside =
            [registration(args, &faces, &hub, &clock, lang).await?, args.faces.status(&faces, &hub, lang).await?];
        let told: String = beside.iter().flatten().map(|(told, _)| told.as_str()).collect();
        let address = listener.local_addr().map_err(internal)?;
        eprintln!("madoguchi hub ready url={}://{address}{told}", faces.scheme());
        let line = Delayed::by(args.latency, hub.clone(), &clock, Seed(args.seed));
        let line = Removable::by(hub.knobs(), line);
        let router = args.faces.terminals(line, hub, &clock);
        let served = faces.entrance(Face::Terminals).serve(listener, router, told_to_end()).await.map_err(internal);
        beside.into_iter().flatten().for_each(|(_, serving)| serving.abort());
        served
    })?;
    Ok(Exit::Done)
}

/// The face to municipalities, where one is asked for; what the line of readiness says of it, and the task that serves it.
async fn registration(
    args: &HubArgs,
    faces: &Faces,
    hub: &Arc<Hub>,
    clock: &Clock,
    lang: Lang,
) -> Result<Option<(String, tokio::task::JoinHandle<()>)>, Failure> {
    let Some(listen) = &args.registration else { return Ok(None) };
    let enrolled =
        Enrolled::load(args.municipalities.as_deref()).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let listener = TcpListener::bind(listen).await.map_err(|error| occupied("--registration", listen, &error, lang))?;
    let address = listener.local_addr().map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
    tell_of_demo(&enrolled, lang);
    let router = server::registration::router(hub.clone(), clock.clone(), enrolled);
    Ok(Some((
        format!(" registration={}://{address}", faces.scheme()),
        faces.serve(Face::Municipalities, listener, router),
    )))
}

/// Says that everybody may register.
pub(super) fn tell_of_demo(enrolled: &Enrolled, lang: Lang) {
    if enrolled.is_demo() {
        let ja = "自治体が登録されていないので、トークン demo を受け付けます";
        let en = "no municipality is enrolled: the token `demo` is taken";
        eprintln!("madoguchi: {}", say(lang, ja, en));
    }
}

/// Everything that can be wrong before the first byte travels.
fn prepare(args: &HubArgs) -> Result<(Hub, Clock), Failure> {
    let clock = match &args.clock {
        Some(spec) => Clock::parse(spec).map_err(|error| usage(&error))?,
        None => Clock::real(),
    };
    let people = people::load_or_built_in(args.people.as_deref(), clock.now().date()).map_err(|error| usage(&error))?;
    let layouts = Layouts::read(args.layouts.as_deref()).map_err(|error| usage(&error))?;
    let seed = Seed(args.seed);
    let knobs = Knobs::new(seed, Sink::silent());
    for knob in FAULTS.iter().filter(|knob| args.fault.iter().any(|name| name == knob.name)) {
        knobs.arm(knob, Setting::default());
    }
    let rules = Settings { future_subsidies: args.future_subsidies, ..Settings::default() };
    let rules = args.links.applied(rules.with_bulk(args.bulk_ready_after, args.bulk_kept_for));
    let storage = Storage::open(&args.store, seed, "hub").map_err(|error| unusable(&error))?;
    let hub = Hub::with_storage(&people, Roots::of_test_authority(), seed, rules, knobs, storage)
        .map_err(|error| unusable(&error))?;
    Ok((hub.with_wording(layouts.wording), clock))
}

/// A store: another file is to be chosen, or something happened to this one.
fn unusable(error: &StoreError) -> Failure {
    let exit = if error.trouble.is_wrong_choice() { Exit::Usage } else { Exit::Outside };
    Failure::new(exit, error.to_string())
}

fn usage(error: &dyn std::error::Error) -> Failure {
    Failure::new(Exit::Usage, with_causes(error))
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

fn occupied(option: &str, listen: &str, error: &std::io::Error, lang: Lang) -> Failure {
    let what = say(lang, "で待ち受けできません", "cannot be listened on");
    let remedy = match lang {
        Lang::Ja => format!("{option} で別のアドレスを指定してください (ポート0は空きポート)"),
        Lang::En => format!("name another address with {option} (port 0 takes a free one)"),
    };
    Failure::new(Exit::Outside, format!("{listen} {what}: {error}")).remedy(remedy)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        hub: HubArgs,
    }

    fn args(line: &[&str]) -> HubArgs {
        Line::try_parse_from(["hub"].iter().chain(line)).unwrap().hub
    }

    #[test]
    fn without_options_it_listens_where_stations_look() {
        let args = args(&[]);
        assert_eq!((args.listen.as_str(), args.seed), ("127.0.0.1:8791", Seed::default().0));
        assert!(prepare(&args).is_ok(), "the built-in people load");
    }

    #[test]
    fn what_is_not_built_yet_is_not_offered() {
        for option in ["--store=x", "--store=postgres://x", "--tls-name=x", "--municipalities=x"] {
            assert!(Line::try_parse_from(["hub", option]).is_err(), "{option}");
        }
    }

    #[test]
    fn a_fault_of_the_authority_is_armed_from_the_start() {
        use x509_parser::prelude::{CertificateRevocationList, FromDer};

        use crate::authority::{Authority, Purpose};

        let ends_in_time = |line: &[&str]| {
            let (hub, clock) = prepare(&args(line)).unwrap();
            let now = clock.now();
            let list = hub.jpki_authority().crl(&Authority::default(), Purpose::Authentication, now).unwrap();
            let (_, list) = CertificateRevocationList::from_der(&list).unwrap();
            list.next_update().unwrap().timestamp() > crate::clock::unix_seconds(now)
        };
        assert!(ends_in_time(&[]) && !ends_in_time(&["--fault", "ocsp-stale"]));
        assert!(Line::try_parse_from(["hub", "--fault", "ocsp-stael"]).is_err());
    }

    #[test]
    fn a_wrong_clock_or_folder_is_wrong_usage_and_says_what_was_expected() {
        for line in [["--clock", "noon"], ["--people", "/nowhere/at/all"]] {
            let failure = prepare(&args(&line)).err().map(|failure| format!("{failure:?}")).unwrap();
            assert!(failure.contains("Usage"), "{failure}");
            assert!(failure.contains("YYYYMMDDHHmmss") || failure.contains("--people"), "{failure}");
        }
    }

    #[test]
    fn an_occupied_address_is_something_outside() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let failure = run(&args(&["--listen", &address]), Lang::En).unwrap_err();
        assert_eq!(failure.report(), Exit::Outside);
    }
}
