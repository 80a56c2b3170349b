//! The daily job: a file to PMH. A full set goes as one body, differences go in batches; after each the journal is written, and what was
//! registered is not sent again. 503 and a broken line are tried again, after a while that doubles.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::difference::{Before, deleted};
use super::journal::{Batch, Journal};
use super::line::{Line, LineError};
use super::{generation_of, journal_of};
use crate::visit::hexadecimal;
use crate::wire::registration::{Generation, Json, Mode, ReadError, rows};

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What is to be done.
pub struct Job<'j> {
    /// The file: a JSON array of rows, or the CSV of v0.0.1.
    pub file: &'j Path,
    /// Yesterday's file: only what changed since is sent (R6).
    pub since: Option<&'j Path>,
    /// The generation; by the first row when left out.
    pub generation: Option<Generation>,
    /// Rows of a batch of differences.
    pub batch: u64,
    /// How often a request is tried.
    pub tries: u32,
    /// Although the journal says that it was done.
    pub again: bool,
}

/// What a job tells on its way.
pub enum Step {
    /// So many bytes of so many were sent.
    Sent(u64, u64),
    /// A batch was registered; so many rows are, altogether.
    Registered(Batch, u64),
    /// So many rows were registered by an earlier run.
    Resumed(u64),
    /// Not now: again after a pause.
    Again(String, Duration),
}

/// Why a job came to nothing, or not to its end. What was registered before is in the journal.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// A file cannot be read, or the journal not be written.
    #[error("{file}: {cause}")]
    File {
        /// Which.
        file: String,
        /// Why.
        cause: String,
    },
    /// Differences of another generation than R6, or of a CSV.
    #[error("差分は R6 だけです / differences are of R6 only")]
    NoDifferences,
    /// An empty file says no generation.
    #[error("空の組なので --generation を指定してください / an empty set: name its --generation")]
    WhichGeneration,
    /// PMH.
    #[error(transparent)]
    Line(#[from] LineError),
}

/// What a job came to.
pub struct Done {
    /// How far it came.
    pub journal: Journal,
    /// Was all of it registered by an earlier run, so that nothing was sent?
    pub was_done: bool,
}

/// Carries out a job. `wait` waits between two tries.
///
/// # Errors
/// See [`SyncError`].
pub fn sync(
    job: &Job<'_>,
    line: &Line,
    tell: &mut dyn FnMut(Step),
    wait: &mut dyn FnMut(Duration),
) -> Result<Done, SyncError> {
    let is_csv = job.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let generation = match (job.generation, is_csv) {
        (Some(generation), _) => generation,
        (None, true) => Generation::V001,
        (None, false) => {
            let found = generation_of(open(job.file)?).map_err(|error| unread(job.file, &error))?;
            found.ok_or(SyncError::WhichGeneration)?
        }
    };
    let content = digest_of(job)?;
    let path = journal_of(job.file);
    let fresh = || Journal {
        content: content.clone(),
        hub: line.url().to_owned(),
        generation,
        registered: vec![],
        done: false,
    };
    let earlier = Journal::read(&path).filter(|journal| {
        journal.content == content && journal.hub == line.url() && journal.generation == generation && !job.again
    });
    let journal = earlier.unwrap_or_else(fresh);
    if journal.done {
        return Ok(Done { journal, was_done: true });
    }
    let mut running = Running { job, line, tell, wait, journal, path };
    match generation.mode() {
        Mode::Full if job.since.is_some() => return Err(SyncError::NoDifferences),
        Mode::Full => running.whole(if is_csv { "text/csv" } else { "application/json" })?,
        Mode::Difference => running.batches()?,
    }
    running.journal.done = true;
    running.keep()?;
    Ok(Done { journal: running.journal, was_done: false })
}

struct Running<'r> {
    job: &'r Job<'r>,
    line: &'r Line,
    tell: &'r mut dyn FnMut(Step),
    wait: &'r mut dyn FnMut(Duration),
    journal: Journal,
    path: PathBuf,
}

impl Running<'_> {
    fn whole(&mut self, media_type: &str) -> Result<(), SyncError> {
        let file = self.job.file;
        let length = std::fs::metadata(file).map_err(|error| failed(file, &error))?.len();
        let serial_number = self.tried(|line, tell, generation| {
            let mut body = Counted { source: open(file)?, sent: 0, length, tell };
            Ok(line.register(generation, media_type, &mut body)?)
        })?;
        let rows = self.line.history(&serial_number).map_or(0, |receipt| receipt.rows);
        self.registered(Batch { rows, serial_number })
    }

    fn batches(&mut self) -> Result<(), SyncError> {
        let mut before = match self.job.since {
            None => None,
            Some(path) => Some(Before::read(open(path)?).map_err(|error| unread(path, &error))?),
        };
        let mut gathering = Gathering { skip: self.journal.rows(), batch: Vec::new(), failed: None };
        if gathering.skip > 0 {
            (self.tell)(Step::Resumed(gathering.skip));
        }
        self.each(self.job.file, &mut gathering, |row| match &mut before {
            Some(before) => before.changes(row).then(|| row.clone()),
            None => Some(row.clone()),
        })?;
        if let (Some(path), Some(before)) = (self.job.since, &before) {
            self.each(path, &mut gathering, |row| before.is_gone(row).then(|| deleted(row)))?;
        }
        if !gathering.batch.is_empty() {
            self.send(&mut gathering.batch)?;
        }
        Ok(())
    }

    fn each(
        &mut self,
        file: &Path,
        gathering: &mut Gathering,
        mut wanted: impl for<'j> FnMut(&Json<'j>) -> Option<Json<'j>>,
    ) -> Result<(), SyncError> {
        let read = rows(open(file)?, &mut |row| {
            let Some(row) = wanted(row) else { return true };
            if gathering.skip > 0 {
                gathering.skip -= 1;
                return true;
            }
            gathering.batch.push(row.into_owned());
            if gathering.batch.len() as u64 >= self.job.batch {
                gathering.failed = self.send(&mut gathering.batch).err();
            }
            gathering.failed.is_none()
        });
        match (gathering.failed.take(), read) {
            (Some(error), _) => Err(error),
            (None, Err(error)) => Err(unread(file, &error)),
            (None, Ok(())) => Ok(()),
        }
    }

    fn send(&mut self, batch: &mut Vec<Json<'static>>) -> Result<(), SyncError> {
        let count = batch.len() as u64;
        // Rows are text, numbers and lists, which always have a JSON form.
        let body = serde_json::to_vec(&batch).unwrap_or_default();
        let serial_number = self.tried(|line, _, generation| {
            Ok(line.register(generation, "application/json", &mut Cursor::new(&body))?)
        })?;
        batch.clear();
        self.registered(Batch { rows: count, serial_number })
    }

    fn registered(&mut self, batch: Batch) -> Result<(), SyncError> {
        self.journal.registered.push(batch.clone());
        self.keep()?;
        (self.tell)(Step::Registered(batch, self.journal.rows()));
        Ok(())
    }

    fn keep(&self) -> Result<(), SyncError> {
        self.journal.write(&self.path).map_err(|error| failed(&self.path, &error))
    }

    /// Until it is done, refused, or tried often enough.
    fn tried(
        &mut self,
        mut send: impl FnMut(&Line, &mut dyn FnMut(Step), Generation) -> Result<String, SyncError>,
    ) -> Result<String, SyncError> {
        let mut turn = 1;
        loop {
            let (cause, after) = match send(self.line, self.tell, self.journal.generation) {
                Err(SyncError::Line(LineError::NotNow { cause, after })) if turn < self.job.tries => (cause, after),
                other => return other,
            };
            let pause = after.saturating_mul(1 << (turn - 1).min(16)).min(LONGEST_PAUSE);
            (self.tell)(Step::Again(cause, pause));
            (self.wait)(pause);
            turn += 1;
        }
    }
}

struct Gathering {
    /// Rows that an earlier run registered.
    skip: u64,
    batch: Vec<Json<'static>>,
    failed: Option<SyncError>,
}

/// A body that tells how much of it was sent.
struct Counted<'c, 't> {
    source: BufReader<File>,
    sent: u64,
    length: u64,
    tell: &'c mut (dyn FnMut(Step) + 't),
}

impl Read for Counted<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(into)?;
        self.sent += count as u64;
        (self.tell)(Step::Sent(self.sent, self.length));
        Ok(count)
    }
}

/// What the job is about: the bytes of its file, and of yesterday's.
fn digest_of(job: &Job<'_>) -> Result<String, SyncError> {
    let mut hash = Sha256::new();
    for path in std::iter::once(job.file).chain(job.since) {
        let mut piece = vec![0; 64 << 10];
        let mut source = open(path)?;
        loop {
            let count = source.read(&mut piece).map_err(|error| failed(path, &error))?;
            match piece.get(..count) {
                Some(read) if count > 0 => hash.update(read),
                _ => break,
            }
        }
        hash.update(b"|");
    }
    Ok(hexadecimal::encode(&hash.finalize()))
}

fn open(path: &Path) -> Result<BufReader<File>, SyncError> {
    File::open(path).map(BufReader::new).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &io::Error) -> SyncError {
    SyncError::File { file: path.display().to_string(), cause: error.to_string() }
}

fn unread(path: &Path, error: &ReadError<io::Error>) -> SyncError {
    let cause = match error {
        ReadError::Refused(refusal) => refusal.faults.first().map(ToString::to_string).unwrap_or_default(),
        ReadError::TooBig(fault) => fault.to_string(),
        ReadError::Interrupted(error) | ReadError::Taker(error) => error.to_string(),
    };
    SyncError::File { file: path.display().to_string(), cause }
}
