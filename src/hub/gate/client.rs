//! Whom a client's certificate names, and for which institutions they ask.

use std::fmt;

use x509_parser::prelude::{FromDer, X509Certificate};

use crate::authority::line::Institutions;
use crate::secret::MASK;

/// Longest name that is told on, in characters; a certificate of an operator's own authority may say anything.
const NAME: usize = 64;

/// The holder of a certificate that the gate let in.
#[derive(Clone, PartialEq, Eq)]
pub struct Client {
    name: String,
    institutions: Option<Institutions>,
    serial: Vec<u8>,
}

impl Client {
    /// From the certificate, DER. The handshake has verified it.
    pub fn of(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let subject = certificate.subject();
        let name = subject.iter_common_name().find_map(|part| part.as_str().ok()).unwrap_or_default();
        let units = subject.iter_organizational_unit().filter_map(|part| part.as_str().ok());
        Some(Self {
            name: name.chars().filter(|c| !c.is_control()).take(NAME).collect(),
            institutions: Institutions::of_units(units),
            serial: certificate.raw_serial().to_vec(),
        })
    }

    /// Common name: what the terminal is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// May it ask in the name of this 医療機関コード?
    pub fn may_ask_for(&self, institution: &str) -> bool {
        self.institutions.as_ref().is_some_and(|institutions| institutions.contain(institution))
    }

    /// The institutions for people: codes, `*`, or nothing.
    pub fn institutions(&self) -> String {
        self.institutions.as_ref().map(|institutions| institutions.units().join(", ")).unwrap_or_default()
    }

    /// Content of the INTEGER.
    pub(super) fn serial(&self) -> &[u8] {
        &self.serial
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({} for {} {MASK})", self.name, self.institutions())
    }
}
