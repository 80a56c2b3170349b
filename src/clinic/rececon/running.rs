//! A レセコン at work: a thread of its own that watches the folders, carries out what the desk wants, and serves the consumer API.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use jiff::civil::DateTime;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};

use super::arrival;
use super::book::Book;
use super::desk::{Desk, Refused};
use super::event::{Arrival, Effect, Event, Moment, Told};
use super::facts::{self, Facts};
use super::mistake::Mistake;
use super::orders::Order;
use super::seat::Seat;
use super::server;
use super::settings::Settings;
use super::store::{self, StoreError};
use super::watch::Eyes;
use crate::clock::{Clock, Stopwatch, date8};
use crate::event::FolderKind;
use crate::folder::watch::Role;
use crate::folder::{Paths, Watch, hand_in};
use crate::message::Style;
use crate::message::order::ElementOrder;
use crate::message::sealed::{seal, sealed_name};
use crate::message::tree::Element;
use crate::random::Seed;

/// Who hears what goes on.
pub type Listener = Box<dyn FnMut(&Told) + Send>;

/// Why a レセコン cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A shared folder is not there.
    #[error(
        "共有フォルダ {0} がありません。端末を先に起動するか --folder を確かめてください / no such shared folder: start the terminal first, or see --folder"
    )]
    Folder(std::path::PathBuf),
    /// The book cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address cannot be listened on.
    #[error(
        "{0} で待ち受けできません。--listen で別のアドレスを指定してください / cannot be listened on: name another address with --listen"
    )]
    Listen(String, #[source] io::Error),
    /// No thread or no event loop can be had.
    #[error("レセコンを起動できません / the レセコン cannot be started")]
    System(#[source] io::Error),
}

/// A レセコン at work; it ends when this is dropped.
#[derive(Debug)]
pub struct Running {
    shared: Arc<Shared>,
    address: SocketAddr,
    end: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread and the server share.
pub(super) struct Shared {
    inner: Mutex<Inner>,
    clock: Clock,
    since: Stopwatch,
    /// Document time at the start.
    begun: DateTime,
    paths: Paths,
    /// Rung when an order may have changed what is wanted.
    rung: Notify,
    /// How often something changed that a face shows.
    changed: watch::Sender<u64>,
}

struct Inner {
    desk: Desk,
    res: Eyes,
    face: Eyes,
    listener: Listener,
    settings: Settings,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("paths", &self.paths).finish_non_exhaustive()
    }
}

/// Starts a レセコン at three shared folders.
///
/// # Errors
/// [`StartError`]
pub fn start(paths: Paths, settings: Settings) -> Result<Running, StartError> {
    start_telling(paths, settings, Box::new(|_| {}))
}

/// The same, with somebody who hears what goes on.
///
/// # Errors
/// [`StartError`]
pub fn start_telling(paths: Paths, settings: Settings, listener: Listener) -> Result<Running, StartError> {
    start_with_faces(paths, settings, listener, |api, _| api)
}

/// The same, with faces: `dress` is given the consumer API and a place at the desk, and says what is served.
///
/// # Errors
/// [`StartError`]
pub fn start_with_faces(
    paths: Paths,
    settings: Settings,
    listener: Listener,
    dress: impl FnOnce(Router, Seat) -> Router,
) -> Result<Running, StartError> {
    if let Some(missing) = [&paths.req, &paths.res, &paths.face].into_iter().find(|path| !path.is_dir()) {
        return Err(StartError::Folder(missing.clone()));
    }
    let mut book = settings.book.as_deref().map(store::load).transpose()?.unwrap_or_default();
    let today = date8(settings.clock.now().date());
    book.today.take_if(|day| day.date != today);
    let shared = Arc::new(Shared::new(paths, settings.clone(), book, listener));
    // The event loop is begun and ended in its own thread: whoever starts a レセコン may have one already.
    let listener = std::net::TcpListener::bind(&settings.listen);
    let listener = listener.map_err(|error| StartError::Listen(settings.listen.clone(), error))?;
    let address = listener.local_addr().map_err(StartError::System)?;
    listener.set_nonblocking(true).map_err(StartError::System)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::System)?;
    let listener = {
        let _its_loop = runtime.enter();
        TcpListener::from_std(listener).map_err(StartError::System)?
    };
    let router = server::whole(dress(server::api(shared.clone()), Seat::new(shared.clone())));
    let (end, ended) = watch::channel(false);
    let worker = shared.clone();
    let thread = std::thread::Builder::new().name("rececon".to_owned()).spawn(move || {
        runtime.block_on(async {
            let over = |mut ended: watch::Receiver<bool>| async move { drop(ended.wait_for(|ended| *ended).await) };
            tokio::select! {
                () = watch_folders(&worker, settings.look) => {}
                _ = server::serve(listener, router, over(ended.clone())) => {}
                () = over(ended.clone()) => {}
            }
        });
    });
    Ok(Running { shared, address, end, thread: Some(thread.map_err(StartError::System)?) })
}

impl Running {
    /// Where the consumer API listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A place at the desk.
    pub fn seat(&self) -> Seat {
        Seat::new(self.shared.clone())
    }

    /// Everything that is known now.
    pub fn facts(&self) -> Facts {
        self.shared.facts()
    }

    /// Carries out an order of the staff.
    ///
    /// # Errors
    /// Why not, for people.
    pub fn order(&self, order: Order) -> Result<(), Refused> {
        self.shared.order(order)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so itself.
            let _ = thread.join();
        }
    }
}

/// Looks when the system tells of a change, and at intervals: shares tell nothing.
async fn watch_folders(shared: &Arc<Shared>, every: Duration) {
    let watch = Watch::new();
    let folders = [(shared.paths.res.clone(), Role::Intake), (shared.paths.face.clone(), Role::Intake)];
    let subscription = watch.subscribe(&folders);
    loop {
        let again = shared.look().unwrap_or(every);
        tokio::select! {
            () = subscription.woken() => {}
            () = shared.rung.notified() => {}
            () = tokio::time::sleep(again) => {}
        }
    }
}

impl Shared {
    fn new(paths: Paths, settings: Settings, book: Book, listener: Listener) -> Self {
        let at_create = settings.mistakes.makes(Mistake::ReadsAtCreate);
        let inner = Inner {
            desk: Desk::new(settings.clone(), book),
            res: Eyes::new(FolderKind::Res, &paths.res, at_create),
            face: Eyes::new(FolderKind::Face, &paths.face, at_create),
            listener,
            settings: settings.clone(),
        };
        let (begun, clock) = (settings.clock.now(), settings.clock);
        Self {
            inner: Mutex::new(inner),
            clock,
            since: Stopwatch::start(),
            begun,
            paths,
            rung: Notify::new(),
            changed: watch::Sender::new(0),
        }
    }

    pub(super) fn facts(&self) -> Facts {
        self.with(facts::all)
    }

    /// A look at the desk.
    pub(super) fn with<T>(&self, look: impl FnOnce(&Desk) -> T) -> T {
        look(&self.lock().desk)
    }

    /// Document time.
    pub(super) fn now(&self) -> jiff::civil::DateTime {
        self.clock.now()
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn has_changed(&self) {
        self.changed.send_modify(|changes| *changes = changes.wrapping_add(1));
    }

    pub(super) fn order(&self, order: Order) -> Result<(), Refused> {
        let mut inner = self.lock();
        let effects = inner.desk.step(Event::Told(order), self.moment())?;
        self.carry_out(&mut inner, effects);
        drop(inner);
        self.has_changed();
        self.rung.notify_one();
        Ok(())
    }

    /// One look at both folders; how soon to look again, where that is soon. What a look brings can make more wanted: a face file
    /// names its subsidy, which may lie there already.
    fn look(&self) -> Option<Duration> {
        let mut inner = self.lock();
        let now = self.since.elapsed();
        let mut again = None;
        for folder in [FolderKind::Face, FolderKind::Res] {
            let Inner { desk, res, face, .. } = &mut *inner;
            let eyes = if folder == FolderKind::Face { face } else { res };
            // A folder that is away comes back: the next look will tell.
            let Ok((seen, soon)) = eyes.look(now, |name| desk.wants(folder, name)) else { continue };
            again = again.into_iter().chain(soon).min();
            for file in seen {
                if file.again {
                    let effects = inner.desk.came_again(file.folder, &file.name, self.moment());
                    self.carry_out(&mut inner, effects);
                    continue;
                }
                let content = arrival::read(&file.name, &file.bytes, &inner.settings);
                let arrival = Arrival { folder: file.folder, name: file.name, content };
                self.happen(&mut inner, Event::Arrived(Box::new(arrival)));
            }
        }
        self.happen(&mut inner, Event::Passed);
        again
    }

    fn happen(&self, inner: &mut Inner, event: Event) {
        // Only orders are refused.
        if let Ok(effects) = inner.desk.step(event, self.moment())
            && !effects.is_empty()
        {
            self.carry_out(inner, effects);
            self.has_changed();
        }
    }

    fn carry_out(&self, inner: &mut Inner, effects: Vec<Effect>) {
        // One event may change the book more than once: it is written once, and before a file is deleted that it was read from.
        let stores = effects.contains(&Effect::Store).then_some(Effect::Store);
        let others = effects.into_iter().filter(|effect| *effect != Effect::Store);
        for effect in stores.into_iter().chain(others) {
            let done = match effect {
                Effect::Write { name, root } => self.write(&inner.settings, &name, root),
                Effect::Delete { folder, name } => {
                    let eyes = if folder == FolderKind::Face { &mut inner.face } else { &mut inner.res };
                    eyes.delete(&name);
                    Ok(())
                }
                Effect::Store => match &inner.settings.book {
                    Some(path) => store::save(path, inner.desk.book()),
                    None => Ok(()),
                },
                Effect::Tell(told) => {
                    (inner.listener)(&told);
                    Ok(())
                }
            };
            if let Err(error) = done {
                let effects = inner.desk.trouble(&error.to_string(), self.moment());
                // Only words: what went wrong is not tried again here.
                for effect in effects {
                    if let Effect::Tell(told) = effect {
                        (inner.listener)(&told);
                    }
                }
            }
        }
    }

    fn write(&self, settings: &Settings, name: &str, root: Element) -> io::Result<()> {
        let style = Style { encoding: settings.encoding, order: ElementOrder::Spec, ..Style::default() };
        let bytes = style.tree(root).bytes;
        let password = settings.password.as_ref().filter(|_| settings.seals_requests);
        let (name, bytes) = match password {
            Some(password) => (sealed_name(name), seal(name, &bytes, password, Seed::default(), self.clock.now())?),
            None => (name.to_owned(), bytes),
        };
        hand_in(&self.paths.req, &name, |beside| fs::write(beside, &bytes)).map(drop)
    }

    /// Patience is machine time; where somebody has stopped the clock, it is the time that they let pass.
    fn moment(&self) -> Moment {
        let document = self.clock.now();
        let timer = match self.clock.is_frozen() {
            true => Duration::try_from(document.duration_since(self.begun)).unwrap_or_default(),
            false => self.since.elapsed(),
        };
        Moment { document, timer }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
