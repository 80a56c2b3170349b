//! 受付票: what the machine prints. The code on it says the 診察券番号, so that a 自動精算機 opens the same patient as the card would.
//!
//! That a code on the slip serves a 自動精算機 is the briefing's example [A]; which code, and what is in it, is each hospital's: QR with the
//! number alone is ours [C].

use jiff::civil::DateTime;
use qrcode::{Color, EcLevel, QrCode};

use super::appointments::Appointment;
use super::machine::Card;
use crate::message::page::strip::{Modules, Printed, Strip};

/// The printer's dots of one module: half a millimetre and more, which hand-held readers want.
const MODULE_DOTS: u8 = 6;
/// From the margin to the values, in points.
const INDENT: f32 = 52.0;

/// What stands on a slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// 受付番号
    pub number: u32,
    /// When the patient was received.
    pub time: DateTime,
    /// 診察券番号
    pub patient: String,
    /// 氏名
    pub name: String,
    /// かな
    pub kana: Option<String>,
    /// With which card.
    pub card: Card,
    /// Where the patient is expected.
    pub appointments: Vec<Appointment>,
}

impl Slip {
    /// The slip as PDF and PNG. `None` where the 診察券番号 is longer than a code can hold (some thousand characters).
    pub fn print(&self) -> Option<Printed> {
        let code = QrCode::with_error_correction_level(&self.patient, EcLevel::M).ok()?;
        let mut strip = Strip::new("受付票");
        strip.centred("受付票", 15.0, true);
        strip.centred("受付番号", 8.0, false);
        strip.centred(&format!("{:04}", self.number), 30.0, true);
        strip.rule();
        strip.pair("受付日時", &self.time.strftime("%Y年%-m月%-d日 %H:%M").to_string(), 8.5, INDENT);
        strip.pair("患者番号", &self.patient, 8.5, INDENT);
        strip.pair("氏名", &format!("{} 様", self.name), 10.0, INDENT);
        if let Some(kana) = &self.kana {
            strip.pair("", kana, 7.5, INDENT);
        }
        strip.rule();
        match self.appointments.is_empty() {
            true => strip.centred("予約なし　受付窓口へお越しください", 10.0, true),
            false => self.appointments.iter().for_each(|one| expected(&mut strip, one)),
        }
        strip.rule();
        strip.centred(qualification(self.card), 8.0, false);
        strip.gap(4.0);
        strip.code(&modules(&code), MODULE_DOTS);
        strip.centred(&self.patient, 8.0, false);
        strip.centred("会計のときに自動精算機へかざしてください", 7.5, false);
        Some(strip.print())
    }
}

fn expected(strip: &mut Strip, one: &Appointment) {
    strip.pair(&one.time.strftime("%H:%M").to_string(), &one.department, 12.0, INDENT);
    if let Some(doctor) = &one.doctor {
        strip.pair("", doctor, 9.0, INDENT);
    }
    if let Some(place) = &one.place {
        strip.pair("", &format!("▲ {place}"), 9.0, INDENT);
    }
    strip.gap(2.0);
}

fn qualification(card: Card) -> &'static str {
    match card {
        Card::MyNumber => "資格の確認: 済",
        Card::Patient => "資格の確認: 受付窓口で行ってください",
    }
}

fn modules(code: &QrCode) -> Modules {
    Modules { side: code.width(), black: code.to_colors().iter().map(|color| *color == Color::Dark).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clinic::reception::appointments::Appointments;
    use jiff::civil::date;

    fn slip(patient: &str, with: bool) -> Slip {
        let day = date(2026, 11, 21);
        let appointments = if with { Appointments::example().of("0000123", day) } else { Vec::new() };
        Slip {
            number: 7,
            time: day.at(9, 30, 0, 0),
            patient: patient.to_owned(),
            name: "見本　一郎".to_owned(),
            kana: Some("みほん いちろう".to_owned()),
            card: Card::MyNumber,
            appointments,
        }
    }

    /// What a reader of codes that is not ours finds in a picture.
    fn decoded(png: &[u8]) -> Vec<String> {
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let mut bits = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut bits).unwrap();
        let dot = |x: usize, y: usize| bits[y * frame.line_size + x / 8] >> (7 - x % 8) & 1;
        let (width, height) = (frame.width as usize, frame.height as usize);
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| dot(x, y) * 255);
        picture.detect_grids().iter().map(|grid| grid.decode().unwrap().1).collect()
    }

    #[test]
    fn the_code_on_the_slip_says_the_patient_number_to_an_independent_reader() {
        for number in ["0000123", "K-2024-0042", "1", "診察券９９９", "123456789012345678901234567890"] {
            let printed = slip(number, true).print().unwrap();
            assert_eq!(decoded(&printed.png), [number]);
        }
    }

    #[test]
    fn with_and_without_an_appointment_it_looks_different() {
        assert_ne!(slip("0000123", true).print(), slip("0000123", false).print());
    }

    #[test]
    fn a_number_that_no_code_can_hold_is_no_slip() {
        assert_eq!(slip(&"9".repeat(9000), true).print(), None);
    }
}
