//! 特定健診情報 as it is printed (FileCategory 1): a section per check-up. The real pages are not public; design and wording are ours [C].

use super::{Checkup, CheckupItem, CheckupResult};
use crate::message::inquiry::print;
use crate::message::page::{Column, Section, Sheet, Table};

impl CheckupResult {
    /// The answer for paper.
    pub fn sheet(&self) -> Sheet {
        let mut sections: Vec<Section> = self.checkups.iter().map(Checkup::section).collect();
        if sections.is_empty() {
            sections.push(print::nothing());
        }
        let header = match &self.header.qualifications_info {
            Some(person) => print::person(
                person.name.as_deref(),
                person.kanas_name.as_deref(),
                person.birthday.as_deref(),
                person.administrative_gender_code.as_deref(),
            ),
            None => Vec::new(),
        };
        Sheet { title: "特定健診情報".to_owned(), subtitle: print::made(&self.header), header, sections }
    }
}

impl Checkup {
    fn section(&self) -> Section {
        let day = self.effective_time.as_deref().map(print::day).unwrap_or_default();
        let columns = vec![
            Column::new("項目", 40),
            Column::new("項目コード", 22),
            Column::amounts("結果", 22),
            Column::new("単位", 16),
        ];
        let rows = self.items.iter().map(CheckupItem::row).collect();
        Section { heading: format!("実施年月日 {day}"), table: Table { columns, rows }, notes: Vec::new() }
    }
}

impl CheckupItem {
    /// A coded value is told by its name, with the code beside it.
    fn row(&self) -> Vec<String> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let result = match (&self.data_value, &self.data_value_name) {
            (Some(value), Some(name)) => format!("{name} ({value})"),
            (value, name) => text(if value.is_some() { value } else { name }),
        };
        vec![text(&self.item_name), text(&self.item_code), result, text(&self.unit)]
    }
}
