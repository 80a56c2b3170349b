//! Where the shared folders lie: behind long, Japanese and blank names, and on Windows on another drive or a share by its name.

use std::path::Path;

use crate::desk::{Place, Station, until};
use crate::rececon::{Request, answer_name, drop_in, request_name};
use crate::xml;

/// Longer than what Windows once allowed for a path.
const OLD_LIMIT: usize = 260;

/// A visit, a request and a question to `doctor`, as everywhere else.
#[track_caller]
fn serves(station: &Station) {
    assert_eq!(station.visit("hanako")["outcome"], "valid");
    assert_eq!((station.names("face").len(), station.names("res").len()), (1, 1));
    drop_in(station, &request_name("1"), Request::taro().xml().as_bytes());
    let answer = xml::parse(&station.file(&format!("res/{}", answer_name("1"))));
    assert_eq!(answer.value("Name"), Some("窓口　太郎"));
    // By the command, which finds the folders by what the station says of them.
    let said = station.command(&["send", "--again", "--json", &request_name("1")]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert!(said.out.contains(&answer_name("1")), "{}", said.out);
    until("an empty req", || station.names("req").is_empty().then_some(()));
}

fn opened(place: &Place, folder: &Path) -> Station {
    place.write(&request_name("1"), Request::taro().xml());
    place.open(&["--folder", folder.to_str().unwrap()])
}

#[test]
fn folders_with_blanks_japanese_letters_and_those_that_cp932_lacks_are_served() {
    let place = Place::new();
    let station = opened(&place, Path::new("共有 フォルダ (𠮷田) ～①"));
    assert!(station.ready.ends_with("共有 フォルダ (𠮷田) ～①"), "{}", station.ready);
    serves(&station);
}

#[test]
fn folders_whose_paths_are_longer_than_windows_once_allowed_are_served() {
    let place = Place::new();
    let mut folder = place.path().to_owned();
    while folder.as_os_str().len() < OLD_LIMIT {
        folder.push("とても長い名前のフォルダ");
    }
    serves(&opened(&place, &folder));
}

#[cfg(windows)]
mod on_windows {
    use std::path::PathBuf;
    use std::process::Command;

    use serde_json::Value;

    use super::*;
    use crate::desk::madoguchi;

    const REMEDY: &str =
        "the share of drive C: that Windows keeps for administrators is needed; under Wine make test-windows makes it";

    /// The same folder by the name that other machines would use: `\\localhost\C$\…`.
    fn as_share(path: &Path) -> PathBuf {
        let path = path.to_str().unwrap();
        let share = path.replacen("C:", r"\\localhost\c$", 1);
        assert!(share != path, "{path} is not on drive C:");
        let share = PathBuf::from(share);
        assert!(share.is_dir(), "{}: {REMEDY}", share.display());
        share
    }

    #[test]
    fn a_folder_of_a_share_by_its_name_is_served_and_doctor_warns_of_the_network() {
        let place = Place::new();
        let folder = as_share(place.path()).join("OQS");
        let folder_option = folder.to_str().unwrap();
        let station = opened(&place, &folder);
        assert!(station.ready.ends_with(&format!("folder={folder_option}")), "{}", station.ready);
        serves(&station);
        assert!(place.path().join("OQS").join("face").is_dir(), "seen from this side too");
        station.kill();
        let args = ["doctor", "--json", "--control", "127.0.0.1:0", "--folder", folder_option];
        let said = madoguchi(place.path(), &args).output().unwrap();
        let told: Value = serde_json::from_slice(&said.stdout).unwrap();
        let share =
            told["findings"].as_array().unwrap().iter().find(|finding| finding["check"] == "folder.share").unwrap();
        assert_eq!((said.status.code(), &share["grade"]), (Some(0), &Value::from("warning")), "{share:#}");
        assert!(share["found"]["en"].as_str().unwrap().contains(r"\\localhost\c$"), "{share:#}");
    }

    #[test]
    fn two_stations_on_one_share_are_impossible_whatever_name_it_has() {
        let place = Place::new();
        let station = opened(&place, Path::new("oqs"));
        let by_name = as_share(place.path()).join("oqs");
        let refused = place.refused(&["--folder", by_name.to_str().unwrap()]);
        assert_eq!(refused.code, 3, "{}", refused.err);
        assert_eq!(station.visit("taro")["outcome"], "valid");
    }

    const DRIVE: &str = "W:";

    /// A drive besides C:, as long as this value lives.
    struct Drive {
        is_ours: bool,
    }

    impl Drive {
        fn of(folder: &Path) -> Self {
            // It refuses a letter that is given already; Wine, where make test-windows gives it, does nothing and says so to nobody.
            let is_ours = Command::new("subst").arg(DRIVE).arg(folder).status().unwrap().success();
            assert!(Path::new(r"W:\").is_dir(), "drive {DRIVE} is needed; under Wine make test-windows makes it");
            Self { is_ours }
        }
    }

    impl Drop for Drive {
        fn drop(&mut self) {
            if self.is_ours {
                let _ = Command::new("subst").args([DRIVE, "/D"]).status();
            }
        }
    }

    #[test]
    fn a_folder_on_another_drive_and_requests_sent_from_this_one_are_served() {
        let (place, other) = (Place::new(), Place::new());
        let _drive = Drive::of(other.path());
        let there = tempfile::tempdir_in(r"W:\").unwrap();
        let station = opened(&place, &there.path().join("OQS"));
        assert!(station.ready.contains(r"folder=W:\"), "{}", station.ready);
        serves(&station);
    }
}
