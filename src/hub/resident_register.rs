//! 住基ネット (the role of 地方公共団体情報システム機構 beside its certificate authority, [`super::jpki_authority`]): who the resident behind
//! a 個人番号 or a certificate is. It knows 個人番号, 住民票コード and serial numbers; no insurance, no 受給者証, no PMH-ID, no 紐付番号.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use super::information_network::{Envelope, InformationNetwork};
use super::trail::Trail;
use crate::card::serial::SerialNumber;
use crate::event::chain::{Carried, System};
use crate::random::Seed;
use crate::secret::{MyNumber, ResidentCode};

/// The register of residents.
pub struct ResidentRegister {
    network: InformationNetwork,
    seed: Seed,
    inner: RwLock<Inner>,
}

#[derive(Default)]
struct Inner {
    /// Whose certificate it is.
    certificates: HashMap<SerialNumber, ResidentCode>,
    /// The one that a resident has: another takes its place.
    current: HashMap<ResidentCode, SerialNumber>,
    /// Who holds a 個人番号, by their names in the people files.
    holders: HashMap<MyNumber, String>,
}

impl ResidentRegister {
    /// An empty register with its line to the network.
    pub fn new(network: InformationNetwork, seed: Seed) -> Self {
        Self { network, seed, inner: RwLock::default() }
    }

    /// The 個人番号 of `resident`: the first of `wanted` that is nobody else's. A number is one resident's; who copied somebody's file has
    /// copied their number.
    pub fn settle(&self, resident: &str, wanted: [MyNumber; 2]) -> MyNumber {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let [first, second] = wanted;
        let taken = inner.holders.get(&first).is_some_and(|holder| holder != resident);
        let number = if taken { second } else { first };
        inner.holders.insert(number.clone(), resident.to_owned());
        number
    }

    /// The number is nobody's again.
    pub fn release(&self, my_number: &MyNumber) {
        self.inner.write().unwrap_or_else(PoisonError::into_inner).holders.remove(my_number);
    }

    /// Notes which certificate a resident has, if any; the one they had before leads to nobody any more.
    pub fn issued(&self, my_number: &MyNumber, serial: Option<SerialNumber>) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let resident = self.resident_code(my_number);
        if let Some(former) = inner.current.remove(&resident) {
            inner.certificates.remove(&former);
        }
        if let Some(serial) = serial {
            inner.current.insert(resident.clone(), serial.clone());
            inner.certificates.insert(serial, resident);
        }
    }

    /// 支払基金 asks in advance, for everybody whom an insurer registers (spec/pmh.md §4.1).
    pub fn code_of_number(&self, my_number: &MyNumber, trail: &Trail) -> Envelope {
        trail.arrow(System::Intermediary, System::ResidentRegister, [Carried::MyNumber]);
        self.through_the_network(&self.resident_code(my_number), trail)
    }

    /// The first use of a card: certificate → 住民票コード → 機関別符号. `None`: no resident has this certificate.
    pub fn code_of_certificate(&self, serial: &SerialNumber, trail: &Trail) -> Option<Envelope> {
        trail.arrow(System::Eligibility, System::ResidentRegister, [Carried::Serial]);
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        match inner.certificates.get(serial) {
            Some(resident) => Some(self.through_the_network(resident, trail)),
            None => {
                trail.arrow(System::ResidentRegister, System::Eligibility, [Carried::Nobody]);
                None
            }
        }
    }

    fn through_the_network(&self, resident: &ResidentCode, trail: &Trail) -> Envelope {
        trail.arrow(System::ResidentRegister, System::InformationNetwork, [Carried::ResidentCode]);
        trail.arrow(System::InformationNetwork, System::Intermediary, [Carried::InstitutionalCode]);
        self.network.send(resident)
    }

    /// Eleven digits. In truth the 個人番号 is made of the 住民票コード; here the code follows from the number, which people files name.
    fn resident_code(&self, my_number: &MyNumber) -> ResidentCode {
        let drawn = self.seed.range(&["resident-code", my_number.reveal()], 0, 99_999_999_999);
        ResidentCode::new(format!("{drawn:011}"))
    }
}
