//! `people import`: a table into a folder, or into a running station.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{AtStation, folder, note_new_folder, outside, people_of, show};
use crate::cli::{Exit, Failure, Outcome};
use crate::clock::Clock;
use crate::event::{Lang, say};
use crate::operate::client::ClientError;
use crate::people::table::{self, CellMistake, Plan};
use crate::people::write;

/// Mistakes that are printed; `--json` has them all.
const PRINTED: usize = 50;

/// What to import, and where.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// CSV (UTF-8かCP932、コンマかタブ) / the table: UTF-8 or CP932, commas or tabs
    file: PathBuf,
    /// 患者のフォルダ (既定: 設定の [station] people、なければ card-profiles) / folder of people (default: that of the settings, else card-profiles)
    #[arg(long, value_name = "DIR", conflicts_with = "station")]
    people: Option<PathBuf>,
    #[command(flatten)]
    station: AtStation,
    /// 取り込む内容を示すだけで、何も書かない / show what would be imported, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// 同じIDの人を置き換える / replace people of the same id
    #[arg(long)]
    replace: bool,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
}

pub fn import(args: &ImportArgs, lang: Lang) -> Outcome {
    let bytes = fs::read(&args.file).map_err(|error| outside(&args.file, &error))?;
    let plan = match args.station.client() {
        Some(client) => {
            let path = format!("/control/v1/people.csv?dry_run={}&replace={}", args.dry_run, args.replace);
            client.post_table(&path, &bytes).map_err(Refused::from)
        }
        None => into_folder(args, &bytes),
    };
    match plan {
        Ok(plan) => {
            if args.json {
                println!("{}", show::json(&plan)?);
            } else {
                show::plan(&plan, lang);
                conclude(args, &plan, lang);
            }
            Ok(Exit::Done)
        }
        Err(Refused::Table(mistakes)) => {
            refuse(args, &mistakes, lang)?;
            Ok(Exit::DidNotHold)
        }
        Err(Refused::Else(failure)) => Err(failure),
    }
}

/// Why nothing was imported.
#[derive(Debug)]
pub enum Refused {
    /// The table has mistakes.
    Table(Vec<CellMistake>),
    /// Something else stands in the way.
    Else(Failure),
}

impl From<ClientError> for Refused {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Refused { mistakes, .. } if !mistakes.is_empty() => Self::Table(mistakes),
            error => Self::Else(error.into()),
        }
    }
}

fn into_folder(args: &ImportArgs, bytes: &[u8]) -> Result<Plan, Refused> {
    let today = Clock::real().now().date();
    let folder = folder(args.people.as_deref()).map_err(Refused::Else)?;
    let mut present = people_of(&folder).map_err(Refused::Else)?;
    let table = table::read(bytes, today).map_err(Refused::Table)?;
    let plan = table.plan(|id| present.get(id).is_some(), args.replace).map_err(Refused::Table)?;
    let profiles = table.rows.iter().map(|row| (row.id.clone(), row.profile.clone())).collect();
    // Serial numbers are compared when all are together, before the first file is written.
    present
        .put_all(profiles, today)
        .map_err(|error| Refused::Else(Failure::new(Exit::DidNotHold, error.to_string())))?;
    if !args.dry_run {
        let newly = !folder.exists();
        let failed = |place: &Path, error| Refused::Else(outside(place, &error));
        fs::create_dir_all(&folder).map_err(|error| failed(&folder, error))?;
        for row in &table.rows {
            let file = folder.join(format!("{}.toml", row.id));
            write::write(&folder, &row.id, &row.profile).map_err(|error| failed(&file, error))?;
        }
        if newly {
            note_new_folder(&folder);
        }
    }
    Ok(plan)
}

fn conclude(args: &ImportArgs, plan: &Plan, lang: Lang) {
    let many = plan.people.len();
    let place = match (&args.station.station, &args.people) {
        (Some(station), _) => station.clone(),
        (None, _) => folder(args.people.as_deref()).map(|dir| dir.display().to_string()).unwrap_or_default(),
    };
    let line = match args.dry_run {
        true => say(lang, "何も書いていません (--dry-run)", "nothing was written (--dry-run)").to_owned(),
        false => say(lang, &format!("{place} に {many} 人"), &format!("{many} people in {place}")).to_owned(),
    };
    println!("{line}");
}

fn refuse(args: &ImportArgs, mistakes: &[CellMistake], lang: Lang) -> Result<(), Failure> {
    if args.json {
        println!("{}", show::json(&serde_json::json!({ "mistakes": mistakes }))?);
    }
    let file = args.file.display();
    for mistake in mistakes.iter().take(PRINTED) {
        eprintln!("{file}: {mistake}");
    }
    let more = mistakes.len().saturating_sub(PRINTED);
    if more > 0 {
        eprintln!("{file}: {}", say(lang, &format!("ほか {more} 件 (--json)"), &format!("and {more} more (--json)")));
    }
    let ja = "何も取り込んでいません。上の行と列を直してから、もう一度取り込んでください";
    eprintln!("  → {}", say(lang, ja, "nothing was imported: correct these rows and columns, then import again"));
    Ok(())
}
