//! `[[home_consents]]`

use jiff::ToSpan;
use jiff::civil::Date;

use super::{day, plan};
use crate::people::{HomeConsent, HomeConsentProfile};

/// A profile names days; the consent is given at this hour of them.
const GIVEN_AT_HOUR: i8 = 10;
/// How long a consent holds where the profile does not say it: as long as one at a reader. What is true of consents at home is not
/// public ([C]).
const HOURS: i32 = 24;

impl HomeConsentProfile {
    pub(super) fn settle(&self, today: Date) -> HomeConsent {
        let consented_on = self.consented_on.on(today);
        let given = consented_on.at(GIVEN_AT_HOUR, 0, 0, 0);
        HomeConsent {
            kind: self.kind,
            given,
            until: match day(self.valid_until, today) {
                Some(last) => last.at(23, 59, 59, 0),
                None => given.saturating_add(HOURS.hours()),
            },
            examined_on: day(self.examined_on, today).unwrap_or(consented_on),
            institution: self.institution.clone(),
            consents: plan(self.consents.as_ref()),
        }
    }
}
