//! The rules of 付番 and of links.

use std::sync::Mutex;

use jiff::civil::{date, time};

use super::store::Memory;
use super::*;
use crate::event::chain::Arrow;
use crate::hub::information_network::InformationNetwork;
use crate::hub::resident_register::ResidentRegister;

const NOON: DateTime = date(2026, 11, 10).at(12, 0, 0, 0);

/// The other end of the line, with everything that was sent to it.
#[derive(Default)]
struct Told(Mutex<Vec<Link>>);

impl LinkReceiver for Told {
    fn receive(&self, link: Link) -> Result<(), StoreError> {
        self.0.lock().unwrap().push(link);
        Ok(())
    }
}

struct World {
    told: Arc<Told>,
    residents: ResidentRegister,
    intermediary: Intermediary,
}

fn world(settings: Settings) -> World {
    let (network, line) = InformationNetwork::with("支払基金", Seed(1));
    let told = Arc::new(Told::default());
    let intermediary = Intermediary::new(Arc::new(Memory::default()), told.clone(), line, Seed(1), settings);
    World { told, residents: ResidentRegister::new(network, Seed(1)), intermediary }
}

impl World {
    fn insure(&self, my_number: &MyNumber) -> LinkingNumber {
        let code = self.residents.code_of_number(my_number, &Trail::default());
        self.intermediary.insure(my_number, code, &Trail::default()).unwrap()
    }

    fn number(&self, my_numbers: &[MyNumber], time: DateTime) -> Vec<PmhId> {
        self.intermediary.number(my_numbers, time, &Trail::default()).unwrap()
    }

    fn told(&self) -> Vec<Link> {
        self.told.0.lock().unwrap().clone()
    }
}

fn numbers() -> [MyNumber; 2] {
    [MyNumber::new("123456789018"), MyNumber::new("987654321093")]
}

#[test]
fn a_number_has_one_pmh_id_however_often_it_is_asked_for_and_no_two_numbers_share_one() {
    let world = world(Settings::default());
    let [first, second] = numbers();
    assert_eq!(world.intermediary.pmh_id(&first).unwrap(), None, "nobody has one before 付番");
    let ids = world.number(&[first.clone(), second.clone(), first.clone()], NOON);
    assert_eq!(ids[0], ids[2]);
    assert_ne!(ids[0], ids[1]);
    assert_eq!(world.number(std::slice::from_ref(&second), NOON), [ids[1].clone()]);
    assert_eq!(world.intermediary.pmh_id(&first).unwrap().as_ref(), Some(&ids[0]));
}

#[test]
fn who_is_not_insured_is_numbered_and_linked_once_an_insurer_registers_them() {
    let world = world(Settings::default());
    let [first, _] = numbers();
    let ids = world.number(std::slice::from_ref(&first), NOON);
    assert_eq!(world.told(), [], "registered and not linked");
    let linking_number = world.insure(&first);
    assert_eq!(world.told(), [Link { linking_number, pmh_id: ids[0].clone(), from: NOON }]);
}

#[test]
fn a_link_is_made_in_the_night_and_asking_again_does_not_put_it_off() {
    let world = world(Settings { link_at: Some(time(1, 0, 0, 0)), maintenance: true, ..Settings::default() });
    let [first, _] = numbers();
    world.insure(&first);
    world.number(std::slice::from_ref(&first), NOON);
    world.number(std::slice::from_ref(&first), date(2026, 11, 12).at(12, 0, 0, 0));
    let from: Vec<_> = world.told().iter().map(|link| link.from).collect();
    assert_eq!(from, [date(2026, 11, 11).at(1, 0, 0, 0); 2], "told again, in case the first word was lost");
}

#[test]
fn a_certificate_leads_to_the_number_that_its_owner_has_with_the_insurers() {
    let world = world(Settings::default());
    let [first, second] = numbers();
    let (card, strangers) = (crate::card::serial::SerialNumber::from_integer(&[1, 2]), [3, 4]);
    world.residents.issued(&first, Some(card.clone()));
    let ask = |serial: &crate::card::serial::SerialNumber| {
        let code = world.residents.code_of_certificate(serial, &Trail::default())?;
        world.intermediary.linking_number(code, &Trail::default()).unwrap()
    };
    assert_eq!(ask(&card), None, "a resident, and no insurer has registered them");
    let (linking_number, other) = (world.insure(&first), world.insure(&second));
    assert_eq!(ask(&card), Some(linking_number.clone()));
    assert_ne!(linking_number, other);
    let renewed = crate::card::serial::SerialNumber::from_integer(&[9, 9]);
    world.residents.issued(&first, Some(renewed.clone()));
    assert_eq!(ask(&renewed), Some(linking_number), "another certificate, the same person");
    assert_eq!(ask(&card), None, "the one before it is nobody's");
    assert_eq!(ask(&crate::card::serial::SerialNumber::from_integer(&strangers)), None);
}

#[test]
fn a_chain_that_ended_half_way_comes_out_the_same_when_it_is_gone_again() {
    let [first, _] = numbers();
    let whole = world(Settings::default());
    whole.insure(&first);
    whole.number(std::slice::from_ref(&first), NOON);
    let steps: [fn(&World, &MyNumber); 2] = [
        |world, number| drop(world.residents.code_of_number(number, &Trail::default())),
        |world, number| drop(world.insure(number)),
    ];
    for killed_after in 0..=steps.len() {
        let world = world(Settings::default());
        steps.iter().take(killed_after).for_each(|step| step(&world, &first));
        world.insure(&first);
        world.number(std::slice::from_ref(&first), NOON);
        assert_eq!(world.told().last(), whole.told().last(), "{killed_after}");
    }
}

#[test]
fn the_arrows_name_what_they_carry_and_hold_none_of_it() {
    let world = world(Settings::default());
    let [first, _] = numbers();
    let trail = Trail::default();
    let code = world.residents.code_of_number(&first, &trail);
    world.intermediary.insure(&first, code, &trail).unwrap();
    let ids = world.intermediary.number(std::slice::from_ref(&first), NOON, &trail).unwrap();
    let (_, arrows) = trail.end();
    let steps: Vec<_> = arrows.iter().map(|Arrow { from, to, .. }| (*from, *to)).collect();
    assert_eq!(
        steps,
        [
            (System::Intermediary, System::ResidentRegister),
            (System::ResidentRegister, System::InformationNetwork),
            (System::InformationNetwork, System::Intermediary),
            (System::Intermediary, System::Eligibility),
            (System::Pmh, System::Intermediary),
            (System::Intermediary, System::Pmh),
            (System::Intermediary, System::Eligibility),
        ]
    );
    let shown = serde_json::to_string(&arrows).unwrap() + &format!("{arrows:?} {:?}", world.told());
    let link = &world.told()[0];
    for secret in [first.reveal(), ids[0].reveal(), link.linking_number.reveal()] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
