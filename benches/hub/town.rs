//! The file of a municipality, in memory.

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::time::Duration;

use jiff::civil::date;
use madoguchi::municipality::population::{Plan, rows};
use madoguchi::random::Seed;
use madoguchi::wire::registration::{Generation, write};
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::Value;

use crate::{Outcome, timed};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// v0.0.1
    Full,
    /// R6
    Difference,
}

pub struct Town {
    pub rows: usize,
    pub generation: Generation,
    body: Vec<u8>,
}

impl Town {
    /// A set of so many rows. Most people have one.
    pub fn of(count: usize, form: Form) -> Outcome<Self> {
        let generation = if form == Form::Full { Generation::V001 } else { Generation::R6 };
        let today = date(2026, 11, 21);
        let plan = Plan { people: count as u64, seed: Seed(1), today, prefecture: 13, known: Vec::new() };
        let mut body = b"[".to_vec();
        for (number, row) in rows(&plan).take(count).enumerate() {
            body.extend_from_slice(if number == 0 { b"\n" } else { b",\n" });
            serde_json::to_writer(&mut body, &write::row(generation, &row))?;
        }
        body.extend_from_slice(b"\n]\n");
        Ok(Self { rows: count, generation, body })
    }

    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// What serde_json needs for the same bytes where nobody does anything with them: one row as a value at a time.
    pub fn parsed_alone(&self) -> Outcome<Duration> {
        timed(|| {
            let mut input = serde_json::Deserializer::from_slice(&self.body);
            let seen = input.deserialize_seq(Counted)?;
            (seen == self.rows).then_some(()).ok_or_else(|| format!("{seen} of {} rows", self.rows).into())
        })
    }

    /// What the disk needs for them.
    pub fn written(&self) -> Outcome<Duration> {
        let folder = tempfile::tempdir()?;
        timed(|| {
            let mut file = File::create(folder.path().join("rows.json"))?;
            file.write_all(&self.body)?;
            Ok(file.sync_all()?)
        })
    }
}

struct Counted;

impl<'de> Visitor<'de> for Counted {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<usize, A::Error> {
        let mut count = 0;
        while let Some(row) = rows.next_element::<Value>()? {
            std::hint::black_box(row);
            count += 1;
        }
        Ok(count)
    }
}
