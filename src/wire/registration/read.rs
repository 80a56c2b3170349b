//! A body as rows. One row is in memory at a time, whatever the body's length; nothing is kept of a row that was handed on.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use super::array::{Array, PIECE};
use super::check::check_into;
use super::csv_form;
use super::fault::{BODY_TOO_BIG, Fault, ROW_TOO_BIG, Refusal};
use super::{Form, Generation, Json, Row};

/// Most bytes of a body: five million people with some 800 bytes each. No limit is public.
pub const BODY_LIMIT: u64 = 4 << 30;
/// Most bytes of one row: a thousand times an ordinary one.
pub const ROW_LIMIT: u64 = 1 << 20;

/// A body that was read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// How many rows it had.
    pub rows: u64,
}

/// Why a body did not become rows.
#[derive(Debug)]
pub enum ReadError<E> {
    /// It breaks the rules; nothing of it may hold.
    Refused(Refusal),
    /// It is longer than [`BODY_LIMIT`], or one row than [`ROW_LIMIT`].
    TooBig(Fault),
    /// It ended before its end.
    Interrupted(io::Error),
    /// Whoever takes the rows failed.
    Taker(E),
}

/// Reads `source` and hands on each row with what is unusual about it. After the first fault no row is handed on any more, but all rows are
/// still checked, so that the sender learns of all faults at once.
///
/// # Errors
/// See [`ReadError`].
pub fn read<E>(
    generation: Generation,
    form: Form,
    source: impl Read,
    take: &mut dyn FnMut(Row, Vec<Fault>) -> Result<(), E>,
) -> Result<Summary, ReadError<E>> {
    let take = &mut |_, row, unusual| take(row, unusual);
    let (summary, refusal) = read_all(generation, form, source, take, AfterFaults::Drop)?;
    if refusal.is_empty() { Ok(summary) } else { Err(ReadError::Refused(refusal)) }
}

/// The same for whoever registers nothing: every row that holds is handed on with its number, those beside and after faults too. The faults
/// come back in the end.
///
/// # Errors
/// See [`ReadError`]; never [`ReadError::Refused`].
pub fn look_through<E>(
    generation: Generation,
    form: Form,
    source: impl Read,
    take: &mut dyn FnMut(u64, Row, Vec<Fault>) -> Result<(), E>,
) -> Result<(Summary, Refusal), ReadError<E>> {
    read_all(generation, form, source, take, AfterFaults::HandOn)
}

/// What becomes of the rows after the first fault.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AfterFaults {
    Drop,
    HandOn,
}

fn read_all<E>(
    generation: Generation,
    form: Form,
    source: impl Read,
    take: &mut dyn FnMut(u64, Row, Vec<Fault>) -> Result<(), E>,
    after_faults: AfterFaults,
) -> Result<(Summary, Refusal), ReadError<E>> {
    let meter = Rc::new(Meter::default());
    let source = Metered { source, meter: meter.clone() };
    let refusal = Refusal::default();
    let mut reading = Reading { generation, take, after_faults, rows: 0, refusal, failed: None, meter: meter.clone() };
    let ended = match form {
        Form::Json => Array::new(source).each(&mut |row| reading.row(row)),
        Form::Csv => csv_form::read(source, &mut |row| reading.row(row)),
    };
    let Reading { rows, mut refusal, failed, .. } = reading;
    if let Some(error) = failed {
        return Err(ReadError::Taker(error));
    }
    if let Some(fault) = meter.over.take() {
        return Err(ReadError::TooBig(if fault.code == ROW_TOO_BIG.code { fault.in_row(rows + 1) } else { fault }));
    }
    match ended {
        Ok(()) => {}
        Err(Unread::Broken(error)) => return Err(ReadError::Interrupted(error)),
        Err(Unread::Fault(fault)) => refusal.push(fault),
    }
    Ok((Summary { rows }, refusal))
}

/// Why reading ended early.
pub(super) enum Unread {
    /// The line.
    Broken(io::Error),
    /// The sender.
    Fault(Fault),
}

struct Reading<'t, E> {
    generation: Generation,
    take: &'t mut dyn FnMut(u64, Row, Vec<Fault>) -> Result<(), E>,
    after_faults: AfterFaults,
    rows: u64,
    refusal: Refusal,
    failed: Option<E>,
    meter: Rc<Meter>,
}

impl<E> Reading<'_, E> {
    /// False when whoever takes the rows failed: there is nothing to go on for.
    fn row(&mut self, row: &Json<'_>) -> bool {
        self.rows += 1;
        self.meter.row.set(0);
        let checked = check_into(self.generation, self.rows, row, &mut self.refusal);
        let is_wanted = self.after_faults == AfterFaults::HandOn || self.refusal.is_empty();
        if let (Some((row, unusual)), true) = (checked, is_wanted) {
            self.failed = (self.take)(self.rows, row, unusual).err();
        }
        self.failed.is_none()
    }
}

/// The objects of a JSON body, as they are; ends early when `take` says false.
///
/// # Errors
/// The body is no array, or it broke off.
pub fn rows(source: impl Read, take: &mut dyn FnMut(&Json<'_>) -> bool) -> Result<(), ReadError<io::Error>> {
    Array::new(source).each(take).map_err(|unread| match unread {
        Unread::Broken(error) => ReadError::Interrupted(error),
        Unread::Fault(fault) => ReadError::Refused(fault.into()),
    })
}

/// How much came, altogether and since the last row.
#[derive(Default)]
struct Meter {
    total: Cell<u64>,
    row: Cell<u64>,
    over: Cell<Option<Fault>>,
}

struct Metered<R> {
    source: R,
    meter: Rc<Meter>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(into)?;
        let meter = &self.meter;
        meter.total.set(meter.total.get().saturating_add(count as u64));
        meter.row.set(meter.row.get().saturating_add(count as u64));
        let over = match (meter.total.get() > BODY_LIMIT, meter.row.get() > ROW_LIMIT + PIECE as u64) {
            (true, _) => Fault::of(BODY_TOO_BIG).because(&format!("{BODY_LIMIT} バイトまで"), "too many bytes"),
            (_, true) => Fault::of(ROW_TOO_BIG).because(&format!("{ROW_LIMIT} バイトまで"), "too many bytes"),
            _ => return Ok(count),
        };
        meter.over.set(Some(over));
        Err(io::Error::from(io::ErrorKind::FileTooLarge))
    }
}
