//! `madoguchi explain FILE…`: what each element of a file is, what its value means, and how sure that is. `explain --list`: the words themselves.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::password::PasswordArgs;
use super::tables::TableArgs;
use super::words::{self, Words};
use super::{Exit, Failure, Outcome};
use crate::event::{Lang, say};
use crate::message::element::ElementTable;
use crate::message::explain::{self, Explanation};
use crate::message::refusal::Rule;
use crate::message::sealed::{self, Protection};
use crate::message::xml::LOOK_LIMIT;
use crate::secret::ZipPassword;

/// フォルダのファイルの要素を説明する (要求、回答、顔認証結果、.err)、用語を引く / explain files of the shared folder: requests, answers, face files, `.err`; or look words up
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, disable_help_subcommand = true)]
pub struct ExplainArgs {
    /// One table of words instead of files.
    #[command(subcommand)]
    pub words: Option<Words>,
    /// ファイル (--list では探す語) / files; with --list words to look for
    #[arg(required_unless_present = "list", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// すべての表の用語を示す (語があれば絞り込む) / the words of all tables; arguments narrow them down
    #[arg(long)]
    pub list: bool,
    /// JSONで出力 / print JSON
    #[arg(long)]
    pub json: bool,
    /// Tables in place of the program's own.
    #[command(flatten)]
    pub tables: TableArgs,
    /// Of sealed files.
    #[command(flatten)]
    pub password: PasswordArgs,
}

/// One file of the answer in JSON.
#[derive(Serialize)]
struct Explained<'a> {
    file: String,
    #[serde(flatten)]
    explanation: Option<&'a Explanation>,
    error: Option<String>,
}

/// Runs the command. Exit code: 0 all explained, 1 a file is not well-formed, 2 a table cannot be used, 3 a file cannot be read.
///
/// # Errors
/// A [`Failure`] about the tables or the output; what is wrong with one of the files is said as it comes.
pub fn run(args: &ExplainArgs, lang: Lang) -> Outcome {
    if let Some(table) = &args.words {
        return words::run(table, lang);
    }
    if args.list {
        let wanted: Vec<String> = args.files.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        return words::list(&args.tables, &wanted, args.json, lang);
    }
    let (table, _) = args.tables.read()?;
    let password = args.password.read()?;
    match explain_all(args, &table, password.as_ref(), lang, &mut io::stdout().lock()) {
        Ok(exit) => Ok(exit),
        // Whoever reads our output has enough (`| head`).
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(error) => {
            let why = format!("標準出力に書けません / cannot write to standard output: {error}");
            Err(Failure::new(Exit::Outside, why))
        }
    }
}

fn explain_all(
    args: &ExplainArgs,
    table: &ElementTable,
    password: Option<&ZipPassword>,
    lang: Lang,
    out: &mut impl Write,
) -> io::Result<Exit> {
    let mut exit = Exit::Done;
    for (index, path) in args.files.iter().enumerate() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let outcome = match super::read_document(path) {
            Ok(bytes) => explain_file(&name, &bytes, table, password, lang)
                .map_err(|why| (Exit::DidNotHold, format!("{}: {why}", path.display()))),
            Err(error) => Err((Exit::Outside, format!("{}: {error}", path.display()))),
        };
        let failure = outcome.as_ref().err();
        if let Some((failed, _)) = failure {
            exit = worse(exit, *failed);
        }
        if args.json {
            let file = path.display().to_string();
            let error = failure.map(|(_, why)| why.clone());
            let line = Explained { file, explanation: outcome.as_ref().ok(), error };
            serde_json::to_writer(&mut *out, &line)?;
            writeln!(out)?;
            continue;
        }
        match &outcome {
            Ok(explanation) => {
                if index > 0 {
                    writeln!(out)?;
                }
                out.write_all(explanation.text(lang).as_bytes())?;
            }
            Err((_, why)) => eprintln!("{why}"),
        }
    }
    Ok(exit)
}

/// Explains a file, or the one that its zip holds.
fn explain_file(
    name: &str,
    bytes: &[u8],
    table: &ElementTable,
    password: Option<&ZipPassword>,
    lang: Lang,
) -> Result<Explanation, String> {
    if !sealed::is_sealed_name(name) {
        return explain::file(name, bytes, table, lang).map_err(|refusal| refusal.to_string());
    }
    let opened = sealed::open(bytes, password, LOOK_LIMIT).map_err(|refusal| match refusal.rule {
        Rule::WrongPassword => format!(
            "{refusal}。--password-env か --password-file で指定してください / give it with --password-env or --password-file"
        ),
        _ => refusal.to_string(),
    })?;
    let mut explanation =
        explain::file(&opened.name, &opened.bytes, table, lang).map_err(|refusal| refusal.to_string())?;
    let protection = match opened.protection {
        Protection::None => say(lang, "暗号化なし", "not encrypted").to_owned(),
        Protection::Weaker(bits) => format!("AES-{bits}"),
        Protection::Aes256 => "AES-256".to_owned(),
    };
    explanation.about.insert(0, ("ZIP".to_owned(), format!("{name} ({protection})")));
    Ok(explanation)
}

pub(super) fn worse(one: Exit, other: Exit) -> Exit {
    if other as u8 > one as u8 { other } else { one }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn args(files: Vec<PathBuf>, json: bool) -> ExplainArgs {
        ExplainArgs {
            words: None,
            files,
            list: false,
            json,
            tables: TableArgs::default(),
            password: PasswordArgs::default(),
        }
    }

    fn run_on(files: &[(&str, &str)], json: bool) -> (Exit, String) {
        let folder = tempfile::tempdir().unwrap();
        let files = files.iter().map(|(name, content)| {
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            path
        });
        let args = args(files.collect(), json);
        let mut out = Vec::new();
        let code = explain_all(&args, ElementTable::embedded(), None, Lang::En, &mut out).unwrap();
        (code, String::from_utf8(out).unwrap())
    }

    const GOOD: (&str, &str) =
        ("a.xml", "<XmlMsg><MessageHeader><SegmentOfResult>9</SegmentOfResult></MessageHeader></XmlMsg>");

    #[test]
    fn the_exit_code_is_1_when_one_of_the_files_is_not_well_formed_and_the_others_are_explained() {
        assert_eq!(run_on(&[GOOD], false).0, Exit::Done);
        let (code, text) = run_on(&[("b.xml", "<XmlMsg>"), GOOD], false);
        assert_eq!(code, Exit::DidNotHold);
        assert!(text.contains("SegmentOfResult") && text.contains("failed"), "{text}");
    }

    #[test]
    fn json_is_one_object_per_file_with_meaning_source_and_error() {
        let (_, text) = run_on(&[GOOD, ("b.xml", "<XmlMsg>")], true);
        let rows: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(rows[0]["lines"][2]["meaning"], "failed");
        assert_eq!(rows[0]["lines"][2]["confidence"], "A");
        assert!(rows[1]["error"].as_str().unwrap().contains("MDG-X001"));
    }

    #[test]
    fn a_file_that_is_longer_than_any_may_be_is_refused_and_not_held() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("OQSsiquc01res_1.xml");
        // Without a byte on the disk, and more than may be held.
        fs::File::create(&path).unwrap().set_len(1 << 33).unwrap();
        let mut out = Vec::new();
        let table = ElementTable::embedded();
        let code = explain_all(&args(vec![path], true), table, None, Lang::En, &mut out).unwrap();
        let told: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(code, Exit::DidNotHold);
        assert!(told["error"].as_str().unwrap().contains("MDG-F001"), "{told}");
    }
}
