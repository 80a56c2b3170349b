//! 公的個人認証の認証局 (the role of 地方公共団体情報システム機構): the register of issued certificates, and what is said of them,
//! as a list (CRL) and as answers (OCSP). It knows serial numbers and dates, and nobody's name.
//!
//! - [`register`]: what was issued, what is revoked
//! - [`knobs`]: a responder that misbehaves
//!
//! The eligibility system asks it at each visit ([`super::certificates`]); everybody else over HTTP ([`super::server`]).

pub mod knobs;
pub mod register;

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::DateTime;

use self::knobs::{STALE, TRY_LATER, WRONG_SIGNER};
use self::register::{Entry, Memory, Register};
use super::error::StoreError;
use crate::authority::ocsp::{OcspAnswer, OcspRequest, Refusal, Signer};
use crate::authority::{Authority, CrlContent, Generation, Period, Purpose, Status};
use crate::card::serial::SerialNumber;
use crate::clock;
use crate::knob::Knobs;
use crate::people::{Person, personalise};

/// How long a list or an answer may be relied on. Provisional: the real periods are not public ([C]).
const FRESH_HOURS: i64 = 24;
/// A stale answer is of this many days ago, and was good for [`FRESH_HOURS`] then.
const STALE_DAYS: i64 = 7;

/// The authority that issued every software card.
pub struct JpkiAuthority {
    register: Arc<dyn Register>,
    knobs: Knobs,
}

impl JpkiAuthority {
    /// One that has issued nothing yet.
    pub fn new(knobs: Knobs) -> Self {
        Self { register: Arc::new(Memory::default()), knobs }
    }

    /// Notes both certificates of a card that was issued, and those of the person's earlier cards.
    pub fn enrol(&self, person: &Person) -> Result<(), StoreError> {
        let card = &person.card;
        if !card.kind.has_authentication() {
            return Ok(());
        }
        let former = card.former.iter().map(|former| (&former.serial, former.generation, Some(former.revocation)));
        for (serial, generation, revocation) in former.chain([(&card.serial, card.generation, card.revocation)]) {
            let entry = Entry { generation, revocation };
            self.register.put(Purpose::Authentication, SerialNumber::from_integer(serial), entry)?;
            if card.has_signature {
                let signature = personalise::signature_serial(serial);
                self.register.put(Purpose::Signature, SerialNumber::from_integer(&signature), entry)?;
            }
        }
        Ok(())
    }

    /// What the register says at `time` of this serial number as issued by `generation`; `None`: by whichever, where the issuer is not
    /// known. A revocation counts from its own time on.
    pub fn status(
        &self,
        purpose: Purpose,
        generation: Option<Generation>,
        serial: &SerialNumber,
        time: DateTime,
    ) -> Result<Status, StoreError> {
        let entry = self.register.get(purpose, serial)?;
        let meant = entry.filter(|entry| generation.is_none_or(|generation| generation == entry.generation));
        Ok(meant.map_or(Status::Unknown, |entry| entry.status_at(time)))
    }

    /// The list of `authority`'s revoked certificates as of `now`, DER.
    pub fn crl(&self, authority: &Authority, purpose: Purpose, now: DateTime) -> Result<Vec<u8>, StoreError> {
        let (revision, entries) = self.register.revoked(purpose)?;
        let revoked = entries.into_iter().filter_map(|(serial, entry)| match entry.status_at(now) {
            Status::Revoked(revocation) if entry.generation == authority.generation() => {
                Some((serial.raw().to_vec(), revocation))
            }
            _ => None,
        });
        let content = CrlContent {
            period: self.period(now),
            // Seconds first, so that a list after a restart has a higher number than any before it.
            number: u128::try_from(clock::unix_seconds(now)).unwrap_or_default() << 16 | u128::from(revision & 0xFFFF),
            revoked: revoked.collect(),
        };
        Ok(authority.crl(purpose, &content))
    }

    /// The answer to an OCSP request as of `now`, DER; always an OCSPResponse, also to what is none.
    pub fn ocsp(&self, request: &[u8], now: DateTime) -> Vec<u8> {
        let Ok(request) = OcspRequest::parse(request) else { return Refusal::Malformed.der() };
        if self.knobs.comes_up(&TRY_LATER, &[]) {
            return Refusal::TryLater.der();
        }
        let Some((authority, purpose)) = asked(&request) else { return Refusal::Unauthorized.der() };
        let statuses = request.certificates.iter().map(|id| {
            // One signer answers for one authority; what else was asked it does not know.
            if !id.names(&authority, purpose) {
                return Ok(Status::Unknown);
            }
            self.status(purpose, Some(authority.generation()), &SerialNumber::from_integer(&id.serial), now)
        });
        let Ok(statuses) = statuses.collect::<Result<Vec<_>, StoreError>>() else { return Refusal::Internal.der() };
        let signer = match self.knobs.comes_up(&WRONG_SIGNER, &[]) {
            true => Signer::Impostor,
            false => Signer::Delegated,
        };
        let period = self.period(now);
        let answer = OcspAnswer { statuses, produced_at: period.this_update, period, signer };
        authority.ocsp_response(purpose, &request, &answer)
    }

    fn period(&self, now: DateTime) -> Period {
        let from = match self.knobs.comes_up(&STALE, &[]) {
            true => now.saturating_sub(STALE_DAYS.days()),
            false => now,
        };
        Period { this_update: from, next_update: from.saturating_add(FRESH_HOURS.hours()) }
    }
}

/// Whose certificate the request asks about first. The present generation is tried first: each other one takes a key to be made.
fn asked(request: &OcspRequest) -> Option<(Authority, Purpose)> {
    let first = request.certificates.first()?;
    let all = Authority::generations().flat_map(|authority| Purpose::ALL.map(|purpose| (authority.clone(), purpose)));
    all.into_iter().find(|(authority, purpose)| first.names(authority, *purpose))
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use x509_parser::prelude::{CertificateRevocationList, FromDer};

    use super::*;
    use crate::authority::Reason;
    use crate::event::Sink;
    use crate::people::built_in;
    use crate::random::Seed;

    const TODAY: Date = date(2026, 11, 21);
    const NOON: DateTime = TODAY.at(12, 0, 0, 0);

    fn authority() -> JpkiAuthority {
        JpkiAuthority::new(Knobs::new(Seed(1), Sink::silent()))
    }

    /// CRLNumber and how many are revoked.
    fn list(authority: &JpkiAuthority, now: DateTime) -> (u64, usize) {
        let der = authority.crl(&Authority::default(), Purpose::Signature, now).unwrap();
        let (_, list) = CertificateRevocationList::from_der(&der).unwrap();
        let number = list.crl_number().unwrap().to_string().parse().unwrap();
        (number, list.iter_revoked_certificates().count())
    }

    #[test]
    fn a_later_list_has_a_higher_number_also_within_one_second() {
        let authority = authority();
        let people = built_in(TODAY).unwrap();
        let before = list(&authority, NOON);
        authority.enrol(people.get("shikkou").unwrap()).unwrap();
        let after = list(&authority, NOON);
        assert_eq!((before.1, after.1), (0, 1));
        assert!(before.0 < after.0);
        authority.enrol(people.get("shikkou").unwrap()).unwrap();
        assert_eq!(list(&authority, NOON), after, "nothing has changed");
        // After a restart the register begins anew.
        assert!(list(&self::authority(), NOON.saturating_add(1.second())).0 > after.0);
    }

    #[test]
    fn a_card_is_on_the_register_with_the_certificates_that_its_kind_has() {
        let authority = authority();
        let people = built_in(TODAY).unwrap();
        for (id, authentication, signature) in
            [("taro", true, true), ("kao", true, false), ("android", true, true), ("teiki", false, false)]
        {
            let person = people.get(id).unwrap();
            authority.enrol(person).unwrap();
            let is_issued = |purpose, serial: &[u8]| {
                authority.status(purpose, None, &SerialNumber::from_integer(serial), NOON).unwrap() != Status::Unknown
            };
            assert_eq!(is_issued(Purpose::Authentication, &person.card.serial), authentication, "{id}");
            let serial = personalise::signature_serial(&person.card.serial);
            assert_eq!(is_issued(Purpose::Signature, &serial), signature, "{id}");
        }
    }

    #[test]
    fn a_card_that_is_taken_off_hold_is_good_again() {
        let authority = authority();
        let mut person = built_in(TODAY).unwrap().get("shikkou").unwrap().clone();
        let status = |authority: &JpkiAuthority, person: &Person| {
            let serial = SerialNumber::from_integer(&person.card.serial);
            authority.status(Purpose::Authentication, Some(Generation::PRESENT), &serial, NOON).unwrap()
        };
        authority.enrol(&person).unwrap();
        assert!(matches!(status(&authority, &person), Status::Revoked(why) if why.reason == Reason::CertificateHold));
        person.card.revocation = None;
        authority.enrol(&person).unwrap();
        assert_eq!(status(&authority, &person), Status::Good);
    }
}
