//! `madoguchi interfaces`, `codes`, `faults`, and `explain --list`: the tables of the field in the terminal (docs/words.md).

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::tables::TableArgs;
use super::{Exit, Failure, Outcome};
use crate::code::provenance::citation;
use crate::event::{Lang, say};
use crate::operate::fault;
use crate::operate::words::{Word, gather, nearest_name, search, show};
use crate::station::knobs_of_all_rooms;

/// One table each.
#[derive(Debug, Clone, Subcommand)]
pub enum Words {
    /// 共有フォルダのファイルの一覧 / the files of the shared folder
    Interfaces(WordsArgs),
    /// 業務コードの一覧 / the code tables, OQSCD001–044 and ours
    Codes(CodesArgs),
    /// 起こせる障害の一覧 / the faults that can be armed
    Faults(FaultsArgs),
}

/// What is looked for.
#[derive(Debug, Clone, Args)]
pub struct WordsArgs {
    /// 探す語 (日本語、英語、名前、値。すべてを含む行) / words to look for: rows that have all of them
    #[arg(value_name = "WORD")]
    words: Vec<String>,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
}

/// What is looked for among the faults.
#[derive(Debug, Clone, Args)]
pub struct FaultsArgs {
    #[command(flatten)]
    looked_for: WordsArgs,
    /// docs/faults.md の表として出力 / print the tables of docs/faults.md
    #[arg(long, conflicts_with_all = ["words", "json"])]
    markdown: bool,
}

/// What is looked for among the codes.
#[derive(Debug, Clone, Args)]
pub struct CodesArgs {
    #[command(flatten)]
    looked_for: WordsArgs,
    /// レイアウトのフォルダ (既定: 設定の [station] layouts) / layout folder (default: that of the settings)
    #[arg(long, value_name = "DIR")]
    layouts: Option<PathBuf>,
}

/// Prints one table. Exit code: 0 something found, 1 nothing, 2 a layout cannot be used.
///
/// # Errors
/// A [`Failure`] about layouts, output, or words that nothing has, with the nearest.
pub fn run(table: &Words, lang: Lang) -> Outcome {
    match table {
        Words::Interfaces(args) => print(gather::interfaces(), &args.words, args.json, lang),
        Words::Faults(FaultsArgs { markdown: true, .. }) => say_out(&fault::markdown(&knobs_of_all_rooms())),
        Words::Faults(FaultsArgs { looked_for, .. }) => {
            print(gather::faults(&knobs_of_all_rooms()), &looked_for.words, looked_for.json, lang)
        }
        Words::Codes(CodesArgs { looked_for, layouts }) => {
            let tables = TableArgs { layouts: layouts.clone(), ..TableArgs::default() };
            print(gather::codes(&tables.in_effect()?), &looked_for.words, looked_for.json, lang)
        }
    }
}

/// Prints all tables: `explain --list`.
///
/// # Errors
/// As [`run`].
pub fn list(tables: &TableArgs, wanted: &[String], json: bool, lang: Lang) -> Outcome {
    print(gather::all(&tables.in_effect()?, &knobs_of_all_rooms()), wanted, json, lang)
}

/// The answer in JSON: the rows, and what their source keys stand for.
#[derive(Serialize)]
struct Found<'a> {
    words: &'a [Word],
    sources: BTreeMap<&'a str, &'static str>,
}

fn print(words: Vec<Word>, wanted: &[String], json: bool, lang: Lang) -> Outcome {
    let found = search(words.clone(), wanted);
    let shown = if json {
        let keys = found.iter().filter_map(|word| word.source.as_deref()).flat_map(str::split_whitespace);
        let sources = keys.filter_map(|key| Some((key, citation(key)?))).collect();
        let text = serde_json::to_string_pretty(&Found { words: &found, sources });
        text.map_err(|error| Failure::new(Exit::Internal, error.to_string()))? + "\n"
    } else {
        show::text(&found, lang)
    };
    match say_out(&shown)? {
        _ if found.is_empty() => Err(nothing(&words, wanted, lang)),
        done => Ok(done),
    }
}

fn say_out(text: &str) -> Outcome {
    match io::stdout().lock().write_all(text.as_bytes()) {
        // Whoever reads our output has enough (`| head`).
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let why = format!("標準出力に書けません / cannot write to standard output: {error}");
            Err(Failure::new(Exit::Outside, why))
        }
        _ => Ok(Exit::Done),
    }
}

fn nothing(words: &[Word], wanted: &[String], lang: Lang) -> Failure {
    let what = wanted.join(" ");
    let why = match lang {
        Lang::Ja => format!("「{what}」を含む行はありません"),
        Lang::En => format!("no row has \"{what}\""),
    };
    let near = wanted.iter().find_map(|word| nearest_name(words, word).filter(|near| near != word));
    let remedy = match (near, lang) {
        (Some(near), Lang::Ja) => format!("「{near}」のことですか"),
        (Some(near), Lang::En) => format!("did you mean \"{near}\"?"),
        (None, lang) => say(lang, "語を減らすと広く探せます", "with fewer words more is found").to_owned(),
    };
    Failure::new(Exit::DidNotHold, why).remedy(remedy)
}
