//! The dialogue of the 顔認証付きカードリーダー, watched from outside through every sequence of what can happen.

#[path = "face_reader/atlas.rs"]
mod atlas;
#[path = "face_reader/explore.rs"]
mod explore;
#[path = "face_reader/machine.rs"]
mod machine;
#[path = "face_reader/monitor.rs"]
mod monitor;
#[path = "face_reader/sabotage.rs"]
mod sabotage;

use std::collections::BTreeSet;

use atlas::Atlas;
use explore::{every_sequence, hunt, play};
use machine::{alphabet, reader};
use madoguchi::face_reader::event::{CardSighting, Effect, Event, Ignored, Medium, Reply, Staff};
use madoguchi::face_reader::state::State;
use madoguchi::visit::Outcome;
use monitor::{Monitor, Rule};
use proptest::prelude::*;
use sabotage::{BUGS, Sabotaged};

#[test]
fn every_sequence_of_seven_events_keeps_every_rule() {
    for model in ["standard", "reception"] {
        let letters = alphabet();
        let seen = every_sequence(&reader(model), &letters, 7, |_, _, _, _| {})
            .unwrap_or_else(|breach| panic!("{model}: {breach:#?}"));
        println!(
            "{model}: {} letters, {} sequences to depth 7, {} distinct configurations, {} steps",
            letters.len(),
            seen.sequences,
            seen.configurations,
            seen.steps
        );
        assert!(seen.configurations > 1000, "the alphabet reaches too little: {seen:?}");
    }
}

#[test]
fn sequences_of_any_length_keep_every_rule() {
    let letters = alphabet();
    let seen = every_sequence(&reader("standard"), &letters, 1000, |_, _, _, _| {})
        .unwrap_or_else(|breach| panic!("{breach:#?}"));
    let closed = seen.closed_at.expect("a finite machine has no new configuration at some depth");
    println!(
        "{} letters, closed at depth {closed}, {} distinct configurations, {} steps",
        letters.len(),
        seen.configurations,
        seen.steps
    );
}

#[test]
fn every_planted_bug_is_caught_by_the_rule_it_breaks() {
    let letters = alphabet();
    let mut escaped = Vec::new();
    for (bug, rule) in BUGS {
        match hunt(&Sabotaged::new(bug), &letters, 2000) {
            Ok(()) => escaped.push(format!("{bug:?} was not noticed")),
            Err(breach) if breach.rule == rule => {}
            Err(breach) => escaped.push(format!("{bug:?} was taken for {:?}: {:#?}", breach.rule, breach.way)),
        }
    }
    assert!(escaped.is_empty(), "{}", escaped.join("\n"));
}

#[test]
fn every_rule_has_caught_a_bug() {
    let tried: BTreeSet<Rule> = BUGS.iter().map(|(_, rule)| *rule).collect();
    let untried: Vec<Rule> = Rule::ALL.into_iter().filter(|rule| !tried.contains(rule)).collect();
    assert!(untried.is_empty(), "rules that no planted bug has shown to work: {untried:?}");
}

#[test]
fn the_same_hunt_finds_nothing_in_the_real_reader() {
    hunt(&reader("standard"), &alphabet(), 100).unwrap_or_else(|breach| panic!("{breach:#?}"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn two_hundred_events_in_any_order_keep_every_rule(numbers in proptest::collection::vec(0_usize..1000, 200)) {
        let letters = alphabet();
        let (mut machine, mut monitor) = (reader("standard"), Monitor::default());
        for number in numbers {
            let letter = &letters[number % letters.len()];
            let played = play(&mut machine, &mut monitor, letter);
            prop_assert!(played.is_ok(), "{letter:?}: {played:?}");
        }
    }
}

#[test]
fn a_reset_ends_the_visit_and_answers_from_before_it_stay_late() {
    let mut dialogue = reader("standard");
    dialogue.step(Event::Staff(Staff::VisualOn));
    dialogue.step(Event::CardPlaced);
    let ticket = dialogue.ticket();
    let effects = dialogue.reset();
    assert!(effects.contains(&Effect::Finished(Outcome::Cancelled)), "{effects:?}");
    assert_eq!(dialogue.configuration(), reader("standard").configuration());
    assert_eq!(dialogue.timer(), None);
    assert!(matches!(dialogue.reset()[..], []), "nothing to end twice");

    dialogue.step(Event::CardPlaced);
    let late = Event::Reply(ticket, Reply::CardRead(CardSighting::new(Medium::Card)));
    assert_eq!(dialogue.step(late), [Effect::Ignored(Ignored::Stale)]);
    assert_eq!(dialogue.state(), State::ReadingCard);
}

#[test]
fn every_screen_of_every_model_reads_well() {
    let standard = Atlas::of("standard").screens();
    insta::assert_snapshot!("screens_standard", standard);
    insta::assert_snapshot!("screens_reception", Atlas::of("reception").screens());
    let bare = standard.lines().filter(|line| line.contains('{') || line.contains('}'));
    assert_eq!(bare.collect::<Vec<_>>(), Vec::<&str>::new(), "a place in a text was not filled in");
}

#[test]
fn the_table_of_states_in_the_documentation_is_what_the_machine_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/dialogue.md");
    let table = Atlas::of("standard").table();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    assert!(written == table, "docs/dialogue.md is out of date: UPDATE_DOCS=1 cargo test --test face_reader");
}
