//! Planned stops of what new links are made with: the insurers' 中間サーバー every night from 03:00 to 06:00, the 情報提供ネットワーク on the
//! third week-end of the month (spec/pmh.md §3.2, [A]; which days that week-end has is not public: the third Saturday and its Sunday,
//! [C]). Whoever is linked is served around the clock.

use jiff::ToSpan;
use jiff::civil::{DateTime, Time, Weekday, time};

use super::settings::Settings;

const NIGHT_BEGINS: Time = time(3, 0, 0, 0);
const NIGHT_ENDS: Time = time(6, 0, 0, 0);

/// When new links can be made again; `None` while they can be made.
pub fn stopped_until(settings: &Settings, now: DateTime) -> Option<DateTime> {
    if !settings.maintenance {
        return None;
    }
    let saturday = match now.date().weekday() {
        Weekday::Saturday => Some(now.date()),
        Weekday::Sunday => now.date().yesterday().ok(),
        _ => None,
    };
    // The third of its kind falls on one of the days 15 to 21.
    if let Some(saturday) = saturday.filter(|day| (15..=21).contains(&day.day())) {
        return Some(saturday.saturating_add(2.days()).at(0, 0, 0, 0));
    }
    let in_the_night = (NIGHT_BEGINS..NIGHT_ENDS).contains(&now.time());
    in_the_night.then(|| now.date().to_datetime(NIGHT_ENDS))
}

/// From when on somebody is linked who was registered at `registered`: at once or at the hour of the nightly run, and not in a stop.
pub fn links_from(settings: &Settings, registered: DateTime) -> DateTime {
    let wanted = match settings.link_at {
        None => registered,
        Some(hour) if registered.time() < hour => registered.date().to_datetime(hour),
        Some(hour) => registered.date().saturating_add(1.day()).to_datetime(hour),
    };
    stopped_until(settings, wanted).unwrap_or(wanted)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn with(link_at: Option<Time>) -> Settings {
        Settings { maintenance: true, link_at, ..Settings::default() }
    }

    #[test]
    fn nights_and_the_third_week_end_are_stops_and_nothing_else() {
        let until = |day, hour, minute| stopped_until(&with(None), date(2026, 11, day).at(hour, minute, 0, 0));
        let six = |day| Some(date(2026, 11, day).at(6, 0, 0, 0));
        let monday = Some(date(2026, 11, 23).at(0, 0, 0, 0));
        for (day, hour, minute, expected) in [
            (10, 2, 59, None),
            (10, 3, 0, six(10)),
            (10, 5, 59, six(10)),
            (10, 6, 0, None),
            (14, 12, 0, None),
            (20, 23, 59, None),
            (21, 0, 0, monday),
            (21, 4, 0, monday),
            (22, 23, 59, monday),
            (23, 0, 0, None),
            (28, 12, 0, None),
        ] {
            assert_eq!(until(day, hour, minute), expected, "{day} {hour}:{minute}");
        }
        let off = Settings::default();
        assert_eq!(stopped_until(&off, date(2026, 11, 21).at(4, 0, 0, 0)), None, "a simulator works at night too");
    }

    #[test]
    fn who_is_registered_by_day_is_linked_in_the_night_and_after_a_stop_where_there_is_one() {
        let registered = date(2026, 11, 10).at(15, 0, 0, 0);
        assert_eq!(links_from(&with(None), registered), registered);
        assert_eq!(links_from(&with(Some(time(1, 0, 0, 0))), registered), date(2026, 11, 11).at(1, 0, 0, 0));
        assert_eq!(links_from(&with(Some(time(22, 0, 0, 0))), registered), date(2026, 11, 10).at(22, 0, 0, 0));
        assert_eq!(links_from(&with(Some(time(4, 0, 0, 0))), registered), date(2026, 11, 11).at(6, 0, 0, 0));
        let friday = date(2026, 11, 20).at(15, 0, 0, 0);
        assert_eq!(links_from(&with(Some(time(1, 0, 0, 0))), friday), date(2026, 11, 23).at(0, 0, 0, 0));
    }

    proptest! {
        #[test]
        fn nobody_is_linked_before_their_registration_or_in_a_stop(
            minutes in 0i64..4_000_000, hour in proptest::option::of(0i8..24),
        ) {
            let settings = with(hour.map(|hour| time(hour, 0, 0, 0)));
            let registered = date(2024, 1, 1).at(0, 0, 0, 0).saturating_add(minutes.minutes());
            let from = links_from(&settings, registered);
            prop_assert!(registered <= from);
            prop_assert_eq!(stopped_until(&settings, from), None);
        }
    }
}
