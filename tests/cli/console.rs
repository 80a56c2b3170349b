//! What the code page of a Windows console does to what we write into files and pipes, and to the names we are given: nothing.

use std::fs;
use std::os::windows::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::madoguchi_in;

/// A console of its own that nobody sees: its code page is nobody else's.
const CREATE_NO_WINDOW: u32 = 0x0800_0000;

/// Runs lines of a batch file in a console of that code page; `%madoguchi%` is the program, `%request%` the name of a file.
fn batch(place: &Path, code_page: &str, request: &str, lines: &[&str]) {
    let lines = [&["@echo off", "chcp %page% >nul"], lines, &["exit /b 0"]].concat().join("\r\n");
    // In letters that every code page has: Wine reads batch files in that of its locale, whatever the console's is.
    assert!(lines.is_ascii());
    fs::write(place.join("run.bat"), lines).unwrap();
    let mut command = Command::new("cmd");
    command.args(["/c", "run.bat"]).current_dir(place).creation_flags(CREATE_NO_WINDOW).stdin(Stdio::null());
    command.env("madoguchi", env!("CARGO_BIN_EXE_madoguchi")).env("page", code_page).env("request", request);
    assert!(command.status().unwrap().success());
}

#[test]
fn what_goes_into_files_is_utf8_and_the_same_in_every_code_page() {
    let place = tempfile::tempdir().unwrap();
    let written = |name: &str| fs::read(place.path().join(name)).unwrap();
    let direct = madoguchi_in(place.path(), &["codes", "OQSCD006"], &[]).out;
    let complaint = madoguchi_in(place.path(), &["faults", "nothing-of-it"], &[]).err;
    let is_japanese = |text: &str| text.chars().any(|c| ('ぁ'..='龠').contains(&c));
    assert!(is_japanese(&direct) && is_japanese(&complaint), "{direct}{complaint}");
    for code_page in ["932", "65001", "437"] {
        let lines = [
            "chcp > page.txt",
            "\"%madoguchi%\" codes OQSCD006 > out.txt",
            "\"%madoguchi%\" faults nothing-of-it 2> err.txt",
        ];
        batch(place.path(), code_page, "", &lines);
        let page = String::from_utf8_lossy(&written("page.txt")).into_owned();
        assert!(page.contains(code_page), "the console has another code page: {page}");
        assert_eq!(String::from_utf8(written("out.txt")).unwrap(), direct, "{code_page}");
        assert_eq!(String::from_utf8(written("err.txt")).unwrap(), complaint, "{code_page}");
    }
}

#[test]
fn japanese_names_on_the_command_line_are_found_and_told_in_every_code_page() {
    let place = tempfile::tempdir().unwrap();
    let request = "資格 表示\\OQSsiquc01req_能𠮷.xml";
    fs::create_dir(place.path().join("資格 表示")).unwrap();
    fs::write(place.path().join(request), "<XmlMsg><MessageHeader/><MessageBody/></XmlMsg>").unwrap();
    for code_page in ["932", "65001"] {
        batch(place.path(), code_page, request, &["\"%madoguchi%\" check --json \"%request%\" > out.txt 2> err.txt"]);
        let [out, err] = ["out.txt", "err.txt"].map(|name| fs::read_to_string(place.path().join(name)).unwrap());
        assert!(out.contains("OQSsiquc01req_能𠮷.xml") && out.contains("\"unreadable\":0"), "{code_page}: {out}");
        assert_eq!(err, "", "{code_page}");
    }
}
