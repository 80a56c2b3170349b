//! The 再来受付機 beside a real station: both patterns of the vendor briefing, over folders and the machine's own face, and its page in a
//! real browser.

#[cfg(target_os = "linux")]
#[path = "touch/browser.rs"]
mod browser;
#[allow(dead_code, reason = "shared with the tests of the station")]
#[path = "station/desk.rs"]
mod desk;
#[path = "reception/killed.rs"]
mod killed;
#[path = "reception/machine.rs"]
mod machine;
#[cfg(target_os = "linux")]
#[path = "reception/page.rs"]
mod page;
#[path = "reception/patients.rs"]
mod patients;
#[path = "reception/refusals.rs"]
mod refusals;
