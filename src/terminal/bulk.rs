//! A bulk result into its file: unit by unit, straight to where it is staged, so that 100,000 of them need no more memory than one.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::folder::draft::Draft;
use crate::folder::recover::Target;
use crate::folder::{Claim, Item};
use crate::message::Style;
use crate::message::sealed::{seal_into, sealed_name};
use crate::secret::ZipPassword;
use crate::terminal::Terminal;
use crate::terminal::linkage::Ask;
use crate::terminal::settings::BulkForm;
use crate::text::Encoded;
use crate::wire::{BulkAnswer, Request, WireError};

/// Of what became ●, so many characters are told.
const MOST_LOST: usize = 50;

/// A bulk result that lies where it is staged.
pub(super) struct Drafted {
    pub item: Item,
    /// What became ●, the first of it.
    pub replaced: Vec<char>,
}

/// Why there is none.
pub(super) enum Undrafted {
    /// The connection to the centre broke while units came.
    Wire(WireError),
    /// The work folder cannot be written.
    Work(io::Error),
}

impl From<io::Error> for Undrafted {
    fn from(cause: io::Error) -> Self {
        Self::Work(cause)
    }
}

impl Terminal {
    /// Writes `bulk` as the answer to `claim`. What was written of one that breaks off is thrown away.
    pub(super) fn draft(
        &self,
        claim: &Claim,
        ask: &Ask,
        style: &Style,
        bulk: BulkAnswer,
        half_sealed: bool,
    ) -> Result<Drafted, Undrafted> {
        let sealing = self.settings.sealing.password_now(&ask.answer_name, half_sealed);
        // What is sealed is in a zip already.
        let zipped = sealing.is_none()
            && matches!(ask.request, Request::BulkCareDownload(..))
            && self.settings.bulk_result == BulkForm::Zip;
        let stem = ask.answer_name.rsplit_once('.').map_or(ask.answer_name.as_str(), |(stem, _)| stem);
        let name = if zipped { format!("{stem}.zip") } else { ask.answer_name.clone() };
        let draft = Draft::begin(&self.folders, claim, Target::Res, &name)?;
        let written = draft.writer().map_err(Undrafted::from).and_then(|file| {
            let mut out = match zipped {
                true => Out::zip(file, &format!("{stem}.xml"), self.clock.now())?,
                false => Out::plain(file),
            };
            let replaced = write(style, bulk, &mut out)?;
            out.finish()?;
            Ok(replaced)
        });
        let sealed = written.and_then(|replaced| match sealing {
            Some(password) => Ok((Some(self.seal_draft(claim, &name, &draft, &password)?), replaced)),
            None => Ok((None, replaced)),
        });
        match sealed {
            Ok((None, replaced)) => Ok(Drafted { item: draft.into_item(), replaced }),
            Ok((Some(sealed), replaced)) => {
                draft.discard();
                Ok(Drafted { item: sealed.into_item(), replaced })
            }
            Err(error) => {
                draft.discard();
                Err(error)
            }
        }
    }

    /// The draft called `name` once more, in its zip.
    fn seal_draft(&self, claim: &Claim, name: &str, draft: &Draft, password: &ZipPassword) -> io::Result<Draft> {
        let sealed = Draft::begin(&self.folders, claim, Target::Res, &sealed_name(name))?;
        let write = || {
            let mut plain = draft.writer()?;
            plain.rewind()?;
            let mut zip = BufWriter::new(sealed.writer()?);
            seal_into(&mut zip, name, &mut plain, password, self.seed, self.clock.now())?;
            zip.flush()
        };
        if let Err(cause) = write() {
            sealed.discard();
            return Err(cause);
        }
        Ok(sealed)
    }
}

fn write(style: &Style, bulk: BulkAnswer, out: &mut Out) -> Result<Vec<char>, Undrafted> {
    let mut file = style.by_units(bulk.header.frame());
    let mut replaced = Vec::new();
    let mut put = |encoded: Encoded, out: &mut Out| {
        let room = MOST_LOST - replaced.len();
        replaced.extend(encoded.replaced.into_iter().take(room));
        out.write_all(&encoded.bytes)
    };
    put(std::mem::take(&mut file.frame.opening), out)?;
    for unit in bulk.units {
        put(file.unit(unit.map_err(Undrafted::Wire)?.to_tree()), out)?;
    }
    put(std::mem::take(&mut file.frame.closing), out)?;
    Ok(replaced)
}

/// The file, or the one file in a zip.
enum Out {
    Plain(BufWriter<File>),
    Zip(Box<ZipWriter<BufWriter<File>>>),
}

impl Out {
    fn plain(file: File) -> Self {
        Self::Plain(BufWriter::new(file))
    }

    fn zip(file: File, name: &str, time: jiff::civil::DateTime) -> io::Result<Self> {
        let part = |value: i8| u8::try_from(value).unwrap_or_default();
        let (year, month, day) = (u16::try_from(time.year()).unwrap_or_default(), part(time.month()), part(time.day()));
        let stamp = zip::DateTime::from_date_and_time(
            year,
            month,
            day,
            part(time.hour()),
            part(time.minute()),
            part(time.second()),
        );
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            // A zip knows the years from 1980 to 2107.
            .last_modified_time(stamp.unwrap_or_default());
        let mut zip = ZipWriter::new(BufWriter::new(file));
        zip.start_file(name, options)?;
        Ok(Self::Zip(Box::new(zip)))
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.write_all(bytes),
            Self::Zip(zip) => zip.write_all(bytes),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(mut file) => file.flush(),
            Self::Zip(zip) => zip.finish()?.flush(),
        }
    }
}
