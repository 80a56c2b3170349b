//! The PC/SC service, its readers and their drivers.

use std::path::{Path, PathBuf};

use super::{Finding, Grade, PCSC_DRIVERS, PCSC_READERS, PCSC_SERVICE, both};
use crate::card::pcsc::{list_readers, readers_with_card};
use crate::card::reader::ReaderError;
use crate::event::Words;
use crate::station::reader::Source;
use crate::station::settings::Settings;

/// Where Linux distributions keep the drivers of pcscd; other systems bring theirs along.
const DRIVER_FOLDERS: [&str; 3] = ["/usr/lib/pcsc/drivers", "/usr/lib64/pcsc/drivers", "/usr/local/lib/pcsc/drivers"];
/// What the driver of vpcd is called in all its releases.
const VPCD: &str = "vpcd";

/// Service, readers and drivers.
pub fn cards(settings: &Settings) -> Vec<Finding> {
    let wanted: Vec<Option<String>> = settings
        .reader
        .iter()
        .filter_map(|reader| match Source::parse(&reader.source) {
            Ok(Source::Pcsc(name)) => Some(name),
            _ => None,
        })
        .collect();
    let mut findings = match list_readers() {
        Ok(readers) => {
            let service = PCSC_SERVICE.good(service_name(), Words::new("動いています", "runs"));
            let with_card = readers_with_card().unwrap_or_default();
            [vec![service], self::readers(&readers, &with_card, &wanted)].concat()
        }
        Err(error) => vec![no_service(&error, !wanted.is_empty())],
    };
    findings.extend(drivers(&DRIVER_FOLDERS.map(PathBuf::from)));
    findings
}

fn no_service(error: &ReaderError, is_needed: bool) -> Finding {
    let grade = if is_needed { Grade::Broken } else { Grade::Warning };
    let remedy = match error {
        ReaderError::NoService => Words::new(
            "Linux では pcscd を入れて起動し、Windows ではリーダーをつないで sc start SCardSvr としてください",
            "Linux: install and start pcscd; Windows: attach a reader, then sc start SCardSvr",
        ),
        _ => Words::new(
            "このユーザーが PC/SC を使えるか（Linux では polkit の規則）を確かめてください",
            "see whether this user may use PC/SC (on Linux: the rules of polkit)",
        ),
    };
    let found = match error {
        ReaderError::NoService => Words::new("動いていません", "does not run"),
        other => both(&other.to_string()),
    };
    PCSC_SERVICE.told(grade, service_name(), found, remedy)
}

fn readers(readers: &[String], with_card: &[String], wanted: &[Option<String>]) -> Vec<Finding> {
    let attach = || {
        Words::new(
            "リーダーをつなぐか、madoguchi card serve で仮想のカードを出してください",
            "attach a reader, or bring a software card up with `madoguchi card serve`",
        )
    };
    let mut findings: Vec<Finding> = readers
        .iter()
        .map(|name| {
            let found = match with_card.contains(name) {
                true => Words::new("カードが置かれています", "holds a card"),
                false => Words::new("空です", "is empty"),
            };
            PCSC_READERS.good(name, found)
        })
        .collect();
    if readers.is_empty() {
        let grade = if wanted.is_empty() { Grade::Note } else { Grade::Broken };
        findings.push(PCSC_READERS.told(grade, "-", Words::new("一台もありません", "there is none"), attach()));
    } else {
        let is_there =
            |name: &&String| readers.iter().any(|reader| reader.to_lowercase().contains(&name.to_lowercase()));
        // A reader that is told by its number is one of those above, or the station says so when it opens.
        let missing = wanted.iter().flatten().filter(|name| name.parse::<usize>().is_err() && !is_there(name));
        findings.extend(missing.map(|name| {
            let found = Words::new("このリーダーはありません", "there is no such reader");
            PCSC_READERS.told(Grade::Broken, format!("pcsc:{name}"), found, attach())
        }));
    }
    findings
}

/// The drivers of pcscd, by the names of their files; nothing on systems that bring their own.
fn drivers(folders: &[PathBuf]) -> Vec<Finding> {
    if !cfg!(target_os = "linux") {
        return Vec::new();
    }
    let there: Vec<&PathBuf> = folders.iter().filter(|folder| folder.is_dir()).collect();
    let names: Vec<String> = there.iter().flat_map(|folder| files_of(folder)).collect();
    let place =
        there.first().or(folders.first().as_ref()).map_or_else(String::new, |folder| folder.display().to_string());
    if names.is_empty() {
        let found = Words::new("ドライバがありません", "there is no driver");
        let remedy = Words::new(
            "apt-get install libccid (USB)、vsmartcard-vpcd (仮想)",
            "apt-get install libccid (USB), vsmartcard-vpcd (virtual)",
        );
        return vec![PCSC_DRIVERS.told(Grade::Note, place, found, remedy)];
    }
    let list = names.join(", ");
    vec![match names.iter().any(|name| name.contains(VPCD)) {
        true => PCSC_DRIVERS.good(place, Words::new(list.clone(), list)),
        false => PCSC_DRIVERS.told(
            Grade::Note,
            place,
            Words::new(format!("{list}。vpcd はありません"), format!("{list}; no vpcd")),
            Words::new(
                "card serve を使うなら apt-get install vsmartcard-vpcd",
                "for `card serve`: apt-get install vsmartcard-vpcd",
            ),
        ),
    }]
}

/// Bundles, and the serial drivers one folder below.
fn files_of(folder: &Path) -> Vec<String> {
    let names = |folder: &Path, ending: &'static str| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.filter(move |name| name.ends_with(ending)).collect::<Vec<_>>()
    };
    let mut all = [names(folder, ".bundle"), names(&folder.join("serial"), ".so")].concat();
    all.sort();
    all
}

fn service_name() -> &'static str {
    if cfg!(windows) { "WinSCard" } else { "pcscd" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_the_settings_name_and_nobody_attached_is_broken_and_one_of_those_there_is_not() {
        let there = ["Sony RC-S300".to_owned()];
        let grades = |wanted: &[Option<String>]| {
            readers(&there, &there, wanted).into_iter().map(|finding| finding.grade).collect::<Vec<_>>()
        };
        assert_eq!(grades(&[]), [Grade::Good]);
        assert_eq!(grades(&[Some("rc-s300".into()), None, Some("1".into())]), [Grade::Good]);
        assert_eq!(grades(&[Some("ACR".into())]), [Grade::Good, Grade::Broken]);
        assert_eq!(readers(&[], &[], &[None])[0].grade, Grade::Broken);
        assert_eq!(readers(&[], &[], &[])[0].grade, Grade::Note);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn drivers_are_told_by_name_and_a_missing_vpcd_with_its_package() {
        let root = tempfile::tempdir().unwrap();
        let folders = [root.path().join("none"), root.path().to_owned()];
        assert!(drivers(&folders)[0].remedy.is_some());
        std::fs::create_dir_all(root.path().join("ifd-ccid.bundle")).unwrap();
        let found = drivers(&folders).remove(0);
        assert!(found.found.en.contains("ifd-ccid.bundle") && found.remedy.unwrap().en.contains("vsmartcard-vpcd"));
        std::fs::create_dir_all(root.path().join("serial")).unwrap();
        std::fs::write(root.path().join("serial/libifdvpcd.so"), "").unwrap();
        assert_eq!(drivers(&folders)[0].grade, Grade::Good);
    }
}
