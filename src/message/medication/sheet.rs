//! 薬剤情報・診療情報 as it is printed (FileCategory 1, 3): a section per month and institution, with all that the document says of it.
//! The real pages are not public; design and wording are ours [C].

use super::item::{DateItem, DrugItem, MonthItem, ProcedureItem};
use super::table::{Row, Table};
use super::{Drug, MedicationInquiry, MedicationResult, Month, Origin, Procedure, Treated};
use crate::message::inquiry::print;
use crate::message::page::{Column, HeaderLine, Section, Sheet, Table as Printed};

impl MedicationResult {
    /// The answer to `wanted`, for paper.
    pub fn sheet(&self, wanted: &MedicationInquiry) -> Sheet {
        let treatments = wanted.category().is_some_and(|category| category.treatments);
        let mut sections: Vec<Section> = Vec::new();
        for origin in Origin::ALL {
            sections.extend(self.history.of(origin).iter().flat_map(|month| month.sections(origin)));
        }
        if sections.is_empty() {
            sections.push(print::nothing());
        }
        let mut header = match &self.header.qua_inf {
            Some(person) => print::person(
                person.name.as_deref(),
                person.kana_name.as_deref(),
                person.birth.as_deref(),
                person.adm_gend_code.as_deref(),
            ),
            None => Vec::new(),
        };
        header.push(HeaderLine::new("対象期間", period(wanted)));
        Sheet {
            title: if treatments { "薬剤情報・診療情報" } else { "薬剤情報" }.to_owned(),
            subtitle: print::made(&self.header),
            header,
            sections,
        }
    }
}

fn period(wanted: &MedicationInquiry) -> String {
    let end = |month: &Option<String>| month.as_deref().map_or_else(|| "指定なし".to_owned(), print::month);
    format!("{} 〜 {}", end(&wanted.start_date), end(&wanted.end_date))
}

impl Month {
    /// Drugs and procedures are different tables.
    fn sections(&self, origin: Origin) -> Vec<Section> {
        let drugs = rows(&self.dates, |date| date.drugs.iter().map(|drug| drug_row(origin, date, drug)).collect());
        let procedures =
            rows(&self.dates, |date| date.procedures.iter().map(|done| procedure_row(origin, date, done)).collect());
        let mut sections = Vec::with_capacity(2);
        if !drugs.is_empty() || procedures.is_empty() {
            sections.push(self.section(origin, "薬剤", drug_columns(), drugs));
        }
        if !procedures.is_empty() {
            sections.push(self.section(origin, "診療行為", procedure_columns(), procedures));
        }
        sections
    }

    fn section(&self, origin: Origin, what: &str, columns: Vec<Column>, rows: Vec<Vec<String>>) -> Section {
        let month = self.month.as_deref().map(print::month).unwrap_or_default();
        let whose = self.institution_name.as_deref().or(self.prescriber_name.as_deref()).unwrap_or_default();
        let heading = format!("{month}　{whose}　{what}（{}）", origin.words().0);
        Section { heading, table: Printed { columns, rows }, notes: vec![self.note(origin)] }
    }

    /// The items of the month besides the month itself, codes with their labels.
    fn note(&self, origin: Origin) -> String {
        let rows = Table::embedded().month.iter().filter(|row| row.item != MonthItem::Month);
        let told = rows.filter_map(|row| Some(format!("{} {}", row.ja, print_value(row, origin, self)?)));
        told.collect::<Vec<_>>().join("　")
    }
}

fn rows(dates: &[Treated], of: impl Fn(&Treated) -> Vec<Vec<String>>) -> Vec<Vec<String>> {
    dates.iter().flat_map(of).collect()
}

fn drug_columns() -> Vec<Column> {
    vec![
        Column::new("実施日", 13),
        Column::new("処方日", 13),
        Column::new("区分", 10),
        Column::new("医薬品名", 27),
        Column::new("成分名", 18),
        Column::new("用法・指示", 21),
        Column::amounts("数量", 7),
        Column::new("単位", 8),
        Column::amounts("回数", 7),
    ]
}

fn drug_row(origin: Origin, date: &Treated, drug: &Drug) -> Vec<String> {
    let cell = |item| cell(&Table::embedded().drug, item, origin, drug);
    let mut row = days(origin, date).to_vec();
    row.extend([
        cell(DrugItem::Class),
        lines([cell(DrugItem::Name), cell(DrugItem::Code)]),
        cell(DrugItem::Ingredient),
        lines([cell(DrugItem::Usage), cell(DrugItem::Instruction)]),
        cell(DrugItem::Quantity),
        cell(DrugItem::Unit),
        cell(DrugItem::Times),
    ]);
    row
}

fn procedure_columns() -> Vec<Column> {
    vec![
        Column::new("実施日", 13),
        Column::new("処方日", 13),
        Column::new("診療識別", 14),
        Column::new("診療行為名", 51),
        Column::amounts("数量", 9),
        Column::new("単位", 9),
        Column::amounts("回数", 8),
    ]
}

fn procedure_row(origin: Origin, date: &Treated, done: &Procedure) -> Vec<String> {
    let cell = |item| cell(&Table::embedded().procedure, item, origin, done);
    let mut row = days(origin, date).to_vec();
    row.extend([
        cell(ProcedureItem::Class),
        lines([cell(ProcedureItem::Name), cell(ProcedureItem::Code)]),
        cell(ProcedureItem::Quantity),
        cell(ProcedureItem::Unit),
        cell(ProcedureItem::Times),
    ]);
    row
}

fn days(origin: Origin, date: &Treated) -> [String; 2] {
    [DateItem::DispensedOn, DateItem::PrescribedOn].map(|item| cell(&Table::embedded().date, item, origin, date))
}

/// The value of `item` as it is printed, empty where the document has none.
fn cell<I: super::item::Item>(rows: &[Row<I>], item: I, origin: Origin, record: &I::Record) -> String {
    let row = rows.iter().find(|row| row.item == item);
    row.and_then(|row| print_value(row, origin, record)).unwrap_or_default()
}

/// Only what the document of this origin has a tag for is printed.
fn print_value<I: super::item::Item>(row: &Row<I>, origin: Origin, record: &I::Record) -> Option<String> {
    row.tags.of(origin)?;
    let value = row.item.field(record).as_deref().filter(|value| !value.is_empty())?;
    Some(match &row.code {
        Some(codes) => Table::embedded().label(codes, value).to_owned(),
        None => print::value(row.format, value),
    })
}

/// What there is, each on a line of its own.
fn lines<const N: usize>(parts: [String; N]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}
