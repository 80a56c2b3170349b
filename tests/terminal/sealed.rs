//! Encryption mode: requests that are zips, answers and face files that become zips, and what is said of those that are wrong.

use std::fs;
use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use jiff::civil::{DateTime, datetime};
use madoguchi::clock::Clock;
use madoguchi::event::{Event, FileLife};
use madoguchi::message::sealed::{Opened, open, seal};
use madoguchi::random::Seed;
use madoguchi::secret::ZipPassword;
use madoguchi::terminal::TerminalSettings;
use madoguchi::terminal::sealing::{Encryption, PasswordSource};
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::desk::{Desk, request, within};
#[cfg(target_os = "linux")]
use crate::seven_zip;
use crate::visits::{PMH, visit};

const WORD: &str = "himitsu-1234";
const NAME: &str = "OQSsiquc01req_1690527081EXv2XqrP8w";
const ANSWER: &str = "OQSsiquc01res_1690527081EXv2XqrP8w";

fn noon() -> DateTime {
    datetime(2026, 11, 21, 12, 0, 0, 0)
}

/// A terminal that seals as `lines` (beginnings of names) say.
async fn desk(lines: &[(&str, bool)], adjust: impl FnOnce(&mut TerminalSettings)) -> Desk {
    desk_at(Clock::real(), lines, adjust).await
}

async fn desk_at(clock: Clock, lines: &[(&str, bool)], adjust: impl FnOnce(&mut TerminalSettings)) -> Desk {
    Desk::open_at(clock, Seed(1), |settings| {
        fs::create_dir_all(&settings.folder).unwrap();
        let password = settings.folder.join("password");
        fs::write(&password, format!("{WORD}\r\n")).unwrap();
        settings.encryption_password = Some(PasswordSource::File(password));
        settings.encryption = Encryption::Told(lines.iter().map(|(key, on)| ((*key).to_owned(), *on)).collect());
        adjust(settings);
    })
    .await
}

fn sealed(name: &str, bytes: &[u8], word: &str) -> Vec<u8> {
    seal(name, bytes, &ZipPassword::new(word), Seed(9), noon()).unwrap()
}

fn opened(zip: &[u8]) -> Opened {
    open(zip, Some(&ZipPassword::new(WORD)), 1 << 20).unwrap()
}

fn zip_with(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_request_is_answered_by_a_zip_that_holds_the_answer_under_its_own_name() {
    let desk = desk(&[("OQSsiquc", true)], |_| {}).await;
    let xml = format!("{NAME}.xml");
    desk.drop_in(&format!("{NAME}.zip"), &sealed(&xml, request("mark-1", "12345678").as_bytes(), WORD));
    let answer = opened(&desk.answer(&format!("{ANSWER}.zip")).await);
    assert_eq!(answer.name, format!("{ANSWER}.xml"));
    let text = String::from_utf8(answer.bytes).unwrap();
    assert!(text.contains("<ArbitraryFileIdentifier>mark-1</ArbitraryFileIdentifier>"), "{text}");
    assert_eq!(fs::read_dir(desk.res("")).unwrap().count(), 1, "nothing of it lies there in the clear");
    assert!(!desk.heard(|event| format!("{event:?}").contains(WORD)));
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn seven_zip_makes_requests_for_us_and_opens_our_answers() {
    let desk = desk(&[("OQSsiquc", true)], |_| {}).await;
    let text = request("mark-7", "12345678");
    for (i, options) in [&[][..], &["-mx=0"], &["-mem=AES128"]].into_iter().enumerate() {
        let xml = format!("OQSsiquc01req_{i}.xml");
        desk.drop_in(
            &format!("OQSsiquc01req_{i}.zip"),
            &seven_zip::zip(&[(&xml, text.as_bytes())], Some(WORD), options),
        );
        let zip = desk.answer(&format!("OQSsiquc01res_{i}.zip")).await;
        let files = seven_zip::unzip(&zip, WORD).unwrap();
        assert_eq!((files.len(), files[0].0.clone()), (1, format!("OQSsiquc01res_{i}.xml")));
        assert!(String::from_utf8_lossy(&files[0].1).contains("mark-7"));
        let listed = seven_zip::list(&zip);
        assert!(listed.contains("Encrypted = +") && listed.contains("AES-256 Deflate"), "{listed}");
        assert!(seven_zip::unzip(&zip, "wrong").unwrap_err().contains("Wrong password"));
    }
    let weak = desk.lives("OQSsiquc01req_2.zip");
    assert!(weak.iter().any(|(_, note)| note.contains("AES-256で暗号化されていません")), "{weak:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn what_seven_zip_can_and_a_terminal_cannot_is_refused_by_its_name() {
    let desk = desk(&[("OQSsiquc", true)], |_| {}).await;
    let text = request("mark-7", "12345678");
    let methods: [(&[&str], &str); 5] = [
        (&["-mem=ZipCrypto"], "ZipCrypto"),
        (&["-mm=BZip2"], "Bzip2"),
        (&["-mm=LZMA"], "Lzma"),
        (&["-mm=Deflate64"], "Deflate64"),
        (&["-mm=PPMd"], "Ppmd"),
    ];
    for (i, (options, name)) in methods.into_iter().enumerate() {
        // Long enough that no method gives up and stores it.
        let bytes = text.repeat(20);
        let zip = seven_zip::zip(&[(&format!("OQSsiquc01req_{i}.xml"), bytes.as_bytes())], Some(WORD), options);
        desk.drop_in(&format!("OQSsiquc01req_{i}.zip"), &zip);
        let err = String::from_utf8(desk.answer(&format!("OQSsiquc01req_{i}.err")).await).unwrap();
        assert!(err.starts_with("MDG-Z005") && err.contains(name), "{name}: {err}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_request_that_a_killed_terminal_had_taken_is_answered_by_the_next() {
    let zip = sealed("OQSsiquc01req_5.xml", request("taken", "12345678").as_bytes(), WORD);
    let desk = desk(&[("OQSsiquc", true)], |settings| {
        let work = settings.folder.join(".madoguchi").join("req");
        fs::create_dir_all(&work).unwrap();
        fs::write(work.join("00000001.claimed.OQSsiquc01req_5.zip"), &zip).unwrap();
    })
    .await;
    assert_eq!(opened(&desk.answer("OQSsiquc01res_5.zip").await).name, "OQSsiquc01res_5.xml");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_zip_comes_back_as_it_was_after_an_err_with_rule_and_remedy() {
    let text = request("id", "12345678");
    let xml = |i: usize| format!("OQSsiquc01req_{i}.xml");
    let good = |i: usize| sealed(&xml(i), text.as_bytes(), WORD);
    let mut changed = good(3);
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    let cases: [(&str, Vec<u8>, &str); 12] = [
        ("wrong password", sealed(&xml(0), text.as_bytes(), "other"), "MDG-Z002"),
        ("another name inside", sealed("OQSsiquc01req_other.xml", text.as_bytes(), WORD), "MDG-Z004"),
        ("no zip at all", text.clone().into_bytes(), "MDG-Z001"),
        ("one byte changed", changed, "MDG-Z001"),
        ("two files", zip_with(&[(&xml(4), text.as_bytes()), ("more.xml", b"")]), "MDG-Z004"),
        ("nothing", zip_with(&[]), "MDG-Z004"),
        ("out of its folder", zip_with(&[("../evil.xml", text.as_bytes())]), "MDG-Z004"),
        ("a zip in it", sealed(&xml(7), &good(7), WORD), "MDG-Z004"),
        ("a bomb", sealed(&xml(8), &vec![b' '; 5 << 20], WORD), "MDG-F001"),
        ("not well-formed", sealed(&xml(9), b"<XmlMsg>", WORD), "MDG-X001"),
        ("cut", good(10)[..200].to_vec(), "MDG-F004"),
        ("something after it", [good(11), b"\0\0\0".to_vec()].concat(), "MDG-Z001"),
    ];
    let desk = desk(&[("OQSsiquc", true)], |_| {}).await;
    for (i, (_, bytes, _)) in cases.iter().enumerate() {
        desk.drop_in(&format!("OQSsiquc01req_{i}.zip"), bytes);
    }
    for (i, (what, bytes, code)) in cases.iter().enumerate() {
        let name = format!("OQSsiquc01req_{i}.zip");
        assert!(desk.answer(&name).await == *bytes, "{what} changed on its way back");
        let err = String::from_utf8(fs::read(desk.res(&format!("OQSsiquc01req_{i}.err"))).unwrap()).unwrap();
        assert!(err.starts_with(code) && err.lines().count() == 2, "{what}: {err}");
        assert!(err.contains(" / ") && !err.contains(WORD), "{what}: {err}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_encrypted_as_told_is_answered_and_told_and_strict_refuses_it() {
    let text = request("id", "12345678");
    let plain_zip = zip_with(&[("OQSsiquc01req_2.xml", text.as_bytes())]);
    let lenient = desk(&[("OQSsiquc", true)], |_| {}).await;
    lenient.drop_in("OQSsiquc01req_1.xml", text.as_bytes());
    lenient.drop_in("OQSsiquc01req_2.zip", &plain_zip);
    for (i, request) in [(1, "OQSsiquc01req_1.xml"), (2, "OQSsiquc01req_2.zip")] {
        opened(&lenient.answer(&format!("OQSsiquc01res_{i}.zip")).await);
        let lives = lenient.lives(request);
        assert!(lives.iter().any(|(_, note)| note.contains("暗号化されていません")), "{lives:?}");
    }
    let strict = desk(&[("OQSsiquc", true)], |settings| settings.strict_encryption = true).await;
    strict.drop_in("OQSsiquc01req_1.xml", text.as_bytes());
    strict.drop_in("OQSsiquc01req_2.zip", &plain_zip);
    for err in ["OQSsiquc01req_1.err", "OQSsiquc01req_2.err"] {
        assert!(strict.answer(err).await.starts_with(b"MDG-Z003"), "{err}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zip_is_sent_back_where_encryption_is_not_set_and_each_interface_goes_by_its_own_line() {
    let text = request("id", "12345678");
    let desk = desk(&[("OQSsiquc", false), ("OQSmuquc", true)], |_| {}).await;
    desk.drop_in("OQSsiquc01req_1.zip", &sealed("OQSsiquc01req_1.xml", text.as_bytes(), WORD));
    assert!(desk.answer("OQSsiquc01req_1.err").await.starts_with(b"MDG-Z006"));
    desk.drop_in("OQSsiquc01req_2.xml", text.as_bytes());
    desk.answer("OQSsiquc01res_2.xml").await;
}

/// spec/pmh.md S-32
#[tokio::test(flavor = "multi_thread")]
async fn the_face_file_may_be_sealed_and_the_subsidy_document_plain_and_the_link_keeps_its_name() {
    let face_only = desk(&[("OQSsiquc01res_face", true), ("PMHsimsm", false)], |_| {}).await;
    let delivered = face_only.terminal.deliver_visit(visit("r1-1", Some(PMH))).await;
    let face = opened(&fs::read(delivered.face.as_ref().unwrap()).unwrap());
    assert_eq!(delivered.face.unwrap().with_extension("xml").file_name().unwrap().to_str().unwrap(), face.name);
    let link = format!("<RequestPmhFileName>{PMH}</RequestPmhFileName>");
    assert!(String::from_utf8(face.bytes).unwrap().contains(&link));
    assert!(fs::read_to_string(delivered.pmh.unwrap()).unwrap().contains("子ども医療費受給者証"));
    within("the operator to be told", || {
        face_only.heard(|e| matches!(e, Event::Notice { en, .. } if en.contains("encryption is not consistent")))
    })
    .await;

    let both = desk(&[("OQS", true), ("PMH", true)], |_| {}).await;
    let delivered = both.terminal.deliver_visit(visit("r1-1", Some(PMH))).await;
    let pmh = opened(&fs::read(delivered.pmh.as_ref().unwrap()).unwrap());
    assert_eq!(pmh.name, PMH.replace("req", "res"));
    assert_eq!(delivered.pmh.unwrap().extension().unwrap(), "zip");

    both.hub.away(true);
    let failed = both.terminal.deliver_visit(visit("r1-2", Some(PMH))).await;
    assert!(fs::read(&failed.pmh_err[0]).unwrap().starts_with(b"MDG-H001"), "an .err is never sealed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_growing_zip_is_taken_when_it_is_whole_with_events_and_without() {
    for poll in [None, Some(20)] {
        let desk = desk(&[("OQSsiquc", true)], |settings| settings.poll = poll).await;
        let zip = sealed(&format!("{NAME}.xml"), request("two parts", "12345678").as_bytes(), WORD);
        let path = desk.req(&format!("{NAME}.zip"));
        // The first part ends right after the directory, before the end record.
        fs::write(&path, &zip[..zip.len() - 22]).unwrap();
        within("the arrival", || desk.count(FileLife::Arrived) == 1).await;
        let start = Instant::now();
        within("some looks to pass", || start.elapsed() > Duration::from_millis(300)).await;
        assert!(path.exists(), "taken before its end");
        fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(&zip[zip.len() - 22..]).unwrap();
        opened(&desk.answer(&format!("{ANSWER}.zip")).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_clock_that_stands_still_sealed_files_are_the_same_bytes_again() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let clock = Clock::parse("20261121090000,freeze").unwrap();
        let desk = desk_at(clock, &[("OQS", true), ("PMH", true)], |_| {}).await;
        desk.drop_in("OQSsiquc01req_1.xml", request("id", "12345678").as_bytes());
        let visit = desk.terminal.deliver_visit(visit("r1-1", Some(PMH))).await;
        let read = |path: Option<std::path::PathBuf>| fs::read(path.unwrap()).unwrap();
        runs.push([desk.answer("OQSsiquc01res_1.zip").await, read(visit.face), read(visit.pmh)]);
    }
    assert!(runs[0] == runs[1]);
}
