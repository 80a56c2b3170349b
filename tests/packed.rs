//! What a Windows user unpacks: the zip of `scripts/pack_windows.py`, on a Windows that has never seen it.
#![cfg(windows)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use start::started;

#[path = "world/start.rs"]
mod start;

const REMEDY: &str =
    "MADOGUCHI_ZIP=… names the zip; make pack-windows makes one, make test-windows makes one and runs this test";
const BYTE_ORDER_MARK: &str = "\u{feff}";

fn zip() -> zip::ZipArchive<fs::File> {
    let path = std::env::var_os("MADOGUCHI_ZIP").expect(REMEDY);
    zip::ZipArchive::new(fs::File::open(path).expect(REMEDY)).unwrap()
}

/// Unpacked as by a double click: into a folder whose name has blanks and Japanese letters.
struct Unpacked {
    _place: tempfile::TempDir,
    folder: PathBuf,
    /// Where the user happens to be.
    elsewhere: PathBuf,
}

fn unpacked() -> Unpacked {
    let place = tempfile::tempdir().unwrap();
    let (folder, elsewhere) = (place.path().join("ダウンロード した物 ①"), place.path().join("別の 場所"));
    fs::create_dir_all(&elsewhere).unwrap();
    let mut zip = zip();
    zip.extract(&folder).unwrap();
    let only = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    assert_eq!(only.len(), 1, "all in one folder: {only:?}");
    Unpacked { folder: only[0].clone(), elsewhere, _place: place }
}

impl Unpacked {
    fn command(&self, place: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(self.folder.join("madoguchi.exe"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MADOGUCHI_") || name.starts_with("LC_"))
        {
            command.env_remove(name);
        }
        command.env_remove("LANG").args(args).current_dir(place).stdin(Stdio::null());
        command
    }

    fn says(&self, args: &[&str]) -> Output {
        started(|| self.command(&self.elsewhere, args).output())
    }
}

/// A station of the unpacked program; ended with this value.
struct Station {
    child: Child,
    url: String,
    folder: String,
}

impl Station {
    fn start(mut command: Command) -> Self {
        let mut child = started(|| command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn());
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let ready = lines.find(|line| line.starts_with("madoguchi ready ")).unwrap();
        let (url, folder) = ready.strip_prefix("madoguchi ready control=").unwrap().split_once(" folder=").unwrap();
        let (url, folder) = (url.to_owned(), folder.to_owned());
        // Whatever it says further must not block it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url, folder }
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_readme_comes_first_and_what_a_double_click_opens_shows_in_every_editor() {
    let mut zip = zip();
    assert!(zip.by_index(0).unwrap().name().unwrap().ends_with("/README.ja.txt"));
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    for file in [
        "README.ja.txt",
        "madoguchi.toml",
        "LICENSE-MIT.txt",
        "LICENSE-APACHE.txt",
        "LICENSE-FONT.txt",
        "THIRD-PARTY.txt",
    ] {
        let name = names.iter().find(|name| name.ends_with(file)).unwrap_or_else(|| panic!("no {file}: {names:?}"));
        let mut text = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        assert!(text.starts_with(BYTE_ORDER_MARK), "{file}");
        assert!(text.lines().count() > 15 && text.split('\n').rev().skip(1).all(|line| line.ends_with('\r')), "{file}");
    }
    for file in ["madoguchi.exe", "docs/README.md", "docs/settings.md", "docs/openapi.json", "README.ja.md"] {
        assert!(names.iter().any(|name| name.ends_with(file)), "no {file}: {names:?}");
    }
}

#[test]
fn the_readme_tells_what_a_windows_user_has_to_know() {
    let unpacked = unpacked();
    let readme = fs::read_to_string(unpacked.folder.join("README.ja.txt")).unwrap();
    for words in
        [r"C:\OQS", "WinSCard", "net share", "ファイアウォール", "chcp 65001", "OutputEncoding", "doctor", "展開"]
    {
        assert!(readme.contains(words), "{words}");
    }
    // Every command line of it: its command and options are known.
    let mut commands = 0;
    for line in readme.lines().filter_map(|line| line.trim().strip_prefix(r".\madoguchi.exe ")) {
        let words: Vec<&str> = line.split("  ").next().unwrap().split(' ').collect();
        let command = words[0];
        let help = match command.starts_with('-') {
            true => unpacked.says(&["run", "--help"]),
            false => unpacked.says(&[command, "--help"]),
        };
        assert!(help.status.success(), "{line}");
        let help = String::from_utf8(help.stdout).unwrap();
        for option in words.iter().filter(|word| word.starts_with("--")) {
            assert!(help.contains(option), "{option} of {line}");
        }
        commands += 1;
    }
    assert!(commands >= 5, "{commands}");
}

#[test]
fn the_program_runs_from_there_with_its_people_and_makes_a_folder_with_blanks_and_japanese_letters() {
    let unpacked = unpacked();
    let version = unpacked.says(&["--version"]);
    assert_eq!(String::from_utf8(version.stdout).unwrap().trim(), concat!("madoguchi ", env!("CARGO_PKG_VERSION")));
    let args = ["run", "--headless", "--pace", "instant", "--control", "127.0.0.1:0", "--folder", "共有 フォルダ"];
    let station = Station::start(unpacked.command(&unpacked.elsewhere, &args));
    let tap = unpacked.says(&["tap", "taro", "--json", "--station", &station.url]);
    assert!(tap.status.success(), "{}", String::from_utf8_lossy(&tap.stderr));
    let report: Value = serde_json::from_slice(&tap.stdout).unwrap();
    let face = unpacked.elsewhere.join(report["files"]["face"].as_str().unwrap());
    assert!(face.starts_with(unpacked.elsewhere.join("共有 フォルダ").join("face")), "{}", face.display());
    assert!(fs::read_to_string(face).unwrap().contains("窓口　太郎"));
}

#[test]
fn a_double_click_reads_the_settings_beside_it_and_keeps_what_went_wrong_on_the_screen() {
    let unpacked = unpacked();
    let click = |args: &[&str]| {
        let mut command = Command::new("cmd");
        command.arg("/c").arg(unpacked.folder.join("madoguchi-start.cmd")).args(args);
        let output = command.current_dir(&unpacked.elsewhere).stdin(Stdio::null()).output().unwrap();
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, out, _) = click(&["--version"]);
    assert_eq!((code, out.as_str()), (Some(0), concat!("madoguchi ", env!("CARGO_PKG_VERSION"), "\n")));
    fs::write(unpacked.folder.join("madoguchi.toml"), "[station]\nsed = 1\n").unwrap();
    let (code, out, err) = click(&["run", "--headless"]);
    assert!(code == Some(2) && err.contains("madoguchi.toml:2: sed"), "{code:?} {err}");
    assert!(!out.trim().is_empty(), "nobody asks for a key");
}

#[test]
fn without_a_word_about_folders_the_station_makes_and_serves_those_of_a_real_terminal() {
    let unpacked = unpacked();
    let station = Station::start(
        unpacked.command(&unpacked.folder, &["--headless", "--pace", "instant", "--control", "127.0.0.1:0"]),
    );
    assert_eq!(station.folder, r"C:\OQS");
    for folder in ["req", "res", "face"] {
        assert!(Path::new(r"C:\OQS").join(folder).is_dir(), "{folder}");
    }
    let send = ["send", "--station", &station.url, "OQSsiquc01req_1.xml"];
    let request = unpacked.elsewhere.join("OQSsiquc01req_1.xml");
    fs::write(request, "<XmlMsg>").unwrap();
    let said = String::from_utf8(unpacked.says(&send).stdout).unwrap();
    assert_eq!(said.trim_end(), r"C:\OQS\res\OQSsiquc01req_1.err");
    for name in ["OQSsiquc01req_1.err", "OQSsiquc01req_1.xml"] {
        // Taken away again: the folder is the machine's, not ours. The request itself comes a moment later.
        let path = Path::new(r"C:\OQS\res").join(name);
        let limit = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while fs::remove_file(&path).is_err() {
            assert!(std::time::Instant::now() < limit, "waited in vain for {}", path.display());
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
}

#[test]
fn every_key_of_the_sample_settings_is_one_and_the_file_as_it_is_changes_nothing() {
    let unpacked = unpacked();
    let settings = |text: &str| {
        fs::write(unpacked.elsewhere.join("madoguchi.toml"), text).unwrap();
        let told: Value =
            serde_json::from_slice(&unpacked.says(&["doctor", "--json", "--folder", "oqs"]).stdout).unwrap();
        let of_settings = told["findings"].as_array().unwrap().iter().find(|finding| finding["check"] == "settings");
        of_settings.unwrap().clone()
    };
    let sample = fs::read_to_string(unpacked.folder.join("madoguchi.toml")).unwrap();
    assert!(sample.lines().all(|line| line.is_empty() || line.trim_start_matches(BYTE_ORDER_MARK).starts_with('#')));
    assert_eq!(settings(&sample)["grade"], "good");
    let uncomment = |line: &str| match line.strip_prefix('#') {
        Some(key) if key.starts_with(|c: char| c == '[' || c.is_ascii_lowercase()) => key.to_owned(),
        _ => line.to_owned(),
    };
    let all: Vec<String> = sample.lines().map(uncomment).collect();
    assert!(all.iter().filter(|line| line.contains(" = ") && !line.starts_with('#')).count() >= 9, "{all:#?}");
    let told = settings(&all.join("\r\n"));
    assert_eq!(told["grade"], "good", "{told:#}");
    assert_eq!(settings(&all.join("\r\n").replace("poll", "pol"))["grade"], "broken");
}
