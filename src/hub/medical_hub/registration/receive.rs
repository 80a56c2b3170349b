//! One body: read row by row, gathered in a draft, and registered when its last byte was good. Whatever goes wrong before leaves nothing.

use std::io::Read;

use jiff::civil::DateTime;

use super::Municipality;
use super::book::RowKey;
use super::knobs::MAINTENANCE;
use crate::hub::error::StoreError;
use crate::hub::medical_hub::store::MedicalHubStore;
use crate::knob::Knobs;
use crate::random::Seed;
use crate::wire::registration::fault::{NOTHING_TO_DELETE, TWICE};
use crate::wire::registration::receipt::Changes;
use crate::wire::registration::{Fault, Form, Generation, Outcome, ReadError, Receipt, ended, read};

/// Digits of a 処理通番: nobody guesses another municipality's.
const SERIAL_DIGITS: usize = 20;

/// A body on its way in.
pub struct Sent<R> {
    /// To which generation.
    pub generation: Generation,
    /// In which form.
    pub form: Form,
    /// Its bytes, as they come.
    pub body: R,
    /// When it began.
    pub time: DateTime,
}

/// Why nothing was registered.
#[derive(Debug)]
pub enum NotRegistered {
    /// The body.
    Unread(ReadError<StoreError>),
    /// The store, when all was read.
    Store(StoreError),
    /// The operator asked for maintenance.
    Maintenance,
}

/// The desk of the registration: hands out 処理通番.
pub(in crate::hub) struct Registrar {
    seed: Seed,
    knobs: Knobs,
}

impl Registrar {
    pub fn new(seed: Seed, knobs: Knobs) -> Self {
        Self { seed, knobs }
    }

    /// Registers what `municipality` sent.
    pub fn register(
        &self,
        store: &dyn MedicalHubStore,
        municipality: &Municipality,
        sent: Sent<impl Read>,
    ) -> Result<Receipt, NotRegistered> {
        if self.knobs.comes_up(&MAINTENANCE, &[&municipality.code]) {
            return Err(NotRegistered::Maintenance);
        }
        let mode = sent.generation.mode();
        let mut draft = store.begin(&municipality.code, mode).map_err(NotRegistered::Store)?;
        let mut receipt = Receipt {
            serial_number: self.seed.hex(&["registration", &draft.number().to_string()], SERIAL_DIGITS),
            generation: sent.generation,
            mode,
            outcome: Outcome::Registered,
            // To the second, as documents have it; a civil time without its fraction is one.
            received_at: sent.time.with().subsec_nanosecond(0).build().unwrap_or(sent.time),
            rows: 0,
            changes: Changes::default(),
            warnings: Vec::new(),
            warning_count: 0,
        };
        let mut number = 0;
        let summary = read(sent.generation, sent.form, sent.body, &mut |row, unusual| {
            number += 1;
            let ended = ended(sent.generation, &row, sent.time.date()).map(|warning| warning.in_row(number));
            unusual.into_iter().chain(ended).for_each(|warning| receipt.warn(warning));
            let (key, deleted) = (RowKey::of(&row), row.deleted);
            let was_there = if deleted { draft.delete(key)? } else { draft.put(key, row)? };
            match (deleted, was_there) {
                (true, false) => receipt.warn(Fault::of(NOTHING_TO_DELETE).in_row(number).at("historyKey")),
                (false, true) => receipt.warn(Fault::of(TWICE).in_row(number)),
                _ => {}
            }
            Ok(())
        })
        .map_err(NotRegistered::Unread)?;
        receipt.rows = summary.rows;
        draft.commit(receipt).map_err(NotRegistered::Store)
    }
}
