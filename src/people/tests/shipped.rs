//! The people of `card-profiles/`.

use super::*;

#[test]
fn the_compiled_list_is_the_folder() {
    let mut folder = BTreeMap::new();
    for entry in fs::read_dir(repository().join("card-profiles")).unwrap() {
        let path = entry.unwrap().path();
        folder.insert(path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap());
    }
    let compiled: BTreeMap<_, _> = shipped().iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect();
    assert_eq!(compiled.keys().collect::<Vec<_>>(), folder.keys().collect::<Vec<_>>());
    assert_eq!(compiled, folder);
}

#[test]
fn the_folder_loads_as_the_compiled_list_does_on_any_day() {
    for today in [TODAY, date(2028, 2, 29), date(2025, 12, 31), date(2019, 1, 31), date(2040, 6, 1)] {
        let folder = load(&repository().join("card-profiles"), today).unwrap();
        let compiled = built_in(today).unwrap();
        assert!(folder.len() >= 24);
        assert_eq!(format!("{folder:?}"), format!("{compiled:?}"), "{today}");
    }
}

#[test]
fn an_ordinary_adult_comes_first_and_the_first_row_has_one_insurance_each() {
    let people = everybody();
    let first = &people[0];
    assert_eq!((first.id.as_str(), first.subsidies.len()), ("taro", 0));
    assert!(first.birthdate < date(2000, 1, 1));
    for person in &people[..9] {
        assert_eq!(person.qualifications.len(), 1, "{}", person.id);
    }
}

#[test]
fn every_value_of_the_tables_is_used_by_somebody() {
    let people = everybody();
    let qualifications = || people.iter().flat_map(|person| &person.qualifications);
    let limit = |q: &Qualification| q.limit.as_ref().map(|limit| limit.classification_flag.clone());
    let used: [(&str, BTreeSet<String>); 3] = [
        ("OQSCD008", qualifications().filter_map(|q| q.reason_of_loss.clone()).collect()),
        ("OQSCD010", qualifications().map(|q| q.insured_card_classification.clone()).collect()),
        ("OQSCD012", qualifications().filter_map(limit).collect()),
    ];
    for (table, used) in used {
        let all: BTreeSet<_> = code::table(table).unwrap().rows().iter().map(|row| row.value.clone()).collect();
        assert_eq!(used, all, "{table}");
    }
}

/// Today's state of one qualification, as far as data alone tell it.
fn is_valid(q: &Qualification) -> bool {
    q.lost_on.is_none_or(|lost| TODAY < lost) && q.valid_until.is_none_or(|last| TODAY <= last)
}

/// What insurer, symbol, number and birth date say of a person: all that a query without branch number knows.
fn query(person: &Person, q: &Qualification) -> Option<(String, Option<String>, Option<String>, Date)> {
    let insurer = crate::number::InsurerNumber::new(q.insurer_number.as_ref()?);
    Some((insurer.canonical().to_owned(), q.symbol.clone(), q.number.clone(), person.birthdate))
}

#[test]
fn every_validity_can_be_had_from_somebody() {
    let people = everybody();
    let mut had = BTreeSet::new();
    let mut asked = BTreeMap::new();
    for person in &people {
        if person.qualifications.is_empty() {
            had.insert("4");
        }
        for q in &person.qualifications {
            let assistance = q.insured_card_classification == "A1";
            had.insert(match (is_valid(q), person.qualifications.iter().any(is_valid)) {
                (true, _) if assistance && q.medical_tickets.is_empty() => "6",
                (true, _) => "1",
                (false, true) => "3",
                (false, false) => "2",
            });
            if let Some(data) = query(person, q) {
                asked.entry(data).or_insert_with(BTreeSet::new).insert(&person.id);
            }
        }
    }
    let several: Vec<_> = asked.values().filter(|ids| ids.len() > 1).collect();
    assert_eq!(several.len(), 1, "only the twins are mixed up: {several:?}");
    had.insert("5");
    let all: BTreeSet<_> = code::table("OQSCD006").unwrap().rows().iter().map(|row| row.value.as_str()).collect();
    assert_eq!(had, all);
}

#[test]
fn the_branch_number_tells_the_twins_apart() {
    let (elder, younger) = (person("futago-ichi"), person("futago-ni"));
    assert_eq!(query(&elder, &elder.qualifications[0]), query(&younger, &younger.qualifications[0]));
    assert_ne!(elder.qualifications[0].branch, younger.qualifications[0].branch);
}

#[test]
fn every_number_and_code_is_right_except_those_marked() {
    let findings = everybody().findings();
    let surprises: Vec<_> = findings.iter().filter(|finding| !finding.intended).map(ToString::to_string).collect();
    assert_eq!(surprises, [""; 0]);
    let marked: BTreeSet<_> =
        findings.iter().map(|finding| (finding.person.as_str(), finding.value.as_str())).collect();
    assert_eq!(marked, BTreeSet::from([("ikusei", "87654321"), ("ikusei", "0000002")]));
}

#[test]
fn serial_numbers_of_cards_and_numbers_of_people_are_unique() {
    let people = everybody();
    let serials: BTreeSet<_> = people.iter().map(|person| person.card.serial.clone()).collect();
    assert_eq!(serials.len(), people.len());
    assert!(serials.iter().all(|serial| matches!(serial.len(), 3..=5) && serial[0] < 0x80 && serial != &[0]));
    let my_numbers: BTreeSet<_> = people.iter().map(|person| person.my_number.clone().unwrap()).collect();
    assert_eq!(my_numbers.len(), people.len());
    let names: BTreeSet<_> = people.iter().map(|person| &person.name).collect();
    assert_eq!(names.len(), people.len());
}

#[test]
fn everybody_says_what_they_show_in_both_languages() {
    for person in &everybody() {
        let (ja, en) = &person.shows;
        assert!(!ja.is_ascii(), "{}: {ja}", person.id);
        assert!(en.starts_with(|c: char| c.is_ascii_alphabetic()), "{}: {en}", person.id);
    }
}

#[test]
fn nobody_expires_by_themselves() {
    for today in [TODAY, date(2027, 3, 31), date(2030, 8, 1), date(2036, 2, 29)] {
        let people = built_in(today).unwrap();
        for person in &people {
            let expected = !matches!(person.id.as_str(), "kigen" | "yuuyo" | "sedai1");
            assert_eq!(person.card.valid_until >= today, expected, "{} on {today}", person.id);
            assert!(person.card.valid_from <= person.card.valid_until, "{} on {today}", person.id);
            for subsidy in &person.subsidies {
                let last = &subsidy.certificate.valid_to;
                assert_eq!(*last >= today.strftime("%Y%m%d").to_string(), person.id != "kigengire", "{}", person.id);
            }
            for q in person.qualifications.iter().filter(|q| q.lost_on.is_none()) {
                assert!(q.valid_until.is_none_or(|last| today <= last), "{} on {today}", person.id);
            }
        }
    }
}

#[test]
fn cards_and_habits_of_the_field_are_all_there() {
    let people = everybody();
    let kinds: Vec<CardKind> = people.iter().map(|person| person.card.kind).collect();
    for kind in [CardKind::FaceOnly, CardKind::Android, CardKind::Iphone, CardKind::JukiCard, CardKind::Foreign] {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
    let generations: BTreeSet<Generation> = people.iter().map(|person| person.card.generation).collect();
    assert_eq!(generations, BTreeSet::from(Generation::ALL));
    let without: BTreeSet<&str> =
        people.iter().filter(|person| !person.card.has_signature).map(|person| person.id.as_str()).collect();
    let children = ["futago-ichi", "futago-ni", "ikusei", "kodomo", "kyoyu-ko"];
    assert_eq!(without, BTreeSet::from(["juki", "kao", "teiki"]).union(&children.into()).copied().collect());
    assert!(person("kao").card.pin_locked && person("lock").card.pin_locked);
    assert!(person("shikkou").card.revocation.is_some());
    assert!(!person("shinki").card.registered && person("shinki").habits.register);
    assert!(!person("mitouroku").card.registered && !person("mitouroku").habits.register);
    assert_eq!(person("kyohi").habits.consents, ConsentPlan::None);
    assert!(!person("kyohi").habits.subsidy);
    assert_eq!(person("mask").habits.identify, Identify::Face(FaceResult::Unreadable));
    assert!(matches!(person("android").habits.identify, Identify::Pin(_)));
    let until = |id: &str| person(id).card.valid_until;
    assert_eq!(
        [until("kigen"), until("yuuyo"), until("koushin")],
        [date(2026, 7, 21), date(2026, 10, 21), date(2027, 1, 21)]
    );
}

#[test]
fn the_certificate_of_the_api_document_is_there_item_by_item() {
    let certificate = person("ikusei").subsidies[0].certificate.clone();
    let items: Vec<(&str, Option<&str>)> =
        certificate.face_items.iter().map(|item| (item.name.as_str(), item.value.as_deref())).collect();
    let period = Some("令和5年8月1日から令和6年7月31日まで");
    assert_eq!(
        items,
        [
            ("受給者証名称", Some("自立支援医療受給者証（育成医療）")),
            ("公費負担者番号", Some("87654321")),
            ("自立支援医療受給者番号", Some("0000002")),
            ("受診者", None),
            ("保護者", None),
            ("指定医療機関名", None),
            ("自己負担上限額", None),
            ("有効期間", period),
            ("交付年月日", period),
            ("公費負担の対象となる障害", Some("肢体不自由")),
            ("医療の具体的方針", Some("装具療法継続し、外来で経過観察中である。")),
            ("特定疾病療養受給証", Some("無")),
        ]
    );
    assert_eq!(certificate.limits[0].kind, "0", "育成医療 always uses the common limit");
}

#[test]
fn reference_numbers_are_equal_to_the_clinics_other_missing_and_shared() {
    let people = everybody();
    let mut holders: BTreeMap<&str, usize> = BTreeMap::new();
    for number in people.iter().filter_map(|person| person.reference_number.as_deref()) {
        *holders.entry(number).or_default() += 1;
    }
    assert_eq!(holders, BTreeMap::from([("0000123", 1), ("0000777", 2), ("K-2024-0042", 1)]));
}
