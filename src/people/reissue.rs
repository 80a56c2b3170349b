//! 再発行: the same person gets another card. New key, new serial number, a life that begins today; the card before it stays known,
//! revoked, as `[[card.former]]`.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::Path;

use jiff::civil::Date;
use toml_edit::{Array, DocumentMut, InlineTable, Item, TableLike, Value, value};

use super::settle::derived_serial;
use super::{CardProfile, Day, FormerCardProfile, People, Person};
use crate::authority::{Generation, Reason};
use crate::card::apdu::hex;
use crate::folder::hand_in::write_whole;

/// What is asked of a new card, and of the one before it.
#[derive(Debug, Clone, Copy)]
pub struct Reissue {
    /// Why the card before is revoked.
    pub reason: Reason,
    /// Generation of the authority that issues. One that issues no more does it as of its last day.
    pub generation: Generation,
}

impl From<Reason> for Reissue {
    /// By the present generation.
    fn from(reason: Reason) -> Self {
        Self { reason, generation: Generation::PRESENT }
    }
}

/// Why nobody gets a new card.
#[derive(Debug, thiserror::Error)]
pub enum ReissueError {
    /// Nobody has this id.
    #[error("「{0}」という人はいません / there is nobody called `{0}`")]
    Nobody(String),
    /// A card that carries no certificate.
    #[error(
        "「{0}」のカードは別のICカードか住基カードで、利用者証明用電子証明書がありません / the card of `{0}` is some other IC card or a Juki card: there is no certificate to issue again"
    )]
    Foreign(String),
    /// The file cannot be read or written.
    #[error("{file} を書き換えられません: {cause} / cannot rewrite this file")]
    File {
        /// Which file.
        file: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The file holds no profile.
    #[error("{file}: {message} / not a profile that can be rewritten")]
    Toml {
        /// Which file.
        file: String,
        /// Where and why.
        message: String,
    },
}

impl People {
    /// The `[card]` of `id` after another card was issued on `today`; the present one is revoked, unless it was revoked before.
    ///
    /// # Errors
    /// [`ReissueError::Nobody`] and [`ReissueError::Foreign`].
    pub fn reissued_card(&self, id: &str, today: Date, asked: Reissue) -> Result<CardProfile, ReissueError> {
        let nobody = || ReissueError::Nobody(id.to_owned());
        let (person, profile) = self.get(id).zip(self.profile(id)).ok_or_else(nobody)?;
        if !person.card.kind.has_authentication() {
            return Err(ReissueError::Foreign(id.to_owned()));
        }
        let mut former = profile.card.former.clone();
        former.push(former_card(person, today, asked.reason));
        let number = former.len() + 1;
        Ok(CardProfile {
            serial: Some(hex(&self.free_serial(id))),
            key: Some(format!("{id}/{number}")),
            generation: (!asked.generation.is_present()).then_some(asked.generation),
            valid_from: Some(Day::from(asked.generation.issued_until().map_or(today, |last| last.min(today)))),
            valid_until: None,
            card_valid_until: None,
            revoked: false,
            revoked_on: None,
            revocation_reason: None,
            pin_locked: None,
            faults: BTreeMap::new(),
            former,
            ..profile.card.clone()
        })
    }

    /// A serial number of `id` that no card has or had.
    fn free_serial(&self, id: &str) -> Vec<u8> {
        let cards = self.iter().map(|person| &person.card);
        let taken: HashSet<&[u8]> = cards
            .flat_map(|card| card.former.iter().map(|former| &former.serial).chain([&card.serial]))
            .map(Vec::as_slice)
            .collect();
        (0_u32..)
            .map(|attempt| derived_serial(id, attempt))
            .find(|serial| !taken.contains(serial.as_slice()))
            .unwrap_or_else(|| unreachable!("a thousand million serial numbers and fewer people"))
    }
}

fn former_card(person: &Person, today: Date, reason: Reason) -> FormerCardProfile {
    let (revoked_on, reason) = match person.card.revocation {
        Some(earlier) => (earlier.at.date(), earlier.reason),
        None => (today, reason),
    };
    FormerCardProfile {
        serial: hex(&person.card.serial),
        revoked_on: Day::from(revoked_on),
        reason,
        generation: person.card.generation,
    }
}

/// Writes a card that [`People::reissued_card`] gave into the profile of `file`; comments and everything else stay as they are. The file
/// appears whole.
///
/// # Errors
/// [`ReissueError::File`] and [`ReissueError::Toml`].
pub fn rewrite(file: &Path, card: &CardProfile) -> Result<(), ReissueError> {
    let name = file.display().to_string();
    let unusable = |cause| ReissueError::File { file: name.clone(), cause };
    let text = fs::read_to_string(file).map_err(unusable)?;
    let text = rewritten(&text, card).map_err(|message| ReissueError::Toml { file: name.clone(), message })?;
    write_whole(file, text).map_err(unusable)
}

/// What a new card does not take over from the one before it.
const OF_ONE_CARD: [&str; 9] = [
    "generation",
    "valid_until",
    "card_valid_until",
    "revoked",
    "revoked_on",
    "revocation_reason",
    "pin_locked",
    "former",
    "faults",
];

/// The text of a profile with this card in it.
fn rewritten(text: &str, card: &CardProfile) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
    let table = document.entry("card").or_insert_with(toml_edit::table);
    let table: &mut dyn TableLike = table.as_table_like_mut().ok_or("card は表ではありません / card is no table")?;
    for gone in OF_ONE_CARD {
        table.remove(gone);
    }
    for (key, text) in [("serial", &card.serial), ("key", &card.key)] {
        if let Some(text) = text {
            put(table, key, Value::from(text.as_str()));
        }
    }
    if let Some(day) = card.valid_from {
        put(table, "valid_from", Value::from(day.to_string()));
    }
    if let Some(generation) = card.generation {
        put(table, "generation", Value::from(i64::from(generation.number())));
    }
    let former = card.former.iter().map(|former| {
        let mut row = InlineTable::new();
        row.insert("serial", Value::from(former.serial.as_str()));
        row.insert("revoked_on", Value::from(former.revoked_on.to_string()));
        row.insert("reason", Value::from(former.reason.word()));
        if !former.generation.is_present() {
            row.insert("generation", Value::from(i64::from(former.generation.number())));
        }
        row
    });
    put(table, "former", Value::Array(former.collect::<Array>()));
    Ok(document.to_string())
}

/// Changes a value where the key stands, or adds it at the end.
fn put(table: &mut dyn TableLike, key: &str, new: Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            let decor = old.decor().clone();
            *old = new;
            *old.decor_mut() = decor;
        }
        None => {
            table.insert(key, value(new));
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::people::{Profile, built_in, read_toml};

    const TODAY: Date = date(2026, 11, 21);

    #[test]
    fn a_new_card_has_a_new_serial_and_key_and_lives_from_today_to_the_fifth_birthday() {
        let mut people = built_in(TODAY).unwrap();
        let before = people.get("taro").unwrap().card.clone();
        for turn in 1..=3 {
            let mut profile = people.profile("taro").unwrap().clone();
            profile.card = people.reissued_card("taro", TODAY, Reason::KeyCompromise.into()).unwrap();
            people.put("taro", profile, TODAY).unwrap();
            let now = &people.get("taro").unwrap().card;
            assert_eq!((now.former.len(), now.valid_from), (turn, TODAY));
            assert!(now.former.iter().all(|former| former.serial != now.serial));
            assert!(now.valid_until > before.valid_until && now.key != before.key && now.revocation.is_none());
        }
        let first = &people.get("taro").unwrap().card.former[0];
        assert_eq!((&first.serial, first.revocation.reason), (&before.serial, Reason::KeyCompromise));
        assert_eq!(first.revocation.at, TODAY.at(0, 0, 0, 0));
    }

    #[test]
    fn what_was_revoked_before_keeps_its_day_and_reason() {
        let people = built_in(TODAY).unwrap();
        let earlier = people.get("shikkou").unwrap().card.revocation.unwrap();
        let card = people.reissued_card("shikkou", TODAY, Reason::Superseded.into()).unwrap();
        assert_eq!((card.former[0].revoked_on, card.former[0].reason), (Day::from(earlier.at.date()), earlier.reason));
        assert!(!card.revoked);
    }

    #[test]
    fn an_earlier_generation_issues_as_of_its_last_day_and_the_next_card_is_of_the_present_one_again() {
        let mut people = built_in(TODAY).unwrap();
        let mut issue = |generation| {
            let asked = Reissue { reason: Reason::Superseded, generation };
            let card = people.reissued_card("taro", TODAY, asked).unwrap();
            let profile = Profile { card, ..people.profile("taro").unwrap().clone() };
            people.put("taro", profile, TODAY).unwrap();
            people.get("taro").unwrap().card.clone()
        };
        let second = issue(Generation::Second);
        assert_eq!((second.generation, second.valid_from), (Generation::Second, date(2023, 7, 15)));
        let third = issue(Generation::PRESENT);
        assert_eq!((third.generation, third.valid_from), (Generation::PRESENT, TODAY));
        let former: Vec<_> = third.former.iter().map(|former| former.generation).collect();
        assert_eq!(former, [Generation::PRESENT, Generation::Second]);
    }

    #[test]
    fn nobody_and_another_ic_card_get_none() {
        let people = built_in(TODAY).unwrap();
        let card = |id| people.reissued_card(id, TODAY, Reason::Superseded.into());
        assert!(matches!(card("nobody"), Err(ReissueError::Nobody(_))));
        for other in ["teiki", "juki"] {
            assert!(matches!(card(other), Err(ReissueError::Foreign(_))));
        }
    }

    #[test]
    fn a_rewritten_file_is_the_reissued_profile_and_keeps_its_comments() {
        for (id, text) in crate::people::shipped() {
            let mut people = built_in(TODAY).unwrap();
            let asked = Reissue { reason: Reason::Superseded, generation: Generation::Second };
            let Ok(card) = people.reissued_card(id, TODAY, asked) else { continue };
            let written = rewritten(text, &card).unwrap();
            let profile = read_toml(id, &written).unwrap();
            assert_eq!(profile.card, card, "{id}: {written}");
            assert!(text.lines().filter(|line| line.starts_with('#')).all(|comment| written.contains(comment)));
            people.put(id, profile, TODAY).unwrap();
            let again = people.reissued_card(id, TODAY, Reason::CertificateHold.into()).unwrap();
            assert_eq!(read_toml(id, &rewritten(&written, &again).unwrap()).unwrap().card.former.len(), 2);
        }
        let inline = "name = \"一\"\nbirthdate = \"2000-01-01\"\nsex = \"1\"\ncard = { kind = \"android\", revoked = true } # x\n";
        let people = People::settle([("a".to_owned(), read_toml("a", inline).unwrap())], TODAY).unwrap();
        let card = people.reissued_card("a", TODAY, Reason::Superseded.into()).unwrap();
        assert_eq!(read_toml("a", &rewritten(inline, &card).unwrap()).unwrap().card, card);
    }
}
