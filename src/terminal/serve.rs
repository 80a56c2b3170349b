//! The loop over `req`: wake, look, take. Finishes first what an earlier run began.

use std::collections::BTreeSet;
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::task::JoinSet;

use crate::clock::Stopwatch;
use crate::event::{FileLife, FolderKind, Words};
use crate::folder::intake::{Intake, Looked, Rules};
use crate::folder::recover::{Unfinished, recover_some};
use crate::folder::watch::{Heard, Role, Subscription, Watch};
use crate::message::name::PmhName;
use crate::message::xml::{REACH, is_whole_named};
use crate::terminal::answer::Taken;
use crate::terminal::turns::Turns;
use crate::terminal::{Terminal, linkage, lock};

/// With native events, a look without any is for lost ones only.
const SAFETY_LOOK: Duration = Duration::from_secs(1);
/// Without native events, and nothing else configured: a person does not notice it, an idle machine neither.
const POLL: Duration = Duration::from_millis(200);
/// Shortest polling interval that may be configured.
const POLL_LEAST: Duration = Duration::from_millis(10);
/// Between two looks at least, once there is a burst of events.
const DEBOUNCE: Duration = Duration::from_millis(1);
/// A careful client writes beside and renames: two events, and the second is the one that matters. After a pause of this length the look at
/// the first is therefore free.
const PAUSE_MS: f64 = 5.0;
/// A folder that is away is tried again so often.
const AWAY: Duration = Duration::from_millis(500);
/// At the end, answers that are on their way get so much time (the touch needs 100 ms); the rest is finished by the next start.
const LAST_WORDS: Duration = Duration::from_millis(300);
/// A terminal that stopped is up again after so long.
const DOWN: Duration = Duration::from_secs(1);
/// The remark on what an earlier run had staged.
pub(super) const LATE_NOTE: &str = "前回の起動で用意した回答 / staged by an earlier run";

impl Terminal {
    /// Serves `req` until `shutdown` is there. Requests that are in work then are answered by the next start.
    pub async fn serve(self: Arc<Self>, watch: Watch, shutdown: impl Future<Output = ()>) {
        for Words { ja, en } in std::mem::take(&mut *lock(&self.remarks)) {
            self.notice(ja, en);
        }
        // On a thread where a slow folder hurts nobody; a panic there is in the log of the runtime.
        let terminal = self.clone();
        let _ = tokio::task::spawn_blocking(move || terminal.survey_own()).await;
        tokio::select! {
            never = self.clone().mind_stale_files() => match never {},
            never = self.clone().mind_copies() => match never {},
            () = self.clone().serve_req(watch, shutdown) => {}
        }
    }

    async fn serve_req(self: Arc<Self>, watch: Watch, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        let mut counter = Counter::open(self.clone(), &watch);
        counter.finish_what_was_begun();
        let mut last_look = Stopwatch::start();
        loop {
            let after_pause = std::mem::replace(&mut last_look, Stopwatch::start()).elapsed_ms() >= PAUSE_MS;
            let wait = counter.look().await;
            // After the look, not before: a single request does not wait, a burst becomes a few looks.
            if !after_pause {
                tokio::time::sleep(DEBOUNCE).await;
            }
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                () = self.restart.notified() => counter.start_again().await,
                () = counter.called() => {}
                () = tokio::time::sleep(wait) => counter.all_eyes = true,
            }
        }
        counter.close().await;
    }
}

/// A terminal at work.
struct Counter {
    terminal: Arc<Terminal>,
    subscription: Subscription,
    intake: Intake,
    since_start: Stopwatch,
    turns: Turns,
    answers: JoinSet<()>,
    /// `req` could not be listed.
    away: bool,
    /// Look at the outlets too, whatever was heard.
    all_eyes: bool,
    told_polling: bool,
}

impl Counter {
    fn open(terminal: Arc<Terminal>, watch: &Watch) -> Self {
        let paths = terminal.paths();
        let folders =
            [(paths.req.clone(), Role::Intake), (paths.res.clone(), Role::Outlet), (paths.face.clone(), Role::Outlet)];
        let polls = terminal.settings.poll.is_some();
        Self {
            subscription: watch.subscribe(if polls { &[] } else { &folders }),
            intake: fresh_eyes(&terminal),
            since_start: Stopwatch::start(),
            turns: Turns::default(),
            answers: JoinSet::new(),
            away: false,
            all_eyes: false,
            told_polling: polls,
            terminal,
        }
    }

    async fn called(&self) {
        self.subscription.woken().await;
    }

    /// Staged answers are delivered, claimed requests are asked again.
    fn finish_what_was_begun(&mut self) {
        let unfinished = std::mem::take(&mut *lock(&self.terminal.unfinished));
        self.finish(unfinished);
    }

    fn finish(&mut self, unfinished: Unfinished) {
        for parcel in unfinished.parcels {
            let terminal = self.terminal.clone();
            let mut turn = self.turns.take(parcel.about());
            self.answers.spawn(async move {
                turn.comes().await;
                let placed = terminal.deliver(parcel, None, Some(LATE_NOTE.to_owned())).await;
                drop(turn);
                terminal.touch(placed).await;
            });
        }
        for claim in unfinished.claims {
            if PmhName::parse(&claim.name).is_some() {
                let terminal = self.terminal.clone();
                self.answers.spawn(async move { drop(terminal.keep_promise(claim, &[], SignedDuration::ZERO).await) });
                continue;
            }
            let note = "前回の起動で受け取った要求 / taken by an earlier run".to_owned();
            let path = self.terminal.req_path(&claim.name);
            self.terminal.step_of(Some(claim.seq), (FolderKind::Req, &path), FileLife::Claimed, Some(note), None);
            let turn = self.turns.take(&claim.name);
            self.answers.spawn(self.terminal.clone().answer(claim, Taken { whole: true, again: true }, turn));
        }
    }

    /// The terminal stopped with requests in its hands. What others of this process have in theirs, the files of visits and answers that are
    /// made already, goes on; nothing is taken meanwhile, and what was left is found in the work folder as at any start.
    async fn start_again(&mut self) {
        let stopped = std::mem::take(&mut *lock(&self.terminal.stopped));
        self.terminal.trouble(
            format!("端末が要求の処理中に停止しました ({}件、障害 restart-midway)。起動し直します", stopped.len()),
            format!(
                "the terminal stopped in the middle of {} request(s) (fault restart-midway); starting again",
                stopped.len()
            ),
        );
        tokio::time::sleep(DOWN).await;
        let (folders, eyes) = (self.terminal.folders.clone(), fresh_eyes(&self.terminal));
        let looking = tokio::task::spawn_blocking(move || recover_some(&folders, |seq| stopped.contains(&seq)));
        self.intake = eyes;
        // A panic there is in the log of the runtime; the request is then found by the next start of the program.
        let unfinished = looking.await.unwrap_or_default();
        self.terminal.notice("端末が起動しました".to_owned(), "the terminal is up again".to_owned());
        self.finish(unfinished);
        self.subscription.renew();
    }

    /// One look; returns how long to wait for the next at most.
    async fn look(&mut self) -> Duration {
        while self.answers.try_join_next().is_some() {}
        let heard = self.subscription.heard();
        self.keep_watching(&heard);
        if heard.fetched || std::mem::take(&mut self.all_eyes) {
            self.tell_collected().await;
        }
        match self.look_at_req(heard.closed).await {
            Ok(looked) => {
                if std::mem::take(&mut self.away) {
                    self.tell_back();
                }
                let again = looked.again;
                self.attend(looked);
                again.map_or_else(|| self.interval(), |again| again.min(self.interval()))
            }
            // Removed to clear it out: made again, and watched again at the next look.
            Err(cause) if cause.kind() == io::ErrorKind::NotFound && self.terminal.folders.restore(FolderKind::Req) => {
                self.away = true;
                Duration::ZERO
            }
            Err(cause) => {
                if !std::mem::replace(&mut self.away, true) {
                    self.tell_away(&cause);
                }
                AWAY
            }
        }
    }

    /// On a thread where waiting for a slow share hurts nobody.
    async fn look_at_req(&mut self, closed: BTreeSet<String>) -> io::Result<Looked> {
        let now = Duration::from_secs_f64(self.since_start.elapsed_ms() / 1000.0);
        let mut intake = std::mem::replace(&mut self.intake, fresh_eyes(&self.terminal));
        let looking = tokio::task::spawn_blocking(move || {
            let looked = intake.look(now, &closed);
            (intake, looked)
        });
        let (intake, looked) = looking.await.map_err(io::Error::other)?;
        self.intake = intake;
        looked
    }

    fn attend(&mut self, looked: Looked) {
        let terminal = &self.terminal;
        for name in looked.arrived {
            terminal.step(FolderKind::Req, &terminal.req_path(&name), FileLife::Arrived, None, None);
        }
        for name in looked.left_alone {
            let note = linkage::why_left_alone(&name);
            terminal.step(FolderKind::Req, &terminal.req_path(&name), FileLife::LeftAlone, Some(note), None);
        }
        for (name, cause) in looked.stuck {
            terminal.trouble(
                format!(
                    "{name} を req から取り出せません: {cause}。書いたプログラムを閉じるか、権限を確かめてください"
                ),
                format!("cannot take {name} out of req: {cause}; close its writer or check the rights"),
            );
        }
        for taken in looked.taken {
            let path = terminal.req_path(&taken.claim.name);
            terminal.step_of(Some(taken.claim.seq), (FolderKind::Req, &path), FileLife::Claimed, None, None);
            let turn = self.turns.take(&taken.claim.name);
            let how = Taken { whole: taken.whole, again: false };
            self.answers.spawn(terminal.clone().answer(taken.claim, how, turn));
        }
    }

    /// Follows folders that were added, went away or came back.
    fn keep_watching(&mut self, heard: &Heard) {
        if self.terminal.settings.poll.is_some() {
            return;
        }
        let own: Vec<PathBuf> = lock(&self.terminal.face_folders).keys().cloned().collect();
        for folder in own {
            self.subscription.add(&folder, Role::Outlet);
        }
        if heard.lost || self.away {
            self.subscription.renew();
        }
        if let Some(cause) = self.subscription.trouble().filter(|_| !self.away && !self.told_polling) {
            self.terminal.notice(
                format!("フォルダの変更通知が使えません ({cause})。{} ms ごとに確認します", POLL.as_millis()),
                format!("no events from the folder ({cause}); looking every {} ms", POLL.as_millis()),
            );
            self.told_polling = true;
        }
    }

    fn interval(&self) -> Duration {
        match self.terminal.settings.poll {
            Some(millis) => Duration::from_millis(millis).max(POLL_LEAST),
            None if self.subscription.trouble().is_some() => POLL,
            None => SAFETY_LOOK,
        }
    }

    async fn tell_collected(&self) {
        let terminal = self.terminal.clone();
        let looking = tokio::task::spawn_blocking(move || {
            let gone = lock(&terminal.uncollected).collected();
            for (kind, path) in gone {
                lock(&terminal.ages).forget(&path);
                terminal.step(kind, &path, FileLife::Collected, None, None);
            }
        });
        // A panic there is in the log of the runtime; collecting is only reported.
        let _ = looking.await;
    }

    fn tell_away(&self, cause: &io::Error) {
        let req = self.terminal.paths().req.display();
        self.terminal.trouble(
            format!("要求フォルダ {req} を開けません: {cause}。戻るまで待ちます"),
            format!("cannot list {req}: {cause}; waiting until it is back"),
        );
    }

    fn tell_back(&self) {
        let req = self.terminal.paths().req.display();
        self.terminal.notice(format!("要求フォルダ {req} が戻りました"), format!("{req} is back"));
    }

    async fn close(mut self) {
        let finishing = async { while self.answers.join_next().await.is_some() {} };
        // What is not done by then is in the work folder.
        let _ = tokio::time::timeout(LAST_WORDS, finishing).await;
    }
}

fn fresh_eyes(terminal: &Terminal) -> Intake {
    let rules = Rules {
        is_ours: linkage::is_ours,
        is_whole: is_whole_named,
        reach: REACH as u64,
        max_len: linkage::limit_of_file,
    };
    Intake::new(terminal.folders.clone(), rules)
}
