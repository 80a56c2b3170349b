//! The trust anchors: configuration, read when the first certificate is checked. The roots of the test authority take keys to be
//! made, which no start should wait for.

use std::sync::{Arc, LazyLock};

use crate::authority::{Authority, Purpose};
use crate::card::certificate::Certificate;

type Make = Box<dyn FnOnce() -> Vec<Certificate> + Send>;

/// Roots that certificates are checked against; clones share them.
#[derive(Clone)]
pub struct Roots(Arc<LazyLock<Vec<Certificate>, Make>>);

impl Roots {
    /// Roots that `make` reads or makes, once, on first use.
    pub fn made_by(make: impl FnOnce() -> Vec<Certificate> + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(make))))
    }

    /// The root of the test authority for 利用者証明用 certificates, which every software card comes from.
    pub fn of_test_authority() -> Self {
        Self::made_by(|| {
            let root = Authority::default().root(Purpose::Authentication);
            Certificate::parse(&root).into_iter().collect()
        })
    }

    /// No root: every chain stays unverified.
    pub fn none() -> Self {
        Self::made_by(Vec::new)
    }

    /// The roots; the first call waits for them.
    pub fn get(&self) -> &[Certificate] {
        &self.0
    }
}
