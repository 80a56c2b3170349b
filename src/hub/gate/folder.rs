//! The folder of `--tls`: whatever lies in it is used, and what does not is made, as long as the authority's key is ours.
//!
//! ```text
//! ca.pem       the authority that terminals' certificates are of     ca.key       its key: kept here alone
//! server.pem   the hub's certificate, with its chain                 server.key   its key
//! revoked.pem  who may not come in any more (CRL)                    issued/      one certificate per terminal, without its key
//! ```
//!
//! An operator with an authority of their own puts `ca.pem`, `server.pem`, `server.key` and perhaps `revoked.pem` there, and no `ca.key`.

use std::fmt::Display;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::ToSpan;
use jiff::civil::{DateTime, date};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

use super::client::Client;
use crate::authority::line::{Institutions, Life, LineAuthority, new_key, new_serial};
use crate::authority::{CrlContent, Period, Reason, Revocation, pem};
use crate::clock::{from_unix_seconds, unix_seconds};
use crate::folder::lock::{Lock, LockError};
use crate::folder::{hand_in, private};

/// Where `--tls` looks when it names no folder.
pub const DEFAULT: &str = "hub-tls";
/// How long a terminal's certificate holds when nobody says otherwise: three years. The real ones' time is not public.
pub const DAYS: i64 = 1095;
/// The authority outlives whatever it issues in a laboratory.
const ROOT_YEARS: i64 = 20;
/// The hub's own certificate is made again so long before its end, at a start.
const RENEW_DAYS: i64 = 30;
/// Machines in a laboratory do not agree about the minute.
const SKEW_HOURS: i64 = 24;
/// Another command makes keys there for some seconds; longer means that it hangs.
const PATIENCE: Duration = Duration::from_secs(20);
/// Every name of this machine itself.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Why there is no gate.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// A file that cannot be read, written or understood.
    #[error("TLS のファイル {file} を使えません: {cause} / cannot be used")]
    Useless {
        /// Which.
        file: PathBuf,
        /// Why.
        cause: String,
    },
    /// An authority of the operator's, and no certificate for the hub.
    #[error(
        "{folder} に {missing} がありません。ca.key のない認証局では madoguchi は証明書を発行できません。{missing} を置くか、空のフォルダを指定してください / {missing} is missing: without ca.key nothing can be issued; put it there, or name an empty folder"
    )]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// The file.
        missing: &'static str,
    },
    /// The key is not that of the certificate.
    #[error(
        "{folder} の ca.key は ca.pem のものではありません / ca.key does not belong to ca.pem: remove ca.key to use an authority of your own"
    )]
    AnotherKey {
        /// The folder.
        folder: PathBuf,
    },
    /// Nobody knows any more who was revoked.
    #[error(
        "{file} がありません。だれが失効しているか分からないので、だれも通しません。控えから戻すか、空のフォルダで端末を登録し直してください (hub enrol) / the list of the revoked is gone, so nobody can be let in: put it back from a copy, or enrol the terminals anew in an empty folder"
    )]
    NoList {
        /// Where it was.
        file: PathBuf,
    },
    /// Another command works there.
    #[error("{folder} は別の madoguchi ({holder}) が使用中です / another madoguchi works there: try again")]
    Held {
        /// The folder.
        folder: PathBuf,
        /// Who.
        holder: String,
    },
    /// Nobody of this name was enrolled.
    #[error("「{wanted}」の証明書は発行していません (発行済み: {known}) / no certificate was issued to that one")]
    Unknown {
        /// As asked for.
        wanted: String,
        /// Who was.
        known: String,
    },
}

impl GateError {
    pub(super) fn useless(file: PathBuf, cause: impl Display) -> Self {
        Self::Useless { file, cause: cause.to_string() }
    }
}

/// Serial numbers, and since when they are revoked.
type Entries = Vec<(Vec<u8>, Revocation)>;

/// The folder, complete.
#[derive(Debug)]
pub struct GateFolder {
    path: PathBuf,
}

/// A certificate on its way to a terminal.
pub struct Issued {
    /// The terminal's certificate, PEM.
    pub certificate: String,
    /// Its key, PEM. Nobody else has it.
    pub key: String,
    /// The authority that the hub's certificate is of, PEM.
    pub ca: String,
    /// Last valid second, JST.
    pub not_after: DateTime,
}

impl GateFolder {
    /// Opens `path`, making what is missing: an authority, and a certificate for a hub that `names` lead to besides those of this machine.
    ///
    /// # Errors
    /// As [`GateError`] says; so of all the others.
    pub fn open(path: &Path, names: &[String], now: DateTime) -> Result<Self, GateError> {
        let folder = Self { path: path.to_owned() };
        let _held = folder.hold()?;
        folder.make_authority(now)?;
        let all: Vec<String> = LOCAL.iter().map(|name| (*name).to_owned()).chain(names.iter().cloned()).collect();
        folder.make_server(&all, now)?;
        Ok(folder)
    }

    /// The folder, which must be complete already.
    pub fn existing(path: &Path) -> Result<Self, GateError> {
        let folder = Self { path: path.to_owned() };
        folder.roots()?;
        Ok(folder)
    }

    /// Issues a certificate to `terminal`.
    pub fn enrol(
        &self,
        terminal: &str,
        institutions: &Institutions,
        days: i64,
        now: DateTime,
    ) -> Result<Issued, GateError> {
        let _held = self.hold()?;
        let authority = self.authority()?.ok_or_else(|| self.missing("ca.key"))?;
        let (key, serial) = self.draw()?;
        let life = life(now, days);
        let der = authority.terminal(&key.to_public_key(), terminal, institutions, &serial, life);
        let certificate = pem::write("CERTIFICATE", &der);
        let issued = self.path.join("issued");
        self.tried(&issued, fs::create_dir_all(&issued))?;
        let hex: String = serial.iter().map(|byte| format!("{byte:02x}")).collect();
        self.write(&format!("issued/{hex}.pem"), certificate.as_bytes())?;
        let ca = self.tried(&self.ca(), fs::read_to_string(self.ca()))?;
        Ok(Issued { certificate, key: self.key_pem(&key)?, ca, not_after: life.not_after })
    }

    /// Puts every certificate of the terminal, or of the institution, on the list; who they were. A running hub refuses them from its next
    /// look.
    pub fn revoke(&self, wanted: &str, now: DateTime) -> Result<Vec<Client>, GateError> {
        let _held = self.hold()?;
        let authority = self.authority()?.ok_or_else(|| self.missing("ca.key"))?;
        let issued = self.issued()?;
        let is_meant = |client: &Client| client.name() == wanted || client.institutions() == wanted;
        let (meant, others): (Vec<_>, Vec<_>) = issued.into_iter().partition(is_meant);
        if meant.is_empty() {
            let mut known: Vec<_> = others.iter().map(Client::name).collect();
            known.sort_unstable();
            known.dedup();
            return Err(GateError::Unknown { wanted: wanted.to_owned(), known: known.join(", ") });
        }
        let (mut number, mut revoked) = self.listed()?;
        let revocation = Revocation { at: now, reason: Reason::CessationOfOperation };
        for client in &meant {
            if !revoked.iter().any(|(serial, _)| serial == client.serial()) {
                revoked.push((client.serial().to_vec(), revocation));
            }
        }
        number += 1;
        self.write_list(&authority, number, revoked, now)?;
        Ok(meant)
    }

    /// Everybody to whom a certificate was issued here.
    pub fn issued(&self) -> Result<Vec<Client>, GateError> {
        let place = self.path.join("issued");
        let entries = match fs::read_dir(&place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => self.tried(&place, entries)?,
        };
        let files = entries.filter_map(Result::ok).map(|entry| entry.path());
        files
            .filter(|file| file.extension().is_some_and(|extension| extension == "pem"))
            .map(|file| {
                let der =
                    CertificateDer::from_pem_file(&file).map_err(|error| GateError::useless(file.clone(), error))?;
                Client::of(&der).ok_or_else(|| GateError::useless(file, "no certificate"))
            })
            .collect()
    }

    pub(super) fn ca(&self) -> PathBuf {
        self.path.join("ca.pem")
    }

    pub(super) fn server(&self) -> PathBuf {
        self.path.join("server.pem")
    }

    pub(super) fn server_key(&self) -> PathBuf {
        self.path.join("server.key")
    }

    pub(super) fn list(&self) -> PathBuf {
        self.path.join("revoked.pem")
    }

    /// Whose certificates are let in.
    pub(super) fn roots(&self) -> Result<Vec<CertificateDer<'static>>, GateError> {
        let roots = CertificateDer::pem_file_iter(self.ca()).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        roots.map_err(|error| GateError::useless(self.ca(), error))
    }

    /// Whoever has an authority of their own may have no list; ours always made one.
    ///
    /// # Errors
    /// It is ours.
    pub(super) fn may_lack_its_list(&self) -> Result<(), GateError> {
        match self.path.join("ca.key").exists() {
            true => Err(GateError::NoList { file: self.list() }),
            false => Ok(()),
        }
    }

    fn make_authority(&self, now: DateTime) -> Result<(), GateError> {
        if self.ca().exists() {
            return Ok(());
        }
        let (key, serial) = self.draw()?;
        let life = Life { not_before: life(now, 0).not_before, not_after: after(now, ROOT_YEARS * 365) };
        let text = self.key_pem(&key)?;
        let authority = LineAuthority::of(key);
        // The certificate last: without its key it would look like an operator's, without its list like one that lost it.
        self.write("ca.key", text.as_bytes())?;
        self.write_list(&authority, 1, Vec::new(), now)?;
        self.write("ca.pem", pem::write("CERTIFICATE", &authority.root(&serial, life)).as_bytes())
    }

    fn make_server(&self, names: &[String], now: DateTime) -> Result<(), GateError> {
        let authority = self.authority()?;
        let there = self.server().exists();
        let Some(authority) = authority else {
            return match (there, self.server_key().exists()) {
                (true, true) => Ok(()),
                (true, false) => Err(self.missing("server.key")),
                (false, _) => Err(self.missing("server.pem")),
            };
        };
        if there && self.still_serves(names, now)? {
            return Ok(());
        }
        let (key, serial) = self.draw()?;
        let text = self.key_pem(&key)?;
        let der = authority.server(&key.to_public_key(), names, &serial, life(now, DAYS));
        self.write("server.key", text.as_bytes())?;
        self.write("server.pem", pem::write("CERTIFICATE", &der).as_bytes())
    }

    /// Is the hub's certificate somebody else's, or ours with all these names and some time to go?
    fn still_serves(&self, names: &[String], now: DateTime) -> Result<bool, GateError> {
        let file = self.server();
        let useless = |error: &dyn Display| GateError::useless(file.clone(), error);
        let der = CertificateDer::from_pem_file(&file).map_err(|error| useless(&error))?;
        let (_, certificate) = X509Certificate::from_der(&der).map_err(|error| useless(&error))?;
        let roots = self.roots()?;
        let root = roots.first().ok_or_else(|| GateError::useless(self.ca(), "no certificate"))?;
        let (_, root) = X509Certificate::from_der(root).map_err(|error| GateError::useless(self.ca(), error))?;
        if certificate.issuer().as_raw() != root.subject().as_raw() {
            return Ok(true);
        }
        let ends = certificate.validity().not_after.timestamp();
        let has = |wanted: &String| {
            let alternatives = certificate.subject_alternative_name().ok().flatten();
            alternatives.is_some_and(|found| found.value.general_names.iter().any(|name| is_called(name, wanted)))
        };
        Ok(ends > unix_seconds(after(now, RENEW_DAYS)) && names.iter().all(has))
    }

    /// Our own authority; `None`: the operator's, whose key is elsewhere.
    fn authority(&self) -> Result<Option<LineAuthority>, GateError> {
        let file = self.path.join("ca.key");
        let text = match fs::read_to_string(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => self.tried(&file, text)?,
        };
        let key = RsaPrivateKey::from_pkcs8_pem(&text).map_err(|error| GateError::useless(file, error))?;
        let authority = LineAuthority::of(key);
        let roots = self.roots()?;
        let subject = |der: &CertificateDer<'_>| {
            X509Certificate::from_der(der).ok().map(|(_, certificate)| certificate.subject().as_raw().to_vec())
        };
        match roots.first().and_then(subject) {
            Some(subject) if subject == authority.name() => Ok(Some(authority)),
            _ => Err(GateError::AnotherKey { folder: self.path.clone() }),
        }
    }

    /// Number and entries of the list as it is.
    fn listed(&self) -> Result<(u128, Entries), GateError> {
        let file = self.list();
        let text = match fs::read(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(GateError::NoList { file }),
            text => self.tried(&file, text)?,
        };
        let useless = |error: &dyn Display| GateError::useless(file.clone(), error);
        let der =
            rustls::pki_types::CertificateRevocationListDer::from_pem_slice(&text).map_err(|error| useless(&error))?;
        let (_, list) = CertificateRevocationList::from_der(&der).map_err(|error| useless(&error))?;
        let number = list.crl_number().and_then(|number| u128::try_from(number).ok()).unwrap_or_default();
        let entry = |entry: &x509_parser::revocation_list::RevokedCertificate<'_>| {
            let at = from_unix_seconds(entry.revocation_date.timestamp())?;
            Some((entry.raw_serial().to_vec(), Revocation { at, reason: Reason::CessationOfOperation }))
        };
        let entries = list.iter_revoked_certificates().filter_map(entry).collect();
        Ok((number, entries))
    }

    fn write_list(
        &self,
        authority: &LineAuthority,
        number: u128,
        revoked: Entries,
        now: DateTime,
    ) -> Result<(), GateError> {
        // Nobody makes a new list every day here: it holds as long as the authority.
        let period = Period { this_update: now, next_update: after(now, ROOT_YEARS * 365) };
        let der = authority.crl(&CrlContent { period, number, revoked });
        self.write("revoked.pem", pem::write("X509 CRL", &der).as_bytes())
    }

    fn draw(&self) -> Result<(RsaPrivateKey, Vec<u8>), GateError> {
        let drawn = new_key().and_then(|key| Ok((key, new_serial()?)));
        self.tried(&self.path, drawn)
    }

    fn key_pem(&self, key: &RsaPrivateKey) -> Result<String, GateError> {
        let der = key.to_pkcs8_der().map_err(|error| GateError::useless(self.path.clone(), error))?;
        Ok(pem::write("PRIVATE KEY", der.as_bytes()))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), GateError> {
        let written = hand_in(&self.path, name, |beside| private::write(beside, bytes));
        self.tried(&self.path.join(name), written.map(drop))
    }

    fn hold(&self) -> Result<Lock, GateError> {
        self.tried(&self.path, fs::create_dir_all(&self.path))?;
        let begun = Instant::now();
        loop {
            match Lock::take(&self.path, &format!("hub, pid {}", std::process::id())) {
                Ok(lock) => return Ok(lock),
                Err(LockError::Unusable(cause)) => return Err(GateError::useless(self.path.clone(), cause)),
                Err(LockError::Held(holder)) if begun.elapsed() > PATIENCE => {
                    return Err(GateError::Held { folder: self.path.clone(), holder });
                }
                Err(LockError::Held(_)) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    fn missing(&self, missing: &'static str) -> GateError {
        GateError::Missing { folder: self.path.clone(), missing }
    }

    fn tried<T>(&self, file: &Path, tried: io::Result<T>) -> Result<T, GateError> {
        tried.map_err(|error| GateError::useless(file.to_owned(), error))
    }
}

fn is_called(name: &GeneralName<'_>, wanted: &str) -> bool {
    match (name, wanted.parse::<std::net::IpAddr>()) {
        (GeneralName::DNSName(name), Err(_)) => name.eq_ignore_ascii_case(wanted),
        (GeneralName::IPAddress(bytes), Ok(std::net::IpAddr::V4(address))) => *bytes == address.octets(),
        (GeneralName::IPAddress(bytes), Ok(std::net::IpAddr::V6(address))) => *bytes == address.octets(),
        _ => false,
    }
}

/// From yesterday, so that a machine whose clock is behind takes it, for so many days.
fn life(now: DateTime, days: i64) -> Life {
    let not_before = now.checked_sub(SKEW_HOURS.hours()).unwrap_or(now);
    Life { not_before, not_after: after(now, days) }
}

fn after(now: DateTime, days: i64) -> DateTime {
    now.checked_add(days.days()).unwrap_or(date(9999, 12, 31).at(23, 59, 59, 0))
}
