//! Who was received, kept in files: one per reception, so that a number is given once however the machine ends, and the 受付票 beside it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::appointments::{Appointment, Patient};
use super::machine::Card;
use super::slip::Slip;
use super::verdict::Visitor;
use crate::clock::date8;
use crate::folder::{hand_in, listing};

/// 受付
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reception {
    /// 受付番号, from 1 every day.
    pub number: u32,
    /// When.
    pub time: DateTime,
    /// Who.
    pub patient: Patient,
    /// With which card.
    pub card: Card,
    /// Where they were expected.
    pub appointments: Vec<Appointment>,
}

/// The folder of receptions.
#[derive(Debug)]
pub struct Book {
    dir: PathBuf,
}

impl Book {
    /// Opens the folder; it is made if missing.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        Ok(Self { dir: dir.to_owned() })
    }

    /// Notes that a patient was received and prints the 受付票. Whoever comes again on the same day keeps the number.
    ///
    /// # Errors
    /// What the system says; the patient is not received then, or has no slip.
    pub fn receive(&self, visitor: Visitor, card: Card, now: DateTime) -> io::Result<Reception> {
        let Visitor { patient, appointments } = visitor;
        let today = self.of(now.date())?;
        let known = today.iter().find(|reception| reception.patient.number == patient.number);
        let number = known.map_or_else(|| today.last().map_or(1, |last| last.number + 1), |known| known.number);
        let reception = Reception { number, time: now, patient, card, appointments };
        let text = serde_json::to_vec_pretty(&reception)?;
        hand_in(&self.dir, &name(now.date(), number, "json"), |draft| fs::write(draft, text))?;
        self.print(&reception)?;
        Ok(reception)
    }

    fn print(&self, reception: &Reception) -> io::Result<()> {
        let slip = Slip {
            number: reception.number,
            time: reception.time,
            patient: reception.patient.number.clone(),
            name: reception.patient.name.clone(),
            kana: reception.patient.kana.clone(),
            card: reception.card,
            appointments: reception.appointments.clone(),
        };
        let printed =
            slip.print().ok_or_else(|| io::Error::other("診察券番号が長すぎます / the number is too long"))?;
        for (end, bytes) in [("pdf", printed.pdf), ("png", printed.png)] {
            hand_in(&self.dir, &name(reception.time.date(), reception.number, end), |draft| fs::write(draft, bytes))?;
        }
        Ok(())
    }

    /// The receptions of a day, by number.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn of(&self, day: Date) -> io::Result<Vec<Reception>> {
        let of_day = format!("{}-", date8(day));
        let listing = listing::list(&self.dir, |name| name.starts_with(&of_day) && name.ends_with(".json"))?;
        let mut found = Vec::new();
        for file in listing.wanted {
            let bytes = fs::read(self.dir.join(&file.name))?;
            found.push(serde_json::from_slice::<Reception>(&bytes).map_err(io::Error::other)?);
        }
        found.sort_by_key(|reception| reception.number);
        Ok(found)
    }

    /// The 受付票 of a reception.
    pub fn slip(&self, day: Date, number: u32, end: &str) -> PathBuf {
        self.dir.join(name(day, number, end))
    }
}

fn name(day: Date, number: u32, end: &str) -> String {
    format!("{}-{number:04}.{end}", date8(day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clinic::reception::appointments::Appointments;
    use jiff::civil::date;

    fn visitor(number: &str, day: Date) -> Visitor {
        let list = Appointments::example();
        Visitor { patient: list.patient(number).unwrap().clone(), appointments: list.of(number, day) }
    }

    #[test]
    fn numbers_count_from_one_every_day_and_go_on_after_a_restart() {
        let root = tempfile::tempdir().unwrap();
        let day = date(2026, 11, 21);
        let receive = |number: &str, day: Date| {
            let book = Book::open(root.path()).unwrap();
            book.receive(visitor(number, day), Card::MyNumber, day.at(9, 0, 0, 0)).unwrap().number
        };
        assert_eq!((receive("0000123", day), receive("0000777", day)), (1, 2));
        assert_eq!(receive("0000123", day), 1, "who comes again keeps the number");
        assert_eq!(receive("0000456", day), 3);
        assert_eq!(receive("0000456", day.tomorrow().unwrap()), 1);
        let book = Book::open(root.path()).unwrap();
        let numbers: Vec<u32> = book.of(day).unwrap().iter().map(|reception| reception.number).collect();
        assert_eq!(numbers, [1, 2, 3]);
        for end in ["pdf", "png"] {
            assert!(book.slip(day, 3, end).is_file());
        }
    }
}
