//! Out of the terminal: sealing, staging, delivering, the touch, and what the journal says of it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::clock::Stopwatch;
use crate::event::{FileLife, FolderKind};
use crate::folder::publish::{self, Content, Manner, Progress};
use crate::folder::{Claim, Delivery, Folders, Item, Parcel, Placed};
use crate::message::sealed;
use crate::terminal::{Terminal, lock};

/// A work folder that cannot be used (disk full, share away) is tried again so often.
pub(super) const WRITE_AGAIN: Duration = Duration::from_millis(500);

/// What is sealed where it is told: documents. An `.err`, a notice and a returned request never are ([C]): whoever has the wrong
/// password must be able to read so.
const DOCUMENTS: [&str; 2] = [".xml", ".pdf"];

impl Terminal {
    /// Stages `items`, however long that takes: the request is in the work folder, so nothing is lost meanwhile.
    /// `half_sealed`: what should travel as it is is sealed, and the other way.
    pub(super) async fn stage(
        &self,
        folders: &Arc<Folders>,
        claim: Option<&Claim>,
        items: Vec<Item>,
        half_sealed: bool,
    ) -> Parcel {
        self.until_written(folders, || Parcel::stage(folders, claim, self.sealed(&items, half_sealed)?)).await
    }

    /// Repeats a step that writes into the work folder until there is room for it.
    pub(super) async fn until_written<T>(&self, folders: &Folders, mut write: impl FnMut() -> io::Result<T>) -> T {
        let mut waiting = None;
        loop {
            let (cause, is_real) = match self.room() {
                Err(cause) => (cause, false),
                Ok(()) => match write() {
                    Ok(written) => return written,
                    Err(cause) => (cause, true),
                },
            };
            // A disk that is only said to be full costs nobody his copies.
            if is_real {
                self.copies().make_way(&cause);
            }
            waiting.get_or_insert_with(|| Waiting::begin(self, folders, &cause));
            tokio::time::sleep(WRITE_AGAIN).await;
        }
    }

    /// The items as they go out: documents of the names that the terminal seals in their zips, all others as they are.
    fn sealed(&self, items: &[Item], half: bool) -> io::Result<Vec<Item>> {
        items.iter().map(|item| self.outgoing(item, half)).collect()
    }

    fn outgoing(&self, item: &Item, half: bool) -> io::Result<Item> {
        let document = DOCUMENTS.iter().any(|end| item.name.to_ascii_lowercase().ends_with(end));
        let password = self.settings.sealing.password_now(&item.name, half).filter(|_| document);
        let (Some(password), Content::Bytes(bytes)) = (password, &item.content) else { return Ok(item.clone()) };
        let zip = sealed::seal(&item.name, bytes, &password, self.seed, self.clock.now())?;
        Ok(Item { name: sealed::sealed_name(&item.name), content: Content::Bytes(zip), ..*item })
    }

    /// Delivers a staged parcel in the terminal's manner and tells each step. `note` goes to the first file.
    pub(super) async fn deliver(&self, parcel: Parcel, watch: Option<Stopwatch>, note: Option<String>) -> Vec<Placed> {
        self.deliver_by(parcel, self.settings.delivery.into(), watch, note).await
    }

    /// The same in another manner.
    pub(super) async fn deliver_by(
        &self,
        parcel: Parcel,
        manner: Manner,
        watch: Option<Stopwatch>,
        note: Option<String>,
    ) -> Vec<Placed> {
        let mut note = note;
        parcel
            .deliver(manner, |progress| match progress {
                Progress::Placed(placed) => self.tell_placed(&placed, watch, note.take()),
                Progress::Restored { folder } => {
                    let folder = folder.display();
                    self.notice(
                        format!("{folder} がなくなっていたため、作り直しました"),
                        format!("{folder} had gone and was made again"),
                    );
                }
                Progress::Held { path, cause } => {
                    self.copies().make_way(&cause);
                    let path = path.display();
                    self.trouble(
                        format!(
                            "{path} に出力できません: {cause}。開いているプログラムを閉じるか、フォルダを戻してください"
                        ),
                        format!(
                            "cannot deliver {path}: {cause}; close the program that holds it, or bring the folder back"
                        ),
                    );
                }
            })
            .await
    }

    /// The second half of `rename-touch`.
    pub(super) async fn touch(&self, placed: Vec<Placed>) {
        if self.settings.delivery == Delivery::RenameTouch {
            publish::touch_later(placed).await;
        }
    }

    fn tell_placed(&self, placed: &Placed, watch: Option<Stopwatch>, note: Option<String>) {
        // Before it is told: whoever hears of the file may set the clock at once.
        self.note_birth(&placed.path);
        let older = lock(&self.ledger).delivered_at(&placed.path).filter(|_| placed.replaced);
        let (exchange, place) = (Some(placed.exchange), (placed.folder, placed.path.as_path()));
        self.step_of(exchange, place, FileLife::Delivered, note, watch.map(|w| w.elapsed_ms()));
        if placed.replaced {
            let (ja, en) = older.map(|time| time.strftime("%H:%M:%S").to_string()).map_or_else(
                || (String::new(), String::new()),
                |time| (format!("{time} に出力した"), format!(", delivered at {time} and not collected")),
            );
            let note = format!("{ja}未回収の以前の回答を置き換えました / took the place of an older answer{en}");
            self.step(placed.folder, &placed.path, FileLife::Replaced, Some(note), None);
        }
        if let Some(other) = other_answer(placed).filter(|other| placed.path.with_file_name(other).exists()) {
            let name = placed.path.file_name().unwrap_or_default().display();
            self.notice(
                format!("{other} は同じ要求への以前の回答です。回収されずに残っています。新しい回答は {name} です"),
                format!("{other} is an older answer to the same request, not collected; the new answer is {name}"),
            );
        }
        lock(&self.uncollected).follow(&placed.path, placed.folder);
        self.placed.send_modify(|count| *count += 1);
        self.tell_unkept();
    }
}

/// An answer and a refusal of one request have different names, so neither takes the place of the other: the name that the other kind has.
fn other_answer(placed: &Placed) -> Option<String> {
    let name = placed.path.file_name()?.to_str().filter(|_| placed.folder == FolderKind::Res)?;
    let (stem, end) = name.rsplit_once('.')?;
    match end {
        "xml" if stem.contains("res_") => Some(format!("{}.err", stem.replacen("res_", "req_", 1))),
        "err" if stem.contains("req_") => Some(format!("{}.xml", stem.replacen("req_", "res_", 1))),
        _ => None,
    }
}

/// An answer that waits for the work folder. The operator is told when the first one begins to wait, and when none does any
/// more: a full disk holds up everything at once.
pub(super) struct Waiting<'a>(&'a Terminal);

impl<'a> Waiting<'a> {
    pub(super) fn begin(terminal: &'a Terminal, folders: &Folders, cause: &io::Error) -> Self {
        if terminal.waiting_for_room.fetch_add(1, Ordering::Relaxed) == 0 {
            let dir = folders.dir(FolderKind::Res).display();
            terminal.trouble(
                format!("作業フォルダを使えません ({dir} の隣): {cause}。使えるようになるまで繰り返します"),
                format!("cannot use the work folder beside {dir}: {cause}; tried again until it works"),
            );
        }
        Self(terminal)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.0.waiting_for_room.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.0.notice("作業フォルダを再び使えます".to_owned(), "the work folder can be used again".to_owned());
        }
    }
}
