//! `madoguchi attach`: the text screen of a station on another machine.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use clap::Args;

use crate::cli::client::StationArgs;
use crate::cli::{Exit, Failure, Outcome};
use crate::event::{Lang, Words};
use crate::message::element::ElementTable;
use crate::operate::client::Client;
use crate::operate::control::screen::Look;
use crate::operate::tui;
use crate::station::view::{Command, Desk, FileView, JournalLine, OwnFile, View};

/// A station that does not answer is asked again so often.
const AGAIN: Duration = Duration::from_secs(1);

/// 別の機械の窓口を、この画面で見て動かす / the text screen of a station on another machine
#[derive(Debug, Args)]
pub struct AttachArgs {
    #[command(flatten)]
    station: StationArgs,
}

/// Shows the station until the operator quits; the station goes on.
pub fn run(args: &AttachArgs, lang: Option<Lang>) -> Outcome {
    let desk = RemoteDesk::of(args.station.client())?;
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        return Err(Failure::new(Exit::Usage, "画面には端末が要ります / a screen needs a terminal").remedy(
            "端末で動かすか、プログラムからは制御APIを使ってください / run it in a terminal; programs use the control API",
        ));
    }
    let lang = lang.unwrap_or_else(|| desk.view().lang);
    let line = args.station.client();
    tui::run(desk, line, lang, &AtomicBool::new(false))
        .map_err(|error| Failure::new(Exit::Outside, error.to_string()))?;
    Ok(Exit::Done)
}

/// A station behind its control API: what was seen last, and whoever carries what the operator does.
struct RemoteDesk {
    client: Arc<Client>,
    elements: Arc<ElementTable>,
    seen: Mutex<View>,
    /// Of this screen: the station's own begins anew when it is started again.
    revision: AtomicU64,
    commands: Sender<Command>,
}

impl RemoteDesk {
    /// Looks once, so that a station that is not there is told before the screen opens, and goes on looking.
    fn of(client: Client) -> Result<Arc<Self>, Failure> {
        let client = Arc::new(client);
        let elements = Arc::new(client.get("/control/v1/elements")?);
        let first: Look = client.get("/control/v1/screen")?;
        let (commands, to_do) = mpsc::channel();
        let desk =
            Arc::new(Self { client, elements, seen: Mutex::new(first.view), revision: AtomicU64::new(0), commands });
        let (looking, acting) = (Arc::downgrade(&desk), Arc::downgrade(&desk));
        thread::spawn(move || follow(&looking, first.revision));
        // One after the other, and never on the screen's own thread: keys are taken while the line is slow.
        thread::spawn(move || {
            while let (Ok(command), Some(desk)) = (to_do.recv(), acting.upgrade()) {
                if let Err(error) = desk.client.tell("/control/v1/screen", &command) {
                    desk.complain(&error.into());
                }
            }
        });
        Ok(desk)
    }

    fn show(&self, change: impl FnOnce(&mut View)) {
        change(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        self.revision.fetch_add(1, Ordering::Release);
    }

    /// A line of this screen's own below the journal of the station.
    fn complain(&self, failure: &Failure) {
        self.show(|view| {
            let seq = view.journal.last().map_or(1, |line| line.seq + 1);
            let words = Words::new(failure.message(), failure.message());
            view.journal.push(JournalLine { seq, time: view.time, words, loud: true, adopts: None });
        });
    }
}

/// Takes over every new look, as long as there is a screen.
fn follow(desk: &Weak<RemoteDesk>, mut revision: u64) {
    let mut lost = false;
    while let Some(desk) = desk.upgrade() {
        match desk.client.get::<Look>(&format!("/control/v1/screen?after={revision}")) {
            Ok(look) if look.revision != revision || lost => {
                (revision, lost) = (look.revision, false);
                desk.show(|view| *view = look.view);
            }
            Ok(_) => {}
            Err(error) => {
                if !std::mem::replace(&mut lost, true) {
                    desk.complain(&error.into());
                }
                thread::sleep(AGAIN);
            }
        }
    }
}

impl Desk for RemoteDesk {
    fn view(&self) -> View {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }

    fn act(&self, command: Command) {
        // Gone with the screen itself.
        let _ = self.commands.send(command);
    }

    fn contents(&self, file: &FileView) -> Option<Vec<u8>> {
        self.client.bytes("/control/v1/files/content", &[("path", &file.path)]).ok()
    }

    fn own_files(&self, reader: usize) -> Vec<OwnFile> {
        self.client.get(&format!("/control/v1/readers/{reader}/own")).unwrap_or_default()
    }

    fn elements(&self) -> Arc<ElementTable> {
        self.elements.clone()
    }
}
