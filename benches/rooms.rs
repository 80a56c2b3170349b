//! What single rooms need, as calls into the library: documents, rows of a registration, and the software card.
//!
//! `cargo bench --bench rooms`. Beside each figure stands what the library underneath needs for its part of it.

#[path = "station/figure.rs"]
mod figure;

use std::convert::Infallible;
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use figure::{Figures, Series};
use jiff::civil::date;
use madoguchi::authority::pool;
use madoguchi::card::apdu::{CommandApdu, ins};
use madoguchi::card::in_process::Slot;
use madoguchi::card::jpki::{Jpki, LastTry, digest_info};
use madoguchi::card::layout::JPKI_AP;
use madoguchi::card::reader::{CardReader, transact};
use madoguchi::card::soft::{PinName, SoftCard};
use madoguchi::hub::medical_hub::registration::book::RowKey;
use madoguchi::hub::medical_hub::registration::packed::Packed;
use madoguchi::message::Style;
use madoguchi::message::qualification::{
    MedicalInformationConsent, QualificationRecord, QualificationResult, ResultHeader,
};
use madoguchi::message::xml;
use madoguchi::municipality::population::{self, Plan};
use madoguchi::people::{self, personalise::personalise};
use madoguchi::random::Seed;
use madoguchi::text::Encoding;
use madoguchi::wire::registration::{Form, Generation, read, write};
use rsa::Pkcs1v15Sign;
use serde_json::Value;

/// A document is a small part of the 5 ms that an answer may take.
const DOCUMENT_US: f64 = 50.0;
/// The software card must not be what a PC/SC round trip of 70 µs waits for.
const APDU_US: f64 = 70.0;
/// How much longer the card may take for a signature than the arithmetic itself.
const SIGNATURE_OVERHEAD: f64 = 1.5;
/// How much longer a row of a registration may take to be read and packed than serde_json takes to make a value of it: by then all of it
/// may be registered, at a quarter of the speed of serde_json alone (`benches/hub.rs`).
const ROW_OVERHEAD: f64 = 4.0;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let mut figures = Figures::default();
    match documents(&mut figures).and_then(|()| rows(&mut figures)).and_then(|()| card(&mut figures)) {
        Ok(()) => figures.verdict(),
        Err(cause) => {
            eprintln!("cannot be measured: {cause}");
            ExitCode::FAILURE
        }
    }
}

fn documents(figures: &mut Figures) -> Outcome {
    let result = face_result();
    for encoding in [Encoding::Utf8, Encoding::ShiftJis] {
        let style = Style { encoding, ..Style::default() };
        let bytes = style.qualification_result(&result).bytes;
        let read = QualificationResult::from_tree(&xml::read(&bytes)?.root)?;
        if read.document.records != result.records {
            return Err("the document did not come back as it was".into());
        }
        figures.about(&format!("A face file of {} bytes, {}", bytes.len(), encoding.label()));
        let write = micros(|| style.qualification_result(black_box(&result)));
        figures.judge("written: tree, hash order, encoding", write.median(), "µs", DOCUMENT_US);
        let read =
            micros(|| xml::read(black_box(&bytes)).map(|document| QualificationResult::from_tree(&document.root)));
        figures.judge("read: decoding, tree, checks", read.median(), "µs", DOCUMENT_US);
        let text = xml_text(&bytes, encoding);
        let events = micros(|| count_events(black_box(&text)));
        figures.beside("quick-xml alone over the same text", events.median(), "µs");
    }
    Ok(())
}

/// What the thread that reads a registration does with each row, short of handing it to a store.
fn rows(figures: &mut Figures) -> Outcome {
    let today = date(2026, 11, 21);
    let plan = Plan { people: ROWS as u64, seed: Seed(1), today, prefecture: 13, known: Vec::new() };
    let rows = population::rows(&plan).take(ROWS);
    let rows: Vec<String> =
        rows.map(|row| serde_json::to_string(&write::row(Generation::V001, &row))).collect::<Result<_, _>>()?;
    let body = format!("[{}]", rows.join(",\n"));
    let (mut by_us, mut by_library) = (Vec::new(), Vec::new());
    // In turns, so that both meet the machine in the same mood.
    for _ in 0..BODIES {
        let (read, time) = timed(|| {
            read::<Infallible>(Generation::V001, Form::Json, body.as_bytes(), &mut |row, unusual| {
                black_box((unusual, RowKey::of(&row), Packed::of(&row)));
                Ok(())
            })
        });
        if !read.is_ok_and(|summary| summary.rows == ROWS as u64) {
            return Err("the rows were not read".into());
        }
        by_us.push(time / ROWS as f64);
        let (values, time) = timed(|| rows.iter().try_for_each(|row| serde_json::from_str(row).map(drop::<Value>)));
        values?;
        by_library.push(time / ROWS as f64);
    }
    figures.about(&format!("A row of a registration, v0.0.1, {} bytes", body.len() / ROWS));
    let (ours, alone) = (Series::of(by_us).median(), Series::of(by_library).median());
    figures.beside("read, checked, its key made, packed", ours, "µs");
    figures.beside("serde_json alone, into a value", alone, "µs");
    figures.judge("read and packed : serde_json alone", ours / alone, "", ROW_OVERHEAD);
    Ok(())
}

fn card(figures: &mut Figures) -> Outcome {
    let today = jiff::Zoned::now().date();
    let everybody = people::built_in(today)?;
    let person = everybody.get("taro").ok_or("taro is not among the people")?;
    let image = Arc::new(personalise(person));

    figures.about("The software card");
    let key = pool::key(&person.card.key);
    let select = CommandApdu::new(0x00, ins::SELECT, 0x04, 0x0C).with_data(&JPKI_AP).to_bytes();
    let mut bare = SoftCard::new(image.clone(), Seed(1));
    bare.power_cycle();
    let apdu = micros(|| bare.process(black_box(&select)));
    figures.judge("one APDU (SELECT)", apdu.median(), "µs", APDU_US);
    figures.beside("one APDU, p99", apdu.p99(), "µs");

    let slot = Slot::new("bench");
    slot.insert(SoftCard::new(image, Seed(1)));
    let mut channel = slot.reader().connect()?;
    let (serial, signature, arithmetic) = transact(&mut *channel, |card| -> Outcome<_> {
        Jpki::select(card)?.serial()?;
        let serial = micros(|| Jpki::select(card).and_then(|mut jpki| jpki.serial()));
        let mut jpki = Jpki::select(card)?;
        jpki.verify(PinName::Authentication, &person.card.pin, LastTry::Keep)?;
        let challenge = [7; 32];
        jpki.sign(PinName::Authentication, &challenge)?;
        let (mut by_card, mut by_library) = (Vec::new(), Vec::new());
        // In turns, so that both meet the machine in the same mood.
        for _ in 0..SIGNATURES {
            let (signed, time) = timed(|| jpki.sign(PinName::Authentication, &challenge));
            signed?;
            by_card.push(time);
            let (signed, time) = timed(|| key.sign(Pkcs1v15Sign::new_unprefixed(), &digest_info(&challenge)));
            signed?;
            by_library.push(time);
        }
        Ok((serial, Series::of(by_card), Series::of(by_library)))
    })??;
    figures.beside("serial number through a reader, three APDUs", serial.median(), "µs");
    figures.beside("signature, two APDUs", signature.median() / 1000.0, "ms");
    figures.beside("the rsa crate alone, RSA-2048 with CRT", arithmetic.median() / 1000.0, "ms");
    let overhead = signature.median() / arithmetic.median();
    figures.judge("signature of the card : arithmetic alone", overhead, "", SIGNATURE_OVERHEAD);
    Ok(())
}

/// Calls in one measurement: a clock that ticks in tens of nanoseconds does not matter then.
const CALLS: u32 = 20;
const MEASUREMENTS: usize = 500;
const SIGNATURES: usize = 100;
const ROWS: usize = 1_000;
const BODIES: usize = 200;

/// Microseconds per call.
fn micros<T>(mut call: impl FnMut() -> T) -> Series {
    let measure = |_| {
        let ((), time) = timed(|| (0..CALLS).for_each(|_| drop(black_box(call()))));
        time / f64::from(CALLS)
    };
    Series::of((0..MEASUREMENTS).map(measure).collect())
}

/// What a call gave, and its microseconds.
fn timed<T>(call: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let given = call();
    (given, start.elapsed().div_duration_f64(Duration::from_micros(1)))
}

fn xml_text(bytes: &[u8], encoding: Encoding) -> String {
    match encoding {
        Encoding::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
        Encoding::ShiftJis => encoding_rs::SHIFT_JIS.decode(bytes).0.into_owned(),
    }
}

fn count_events(text: &str) -> usize {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut events = 0;
    while let Ok(event) = reader.read_event() {
        if matches!(event, quick_xml::events::Event::Eof) {
            break;
        }
        events += 1;
    }
    events
}

/// As a visit makes it.
fn face_result() -> QualificationResult {
    let some = |text: &str| Some(text.to_owned());
    let consent = || {
        Some(MedicalInformationConsent {
            flg: "1".to_owned(),
            time: some("20261121093000"),
            available: some("20261122093000"),
        })
    };
    QualificationResult {
        header: ResultHeader {
            process_execution_time: "20261121093000".to_owned(),
            qualification_confirmation_date: "20261121".to_owned(),
            medical_institution_code: "1319999996".to_owned(),
            arbitrary_file_identifier: some("ArnHCeDfNjMCFzg="),
            reference_classification: "1".to_owned(),
            segment_of_result: "1".to_owned(),
            character_code_identifier: "0".to_owned(),
            ..ResultHeader::default()
        },
        processing_result_status: "1".to_owned(),
        qualification_validity: some("1"),
        records: vec![QualificationRecord {
            insured_card_classification: "01".to_owned(),
            insurer_number: some("01139997"),
            insured_card_symbol: some("99010001"),
            insured_identification_number: some("101"),
            insured_branch_number: some("00"),
            personal_family_classification: some("1"),
            name: "窓口　太郎".to_owned(),
            name_kana: some("ﾏﾄﾞｸﾞﾁ ﾀﾛｳ"),
            sex1: "1".to_owned(),
            birthdate: "19850412".to_owned(),
            address: some("架空県見本市窓口町一丁目2番3号"),
            post_number: some("999-0001"),
            insured_certificate_issuance_date: some("20190410"),
            insured_card_valid_date: some("20190401"),
            insurer_name: "全国健康保険協会　架空支部".to_owned(),
            limit_application_certificate_related_cons_flg: some("1"),
            limit_application_certificate_related_cons_time: some("20261121093000"),
            specific_health_checkups_info: consent(),
            pharmacists_info: consent(),
            diagnosis_info: consent(),
            ..QualificationRecord::default()
        }],
        ..QualificationResult::default()
    }
}
