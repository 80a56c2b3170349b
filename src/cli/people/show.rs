//! People and plans on a terminal.

use unicode_normalization::UnicodeNormalization;

use crate::cli::{Exit, Failure};
use crate::event::{Lang, say};
use crate::people::table::{Plan, Separator, TableEncoding};
use crate::station::roster::PersonRow;
use crate::text::width::{columns, pad};

/// Has a person all these words somewhere in what a list says of them? Width and case do not count.
pub fn has_all(row: &PersonRow, words: &[String]) -> bool {
    let texts =
        [Some(&row.id), Some(&row.name), row.name_kana.as_ref(), Some(&row.birthdate), row.insurer_number.as_ref()]
            .into_iter()
            .chain([row.symbol.as_ref(), row.number.as_ref(), row.reference_number.as_ref()])
            .chain([Some(&row.shows.ja), Some(&row.shows.en)])
            .chain(row.subsidies.iter().map(Some));
    let fold = |text: &str| text.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect::<String>();
    let whole: Vec<String> = texts.flatten().map(|text| fold(text)).collect();
    words.iter().all(|word| whole.iter().any(|text| text.contains(&fold(word))))
}

/// One row for each, aligned.
pub fn people(rows: &[PersonRow], lang: Lang) {
    let head = ["ID", say(lang, "氏名", "name"), say(lang, "生年月日", "born"), say(lang, "保険者番号", "insurer")];
    let tail = [say(lang, "記号", "symbol"), say(lang, "番号", "number"), say(lang, "説明", "shows")];
    let head = head.into_iter().chain(tail).map(str::to_owned).collect();
    let none = || "-".to_owned();
    let body = rows.iter().map(|row| {
        let shown = |part: &Option<String>| part.as_deref().map(str::trim).map_or_else(none, str::to_owned);
        vec![
            row.id.clone(),
            row.name.clone(),
            row.birthdate.clone(),
            shown(&row.insurer_number),
            shown(&row.symbol),
            shown(&row.number),
            row.shows.say(lang).to_owned(),
        ]
    });
    aligned(std::iter::once(head).chain(body).collect());
    println!("{}", say(lang, &format!("{} 人", rows.len()), &format!("{} people", rows.len())));
}

/// What an import does, before it does it.
pub fn plan(plan: &Plan, lang: Lang) {
    let encoding = match plan.form.encoding {
        TableEncoding::Utf8 => "UTF-8",
        TableEncoding::Cp932 => "CP932",
        TableEncoding::Utf16 => "UTF-16",
    };
    let separator = match plan.form.separator {
        Separator::Comma => say(lang, "コンマ区切り", "commas"),
        Separator::Tab => say(lang, "タブ区切り", "tabs"),
    };
    let many = plan.people.len();
    println!(
        "{}",
        say(
            lang,
            &format!("取り込む人 {many} 人 ({encoding}、{separator})"),
            &format!("{many} people to import ({encoding}, {separator})")
        )
    );
    let head = [say(lang, "行", "row"), "ID", say(lang, "氏名", "name"), say(lang, "生年月日", "born")];
    let tail = [say(lang, "保険者番号", "insurer"), say(lang, "番号", "number"), ""];
    let head = head.into_iter().chain(tail).map(str::to_owned).collect();
    let body = plan.people.iter().map(|person| {
        let shown = |part: &Option<String>| part.clone().unwrap_or_else(|| "-".to_owned());
        let what = if person.replaces { say(lang, "置換", "replaces") } else { say(lang, "新規", "new") };
        vec![
            person.row.to_string(),
            person.id.clone(),
            person.name.clone(),
            person.birthdate.clone(),
            shown(&person.insurer_number),
            shown(&person.number),
            what.to_owned(),
        ]
    });
    aligned(std::iter::once(head).chain(body).collect());
    for remark in &plan.remarks {
        println!("{} {remark}", say(lang, "注意", "note"));
    }
}

/// As JSON.
pub fn json(of: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(of).map_err(|error| Failure::new(Exit::Internal, error.to_string()))
}

/// Prints rows of cells, each column as wide as its widest cell.
fn aligned(rows: Vec<Vec<String>>) {
    let many = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |row: &Vec<String>, at: usize| row.get(at).map_or(0, |cell| columns(cell));
    let widths: Vec<usize> = (0..many).map(|at| rows.iter().map(|row| cell(row, at)).max().unwrap_or(0)).collect();
    for row in &rows {
        let line: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| pad(cell, *width)).collect();
        println!("{}", line.join("  ").trim_end());
    }
}
