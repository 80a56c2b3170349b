//! The trust anchors: configuration, read when the first certificate is checked. The roots of the test authority take keys to be
//! made, which no start should wait for.

use std::sync::{Arc, LazyLock};

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

    /// No root: every chain stays unverified.
    pub fn none() -> Self {
        Self::made_by(Vec::new)
    }

    pub(super) fn get(&self) -> &[Certificate] {
        &self.0
    }
}
