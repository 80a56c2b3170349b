//! What is ordered of a reader: a visit, one step, a card that comes. Somebody is made ready and sits down, or is told why not.

use std::sync::{Arc, Mutex};

use tokio::sync::oneshot;

use super::Attendant;
use crate::card::pcsc;
use crate::card::recording::replay::ReplayReader;
use crate::card::soft::quirk::PIN_TRIES;
use crate::event::Event as Journal;
use crate::face_reader::event::{Event, Ignored, Medium};
use crate::face_reader::knobs;
use crate::face_reader::patient::AutoPilot;
use crate::face_reader::state::State;
use crate::knob::{Knob, Setting};
use crate::people::Person;
use crate::station::bindings::{self, Token, Whose};
use crate::station::error::StationError;
use crate::station::links::Opening;
use crate::station::reader::guest::{Guest, Ledger};
use crate::station::reader::hand::Hand;
use crate::station::reader::{Order, Press, Source};
use crate::station::visit::VisitReport;
use crate::visit::{FaceResult, Identify, Plan};

impl Attendant {
    pub(super) fn order(&mut self, order: Order) {
        // A card that a finished visit left in its PC/SC reader is put down again by being ordered again.
        if self.dialogue.state() == State::RemoveCard && self.guest.as_ref().is_some_and(|g| g.lent) {
            drop(self.take(Event::CardRemoved));
        }
        match self.sit_down(order.person.as_deref(), &order.source, Some(order.plan), &order.faults) {
            Ok(guest) => self.begin(Guest { own: order.own, ..guest }, Some(order.reply)),
            Err(error) => drop(order.reply.send(Err(error))),
        }
    }

    pub(super) fn press(&mut self, press: Press, done: oneshot::Sender<Result<(), StationError>>) {
        let result = match &press {
            Press::AutoPilot { on } => {
                self.switch_auto_pilot(*on);
                Ok(())
            }
            Press::CardPlaced { person, auto_pilot } => self.place(person, *auto_pilot),
            Press::Bind { person } => self.bind(person),
            other => match other.dialogue_event(self.dialogue.state().question()) {
                Some(event) => self.take(event),
                None => Err(self.not_possible(&Ignored::NotNow)),
            },
        };
        match result {
            Ok(()) if self.is_busy() => self.waiting.push(done),
            result => drop(done.send(result)),
        }
    }

    /// Puts a card down, or holds the phone that the reader waits for.
    fn place(&mut self, who: &str, auto_pilot: bool) -> Result<(), StationError> {
        let (person, source) = match who.split_once(':') {
            Some(("pcsc" | "replay", _)) => (None, Source::parse(who)?),
            _ => (Some(who), Source::Soft),
        };
        let mut guest = self.sit_down(person, &source, None, &[])?;
        if !auto_pilot {
            guest.auto = None;
        }
        self.begin(guest, None);
        Ok(())
    }

    /// A card was laid on the PC/SC reader that is this reader.
    pub(super) fn card_came(&mut self) {
        let source = self.setup.source.clone();
        match self.sit_down(None, &source, None, &[]) {
            Ok(mut guest) => {
                // Nobody knows whose card it is: people answer for themselves.
                guest.auto = None;
                guest.lent = false;
                self.begin(guest, None);
            }
            Err(error) => self.links.trouble("station", error.to_string(), error.to_string()),
        }
    }

    /// Makes ready whoever comes next; refused while somebody is there.
    fn sit_down(
        &mut self,
        person: Option<&str>,
        source: &Source,
        plan: Option<Plan>,
        faults: &[(&'static Knob, Setting)],
    ) -> Result<Guest, StationError> {
        // On a reader where somebody chose スマートフォン, the one who lays it down is that somebody.
        let free =
            matches!(self.dialogue.state(), State::Idle | State::PhoneSelect | State::PhonePin | State::HoldPhone);
        if !free || self.guest.is_some() {
            return Err(StationError::ReaderBusy {
                number: self.setup.number,
                state: self.dialogue.state().to_string(),
            });
        }
        let person = person.map(|id| self.links.roster.find(id)).transpose()?;
        self.visits += 1;
        let reference = format!("r{}-{:06}", self.setup.number, self.visits);
        let mut targets = vec![reference.clone(), format!("reader:{}", self.setup.number)];
        targets.extend(person.as_ref().map(|p| p.id.clone()));
        for (knob, setting) in faults {
            self.links.knobs.arm(knob, Setting { target: Some(reference.clone()), ..setting.clone() });
        }
        let soft = *source == Source::Soft;
        // The software card's slot is in the hand of a soft reader already; a PC/SC reader is taken up anew for each visit.
        if !soft || self.setup.source != Source::Soft {
            self.use_reader(source)?;
        }
        let mut guest = Guest {
            medium: person.as_ref().filter(|_| soft).and_then(|p| Medium::try_from(p.card.kind).ok()),
            opening: Opening::new(&reference),
            reference,
            person,
            auto: None,
            plan: Plan::default(),
            by_habit: plan.is_none(),
            targets,
            lent: !soft && self.setup.source != *source,
            stay: Arc::new(()),
            own: None,
            token: None,
            source: source.clone(),
            swapped: false,
            forgets: false,
        };
        if let (true, Source::Pcsc(name)) = (guest.lent, source) {
            self.watch_lent(&guest, name.clone());
        }
        let habits = guest.person.as_ref().map_or_else(Plan::default, |p| p.habits.clone());
        guest.plan = plan.unwrap_or(habits);
        guest.auto = Some(AutoPilot::new(self.led_by_faults(guest.plan.clone(), &guest)));
        if let (true, Some(person)) = (soft, &guest.person) {
            self.slot.insert(self.links.roster.soft_card(person, &self.links.knobs, &guest.targets()));
        }
        Ok(guest)
    }

    /// A card in a PC/SC reader may be a person's of ours (a software card behind vpcd), or be bound to one: then it is them. Is it known, or
    /// has the operator said whose it is?
    pub(super) fn recognise(&mut self, token: Token) -> bool {
        let Some(guest) = self.guest.as_mut().filter(|guest| guest.person.is_none()) else { return true };
        let whose = bindings::whose(&token, &self.links.roster, &self.links.bindings);
        guest.token = Some(token);
        match whose {
            Whose::Known(person) => self.is_card_of(person),
            Whose::Bound(person) => self.is_bound_to(person),
            Whose::Former => {}
            Whose::Unknown => return false,
        }
        true
    }

    /// The staff say whose card it is: bound from now on, and the visit goes on.
    fn bind(&mut self, person: &str) -> Result<(), StationError> {
        let asked = self.guest.as_ref().and_then(|guest| guest.token.clone());
        let Some(token) = asked.filter(|_| self.dialogue.state() == State::WhoIsThis) else {
            return Err(self.not_possible(&Ignored::NotNow));
        };
        let person = self.links.roster.find(person)?;
        self.links.bind(&token, &person.id)?;
        self.is_bound_to(person);
        self.take(Event::HolderTold)
    }

    /// A card was bound elsewhere: perhaps the one that is asked about here.
    pub(super) fn look_again(&mut self) {
        let asked = self.guest.as_ref().and_then(|guest| guest.token.clone());
        if let Some(token) = asked.filter(|_| self.dialogue.state() == State::WhoIsThis)
            && self.recognise(token)
        {
            drop(self.take(Event::HolderTold));
        }
    }

    /// A real card has a PIN of its own: the person's is not tried on it.
    fn is_bound_to(&mut self, person: Arc<Person>) {
        let habits = Plan { identify: person.habits.identify.clone().without_pin(), ..person.habits.clone() };
        self.is_card_of(Arc::new(Person { habits, ..Person::clone(&person) }));
    }

    /// It is this person's visit, with their habits where nobody ordered others.
    fn is_card_of(&mut self, person: Arc<Person>) {
        let Some(guest) = self.guest.as_mut() else { return };
        guest.targets.push(person.id.clone());
        if guest.auto.is_some() && guest.by_habit {
            guest.auto = Some(AutoPilot::new(person.habits.clone()));
        }
        if let Some(ledger) = self.ledgers.get_mut(&guest.reference) {
            ledger.is_visit_of(&person);
        }
        if guest.by_habit {
            guest.plan = person.habits.clone();
        }
        guest.person = Some(person);
    }

    /// A fault that acts on one way of identification leads the patient that way, or it would never be met.
    fn led_by_faults(&self, mut plan: Plan, guest: &Guest) -> Plan {
        let targets = guest.targets();
        let acts_on_pin = [&knobs::PIN_LOCKED, &PIN_TRIES].iter().any(|knob| self.links.knobs.is_armed(knob, &targets));
        if acts_on_pin && !matches!(plan.identify, Identify::Pin(_)) {
            if let Some(person) = &guest.person {
                plan.identify = Identify::Pin(person.card.pin.clone());
            }
        } else if self.links.knobs.is_armed(&knobs::FACE_MISMATCH, &targets)
            && !matches!(plan.identify, Identify::Face(_))
        {
            plan.identify = Identify::Face(FaceResult::Match);
        }
        plan
    }

    pub(super) fn use_reader(&mut self, source: &Source) -> Result<(), StationError> {
        let roots = self.links.test_roots.clone();
        let hand = match source {
            Source::Soft => Hand::new(Box::new(self.slot.reader()), roots),
            Source::Pcsc(name) => match pcsc::open_reader(name.as_deref()) {
                Ok(reader) => Hand::over_plastic(Box::new(reader), roots),
                Err(error) => return Err(StationError::Outside { message: error.to_string() }),
            },
            Source::Replay(file) => match ReplayReader::open(file) {
                Ok(reader) => Hand::new(Box::new(reader), roots),
                Err(error) => {
                    return Err(StationError::bad_because(format!("card replay:{}", file.display()), &error));
                }
            },
        };
        self.hand = Arc::new(Mutex::new(hand));
        Ok(())
    }

    fn begin(&mut self, guest: Guest, reply: Option<oneshot::Sender<Result<VisitReport, StationError>>>) {
        let ledger = Ledger::begin(&guest, self.setup.number, reply);
        self.ledgers.insert(guest.reference.clone(), ledger);
        self.links.sink.emit(Journal::CardPlaced {
            reader: self.setup.number,
            person: guest.person.as_ref().map(|p| p.id.clone()),
            card: guest.source.kind().to_owned(),
        });
        self.proof = None;
        self.guest = Some(guest);
        drop(self.take(Event::CardPlaced));
    }

    fn switch_auto_pilot(&mut self, on: bool) {
        self.auto_pilot = on;
        if let Some(guest) = &mut self.guest {
            let plan = guest.person.as_ref().map_or_else(Plan::default, |p| p.habits.clone());
            guest.auto = on.then(|| AutoPilot::new(plan));
        }
        self.show();
        self.plan_move();
    }
}
