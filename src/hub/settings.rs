//! The dates on which the rules of the centre changed, as data: whoever needs another day sets another day.

use std::time::Duration;

use jiff::civil::{Date, Time, date};
use serde::{Deserialize, Serialize};

/// What may differ from hub to hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// From this day the consents are asked at once and 限度額 without a screen: 2024-10-07 (spec/jpki-card.md §5.5, [A]).
    pub all_at_once_from: Date,
    /// From this day a record carries its 資格確認キー; `None` for never. Planned for 2024-12 (spec/pmh.md §5.5, [A] for the plan;
    /// the day itself is not public, so it is the first of that month, [C]).
    pub qualification_key_from: Option<Date>,
    /// The renewal notice comes this many months before the certificate ends (spec/jpki-card.md §3.5, [A]).
    pub renewal_notice_months: i32,
    /// The card still confirms the qualification this many months after the certificate ended (the same, [A]).
    pub grace_months: i32,
    /// A bulk request is worked on for so long, in document time; until then its result is SegmentOfResult 2. The real time is not
    /// public ([C]).
    pub bulk_ready_after: Duration,
    /// A 受付番号 is known for so long after its reception, in document time. The real time is not public ([C]).
    pub bulk_kept_for: Duration,
    /// New links stop in the night and on the third week-end ([`super::maintenance`]). Off unless asked for: a simulator is used at
    /// any hour.
    pub maintenance: bool,
    /// The hour at which 中間サーバー tells オンライン資格確認 who was registered at PMH; `None`: at once. The real hour is not public
    /// ([C]).
    pub link_at: Option<Time>,
    /// What the centre knew when, in answers about days that are past.
    pub past_days: PastDays,
    /// 受給者証 reach a clinic before their first day already. Whether future rows are sent is an open question of the field
    /// (spec/pmh.md §9, §10 13); by default they are not.
    pub future_subsidies: bool,
}

/// A request may name a 資格確認日 that is past. Insurers may have told of a change since.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PastDays {
    /// The state of that day as it was known on that day.
    #[default]
    AsKnownThen,
    /// The state of that day as it is known today.
    AsKnownNow,
}

impl PastDays {
    /// The day whose knowledge answers a question of `today` about `day`. What is to come is answered with what is known today.
    pub fn knowledge_of(self, day: Date, today: Date) -> Date {
        match self {
            Self::AsKnownThen => day.min(today),
            Self::AsKnownNow => today,
        }
    }
}

impl Settings {
    /// With the seconds after which a bulk result is ready and the days for which it is kept, where they are told.
    #[must_use]
    pub fn with_bulk(self, ready_after_s: Option<u64>, kept_for_days: Option<u64>) -> Self {
        let days = |days: u64| Duration::from_secs(days.saturating_mul(DAY));
        Self {
            bulk_ready_after: ready_after_s.map_or(self.bulk_ready_after, Duration::from_secs),
            bulk_kept_for: kept_for_days.map_or(self.bulk_kept_for, days),
            ..self
        }
    }
}

/// A week: who asks on a Friday fetches on a Monday.
const BULK_KEPT_FOR_DAYS: u64 = 7;
/// Seconds of a day.
const DAY: u64 = 86_400;

impl Default for Settings {
    fn default() -> Self {
        Self {
            all_at_once_from: date(2024, 10, 7),
            qualification_key_from: Some(date(2024, 12, 1)),
            renewal_notice_months: 3,
            grace_months: 3,
            bulk_ready_after: Duration::from_secs(5),
            bulk_kept_for: Duration::from_secs(BULK_KEPT_FOR_DAYS * DAY),
            maintenance: false,
            link_at: None,
            past_days: PastDays::default(),
            future_subsidies: false,
        }
    }
}
