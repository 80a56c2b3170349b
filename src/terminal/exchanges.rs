//! What went through this terminal, once more: looked up in the copies of the work folder, and put back where it came from.

use std::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::clock::{date8, time14};
use crate::event::{FolderKind, Words};
use crate::folder::publish::Content;
use crate::folder::recover::Target;
use crate::folder::{Copies, Exchange, Item, hand_in};
use crate::message::name::{Case, RequestName};
use crate::message::rewrite::{self, Change};
use crate::message::sealed;
use crate::message::xml::BULK_LIMIT;
use crate::terminal::{Terminal, lock};

/// Copies grow old without anything happening; they are looked at so often.
const TIDY: Duration = Duration::from_secs(60 * 60);
/// Serial numbers of repeated requests begin here: a レセコン counts from 1 each day, and should not meet ours.
const FIRST_SERIAL: u32 = 9001;
/// The four digits of a name (spec/oqs-interface.md §1.1).
const SERIALS: u32 = 10_000;

impl Terminal {
    /// What is kept of the files that went through.
    pub fn copies(&self) -> &Arc<Copies> {
        self.folders.copies()
    }

    /// Lets go of copies that have grown too old, for as long as the terminal serves.
    pub(super) async fn mind_copies(self: Arc<Self>) -> Infallible {
        loop {
            tokio::time::sleep(TIDY).await;
            let copies = self.copies().clone();
            // A panic there is in the log of the runtime; the next hour tries again.
            let _ = tokio::task::spawn_blocking(move || copies.tidy(SystemTime::now())).await;
        }
    }

    /// Says once that nothing can be kept, and why; answers go on.
    pub(super) fn tell_unkept(&self) {
        if let Some(cause) = self.copies().trouble() {
            self.notice(
                format!("控えを残せません: {cause}。要求と回答はいつも通り処理します"),
                format!("no copies can be kept: {cause}; requests and answers go on as ever"),
            );
        }
    }

    /// Puts the request of an exchange into `req` once more, byte for byte under the same name. Blocks.
    ///
    /// # Errors
    /// `NotFound` when it is not kept, `AlreadyExists` while a file of that name waits in `req`, or what the file system says.
    pub fn put_same(&self, number: u64, name: &str) -> io::Result<PathBuf> {
        self.put_into_req(name, |place| self.copies().copy_to(number, FolderKind::Req, name, place))
    }

    /// Puts a request into `req` as new: the bytes it had, with a name and an ArbitraryFileIdentifier of now. Blocks.
    ///
    /// # Errors
    /// What keeps it from being written anew, or from being put there.
    pub fn put_as_new(&self, number: u64, name: &str) -> Result<PathBuf, Words> {
        let outside = |cause: io::Error| Words::new(cause.to_string(), cause.to_string());
        let limit = u64::try_from(BULK_LIMIT).unwrap_or(u64::MAX);
        let bytes = self.copies().read(number, FolderKind::Req, name, limit).map_err(outside)?;
        let parsed = RequestName::parse(name, Case::Ignore)
            .ok_or_else(|| Words::new("要求ファイルの名前ではありません", "not the name of a request"))?;
        let (fresh, identifier) = self.fresh_name(&parsed);
        let bytes = if parsed.is_sealed() {
            self.sealed_anew(name, &fresh, &bytes, &identifier)?
        } else {
            with_identifier(bytes, &identifier)
        };
        self.put_into_req(&fresh, |place| std::fs::write(place, &bytes)).map_err(outside)
    }

    /// Delivers the answers of an exchange once more, byte for byte under the same names; `face_folder` as at the visit.
    ///
    /// # Errors
    /// `NotFound` when one of them is not kept, or what the file system says.
    pub async fn deliver_again(
        self: &Arc<Self>,
        exchange: &Exchange,
        face_folder: Option<PathBuf>,
    ) -> io::Result<Vec<PathBuf>> {
        let mut items = Vec::new();
        for file in exchange.files.iter().filter(|file| file.folder != FolderKind::Req) {
            let target = if file.folder == FolderKind::Face { Target::Face } else { Target::Res };
            let bytes = self.copies().read(exchange.number, file.folder, &file.name, file.len)?;
            items.push(Item { target, name: file.name.clone(), content: Content::Bytes(bytes) });
        }
        let folders = match face_folder.filter(|_| items.iter().any(|item| item.target == Target::Face)) {
            Some(path) => {
                self.adopt_face_folder(path.clone()).await.map_err(io::Error::other)?;
                lock(&self.face_folders).get(&path).unwrap_or(&self.folders).clone()
            }
            None => self.folders.clone(),
        };
        let remark = Some("同じものを再び出力 / the same once more".to_owned());
        Ok(self.put(&folders, None, items, remark).await.into_iter().map(|placed| placed.path).collect())
    }

    /// As a careful レセコン does, and never over a request that waits.
    fn put_into_req(&self, name: &str, write: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<PathBuf> {
        let req = self.folders.dir(FolderKind::Req);
        if req.join(name).symlink_metadata().is_ok() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{name}: req にあります / waits in req")));
        }
        hand_in(req, name, write)
    }

    /// A name of today that no request had, in the form of the vendors' manuals (date and serial), and an ArbitraryFileIdentifier as
    /// K2 makes them: the time, then what tells it from others of that second (spec/oqs-interface.md §2.6, [B]).
    fn fresh_name(&self, request: &RequestName) -> (String, String) {
        let now = self.clock.now();
        let head = request.file.split('_').next().unwrap_or_default();
        let mut given = lock(&self.repeated);
        let is_free = |name: &str, answer: &str| {
            self.copies().latest_with(FolderKind::Req, name).is_none()
                && !self.folders.dir(FolderKind::Req).join(name).exists()
                && !self.folders.dir(FolderKind::Res).join(answer).exists()
        };
        let serials = (FIRST_SERIAL..SERIALS).chain(1..FIRST_SERIAL);
        let free = serials.map(|serial| format!("{}{serial:04}", date8(now.date()))).find(|free| {
            let name = format!("{head}_{free}.{}", request.extension);
            let answer = RequestName::parse(&name, Case::Ignore).map(|parsed| parsed.answer()).unwrap_or_default();
            !given.contains(&name) && is_free(&name, &answer)
        });
        // Ten thousand of one day: the serial of the time of day is as good as any.
        let free = free.unwrap_or_else(|| time14(now));
        let name = format!("{head}_{free}.{}", request.extension);
        given.insert(name.clone());
        let serial = free.get(free.len().saturating_sub(4)..).unwrap_or_default();
        (name, format!("{}{serial}", time14(now)))
    }

    /// A sealed request carries its name inside, too: opened, written anew, and sealed again.
    fn sealed_anew(&self, name: &str, fresh: &str, zip: &[u8], identifier: &str) -> Result<Vec<u8>, Words> {
        let password = self.settings.sealing.password_for(name).ok_or_else(|| {
            Words::new(
                "暗号化された要求です。パスワードの設定がないので「同じもの」だけ送れます",
                "a sealed request, and no password is set: only `same` can be sent",
            )
        })?;
        let opened = sealed::open(zip, Some(password), BULK_LIMIT).map_err(|refusal| {
            Words::new(refusal.words(crate::event::Lang::Ja), refusal.words(crate::event::Lang::En))
        })?;
        let stem = fresh.rsplit_once('.').map_or(fresh, |(stem, _)| stem);
        let bytes = with_identifier(opened.bytes, identifier);
        let sealed = sealed::seal(&format!("{stem}.xml"), &bytes, password, self.seed, self.clock.now());
        sealed.map_err(|cause| Words::new(cause.to_string(), cause.to_string()))
    }
}

/// The request with another ArbitraryFileIdentifier, where it has one; all else stays byte for byte. What is no document stays as it is:
/// a request that was refused is refused again.
fn with_identifier(bytes: Vec<u8>, identifier: &str) -> Vec<u8> {
    let change = Change::new("//ArbitraryFileIdentifier", identifier);
    rewrite::rewrite(&bytes, &[change]).map_or(bytes, |rewritten| rewritten.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_repeated_request_only_the_identifier_is_another() {
        let request = "<?xml version='1.0' encoding='UTF-8'?>\r\n<XmlMsg><A><ArbitraryFileIdentifier >1</ArbitraryFileIdentifier></A><!-- x --></XmlMsg>";
        let fresh = with_identifier(request.into(), "20261121090000");
        assert_eq!(String::from_utf8(fresh).unwrap(), request.replace(">1<", ">20261121090000<"));
        for stays in ["<XmlMsg><B/></XmlMsg>", "<XmlMsg>", "no document"] {
            assert_eq!(with_identifier(stays.into(), "2"), stays.as_bytes());
        }
    }
}
