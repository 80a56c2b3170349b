//! Who is made of a query, and who is not.

use std::collections::BTreeSet;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::code;
use crate::people::People;
use crate::people::write::toml_text;
use crate::people::{built_in, read_toml};

const TODAY: Date = date(2026, 11, 21);
const SEED: Seed = Seed(7);

fn asked(insurer: &str, number: &str, branch: Option<&str>, birthdate: &str) -> Asked {
    Asked {
        insurer_number: insurer.into(),
        symbol: Some("１２".into()),
        number: number.into(),
        branch: branch.map(str::to_owned),
        birthdate: birthdate.into(),
    }
}

fn made(insurer: &str, branch: Option<&str>, birthdate: &str) -> Profile {
    asked(insurer, "3045", branch, birthdate).adopt(SEED, TODAY).unwrap().1
}

#[test]
fn the_same_question_gives_the_same_person_however_it_is_padded_and_another_seed_another_one() {
    let plain = asked("139998", "3045", Some("1"), "19850412").adopt(SEED, TODAY).unwrap();
    let padded = asked("  139998", "００3045", Some("01"), "19850412").adopt(SEED, TODAY).unwrap();
    assert_eq!((&plain.0, &plain.1.name, &plain.1.sex), (&padded.0, &padded.1.name, &padded.1.sex));
    assert_ne!(plain.0, asked("139998", "3045", Some("1"), "19850412").id(Seed(8)));
    for other in [
        asked("139998", "3046", Some("1"), "19850412"),
        asked("139998", "3045", Some("2"), "19850412"),
        asked("139998", "3045", Some("1"), "19850413"),
        asked("139998", "3045", None, "19850412"),
    ] {
        assert_ne!(plain.0, other.id(SEED), "{other:?}");
    }
}

#[test]
fn a_family_shares_surname_address_and_the_name_of_the_insured_person() {
    let (head, child) = (made("06139992", Some("00"), "19850412"), made("06139992", Some("02"), "20150412"));
    let surname = |profile: &Profile| profile.name.split('　').next().unwrap().to_owned();
    assert_eq!((surname(&head), &head.address), (surname(&child), &child.address));
    assert_eq!(child.qualifications[0].insured_name.as_ref(), Some(&head.name));
    assert_eq!(head.qualifications[0].insured_name, None);
    let role = |profile: &Profile| profile.qualifications[0].personal_family.clone().unwrap();
    assert_eq!((role(&head), role(&child)), ("1".into(), "2".into()));
    assert_eq!(role(&made("06139992", None, "20150412")), "2", "a child without a branch number is family");
    assert_eq!(role(&made("06139992", None, "19850412")), "1", "an adult without one is insured");
}

#[test]
fn the_insurer_is_called_by_its_number_and_decides_the_card() {
    let table = [
        ("01139997", "全国健康保険協会　架空支部", None),
        ("06139992", "架空健康保険組合", None),
        ("07139991", "架空駐屯地", Some("07")),
        ("139998", "架空県見本市", None),
        ("00139998", "架空県見本市", None),
        ("133033", "架空国民健康保険組合", None),
        ("39139993", "架空県後期高齢者医療広域連合", None),
        ("67139996", "架空県見本市（退職）", Some("02")),
        ("12139994", "架空県見本市福祉事務所", Some("A1")),
        ("99999999", "架空保険者", None),
    ];
    for (number, name, card) in table {
        assert_eq!((insurer_name(number).as_str(), insurer_kind(number).card()), (name, card), "{number}");
    }
    for law in &crate::number::law::INSURERS {
        assert_ne!(insurer_name(&format!("{:02}139990", law.number)), "架空保険者", "{}", law.name);
    }
}

#[test]
fn shipped_people_and_adopted_ones_of_one_insurer_agree_about_its_name() {
    let people = built_in(TODAY).unwrap();
    let taro = &people.get("taro").unwrap().qualifications[0];
    assert_eq!(insurer_name(taro.insurer_number.as_deref().unwrap()), taro.insurer_name);
}

#[test]
fn age_gives_the_certificates_of_the_elderly() {
    let elderly = made("139998", Some("01"), "19540412");
    assert_eq!(elderly.qualifications[0].elderly.as_ref().unwrap().contribution_ratio.as_deref(), Some("020"));
    assert_eq!(made("139998", Some("01"), "19850412").qualifications[0].elderly, None);
    let late = &made("39139993", None, "19410208").qualifications[0];
    assert_eq!((late.contribution_ratio.as_deref(), late.personal_family.as_deref()), (Some("010"), None));
    assert_eq!(late.qualified_on, Some(Day::from(date(2016, 2, 8))), "the 75th birthday");
    assert_eq!(made("12139994", None, "19590820").qualifications[0].medical_tickets.len(), 1);
}

#[test]
fn what_names_no_possible_person_is_not_adopted() {
    let refused = |insurer: &str, number: &str, birthdate: &str| {
        asked(insurer, number, None, birthdate).adopt(SEED, TODAY).unwrap_err()
    };
    assert_eq!(refused("", "1", "19850412"), NotAdoptable::Numbers);
    assert_eq!(refused("06139992", " ", "19850412"), NotAdoptable::Numbers);
    for birthdate in ["", "1985-04-12", "19850231", "20261122", "18500101"] {
        assert_eq!(refused("06139992", "1", birthdate), NotAdoptable::Birthdate, "{birthdate}");
    }
    assert!(asked("06139992", "1", None, "20261121").adopt(SEED, TODAY).is_ok(), "born today");
}

#[test]
fn a_number_that_breaks_its_rule_is_kept_and_said_to_be_meant() {
    let profile = made("06139993", None, "19850412");
    assert_eq!(profile.qualifications[0].insurer_number.as_deref(), Some("06139993"));
    let findings = profile.findings("p");
    assert!(!findings.is_empty() && findings.iter().all(|finding| finding.intended), "{findings:?}");
}

#[test]
fn every_surname_is_one_that_says_it_is_made_up_and_stands_once() {
    let names: BTreeSet<&str> = SURNAMES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["架空", "見本", "試験", "例示", "模擬", "想定", "仮名", "採用"].into());
}

proptest! {
    #[test]
    fn every_adopted_person_is_one_that_the_format_and_the_code_tables_know(
        insurer in prop_oneof!["[0-9]{8}", "[0-9]{6}", ".{1,10}"],
        symbol in proptest::option::of(".{0,10}"),
        number in ".{1,10}",
        branch in proptest::option::of("[0-9]{0,2}"),
        (year, month, day) in (1900i16..2027, 1i8..13, 1i8..29),
        seed in any::<u64>(),
    ) {
        let birthdate = format!("{year:04}{month:02}{day:02}");
        let asked = Asked { insurer_number: insurer, symbol, number, branch, birthdate };
        if let Ok((id, profile)) = asked.adopt(Seed(seed), TODAY) {
            prop_assert!(profile.findings(&id).iter().all(|finding| finding.intended));
            let people = People::settle([(id.clone(), profile.clone())], TODAY).unwrap();
            let person = people.get(&id).unwrap();
            prop_assert!(person.adopted && person.qualifications.len() == 1);
            prop_assert!(person.qualifications[0].qualified_on.unwrap() <= TODAY);
            prop_assert!(code::label("OQSCD010", &person.qualifications[0].insured_card_classification).is_some());
            prop_assert!(person.name_kana.as_ref().unwrap().chars().all(|c| c == ' ' || ('ｦ'..='ﾟ').contains(&c)));
            prop_assert_eq!(read_toml("p", &toml_text(&profile)).unwrap(), profile);
        }
    }
}
