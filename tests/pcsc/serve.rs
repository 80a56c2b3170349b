//! `card serve` in a real pcscd: several cards at once, put down and taken away by order, at the pace of plastic, and what lasts.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use madoguchi::card::jpki::{CertificateFile, Jpki, JpkiError, LastTry, PinState};
use madoguchi::card::pcsc::{PcscReader, open_reader};
use madoguchi::card::reader::{CardReader, Transmit, transact};
use madoguchi::card::soft::{PinName, Timing};
use madoguchi::secret::Pin;

use crate::world::{LIMIT, READER, in_own_world, start_service, wait_for};

/// The second reader of vpcd.
const SECOND: &str = "Virtual PCD 00 01";

/// A `card serve` at work.
struct Served {
    child: Child,
    orders: ChildStdin,
    said: Receiver<String>,
}

impl Served {
    /// Returns when every card has been spoken to.
    fn start(folder: &Path, args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_madoguchi"))
            .args(["card", "serve", "--commands", "--wait"])
            .args(args)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (say, said) = channel();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| say.send(line)));
        let orders = child.stdin.take().unwrap();
        Self { child, orders, said }
    }

    /// Gives an order and returns the line that says what was done.
    #[track_caller]
    fn order(&mut self, order: &str) -> String {
        self.tell(order);
        self.said.recv_timeout(LIMIT).unwrap_or_else(|_| panic!("no answer to {order:?}"))
    }

    fn tell(&mut self, order: &str) {
        writeln!(self.orders, "{order}").unwrap();
    }

    /// Ends by its own order; every card is out then.
    fn quit(mut self) {
        self.tell("quit");
        assert!(self.child.wait().unwrap().success());
    }

    /// Open files, threads, and resident memory in kB, as the system counts them.
    fn uses(&self) -> (usize, usize, usize) {
        let below = |name: &str| std::fs::read_dir(format!("/proc/{}/{name}", self.child.id())).unwrap().count();
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        (below("fd"), below("task"), resident.trim().trim_end_matches(" kB").parse().unwrap())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn world(test: &str, body: impl FnOnce(&Path)) {
    in_own_world(test, || {
        let folder = tempfile::tempdir().unwrap();
        let _service = start_service(folder.path());
        body(folder.path());
    });
}

/// Does something with the card in this reader, once it is there. The service needs a moment to see that a card was changed.
fn with_card<T>(name: &str, act: impl Fn(&mut Jpki<'_>) -> Result<T, JpkiError>) -> Result<T, JpkiError> {
    wait_for(name, || match with_card_now(name, &act) {
        Err(JpkiError::Reader(_)) => None,
        done => Some(done),
    })
}

fn with_card_now<T>(name: &str, act: impl Fn(&mut Jpki<'_>) -> Result<T, JpkiError>) -> Result<T, JpkiError> {
    let mut channel = open_reader(Some(name))?.connect()?;
    transact(&mut *channel, |card| act(&mut Jpki::select(card)?))?
}

fn serial(name: &str) -> String {
    with_card(name, |jpki| jpki.serial()).unwrap().hex()
}

fn tries(name: &str) -> PinState {
    with_card(name, |jpki| jpki.pin_status(PinName::Authentication)).unwrap()
}

fn verify(name: &str, pin: &str) -> Result<(), JpkiError> {
    with_card(name, |jpki| jpki.verify(PinName::Authentication, &Pin::new(pin), LastTry::Spend))
}

/// Waits until the reader holds a card, or none.
#[track_caller]
fn until_present(reader: &mut PcscReader, present: bool) {
    let end = Instant::now() + LIMIT;
    while reader.is_card_present().unwrap() != present {
        assert!(Instant::now() < end, "{}: a card should {}be there", reader.name(), if present { "" } else { "not " });
        let _ = reader.wait_for_change(Duration::from_millis(100)).unwrap();
    }
}

#[test]
fn two_cards_lie_in_two_readers_at_once_and_change_places_by_order() {
    world("serve::two_cards_lie_in_two_readers_at_once_and_change_places_by_order", |folder| {
        let mut served = Served::start(folder, &["taro", "hanako"]);
        let (taro, hanako) = (serial(READER), serial(SECOND));
        assert_ne!(taro, hanako);
        // At the same time, each its own rights.
        let mut channels = [READER, SECOND].map(|name| open_reader(Some(name)).unwrap().connect().unwrap());
        for (channel, right) in channels.iter_mut().zip([true, false]) {
            let verified = transact(&mut **channel, |card| {
                let pin = Pin::new(if right { "1234" } else { "9999" });
                Jpki::select(card)?.verify(PinName::Authentication, &pin, LastTry::Spend)
            });
            assert_eq!(verified.unwrap().is_ok(), right);
        }
        drop(channels);
        assert_eq!((tries(READER), tries(SECOND)), (PinState::Tries(3), PinState::Tries(2)));

        assert_eq!(served.order("remove taro"), "remove  taro  slot=1");
        assert_eq!(served.order("remove 2"), "remove  hanako  slot=2");
        for name in [READER, SECOND] {
            until_present(&mut PcscReader::open(name).unwrap(), false);
        }
        assert_eq!(served.order("insert taro 2"), "insert  taro  slot=2  vpcd=127.0.0.1:35964");
        assert_eq!(served.order("insert hanako 1"), "insert  hanako  slot=1  vpcd=127.0.0.1:35963");
        assert_eq!((serial(READER), serial(SECOND)), (hanako, taro));
        assert_eq!(served.order("list"), "slot=1  vpcd=127.0.0.1:35963  hanako  authentication=2  signature=5");
        assert_eq!(served.said.recv().unwrap(), "slot=2  vpcd=127.0.0.1:35964  taro  authentication=3  signature=5");
        // What cannot be is said on stderr, and changes nothing.
        for order in ["insert kodomo", "insert taro", "remove kodomo", "eject", "insert nobody-of-this-name 1"] {
            served.tell(order);
        }
        assert_eq!(served.order("remove 1"), "remove  hanako  slot=1");
        // Somebody else, and with a fault.
        assert_eq!(served.order("insert kodomo card-pin-tries=0"), "insert  kodomo  slot=1  vpcd=127.0.0.1:35963");
        assert_eq!(tries(READER), PinState::Locked);
        served.quit();
        until_present(&mut PcscReader::open(READER).unwrap(), false);
    });
}

#[test]
fn what_the_use_of_a_card_left_on_it_outlives_the_program_until_it_is_reset() {
    world("serve::what_the_use_of_a_card_left_on_it_outlives_the_program_until_it_is_reset", |folder| {
        let kept = || std::fs::read_to_string(folder.join("state/cards.json")).unwrap_or_default();
        let served = Served::start(folder, &["taro", "--state", "state"]);
        assert_eq!(verify(READER, "9999"), Err(JpkiError::WrongPin { tries: 2 }));
        wait_for("the state to be written", || kept().contains("taro").then_some(()));
        drop(served);
        until_present(&mut PcscReader::open(READER).unwrap(), false);

        let mut served = Served::start(folder, &["taro", "--state", "state"]);
        assert_eq!(tries(READER), PinState::Tries(2));
        assert_eq!(verify(READER, "9999"), Err(JpkiError::WrongPin { tries: 1 }));
        // Torn away in the middle of a command, it still is the same card.
        served.order("remove taro");
        served.order("insert taro card-torn-away=4");
        wait_for("the card to be torn away", || {
            let _ = with_card_now(READER, |jpki| jpki.certificate(CertificateFile::Authentication));
            served.order("list").ends_with("  -").then_some(())
        });
        served.order("insert taro");
        assert_eq!(tries(READER), PinState::Tries(1));
        assert_eq!(served.order("reset taro"), "reset  taro  slot=1  vpcd=127.0.0.1:35963");
        wait_for("the fresh card", || (tries(READER) == PinState::Tries(3)).then_some(()));
        served.order("remove taro");
        served.order("insert taro serial-top-bit");
        let odd = serial(READER);
        assert_eq!(verify(READER, "9999"), Err(JpkiError::WrongPin { tries: 2 }));
        served.order("reset taro");
        wait_for("the fresh card", || (tries(READER) == PinState::Tries(3)).then_some(()));
        assert_eq!(serial(READER), odd, "with the fault that it was put down with");
        served.quit();
        assert!(!kept().contains("taro"), "{}", kept());
    });
}

#[test]
fn two_hundred_cards_are_put_down_and_taken_away_without_a_leak_or_a_dead_reader() {
    world("serve::two_hundred_cards_are_put_down_and_taken_away_without_a_leak_or_a_dead_reader", |folder| {
        let mut served = Served::start(folder, &["taro", "hanako"]);
        let mut readers = [READER, SECOND].map(|name| PcscReader::open(name).unwrap());
        let serials = [READER, SECOND].map(serial);
        let mut after_ten = None;
        for round in 0..100 {
            for who in ["remove taro", "remove hanako"] {
                served.order(who);
            }
            readers.iter_mut().for_each(|reader| until_present(reader, false));
            for who in ["insert taro", "insert hanako"] {
                served.order(who);
            }
            readers.iter_mut().for_each(|reader| until_present(reader, true));
            assert_eq!([READER, SECOND].map(serial), serials, "round {round}");
            if round == 10 {
                after_ten = Some(served.uses());
            }
        }
        let ((files, threads, resident), (files_now, threads_now, resident_now)) = (after_ten.unwrap(), served.uses());
        println!(
            "files {files} → {files_now}, threads {threads} → {threads_now}, resident {resident} → {resident_now} kB"
        );
        assert_eq!((files_now, threads_now), (files, threads));
        // The allocator keeps some; 180 cards that stayed would be more.
        assert!(resident_now < resident + 2048, "{resident} → {resident_now} kB");
        served.quit();
    });
}

#[test]
fn a_card_at_the_pace_of_plastic_takes_as_long_as_computed_at_the_readers_side() {
    world("serve::a_card_at_the_pace_of_plastic_takes_as_long_as_computed_at_the_readers_side", |folder| {
        const SELECT: [u8; 15] = [0, 0xA4, 4, 0x0C, 10, 0xD3, 0x92, 0xF0, 0, 0x26, 1, 0, 0, 0, 1];
        const SELECT_CERTIFICATE: [u8; 7] = [0, 0xA4, 2, 0x0C, 2, 0, 0x0A];
        const READ: [u8; 5] = [0, 0xB0, 0, 0, 0];
        let served = Served::start(folder, &["taro", "--timing", "106k"]);
        let mut channel = wait_for("the card", || open_reader(Some(READER)).ok()?.connect().ok());
        // Several times each: what else this machine does delays some of them.
        let took = |card: &mut dyn Transmit, command: &[u8]| {
            let one = |_| {
                let start = Instant::now();
                let answer = card.transmit(command).unwrap();
                start.elapsed().as_secs_f64() / Timing::Kbit106.of("taro", command, &answer).as_secs_f64()
            };
            (0..15).map(one).fold(f64::MAX, f64::min)
        };
        let ratios =
            transact(&mut *channel, |card| [&SELECT[..], &SELECT_CERTIFICATE, &READ].map(|c| took(card, c))).unwrap();
        println!("of the computed time: {ratios:?}");
        assert!(ratios.iter().all(|ratio| (1.0..1.05).contains(ratio)), "{ratios:?}");
        drop(channel);
        served.quit();
    });
}
