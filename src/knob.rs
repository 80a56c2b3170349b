//! Knobs: what an operator may ask of a room that the room would not do by itself.
//!
//! Each room declares its knobs as data ([`Knob`]); whoever composes the rooms hands them one shared [`Knobs`] and the room asks
//! at the place where it acts. Naming, listing and switching them for people is the business of `operate::fault`. The draw is
//! seeded, every hit is counted and reported to the journal with its draw. A knob may take a number (how slow, how many days): people
//! write it behind the name, `card-slow=800`.
//!
//! - here: a [`Knob`] and what is told of it; reading one by its name
//! - [`armed`]: the shared [`Knobs`], their draws and hits

pub mod armed;

use serde::Serialize;

pub use armed::{ArmedKnob, Knobs, Setting};

use crate::event::{Lang, say};
use crate::handwritten::nearest;

/// One knob, as its room declares it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Knob {
    /// Kebab-case name, unique in the program.
    pub name: &'static str,
    /// The room that acts.
    pub room: &'static str,
    /// What it is seen at.
    pub layer: Layer,
    /// What happens, for people.
    pub ja: &'static str,
    /// What happens, in English.
    pub en: &'static str,
    /// Where and when it acts.
    pub at: Said,
    /// How a レセコン should bear it.
    pub bearing: Said,
    /// What helps, or where to look.
    pub remedy: Said,
    /// Where the field saw it.
    pub source: &'static str,
    /// The number it takes; `None`: it is there or it is not.
    pub amount: Option<Amount>,
}

/// A sentence in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Said {
    /// 日本語
    pub ja: &'static str,
    /// English
    pub en: &'static str,
}

/// [`Said`], shorter in tables.
pub const fn said(ja: &'static str, en: &'static str) -> Said {
    Said { ja, en }
}

impl Said {
    /// The words of one language.
    pub fn say(self, lang: Lang) -> &'static str {
        say(lang, self.ja, self.en)
    }
}

/// Where a fault is met, seen from the counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// The patient's card and its certificates.
    Card,
    /// 顔認証付きカードリーダー as a device.
    Reader,
    /// What patient and reader say to each other.
    Dialogue,
    /// The shared folder and its files.
    Folder,
    /// Everything behind the terminal.
    Hub,
    /// The terminal's time.
    Clock,
}

impl Layer {
    /// All of them, from the patient inwards.
    pub const ALL: [Self; 6] = [Self::Card, Self::Reader, Self::Dialogue, Self::Folder, Self::Hub, Self::Clock];

    /// What it is called.
    pub fn words(self) -> Said {
        match self {
            Self::Card => said("カード", "the card"),
            Self::Reader => said("リーダー", "the reader"),
            Self::Dialogue => said("画面の流れ", "the dialogue"),
            Self::Folder => said("共有フォルダ", "the shared folder"),
            Self::Hub => said("センター", "the centre"),
            Self::Clock => said("時計", "the clock"),
        }
    }
}

/// A number that a knob takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// Of what: `ms`, `days`.
    pub unit: &'static str,
    /// Smallest.
    pub least: u32,
    /// Largest.
    pub most: u32,
    /// When nobody says.
    pub usual: u32,
}

/// What was asked for is no knob, or none that takes this number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAKnob {
    /// Nothing has this name.
    #[error("障害「{name}」はありません / there is no fault \"{name}\"")]
    Unknown {
        /// As written.
        name: String,
        /// The nearest right one.
        nearest: Option<&'static str>,
    },
    /// It takes no number.
    #[error("「{name}」に数は付けられません / \"{name}\" takes no number")]
    TakesNone {
        /// The knob.
        name: &'static str,
    },
    /// It takes another number.
    #[error("「{name}」の数は {}〜{} {} です / the number of \"{name}\" is {}–{} {}", .amount.least, .amount.most, .amount.unit, .amount.least, .amount.most, .amount.unit)]
    OutOfRange {
        /// The knob.
        name: &'static str,
        /// What it takes.
        amount: Amount,
    },
}

impl Knob {
    /// The number that this knob acts by: the one given, or its usual one; 0 where it takes none.
    pub fn acts_by(&self, given: Option<u32>) -> Result<u32, NotAKnob> {
        match (self.amount, given) {
            (None, None) => Ok(0),
            (None, Some(_)) => Err(NotAKnob::TakesNone { name: self.name }),
            (Some(amount), None) => Ok(amount.usual),
            (Some(amount), Some(given)) if (amount.least..=amount.most).contains(&given) => Ok(given),
            (Some(amount), Some(_)) => Err(NotAKnob::OutOfRange { name: self.name, amount }),
        }
    }
}

/// Reads `NAME` or `NAME=NUMBER`, one of `table`.
pub fn named(text: &str, table: &[&'static Knob]) -> Result<(&'static Knob, Option<u32>), NotAKnob> {
    let (name, number) = text.split_once('=').map_or((text, None), |(name, number)| (name, Some(number)));
    let knob = table.iter().copied().find(|knob| knob.name == name).ok_or_else(|| NotAKnob::Unknown {
        name: name.to_owned(),
        nearest: nearest(name, table.iter().map(|knob| knob.name)),
    })?;
    let given = match (number.map(str::parse), knob.amount) {
        (None, _) => None,
        (Some(Ok(number)), _) => Some(number),
        (Some(Err(_)), Some(amount)) => return Err(NotAKnob::OutOfRange { name: knob.name, amount }),
        (Some(Err(_)), None) => return Err(NotAKnob::TakesNone { name: knob.name }),
    };
    knob.acts_by(given)?;
    Ok((knob, given))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Sink;
    use crate::random::Seed;

    const PLAIN: Knob = Knob {
        name: "late",
        room: "test",
        layer: Layer::Folder,
        ja: "遅い",
        en: "late",
        at: said("", ""),
        bearing: said("", ""),
        remedy: said("", ""),
        source: "-",
        amount: None,
    };
    static LATE: Knob = PLAIN;
    static DAYS: Knob =
        Knob { name: "days", amount: Some(Amount { unit: "days", least: 1, most: 9, usual: 3 }), ..PLAIN };

    fn knobs() -> Knobs {
        Knobs::new(Seed(1), Sink::silent())
    }

    #[test]
    fn a_count_is_spent_and_then_the_knob_is_gone() {
        let knobs = knobs();
        knobs.arm(&LATE, Setting { count: Some(2), ..Setting::default() });
        let hits: Vec<bool> = (0..4).map(|_| knobs.comes_up(&LATE, &["yamada"])).collect();
        assert_eq!(hits, [true, true, false, false]);
        assert!(knobs.armed().is_empty());
    }

    #[test]
    fn a_target_is_the_only_one_hit() {
        let knobs = knobs();
        knobs.arm(&LATE, Setting { target: Some("reader:2".into()), ..Setting::default() });
        assert!(!knobs.comes_up(&LATE, &["yamada", "reader:1"]));
        assert!(knobs.comes_up(&LATE, &["yamada", "reader:2"]));
    }

    #[test]
    fn a_number_is_written_behind_the_name_and_kept_within_its_range() {
        let table: [&Knob; 2] = [&LATE, &DAYS];
        let read = |text: &str| named(text, &table).map(|(knob, amount)| (knob.name, amount));
        assert_eq!(read("late"), Ok(("late", None)));
        assert_eq!(read("days=9"), Ok(("days", Some(9))));
        assert_eq!(read("late=1"), Err(NotAKnob::TakesNone { name: "late" }));
        for wrong in ["days=0", "days=10", "days=", "days=-1", "days=soon"] {
            assert!(matches!(read(wrong), Err(NotAKnob::OutOfRange { .. })), "{wrong}");
        }
        assert_eq!(read("dyas"), Err(NotAKnob::Unknown { name: "dyas".to_owned(), nearest: Some("days") }));
    }

    #[test]
    fn a_knob_comes_up_by_the_number_it_was_armed_with_or_its_usual_one() {
        let knobs = knobs();
        knobs.arm(&DAYS, Setting { amount: Some(7), target: Some("taro".into()), ..Setting::default() });
        knobs.arm(&DAYS, Setting { target: Some("hanako".into()), ..Setting::default() });
        assert_eq!(knobs.comes_up_by(&DAYS, &["taro"]), Some(7));
        assert_eq!(knobs.comes_up_by(&DAYS, &["hanako"]), Some(3));
        assert_eq!(knobs.comes_up_by(&DAYS, &["kodomo"]), None);
        assert_eq!(knobs.comes_up_by(&LATE, &["taro"]), None);
    }

    #[test]
    fn draws_of_one_seed_repeat() {
        let run = || {
            let knobs = knobs();
            knobs.arm(&LATE, Setting { probability: 0.5, ..Setting::default() });
            (0..64).map(|_| knobs.comes_up(&LATE, &[])).collect::<Vec<_>>()
        };
        assert_eq!(run(), run());
        assert!(run().iter().any(|h| *h) && !run().iter().all(|h| *h));
    }
}
