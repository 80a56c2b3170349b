//! The one source of time.
//!
//! A [`Clock`] gives two different things and never mixes them up:
//!
//! - **document time** ([`Clock::now`]): what is written into files and compared with validity dates. Always JST (UTC+9, no
//!   daylight saving since 1951), whatever zone the machine lives in. It can be shifted or frozen.
//! - **timers**: [`Clock::pause`] is pacing of our own (an answer that comes a second late). While the clock is frozen a pause
//!   jumps to the next due one, so nothing hangs and the order stays. [`Clock::patience`] is how long a *person* is waited for,
//!   in document time: a frozen clock waits for ever, an advanced one runs out at once.
//!
//! [`era`] says a day in 和暦.

pub mod era;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, oneshot};

/// How long the frozen clock looks for more pauses to be registered before it jumps to the earliest one.
const SETTLE: Duration = Duration::from_millis(1);

/// A handle on the station's time; clones share it.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    inner: Mutex<Inner>,
    changed: Notify,
}

#[derive(Debug)]
struct Inner {
    mode: Mode,
    /// Start of the virtual time line on which pauses of a frozen clock are ordered.
    virtual_now: Duration,
    waiting: BTreeMap<(Duration, u64), oneshot::Sender<()>>,
    registered: u64,
    driving: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Machine time plus an offset (zero for a real clock).
    Running {
        offset: SignedDuration,
    },
    Frozen {
        at: DateTime,
    },
}

/// A `--clock` value that names no time.
#[derive(Debug, thiserror::Error)]
#[error(
    "「{0}」は時刻として読めません / not a time: use RFC 3339 (2026-11-21T09:00:00+09:00) or YYYYMMDDHHmmss in JST, and ',freeze' to stop the clock there"
)]
pub struct ClockError(String);

impl Clock {
    /// Machine time, in JST.
    pub fn real() -> Self {
        Self::with(Mode::Running { offset: SignedDuration::ZERO })
    }

    /// A clock that stands at `at` (JST) until it is advanced.
    pub fn frozen(at: DateTime) -> Self {
        Self::with(Mode::Frozen { at })
    }

    /// Reads `--clock`: RFC 3339 or `YYYYMMDDHHmmss` (JST), running from there, or standing there with `,freeze`.
    pub fn parse(spec: &str) -> Result<Self, ClockError> {
        let (time, freeze) = match spec.split_once(',') {
            Some((time, "freeze")) => (time, true),
            Some(_) => return Err(ClockError(spec.to_owned())),
            None => (spec, false),
        };
        let at = parse_time(time.trim()).ok_or_else(|| ClockError(spec.to_owned()))?;
        let clock = Self::real();
        if freeze {
            clock.freeze_at(at)
        } else {
            clock.shift_to(at)
        }
        Ok(clock)
    }

    fn with(mode: Mode) -> Self {
        Self(Arc::new(Shared {
            inner: Mutex::new(Inner {
                mode,
                virtual_now: Duration::ZERO,
                waiting: BTreeMap::new(),
                registered: 0,
                driving: false,
            }),
            changed: Notify::new(),
        }))
    }

    /// Document time: JST to the second and below.
    pub fn now(&self) -> DateTime {
        match self.lock().mode {
            Mode::Running { offset } => machine_now() + offset,
            Mode::Frozen { at } => at,
        }
    }

    /// Whether document time stands still.
    pub fn is_frozen(&self) -> bool {
        matches!(self.lock().mode, Mode::Frozen { .. })
    }

    /// Stops document time at `at`.
    pub fn freeze_at(&self, at: DateTime) {
        self.set(Mode::Frozen { at });
    }

    /// Lets document time run on from `to`.
    pub fn shift_to(&self, to: DateTime) {
        self.set(Mode::Running { offset: to.duration_since(machine_now()) });
    }

    /// Moves document time by `by`, frozen or not.
    pub fn advance(&self, by: SignedDuration) {
        let mode = match self.lock().mode {
            Mode::Running { offset } => Mode::Running { offset: offset + by },
            Mode::Frozen { at } => Mode::Frozen { at: at + by },
        };
        self.set(mode);
    }

    fn set(&self, mode: Mode) {
        self.lock().mode = mode;
        self.0.changed.notify_waiters();
    }

    /// Pacing: waits `length`. On a frozen clock, waits for its turn among the pauses instead.
    pub async fn pause(&self, length: Duration) {
        if length.is_zero() {
            return;
        }
        if !self.is_frozen() {
            return tokio::time::sleep(length).await;
        }
        let turn = self.register(length);
        // The sender lives in `waiting` until it is used; should it vanish, going on is right as well.
        let _ = turn.await;
    }

    fn register(&self, length: Duration) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut inner = self.lock();
        let key = (inner.virtual_now + length, inner.registered);
        inner.registered += 1;
        inner.waiting.insert(key, sender);
        if !inner.driving {
            inner.driving = true;
            tokio::spawn(self.clone().drive());
        }
        receiver
    }

    /// Releases the pauses of a frozen clock one by one, earliest first.
    async fn drive(self) {
        let mut seen = 0;
        loop {
            tokio::time::sleep(SETTLE).await;
            let mut inner = self.lock();
            if inner.registered != seen {
                seen = inner.registered;
                continue;
            }
            match inner.waiting.pop_first() {
                Some(((due, _), sender)) => {
                    inner.virtual_now = due;
                    let _ = sender.send(());
                }
                None => {
                    inner.driving = false;
                    return;
                }
            }
        }
    }

    /// How long a person is waited for: returns when `length` of *document* time has gone by.
    pub async fn patience(&self, length: Duration) {
        let deadline = self.now() + length;
        while self.now() < deadline {
            self.until_or_set(deadline).await;
        }
    }

    /// Returns when document time has come to `deadline`, or when the clock is set anew: whoever plans by document time then looks
    /// again.
    pub async fn until_or_set(&self, deadline: DateTime) {
        // Listening begins before the look at the time, so that no setting is missed between the two.
        let changed = self.0.changed.notified();
        let now = self.now();
        if now >= deadline {
            return;
        }
        if self.is_frozen() {
            changed.await;
        } else {
            let left = deadline.duration_since(now).unsigned_abs();
            tokio::select! { () = tokio::time::sleep(left) => {}, () = changed => {} }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stop watch on machine time, for durations that people and benches read, and for waits from which what was spent is taken off.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        Self(Instant::now())
    }
    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
    /// Milliseconds since the start, with fractions.
    pub fn elapsed_ms(&self) -> f64 {
        self.0.elapsed().as_secs_f64() * 1000.0
    }
}

fn jst() -> TimeZone {
    TimeZone::fixed(Offset::constant(9))
}

fn machine_now() -> DateTime {
    Timestamp::now().to_zoned(jst()).datetime()
}

/// RFC 3339, `YYYYMMDDHHmmss` or `YYYYMMDD` (midnight) in JST.
pub fn parse_time(text: &str) -> Option<DateTime> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp.to_zoned(jst()).datetime());
    }
    match text.len() {
        14 => DateTime::strptime("%Y%m%d%H%M%S", text).ok(),
        8 => parse_date(text).map(Date::into),
        _ => None,
    }
}

/// `YYYYMMDD`, eight ASCII digits that name a day.
pub fn parse_date(text: &str) -> Option<Date> {
    let digits = Some(text).filter(|text| text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()))?;
    let (year, month_and_day) = digits.split_at(4);
    let (month, day) = month_and_day.split_at(2);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// `YYYYMMDD`. Written as a number: an answer of the hub has dozens, and a pattern is read again for each.
pub fn date8(date: Date) -> String {
    text(&digits_of(date))
}

/// The same as bytes of ASCII.
pub fn digits_of(date: Date) -> [u8; 8] {
    digits(in_order([date.year(), date.month().into(), date.day().into()]))
}

/// `YYYYMMDDHHmmss`, the form of every date-time in the shared folder (spec/oqs-interface.md §1.4, [A]).
pub fn time14(time: DateTime) -> String {
    let [month, day, hour, minute, second] =
        [time.month(), time.day(), time.hour(), time.minute(), time.second()].map(i16::from);
    text(&digits::<14>(in_order([time.year(), month, day, hour, minute, second])))
}

/// Parts of two digits each, behind the first. Years before the first are nobody's.
fn in_order<const N: usize>(parts: [i16; N]) -> u64 {
    parts.into_iter().fold(0, |number, part| number * 100 + u64::from(part.unsigned_abs()))
}

/// The last `N` digits of a number.
fn digits<const N: usize>(mut number: u64) -> [u8; N] {
    let mut digits = [b'0'; N];
    for digit in digits.iter_mut().rev() {
        *digit += (number % 10) as u8;
        number /= 10;
    }
    digits
}

fn text(digits: &[u8]) -> String {
    // They are ASCII.
    std::str::from_utf8(digits).unwrap_or_default().to_owned()
}

/// A JST civil time as seconds since 1970 UTC, as certificates count.
pub fn unix_seconds(time: DateTime) -> i64 {
    // A civil date-time of years 1..9999 always maps to a fixed offset; only the extreme ends could fail.
    time.to_zoned(jst()).map_or(0, |zoned| zoned.timestamp().as_second())
}

/// Seconds since 1970 UTC as JST civil time.
pub fn from_unix_seconds(seconds: i64) -> Option<DateTime> {
    Timestamp::from_second(seconds).ok().map(|t| t.to_zoned(jst()).datetime())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn document_time_is_jst_whatever_the_zone_of_the_machine() {
        let utc = parse_time("2026-11-20T15:00:00Z").unwrap();
        assert_eq!(time14(utc), "20261121000000");
    }

    #[test]
    fn a_time_without_a_zone_is_jst_and_survives_the_round_trip_through_unix_seconds() {
        let time = parse_time("20261121093000").unwrap();
        assert_eq!(from_unix_seconds(unix_seconds(time)), Some(time));
        assert_eq!(unix_seconds(time), parse_time("2026-11-21T00:30:00Z").map(unix_seconds).unwrap());
    }

    proptest! {
        #[test]
        fn days_and_moments_have_their_digits_and_come_back(seconds in -62_135_596_800_i64..253_402_210_800) {
            let time = from_unix_seconds(seconds).unwrap();
            prop_assert_eq!(time14(time), time.strftime("%Y%m%d%H%M%S").to_string());
            prop_assert_eq!(date8(time.date()), time.strftime("%Y%m%d").to_string());
            prop_assert_eq!(parse_date(&date8(time.date())), Some(time.date()));
            prop_assert_eq!(parse_time(&time14(time)), Some(time));
        }

        #[test]
        fn a_day_is_what_names_one(text in "[0-9]{3}[0-9+ ][0-9]{4}|[0-9]{7,9}") {
            let named = text.bytes().all(|b| b.is_ascii_digit()).then(|| Date::strptime("%Y%m%d", &text).ok()).flatten();
            prop_assert_eq!(parse_date(&text), named.filter(|_| text.len() == 8));
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_the_forms_that_are() {
        for bad in ["", "yesterday", "20261321000000", "2026-11-21", "20261121093000,halt"] {
            let error = Clock::parse(bad).unwrap_err().to_string();
            assert!(error.contains("YYYYMMDDHHmmss"), "{error}");
        }
    }

    #[tokio::test]
    async fn pauses_of_a_frozen_clock_jump_and_keep_their_order() {
        let clock = Clock::parse("20261121093000,freeze").unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = Vec::new();
        for hours in [3_u64, 1, 2] {
            let (clock, order) = (clock.clone(), order.clone());
            tasks.push(tokio::spawn(async move {
                clock.pause(Duration::from_secs(hours * 3600)).await;
                order.lock().unwrap().push(hours);
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [1, 2, 3]);
        assert_eq!(time14(clock.now()), "20261121093000");
    }

    #[tokio::test]
    async fn patience_on_a_frozen_clock_ends_only_when_document_time_is_advanced() {
        let clock = Clock::parse("20261121093000,freeze").unwrap();
        let waiting = tokio::spawn({
            let clock = clock.clone();
            async move { clock.patience(Duration::from_secs(60)).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        clock.advance(SignedDuration::from_secs(61));
        waiting.await.unwrap();
    }
}
