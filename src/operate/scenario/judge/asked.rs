//! What the レセコン asked of the terminal by itself: the requests in `req` that the run did not put there, whole as they were taken.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use super::{LOOK, values};
use crate::event::{FileLife, FolderKind, Words};
use crate::operate::scenario::model::Asked;
use crate::operate::scenario::session::{Kept, Session, Stopped};
use crate::operate::scenario::steps::lives;
use crate::operate::scenario::verdict::Check;
use crate::station::view::FileView;

/// Waits until as many came as must, and looks into the last of them. Where no レセコン is beside the station it stays open.
pub(super) fn judge(
    wanted: &Asked,
    within_s: Option<u64>,
    session: &Session<'_>,
    checks: &mut Vec<Check>,
) -> Result<(), Stopped> {
    let what = match wanted.count {
        None => Words::new(
            format!("レセコンが {} を出す", wanted.interface),
            format!("the レセコン asks {}", wanted.interface),
        ),
        Some(count) => Words::new(
            format!("レセコンが {} を {count} 回、それぞれの名前で出す", wanted.interface),
            format!("the レセコン asks {} {count} times, each by a name of its own", wanted.interface),
        ),
    };
    if !session.has_consumer() {
        checks.push(Check::undecided(what));
        return Ok(());
    }
    session.awaits(&what);
    let limit = Instant::now() + within_s.map_or(session.patience, Duration::from_secs);
    let (found, all) = loop {
        let all: Vec<FileView> = session
            .files()?
            .into_iter()
            .filter(|file| file.folder == FolderKind::Req && is_theirs(file, session))
            .collect();
        // Whoever uses a name again writes over what lies there under it: a name is one request (spec/oqs-interface.md §1.1).
        let mut names = BTreeSet::new();
        let new = |file: &&FileView| file.name.starts_with(&wanted.interface) && names.insert(file.name.clone());
        let found: Vec<FileView> = all.iter().filter(new).cloned().collect();
        // None at all must hold until the end; whatever else is there as soon as it is.
        let there = wanted.count.map_or(!found.is_empty(), |count| count > 0 && found.len() >= count);
        if there || Instant::now() >= limit {
            break (found, all);
        }
        session.goes_on()?;
        thread::sleep(LOOK);
    };
    let held = wanted.count.map_or(!found.is_empty(), |count| found.len() == count);
    if !held {
        let told = all.iter().map(lives).collect::<Vec<_>>().join("; ");
        let got = Words::new(format!("{} 回。{told}", found.len()), format!("{} times; {told}", found.len()));
        checks.push(Check::failed(what, got, None));
        return Ok(());
    }
    checks.push(Check::held(what));
    match found.last() {
        Some(last) if !wanted.values.is_empty() => {
            let (kept, bytes) = taken(last, session)?;
            values::judge(&kept, &bytes, &wanted.values, session, checks)
        }
        _ => Ok(()),
    }
}

/// A request that was taken and that the run did not write.
fn is_theirs(file: &FileView, session: &Session<'_>) -> bool {
    let ended = |step: &crate::station::view::LifeStep| matches!(step.life, FileLife::Answered | FileLife::Refused);
    !session.sent.contains(&file.name) && file.life.iter().any(ended)
}

/// Its bytes as they were taken out of `req`.
fn taken(file: &FileView, session: &Session<'_>) -> Result<(Kept, Vec<u8>), Stopped> {
    let exchange = file.exchange.as_deref().unwrap_or_default();
    let bytes = session.line.kept(exchange, FolderKind::Req, &file.name)?.unwrap_or_default();
    let (name, place) = (file.name.clone(), file.path.clone());
    let kept = Kept { folder: file.folder.to_string(), name, path: place, bytes: bytes.clone(), sealed: false };
    Ok((kept, bytes))
}
