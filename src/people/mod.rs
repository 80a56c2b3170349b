//! The format of card-profiles: a person, their card, qualifications and subsidies.
//!
//! ```text
//! taro.toml / JSON ──read──▶ Profile ──settle on a day──▶ Person
//!                            (dates may be relative)      (what the hub, the card and the reader use)
//! ```
//!
//! - [`Profile`]: the file, one struct per table of it; documented for vendors in `docs/card-profiles.md`
//! - [`Day`]: a date as a file writes it, `2026-04-01` or `-40y+3d`
//! - [`Person`]: the same on a given day, every default filled in
//! - [`People`]: all of them, found by id, beginning or name; each with its profile beside it
//! - [`load`], [`built_in`]: from a folder, or those that are compiled in
//! - [`reissue`]: another card for the same person
//! - [`flaw`]: what can be wrong with the certificates of a card, on purpose
//! - [`adoption`]: the person whom an insurance query describes and nobody knows
//! - [`table`]: many people as CSV, as spreadsheets save it; [`write`]: a profile as the text of its file
//! - [`personalise`]: from a person to the software card in their purse
//! - [`Finding`]: numbers and codes that break a rule. They are kept and reported, never refused: the field's real data is unusual.

pub mod adoption;
mod built_in;
mod collection;
mod day;
mod error;
mod finding;
pub mod flaw;
mod in_clear;
mod load;
mod person;
pub mod personalise;
mod profile;
mod read;
pub mod reissue;
mod settle;
pub mod table;
#[cfg(test)]
mod tests;
pub mod write;

pub use built_in::{built_in, shipped};
pub use collection::{LookupError, People};
pub use day::{Day, DayError};
pub use error::PeopleError;
pub use finding::{Finding, Unusual};
pub use load::{load, load_or_built_in};
pub use person::{
    CardKind, CardOfPerson, Elderly, FormerCard, HomeCare, HomeConsent, Limit, Person, Qualification, SpecificDisease,
    Subsidy,
};
pub use profile::{
    CardProfile, CheckupItemProfile, CheckupProfile, Consents, DrugProfile, ElderlyProfile, FaultOfCard,
    FormerCardProfile, HabitsProfile, HomeConsentProfile, IdentifyBy, LimitProfile, ManagementProfile,
    ManagementRecordProfile, MedicalTicketProfile, MedicationProfile, ProcedureProfile, Profile, QualificationProfile,
    Shows, SpecificDiseaseProfile, SubsidyProfile, SubsidyUse, TreatedProfile,
};
pub use read::{read_json, read_toml};
