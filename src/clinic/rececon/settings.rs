//! How a レセコン is set up.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use super::mistake::Mistake;
use crate::clock::Clock;
use crate::message::subsidy::{Edition, Layout};
use crate::secret::ZipPassword;
use crate::text::Encoding;

/// The usual port of the sample レセコン, beside those of the desk (8790) and the centre (8791).
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8793";

/// How a レセコン is set up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// 医療機関コード; without one, that of the last result of the reader.
    pub institution: Option<String>,
    /// 受付登録, new certificates and missing 照会番号 without an order of the staff. What differs is asked about in any case.
    pub auto: bool,
    /// A 照会番号 that the centre has not is registered when the patient comes.
    pub register_numbers: bool,
    /// Encoding of the requests.
    pub encoding: Encoding,
    /// The layout by which subsidies are read: what it has not, is passed over.
    pub layout: Layout,
    /// How long a subsidy that was announced is waited for.
    pub subsidy_patience: Duration,
    /// How long the answer to a request is waited for.
    pub answer_patience: Duration,
    /// How often the folders are looked into where no event comes.
    pub look: Duration,
    /// Document time.
    pub clock: Clock,
    /// Where patients are kept; in memory only without.
    pub book: Option<PathBuf>,
    /// Address of the consumer API; port 0 takes a free one.
    pub listen: String,
    /// Password of sealed files (spec/oqs-interface.md §5.5). Without one they stay where they are, and the staff is told.
    pub password: Option<ZipPassword>,
    /// Requests are sealed with that password too: for a terminal that expects it.
    pub seals_requests: bool,
    /// What it gets wrong: nothing.
    pub mistakes: Mistakes,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            institution: None,
            auto: false,
            register_numbers: true,
            encoding: Encoding::default(),
            layout: Layout::embedded(Edition::default()).clone(),
            subsidy_patience: Duration::from_secs(30),
            // Programs in the field wait for three to five minutes (spec/oqs-interface.md §5.4).
            answer_patience: Duration::from_secs(180),
            look: Duration::from_millis(500),
            clock: Clock::real(),
            book: None,
            listen: "127.0.0.1:0".to_owned(),
            password: None,
            seals_requests: false,
            mistakes: Mistakes::default(),
        }
    }
}

/// The mistakes that this one makes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mistakes(BTreeSet<Mistake>);

impl Mistakes {
    /// Whether it makes this one.
    pub fn makes(&self, mistake: Mistake) -> bool {
        self.0.contains(&mistake)
    }

    /// All that it makes.
    pub fn iter(&self) -> impl Iterator<Item = Mistake> {
        self.0.iter().copied()
    }
}

impl FromIterator<Mistake> for Mistakes {
    fn from_iter<I: IntoIterator<Item = Mistake>>(mistakes: I) -> Self {
        Self(mistakes.into_iter().collect())
    }
}
