//! A date as a profile writes it: absolute, or relative to the clock's day so that nobody expires by itself.
//!
//! ```text
//! 2026-04-01            that day (20260401 and an unquoted TOML date are the same)
//! today                 the clock's day
//! -40y   +2m   -10d     years, months, days from it; combined: -40y+3d
//! -72y@05-15            the step first, then the 15th of May of the year that it leads to
//! @month-start  +1m@month-end
//! ```
//!
//! Where a day does not exist (29 February in a common year, the 31st of a short month) the last day of that month is meant.

use std::fmt;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A step further than this is a slip of the finger. People live shorter, certificates too.
const LONGEST_STEP_YEARS: i32 = 200;

/// A day of a profile; [`Day::on`] gives the date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(Written);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    Absolute(Date),
    Relative { years: i32, months: i32, days: i32, landing: Landing },
}

/// Where a relative day lands after its step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Landing {
    There,
    MonthDay { month: i8, day: i8 },
    MonthStart,
    MonthEnd,
}

/// A text that is no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "「{0}」は日付として読めません。2026-04-01 か、今日からの -40y、+2m、-10d、-40y+3d、-72y@05-15、@month-start、@month-end の形で書いてください / `{0}` is not a date: write 2026-04-01, or relative to today -40y, +2m, -10d, -40y+3d, -72y@05-15, @month-start, @month-end"
)]
pub struct DayError(String);

impl Day {
    /// The clock's day itself.
    pub const TODAY: Self = Self::relative(Landing::There);
    /// First day of the clock's month.
    pub(super) const MONTH_START: Self = Self::relative(Landing::MonthStart);
    /// Last day of the clock's month.
    pub(super) const MONTH_END: Self = Self::relative(Landing::MonthEnd);

    const fn relative(landing: Landing) -> Self {
        Self(Written::Relative { years: 0, months: 0, days: 0, landing })
    }

    /// Reads one of the forms above.
    pub fn parse(text: &str) -> Result<Self, DayError> {
        let text = text.trim();
        absolute(text)
            .map(Written::Absolute)
            .or_else(|| relative(text))
            .map(Self)
            .ok_or_else(|| DayError(text.to_owned()))
    }

    /// The date that is meant when the clock says `today`.
    pub fn on(self, today: Date) -> Date {
        let (years, months, days, landing) = match self.0 {
            Written::Absolute(date) => return date,
            Written::Relative { years, months, days, landing } => (years, months, days, landing),
        };
        // Two steps, since a span has one sign for all its parts: -40y+3d has two.
        let there = today.saturating_add((12 * years + months).months()).saturating_add(days.days());
        match landing {
            Landing::There => there,
            Landing::MonthDay { month, day } => {
                let first = there.first_of_year().saturating_add((i32::from(month) - 1).months());
                first.saturating_add((i32::from(day.min(first.days_in_month())) - 1).days())
            }
            Landing::MonthStart => there.first_of_month(),
            Landing::MonthEnd => there.last_of_month(),
        }
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self(Written::Absolute(date))
    }
}

fn absolute(text: &str) -> Option<Date> {
    let (year, month, day) = match text.as_bytes() {
        [_, _, _, _, b'-', _, _, b'-', _, _] => (text.get(..4)?, text.get(5..7)?, text.get(8..)?),
        [first, ..] if text.len() == 8 && first.is_ascii_digit() => (text.get(..4)?, text.get(4..6)?, text.get(6..)?),
        _ => return None,
    };
    Date::new(digits(year)?, digits(month)?, digits(day)?).ok()
}

fn relative(text: &str) -> Option<Written> {
    let (steps, landing) = match text.split_once('@') {
        Some((steps, landing)) => (steps.trim(), parse_landing(landing.trim())?),
        None => (text, Landing::There),
    };
    // Nothing at all is a forgotten value, not today; before an @ it is.
    if text.is_empty() {
        return None;
    }
    let mut rest = steps.strip_prefix("today").unwrap_or(steps);
    let (mut years, mut months, mut days) = (0i32, 0i32, 0i32);
    while !rest.is_empty() {
        let sign = match rest.as_bytes().first()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let end = rest.find(['y', 'm', 'd'])?;
        let amount = sign * digits::<i32>(rest.get(1..end)?)?;
        let (sum, per_year) = match rest.as_bytes().get(end)? {
            b'y' => (&mut years, 1),
            b'm' => (&mut months, 12),
            _ => (&mut days, 366),
        };
        *sum = sum.checked_add(amount).filter(|sum| sum.abs() <= LONGEST_STEP_YEARS * per_year)?;
        rest = rest.get(end + 1..)?;
    }
    Some(Written::Relative { years, months, days, landing })
}

fn parse_landing(text: &str) -> Option<Landing> {
    match text {
        "month-start" => Some(Landing::MonthStart),
        "month-end" => Some(Landing::MonthEnd),
        _ => {
            let (month, day) = text.split_once('-')?;
            let (month, day) = (digits(month)?, digits(day)?);
            // 2024 is a leap year: 02-29 is a day that can be meant.
            Date::new(2024, month, day).ok()?;
            Some(Landing::MonthDay { month, day })
        }
    }
}

/// A number of digits only: `parse` alone would take a second sign.
fn digits<N: std::str::FromStr>(text: &str) -> Option<N> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (years, months, days, landing) = match self.0 {
            Written::Absolute(date) => return write!(f, "{date}"),
            Written::Relative { years, months, days, landing } => (years, months, days, landing),
        };
        if *self == Self::TODAY {
            return f.write_str("today");
        }
        for (amount, unit) in [(years, 'y'), (months, 'm'), (days, 'd')] {
            if amount != 0 {
                write!(f, "{amount:+}{unit}")?;
            }
        }
        match landing {
            Landing::There => Ok(()),
            Landing::MonthDay { month, day } => write!(f, "@{month:02}-{day:02}"),
            Landing::MonthStart => f.write_str("@month-start"),
            Landing::MonthEnd => f.write_str("@month-end"),
        }
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DayVisitor)
    }
}

/// How the toml crate calls the only key of that map.
const TOML_DATE: &str = "$__toml_private";

struct DayVisitor;

impl<'de> Visitor<'de> for DayVisitor {
    type Value = Day;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date: 2026-04-01 or relative to today, such as -40y")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Day, E> {
        Day::parse(text).map_err(E::custom)
    }

    /// An unquoted TOML date arrives as a map with one entry whose value is its text.
    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Day, A::Error> {
        match map.next_entry::<String, String>()? {
            Some((key, text)) if key.starts_with(TOML_DATE) => self.visit_str(&text),
            _ => Err(de::Error::invalid_type(de::Unexpected::Map, &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn on(text: &str, today: Date) -> Date {
        Day::parse(text).unwrap().on(today)
    }

    #[test]
    fn each_form_means_its_date() {
        let today = date(2026, 11, 21);
        let forms = [
            ("2026-04-01", date(2026, 4, 1)),
            ("20260401", date(2026, 4, 1)),
            ("today", today),
            ("-40y", date(1986, 11, 21)),
            ("+2m", date(2027, 1, 21)),
            ("-10d", date(2026, 11, 11)),
            ("-40y+3d", date(1986, 11, 24)),
            ("-1y-1m-1d", date(2025, 10, 20)),
            ("-72y@05-15", date(1954, 5, 15)),
            ("@month-start", date(2026, 11, 1)),
            ("today@month-end", date(2026, 11, 30)),
            ("+3m@month-end", date(2027, 2, 28)),
        ];
        for (text, expected) in forms {
            assert_eq!(on(text, today), expected, "{text}");
        }
    }

    #[test]
    fn a_day_that_does_not_exist_is_the_last_of_its_month() {
        let leap_day = date(2028, 2, 29);
        assert_eq!(on("-40y", leap_day), date(1988, 2, 29), "leap year to leap year");
        assert_eq!(on("-1y", leap_day), date(2027, 2, 28));
        assert_eq!(on("-1y+1d", leap_day), date(2027, 3, 1), "years first, then days");
        assert_eq!(on("+1m", date(2026, 1, 31)), date(2026, 2, 28));
        assert_eq!(on("-1y@02-29", leap_day), date(2027, 2, 28));
        assert_eq!(on("-4y@02-29", leap_day), date(2024, 2, 29));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "@",
            "40y",
            "-40",
            "-y",
            "+-1y",
            "--1y",
            "-1w",
            "2026-13-01",
            "2026-02-29",
            "2026/04/01",
            "-1y@13-01",
            "-1y@02-30",
            "+201y",
            "+200y+1y",
            "-1y@",
            "昨日",
            "+99999999999d",
        ] {
            assert_eq!(Day::parse(text), Err(DayError(text.to_owned())), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_day_is_read_back_as_it_was_written(y in -200i32..=200, m in -99i32..=99, d in -999i32..=999, at in 0usize..4) {
            let landing = ["", "@05-15", "@month-start", "@month-end"][at];
            let day = Day::parse(&format!("{y:+}y{m:+}m{d:+}d{landing}")).unwrap();
            prop_assert_eq!(Day::parse(&day.to_string()), Ok(day), "{}", day);
        }

        #[test]
        fn no_text_and_no_clock_make_it_fall(text in "\\PC{0,16}", year in -9999i16..=9999, month in 1i8..=12) {
            if let Ok(day) = Day::parse(&text) {
                let _ = day.on(date(year, month, 28));
            }
        }
    }
}
