//! 一括: a request is received under a 受付番号 and fetched with it when it is done (spec/oqs-interface.md §2.4, §2.5).
//!
//! Registrations hold from their reception; a query is answered by what is known when it is fetched [C]. How long the real centre
//! works is not public: [`Settings::bulk_ready_after`](crate::hub::Settings) says it here.

use std::sync::Arc;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};

use super::Eligibility;
use super::names;
use super::record::{Agreed, Circumstances};
use crate::clock::{parse_date, time14};
use crate::hub::error::{HubError, StoreError};
use crate::hub::notice::{self, Notice};
use crate::message::bulk::{
    BulkConfirmUnit, BulkDownload, BulkHeader, BulkQualificationRequest, BulkQualificationResult, BulkReception,
    BulkRegistrationRequest, BulkRegistrationResult, BulkRegistrationUnit, BulkRequestHeader, BulkResult,
};
use crate::message::qualification::SearchInfo;
use crate::message::registration::RegistrationInfo;
use crate::wire::{Asker, Steering};

/// A 受付番号 that is taken is drawn again so often.
const DRAWS: u32 = 100;

/// What is kept under a 受付番号.
#[derive(Debug)]
pub struct Received {
    /// Whose it is: nobody else fetches it.
    institution: String,
    /// ArbitraryFileIdentifier of the 01req: that of the 02req is not heard (spec/known-clients.md T5).
    identifier: Option<String>,
    at: DateTime,
    work: Work,
}

#[derive(Debug)]
enum Work {
    Queries { day: String, searches: Vec<SearchInfo> },
    Registrations(Vec<BulkRegistrationUnit>),
}

impl Received {
    /// How many rows it keeps.
    pub fn rows(&self) -> usize {
        match &self.work {
            Work::Queries { searches, .. } => searches.len(),
            Work::Registrations(units) => units.len(),
        }
    }
}

impl Eligibility {
    /// `OQSmuquc01req`. `reference` is the station's name for the question: the 受付番号 hangs on it.
    pub fn receive_queries(
        &self,
        asker: &Asker,
        reference: &str,
        request: &BulkQualificationRequest,
        steering: &Steering,
    ) -> Result<BulkReception, HubError> {
        let day = request.header.qualification_confirmation_date.clone().unwrap_or_default();
        if parse_date(&day).is_none() {
            return Err(HubError::NotADate { element: "QualificationConfirmationDate", value: day });
        }
        self.receive(asker, reference, &request.header, steering, || {
            Ok(Work::Queries { day, searches: request.rows.clone() })
        })
    }

    /// `OQSmuimm01req`.
    pub fn receive_registrations(
        &self,
        asker: &Asker,
        reference: &str,
        request: &BulkRegistrationRequest,
        steering: &Steering,
    ) -> Result<BulkReception, HubError> {
        self.receive(asker, reference, &request.header, steering, || {
            let register = |row: &RegistrationInfo| {
                let failure = self.register_one(&asker.institution, row)?.err();
                Ok(BulkRegistrationUnit {
                    registration: Some(row.clone()),
                    processing_result_status: status(failure).to_owned(),
                    processing_result_code: failure.map(|notice| notice.code.to_owned()),
                    processing_result_message: failure.map(|notice| notice.message.to_owned()),
                })
            };
            Ok(Work::Registrations(request.rows.iter().map(register).collect::<Result<_, StoreError>>()?))
        })
    }

    fn receive(
        &self,
        asker: &Asker,
        reference: &str,
        header: &BulkRequestHeader,
        steering: &Steering,
        work: impl FnOnce() -> Result<Work, StoreError>,
    ) -> Result<BulkReception, HubError> {
        let time = time14(asker.time);
        let away = |notice: Notice| BulkReception::abnormal(header, time.clone(), notice.code, notice.message);
        if steering.centre_error {
            return Ok(away(notice::CENTRE_ERROR));
        }
        let received = Arc::new(Received {
            institution: asker.institution.clone(),
            identifier: header.arbitrary_file_identifier.clone(),
            at: asker.time,
            work: work()?,
        });
        for turn in 0..DRAWS {
            let number = names::reception_number(self.seed, asker, reference, turn);
            if self.store.receive(&number, received.clone())? {
                return Ok(BulkReception::received(header, time, number));
            }
        }
        Ok(away(notice::NO_RECEPTION_NUMBER))
    }

    /// `OQSmuquc02req`.
    pub fn fetch_queries(
        &self,
        asker: &Asker,
        request: &BulkDownload,
        steering: &Steering,
    ) -> Result<BulkQualificationResult, HubError> {
        let received = self.received(asker, request)?;
        let work = received.as_deref().and_then(|received| match &received.work {
            Work::Queries { day, searches } => Some((received, day, searches)),
            Work::Registrations(_) => None,
        });
        let mut header = self.bulk_header(asker, request, work.as_ref().map(|(received, ..)| *received), steering);
        let Some((received, day, searches)) = work else { return Ok(BulkResult { header, units: Vec::new() }) };
        header.qualification_confirmation_date = Some(day.clone());
        if header.segment_of_result != "1" {
            return Ok(BulkResult { header, units: Vec::new() });
        }
        let date = parse_date(day).unwrap_or(received.at.date());
        let units = searches.iter().map(|search| self.confirm_one(asker, date, search));
        let units = units.collect::<Result<Vec<_>, HubError>>()?;
        let errors = units.iter().filter(|unit| unit.processing_result_code.is_some()).count();
        Ok(BulkResult { header: header.counting(units.len(), errors), units })
    }

    /// `OQSmuimm02req`.
    pub fn fetch_registrations(
        &self,
        asker: &Asker,
        request: &BulkDownload,
        steering: &Steering,
    ) -> Result<BulkRegistrationResult, HubError> {
        let received = self.received(asker, request)?;
        let work = received.as_deref().and_then(|received| match &received.work {
            Work::Registrations(units) => Some((received, units)),
            Work::Queries { .. } => None,
        });
        let header = self.bulk_header(asker, request, work.map(|(received, _)| received), steering);
        match work {
            Some((_, units)) if header.segment_of_result == "1" => {
                let errors = units.iter().filter(|unit| unit.processing_result_code.is_some()).count();
                Ok(BulkResult { header: header.counting(units.len(), errors), units: units.clone() })
            }
            _ => Ok(BulkResult { header, units: Vec::new() }),
        }
    }

    fn received(&self, asker: &Asker, request: &BulkDownload) -> Result<Option<Arc<Received>>, StoreError> {
        let received = self.store.received(&request.reception_number)?;
        Ok(received.filter(|received| received.institution == asker.institution))
    }

    /// Done, being worked on, or not to be had.
    fn bulk_header(
        &self,
        asker: &Asker,
        request: &BulkDownload,
        received: Option<&Received>,
        steering: &Steering,
    ) -> BulkHeader {
        let time = time14(asker.time);
        let failed = |notice: Notice| BulkHeader::abnormal(request, time.clone(), notice.code, notice.message);
        let Some(received) = received else { return failed(notice::UNKNOWN_RECEPTION) };
        let header = match steering.centre_error {
            true => failed(notice::CENTRE_ERROR),
            false if self.is_done(received, asker.time) => BulkHeader::new(request, time, "1"),
            false => BulkHeader::new(request, time, "2"),
        };
        BulkHeader { arbitrary_file_identifier: received.identifier.clone(), ..header }
    }

    fn is_done(&self, received: &Received, now: DateTime) -> bool {
        let works = SignedDuration::try_from(self.settings.bulk_ready_after).unwrap_or(SignedDuration::MAX);
        received.at.checked_add(works).is_ok_and(|done| done <= now)
    }

    /// One row: rows 1–26 of a record, no consent, no certificate; the 照会番号 stands beside it.
    fn confirm_one(&self, asker: &Asker, day: Date, search: &SearchInfo) -> Result<BulkConfirmUnit, HubError> {
        let unit = |failure: Option<Notice>| BulkConfirmUnit {
            search: Some(search.clone()),
            processing_result_status: status(failure).to_owned(),
            processing_result_code: failure.map(|notice| notice.code.to_owned()),
            processing_result_message: failure.map(|notice| notice.message.to_owned()),
            ..BulkConfirmUnit::default()
        };
        let Some(birthdate) = parse_date(&search.birthdate) else { return Ok(unit(Some(notice::BIRTHDATE))) };
        let circumstances = Circumstances {
            time: asker.time,
            day,
            institution: &asker.institution,
            agreed: Agreed::default(),
            reference_number: None,
            with_key: false,
            in_bulk: true,
        };
        let (validity, records) = self.confirm(search, birthdate, &circumstances, None)?;
        let mut record = records.into_iter().next();
        Ok(BulkConfirmUnit {
            qualification_validity: Some(validity.code().to_owned()),
            reference_number: record.as_mut().and_then(|record| record.reference_number.take()),
            record,
            ..unit(None)
        })
    }
}

/// OQSCD004
fn status(failure: Option<Notice>) -> &'static str {
    if failure.is_none() { "1" } else { "2" }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::hub::eligibility::memory::Memory;
    use crate::hub::eligibility::store::EligibilityStore;

    fn of_rows(rows: usize) -> Arc<Received> {
        Arc::new(Received {
            institution: "1319919997".into(),
            identifier: None,
            at: date(2026, 11, 21).at(9, 30, 0, 0),
            work: Work::Registrations(vec![BulkRegistrationUnit::default(); rows]),
        })
    }

    #[test]
    fn the_oldest_receptions_are_forgotten_when_their_rows_are_too_many_and_the_newest_never_is() {
        let store = Memory::default();
        let kept = |number: &str| store.received(number).unwrap().is_some();
        let many = of_rows(200_000);
        for number in ["a", "b"] {
            assert!(store.receive(number, many.clone()).unwrap());
        }
        assert!(!store.receive("a", of_rows(1)).unwrap(), "a number is given once");
        store.receive("c", many).unwrap();
        assert_eq!([kept("a"), kept("b"), kept("c")], [false, true, true]);
        store.receive("d", of_rows(600_000)).unwrap();
        assert_eq!([kept("b"), kept("c"), kept("d")], [false, false, true]);
        store.receive("e", of_rows(1)).unwrap();
        assert_eq!([kept("d"), kept("e")], [false, true]);
    }
}
