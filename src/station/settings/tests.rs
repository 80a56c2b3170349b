//! Settings from file, environment and defaults.

use super::*;

fn read(text: &str, environment: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("madoguchi.toml");
    std::fs::write(&file, text).unwrap();
    let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Settings::read(Some(&file), environment)?.complete()
}

#[test]
fn without_any_setting_there_is_one_terminal_and_one_reader() {
    let settings = Settings::read(None, []).unwrap().complete().unwrap();
    assert_eq!((settings.terminal.len(), settings.reader.len()), (1, 1));
    assert_eq!(settings.terminal[0].institution, DEFAULT_INSTITUTION);
    assert!(InstitutionCode::new(DEFAULT_INSTITUTION).check().is_valid());
}

#[test]
fn a_mistake_names_file_line_key_and_nearest_name() {
    let error = read("[station]\nseed = 3\n\n[[terminal]]\ndelivry = \"rename\"\n", &[]).unwrap_err().to_string();
    assert!(error.contains("madoguchi.toml:5: delivry") && error.contains("delivery"), "{error}");
    let error = read("[station]\npace = \"quick\"\n", &[]).unwrap_err().to_string();
    assert!(error.contains(":2: pace"), "{error}");
    let error = read("[[reader]]\nterminal = 3\n", &[]).unwrap_err().to_string();
    assert!(error.contains("madoguchi.toml:2: reader.terminal"), "{error}");
    let error = read("[hub]\nurl = \"ftp://x\"\n", &[]).unwrap_err().to_string();
    assert!(error.contains("madoguchi.toml:2: hub.url"), "{error}");
}

#[test]
fn encryption_without_a_password_is_a_mistake_at_its_line() {
    let text = "[[terminal]]\nfolder = \"a\"\nencryption = { OQSsiquc = true }\n";
    let error = read(text, &[]).unwrap_err().to_string();
    assert!(error.contains("madoguchi.toml:3: terminal.encryption") && error.contains("env:NAME"), "{error}");
    let unset = [("MADOGUCHI_TERMINAL_ENCRYPTION_PASSWORD", "env:OQS_NO_SUCH_VARIABLE")];
    let error = read(text, &unset).unwrap_err().to_string();
    assert!(error.contains("toml:3: ") && error.contains("OQS_NO_SUCH_VARIABLE"), "{error}");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("password");
    std::fs::write(&file, "himitsu\r\n").unwrap();
    let source = format!("file:{}", file.display());
    let settings = read(text, &[("MADOGUCHI_TERMINAL_ENCRYPTION_PASSWORD", source.as_str())]).unwrap();
    assert!(!format!("{settings:?}").contains("himitsu"));
    let error = read("[[terminal]]\n\nencryption_password = \"himitsu\"\n", &[]).unwrap_err().to_string();
    assert!(error.contains("toml:3: encryption_password") && !error.contains("himitsu"), "{error}");
}

#[test]
fn the_environment_weighs_more_than_the_file() {
    let text = "[station]\nseed = 3\n[[terminal]]\nfolder = \"a\"\n[[terminal]]\nfolder = \"b\"\n";
    let settings = read(
        text,
        &[
            ("MADOGUCHI_STATION_SEED", "9"),
            ("MADOGUCHI_STATION_INSTITUTION", "1319920011"),
            ("MADOGUCHI_TERMINAL_DELIVERY", "in-place"),
            ("MADOGUCHI_STATION", "http://127.0.0.1:1"),
            ("MADOGUCHI_LANG", "en"),
            ("MADOGUCHI_MUNICIPALITY_TOKEN", "demo"),
            ("MADOGUCHI_MUNICIPALITY_CA", "ca.pem"),
            ("PATH", "/bin"),
        ],
    )
    .unwrap();
    assert_eq!(settings.station.seed, 9);
    assert_eq!(settings.station.institution, "1319920011");
    assert!(settings.terminal.iter().all(|t| t.delivery == crate::folder::Delivery::InPlace));
    let error = read("", &[("MADOGUCHI_STATOIN_SEED", "1")]).unwrap_err().to_string();
    assert!(error.contains("MADOGUCHI_STATION"), "{error}");
}
