//! The shipped people, compiled in: the binary works anywhere, without the folder.

use jiff::civil::Date;

use super::{People, PeopleError, read_toml};

/// Id and text of each file of `card-profiles/`; a test compares the list with the folder.
macro_rules! profiles {
    ($($id:literal)*) => {
        [$(($id, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/card-profiles/", $id, ".toml")))),*]
    };
}

/// Id and TOML text of every shipped person, by id.
pub fn shipped() -> &'static [(&'static str, &'static str)] {
    &SHIPPED
}

/// The shipped people, settled on `today`.
///
/// # Errors
/// None for the files as they are shipped (a test reads them all); the type is that of [`super::load`].
pub fn built_in(today: Date) -> Result<People, PeopleError> {
    let profiles = SHIPPED
        .iter()
        .map(|(id, text)| Ok(((*id).to_owned(), read_toml(&format!("card-profiles/{id}.toml"), text)?)))
        .collect::<Result<Vec<_>, PeopleError>>()?;
    People::settle(profiles, today)
}

const SHIPPED: [(&str, &str); 56] = profiles![
    "android"
    "bango"
    "betsujin"
    "bubun"
    "chihou"
    "fujo"
    "fujo-heiyo"
    "fujo-miseiri"
    "fukaiji"
    "futago-ichi"
    "futago-ni"
    "gaiji"
    "genekinami"
    "hanako"
    "hogo"
    "ichiro"
    "ikusei"
    "iphone"
    "ippan2"
    "jieikan"
    "juki"
    "kana"
    "kao"
    "karei"
    "ketsuyu"
    "kigen"
    "kigengire"
    "kodomo"
    "kouki"
    "koushin"
    "kyohi"
    "kyoyu-haha"
    "kyoyu-ko"
    "lock"
    "maru"
    "mask"
    "mitouroku"
    "nanbyo"
    "nashi"
    "saihakkou"
    "sedai1"
    "sedai2"
    "shibou"
    "shikkou"
    "shinki"
    "soushitsu"
    "taishoku"
    "tanki"
    "taro"
    "teiki"
    "teishotoku"
    "tenshoku"
    "tokubetsu"
    "tokurei"
    "touseki"
    "yuuyo"
];
