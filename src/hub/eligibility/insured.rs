//! Whom the eligibility system knows: 紐付番号, serial number, qualifications and 照会番号, and no 個人番号. PMH-IDs
//! lie beside them, by 紐付番号 ([`super::store`]).

use jiff::civil::Date;

use crate::card::serial::SerialNumber;
use crate::message::checkup::Checkup;
use crate::message::medication::History;
use crate::people::{CardKind, HomeConsent, Person, Qualification};
use crate::secret::LinkingNumber;

/// An insured person (加入者) as the centre keeps them.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "named as the elements they become; see people::Person")]
pub struct Insured {
    /// The centre's own name for the person, opaque.
    pub id: String,
    pub name: String,
    pub name_kana: Option<String>,
    pub name_of_other: Option<String>,
    pub name_of_other_kana: Option<String>,
    pub sex: String,
    pub sex_on_card: Option<String>,
    pub birthdate: Date,
    pub address: Option<String>,
    pub post_number: Option<String>,
    /// What the 中間サーバー calls them.
    pub linking_number: LinkingNumber,
    /// The certificate of a card that was used before this system's time; `None`: the first use is yet to come.
    pub serial: Option<SerialNumber>,
    /// A physical card can be registered as 保険証 at the reader, a phone cannot (spec/jpki-card.md §4).
    pub physical_card: bool,
    /// Registered as 保険証 from the start.
    pub registered: bool,
    /// 自己情報提供不可: such a person cannot use the card as 保険証 (spec/pmh.md §5.3, [A]).
    pub information_withheld: bool,
    pub reference_number: Option<String>,
    /// Newest first.
    pub qualifications: Vec<Qualification>,
    /// Consents given at home (居宅同意取得型), which the centre keeps and not the card.
    pub home_consents: Vec<HomeConsent>,
    /// 薬剤情報・診療情報
    pub medications: History,
    /// 特定健診情報
    pub checkups: Vec<Checkup>,
}

impl Insured {
    /// What the insurers registered of `person`.
    pub fn of(person: &Person, linking_number: LinkingNumber) -> Self {
        let used_before = person.card.registered && person.card.kind.has_authentication();
        Self {
            id: person.id.clone(),
            name: person.name.clone(),
            name_kana: person.name_kana.clone(),
            name_of_other: person.name_of_other.clone(),
            name_of_other_kana: person.name_of_other_kana.clone(),
            sex: person.sex.clone(),
            sex_on_card: person.sex_on_card.clone(),
            birthdate: person.birthdate,
            address: person.address.clone(),
            post_number: person.post_number.clone(),
            linking_number,
            serial: used_before.then(|| SerialNumber::from_integer(&person.card.serial)),
            physical_card: matches!(person.card.kind, CardKind::MyNumberCard | CardKind::FaceOnly),
            registered: person.card.registered,
            information_withheld: person.information_withheld,
            reference_number: person.reference_number.clone(),
            qualifications: person.qualifications.clone(),
            home_consents: person.home_consents.clone(),
            medications: person.medications.clone(),
            checkups: person.checkups.clone(),
        }
    }
}
