//! The pure parts by their rules: every screen with every event, any order of events, a death at every step of a file's way.

mod screens;
mod transfers;
