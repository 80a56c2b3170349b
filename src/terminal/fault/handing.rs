//! Files on their way out, with what was drawn for them: late, torn, twice, on a full disk.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::Drawn;
use crate::clock::Stopwatch;
use crate::folder::publish::{Content, How, Manner};
use crate::folder::{Claim, Delivery, Folders, Item, Placed};
use crate::random::Seed;
use crate::terminal::{Terminal, lock};

/// How long the next file is waited for by one that is to be overtaken.
const OVERTAKEN: Duration = Duration::from_secs(3);
/// Between a returned request and its `.err`: K3 reads at once (spec/known-clients.md §1, [B]).
const ERR_AFTER: Duration = Duration::from_millis(500);
/// Until the second copy comes.
const TWICE_AFTER: Duration = Duration::from_secs(1);

/// Files to be handed out together.
pub(in crate::terminal) struct Outgoing<'a> {
    /// Where they go.
    pub folders: &'a Arc<Folders>,
    /// What they answer.
    pub claim: Option<&'a Claim>,
    /// What is in them.
    pub items: Vec<Item>,
    /// What there is to say of the first.
    pub remark: Option<String>,
    /// Since when the request is here.
    pub watch: Option<Stopwatch>,
}

impl Terminal {
    /// From here on the disk is full, where that was drawn.
    pub(in crate::terminal) fn fill_disk(&self, drawn: &Drawn) {
        if let Some(time) = drawn.disk_full {
            *lock(&self.full) = Some((Stopwatch::start(), time));
        }
    }

    /// Waits as long as the file is to be late, or until another one has overtaken it.
    pub(in crate::terminal) async fn hold_back(&self, drawn: &Drawn) {
        self.clock.pause(drawn.late).await;
        if drawn.reordered {
            let mut placed = self.placed.subscribe();
            // Whether one came or not, it goes on.
            let _ = tokio::time::timeout(OVERTAKEN, placed.changed()).await;
        }
    }

    /// Stages and delivers, as it was drawn.
    pub(in crate::terminal) async fn hand_out(&self, outgoing: Outgoing<'_>, drawn: &Drawn) -> Vec<Placed> {
        let Outgoing { folders, claim, mut items, remark, watch } = outgoing;
        let mut manner = Manner { how: self.how(drawn), between: Duration::ZERO };
        if drawn.err_late && items.len() > 1 {
            items.reverse();
            manner.between = ERR_AFTER;
        }
        let mut more = self.more(&items, drawn);
        if let Some(percent) = drawn.torn {
            items.iter_mut().chain(&mut more).for_each(|item| tear(item, percent));
        }
        let parcel = self.stage(folders, claim, items, drawn.half_sealed).await;
        let mut placed = self.deliver_by(parcel, manner, watch, remark).await;
        for item in more {
            if drawn.duplicate {
                self.clock.pause(TWICE_AFTER).await;
            }
            let parcel = self.stage(folders, None, vec![item], drawn.half_sealed).await;
            // The file of the visit or the request is the first one; these are told by the journal.
            placed.extend(self.deliver_by(parcel, manner, None, None).await);
        }
        placed
    }

    fn how(&self, drawn: &Drawn) -> How {
        match drawn {
            Drawn { locked: Some(time), .. } => How::Locked(*time),
            Drawn { slow: true, .. } => How::As(Delivery::Slow),
            Drawn { renamed_within: true, .. } => How::RenamedWithin,
            _ => How::As(self.settings.delivery),
        }
    }

    /// What comes besides: the same once more, and one that nobody asked for. Of a bulk result, which is never held whole, none.
    fn more(&self, items: &[Item], drawn: &Drawn) -> Vec<Item> {
        let held = || items.iter().filter(|item| matches!(item.content, Content::Bytes(_)));
        let twice = held().filter(|_| drawn.duplicate).cloned();
        let orphans =
            held().filter(|_| drawn.orphan).map(|item| Item { name: nobodys(&item.name, self.seed), ..item.clone() });
        twice.chain(orphans).collect()
    }

    /// Fails as a write on a full disk does, while it is to be full.
    pub(in crate::terminal) fn room(&self) -> io::Result<()> {
        let mut full = lock(&self.full);
        match *full {
            Some((since, time)) if since.elapsed() < time => Err(io::ErrorKind::StorageFull.into()),
            _ => {
                *full = None;
                Ok(())
            }
        }
    }

    /// No answer will come: the request is put away.
    pub(in crate::terminal) fn let_drop(&self, claim: &Claim) {
        claim.put_away(&self.folders);
        let name = &claim.name;
        self.notice(
            format!("{name} への回答は出力しません (障害 file-never)"),
            format!("no answer to {name} is delivered (fault file-never)"),
        );
    }
}

/// Cuts what is in a file; a request that is returned stays as it was sent.
fn tear(item: &mut Item, percent: u32) {
    match &mut item.content {
        Content::Bytes(bytes) => {
            let kept = bytes.len() as u64 * u64::from(percent.min(100)) / 100;
            bytes.truncate(usize::try_from(kept).unwrap_or(bytes.len()));
        }
        // What cannot be cut now is whole: the next write will tell what is wrong with the folder.
        Content::Draft(draft) => drop(draft.cut(percent)),
        Content::TheRequest => {}
    }
}

/// The name of a file like `name` that belongs to nothing: other digits where the free part has some.
fn nobodys(name: &str, seed: Seed) -> String {
    let (head, rest) = name.split_once('_').unwrap_or(("", name));
    let (free, end) = rest.split_once('.').unwrap_or((rest, ""));
    let mut drawn = seed.hex(&["orphan", name], free.len()).into_bytes().into_iter();
    let mut changed = false;
    let mut other = |letter: char| {
        let drawn = drawn.next().unwrap_or_default();
        match letter.to_digit(10) {
            Some(digit) => {
                changed = true;
                // One to nine further on: never the digit it was.
                char::from_digit((digit + 1 + u32::from(drawn) % 9) % 10, 10).unwrap_or(letter)
            }
            None => letter,
        }
    };
    let free: String = free.chars().map(&mut other).collect();
    let added = if changed { "" } else { "0" };
    format!("{head}_{free}{added}.{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_file_has_the_form_of_the_other_and_never_its_name() {
        for name in ["OQSsiquc01res_202611210001.xml", "OQSsiquc01res_abc.xml", "PMHsimsm01req_1_face.xml.err"] {
            let other = nobodys(name, Seed(1));
            assert_ne!(other, name);
            assert_eq!(other, nobodys(name, Seed(1)), "the seed decides");
            assert_eq!(other.split('_').next(), name.split('_').next());
            assert_eq!(other.split_once('.').unwrap().1, name.split_once('.').unwrap().1);
        }
    }
}
