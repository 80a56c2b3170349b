//! 顔認証付きカードリーダー: the dialogue with the patient, as a pure state machine from events to effects.
//!
//! - [`event`]: what can happen at a reader, and what the dialogue asks for in return
//! - [`state`]: the states, and why a dialogue can fail
//! - [`dialogue`]: the machine: one [`Dialogue`](dialogue::Dialogue) per reader; `identify` and `agree` hold its two halves
//! - [`screens`]: what the patient reads, as data per model of reader
//! - [`settings`]: the part of `[[reader]]` that the dialogue obeys
//! - [`patient`]: the auto-pilot, a patient (and staff) who acts by a plan
//! - [`knobs`]: what an operator may ask of the reader
//!
//! Nothing here reads a clock, a file or a socket: whoever drives a reader carries out the effects and brings the answers back
//! as events, each with the [`Ticket`](event::Ticket) of its question, so that a late answer cannot meet the wrong patient.
//! Source of states, screens and invariants: spec/jpki-card.md §5, mostly [C]; `docs/dialogue.md` has the table.

mod agree;
pub mod dialogue;
pub mod event;
mod identify;
pub mod knobs;
pub mod patient;
pub mod screens;
pub mod settings;
pub mod state;
