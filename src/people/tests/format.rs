//! The format: errors with their place, round trips, defaults, what the documentation says.

use crate::handwritten::Mistake;
use serde::de::DeserializeOwned;

use super::*;
use crate::message::subsidy::{CopaymentLimit, FaceItem};

const SMALL: &str = "name = \"追加　一子\"\nsex = \"2\"\nbirthdate = \"1985-04-12\"\n";

fn error(text: &str) -> Mistake {
    *read_toml("p.toml", text).unwrap_err()
}

#[test]
fn a_misspelt_key_is_named_with_file_line_and_the_nearest_right_name() {
    let found = error(&format!("{SMALL}\n[card]\nregsitered = true\n"));
    assert_eq!((found.file.as_str(), found.line, found.key.as_deref()), ("p.toml", Some(6), Some("regsitered")));
    assert_eq!(
        found.to_string(),
        "p.toml:6: regsitered: この項目はありません。「registered」のことですか。 / there is no such key; did you mean `registered`?"
    );
}

#[test]
fn a_wrong_value_is_named_with_its_key_and_the_nearest_right_one() {
    let found = error(&format!("{SMALL}[card]\nkind = \"iphon\"\n"));
    assert_eq!((found.line, found.key.as_deref()), (Some(5), Some("kind")));
    assert!(found.rule_en.contains("did you mean `iphone`"), "{found}");
    let found = error(&format!("{SMALL}[habits]\nconsents = [\"operations\"]\n"));
    assert_eq!((found.line, found.key.as_deref()), (Some(5), Some("consents")));
    assert!(found.rule_en.contains("did you mean `operation`"), "{found}");
}

#[test]
fn other_slips_are_explained_where_they_are() {
    let slips = [
        ("sex = \"1\"\nbirthdate = \"-40y\"\n", 1, "name", "必須"),
        ("name = \"a\"\nsex = 1\nbirthdate = \"-40y\"\n", 2, "sex", "引用符"),
        ("name = \"a\"\nsex = \"1\"\nbirthdate = \"40 years\"\n", 3, "birthdate", "日付"),
        ("name = \"a\"\nsex = \"1\"\nbirthdate = \"2026-02-30\"\n", 3, "birthdate", "日付"),
        ("name = \"a\"\nsex = \"1\nbirthdate = \"-40y\"\n", 2, "sex", "読み取れません"),
    ];
    for (text, line, key, words) in slips {
        let found = error(text);
        assert_eq!((found.line, found.key.as_deref()), (Some(line), Some(key)), "{found}");
        assert!(found.rule_ja.contains(words), "{found}");
    }
}

#[test]
fn a_folder_with_a_broken_profile_names_the_file_and_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let broken = [
        ("serial.toml", "[card]\nserial = \"XYZ\"\n", 5, "serial"),
        ("pin.toml", "[card]\n\npin = \"12345\"\n", 6, "pin"),
        ("password.toml", "[card]\nsign_password = \"short\"\n", 5, "sign_password"),
        ("code.toml", "[card]\nsecurity_code = \"12a4\"\n", 5, "security_code"),
    ];
    for (name, rest, line, key) in broken {
        let file = folder.path().join(name);
        fs::write(&file, format!("{SMALL}{rest}")).unwrap();
        let Err(PeopleError::Profile(found)) = load(folder.path(), TODAY) else { panic!("{name} was taken") };
        assert_eq!((Path::new(&found.file), found.line, found.key.as_deref()), (file.as_path(), Some(line), Some(key)));
        fs::remove_file(&file).unwrap();
    }
    fs::write(folder.path().join("Taro Yamada.toml"), SMALL).unwrap();
    assert!(load(folder.path(), TODAY).unwrap_err().to_string().contains("Taro Yamada"));
    assert!(matches!(load(&folder.path().join("none"), TODAY), Err(PeopleError::Folder { .. })));
}

#[test]
fn other_files_a_byte_order_mark_and_windows_line_ends_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ichiko.toml"), format!("\u{feff}{}", SMALL.replace('\n', "\r\n"))).unwrap();
    fs::write(folder.path().join("README.md"), "no person").unwrap();
    fs::write(folder.path().join(".hidden.toml"), "no person").unwrap();
    fs::create_dir(folder.path().join("old.toml")).unwrap();
    let people = load_or_built_in(Some(folder.path()), TODAY).unwrap();
    assert_eq!(people.iter().map(|person| person.id.as_str()).collect::<Vec<_>>(), ["ichiko"]);
}

#[test]
fn two_named_serials_must_differ_and_a_derived_one_gives_way() {
    let profile = |serial: &str| read_toml("p", &format!("{SMALL}[card]\nserial = \"{serial}\"\n")).unwrap();
    let twice = [("a".to_owned(), profile("22 7B 13")), ("b".to_owned(), profile("00227b13"))];
    let Err(PeopleError::SameSerial { first, second, serial }) = People::settle(twice, TODAY) else {
        panic!("the same serial twice was taken")
    };
    assert_eq!((first.as_str(), second.as_str(), serial.as_str()), ("a", "b", "227B13"));
    let derived = read_toml("p", SMALL).unwrap().settle("ichiko", TODAY).unwrap().card.serial;
    let claimed: String = derived.iter().map(|byte| format!("{byte:02X}")).collect();
    let people = [("ichiko".to_owned(), read_toml("p", SMALL).unwrap()), ("z".to_owned(), profile(&claimed))];
    let people = People::settle(people, TODAY).unwrap();
    assert_eq!(people.get("z").unwrap().card.serial, derived);
    assert_ne!(people.get("ichiko").unwrap().card.serial, derived);
}

#[test]
fn a_serial_number_is_a_positive_der_integer() {
    let serial = |hex: &str| {
        let profile = read_toml("p", &format!("{SMALL}[card]\nserial = \"{hex}\"\n")).unwrap();
        profile.settle("a", TODAY).map(|person| person.card.serial)
    };
    assert_eq!(serial("227B13").unwrap(), [0x22, 0x7B, 0x13]);
    assert_eq!(serial("F00").unwrap(), [0x0F, 0x00]);
    assert_eq!(serial("00FF").unwrap(), [0x00, 0xFF]);
    assert_eq!(serial(&"7F".repeat(20)).unwrap().len(), 20);
    for wrong in ["", "0", "00", "-1", "GG", "あ", &"FF".repeat(20), &"7F".repeat(21)] {
        assert!(serial(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_small_profile_gets_a_card_that_works_today() {
    let person = read_toml("p", SMALL).unwrap().settle("ichiko", TODAY).unwrap();
    let card = &person.card;
    assert_eq!(
        (card.kind, card.registered, card.revocation.is_some(), card.pin_locked),
        (CardKind::MyNumberCard, true, false, false)
    );
    assert_eq!((card.pin.reveal(), card.sign_password.reveal()), ("1234", "TEST1234"));
    assert_eq!((card.valid_from, card.valid_until), (date(2024, 11, 21), date(2029, 4, 12)), "the fifth birthday");
    assert_eq!(person.habits, crate::visit::Plan::default());
    assert!(person.qualifications.is_empty());
}

#[test]
fn a_certificate_ends_with_the_fifth_birthday_after_its_issue() {
    let until = |birthdate: &str, issued: &str| {
        let text =
            format!("name = \"a\"\nsex = \"1\"\nbirthdate = \"{birthdate}\"\n[card]\nvalid_from = \"{issued}\"\n");
        read_toml("p", &text).unwrap().settle("a", TODAY).unwrap().card.valid_until
    };
    assert_eq!(until("1985-04-12", "2024-04-11"), date(2028, 4, 12));
    assert_eq!(until("1985-04-12", "2024-04-12"), date(2029, 4, 12), "issued on the birthday itself");
    assert_eq!(until("2000-02-29", "2022-03-01"), date(2027, 2, 28), "born on a leap day");
    let child = "name = \"a\"\nsex = \"1\"\nbirthdate = \"-4y\"\n[card]\ncard_valid_until = \"+1y\"\n";
    let child = read_toml("a", child).unwrap().settle("a", TODAY).unwrap();
    assert_eq!(child.card.valid_until, child.card.card_valid_until, "never beyond the card");
    let baby = "name = \"a\"\nsex = \"1\"\nbirthdate = \"-10d\"\n";
    let baby = read_toml("p", baby).unwrap().settle("a", TODAY).unwrap();
    assert_eq!(baby.card.valid_from, TODAY, "not before today, although a month of life is not over");
}

#[test]
fn a_card_ends_with_the_tenth_birthday_after_its_issue_and_that_of_a_minor_with_the_fifth() {
    let until = |birthdate: &str| {
        let text =
            format!("name = \"a\"\nsex = \"1\"\nbirthdate = \"{birthdate}\"\n[card]\nvalid_from = \"2024-04-12\"\n");
        let card = read_toml("p", &text).unwrap().settle("a", TODAY).unwrap().card;
        (card.valid_until, card.card_valid_until)
    };
    assert_eq!(until("1985-04-12"), (date(2029, 4, 12), date(2034, 4, 12)));
    assert_eq!(until("2006-04-12"), (date(2029, 4, 12), date(2034, 4, 12)), "eighteen on the day itself");
    assert_eq!(until("2006-04-13"), (date(2028, 4, 13), date(2028, 4, 13)), "eighteen a day later");
}

#[test]
fn a_generation_that_issues_no_more_issued_until_its_last_day() {
    let card = |generation: &str| {
        let text = format!("{SMALL}[card]\ngeneration = {generation}\n");
        read_toml("p.toml", &text).map(|profile| profile.settle("a", TODAY).unwrap().card)
    };
    let dates = |generation: &str| card(generation).map(|card| (card.valid_from, card.valid_until)).unwrap();
    assert_eq!(dates("1"), (date(2019, 9, 13), date(2024, 4, 12)));
    assert_eq!(dates("2"), (date(2023, 7, 15), date(2028, 4, 12)));
    assert_eq!(dates("3"), (date(2024, 11, 21), date(2029, 4, 12)));
    let found = *card("4").unwrap_err();
    assert_eq!((found.line, found.key.as_deref()), (Some(5), Some("generation")));
    assert!(found.rule_en.contains("1, 2 and 3"), "{found}");
}

#[test]
fn a_profile_survives_json_and_toml() {
    for (id, text) in shipped() {
        let profile = read_toml(id, text).unwrap();
        let json = serde_json::to_string_pretty(&profile).unwrap();
        assert_eq!(read_json(id, &json).unwrap(), profile, "{id}");
        let toml = toml::to_string(&profile).unwrap();
        assert_eq!(read_toml(id, &toml).unwrap(), profile, "{id}");
    }
}

#[test]
fn json_errors_name_line_and_key_too() {
    let text = "{\n \"name\": \"a\", \"sex\": \"1\",\n \"birthdate\": \"-40y\",\n \"card\": {\n  \"pinn\": \"1\"}\n}";
    let found = *read_json("request", text).unwrap_err();
    assert_eq!((found.line, found.key.as_deref()), (Some(5), Some("pinn")));
    assert!(found.rule_en.contains("did you mean `pin`"), "{found}");
    let found = *read_json("request", "{\"name\": \"a\", \"sex\": \"1\", \"birthdate\": {\"a\": \"b\"}}").unwrap_err();
    assert_eq!(found.line, Some(1));
}

#[test]
fn an_unquoted_toml_date_is_a_date() {
    let text = SMALL.replace("\"1985-04-12\"", "1985-04-12");
    assert_eq!(read_toml("p", &text).unwrap(), read_toml("p", SMALL).unwrap());
    assert!(read_toml("p", &SMALL.replace("\"1985-04-12\"", "{ a = \"1985-04-12\" }")).is_err());
}

#[test]
fn what_a_document_has_no_room_for_is_refused() {
    let ticket = "[[qualifications]]\ninsurer_name = \"x\"\n[[qualifications.medical_tickets]]\n";
    let subsidy = "[[subsidies]]\ncertification_name = \"x\"\nvalid_from = \"today\"\nvalid_until = \"today\"\n";
    let refused = [
        (format!("{SMALL}{ticket}injury_names = [\"1\", \"2\", \"3\", \"4\"]\n"), "injury_names"),
        (format!("{SMALL}{ticket}remarks = [\"1\", \"2\", \"3\", \"4\"]\n"), "remarks"),
        (
            format!(
                "{SMALL}{subsidy}face_items = [{{ name = \"1\", items = [{{ name = \"2\", items = [{{ name = \"3\", items = [{{ name = \"4\" }}] }}] }}] }}]\n"
            ),
            "face_items",
        ),
    ];
    for (text, key) in refused {
        let Err(PeopleError::Profile(found)) = read_toml("p", &text).unwrap().settle("a", TODAY) else {
            panic!("{key} was taken")
        };
        assert_eq!(found.key.as_deref(), Some(key));
    }
}

#[test]
fn people_are_found_by_id_beginning_and_name() {
    let people = everybody();
    for asked in ["hanako", "HANAKO", "hana", "試験　花子", "試験花子", "ｼｹﾝ ﾊﾅｺ", "シケン ハナコ", "試験花"]
    {
        assert_eq!(people.find(asked).unwrap().id, "hanako", "{asked}");
    }
    assert_eq!(people.find("fujo").unwrap().id, "fujo", "an id goes before longer ones that begin with it");
    let Err(LookupError::Several { candidates, .. }) = people.find("futago") else { panic!("two are meant") };
    assert_eq!(candidates, "futago-ichi, futago-ni");
    let Err(LookupError::Nobody { near, .. }) = people.find("hanaoko") else { panic!("nobody is meant") };
    assert!(near.starts_with("hanako"), "{near}");
    assert!(people.find("").is_err());
}

#[test]
fn people_can_be_added_replaced_and_removed() {
    let mut people = everybody();
    let before = people.len();
    let profile = read_toml("p", SMALL).unwrap();
    people.put("ichiko", profile.clone(), TODAY).unwrap();
    assert_eq!((people.len(), people.get("ichiko").unwrap().sex.as_str()), (before + 1, "2"));
    people.put("ichiko", Profile { sex: "3".to_owned(), ..profile.clone() }, TODAY).unwrap();
    assert_eq!((people.len(), people.profile("ichiko").unwrap().sex.as_str()), (before + 1, "3"));
    let taken = CardProfile { serial: Some("40E66A02".to_owned()), ..CardProfile::default() };
    assert!(people.put("ichiko", Profile { card: taken, ..profile }, TODAY).is_err());
    assert_eq!(people.get("ichiko").unwrap().sex, "3", "a refused change changes nothing");
    assert!(people.remove("ichiko") && !people.remove("ichiko"));
    assert_eq!(people.len(), before);
}

#[test]
fn people_grow_older_with_the_clock() {
    let people = everybody();
    let later = people.on(date(2027, 11, 21)).unwrap();
    assert_eq!(later.get("taro").unwrap().birthdate, people.get("taro").unwrap().birthdate);
    assert_eq!(later.get("kodomo").unwrap().birthdate, date(2023, 2, 14), "always four");
}

#[test]
fn secrets_of_a_profile_are_not_printed() {
    let people = everybody();
    let printed = format!("{people:?} {:?}", people.findings());
    for secret in ["123456789018", "987654321093", "210987654320", "TEST1234"] {
        assert!(!printed.contains(secret), "{secret}");
    }
}

/// The keys that a table may have, as serde itself names them.
fn keys_of<T: DeserializeOwned>() -> Vec<String> {
    let Err(error) = toml::from_str::<T>("no_such_key = 1") else { panic!("every table refuses unknown keys") };
    error.message().split('`').skip(3).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_key_of_the_format_is_documented_in_its_section_and_nothing_else_is() {
    let text = fs::read_to_string(repository().join("docs/card-profiles.md")).unwrap();
    let tables = [
        ("## 人 / Person", keys_of::<Profile>()),
        ("### `shows`", keys_of::<Shows>()),
        ("## `[card]`", keys_of::<CardProfile>()),
        ("### `[[card.former]]`", keys_of::<FormerCardProfile>()),
        ("## `[habits]`", keys_of::<HabitsProfile>()),
        ("## `[[qualifications]]`", keys_of::<QualificationProfile>()),
        ("### `elderly`", keys_of::<ElderlyProfile>()),
        ("### `limit`", keys_of::<LimitProfile>()),
        ("### `[[qualifications.specific_diseases]]`", keys_of::<SpecificDiseaseProfile>()),
        ("### `[[qualifications.medical_tickets]]`", keys_of::<MedicalTicketProfile>()),
        ("## `[[subsidies]]`", keys_of::<SubsidyProfile>()),
        ("### `limits`", keys_of::<CopaymentLimit>()),
        ("### `management`", keys_of::<ManagementProfile>()),
        ("### `management.records`", keys_of::<ManagementRecordProfile>()),
        ("### `face_items`", keys_of::<FaceItem>()),
        ("## `[[home_consents]]`", keys_of::<HomeConsentProfile>()),
        ("## `[[medications]]`", keys_of::<MedicationProfile>()),
        ("### `[[medications.dates]]`", keys_of::<TreatedProfile>()),
        ("### `drugs`", keys_of::<DrugProfile>()),
        ("### `procedures`", keys_of::<ProcedureProfile>()),
        ("## `[[checkups]]`", keys_of::<CheckupProfile>()),
        ("### `items`", keys_of::<CheckupItemProfile>()),
    ];
    for (heading, keys) in tables {
        let (_, section) = text.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no section {heading}"));
        let section = section.split("\n#").next().unwrap();
        let documented: BTreeSet<_> = section
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(key, _)| key.to_owned()))
            .collect();
        assert!(keys.len() > 1, "{heading}");
        assert_eq!(documented, keys.into_iter().collect(), "{heading}");
    }
}

#[test]
fn the_examples_of_the_documentation_are_people() {
    let text = fs::read_to_string(repository().join("docs/card-profiles.md")).unwrap();
    let examples: Vec<_> = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 6);
    for example in examples {
        let profile = read_toml("docs/card-profiles.md", example).unwrap();
        profile.settle("example", TODAY).unwrap();
        assert_eq!(profile.findings("example"), []);
    }
}

#[test]
fn the_dates_of_the_documentation_are_dates() {
    let text = fs::read_to_string(repository().join("docs/card-profiles.md")).unwrap();
    let section = text.split("## 日付 / Dates").nth(1).unwrap().split("\n## ").next().unwrap();
    let forms: Vec<_> = section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .filter_map(|line| line.trim_start_matches("| ").split(" | ").next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    assert!(forms.len() >= 10);
    for form in forms {
        assert!(Day::parse(form.trim_matches('"')).is_ok(), "{form}");
    }
}
