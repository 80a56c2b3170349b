//! The 資格確認端末 through its public face: files in `req`, files in `res` and `face`, and the journal.

#[path = "terminal/bulk.rs"]
mod bulk;
#[path = "terminal/desk.rs"]
mod desk;
#[cfg(target_os = "linux")]
#[path = "terminal/disk.rs"]
mod disk;
#[path = "terminal/faults.rs"]
mod faults;
#[path = "terminal/killed.rs"]
mod killed;
#[path = "terminal/property.rs"]
mod property;
#[path = "terminal/sealed.rs"]
mod sealed;
#[cfg(target_os = "linux")]
#[path = "terminal/seven_zip.rs"]
mod seven_zip;
#[path = "terminal/stale.rs"]
mod stale;
#[path = "terminal/visits.rs"]
mod visits;
#[cfg(target_os = "linux")]
#[path = "world/own.rs"]
mod world;

use std::fs;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use desk::{Desk, INSTITUTION, request, within};
use madoguchi::event::{Event, FileLife};
use madoguchi::terminal::TerminalSettings;
use madoguchi::terminal::settings::{Delay, ErrStyle};
use madoguchi::text::{Encoding, encode};

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_comes_in_the_encoding_of_its_request_and_says_so() {
    let desk = Desk::open().await;
    let text = request("20261121090000-1a2b", "12345678");
    desk.drop_in("OQSsiquc01req_202611210001.xml", text.as_bytes());
    let sjis = encode(text.replace("UTF-8", "shift_jis"), Encoding::ShiftJis).bytes;
    desk.drop_in("OQSsiquc01req_202611210002.xml", &sjis);

    let utf8 = desk.answer("OQSsiquc01res_202611210001.xml").await;
    let utf8 = String::from_utf8(utf8).unwrap();
    assert!(utf8.contains("<CharacterCodeIdentifier>0</CharacterCodeIdentifier>") && utf8.contains("髙橋"), "{utf8}");
    // K3 compares the literal text.
    assert!(utf8.contains("<ArbitraryFileIdentifier>20261121090000-1a2b</ArbitraryFileIdentifier>"));

    let sjis = desk.answer("OQSsiquc01res_202611210002.xml").await;
    let declared = b"<?xml version=\"1.0\" encoding=\"Shift_JIS\" standalone=\"no\"?>";
    assert!(sjis.starts_with(declared));
    let (text, _, broken) = encoding_rs::SHIFT_JIS.decode(&sjis);
    assert!(!broken && text.contains("<CharacterCodeIdentifier>1</CharacterCodeIdentifier>"));
    assert!(text.contains("𠮟") ^ text.contains("●"), "what CP932 lacks becomes ●: {text}");
    let name = "OQSsiquc01res_202611210002.xml";
    within("the delivery to be told", || !desk.lives(name).is_empty()).await;
    let told = desk.lives(name);
    assert!(told.iter().any(|(life, note)| *life == FileLife::Delivered && note.contains("●に置換: 𠮟")), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_taken_in_every_form_that_the_field_writes() {
    let desk = Desk::open().await;
    let plain = request("id", "12345678");
    let forms = [
        ("OQSsiquc01req_single-quotes.xml", plain.replace("\"", "'")),
        ("OQSsiquc01req_2021081611906.xml", plain.replace("FileIdentifier>", "FileIdentifier >")),
        ("OQSsiquc01req_EXv2XqrP8w.xml", plain.replace("<InsuredBranchNumber>01", "<InsuredBranchNumber>")),
        ("OQSsiquc01req_a_b_c.xml", plain.replace("\n", "").replace("    ", "")),
        ("OQSsiquc01req_crlf.xml", plain.replace("\n", "\r\n")),
        ("OQSsiquc01req_bom.xml", format!("\u{feff}{plain}")),
    ];
    for (name, text) in &forms {
        desk.drop_in(name, text.as_bytes());
    }
    for (name, _) in &forms {
        let answer = String::from_utf8(desk.answer(&name.replace("req_", "res_")).await).unwrap();
        assert!(answer.contains("<QualificationValidity>1</QualificationValidity>"), "{name}: {answer}");
        assert!(answer.contains("<ArbitraryFileIdentifier>id</ArbitraryFileIdentifier>"), "{name}: {answer}");
        assert!(!desk.req(name).exists(), "{name} was not taken");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_grows_in_two_parts_is_read_when_it_is_whole() {
    let desk = Desk::open().await;
    let name = "OQSsiquc01req_202611210001.xml";
    let text = request("two parts", "12345678");
    let (first, second) = text.split_at(text.len() / 2);
    fs::write(desk.req(name), first).unwrap();
    within("arrival", || desk.lives(name).iter().any(|(life, _)| *life == FileLife::Arrived)).await;
    let mut file = fs::File::options().append(true).open(desk.req(name)).unwrap();
    std::io::Write::write_all(&mut file, second.as_bytes()).unwrap();
    drop(file);
    let answer = String::from_utf8(desk.answer("OQSsiquc01res_202611210001.xml").await).unwrap();
    assert!(answer.contains("two parts"));
}

#[tokio::test(flavor = "multi_thread")]
async fn temporary_names_and_foreign_names_are_left_alone_and_noted_once() {
    let desk = Desk::open().await;
    let temporary = ".receptionagent-0123456789abcdef.tmp";
    for name in [temporary, "note.txt", "OQSsiquc1req_202611210001.xml"] {
        fs::write(desk.req(name), request("x", "12345678")).unwrap();
    }
    within("three notes", || desk.count(FileLife::LeftAlone) == 3).await;
    fs::rename(desk.req(temporary), desk.req("OQSsiquc01req_202611210002.xml")).unwrap();
    desk.answer("OQSsiquc01res_202611210002.xml").await;
    assert_eq!(desk.count(FileLife::LeftAlone), 3, "a name is noted once");
    assert!(desk.req("note.txt").exists());
    let hint = desk.lives("OQSsiquc1req_202611210001.xml");
    assert!(hint[0].1.contains("OQSsiquc01req_202611210001.xml"), "{hint:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_comes_back_byte_for_byte_after_its_err() {
    let good = request("id", "12345678");
    let cases = [
        ("OQSsiquc01req_1.xml", good.replace("</MessageBody>", ""), "MDG-X001"),
        ("OQSsiquc01req_2.xml", "<Message></Message>".to_owned(), "MDG-X004"),
        ("OQSsiquc01req_3.xml", good.replace("<XmlMsg>", "<!DOCTYPE XmlMsg><XmlMsg>"), "MDG-X002"),
        ("OQSsiquc01req_4.xml", good.replace("Birthdate", "Birthday"), "MDG-D001"),
        ("OQSsiquc01req_5.xml", good.replace("19800101", "19801301"), "MDG-D003"),
        ("OQSsihvq01req_6.xml", good.clone(), "MDG-N010"),
        ("OQSsiquc01req_7.xml", format!("{good}{}", " ".repeat(5 << 20)), "MDG-F001"),
    ];
    let desk = Desk::open().await;
    for (name, text, code) in &cases {
        desk.drop_in(name, text.as_bytes());
        let returned = desk.answer(name).await;
        assert!(returned == text.as_bytes(), "{name} changed on its way back");
        let err = String::from_utf8(fs::read(desk.res(&name.replace(".xml", ".err"))).unwrap()).unwrap();
        assert!(err.starts_with(code) && err.lines().count() == 2, "{name}: {err}");
        assert_eq!(desk.lives(name)[2].0, FileLife::Refused, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_err_of_a_shift_jis_request_is_shift_jis_and_a_torn_file_is_refused_after_two_seconds() {
    let desk = Desk::open().await;
    let text = request("id", "12345678").replace("UTF-8", "Shift_JIS");
    let torn = encode(&text[..text.len() - 20], Encoding::ShiftJis).bytes;
    let start = Instant::now();
    desk.drop_in("OQSsiquc01req_1.xml", &torn);
    assert_eq!(desk.answer("OQSsiquc01req_1.xml").await, torn);
    assert!(start.elapsed() >= Duration::from_secs(2));
    let err = fs::read(desk.res("OQSsiquc01req_1.err")).unwrap();
    let (text, _, broken) = encoding_rs::SHIFT_JIS.decode(&err);
    assert!(!broken && text.starts_with("MDG-F004") && text.contains("途中で終わって"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn err_only_keeps_the_request_back() {
    let desk = Desk::open_with(|settings| settings.err = ErrStyle::ErrOnly).await;
    desk.drop_in("OQSsiquc01req_1.xml", b"<Message></Message>");
    desk.answer("OQSsiquc01req_1.err").await;
    let unfinished = || fs::read_dir(desk.work()).unwrap().filter(|e| e.as_ref().unwrap().path().is_file()).count() - 2;
    within("the record to go", || unfinished() == 0).await;
    assert!(!desk.res("OQSsiquc01req_1.xml").exists());
}

/// K3 (emr-cloud-online): acts on *created* of the request's copy and opens the `.err` at that moment, once.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn when_the_request_shows_up_in_res_its_err_can_be_read() {
    use madoguchi::folder::Delivery;
    use notify::{EventKind, RecursiveMode, Watcher, event::ModifyKind};
    for manner in [Delivery::RenameTouch, Delivery::Rename, Delivery::InPlace] {
        let desk = Desk::open_with(|settings| settings.delivery = manner).await;
        let (sender, read_at_creation) = std::sync::mpsc::channel();
        let res = desk.res("");
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let event = event.unwrap();
            let created = matches!(event.kind, EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(_)));
            if created && event.paths[0].extension().is_some_and(|e| e == "xml") {
                sender.send(fs::read(event.paths[0].with_extension("err"))).unwrap();
            }
        })
        .unwrap();
        watcher.watch(&res, RecursiveMode::NonRecursive).unwrap();
        for i in 0..20 {
            desk.drop_in(&format!("OQSsiquc01req_{i}.xml"), b"<Message></Message>");
            let err = read_at_creation.recv_timeout(Duration::from_secs(10)).unwrap();
            assert!(err.unwrap().starts_with(b"MDG-"), "{manner:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_comes_again_in_whatever_letters_is_answered_again_and_the_last_one_wins() {
    let desk = Desk::open().await;
    let (name, other_letters) = ("OQSsiquc01req_202611210001.xml", "oqssiquc01REQ_202611210001.xml");
    // The first question takes longest, the last one is answered first.
    let rounds = [("first", name, 400), ("second", name, 200), ("third", other_letters, 0)];
    for (asked, (round, name, takes_ms)) in (1..).zip(rounds) {
        desk.hub.take_time(Duration::from_millis(takes_ms));
        desk.drop_in(name, request(round, "12345678").as_bytes());
        within("the question", || desk.hub.asked.load(Ordering::Relaxed) == asked).await;
    }
    within("three answers", || desk.count(FileLife::Delivered) == 3).await;
    let answer = String::from_utf8(desk.answer("OQSsiquc01res_202611210001.xml").await).unwrap();
    assert!(answer.contains("third"), "{answer}");
    assert_eq!(desk.count(FileLife::Replaced), 2, "the journal says that older answers were replaced");
    let told = |event: &Event| matches!(event, Event::File { life: FileLife::Replaced, note: Some(note), .. } if note.contains("delivered at "));
    assert!(desk.heard(told), "and when those had come");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_beside_an_older_refusal_of_the_same_request_is_explained_and_so_is_the_reverse() {
    let desk = Desk::open().await;
    let older = |name: &str| {
        desk.heard(
            |event| matches!(event, Event::Notice { en, .. } if en.starts_with(name) && en.contains("older answer")),
        )
    };
    desk.drop_in("OQSsiquc01req_1.xml", b"<Message></Message>");
    desk.answer("OQSsiquc01req_1.xml").await;
    assert!(!older("OQSsiquc01"), "nothing older is there");
    desk.drop_in("OQSsiquc01req_1.xml", request("id", "12345678").as_bytes());
    desk.answer("OQSsiquc01res_1.xml").await;
    within("the explanation", || older("OQSsiquc01req_1.err ")).await;
    desk.drop_in("OQSsiquc01req_2.xml", request("id", "12345678").as_bytes());
    desk.answer("OQSsiquc01res_2.xml").await;
    desk.drop_in("OQSsiquc01req_2.xml", b"<Message></Message>");
    within("the explanation", || older("OQSsiquc01res_2.xml ")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_institution_is_answered_and_warned_of_and_strict_refuses_it() {
    let foreign = request("id", "12345678").replace(INSTITUTION, "1319999999");
    let desk = Desk::open().await;
    desk.drop_in("OQSsiquc01req_1.xml", foreign.as_bytes());
    let answer = String::from_utf8(desk.answer("OQSsiquc01res_1.xml").await).unwrap();
    assert!(answer.contains("<MedicalInstitutionCode>1319999999</MedicalInstitutionCode>"));
    assert!(desk.heard(|event| matches!(event, Event::Notice { en, .. } if en.contains("1319999999"))));

    let strict = Desk::open_with(|settings| settings.strict_institution = true).await;
    strict.drop_in("OQSsiquc01req_1.xml", foreign.as_bytes());
    assert!(strict.answer("OQSsiquc01req_1.err").await.starts_with(b"MDG-N002"));
}

#[tokio::test(flavor = "multi_thread")]
async fn strict_names_refuses_a_free_part_that_is_not_twelve_digits() {
    let desk = Desk::open_with(|settings| settings.strict_names = true).await;
    desk.drop_in("OQSsiquc01req_2021081611906.xml", request("id", "12345678").as_bytes());
    assert!(desk.answer("OQSsiquc01req_2021081611906.err").await.starts_with(b"MDG-N003"));
    desk.drop_in("OQSsiquc01req_202108161190.xml", request("id", "12345678").as_bytes());
    desk.answer("OQSsiquc01res_202108161190.xml").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_hub_the_answer_ends_abnormally_and_the_operator_is_told_once() {
    let desk = Desk::open().await;
    desk.hub.away(true);
    for i in 0..3 {
        desk.drop_in(&format!("OQSsiquc01req_{i}.xml"), request("id", "12345678").as_bytes());
        let answer = String::from_utf8(desk.answer(&format!("OQSsiquc01res_{i}.xml")).await).unwrap();
        assert!(answer.contains("<SegmentOfResult>9</SegmentOfResult>"), "{answer}");
        assert!(answer.contains("<ErrorCode>MDG-H001</ErrorCode>") && !answer.contains("<ResultList>"), "{answer}");
    }
    desk.hub.away(false);
    desk.drop_in("OQSsiquc01req_9.xml", request("id", "12345678").as_bytes());
    desk.answer("OQSsiquc01res_9.xml").await;
    assert_eq!(desk.tally(|event| matches!(event, Event::Trouble { .. })), 1);
    assert_eq!(desk.tally(|event| matches!(event, Event::Notice { en, .. } if en.contains("is back"))), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_to_different_requests_do_not_wait_for_each_other() {
    let desk = Desk::open().await;
    desk.hub.take_time(Duration::from_millis(200));
    let start = Instant::now();
    for i in 0..40 {
        desk.drop_in(&format!("OQSsiquc01req_{i}.xml"), request("id", "12345678").as_bytes());
    }
    within("forty answers", || desk.count(FileLife::Delivered) == 40).await;
    // One after the other they would need eight seconds. Under Wine each step costs more, and the order of things is the same.
    let limit = Duration::from_secs(if cfg!(windows) { 6 } else { 3 });
    assert!(start.elapsed() < limit, "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetched_answer_is_reported_as_collected_and_never_comes_back() {
    let desk = Desk::open().await;
    let answer = "OQSsiquc01res_1.xml";
    desk.drop_in("OQSsiquc01req_1.xml", request("id", "12345678").as_bytes());
    within("the delivery to be told", || desk.count(FileLife::Delivered) == 1).await;
    fs::remove_file(desk.res(answer)).unwrap();
    within("the collection to be told", || desk.count(FileLife::Collected) == 1).await;
    // The next answer's life ends after the first one's touch was due.
    desk.drop_in("OQSsiquc01req_2.xml", request("id", "12345678").as_bytes());
    let written = fs::metadata(desk.await_file("OQSsiquc01res_2.xml").await).unwrap().modified().unwrap();
    within("the touch", || fs::metadata(desk.res("OQSsiquc01res_2.xml")).unwrap().modified().unwrap() > written).await;
    assert!(!desk.res(answer).exists());
    let lives: Vec<_> = desk.terminal.files_since(0, usize::MAX).into_iter().find(|f| f.name == answer).unwrap().life;
    assert_eq!(lives.iter().map(|(life, _)| *life).collect::<Vec<_>>(), [FileLife::Delivered, FileLife::Collected]);
}

#[tokio::test(flavor = "multi_thread")]
async fn reset_forgets_the_records_and_touches_no_file() {
    let desk = Desk::open().await;
    desk.drop_in("OQSsiquc01req_1.xml", request("id", "12345678").as_bytes());
    within("the delivery to be told", || desk.count(FileLife::Delivered) == 1).await;
    let before = desk.terminal.files_since(0, usize::MAX);
    assert_eq!(before.len(), 2, "{before:?}");
    desk.terminal.reset();
    assert!(desk.terminal.files_since(0, usize::MAX).is_empty());
    assert!(desk.res("OQSsiquc01res_1.xml").exists());
    desk.drop_in("OQSsiquc01req_2.xml", request("id", "12345678").as_bytes());
    within("the delivery to be told", || desk.count(FileLife::Delivered) == 2).await;
    let last = before.iter().map(|f| f.revision).max().unwrap();
    assert_eq!(desk.terminal.files_since(last, usize::MAX).len(), 2, "whoever follows the revisions misses nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn polling_needs_no_events() {
    let desk = Desk::open_with(|settings| settings.poll = Some(20)).await;
    desk.drop_in("OQSsiquc01req_1.xml", request("renamed in", "12345678").as_bytes());
    fs::write(desk.req("OQSsiquc01req_2.xml"), request("in place", "12345678")).unwrap();
    desk.answer("OQSsiquc01res_1.xml").await;
    desk.answer("OQSsiquc01res_2.xml").await;
    fs::remove_file(desk.res("OQSsiquc01res_1.xml")).unwrap();
    within("the collection to be told", || desk.count(FileLife::Collected) == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_vanishes_and_comes_back_is_served_again() {
    let desk = Desk::open().await;
    // At once: of a root that is emptied one by one, the terminal makes `req` again meanwhile.
    fs::rename(desk.root(), desk.root().with_file_name("away")).unwrap();
    within("the trouble to be told", || desk.tally(|e| matches!(e, Event::Trouble { .. })) == 1).await;
    fs::create_dir_all(desk.req("")).unwrap();
    fs::create_dir_all(desk.res("")).unwrap();
    within("the return to be told", || desk.heard(|e| matches!(e, Event::Notice { en, .. } if en.contains("back"))))
        .await;
    desk.drop_in("OQSsiquc01req_1.xml", request("id", "12345678").as_bytes());
    desk.answer("OQSsiquc01res_1.xml").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_falls_due_while_the_folder_is_away_comes_when_it_is_back_and_covers_nothing_meanwhile() {
    let desk = Desk::open_with(|settings| settings.answer_delay = Delay::Fixed(Duration::from_millis(300))).await;
    desk.drop_in("OQSsiquc01req_1.xml", request("id", "12345678").as_bytes());
    within("the claim", || desk.count(FileLife::Claimed) == 1).await;
    let away = desk.root().with_file_name("away");
    fs::rename(desk.root(), &away).unwrap();
    let told = |event: &Event| matches!(event, Event::Trouble { en, .. } if en.contains("work folder"));
    within("the trouble to be told", || desk.heard(told)).await;
    assert!(!desk.root().exists(), "a folder of the same name stands where the share will come back");
    fs::rename(&away, desk.root()).unwrap();
    let answer = String::from_utf8(desk.answer("OQSsiquc01res_1.xml").await).unwrap();
    assert!(answer.ends_with("</XmlMsg>\n"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_taken_when_the_folder_went_away_is_answered_when_it_is_back() {
    let desk = Desk::open().await;
    let (root, away) = (desk.root().clone(), desk.root().with_file_name("away"));
    desk.at(FileLife::Claimed, {
        let (root, away) = (root.clone(), away.clone());
        move || fs::rename(root, away).unwrap()
    });
    desk.drop_in("OQSsiquc01req_1.xml", request("id", "12345678").as_bytes());
    let told = |event: &Event| matches!(event, Event::Trouble { en, .. } if en.contains("work folder"));
    within("the trouble to be told", || desk.heard(told)).await;
    fs::rename(&away, &root).unwrap();
    desk.answer("OQSsiquc01res_1.xml").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_somebody_takes_out_of_the_work_folder_is_told_and_the_next_is_answered() {
    let desk = Desk::open().await;
    let work = desk.work();
    desk.at(FileLife::Claimed, move || {
        let claimed = fs::read_dir(work).unwrap().map(|entry| entry.unwrap().path());
        claimed
            .filter(|path| path.to_string_lossy().contains("claimed"))
            .for_each(|path| fs::remove_file(path).unwrap());
    });
    desk.drop_in("OQSsiquc01req_1.xml", request("id", "12345678").as_bytes());
    let told =
        |event: &Event| matches!(event, Event::Trouble { en, .. } if en.contains("taken out of the work folder"));
    within("the loss to be told", || desk.heard(told)).await;
    desk.drop_in("OQSsiquc01req_2.xml", request("id", "12345678").as_bytes());
    desk.answer("OQSsiquc01res_2.xml").await;
    assert!(!desk.res("OQSsiquc01res_1.xml").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_terminal_on_the_same_folder_is_told_who_is_there() {
    let desk = Desk::open().await;
    let error = desk.another_terminal().unwrap_err().to_string();
    assert!(error.contains(&std::process::id().to_string()), "{error}");
}

#[test]
fn the_default_settings_need_nothing_but_an_institution() {
    let settings: TerminalSettings = toml::from_str("").unwrap();
    assert_eq!(settings, TerminalSettings::default());
    let root = if cfg!(windows) { r"C:\OQS" } else { "./oqs" };
    assert_eq!(settings.folder, std::path::PathBuf::from(root), "where real terminals have it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_request_is_answered_within_milliseconds_at_pace_instant() {
    let desk = Desk::open().await;
    let mut millis = Vec::new();
    for i in 0..60 {
        let answer = desk.res(&format!("OQSsiquc01res_{i}.xml"));
        let start = Instant::now();
        desk.drop_in(&format!("OQSsiquc01req_{i}.xml"), request("id", "12345678").as_bytes());
        while !answer.exists() {
            assert!(start.elapsed() < Duration::from_secs(5));
            tokio::task::yield_now().await;
        }
        millis.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    millis.sort_by(f64::total_cmp);
    println!("request to answer: median {:.2} ms, worst {:.2} ms", millis[30], millis[59]);
    // The timers of Windows tick every 15.6 ms.
    let limit = if cfg!(windows) { 100.0 } else { 20.0 };
    assert!(millis[30] < limit, "median {:.2} ms", millis[30]);
}
