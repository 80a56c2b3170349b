//! A place at a running desk: where its faces (page, text screen) look, order, and are told that something changed.

use std::sync::Arc;

use tokio::sync::watch;

use super::desk::Refused;
use super::orders::Order;
use super::running::Shared;
use super::slip::Slip;
use super::view::{self, Found, PatientView, View};

/// A place at the desk; clones are further places.
#[derive(Debug, Clone)]
pub struct Seat(Arc<Shared>);

impl Seat {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    /// The desk as it is now.
    pub fn view(&self) -> View {
        self.0.with(View::of)
    }

    /// The patients of the book that fit, see [`view::find`].
    pub fn find(&self, wanted: &str) -> Found {
        self.0.with(|desk| view::find(desk, wanted))
    }

    /// One patient whole.
    pub fn patient(&self, number: &str) -> Option<PatientView> {
        self.0.with(|desk| view::patient(desk, number))
    }

    /// The 受付票 of a patient, PDF.
    pub fn slip(&self, number: &str) -> Option<Vec<u8>> {
        let slip = self.0.with(|desk| desk.book().patient(number).map(|patient| Slip::of(patient, self.0.now())));
        // Outside the lock: a font is cut.
        slip.map(|slip| slip.to_pdf())
    }

    /// Carries out an order of the staff.
    ///
    /// # Errors
    /// Why not, for people.
    pub fn order(&self, order: Order) -> Result<(), Refused> {
        self.0.order(order)
    }

    /// Changes so far.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes()
    }
}
