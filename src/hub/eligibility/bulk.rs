//! 一括: a request is received under a 受付番号 and fetched with it when it is done (spec/oqs-interface.md §2.4–2.6).
//!
//! Registrations hold from their reception; a query is answered by what is known when it is fetched [C], unit by unit, so that a
//! result of 100,000 units is nowhere whole. How long the real centre works and keeps is not public:
//! [`Settings`](crate::hub::Settings) says it here.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::Eligibility;
use super::names;
use super::record::{Agreed, Circumstances, Consented, Tickets};
use crate::clock::{parse_date, time14};
use crate::hub::error::{HubError, StoreError};
use crate::hub::notice::{self, Notice};
use crate::message::bulk::{
    BulkConfirmUnit, BulkDownload, BulkHeader, BulkQualificationRequest, BulkReception, BulkRegistrationRequest,
    BulkRegistrationUnit, BulkRequestHeader, BulkUnit, Care, CareRequest, CareSearch,
};
use crate::message::qualification::SearchInfo;
use crate::message::registration::RegistrationInfo;
use crate::wire::{Asker, BulkAnswer, Steering, Units};

/// A 受付番号 that is taken is drawn again so often.
const DRAWS: u32 = 100;

/// What is kept under a 受付番号.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Received {
    /// Whose it is: nobody else fetches it.
    institution: String,
    /// ArbitraryFileIdentifier of the 01req: that of the 02req is not heard (spec/known-clients.md T5).
    identifier: Option<String>,
    at: DateTime,
    work: Work,
}

/// What was asked for. Rows are shared with the request that brought them.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Work {
    Queries {
        day: String,
        #[serde(with = "shared")]
        searches: Arc<Vec<SearchInfo>>,
        errors: usize,
    },
    Registrations {
        #[serde(with = "shared")]
        rows: Arc<Vec<RegistrationInfo>>,
        failures: Vec<Option<Notice>>,
        errors: usize,
    },
    Care {
        care: Care,
        search: CareSearch,
    },
}

/// Rows as a store keeps them: a list of its own.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<T: Serialize, S: Serializer>(rows: &Arc<Vec<T>>, output: S) -> Result<S::Ok, S::Error> {
        rows.serialize(output)
    }

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(input: D) -> Result<Arc<Vec<T>>, D::Error> {
        Vec::deserialize(input).map(Arc::new)
    }
}

/// Which bulk interface: a 受付番号 is known to its own only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `OQSmuquc`
    Queries,
    /// `OQSmuimm`
    Registrations,
    /// `OQSmutic`, `OQSmuhvq`, `OQSmuonq`
    Care(Care),
}

impl Received {
    /// How many rows it keeps.
    pub fn rows(&self) -> usize {
        match &self.work {
            Work::Queries { searches, .. } => searches.len(),
            Work::Registrations { rows, .. } => rows.len(),
            Work::Care { .. } => 1,
        }
    }

    /// When it was received.
    pub fn at(&self) -> DateTime {
        self.at
    }

    fn kind(&self) -> Kind {
        match &self.work {
            Work::Queries { .. } => Kind::Queries,
            Work::Registrations { .. } => Kind::Registrations,
            Work::Care { care, .. } => Kind::Care(*care),
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
            let errors = request.rows.iter().filter(|search| failure_of(search).is_some()).count();
            Ok(Work::Queries { day, searches: request.rows.clone(), errors })
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
            let failures = request.rows.iter().map(|row| Ok(self.register_one(asker, row)?.err()));
            let failures = failures.collect::<Result<Vec<_>, StoreError>>()?;
            let errors = failures.iter().flatten().count();
            Ok(Work::Registrations { rows: request.rows.clone(), failures, errors })
        })
    }

    /// The 01req of `care`. A period that cannot be is answered with SegmentOfResult 9 ([C]).
    pub fn receive_care(
        &self,
        asker: &Asker,
        reference: &str,
        care: Care,
        request: &CareRequest,
        steering: &Steering,
    ) -> Result<BulkReception, HubError> {
        let search = request.search();
        if let Some(notice) = super::care::failure_of(care, &search) {
            return Ok(BulkReception::abnormal(&request.header, time14(asker.time), notice.code, notice.message));
        }
        self.receive(asker, reference, &request.header, steering, || Ok(Work::Care { care, search }))
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
        let kept_for = signed(self.settings.bulk_kept_for);
        self.store.forget_received_before(asker.time.checked_sub(kept_for).unwrap_or(DateTime::MIN))?;
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

    /// The 02req of `kind`. Its units are made while they are fetched.
    pub fn fetch(
        self: &Arc<Self>,
        asker: &Asker,
        kind: Kind,
        request: &BulkDownload,
        steering: &Steering,
    ) -> Result<BulkAnswer, HubError> {
        let received = self.received(asker, kind, &request.reception_number)?;
        let mut header = self.bulk_header(asker, request, received.as_deref(), steering);
        let Some(received) = received else { return Ok(BulkAnswer::headed(header)) };
        if let Work::Queries { day, .. } = &received.work {
            header.qualification_confirmation_date = Some(day.clone());
        }
        if header.segment_of_result != "1" {
            return Ok(BulkAnswer::headed(header));
        }
        let (system, asker) = (self.clone(), asker.clone());
        let (all, errors, units): (usize, usize, Units) = match &received.work {
            Work::Queries { errors, .. } | Work::Registrations { errors, .. } => {
                let (rows, errors) = (received.rows(), *errors);
                let units = (0..rows).filter_map(move |row| system.unit(&asker, &received, row).transpose());
                (rows, errors, Box::new(units.map(|unit| unit.map_err(Into::into))))
            }
            Work::Care { care, search } => {
                let (care, search) = (*care, search.clone());
                let people = self.people_of(&asker, care, &search)?;
                let all = people.len();
                let units = people.into_iter().map(move |insured| system.care_unit(&asker, care, &search, &insured));
                (
                    all,
                    0,
                    Box::new(units.map(|unit| Ok(BulkUnit::Confirm(unit?))).map(|unit: Result<_, HubError>| Ok(unit?))),
                )
            }
        };
        Ok(BulkAnswer { header: header.counting(all, errors), units })
    }

    fn received(&self, asker: &Asker, kind: Kind, number: &str) -> Result<Option<Arc<Received>>, StoreError> {
        let known = |received: &Arc<Received>| {
            let age = asker.time.duration_since(received.at);
            received.institution == asker.institution
                && received.kind() == kind
                && age <= signed(self.settings.bulk_kept_for)
        };
        Ok(self.store.received(number)?.filter(known))
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
        received.at.checked_add(signed(self.settings.bulk_ready_after)).is_ok_and(|done| done <= now)
    }

    /// The unit of a row; none for work that has no rows.
    fn unit(&self, asker: &Asker, received: &Received, row: usize) -> Result<Option<BulkUnit>, HubError> {
        match &received.work {
            Work::Queries { day, searches, .. } => {
                let Some(search) = searches.get(row) else { return Ok(None) };
                let day = parse_date(day).unwrap_or(received.at.date());
                Ok(Some(BulkUnit::Confirm(self.confirm_one(asker, day, search)?)))
            }
            Work::Registrations { rows, failures, .. } => {
                let failure = failures.get(row).copied().flatten();
                Ok(rows.get(row).map(|row| BulkUnit::Registration(registered(row, failure))))
            }
            Work::Care { .. } => Ok(None),
        }
    }

    /// One row: rows 1–26 of a record, no consent, no certificate; the 照会番号 stands beside it.
    fn confirm_one(&self, asker: &Asker, day: Date, search: &SearchInfo) -> Result<BulkConfirmUnit, HubError> {
        let failure = failure_of(search);
        let unit = BulkConfirmUnit {
            search: Some(search.clone()),
            processing_result_status: status(failure).to_owned(),
            processing_result_code: failure.map(|notice| notice.code.to_owned()),
            processing_result_message: failure.map(|notice| notice.message.to_owned()),
            ..BulkConfirmUnit::default()
        };
        let Some(birthdate) = parse_date(&search.birthdate) else { return Ok(unit) };
        let circumstances = Circumstances {
            time: asker.time,
            consented: Consented::now(asker.time),
            day,
            institution: &asker.institution,
            agreed: Agreed::default(),
            reference_number: None,
            with_key: false,
            tickets: Tickets::None,
            tells_limit_change: true,
        };
        let (validity, mut records) = self.confirm(search, birthdate, &circumstances, None)?;
        Ok(BulkConfirmUnit {
            qualification_validity: Some(validity.code().to_owned()),
            reference_numbers: records.iter_mut().filter_map(|record| record.reference_number.take()).collect(),
            records,
            ..unit
        })
    }
}

/// Why a row of a query cannot be answered: told before it is, because the header counts such rows.
fn failure_of(search: &SearchInfo) -> Option<Notice> {
    parse_date(&search.birthdate).is_none().then_some(notice::BIRTHDATE)
}

fn registered(row: &RegistrationInfo, failure: Option<Notice>) -> BulkRegistrationUnit {
    BulkRegistrationUnit {
        registration: Some(row.clone()),
        processing_result_status: status(failure).to_owned(),
        processing_result_code: failure.map(|notice| notice.code.to_owned()),
        processing_result_message: failure.map(|notice| notice.message.to_owned()),
    }
}

/// OQSCD004
fn status(failure: Option<Notice>) -> &'static str {
    if failure.is_none() { "1" } else { "2" }
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
impl Received {
    /// One of each kind, as stores keep them.
    pub(in crate::hub) fn of_every_kind(at: DateTime) -> [Arc<Self>; 3] {
        let searches = Arc::new(vec![SearchInfo { insured_branch_number: Some("01".into()), ..SearchInfo::default() }]);
        let rows = Arc::new(vec![RegistrationInfo { reference_number: "K-1".into(), ..RegistrationInfo::default() }]);
        let failures = vec![Some(notice::NOBODY_TO_REGISTER), None];
        let kinds = [
            Work::Queries { day: "20261121".into(), searches, errors: 1 },
            Work::Registrations { rows, failures, errors: 1 },
            Work::Care { care: Care::HomeVisit, search: CareSearch::default() },
        ];
        kinds.map(|work| {
            let (institution, identifier) = ("1319919997".into(), Some("202611210001".into()));
            Arc::new(Self { institution, identifier, at, work })
        })
    }
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
            work: Work::Registrations {
                rows: Arc::new(vec![RegistrationInfo::default(); rows]),
                failures: Vec::new(),
                errors: 0,
            },
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
