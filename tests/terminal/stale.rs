//! 消し忘れ: result files that nobody fetched, by document time.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use jiff::SignedDuration;
use madoguchi::clock::Clock;
use madoguchi::event::FileLife;
use madoguchi::random::Seed;
use madoguchi::terminal::{Stale, TerminalSettings};

use crate::desk::{Desk, request, within};

const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn desk(adjust: impl FnOnce(&mut TerminalSettings)) -> Desk {
    Desk::open_at(Clock::parse("20261121093000,freeze").unwrap(), Seed(1), adjust).await
}

/// Asks under the free part `free` and waits until the answer was told of.
async fn ask(desk: &Desk, free: &str) -> String {
    desk.drop_in(&format!("OQSsiquc01req_{free}.xml"), request(free, "12345678").as_bytes());
    let name = format!("OQSsiquc01res_{free}.xml");
    within(&name, || desk.lives(&name).iter().any(|(life, _)| *life == FileLife::Delivered)).await;
    name
}

fn notices(desk: &Desk) -> Vec<String> {
    let names = fs::read_dir(desk.res("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.starts_with("del")).collect();
    names.sort();
    names
}

fn shift_jis(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let (text, _, broken) = encoding_rs::SHIFT_JIS.decode(&bytes);
    assert!(!broken);
    text.into_owned()
}

/// As an earlier run left it, `hours` ago.
fn left_behind(path: &Path, hours: u64) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "<XmlMsg/>").unwrap();
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(hours * 3600)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_fetches_for_a_day_is_noticed_and_stays_and_a_fetched_one_is_not_noticed() {
    let desk = desk(|_| {}).await;
    let (stays, fetched) = (ask(&desk, "1").await, ask(&desk, "2").await);
    fs::remove_file(desk.res(&fetched)).unwrap();
    within("the fetch", || desk.count(FileLife::Collected) == 1).await;
    desk.clock.advance(DAY - SignedDuration::from_secs(1));
    desk.clock.advance(SignedDuration::from_secs(1));
    let notice = shift_jis(&desk.await_file("del20261122093000.txt").await);
    assert!(notice.contains(&format!("20261121093000 res {stays}\r\n")), "{notice}");
    assert!(!notice.contains(&fetched), "{notice}");
    within("one stale file", || desk.count(FileLife::Stale) == 1).await;
    assert_eq!(desk.lives(&stays).last().unwrap().0, FileLife::Stale);
    assert!(desk.res(&stays).exists());
    desk.clock.advance(DAY * 3);
    ask(&desk, "3").await;
    desk.clock.advance(DAY);
    let later = shift_jis(&desk.await_file("del20261126093000.txt").await);
    assert!(later.contains("OQSsiquc01res_3.xml") && !later.contains(&stays), "told once: {later}");
    assert_eq!(notices(&desk), ["del20261122093000.txt", "del20261126093000.txt"], "a notice is no result");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_an_earlier_run_are_judged_by_their_age_in_res_and_face() {
    let desk = desk(|settings| {
        settings.take_over = true;
        left_behind(&settings.folder.join("res/OQSsiquc01res_old.xml"), 25);
        left_behind(&settings.folder.join("res/OQSsiquc01res_young.xml"), 2);
        left_behind(&settings.folder.join("res/note.txt"), 99);
        left_behind(&settings.folder.join("face/OQSsiquc01res_face_20261120080000.xml"), 30);
    })
    .await;
    let notice = shift_jis(&desk.await_file("del20261121093000.txt").await);
    assert!(notice.contains(" res OQSsiquc01res_old.xml") && notice.contains(" face OQSsiquc01res_face_"), "{notice}");
    assert_eq!(notice.lines().count(), 3, "{notice}");
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_removes_results_and_nothing_else_and_calls_no_removal_a_fetch() {
    let desk = desk(|settings| {
        (settings.stale, settings.take_over) = (Stale::Delete, true);
        left_behind(&settings.folder.join("res/note.txt"), 99);
        left_behind(&settings.folder.join("res/report_1.xml"), 99);
    })
    .await;
    let answer = ask(&desk, "1").await;
    desk.clock.advance(DAY);
    let notice = shift_jis(&desk.await_file("del20261122093000.txt").await);
    assert!(notice.contains(&format!("{answer} (削除しました)")), "{notice}");
    assert!(!desk.res(&answer).exists());
    assert!(desk.res("note.txt").exists() && desk.res("report_1.xml").exists());
    // The next look at what was fetched has come when a later fetch is told.
    let fetched = ask(&desk, "2").await;
    fs::remove_file(desk.res(&fetched)).unwrap();
    within("the fetch", || desk.lives(&fetched).iter().any(|(life, _)| *life == FileLife::Collected)).await;
    assert_eq!(desk.count(FileLife::Collected), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn off_is_silent_and_a_shorter_stay_comes_sooner() {
    let silent = desk(|settings| {
        settings.stale = Stale::Off;
        left_behind(&settings.folder.join("res/OQSsiquc01res_old.xml"), 99);
    })
    .await;
    let hasty = desk(|settings| {
        fs::create_dir_all(&settings.folder).unwrap();
        fs::write(settings.folder.join("UserDefinition.property"), "ResponseFileStayTime=10\r\n").unwrap();
    })
    .await;
    ask(&silent, "1").await;
    ask(&hasty, "1").await;
    for desk in [&silent, &hasty] {
        desk.clock.advance(SignedDuration::from_mins(10));
    }
    hasty.await_file("del20261121094000.txt").await;
    ask(&silent, "2").await;
    assert_eq!((silent.count(FileLife::Stale), notices(&silent).len()), (0, 0));
}
