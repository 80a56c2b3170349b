//! Whose certificate it is, and what its authority says of it.

use super::TrustArgs;
use crate::authority::{Authority, OCSP_URL, Purpose};
use crate::card::authorities::{KnownAuthority, fingerprint};
use crate::card::certificate::Certificate;
use crate::card::chain::{Chain, verify_chain};
use crate::card::judgement::{Judgement, Verdict};
use crate::card::revocation::http::Http;
use crate::card::revocation::{Finding, Places, Standing, ask};
use crate::card::roots;
use crate::cli::client::station_url;
use crate::cli::layout::usual_settings;
use crate::cli::{Exit, Failure};
use crate::clock::Clock;
use crate::random::secret_key;

/// The path of the responder on a hub or a station; lists are beside it.
const RESPONDER: &str = "/jpki/ocsp";

/// Variables of `[card]`.
const SETTINGS: &str = "MADOGUCHI_CARD_";

/// What is thought of a certificate.
pub(super) struct Opinion {
    pub(super) judgement: Judgement,
    /// Who issued it, when that is known: the root's certificate.
    pub(super) issuer: Option<Certificate>,
    /// Issued by the test authority.
    pub(super) is_test: bool,
    pub(super) finding: Finding,
}

impl Opinion {
    pub(super) fn verdict(&self) -> Verdict {
        self.judgement.verdict(&self.finding.standing)
    }

    /// Name and fingerprint of the issuer: Japanese, English, hexadecimal. A root that nobody has heard of has no name.
    pub(super) fn issuer_name(&self) -> Option<(Option<(String, String)>, String)> {
        let root = self.issuer.as_ref()?;
        let test = || ("テスト認証局".to_owned(), "test authority".to_owned());
        let name = if self.is_test { Some(test()) } else { KnownAuthority::of(root).map(KnownAuthority::name) };
        Some((name, fingerprint(root)))
    }
}

/// Roots that the operator trusts, by `--roots` and `[card] roots`. Read before the card is touched: a wrong file should not cost a read.
pub(super) fn trusted(args: &TrustArgs) -> Result<Vec<Certificate>, Failure> {
    let files = [args.roots.clone(), usual_settings(|name| name.starts_with(SETTINGS))?.card.roots].concat();
    roots::load(&files).map_err(|error| {
        Failure::new(Exit::Usage, error.to_string())
            .remedy("認証局証明書のPEMまたはDERを指定してください / give the root's certificate as PEM or DER")
    })
}

/// Looks at `certificate`, and asks its authority as far as `args` allow.
pub(super) fn judge(
    certificate: &Certificate,
    trusted: &[Certificate],
    args: &TrustArgs,
    clock: &Clock,
) -> Result<Opinion, Failure> {
    let test = test_root(certificate);
    let roots = test.as_ref().map_or(trusted, |(_, root)| std::slice::from_ref(root));
    let issuer = match verify_chain(certificate, roots) {
        Chain::Verified { root } => roots.get(root).cloned(),
        _ => None,
    };
    let is_test = test.is_some() && issuer.is_some();
    let policy = match &issuer {
        Some(_) if is_test => Some(Authority::policy(Purpose::Authentication)),
        Some(issuer) => KnownAuthority::of(issuer).map(|known| known.policy().oid.clone()),
        None => None,
    };
    let judgement = Judgement::of(certificate, roots, policy.as_deref(), clock.now());
    let finding = match &issuer {
        Some(issuer) => {
            let key = secret_key().map_err(|error| Failure::new(Exit::Internal, format!("random: {error}")))?;
            let mut nonce = [0; 16];
            nonce.iter_mut().zip(key).for_each(|(byte, drawn)| *byte = drawn);
            let places = places(certificate, test.as_ref().map(|(authority, _)| authority), args);
            ask(certificate, issuer, &places, &Http::default(), clock.now(), nonce)
        }
        // Whose answer nobody can check, nobody is asked.
        None => Finding { standing: Standing::Unknown, from: None, remarks: Vec::new() },
    };
    Ok(Opinion { judgement, issuer, is_test, finding })
}

/// The generation of the test authority that issued it, or whose key it names without being signed by it. The name is looked at first:
/// making a root's key takes a while.
fn test_root(certificate: &Certificate) -> Option<(Authority, Certificate)> {
    if !Authority::is_named_in(&certificate.issuer) {
        return None;
    }
    let mut named = None;
    for authority in Authority::generations() {
        let Ok(root) = Certificate::parse(&authority.root(Purpose::Authentication)) else { continue };
        match verify_chain(certificate, std::slice::from_ref(&root)) {
            Chain::Verified { .. } => return Some((authority, root)),
            Chain::BadSignature => named = named.or(Some((authority, root))),
            Chain::UnknownIssuer | Chain::OtherGeneration => {}
        }
    }
    named
}

/// Whom to ask, in order. A real authority learns from a question that somebody looks at this card, so without a word of the operator only
/// this machine is asked: the hub of the certificate, and the station where it usually is.
fn places(certificate: &Certificate, test: Option<&Authority>, args: &TrustArgs) -> Places {
    let mut places = Places { ocsp: args.ocsp.iter().cloned().collect(), crl: args.crl.iter().cloned().collect() };
    if args.offline {
        places.crl.retain(|place| !is_url(place));
        return places;
    }
    let named = certificate.ocsp.as_ref().filter(|url| args.online || is_here(url));
    let station = test.map(|_| station_url(std::env::var("MADOGUCHI_STATION").ok()) + RESPONDER);
    if places.ocsp.is_empty() {
        places.ocsp.extend(named.cloned());
        places.ocsp.extend(station.iter().cloned());
        places.ocsp.dedup();
    }
    if places.crl.is_empty()
        && let Some(authority) = test
    {
        // Lists of the test authority lie beside its responder, also where the operator named another one.
        let hubs = places.ocsp.iter().filter_map(|url| url.strip_suffix(RESPONDER));
        let file = format!("{}-{}.crl", Purpose::Authentication.word(), authority.generation().number());
        places.crl = hubs.map(|hub| format!("{hub}/jpki/crl/{file}")).collect();
    }
    places
}

fn is_url(place: &str) -> bool {
    place.starts_with("http://") || place.starts_with("https://")
}

/// Is it an address of this machine? As the test authority's certificates have it, or another port.
fn is_here(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    url == OCSP_URL
        || ["127.0.0.1", "localhost", "[::1]"]
            .iter()
            .any(|here| host.strip_prefix(here).is_some_and(|port| port.is_empty() || port.starts_with(':')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_of_this_machine_is_asked_without_a_word_of_the_operator() {
        for here in [OCSP_URL, "http://localhost/ocsp", "http://[::1]:80/"] {
            assert!(is_here(here), "{here}");
        }
        for elsewhere in
            ["http://ocsp.example.invalid/", "http://127.0.0.1.example.invalid/", "http://localhosts/", "x"]
        {
            assert!(!is_here(elsewhere), "{elsewhere}");
        }
    }
}
