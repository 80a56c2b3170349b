//! Many people as one table: read, looked at, taken; and written.

use super::{Station, StationError};
use crate::people::table::{self, Form, Plan};

impl Station {
    /// Takes the people of a table, all of them or none, until reset; with `dry_run` says only what would be done. Who is there already
    /// gives way where `replace` says so.
    ///
    /// # Errors
    /// [`StationError::BadTable`] with every mistake.
    pub fn import_people(&self, bytes: &[u8], replace: bool, dry_run: bool) -> Result<Plan, StationError> {
        let bad = |mistakes| StationError::BadTable { mistakes };
        let hub = self.hub.as_ref().ok_or(StationError::NoEmbeddedHub)?;
        let table = table::read(bytes, self.clock().now().date()).map_err(bad)?;
        let present = self.links.roster.people();
        let plan = table.plan(|id| present.get(id).is_some(), replace).map_err(bad)?;
        let profiles = table.rows.into_iter().map(|row| (row.id, row.profile)).collect();
        if dry_run {
            // Serial numbers are compared when all are together.
            let today = self.clock().now().date();
            let mut with = (*present).clone();
            return with
                .put_all(profiles, today)
                .map(|()| plan)
                .map_err(|error| StationError::BadProfile { message: error.to_string() });
        }
        for person in self.links.roster.put_all(profiles)? {
            hub.register_person(person, self.clock().now())
                .map_err(|error| StationError::Outside { message: error.to_string() })?;
        }
        self.touch();
        Ok(plan)
    }

    /// Everybody as a table.
    pub fn export_people(&self, form: Form) -> Vec<u8> {
        table::write(&self.links.roster.people(), form)
    }
}
