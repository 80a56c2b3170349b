//! The machine's clock and zone.

use std::fs;

use jiff::civil::{DateTime, date};

use super::{CLOCK, Finding, Grade, ZONE};
use crate::clock::Clock;
use crate::event::Words;
use crate::station::settings::Settings;

/// Before this day the program did not exist.
const EARLIEST: (i16, i8, i8) = (2026, 1, 1);
/// After this year the certificates of the test authority mean nothing, and a clock that says so has lost its battery.
const LATEST: i16 = 2060;
/// What zones of Japan are called.
const JAPAN: [&str; 3] = ["Asia/Tokyo", "Japan", "JST-9"];

/// Clock, then zone.
pub fn clock_and_zone(settings: &Settings) -> Vec<Finding> {
    let mut findings = vec![clock(Clock::real().now())];
    if let Some(told) = settings.station.clock.as_deref() {
        let found = Words::new(
            format!("文書の時刻は機械の時計ではなく {told} です"),
            format!("documents do not follow the machine's clock but {told}"),
        );
        let remedy = Words::new(
            "機械の時計を使うなら、--clock と [station] clock を外してください",
            "leave --clock and [station] clock out to follow the machine's",
        );
        findings.push(CLOCK.told(Grade::Note, "[station] clock", found, remedy));
    }
    findings.push(zone(machine_zone().as_deref()));
    findings
}

fn clock(now: DateTime) -> Finding {
    let shown = now.strftime("%Y-%m-%d %H:%M:%S JST").to_string();
    let (year, month, day) = EARLIEST;
    if now.date() < date(year, month, day) || now.year() > LATEST {
        let remedy = Words::new("機械の時計を合わせてください（NTP）", "set the machine's clock, for instance by NTP");
        let found = Words::new(format!("{shown} はあり得ません"), format!("{shown} cannot be"));
        return CLOCK.told(Grade::Broken, machine(), found, remedy);
    }
    CLOCK.good(machine(), Words::new(shown.clone(), shown))
}

fn zone(zone: Option<&str>) -> Finding {
    let Some(zone) = zone else {
        let found = Words::new(
            "ゾーンはここからわかりません。文書は日本時間です",
            "the zone cannot be told from here; documents are in JST",
        );
        return ZONE.good(machine(), found);
    };
    if JAPAN.contains(&zone) {
        return ZONE.good(machine(), Words::new(zone, zone));
    }
    ZONE.told(
        Grade::Note,
        machine(),
        Words::new(format!("{zone} です。文書は日本時間です"), format!("{zone}; documents are in JST")),
        Words::new(
            "レセコンの時刻と比べるなら、ゾーンを Asia/Tokyo にすると揃います",
            "to compare with times of other programs, set the zone to Asia/Tokyo",
        ),
    )
}

/// The zone of this machine, where a Unix tells it.
fn machine_zone() -> Option<String> {
    let told = std::env::var("TZ").ok().map(|zone| zone.trim_start_matches(':').to_owned());
    let linked = || {
        let target = fs::read_link("/etc/localtime").ok()?;
        target.to_string_lossy().split_once("zoneinfo/").map(|(_, zone)| zone.to_owned())
    };
    told.filter(|zone| !zone.is_empty()).or_else(linked)
}

fn machine() -> &'static str {
    "この機械 / this machine"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_of_before_the_program_or_long_after_is_broken() {
        let at = |year| clock(date(year, 11, 21).at(9, 30, 0, 0)).grade;
        assert_eq!(
            (at(1970), at(2025), at(2026), at(2040), at(2099)),
            (Grade::Broken, Grade::Broken, Grade::Good, Grade::Good, Grade::Broken)
        );
    }

    #[test]
    fn another_zone_than_japans_is_worth_knowing() {
        assert_eq!(
            [Some("Asia/Tokyo"), None, Some("Etc/UTC")].map(|name| zone(name).grade),
            [Grade::Good, Grade::Good, Grade::Note]
        );
    }
}
