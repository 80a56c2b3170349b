//! `/jpki/…`: what the certificate authority publishes. For clients that know nothing of madoguchi, such as openssl.

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use jiff::civil::DateTime;
use std::sync::Arc;

use super::caller::Caller;
use super::reply::{self, Refused};
use crate::authority::{Authority, Generation, Purpose, pem};
use crate::clock::Clock;
use crate::hub::Hub;
use crate::hub::jpki_authority::JpkiAuthority;

const OCSP_REQUEST: &str = "application/ocsp-request";
const OCSP_RESPONSE: &str = "application/ocsp-response";
const CRL: &str = "application/pkix-crl";
const CERTIFICATE: &str = "application/pkix-cert";
const PEM: &str = "application/x-pem-file";
/// A request about sixty-four certificates with its nonce has some 6 KiB.
const OCSP_LIMIT: usize = 64 * 1024;

/// What the handlers share.
#[derive(Clone)]
struct Served {
    hub: Arc<Hub>,
    clock: Clock,
}

/// The paths of docs/hub.md below `/jpki`. `clock` says when an answer was made.
pub fn router(hub: Arc<Hub>, clock: Clock) -> Router {
    Router::new()
        .route("/jpki/ocsp", post(ask).layer(DefaultBodyLimit::max(OCSP_LIMIT)))
        .route("/jpki/ocsp/{*request}", get(ask_by_path))
        .route("/jpki/crl/{file}", get(list))
        .route("/jpki/ca/{file}", get(root))
        .with_state(Served { hub, clock })
}

impl Served {
    /// Runs what reads the register or signs beside the event loop.
    async fn call<T: Send + 'static>(
        &self,
        call: impl FnOnce(&JpkiAuthority, DateTime) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let (hub, now) = (self.hub.clone(), self.clock.now());
        let called = tokio::task::spawn_blocking(move || call(&hub.jpki_authority(), now)).await;
        called.map_err(|_| Refused::new(500, "認証局の内部エラー / the authority failed: please report what was asked"))
    }

    async fn answer_of(&self, request: impl AsRef<[u8]> + Send + 'static) -> Result<Response, Refused> {
        let answer = self.call(move |authority, now| authority.ocsp(request.as_ref(), now)).await?;
        Ok(([(header::CONTENT_TYPE, OCSP_RESPONSE)], answer).into_response())
    }
}

/// `POST /jpki/ocsp` (RFC 6960 §A.1).
async fn ask(
    State(served): State<Served>,
    caller: Caller,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    caller.asks("ocsp");
    served.answer_of(reply::body_up_to(OCSP_LIMIT, &headers, OCSP_REQUEST, body)?).await
}

/// `GET /jpki/ocsp/{base64}`; what is no Base64 is no OCSP request either, and is answered as such.
async fn ask_by_path(
    State(served): State<Served>,
    caller: Caller,
    request: Result<Path<String>, PathRejection>,
) -> Result<Response, Refused> {
    caller.asks("ocsp");
    let Path(request) = request.map_err(|rejection| Refused::new(400, rejection.to_string()))?;
    served.answer_of(STANDARD_NO_PAD.decode(request.trim_end_matches('=')).unwrap_or_default()).await
}

/// `GET /jpki/crl/authentication.crl` and the like.
async fn list(
    State(served): State<Served>,
    caller: Caller,
    file: Result<Path<String>, PathRejection>,
) -> Result<Response, Refused> {
    caller.asks("crl");
    let (wanted, form) = published(file, &[("crl", Form::Der), ("pem", Form::Pem)])?;
    let der = served.call(move |authority, now| authority.crl(&wanted.authority, wanted.purpose, now)).await?;
    let der = der.map_err(|error| Refused::new(503, error.to_string()))?;
    Ok(form.of(der, CRL, "X509 CRL"))
}

/// `GET /jpki/ca/authentication.cer` and the like.
async fn root(
    State(served): State<Served>,
    caller: Caller,
    file: Result<Path<String>, PathRejection>,
) -> Result<Response, Refused> {
    caller.asks("ca");
    let (wanted, form) = published(file, &[("cer", Form::Der), ("pem", Form::Pem)])?;
    let der = served.call(move |_, _| wanted.authority.root(wanted.purpose)).await?;
    Ok(form.of(der, CERTIFICATE, "CERTIFICATE"))
}

/// Whose list or certificate a file name means.
struct Wanted {
    authority: Authority,
    purpose: Purpose,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Der,
    Pem,
}

/// `PURPOSE.EXTENSION`, or `PURPOSE-GENERATION.EXTENSION` for an earlier generation.
fn published(
    file: Result<Path<String>, PathRejection>,
    forms: &[(&'static str, Form)],
) -> Result<(Wanted, Form), Refused> {
    let Path(file) = file.map_err(|rejection| Refused::new(400, rejection.to_string()))?;
    let found = file.rsplit_once('.').and_then(|(stem, extension)| {
        let (_, form) = forms.iter().find(|(known, _)| *known == extension)?;
        let (word, generation) = match stem.rsplit_once('-') {
            Some((word, number)) => (word, Generation::try_from(number.parse::<u8>().ok()?).ok()?),
            None => (stem, Generation::PRESENT),
        };
        let purpose = Purpose::ALL.into_iter().find(|purpose| purpose.word() == word)?;
        Some((Wanted { authority: Authority::of_generation(generation), purpose }, *form))
    });
    found.ok_or_else(|| {
        let extensions: Vec<_> = forms.iter().map(|(extension, _)| *extension).collect();
        let names = format!("authentication, signature, authentication-1 … signature-{}", Generation::PRESENT);
        Refused::new(404, format!("{file} はありません / no such file: {names}; .{}", extensions.join(", .")))
    })
}

impl Form {
    fn of(self, der: Vec<u8>, media_type: &'static str, label: &str) -> Response {
        match self {
            Self::Der => ([(header::CONTENT_TYPE, media_type)], der).into_response(),
            Self::Pem => ([(header::CONTENT_TYPE, PEM)], pem::write(label, &der)).into_response(),
        }
    }
}
