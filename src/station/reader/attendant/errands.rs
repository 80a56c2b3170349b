//! What the dialogue asks for, carried out: the card is read, the camera looks, the centre is asked, files are written, timers run.
//! Each errand runs beside the loop and comes back as [`Happened`].

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::{Attendant, Happened};
use crate::event::Event as Journal;
use crate::face_reader::event::{
    CardSighting, Effect, Event, FACE_MISSES_TO_LOCK, PinCheck, Reply, Ticket, TimerId, TimerKind,
};
use crate::face_reader::knobs;
use crate::face_reader::state::State;
use crate::secret::Pin;
use crate::station::exchanges::MadeVisit;
use crate::station::plastic;
use crate::station::reader::Message;
use crate::station::reader::guest::Guest;
use crate::station::reader::hand::Hand;
use crate::station::visit::VisitFiles;
use crate::visit::{Consents, FaceResult, Identify, Method, VisitId};

/// How long the report of a visit waits for its files: well above the latest subsidy document that can be asked for.
const REPORT_PATIENCE: Duration = Duration::from_secs(60);

/// How long the staff have to say whose card it is, in a visit that was ordered from outside: as long as a patient has for a choice.
const STAFF_PATIENCE: Duration = Duration::from_secs(60);

impl Attendant {
    pub(super) fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::ReadCard(ticket) => self.read_card(ticket),
            Effect::CaptureFace => self.capture_face(),
            Effect::CheckPin(ticket, pin) => self.check_pin(ticket, pin),
            Effect::AskStanding(ticket, method) => self.ask_standing(ticket, method),
            Effect::SendConsents { ticket, visit, consents } => self.send_consents(ticket, visit, consents),
            Effect::FaceMisses(misses) => self.links.roster.set_face_misses(&self.card_name(), misses),
            Effect::StartTimer(id, length) => self.start_timer(id, length),
            Effect::StopTimer(id) => {
                if let Some((_, running)) = self.timer.take_if(|(running, _)| *running == id) {
                    running.abort();
                }
            }
            Effect::Beep => {}
            Effect::Alarm => {
                self.alarm = true;
                self.links.notice("face_reader", "カードの取り忘れです", "the card was forgotten on the reader");
            }
            Effect::Finished(outcome) => {
                if let Some(ledger) = self.ledger() {
                    ledger.finish(outcome);
                }
            }
            Effect::Ignored(_) => {}
        }
    }

    fn read_card(&mut self, ticket: Ticket) {
        let Some(guest) = &self.guest else { return };
        if self.links.knobs.comes_up(&knobs::NO_CARD, &guest.targets()) {
            return self.send(Happened::Dialogue(Event::Reply(ticket, Reply::CardUnreadable)));
        }
        if self.links.knobs.comes_up(&knobs::WRONG_CARD, &guest.targets()) {
            return self.send(Happened::Dialogue(Event::Reply(ticket, Reply::NotAMyNumberCard)));
        }
        let medium = guest.medium;
        let unplugged = self.links.knobs.comes_up(&knobs::UNPLUGGED, &guest.targets());
        if unplugged {
            let number = self.setup.number;
            self.links.trouble(
                "face_reader",
                format!("リーダー{number} の接続が外れました (障害 reader-unplugged)"),
                format!("reader {number} is unplugged (fault reader-unplugged)"),
            );
        }
        let misses = match self.links.knobs.comes_up(&knobs::FACE_LOCKED, &guest.targets()) {
            true => FACE_MISSES_TO_LOCK,
            false => self.links.roster.face_misses(&self.card_name()),
        };
        self.with_hand(move |hand| {
            if unplugged {
                hand.unplug();
            }
            let reply = match hand.read(medium) {
                Reply::CardRead(sighting) => Reply::CardRead(CardSighting { face_misses: misses, ..sighting }),
                other => other,
            };
            Happened::CardRead { ticket, reply, token: hand.token() }
        });
    }

    /// Tells the operator that a card is there which nobody knows. A visit that was ordered from outside waits for an answer only so long.
    pub(super) fn ask_the_staff(&self) {
        self.links.sink.emit(Journal::WhoIsThis { reader: self.setup.number });
        if self.guest.as_ref().is_none_or(|guest| guest.by_habit) {
            return;
        }
        let (ticket, me) = (self.dialogue.ticket(), self.me.clone());
        tokio::spawn(async move {
            tokio::time::sleep(STAFF_PATIENCE).await;
            if let Some(me) = me.upgrade() {
                let _ = me.send(Message::Happened(Happened::NobodyKnows(ticket)));
            }
        });
    }

    fn capture_face(&self) {
        let Some(guest) = &self.guest else { return };
        if self.links.knobs.comes_up(&knobs::FACE_MISMATCH, &guest.targets()) {
            self.send(Happened::Dialogue(Event::Face(FaceResult::Mismatch)));
        }
    }

    fn check_pin(&mut self, ticket: Ticket, pin: Pin) {
        let Some(guest) = &mut self.guest else { return };
        guest.plan.identify = Identify::Pin(pin.clone());
        if self.links.knobs.comes_up(&knobs::PIN_LOCKED, &guest.targets()) {
            let locked = Reply::PinChecked(PinCheck::Locked);
            return self.send(Happened::Dialogue(Event::Reply(ticket, locked)));
        }
        let challenge = self.links.challenge(&guest.reference);
        let links = self.links.clone();
        self.with_hand(move |hand| {
            let checked = hand.check_pin(&pin, &challenge);
            if hand.last_try_kept() {
                links.trouble(
                    "station",
                    "実カードの残り1回は受付では使いません。card verify-pin --spend-last-try で確かめてください",
                    "the last try of a real card is not spent at the counter: card verify-pin --spend-last-try",
                );
            }
            Happened::Dialogue(Event::Reply(ticket, Reply::PinChecked(checked)))
        });
    }

    /// Somebody else's card lies where this visit's was read: the visit is over, and the centre is not asked. Of a lent card nobody is sure.
    fn swap_card(&mut self) -> bool {
        let Some(guest) = &mut self.guest else { return false };
        let Some(person) = guest.person.clone().filter(|_| guest.is_soft()) else { return false };
        let Some(other) = self.links.roster.another_than(&person.id) else { return false };
        if !self.links.knobs.comes_up(&knobs::SWAPPED, &guest.targets()) {
            return false;
        }
        guest.swapped = true;
        let theirs = self.links.roster.soft_card(&other, &self.links.knobs, &[]);
        if let Some(own) = self.slot.insert(theirs) {
            self.links.roster.keep_card(&person.id, &own);
        }
        self.links.trouble(
            "face_reader",
            "読み取りの後でカードが入れ替わりました。受付をやめます (障害 card-swapped)",
            "the card was exchanged after it was read; the visit is given up (fault card-swapped)",
        );
        self.send(Happened::Dialogue(Event::CardRemoved));
        true
    }

    fn ask_standing(&mut self, ticket: Ticket, method: Method) {
        if self.swap_card() {
            return;
        }
        let Some(guest) = &mut self.guest else { return };
        guest.opening = self.links.opening(guest);
        guest.plan.was_done_by(method);
        let opening = guest.opening.clone();
        let links = self.links.clone();
        let terminal = self.setup.terminal;
        let pause = self.links.pace_of_centre(&guest.reference);
        let hand = self.hand.clone();
        let me = self.me.clone();
        tokio::spawn(async move {
            links.clock.pause(pause).await;
            let asked = tokio::task::spawn_blocking(move || {
                let evidence = hand.lock().unwrap_or_else(PoisonError::into_inner).evidence(method);
                links.ask_standing(terminal, &opening, evidence)
            });
            // A panic in there is ours; the dialogue's own timer then says that the centre cannot be reached.
            if let (Ok((reply, proof, certificate)), Some(me)) = (asked.await, me.upgrade()) {
                let _ = me.send(Message::Happened(Happened::Standing { ticket, reply, proof, certificate }));
            }
        });
    }

    fn send_consents(&mut self, ticket: Ticket, visit: VisitId, consents: Consents) {
        let Some(guest) = &mut self.guest else { return };
        guest.plan.was_answered(&consents);
        let (targets, opening) = (guest.targets.clone(), guest.opening.clone());
        let bound = self.own.clone().filter(|_| guest.own.is_none());
        let own = guest.own.clone().or_else(|| bound.clone());
        let made = MadeVisit {
            setup: self.setup.clone(),
            person: guest.person.as_ref().map(|person| person.id.clone()),
            source: guest.source.clone(),
            plan: guest.plan.clone(),
            own: own.clone(),
            files: Vec::new(),
        };
        let (links, setup, me, era) = (self.links.clone(), self.setup.clone(), self.me.clone(), self.era);
        tokio::spawn(async move {
            let Some(me) = me.upgrade() else { return };
            let happened = |happened| drop(me.send(Message::Happened(happened)));
            let (reply, answer) = links.conclude(&opening, visit, consents).await;
            let delivering = answer.as_ref().map(|_| opening.reference.clone());
            happened(Happened::Concluded { ticket, reply, delivering, bound, era });
            let Some(answer) = answer else { return };
            let reference = opening.reference.clone();
            let delivery = {
                let links = links.clone();
                tokio::spawn(async move {
                    let files = links.deliver(&setup, &opening, targets, answer, own).await;
                    links.visits.remember(made, &files);
                    files
                })
            };
            // The files go on being delivered however long it takes; whoever ordered the visit is not kept for ever.
            let files = match tokio::time::timeout(REPORT_PATIENCE, delivery).await {
                Ok(delivered) => delivered.unwrap_or_default(),
                Err(_) => {
                    links.notice(
                        "station",
                        format!("受付 {reference} のファイルはまだ出力できていません。出力は続けます"),
                        format!("the files of visit {reference} cannot be delivered yet; delivery goes on"),
                    );
                    VisitFiles::default()
                }
            };
            happened(Happened::Delivered { reference, files, era });
        });
    }

    fn start_timer(&mut self, id: TimerId, length: Duration) {
        let (clock, me) = (self.links.clock.clone(), self.me.clone());
        if let Some(guest) = self.guest.as_mut().filter(|guest| id.kind == TimerKind::ForgottenCard && !guest.forgets) {
            guest.forgets = self.links.knobs.comes_up(&knobs::FORGOTTEN, &guest.targets());
        }
        let forgets = self.guest.as_ref().is_some_and(|guest| guest.forgets);
        let task = tokio::spawn(async move {
            if forgets {
                // Also where the clock stands still: it will be forgotten, for as long as that takes.
                clock.pause(length).await;
            } else if id.kind.waits_for_people() {
                clock.patience(length).await;
            } else {
                tokio::time::sleep(length).await;
            }
            if let Some(me) = me.upgrade() {
                let _ = me.send(Message::Happened(Happened::Dialogue(Event::TimedOut(id))));
            }
        });
        if let Some((_, running)) = self.timer.replace((id, task.abort_handle())) {
            running.abort();
        }
    }

    /// Lets the auto-pilot act, at the station's pace.
    pub(super) fn plan_move(&self) {
        let Some(guest) = self.guest.as_ref().filter(|_| !self.is_busy()) else { return };
        if guest.forgets && !self.alarm {
            return;
        }
        if guest.auto.is_some() {
            let (ticket, me) = (self.dialogue.ticket(), self.me.clone());
            let (clock, pause) = (self.links.clock.clone(), self.links.pace_of_patient());
            tokio::spawn(async move {
                clock.pause(pause).await;
                if let Some(me) = me.upgrade() {
                    let _ = me.send(Message::Happened(Happened::Move(ticket)));
                }
            });
        } else if guest.lent && self.dialogue.state() == State::RemoveCard {
            // A lent card cannot be lifted by hand: its visit ends by itself.
            self.send(Happened::Dialogue(Event::CardRemoved));
        }
    }

    /// A lent card is watched where it lies: lifted in the middle, it ends the visit as a card lifted from this reader does.
    pub(super) fn watch_lent(&self, guest: &Guest, name: Option<String>) {
        let (stay, me) = (Arc::downgrade(&guest.stay), self.me.clone());
        plastic::until_lifted(name, stay.clone(), move || {
            if let Some(me) = me.upgrade() {
                let _ = me.send(Message::Happened(Happened::Lifted(stay)));
            }
        });
    }

    fn send(&self, happened: Happened) {
        if let Some(me) = self.me.upgrade() {
            let _ = me.send(Message::Happened(happened));
        }
    }

    /// Does something with the card beside the loop.
    fn with_hand(&self, act: impl FnOnce(&mut Hand) -> Happened + Send + 'static) {
        let (hand, me, era) = (self.hand.clone(), self.me.clone(), self.era);
        let reference = self.guest.as_ref().map(|guest| guest.reference.clone()).unwrap_or_default();
        tokio::task::spawn_blocking(move || {
            let mut hand = hand.lock().unwrap_or_else(PoisonError::into_inner);
            let happened = act(&mut hand);
            let failed = hand.take_failure().map(|why| Happened::CardFailed { reference, era, why });
            drop(hand);
            if let Some(me) = me.upgrade() {
                for happened in failed.into_iter().chain([happened]) {
                    let _ = me.send(Message::Happened(happened));
                }
            }
        });
    }
}
