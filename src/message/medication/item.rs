//! What a tag of the table may hold: the items of a month, a day, a drug, a procedure, and the field of each.

use serde::Deserialize;

use super::{Drug, Month, Procedure, Treated};

/// An item and the field in which its value is kept.
pub trait Item: Copy + PartialEq + 'static {
    /// What it is an item of.
    type Record;
    /// Its field.
    fn field(self, record: &Self::Record) -> &Option<String>;
    /// The same, to fill it.
    fn field_mut(self, record: &mut Self::Record) -> &mut Option<String>;
}

macro_rules! items {
    ($(#[$about:meta])* $item:ident of $record:ident { $( $name:ident => $field:ident, )+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[allow(missing_docs, reason = "named as the fields")]
        pub enum $item {
            $( $name, )+
        }

        impl Item for $item {
            type Record = $record;
            fn field(self, record: &$record) -> &Option<String> {
                match self { $( Self::$name => &record.$field, )+ }
            }
            fn field_mut(self, record: &mut $record) -> &mut Option<String> {
                match self { $( Self::$name => &mut record.$field, )+ }
            }
        }
    };
}

items! {
    /// Items of a month.
    MonthItem of Month {
        IssueClass => issue_class,
        InstitutionCode => institution_code,
        PrescriberCode => prescriber_code,
        InstitutionName => institution_name,
        Month => month,
        PrescriberName => prescriber_name,
        OwnIssue => own_issue,
        InOut => in_out,
    }
}

items! {
    /// Items of a day.
    DateItem of Treated {
        DispensedOn => dispensed_on,
        PrescribedOn => prescribed_on,
    }
}

items! {
    /// Items of a drug.
    DrugItem of Drug {
        Code => code,
        Quantity => quantity,
        Usage => usage,
        Instruction => instruction,
        Times => times,
        Ingredient => ingredient,
        Class => class,
        Unit => unit,
        Name => name,
    }
}

items! {
    /// Items of a procedure.
    ProcedureItem of Procedure {
        Name => name,
        Code => code,
        Class => class,
        Quantity => quantity,
        Times => times,
        Unit => unit,
    }
}

/// What holds others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "named in data/medication.toml")]
pub enum Container {
    List,
    Month,
    Dates,
    Date,
    Drugs,
    Drug,
    Procedures,
    Procedure,
}
