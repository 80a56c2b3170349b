//! `madoguchi people list|new|import|export`: people as files, and as one table that spreadsheets keep (docs/people.md).

mod show;
mod take;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use self::take::ImportArgs;
use super::client::StationArgs;
use super::{Exit, Failure, Outcome};
use crate::clock::Clock;
use crate::event::Lang;
use crate::operate::client::Client;
use crate::people::adoption::Asked;
use crate::people::table::{self, Form, Separator, TableEncoding};
use crate::people::{self, People, PeopleError, write};
use crate::random::Seed;
use crate::station::roster::PersonRow;

/// Where people are kept when nobody says where.
const USUAL_FOLDER: &str = "card-profiles";

/// 患者の一覧、追加、CSVの取り込みと書き出し / people: list them, add one, import and export them as CSV
#[derive(Debug, Args)]
pub struct PeopleArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 患者の一覧 / who is there
    List {
        /// ID、氏名、番号などの一部 (すべてを含む人だけ) / parts of ids, names, numbers: only who has them all
        words: Vec<String>,
        #[command(flatten)]
        from: FromArgs,
        /// JSONで出力 / print JSON
        #[arg(long)]
        json: bool,
    },
    /// 架空の人を一人、ファイルとして作る / make one synthetic person, as a file
    New(NewArgs),
    /// CSVの人を取り込む (誤りが一つでもあれば何も書かない) / take the people of a CSV file, all of them or none
    Import(ImportArgs),
    /// CSVに書き出す / write them as CSV
    Export {
        /// 書き出すファイル (既定: 標準出力) / the file (default: standard output)
        file: Option<PathBuf>,
        #[command(flatten)]
        from: FromArgs,
        /// 文字コード: utf-8 (BOM付き、既定) か cp932 / utf-8 with a BOM (default), or cp932
        #[arg(long, value_enum, default_value = "utf-8", hide_possible_values = true, hide_default_value = true)]
        encoding: Bytes,
        /// コンマでなくタブで区切る / tabs instead of commas
        #[arg(long)]
        tab: bool,
    },
}

/// Encodings by the names of the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Bytes {
    #[value(name = "utf-8")]
    Utf8,
    #[value(name = "cp932", alias = "shift_jis")]
    Cp932,
}

/// Whose people.
#[derive(Debug, Clone, Default, Args)]
struct FromArgs {
    /// 患者のフォルダ (既定: 設定の [station] people、card-profiles、なければ内蔵) / folder of people (default: that of the settings, card-profiles, else the built-in ones)
    #[arg(long, value_name = "DIR", conflicts_with = "station")]
    people: Option<PathBuf>,
    #[command(flatten)]
    station: AtStation,
}

/// A running station in place of a folder; named on the command line only, since the folder is what is usually meant.
#[derive(Debug, Clone, Default, Args)]
struct AtStation {
    /// フォルダでなく、動いている窓口の人 / the people of a running station instead of a folder
    #[arg(long, value_name = "URL")]
    station: Option<String>,
    /// 制御APIのトークン / token of the control API, where it demands one
    #[arg(long, value_name = "TOKEN", env = "MADOGUCHI_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

impl AtStation {
    fn client(&self) -> Option<Client> {
        let station = Some(self.station.clone()?);
        Some(StationArgs { station, token: self.token.clone() }.client())
    }
}

/// What is known of a new person; the rest is made up.
#[derive(Debug, Args)]
struct NewArgs {
    /// ID (ファイル名になる。半角の英小文字・数字・- _) / the id, which becomes the file's name: lower-case letters, digits, - and _
    id: String,
    /// 患者のフォルダ (既定: 設定の [station] people、なければ card-profiles) / folder of people (default: that of the settings, else card-profiles)
    #[arg(long, value_name = "DIR")]
    people: Option<PathBuf>,
    /// 氏名 / name
    #[arg(long)]
    name: Option<String>,
    /// 性別: 1 男、2 女、3 未設定 / sex
    #[arg(long, value_parser = ["1", "2", "3"], hide_possible_values = true, value_name = "1|2|3")]
    sex: Option<String>,
    /// 生年月日 / date of birth, YYYYMMDD
    #[arg(long, default_value = "19850412", value_name = "YYYYMMDD")]
    birthdate: String,
    /// 保険者番号 (名称と資格の種類が決まる) / insurer number; it decides name and kind of the insurance
    #[arg(long, default_value = "06139992", value_name = "NUMBER")]
    insurer: String,
    /// 記号 / symbol
    #[arg(long)]
    symbol: Option<String>,
    /// 番号 (既定: IDから決まる) / number (default: by the id)
    #[arg(long)]
    number: Option<String>,
    /// 枝番 / branch
    #[arg(long, default_value = "00")]
    branch: String,
    /// 乱数の種 / the seed of all chance
    #[arg(long, value_name = "N", default_value_t = Seed::default().0)]
    seed: u64,
}

/// Runs the command. Exit code: 0 done, 1 a table has mistakes, 2 wrong usage, 3 a file, folder or station is missing.
///
/// # Errors
/// A [`Failure`] with place, rule and remedy.
pub fn run(args: &PeopleArgs, lang: Lang) -> Outcome {
    match &args.what {
        What::List { words, from, json } => list(words, from, *json, lang),
        What::New(args) => new(args),
        What::Import(args) => take::import(args, lang),
        What::Export { file, from, encoding, tab } => {
            let encoding = match encoding {
                Bytes::Utf8 => TableEncoding::Utf8,
                Bytes::Cp932 => TableEncoding::Cp932,
            };
            let separator = if *tab { Separator::Tab } else { Separator::Comma };
            export(file.as_deref(), from, Form { encoding, separator })
        }
    }
}

fn list(words: &[String], from: &FromArgs, json: bool, lang: Lang) -> Outcome {
    let rows = match from.station.client() {
        Some(client) => client.get::<Vec<PersonRow>>("/control/v1/people")?,
        None => usual_people(from.people.as_deref())?.iter().map(PersonRow::of).collect(),
    };
    let rows: Vec<PersonRow> = rows.into_iter().filter(|row| show::has_all(row, words)).collect();
    if json {
        println!("{}", show::json(&rows)?);
    } else {
        show::people(&rows, lang);
    }
    Ok(Exit::Done)
}

fn new(args: &NewArgs) -> Outcome {
    let folder = folder(args.people.as_deref())?;
    let (seed, today) = (Seed(args.seed), Clock::real().now().date());
    let number = || seed.range(&["people-new", &args.id], 1_000, 999_999).to_string();
    let asked = Asked {
        insurer_number: args.insurer.clone(),
        symbol: args.symbol.clone(),
        number: args.number.clone().unwrap_or_else(number),
        branch: Some(args.branch.clone()),
        birthdate: args.birthdate.clone(),
    };
    let usage = |error: &dyn std::fmt::Display| Failure::new(Exit::Usage, error.to_string());
    let (_, mut profile) = asked.adopt(seed, today).map_err(|error| usage(&error))?;
    profile.adopted = false;
    profile.shows.ja = "people new で作った架空の人".to_owned();
    profile.shows.en = "made up by people new".to_owned();
    if let Some(name) = &args.name {
        profile.name.clone_from(name);
        // The kana were those of another name.
        profile.name_kana = None;
    }
    if let Some(sex) = &args.sex {
        profile.sex.clone_from(sex);
    }
    let mut present = people_of(&folder)?;
    if present.get(&args.id).is_some() {
        return Err(Failure::new(
            Exit::Usage,
            format!("「{}」という人は既にいます / there is somebody of this id", args.id),
        )
        .remedy("別のIDにするか、そのファイルを書き換えてください / choose another id, or edit that file"));
    }
    present.put(&args.id, profile.clone(), today).map_err(|error| usage(&error))?;
    let newly = !folder.exists();
    fs::create_dir_all(&folder)
        .and_then(|()| write::write(&folder, &args.id, &profile))
        .map_err(|e| outside(&folder, &e))?;
    println!("{}", folder.join(format!("{}.toml", args.id)).display());
    if newly {
        note_new_folder(&folder);
    }
    Ok(Exit::Done)
}

fn export(file: Option<&Path>, from: &FromArgs, form: Form) -> Outcome {
    let bytes = match from.station.client() {
        Some(client) => {
            let encoding = if form.encoding == TableEncoding::Cp932 { "cp932" } else { "utf-8" };
            let separator = if form.separator == Separator::Tab { "tab" } else { "comma" };
            client.bytes("/control/v1/people.csv", &[("encoding", encoding), ("separator", separator)])?
        }
        None => table::write(&usual_people(from.people.as_deref())?, form),
    };
    match file {
        Some(file) => fs::write(file, bytes).map_err(|error| outside(file, &error))?,
        None => std::io::stdout().write_all(&bytes).map_err(|error| outside(Path::new("-"), &error))?,
    }
    Ok(Exit::Done)
}

/// The people that a station would have.
fn usual_people(told: Option<&Path>) -> Result<People, Failure> {
    let folder = told.map(Path::to_owned).map_or_else(folder_of_settings, |folder| Ok(Some(folder)))?;
    people::load_or_built_in(folder.as_deref(), Clock::real().now().date()).map_err(|error| unusable(&error))
}

/// Where people are written.
fn folder(told: Option<&Path>) -> Result<PathBuf, Failure> {
    let folder = told.map(Path::to_owned).map_or_else(folder_of_settings, |folder| Ok(Some(folder)))?;
    Ok(folder.unwrap_or_else(|| PathBuf::from(USUAL_FOLDER)))
}

fn folder_of_settings() -> Result<Option<PathBuf>, Failure> {
    Ok(super::layout::usual_settings(|_| true)?.station.people)
}

/// Those of a folder that may not be there yet.
fn people_of(folder: &Path) -> Result<People, Failure> {
    if !folder.exists() {
        return Ok(People::default());
    }
    people::load(folder, Clock::real().now().date()).map_err(|error| unusable(&error))
}

fn unusable(error: &PeopleError) -> Failure {
    let exit = match error {
        PeopleError::Folder { .. } | PeopleError::File { .. } => Exit::Outside,
        PeopleError::Profile(_) | PeopleError::SameSerial { .. } => Exit::Usage,
    };
    Failure::new(exit, error.to_string())
}

fn outside(place: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Outside, format!("{}: {error}", place.display()))
}

/// A station that finds a folder has nobody else.
fn note_new_folder(folder: &Path) {
    eprintln!(
        "madoguchi: {} を新しく作りました。このフォルダを使う窓口にいるのは、ここにいる人だけです (内蔵の人も要るなら people export で書き出して取り込む) / a new folder: a station that uses it has only the people in it",
        folder.display()
    );
}
