//! A client's end of TLS: which authority the hub's certificate has to be of, and the certificate that a terminal shows itself.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{AlertDescription, CertificateError, ClientConfig, RootCertStore};
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

/// Files of a terminal's certificate, PEM.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// The authority of the hub's certificate; those that browsers know when left out.
    pub ca: Option<PathBuf>,
    /// The terminal's certificate, its chain behind it.
    pub certificate: Option<PathBuf>,
    /// Its key.
    pub key: Option<PathBuf>,
}

/// Files that make no certificate.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// It cannot be read, or is no PEM.
    #[error("{file} を読めません: {cause} / cannot be used: it has to be PEM")]
    Unusable {
        /// Which.
        file: PathBuf,
        /// Why.
        cause: String,
    },
    /// One without the other.
    #[error("certificate と key は両方必要です / certificate and key go together: name both or neither")]
    Half,
    /// They do not belong together.
    #[error("{key} は {certificate} の鍵ではありません ({cause}) / the key does not belong to the certificate")]
    AnotherKey {
        /// The certificate.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
        /// Why.
        cause: String,
    },
}

impl Files {
    /// Whether any is named.
    pub fn are_named(&self) -> bool {
        *self != Self::default()
    }

    /// Reads them, for a client.
    ///
    /// # Errors
    /// As [`TlsError`] says.
    pub fn read(&self) -> Result<TlsConfig, TlsError> {
        let mut config = TlsConfig::builder();
        if let Some(ca) = &self.ca {
            let roots = certificates(ca)?;
            let roots: Vec<_> = roots.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
            config = config.root_certs(RootCerts::Specific(Arc::new(roots)));
        }
        config = match (&self.certificate, &self.key) {
            (None, None) => config,
            (Some(certificate), Some(key)) => config.client_cert(Some(own(certificate, key)?)),
            _ => return Err(TlsError::Half),
        };
        Ok(config.build())
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let read = read.map_err(|cause| unusable(file, &cause))?;
    match read.is_empty() {
        true => Err(unusable(file, &"no certificate in it")),
        false => Ok(read),
    }
}

fn own(certificate: &Path, key: &Path) -> Result<ClientCert, TlsError> {
    let chain = certificates(certificate)?;
    let own = PrivateKeyDer::from_pem_file(key).map_err(|cause| unusable(key, &cause))?;
    // ureq takes it for granted that they belong together.
    let tried = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map(|builder| builder.with_root_certificates(RootCertStore::empty()))
        .and_then(|builder| builder.with_client_auth_cert(chain.clone(), own));
    tried.map_err(|cause| TlsError::AnotherKey {
        certificate: certificate.to_owned(),
        key: key.to_owned(),
        cause: cause.to_string(),
    })?;
    let chain: Vec<_> = chain.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
    let bytes = std::fs::read(key).map_err(|cause| unusable(key, &cause))?;
    let own = PrivateKey::from_pem(&bytes).map_err(|cause| unusable(key, &cause))?;
    Ok(ClientCert::new_with_certs(&chain, own))
}

fn unusable(file: &Path, cause: &dyn fmt::Display) -> TlsError {
    TlsError::Unusable { file: file.to_owned(), cause: cause.to_string() }
}

/// Whose certificate is not accepted, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distrust {
    /// The hub's is of an authority that this terminal was not told of.
    UnknownHub,
    /// The hub's is for other names.
    HubName,
    /// The hub's has ended, or does not hold yet.
    HubExpired,
    /// Something else is wrong with the hub's.
    Hub,
    /// The hub asks for a certificate, and this terminal has none.
    NoneShown,
    /// The hub was not told of the authority of this terminal's.
    UnknownTerminal,
    /// This terminal's has ended, or does not hold yet.
    TerminalExpired,
    /// This terminal's was revoked.
    TerminalRevoked,
    /// The hub does not say what is wrong with this terminal's.
    Terminal,
    /// Whoever listens there does not speak TLS.
    NoTls,
    /// Whoever listens there speaks nothing else.
    TlsWanted,
}

/// What people read: cause and remedy.
const WORDS: [(Distrust, &str, &str); 11] = [
    (
        Distrust::UnknownHub,
        "ハブの証明書が [hub] ca の認証局のものではありません。hub enrol で受け取った ca.pem を指定してください",
        "the hub's certificate is not of the authority in [hub] ca: name the ca.pem that `hub enrol` wrote",
    ),
    (
        Distrust::HubName,
        "ハブの証明書は url のホスト名のものではありません。url を直すか、ハブを --tls-name でその名前を付けて起動してください",
        "the hub's certificate is for other names than that in url: correct it, or start the hub with --tls-name",
    ),
    (
        Distrust::HubExpired,
        "ハブの証明書は有効期間外です。この機械とハブの時計を確認し、ハブを再起動してください",
        "the hub's certificate is out of date: look at the clocks of both machines, and restart the hub",
    ),
    (Distrust::Hub, "ハブの証明書を使えません", "the hub's certificate cannot be used"),
    (
        Distrust::NoneShown,
        "ハブは端末の証明書を求めています。[hub] certificate と key に hub enrol で受け取ったファイルを指定してください",
        "the hub asks for a terminal's certificate: name those that `hub enrol` wrote in [hub] certificate and key",
    ),
    (
        Distrust::UnknownTerminal,
        "ハブはこの端末の証明書の認証局を知りません。そのハブの hub enrol で発行してください",
        "the hub does not know the authority of this terminal's certificate: have it enrolled at that hub",
    ),
    (
        Distrust::TerminalExpired,
        "この端末の証明書は有効期間外です。hub enrol で発行し直してください",
        "this terminal's certificate is out of date: enrol it again",
    ),
    (
        Distrust::TerminalRevoked,
        "この端末の証明書は失効しています。hub enrol で発行し直してください",
        "this terminal's certificate was revoked: enrol it again",
    ),
    (
        Distrust::Terminal,
        "ハブはこの端末の証明書を受け付けません。hub enrol で発行し直してください",
        "the hub does not accept this terminal's certificate: enrol it again",
    ),
    (
        Distrust::NoTls,
        "そこのハブは TLS を使っていません。url を http:// にするか、ハブを --tls で起動してください",
        "the hub there does not speak TLS: write http:// in url, or start the hub with --tls",
    ),
    (
        Distrust::TlsWanted,
        "そこのハブは TLS を使っています。url を https:// にし、ca にハブの ca.pem を指定してください",
        "the hub there speaks TLS: write https:// in url, and name its ca.pem in ca",
    ),
];

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, ja, en) = WORDS.iter().find(|(kind, ..)| kind == self).unwrap_or(&WORDS[0]);
        write!(f, "{ja} / {en}")
    }
}

impl Distrust {
    /// Which of these an exchange ended with, if with any.
    pub fn of(error: &ureq::Error) -> Option<Self> {
        let error = match error {
            ureq::Error::Rustls(error) => error,
            ureq::Error::Io(error) => error.get_ref()?.downcast_ref::<rustls::Error>()?,
            _ => return None,
        };
        use rustls::Error::{AlertReceived, InvalidCertificate, InvalidMessage};
        Some(match error {
            InvalidCertificate(cause) => match cause {
                CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::UnknownHub,
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Self::HubName,
                CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. } => Self::HubExpired,
                _ => Self::Hub,
            },
            AlertReceived(AlertDescription::CertificateRequired) => Self::NoneShown,
            AlertReceived(AlertDescription::UnknownCA | AlertDescription::DecryptError) => Self::UnknownTerminal,
            AlertReceived(AlertDescription::CertificateExpired) => Self::TerminalExpired,
            AlertReceived(AlertDescription::CertificateRevoked) => Self::TerminalRevoked,
            AlertReceived(
                AlertDescription::BadCertificate
                | AlertDescription::CertificateUnknown
                | AlertDescription::UnsupportedCertificate
                | AlertDescription::AccessDenied
                | AlertDescription::HandshakeFailure,
            ) => Self::Terminal,
            InvalidMessage(_) => Self::NoTls,
            _ => return None,
        })
    }
}
