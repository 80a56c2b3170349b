//! 情報提供ネットワークシステム: makes of a 住民票コード the 機関別符号 of one institution, another for each, so that no two institutions can
//! put their lists side by side (spec/pmh.md §4.1, [A]). It keeps nothing.
//!
//! A code travels in an [`Envelope`] that its [`Recipient`] alone opens: who passes it on does not see it.

use crate::random::Seed;
use crate::secret::{InstitutionalCode, ResidentCode};

/// Digits of a 機関別符号 of ours; the real form is not public ([C]).
const CODE_DIGITS: usize = 32;

/// The network, as the 住基ネット reaches it.
pub struct InformationNetwork {
    seed: Seed,
    institution: &'static str,
}

/// The line of one institution: only who holds it reads what is sent to it.
pub struct Recipient(());

/// A 機関別符号 under way. `Debug` shows dots.
#[derive(Debug)]
pub struct Envelope(InstitutionalCode);

impl InformationNetwork {
    /// A network with one institution on it, and that institution's line.
    pub fn with(institution: &'static str, seed: Seed) -> (Self, Recipient) {
        (Self { seed, institution }, Recipient(()))
    }

    /// The code of this resident for the institution.
    pub fn send(&self, resident: &ResidentCode) -> Envelope {
        let labels = ["institutional-code", self.institution, resident.reveal()];
        Envelope(InstitutionalCode::new(self.seed.hex(&labels, CODE_DIGITS)))
    }
}

impl Recipient {
    /// What was sent.
    pub fn open(&self, envelope: Envelope) -> InstitutionalCode {
        envelope.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resident_has_one_code_at_an_institution_and_another_at_the_next() {
        let (fund, line) = InformationNetwork::with("支払基金", Seed(1));
        let (office, other) = InformationNetwork::with("税務署", Seed(1));
        let resident = ResidentCode::new("12345678901");
        let code = line.open(fund.send(&resident));
        assert_eq!(line.open(fund.send(&resident)), code);
        assert_ne!(other.open(office.send(&resident)), code);
        assert_ne!(line.open(fund.send(&ResidentCode::new("12345678902"))), code);
        assert!(!format!("{:?}", fund.send(&resident)).contains(code.reveal()));
    }
}
