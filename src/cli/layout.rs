//! `madoguchi layout export|import|diff`: our provisional tables as files, and a vendor's in their place (docs/layouts.md).

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::run::USUAL_FILE;
use super::{Exit, Failure, Outcome};
use crate::event::{Lang, say};
use crate::folder::hand_in::write_whole;
use crate::station::layouts::diff::{Difference, Kind, differences};
use crate::station::layouts::table::{self, Table};
use crate::station::layouts::{self, Layouts, LayoutsError};
use crate::station::settings::Settings;

/// レイアウト、コード表、エラーコードをファイルで差し替える / layouts, code tables and error codes as files of your own
#[derive(Debug, Args)]
pub struct LayoutArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 内蔵の表をフォルダに書き出す (上書きしない) / write the built-in tables into a folder; overwrites nothing
    Export {
        /// フォルダ / the folder
        dir: PathBuf,
    },
    /// 確かめて、使うフォルダに入れる / check a folder or one of its files, and put it where it is used
    Import {
        /// フォルダ、またはその一つのファイル / a folder, or one of its files
        source: PathBuf,
        /// 入れる先 (既定: 設定の [station] layouts) / where to (default: the settings' folder)
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
        /// 入れる先の同名のファイルを置き換える / replace files of the same name there
        #[arg(long)]
        replace: bool,
    },
    /// 内蔵の表との違いを行ごとに示す (終了コード 0 同じ、1 違う) / what differs from the built-in tables, row by row; exit code 1 if anything
    Diff {
        /// フォルダ (既定: 設定の [station] layouts) / the folder (default: that of the settings)
        dir: Option<PathBuf>,
        /// JSONで出力 / print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command. Exit code: 0 done or the same, 1 something differs, 2 a file cannot be used or would be overwritten, 3 a folder
/// cannot be read or written.
///
/// # Errors
/// A [`Failure`] with file, line, key and rule.
pub fn run(args: &LayoutArgs, lang: Lang) -> Outcome {
    match &args.what {
        What::Export { dir } => export(dir),
        What::Import { source, to, replace } => import(source, to.as_deref(), *replace, lang),
        What::Diff { dir, json } => {
            let dir = dir.clone().map_or_else(folder_of_settings, |dir| Ok(Some(dir)))?;
            diff(&dir.ok_or_else(no_folder)?, *json, lang)
        }
    }
}

/// The tables in effect for a command: of the folder that is told, else of the one that the settings name.
///
/// # Errors
/// A [`Failure`] about the settings or a file of the folder.
pub fn layouts(told: Option<&Path>) -> Result<Layouts, Failure> {
    let folder = told.map(Path::to_owned).map_or_else(folder_of_settings, |dir| Ok(Some(dir)))?;
    Layouts::read(folder.as_deref()).map_err(unusable)
}

/// `[station] layouts`
fn folder_of_settings() -> Result<Option<PathBuf>, Failure> {
    Ok(usual_settings(|_| true)?.station.layouts)
}

/// What the usual file says and the variables that `is_meant`, for commands that take no `--config`. A command that wants one table need
/// not stop at a variable about another.
///
/// # Errors
/// A [`Failure`] about the first thing in them that is wrong.
pub fn usual_settings(is_meant: impl Fn(&str) -> bool) -> Result<Settings, Failure> {
    let usual = Path::new(USUAL_FILE);
    let told = std::env::var_os("MADOGUCHI_CONFIG").map(PathBuf::from);
    let file = told.as_deref().or(usual.is_file().then_some(usual));
    let environment = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
    let environment = environment.filter(|(name, _)| is_meant(name));
    Settings::read(file, environment).map_err(|error| Failure::new(Exit::Usage, error.to_string()))
}

fn export(dir: &Path) -> Outcome {
    let outside = |error: io::Error| Failure::new(Exit::Outside, format!("{}: {error}", dir.display()));
    fs::create_dir_all(dir).map_err(outside)?;
    // Looked at before the first is written: all or none.
    if let Some(there) = table::ALL.map(|table| dir.join(table.name())).into_iter().find(|path| path.exists()) {
        return Err(overwrites(&there, "別のフォルダを指定してください / name another folder"));
    }
    for table in table::ALL {
        let path = dir.join(table.name());
        write_new(&path, table.built_in().as_bytes()).map_err(outside)?;
        println!("{}", path.display());
    }
    Ok(Exit::Done)
}

fn import(source: &Path, to: Option<&Path>, replace: bool, lang: Lang) -> Outcome {
    let named = folder_of_settings()?;
    let to = to.map(Path::to_owned).or_else(|| named.clone()).ok_or_else(no_folder)?;
    let files = match source.is_dir() {
        true => layouts::files(source).map_err(unusable)?,
        false => vec![one_file(source).map_err(unusable)?],
    };
    check_together(&files, &to)?;
    let outside = |error: io::Error| Failure::new(Exit::Outside, format!("{}: {error}", to.display()));
    fs::create_dir_all(&to).map_err(outside)?;
    let differs = |path: &Path, text: &str| path.exists() && fs::read_to_string(path).ok().as_deref() != Some(text);
    if let Some((table, ..)) = files.iter().find(|(table, _, text)| !replace && differs(&to.join(table.name()), text)) {
        return Err(overwrites(&to.join(table.name()), "置き換えるなら --replace / add --replace to replace it"));
    }
    for (table, _, text) in &files {
        let path = to.join(table.name());
        // Whole or not at all: a station may be starting.
        write_whole(&path, text).map_err(outside)?;
        let rows = differences(*table, &path.display().to_string(), text).map_err(|e| unusable(e.into()))?.len();
        let differ = say(lang, "行が内蔵と違います", "rows differ from the built-in ones");
        println!("{}  {rows} {differ}", path.display());
    }
    let is_named = named.is_some_and(|named| fs::canonicalize(named).ok() == fs::canonicalize(&to).ok());
    if !is_named {
        let words = say(lang, "使うには madoguchi.toml に", "to use it, in madoguchi.toml");
        // A path as TOML writes it, backslashes of Windows included.
        println!("{words}:\n[station]\nlayouts = {}", toml::Value::String(to.display().to_string()));
    }
    Ok(Exit::Done)
}

/// Checks `files` as they will lie in `to`, among the files that are there already: rows name code tables of another file.
fn check_together(files: &[(Table, PathBuf, String)], to: &Path) -> Result<(), Failure> {
    let there = if to.is_dir() { layouts::files(to).or_else(none_yet).map_err(unusable)? } else { Vec::new() };
    let others = there.into_iter().filter(|(table, ..)| !files.iter().any(|(new, ..)| new == table));
    Layouts::of_files(others.chain(files.iter().cloned()).collect()).map(|_| ()).map_err(unusable)
}

fn none_yet(error: LayoutsError) -> Result<Vec<(Table, PathBuf, String)>, LayoutsError> {
    match error {
        LayoutsError::Empty(_) => Ok(Vec::new()),
        error => Err(error),
    }
}

fn one_file(path: &Path) -> Result<(Table, PathBuf, String), LayoutsError> {
    let table = path.file_name().and_then(|name| Table::named(&name.to_string_lossy()));
    let table = table.ok_or_else(|| layouts::foreign(path))?;
    Ok((table, path.to_owned(), layouts::text_of(path)?))
}

fn diff(dir: &Path, json: bool, lang: Lang) -> Outcome {
    let files = layouts::files(dir).map_err(unusable)?;
    Layouts::of_files(files.clone()).map_err(unusable)?;
    let mut found = Vec::new();
    for (table, path, text) in files {
        found.extend(differences(table, &path.display().to_string(), &text).map_err(|e| unusable(e.into()))?);
    }
    if json {
        println!("{}", serde_json::to_string(&found).map_err(|error| Failure::new(Exit::Internal, error.to_string()))?);
    } else {
        found.iter().for_each(|difference| print!("{}", shown(difference, lang)));
    }
    Ok(if found.is_empty() { Exit::Done } else { Exit::DidNotHold })
}

fn shown(difference: &Difference, lang: Lang) -> String {
    let kind = match difference.kind {
        Kind::Added => say(lang, "追加", "added"),
        Kind::Changed => say(lang, "変更", "changed"),
        Kind::Removed => say(lang, "削除", "removed"),
    };
    let mut text = format!("{} {}  {kind}\n", difference.file, difference.row);
    for field in &difference.fields {
        let of = |side: &Option<String>| side.clone().unwrap_or_else(|| "–".to_owned());
        text += &format!("    {}: {} → {}\n", field.key, of(&field.built_in), of(&field.yours));
    }
    text
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(bytes)
}

fn overwrites(path: &Path, remedy: &str) -> Failure {
    let why = format!("{} は既にあり、上書きしません / is there already and is not overwritten", path.display());
    Failure::new(Exit::Usage, why).remedy(remedy)
}

fn no_folder() -> Failure {
    Failure::new(Exit::Usage, "レイアウトのフォルダがわかりません / no layout folder is named")
        .remedy("フォルダを指定するか、madoguchi.toml の [station] layouts に書いてください / name one, or set [station] layouts")
}

fn unusable(error: LayoutsError) -> Failure {
    let exit = match error {
        LayoutsError::Unreadable { .. } => Exit::Outside,
        LayoutsError::NotUtf8 { .. }
        | LayoutsError::Foreign { .. }
        | LayoutsError::Empty(_)
        | LayoutsError::Mistake(_) => Exit::Usage,
    };
    Failure::new(exit, error.to_string())
}
