//! Outcomes the operator asked for, made to look like the real ones.

use std::borrow::Cow;

use jiff::civil::Date;

use super::validity::{Held, Validity};
use crate::hub::error::HubError;
use crate::wire::Steering;

/// 医療保険等の資格取得 (OQSCD008)
const GAINED_ANOTHER: &str = "03";
/// その他
const OTHER: &str = "99";

/// The validity asked for, if any.
pub fn validity(steering: &Steering) -> Result<Option<Validity>, HubError> {
    match steering.validity.as_deref() {
        None => Ok(None),
        Some("2") => Ok(Some(Validity::Invalid)),
        Some("3") => Ok(Some(Validity::Superseded)),
        Some("4") => Ok(Some(Validity::NoQualification)),
        Some(other) => Err(HubError::Steering(other.to_owned())),
    }
}

/// `held` as if the qualification had been lost on `day`. Whoever has no qualification at all keeps validity 4: there is no record
/// to show as lost.
pub fn steer(held: Held<'_>, wanted: Option<Validity>, day: Date) -> Held<'_> {
    let Some(validity) = wanted else { return held };
    let reason = match validity {
        Validity::Superseded => GAINED_ANOTHER,
        _ => OTHER,
    };
    let Some(first) = held.qualifications.into_iter().next().filter(|_| validity != Validity::NoQualification) else {
        return Held::nothing(Validity::NoQualification);
    };
    let mut lost = first.into_owned();
    if lost.lost_on.is_none_or(|on| day < on) {
        lost.lost_on = Some(day);
        lost.reason_of_loss = Some(reason.to_owned());
    }
    Held { validity, qualifications: vec![Cow::Owned(lost)] }
}
