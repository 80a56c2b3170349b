//! `madoguchi municipality`: a municipality's side of the registration at PMH.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::{Exit, Failure, Outcome};
use crate::clock::Clock;
use crate::event::{Lang, say};
use crate::municipality::journal::Journal;
use crate::municipality::line::{Line, LineError};
use crate::municipality::population::{Plan, rows};
use crate::municipality::requirements::{self, Checked, Verdict};
use crate::municipality::sync::{Job, Step, SyncError, sync};
use crate::municipality::{generation_of, journal_of};
use crate::number::prefecture;
use crate::people;
use crate::random::Seed;
use crate::secret::BearerToken;
use crate::wire::registration::{Fault, Form, Generation, write};
use crate::wire::tls::Files;

/// 自治体: PMHへ医療費助成の対象者を登録する / a municipality: registers who holds certificates at PMH
#[derive(Debug, Clone, Args)]
pub struct MunicipalityArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    Generate(GenerateArgs),
    Check(CheckArgs),
    Sync(SyncArgs),
    History(HistoryArgs),
}

/// 架空の対象者を作る / make up who holds certificates
#[derive(Debug, Clone, Args)]
struct GenerateArgs {
    /// 対象者の人数 / how many people
    #[arg(long, value_name = "N", default_value_t = 1000)]
    people: u64,
    /// 乱数の種 / the seed of all chance
    #[arg(long, value_name = "S", default_value_t = Seed::default().0)]
    seed: u64,
    /// 書き込むファイル / file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// APIの世代: v0.0.1, v0.1.1 (全件), r6 (差分) / generation of the API: full sets, or differences
    #[arg(long, value_name = "NAME", default_value = "r6", value_parser = generation)]
    generation: Generation,
    /// 都道府県番号 (地方単独の制度が変わる) / prefecture: which local schemes there are
    #[arg(long, value_name = "01-47", default_value_t = 13)]
    prefecture: u8,
    /// 窓口の患者 (card-profiles、なければ内蔵) も対象者にする / people of the counter are among them
    #[arg(long)]
    known: bool,
    /// 患者のフォルダ (--known とともに) / folder of those people
    #[arg(long, value_name = "DIR", requires = "known")]
    people_dir: Option<PathBuf>,
    /// 時計: RFC 3339 または YYYYMMDDHHmmss / the day on which the file is written
    #[arg(long, value_name = "TIME")]
    clock: Option<String>,
}

/// 登録ファイルを検査する / check a file as PMH would
#[derive(Debug, Clone, Args)]
struct CheckArgs {
    /// JSONの配列、またはCSV / a JSON array, or CSV
    file: PathBuf,
    /// 標準仕様書の機能要件 (0221278, 0221287, 0221295) も調べる / report by requirement of the specification, too
    #[arg(long)]
    requirements: bool,
    /// APIの世代 (既定: 最初の1件から) / generation of the API (default: by the first row)
    #[arg(long, value_name = "NAME", value_parser = generation)]
    generation: Option<Generation>,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
}

/// By what PMH knows the municipality, and the municipality PMH.
#[derive(Debug, Clone, Args)]
struct LineArgs {
    /// 自治体のトークン / the municipality's token
    #[arg(
        long,
        value_name = "TOKEN",
        env = "MADOGUCHI_MUNICIPALITY_TOKEN",
        default_value = "demo",
        hide_env_values = true
    )]
    token: String,
    /// https:// のPMHの証明書の認証局 (PEM、既定: 一般に知られた認証局) / authority of the certificate of an https:// hub
    #[arg(long, value_name = "FILE", env = "MADOGUCHI_MUNICIPALITY_CA")]
    ca: Option<PathBuf>,
}

impl LineArgs {
    fn line(&self, hub: &str) -> Result<Line, Failure> {
        let wrong = |words: String| Failure::new(Exit::Usage, words);
        let files = Files { ca: self.ca.clone(), ..Files::default() };
        if files.are_named() && !hub.starts_with("https://") {
            let words = format!("--ca は https:// の --hub と使います ({hub}) / --ca is for a --hub of https://");
            return Err(wrong(words).remedy("--hub https://…"));
        }
        let tls = files.read().map_err(|error| wrong(format!("--ca {error}")))?;
        Ok(Line::new(hub, BearerToken::new(self.token.as_str()), tls))
    }
}

/// PMHに登録する (日次の仕事) / register at PMH: the daily job
#[derive(Debug, Clone, Args)]
struct SyncArgs {
    /// JSONの配列、またはCSV / a JSON array, or CSV
    file: PathBuf,
    /// PMHの登録APIのURL / URL of the registration
    #[arg(long, value_name = "URL")]
    hub: String,
    #[command(flatten)]
    line: LineArgs,
    /// 前回のファイル: 変わった行と消えた行だけを送る (r6) / the file before this one: only what changed is sent
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    /// APIの世代 (既定: 最初の1件から) / generation of the API (default: by the first row)
    #[arg(long, value_name = "NAME", value_parser = generation)]
    generation: Option<Generation>,
    /// 差分を送る1回の件数 / rows of one batch of differences
    #[arg(long, value_name = "ROWS", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    batch: u64,
    /// 1回の送信を試す回数 / how often a request is tried
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    tries: u32,
    /// 済んだ登録も初めから送る / from the beginning, although it was done
    #[arg(long)]
    again: bool,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
}

/// 登録の結果を調べる / what became of a registration
#[derive(Debug, Clone, Args)]
struct HistoryArgs {
    /// sync したファイル、または処理通番 / a file that was synced, or a serialNumber
    of: String,
    /// PMHの登録APIのURL (既定: sync したところ) / URL of the registration (default: where it was synced to)
    #[arg(long, value_name = "URL")]
    hub: Option<String>,
    #[command(flatten)]
    line: LineArgs,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
}

fn generation(word: &str) -> Result<Generation, String> {
    Generation::named(word).ok_or_else(|| Generation::ALL.map(Generation::word).join(", "))
}

/// Carries out the command.
pub fn run(args: &MunicipalityArgs, lang: Lang) -> Outcome {
    match &args.command {
        Command::Generate(args) => generate(args, lang),
        Command::Check(args) => check(args, lang),
        Command::Sync(args) => register(args, lang),
        Command::History(args) => history(args, lang),
    }
}

fn outside(file: &Path, error: &io::Error) -> Failure {
    Failure::new(Exit::Outside, format!("{}: {error}", file.display()))
}

fn generate(args: &GenerateArgs, lang: Lang) -> Outcome {
    if prefecture::name(args.prefecture).is_none() {
        return Err(Failure::new(Exit::Usage, "--prefecture: 01–47 / a prefecture's number"));
    }
    let clock = match &args.clock {
        Some(spec) => Clock::parse(spec).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?,
        None => Clock::real(),
    };
    let today = clock.now().date();
    let known = match args.known {
        true => people::load_or_built_in(args.people_dir.as_deref(), today)
            .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?
            .to_vec(),
        false => Vec::new(),
    };
    let plan = Plan { people: args.people, seed: Seed(args.seed), today, prefecture: args.prefecture, known };
    let failed = |error: io::Error| outside(&args.out, &error);
    let mut file = BufWriter::new(File::create(&args.out).map_err(failed)?);
    let mut bar = Bar::new(say(lang, "作成", "making"));
    let mut count = 0u64;
    file.write_all(b"[").map_err(failed)?;
    for row in rows(&plan) {
        file.write_all(if count == 0 { b"\n" } else { b",\n" }).map_err(failed)?;
        serde_json::to_writer(&mut file, &write::row(args.generation, &row)).map_err(|error| failed(error.into()))?;
        count += 1;
        bar.show(count, args.people.max(count));
    }
    file.write_all(b"\n]\n").and_then(|()| file.flush()).map_err(failed)?;
    bar.end();
    let (file, generation) = (args.out.display(), args.generation.word());
    match lang {
        Lang::Ja => println!("{file}: {} 人、受給者証 {count} 件 ({generation})", args.people),
        Lang::En => println!("{file}: {} people, {count} certificates ({generation})", args.people),
    }
    Ok(Exit::Done)
}

fn check(args: &CheckArgs, lang: Lang) -> Outcome {
    let open = || File::open(&args.file).map(BufReader::new).map_err(|error| outside(&args.file, &error));
    let is_csv = args.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let form = if is_csv { Form::Csv } else { Form::Json };
    let found = if is_csv { Some(Generation::V001) } else { generation_of(open()?).ok().flatten() };
    let generation = args.generation.or(found).unwrap_or(Generation::V001);
    let checked = requirements::check(generation, form, open()?, Clock::real().now().date())
        .map_err(|error| outside(&args.file, &error))?;
    let holds = checked.refusal.is_empty()
        && (!args.requirements || checked.reports.iter().all(|report| report.rows == 0 || report.holds()));
    match args.json {
        true => println!("{}", json_of(args, generation, &checked)),
        false => print_checked(args, generation, &checked, lang),
    }
    Ok(if holds { Exit::Done } else { Exit::DidNotHold })
}

fn print_checked(args: &CheckArgs, generation: Generation, checked: &Checked, lang: Lang) {
    let (refused, warned) = (&checked.refusal, &checked.warnings);
    let summary = match lang {
        Lang::Ja => format!("{} 件、誤り {}、注意 {}", checked.rows, refused.count, warned.count),
        Lang::En => format!("{} rows, {} faults, {} warnings", checked.rows, refused.count, warned.count),
    };
    println!("{}: {} {summary}", args.file.display(), generation.word());
    print_faults(&refused.faults, refused.count);
    print_faults(&warned.faults, warned.count);
    for report in checked.reports.iter().filter(|_| args.requirements) {
        let function = report.function;
        let kind = match function.mandatory {
            true => say(lang, "実装必須", "mandatory"),
            false => say(lang, "標準オプション", "optional"),
        };
        let rows = say(lang, "件", "rows");
        println!("{} {} ({kind}): {} {rows}", function.id, function.name, report.rows);
        for looked in report.looked.iter().filter(|_| report.rows > 0) {
            let verdict = match looked.verdict {
                Verdict::Holds => say(lang, "適合", "holds"),
                Verdict::Broken => say(lang, "不適合", "broken"),
                Verdict::Notice => say(lang, "要確認", "look at it"),
                Verdict::NotVisible => say(lang, "ファイルでは分からない", "a file does not show it"),
            };
            let rows: Vec<String> = looked.rows.iter().map(u64::to_string).collect();
            let rows =
                if rows.is_empty() { String::new() } else { format!(" ({}: {})", looked.count, rows.join(", ")) };
            println!("  {verdict}  {}{rows}", say(lang, looked.ja, looked.en));
        }
    }
}

/// So many findings are printed; the rest is counted.
const PRINTED: usize = 10;

fn print_faults(faults: &[Fault], count: u64) {
    faults.iter().take(PRINTED).for_each(|fault| println!("  {fault}"));
    let rest = count.saturating_sub(PRINTED as u64);
    if rest > 0 {
        println!("  … {rest}");
    }
}

fn json_of(args: &CheckArgs, generation: Generation, checked: &Checked) -> serde_json::Value {
    let looked = |report: &requirements::Report| -> Vec<serde_json::Value> {
        let rules = report.looked.iter();
        rules
            .map(|l| json!({ "rule": l.ja, "en": l.en, "verdict": l.verdict, "rows": l.rows, "count": l.count }))
            .collect()
    };
    let reports = checked.reports.iter().filter(|_| args.requirements).map(|report| {
        let function = report.function;
        json!({ "id": function.id, "name": function.name, "mandatory": function.mandatory, "rows": report.rows, "rules": looked(report) })
    });
    json!({
        "file": args.file.display().to_string(),
        "generation": generation.word(),
        "rows": checked.rows,
        "faults": checked.refusal.faults,
        "faultCount": checked.refusal.count,
        "warnings": checked.warnings.faults,
        "warningCount": checked.warnings.count,
        "requirements": reports.collect::<Vec<_>>(),
    })
}

fn register(args: &SyncArgs, lang: Lang) -> Outcome {
    let line = args.line.line(&args.hub)?;
    let job = Job {
        file: &args.file,
        since: args.since.as_deref(),
        generation: args.generation,
        batch: args.batch,
        tries: args.tries,
        again: args.again,
    };
    let mut bar = Bar::new(say(lang, "送信", "sending"));
    let mut tell = |step: Step| match step {
        Step::Sent(sent, length) => bar.show(sent, length),
        Step::Registered(batch, rows) => bar.note(&match lang {
            Lang::Ja => format!("{rows} 件登録 (処理通番 {})", batch.serial_number),
            Lang::En => format!("{rows} rows registered (serialNumber {})", batch.serial_number),
        }),
        Step::Resumed(rows) => bar.note(&match lang {
            Lang::Ja => format!("前回までに登録した {rows} 件の続きから送ります"),
            Lang::En => format!("going on after the {rows} rows that were registered before"),
        }),
        Step::Again(cause, pause) => bar.note(&match lang {
            Lang::Ja => format!("{} 秒後にもう一度送ります: {cause}", pause.as_secs()),
            Lang::En => format!("again in {} s: {cause}", pause.as_secs()),
        }),
    };
    let done = sync(&job, &line, &mut tell, &mut |pause: Duration| std::thread::sleep(pause))
        .map_err(|error| not_synced(&error))?;
    bar.end();
    let journal = done.journal;
    if args.json {
        println!(
            "{}",
            json!({ "wasDone": done.was_done, "rows": journal.rows(), "generation": journal.generation, "registered": journal.registered })
        );
        return Ok(Exit::Done);
    }
    let rows = journal.rows();
    match (lang, done.was_done) {
        (Lang::Ja, false) => println!("{}: {rows} 件を登録しました", args.file.display()),
        (Lang::Ja, true) => println!("{}: {rows} 件は登録済みです (もう一度送るには --again)", args.file.display()),
        (Lang::En, false) => println!("{}: {rows} rows registered", args.file.display()),
        (Lang::En, true) => {
            println!("{}: {rows} rows were registered before (--again sends them anew)", args.file.display())
        }
    }
    Ok(Exit::Done)
}

fn not_synced(error: &SyncError) -> Failure {
    let failure = |exit| Failure::new(exit, error.to_string());
    match error {
        SyncError::NoDifferences | SyncError::WhichGeneration => failure(Exit::Usage),
        SyncError::File { .. } => failure(Exit::Outside),
        SyncError::Line(line) => of_line(line),
    }
}

fn of_line(error: &LineError) -> Failure {
    match error {
        LineError::Refused { faults, count } => {
            print_faults(faults, *count);
            Failure::new(Exit::DidNotHold, error.to_string()).remedy(
                "何も登録されていません。madoguchi municipality check FILE で調べられます / nothing was registered",
            )
        }
        LineError::Token(_) => Failure::new(Exit::Usage, error.to_string()).remedy("--token"),
        LineError::NotNow { .. } => Failure::new(Exit::Outside, error.to_string())
            .remedy("もう一度実行すると続きから送ります / run it again: it goes on where it was"),
        _ => Failure::new(Exit::Outside, error.to_string()),
    }
}

fn history(args: &HistoryArgs, lang: Lang) -> Outcome {
    let file = Path::new(&args.of);
    let journal = file.is_file().then(|| Journal::read(&journal_of(file))).flatten();
    let (serials, hub) = match journal {
        Some(journal) => {
            let serials: Vec<String> = journal.registered.into_iter().map(|batch| batch.serial_number).collect();
            (serials, args.hub.clone().or(Some(journal.hub)))
        }
        None if file.is_file() => {
            let words = format!("{}: まだ登録していません / never synced", args.of);
            return Err(Failure::new(Exit::DidNotHold, words).remedy("madoguchi municipality sync FILE --hub URL"));
        }
        None => (vec![args.of.clone()], args.hub.clone()),
    };
    let Some(hub) = hub else {
        return Err(Failure::new(Exit::Usage, "処理通番だけなら --hub が必要です / a serialNumber needs --hub"));
    };
    let line = args.line.line(&hub)?;
    for serial in serials {
        let receipt = line.history(&serial).map_err(|error| match error {
            LineError::Unknown => Failure::new(Exit::DidNotHold, error.to_string()),
            error => of_line(&error),
        })?;
        if args.json {
            println!("{}", serde_json::to_string(&receipt).unwrap_or_default());
            continue;
        }
        let changes = receipt.changes;
        let (generation, time) = (receipt.generation.word(), receipt.received_at);
        match lang {
            Lang::Ja => println!(
                "{serial} {time} {generation} {} 件: 追加 {}、継続 {}、終了 {}、注意 {}",
                receipt.rows, changes.added, changes.kept, changes.ended, receipt.warning_count
            ),
            Lang::En => println!(
                "{serial} {time} {generation} {} rows: {} added, {} kept, {} ended, {} warnings",
                receipt.rows, changes.added, changes.kept, changes.ended, receipt.warning_count
            ),
        }
        print_faults(&receipt.warnings, receipt.warning_count);
    }
    Ok(Exit::Done)
}

/// A bar on a terminal, nothing elsewhere; notes go to stderr everywhere.
struct Bar {
    what: String,
    on_screen: bool,
    shown: Option<u64>,
}

impl Bar {
    const WIDTH: u64 = 30;

    fn new(what: &str) -> Self {
        Self { what: what.to_owned(), on_screen: io::stderr().is_terminal(), shown: None }
    }

    /// Draws only what looks different.
    fn show(&mut self, done: u64, all: u64) {
        let percent = done.saturating_mul(100) / all.max(1);
        if !self.on_screen || self.shown == Some(percent) {
            return;
        }
        self.shown = Some(percent);
        let full = usize::try_from(percent * Self::WIDTH / 100).unwrap_or_default();
        let empty = usize::try_from(Self::WIDTH).unwrap_or_default().saturating_sub(full);
        eprint!("\r{} [{}{}] {percent:3} %", self.what, "#".repeat(full), "-".repeat(empty));
        let _ = io::stderr().flush();
    }

    fn note(&mut self, text: &str) {
        self.end();
        eprintln!("{text}");
    }

    fn end(&mut self) {
        if self.shown.take().is_some() {
            eprint!("\r\x1b[K");
        }
    }
}
