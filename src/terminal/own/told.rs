//! Which elements a [`Part`] means, and what they become. Pure.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use super::kind::first;
use super::matching::{Named, Part};
use crate::clock::{date8, time14};
use crate::message::rewrite::Change;
use crate::message::tree::Element;

/// What is known when a file is to be given out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// ProcessExecutionTime, 14 digits.
    pub time: String,
    /// QualificationConfirmationDate, 8 digits: the request's, else today.
    pub date: String,
    /// MedicalInstitutionCode: the request's, else the terminal's.
    pub institution: String,
    /// ArbitraryFileIdentifier of the request.
    pub identifier: Option<String>,
    /// ReceptionNumber of the request.
    pub reception: Option<String>,
    /// RequestPmhFileName of the visit.
    pub link: Option<String>,
}

impl Facts {
    /// Of a file that nobody asked for.
    pub fn at(time: DateTime, institution: &str) -> Self {
        Self { time: time14(time), date: date8(time.date()), institution: institution.to_owned(), ..Self::default() }
    }

    /// With what `request` says of itself. The bodies of some interfaces are not public: names are looked for wherever they stand.
    #[must_use]
    pub fn of_request(mut self, request: &Element) -> Self {
        let said = |name| first(request, &[name]);
        self.date = said("QualificationConfirmationDate").unwrap_or(self.date);
        self.institution = said("MedicalInstitutionCode").unwrap_or(self.institution);
        self.identifier = said("ArbitraryFileIdentifier");
        self.reception = said("ReceptionNumber");
        self
    }

    /// What `parts` change. What is not known (a request without identifier) changes nothing.
    pub fn changes(&self, parts: &BTreeSet<Part>) -> Vec<Change> {
        let (time, date, institution) = (Some(&self.time), Some(&self.date), Some(&self.institution));
        let table = [
            (Part::Times, "XmlMsg/MessageHeader/ProcessExecutionTime", time),
            (Part::Times, "XmlMsg/MessageHeader/QualificationConfirmationDate", date),
            (Part::Times, "XmlMsg/MessageBody/ReceptionDateTime", time),
            (Part::Identifiers, "XmlMsg/MessageHeader/MedicalInstitutionCode", institution),
            (Part::Identifiers, "XmlMsg/MessageHeader/ArbitraryFileIdentifier", self.identifier.as_ref()),
            (Part::Identifiers, "XmlMsg/MessageHeader/ReceptionNumber", self.reception.as_ref()),
            // Where PmhInfo stands is not known for sure.
            (Part::Link, "//RequestPmhFileName", self.link.as_ref()),
        ];
        let told = table.into_iter().filter(|(part, ..)| parts.contains(part));
        told.filter_map(|(_, path, value)| Some(Change::new(path, value?))).collect()
    }
}

/// The numbers in a request, whatever its body is like; 薬剤 and 健診 requests spell two of them differently (spec/known-clients.md K2).
pub fn named_in(request: &Element) -> Named {
    Named {
        insurer: first(request, &["InsurerNumber"]),
        symbol: first(request, &["InsuredCardSymbol", "InsuranceCardSymbol"]),
        number: first(request, &["InsuredIdentificationNumber", "InsuredPersonIdentificationNumber"]),
        branch: first(request, &["InsuredBranchNumber"]),
        birthdate: first(request, &["Birthdate"]),
        reference_number: first(request, &["ReferenceNumber"]),
    }
}
