//! The cards that are served, the slots in which they lie, and what their use left on them.

use std::sync::mpsc::Sender;

use super::{Told, fault};
use crate::card::in_process::Slot;
use crate::card::layout::{ApplicationKind, PinName};
use crate::card::soft::Timing;
use crate::card::vpcd::{Attached, Line};
use crate::cli::card::ServeArgs;
use crate::cli::{Exit, Failure};
use crate::clock::Clock;
use crate::event::Sink;
use crate::knob::{Knobs, Setting};
use crate::people;
use crate::random::Seed;
use crate::station::error::StationError;
use crate::station::roster::Roster;
use crate::station::state::{State, StateError, StateFolder};

/// Cards and slots.
pub(super) struct Purse {
    roster: Roster,
    stands: Vec<Stand>,
    state: Option<(StateFolder, State)>,
}

/// A slot that is shown to vpcd.
struct Stand {
    address: String,
    slot: Slot,
    /// Whose card lies there, or lay there last.
    person: Option<String>,
    /// The faults with which it was put down.
    faults: Vec<String>,
    attached: Attached,
}

impl Stand {
    fn is_empty(&self) -> bool {
        self.slot.with_card(|_| ()).is_none()
    }

    fn holds(&self, id: &str) -> bool {
        self.person.as_deref() == Some(id) && !self.is_empty()
    }
}

impl Purse {
    /// Empty slots at `addresses`; what happens on their lines is told to `tell`.
    pub(super) fn open(
        args: &ServeArgs,
        clock: &Clock,
        addresses: Vec<String>,
        tell: &Sender<Told>,
    ) -> Result<Self, Failure> {
        let people = people::load_or_built_in(args.people.as_deref(), clock.now().date())
            .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
        let state = args.state.as_deref().map(|folder| StateFolder::take(folder, "card serve")).transpose()?;
        let kept = state.as_ref().map(StateFolder::read).transpose()?;
        let State { cards, adopted, .. } = kept.clone().unwrap_or_default();
        let roster = Roster::new(people, clock.clone(), Seed::default(), cards, adopted);
        let timing = super::timing(&args.timing).unwrap_or_default();
        let stand = |(index, address)| stand(index, address, timing, tell.clone());
        let stands = addresses.into_iter().enumerate().map(stand).collect::<Result<_, _>>()?;
        Ok(Self { roster, stands, state: state.zip(kept) })
    }

    /// Puts a person's card into a slot (from 1), with these faults. Says what lies there then.
    pub(super) fn insert(&mut self, person: &str, slot: Option<usize>, faults: &[String]) -> Result<String, Failure> {
        let person = self.roster.find(person)?;
        if let Some(index) = self.stands.iter().position(|stand| stand.holds(&person.id)) {
            return Err(refused(format!(
                "「{}」のカードはスロット {} にあります / this card lies in slot {} already",
                person.id,
                index + 1,
                index + 1
            )));
        }
        let home = || self.stands.iter().position(|stand| stand.person.as_deref() == Some(&person.id));
        let index = match slot {
            Some(number) => number.checked_sub(1),
            None => home()
                .filter(|index| self.stands.get(*index).is_some_and(Stand::is_empty))
                .or_else(|| self.stands.iter().position(Stand::is_empty)),
        };
        let knobs = Knobs::new(Seed::default(), Sink::silent());
        for text in faults {
            let (knob, amount) = fault(text)?;
            knobs.arm(knob, Setting { amount, ..Setting::default() });
        }
        let slots = self.stands.len();
        let stand = index.and_then(|index| self.stands.get_mut(index)).filter(|stand| stand.is_empty());
        let (stand, number) = stand.zip(index.map(|index| index + 1)).ok_or_else(|| {
            refused(format!("空いているスロットではありません (1–{slots}) / no such slot that is empty: 1–{slots}"))
        })?;
        let card = self.roster.soft_card(&person, &knobs, &[]);
        // The keys are made before the card shows itself, so that nobody's first read waits for them.
        card.image().prepare(ApplicationKind::Jpki);
        stand.person = Some(person.id.clone());
        stand.faults = faults.to_vec();
        stand.slot.insert(card);
        Ok(format!("{}  slot={number}  vpcd={}", person.id, stand.address))
    }

    /// Takes out the card of a person, or the one in a slot.
    pub(super) fn remove(&mut self, which: &str) -> Result<String, Failure> {
        let index = match which.parse::<usize>() {
            Ok(number) => number.checked_sub(1),
            Err(_) => {
                let id = &self.roster.find(which)?.id;
                self.stands.iter().position(|stand| stand.holds(id))
            }
        };
        let taken = index.and_then(|index| {
            let stand = self.stands.get(index)?;
            Some((index + 1, stand.person.clone()?, stand.slot.remove()?))
        });
        let (number, id, card) = taken
            .ok_or_else(|| refused(format!("「{which}」のカードはどこにもありません / no card of {which} anywhere")))?;
        self.roster.keep_card(&id, &card);
        Ok(format!("{id}  slot={number}"))
    }

    /// Makes the card of a person as it was issued; one that lies in a slot is put down again, with the faults that it has there.
    pub(super) fn reset(&mut self, person: &str) -> Result<String, Failure> {
        let id = self.roster.find(person)?.id.clone();
        let lies = self.stands.iter_mut().enumerate().find(|(_, stand)| stand.holds(&id)).map(|(index, stand)| {
            stand.slot.remove();
            (index + 1, std::mem::take(&mut stand.faults))
        });
        self.roster.reset_card(&id)?;
        match lies {
            Some((number, faults)) => self.insert(&id, Some(number), &faults),
            None => Ok(id),
        }
    }

    /// A line for each slot.
    pub(super) fn list(&self) -> Vec<String> {
        let tries = |stand: &Stand| {
            stand.slot.with_card(|card| {
                let of = |pin| card.tries(pin).map_or_else(|| "-".to_owned(), |tries| tries.to_string());
                format!("authentication={}  signature={}", of(PinName::Authentication), of(PinName::Signature))
            })
        };
        let line = |(index, stand): (usize, &Stand)| {
            let lies = tries(stand).zip(stand.person.as_ref()).map(|(tries, id)| format!("{id}  {tries}"));
            format!("slot={}  vpcd={}  {}", index + 1, stand.address, lies.unwrap_or_else(|| "-".to_owned()))
        };
        self.stands.iter().enumerate().map(line).collect()
    }

    /// Keeps what the use of the cards left on them, where `--state` says.
    pub(super) fn keep(&mut self) -> Result<(), Failure> {
        for stand in &self.stands {
            if let Some(id) = &stand.person {
                stand.slot.with_card(|card| self.roster.keep_card(id, card));
            }
        }
        if let Some((folder, written)) = &mut self.state {
            let now = State { cards: self.roster.kept(), ..written.clone() };
            if now != *written {
                folder.write(&now)?;
                *written = now;
            }
        }
        Ok(())
    }

    /// Takes every card out of vpcd, and keeps what is to be kept.
    pub(super) fn close(mut self) -> Result<(), Failure> {
        for stand in std::mem::take(&mut self.stands) {
            stand.attached.stop();
            if let (Some(id), Some(card)) = (&stand.person, stand.slot.remove()) {
                self.roster.keep_card(id, &card);
            }
        }
        self.keep()
    }

    /// Where the slot at `index` is shown.
    pub(super) fn address(&self, index: usize) -> &str {
        self.stands.get(index).map_or("", |stand| &stand.address)
    }

    /// What is said about a line; the readiness line comes each time that vpcd has the card, also after a loss.
    pub(super) fn about(&self, index: usize, line: &Line) -> String {
        let id = self.stands.get(index).and_then(|stand| stand.person.as_deref()).unwrap_or("-");
        let address = self.address(index);
        match line {
            Line::Connected => format!("madoguchi ready card={id} vpcd={address}"),
            Line::Waiting => format!(
                "madoguchi: {address} のスロットには別のカードがあります。取り出されるのを待ちます (別のスロットは --slot 2) / another card is in that slot; waiting until it is taken out (--slot 2 is the next slot)"
            ),
            Line::Lost(reason) => {
                format!("madoguchi: {address} のvpcdとの接続がありません / no vpcd at {address}: {reason}")
            }
        }
    }
}

fn stand(index: usize, address: String, timing: Timing, tell: Sender<Told>) -> Result<Stand, Failure> {
    let slot = Slot::timed(format!("slot {}", index + 1), timing);
    // Nobody listens any more once the command ends.
    let on_line = move |line| drop(tell.send(Told::Line(index, line)));
    let attached = Attached::start(slot.clone(), address.clone(), on_line).map_err(super::no_thread)?;
    Ok(Stand { address, slot, person: None, faults: Vec::new(), attached })
}

fn refused(message: String) -> Failure {
    Failure::new(Exit::Usage, message)
}

impl From<StationError> for Failure {
    /// The operator named somebody or something that is not there.
    fn from(error: StationError) -> Self {
        refused(error.to_string())
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        Self::new(Exit::Outside, error.to_string())
    }
}
