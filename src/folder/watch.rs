//! One native watcher for all terminals (inotify allows 128 instances per user). It only wakes: what is there, the listing says.
//!
//! The one fact taken from it is that a file was *closed after writing or renamed in*, which no listing shows. Where no native
//! watcher can be had (a network share gives no events) the terminal looks at intervals instead.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind, RenameMode};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

/// Names of closed files kept between two looks; beyond, the listing and the two-looks rule do.
const MAX_CLOSED: usize = 16_384;

/// The shared watcher; clones share it.
#[derive(Debug, Clone)]
pub struct Watch(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Never locked while `listeners` is: the watcher's own thread takes `listeners` and must not wait for us.
    native: Mutex<Result<RecommendedWatcher, String>>,
    listeners: Arc<Listeners>,
}

/// Who listens to each folder, and for what.
#[derive(Debug, Default)]
struct Listeners(Mutex<BTreeMap<PathBuf, Vec<Listener>>>);

type Listener = (Role, Weak<Bell>);

/// What a folder is watched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Files come: `req`.
    Intake,
    /// Files are fetched: `res`, `face`.
    Outlet,
}

/// What was heard since the last look.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Files closed after writing, or renamed in.
    pub closed: BTreeSet<String>,
    /// Something left an outlet.
    pub fetched: bool,
    /// A watched folder itself went away: watch it anew.
    pub lost: bool,
}

#[derive(Debug, Default)]
struct Bell {
    rung: Notify,
    heard: Mutex<Heard>,
}

impl Watch {
    /// Starts the native watcher; without one, every subscription polls.
    pub fn new() -> Self {
        let listeners = Arc::new(Listeners::default());
        let ears = listeners.clone();
        let native = notify::recommended_watcher(move |event: notify::Result<notify::Event>| match event {
            Ok(event) => ears.hear(&event),
            Err(_) => ears.hear_all(),
        });
        Self(Arc::new(Shared { native: Mutex::new(native.map_err(|cause| cause.to_string())), listeners }))
    }

    /// Watches folders for one terminal.
    pub fn subscribe(&self, folders: &[(PathBuf, Role)]) -> Subscription {
        let mut subscription =
            Subscription { watch: self.clone(), bell: Arc::default(), folders: Vec::new(), trouble: None };
        for (folder, role) in folders {
            subscription.add(folder, *role);
        }
        subscription
    }

    fn watch(&self, folder: &Path) -> Result<(), String> {
        match &mut *lock(&self.0.native) {
            Ok(watcher) => watcher.watch(folder, RecursiveMode::NonRecursive).map_err(|cause| cause.to_string()),
            Err(cause) => Err(cause.clone()),
        }
    }

    fn unwatch(&self, folder: &Path) {
        if let Ok(watcher) = &mut *lock(&self.0.native) {
            // A folder that went away took its watch along.
            let _ = watcher.unwatch(folder);
        }
    }
}

impl Default for Watch {
    fn default() -> Self {
        Self::new()
    }
}

/// One terminal's ear.
#[derive(Debug)]
pub struct Subscription {
    watch: Watch,
    bell: Arc<Bell>,
    folders: Vec<(PathBuf, Role)>,
    trouble: Option<String>,
}

impl Subscription {
    /// Watches one more folder.
    pub fn add(&mut self, folder: &Path, role: Role) {
        // The watcher reports paths as it was given them; on macOS only the canonical one comes back.
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        if self.folders.iter().any(|(known, _)| *known == folder) {
            return;
        }
        lock(&self.watch.0.listeners.0).entry(folder.clone()).or_default().push((role, Arc::downgrade(&self.bell)));
        self.trouble = self.trouble.take().or(self.watch.watch(&folder).err());
        self.folders.push((folder, role));
    }

    /// Why the system's events cannot be relied on here; `None` when they can.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Waits until something happened that is worth a look. Does not lose a call that came before.
    pub async fn woken(&self) {
        self.bell.rung.notified().await;
    }

    /// What was heard since the last call.
    pub fn heard(&self) -> Heard {
        std::mem::take(&mut *lock(&self.bell.heard))
    }

    /// Watches all folders anew, after one of them went away and came back.
    pub fn renew(&mut self) {
        self.trouble = None;
        for (folder, _) in &self.folders {
            self.watch.unwatch(folder);
            self.trouble = self.trouble.take().or(self.watch.watch(folder).err());
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        for (folder, _) in &self.folders {
            let mut listeners = lock(&self.watch.0.listeners.0);
            let nobody_left = listeners.get_mut(folder).is_some_and(|bells| {
                bells.retain(|(_, bell)| bell.upgrade().is_some_and(|bell| !Arc::ptr_eq(&bell, &self.bell)));
                bells.is_empty()
            });
            if nobody_left {
                listeners.remove(folder);
            }
            drop(listeners);
            if nobody_left {
                self.watch.unwatch(folder);
            }
        }
    }
}

impl Listeners {
    /// Called on the watcher's thread: sorts one event to whom it concerns.
    fn hear(&self, event: &notify::Event) {
        if event.need_rescan() {
            return self.hear_all();
        }
        let happening = Happening::of(event.kind);
        let listeners = lock(&self.0);
        for path in &event.paths {
            for (_, bell) in listeners.get(path).into_iter().flatten() {
                if matches!(happening, Happening::Went) {
                    ring(bell, |heard| heard.lost = true);
                }
            }
            let folder = path.parent().and_then(|parent| listeners.get(parent));
            for (role, bell) in folder.into_iter().flatten() {
                match (role, happening) {
                    (Role::Intake, Happening::Closed) => ring(bell, |heard| {
                        if let Some(name) = path.file_name().filter(|_| heard.closed.len() < MAX_CLOSED) {
                            heard.closed.insert(name.to_string_lossy().into_owned());
                        }
                    }),
                    (Role::Intake, Happening::Came | Happening::Either) => ring(bell, |_| {}),
                    (Role::Outlet, Happening::Went | Happening::Either) => ring(bell, |heard| heard.fetched = true),
                    _ => {}
                }
            }
        }
    }

    /// Events were lost: everybody looks.
    fn hear_all(&self) {
        for (_, bell) in lock(&self.0).values().flatten() {
            ring(bell, |heard| heard.fetched = true);
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Happening {
    /// Created or changed, perhaps still being written.
    Came,
    /// Closed after writing, or renamed in.
    Closed,
    /// Removed or renamed away.
    Went,
    /// Renamed in or away.
    Either,
    /// Opened, read, anything else: our own looks among them.
    Nothing,
}

impl Happening {
    fn of(kind: EventKind) -> Self {
        match kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write))
            | EventKind::Modify(ModifyKind::Name(RenameMode::To)) => Self::Closed,
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => Self::Went,
            // macOS does not say which end of a rename it saw.
            EventKind::Modify(ModifyKind::Name(RenameMode::Any)) => Self::Either,
            EventKind::Create(_) | EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Any) => Self::Came,
            _ => Self::Nothing,
        }
    }
}

fn ring(bell: &Weak<Bell>, note: impl FnOnce(&mut Heard)) {
    if let Some(bell) = bell.upgrade() {
        note(&mut lock(&bell.heard));
        bell.rung.notify_one();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    async fn heard_until(subscription: &Subscription, enough: impl Fn(&Heard) -> bool) -> Heard {
        let mut all = Heard::default();
        let listening = async {
            while !enough(&all) {
                subscription.woken().await;
                let heard = subscription.heard();
                all.closed.extend(heard.closed);
                all.fetched |= heard.fetched;
                all.lost |= heard.lost;
            }
        };
        let _ = tokio::time::timeout(std::time::Duration::from_secs(5), listening).await;
        all
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_file_written_in_place_is_heard_when_it_is_closed_and_one_renamed_in_at_once() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("req");
        std::fs::create_dir(&dir).unwrap();
        let subscription = Watch::new().subscribe(&[(dir.clone(), Role::Intake)]);
        assert_eq!(subscription.trouble(), None);
        std::fs::write(dir.join("in-place"), "x").unwrap();
        std::fs::write(root.path().join("outside"), "x").unwrap();
        std::fs::rename(root.path().join("outside"), dir.join("renamed")).unwrap();
        let heard = heard_until(&subscription, |h| h.closed.len() == 2).await;
        assert_eq!(heard.closed, BTreeSet::from(["in-place".to_owned(), "renamed".to_owned()]));
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn what_leaves_an_outlet_is_heard_and_what_is_put_there_is_not() {
        let root = tempfile::tempdir().unwrap();
        let subscription = Watch::new().subscribe(&[(root.path().to_owned(), Role::Outlet)]);
        std::fs::write(root.path().join("a"), "x").unwrap();
        std::fs::remove_file(root.path().join("a")).unwrap();
        let heard = heard_until(&subscription, |h| h.fetched).await;
        assert!(heard.fetched && heard.closed.is_empty());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_folder_that_went_away_is_heard_and_after_renewal_its_successor_too() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("req");
        std::fs::create_dir(&dir).unwrap();
        let mut subscription = Watch::new().subscribe(&[(dir.clone(), Role::Intake)]);
        std::fs::remove_dir(&dir).unwrap();
        assert!(heard_until(&subscription, |h| h.lost).await.lost);
        std::fs::create_dir(&dir).unwrap();
        subscription.renew();
        assert_eq!(subscription.trouble(), None);
        std::fs::write(dir.join("a"), "x").unwrap();
        assert!(heard_until(&subscription, |h| !h.closed.is_empty()).await.closed.contains("a"));
    }

    #[test]
    fn a_folder_that_cannot_be_watched_is_told_so() {
        let root = tempfile::tempdir().unwrap();
        let subscription = Watch::new().subscribe(&[(root.path().join("missing"), Role::Intake)]);
        assert!(subscription.trouble().is_some());
    }
}
