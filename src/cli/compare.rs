//! `madoguchi compare DIR`: files captured from a real terminal beside ours for the same questions (docs/compare.md).

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Exit, Failure, Outcome};
use crate::event::{Lang, say};
use crate::message::compare::mask::Mask;
use crate::operate::compare::capture::Capture;
use crate::operate::compare::{compare, copy, rows, text};
use crate::random::secret_key;

/// 実端末のファイルを、同じ問いへの当方の回答と比べる (終了コード 0 違いなし、1 違いあり) / compare files captured from a real terminal with ours for the same questions; exit code 1 if they differ
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// 採取したフォルダ (req, res, face に分けても平らでもよい) / the captured folder, in any arrangement
    pub dir: PathBuf,
    /// 問い直す代わりに、このフォルダの当方のファイルと比べる / compare with files of ours in this folder, instead of asking
    #[arg(long, value_name = "DIR")]
    pub with: Option<PathBuf>,
    /// 患者を伏せて表示する (同じ人は同じ仮の値に) / mask persons in the output, each the same everywhere
    #[arg(long)]
    pub mask: bool,
    /// 患者を伏せた写しを書く (--mask を含む) / write a masked copy of the folder; includes --mask
    #[arg(long, value_name = "DIR")]
    pub masked_copy: Option<PathBuf>,
    /// 見たことのない要素を elements.toml の行として書く / write what was never seen as rows for elements.toml
    #[arg(long, value_name = "FILE")]
    pub rows: Option<PathBuf>,
    /// JSONで出力 / print JSON
    #[arg(long)]
    pub json: bool,
    /// レイアウトのフォルダ (既定: 設定の [station] layouts) / layout folder (default: that of the settings)
    #[arg(long, value_name = "DIR")]
    pub layouts: Option<PathBuf>,
}

/// Runs the command. Exit code: 0 nothing differs, 1 something differs or could not be compared, 2 a layout cannot be used or something
/// would be overwritten, 3 a folder cannot be read or written.
///
/// # Errors
/// A [`Failure`]; what is wrong with one of the files stands in the report.
pub fn run(args: &CompareArgs, lang: Lang) -> Outcome {
    let layouts = super::layout::layouts(args.layouts.as_deref())?;
    let theirs = Capture::read(&args.dir).map_err(|error| outside(&args.dir, &error))?;
    let paired =
        args.with.as_deref().map(|dir| Capture::read(dir).map_err(|error| outside(dir, &error))).transpose()?;
    let mut report = compare(&theirs, paired.as_ref(), &layouts);
    if let (Some(path), Some(text)) = (&args.rows, rows::text(&report)) {
        fs::write(path, text).map_err(|error| outside(path, &error))?;
    }
    if args.mask || args.masked_copy.is_some() {
        let key = secret_key().map_err(|error| Failure::new(Exit::Outside, error.to_string()))?;
        let all: Vec<&Capture> = std::iter::once(&theirs).chain(&paired).collect();
        let mask = copy::masks(&all, &layouts.elements, key);
        if let Some(dir) = &args.masked_copy {
            write_copy(&theirs, &mask, dir, lang)?;
        }
        report = report.masked(&mask);
    }
    let shown = match args.json {
        true => {
            serde_json::to_string_pretty(&report).map_err(|error| Failure::new(Exit::Internal, error.to_string()))?
                + "\n"
        }
        false => text::of(&report, lang),
    };
    match io::stdout().lock().write_all(shown.as_bytes()) {
        // Whoever reads our output has enough (`| head`).
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(outside(Path::new("stdout"), &error)),
        _ => Ok(if report.is_same() { Exit::Done } else { Exit::DidNotHold }),
    }
}

/// Writes what can be masked into `dir`, which must be new or empty; the rest is told.
fn write_copy(theirs: &Capture, mask: &Mask, dir: &Path, lang: Lang) -> Result<(), Failure> {
    let is_empty = fs::read_dir(dir).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty {
        let why = format!("{} は空ではありません / is not empty", dir.display());
        return Err(Failure::new(Exit::Usage, why).remedy("新しいフォルダを指定してください / name a new folder"));
    }
    for file in &theirs.files {
        match copy::copy(file, mask) {
            Ok((path, bytes)) => {
                let path = path.split('/').fold(dir.to_owned(), |folder, part| folder.join(part));
                let folder = path.parent().unwrap_or(dir);
                fs::create_dir_all(folder).map_err(|error| outside(folder, &error))?;
                fs::write(&path, bytes).map_err(|error| outside(&path, &error))?;
            }
            Err(why) => {
                let told = say(lang, "写しません", "not copied");
                eprintln!("{}: {told}: {}", copy::path(file, mask), why.say(lang));
            }
        }
    }
    Ok(())
}

fn outside(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Exit::Outside, format!("{}: {error}", path.display()))
}
