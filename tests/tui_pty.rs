//! The text screen as a person meets it: the program in a pseudo-terminal, keys typed, the screen read.
#![cfg(target_os = "linux")]

#[path = "tui_pty/pty.rs"]
mod pty;

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::thread;
use std::time::{Duration, Instant};

use pty::{COLUMNS, LIMIT, ROWS, Tty};
use pty_process::Size;
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{LocalModes, tcgetattr};
use tempfile::TempDir;

/// A screen that is silent for so long has said what it had to say.
const SETTLED: Duration = Duration::from_secs(1);

/// A station in an empty folder, its first screen painted.
struct Desk {
    folder: TempDir,
    tty: Tty,
}

impl Desk {
    /// No configuration: only the port is another one, so that tests can run beside each other and beside a station in use.
    fn open() -> Self {
        Self::open_in(tempfile::tempdir().unwrap())
    }

    fn open_in(folder: TempDir) -> Self {
        let arguments = ["run", "--control", "127.0.0.1:0", "--pace", "instant"];
        let tty = Tty::start(env!("CARGO_BIN_EXE_madoguchi"), &arguments, folder.path()).unwrap();
        let mut desk = Self { folder, tty };
        // The first row of people, and the last words of the last row.
        desk.sees("窓口　太郎");
        desk.sees("終了");
        desk
    }

    fn sees(&mut self, text: &str) {
        self.tty.sees(text);
    }

    fn sees_no_more(&mut self, text: &str) {
        self.tty.sees_no_more(text);
    }

    fn presses(&self, keys: &[u8]) {
        self.tty.type_keys(keys).unwrap();
    }

    fn faces(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.path().join("oqs/face")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    fn echoes(&self) -> bool {
        tcgetattr(&*self.tty.pty).unwrap().local_modes.contains(LocalModes::ECHO | LocalModes::ICANON)
    }

    /// Waits until the program has ended and everything it wrote is painted.
    fn ended(&mut self) -> io::Result<ExitStatus> {
        self.tty.settle(LIMIT);
        let start = Instant::now();
        loop {
            match self.tty.child.try_wait()? {
                Some(status) => return Ok(status),
                None if start.elapsed() > LIMIT => return Err(io::ErrorKind::TimedOut.into()),
                None => thread::yield_now(),
            }
        }
    }
}

#[test]
fn in_an_empty_folder_people_and_keys_are_shown_and_one_key_makes_a_whole_visit() {
    let mut desk = Desk::open();
    let screen = desk.tty.screen.screen().contents();
    assert!(screen.contains("ヘルプ") && screen.contains("終了"), "the keys stand on the screen:\n{screen}");
    assert!(desk.faces().is_empty());
    desk.presses(b"1");
    desk.sees("OQSsiquc01res_face_");
    let [face] = desk.faces().try_into().unwrap();
    assert!(fs::read_to_string(face).unwrap().contains("<Name>窓口　太郎</Name>"));
}

#[test]
fn a_file_of_ones_own_that_was_chosen_is_what_the_next_visit_brings_and_only_that_one() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own");
    fs::create_dir(&own).unwrap();
    fs::write(folder.path().join("madoguchi.toml"), "[[terminal]]\nfolder = \"oqs\"\nanswers = \"own\"\n").unwrap();
    let mut desk = Desk::open_in(folder);
    // After the start: the list is read when it is opened.
    let mine = "<XmlMsg><MessageBody><ResultList><Name>持参　花子</Name></ResultList></MessageBody></XmlMsg>";
    fs::write(
        own.join("mine.xml"),
        mine.replace(
            "<MessageBody>",
            "<MessageHeader><SegmentOfResult>1</SegmentOfResult></MessageHeader><MessageBody>",
        ),
    )
    .unwrap();
    desk.presses(b"x");
    desk.sees("持参　花子");
    desk.presses(b"\r");
    desk.sees("手持ちXML mine.xml");
    desk.presses(b"1");
    desk.sees_no_more("手持ちXML mine.xml");
    desk.sees("OQSsiquc01res_face_");
    let [face] = desk.faces().try_into().unwrap();
    assert!(fs::read_to_string(&face).unwrap().contains("<Name>持参　花子</Name>"));
    desk.tty.settle(SETTLED);
    desk.presses(b"1");
    desk.tty.until("second file", LIMIT, |_| desk_faces(&desk.folder) == 2).unwrap();
    let ours = desk.faces().into_iter().filter(|path| fs::read_to_string(path).unwrap().contains("窓口　太郎"));
    assert_eq!(ours.count(), 1);
}

fn desk_faces(folder: &TempDir) -> usize {
    fs::read_dir(folder.path().join("oqs/face")).unwrap().count()
}

#[test]
fn the_help_comes_with_a_question_mark_and_goes_with_escape() {
    let mut desk = Desk::open();
    desk.presses(b"?");
    desk.sees("このヘルプ");
    desk.presses(b"\x1b");
    desk.sees_no_more("このヘルプ");
}

#[test]
fn every_way_to_leave_gives_the_terminal_back_as_it_was() {
    type Leave = fn(&Desk);
    let ways: [(&str, Leave); 3] = [
        ("q", |desk| desk.presses(b"q")),
        ("Ctrl-C", |desk| desk.presses(b"\x03")),
        ("SIGTERM", |desk| kill_process(Pid::from_child(&desk.tty.child), Signal::TERM).unwrap()),
    ];
    for (way, leave) in ways {
        let mut desk = Desk::open();
        // A visit is under way, so that there is something to draw meanwhile.
        desk.presses(b"1");
        assert!(desk.tty.screen.screen().alternate_screen() && !desk.echoes(), "{way}: the screen is up");
        leave(&desk);
        let status = desk.ended().unwrap();
        let screen = desk.tty.screen.screen();
        assert!(status.success(), "{way}: {status}\n{}", screen.contents());
        assert!(desk.echoes(), "{way}: a shell could not be typed into");
        assert!(!screen.alternate_screen() && !screen.hide_cursor(), "{way}: the old screen is back, with its cursor");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "{way}");
        let lines: Vec<String> = screen.contents().lines().map(str::to_owned).collect();
        let [ready] = lines.as_slice() else { panic!("{way}: nothing is left over on the old screen: {lines:#?}") };
        assert!(ready.starts_with("madoguchi ready"), "{way}: {ready}");
    }
}

#[test]
fn the_screen_follows_the_size_of_its_window() {
    let mut desk = Desk::open();
    let last_row = |screen: &vt100::Screen| {
        let (rows, columns) = screen.size();
        screen.rows(0, columns).nth(usize::from(rows) - 1).unwrap_or_default()
    };
    assert!(last_row(desk.tty.screen.screen()).contains("終了"));
    for (rows, columns) in [(24, 80), (ROWS, COLUMNS)] {
        desk.tty.settle(SETTLED);
        desk.tty.screen = vt100::Parser::new(rows, columns, 0);
        desk.tty.pty.resize(Size::new(rows, columns)).unwrap();
        desk.tty.until("keys in the last row", LIMIT, |screen| last_row(screen).contains("終了")).unwrap();
        let size = desk.tty.screen.screen().contents();
        assert!(size.contains("窓口　太郎"), "{rows}×{columns}:\n{size}");
    }
}

#[test]
fn an_idle_screen_writes_nothing() {
    let mut desk = Desk::open();
    desk.tty.settle(SETTLED);
    assert_eq!(desk.tty.written_within(Duration::from_secs(3)), 0);
}

#[test]
fn a_pin_is_typed_without_being_shown_and_one_that_is_too_long_is_not_cut_to_fit() {
    let folder = tempfile::tempdir().unwrap();
    for (typed, ending) in [("1234", "正しい"), ("12345678901234567", "照合しません")] {
        let arguments = ["card", "verify-pin", "--person", "taro"];
        let tty = Tty::start(env!("CARGO_BIN_EXE_madoguchi"), &arguments, folder.path()).unwrap();
        let mut desk = Desk { folder: tempfile::tempdir().unwrap(), tty };
        desk.sees("PIN:");
        desk.presses(typed.as_bytes());
        desk.presses(b"\r");
        desk.sees(ending);
        let _ = desk.ended().unwrap();
        let shown = desk.tty.screen.screen().contents();
        assert!(!shown.contains("1234"), "{shown}");
        assert!(desk.echoes(), "the terminal is as it was");
    }
}

/// What is written to measure, and where this terminal's cursor stands afterwards.
fn doctor_on_a_terminal_that_counts(widths: [(&str, usize); 3]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["doctor", "--control", "127.0.0.1:0", "--lang", "en"];
    let mut tty = Tty::start(env!("CARGO_BIN_EXE_madoguchi"), &arguments, folder.path()).unwrap();
    for (sample, columns) in widths {
        tty.sees(sample);
        tty.type_keys(format!("\x1b[1;{}R", columns + 1).as_bytes()).unwrap();
    }
    tty.sees("looked at");
    tty.screen.screen().contents()
}

#[test]
fn the_doctor_measures_a_terminal_by_its_cursor_and_warns_of_one_that_counts_otherwise() {
    let right = doctor_on_a_terminal_that_counts([("窓口", 4), ("ｶﾞｷﾞ", 4), ("─│", 2)]);
    assert!(right.contains("widths are right") && right.contains("Japanese font"), "{right}");
    let wrong = doctor_on_a_terminal_that_counts([("窓口", 4), ("ｶﾞｷﾞ", 4), ("─│", 4)]);
    assert!(wrong.contains("\"─│\" takes 4 columns, not 2"), "{wrong}");
}

/// Folders of a station without one: the レセコン does not ask who made them.
fn shared_folders() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    for name in ["req", "res", "face"] {
        fs::create_dir_all(place.path().join("oqs").join(name)).unwrap();
    }
    place
}

#[test]
fn on_a_terminal_the_sample_rececon_is_a_screen_on_which_a_visit_is_registered_and_accepted() {
    let place = shared_folders();
    let arguments = ["clinic", "rececon", "--listen", "127.0.0.1:0"];
    let mut tty = Tty::start(env!("CARGO_BIN_EXE_madoguchi"), &arguments, place.path()).unwrap();
    tty.sees("まだ誰もカードリーダーを使っていません");
    let golden = fs::read("tests/golden/OQSsiquc01res_face/taro.xml").unwrap();
    fs::write(place.path().join("draft"), golden).unwrap();
    let face = place.path().join("oqs/face/OQSsiquc01res_face_20261121093000.xml");
    fs::rename(place.path().join("draft"), face).unwrap();
    tty.sees("台帳になし");
    tty.type_keys(b"r").unwrap();
    tty.sees("患者を登録しました");
    tty.type_keys(b"\r").unwrap();
    tty.sees("受付登録しました");
    tty.type_keys(b"p").unwrap();
    tty.sees("/desk/slips/");
    tty.type_keys(b"q").unwrap();
    tty.settle(LIMIT);
    let start = Instant::now();
    while tty.child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < LIMIT, "it does not end");
        thread::yield_now();
    }
    assert!(!tty.screen.screen().alternate_screen(), "the terminal is given back");
}
