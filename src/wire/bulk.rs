//! A bulk result on its way: the header first, then one unit after the other, so that nobody holds 100,000 of them.

use std::fmt;

use super::WireError;
use crate::message::bulk::{BulkHeader, BulkUnit};

/// Units in the order of the document. After an error there are no more.
pub type Units = Box<dyn Iterator<Item = Result<BulkUnit, WireError>> + Send>;

/// A 02res.
pub struct BulkAnswer {
    /// The header, with the numbers of what follows.
    pub header: BulkHeader,
    /// None until the work is done.
    pub units: Units,
}

impl BulkAnswer {
    /// A result that is its header alone: not ready, or not to be had.
    pub fn headed(header: BulkHeader) -> Self {
        Self { header, units: Box::new(std::iter::empty()) }
    }

    /// All of it at once, for who can bear that.
    ///
    /// # Errors
    /// The connection broke on the way.
    pub fn gather(self) -> Result<(BulkHeader, Vec<BulkUnit>), WireError> {
        Ok((self.header, self.units.collect::<Result<_, _>>()?))
    }
}

impl fmt::Debug for BulkAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkAnswer").field("header", &self.header).finish_non_exhaustive()
    }
}
