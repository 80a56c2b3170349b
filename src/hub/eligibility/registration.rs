//! `OQSsiimm01req`: an institution gives a person the number under which it keeps them (照会番号).
//!
//! The number is the person's, not the insurance's: it survives a change of insurer (spec/oqs-interface.md §2.5, [A]). It is the
//! institution's own, so another one does not see it [C]. Any insurance that the person has or had names them, lost ones too [C].

use std::sync::Arc;

use super::Eligibility;
use super::insured::Insured;
use super::matching::{Numbers, named};
use super::store::ReferenceNumbers;
use crate::clock::time14;
use crate::hub::error::{HubError, StoreError};
use crate::hub::notice::{self, Notice};
use crate::message::registration::{RegistrationInfo, RegistrationRequest, RegistrationResult};
use crate::wire::{Asker, Steering};

/// Longest 照会番号 (§2.5, [A]).
const NUMBER_LENGTH: usize = 50;

impl Eligibility {
    /// Registers one number, or says in the answer why not.
    pub fn register_number(
        &self,
        asker: &Asker,
        request: &RegistrationRequest,
        steering: &Steering,
    ) -> Result<RegistrationResult, HubError> {
        let time = time14(asker.time);
        if steering.centre_error {
            let notice = notice::CENTRE_ERROR;
            return Ok(RegistrationResult::abnormal(request, time, notice.code, notice.message));
        }
        Ok(match self.register_one(asker, &request.registration)? {
            Ok(()) => RegistrationResult::registered(request, time),
            Err(notice) => RegistrationResult::failed(request, time, notice.code, notice.message),
        })
    }

    /// Registers what one element says. The inner error is the centre's answer, the outer one a store that failed.
    pub(super) fn register_one(
        &self,
        asker: &Asker,
        wanted: &RegistrationInfo,
    ) -> Result<Result<(), Notice>, StoreError> {
        let number = wanted.reference_number.trim();
        if number.chars().count() > NUMBER_LENGTH {
            return Ok(Err(notice::NUMBER_TOO_LONG));
        }
        let numbers = Numbers::named(wanted);
        let mut found: Vec<Arc<Insured>> = self.store.by_insurance(&numbers.insurer, &numbers.number)?;
        let today = asker.time.date();
        found.retain(|insured| !named(&insured.as_known_on(today), wanted).is_empty());
        match found.as_slice() {
            [person] => Ok(Ok(self.store.put_reference_number(&asker.institution, &person.id, number)?)),
            [] => Ok(Err(notice::NOBODY_TO_REGISTER)),
            _ => Ok(Err(notice::SEVERAL_TO_REGISTER)),
        }
    }

    /// Every number that was registered, to be kept.
    pub fn reference_numbers(&self) -> Result<ReferenceNumbers, StoreError> {
        self.store.reference_numbers()
    }

    /// Registers what was kept, of people who are still there.
    pub fn restore(&self, kept: &ReferenceNumbers) -> Result<(), StoreError> {
        for (person, numbers) in kept {
            if self.store.by_id(person)?.is_none() {
                continue;
            }
            for (institution, number) in numbers {
                self.store.put_reference_number(institution, person, number)?;
            }
        }
        Ok(())
    }

    /// The 照会番号 that `institution` sees: the one it registered, else the one of the person's profile.
    pub(super) fn reference_number(&self, insured: &Insured, institution: &str) -> Result<Option<String>, StoreError> {
        let registered = self.store.reference_number(institution, &insured.id)?;
        Ok(registered.or_else(|| insured.reference_number.clone()))
    }
}
