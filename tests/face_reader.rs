//! The dialogue of the 顔認証付きカードリーダー, watched from outside through every sequence of what can happen.

#[path = "face_reader/explore.rs"]
mod explore;
#[path = "face_reader/machine.rs"]
mod machine;
#[path = "face_reader/monitor.rs"]
mod monitor;

use explore::every_sequence;
use machine::{alphabet, reader};

#[test]
fn every_sequence_of_seven_events_keeps_every_rule() {
    let letters = alphabet();
    let seen = every_sequence(&reader("standard"), &letters, 7, |_, _, _, _| {})
        .unwrap_or_else(|breach| panic!("{breach:#?}"));
    println!(
        "{} letters, {} sequences to depth 7, {} distinct configurations, {} steps",
        letters.len(),
        seen.sequences,
        seen.configurations,
        seen.steps
    );
}
