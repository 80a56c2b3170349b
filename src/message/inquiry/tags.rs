//! The tables of tags of 薬剤情報 and 特定健診情報: the built-in ones, or a vendor's in their place.

use std::sync::Arc;

use crate::message::checkup::table as checkup;
use crate::message::medication::table as medication;

/// The tags under which YZK's and TKK's answers are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InquiryTags {
    /// Of `YZKsiquc01res`.
    pub medication: Arc<medication::Table>,
    /// Of `TKKsiquc01res`.
    pub checkup: Arc<checkup::Table>,
}

impl Default for InquiryTags {
    fn default() -> Self {
        Self {
            medication: Arc::new(medication::Table::embedded().clone()),
            checkup: Arc::new(checkup::Table::embedded().clone()),
        }
    }
}
