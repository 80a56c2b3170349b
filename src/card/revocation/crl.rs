//! A list of revoked certificates (RFC 5280 §5) and what it says of one.

use jiff::civil::DateTime;
use x509_parser::oid_registry::OID_X509_EXT_ISSUER_DISTRIBUTION_POINT;
use x509_parser::pem::Pem;
use x509_parser::prelude::{CertificateRevocationList, FromDer};

use super::{Standing, Unreliable, in_time, reason};
use crate::card::certificate::Certificate;
use crate::card::chain::has_signed;
use crate::card::tlv::take;
use crate::clock;

/// What the list (DER or PEM) says of `certificate`, if it may be believed at `now`.
///
/// # Errors
/// Why it may not: not the issuer's, not of this time, or about other certificates.
pub fn judge(
    list: &[u8],
    certificate: &Certificate,
    issuer: &Certificate,
    now: DateTime,
) -> Result<Standing, Unreliable> {
    let pem = Pem::iter_from_buffer(list).filter_map(Result::ok).find(|pem| pem.label == "X509 CRL");
    let der = pem.as_ref().map_or(list, |pem| pem.contents.as_slice());
    let (_, list) = CertificateRevocationList::from_der(der).map_err(|error| Unreliable::Form(error.to_string()))?;
    if list.issuer().as_raw() != issuer.subject_der
        || !has_signed(issuer, list.tbs_cert_list.as_ref(), &list.signature_value.data)
    {
        return Err(Unreliable::Signer);
    }
    let time = |seconds| clock::from_unix_seconds(seconds).ok_or_else(|| Unreliable::Form("time".to_owned()));
    let until = list.next_update().map(|until| time(until.timestamp())).transpose()?;
    in_time(time(list.last_update().timestamp())?, until, now)?;
    for extension in list.extensions().iter().filter(|extension| extension.critical) {
        let is_ours = extension.oid == OID_X509_EXT_ISSUER_DISTRIBUTION_POINT
            && is_point_of(extension.value, certificate.distribution_point.as_deref());
        // What is critical and not understood may mean that this certificate is not on the list though it is revoked.
        if !is_ours {
            return Err(Unreliable::Scope);
        }
    }
    let entry = list.iter_revoked_certificates().find(|entry| entry.raw_serial() == certificate.serial.raw());
    Ok(match entry {
        None => Standing::Good,
        Some(entry) => Standing::Revoked {
            since: time(entry.revocation_date.timestamp())?,
            reason: reason(entry.reason_code().map_or(0, |(_, code)| code.0)),
        },
    })
}

/// Is the list for exactly the distribution point that the certificate names, without a restriction besides?
fn is_point_of(extension: &[u8], point: Option<&[u8]>) -> bool {
    let Ok((0x30, content, _)) = take(extension) else { return false };
    matches!(take(content), Ok((0xA0, name, [])) if Some(name) == point)
}
