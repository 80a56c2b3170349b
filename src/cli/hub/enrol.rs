//! `madoguchi hub enrol` and `hub revoke`: who may speak to a hub.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::usage;
use crate::authority::line::Institutions;
use crate::cli::{Exit, Failure, Outcome};
use crate::clock::Clock;
use crate::event::{Lang, say};
use crate::folder::private;
use crate::hub::gate::folder::{DAYS, DEFAULT, GateFolder};
use crate::number::InstitutionCode;

/// 端末の証明書を発行する / issue a certificate to a terminal
#[derive(Debug, Clone, Args)]
pub struct EnrolArgs {
    /// 端末の名前、または医療機関コード10桁 / the terminal's name, or a 医療機関コード of ten digits
    #[arg(value_name = "TERMINAL|INSTITUTION", value_parser = terminal)]
    pub terminal: String,
    /// 証明書と鍵を書くフォルダ / where certificate and key are written
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// 照会できる医療機関コード (繰り返し可) / an institution that it asks for, repeatable
    #[arg(long, value_name = "CODE", value_parser = institution)]
    pub institution: Vec<String>,
    /// どの医療機関としても照会できる証明書 / a certificate for whichever institution
    #[arg(long, conflicts_with = "institution")]
    pub many: bool,
    /// 有効な日数 / days for which it holds
    #[arg(long, value_name = "DAYS", default_value_t = DAYS, value_parser = clap::value_parser!(i64).range(1..=7300))]
    pub days: i64,
    /// ハブの --tls のフォルダ / the folder of the hub's --tls
    #[arg(long, value_name = "DIR", default_value = DEFAULT)]
    pub tls: PathBuf,
    /// JSON で出力する / as JSON
    #[arg(long)]
    pub json: bool,
}

/// 端末の証明書を失効させる (動いているハブもすぐ断る) / revoke a terminal's certificates; a running hub refuses them at once
#[derive(Debug, Clone, Args)]
pub struct RevokeArgs {
    /// 発行時の名前または医療機関コード / the name or institution it was issued to
    #[arg(value_name = "TERMINAL|INSTITUTION")]
    pub terminal: String,
    /// ハブの --tls のフォルダ / the folder of the hub's --tls
    #[arg(long, value_name = "DIR", default_value = DEFAULT)]
    pub tls: PathBuf,
    /// JSON で出力する / as JSON
    #[arg(long)]
    pub json: bool,
}

/// Issues.
pub fn enrol(args: &EnrolArgs, lang: Lang) -> Outcome {
    let institutions = institutions(args, lang)?;
    let now = Clock::real().now();
    let folder = GateFolder::open(&args.tls, &[], now).map_err(|error| usage(&error))?;
    let issued = folder.enrol(&args.terminal, &institutions, args.days, now).map_err(|error| usage(&error))?;
    let out = std::path::absolute(&args.out).unwrap_or_else(|_| args.out.clone());
    let write = |name: &str, text: &str| {
        let file = out.join(name);
        let written = std::fs::create_dir_all(&out).and_then(|()| private::write(&file, text.as_bytes()));
        let what = say(lang, "を書けません", "cannot be written");
        written.map_err(|error| Failure::new(Exit::Outside, format!("{} {what}: {error}", file.display())))?;
        Ok::<_, Failure>(file)
    };
    let ca = write("ca.pem", &issued.ca)?;
    let certificate = write(&format!("{}.pem", args.terminal), &issued.certificate)?;
    let key = write(&format!("{}.key", args.terminal), &issued.key)?;
    let until = issued.not_after.strftime("%Y-%m-%d").to_string();
    let units = institutions.units();
    if args.json {
        let told = json!({
            "terminal": args.terminal, "institutions": units, "valid_until": until,
            "ca": ca, "certificate": certificate, "key": key,
        });
        println!("{told}");
        return Ok(Exit::Done);
    }
    println!("{}  {}  {}{until}", args.terminal, units.join(", "), say(lang, "有効期限 ", "valid until "));
    println!("\n[hub]\nurl = \"https://127.0.0.1:8791\"");
    for (name, file) in [("ca", &ca), ("certificate", &certificate), ("key", &key)] {
        println!("{name} = {}", quoted(file));
    }
    Ok(Exit::Done)
}

/// Revokes.
pub fn revoke(args: &RevokeArgs, lang: Lang) -> Outcome {
    let now = Clock::real().now();
    let folder = GateFolder::existing(&args.tls).map_err(|error| usage(&error))?;
    let revoked = folder.revoke(&args.terminal, now).map_err(|error| usage(&error))?;
    for client in revoked {
        match args.json {
            true => println!("{}", json!({ "terminal": client.name(), "institutions": client.institutions() })),
            false => println!("{}  {}  {}", client.name(), client.institutions(), say(lang, "失効", "revoked")),
        }
    }
    Ok(Exit::Done)
}

/// Those that are named; a terminal that is called by an institution's code asks for that one.
fn institutions(args: &EnrolArgs, lang: Lang) -> Result<Institutions, Failure> {
    if args.many {
        return Ok(Institutions::Any);
    }
    let mut codes: BTreeSet<String> = args.institution.iter().cloned().collect();
    if codes.is_empty() && institution(&args.terminal).is_ok() {
        codes.insert(args.terminal.clone());
    }
    match codes.is_empty() {
        false => Ok(Institutions::Only(codes)),
        true => {
            let what = say(lang, "どの医療機関の端末か分かりません", "whose terminal it is, is not said");
            Err(Failure::new(Exit::Usage, what).remedy(say(
                lang,
                "--institution 医療機関コード か --many を付けてください",
                "add --institution CODE, or --many",
            )))
        }
    }
}

fn institution(text: &str) -> Result<String, String> {
    match text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(InstitutionCode::new(text).as_str().to_owned()),
        false => Err("医療機関コードは数字10桁です / ten digits".to_owned()),
    }
}

/// A name that a file can have everywhere.
fn terminal(text: &str) -> Result<String, String> {
    let fits = !text.is_empty()
        && text.len() <= 60
        && !text.starts_with('.')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    match fits {
        true => Ok(text.to_owned()),
        false => Err("英数字と - _ . で60文字までです / up to 60 of A–Z a–z 0–9 - _ .".to_owned()),
    }
}

/// A path in TOML: literal where it can be, so that Windows paths stay readable.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    if text.contains('\'') { toml::Value::String(text).to_string() } else { format!("'{text}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_called_by_what_a_file_can_be_called_on_every_system() {
        for good in ["uketsuke-1", "1319919997", "a.b_c"] {
            assert!(terminal(good).is_ok(), "{good}");
        }
        for bad in ["", "../x", "a/b", "a\\b", ".x", "a b", "受付", "a:b"] {
            assert!(terminal(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_path_stands_in_toml_as_it_is() {
        for path in ["C:\\OQS\\tls\\a.pem", "/tmp/o'clock/a.pem", "/tmp/a.pem"] {
            let table: toml::Table = toml::from_str(&format!("p = {}", quoted(Path::new(path)))).unwrap();
            assert_eq!(table["p"].as_str(), Some(path));
        }
    }
}
