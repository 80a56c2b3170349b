//! Result files that nobody fetched: looked for when document time says so, told of in a `del*.txt` in `res`, removed where that is
//! wanted. The rule is in [`stale`](super::stale).

use std::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use jiff::SignedDuration;
use jiff::civil::DateTime;

use crate::event::{FileLife, FolderKind};
use crate::folder::publish::Content;
use crate::folder::recover::Target;
use crate::folder::{Item, listing};
use crate::terminal::stale::{Line, Overdue, Stale, due, is_result, is_same_file, notice};
use crate::terminal::{Terminal, lock};

/// Files that become overdue within so much document time share a notice.
const TOGETHER: SignedDuration = SignedDuration::from_mins(1);
/// What came into the folders by other hands is found after so much document time.
const SEEN_WITHIN: SignedDuration = SignedDuration::from_hours(1);

impl Terminal {
    /// Looks at the start, whenever a file is due, and whenever the clock is set.
    pub(super) async fn mind_stale_files(self: Arc<Self>) -> Infallible {
        if self.settings.stale == Stale::Off {
            return std::future::pending().await;
        }
        loop {
            let looked_at = self.clock.now();
            let looking = tokio::task::spawn_blocking({
                let terminal = self.clone();
                move || terminal.look_for_stale(looked_at)
            });
            // A panic there is in the log of the runtime; this is only reported.
            let lines = looking.await.unwrap_or_default();
            if !lines.is_empty() {
                self.give_notice(&lines, looked_at).await;
            }
            self.clock.until_or_set(self.look_again(looked_at, !lines.is_empty())).await;
        }
    }

    /// When to look again. `told` is whether there was something to tell.
    fn look_again(&self, looked_at: DateTime, told: bool) -> DateTime {
        let stay = self.settings.stay();
        let soonest = looked_at.saturating_add(TOGETHER);
        let next = match lock(&self.ages).next_due(stay).unwrap_or(DateTime::MAX) {
            // Due and not told: its folder is away.
            next if told || next <= looked_at => next.max(soonest),
            next => next,
        };
        // What is delivered from now on is not due before its own stay is over.
        next.min(due(looked_at, stay)).min(looked_at.saturating_add(SEEN_WITHIN))
    }

    /// Notes that a file was delivered now.
    pub(super) fn note_birth(&self, path: &Path) {
        let ours = path.file_name().is_some_and(|name| is_result(&name.to_string_lossy()));
        if self.settings.stale != Stale::Off && ours {
            lock(&self.ages).delivered(path, self.clock.now());
        }
    }

    /// One look at all outlets. Blocks.
    fn look_for_stale(&self, now: DateTime) -> Vec<Line> {
        let mut lines = Vec::new();
        for (folder, dir) in self.outlets() {
            for file in self.overdue_in(&dir, now) {
                lines.extend(self.tell_stale(folder, &file));
            }
        }
        lines
    }

    /// `res`, `face`, and the face folders of readers, each once.
    fn outlets(&self) -> Vec<(FolderKind, PathBuf)> {
        let paths = self.paths();
        let own = lock(&self.face_folders).keys().map(|dir| (FolderKind::Face, dir.clone())).collect::<Vec<_>>();
        let mut outlets = vec![(FolderKind::Res, paths.res.clone()), (FolderKind::Face, paths.face.clone())];
        outlets.extend(own);
        outlets.dedup_by(|a, b| a.1 == b.1);
        outlets
    }

    fn overdue_in(&self, dir: &Path, now: DateTime) -> Vec<Overdue> {
        // Held during the listing, so that a delivery is either listed or noted afterwards.
        let mut ages = lock(&self.ages);
        // A folder that is away has nothing that could be told of; its files are as old when it is back.
        let Ok(listing) = listing::list(dir, is_result) else { return Vec::new() };
        ages.look(dir, &listing.wanted, (now, SystemTime::now()), self.settings.stay())
    }

    /// Tells of one file and removes it where that is wanted. `None` when it was fetched meanwhile, or cannot be removed.
    fn tell_stale(&self, folder: FolderKind, file: &Overdue) -> Option<Line> {
        let name = file.path.file_name()?.to_string_lossy().into_owned();
        let minutes = u64::from(self.settings.stay());
        let deleted = self.settings.stale == Stale::Delete;
        let (ja, en) = if deleted {
            ("たったため削除しました", "deleted")
        } else {
            ("たっても残っています", "uncollected")
        };
        let note = format!("{minutes} 分{ja} / {en} after {minutes} minutes");
        if deleted {
            match self.remove(file) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(cause) => {
                    self.tell_not_removed(&file.path, &cause);
                    return None;
                }
            }
        }
        self.step(folder, &file.path, FileLife::Stale, Some(note), None);
        Some(Line { folder: folder.to_string(), name, born: file.born, deleted })
    }

    fn tell_not_removed(&self, path: &Path, cause: &io::Error) {
        let path = path.display();
        self.trouble(
            format!(
                "消し忘れの {path} を削除できません: {cause}。開いているプログラムを閉じてください。次の起動で再び試します"
            ),
            format!(
                "cannot delete the stale file {path}: {cause}; close the program that holds it; tried again at the next start"
            ),
        );
    }

    /// Removes a file, unless it has gone or another took its place since it was seen.
    fn remove(&self, file: &Overdue) -> io::Result<bool> {
        // Held until it is gone, so that nobody takes our removal for a fetch.
        let mut uncollected = lock(&self.uncollected);
        match file.path.symlink_metadata() {
            Ok(found) if is_same_file(file.modified, found.modified().ok()) => {}
            Ok(_) => return Ok(false),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(cause) => return Err(cause),
        }
        match std::fs::remove_file(&file.path) {
            Ok(()) => {
                uncollected.forget(&file.path);
                drop(uncollected);
                lock(&self.ages).forget(&file.path);
                Ok(true)
            }
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(cause) => Err(cause),
        }
    }

    async fn give_notice(self: &Arc<Self>, lines: &[Line], now: DateTime) {
        let (name, bytes) = notice(lines, now, self.settings.stay());
        let item = Item { target: Target::Res, name, content: Content::Bytes(bytes) };
        self.put(&self.folders, None, vec![item], None).await;
    }
}
