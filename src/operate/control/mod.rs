//! The control API: a station driven over HTTP, by any language.
//!
//! - [`server`]: where it listens, the token, how it ends
//! - `visits`, `readers`, `files`, `exchanges`, `people`, `answers`, `faults`, `time`: one file per noun of the API
//! - `table`: people as CSV; `unknown`: people whom a query named and nobody knew; `bindings`: whose real cards are
//! - [`screen`]: what the text screen on another machine shows and does
//! - `events`: the journal as server-sent events
//! - [`openapi`]: its own description at `/control/openapi.json`
//! - [`problem`]: refusals as problem documents (RFC 9457)
//!
//! Handlers translate and nothing else: what a station can do, it does in `station`.

mod answers;
mod bindings;
mod chains;
mod events;
mod exchanges;
mod faults;
mod files;
pub mod openapi;
mod page;
mod people;
pub mod problem;
mod readers;
pub mod screen;
pub mod server;
mod table;
mod time;
mod unknown;
mod visits;
