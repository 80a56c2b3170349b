//! 消し忘れ: which result files have lain uncollected for longer than `ResponseFileStayTime` (spec/oqs-interface.md §5.3–5.4, [B]).
//! Pure: it is told what lies there, and says what is overdue.
//!
//! Ages are in *document time*. A file that this run delivered is born at its delivery; of any other file its age on the machine is
//! taken once, at first sight, and document time goes on from there: an advanced clock makes it older, a frozen one does not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use jiff::SignedDuration;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::clock::time14;
use crate::folder::listing::Seen;
use crate::folder::publish::TOUCH_AFTER;
use crate::message::name::{Case, interface_of};
use crate::text::{Encoding, encode};

/// `stale_after`, `ResponseFileStayTime`: minutes, 1 to a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct StayTime(u32);

impl StayTime {
    const MOST: u32 = 366 * 24 * 60;

    /// `None` when out of range.
    pub fn minutes(minutes: u64) -> Option<Self> {
        let minutes = u32::try_from(minutes).ok()?;
        (1..=Self::MOST).contains(&minutes).then_some(Self(minutes))
    }

    fn length(self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.0))
    }
}

impl Default for StayTime {
    /// A day, as the real kit's installer sets ([B]).
    fn default() -> Self {
        Self(1440)
    }
}

impl TryFrom<u64> for StayTime {
    type Error = String;
    fn try_from(minutes: u64) -> Result<Self, String> {
        Self::minutes(minutes).ok_or_else(|| format!("minutes, 1 to {}", Self::MOST))
    }
}

impl From<StayTime> for u64 {
    fn from(stay: StayTime) -> Self {
        stay.0.into()
    }
}

/// `stale`: what becomes of a file that nobody fetched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stale {
    /// It stays, and a notice tells of it, as on real terminals.
    #[default]
    Notice,
    /// It goes, and a notice tells of it.
    Delete,
    /// Nothing.
    Off,
}

/// A file that has lain there too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    /// Where.
    pub path: PathBuf,
    /// When it came, in document time.
    pub born: DateTime,
    /// Its own time when it was seen.
    pub modified: Option<SystemTime>,
}

#[derive(Debug)]
struct Age {
    born: DateTime,
    /// None until it is seen.
    modified: Option<SystemTime>,
    told: bool,
}

/// Since when the files of the outlets lie there. As many are remembered as lie there.
#[derive(Debug, Default)]
pub struct Ages(BTreeMap<PathBuf, Age>);

impl Ages {
    /// A file was delivered at document time `now`.
    pub fn delivered(&mut self, path: &Path, now: DateTime) {
        self.0.insert(path.to_owned(), Age { born: now, modified: None, told: false });
    }

    /// A file has gone.
    pub fn forget(&mut self, path: &Path) {
        self.0.remove(path);
    }

    /// One look at what lies in `dir`. Gives each overdue file once.
    pub fn look(
        &mut self,
        dir: &Path,
        present: &[Seen],
        (now, machine): (DateTime, SystemTime),
        stay: StayTime,
    ) -> Vec<Overdue> {
        let mut there = BTreeMap::new();
        let mut overdue = Vec::new();
        for seen in present {
            let path = dir.join(&seen.name);
            let known = self.0.remove(&path).filter(|age| is_same_file(age.modified, seen.modified));
            let mut age = known.unwrap_or_else(|| Age { born: born(seen, now, machine), modified: None, told: false });
            age.modified = seen.modified;
            if !age.told && due(age.born, stay) <= now {
                age.told = true;
                overdue.push(Overdue { path: path.clone(), born: age.born, modified: age.modified });
            }
            there.insert(path, age);
        }
        self.0.retain(|path, _| path.parent() != Some(dir));
        self.0.append(&mut there);
        overdue
    }

    /// When the next of them is due.
    pub fn next_due(&self, stay: StayTime) -> Option<DateTime> {
        self.0.values().filter(|age| !age.told).map(|age| due(age.born, stay)).min()
    }
}

/// When a file that came at `born` is overdue. At the end of the calendar nothing is.
pub fn due(born: DateTime, stay: StayTime) -> DateTime {
    born.saturating_add(stay.length())
}

/// Is it the file that was there? Its own time has not moved, or only by the touch that follows a delivery.
pub fn is_same_file(known: Option<SystemTime>, seen: Option<SystemTime>) -> bool {
    match (known, seen) {
        (Some(known), Some(seen)) => {
            seen.duration_since(known).is_ok_and(|moved| moved.is_zero() || moved == TOUCH_AFTER)
        }
        _ => true,
    }
}

/// By the file's own age; a time that lies ahead of the machine's is now.
fn born(seen: &Seen, now: DateTime, machine: SystemTime) -> DateTime {
    let age = seen.modified.and_then(|modified| machine.duration_since(modified).ok()).unwrap_or_default();
    now.saturating_sub(age)
}

/// Is a file of this name a result (or an `.err`, or a returned request)? Notices and what others keep there are not.
pub fn is_result(name: &str) -> bool {
    let Some((head, rest)) = name.split_once('_') else { return false };
    let known = [".xml", ".err", ".zip", ".pdf"];
    let extension = rest.rfind('.').and_then(|dot| rest.get(dot..)).unwrap_or_default();
    interface_of(head, Case::Ignore).is_some() && known.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// Form of the notice, as data: neither name nor content of the real one is public.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoticeForm {
    name: String,
    encoding: Encoding,
    newline: String,
    head: String,
    line: String,
    deleted: String,
}

fn form() -> &'static NoticeForm {
    static FORM: OnceLock<NoticeForm> = OnceLock::new();
    FORM.get_or_init(|| {
        toml::from_str(include_str!("data/stale_notice.toml")).expect("the form of the notice is part of the program")
    })
}

/// A file that the notice tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `res`, `face`
    pub folder: String,
    /// Its name.
    pub name: String,
    /// When it came.
    pub born: DateTime,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// Name and bytes of the notice about `lines`.
pub fn notice(lines: &[Line], now: DateTime, stay: StayTime) -> (String, Vec<u8>) {
    let form = form();
    let time = time14(now);
    let head = form.head.replace("{minutes}", &u64::from(stay).to_string()).replace("{time}", &time);
    let told = lines.iter().map(|line| {
        let deleted = if line.deleted { form.deleted.as_str() } else { "" };
        // The name last: it is the sender's, and may look like anything.
        let text = form.line.replace("{since}", &time14(line.born)).replace("{folder}", &line.folder);
        text.replace("{deleted}", deleted).replace("{name}", &line.name)
    });
    let text: String = std::iter::once(head).chain(told).map(|line| line + &form.newline).collect();
    (form.name.replace("{time}", &time), encode(&text, form.encoding).bytes)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    const DAY: StayTime = StayTime(1440);

    fn noon() -> DateTime {
        jiff::civil::datetime(2026, 11, 21, 12, 0, 0, 0)
    }

    fn machine() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
    }

    fn seen(name: &str, age: Duration) -> Seen {
        Seen { name: name.into(), len: 1, modified: Some(machine() - age) }
    }

    fn hours(n: u64) -> Duration {
        Duration::from_secs(n * 3600)
    }

    fn names(overdue: &[Overdue]) -> Vec<String> {
        overdue.iter().map(|o| o.path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_file_of_an_earlier_run_is_judged_by_its_own_age_and_told_once() {
        let (mut ages, dir) = (Ages::default(), Path::new("res"));
        let files = [seen("old", hours(25)), seen("young", hours(23))];
        assert_eq!(names(&ages.look(dir, &files, (noon(), machine()), DAY)), ["old"]);
        assert!(ages.look(dir, &files, (noon(), machine()), DAY).is_empty(), "a frozen clock waits");
        assert_eq!(ages.next_due(DAY), Some(noon() + hours(1)));
        assert_eq!(names(&ages.look(dir, &files, (noon() + hours(1), machine()), DAY)), ["young"]);
        assert_eq!(ages.next_due(DAY), None);
    }

    #[test]
    fn what_this_run_delivered_ages_in_document_time_alone() {
        let (mut ages, dir) = (Ages::default(), Path::new("res"));
        ages.delivered(&dir.join("a"), noon());
        let touched = [seen("a", hours(0))];
        assert!(ages.look(dir, &touched, (noon() + hours(23), machine()), DAY).is_empty());
        let now = noon() + hours(24);
        let overdue = ages.look(dir, &touched, (now, machine()), DAY);
        assert_eq!(overdue[0].born, noon());
    }

    #[test]
    fn an_answer_that_took_the_place_of_a_stale_one_is_young() {
        let (mut ages, dir) = (Ages::default(), Path::new("res"));
        assert_eq!(ages.look(dir, &[seen("a", hours(30))], (noon(), machine()), DAY).len(), 1);
        assert!(ages.look(dir, &[seen("a", hours(0))], (noon(), machine()), DAY).is_empty());
        assert_eq!(ages.next_due(DAY), Some(noon() + hours(24)));
    }

    #[test]
    fn what_was_collected_is_forgotten_and_other_folders_are_not() {
        let mut ages = Ages::default();
        let (res, face) = (Path::new("res"), Path::new("face"));
        ages.look(res, &[seen("a", hours(1))], (noon(), machine()), DAY);
        ages.look(face, &[seen("b", hours(2))], (noon(), machine()), DAY);
        ages.look(res, &[], (noon(), machine()), DAY);
        assert_eq!(ages.next_due(DAY), Some(noon() + hours(22)));
        ages.forget(&face.join("b"));
        assert_eq!(ages.next_due(DAY), None);
    }

    #[test]
    fn results_are_known_by_their_names_and_foreign_files_and_notices_are_not_results() {
        for ours in [
            "OQSsiquc01res_202611210001.xml",
            "OQSsiquc01req_202611210001.err",
            "OQSsiquc01req_202611210001.XML",
            "OQSsiquc01res_face_20260929160112.xml",
            "PMHsimsm01res_x_face.xml",
            "PMHsimsm01req_x_face.xml.err",
            "OQSmuquc02res_1.zip",
        ] {
            assert!(is_result(ours), "{ours}");
        }
        for foreign in
            ["del20261121120000.txt", "note.txt", "report_2026.xml", "OQSsiquc01res_1.txt", "OQSsiquc01res_1", "_.xml"]
        {
            assert!(!is_result(foreign), "{foreign}");
        }
    }

    #[test]
    fn the_notice_names_each_file_and_is_itself_no_result() {
        let line = |name: &str, deleted| Line { folder: "res".into(), name: name.into(), born: noon(), deleted };
        let (name, bytes) = notice(&[line("a{deleted}.xml", false), line("b.xml", true)], noon() + hours(24), DAY);
        assert_eq!(name, "del20261122120000.txt");
        assert!(!is_result(&name));
        let (text, _, broken) = encoding_rs::SHIFT_JIS.decode(&bytes);
        assert!(!broken);
        assert_eq!(
            text,
            "1440 分を過ぎても取り込まれていない結果ファイルがあります。(20261122120000)\r\n\
             20261121120000 res a{deleted}.xml\r\n20261121120000 res b.xml (削除しました)\r\n"
        );
    }

    #[test]
    fn a_stay_time_is_a_minute_to_a_year() {
        assert!(StayTime::minutes(0).is_none() && StayTime::minutes(u64::MAX).is_none());
        assert_eq!(StayTime::minutes(527_040).map(u64::from), Some(527_040));
        assert!(StayTime::minutes(527_041).is_none());
    }

    proptest! {
        #[test]
        fn nothing_is_overdue_before_its_time_and_everything_from_then_on(
            age in 0_u64..4_000, later in 0_u64..4_000, stay in 1_u64..3_000,
        ) {
            let minutes = |n: u64| Duration::from_secs(n * 60);
            let (mut ages, dir) = (Ages::default(), Path::new("res"));
            let stay_time = StayTime::minutes(stay).unwrap();
            let file = [seen("a", minutes(age))];
            let first = ages.look(dir, &file, (noon(), machine()), stay_time).len();
            let second = ages.look(dir, &file, (noon() + minutes(later), machine()), stay_time).len();
            prop_assert_eq!(first, usize::from(age >= stay));
            prop_assert_eq!(first + second, usize::from(age + later >= stay));
        }

        #[test]
        fn at_the_ends_of_the_calendar_nothing_panics(age in any::<u32>(), years in prop::sample::select(vec![1_i16, 9999])) {
            let now = jiff::civil::datetime(years, 12, 31, 23, 59, 59, 0);
            let mut ages = Ages::default();
            ages.look(Path::new("res"), &[seen("a", Duration::from_secs(u64::from(age).min(1_700_000_000)))], (now, machine()), DAY);
            prop_assert!(ages.next_due(DAY).is_none_or(|due| due >= now));
        }
    }
}
