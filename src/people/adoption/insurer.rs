//! What an insurer is called, by its number. The names are made up; what kind of insurer a number belongs to is not
//! (spec/pmh.md §6.2, §6.4, [A]).

use crate::number::{InsurerNumber, PublicExpenseNumber};

/// What the kind of insurer decides about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 被用者保険: the insured person and their family.
    Employees,
    /// 自衛官: for themselves alone, with a card of its own kind.
    SelfDefense,
    /// 国民健康保険: a household.
    National,
    /// 退職者医療: a household.
    Retired,
    /// 特例退職: the insured person and their family.
    RetiredEmployees,
    /// 後期高齢者医療: each for themselves.
    LateElderly,
    /// 医療扶助: each for themselves.
    Assistance,
}

impl Kind {
    /// Do several persons share one number?
    pub fn has_families(self) -> bool {
        !matches!(self, Self::SelfDefense | Self::LateElderly | Self::Assistance)
    }

    /// 被保険者証区分 (OQSCD010); none where it is the ordinary one.
    pub fn card(self) -> Option<&'static str> {
        match self {
            Self::Employees | Self::National | Self::LateElderly => None,
            Self::Retired => Some("02"),
            Self::RetiredEmployees => Some("06"),
            Self::SelfDefense => Some("07"),
            Self::Assistance => Some("A1"),
        }
    }
}

/// 法別番号, what its insurers are, and what one of them is called here.
const INSURERS: [(u8, Kind, &str); 17] = [
    (1, Kind::Employees, "全国健康保険協会　架空支部"),
    (2, Kind::Employees, "全国健康保険協会　船員保険部"),
    (3, Kind::Employees, "全国健康保険協会（日雇特例）"),
    (4, Kind::Employees, "全国健康保険協会（日雇特例・特別）"),
    (6, Kind::Employees, "架空健康保険組合"),
    (7, Kind::SelfDefense, "架空駐屯地"),
    (31, Kind::Employees, "架空省共済組合"),
    (32, Kind::Employees, "架空県市町村職員共済組合"),
    (33, Kind::Employees, "架空県警察共済組合"),
    (34, Kind::Employees, "公立学校共済組合　架空支部"),
    (39, Kind::LateElderly, "架空県後期高齢者医療広域連合"),
    (63, Kind::RetiredEmployees, "架空健康保険組合（特例退職）"),
    (67, Kind::Retired, "架空県見本市（退職）"),
    (72, Kind::RetiredEmployees, "架空省特定共済組合"),
    (73, Kind::RetiredEmployees, "架空県市町村職員特定共済組合"),
    (74, Kind::RetiredEmployees, "架空県警察特定共済組合"),
    (75, Kind::RetiredEmployees, "公立学校特定共済組合　架空支部"),
];

/// 医療扶助 and 中国残留邦人等支援: asked for with their 公費負担者番号.
const ASSISTANCE: [u8; 2] = [12, 25];
const WELFARE_OFFICE: &str = "架空県見本市福祉事務所";
/// 国保組合 have 3 as the first of their own three digits (spec/pmh.md §6.2).
const SOCIETY_DIGIT: u8 = b'3';
const CITY: &str = "架空県見本市";
const SOCIETY: &str = "架空国民健康保険組合";
const UNKNOWN: &str = "架空保険者";

/// What kind of insurer has this number. One that no table has is taken for an employees' insurer.
pub fn insurer_kind(number: &str) -> Kind {
    let insurer = InsurerNumber::new(number);
    if insurer.is_national_health_insurance() {
        return Kind::National;
    }
    if PublicExpenseNumber::new(number.trim()).law_number().is_some_and(|law| ASSISTANCE.contains(&law)) {
        return Kind::Assistance;
    }
    row(&insurer).map_or(Kind::Employees, |(_, kind, _)| *kind)
}

/// A made-up name for the insurer of this number.
pub fn insurer_name(number: &str) -> String {
    let insurer = InsurerNumber::new(number);
    let name = match insurer_kind(number) {
        Kind::National if insurer.canonical().as_bytes().get(2) == Some(&SOCIETY_DIGIT) => SOCIETY,
        Kind::National => CITY,
        Kind::Assistance => WELFARE_OFFICE,
        _ => row(&insurer).map_or(UNKNOWN, |(_, _, name)| *name),
    };
    name.to_owned()
}

fn row(insurer: &InsurerNumber) -> Option<&'static (u8, Kind, &'static str)> {
    let law = insurer.law()?;
    INSURERS.iter().find(|(number, _, _)| *number == law)
}
