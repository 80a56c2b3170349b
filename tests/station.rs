//! The station from outside: the real binary, its folders, its control API, its commands. Each test has a station of its own.

#[path = "station/desk.rs"]
mod desk;
#[path = "station/journal.rs"]
mod journal;
#[path = "station/rececon.rs"]
mod rececon;
#[path = "station/xml.rs"]
mod xml;

#[path = "station/adoption.rs"]
mod adoption;
#[path = "station/bulk.rs"]
mod bulk;
#[path = "station/cards.rs"]
mod cards;
#[path = "station/care.rs"]
mod care;
#[path = "station/check.rs"]
mod check;
#[path = "station/clients.rs"]
mod clients;
#[path = "station/commands.rs"]
mod commands;
#[path = "station/control.rs"]
mod control;
#[path = "station/drives.rs"]
mod drives;
#[path = "station/exchanges.rs"]
mod exchanges;
#[path = "station/faults.rs"]
mod faults;
#[path = "station/golden.rs"]
mod golden;
#[path = "station/inquiries.rs"]
mod inquiries;
#[path = "station/killed.rs"]
mod killed;
#[path = "station/layouts.rs"]
mod layouts;
#[cfg(target_os = "linux")]
#[path = "station/memory.rs"]
mod memory;
#[path = "station/municipality.rs"]
mod municipality;
#[path = "station/opening.rs"]
mod opening;
#[path = "station/own.rs"]
mod own;
#[path = "station/people.rs"]
mod people;
#[path = "station/recorded.rs"]
mod recorded;
#[path = "station/refusals.rs"]
mod refusals;
#[path = "station/registrations.rs"]
mod registrations;
#[path = "station/reissue.rs"]
mod reissue;
#[path = "station/remote.rs"]
mod remote;
#[path = "station/repeated.rs"]
mod repeated;
#[path = "station/requests.rs"]
mod requests;
#[path = "station/sealed.rs"]
mod sealed;
#[cfg(target_os = "linux")]
#[path = "terminal/seven_zip.rs"]
mod seven_zip;
#[path = "station/several.rs"]
mod several;
#[cfg(target_os = "linux")]
#[path = "station/share.rs"]
mod share;
#[cfg(target_os = "linux")]
#[path = "station/smb.rs"]
mod smb;
#[path = "station/stale.rs"]
mod stale;
#[path = "station/steps.rs"]
mod steps;
#[path = "station/unread.rs"]
mod unread;
