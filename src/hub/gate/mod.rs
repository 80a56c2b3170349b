//! The gate of the terminals' face: TLS with a certificate on either side, as the real line has. How the real one is made is not public;
//! this is ours (docs/hub.md).
//!
//! - [`Gate`]: what a handshake goes by, with the list of revoked certificates as it is at that moment
//! - [`folder`]: the keys and certificates, made on first use or given by the operator; enrolling and revoking
//! - [`client`]: whom a certificate names, and for whom they ask

pub mod client;
pub mod folder;

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, UnixTime};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::time_provider::TimeProvider;
use rustls::{RootCertStore, ServerConfig};
use x509_parser::prelude::{CertificateRevocationList, FromDer};

use self::client::Client;
use self::folder::{GateError, GateFolder};
use crate::clock::{self, Clock};

/// Who may come in. Whoever was revoked meanwhile may not, without a restart: the list is read again for every handshake and request.
#[derive(Debug)]
pub struct Gate {
    roots: Arc<RootCertStore>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    list: PathBuf,
    clock: Clock,
    current: RwLock<Arc<Current>>,
}

/// The gate as of one list.
#[derive(Debug)]
struct Current {
    /// The file's bytes; `None`: there is no file.
    list: Option<Vec<u8>>,
    revoked: HashSet<Vec<u8>>,
    config: Arc<ServerConfig>,
}

impl Gate {
    /// With what lies in `folder`. Certificates are valid or not by `clock`, which is the machine's wherever a real line is meant: a hub
    /// whose document time stands still must not refuse a certificate of today.
    ///
    /// # Errors
    /// A file is no PEM, or key and certificate do not belong together.
    pub fn open(folder: &GateFolder, clock: Clock) -> Result<Self, GateError> {
        let mut roots = RootCertStore::empty();
        for root in folder.roots()? {
            let refused = |error: rustls::Error| GateError::useless(folder.ca(), error);
            roots.add(root).map_err(refused)?;
        }
        let certificate = folder.server();
        let chain = CertificateDer::pem_file_iter(&certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| GateError::useless(certificate, error))?;
        let key = PrivateKeyDer::from_pem_file(folder.server_key())
            .map_err(|error| GateError::useless(folder.server_key(), error))?;
        let provider = rustls::crypto::ring::default_provider();
        CertifiedKey::from_der(chain.clone(), key.clone_key(), &provider)
            .map_err(|error| GateError::useless(folder.server_key(), error))?;
        let (roots, list) = (Arc::new(roots), folder.list());
        let current = Current::read(&list, &roots, (&chain, &key), &clock)?;
        Ok(Self { roots, chain, key, list, clock, current: RwLock::new(Arc::new(current)) })
    }

    /// What the next handshake goes by.
    pub fn config(&self) -> Arc<ServerConfig> {
        self.current().config.clone()
    }

    /// May this one not come in any more?
    pub fn has_revoked(&self, client: &Client) -> bool {
        self.current().revoked.contains(client.serial())
    }

    /// The list is some kilobytes and read whole: a time stamp would miss two changes within one tick.
    fn current(&self) -> Arc<Current> {
        let known = self.current.read().unwrap_or_else(PoisonError::into_inner).clone();
        let now = read(&self.list);
        // A list that cannot be read or understood just now is being written: the last good one holds, and nobody is let in by it who was not before.
        let Ok(now) = now else { return known };
        if now == known.list {
            return known;
        }
        let Ok(fresh) = Current::read(&self.list, &self.roots, (&self.chain, &self.key), &self.clock) else {
            return known;
        };
        let fresh = Arc::new(fresh);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh.clone();
        fresh
    }
}

impl Current {
    fn read(
        path: &PathBuf,
        roots: &Arc<RootCertStore>,
        (chain, key): (&[CertificateDer<'static>], &PrivateKeyDer<'static>),
        clock: &Clock,
    ) -> Result<Self, GateError> {
        let useless = |error: &dyn std::fmt::Display| GateError::useless(path.clone(), error);
        let list = read(path).map_err(|error| useless(&error))?;
        let lists = match &list {
            Some(bytes) => CertificateRevocationListDer::pem_slice_iter(bytes)
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| useless(&error))?,
            None => Vec::new(),
        };
        let mut revoked = HashSet::new();
        for der in &lists {
            let (_, list) = CertificateRevocationList::from_der(der).map_err(|error| useless(&error))?;
            revoked.extend(list.iter_revoked_certificates().map(|entry| entry.raw_serial().to_vec()));
        }
        let config = config(roots, lists, chain, key, clock).map_err(|error| useless(&error))?;
        Ok(Self { list, revoked, config: Arc::new(config) })
    }
}

fn read(path: &PathBuf) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn config(
    roots: &Arc<RootCertStore>,
    lists: Vec<CertificateRevocationListDer<'static>>,
    chain: &[CertificateDer<'static>],
    key: &PrivateKeyDer<'static>,
    clock: &Clock,
) -> Result<ServerConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider.clone());
    // A list says of whom it speaks; an operator's authority may have several, and not all of them here.
    let verifier = verifier.with_crls(lists).allow_unknown_revocation_status();
    let verifier = verifier.build().map_err(|error| error.to_string())?;
    let mut config = ServerConfig::builder_with_details(provider, Arc::new(OfClock(clock.clone())))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain.to_vec(), key.clone_key())
        .map_err(|error| error.to_string())?;
    // A session that is taken up again shows no certificate, and so would outlive its revocation.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

/// TLS by our clock.
#[derive(Debug)]
struct OfClock(Clock);

impl TimeProvider for OfClock {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(clock::unix_seconds(self.0.now())).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}
