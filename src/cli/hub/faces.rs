//! The faces of a hub: where each listens, TLS for terminals and municipalities, the audit of them all.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use clap::Args;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{occupied, usage};
use crate::cli::{Exit, Failure};
use crate::clock::Clock;
use crate::event::{Lang, say};
use crate::hub::Hub;
use crate::hub::audit::{Audit, Face};
use crate::hub::gate::Gate;
use crate::hub::gate::folder::{DEFAULT, GateFolder};
use crate::hub::server::entrance::{Entrance, Limits};
use crate::hub::server::{self};
use crate::wire::Connection;

/// Beside where it listens.
#[derive(Debug, Clone, Args)]
pub struct FaceArgs {
    /// TLS: 端末は証明書、自治体はトークンを見せる。鍵と証明書のフォルダ、なければ作る / TLS: terminals show a certificate, municipalities their token; the folder of keys, made if missing
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = DEFAULT, require_equals = true)]
    pub tls: Option<PathBuf>,
    /// ハブの証明書に入れる名前やアドレス (繰り返し可) / a name or address of the hub for its certificate, repeatable
    #[arg(long, value_name = "NAME", requires = "tls")]
    pub tls_name: Vec<String>,
    /// 認証局 (OCSP、CRL) を別のアドレスで公開する / publish OCSP and CRL at an address of their own
    #[arg(long, value_name = "ADDR")]
    pub status: Option<String>,
    /// 誰が何を照会したかの記録 (JSON Lines) / write down who asked what
    #[arg(long, value_name = "FILE")]
    pub audit: Option<PathBuf>,
}

/// How all faces of this hub are served.
pub(super) struct Faces {
    gate: Option<Arc<Gate>>,
    audit: Option<Arc<Audit>>,
    clock: Clock,
}

impl FaceArgs {
    /// Makes keys and opens files: everything that can be wrong before the first byte travels.
    /// It listens at `addresses`.
    pub(super) fn prepare(&self, addresses: &[&str], clock: &Clock, lang: Lang) -> Result<Faces, Failure> {
        let gate = match &self.tls {
            Some(folder) => {
                // A line is real: its certificates hold or not by the machine's clock, whatever the documents say.
                let real = Clock::real();
                let mut names = self.tls_name.clone();
                names.extend(addresses.iter().filter_map(|listen| name_of(listen)));
                let folder = GateFolder::open(folder, &names, real.now()).map_err(|error| usage(&error))?;
                let gate = Gate::open(&folder, real, |trouble| eprintln!("madoguchi: {trouble}"));
                Some(Arc::new(gate.map_err(|error| usage(&error))?))
            }
            None => None,
        };
        let audit = self.audit.as_deref().map(|file| {
            let trouble = move |error: &std::io::Error| {
                let what = say(lang, "監査記録を書けません", "the audit cannot be written");
                eprintln!("madoguchi: {what}: {error}");
            };
            Audit::open(file, trouble).map_err(|error| {
                let what = say(lang, "監査記録を開けません", "the audit cannot be opened");
                Failure::new(Exit::Outside, format!("{} {what}: {error}", file.display()))
            })
        });
        Ok(Faces { gate, audit: audit.transpose()?, clock: clock.clone() })
    }

    /// The face of the certificate authority, where it has an address; what the line of readiness says of it, and who serves it.
    pub(super) async fn status(
        &self,
        faces: &Faces,
        hub: &Arc<Hub>,
        lang: Lang,
    ) -> Result<Option<(String, JoinHandle<()>)>, Failure> {
        let Some(listen) = &self.status else { return Ok(None) };
        let listener = TcpListener::bind(listen).await.map_err(|error| occupied("--status", listen, &error, lang))?;
        let address = listener.local_addr().map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
        let router = server::status(hub.clone(), faces.clock.clone());
        Ok(Some((format!(" status=http://{address}"), faces.serve(Face::Status, listener, router))))
    }

    /// The paths of the terminals' face: those of the authority too, where it has no address of its own.
    pub(super) fn terminals(&self, line: Arc<dyn Connection>, hub: Arc<Hub>, clock: &Clock) -> Router {
        match self.status {
            Some(_) => server::terminals(line, clock.clone()),
            None => server::router_through(line, hub, clock.clone()),
        }
    }
}

impl Faces {
    /// `http` or `https`, of the faces to terminals and to municipalities.
    pub(super) fn scheme(&self) -> &'static str {
        if self.gate.is_some() { "https" } else { "http" }
    }

    /// How this face is served. What an authority publishes is for everybody, and signed: no TLS there.
    pub(super) fn entrance(&self, face: Face) -> Entrance {
        let gate = self.gate.clone().filter(|_| face != Face::Status);
        Entrance { face, gate, limits: Limits::default(), audit: self.audit.clone(), clock: self.clock.clone() }
    }

    /// Serves a face beside that of the terminals, as long as they are served.
    pub(super) fn serve(&self, face: Face, listener: TcpListener, router: Router) -> JoinHandle<()> {
        let serving = self.entrance(face).serve(listener, router, std::future::pending());
        tokio::spawn(async { drop(serving.await) })
    }
}

/// The host of `HOST:PORT`, where it leads to this machine alone.
fn name_of(listen: &str) -> Option<String> {
    let (host, _) = listen.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_any = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_unspecified());
    (!host.is_empty() && !is_any).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn a_hub_is_called_by_the_address_it_listens_at_unless_that_is_every_address() {
        assert_eq!(name_of("10.0.0.5:8791").as_deref(), Some("10.0.0.5"));
        assert_eq!(name_of("[2001:db8::1]:8791").as_deref(), Some("2001:db8::1"));
        assert_eq!(name_of("hub.test:8791").as_deref(), Some("hub.test"));
        for every in ["0.0.0.0:8791", "[::]:8791", ":8791", "8791"] {
            assert_eq!(name_of(every), None, "{every}");
        }
    }
}
