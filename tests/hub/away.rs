//! Outages on demand: the hub, PMH, or only what new links are made with.

use std::sync::{Arc, Mutex};

use madoguchi::event::chain::System;
use madoguchi::event::{Event, Sink};
use madoguchi::hub::knobs::{LINKING_AWAY, PMH_AWAY};
use madoguchi::hub::{Hub, Roots, Settings};
use madoguchi::knob::{Knob, Knobs, Setting};
use madoguchi::random::Seed;
use madoguchi::wire::http::HttpHub;
use madoguchi::wire::outage::DOWN;
use madoguchi::wire::removable::Removable;
use madoguchi::wire::{Asker, Connection, SubsidyAnswer, SubsidyQuestion, WireError};

use crate::world::{HERE, NOON, Server, World, all, people};

fn hub_with(knobs: &Knobs) -> Arc<Hub> {
    let roots = Roots::of_test_authority();
    Arc::new(Hub::with_knobs(&people(), roots, Seed(7), Settings::default(), knobs.clone()).unwrap())
}

fn armed(knob: &'static Knob, count: Option<u32>) -> Knobs {
    let knobs = Knobs::new(Seed(7), Sink::silent());
    knobs.arm(knob, Setting { count, ..Setting::default() });
    knobs
}

#[test]
fn a_hub_that_is_away_is_unreachable_and_back_when_the_knob_is_taken_back() {
    let knobs = armed(&DOWN, None);
    let hub = Removable::by(&knobs, hub_with(&knobs));
    let opening = World::in_process().visit("tanaka").opening;
    assert!(matches!(hub.open_visit(&opening), Err(WireError::Unreachable { .. })));
    knobs.disarm(&DOWN);
    hub.open_visit(&opening).unwrap();
}

#[test]
fn over_http_too_a_hub_that_plays_dead_is_unreachable() {
    let knobs = armed(&DOWN, Some(1));
    let hub = hub_with(&knobs);
    let server = Server::start_through(Removable::by(&knobs, hub.clone()), hub);
    let hub = HttpHub::new(&format!("http://{}", server.address));
    let opening = World::in_process().visit("tanaka").opening;
    assert!(matches!(hub.open_visit(&opening), Err(WireError::Unreachable { .. })));
    hub.open_visit(&opening).unwrap();
}

#[test]
fn without_pmh_the_qualification_goes_on_and_the_fetch_fails() {
    let world = World::in_process();
    let opening = world.visit("tanaka").opening;
    let knobs = Knobs::new(Seed(7), Sink::silent());
    let hub = hub_with(&knobs);
    let visit = hub.open_visit(&opening).unwrap();
    assert!(visit.subsidies_known);
    let name = hub.consent(&visit.visit, &all(), NOON).unwrap().pmh_request.unwrap();
    knobs.arm(&PMH_AWAY, Setting::default());
    let without = hub.open_visit(&opening).unwrap();
    assert!(without.registered && !without.subsidies_known);
    assert_eq!(hub.consent(&without.visit, &all(), NOON).unwrap().pmh_request, None);
    let asker = Asker { institution: HERE.to_owned(), time: NOON };
    let question = SubsidyQuestion { asker, request_file_name: name };
    assert!(matches!(hub.subsidies(&question).unwrap(), SubsidyAnswer::Failed { .. }));
    knobs.disarm(&PMH_AWAY);
    assert!(matches!(hub.subsidies(&question).unwrap(), SubsidyAnswer::Document(_)));
}

#[test]
fn without_linking_who_is_linked_visits_and_a_new_card_waits() {
    let knobs = Knobs::new(Seed(7), Sink::silent());
    let told = Arc::new(Mutex::new(Vec::new()));
    let take = told.clone();
    let events = Sink::new(move |event| take.lock().unwrap().push(event));
    let hub = Hub::with_knobs(&people(), Roots::of_test_authority(), Seed(7), Settings::default(), knobs.clone());
    let hub = hub.unwrap().with_events(events);
    // Was anybody introduced since this was asked last?
    let introduced = || {
        let told = std::mem::take(&mut *told.lock().unwrap());
        told.iter().any(|event| match event {
            Event::Chain { arrows, .. } => arrows.iter().any(|arrow| arrow.to == System::Intermediary),
            _ => false,
        })
    };
    let world = World::in_process();
    let linked = world.visit("tanaka").opening;
    assert!(hub.open_visit(&linked).unwrap().registered);
    let new = people().into_iter().find(|person| !person.card.registered && person.card.revocation.is_none()).unwrap();
    knobs.arm(&LINKING_AWAY, Setting::default());
    assert!(hub.open_visit(&linked).unwrap().registered);
    let opening = world.visit(&new.id).opening;
    let asks = |hub: &Hub| {
        let standing = hub.open_visit(&opening).unwrap();
        standing.questions.contains(&madoguchi::visit::Question::Registration)
    };
    assert!(!asks(&hub) && !introduced());
    knobs.disarm(&LINKING_AWAY);
    assert!(asks(&hub) && introduced());
}
