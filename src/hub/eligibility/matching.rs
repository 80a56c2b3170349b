//! Finding a person by insurance data: insurer, symbol (NFKC), number and birth date, the branch if it was sent; padding by blanks
//! or zeros is equal (decisions.md §4).

use std::borrow::Cow;

use jiff::civil::Date;

use super::insured::Insured;
use crate::message::inquiry::InquiryHeader;
use crate::message::qualification::SearchInfo;
use crate::message::registration::RegistrationInfo;
use crate::people::Qualification;
use crate::text::key::number_key;

/// Insurer and number in their normal form: the key under which a qualification is found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Numbers {
    /// 保険者番号 or 公費負担者番号
    pub insurer: String,
    /// 番号 or 受給者番号
    pub number: String,
}

impl Numbers {
    fn by(insurer: Option<&str>, number: Option<&str>) -> Self {
        Self { insurer: normal(insurer).into_owned(), number: normal(number).into_owned() }
    }

    /// Those of a qualification.
    pub fn of(qualification: &Qualification) -> Self {
        Self::by(qualification.insurer_number.as_deref(), qualification.number.as_deref())
    }

    /// Those of a search.
    pub fn wanted(search: &SearchInfo) -> Self {
        Self::by(Some(&search.insurer_number), Some(&search.insured_identification_number))
    }

    /// Those of a registration.
    pub fn named(registration: &RegistrationInfo) -> Self {
        Self::by(Some(&registration.insurer_number), Some(&registration.insured_identification_number))
    }

    /// Those of a request for medical information.
    pub fn inquired(header: &InquiryHeader) -> Self {
        Self::by(Some(&header.insurer_number), Some(&header.insured_person_identification_number))
    }
}

/// The qualifications of `insured` that the search describes, whose numbers are these, newest first.
pub fn matches<'a>(
    insured: &'a Insured,
    search: &SearchInfo,
    numbers: &Numbers,
    birthdate: Date,
) -> Vec<&'a Qualification> {
    if insured.birthdate != birthdate {
        return Vec::new();
    }
    let branch = search.insured_branch_number.as_deref();
    described(insured, numbers, search.insured_card_symbol.as_deref(), branch)
}

/// Is the search about `insured`, whatever comes of it? It is where it describes them, and where all their numbers with the branch are
/// theirs: then only the birth date is wrong, and no other person can hold them.
pub fn concerns(insured: &Insured, search: &SearchInfo, birthdate: Date) -> bool {
    let (symbol, branch) = (search.insured_card_symbol.as_deref(), search.insured_branch_number.as_deref());
    let described = described(insured, &Numbers::wanted(search), symbol, branch);
    insured.birthdate == birthdate && !described.is_empty()
        || described.iter().any(|q| !normal(branch).is_empty() && normal(q.branch.as_deref()) == normal(branch))
}

/// The qualifications of `insured` that a registration names, newest first. It carries no birth date: of a family, only the branch
/// tells who is meant.
pub fn named<'a>(insured: &'a Insured, registration: &RegistrationInfo) -> Vec<&'a Qualification> {
    let branch = registration.insured_branch_number.as_deref();
    described(insured, &Numbers::named(registration), registration.insured_card_symbol.as_deref(), branch)
}

/// The qualifications of `insured` that a request for medical information names, newest first; without a birth date too.
pub fn inquired<'a>(insured: &'a Insured, header: &InquiryHeader) -> Vec<&'a Qualification> {
    let (symbol, branch) = (header.insurance_card_symbol.as_deref(), header.branch_number.as_deref());
    described(insured, &Numbers::inquired(header), symbol, branch)
}

fn described<'a>(
    insured: &'a Insured,
    numbers: &Numbers,
    symbol: Option<&str>,
    branch: Option<&str>,
) -> Vec<&'a Qualification> {
    let (symbol, branch) = (normal(symbol), normal(branch));
    let described = |q: &&Qualification| {
        normal(q.insurer_number.as_deref()) == numbers.insurer
            && normal(q.number.as_deref()) == numbers.number
            && normal(q.symbol.as_deref()) == symbol
            && (branch.is_empty() || normal(q.branch.as_deref()) == branch)
    };
    insured.qualifications.iter().filter(described).collect()
}

/// The form of a value that may be missing; a missing one is an empty one.
fn normal(value: Option<&str>) -> Cow<'_, str> {
    number_key(value.unwrap_or_default())
}
