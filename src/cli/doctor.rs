//! `madoguchi doctor`: what works on this machine, and what does not (docs/doctor.md).

use std::io::{self, Write};
use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::run::{self, USUAL_FILE};
use super::{Exit, Failure, Outcome};
use crate::event::{Lang, Words};
use crate::operate::doctor::{Asked, Finding, examine, is_sound, show};
use crate::station::settings::Settings;

/// 動かないときに: 設定、フォルダ、ポート、カードリーダー、時計、画面を調べる。指定は run と同じ (終了コード 0 よし、1 不可あり) / when nothing works: looks at settings, folder, ports, card readers, clock and terminal, with the options of `run`; exit code 1 if something is broken
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// As a station would be opened.
    #[command(flatten)]
    run: run::RunArgs,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
}

/// The answer in JSON.
#[derive(Serialize)]
struct Told<'a> {
    sound: bool,
    findings: &'a [Finding],
}

/// Runs the command. Exit code: 0 nothing is broken, 1 something is. It changes nothing that stays.
///
/// # Errors
/// A [`Failure`] about the output.
pub fn run(args: &DoctorArgs, lang: Lang) -> Outcome {
    let internal = |why: String| Failure::new(Exit::Internal, why);
    let findings = examine(&asked(args)).map_err(|error| internal(error.to_string()))?;
    let sound = is_sound(&findings);
    let shown = match args.json {
        true => {
            let told = Told { sound, findings: &findings };
            serde_json::to_string_pretty(&told).map_err(|error| internal(error.to_string()))? + "\n"
        }
        false => show::text(&findings, lang),
    };
    match io::stdout().lock().write_all(shown.as_bytes()) {
        // Whoever reads our output has enough (`| head`).
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let why = format!("標準出力に書けません / cannot write to standard output: {error}");
            Err(Failure::new(Exit::Outside, why))
        }
        _ => Ok(if sound { Exit::Done } else { Exit::DidNotHold }),
    }
}

/// The settings as `run` would have them; where they cannot be used, the defaults, so that everything else is looked at all the same.
fn asked(args: &DoctorArgs) -> Asked {
    let usual = Path::new(USUAL_FILE);
    let file = args.run.config.as_deref().or(usual.is_file().then_some(usual));
    let file = file.map(Path::to_owned);
    let complete = |settings: Settings| settings.complete().map_err(|error| error.to_string());
    match run::settings(&args.run).map_err(|failure| failure.message).and_then(complete) {
        Ok(settings) => Asked { settings, file, mistake: None },
        Err(why) => {
            let (ja, en) = why.split_once(" / ").unwrap_or((&why, &why));
            let mistake = Some(Words::new(ja, en));
            let settings = run::defaults(&args.run);
            Asked { settings: settings.complete().unwrap_or_default(), file, mistake }
        }
    }
}
