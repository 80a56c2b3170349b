//! Every screen × every event, against a table; any sequence of events, against what must always hold.

use std::time::Duration;

use jiff::civil::{DateTime, date};
use proptest::prelude::*;

use crate::clinic::reception::appointments::Appointments;
use crate::clinic::reception::machine::{Card, Effect, Event, Machine, Screen, Slip, Timers, Touch};
use crate::clinic::reception::screens::{name, names, view};
use crate::clinic::reception::verdict::{Reason, Verdict, of_number};

fn at(second: i8) -> DateTime {
    date(2026, 11, 21).at(9, 30, second, 500_000_000)
}

/// When the patient touches the machine; results of second 20 are older than the slack allows.
const TOUCHED: i8 = 30;

fn machine() -> Machine {
    Machine::new(Timers::default(), Duration::from_secs(5))
}

fn patient(number: &str) -> Verdict {
    of_number(number, &Appointments::example(), at(0).date())
}

fn expected() -> Verdict {
    patient("0000123")
}

fn not_expected() -> Verdict {
    patient("0000456")
}

fn nobody() -> Verdict {
    Verdict::Counter(Reason::UnknownNumber)
}

/// The way to each screen.
fn on(screen: &str) -> Machine {
    let touch = |touch| Event::Touch(touch, at(TOUCHED));
    let way = match screen {
        "welcome" => vec![],
        "put-card" => vec![touch(Touch::MyNumberCard)],
        "insert-card" => vec![touch(Touch::PatientCard)],
        "received" => vec![touch(Touch::MyNumberCard), Event::Result(Some(at(40)), expected())],
        "no-appointment" => vec![touch(Touch::MyNumberCard), Event::Result(Some(at(40)), not_expected())],
        "counter-unknown-number" => vec![touch(Touch::MyNumberCard), Event::Result(Some(at(40)), nobody())],
        "timed-out" => vec![touch(Touch::PatientCard), Event::TimeUp(1)],
        "out-of-service" => vec![Event::FolderAway],
        other => panic!("no way to {other}"),
    };
    let mut machine = machine();
    for event in way {
        machine.on(event);
    }
    assert_eq!(name(machine.screen()), screen);
    machine
}

/// The events, each with the name of its column.
fn events(ticket: u64) -> Vec<(&'static str, Event)> {
    let touch = |touch| Event::Touch(touch, at(TOUCHED));
    vec![
        ("touch my number", touch(Touch::MyNumberCard)),
        ("touch patient card", touch(Touch::PatientCard)),
        ("touch cancel", touch(Touch::Cancel)),
        ("touch finish", touch(Touch::Finish)),
        ("card of a patient", Event::Inserted(expected())),
        ("card of nobody", Event::Inserted(nobody())),
        ("their result", Event::Result(Some(at(40)), expected())),
        ("their result, not expected", Event::Result(Some(at(TOUCHED)), not_expected())),
        ("their result, of nobody", Event::Result(Some(at(40)), nobody())),
        ("a result from before", Event::Result(Some(at(20)), expected())),
        ("a result without a time", Event::Result(None, expected())),
        ("printed", Event::Printed(ticket, 1)),
        ("printed, for somebody before", Event::Printed(ticket.wrapping_sub(1), 1)),
        ("not printed", Event::NotPrinted(ticket)),
        ("time up", Event::TimeUp(ticket)),
        ("time up of a screen before", Event::TimeUp(ticket.wrapping_sub(1))),
        ("folder away", Event::FolderAway),
        ("folder back", Event::FolderBack),
    ]
}

/// Where the events lead that lead anywhere; all others leave the screen as it is.
const TABLE: &[(&str, &[(&str, &str)])] = &[
    (
        "welcome",
        &[("touch my number", "put-card"), ("touch patient card", "insert-card"), ("folder away", "out-of-service")],
    ),
    (
        "put-card",
        &[
            ("touch cancel", "welcome"),
            ("their result", "received"),
            ("their result, not expected", "no-appointment"),
            ("their result, of nobody", "counter-unknown-number"),
            ("a result without a time", "counter-not-confirmed"),
            ("time up", "timed-out"),
            ("folder away", "out-of-service"),
        ],
    ),
    (
        "insert-card",
        &[
            ("touch cancel", "welcome"),
            ("card of a patient", "received"),
            ("card of nobody", "counter-unknown-number"),
            ("time up", "timed-out"),
            ("folder away", "out-of-service"),
        ],
    ),
    ("received", &[("touch finish", "welcome"), ("time up", "welcome")]),
    ("no-appointment", &[("touch finish", "welcome"), ("time up", "welcome")]),
    ("counter-unknown-number", &[("touch finish", "welcome"), ("time up", "welcome")]),
    ("timed-out", &[("touch finish", "welcome"), ("time up", "welcome")]),
    ("out-of-service", &[("folder back", "welcome")]),
];

#[test]
fn every_event_on_every_screen_leads_where_the_table_says() {
    for (screen, leads) in TABLE {
        let ticket = on(screen).ticket();
        for (event_name, event) in events(ticket) {
            let mut machine = on(screen);
            machine.on(event);
            let to = leads.iter().find(|(event, _)| *event == event_name).map_or(*screen, |(_, to)| to);
            assert_eq!(name(machine.screen()), to, "{event_name} on {screen}");
            let changed = machine.ticket() != ticket;
            assert_eq!(changed, to != *screen, "a new ticket for a new screen: {event_name} on {screen}");
        }
        for (event, _) in *leads {
            assert!(events(0).iter().any(|(name, _)| name == event), "no event {event}");
        }
    }
}

#[test]
fn the_table_has_every_screen() {
    let reasons = Reason::ALL.map(|reason| format!("counter-{}", reason.name()));
    let mut rest: Vec<String> = names().into_iter().filter(|name| !reasons.contains(name)).collect();
    rest.push("counter-unknown-number".to_owned());
    for screen in rest {
        assert!(TABLE.iter().any(|(name, _)| *name == screen), "{screen}");
    }
}

#[test]
fn a_card_chosen_leads_to_a_slip_that_is_told_and_says_where_the_qualification_is_confirmed() {
    for (screen, event, card) in [
        ("put-card", Event::Result(Some(at(40)), expected()), Card::MyNumber),
        ("insert-card", Event::Inserted(expected()), Card::Patient),
    ] {
        let mut machine = on(screen);
        let effects = machine.on(event);
        let ticket = machine.ticket();
        assert!(effects.iter().any(|e| matches!(e, Effect::Receive(t, _, c) if *t == ticket && *c == card)));
        let said = |machine: &Machine| view(machine).lines.iter().map(|w| w.ja.clone()).collect::<String>();
        assert!(said(&machine).contains("印刷しています") && said(&machine).contains("見本　一郎 様"));
        assert_eq!(said(&machine).contains("受付窓口のカードリーダー"), card == Card::Patient);
        machine.on(Event::Printed(ticket, 12));
        assert!(said(&machine).contains("お取りください") && view(&machine).number == Some(12));
        machine.on(Event::NotPrinted(ticket));
        assert_eq!(view(&machine).number, Some(12), "what was printed stays printed");
    }
}

#[test]
fn whoever_reads_the_result_reads_on_when_a_folder_goes_away_and_the_next_patient_is_told() {
    let mut machine = on("received");
    machine.on(Event::FolderAway);
    assert_eq!(name(machine.screen()), "received");
    machine.on(Event::Touch(Touch::Finish, at(50)));
    assert_eq!(*machine.screen(), Screen::OutOfService);
}

#[test]
fn the_name_of_another_person_is_on_no_screen_but_the_patients_own() {
    for screen in
        TABLE.iter().map(|(screen, _)| *screen).filter(|screen| !["received", "no-appointment"].contains(screen))
    {
        let shown = serde_json::to_string(&view(&on(screen))).unwrap();
        assert!(!shown.contains("見本") && !shown.contains("0000123"), "{shown}");
    }
}

fn any_event() -> impl Strategy<Value = Event> {
    let verdict = prop_oneof![Just(expected()), Just(not_expected()), Just(nobody())];
    let touch = prop::sample::select(vec![Touch::MyNumberCard, Touch::PatientCard, Touch::Cancel, Touch::Finish]);
    let made = prop::option::of(0..60_i8);
    let ticket = 0..12_u64;
    prop_oneof![
        4 => (touch, 20..40_i8).prop_map(|(touch, second)| Event::Touch(touch, at(second))),
        2 => verdict.clone().prop_map(Event::Inserted),
        4 => (made, verdict).prop_map(|(made, verdict)| Event::Result(made.map(at), verdict)),
        1 => (ticket.clone(), 1..9_u32).prop_map(|(ticket, number)| Event::Printed(ticket, number)),
        1 => ticket.clone().prop_map(Event::NotPrinted),
        2 => ticket.prop_map(Event::TimeUp),
        1 => Just(Event::FolderAway),
        2 => Just(Event::FolderBack),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_a_patient_is_received_once_and_only_by_a_result_of_their_own(
        events in prop::collection::vec(any_event(), 0..60),
    ) {
        let mut machine = machine();
        let mut touched = None;
        for event in events {
            let (before, ticket) = (machine.screen().clone(), machine.ticket());
            let effects = machine.on(event.clone());
            let after = machine.screen().clone();
            let is_new = machine.ticket() != ticket;
            prop_assert!(machine.ticket() == ticket || machine.ticket() == ticket + 1);
            let receives = effects.iter().filter(|effect| matches!(effect, Effect::Receive(..))).count();
            let received = is_new && matches!(after, Screen::Received(_));
            prop_assert_eq!(receives, usize::from(received), "{:?}", event);
            if received {
                match &event {
                    Event::Result(Some(made), _) => {
                        prop_assert_eq!(&before, &Screen::PutCard);
                        let touched: DateTime = touched.unwrap();
                        prop_assert!(made.second() + 5 >= touched.second(), "{made} is older than {touched}");
                    }
                    Event::Inserted(_) => prop_assert_eq!(&before, &Screen::InsertCard),
                    other => prop_assert!(false, "received by {:?}", other),
                }
            }
            let waits = effects.iter().filter(|e| matches!(e, Effect::Wait(t, _) if *t == machine.ticket())).count();
            let ends_by_itself = !matches!(after, Screen::Welcome | Screen::OutOfService);
            prop_assert_eq!(waits, usize::from(is_new && ends_by_itself), "no screen stays for ever: {:?}", after);
            if let Screen::Received(received) = &after {
                prop_assert!(!is_new || received.slip == Slip::Printing);
            }
            if let Event::Touch(Touch::MyNumberCard, now) = event {
                touched = if after == Screen::PutCard && is_new { Some(now) } else { touched };
            }
        }
    }
}
