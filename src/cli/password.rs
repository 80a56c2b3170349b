//! The password of sealed files, for commands that look into them.

use std::path::PathBuf;

use clap::Args;

use super::{Exit, Failure};
use crate::event::Words;
use crate::secret::ZipPassword;
use crate::terminal::sealing::PasswordSource;

/// Where the password of zips comes from. None of the two is an argument of its own: those are seen by everybody on the machine.
#[derive(Debug, Clone, Default, Args)]
pub struct PasswordArgs {
    /// 暗号化ZIPのパスワードを持つ環境変数 / environment variable that holds the password of zips
    #[arg(long, value_name = "NAME", conflicts_with = "password_file")]
    pub password_env: Option<String>,
    /// 一行目が暗号化ZIPのパスワードのファイル / file whose first line is the password of zips
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

impl PasswordArgs {
    /// The password, where one is told.
    ///
    /// # Errors
    /// A [`Failure`] when the variable or the file has none.
    pub fn read(&self) -> Result<Option<ZipPassword>, Failure> {
        let env = self.password_env.clone().map(PasswordSource::Env);
        let source = env.or_else(|| self.password_file.clone().map(PasswordSource::File));
        source
            .map(|source| source.read())
            .transpose()
            .map_err(|Words { ja, en }| Failure::new(Exit::Usage, format!("{ja} / {en}")))
    }
}
