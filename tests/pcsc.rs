//! The software card in a real pcscd, seen by real card programs and by our own client.
//!
//! Each test runs in a world of its own (tests/world), with its own pcscd and vpcd.
//!
//! - `desk`: that world, with a card in its reader · `line`: what is said between vpcd and the card
//! - `our_client`, `visit`: this program over PC/SC · `who`: cards that nobody knows, at a station of its own (`counter`)
//! - `opensc_tool`, `pkcs15`, `pkcs11`: the programs of OpenSC (spec/known-clients.md K7); openssl checks what they sign
//! - `sharing`: several programs, several readers, a service that goes and comes back
//! - `serve`: several cards served at once, put in and taken out on command
//! - `economy`: how many commands a task takes, ours beside OpenSC's
#![cfg(target_os = "linux")]

mod world;

#[path = "station/desk.rs"]
#[allow(dead_code, reason = "the other tests of a station use the rest")]
mod counter;

#[path = "pcsc/desk.rs"]
mod desk;
#[path = "pcsc/line.rs"]
mod line;

#[path = "pcsc/economy.rs"]
mod economy;
#[path = "pcsc/opensc_tool.rs"]
mod opensc_tool;
#[path = "pcsc/our_client.rs"]
mod our_client;
#[path = "pcsc/pkcs11.rs"]
mod pkcs11;
#[path = "pcsc/pkcs15.rs"]
mod pkcs15;
#[path = "pcsc/serve.rs"]
mod serve;
#[path = "pcsc/sharing.rs"]
mod sharing;
#[path = "pcsc/visit.rs"]
mod visit;
#[path = "pcsc/who.rs"]
mod who;
