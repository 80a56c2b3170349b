//! `madoguchi hub audit`: who asked what, from the file that a hub writes.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use clap::Args;

use crate::cli::{Exit, Failure, Outcome};
use crate::event::{Lang, say};
use crate::hub::audit::{Entry, Face, files};

/// 誰が何を照会したかの記録を読む / read who asked what
#[derive(Debug, Clone, Args)]
pub struct AuditArgs {
    /// --audit のファイル / the file of --audit
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// この端末・医療機関・自治体だけ / only of this terminal, institution or municipality
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// この照会だけ (visit、OQSsiquc01、handshake など) / only what was asked: visit, OQSsiquc01, handshake …
    #[arg(long, value_name = "INTERFACE")]
    pub asked: Option<String>,
    /// この人 (card:…) についてだけ / only about this one: card:…
    #[arg(long, value_name = "MASK")]
    pub about: Option<String>,
    /// この窓口だけ / only at this face
    #[arg(long, value_name = "FACE", value_enum)]
    pub face: Option<Face>,
    /// 書かれたままの JSON で出力する / as it stands: JSON Lines
    #[arg(long)]
    pub json: bool,
}

/// Prints.
pub fn run(args: &AuditArgs, lang: Lang) -> Outcome {
    let unreadable = |file: &std::path::Path, cause: &dyn std::fmt::Display| {
        let what = say(lang, "監査記録を読めません", "the audit cannot be read");
        Failure::new(Exit::Outside, format!("{} {what}: {cause}", file.display()))
    };
    let found = files(&args.file);
    if found.is_empty() {
        return Err(unreadable(&args.file, &say(lang, "ありません", "there is none")));
    }
    for file in found {
        let open = std::fs::File::open(&file).map_err(|error| unreadable(&file, &error))?;
        for line in BufReader::new(open).lines() {
            let line = line.map_err(|error| unreadable(&file, &error))?;
            // The last line of a hub that was killed may be half a line.
            let Ok(entry) = serde_json::from_slice::<Entry>(line.as_bytes()) else { continue };
            if args.wants(&entry) {
                println!("{}", if args.json { line } else { row(&entry) });
            }
        }
    }
    Ok(Exit::Done)
}

impl AuditArgs {
    fn wants(&self, entry: &Entry) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| wanted.is_none() || wanted.as_deref() == found;
        let about = entry.about.as_ref().map(ToString::to_string);
        let by = [&entry.terminal, &entry.institution, &entry.municipality];
        self.face.is_none_or(|face| face == entry.face)
            && is(&self.asked, Some(&entry.asked))
            && is(&self.about, about.as_deref())
            && (self.by.is_none() || by.into_iter().any(|name| name.is_some() && *name == self.by))
    }
}

fn row(entry: &Entry) -> String {
    let status = entry.status.map(|status| status.to_string());
    let about = entry.about.as_ref().map(ToString::to_string);
    let who = [&entry.terminal, &entry.institution, &entry.municipality, &entry.from];
    let who: Vec<&str> = who.into_iter().flatten().map(String::as_str).collect();
    let parts = [
        entry.time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        format!("{:<14}", entry.face.word()),
        format!("{:<34}", who.join(" ")),
        format!("{:<12}", entry.asked),
        format!("{:<20}", about.unwrap_or_default()),
        entry.outcome.clone().unwrap_or_default(),
        status.unwrap_or_default(),
    ];
    parts.join(" ").trim_end().to_owned()
}
