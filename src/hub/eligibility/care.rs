//! Who belongs to a month or period (spec/oqs-interface.md §2.6, [B]; whom the real centre lists is not public, [C]).
//!
//! 医療扶助: whoever has a 医療券 or 調剤券 of the month. 訪問診療等 and オンライン診療等: whoever agreed at home within the period, to this
//! institution; of several consents the latest counts.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use super::Eligibility;
use super::consent::Remembered;
use super::insured::Insured;
use super::record::{Agreed, Circumstances, Consented, Tickets, record};
use super::store::as_known_on;
use super::ticket;
use super::validity::{ByCard, Held, MEDICAL_ASSISTANCE, Validity, by_card, is_valid};
use crate::clock::parse_date;
use crate::hub::error::{HubError, StoreError};
use crate::hub::notice::{self, Notice};
use crate::message::bulk::{BulkConfirmUnit, Care, CareSearch};
use crate::people::{HomeCare, HomeConsent};
use crate::visit::Question;
use crate::wire::Asker;

/// Why nobody can be looked for.
pub(super) fn failure_of(care: Care, search: &CareSearch) -> Option<Notice> {
    if care.treatment_flag().is_some_and(|flag| search.medical_treatment_flag.as_deref() != Some(flag)) {
        return Some(notice::TREATMENT_FLAG);
    }
    let backwards = [
        (&search.consent_date_from, &search.consent_date_to),
        (&search.examination_date_from, &search.examination_date_to),
    ];
    let backwards = backwards.iter().any(|(from, to)| from.is_some() && to.is_some() && from > to);
    backwards.then_some(notice::PERIOD)
}

impl Eligibility {
    /// Whom `search` asks for.
    pub(super) fn people_of(
        &self,
        asker: &Asker,
        care: Care,
        search: &CareSearch,
    ) -> Result<Vec<Arc<Insured>>, StoreError> {
        let institution = &asker.institution;
        let today = asker.time.date();
        let mut people: Vec<_> = self.store.everybody()?.into_iter().map(|one| as_known_on(one, today)).collect();
        people.retain(|insured| match HomeCare::of(care) {
            None => with_tickets(insured, month(search), institution).is_some(),
            Some(kind) => consent(insured, kind, search, institution).is_some(),
        });
        Ok(people)
    }

    /// The unit of one of them: their records, the 照会番号 of the n-th beside them as the n-th.
    pub(super) fn care_unit(
        &self,
        asker: &Asker,
        care: Care,
        search: &CareSearch,
        insured: &Insured,
    ) -> Result<BulkConfirmUnit, HubError> {
        let institution = &asker.institution;
        let number = self.reference_number(insured, institution)?;
        let (day, held, consented, agreed, tickets) = match HomeCare::of(care) {
            None => {
                let day = day_in(month(search), asker.time);
                let held = assisted(insured, day, month(search), institution);
                (day, held, Consented::now(asker.time), Agreed::default(), Tickets::OfMonth(month(search)))
            }
            Some(kind) => {
                let day = asker.time.date();
                let held = by_card(insured, ByCard { day, institution, medical_assistance: true });
                let given = consent(insured, kind, search, institution);
                let consented =
                    given.map_or(Consented::now(asker.time), |c| Consented { given: c.given, until: c.until });
                (day, held, consented, given.map(agreed).unwrap_or_default(), Tickets::OfTheDay)
            }
        };
        let circumstances = Circumstances {
            time: asker.time,
            consented,
            day,
            institution,
            agreed,
            reference_number: None,
            with_key: false,
            tickets,
            tells_limit_change: false,
        };
        let records: Vec<_> = held.qualifications.iter().map(|held| record(insured, held, &circumstances)).collect();
        Ok(BulkConfirmUnit {
            processing_result_status: "1".to_owned(),
            qualification_validity: Some(held.validity.code().to_owned()),
            reference_numbers: number.iter().flat_map(|number| records.iter().map(|_| number.clone())).collect(),
            records,
            ..BulkConfirmUnit::default()
        })
    }
}

fn month(search: &CareSearch) -> &str {
    search.medical_treatment_month.as_deref().unwrap_or_default()
}

/// The day of `month` whose state counts: today, or the end of the month nearer to it.
fn day_in(month: &str, now: DateTime) -> Date {
    let today = now.date();
    let Some(first) = parse_date(&format!("{month}01")) else { return today };
    let last = first.saturating_add(1.month()).saturating_sub(1.day());
    today.clamp(first, last)
}

/// Where in their qualifications the 医療扶助 stands that has tickets of `month`.
fn with_tickets(insured: &Insured, month: &str, institution: &str) -> Option<usize> {
    insured.qualifications.iter().position(|held| {
        held.insured_card_classification == MEDICAL_ASSISTANCE && !ticket::of_month(held, month, institution).is_empty()
    })
}

/// The 医療扶助 of `month`, behind an insurance that they have beside it. Without a ticket for `institution` it is 有効（未登録）.
fn assisted<'a>(insured: &'a Insured, day: Date, month: &str, institution: &str) -> Held<'a> {
    let place = with_tickets(insured, month, institution);
    let Some(assistance) = place.and_then(|place| insured.qualifications.get(place)) else {
        return Held::nothing(Validity::NoQualification);
    };
    let registered = ticket::of_month(assistance, month, institution)
        .iter()
        .any(|ticket| ticket.designated_medical_institution_flag.as_deref() == Some(ticket::MATCHES));
    let insurance = insured
        .qualifications
        .iter()
        .find(|held| held.insured_card_classification != MEDICAL_ASSISTANCE && is_valid(held, day));
    Held::of(
        if registered { Validity::Valid } else { Validity::ValidUnregistered },
        insurance.into_iter().chain([assistance]),
    )
}

/// What they agreed to at home for `kind`, to this institution, as it stands at `now`: of several consents the latest counts ([C]).
pub(super) fn agreed_at_home(
    insured: &Insured,
    kind: HomeCare,
    institution: &str,
    now: DateTime,
) -> Option<Remembered> {
    let given = to_institution(insured, kind, institution).filter(|consent| consent.given <= now);
    let latest = given.max_by_key(|consent| consent.given)?;
    Some(Remembered::given(&agreed(latest), Consented { given: latest.given, until: latest.until }))
}

fn to_institution<'a>(
    insured: &'a Insured,
    kind: HomeCare,
    institution: &str,
) -> impl Iterator<Item = &'a HomeConsent> {
    let here = move |consent: &&HomeConsent| consent.institution.as_ref().is_none_or(|code| code == institution);
    insured.home_consents.iter().filter(move |consent| consent.kind == kind).filter(here)
}

/// The latest consent for `kind` that `search` asks for.
fn consent<'a>(
    insured: &'a Insured,
    kind: HomeCare,
    search: &CareSearch,
    institution: &str,
) -> Option<&'a HomeConsent> {
    let within = |day: Date, from: &Option<String>, to: &Option<String>| {
        let bound = |bound: &Option<String>| bound.as_deref().and_then(parse_date);
        bound(from).is_none_or(|from| from <= day) && bound(to).is_none_or(|to| day <= to)
    };
    let asked_for = |consent: &&HomeConsent| match search.is_by_examination() {
        true => within(consent.examined_on, &search.examination_date_from, &search.examination_date_to),
        false => within(consent.given.date(), &search.consent_date_from, &search.consent_date_to),
    };
    to_institution(insured, kind, institution).filter(asked_for).max_by_key(|consent| consent.given)
}

/// The consent groups of somebody who agreed at home: those of a reader.
fn agreed(consent: &HomeConsent) -> Agreed {
    let to = |question| Some(consent.consents.agrees(question));
    Agreed {
        limit: to(Question::LimitCertificate),
        specific_disease: to(Question::SpecificDisease),
        health_checkup: to(Question::HealthCheckup),
        diagnosis_and_pharmacists: to(Question::DiagnosisAndPharmacists),
        operation: to(Question::Operation),
        // The institution's switch for it does not travel with a bulk request.
        emr_sharing: false,
    }
}
