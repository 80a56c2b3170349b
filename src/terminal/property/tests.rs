//! What the real terminal's settings files say, and what is said of a wrong one.

use proptest::prelude::*;

use super::*;
use crate::terminal::sealing::PasswordSource;
use crate::text::{Encoding, encode};

fn settings(root: &Path) -> TerminalSettings {
    TerminalSettings { folder: root.to_owned(), ..TerminalSettings::default() }
}

fn laid(files: &[(&str, &[u8])], adjust: impl FnOnce(&mut TerminalSettings)) -> (TerminalSettings, String) {
    let root = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(root.path().join(name), bytes).unwrap();
    }
    let mut settings = settings(root.path());
    adjust(&mut settings);
    let remarks = lay_under(&mut settings).unwrap();
    (settings, remarks.iter().map(|words| format!("{}\n{}\n", words.ja, words.en)).collect())
}

#[test]
fn the_keys_of_a_real_installation_are_honoured_whatever_encoding_and_case_its_files_have() {
    let text = "# 結果ファイル消し忘れ判定時間\r\n! 分\r\n\r\n ResponseFileStayTime = 2880 \r\n";
    for encoding in [Encoding::ShiftJis, Encoding::Utf8] {
        let bytes = encode(text, encoding).bytes;
        let (settings, told) = laid(&[("userdefinition.PROPERTY", &bytes)], |_| {});
        assert_eq!((u64::from(settings.stay()), told.as_str()), (2880, ""));
    }
    let with_mark = [b"\xef\xbb\xbf".as_slice(), b"OutputFlg=FALSE\n"].concat();
    let (settings, _) = laid(&[(FACE, &with_mark)], |_| {});
    assert!(!settings.writes_face());
}

#[test]
fn madoguchi_toml_weighs_more() {
    let files: [(&str, &[u8]); 2] = [(USER, b"ResponseFileStayTime=5"), (FACE, b"FaceDataDir=other\nOutputFlg=false")];
    let (settings, _) = laid(&files, |settings| {
        settings.stale_after = StayTime::minutes(7);
        settings.face = Some("/srv/face".into());
        settings.face_output = Some(true);
    });
    assert_eq!(u64::from(settings.stay()), 7);
    assert_eq!(settings.face.as_deref(), Some(Path::new("/srv/face")));
    assert!(settings.writes_face());
}

#[test]
fn the_face_folder_is_taken_where_it_names_one_on_this_system() {
    let (settings, _) = laid(&[(FACE, b"FaceDataDir=kao")], |_| {});
    assert_eq!(settings.face, Some(settings.folder.join("kao")));
    let (settings, told) = laid(&[(FACE, b"FaceDataDir=C:\\OQS\\face\r\nOutputFlg=true\r\n")], |_| {});
    if cfg!(windows) {
        assert_eq!(settings.face, Some(r"C:\OQS\face".into()));
    } else {
        assert!(settings.face.is_none() && told.contains(r"FaceDataDir=C:\OQS\face is a path of Windows"), "{told}");
    }
}

#[test]
fn unknown_keys_are_named_with_line_and_the_key_that_comes_near() {
    let (settings, told) = laid(&[(USER, b"ReqDir=x\nResponseFileStayTme=5\n")], |_| {});
    assert_eq!(u64::from(settings.stay()), 1440);
    assert!(told.contains("ReqDir (:1), ResponseFileStayTme (:2, ResponseFileStayTime?)"), "{told}");
}

#[test]
fn encryption_is_honoured_by_its_lines_and_told() {
    let (settings, told) = laid(
        &[
            ("encrypt.conf", b"OQSsiquc=e\nPMHsimsm=n\n"),
            ("ENCRYPT_FACE.conf", b"prescription=n"),
            ("password", b"himitsu"),
        ],
        |settings| settings.encryption_password = Some(PasswordSource::File(settings.folder.join("password"))),
    );
    assert!(
        settings.sealing.is_sealed("OQSsiquc01res_1.xml") && !settings.sealing.is_sealed("PMHsimsm01res_1_face.xml")
    );
    assert!(told.contains("password zips (AES-256): OQSsiquc (") && told.contains("encrypt.conf:1)\n"), "{told}");
    assert!(!format!("{settings:?}{told}").contains("himitsu"));
}

#[test]
fn encryption_without_a_password_names_the_line_that_asks_for_it() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("encrypt.conf"), "# a\nOQSmuquc=n\nOQSsiquc=e\n").unwrap();
    let told = lay_under(&mut settings(root.path())).unwrap_err().to_string();
    assert!(
        told.contains("encrypt.conf:3: OQSsiquc: ") && told.contains("encryption_password = \"env:NAME\""),
        "{told}"
    );
}

#[test]
fn without_files_nothing_changes() {
    let (settings, told) = laid(&[], |_| {});
    assert_eq!((&settings, told.as_str()), (&self::settings(&settings.folder), ""));
}

#[test]
fn a_mistake_names_file_and_line() {
    let cases: [(&str, &[u8], &str); 9] = [
        (USER, b"# one\nResponseFileStayTime=0\n", ":2: ResponseFileStayTime: "),
        (USER, b"ResponseFileStayTime=a day", ":1: ResponseFileStayTime: "),
        (USER, b"ResponseFileStayTime=99999999999999999999", ":1: ResponseFileStayTime: "),
        (USER, b"\n\nResponseFileStayTime 5", ":3: "),
        (USER, b"=5", ":1: "),
        (USER, b"a=b\nc=\x81\x00\xff\xff", ":2: "),
        (FACE, b"OutputFlg=yes", ":1: OutputFlg: "),
        (FACE, b"OutputFlg=true\nFaceDataDir=", ":2: FaceDataDir: "),
        ("encrypt.conf", b"OQSsiquc=x", ":1: OQSsiquc: "),
    ];
    for (name, bytes, place) in cases {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join(name), bytes).unwrap();
        let told = lay_under(&mut settings(root.path())).unwrap_err().to_string();
        assert!(told.contains(&format!("{name}{place}")), "{told}");
    }
}

#[test]
fn a_file_that_is_far_too_big_is_refused_without_being_read() {
    let root = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(root.path().join(USER)).unwrap();
    file.set_len(1 << 30).unwrap();
    let told = lay_under(&mut settings(root.path())).unwrap_err().to_string();
    assert!(told.contains("64 KiB"), "{told}");
}

proptest! {
    #[test]
    fn whatever_the_bytes_a_file_is_read_or_refused_with_a_line_it_has(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
        let mistakes = [
            read_user("f", &bytes).err(),
            read_face("f", &bytes).err(),
            read_encryption("f", Side::Face, &bytes).err(),
        ];
        for mistake in mistakes.into_iter().flatten() {
            prop_assert!(mistake.line.is_some_and(|line| (1..=lines).contains(&line)), "{mistake}");
        }
    }

    #[test]
    fn every_key_and_value_survive_blanks_comments_and_line_ends(
        pairs in prop::collection::vec(("[A-Za-z][A-Za-z0-9.]{0,20}", "[A-Za-z0-9=\\\\:表示能ソ]{0,20}"), 0..10),
        crlf in any::<bool>(), sjis in any::<bool>(),
    ) {
        let end = if crlf { "\r\n" } else { "\n" };
        let text: String = pairs.iter().map(|(key, value)| format!("# {value}{end}{end}  {key} =\t{value} {end}")).collect();
        let bytes = encode(&text, if sjis { Encoding::ShiftJis } else { Encoding::Utf8 }).bytes;
        let read = properties("f", &bytes).unwrap();
        let read: Vec<(String, String)> = read.into_iter().map(|p| (p.key, p.value)).collect();
        prop_assert_eq!(read, pairs);
    }
}
