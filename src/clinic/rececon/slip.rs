//! 受付票 for the chart and the way through the house: 患者番号, 診察券番号, 氏名, かな (レセコンベンダ向け説明, 改修②: what the 診察券 says, on
//! paper).
//!
//! What a 診察券 of this clinic says as its number is the 患者番号 [C]; a 照会番号 that is another number stands below it.

use jiff::civil::DateTime;

use super::book::Patient;
use super::field::REFERENCE_NUMBER;
use crate::message::page::font::Font;
use crate::message::page::strip::Strip;
use crate::text::REPLACEMENT;
use crate::text::kana::hiragana;

/// From the margin to the values, in points.
const INDENT: f32 = 62.0;

/// What stands on a slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// When the patient came.
    pub time: DateTime,
    /// 患者番号
    pub number: String,
    /// 照会番号
    pub reference: Option<String>,
    /// 氏名
    pub name: String,
    /// かな
    pub kana: String,
    /// 生年月日, `YYYY-MM-DD`
    pub birthdate: String,
}

impl Slip {
    /// The slip of a patient.
    pub fn of(patient: &Patient, time: DateTime) -> Self {
        Self {
            time,
            number: patient.number.clone(),
            reference: patient.values.get(REFERENCE_NUMBER).cloned(),
            name: patient.value("name").to_owned(),
            kana: hiragana(patient.value("name-kana")),
            birthdate: super::shown::value("birthdate", patient.value("birthdate")),
        }
    }

    /// One page, as wide as a roll of paper and as long as the slip.
    pub fn to_pdf(&self) -> Vec<u8> {
        let font = Font::load();
        let seen = |text: &str| visible(&font, text);
        let mut strip = Strip::new("受付票");
        strip.centred("受付票", 15.0, true);
        strip.centred(&self.time.strftime("%Y年%-m月%-d日 %H:%M").to_string(), 8.5, false);
        strip.rule();
        strip.centred("患者番号", 8.0, false);
        strip.centred(&seen(&self.number), 24.0, true);
        strip.pair("氏名", &format!("{} 様", seen(&self.name)), 13.0, INDENT);
        strip.pair("かな", &seen(&self.kana), 9.0, INDENT);
        strip.pair("生年月日", &self.birthdate, 9.0, INDENT);
        strip.rule();
        strip.pair("診察券番号", &seen(&self.number), 10.0, INDENT);
        if let Some(reference) = self.reference.as_deref().filter(|reference| *reference != self.number) {
            strip.pair("照会番号", &seen(reference), 10.0, INDENT);
        }
        strip.print().pdf
    }
}

/// A character that cannot be printed is ● here as in every file of the terminals, so that nobody takes it for another one.
fn visible(font: &Font, text: &str) -> String {
    text.chars().map(|c| if font.lacks(c) { REPLACEMENT } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::parse_time;
    use crate::message::page::tests::back;

    fn printed(fields: &[(&str, &str)]) -> String {
        let values = fields.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect();
        let patient = Patient { number: "01234".into(), values, ..Patient::default() };
        let pdf = Slip::of(&patient, parse_time("20261121093000").unwrap()).to_pdf();
        let pages = back::pages(&pdf);
        assert_eq!(pages.len(), 1);
        pages.concat().concat()
    }

    #[test]
    fn a_slip_says_number_name_reading_and_day_and_that_it_is_test_data() {
        let text = printed(&[("name", "窓口　太郎"), ("name-kana", "ﾏﾄﾞｸﾞﾁ ﾀﾛｳ"), ("birthdate", "19850412")]);
        for said in [
            "受付票",
            "2026年11月21日 09:30",
            "患者番号",
            "01234",
            "窓口　太郎 様",
            "まどぐち たろう",
            "1985-04-12",
            "診察券番号",
            "試験用データ",
        ] {
            assert!(text.contains(said), "{said} in {text}");
        }
        assert_eq!(text.matches("01234").count(), 2, "as patient number and on the patient card: {text}");
    }

    #[test]
    fn a_reference_number_stands_on_it_only_where_it_is_another_number() {
        assert!(!printed(&[("reference-number", "01234")]).contains("照会番号"));
        assert!(printed(&[("reference-number", "ID-77")]).contains("照会番号ID-77"));
    }

    #[test]
    fn what_the_font_lacks_is_a_black_circle_and_a_name_longer_than_the_paper_is_all_there() {
        let text = printed(&[("name", "𠮷田　鷗外")]);
        assert!(text.contains("●田"), "{text}");
        let long = "寿限無寿限無五劫の擦り切れ海砂利水魚の水行末雲来末風来末食う寝る処に住む処";
        let text = printed(&[("name", long)]);
        assert!(text.contains(long), "{text}");
    }
}
