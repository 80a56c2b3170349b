//! `madoguchi tap PERSON`: one visit on a running station.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::{ArgGroup, Args};
use serde_json::{Map, Value, json};

use crate::cli::client::{StationArgs, wait_until_up};
use crate::cli::fault_name::FaultName;
use crate::cli::{Exit, Failure, Outcome};
use crate::event::{Lang, say};
use crate::secret::Pin;

/// How often the readers are looked at while a visit waits.
const LOOK: Duration = Duration::from_millis(200);

/// 患者のカードをリーダーに置き、受付を一回行う / put a person's card on the reader: one visit
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("identify").args(["face", "pin", "pin_fd", "pin_prompt", "visual"]))]
pub struct TapArgs {
    /// 患者 (card-profiles のファイル名)。束縛済みの実カードと記録したカードでは省略可 / person id; may be left out for a bound real card
    /// and for a recorded one
    person: Option<String>,
    /// リーダー番号 (1から) / reader, from 1
    #[arg(long, value_name = "N")]
    reader: Option<usize>,
    /// 顔認証の結果 / face authentication with this result
    #[arg(long, value_name = "RESULT", value_parser = ["match", "mismatch", "unreadable"])]
    face: Option<String>,
    /// 暗証番号 (ソフトウェアカードのみ) / PIN, for software cards only
    #[arg(long, value_name = "DIGITS", hide_env_values = true)]
    pin: Option<String>,
    /// 暗証番号をファイル記述子から読む / read the PIN from this file descriptor (0 = standard input)
    #[arg(long, value_name = "FD")]
    pin_fd: Option<u32>,
    /// 暗証番号を尋ねる / ask for the PIN
    #[arg(long)]
    pin_prompt: bool,
    /// 目視確認 / the staff compare the face
    #[arg(long)]
    visual: bool,
    /// 同意: all, none, または diagnosis-and-pharmacists,operation などの並び / consents: all, none, or a list of limit-certificate,
    /// specific-disease, diagnosis-and-pharmacists, operation, health-checkup
    #[arg(long, value_name = "all|none|LIST")]
    consent: Option<String>,
    /// 受給者証 / the 受給者証 question
    #[arg(long, value_name = "ANSWER", value_parser = ["use", "decline"])]
    subsidy: Option<String>,
    /// 処方箋の発行形態 / prescription form
    #[arg(long, value_name = "FORM", value_parser = ["electronic", "paper"])]
    prescription: Option<String>,
    /// 未登録のカードを登録しない / do not register a card that is not registered yet
    #[arg(long)]
    no_register: bool,
    /// カード: soft, pcsc[:リーダー名], replay:ファイル (card read --trace の記録) / the card: soft, pcsc[:READER], or replay:FILE, one that was
    /// recorded by card read --trace
    #[arg(long, value_name = "CARD")]
    card: Option<String>,
    /// 手持ちのXMLをこの受付の結果にする (answers フォルダの中の名前) / this visit brings a file of the folder of answers
    #[arg(long, value_name = "FILE")]
    own: Option<String>,
    /// この受付だけの障害 (繰り返し可) / a fault for this visit only (repeatable)
    #[arg(long, value_name = "NAME", value_parser = FaultName, hide_possible_values = true)]
    fault: Vec<String>,
    /// JSONで出力 / print JSON
    #[arg(long)]
    json: bool,
    /// 窓口の起動を待つ / wait until the station is up
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    station: StationArgs,
}

/// Runs the command. A visit that leaves no face file exits 1 and says why.
pub fn run(args: &TapArgs, lang: Lang) -> Outcome {
    let order = order(args)?;
    let client = args.station.client();
    if args.wait {
        wait_until_up(&client)?;
    }
    let report: Value = match (&args.person, &args.card) {
        (None, Some(_)) => while_saying_who_is_asked(&args.station, || client.post("/control/v1/visits", &order))?,
        _ => client.post("/control/v1/visits", &order)?,
    };
    if args.json {
        println!("{report:#}");
    } else {
        print_report(&report, lang);
    }
    Ok(if report["files"]["face"].is_string() { Exit::Done } else { Exit::DidNotHold })
}

/// A visit with a card that nobody knows waits for an answer at the station: whoever waits here is told so, once.
fn while_saying_who_is_asked<T>(station: &StationArgs, visit: impl FnOnce() -> T) -> T {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let client = station.client();
            while !over.load(Ordering::Relaxed) {
                let readers: Vec<Value> = client.get("/control/v1/readers").unwrap_or_default();
                if readers.iter().any(|reader| reader["state"] == "who-is-this") {
                    eprintln!(
                        "madoguchi: どなたのカードですか。窓口の画面で選ぶか、card bind 患者 で答えてください / whose card is this? choose at the station, or card bind PERSON"
                    );
                    return;
                }
                std::thread::sleep(LOOK);
            }
        });
        let done = visit();
        over.store(true, Ordering::Relaxed);
        done
    })
}

fn order(args: &TapArgs) -> Result<Value, Failure> {
    let mut order = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            order.insert(key.to_owned(), value);
        }
    };
    put("person", args.person.clone().map(Value::from));
    put("reader", args.reader.map(Value::from));
    put("face", args.face.clone().map(Value::from));
    put("pin", pin(args)?.map(|pin| Value::from(pin.reveal())));
    put("visual", args.visual.then_some(json!(true)));
    put("consent", args.consent.as_deref().map(consent));
    put("subsidy", args.subsidy.clone().map(Value::from));
    put("prescription", args.prescription.clone().map(Value::from));
    put("register", args.no_register.then_some(json!(false)));
    put("card", args.card.as_deref().map(card).map(Value::from));
    put("answer", args.own.clone().map(Value::from));
    put("faults", (!args.fault.is_empty()).then(|| json!(args.fault)));
    Ok(Value::Object(order))
}

/// The station works in another folder: a recording is named from the root.
fn card(text: &str) -> String {
    match text.strip_prefix("replay:").map(std::path::absolute) {
        Some(Ok(file)) => format!("replay:{}", file.display()),
        _ => text.to_owned(),
    }
}

fn consent(text: &str) -> Value {
    match text {
        "all" | "none" => json!(text),
        list => json!(list.split(',').map(str::trim).filter(|q| !q.is_empty()).collect::<Vec<_>>()),
    }
}

/// The PIN as the caller gave it. On the command line it can be seen by others, so only a software card's may stand there.
fn pin(args: &TapArgs) -> Result<Option<Pin>, Failure> {
    let real = args.card.as_deref().is_some_and(|card| card.starts_with("pcsc"));
    match (&args.pin, args.pin_fd, args.pin_prompt) {
        (Some(_), _, _) if real => Err(Failure::new(
            Exit::Usage,
            "実カードの暗証番号は引数に書けません / a real card's PIN must not stand on the command line",
        )
        .remedy("--pin-fd または --pin-prompt を使ってください / use --pin-fd or --pin-prompt")),
        (Some(pin), _, _) => Ok(Some(Pin::new(pin.as_str()))),
        (None, Some(fd), _) => crate::cli::pin::from_fd(fd).map(Some),
        (None, None, true) => crate::cli::pin::from_prompt("暗証番号 / PIN: ").map(Some),
        (None, None, false) => Ok(None),
    }
}

fn print_report(report: &Value, lang: Lang) {
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let why = word(&report["why"][say(lang, "ja", "en")]);
    println!("{}  {}  {:.0} ms", word(&report["person"]), why, report["millis"].as_f64().unwrap_or_default());
    if let Some(error) = report["card_error"].as_str() {
        println!("  card  {error}");
    }
    for key in ["face", "pmh"] {
        if let Some(path) = report["files"][key].as_str() {
            println!("  {key:<5} {path}");
        }
    }
    for path in report["files"]["pmh_err"].as_array().into_iter().flatten() {
        println!("  {:<5} {}", "err", word(path));
    }
}
