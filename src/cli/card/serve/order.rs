//! What standard input may ask for: one order per line, and a line on standard output for each that was done.

use super::fault;
use super::purse::Purse;
use crate::cli::{Exit, Failure};

/// An order.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Puts a person's card into a slot: this one (from 1), or where it lay before, or the first empty one.
    Insert {
        /// Whose.
        person: String,
        /// Where.
        slot: Option<usize>,
        /// With these faults, as `--fault` takes them.
        faults: Vec<String>,
    },
    /// Takes a card out, by its person or its slot.
    Remove(String),
    /// Makes a person's card as it was issued: counters and PINs.
    Reset(String),
    /// Tells what lies where.
    List,
    /// Ends the program.
    Quit,
}

const FORMS: &str = "insert PERSON [SLOT] [FAULT…] · remove PERSON|SLOT · reset PERSON · list · quit";

impl Order {
    /// Reads a line; `None` when nothing stands there.
    pub(super) fn parse(line: &str) -> Result<Option<Self>, Failure> {
        let words: Vec<&str> = line.split_whitespace().collect();
        Ok(Some(match words.as_slice() {
            [] => return Ok(None),
            ["insert", person, rest @ ..] => {
                let slot = rest.first().and_then(|word| word.parse().ok());
                let faults = rest.iter().skip(usize::from(slot.is_some()));
                let faults = faults.map(|text| fault(text).map(|_| (*text).to_owned())).collect::<Result<_, _>>()?;
                Self::Insert { person: (*person).to_owned(), slot, faults }
            }
            ["remove", which] => Self::Remove((*which).to_owned()),
            ["reset", person] => Self::Reset((*person).to_owned()),
            ["list"] => Self::List,
            ["quit"] => Self::Quit,
            _ => {
                let message = format!("「{line}」は分かりません / cannot read this order");
                return Err(Failure::new(Exit::Usage, message).remedy(FORMS));
            }
        }))
    }

    /// Does it, and says so.
    pub(super) fn carry_out(self, purse: &mut Purse) -> Result<(), Failure> {
        match self {
            Self::Insert { person, slot, faults } => println!("insert  {}", purse.insert(&person, slot, &faults)?),
            Self::Remove(which) => println!("remove  {}", purse.remove(&which)?),
            Self::Reset(person) => println!("reset  {}", purse.reset(&person)?),
            Self::List => purse.list().iter().for_each(|line| println!("{line}")),
            // The loop ends by it.
            Self::Quit => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_order_is_read_and_anything_else_is_told_the_forms() {
        let insert = |slot, faults: &[&str]| Order::Insert {
            person: "taro".to_owned(),
            slot,
            faults: faults.iter().map(|fault| (*fault).to_owned()).collect(),
        };
        for (line, order) in [
            ("", None),
            ("   ", None),
            ("insert taro", Some(insert(None, &[]))),
            (" insert  taro 2 ", Some(insert(Some(2), &[]))),
            (
                "insert taro 2 card-slow=800 certificate-forged",
                Some(insert(Some(2), &["card-slow=800", "certificate-forged"])),
            ),
            ("insert taro card-slow", Some(insert(None, &["card-slow"]))),
            ("remove 1", Some(Order::Remove("1".to_owned()))),
            ("reset taro", Some(Order::Reset("taro".to_owned()))),
            ("list", Some(Order::List)),
            ("quit", Some(Order::Quit)),
        ] {
            assert_eq!(Order::parse(line).ok(), Some(order), "{line}");
        }
        for wrong in
            ["insert", "remove", "remove a b", "eject taro", "insert taro no-such-fault", "insert taro card-slow=0"]
        {
            assert!(Order::parse(wrong).is_err(), "{wrong}");
        }
    }
}
