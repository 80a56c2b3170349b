//! `madoguchi hub trace`: the chain of identities of one person, drawn.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Time;
use serde::Deserialize;

use super::{usage, with_causes};
use crate::cli::client::{DEFAULT_STATION, station_url};
use crate::cli::{Exit, Failure, Outcome};
use crate::clock::Clock;
use crate::event::{Lang, say};
use crate::hub::Settings;
use crate::operate::chain;
use crate::operate::client::{Client, escaped};
use crate::people;
use crate::random::Seed;
use crate::station::view::ChainView;

/// 識別子の連鎖を描く: 登録、初回の受付、二回目の受付 / draw which system tells which what: registration, first visit, second visit
#[derive(Debug, Clone, Args)]
pub struct TraceArgs {
    /// 患者 (ID か名前) / the person, by id or name
    #[arg(value_name = "PERSON")]
    pub person: String,
    /// 患者のフォルダ (既定: card-profiles、なければ内蔵) / folder of people (default: card-profiles, else the built-in ones)
    #[arg(long, value_name = "DIR")]
    pub people: Option<PathBuf>,
    /// 受付の時刻 / when the visits are: RFC 3339 or YYYYMMDDHHmmss in JST
    #[arg(long, value_name = "TIME")]
    pub clock: Option<String>,
    /// 動いている窓口で起きたこと (既定: 127.0.0.1:8790) / what happened at a running station
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = DEFAULT_STATION, conflicts_with_all = ["people", "clock", "maintenance", "link_at"])]
    pub station: Option<String>,
    /// 制御APIのトークン / token of the control API, where it demands one
    #[arg(long, value_name = "TOKEN", env = "MADOGUCHI_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// 乱数の種 / the seed of all chance
    #[arg(long, value_name = "N", default_value_t = Seed::default().0)]
    pub seed: u64,
    /// When new links are made.
    #[command(flatten)]
    pub links: LinkArgs,
}

/// When new links are made.
#[derive(Debug, Clone, Args)]
pub struct LinkArgs {
    /// 夜間 3–6 時と第三週末は新しい紐付けを止める / make no new links from 03:00 to 06:00 and on the third week-end
    #[arg(long)]
    pub maintenance: bool,
    /// PMH の登録を毎日この時刻に連携する (既定: すぐ) / link who is registered at PMH at this hour of each day (default: at once)
    #[arg(long, value_name = "HH:MM")]
    pub link_at: Option<Time>,
}

impl LinkArgs {
    /// `settings` with what was asked for.
    pub fn applied(&self, settings: Settings) -> Settings {
        Settings { maintenance: self.maintenance, link_at: self.link_at, ..settings }
    }
}

/// Draws.
pub fn run(args: &TraceArgs, lang: Lang) -> Outcome {
    if let Some(station) = &args.station {
        return of_station(args, station, lang);
    }
    let clock = args.clock.as_deref().map_or_else(|| Ok(Clock::real()), Clock::parse).map_err(|error| usage(&error))?;
    let now = clock.now();
    let people = people::load_or_built_in(args.people.as_deref(), now.date()).map_err(|error| usage(&error))?;
    let person = people.find(&args.person).map_err(|error| usage(&error))?;
    let settings = args.links.applied(Settings::default());
    let entries = chain::trace(person, Seed(args.seed), settings, now)
        .map_err(|error| Failure::new(Exit::Internal, with_causes(&error)))?;
    draw(&entries.iter().filter_map(ChainView::of).collect::<Vec<_>>(), lang);
    Ok(Exit::Done)
}

/// Draws what a station's journal knows of this person.
fn of_station(args: &TraceArgs, station: &str, lang: Lang) -> Outcome {
    let client = Client::to(station_url(Some(station.to_owned())), args.token.clone());
    let people: Vec<Listed> = client.get("/control/v1/people")?;
    // An id first: a name may be somebody else's id.
    let by_id = people.iter().find(|person| person.id == args.person);
    let found = by_id.or_else(|| people.iter().find(|person| person.name == args.person));
    let id = found.map_or(args.person.as_str(), |person| person.id.as_str());
    let chains: Vec<ChainView> = client.get(&format!("/control/v1/chains?person={}", escaped(id)))?;
    if chains.is_empty() {
        let what = say(lang, "この窓口ではまだ何も起きていません", "nothing has happened here yet");
        return Err(Failure::new(Exit::DidNotHold, format!("{}: {what}", args.person)).remedy(say(
            lang,
            "受付をしてから試してください。ハブが外部 (--hub) なら、連鎖はそのハブの中にあり窓口からは見えません",
            "make a visit first; of a hub elsewhere (--hub) a station sees no chain",
        )));
    }
    draw(&chains, lang);
    Ok(Exit::Done)
}

/// Of a person in a station's list.
#[derive(Deserialize)]
struct Listed {
    id: String,
    name: String,
}

fn draw(chains: &[ChainView], lang: Lang) {
    for (number, view) in chains.iter().enumerate() {
        let (heading, rows) = chain::rows(view, lang);
        if number > 0 {
            println!();
        }
        println!("{heading}");
        rows.iter().for_each(|row| println!("{row}"));
    }
}
