//! What can be wrong with the people of a folder: file, line, key, the rule, and what to write instead.

use std::path::PathBuf;

use crate::handwritten::Mistake;

/// A folder of people that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The folder cannot be listed.
    #[error(
        "フォルダ {folder} を開けません。--people で card-profiles のあるフォルダを指定してください / cannot open the folder {folder}: name the one that holds the card-profiles with --people"
    )]
    Folder {
        /// Which folder.
        folder: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file cannot be read.
    #[error(
        "{file} を読めません。UTF-8 で保存されているか、読み取り権限があるか確かめてください / cannot read {file}: is it saved as UTF-8, and may it be read?"
    )]
    File {
        /// Which file.
        file: PathBuf,
        /// What the system said (not UTF-8, no permission …).
        #[source]
        source: std::io::Error,
    },
    /// A profile that breaks a rule of the format.
    #[error(transparent)]
    Profile(#[from] Box<Mistake>),
    /// Two cards cannot carry the same certificate.
    #[error(
        "{first} と {second} のカードが同じシリアル番号 {serial} です。どちらかの [card] serial を変えてください / {first} and {second} have the same certificate serial number {serial}: change the [card] serial of one of them"
    )]
    SameSerial {
        /// Who has it already.
        first: String,
        /// Who claims it too.
        second: String,
        /// Upper-case hexadecimal.
        serial: String,
    },
}
