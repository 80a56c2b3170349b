//! Tables as spreadsheets save them: what is read, what is refused, and that import undoes export.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::people::{Day, People, Profile, built_in, read_toml};
use crate::text::{Encoding, decode, encode};

const TODAY: Date = date(2026, 11, 21);

fn one(head: &str, row: &str) -> Result<Profile, Vec<CellMistake>> {
    read(format!("{head}\r\n{row}\r\n").as_bytes(), TODAY).map(|table| table.rows[0].profile.clone())
}

/// A person of the three required columns and one more.
fn with(column: &str, cell: &str) -> Result<Profile, Vec<CellMistake>> {
    one(&format!("氏名,性別,生年月日,{column}"), &format!("試験　一子,2,1985-04-12,{cell}"))
}

fn insurance(column: &str, cell: &str) -> crate::people::QualificationProfile {
    with(&format!("保険者名,{column}"), &format!("架空,{cell}")).unwrap().qualifications[0].clone()
}

fn refused(column: &str, cell: &str) -> CellMistake {
    let mistakes = with(column, cell).unwrap_err();
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
    mistakes[0].clone()
}

#[test]
fn every_shipped_person_is_the_same_after_export_and_import_in_every_form() {
    let people = built_in(TODAY).unwrap();
    let (utf8, cp932) = (TableEncoding::Utf8, TableEncoding::Cp932);
    let (comma, tab) = (Separator::Comma, Separator::Tab);
    for (encoding, separator) in [(utf8, comma), (utf8, tab), (cp932, comma), (cp932, tab)] {
        let form = Form { encoding, separator };
        let table = read(&write(&people, form), TODAY).unwrap();
        assert_eq!((table.form, table.rows.len()), (form, people.len()));
        for row in &table.rows {
            assert_eq!(Some(&row.profile), people.profile(&row.id), "{}", row.id);
        }
    }
}

#[test]
fn an_ordinary_person_needs_no_other_column() {
    let text = "name = \"試験　一子\"\nname_kana = \"ｼｹﾝ ｲﾁｺ\"\nsex = \"2\"\nbirthdate = \"-40y\"\n[card]\npin = \"0123\"\n\
                [[qualifications]]\ninsurer_number = \"06139992\"\ninsurer_name = \"架空健康保険組合\"\nbranch = \"00\"\n\
                limit = { classification = \"01\", classification_flag = \"A03\" }\n";
    let profile = read_toml("p", text).unwrap();
    let people = People::settle([("p".to_owned(), profile)], TODAY).unwrap();
    let bytes = write(&people, Form::default());
    assert!(bytes.starts_with(&[0xEF, 0xBB, 0xBF]), "Excel takes UTF-8 without a BOM for CP932");
    let text = String::from_utf8(bytes).unwrap();
    let row = text.lines().nth(1).unwrap();
    assert!(row.starts_with("p,試験　一子,ｼｹﾝ ｲﾁｺ,2,today-40y,,,,06139992,架空健康保険組合,,,00,"), "{row}");
    assert!(row.ends_with(",,") && text.ends_with("\r\n"), "その他 is empty: {row}");
}

#[test]
fn cp932_with_tabs_and_quoted_cells_is_read_and_cp932_is_written() {
    let text =
        "ID\t氏名\t性別\t生年月日\t住所\r\nichiko\t試験　一子\t女\tS60.4.12\t\"架空県\"\"見本\"\"市,一丁目\"\r\n";
    let table = read(&encode(text, Encoding::ShiftJis).bytes, TODAY).unwrap();
    assert_eq!(table.form, Form { encoding: TableEncoding::Cp932, separator: Separator::Tab });
    let profile = &table.rows[0].profile;
    assert_eq!((profile.name.as_str(), profile.sex.as_str()), ("試験　一子", "2"));
    assert_eq!(profile.address.as_deref(), Some("架空県\"見本\"市,一丁目"));
    assert_eq!(profile.birthdate, Day::from(date(1985, 4, 12)));
    let people = People::settle([(table.rows[0].id.clone(), profile.clone())], TODAY).unwrap();
    let again = write(&people, table.form);
    assert_eq!(read(&again, TODAY).unwrap().rows[0].profile, *profile);
    assert_eq!(read(&again, TODAY).unwrap().form, table.form);
}

#[test]
fn what_cp932_lacks_stands_in_the_last_column_and_comes_back() {
    let profile = read_toml("p", "name = \"試験　𠮷子\"\nsex = \"2\"\nbirthdate = \"-40y\"\n").unwrap();
    let people = People::settle([("kichi".to_owned(), profile.clone())], TODAY).unwrap();
    let bytes = write(&people, Form { encoding: TableEncoding::Cp932, separator: Separator::Comma });
    let text = decode(&bytes, Some(Encoding::ShiftJis)).unwrap().text.into_owned();
    assert!(text.contains("kichi,,,2,") && text.contains(r"\ud842\udfb7"), "{text}");
    assert_eq!(read(&bytes, TODAY).unwrap().rows[0].profile, profile);
}

#[test]
fn utf_16_as_excel_calls_unicode_text_is_read() {
    let text = "氏名\t性別\t生年月日\r\n試験　一子\t2\t1985/4/12\r\n";
    let little: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(read(&little, TODAY).unwrap().form.encoding, TableEncoding::Utf16);
    assert!(read(&little[..little.len() - 1], TODAY).is_err(), "half a character at the end");
}

#[test]
fn zeros_that_a_spreadsheet_dropped_are_put_back_and_full_width_digits_are_digits() {
    assert_eq!(insurance("保険者番号", "6139992").insurer_number.as_deref(), Some("06139992"));
    assert_eq!(insurance("保険者番号", "１３９９９８").insurer_number.as_deref(), Some("139998"));
    assert_eq!(insurance("保険者番号", "11007").insurer_number.as_deref(), Some("011007"));
    assert_eq!(insurance("枝番", "0").branch.as_deref(), Some("00"));
    assert_eq!(insurance("一部負担金割合", "10").contribution_ratio.as_deref(), Some("010"));
    assert_eq!(insurance("被保険者証区分", "1").insured_card_classification.as_deref(), Some("01"));
    assert_eq!(insurance("被保険者証区分", "医療扶助").insured_card_classification.as_deref(), Some("A1"));
    assert_eq!(insurance("記号", "　１２ ").symbol.as_deref(), Some("１２"), "a symbol keeps its width");
    assert_eq!(with("氏名カナ", "シケン　イチコ").unwrap().name_kana.as_deref(), Some("ｼｹﾝ ｲﾁｺ"));
}

#[test]
fn an_insurance_without_a_name_is_called_by_its_number() {
    let profile = with("保険者番号", "39139993").unwrap();
    assert_eq!(profile.qualifications[0].insurer_name, "架空県後期高齢者医療広域連合");
}

#[test]
fn dates_are_read_as_spreadsheets_and_people_write_them() {
    let read =
        |cell: &str| with("資格取得年月日,保険者名", &format!("{cell},架空")).unwrap().qualifications[0].qualified_on;
    for cell in [
        "2019-05-01",
        "2019/5/1",
        "2019/05/01",
        "20190501",
        "2019年5月1日",
        "R1.5.1",
        "令和元年5月1日",
        "２０１９／５／１",
    ] {
        assert_eq!(read(cell), Some(Day::from(date(2019, 5, 1))), "{cell}");
    }
    assert_eq!(read("today-40y+3d"), Some(Day::parse("-40y+3d").unwrap()));
    for cell in ["19/5/1", "2019/13/1", "5月1日", "昨日"] {
        let wrong = refused("交付年月日", cell);
        assert_eq!((wrong.letter.as_deref(), wrong.value.as_str()), (Some("D"), cell), "{wrong}");
    }
}

#[test]
fn a_mistake_names_row_column_rule_and_remedy_and_all_are_told_at_once() {
    let text = "氏名,性別,生年月日,保険者番号\n試験　一子,おんな,1985-04-12,06139992\n\n,2,1985/2/30,6.1E+06\n";
    let mistakes = read(text.as_bytes(), TODAY).unwrap_err();
    let told: Vec<_> =
        mistakes.iter().map(|m| (m.row, m.letter.as_deref().unwrap(), m.column.as_deref().unwrap())).collect();
    assert_eq!(told, [(2, "B", "性別"), (4, "C", "生年月日"), (4, "D", "保険者番号"), (4, "A", "氏名")]);
    assert_eq!(
        mistakes[0].to_string(),
        "2行 B列 性別「おんな」: OQSCD007 の値か名前を書いてください: 1 男、2 女、3 未設定 / row 2, column B: a value of OQSCD007 or its name: 1 male, 2 female, 3 not set"
    );
    assert!(mistakes[2].rule.ja.contains("文字列"), "{}", mistakes[2]);
}

#[test]
fn a_column_that_nobody_knows_is_refused_with_the_nearest_and_a_missing_one_is_named() {
    let mistakes = one("氏名,姓別,生年月日", "試験　一子,2,1985-04-12").unwrap_err();
    assert_eq!(mistakes.len(), 2, "{mistakes:?}");
    assert!(mistakes[0].rule.ja.contains("「性別」のことですか"), "{}", mistakes[0]);
    assert!(mistakes[1].rule.ja.contains("「性別」の列がありません"), "{}", mistakes[1]);
    assert!(one("氏名,性別,生年月日,生年月日", "a,1,1985-04-12,1985-04-12").is_err(), "the same column twice");
    assert!(one("name,sex,birthdate", "a,1,1985-04-12").is_ok(), "the keys of a profile are names too");
    assert!(one("氏名,性別,生年月日,", "a,1,1985-04-12,memo").is_ok(), "a column without a name is somebody's own");
    assert!(read(b"", TODAY).is_err() && read(b"\r\n\r\n", TODAY).is_err(), "an empty table");
}

#[test]
fn what_a_profile_refuses_is_told_at_its_cell() {
    let wrong = refused("暗証番号", "12345");
    assert_eq!((wrong.column.as_deref(), wrong.value.as_str()), (Some("暗証番号"), crate::secret::MASK));
    assert_eq!(refused("ID", "Taro Yamada").column.as_deref(), Some("ID"));
    assert_eq!(refused("その他", "{\"pinn\": 1}").column.as_deref(), Some("その他"));
    assert_eq!(refused("限度額認定証区分,保険者名", "01,架空").row, 2, "half a limit certificate");
    let long = with("住所", "架空県,さらに").unwrap_err();
    assert_eq!(long[0].letter.as_deref(), Some("E"), "a cell behind the last column");
}

#[test]
fn two_rows_of_one_person_are_refused_and_a_missing_id_is_the_same_each_time() {
    let text = "氏名,性別,生年月日\n試験　一子,2,1985-04-12\n試験　一子,2,1985-04-12\n";
    assert!(read(text.as_bytes(), TODAY).unwrap_err()[0].rule.ja.contains("2行と同じ人"));
    let id = |text: &str| read(text.as_bytes(), TODAY).unwrap().rows[0].id.clone();
    let first = id("氏名,性別,生年月日\n試験　一子,2,1985-04-12\n");
    assert_eq!(first, id("生年月日,性別,氏名\n1985/4/12,女,試験　一子\n"), "whatever the order of the columns");
    assert_ne!(first, id("氏名,性別,生年月日\n試験　一子,2,1985-04-13\n"));
}

#[test]
fn unusual_numbers_are_taken_and_remarked_upon_with_row_and_column() {
    let table = read("氏名,性別,生年月日,保険者番号\n試験　一子,2,1985-04-12,06139993\n".as_bytes(), TODAY).unwrap();
    let [remark] = table.remarks.as_slice() else { panic!("{:?}", table.remarks) };
    assert_eq!((remark.row, remark.column.as_deref()), (2, Some("保険者番号")));
    assert!(remark.words.ja.contains("06139993"), "{remark}");
}

#[test]
fn rows_are_counted_as_a_spreadsheet_counts_them() {
    let text = "氏名,性別,生年月日,住所\r\n\r\n試験　一子,2,1985-04-12,\"二行の\r\n住所\"\r\n,,,\r\n試験　二葉,x y,1985-04-12,\r\n";
    for text in [text.to_owned(), text.replace("\r\n", "\n"), text.replace("2,1985", "x y,1985")] {
        let mistakes = read(text.as_bytes(), TODAY).unwrap_err();
        let rows: Vec<u64> = mistakes.iter().map(|m| m.row).collect();
        assert_eq!(rows, if text.matches("x y").count() == 2 { vec![3, 5] } else { vec![5] });
    }
}

#[test]
fn a_cell_that_would_be_a_formula_stands_in_the_last_column() {
    let profile = read_toml("p", "name = \"=cmd\"\nsex = \"2\"\nbirthdate = \"1985-04-12\"\n").unwrap();
    let people = People::settle([("p".to_owned(), profile.clone())], TODAY).unwrap();
    let bytes = write(&people, Form::default());
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.lines().nth(1).unwrap().starts_with("p,,"), "{text}");
    assert_eq!(read(&bytes, TODAY).unwrap().rows[0].profile, profile);
}

#[test]
fn when_the_centre_was_told_and_the_certificates_of_a_qualification_have_columns_of_their_own() {
    let head = "氏名,性別,生年月日,保険者番号,資格取得年月日,資格取得登録年月日,資格喪失年月日,資格喪失登録年月日,\
                高齢受給者証一部負担金割合,高齢受給者証有効終了年月日,限度額認定証区分,限度額適用区分,限度額認定証有効開始年月日,\
                氏名（その他）,券面の性別,受給者証連携年月日,自己情報提供不可,証明書失効,証明書失効年月日";
    let row = "試験　一子,女,S60.4.12,06139992,2025/4/1,2025/4/15,2026/3/31,R8.5.1,20,2026/7/31,01,A03,2026/4/1,\
               TEST ICHIKO,男,today+1d,○,○,2026/6/1";
    let profile = one(head, row).unwrap();
    let day = |year, month, day| Some(Day::from(date(year, month, day)));
    let insurance = &profile.qualifications[0];
    assert_eq!((insurance.registered_on, insurance.loss_registered_on), (day(2025, 4, 15), day(2026, 5, 1)));
    let elderly = insurance.elderly.as_ref().unwrap();
    assert_eq!((elderly.contribution_ratio.as_deref(), elderly.valid_until), (Some("020"), day(2026, 7, 31)));
    assert_eq!(insurance.limit.as_ref().unwrap().valid_from, day(2026, 4, 1));
    assert_eq!((profile.name_of_other.as_deref(), profile.sex_on_card.as_deref()), (Some("TEST ICHIKO"), Some("1")));
    assert_eq!(profile.subsidies_linked_on, Some(Day::parse("+1d").unwrap()));
    assert_eq!((profile.information_withheld, profile.card.revoked_on), (true, day(2026, 6, 1)));
    let people = People::settle([("p".to_owned(), profile.clone())], TODAY).unwrap();
    let written = write(&people, Form::default());
    assert!(written.ends_with(b",\r\n"), "nothing is left for the last column");
    assert_eq!(read(&written, TODAY).unwrap().rows[0].profile, profile);

    for (column, cell) in
        [("資格喪失登録年月日", "きのう"), ("受給者証連携年月日", "2026/13/1"), ("自己情報提供不可", "?")]
    {
        let wrong = refused(column, cell);
        assert_eq!((wrong.row, wrong.letter.as_deref(), wrong.column.as_deref()), (2, Some("D"), Some(column)));
    }
}

#[test]
fn what_stands_directly_in_a_profile_or_its_insurance_has_a_column() {
    // Where somebody stands in a list belongs to the folder, not to the person.
    const LEFT: [&str; 1] = ["order"];
    let keys = |value: serde_json::Value, above: &str| -> Vec<String> {
        let table = value.as_object().unwrap().clone();
        table
            .into_iter()
            .filter(|(_, v)| !v.is_array() && !v.is_object())
            .map(|(key, _)| format!("{above}{key}"))
            .collect()
    };
    let profile = keys(serde_json::to_value(Profile::minimal()).unwrap(), "");
    let insurance =
        keys(serde_json::to_value(crate::people::QualificationProfile::minimal()).unwrap(), "qualifications.0.");
    assert!(profile.len() > 8 && insurance.len() > 15);
    for key in profile.iter().chain(&insurance).filter(|key| !LEFT.contains(&key.as_str())) {
        // 高齢受給者証 and 限度額 are tables that are not there.
        let has = |column: &Column| column.key == key || column.key.starts_with(&format!("{key}."));
        assert!(COLUMNS.iter().any(has), "{key}");
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![".{0,8}", "[0-9]{1,9}", "[ 　=+@-][あ-ん\",\t\r\n]{0,4}", Just("1E+5".to_owned()), "[ｱ-ﾝア-ン ]{1,6}"]
}

fn any_day() -> impl Strategy<Value = Day> {
    prop_oneof![
        (1900i16..2100, 1i8..13, 1i8..29).prop_map(|(y, m, d)| Day::from(date(y, m, d))),
        (0i32..150, 0i32..40).prop_map(|(y, d)| Day::parse(&format!("-{y}y+{d}d")).unwrap()),
        Just(Day::parse("@month-end").unwrap()),
    ]
}

prop_compose! {
    fn any_qualification()(
        texts in proptest::collection::vec(proptest::option::of(any_text()), 9),
        name in any_text(),
        days in proptest::collection::vec(proptest::option::of(any_day()), 7),
        elderly in proptest::option::of((proptest::option::of(any_text()), proptest::option::of(any_day()))),
        limit in proptest::option::of((any_text(), any_text(), proptest::option::of(any_day()))),
    ) -> serde_json::Value {
        let elderly = elderly.map(|(ratio, issued)| serde_json::json!({ "contribution_ratio": ratio, "issued_on": issued }));
        let mut limit = limit.map(|(classification, flag, from)| serde_json::json!({
            "classification": classification, "classification_flag": flag, "valid_from": from,
        }));
        serde_json::json!({
            "insurer_name": name, "insurer_number": texts[0], "symbol": texts[1], "number": texts[2], "branch": texts[3],
            "insured_card_classification": texts[4], "personal_family": texts[5], "insured_name": texts[6],
            "reason_of_loss": texts[7], "contribution_ratio": texts[8], "qualified_on": days[0], "lost_on": days[1],
            "issued_on": days[2], "valid_from": days[3], "valid_until": days[4], "registered_on": days[5],
            "loss_registered_on": days[6], "elderly": elderly, "limit": limit.take(),
        })
    }
}

prop_compose! {
    fn any_profile()(
        name in "[^ \t\r\n\u{b}\u{c}\u{85}　\u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}]{1,6}", sex in any_text(), birthdate in any_day(),
        texts in proptest::collection::vec(proptest::option::of(any_text()), 8),
        shows in (any_text(), any_text()),
        consents in proptest::option::of(prop_oneof![Just(serde_json::json!("all")), Just(serde_json::json!([]))]),
        order in proptest::option::of(any::<u32>()),
        (adopted, withheld, revoked) in any::<(bool, bool, bool)>(),
        (linked, certificate_until) in (proptest::option::of(any_day()), proptest::option::of(any_day())),
        registered in proptest::option::of(any::<bool>()),
        irregular in proptest::collection::vec(any_text(), 0..3),
        qualifications in proptest::collection::vec(any_qualification(), 0..3),
    ) -> Profile {
        let mut value = serde_json::json!({
            "name": name, "sex": sex, "birthdate": birthdate, "name_kana": texts[0], "address": texts[1],
            "post_number": texts[2], "reference_number": texts[3], "my_number": texts[4], "name_of_other": texts[5],
            "name_of_other_kana": texts[6], "sex_on_card": texts[7], "subsidies_linked_on": linked, "information_withheld": withheld,
            "shows": { "ja": shows.0, "en": shows.1 }, "order": order, "adopted": adopted, "irregular": irregular,
            "card": { "registered": registered, "revoked": revoked, "valid_until": certificate_until }, "habits": { "consents": consents }, "qualifications": qualifications,
        });
        if value["habits"]["consents"].is_null() {
            value["habits"] = serde_json::json!({});
        }
        serde_json::from_value(value).unwrap()
    }
}

proptest! {
    #[test]
    fn import_undoes_export_whatever_stands_in_a_profile(
        profiles in proptest::collection::vec(any_profile(), 1..4),
        (tab, utf8) in any::<(bool, bool)>(),
    ) {
        let ids = (0..).map(|n| format!("p{n}"));
        let people = People::settle(ids.zip(profiles), TODAY).unwrap();
        let separator = if tab { Separator::Tab } else { Separator::Comma };
        let encoding = if utf8 { TableEncoding::Utf8 } else { TableEncoding::Cp932 };
        let bytes = write(&people, Form { separator, encoding });
        let table = read(&bytes, TODAY).map_err(|mistakes| TestCaseError::fail(format!("{mistakes:?}")))?;
        prop_assert_eq!(table.rows.len(), people.len());
        for row in &table.rows {
            prop_assert_eq!(Some(&row.profile), people.profile(&row.id));
        }
    }

    #[test]
    fn whatever_bytes_come_are_a_table_or_mistakes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes, TODAY);
        let mut named = "氏名,性別,生年月日,その他\n".as_bytes().to_vec();
        named.extend(bytes);
        let _ = read(&named, TODAY);
    }
}
