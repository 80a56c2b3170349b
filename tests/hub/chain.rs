//! The chain of identities: what each system knows, and that nothing of it reaches a clinic, a journal or a trace.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use jiff::ToSpan;
use jiff::civil::{date, time};
use madoguchi::authority::Authority;
use madoguchi::clock::Clock;
use madoguchi::event::chain::{Carried, Occasion, System};
use madoguchi::event::{Event, Lang, Sink};
use madoguchi::hub::{Hub, Roots, Settings, linkage};
use madoguchi::message::registration::{RegistrationInfo, RegistrationRequest};
use madoguchi::people::personalise::{authentication_certificate, my_numbers};
use madoguchi::people::{CardKind, Person};
use madoguchi::random::Seed;
use madoguchi::secret::PmhId;
use madoguchi::visit::Outcome;
use madoguchi::wire::http::HttpHub;
use madoguchi::wire::{Asker, Connection, Question, Request, Steering, SubsidyAnswer, SubsidyQuestion};

use crate::bulk;
use crate::world::{HERE, NOON, PIN, Server, World, all, people, pmh_id};

fn tanaka() -> Person {
    people().remove(0)
}

fn renewed(person: Person) -> Person {
    let mut person = person;
    person.card.serial = vec![0x33, 0x44, 0x55];
    person
}

pub fn who_is_registered_and_not_linked_yet_has_no_subsidies_until_the_day_comes(world: &World) {
    world.hub.put_person(Person { subsidies_linked_on: Some(date(2026, 11, 22)), ..tanaka() }).unwrap();
    let today = world.visit("tanaka");
    assert!(!today.open().subsidies_known, "registered at PMH, and not linked");
    let answer = today.answer(&all());
    assert_eq!((answer.outcome, answer.pmh_request), (Outcome::Valid, None), "the qualification does not wait for it");
    assert!(world.visit("tanaka").on(date(2026, 11, 22)).open().subsidies_known, "linked in the night");
}

pub fn a_renewed_certificate_is_joined_again_at_its_first_use(world: &World) {
    let certificate = authentication_certificate(&renewed(tanaka()), &Authority::default());
    world.hub.put_person(renewed(tanaka())).unwrap();
    let visit = || {
        let certificate = certificate.clone();
        world.visit("tanaka").with(|opening| opening.evidence.certificate = certificate)
    };
    assert!(visit().open().registered, "the registration is the person's");
    assert!(visit().open().subsidies_known, "the PMH-ID stays while the serial number changes");
    assert_eq!(world.visit("tanaka").answer(&all()).outcome, Outcome::NoQualification, "the one before leads nowhere");
}

pub fn a_card_without_a_certificate_leaves_its_owner_to_be_found_by_insurance_data(world: &World) {
    let mut without = tanaka();
    without.card.kind = CardKind::JukiCard;
    world.hub.put_person(without).unwrap();
    assert_eq!(world.visit("tanaka").answer(&all()).outcome, Outcome::NoQualification);
    assert_eq!(world.query(|_, _| ()).qualification_validity.as_deref(), Some("1"));
}

pub fn a_copied_number_makes_nobody_somebody_else(world: &World) {
    let mut copy = tanaka();
    copy.id = "copy".into();
    copy.name = "田中　二郎".into();
    copy.card.serial = vec![0x51, 0x52];
    copy.subsidies.clear();
    let certificate = authentication_certificate(&copy, &Authority::default());
    world.hub.put_person(copy).unwrap();
    let visit = world.visit("tanaka").with(|opening| opening.evidence.certificate = certificate);
    assert_eq!(visit.document(&all()).records[0].name, "田中　二郎");
    assert!(!visit.open().subsidies_known);
    assert_eq!(world.visit("tanaka").document(&all()).records[0].name, "田中　一郎");
    assert!(world.visit("tanaka").open().subsidies_known);
}

pub fn whose_information_is_withheld_ends_as_not_registered(world: &World) {
    world.hub.put_person(Person { information_withheld: true, ..tanaka() }).unwrap();
    let visit = world.visit("tanaka");
    let standing = visit.open();
    assert!(!standing.registered && !standing.subsidies_known && standing.questions.is_empty());
    let answer = visit.answer(&all());
    assert_eq!((answer.outcome, answer.document, answer.pmh_request), (Outcome::NotRegistered, None, None));
    assert_eq!(
        world.query(|_, _| ()).qualification_validity.as_deref(),
        Some("1"),
        "insurance data do not need a card"
    );
}

/// Everything that goes over a line, in both directions.
struct Tap {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Tap {
    fn on(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, heard) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
        let hears = heard.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(server).unwrap();
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let heard = hears.clone();
                    thread::spawn(move || {
                        let mut bytes = [0; 4096];
                        while let Ok(read @ 1..) = from.read(&mut bytes) {
                            heard.lock().unwrap().extend_from_slice(&bytes[..read]);
                            if to.write_all(&bytes[..read]).is_err() {
                                break;
                            }
                        }
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
            }
        });
        Self { address, heard }
    }

    fn heard(&self) -> Vec<u8> {
        self.heard.lock().unwrap().clone()
    }
}

/// A world whose line and whose events are listened to.
fn overheard() -> (World, Tap, Arc<Mutex<Vec<Event>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let takes = told.clone();
    let sink = Sink::new(move |event| takes.lock().unwrap().push(event));
    let hub = Hub::new(&people(), Roots::of_test_authority(), Seed(1), Settings::default()).unwrap().with_events(sink);
    let hub = Arc::new(hub);
    let server = Server::start(hub.clone(), Clock::frozen(NOON));
    let tap = Tap::on(server.address);
    let connection = Arc::new(HttpHub::new(&format!("http://{}/", tap.address)));
    (World::over(hub, connection, server), tap, told)
}

fn subsidies(connection: &dyn Connection, name: &str) -> SubsidyAnswer {
    let asker = Asker { institution: HERE.to_owned(), time: NOON };
    connection.subsidies(&SubsidyQuestion { asker, request_file_name: name.to_owned() }).unwrap()
}

/// Every use that a clinic has of the hub, a renewed certificate, and a terminal that was killed between two steps.
fn all_uses(world: &World) {
    for person in people() {
        let answer = world.visit(&person.id).answer(&all());
        if let Some(name) = answer.pmh_request {
            subsidies(&*world.connection, &name);
            // Killed before it wrote: another process asks again.
            let after = HttpHub::new(&world.connection.name());
            assert!(matches!(subsidies(&after, &name), SubsidyAnswer::Document(_)));
        }
    }
    let standing = world.visit("tanaka").open();
    let after = HttpHub::new(&world.connection.name());
    assert!(after.consent(&standing.visit, &all(), NOON).unwrap().pmh_request.is_some(), "killed between the halves");

    world.query(|_, _| ());
    let registration = RegistrationInfo {
        reference_number: "K-1".into(),
        insurer_number: "06139999".into(),
        insured_card_symbol: Some("123".into()),
        insured_identification_number: "45".into(),
        insured_branch_number: Some("01".into()),
    };
    let request = Request::Registration(RegistrationRequest {
        medical_institution_code: HERE.into(),
        arbitrary_file_identifier: None,
        registration,
    });
    let asker = Asker { institution: HERE.to_owned(), time: NOON };
    let question = Question { asker, reference: "q".into(), request, steering: Steering::default() };
    world.connection.ask(&question).unwrap();
    bulk::a_bulk_query_is_worked_on_and_then_has_a_unit_for_every_row(world);
    crate::inquiries::only_the_months_asked_for_are_shown(world);

    world.hub.put_person(renewed(tanaka())).unwrap();
    let certificate = authentication_certificate(&renewed(tanaka()), &Authority::default());
    let visit = world.visit("tanaka").with(|opening| opening.evidence.certificate = certificate);
    let name = visit.answer(&all()).pmh_request.unwrap();
    assert!(matches!(subsidies(&*world.connection, &name), SubsidyAnswer::Document(_)));
}

/// Whatever must not be heard, in text and as the bytes of hexadecimal text. With every key that the hub can have made.
fn forbidden() -> Vec<(&'static str, String)> {
    let numbers: BTreeSet<_> = people().iter().flat_map(my_numbers).collect();
    let ids: Vec<PmhId> = numbers.iter().map(pmh_id).collect();
    let keys = ids.iter().flat_map(|id| {
        let (sealer, _) = linkage::pair(Seed(1));
        (0..120).map(move |inquiry| sealer.seal(id, inquiry)).collect::<Vec<_>>()
    });
    let mut forbidden: Vec<_> = keys.map(|key| ("PMH連携キー", key.reveal().to_owned())).collect();
    forbidden.extend(numbers.iter().map(|number| ("個人番号", number.reveal().to_owned())));
    forbidden.extend(ids.iter().map(|id| ("PMH-ID", id.reveal().to_owned())));
    forbidden.push(("暗証番号", format!("\"{PIN}\"")));
    forbidden
}

fn found_in(text: &str) -> Vec<&'static str> {
    let lower = text.to_lowercase();
    forbidden().into_iter().filter(|(_, secret)| lower.contains(&secret.to_lowercase())).map(|(what, _)| what).collect()
}

#[test]
fn nothing_that_a_clinic_a_journal_or_a_trace_sees_names_a_person_as_the_systems_behind_do() {
    let (world, tap, told) = overheard();
    all_uses(&world);
    let wire = String::from_utf8_lossy(&tap.heard()).into_owned();
    assert!(wire.contains("田中　一郎") && wire.contains("PMHsimsm01req_"), "the check looks at something");
    assert_eq!(found_in(&wire), [""; 0]);

    let told = told.lock().unwrap();
    assert!(told.iter().filter(|event| matches!(event, Event::Chain { .. })).count() > people().len());
    let journal = told.iter().map(|event| {
        let json = serde_json::to_string(event).unwrap();
        format!("{json}\n{event:?}\n{}\n{}\n", event.text(Lang::Ja), event.text(Lang::En))
    });
    assert_eq!(found_in(&journal.collect::<String>()), [""; 0]);
}

#[test]
fn the_search_for_secrets_finds_each_kind_of_them() {
    let [number, _] = my_numbers(&tanaka());
    let (sealer, _) = linkage::pair(Seed(1));
    for secret in [number.reveal(), pmh_id(&number).reveal(), sealer.seal(&pmh_id(&number), 0).reveal()] {
        assert_eq!(found_in(&format!("<x>{secret}</x>")).len(), 1);
    }
}

#[test]
fn pmh_is_told_of_no_serial_number_and_a_clinic_of_nothing_but_answers() {
    let (world, _, told) = overheard();
    all_uses(&world);
    let told = told.lock().unwrap();
    let arrows = || {
        told.iter().flat_map(|event| match event {
            Event::Chain { arrows, .. } => arrows.iter(),
            _ => [].iter(),
        })
    };
    let carried = |system: System| arrows().filter(move |arrow| arrow.to == system).flat_map(|arrow| &arrow.carried);
    assert!(carried(System::Pmh).any(|thing| *thing == Carried::LinkageKey));
    assert!(carried(System::Pmh).all(|thing| {
        matches!(thing, Carried::LinkageKey | Carried::MyNumber | Carried::PmhId | Carried::Certificates { .. })
    }));
    assert!(carried(System::Terminal).all(|thing| matches!(thing, Carried::Standing | Carried::Certificates { .. })));
    let registrations = told.iter().filter(|event| {
        matches!(event, Event::Chain { occasion: Occasion::Registration, person: Some(id), .. } if id == "tanaka")
    });
    assert_eq!(registrations.count(), 1, "the renewed card");
}

#[test]
fn new_links_stop_in_the_night_and_visits_go_on() {
    let settings = Settings { maintenance: true, link_at: Some(time(1, 0, 0, 0)), ..Settings::default() };
    let hub = Arc::new(Hub::new(&people(), Roots::of_test_authority(), Seed(1), settings).unwrap());
    let server = Server::start(hub.clone(), Clock::frozen(NOON));
    let connection = Arc::new(HttpHub::new(&format!("http://{}/", server.address)));
    let world = World::over(hub, connection, server);
    let day = date(2026, 11, 10);
    let (night, morning) = (day.at(4, 0, 0, 0), day.at(6, 0, 0, 0));
    let linked = world.visit("tanaka").at(night);
    assert!(linked.open().subsidies_known);
    assert_eq!(linked.answer(&all()).outcome, Outcome::Valid, "who is linked is served around the clock");

    let standing = world.visit("newcomer").at(night).open();
    assert!(!standing.registered && standing.questions.is_empty(), "no card is registered now");
    assert_eq!(world.visit("newcomer").at(morning).answer(&all()).outcome, Outcome::Valid);
    assert_eq!(world.visit("newcomer").at(night + 1.day()).answer(&all()).outcome, Outcome::Valid, "and stays");
}
