//! The screens as a state machine: what happened goes in, what is to be done comes out. No file, no clock, no socket.
//!
//! ```text
//! welcome ─ My Number card ─▶ put-card ─ a result ─┬▶ received / no-appointment ─▶ welcome
//!    │                           │ cancel, time     ├▶ counter                    ─▶ welcome
//!    └─ 診察券 ─▶ insert-card ───┴─ a number ───────┘
//!                                └▶ welcome, timed-out
//! ```
//!
//! Every screen has a ticket of its own; what was begun on one screen and ends on another changes nothing there.

use std::time::Duration;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::appointments::{Appointment, Patient};
use super::verdict::{Reason, Verdict, Visitor};

/// What the patient sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Screen {
    /// 受付画面: どちらのカードをお持ちですか
    Welcome,
    /// 案内画面: put the My Number card on the reader beside the machine.
    PutCard,
    /// 診察券を入れてください
    InsertCard,
    /// 結果画面: a patient was received, with appointments or without.
    Received(Received),
    /// Please go to the counter.
    Counter(Reason),
    /// Nothing came in time.
    TimedOut,
    /// A folder is away, so that no result could come or go.
    OutOfService,
}

/// A patient who checked in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Who.
    pub patient: Patient,
    /// Where they are expected.
    pub appointments: Vec<Appointment>,
    /// With which card.
    pub card: Card,
    /// What became of the 受付票.
    pub slip: Slip,
}

/// How a patient said who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Card {
    /// マイナンバーカード: the qualification is confirmed already.
    MyNumber,
    /// 診察券: the qualification is still to be confirmed at the counter.
    Patient,
}

/// 受付票
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slip {
    /// In the printer.
    Printing,
    /// Printed, with this 受付番号.
    Printed(u32),
    /// It could not be printed.
    Failed,
}

/// What a patient may do. Which of them now, [`Machine::possible`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Touch {
    /// "マイナンバーカード"
    MyNumberCard,
    /// "診察券"
    PatientCard,
    /// "キャンセル"
    Cancel,
    /// "終わる"
    Finish,
}

/// What happens to the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A touch, at this time of the machine's clock.
    Touch(Touch, DateTime),
    /// A 診察券 was put in.
    Inserted(Verdict),
    /// A result lies in the folder: when the terminal made it (none where it does not say), and whose it is.
    Result(Option<DateTime>, Verdict),
    /// The 受付票 that was asked for with this ticket was printed under this number.
    Printed(u64, u32),
    /// It was not.
    NotPrinted(u64),
    /// The time of the screen with this ticket is over.
    TimeUp(u64),
    /// A folder cannot be reached.
    FolderAway,
    /// All folders can be reached again.
    FolderBack,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Say [`Event::TimeUp`] with this ticket, so much later.
    Wait(u64, Duration),
    /// Note that this patient was received and print a 受付票; say what became of it with this ticket.
    Receive(u64, Visitor, Card),
}

/// How long each screen stays, in seconds. Not public anywhere: ours [C].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timers {
    /// For a result, after the My Number card was chosen: a face, a PIN, consents.
    pub card_s: u64,
    /// For a 診察券.
    pub insert_s: u64,
    /// For reading the appointment.
    pub result_s: u64,
    /// For reading any other message.
    pub message_s: u64,
}

impl Default for Timers {
    fn default() -> Self {
        Self { card_s: 180, insert_s: 60, result_s: 30, message_s: 15 }
    }
}

/// The machine.
#[derive(Debug, Clone)]
pub struct Machine {
    timers: Timers,
    slack: Duration,
    screen: Screen,
    ticket: u64,
    /// When the My Number card was chosen.
    asked: Option<DateTime>,
    away: bool,
}

impl Machine {
    /// A machine that waits for its first patient. `slack`: so far may the terminal's clock be behind the machine's.
    pub fn new(timers: Timers, slack: Duration) -> Self {
        Self { timers, slack, screen: Screen::Welcome, ticket: 0, asked: None, away: false }
    }

    /// What is shown.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Counts the screens.
    pub fn ticket(&self) -> u64 {
        self.ticket
    }

    /// What the patient may touch.
    pub fn possible(&self) -> &'static [Touch] {
        match self.screen {
            Screen::Welcome => &[Touch::MyNumberCard, Touch::PatientCard],
            Screen::PutCard | Screen::InsertCard => &[Touch::Cancel],
            Screen::Received(_) | Screen::Counter(_) | Screen::TimedOut => &[Touch::Finish],
            Screen::OutOfService => &[],
        }
    }

    /// Whether a result that the terminal made at `made` is that of the patient in front of the machine. One that was made before the
    /// patient touched it is somebody else's, however late it comes (spec/pmh.md §11, S-38d).
    pub fn is_theirs(&self, made: Option<DateTime>) -> bool {
        // The terminal writes whole seconds.
        let seconds = |time: DateTime| time.with().subsec_nanosecond(0).build().unwrap_or(time);
        match (&self.screen, self.asked, made) {
            (Screen::PutCard, Some(asked), Some(made)) => seconds(made) >= seconds(asked) - self.slack,
            // What does not say when it was made shows nobody's name.
            (Screen::PutCard, ..) => true,
            _ => false,
        }
    }

    /// Takes in what happened.
    pub fn on(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Touch(touch, now) if self.possible().contains(&touch) => self.touched(touch, now),
            Event::Inserted(verdict) if self.screen == Screen::InsertCard => self.judged(verdict, Card::Patient),
            Event::Result(made, verdict) if self.is_theirs(made) => match made {
                Some(_) => self.judged(verdict, Card::MyNumber),
                None => self.show(Screen::Counter(Reason::NotConfirmed)),
            },
            Event::Printed(ticket, number) => self.printed(ticket, Slip::Printed(number)),
            Event::NotPrinted(ticket) => self.printed(ticket, Slip::Failed),
            Event::TimeUp(ticket) if ticket == self.ticket => self.time_up(),
            Event::FolderAway => self.folder(true),
            Event::FolderBack => self.folder(false),
            Event::Touch(..) | Event::Inserted(_) | Event::Result(..) | Event::TimeUp(_) => Vec::new(),
        }
    }

    fn touched(&mut self, touch: Touch, now: DateTime) -> Vec<Effect> {
        match touch {
            Touch::MyNumberCard => {
                self.asked = Some(now);
                self.show(Screen::PutCard)
            }
            Touch::PatientCard => self.show(Screen::InsertCard),
            Touch::Cancel | Touch::Finish => self.go_home(),
        }
    }

    fn judged(&mut self, verdict: Verdict, card: Card) -> Vec<Effect> {
        match verdict {
            Verdict::Counter(reason) => self.show(Screen::Counter(reason)),
            Verdict::Patient(visitor) => {
                let Visitor { patient, appointments } = visitor.clone();
                let mut effects =
                    self.show(Screen::Received(Received { patient, appointments, card, slip: Slip::Printing }));
                effects.push(Effect::Receive(self.ticket, visitor, card));
                effects
            }
        }
    }

    fn printed(&mut self, ticket: u64, slip: Slip) -> Vec<Effect> {
        match &mut self.screen {
            Screen::Received(received) if ticket == self.ticket && received.slip == Slip::Printing => {
                received.slip = slip;
            }
            _ => {}
        }
        Vec::new()
    }

    fn time_up(&mut self) -> Vec<Effect> {
        match self.screen {
            Screen::PutCard | Screen::InsertCard => self.show(Screen::TimedOut),
            Screen::Received(_) | Screen::Counter(_) | Screen::TimedOut => self.go_home(),
            Screen::Welcome | Screen::OutOfService => Vec::new(),
        }
    }

    /// Whoever was received already may read on; whoever waits would wait in vain.
    fn folder(&mut self, away: bool) -> Vec<Effect> {
        self.away = away;
        match self.screen {
            Screen::Welcome | Screen::PutCard | Screen::InsertCard if away => self.go_home(),
            Screen::OutOfService if !away => self.go_home(),
            _ => Vec::new(),
        }
    }

    fn go_home(&mut self) -> Vec<Effect> {
        self.show(if self.away { Screen::OutOfService } else { Screen::Welcome })
    }

    /// The next screen; what the patient before left behind ends here.
    fn show(&mut self, screen: Screen) -> Vec<Effect> {
        if screen != Screen::PutCard {
            self.asked = None;
        }
        self.screen = screen;
        self.ticket += 1;
        let limit = match self.screen {
            Screen::Welcome | Screen::OutOfService => return Vec::new(),
            Screen::PutCard => self.timers.card_s,
            Screen::InsertCard => self.timers.insert_s,
            Screen::Received(_) => self.timers.result_s,
            Screen::Counter(_) | Screen::TimedOut => self.timers.message_s,
        };
        vec![Effect::Wait(self.ticket, Duration::from_secs(limit))]
    }
}
