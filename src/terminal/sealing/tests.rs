//! Which line holds for which file, and what the operator is told.

use proptest::prelude::*;

use super::*;

const FACE_FILE: &str = "OQSsiquc01res_face_1319919997abc_20261121120000.xml";
const PMH_FILE: &str = "PMHsimsm01res_1234567890ABCDEF2026112112000000_face.xml";
const ANSWER: &str = "OQSsiquc01res_1.xml";

fn lines(side: Side, file: &str, text: &str) -> Vec<Line> {
    let read = |(index, text): (usize, &str)| {
        let (key, value) = text.split_once('=')?;
        Some(Line { side, file: file.to_owned(), line: index + 1, key: key.to_owned(), sealed: value == "e" })
    };
    text.split_whitespace().enumerate().filter_map(read).collect()
}

fn try_new(told: &Encryption, conf: &str, face: &str) -> (Sealing, String) {
    let dir = tempfile::tempdir().unwrap();
    let source = PasswordSource::File(dir.path().join("password"));
    std::fs::write(dir.path().join("password"), "\u{feff}himitsu\r\nmore").unwrap();
    let conf = [lines(Side::Linkage, "encrypt.conf", conf), lines(Side::Face, "encrypt_face.conf", face)].concat();
    let (sealing, remarks) = Sealing::new(told, &conf, Some(&source)).unwrap();
    (sealing, remarks.iter().map(|words| format!("{}\n{}\n", words.ja, words.en)).collect())
}

fn conf(linkage: &str, face: &str) -> (Sealing, String) {
    try_new(&Encryption::Conf, linkage, face)
}

fn told(text: &str) -> Encryption {
    #[derive(Deserialize)]
    struct Table {
        encryption: Encryption,
    }
    toml::from_str::<Table>(&format!("encryption = {text}")).unwrap().encryption
}

fn sealed(sealing: &Sealing) -> [bool; 3] {
    [ANSWER, FACE_FILE, PMH_FILE].map(|name| sealing.is_sealed(name))
}

#[test]
fn nothing_is_sealed_unless_somebody_says_so() {
    let (sealing, told) = conf("", "");
    assert_eq!((sealed(&sealing), told.as_str()), ([false; 3], ""));
    let plain = lines(Side::Linkage, "f", "OQSsiquc=n PMHsimsm=n OQSsiquc01res_face=e XY=e");
    assert!(Sealing::new(&Encryption::Conf, &plain, None).is_ok(), "a line without a file of ours needs no password");
}

#[test]
fn each_side_goes_by_its_own_file_and_the_first_line_of_the_password_file_is_the_password() {
    assert_eq!(sealed(&conf("OQSsiquc=e", "").0), [true, false, false]);
    assert_eq!(sealed(&conf("", "OQSsiquc=e").0), [false, true, false]);
    let (sealing, _) = conf("PMHsimsm=e", "publicmedicalhub=e");
    assert_eq!(sealed(&sealing), [false, false, true]);
    assert_eq!(sealing.password_for(PMH_FILE).unwrap().reveal(), "himitsu");
}

#[test]
fn of_several_lines_the_longest_key_counts_and_of_equal_ones_the_last() {
    let (sealing, _) = conf("OQSsiquc01req=n OQSsiquc=e oqssiquc01RES=e OQSsiquc01res=n OQSmuquc=n OQS=e", "");
    for (name, expected) in [
        ("OQSsiquc01req_1.zip", false),
        ("OQSsiquc01res_1.xml", false),
        ("OQSsiquc02res_1.xml", true),
        ("OQSmuquc01res_1.xml", false),
        ("OQSsiimm01res_1.xml", true),
        ("YZKsiquc01res_1.xml", false),
    ] {
        assert_eq!(sealing.is_sealed(name), expected, "{name}");
    }
}

/// How real keys go on after what is public is not known.
#[test]
fn a_key_that_goes_on_holds_for_the_interface_that_it_names() {
    for key in ["PMHsimsm", "PMHsimsm01", "PMHsimsm01res", "PMHsimsm01res_encrypt", "PMHsimsm.flag", "pmhSIMSM"] {
        assert_eq!(sealed(&conf(&format!("{key}=e"), "publicmedicalhub_x=e").0), [false, false, true], "{key}");
    }
    let (sealing, told) = conf("OQSsixyz=e EPSsiDMP01=e XY=e OQSsiqX=e", "prescription=e");
    assert!(sealing.is_sealed("EPSsiDMP01res_1.xml") && !sealing.is_sealed(ANSWER));
    let (_, other_side) = conf("OQSsiquc01res_face=e", "PMHsimsm=e");
    assert!(
        other_side.contains("not used: OQSsiquc01res_face (encrypt.conf:1), PMHsimsm (encrypt_face.conf:1)"),
        "{other_side}"
    );
    for unknown in ["OQSsixyz", "XY", "OQSsiqX", "prescription"] {
        assert!(told.contains(&format!("{unknown} (encrypt")), "{unknown}: {told}");
    }
    assert!(told.contains("begins so; not used"), "{told}");
}

#[test]
fn the_settings_weigh_more_than_the_files_of_the_real_terminal() {
    let (sealing, remarks) = try_new(&Encryption::Off, "OQSsiquc=e", "");
    assert_eq!(sealed(&sealing), [false; 3]);
    assert!(remarks.contains("weighs more; not used: OQSsiquc (encrypt.conf:1)"), "{remarks}");
    assert_eq!(sealed(&try_new(&Encryption::All, "", "").0), [true; 3]);
    let table = told("{ OQSsiquc = true, OQSsiquc01res_face = false, PMHsimsm = true }");
    assert_eq!(sealed(&try_new(&table, "PMHsimsm=n", "").0), [true, false, true]);
    assert_eq!(sealed(&try_new(&told("{ OQS = true }"), "", "").0), [true, true, false]);
}

#[test]
fn flags_that_do_not_agree_are_told() {
    // The face file sealed, the subsidy document plain (spec/pmh.md S-32).
    let (_, remarks) = conf("PMHsimsm=n", "OQSsiquc=e publicmedicalhub=n");
    assert!(
        remarks.contains("the subsidy document is plain (n), the face file that names it is sealed (e)"),
        "{remarks}"
    );
    let (_, remarks) = conf("PMHsimsm=e", "OQSsiquc=e publicmedicalhub=n");
    assert!(
        remarks.contains("PMHsimsm of encrypt.conf is sealed (e), publicmedicalhub of encrypt_face.conf is plain (n)")
    );
    let (_, remarks) = conf("PMHsimsm=e", "OQSsiquc=e publicmedicalhub=e");
    assert!(!remarks.contains("not consistent"), "{remarks}");
}

#[test]
fn a_wrong_value_of_the_setting_is_refused_with_what_would_be_right() {
    let error = |text: &str| {
        toml::from_str::<BTreeMap<String, Encryption>>(&format!("encryption = {text}")).unwrap_err().to_string()
    };
    assert!(error("\"on\"").contains("`conf`"), "{}", error("\"on\""));
    assert!(error("{ OQSsiqcu = true }").contains("OQSsiquc"), "{}", error("{ OQSsiqcu = true }"));
    assert!(error("true").contains("or a table"), "{}", error("true"));
    for good in [Encryption::Conf, Encryption::Off, Encryption::All, told("{ OQSsiquc = true }")] {
        let table = BTreeMap::from([("encryption".to_owned(), good.clone())]);
        let again: BTreeMap<String, Encryption> = toml::from_str(&toml::to_string(&table).unwrap()).unwrap();
        assert_eq!(again["encryption"], good);
    }
}

#[test]
fn a_source_says_what_is_missing_and_never_what_it_found() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("password");
    let source = PasswordSource::File(path.clone());
    for content in [None, Some(&b""[..]), Some(b"\r\n"), Some(b"\xff\xfe")] {
        if let Some(content) = content {
            std::fs::write(&path, content).unwrap();
        }
        let words = source.read().unwrap_err();
        assert!(words.en.contains(&path.display().to_string()) && words.en.contains("write one"), "{}", words.en);
    }
    let unset = PasswordSource::try_from("env:OQS_NO_SUCH_VARIABLE".to_owned()).unwrap();
    assert!(unset.read().unwrap_err().ja.contains("OQS_NO_SUCH_VARIABLE"));
    for wrong in ["himitsu", "env:", "file:", "vault:x", ""] {
        let why = PasswordSource::try_from(wrong.to_owned()).unwrap_err();
        assert!(why.contains("env:NAME") && !why.contains("himitsu"));
    }
}

proptest! {
    #[test]
    fn whatever_the_keys_the_longest_that_fits_decides(
        keys in prop::collection::vec(("OQS(si(quc(01(req|res)?)?)?)?|PMHsimsm|\\PC{0,12}", any::<bool>()), 0..8),
        name in "(OQSsiquc01(req|res)_|PMHsimsm01res_)[a-z0-9]{1,5}\\.xml",
    ) {
        let lines: Vec<Line> = keys.iter().map(|(key, sealed)| Line { side: Side::Linkage, file: "f".into(), line: 1, key: key.clone(), sealed: *sealed }).collect();
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("p"), "himitsu").unwrap();
        let source = PasswordSource::File(dir.path().join("p"));
        let (sealing, _) = Sealing::new(&Encryption::Conf, &lines, Some(&source)).unwrap();
        let fitting = keys.iter().filter(|(key, _)| key.len() >= 3 && name.starts_with(key.as_str()));
        let expected = fitting.max_by_key(|(key, _)| key.len()).is_some_and(|(_, sealed)| *sealed);
        prop_assert_eq!(sealing.is_sealed(&name), expected);
    }
}
