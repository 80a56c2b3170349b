//! The trust anchors: configuration, read when a certificate is checked. The roots of the test authority take keys to be made, which
//! no start should wait for; and of its generations, only those are made that a certificate asks for.

use std::sync::{Arc, LazyLock};

use crate::authority::{Authority, Purpose};
use crate::card::certificate::Certificate;
use crate::card::chain::{Chain, verify_chain};

type Make = Box<dyn FnOnce() -> Vec<Certificate> + Send>;

/// Roots that certificates are checked against: generations of one authority, each read or made when a certificate gets that far.
/// Clones share them.
#[derive(Clone)]
pub struct Roots(Arc<[LazyLock<Vec<Certificate>, Make>]>);

impl Roots {
    /// Roots that `make` reads or makes, once, on first use.
    pub fn made_by(make: impl FnOnce() -> Vec<Certificate> + Send + 'static) -> Self {
        Self(Arc::new([lazy(make)]))
    }

    /// The roots of the test authority for 利用者証明用 certificates, which every software card comes from: all generations, the present
    /// one first.
    pub fn of_test_authority() -> Self {
        let root = |authority: Authority| {
            lazy(move || Certificate::parse(&authority.root(Purpose::Authentication)).into_iter().collect())
        };
        Self(Authority::generations().map(root).collect())
    }

    /// No root: every chain stays unverified.
    pub fn none() -> Self {
        Self(Arc::new([]))
    }

    /// The root that issued `certificate`; the first call waits for it. Its dates are not looked at: no certificate outlives the root
    /// that the authority issued it with.
    pub fn issuer_of(&self, certificate: &Certificate) -> Option<&Certificate> {
        for generation in self.0.iter() {
            match verify_chain(certificate, generation) {
                Chain::Verified { root } => return generation.get(root),
                // All generations have the same name.
                Chain::UnknownIssuer => return None,
                Chain::OtherGeneration | Chain::BadSignature => {}
            }
        }
        None
    }
}

fn lazy(make: impl FnOnce() -> Vec<Certificate> + Send + 'static) -> LazyLock<Vec<Certificate>, Make> {
    LazyLock::new(Box::new(make))
}
