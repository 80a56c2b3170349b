//! What lasts is written down where `--state` says: while the station works, and at its end.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::Station;
use super::state::{State, StateFolder};

/// How often is looked whether something changed: as much is lost when the process is killed.
const LOOK: Duration = Duration::from_secs(1);

impl Station {
    /// Keeps what changes from now on, until the station goes down or nobody holds it any more.
    async fn keep_what_changes(station: Weak<Self>) {
        let Some(mut stop) = station.upgrade().map(|station| station.stopping()) else { return };
        let mut written = None;
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = stop.wait_for(|stopped| *stopped) => return,
            }
            let Some(station) = station.upgrade() else { return };
            let kept = tokio::task::spawn_blocking(move || station.keep_if_changed(written)).await;
            // A panic in there has been printed; what is kept at the end is kept all the same.
            let Ok(now) = kept else { return };
            written = now;
        }
    }

    /// Keeps what lasts; gives what was seen. A folder that refuses is told once for each change, not every second.
    fn keep_if_changed(&self, written: Option<State>) -> Option<State> {
        let folder = self.state.as_ref()?;
        let now = match self.lasting() {
            Ok(now) if written.as_ref() == Some(&now) => return written,
            Ok(now) => now,
            Err(error) => {
                self.links.trouble("station", error.to_string(), error.to_string());
                return written;
            }
        };
        if let Err(error) = folder.write(&now) {
            self.links.trouble("station", error.to_string(), error.to_string());
        }
        Some(now)
    }

    /// Keeps what lasts, now.
    pub(super) fn keep(&self, folder: &StateFolder) -> Result<(), Box<dyn std::error::Error>> {
        Ok(folder.write(&self.lasting()?)?)
    }

    fn lasting(&self) -> Result<State, Box<dyn std::error::Error>> {
        // A hub elsewhere keeps its own.
        let reference_numbers = self.hub.as_ref().map(|hub| hub.reference_numbers()).transpose()?.unwrap_or_default();
        let roster = &self.links.roster;
        let bindings = self.links.bindings.kept();
        Ok(State { cards: roster.kept(), reference_numbers, adopted: roster.adopted(), bindings })
    }

    /// Starts keeping, where there is a folder for it.
    pub(super) fn start_keeping(self: &Arc<Self>) {
        if self.state.is_some() {
            tokio::spawn(Self::keep_what_changes(Arc::downgrade(self)));
        }
    }
}
