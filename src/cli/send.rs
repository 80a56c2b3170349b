//! `madoguchi send FILE…`: requests put into `req` as a careful レセコン would, and their answers waited for.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use clap::Args;
use serde::Serialize;

use crate::cli::client::StationArgs;
use crate::cli::password::PasswordArgs;
use crate::cli::{Exit, Failure, Outcome};
use crate::clock::Clock;
use crate::folder::hand_in;
use crate::message::name::{Case, Classification, RequestName, classify};
use crate::message::sealed::seal;
use crate::random::Seed;
use crate::secret::ZipPassword;

/// How often `res` is looked into.
const LOOK: Duration = Duration::from_millis(20);

/// 要求ファイルを req に置き、回答を待つ / put request files into req, wait, print the paths of the answers
#[derive(Debug, Args)]
pub struct SendArgs {
    /// 要求ファイル (OQSsiquc01req_….xml、暗号化の設定なら .zip など。パスワードがあれば .xml は暗号化して送る) / request files; zips in encryption mode, which an .xml is made into where a password is told
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    password: PasswordArgs,
    /// 共有フォルダ (既定: 動いている窓口の1台目の端末) / shared folder (default: the first terminal of the running station)
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// 待つ秒数 / seconds to wait for each answer
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
    /// 前の回答が res に残っていても送る / send although an earlier answer still lies in res
    #[arg(long)]
    again: bool,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    station: StationArgs,
}

/// What came of one request.
#[derive(Debug, Serialize)]
struct Sent {
    request: String,
    /// The answer, or the `.err` of a request that was sent back.
    answer: Option<PathBuf>,
    refused: bool,
    millis: u128,
}

/// Sends all files in their order, then waits for each. Exit 1 when one was sent back or not answered in time.
pub fn run(args: &SendArgs) -> Outcome {
    let (req, res) = folders(args)?;
    let password = args.password.read()?;
    let names = args.files.iter().map(|file| request_name(file, password.is_some()));
    let names = names.collect::<Result<Vec<_>, _>>()?;
    for name in &names {
        let there = lying(&res, name).into_iter().map(|(path, _)| path).find(|path| !is_err(path, name));
        if let Some(answer) = there.filter(|_| !args.again) {
            return Err(Failure::new(
                Exit::Usage,
                format!("{} が既にあります / an answer of that name lies there already", answer.display()),
            )
            .remedy("回収してから送るか --again を付けてください / fetch it first, or use --again"));
        }
    }
    let mut sent = Vec::new();
    for (file, name) in args.files.iter().zip(&names) {
        let before = lying(&res, name);
        put(file, &req, name, password.as_ref())?;
        sent.push((name, before, Instant::now()));
    }
    let patience = Duration::from_secs(args.timeout);
    let results: Vec<Sent> =
        sent.into_iter().map(|(name, before, since)| wait(&res, name, &before, since, patience)).collect();
    report(&results, args.json);
    let held = results.iter().all(|sent| sent.answer.is_some() && !sent.refused);
    Ok(if held { Exit::Done } else { Exit::DidNotHold })
}

fn folders(args: &SendArgs) -> Result<(PathBuf, PathBuf), Failure> {
    if let Some(root) = &args.folder {
        return Ok((root.join("req"), root.join("res")));
    }
    let station: serde_json::Value = args.station.client().get("/control/v1/station")?;
    let path = |key: &str| station["terminals"][0][key].as_str().map(PathBuf::from);
    path("req")
        .zip(path("res"))
        .ok_or_else(|| Failure::new(Exit::Outside, "窓口に端末がありません / the station has no terminal"))
}

/// The name under which a file is sent: `packed`, that of the zip which holds it.
fn request_name(file: &Path, packed: bool) -> Result<RequestName, Failure> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    match classify(&name, Case::Ignore) {
        Classification::Request(request) if packed && !request.is_sealed() => {
            request_name(&file.with_extension("zip"), packed)
        }
        Classification::Request(request) => Ok(request),
        Classification::Foreign { nearest: Some(near) } => {
            Err(not_a_request(&name).remedy(format!("「{near}」のことですか / did you mean {near}?")))
        }
        _ => Err(not_a_request(&name)
            .remedy("OQSsiquc01req_<日付と連番>.xml の形にしてください / name it OQSsiquc01req_<date and serial>.xml")),
    }
}

fn not_a_request(name: &str) -> Failure {
    Failure::new(Exit::Usage, format!("{name} は要求ファイルの名前ではありません / not the name of a request"))
}

fn put(file: &Path, req: &Path, name: &RequestName, password: Option<&ZipPassword>) -> Result<(), Failure> {
    let outside = |path: &Path, error: io::Error| Failure::new(Exit::Outside, format!("{}: {error}", path.display()));
    let mut bytes = fs::read(file).map_err(|error| outside(file, error))?;
    let inside = file.file_name().unwrap_or_default().to_string_lossy();
    if let (Some(password), false) = (password, inside == name.file.as_str()) {
        // The salt is that of every run of ours: what is sent are test data (docs/encryption.md).
        bytes = seal(&inside, &bytes, password, Seed::default(), Clock::real().now())
            .map_err(|error| outside(file, error))?;
    }
    hand_in(req, &name.file, |beside| fs::write(beside, bytes))
        .map(drop)
        .map_err(|error| outside(&req.join(&name.file), error))
}

/// What lies in `res` for a request, with the time of each.
fn lying(res: &Path, name: &RequestName) -> Vec<(PathBuf, SystemTime)> {
    let Ok(entries) = fs::read_dir(res) else { return Vec::new() };
    let ours = entries.flatten().filter(|entry| name.is_answered_by(&entry.file_name().to_string_lossy()));
    // What goes away between the listing and the look was fetched by somebody else.
    ours.filter_map(|entry| Some((entry.path(), entry.metadata().and_then(|meta| meta.modified()).ok()?))).collect()
}

fn is_err(path: &Path, name: &RequestName) -> bool {
    path.file_name().is_some_and(|file| file.to_string_lossy() == name.err())
}

fn wait(res: &Path, name: &RequestName, before: &[(PathBuf, SystemTime)], since: Instant, patience: Duration) -> Sent {
    loop {
        let fresh = lying(res, name).into_iter().find(|seen| !before.contains(seen)).map(|(path, _)| path);
        if fresh.is_some() || since.elapsed() >= patience {
            return Sent {
                request: name.file.clone(),
                refused: fresh.as_deref().is_some_and(|path| is_err(path, name)),
                answer: fresh,
                millis: since.elapsed().as_millis(),
            };
        }
        std::thread::sleep(LOOK);
    }
}

fn report(results: &[Sent], json: bool) {
    if json {
        println!("{:#}", serde_json::to_value(results).unwrap_or_default());
        return;
    }
    for sent in results {
        match &sent.answer {
            Some(path) => println!("{}", path.display()),
            None => eprintln!("{}: {} ms 待っても回答がありません / no answer", sent.request, sent.millis),
        }
    }
}
