//! Placeholders: `${…}` in texts of a scenario, so that it stays young and never collides.
//!
//! ```text
//! ${today}  ${today-30d}  ${today-1y@10-01}      a day, YYYYMMDD; the forms of docs/card-profiles.md
//! ${today:iso}  ${today:month}                   2026-11-21, 202611
//! ${today:wareki}  ${today:short}                令和8年11月21日, R8.11.21
//! ${now}                                         document time, 14 digits
//! ${unique}  ${unique:6}  ${unique.b}            digits of this run alone (12); with another name others
//! ${institution}                                 医療機関コード
//! ${taro.number}  ${taro.subsidies.0.valid_until}  of a person
//! ${first.pmh}  ${first.pmh_request}             name of a file of a step; of the request that brought it
//! ${first.pmh//HashValue}                        a value in it
//! ${first.announced}                             name of the result that its face file announces, come or not
//! ```

use jiff::civil::{Date, DateTime};

use crate::clock::{date8, era, time14};
use crate::people::Day;

/// Where placeholders are looked up that are no day and no time.
pub trait Lookup {
    /// Document time.
    fn now(&self) -> Result<DateTime, String>;
    /// Digits of this run alone.
    fn unique(&self, label: &str, digits: usize) -> String;
    /// Of people, steps and the station; the error says what is nearest.
    fn find(&self, name: &str) -> Result<String, String>;
}

/// How many digits a `${unique}` has: as many as names of requests usually have behind `req_`.
const DIGITS: usize = 12;

/// `text` with its placeholders filled.
///
/// # Errors
/// The placeholder that means nothing, Japanese / English.
pub fn fill(text: &str, lookup: &dyn Lookup) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, behind) = after
            .split_once('}')
            .ok_or_else(|| format!("「${{{after}」が閉じていません / the placeholder is not closed"))?;
        filled += before;
        filled += &one(name.trim(), lookup)?;
        rest = behind;
    }
    Ok(filled + rest)
}

fn one(name: &str, lookup: &dyn Lookup) -> Result<String, String> {
    if name == "now" {
        return Ok(time14(lookup.now()?));
    }
    if let Some(day) = name.strip_prefix("today").filter(|rest| !rest.starts_with(char::is_alphanumeric)) {
        let (step, form) = day.split_once(':').unwrap_or((day, ""));
        let step = if step.trim().is_empty() { "today" } else { step.trim() };
        let date = Day::parse(step).map_err(|error| error.to_string())?.on(lookup.now()?.date());
        return say(date, form);
    }
    if let Some(rest) = name.strip_prefix("unique").filter(|rest| !rest.starts_with(char::is_alphanumeric)) {
        let (label, digits) = rest.split_once(':').unwrap_or((rest, ""));
        let digits =
            if digits.is_empty() { Some(DIGITS) } else { digits.parse().ok().filter(|n| (1..=50).contains(n)) };
        let digits = digits.ok_or_else(|| format!("「${{{name}}}」の桁数は 1〜50 です / 1 to 50 digits"))?;
        return Ok(lookup.unique(label.trim_start_matches('.'), digits));
    }
    lookup.find(name)
}

fn say(date: Date, form: &str) -> Result<String, String> {
    let in_era = || era::of(date).ok_or_else(|| format!("{date} に和暦はありません / before the eras"));
    match form {
        "" => Ok(date8(date)),
        "iso" => Ok(date.strftime("%Y-%m-%d").to_string()),
        "month" => Ok(date.strftime("%Y%m").to_string()),
        "wareki" => in_era().map(|(era, year)| format!("{}{year}年{}月{}日", era.name, date.month(), date.day())),
        "short" => in_era().map(|(era, year)| format!("{}{year}.{}.{}", era.letter, date.month(), date.day())),
        other => Err(format!(
            "日付の形「{other}」はありません。iso, month, wareki, short のどれかです / iso, month, wareki or short"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct World;

    impl Lookup for World {
        fn now(&self) -> Result<DateTime, String> {
            Ok(jiff::civil::date(2026, 11, 21).at(9, 30, 0, 0))
        }
        fn unique(&self, label: &str, digits: usize) -> String {
            format!("{label}{digits}")
        }
        fn find(&self, name: &str) -> Result<String, String> {
            Err(format!("nobody is {name}"))
        }
    }

    #[test]
    fn days_are_said_in_every_form() {
        let filled = |text: &str| fill(text, &World).unwrap();
        assert_eq!(filled("a ${today} b"), "a 20261121 b");
        assert_eq!(filled("${today-30d}"), "20261022");
        assert_eq!(filled("${today-1y@10-01:iso}"), "2025-10-01");
        assert_eq!(filled("${today-11m:month}"), "202512");
        assert_eq!(filled("${today:wareki}、${today-30y:short}"), "令和8年11月21日、H8.11.21");
        assert_eq!(filled("${now}${unique}${unique:3}${unique.b}"), "20261121093000123b12");
    }

    #[test]
    fn what_means_nothing_is_an_error_that_says_so() {
        for (text, word) in [
            ("${", "閉じて"),
            ("${today:roman}", "wareki"),
            ("${todya}", "todya"),
            ("${unique:99}", "桁数"),
            ("${today-x}", "日付"),
        ] {
            let error = fill(text, &World).unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
