//! The files of a visit.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use madoguchi::clock::Clock;
use madoguchi::event::{Event, FileLife};
use madoguchi::knob::Setting;
use madoguchi::message::name::{FaceName, PmhErr};
use madoguchi::message::qualification::ResultHeader;
use madoguchi::random::Seed;
use madoguchi::terminal::settings::{Delay, Order, PmhOrder};
use madoguchi::terminal::{Pace, VisitDelivery};
use madoguchi::visit::Outcome;
use madoguchi::wire::{Steering, VisitAnswer};

use crate::desk::{Desk, INSTITUTION, request, result, within};

pub const PMH: &str = "PMHsimsm01req_0123456789ABCDEF2026112109000000_face.xml";

pub fn visit(reference: &str, pmh: Option<&str>) -> VisitDelivery {
    let mut document = result(ResultHeader {
        process_execution_time: "20261121090000".into(),
        reference_classification: "1".into(),
        segment_of_result: "1".into(),
        ..ResultHeader::default()
    });
    document.request_pmh_file_name = pmh.map(str::to_owned);
    VisitDelivery {
        reference: reference.into(),
        reader: 1,
        targets: vec!["yamada".into(), "reader:1".into()],
        answer: VisitAnswer { outcome: Outcome::Valid, document: Some(document), pmh_request: pmh.map(str::to_owned) },
        behind: jiff::SignedDuration::ZERO,
        steering: Steering::default(),
        face_folder: None,
        own: None,
    }
}

fn frozen() -> Clock {
    Clock::parse("20261121090000,freeze").unwrap()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_readers_in_one_second_write_two_face_files_of_the_published_form() {
    let desk = Desk::open_at(frozen(), Seed(1), |_| {}).await;
    let (one, two) = tokio::join!(
        desk.terminal.deliver_visit(visit("r1-000001", None)),
        desk.terminal.deliver_visit(visit("r2-000001", None))
    );
    let names = [name(&one.face.unwrap()), name(&two.face.unwrap())];
    assert_ne!(names[0], names[1]);
    for name in names {
        let token = name.strip_prefix("OQSsiquc01res_face_").unwrap().strip_suffix("_20261121090000.xml").unwrap();
        assert_eq!((token.len(), token.starts_with(INSTITUTION)), (30, true), "{name}");
        assert!(token[10..].bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase()), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn short_names_of_one_second_do_not_collide() {
    let desk = Desk::open_at(frozen(), Seed(1), |settings| settings.face_name = FaceName::Short).await;
    let mut names = Vec::new();
    for reference in ["r1-1", "r2-1"] {
        names.push(name(&desk.terminal.deliver_visit(visit(reference, None)).await.face.unwrap()));
    }
    assert_eq!(names, ["OQSsiquc01res_face_20261121090000.xml", "OQSsiquc01res_face_20261121090001.xml"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_a_reception_machine_writes_into_its_own_folder() {
    let desk = Desk::open().await;
    let own = desk.root().join("kiosk").join("face");
    let delivery = VisitDelivery { face_folder: Some(own.clone()), ..visit("r2-1", Some(PMH)) };
    let delivered = desk.terminal.deliver_visit(delivery).await;
    assert_eq!(delivered.face.unwrap().parent().unwrap(), own);
    assert_eq!(fs::read_dir(&desk.terminal.paths().face).unwrap().count(), 0);
    assert_eq!(fs::read_dir(&own).unwrap().count(), 1, "nothing of ours lies beside the face file");
    assert!(delivered.pmh.unwrap().starts_with(&desk.terminal.paths().res));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_subsidy_document_follows_the_face_file_that_names_it() {
    let desk = Desk::open_at(frozen(), Seed(1), |settings| settings.pace = Pace::Brisk).await;
    let delivered = desk.terminal.deliver_visit(visit("r1-1", Some(PMH))).await;
    let face = fs::read_to_string(delivered.face.unwrap()).unwrap();
    assert!(face.contains(&format!("<RequestPmhFileName>{PMH}</RequestPmhFileName>")), "{face}");
    let pmh = delivered.pmh.unwrap();
    assert_eq!(name(&pmh), PMH.replace("req", "res"));
    assert!(fs::read_to_string(&pmh).unwrap().contains("子ども医療費受給者証"));
    assert_eq!(delivered_order(&desk), ["face", "res"]);
}

fn delivered_order(desk: &Desk) -> Vec<String> {
    let files = desk.terminal.files_since(0, usize::MAX);
    files.iter().filter(|f| f.life[0].0 == FileLife::Delivered).map(|f| f.folder.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pmh_first_turns_the_order_round() {
    let desk = Desk::open_with(|settings| settings.pmh_order = PmhOrder::PmhFirst).await;
    desk.terminal.deliver_visit(visit("r1-1", Some(PMH))).await;
    assert_eq!(delivered_order(&desk), ["res", "face"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_pmh_fails_its_err_appears_and_the_face_file_is_unharmed() {
    for (spelling, endings) in
        [(PmhErr::XmlErr, vec![".xml.err"]), (PmhErr::Err, vec![".err"]), (PmhErr::Both, vec![".xml.err", ".err"])]
    {
        let desk = Desk::open_with(|settings| settings.pmh_err = spelling).await;
        desk.hub.subsidies_fail.store(true, Ordering::Relaxed);
        let delivered = desk.terminal.deliver_visit(visit("r1-1", Some(PMH))).await;
        let expected: Vec<String> = endings.iter().map(|end| PMH.replace(".xml", end)).collect();
        assert_eq!(delivered.pmh_err.iter().map(|p| name(p)).collect::<Vec<_>>(), expected);
        let err = fs::read_to_string(&delivered.pmh_err[0]).unwrap();
        assert_eq!(err, "MDG-P001\r\nPMHの応答なし\r\n");
        assert!(fs::read_to_string(delivered.face.unwrap()).unwrap().contains("</XmlMsg>"));
        assert_eq!(fs::read_dir(desk.res("")).unwrap().count(), endings.len(), "no copy of the request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_away_becomes_an_err_too() {
    let desk = Desk::open().await;
    desk.hub.away(true);
    let delivered = desk.terminal.deliver_visit(visit("r1-1", Some(PMH))).await;
    assert!(delivered.face.is_some() && delivered.pmh.is_none());
    assert!(fs::read_to_string(&delivered.pmh_err[0]).unwrap().starts_with("MDG-H001"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pmh_never_and_pmh_late_do_what_they_say() {
    let desk = Desk::open_at(frozen(), Seed(1), |_| {}).await;
    let once = || Setting { count: Some(1), ..Setting::default() };
    desk.knobs.arm(&madoguchi::terminal::fault::PMH_NEVER, once());
    let never = desk.terminal.deliver_visit(visit("r1-1", Some(PMH))).await;
    assert!(never.face.is_some() && never.pmh.is_none() && never.pmh_err.is_empty());

    // Ten seconds of a frozen clock pass at once, after all that is due before.
    desk.knobs.arm(&madoguchi::terminal::fault::PMH_LATE, once());
    let earlier = desk.clock.clone();
    let start = Instant::now();
    let (late, nine) =
        tokio::join!(async { (desk.terminal.deliver_visit(visit("r1-2", Some(PMH))).await, Instant::now()) }, async {
            (earlier.pause(Duration::from_secs(9)).await, Instant::now())
        },);
    assert!(late.0.pmh.is_some() && nine.1 < late.1);
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(desk.tally(|event| matches!(event, Event::FaultHit { .. })), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_from_the_hub_that_is_no_pmh_name_never_becomes_a_path() {
    let desk = Desk::open().await;
    for bad in ["../../evil.xml", "PMHsimsm01req_../../x_face.xml", ""] {
        let delivered = desk.terminal.deliver_visit(visit("r1-1", Some(bad))).await;
        assert!(delivered.face.is_some() && delivered.pmh.is_none() && delivered.pmh_err.is_empty(), "{bad}");
    }
    assert_eq!(desk.tally(|event| matches!(event, Event::Trouble { .. })), 3);
}

/// Every file below `root` except our own work folder.
fn tree(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for folder in ["req", "res", "face"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            files.push((path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap()));
        }
    }
    files.sort();
    files
}

async fn a_day(seed: u64) -> Vec<(PathBuf, Vec<u8>)> {
    let desk = Desk::open_at(frozen(), Seed(seed), |settings| {
        settings.pace = Pace::Real;
        settings.element_order = Order::Shuffled;
    })
    .await;
    for i in 0..50 {
        desk.drop_in(&format!("OQSsiquc01req_{i:012}.xml"), request(&i.to_string(), "12345678").as_bytes());
    }
    let visits = (0..20).map(|i| {
        let (terminal, pmh) = (desk.terminal.clone(), PMH.replace("0000_face", &format!("00{i:02}_face")));
        tokio::spawn(async move { terminal.deliver_visit(visit(&format!("r{}-{i}", i % 2), Some(&pmh))).await })
    });
    for visit in visits.collect::<Vec<_>>() {
        visit.await.unwrap();
    }
    within("ninety files", || desk.count(FileLife::Delivered) == 90).await;
    tree(&desk.root())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_day_repeats_byte_for_byte_and_another_seed_differs() {
    let (first, second, other) = (a_day(7).await, a_day(7).await, a_day(8).await);
    assert_eq!(first.len(), 90);
    assert!(first == second, "the same seed wrote another file");
    assert!(first != other, "another seed wrote the same files");
}

/// The folders as a `kill -9` at this moment would leave them.
fn as_left_behind(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            as_left_behind(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subsidy_document_that_a_face_file_promised_comes_after_a_kill_between_the_two() {
    let desk = Desk::open_with(|settings| settings.pmh_delay = Delay::Fixed(Duration::from_secs(3600))).await;
    let terminal = desk.terminal.clone();
    let visit = tokio::spawn(async move { terminal.deliver_visit(visit("r1-1", Some(PMH))).await });
    let face = desk.terminal.paths().face.clone();
    within("the face file", || fs::read_dir(&face).is_ok_and(|mut files| files.next().is_some())).await;
    let elsewhere = tempfile::tempdir().unwrap();
    as_left_behind(&desk.root(), elsewhere.path());
    visit.abort();

    let next = Desk::open_with(|settings| settings.folder = elsewhere.path().to_owned()).await;
    let document = next.answer(&PMH.replace("req", "res")).await;
    assert!(String::from_utf8(document).unwrap().contains("子ども医療費受給者証"));
    let work = elsewhere.path().join(".madoguchi").join("req");
    let is_done = || {
        fs::read_dir(&work)
            .is_ok_and(|mut files| !files.any(|f| f.unwrap().file_name().to_string_lossy().contains(".staged.")))
    };
    within("a work folder without anything begun", is_done).await;
}
