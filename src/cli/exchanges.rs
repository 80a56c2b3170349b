//! `madoguchi exchanges [ID]`: what went through the folders of a running station, looked at after it was collected, and repeated.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::client::StationArgs;
use super::{Exit, Failure, Outcome};
use crate::event::{FolderKind, Lang, say};
use crate::message::element::ElementTable;
use crate::message::explain;
use crate::message::sealed::is_sealed_name;
use crate::operate::client::{Client, ClientError};
use crate::station::exchanges::{ExchangeView, How, KeptFile};

/// 処理した要求と回答を、回収された後でも見る、繰り返す / requests and answers after they were collected: look at them, repeat them
#[derive(Debug, Args)]
pub struct ExchangesArgs {
    /// 番号 (例 1-42)。なければ一覧 / the exchange, such as 1-42; a list without it
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// ファイルをこのフォルダに書き出す / write its files into this folder
    #[arg(long, value_name = "DIR", requires = "id")]
    save: Option<PathBuf>,
    /// 繰り返す: same 同じもの、again もう一度、reader:N リーダーNで / repeat it
    #[arg(long, value_name = "same|again|reader:N", requires = "id", conflicts_with = "save")]
    repeat: Option<How>,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    station: StationArgs,
}

/// Lists, shows, saves or repeats.
pub fn run(args: &ExchangesArgs, lang: Lang) -> Outcome {
    let client = args.station.client();
    let Some(id) = &args.id else { return list(&client, args.json) };
    if let Some(how) = args.repeat {
        return repeat(&client, id, how, args.json);
    }
    if args.json && args.save.is_none() {
        let lang = say(lang, "ja", "en");
        let told: serde_json::Value = client.get(&format!("/control/v1/exchanges/{id}?lang={lang}"))?;
        println!("{told:#}");
        return Ok(Exit::Done);
    }
    let found: ExchangeView = client.get(&format!("/control/v1/exchanges/{id}"))?;
    let files: Vec<KeptFile> = found.request.into_iter().chain(found.answers).collect();
    match &args.save {
        Some(folder) => save(&client, id, &files, folder),
        None => show(&client, id, &files, lang),
    }
}

fn list(client: &Client, json: bool) -> Outcome {
    let all: Vec<ExchangeView> = client.get("/control/v1/exchanges")?;
    if json {
        println!("{:#}", serde_json::to_value(&all).unwrap_or_default());
        return Ok(Exit::Done);
    }
    for exchange in &all {
        let names: Vec<String> = exchange.request.iter().chain(&exchange.answers).map(place).collect();
        println!("{}  {}  {}", exchange.id, exchange.time.strftime("%Y-%m-%d %H:%M:%S"), names.join("  "));
    }
    Ok(Exit::Done)
}

fn repeat(client: &Client, id: &str, how: How, json: bool) -> Outcome {
    let body = serde_json::json!({ "how": how });
    let done: serde_json::Value = client.post(&format!("/control/v1/exchanges/{id}/repeat"), &body)?;
    if json {
        println!("{done:#}");
    } else {
        done["files"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|file| file.as_str())
            .for_each(|file| println!("{file}"));
    }
    Ok(Exit::Done)
}

fn save(client: &Client, id: &str, files: &[KeptFile], folder: &Path) -> Outcome {
    for file in files {
        // By folder: a request that came back has the name of the one that went.
        let place = folder.join(file.folder.to_string()).join(&file.name);
        let outside = |cause| Failure::new(Exit::Outside, format!("{}: {cause}", place.display()));
        fs::create_dir_all(place.parent().unwrap_or(folder)).map_err(outside)?;
        fs::write(&place, bytes(client, id, file)?).map_err(outside)?;
        println!("{}", place.display());
    }
    Ok(Exit::Done)
}

/// The request, then what it brought; each as `explain` shows it.
fn show(client: &Client, id: &str, files: &[KeptFile], lang: Lang) -> Outcome {
    let elements: ElementTable = client.get("/control/v1/elements")?;
    for file in files {
        let which = match file.folder {
            FolderKind::Req => say(lang, "要求", "request"),
            FolderKind::Res | FolderKind::Face => say(lang, "回答", "answer"),
        };
        println!("── {which} {}\n", place(file));
        let bytes = bytes(client, id, file)?;
        let told = match is_sealed_name(&file.name) {
            true => Ok(explain::zip(&file.name, &bytes, lang)),
            false => explain::file(&file.name, &bytes, &elements, lang),
        };
        match told {
            Ok(told) => println!("{}", told.text(lang)),
            Err(refusal) => println!("! {}\n", refusal.words(lang)),
        }
    }
    Ok(Exit::Done)
}

fn bytes(client: &Client, id: &str, file: &KeptFile) -> Result<Vec<u8>, ClientError> {
    let (folder, name) = (file.folder.to_string(), file.name.as_str());
    client.bytes(&format!("/control/v1/exchanges/{id}/content"), &[("folder", &folder), ("name", name)])
}

fn place(file: &KeptFile) -> String {
    format!("{}/{}", file.folder, file.name)
}
