//! Cards in PC/SC readers: which are there to be put on a counter, and the visits that they begin by themselves.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc;

use super::journal::Journal;
use super::reader::Message;
use super::view::PersonView;
use crate::card::pcsc;
use crate::card::reader::CardReader;
use crate::event::Words;

/// How often the readers are looked through where nothing is configured. Looking costs a few system calls.
const LOOK: Duration = Duration::from_secs(2);
/// How long a thread sleeps in the PC/SC service before it looks whether it should end.
const DOZE: Duration = Duration::from_millis(500);
/// Rest after the service or the reader has gone.
const REST: Duration = Duration::from_secs(2);

/// Calls `lifted` when the card of the PC/SC reader `name` (the first one without a name) is gone, or its reader or the service is;
/// gives up as soon as `stay` has ended.
pub fn until_lifted(name: Option<String>, stay: Weak<()>, lifted: impl FnOnce() + Send + 'static) {
    // A machine without threads to spare reads the card all the same; it only does not notice that it left.
    let _ = thread::Builder::new().name("pcsc-lent".to_owned()).spawn(move || {
        if let Ok(mut reader) = pcsc::open_reader(name.as_deref()) {
            while stay.strong_count() > 0 {
                if !matches!(reader.wait_for_change(DOZE), Ok(true)) {
                    break;
                }
            }
        }
        lifted();
    });
}

/// What lies in the PC/SC readers of this machine, as far as somebody looks.
#[derive(Clone, Default)]
pub struct Watch {
    present: Arc<Mutex<Vec<String>>>,
    looking: Arc<AtomicBool>,
    ended: Arc<AtomicBool>,
}

impl Watch {
    /// Looks from now on; for stations with somebody at a screen. Whoever asks again changes nothing.
    pub fn look_around(&self, journal: Arc<Journal>) {
        if self.looking.swap(true, Ordering::AcqRel) {
            return;
        }
        let watch = self.clone();
        // A machine without threads to spare has no screen to show cards on either.
        let _ = thread::Builder::new().name("pcsc-look".to_owned()).spawn(move || {
            while !watch.ended.load(Ordering::Acquire) {
                let now = pcsc::readers_with_card().unwrap_or_default();
                let mut present = watch.present.lock().unwrap_or_else(PoisonError::into_inner);
                if *present != now {
                    *present = now;
                    drop(present);
                    journal.touch();
                } else {
                    drop(present);
                }
                thread::sleep(LOOK);
            }
        });
    }

    /// Tells a counter whose reader is the PC/SC reader `name` about its cards.
    pub fn follow(&self, name: Option<String>, inbox: mpsc::WeakUnboundedSender<Message>) {
        let watch = self.clone();
        let _ = thread::Builder::new().name("pcsc-follow".to_owned()).spawn(move || {
            let mut here = false;
            while !watch.ended.load(Ordering::Acquire) {
                let Ok(mut reader) = pcsc::open_reader(name.as_deref()) else {
                    thread::sleep(REST);
                    continue;
                };
                // Until the service is gone, which takes the card with it; then it is opened again.
                loop {
                    let seen = reader.wait_for_change(DOZE);
                    if watch.ended.load(Ordering::Acquire) {
                        return;
                    }
                    let present = matches!(seen, Ok(true));
                    if present != here {
                        here = present;
                        let Some(inbox) = inbox.upgrade() else { return };
                        if inbox.send(Message::Presence(present)).is_err() {
                            return;
                        }
                    }
                    if seen.is_err() {
                        break;
                    }
                }
                thread::sleep(REST);
            }
        });
    }

    /// The cards that could be put on a counter, listed with the people.
    pub fn cards(&self) -> Vec<PersonView> {
        let present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        present
            .iter()
            .map(|name| PersonView {
                id: format!("pcsc:{name}"),
                name: "実カード".to_owned(),
                name_kana: String::new(),
                shows: Words {
                    ja: format!("PC/SCリーダー {name} のカード"),
                    en: format!("the card in PC/SC reader {name}"),
                },
                plastic: true,
            })
            .collect()
    }

    /// The threads end at their next look.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }
}
