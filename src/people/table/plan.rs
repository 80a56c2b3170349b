//! What an import would do, before it is done.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::form::Form;
use super::mistake::{CellMistake, Remark};
use super::read::Table;
use crate::event::Words;
use crate::people::Profile;

/// The preview of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    /// How the table is written down.
    pub form: Form,
    /// Who comes, in the order of the table.
    pub people: Vec<Planned>,
    /// What is unusual; it is taken all the same.
    pub remarks: Vec<Remark>,
}

/// A person who comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Planned {
    /// Row of the file, as a spreadsheet counts.
    pub row: u64,
    /// Id.
    pub id: String,
    /// 氏名
    pub name: String,
    /// 生年月日, as a profile writes it
    pub birthdate: String,
    /// 保険者番号 of the first qualification
    pub insurer_number: Option<String>,
    /// 番号 of it
    pub number: Option<String>,
    /// Takes the place of somebody of the same id.
    pub replaces: bool,
}

impl Table {
    /// What its import would do among people of whom `present` tells who is there. Somebody who is there gives way only where `replace`
    /// says so.
    ///
    /// # Errors
    /// One mistake for each who is there already.
    pub fn plan(&self, present: impl Fn(&str) -> bool, replace: bool) -> Result<Plan, Vec<CellMistake>> {
        let people: Vec<Planned> =
            self.rows.iter().map(|row| planned(row.row, &row.id, &row.profile, present(&row.id))).collect();
        let there: Vec<CellMistake> = people.iter().filter(|p| p.replaces && !replace).map(taken).collect();
        if !there.is_empty() {
            return Err(there);
        }
        Ok(Plan { form: self.form, people, remarks: self.remarks.clone() })
    }
}

fn planned(row: u64, id: &str, profile: &Profile, replaces: bool) -> Planned {
    let first = profile.qualifications.first();
    Planned {
        row,
        id: id.to_owned(),
        name: profile.name.clone(),
        birthdate: profile.birthdate.to_string(),
        insurer_number: first.and_then(|q| q.insurer_number.clone()),
        number: first.and_then(|q| q.number.clone()),
        replaces,
    }
}

fn taken(planned: &Planned) -> CellMistake {
    let id = &planned.id;
    CellMistake::of_row(
        planned.row,
        Words::new(
            format!("「{id}」という人は既にいます。置き換えるなら --replace（APIでは replace=true）を付けてください"),
            format!(
                "there is somebody called `{id}` already: add --replace (replace=true in the API) to take their place"
            ),
        ),
    )
}
