//! 失効確認: is a certificate revoked? The authority is asked by OCSP and, where that gives nothing to rely on, by its list (CRL).
//!
//! What nobody could be asked is *unreachable*, what was answered without being reliable is *unknown*; neither is ever *good*.
//!
//! - [`ask`]: the places in their order, the first reliable answer wins
//! - [`ocsp`]: question and answer, pure (RFC 6960)
//! - [`crl`]: a list, pure (RFC 5280 §5)
//! - [`http`]: how they are fetched

pub mod crl;
pub mod http;
pub mod ocsp;

use jiff::civil::DateTime;
use serde::Serialize;

use self::ocsp::Question;
use super::certificate::Certificate;

/// How far the clocks of two machines may be apart, seconds. Five minutes, as other clients take it.
const CLOCKS_APART_S: i64 = 300;

/// What the authority says of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Standing {
    /// Not revoked.
    Good,
    /// 失効
    Revoked {
        /// Since when, JST.
        since: DateTime,
        /// Why, a word of [`reason`].
        reason: &'static str,
    },
    /// Nobody vouches for it: never issued, nobody asked, or no answer that can be relied on.
    Unknown,
    /// No place that was to be asked gave an answer.
    Unreachable,
}

/// How the standing was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is said.
    pub standing: Standing,
    /// Where the answer came from that decided.
    pub from: Option<String>,
    /// What was tried besides and why it did not decide; Japanese / English.
    pub remarks: Vec<String>,
}

/// Why an answer cannot be relied on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreliable {
    /// Not what it should be.
    #[error("読めません ({0}) / not readable")]
    Form(String),
    /// The responder refuses (OCSPResponseStatus).
    #[error("回答を断りました: {0} / the responder refuses")]
    Refused(&'static str),
    /// The signature is not the issuer's, nor that of somebody whom the issuer delegated.
    #[error("発行者が認めた署名ではありません / not signed by the issuer or its delegate")]
    Signer,
    /// It is about something else.
    #[error("別の証明書についての回答です / it is about another certificate")]
    Other,
    /// It does not repeat our number.
    #[error("問い合わせの番号 (nonce) が違います / it repeats another nonce")]
    Nonce,
    /// Too old, or from the future.
    #[error("{from} から {until} までのもので、今は使えません / it was good from {from} to {until}, not now")]
    Time {
        /// thisUpdate, JST.
        from: String,
        /// nextUpdate, JST; `?` where none is given.
        until: String,
    },
    /// A list of another part of the authority's certificates.
    #[error("別の配布点のリストです / the list is for another distribution point")]
    Scope,
}

/// Whoever can fetch.
pub trait Fetch {
    /// Sends an OCSP request and returns the answer's bytes.
    ///
    /// # Errors
    /// Why nothing came, for people.
    fn ask(&self, url: &str, request: &[u8]) -> Result<Vec<u8>, String>;

    /// The bytes of a list: a URL, or a file of this machine.
    ///
    /// # Errors
    /// Why nothing came, for people.
    fn list(&self, place: &str) -> Result<Vec<u8>, String>;
}

/// Where the authority can be asked, each in the order in which they are tried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// URLs of responders.
    pub ocsp: Vec<String>,
    /// URLs or files of lists.
    pub crl: Vec<String>,
}

/// Asks about `certificate`, which `issuer` has signed. `nonce` must be one that nobody can foresee.
pub fn ask(
    certificate: &Certificate,
    issuer: &Certificate,
    places: &Places,
    fetch: &dyn Fetch,
    now: DateTime,
    nonce: [u8; 16],
) -> Finding {
    let question = Question::about(certificate, issuer, nonce);
    let by_ocsp = places.ocsp.iter().map(|place| {
        let judged = fetch.ask(place, &question.der()).map(|answer| question.judge(&answer, issuer, now));
        (format!("OCSP {place}"), judged)
    });
    let by_list = places.crl.iter().map(|place| {
        let judged = fetch.list(place).map(|list| crl::judge(&list, certificate, issuer, now));
        (format!("CRL {place}"), judged)
    });
    let (mut remarks, mut was_answered) = (Vec::new(), false);
    for (place, judged) in by_ocsp.chain(by_list) {
        match judged {
            Ok(Ok(standing)) => return Finding { standing, from: Some(place), remarks },
            Ok(Err(unreliable)) => {
                was_answered = true;
                remarks.push(format!("{place}: {unreliable}"));
            }
            Err(cause) => remarks.push(format!("{place}: {cause}")),
        }
    }
    let standing = if was_answered || remarks.is_empty() { Standing::Unknown } else { Standing::Unreachable };
    Finding { standing, from: None, remarks }
}

/// May something that was said at `from`, good until `until`, be relied on at `now`?
fn in_time(from: DateTime, until: Option<DateTime>, now: DateTime) -> Result<(), Unreliable> {
    let seconds = crate::clock::unix_seconds;
    let holds = seconds(from) <= seconds(now) + CLOCKS_APART_S
        && until.is_some_and(|until| seconds(now) <= seconds(until) + CLOCKS_APART_S);
    if holds {
        return Ok(());
    }
    let until = until.map_or_else(|| "?".to_owned(), |until| until.to_string());
    Err(Unreliable::Time { from: from.to_string(), until })
}

/// CRLReason as a word (RFC 5280 §5.3.1), the same as in profiles.
pub fn reason(code: u8) -> &'static str {
    const WORDS: [(u8, &str); 10] = [
        (1, "key-compromise"),
        (2, "ca-compromise"),
        (3, "affiliation-changed"),
        (4, "superseded"),
        (5, "cessation-of-operation"),
        (6, "certificate-hold"),
        (8, "remove-from-crl"),
        (9, "privilege-withdrawn"),
        (10, "aa-compromise"),
        (0, "unspecified"),
    ];
    WORDS.iter().find(|(known, _)| *known == code).map_or("unspecified", |(_, word)| word)
}
