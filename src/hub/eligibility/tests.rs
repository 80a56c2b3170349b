//! The rules of eligibility that need no certificate: day and qualification, insurance data, the key, the record.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::insured::Insured;
use super::key::qualification_confirmation_key;
use super::matching::{Numbers, matches};
use super::record::{Agreed, Circumstances, Consented, Tickets, record};
use super::validity::{ByCard, Held, Validity, by_card, by_insurance};
use crate::card::serial::SerialNumber;
use crate::message::medication::History;
use crate::message::qualification::{MedicalTicketInfo, SearchInfo};
use crate::people::{Elderly, Limit, Qualification};
use crate::secret::LinkingNumber;

const TODAY: Date = date(2026, 11, 21);
const HERE: &str = "1319919997";

fn insurance() -> Qualification {
    Qualification {
        insured_card_classification: "01".into(),
        insurer_number: Some("06139999".into()),
        insurer_name: "試験健康保険組合".into(),
        symbol: Some("１２３".into()),
        number: Some("0045".into()),
        branch: Some("01".into()),
        qualified_on: Some(date(2020, 4, 1)),
        ..Qualification::default()
    }
}

fn assistance(institution: Option<&str>) -> Qualification {
    Qualification {
        insured_card_classification: "A1".into(),
        insurer_number: Some("12139999".into()),
        number: Some("1234567".into()),
        insurer_name: "試験市福祉事務所".into(),
        qualified_on: Some(date(2025, 4, 1)),
        medical_tickets: vec![MedicalTicketInfo {
            medical_ticket_valid_date: Some("20261101".into()),
            medical_ticket_expiration_date: Some("20261130".into()),
            designated_medical_institution_code: institution.map(str::to_owned),
            ..MedicalTicketInfo::default()
        }],
        ..Qualification::default()
    }
}

fn lost(qualification: Qualification, on: Date) -> Qualification {
    Qualification { lost_on: Some(on), reason_of_loss: Some("03".into()), ..qualification }
}

fn insured(qualifications: Vec<Qualification>) -> Insured {
    Insured {
        id: "shinryo".into(),
        name: "診療　太郎".into(),
        name_kana: Some("ｼﾝﾘｮｳ ﾀﾛｳ".into()),
        name_of_other: None,
        name_of_other_kana: None,
        sex: "1".into(),
        sex_on_card: None,
        birthdate: date(1980, 5, 5),
        address: Some("東京都千代田区霞が関１－２－２".into()),
        post_number: Some("100-8916".into()),
        linking_number: LinkingNumber::new("7c31"),
        serial: Some(SerialNumber::from_integer(&[1, 2, 3])),
        physical_card: true,
        registered: true,
        information_withheld: false,
        reference_number: Some("0001234".into()),
        qualifications,
        home_consents: Vec::new(),
        medications: History::default(),
        checkups: Vec::new(),
    }
}

fn at_the_counter() -> ByCard<'static> {
    ByCard { day: TODAY, institution: HERE, medical_assistance: true }
}

fn summary<'a>(held: &'a Held<'_>) -> (Validity, Vec<&'a str>) {
    (held.validity, held.qualifications.iter().map(|q| q.insured_card_classification.as_str()).collect())
}

#[test]
fn a_card_gets_the_current_insurance_and_the_medical_assistance_beside_it() {
    let both = insured(vec![assistance(None), insurance()]);
    assert_eq!(summary(&by_card(&both, at_the_counter())), (Validity::Valid, vec!["01", "A1"]));
    let off = ByCard { medical_assistance: false, ..at_the_counter() };
    assert_eq!(summary(&by_card(&both, off)), (Validity::Valid, vec!["01"]), "the switch hides A1");
}

#[test]
fn medical_assistance_without_a_ticket_for_this_institution_is_valid_unregistered() {
    for (institution, validity) in
        [(None, Validity::Valid), (Some(HERE), Validity::Valid), (Some("1319920011"), Validity::ValidUnregistered)]
    {
        let person = insured(vec![assistance(institution)]);
        assert_eq!(by_card(&person, at_the_counter()).validity, validity, "{institution:?}");
    }
    let december = ByCard { day: date(2026, 12, 1), ..at_the_counter() };
    let person = insured(vec![assistance(None)]);
    assert_eq!(by_card(&person, december).validity, Validity::ValidUnregistered, "the ticket was November's");
}

#[test]
fn a_pharmacy_sees_dispensing_tickets_and_everybody_else_medical_tickets() {
    let ticket = |kind: &str| MedicalTicketInfo { ticket_type: Some(kind.into()), ..MedicalTicketInfo::default() };
    let held = Qualification { medical_tickets: vec![ticket("01"), ticket("02")], ..assistance(None) };
    for (institution, kind) in [(HERE, "01"), ("1349949980", "02")] {
        let circumstances = Circumstances { institution, ..circumstances(Agreed::default()) };
        let seen = record(&insured(vec![]), &held, &circumstances).medical_tickets;
        let kinds: Vec<_> = seen.iter().filter_map(|ticket| ticket.ticket_type.as_deref()).collect();
        assert_eq!(kinds, [kind], "{institution}");
    }
    let dispensing_only = Qualification { medical_tickets: vec![ticket("02")], ..assistance(None) };
    assert_eq!(by_card(&insured(vec![dispensing_only]), at_the_counter()).validity, Validity::ValidUnregistered);
}

#[test]
fn medical_assistance_alone_with_the_switch_off_is_no_qualification() {
    let off = ByCard { medical_assistance: false, ..at_the_counter() };
    assert_eq!(summary(&by_card(&insured(vec![assistance(None)]), off)), (Validity::NoQualification, vec![]));
}

#[test]
fn a_qualification_is_lost_on_the_day_it_is_registered_as_lost_and_held_on_the_day_before() {
    let person = insured(vec![lost(insurance(), TODAY)]);
    let on = |day| by_card(&person, ByCard { day, ..at_the_counter() }).validity;
    assert_eq!(on(TODAY), Validity::Invalid);
    assert_eq!(on(date(2026, 11, 20)), Validity::Valid);
    assert_eq!(on(date(2020, 3, 31)), Validity::NoQualification, "not gained yet");
}

#[test]
fn a_card_whose_old_insurance_was_lost_gets_the_new_one() {
    let new = Qualification { insurer_number: Some("01139999".into()), qualified_on: Some(TODAY), ..insurance() };
    let person = insured(vec![new, lost(insurance(), TODAY)]);
    let held = by_card(&person, at_the_counter());
    assert_eq!(held.validity, Validity::Valid);
    assert_eq!(held.qualifications[0].insurer_number.as_deref(), Some("01139999"));
}

fn search() -> SearchInfo {
    SearchInfo {
        insurer_number: "06139999".into(),
        insured_card_symbol: Some("123".into()),
        insured_identification_number: "45".into(),
        insured_branch_number: None,
        birthdate: "19800505".into(),
        limit_application_certificate_related_cons_flg: "1".into(),
        arbitrary_identifier: None,
    }
}

fn finds(person: &Insured, search: &SearchInfo) -> bool {
    !matches(person, search, &Numbers::wanted(search), date(1980, 5, 5)).is_empty()
}

#[test]
fn padding_by_blanks_or_zeros_is_equal_and_symbols_are_folded() {
    let person = insured(vec![insurance()]);
    for (insurer, symbol, number) in
        [("06139999", "123", "45"), (" 6139999", "１２３", "0045"), ("6139999", " 0123 ", "０００４５")]
    {
        let search = SearchInfo {
            insurer_number: insurer.into(),
            insured_card_symbol: Some(symbol.into()),
            insured_identification_number: number.into(),
            ..search()
        };
        assert!(finds(&person, &search), "{insurer} {symbol} {number}");
    }
    let national = Qualification { insurer_number: Some("  138057".into()), symbol: None, ..insurance() };
    let zeros = SearchInfo { insurer_number: "00138057".into(), insured_card_symbol: None, ..search() };
    assert!(finds(&insured(vec![national]), &zeros), "blanks here, zeros there");
}

#[test]
fn the_branch_counts_only_when_it_was_sent_and_everything_else_always() {
    let person = insured(vec![insurance()]);
    let branch = |branch: &str| SearchInfo { insured_branch_number: Some(branch.into()), ..search() };
    assert!(finds(&person, &branch("")), "an empty element is not sent");
    assert!(finds(&person, &branch("01")));
    assert!(finds(&person, &branch("1")));
    assert!(!finds(&person, &branch("02")));
    assert!(!finds(&person, &SearchInfo { insured_card_symbol: Some("124".into()), ..search() }));
    assert!(!finds(&person, &SearchInfo { insured_card_symbol: None, ..search() }));
    assert!(!finds(&person, &SearchInfo { insured_identification_number: "450".into(), ..search() }));
    assert!(
        matches(&person, &search(), &Numbers::wanted(&search()), date(1980, 5, 6)).is_empty(),
        "another birth date"
    );
}

#[test]
fn old_insurance_data_of_a_person_with_a_new_insurance_are_superseded_and_show_the_old_record() {
    let new = Qualification { insurer_number: Some("01139999".into()), qualified_on: Some(TODAY), ..insurance() };
    let person = insured(vec![new, lost(insurance(), TODAY)]);
    let found = matches(&person, &search(), &Numbers::wanted(&search()), date(1980, 5, 5));
    let today = by_insurance(&person, &found, TODAY, HERE);
    assert_eq!(today.validity, Validity::Superseded);
    assert_eq!(today.qualifications[0].lost_on, Some(TODAY));
    let before = by_insurance(&person, &found, date(2026, 11, 20), HERE);
    assert_eq!(before.validity, Validity::Valid, "資格確認日 decides");
    assert_eq!(by_insurance(&person, &found, date(2019, 1, 1), HERE).validity, Validity::NoQualification);
}

fn full() -> Qualification {
    Qualification {
        limit: Some(Limit {
            classification: "01".into(),
            classification_flag: "A03".into(),
            valid_from: Some(date(2026, 8, 1)),
            valid_until: Some(date(2027, 7, 31)),
            ..Limit::default()
        }),
        elderly: Some(Elderly { contribution_ratio: Some("020".into()), ..Elderly::default() }),
        ..insurance()
    }
}

fn circumstances(agreed: Agreed) -> Circumstances<'static> {
    let time = TODAY.at(9, 30, 0, 0);
    Circumstances {
        time,
        consented: Consented::now(time),
        day: TODAY,
        institution: HERE,
        agreed,
        reference_number: None,
        with_key: true,
        tickets: Tickets::OfTheDay,
        tells_limit_change: false,
    }
}

#[test]
fn the_six_digits_of_a_municipality_have_eight_characters_in_a_record_and_other_spellings_stay() {
    for (registered, written) in
        [("138057", "  138057"), ("  138057", "  138057"), ("00138057", "00138057"), ("06139992", "06139992")]
    {
        let held = Qualification { insurer_number: Some(registered.into()), ..full() };
        let record = record(&insured(vec![]), &held, &circumstances(Agreed::default()));
        assert_eq!(record.insurer_number.as_deref(), Some(written));
    }
}

#[test]
fn a_consent_that_has_ended_is_a_2_with_its_times_and_gives_nothing() {
    let agreed = Agreed {
        specific_disease: Some(true),
        operation: Some(true),
        health_checkup: Some(false),
        ..Agreed::default()
    };
    let given = TODAY.at(9, 30, 0, 0).saturating_sub(jiff::Span::new().days(3));
    let until = given.saturating_add(jiff::Span::new().days(1));
    let circumstances = Circumstances { consented: Consented { given, until }, ..circumstances(agreed) };
    let record = record(&insured(vec![]), &full(), &circumstances);
    let operation = record.operation_info.unwrap();
    assert_eq!((operation.flg.as_str(), operation.time.as_deref()), ("2", Some("20261118093000")));
    assert_eq!(operation.available.as_deref(), Some("20261119093000"));
    assert_eq!(record.specific_health_checkups_info.unwrap().flg, "0", "what was refused has not ended");
    assert_eq!(record.specific_diseases_certificate_related_cons_flg.as_deref(), Some("2"));
    assert_eq!(record.specific_diseases_certificates, []);
}

#[test]
fn a_refused_consent_is_its_flag_alone_and_a_given_one_lasts_24_hours() {
    let agreed = Agreed { limit: Some(false), operation: Some(true), health_checkup: Some(false), ..Agreed::default() };
    let record = record(&insured(vec![]), &full(), &circumstances(agreed));
    assert_eq!(record.limit_application_certificate_related_cons_flg.as_deref(), Some("0"));
    assert_eq!(record.limit_application_certificate_related_cons_time, None);
    assert_eq!(record.limit_application_certificate_related_info, None);
    let refused = record.specific_health_checkups_info.unwrap();
    assert_eq!((refused.flg.as_str(), refused.time, refused.available), ("0", None, None));
    let given = record.operation_info.unwrap();
    assert_eq!(given.time.as_deref(), Some("20261121093000"));
    assert_eq!(given.available.as_deref(), Some("20261122093000"));
    assert_eq!(record.pharmacists_info, None, "not part of this answer");
    assert_eq!(record.specific_diseases_certificate_related_cons_flg, None);
}

#[test]
fn the_limit_certificate_shows_while_it_is_valid_only() {
    let limit = |day| {
        let agreed = Agreed { limit: Some(true), ..Agreed::default() };
        let record = record(&insured(vec![]), &full(), &Circumstances { day, ..circumstances(agreed) });
        (record.limit_application_certificate_related_cons_flg, record.limit_application_certificate_related_info)
    };
    let (flag, info) = limit(TODAY);
    assert_eq!(flag.as_deref(), Some("1"));
    assert_eq!(info.unwrap().limit_application_certificate_classification_flag.as_deref(), Some("A03"));
    let (flag, info) = limit(date(2027, 8, 1));
    assert_eq!((flag.as_deref(), info), (Some("1"), None));
}

#[test]
fn a_child_is_preschool_until_the_march_after_it_reaches_six() {
    let preschool = |born: Date, day: Date| {
        let child = Insured { birthdate: born, ..insured(vec![]) };
        let circumstances = Circumstances { day, ..circumstances(Agreed::default()) };
        record(&child, &insurance(), &circumstances).preschool_classification.is_some()
    };
    assert!(preschool(date(2020, 4, 2), date(2027, 3, 31)));
    assert!(!preschool(date(2020, 4, 2), date(2027, 4, 1)));
    assert!(preschool(date(2020, 4, 1), date(2026, 3, 31)), "born on 1 April, reaches six on 31 March");
    assert!(!preschool(date(2020, 4, 1), date(2026, 4, 1)));
}

/// Changes one thing that the 資格確認キー covers.
type Change = fn(&mut Insured, &mut Qualification);

const COVERED: [(&str, Change); 14] = [
    ("氏名", |p, _| p.name.push('郎')),
    ("氏名カナ", |p, _| p.name_kana = None),
    ("住所", |p, _| p.address = Some("●".into())),
    ("生年月日", |p, _| p.birthdate = date(1980, 5, 6)),
    ("性別", |p, _| p.sex = "2".into()),
    ("保険者番号", |_, q| q.insurer_number = Some("01139999".into())),
    ("記号", |_, q| q.symbol = None),
    ("番号", |_, q| q.number = Some("0046".into())),
    ("枝番", |_, q| q.branch = Some("02".into())),
    ("資格喪失", |_, q| q.lost_on = Some(TODAY)),
    ("負担割合", |_, q| q.contribution_ratio = Some("030".into())),
    ("適用区分", |_, q| q.limit.as_mut().unwrap().classification_flag = "A04".into()),
    ("限度額 失効", |_, q| q.limit = None),
    ("高齢受給者証", |_, q| q.elderly.as_mut().unwrap().contribution_ratio = Some("030".into())),
];

#[test]
fn the_key_changes_with_everything_it_covers() {
    let before = qualification_confirmation_key(&insured(vec![]), &full(), TODAY);
    assert_eq!(before.len(), 64);
    for (what, change) in COVERED {
        let (mut person, mut held) = (insured(vec![]), full());
        change(&mut person, &mut held);
        assert_ne!(qualification_confirmation_key(&person, &held, TODAY), before, "{what}");
    }
}

proptest! {
    #[test]
    fn the_key_does_not_depend_on_consents_times_reference_number_or_card(
        consents in any::<[Option<bool>; 5]>(),
        emr_sharing in any::<bool>(),
        minutes in 0i64..1440,
        days in 0i64..200,
        reference in proptest::option::of("[0-9]{1,10}"),
        serial in any::<[u8; 4]>(),
        elsewhere in any::<bool>(),
    ) {
        let [limit, specific_disease, health_checkup, diagnosis_and_pharmacists, operation] = consents;
        let agreed = Agreed { limit, specific_disease, health_checkup, diagnosis_and_pharmacists, operation, emr_sharing };
        let day = TODAY.checked_add(jiff::Span::new().days(days)).unwrap();
        let time = day.at(0, 0, 0, 0).checked_add(jiff::Span::new().minutes(minutes)).unwrap();
        let institution = if elsewhere { "1349949980" } else { HERE };
        let person = Insured { reference_number: reference, serial: Some(SerialNumber::from_integer(&serial)), ..insured(vec![]) };
        let record = record(&person, &full(), &Circumstances { time, consented: Consented::now(time), day, institution, ..circumstances(agreed) });
        prop_assert_eq!(
            record.qualification_confirmation_key,
            Some(qualification_confirmation_key(&insured(vec![]), &full(), TODAY))
        );
    }

    #[test]
    fn whatever_stands_registered_is_found_by_its_own_data(
        insurer in ".{0,12}", symbol in ".{0,12}", number in ".{0,12}", branch in ".{0,3}",
    ) {
        let person = insured(vec![Qualification {
            insurer_number: Some(insurer.clone()),
            symbol: Some(symbol.clone()),
            number: Some(number.clone()),
            branch: Some(branch.clone()),
            ..insurance()
        }]);
        let same = SearchInfo {
            insurer_number: insurer,
            insured_card_symbol: Some(symbol),
            insured_identification_number: number,
            insured_branch_number: Some(branch),
            ..search()
        };
        prop_assert!(finds(&person, &same));
    }
}
