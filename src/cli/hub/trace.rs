//! `madoguchi hub trace`: the chain of identities of one person, drawn.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Time;

use super::{usage, with_causes};
use crate::cli::{Exit, Failure, Outcome};
use crate::clock::Clock;
use crate::event::Lang;
use crate::hub::Settings;
use crate::operate::chain;
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
    let clock = args.clock.as_deref().map_or_else(|| Ok(Clock::real()), Clock::parse).map_err(|error| usage(&error))?;
    let now = clock.now();
    let people = people::load_or_built_in(args.people.as_deref(), now.date()).map_err(|error| usage(&error))?;
    let person = people.find(&args.person).map_err(|error| usage(&error))?;
    let settings = args.links.applied(Settings::default());
    let entries = chain::trace(person, Seed(args.seed), settings, now)
        .map_err(|error| Failure::new(Exit::Internal, with_causes(&error)))?;
    for (number, view) in entries.iter().filter_map(ChainView::of).enumerate() {
        let (heading, rows) = chain::rows(&view, lang);
        if number > 0 {
            println!();
        }
        println!("{heading}");
        rows.iter().for_each(|row| println!("{row}"));
    }
    Ok(Exit::Done)
}
