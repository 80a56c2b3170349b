//! The task that drives one reader.
//!
//! - `orders`: what is ordered, and who sits down
//! - `errands`: what the dialogue asks for, carried out
//!
//! One loop, one reader, one patient at a time. Whatever takes time (card, centre, files, timers) runs beside the loop and comes
//! back as [`Happened`], with the ticket of its question, so that an answer that comes too late meets a closed door.

mod errands;
mod orders;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::AbortHandle;

use super::guest::{Guest, Ledger};
use super::hand::Hand;
use super::{Message, Setup, Shared, Source, show};
use crate::card::in_process::Slot;
use crate::card::jpki::JpkiError;
use crate::card::reader::ReaderError;
use crate::event::Event as Journal;
use crate::face_reader::dialogue::Dialogue;
use crate::face_reader::event::{Effect, Event, Ignored, Reply, Ticket, TimerId};
use crate::face_reader::screens;
use crate::face_reader::settings::ReaderSettings;
use crate::face_reader::state::State;
use crate::people::Person;
use crate::station::bindings::Token;
use crate::station::error::StationError;
use crate::station::links::Links;
use crate::station::view::ReaderView;
use crate::station::visit::VisitFiles;
use crate::visit::CertificateStatus;

/// What comes back to the loop.
pub enum Happened {
    /// An event for the dialogue (an answer, a timer).
    Dialogue(Event),
    /// What lies on the reader.
    CardRead {
        /// Of the question.
        ticket: Ticket,
        /// For the dialogue.
        reply: Reply,
        /// What it is recognised by, when it shows that.
        token: Option<Token>,
    },
    /// A card gave nothing.
    CardFailed {
        /// The visit.
        reference: String,
        /// Of the visit.
        era: u64,
        /// Why.
        why: JpkiError,
    },
    /// The centre's answer to *ask standing*, with what it shows about the visit.
    Standing {
        /// Of the question.
        ticket: Ticket,
        /// For the dialogue.
        reply: Reply,
        /// What the card proved.
        proof: Option<&'static str>,
        /// What the hub found.
        certificate: Option<CertificateStatus>,
    },
    /// The centre's answer to the consents; files may be on their way.
    Concluded {
        /// Of the question.
        ticket: Ticket,
        /// For the dialogue.
        reply: Reply,
        /// The visit whose files are on their way.
        delivering: Option<String>,
        /// The file that the operator had chosen for it.
        bound: Option<String>,
        /// Of the visit: a reset begins another, and names its visits from 1 again.
        era: u64,
    },
    /// The files of a visit stand in their folders.
    Delivered {
        /// The visit.
        reference: String,
        /// Where they are.
        files: VisitFiles,
        /// Of the visit.
        era: u64,
    },
    /// A lent card was lifted from its PC/SC reader, in the stay of this guest.
    Lifted(Weak<()>),
    /// Nobody said whose card it is; whoever ordered the visit is not kept for ever.
    NobodyKnows(Ticket),
    /// The auto-pilot's next move, unless the dialogue has gone on meanwhile.
    Move(Ticket),
}

/// The loop's state.
pub struct Attendant {
    setup: Setup,
    links: Arc<Links>,
    slot: Slot,
    dialogue: Dialogue,
    hand: Shared<Hand>,
    guest: Option<Guest>,
    auto_pilot: bool,
    alarm: bool,
    proof: Option<&'static str>,
    /// The file of the operator's own that the next visit brings.
    own: Option<String>,
    timer: Option<(TimerId, AbortHandle)>,
    ledgers: BTreeMap<String, Ledger>,
    visits: u64,
    /// Counts resets.
    era: u64,
    waiting: Vec<oneshot::Sender<Result<(), StationError>>>,
    me: mpsc::WeakUnboundedSender<Message>,
    view: watch::Sender<ReaderView>,
}

impl Attendant {
    /// Starts the task of a reader.
    pub fn start(setup: Setup, links: Arc<Links>, settings: ReaderSettings, model: screens::Model) -> super::Reader {
        let (inbox, messages) = mpsc::unbounded_channel();
        let slot = Slot::timed(format!("reader {}", setup.number), setup.card_timing);
        let dialogue = Dialogue::new(settings, model);
        let hand = Arc::new(Mutex::new(Hand::new(Box::new(slot.reader()), links.test_roots.clone())));
        let (view, seen) = watch::channel(show::view(&setup, &dialogue, None, setup.auto_pilot, None, false));
        let auto_pilot = setup.auto_pilot;
        let attendant = Self {
            setup,
            links,
            slot,
            dialogue,
            hand,
            guest: None,
            auto_pilot,
            alarm: false,
            proof: None,
            own: None,
            timer: None,
            ledgers: BTreeMap::new(),
            visits: 0,
            era: 0,
            waiting: Vec::new(),
            me: inbox.downgrade(),
            view,
        };
        tokio::spawn(attendant.run(messages));
        super::Reader { inbox, view: seen }
    }

    async fn run(mut self, mut messages: mpsc::UnboundedReceiver<Message>) {
        while let Some(message) = messages.recv().await {
            match message {
                Message::Order(order) => self.order(order),
                Message::Press(press, done) => self.press(press, done),
                Message::Presence(true) => self.card_came(),
                Message::Presence(false) => drop(self.take(Event::CardRemoved)),
                Message::Bound => self.look_again(),
                Message::Happened(happened) => self.happened(happened),
                Message::Own(file) => {
                    self.own = file;
                    self.show();
                }
                Message::Reset(done) => {
                    self.reset();
                    let _ = done.send(());
                }
            }
        }
    }

    // ── the dialogue goes on ───────────────────────────────────────────────────────────────────────────────────────────

    fn happened(&mut self, happened: Happened) {
        match happened {
            Happened::Dialogue(event) => drop(self.take(event)),
            Happened::CardRead { ticket, mut reply, token } => {
                if let (Some(token), Reply::CardRead(card)) = (token, &mut reply)
                    && ticket == self.dialogue.ticket()
                {
                    card.holder_unknown = !self.recognise(token);
                }
                drop(self.take(Event::Reply(ticket, reply)));
            }
            Happened::NobodyKnows(ticket) if ticket == self.dialogue.ticket() => drop(self.take(Event::HolderTold)),
            Happened::NobodyKnows(_) => {}
            Happened::CardFailed { reference, era, why } => {
                if matches!(why, JpkiError::Reader(ReaderError::NotRecorded { .. })) {
                    let text = why.to_string();
                    let (ja, en) = text.split_once(" / ").unwrap_or((&text, &text));
                    self.links.trouble("card", ja, en);
                }
                if let Some(ledger) = self.ledgers.get_mut(&reference).filter(|_| era == self.era) {
                    ledger.card_failed(why.to_string());
                }
            }
            Happened::Standing { ticket, reply, proof, certificate } => {
                if ticket == self.dialogue.ticket() {
                    self.proof = proof;
                    if let Some(ledger) = self.ledger() {
                        (ledger.proof, ledger.certificate) = (proof, certificate);
                    }
                    if certificate == Some(CertificateStatus::ChainNotVerified) {
                        self.links.notice(
                            "face_reader",
                            "証明書の発行者は未検証です。受付は続けます",
                            "chain not verified: nobody here knows the issuer of the certificate; the visit goes on",
                        );
                    }
                }
                drop(self.take(Event::Reply(ticket, reply)));
            }
            Happened::Concluded { ticket, reply, delivering, bound, era } => {
                let delivering = delivering.filter(|_| era == self.era);
                // Given out; unless the operator has chosen another one meanwhile.
                if delivering.is_some() && self.own == bound {
                    self.own = None;
                }
                if let Some(ledger) = delivering.and_then(|reference| self.ledgers.get_mut(&reference)) {
                    ledger.delivering = true;
                }
                drop(self.take(Event::Reply(ticket, reply)));
            }
            Happened::Delivered { reference, files, era } => {
                if let Some(ledger) = self.ledgers.get_mut(&reference).filter(|_| era == self.era) {
                    ledger.delivered(files);
                }
                self.close_visits();
            }
            Happened::Lifted(stay) if stay.strong_count() > 0 => drop(self.take(Event::CardRemoved)),
            Happened::Lifted(_) => {}
            Happened::Move(ticket) => {
                if ticket == self.dialogue.ticket() {
                    let next = self.guest.as_mut().and_then(|g| g.auto.as_mut()?.next(&self.dialogue));
                    if let Some(event) = next {
                        drop(self.take(event));
                    }
                }
            }
        }
    }

    /// One event for the dialogue; its effects are carried out, and everybody is shown where it stands.
    fn take(&mut self, event: Event) -> Result<(), StationError> {
        let before = self.dialogue.state();
        let lifted = event == Event::CardRemoved;
        let effects = self.dialogue.step(event);
        if let [Effect::Ignored(why)] = effects.as_slice() {
            return Err(self.not_possible(why));
        }
        if lifted {
            self.links.sink.emit(Journal::CardRemoved { reader: self.setup.number });
        }
        for effect in effects {
            self.carry_out(effect);
        }
        let now = self.dialogue.state();
        if now != before {
            self.tell_journal(now);
            if now == State::WhoIsThis {
                self.ask_the_staff();
            }
        }
        if let Some(ledger) = self.ledger() {
            ledger.step(&now.to_string());
        }
        if now == State::Idle {
            self.see_off();
        }
        self.show();
        self.close_visits();
        self.plan_move();
        if !self.is_busy() {
            for done in self.waiting.drain(..) {
                let _ = done.send(Ok(()));
            }
        }
        Ok(())
    }

    // ── the end of a visit ─────────────────────────────────────────────────────────────────────────────────────────────

    /// Nobody stands there any more: the card is put back, its counters kept, the faults meant for this visit are gone.
    fn see_off(&mut self) {
        let Some(guest) = self.guest.take() else { return };
        if let Some(ledger) = self.ledgers.get_mut(&guest.reference) {
            ledger.leave();
        }
        self.alarm = false;
        self.proof = None;
        self.hand.lock().unwrap_or_else(PoisonError::into_inner).let_go();
        // The one who swapped the cards takes back what lies there.
        if let (Some(card), Some(person), false) = (self.slot.remove(), &guest.person, guest.swapped) {
            self.links.roster.keep_card(&person.id, &card);
        }
        if guest.lent || guest.is_soft() && self.setup.source != Source::Soft {
            let own = self.setup.source.clone();
            if let Err(error) = self.use_reader(&own) {
                self.links.trouble("station", error.to_string(), error.to_string());
            }
        }
    }

    fn close_visits(&mut self) {
        let closed: Vec<String> =
            self.ledgers.iter().filter(|(_, ledger)| ledger.is_closed()).map(|(r, _)| r.clone()).collect();
        for reference in closed {
            let Some(ledger) = self.ledgers.remove(&reference) else { continue };
            let report = ledger.close();
            self.links.knobs.disarm_target(&reference);
            self.links.sink.emit(Journal::Visit {
                reader: self.setup.number,
                person: report.person,
                outcome: serde_json::to_value(report.outcome)
                    .ok()
                    .and_then(|v| v.as_str().map(str::to_owned))
                    .unwrap_or_default(),
                why_ja: report.why.ja,
                why_en: report.why.en,
                files: report.files.all(),
                millis: report.millis,
            });
        }
    }

    fn reset(&mut self) {
        if let Some((_, running)) = self.timer.take() {
            running.abort();
        }
        for ledger in self.ledgers.values_mut() {
            ledger.cancel();
        }
        self.see_off();
        self.close_visits();
        for done in self.waiting.drain(..) {
            let _ = done.send(Ok(()));
        }
        self.dialogue.reset();
        self.auto_pilot = self.setup.auto_pilot;
        self.own = None;
        self.visits = 0;
        self.era += 1;
        self.show();
    }

    // ── small things ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// Does the dialogue wait for a device or the centre, not for a person?
    fn is_busy(&self) -> bool {
        use State::{Authenticating, CheckingPin, Concluding, ReadingCard};
        matches!(self.dialogue.state(), ReadingCard | CheckingPin | Authenticating | Concluding)
    }

    fn ledger(&mut self) -> Option<&mut Ledger> {
        let reference = &self.guest.as_ref()?.reference;
        self.ledgers.get_mut(reference)
    }

    /// The name under which the card's count of face misses is kept.
    fn card_name(&self) -> String {
        let person = self.guest.as_ref().and_then(|g| g.person.as_ref());
        person.map_or_else(|| format!("reader:{}", self.setup.number), |p: &Arc<Person>| p.id.clone())
    }

    fn not_possible(&self, why: &Ignored) -> StationError {
        StationError::NotPossible {
            state: self.dialogue.state().to_string(),
            why: why.to_string(),
            possible: show::possible(&self.dialogue),
        }
    }

    fn tell_journal(&self, now: State) {
        let screen = self.dialogue.screen();
        self.links.sink.emit(Journal::Dialogue {
            reader: self.setup.number,
            state: now.to_string(),
            screen_ja: screen.title.ja,
            screen_en: screen.title.en,
        });
    }

    fn show(&self) {
        let guest = self.guest.as_ref();
        let view = show::view(&self.setup, &self.dialogue, guest, self.auto_pilot, self.proof, self.alarm);
        let own = guest.and_then(|guest| guest.own.clone()).or_else(|| self.own.clone());
        self.view.send_replace(ReaderView { own, ..view });
        self.links.touch();
    }
}
