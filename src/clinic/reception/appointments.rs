//! Who is known here and who is expected today: one table of rows, TOML or CSV.
//!
//! ```toml
//! [[appointments]]
//! patient = "0000123"        # 診察券番号, the 照会番号 of the qualification result
//! name = "見本　一郎"
//! birthdate = "19720125"
//! time = "13:00"             # without one: a patient who is known, and not expected
//! department = "内科"
//! ```
//!
//! CSV has the same names in its first row; UTF-8 or CP932.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::clock::parse_date;
use crate::handwritten::{self, Mistake};
use crate::text;

/// What is there when nobody brings a list: people of the built-in card-profiles.
const EXAMPLE: &str = include_str!("data/appointments.toml");

/// A patient of this hospital.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patient {
    /// 診察券番号
    pub number: String,
    /// 氏名
    pub name: String,
    /// かな
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kana: Option<String>,
    /// 生年月日
    pub birthdate: Date,
}

/// 予約: when and where a patient is expected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Appointment {
    /// When.
    pub time: Time,
    /// 診療科
    pub department: String,
    /// 医師
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doctor: Option<String>,
    /// Where to go: `A棟1階2番窓口`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// The list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Appointments {
    patients: BTreeMap<String, Patient>,
    /// By patient: the day, or none for every day.
    expected: BTreeMap<String, Vec<(Option<Date>, Appointment)>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Toml {
    #[serde(default)]
    appointments: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    patient: String,
    name: String,
    kana: Option<String>,
    birthdate: String,
    date: Option<String>,
    time: Option<String>,
    department: Option<String>,
    doctor: Option<String>,
    place: Option<String>,
}

impl Appointments {
    /// The built-in list.
    pub fn example() -> Self {
        // Part of the program, and read by its tests.
        Self::parse("appointments.toml", EXAMPLE.as_bytes()).expect("the built-in list is a list")
    }

    /// Reads a list; a `file` that ends in `.csv` is a table, every other TOML.
    ///
    /// # Errors
    /// File, place and rule of the first [`Mistake`].
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, Box<Mistake>> {
        let text = text::decode(bytes, None)
            .map_err(|error| Mistake::of_key(file, "appointments", error.to_string(), "neither UTF-8 nor CP932"))?
            .text;
        let is_table = file.to_ascii_lowercase().ends_with(".csv");
        let rows = if is_table { table(file, &text)? } else { list(file, &text)? };
        let mut all = Self::default();
        for (place, row) in rows {
            all.take(&row).map_err(|(key, ja, en)| Mistake::of_key(file, &format!("{place}.{key}"), ja, en))?;
        }
        Ok(all)
    }

    fn take(&mut self, row: &Row) -> Result<(), (&'static str, String, String)> {
        let number = given("patient", &row.patient)?;
        let birthdate = day("birthdate", row.birthdate.trim())?;
        let patient = Patient {
            number: number.clone(),
            name: given("name", &row.name)?,
            kana: filled(row.kana.as_ref()),
            birthdate,
        };
        let known = self.patients.entry(number.clone()).or_insert_with(|| patient.clone());
        if known.birthdate != birthdate || known.name != patient.name {
            let ja = format!("診察券番号 {number} は {} の番号です。同じ番号を二人に使えません。", known.name);
            let en = format!("number {number} belongs to {} already: two people cannot share one", known.name);
            return Err(("patient", ja, en));
        }
        let Some(time) = filled(row.time.as_ref()) else { return Ok(()) };
        let time = time.parse().map_err(|_| {
            (
                "time",
                format!("「{time}」は時刻ではありません。13:00 の形で書いてください。"),
                "an hour such as 13:00".to_owned(),
            )
        })?;
        let date = filled(row.date.as_ref()).map(|date| day("date", &date)).transpose()?;
        let appointment = Appointment {
            time,
            department: given("department", row.department.as_deref().unwrap_or_default())?,
            doctor: filled(row.doctor.as_ref()),
            place: filled(row.place.as_ref()),
        };
        self.expected.entry(number).or_default().push((date, appointment));
        Ok(())
    }

    /// The patient of a 診察券番号, which is compared as it stands.
    pub fn patient(&self, number: &str) -> Option<&Patient> {
        self.patients.get(number)
    }

    /// The appointments of a patient on `day`, by time.
    pub fn of(&self, number: &str, day: Date) -> Vec<Appointment> {
        let rows = self.expected.get(number).into_iter().flatten();
        let mut today: Vec<Appointment> =
            rows.filter(|(date, _)| date.is_none_or(|date| date == day)).map(|(_, found)| found.clone()).collect();
        today.sort();
        today
    }

    /// How many patients are known.
    pub fn len(&self) -> usize {
        self.patients.len()
    }

    /// Whether nobody is known.
    pub fn is_empty(&self) -> bool {
        self.patients.is_empty()
    }
}

fn list(file: &str, text: &str) -> Result<Vec<(String, Row)>, Box<Mistake>> {
    let read: Toml = handwritten::from_toml(file, text)?;
    Ok((1..).map(|n: usize| format!("appointments[{n}]")).zip(read.appointments).collect())
}

fn table(file: &str, text: &str) -> Result<Vec<(String, Row)>, Box<Mistake>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    // The first row has the names.
    for (n, row) in (2..).zip(reader.deserialize()) {
        let row: Row = row.map_err(|error| {
            let line = error.position().and_then(|at| usize::try_from(at.line()).ok());
            let said = match error.kind() {
                csv::ErrorKind::Deserialize { err, .. } => err.kind().to_string(),
                _ => error.to_string(),
            };
            handwritten::explain(file, line, None, &said)
        })?;
        rows.push((format!("{n}行目 / row {n}"), row));
    }
    Ok(rows)
}

fn given(key: &'static str, value: &str) -> Result<String, (&'static str, String, String)> {
    match value.trim() {
        "" => Err((key, "この項目は必須です。".to_owned(), "this key is required".to_owned())),
        value => Ok(value.to_owned()),
    }
}

fn filled(value: Option<&String>) -> Option<String> {
    value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

fn day(key: &'static str, text: &str) -> Result<Date, (&'static str, String, String)> {
    parse_date(text).ok_or_else(|| {
        (key, format!("「{text}」は日付ではありません。YYYYMMDD の8桁で書いてください。"), "a day, YYYYMMDD".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const TOML: &str = r#"
[[appointments]]
patient = "1"
name = "見本　一郎"
birthdate = "19720125"
date = "20261121"
time = "15:30"
department = "眼科"

[[appointments]]
patient = "1"
name = "見本　一郎"
birthdate = "19720125"
time = "09:00"
department = "内科"
doctor = "試験　医師"
place = "A棟1階2番窓口"

[[appointments]]
patient = "2"
name = "見本　二郎"
birthdate = "19720125"
"#;

    #[test]
    fn appointments_of_a_day_come_by_time_and_those_without_a_day_hold_on_every_day() {
        let list = Appointments::parse("a.toml", TOML.as_bytes()).unwrap();
        let times = |day| list.of("1", day).iter().map(|a| a.time.to_string()).collect::<Vec<_>>();
        assert_eq!(times(date(2026, 11, 21)), ["09:00:00", "15:30:00"]);
        assert_eq!(times(date(2026, 11, 22)), ["09:00:00"]);
        assert!(list.patient("2").is_some() && list.of("2", date(2026, 11, 21)).is_empty());
        assert_eq!((list.patient("3"), list.len()), (None, 2));
    }

    #[test]
    fn a_table_in_either_encoding_says_the_same_as_toml() {
        let csv = "patient,name,kana,birthdate,date,time,department,doctor,place\r\n\
                   1,見本　一郎,,19720125,20261121,15:30,眼科,,\r\n\
                   1,見本　一郎,,19720125,,09:00,内科,試験　医師,A棟1階2番窓口\r\n\
                   2,見本　二郎,,19720125,,,,,\r\n";
        let toml = Appointments::parse("a.toml", TOML.as_bytes()).unwrap();
        assert_eq!(Appointments::parse("a.csv", csv.as_bytes()).unwrap(), toml);
        let cp932 = text::encode(csv, text::Encoding::ShiftJis).bytes;
        assert_eq!(Appointments::parse("A.CSV", &cp932).unwrap(), toml);
        let bom = ["\u{feff}", csv].concat();
        assert_eq!(Appointments::parse("a.csv", bom.as_bytes()).unwrap(), toml);
    }

    #[test]
    fn a_mistake_names_file_place_and_rule() {
        let said = |file: &str, text: &str| Appointments::parse(file, text.as_bytes()).unwrap_err().to_string();
        for (change, place) in [
            (("19720125\"\ndate", "1972\"\ndate"), "appointments[1].birthdate"),
            (("20261121", "2026-11-21"), "appointments[1].date"),
            (("15:30", "halb vier"), "appointments[1].time"),
            (("department = \"眼科\"", ""), "appointments[1].department"),
            (("patient = \"2\"", "patient = \" \""), "appointments[3].patient"),
        ] {
            let error = said("a.toml", &TOML.replace(change.0, change.1));
            assert!(error.starts_with("a.toml") && error.contains(place), "{error}");
        }
        let error = said("a.toml", &TOML.replace("doctor", "docter"));
        assert!(error.contains("docter") && error.contains("`doctor`"), "{error}");
        let error = said("a.csv", "patient,name,birthdate,tme\n1,甲,19720125,09:00\n");
        assert!(error.contains("tme") && error.contains("`time`"), "{error}");
    }

    #[test]
    fn one_number_cannot_belong_to_two_people() {
        let two = TOML.replace("patient = \"2\"", "patient = \"1\"");
        let error = Appointments::parse("a.toml", two.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("見本　一郎") && error.contains("two people"), "{error}");
    }

    #[test]
    fn the_built_in_list_knows_patients_with_and_without_an_appointment() {
        let list = Appointments::example();
        let today = date(2026, 11, 21);
        assert!(list.patients.keys().any(|number| list.of(number, today).is_empty()));
        assert!(list.patients.keys().any(|number| list.of(number, today).len() > 1));
    }
}
