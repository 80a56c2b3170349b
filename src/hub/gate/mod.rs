//! TLS at a hub. Terminals show a certificate, as on the real line; how the real one is made is not public, and this is ours (docs/hub.md).
//! Municipalities show their token inside, and no certificate: nothing public asks one of them.
//!
//! - [`Gate`]: what a handshake goes by, with the list of revoked certificates as it is at that moment, or as it was last known
//! - [`folder`]: the keys and certificates, made on first use or given by the operator; enrolling and revoking
//! - [`client`]: whom a certificate names, and for whom they ask

pub mod client;
pub mod folder;

use std::collections::HashSet;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::time_provider::TimeProvider;
use rustls::{RootCertStore, ServerConfig};
use x509_parser::prelude::{CertificateRevocationList, FromDer};

use self::client::Client;
use self::folder::{GateError, GateFolder};
use crate::clock::{self, Clock};

/// Who may come in. Whoever was revoked meanwhile may not, without a restart: the list is read again for every handshake and request.
/// A list that was known and is gone, or cannot be read, goes on holding as it was: nobody becomes welcome by a file that is missing.
pub struct Gate {
    roots: Arc<RootCertStore>,
    own: Own,
    list: PathBuf,
    clock: Clock,
    current: RwLock<Arc<Current>>,
    /// For those who show no certificate.
    of_server_alone: Arc<ServerConfig>,
    /// Told once when the list cannot be read, and again when it could meanwhile.
    trouble: Box<dyn Fn(&ListTrouble) + Send + Sync>,
    is_troubled: AtomicBool,
}

/// The hub's certificate with its chain, and its key.
struct Own {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

/// What somebody has to look after, although the hub goes on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListTrouble {
    /// A list that was there.
    #[error(
        "失効の一覧 {file} を読めません ({cause})。最後に読めた一覧で断り続けます。控えから戻してください / the list of the revoked cannot be read: the last one goes on holding; put it back from a copy"
    )]
    Lost {
        /// Where it was.
        file: PathBuf,
        /// Why.
        cause: String,
    },
    /// An operator's own authority has none.
    #[error(
        "{file} がないので、失効した端末を見分けません / there is no list of the revoked: nobody is refused as such"
    )]
    NoList {
        /// Where it would be.
        file: PathBuf,
    },
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").field("list", &self.list).finish_non_exhaustive()
    }
}

/// The gate as of one list.
struct Current {
    /// The file's bytes; `None`: there is no file.
    list: Option<Vec<u8>>,
    revoked: HashSet<Vec<u8>>,
    config: Arc<ServerConfig>,
}

impl Gate {
    /// With what lies in `folder`. Certificates are valid or not by `clock`, which is the machine's wherever a real line is meant: a hub
    /// whose document time stands still must not refuse a certificate of today. `trouble` hears of a list that is not there.
    ///
    /// # Errors
    /// A file is no PEM, or key and certificate do not belong together, or the list of an authority of ours is gone.
    pub fn open(
        folder: &GateFolder,
        clock: Clock,
        trouble: impl Fn(&ListTrouble) + Send + Sync + 'static,
    ) -> Result<Self, GateError> {
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
        let (roots, list, own) = (Arc::new(roots), folder.list(), Own { chain, key });
        let bytes = read(&list).map_err(|error| GateError::useless(list.clone(), error))?;
        if bytes.is_none() {
            folder.may_lack_its_list()?;
            trouble(&ListTrouble::NoList { file: list.clone() });
        }
        let useless = |cause: String| GateError::useless(list.clone(), cause);
        let current = Current::of(bytes, &roots, &own, &clock).map_err(useless)?;
        let of_server_alone = own.config(WebPkiClientVerifier::no_client_auth(), &clock).map_err(useless)?;
        Ok(Self {
            roots,
            own,
            clock,
            current: RwLock::new(Arc::new(current)),
            of_server_alone: Arc::new(of_server_alone),
            trouble: Box::new(trouble),
            is_troubled: AtomicBool::new(false),
            list,
        })
    }

    /// What the next handshake of a terminal goes by.
    pub fn config(&self) -> Arc<ServerConfig> {
        self.current().config.clone()
    }

    /// The same for whoever shows no certificate and is asked for none.
    pub fn config_of_server_alone(&self) -> Arc<ServerConfig> {
        self.of_server_alone.clone()
    }

    /// May this one not come in any more?
    pub fn has_revoked(&self, client: &Client) -> bool {
        self.current().revoked.contains(client.serial())
    }

    /// The list is some kilobytes and read whole: a time stamp would miss two changes within one tick.
    fn current(&self) -> Arc<Current> {
        let known = self.current.read().unwrap_or_else(PoisonError::into_inner).clone();
        let now = match (read(&self.list), &known.list) {
            (Ok(None), Some(_)) => Err("no such file".to_owned()),
            (now, _) => now.map_err(|error| error.to_string()),
        };
        let fresh = now.and_then(|now| match now == known.list {
            true => Ok(None),
            false => Current::of(now, &self.roots, &self.own, &self.clock).map(Some),
        });
        let was_troubled = self.is_troubled.swap(fresh.is_err(), Ordering::Relaxed);
        match fresh {
            Ok(None) => known,
            Ok(Some(fresh)) => {
                let fresh = Arc::new(fresh);
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh.clone();
                fresh
            }
            Err(cause) => {
                if !was_troubled {
                    (self.trouble)(&ListTrouble::Lost { file: self.list.clone(), cause });
                }
                known
            }
        }
    }
}

impl Current {
    /// By the bytes of a list; without any, nobody is revoked.
    fn of(list: Option<Vec<u8>>, roots: &Arc<RootCertStore>, own: &Own, clock: &Clock) -> Result<Self, String> {
        let lists = match &list {
            Some(bytes) => CertificateRevocationListDer::pem_slice_iter(bytes)
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| error.to_string())?,
            None => Vec::new(),
        };
        if list.is_some() && lists.is_empty() {
            return Err("no list in it".to_owned());
        }
        let mut revoked = HashSet::new();
        for der in &lists {
            let (_, list) = CertificateRevocationList::from_der(der).map_err(|error| error.to_string())?;
            revoked.extend(list.iter_revoked_certificates().map(|entry| entry.raw_serial().to_vec()));
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider);
        // A list says of whom it speaks; an operator's authority may have several, and not all of them here.
        let verifier = verifier.with_crls(lists).allow_unknown_revocation_status().build();
        let config = own.config(verifier.map_err(|error| error.to_string())?, clock)?;
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

impl Own {
    fn config(&self, verifier: Arc<dyn ClientCertVerifier>, clock: &Clock) -> Result<ServerConfig, String> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_details(provider, Arc::new(OfClock(clock.clone())))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_client_cert_verifier(verifier)
            .with_single_cert(self.chain.clone(), self.key.clone_key())
            .map_err(|error| error.to_string())?;
        // A session that is taken up again shows no certificate, and so would outlive its revocation.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(config)
    }
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
