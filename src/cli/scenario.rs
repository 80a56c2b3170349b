//! `madoguchi scenario`: what a レセコン is tried with, run, listed, shown, and made of what just happened.
//!
//! - `show`: the lists and one scenario in words
//! - `live`: whoever sits at the terminal; `told`: verdicts in words

mod live;
mod show;
mod told;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use self::live::{Shows, Sitter};
use crate::cli::client::{StationArgs, station_url};
use crate::cli::{Exit, Failure, Outcome};
use crate::enclosed;
use crate::event::Lang;
use crate::operate::client::Client;
use crate::operate::scenario::consumer::Consumer;
use crate::operate::scenario::model::Group;
use crate::operate::scenario::read::{self, Read, ReadError};
use crate::operate::scenario::run::{self, Where};
use crate::operate::scenario::session::Company;
use crate::operate::scenario::verdict::{State, Verdict};
use crate::operate::scenario::{junit, page, record};

/// シナリオ: レセコンに試させること / scenarios: what a レセコン is tried with
#[derive(Debug, Args)]
pub struct ScenarioArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(RunArgs),
    List(ListArgs),
    Show(ShowArgs),
    New(NewArgs),
    Schema(SchemaArgs),
}

/// 実行する。名前もファイルもなければ内蔵のすべて / run them; all built-in ones when none is named
#[derive(Debug, Args)]
struct RunArgs {
    /// ファイル、フォルダ、または内蔵のシナリオの名前 / files, folders, or names of built-in scenarios
    #[arg(value_name = "FILE|DIR|ID")]
    places: Vec<PathBuf>,
    /// この区分だけ (繰り返し可) / only this group (repeatable)
    #[arg(long, value_name = "GROUP", value_parser = GROUPS)]
    group: Vec<String>,
    /// 同時に動かす数 (既定: 機械の CPU の数) / how many at once (default: as many as the machine has processors)
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// 動いている窓口で順に実行する / at a running station, one after the other: HOST:PORT or URL
    #[arg(long, value_name = "URL")]
    station: Option<String>,
    /// 制御APIのトークン / token of the control API, where it demands one
    #[arg(long, value_name = "TOKEN", env = "MADOGUCHI_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// 窓口の隣のレセコンも試す: 見本 (R5 の読み手、間違いも)、または HTTP の口 (--station と共に) / a レセコン takes part: the sample one, as an R5 reader or with mistakes if you like, or one with a face over HTTP (with --station)
    #[arg(long, value_name = "sample[:R5,MISTAKE,…]|URL")]
    consumer: Option<String>,
    /// レセコンで行うこと、画面に見えることを、その場で尋ねる / ask here what is done at the レセコン and what its screen shows
    #[arg(long)]
    ask: bool,
    /// 窓口のフォルダをここに残す / keep the folders of the stations below this one
    #[arg(long, value_name = "DIR", conflicts_with = "station")]
    keep: Option<PathBuf>,
    /// 結果をJUnit形式で書く / write the results as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// 結果を印刷できるHTMLで書く / write the results as a page that can be printed
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
}

/// 内蔵のシナリオの一覧、試験計画として / the built-in scenarios, as a test plan
#[derive(Debug, Args)]
struct ListArgs {
    /// この区分だけ (繰り返し可) / only this group (repeatable)
    #[arg(long, value_name = "GROUP", value_parser = GROUPS)]
    group: Vec<String>,
    /// 印刷できる試験計画 (Markdown) / a test plan to be printed, as Markdown
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// 印刷できる試験計画 (HTML) / the same as a page
    #[arg(long, conflicts_with_all = ["json", "markdown"])]
    html: bool,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
}

/// 一つのシナリオの説明 / what one scenario says
#[derive(Debug, Args)]
struct ShowArgs {
    /// 内蔵のシナリオの名前、またはファイル / the name of a built-in scenario, or a file
    #[arg(value_name = "ID|FILE")]
    place: PathBuf,
    /// ファイルの中身をそのまま出力 / print the file itself
    #[arg(long)]
    toml: bool,
}

/// シナリオを書き始める。動いている窓口で起こったことから作れる / begin a scenario; one of what just happened at a running station
#[derive(Debug, Args)]
struct NewArgs {
    /// 動いている窓口の記録から、もう一度実行して合格するシナリオを作る / of a running station's journal: it passes when it is run again
    #[arg(long)]
    from_journal: bool,
    /// 書くファイル (既定: 標準出力) / where it is written (default: standard output)
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    station: StationArgs,
}

/// 書式の JSON Schema を出力 / print the JSON Schema of the format
#[derive(Debug, Args)]
struct SchemaArgs {}

const GROUPS: [&str; 8] = ["normal", "absence", "change", "numbers", "text", "failure", "r6", "safety"];

/// Runs the command.
pub fn run(args: &ScenarioArgs, lang: Lang) -> Outcome {
    match &args.command {
        Command::Run(args) => run_them(args, lang),
        Command::List(args) => show::list(&of_groups(read::shipped().map_err(unreadable)?, &args.group), args, lang),
        Command::Show(args) => show::one(&args.place, args.toml, lang),
        Command::New(args) => new(args),
        Command::Schema(_) => {
            print!("{}", String::from_utf8_lossy(&enclosed::scenario_schema()));
            Ok(Exit::Done)
        }
    }
}

/// What an empty scenario looks like: one visit, and what is expected of it.
const BEGINNING: &str = include_str!("scenario/new.toml");

fn new(args: &NewArgs) -> Outcome {
    let text = if args.from_journal { record::scenario(&args.station.client())? } else { BEGINNING.to_owned() };
    match &args.out {
        None => print!("{text}"),
        Some(file) => {
            // Somebody's work is not written over.
            let new = std::fs::OpenOptions::new().write(true).create_new(true).open(file);
            new.and_then(|mut file| file.write_all(text.as_bytes()))
                .map_err(|error| Failure::new(Exit::Outside, format!("{}: {error}", file.display())))?;
        }
    }
    Ok(Exit::Done)
}

fn unreadable(error: ReadError) -> Failure {
    let failure = Failure::new(Exit::Usage, error.to_string());
    match error {
        ReadError::Nowhere { .. } => {
            failure.remedy("madoguchi scenario list で一覧が出ます / see `madoguchi scenario list`")
        }
        _ => failure,
    }
}

fn of_groups(all: Vec<Read>, groups: &[String]) -> Vec<Read> {
    let wanted = |group: Group| groups.is_empty() || groups.iter().any(|name| name == group.name());
    all.into_iter().filter(|read| wanted(read.scenario.group)).collect()
}

fn run_them(args: &RunArgs, lang: Lang) -> Outcome {
    let scenarios = of_groups(read::all(&args.places).map_err(unreadable)?, &args.group);
    let place = match &args.station {
        Some(station) => Where::Elsewhere(Client::to(station_url(Some(station.clone())), args.token.clone())),
        None => Where::Own { keep: args.keep.clone() },
    };
    let consumer = consumer(args)?;
    let terminal = std::io::stderr().is_terminal();
    let sits = terminal && std::io::stdin().is_terminal() && args.station.is_some() && args.consumer.is_none();
    let asks = args.ask || sits;
    let jobs = match args.jobs {
        _ if asks => 1,
        Some(jobs) => jobs,
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let shows = match (terminal && !args.json, jobs == 1 || args.station.is_some() || scenarios.len() == 1) {
        (false, _) => Shows::Nothing,
        (true, false) => Shows::Ends,
        (true, true) => Shows::Steps,
    };
    let sitter = Sitter::new(lang, shows, asks);
    let company = Company { onlooker: &sitter, consumer: &consumer };
    let verdicts = run::all(&scenarios, &place, jobs, company).map_err(internal)?;
    write_results(args, &scenarios, &verdicts, lang)?;
    if args.json {
        println!("{:#}", serde_json::to_value(&verdicts).unwrap_or_default());
    } else {
        if shows != Shows::Steps {
            print!("{}", told::listing(&verdicts, lang, shows == Shows::Ends));
        }
        print!("{}", told::sum(&verdicts, lang));
    }
    let any = |state: State| verdicts.iter().any(|verdict| verdict.state == state);
    Ok(match (any(State::Unreachable), any(State::Failed)) {
        (true, _) => Exit::Outside,
        (false, true) => Exit::DidNotHold,
        (false, false) => Exit::Done,
    })
}

fn consumer(args: &RunArgs) -> Result<Consumer, Failure> {
    let Some(named) = &args.consumer else { return Ok(Consumer::Nobody) };
    let consumer = Consumer::named(named).map_err(|wrong| Failure::new(Exit::Usage, wrong.to_string()))?;
    if matches!(consumer, Consumer::At(_)) && args.station.is_none() {
        let why = "--consumer URL には --station が要ります。そのレセコンはその窓口のフォルダを見ています / \
                   --consumer URL needs --station: that レセコン works on the folders of that station";
        return Err(Failure::new(Exit::Usage, why).remedy("--consumer sample"));
    }
    Ok(consumer)
}

fn write_results(args: &RunArgs, scenarios: &[Read], verdicts: &[Verdict], lang: Lang) -> Result<(), Failure> {
    let write = |file: &Path, text: String| {
        std::fs::write(file, text).map_err(|error| Failure::new(Exit::Outside, format!("{}: {error}", file.display())))
    };
    if let Some(file) = &args.junit {
        write(file, junit::report(verdicts, lang).map_err(internal)?)?;
    }
    if let Some(file) = &args.report {
        write(file, page::report(scenarios, verdicts, lang))?;
    }
    Ok(())
}

fn internal(error: std::io::Error) -> Failure {
    Failure::new(Exit::Internal, error.to_string())
}
