//! Printed answers: every text comes back, pages are filled and not overrun, bytes are the same.

pub(crate) mod back;

use proptest::prelude::*;

use super::font::Font;
use super::wrap::{Line, wrap};
use super::*;

/// Characters that are hard for somebody on the way: folded, circled, squared, half-width, wide blanks, astral, without a glyph, look-alikes.
const HARD: &str = "〜～①㎎ﾃﾞﾊﾟｰｼｮﾝ●〓　全角 半角‖—−¥\\()髙﨑𠮷é\u{feff}㈱Ⅳ";

fn sheet(rows: Vec<Vec<String>>) -> Sheet {
    let columns = vec![Column::new("調剤年月日", 2), Column::new("医薬品名", 5), Column::amounts("数量", 1)];
    Sheet {
        title: "薬剤情報".to_owned(),
        subtitle: "作成日 令和６年１２月２日".to_owned(),
        header: vec![HeaderLine::new("氏名", "試験　花子"), HeaderLine::new("保険者番号", "06139992")],
        sections: vec![Section {
            heading: "調剤".to_owned(),
            table: Table { columns, rows },
            notes: vec!["注".to_owned()],
        }],
    }
}

fn rows(count: usize) -> Vec<Vec<String>> {
    (0..count).map(|n| vec![format!("2024/{n}"), format!("{HARD}{n}錠"), format!("{n}.5")]).collect()
}

/// One column and nothing else: what is printed, in order, is the cells.
fn one_column(cells: Vec<String>) -> Sheet {
    let table = Table { columns: vec![Column::default()], rows: cells.into_iter().map(|cell| vec![cell]).collect() };
    Sheet { sections: vec![Section { table, ..Section::default() }], ..Sheet::default() }
}

/// The text of a cell as a reader of the page has it: without line breaks, control characters as 〓.
fn printed(cell: &str) -> String {
    let paragraphs = cell.split('\n').map(|paragraph| paragraph.strip_suffix('\r').unwrap_or(paragraph));
    let shown = |c: char| {
        if c == '\t' {
            ' '
        } else if c.is_control() {
            '〓'
        } else {
            c
        }
    };
    paragraphs.flat_map(|paragraph| paragraph.chars().map(shown)).collect()
}

fn texts(lines: &[Line]) -> Vec<String> {
    lines.iter().map(|line| line.text.clone()).collect()
}

/// All texts of a document but the three of each footer.
fn body(pdf: &[u8]) -> String {
    back::pages(pdf).iter().flat_map(|texts| texts.iter().take(texts.len() - 3)).map(String::as_str).collect()
}

#[test]
fn every_text_comes_back_as_it_was_put_in() {
    let pages = back::pages(&sheet(rows(3)).to_pdf());
    assert_eq!(pages.len(), 1);
    let text = pages[0].concat();
    for part in [
        "薬剤情報",
        "作成日 令和６年１２月２日",
        "試験　花子",
        "調剤年月日",
        "2024/2",
        "1.5",
        "注",
        "1 / 1 ページ",
        "madoguchi",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(text.contains(&format!("{HARD}2錠")), "{text}");
}

#[test]
fn a_row_that_does_not_fit_begins_the_next_page_below_the_headings() {
    let pages = back::pages(&sheet(rows(300)).to_pdf());
    assert!((5..40).contains(&pages.len()), "{} pages", pages.len());
    for (n, page) in pages.iter().enumerate() {
        assert!(page.contains(&"調剤年月日".to_owned()), "page {} has no headings: {page:?}", n + 1);
        assert_eq!(page[0], "薬剤情報", "page {} does not say what it is of", n + 1);
        assert!(page.contains(&format!("{} / {} ページ", n + 1, pages.len())));
        assert!(page.iter().any(|text| text.contains("試験用データ")));
    }
    let all = pages.concat();
    let dates: Vec<&String> = all.iter().filter(|text| text.starts_with("2024/")).collect();
    assert_eq!(dates.len(), 300, "a row came twice or not at all");
}

#[test]
fn a_cell_longer_than_a_page_goes_on_over_the_next() {
    let long: String = (0..4000).map(|n| format!("{n}、")).collect();
    let pdf = one_column(vec!["前".to_owned(), long.clone(), "後".to_owned()]).to_pdf();
    assert!(back::pages(&pdf).len() > 2);
    assert_eq!(body(&pdf), format!("前{long}後"));
}

#[test]
fn headings_and_titles_of_any_length_leave_room_for_what_follows() {
    let mut all = sheet(rows(30));
    all.title = "題".repeat(5000);
    all.sections[0].heading = "見出し".repeat(2000);
    all.sections[0].table.columns[2].heading = "欄".repeat(3000);
    let text = back::pages(&all.to_pdf()).concat().concat();
    assert_eq!(text.matches('欄').count(), 3000);
    assert!(text.contains("29.5"));
}

#[test]
fn cells_too_few_are_blank_and_cells_too_many_go_on_in_the_last_column() {
    let few = vec!["少".to_owned()];
    let many: Vec<String> = ["一", "二", "三", "四"].map(str::to_owned).to_vec();
    let pages = back::pages(&sheet(vec![few, Vec::new(), many]).to_pdf());
    let text = pages[0].concat();
    assert!(text.contains("少一二三四"), "{text}");
}

#[test]
fn a_sheet_of_nothing_is_one_page_that_says_what_it_is() {
    let pages = back::pages(&Sheet::default().to_pdf());
    assert_eq!(pages.len(), 1);
    assert_eq!(pages[0].len(), 3, "{:?}", pages[0]);
}

#[test]
fn the_same_sheet_gives_the_same_bytes() {
    assert_eq!(sheet(rows(50)).to_pdf(), sheet(rows(50)).to_pdf());
    assert_ne!(sheet(rows(50)).to_pdf(), sheet(rows(51)).to_pdf());
}

#[test]
fn the_font_has_all_that_cp932_can_say_and_what_it_is_folded_from() {
    let font = Font::load();
    let cut = font.cut(&std::collections::BTreeSet::from(['\u{378}']));
    let geta = cut.glyphs[0];
    assert_eq!(cut.glyphs[1], geta, "what has no glyph is printed as 〓");
    let mut missing = Vec::new();
    for lead in (0x81u8..=0x9f).chain(0xe0..=0xfc) {
        for trail in 0x40u8..=0xfc {
            let code = [lead, trail];
            let (text, bad) = encoding_rs::SHIFT_JIS.decode_without_bom_handling(&code);
            let private = |c: char| ('\u{e000}'..'\u{f900}').contains(&c);
            missing.extend(text.chars().filter(|&c| !bad && !private(c) && font.lacks(c)));
        }
    }
    missing.extend("〜‖—−ｱﾞ｡€".chars().filter(|&c| font.lacks(c)));
    assert_eq!(missing, ['€'], "and the euro, which CP932 lacks, shows that this can fail");
}

#[test]
fn words_stay_whole_and_closing_marks_do_not_begin_a_line() {
    let font = Font::load();
    let wrap = |text: &str, width| texts(&wrap(&font, text, 10.0, width));
    // Type size 10: a wide character is 10 points, a narrow one 5.
    assert_eq!(wrap("アスピリン錠 100mg「試験」", 60.0), ["アスピリン錠 ", "100mg「試", "験」"]);
    assert_eq!(wrap("一日三回食後、服用", 60.0), ["一日三回食", "後、服用"]);
    assert_eq!(wrap("abcdefghij", 20.0), ["abcd", "efgh", "ij"]);
    assert_eq!(wrap("一\r\n\n二", 60.0), ["一", "", "二"]);
    assert_eq!(wrap("字", 1.0), ["字"]);
    assert_eq!(wrap("", 60.0), [""]);
}

/// Another program's view: the one with which clients of the real terminal read such pages.
#[cfg(target_os = "linux")]
fn pdftotext(sheet: &Sheet, how: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sheet.pdf");
    std::fs::write(&file, sheet.to_pdf()).unwrap();
    let run = std::process::Command::new("pdftotext").args(how).args(["-enc", "UTF-8"]).arg(&file).arg("-").output();
    let run = run.expect("pdftotext runs; remedy: scripts/setup.sh test");
    assert_eq!(String::from_utf8_lossy(&run.stderr), "");
    String::from_utf8(run.stdout).unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn pdftotext_yields_every_row() {
    let text = pdftotext(&sheet(rows(120)), &["-raw"]);
    for n in 0..120 {
        let row = format!("2024/{n} {HARD}{n}錠 {n}.5\n");
        assert!(text.contains(&row), "{row} is not in {text}");
    }
    for part in ["薬剤情報", "氏名 試験　花子 保険者番号 06139992", "調剤年月日 医薬品名 数量"]
    {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn pdftotext_yields_a_name_that_is_broken_into_lines_as_one() {
    let name =
        |n: usize| format!("長い名前の錠剤{n} 60mg「試験用の製薬会社」（後発医薬品）徐放性製剤 １００錠包装　{n}番");
    let rows: Vec<Vec<String>> =
        (0..60).map(|n| vec![format!("2024/{n}"), name(n), format!("一行目{n}\n二行目{n}")]).collect();
    for how in [&[][..], &["-raw"], &["-layout"]] {
        let text = pdftotext(&sheet(rows.clone()), how);
        for n in 0..60 {
            for part in [format!("2024/{n}"), name(n), format!("一行目{n}"), format!("二行目{n}")] {
                assert!(text.contains(&part), "{how:?}: {part} is not in {text}");
            }
            assert_eq!(text.matches(&name(n)).count(), 1, "{how:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_in_any_cell_comes_back(cells in prop::collection::vec(prop::collection::vec(any::<char>(), 0..200), 0..12)) {
        let cells: Vec<String> = cells.into_iter().map(|cell| cell.into_iter().collect()).collect();
        let expected: String = cells.iter().map(|cell| printed(cell)).collect();
        prop_assert_eq!(body(&one_column(cells).to_pdf()), expected);
    }

    #[test]
    fn lines_are_the_text_again_and_no_wider_than_they_may_be(text in "[ a-c、。「」字ｱ\n]{0,80}", width in 1u16..200) {
        let font = Font::load();
        let lines = texts(&wrap(&font, &text, 10.0, f32::from(width)));
        prop_assert_eq!(lines.concat(), text.replace('\n', ""));
        for line in lines.iter().filter(|line| line.chars().count() > 1) {
            prop_assert!(font.measure(line.trim_end_matches(' '), 10.0) <= f32::from(width) + 0.2, "{:?} in {}", line, width);
        }
    }

    #[test]
    fn any_shape_of_sheet_is_drawn(
        columns in prop::collection::vec(("[あa]{0,9}", any::<u16>(), any::<bool>()), 0..40),
        rows in prop::collection::vec(prop::collection::vec(".{0,30}", 0..50), 0..20),
        header in prop::collection::vec((".{0,40}", ".{0,90}"), 0..9),
        title in ".{0,60}",
    ) {
        let columns = columns.into_iter().map(|(heading, width, right)| Column {
            heading, width, align: if right { Align::Right } else { Align::Left },
        }).collect();
        let header = header.into_iter().map(|(label, value)| HeaderLine { label, value }).collect();
        let sections = vec![Section { table: Table { columns, rows }, ..Section::default() }];
        let pages = back::pages(&Sheet { title, header, sections, ..Sheet::default() }.to_pdf());
        prop_assert!(pages.iter().all(|page| page.len() >= 3));
    }
}
