//! The command line: one file per command, exit codes in one place.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::clock::Clock;
use crate::event::Lang;
use crate::message::xml::LOOK_LIMIT;

pub mod attach;
pub mod card;
pub mod check;
pub mod client;
pub mod clinic;
pub mod compare;
pub mod doctor;
mod ending;
pub mod exchanges;
pub mod explain;
pub mod hub;
pub mod layout;
pub mod municipality;
mod password;
pub mod people;
mod pin;
pub mod run;
pub mod scenario;
pub mod send;
pub mod tables;
pub mod tap;
pub mod words;

/// 窓口: 顔認証付きカードリーダーと資格確認端末のシミュレータ / a simulated face-authentication card reader and
/// qualification terminal
#[derive(Debug, Parser)]
#[command(name = "madoguchi", version, args_conflicts_with_subcommands = true)]
struct Line {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: run::RunArgs,
    /// 表示の言語 / language of what people read
    #[arg(long, global = true, value_name = "ja|en", value_parser = ["ja", "en"], env = "MADOGUCHI_LANG")]
    lang: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::RunArgs),
    Attach(attach::AttachArgs),
    Tap(tap::TapArgs),
    Send(send::SendArgs),
    Exchanges(exchanges::ExchangesArgs),
    Explain(explain::ExplainArgs),
    #[command(flatten)]
    Words(words::Words),
    Check(check::CheckArgs),
    Layout(layout::LayoutArgs),
    Compare(compare::CompareArgs),
    Card(card::CardArgs),
    People(people::PeopleArgs),
    Hub(hub::HubArgs),
    Municipality(municipality::MunicipalityArgs),
    Clinic(clinic::ClinicArgs),
    Doctor(doctor::DoctorArgs),
    Scenario(scenario::ScenarioArgs),
    /// シェルの補完を出力 / print completions for a shell
    Completions {
        /// bash, zsh, fish, powershell, elvish
        shell: clap_complete::Shell,
    },
    /// マニュアルページを出力 / print the manual page
    Man,
}

/// Runs the command line and gives the exit code.
pub fn main() -> ExitCode {
    end_quietly_when_nobody_reads();
    let line = match Line::try_parse() {
        Ok(line) => line,
        Err(error) => {
            // Help and version are no mistakes; everything else is wrong usage.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            let _ = error.print();
            return exit.into();
        }
    };
    let exit = match carry_out(line) {
        Ok(exit) => exit,
        Err(failure) => failure.report(),
    };
    exit.into()
}

/// `madoguchi explain … | head`: the reader has seen enough, and that is no mistake of ours. Printing panics then, in whatever command.
fn end_quietly_when_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.payload().downcast_ref::<String>().map_or("", String::as_str);
        if text.starts_with("failed printing to stdout") {
            std::process::exit(Exit::Done as i32);
        }
        usual(panic);
    }));
}

fn carry_out(line: Line) -> Outcome {
    let told = line.lang.as_deref().map(|lang| if lang == "en" { Lang::En } else { Lang::Ja });
    let lang = told.unwrap_or_else(lang_of_locale);
    match line.command {
        None => run::run(&line.run, told),
        Some(Command::Run(args)) => run::run(&args, told),
        Some(Command::Attach(args)) => attach::run(&args, told),
        Some(Command::Tap(args)) => tap::run(&args, lang),
        Some(Command::Send(args)) => send::run(&args),
        Some(Command::Exchanges(args)) => exchanges::run(&args, lang),
        Some(Command::Explain(args)) => explain::run(&args, lang),
        Some(Command::Words(table)) => words::run(&table, lang),
        Some(Command::Check(args)) => check::run(&args, lang),
        Some(Command::Compare(args)) => compare::run(&args, lang),
        Some(Command::Layout(args)) => layout::run(&args, lang),
        Some(Command::Card(args)) => card::run(&args, &Clock::real()),
        Some(Command::People(args)) => people::run(&args, lang),
        Some(Command::Hub(args)) => hub::run(&args, lang),
        Some(Command::Municipality(args)) => municipality::run(&args, lang),
        Some(Command::Clinic(args)) => clinic::run(&args, lang),
        Some(Command::Doctor(args)) => doctor::run(&args, lang),
        Some(Command::Scenario(args)) => scenario::run(&args, lang),
        Some(Command::Completions { shell }) => {
            clap_complete::generate(shell, &mut Line::command(), "madoguchi", &mut std::io::stdout());
            Ok(Exit::Done)
        }
        Some(Command::Man) => clap_mangen::Man::new(Line::command())
            .render(&mut std::io::stdout())
            .map(|()| Exit::Done)
            .map_err(|error| Failure::new(Exit::Outside, error.to_string())),
    }
}

/// The bytes of a document to be looked at, and one more than any may have where the file is longer: whoever reads them refuses it.
///
/// # Errors
/// The file cannot be read.
pub fn read_document(path: &Path) -> io::Result<Vec<u8>> {
    let most = u64::try_from(LOOK_LIMIT).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Japanese, unless the locale says English. A machine without a locale is a developer's container: Japanese first there too.
pub fn lang_of_locale() -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    match locale {
        Some(locale) if locale.starts_with("en") => Lang::En,
        _ => Lang::Ja,
    }
}

/// Exit codes of every command (design of the command line: contract with scripts).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// The thing checked or run did not hold.
    DidNotHold = 1,
    /// Wrong usage or settings.
    Usage = 2,
    /// Something outside is missing: no reader, hub or station unreachable.
    Outside = 3,
    /// Our mistake.
    Internal = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command stopped: what is wrong, what to do, and the exit code.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    message: String,
    remedy: Option<String>,
}

impl Failure {
    /// Something is wrong.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), remedy: None }
    }
    /// What can be done about it.
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
    /// What is wrong, without what can be done about it.
    pub fn message(&self) -> &str {
        &self.message
    }
    /// Says it on stderr.
    pub fn report(&self) -> Exit {
        eprintln!("madoguchi: {}", self.message);
        if let Some(remedy) = &self.remedy {
            eprintln!("  → {remedy}");
        }
        self.exit
    }
}

/// What a command comes to.
pub type Outcome = Result<Exit, Failure>;
