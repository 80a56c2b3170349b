//! `madoguchi hub backup`: a copy of a hub's store while the hub is running.

use std::path::PathBuf;

use clap::Args;

use super::unusable;
use crate::cli::{Exit, Failure, Outcome};
use crate::event::{Lang, say};
use crate::hub::sqlite::{BackupError, backup};
use crate::hub::storage::StoreUrl;

/// 記憶域の写しを取る。ハブは動いていてよい / copy the store; the hub may be running
#[derive(Debug, Clone, Args)]
pub struct BackupArgs {
    /// 書き込むファイル。まだないもの / the file to write, which must not be there
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// ハブの記憶域: sqlite:ファイル / the hub's store: sqlite:FILE
    #[arg(long, value_name = "URL")]
    pub store: StoreUrl,
}

/// Copies.
pub fn run(args: &BackupArgs, lang: Lang) -> Outcome {
    let StoreUrl::Sqlite(from) = &args.store else {
        let ja = "memory の写しは取れません。sqlite:ファイル を指定してください";
        return Err(Failure::new(Exit::Usage, say(lang, ja, "memory cannot be copied: name sqlite:FILE")));
    };
    backup(from, &args.file).map_err(|error| match &error {
        BackupError::Store(store) => unusable(store),
        BackupError::Exists(_) => Failure::new(Exit::Usage, error.to_string()),
        BackupError::Unwritable { .. } => Failure::new(Exit::Outside, error.to_string()),
    })?;
    let done = match lang {
        Lang::Ja => format!("{} に写しました", args.file.display()),
        Lang::En => format!("copied to {}", args.file.display()),
    };
    println!("{done}");
    Ok(Exit::Done)
}
