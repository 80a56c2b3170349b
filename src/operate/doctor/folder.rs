//! A real terminal on this machine; the shared folders: can a terminal work there, does another, are they on this machine, and does a new file
//! wake us.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::settings::{refusal, shown};
use super::{FOLDER_FREE, FOLDER_OWNER, FOLDER_RIGHTS, FOLDER_SHARE, Finding, Grade, TERMINAL_REAL, WATCHER, both};
use crate::event::Words;
use crate::folder::probe::{self, Refused, Scratch};
use crate::folder::watch::{Role, Watch};
use crate::station::settings::Settings;
use crate::terminal::guard::{self, Theirs};
use crate::terminal::running::{self, Running};
use crate::terminal::{TerminalSettings, property};

/// An event of the system comes within a thousandth of this; a share stays silent for ever.
const PATIENCE: Duration = Duration::from_secs(2);

/// Everything about the folders of every terminal, and the face folders of readers that have their own.
///
/// # Errors
/// No runtime for the watcher can be had.
pub fn folders(settings: &Settings) -> io::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for terminal in &settings.terminal {
        let mut terminal = terminal.clone();
        // A mistake in the real terminal's files is told with the settings.
        let _ = property::lay_under(&mut terminal);
        let paths = terminal.paths();
        if let Some(theirs) = guard::look(&paths).err().filter(|_| !terminal.take_over) {
            // Where another program works nothing is tried out.
            findings.push(somebody_elses(&terminal.folder, &theirs));
            continue;
        }
        findings
            .push(FOLDER_OWNER.good(shown(&terminal.folder), Words::new("窓口のものです", "a station may serve it")));
        for folder in [&paths.req, &paths.res, &paths.face] {
            findings.push(rights(folder));
        }
        findings.push(free(&paths.req));
        findings.extend([&paths.res, &paths.face].into_iter().filter_map(|folder| mount(folder)));
        findings.push(mount(&paths.req).unwrap_or_else(|| place(&paths.req, &terminal)));
        findings.push(watcher(&paths.req, &terminal)?);
    }
    findings.extend(settings.reader.iter().filter_map(|reader| reader.face_folder.as_deref()).map(rights));
    Ok(findings)
}

/// Programs of a real terminal that run here. Whether one of them forbids a folder is told with the folder.
pub fn real_terminals() -> Finding {
    let found = running::real_terminals();
    let Some(Running { name, program, .. }) = found.first() else {
        return TERMINAL_REAL.good("-", Words::new("この機械では動いていません", "none runs on this machine"));
    };
    let place = program.as_deref().map_or_else(|| name.clone(), shown);
    let pids = found.iter().map(|running| format!("pid {}", running.pid)).collect::<Vec<_>>().join(", ");
    TERMINAL_REAL.told(
        Grade::Note,
        place,
        Words::new(format!("{name} ({pids}) が動いています"), format!("{name} ({pids}) runs")),
        Words::new(
            "窓口には、そのプログラムのものではない共有フォルダを --folder で指定してください",
            "give the station a shared folder that is not that program's, with --folder",
        ),
    )
}

fn somebody_elses(folder: &Path, theirs: &Theirs) -> Finding {
    FOLDER_OWNER.told(
        Grade::Broken,
        shown(folder),
        both(&theirs.to_string()),
        Words::new(
            "--folder で別のフォルダを指定してください。承知のうえで使うなら --take-over を付けて、もう一度調べてください",
            "choose another folder with --folder; to serve this one all the same, look again with --take-over",
        ),
    )
}

fn rights(folder: &Path) -> Finding {
    let Some(there) = probe::nearest_existing(folder) else {
        let found = Words::new("上にあるフォルダもありません", "no folder above it exists either");
        let remedy = Words::new(
            "ドライブか共有をつなぐか、--folder で別のフォルダを指定してください",
            "connect the drive or share, or choose another with --folder",
        );
        return FOLDER_RIGHTS.told(Grade::Broken, shown(folder), found, remedy);
    };
    if folder.exists() && !folder.is_dir() {
        let found = Words::new("フォルダではなくファイルです", "is a file, not a folder");
        let remedy = Words::new(
            "どかすか、--folder で別のフォルダを指定してください",
            "move it away, or choose another with --folder",
        );
        return FOLDER_RIGHTS.told(Grade::Broken, shown(folder), found, remedy);
    }
    let places = match Places::of(folder, &there) {
        Ok(places) => places,
        Err(refused) => return refusal(&FOLDER_RIGHTS, folder, &refused),
    };
    if let Err(refused) = probe::try_out(&places.from, &places.to) {
        return refusal(&FOLDER_RIGHTS, folder, &refused);
    }
    // A client that may write but not list still works; a terminal that may not list finds nothing.
    if let Err(cause) = std::fs::read_dir(&places.to) {
        let found = Words::new(format!("中を見られません: {cause}"), format!("cannot be listed: {cause}"));
        let remedy = Words::new("このユーザーに読み取りの権限を与えてください", "give this user the right to read it");
        return FOLDER_RIGHTS.told(Grade::Broken, shown(folder), found, remedy);
    }
    FOLDER_RIGHTS.good(
        shown(folder),
        match places.scratch {
            None => Words::new("作成、改名、削除ができます", "files can be written, renamed and removed"),
            Some(_) => Words::new("まだありません。起動のとき作ります", "not there yet; made at the start"),
        },
    )
}

fn free(folder: &Path) -> Finding {
    match probe::holder(folder) {
        None => FOLDER_FREE.good(shown(folder), Words::new("だれも使っていません", "nobody works there")),
        Some(pid) => FOLDER_FREE.told(
            Grade::Note,
            shown(folder),
            Words::new(format!("別の窓口 (pid {pid}) が使っています"), format!("a station (pid {pid}) works there")),
            Words::new(
                "もう一つ起動するなら --folder で別のフォルダを",
                "for a second station choose another folder with --folder",
            ),
        ),
    }
}

/// A folder into which nothing can be renamed from the work folder beside it.
fn mount(folder: &Path) -> Option<Finding> {
    probe::is_mount_of_its_own(folder).then(|| {
        FOLDER_SHARE.told(
            Grade::Broken,
            shown(folder),
            Words::new("それ自体が一つのファイルシステムです", "a file system of its own"),
            Words::new("一つ上のフォルダをマウントしてください", "mount the folder above it instead"),
        )
    })
}

fn place(folder: &Path, terminal: &TerminalSettings) -> Finding {
    let network = probe::nearest_existing(folder).and_then(|there| probe::network(&there));
    match (network, terminal.poll) {
        (None, _) => FOLDER_SHARE.good(shown(folder), Words::new("この機械にあります", "on this machine")),
        (Some(kind), Some(poll)) => FOLDER_SHARE.good(
            shown(folder),
            Words::new(
                format!("ネットワーク ({kind})、poll = {poll}"),
                format!("on a network ({kind}), poll = {poll}"),
            ),
        ),
        (Some(kind), None) => FOLDER_SHARE.told(
            Grade::Warning,
            shown(folder),
            Words::new(
                format!("ネットワークの向こうです ({kind})。通知が来ません"),
                format!("on a network ({kind}), which sends no events"),
            ),
            Words::new(
                "[[terminal]] に poll = 200 を書くか、フォルダをこの機械に置いて共有してください",
                "set poll = 200 in [[terminal]], or keep the folder here and share it",
            ),
        ),
    }
}

fn watcher(folder: &Path, terminal: &TerminalSettings) -> io::Result<Finding> {
    if let Some(poll) = terminal.poll {
        let found = Words::new(format!("{poll} ms ごとに見ます"), format!("looked at every {poll} ms"));
        return Ok(WATCHER.good(shown(folder), found));
    }
    let Some(there) = probe::nearest_existing(folder) else {
        let found = Words::new("フォルダがないので調べていません", "not tried: there is no folder");
        return Ok(WATCHER.told(Grade::Note, shown(folder), found, again()));
    };
    let woken = match Places::of(folder, &there) {
        Ok(places) => wakes(&places.from, &places.to)?,
        Err(_) => Woken::Untried,
    };
    Ok(heard(woken, if folder.is_dir() { folder } else { &there }))
}

/// What the watcher's silence or noise means.
fn heard(woken: Woken, to: &Path) -> Finding {
    match woken {
        Woken::Yes => WATCHER
            .good(shown(to), Words::new("置いたファイルが通知されました", "a file that was put there was told of")),
        Woken::Untried => WATCHER.told(
            Grade::Note,
            shown(to),
            Words::new("書き込めないので調べていません", "not tried: nothing can be written there"),
            again(),
        ),
        Woken::Trouble(cause) => WATCHER.told(
            Grade::Note,
            shown(to),
            Words::new(
                format!("通知を受けられません ({cause})。200 ms ごとに見ます"),
                format!("no events can be had ({cause}); looked at every 200 ms"),
            ),
            Words::new(
                "Linux なら fs.inotify.max_user_instances と max_user_watches を増やせます",
                "on Linux raise fs.inotify.max_user_instances and max_user_watches",
            ),
        ),
        Woken::No => WATCHER.told(
            Grade::Broken,
            shown(to),
            Words::new(
                "置いたファイルが通知されません。要求に気づけません",
                "a file that was put there was not told of: requests would not be noticed",
            ),
            Words::new("[[terminal]] に poll = 200 を書いてください", "set poll = 200 in [[terminal]]"),
        ),
    }
}

fn again() -> Words {
    Words::new("フォルダの権限を直してから、もう一度調べてください", "correct the folder's rights, then look again")
}

enum Woken {
    Yes,
    No,
    Untried,
    Trouble(String),
}

/// Does a file that is put into `to`, by rename as careful clients do it, wake a watcher?
fn wakes(from: &Path, to: &Path) -> io::Result<Woken> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let subscription = Watch::new().subscribe(&[(to.to_owned(), Role::Intake)]);
    if let Some(trouble) = subscription.trouble() {
        return Ok(Woken::Trouble(trouble.to_owned()));
    }
    if probe::try_out(from, to).is_err() {
        return Ok(Woken::Untried);
    }
    let woken = runtime.block_on(async { tokio::time::timeout(PATIENCE, subscription.woken()).await });
    Ok(if woken.is_ok() { Woken::Yes } else { Woken::No })
}

/// Where a file is made and where it is put, to try a folder out.
struct Places {
    from: PathBuf,
    to: PathBuf,
    /// Stands for a folder that is not there yet.
    scratch: Option<Scratch>,
}

impl Places {
    /// `there` is `folder`, or the nearest one above it that exists.
    fn of(folder: &Path, there: &Path) -> Result<Self, Refused> {
        if folder.is_dir() {
            let from = probe::work_place(folder).unwrap_or_else(|| folder.to_owned());
            return Ok(Self { from, to: folder.to_owned(), scratch: None });
        }
        let scratch = Scratch::make(there)?;
        Ok(Self { from: scratch.path().to_owned(), to: scratch.path().to_owned(), scratch: Some(scratch) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_stays_silent_is_broken_and_one_that_says_so_is_polled() {
        let grade = |woken| heard(woken, Path::new("req")).grade;
        assert_eq!(grade(Woken::Yes), Grade::Good);
        assert_eq!(grade(Woken::Trouble("too many".to_owned())), Grade::Note);
        assert_eq!(grade(Woken::No), Grade::Broken);
        assert!(heard(Woken::No, Path::new("req")).remedy.is_some_and(|remedy| remedy.en.contains("poll = 200")));
    }

    #[test]
    fn a_folder_on_this_machine_wakes_a_watcher_and_polling_asks_for_none() {
        let root = tempfile::tempdir().unwrap();
        assert!(matches!(wakes(root.path(), root.path()).unwrap(), Woken::Yes));
        let polled = TerminalSettings { poll: Some(100), ..TerminalSettings::default() };
        let found = watcher(&root.path().join("missing/req"), &polled).unwrap();
        assert_eq!(found.grade, Grade::Good);
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
    }
}
