//! Folders that are somebody else's: those of a real terminal that is installed or runs, and those that hold files of which nothing here
//! knows.

use std::fs;
use std::path::{Path, PathBuf};

use crate::folder::layout::WORK_NAME;
use crate::folder::{Paths, listing};
use crate::message::name::{Case, interface_of, is_temporary};
use crate::terminal::running::{Running, real_terminals};
use crate::terminal::settings::DEFAULT_ROOT;

/// The 連携アプリケーション below the system's folders of programs and of their data (spec/oqs-interface.md §5.1, [B]).
const REAL_TERMINAL: [&str; 2] = ["OQS", "OQSComApp"];
/// Where Windows keeps programs and their data; elsewhere nobody sets these.
const PROGRAM_FOLDERS: [&str; 3] = ["ProgramFiles", "ProgramFiles(x86)", "ProgramData"];
/// So many names are told.
const TOLD: usize = 3;

/// Why a station should not serve a folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Theirs {
    /// A real terminal's program is here.
    #[error(
        "実際の資格確認端末（{program}）があります。その共有フォルダを取り合わないよう、起動しません。別の機械で動かすか、承知のうえなら --take-over を付けてください / a real terminal is installed here, and the two would fight for its folder: run madoguchi on another machine, or add --take-over if you mean it"
    )]
    RealTerminal {
        /// Where.
        program: PathBuf,
    },
    /// A real terminal's program runs, and serves this folder as far as can be known.
    #[error(
        "実際の資格確認端末のプログラム（{name}、pid {pid}）がこの機械で動いています。その共有フォルダを取り合わないよう、起動しません。終了するか、--folder で別のフォルダを指定するか、承知のうえなら --take-over を付けてください / a real terminal's program ({name}, pid {pid}) runs on this machine, and the two would fight for its folder: end it, choose another folder with --folder, or add --take-over if you mean it"
    )]
    RunningTerminal {
        /// What the system calls it.
        name: String,
        /// Its process id.
        pid: u32,
    },
    /// Files that no station of ours put there.
    #[error(
        "{folder} に知らないファイル（{names}）があります。ほかで使っているフォルダでないか確かめてください。このまま使うなら --take-over を付けてください / this folder holds files that are not of a shared folder: make sure that nobody else uses it; add --take-over to serve it as it is"
    )]
    UnknownFiles {
        /// The folder.
        folder: PathBuf,
        /// Their names, the first few.
        names: String,
    },
}

/// Whether the folders are ours to serve. What lies in a folder that a station served before is not asked about: its work folder lies
/// beside it. A real terminal is, each time: it may have been installed since.
///
/// # Errors
/// Whose they seem to be.
pub fn look(paths: &Paths) -> Result<(), Theirs> {
    let root = paths.req.parent().unwrap_or(&paths.req);
    let installed = PROGRAM_FOLDERS
        .iter()
        .filter_map(std::env::var_os)
        .map(|dir| REAL_TERMINAL.iter().fold(PathBuf::from(dir), |dir, name| dir.join(name)));
    // Also in the folder itself: the share of a terminal's own drive shows it there.
    let mut programs = installed.chain(REAL_TERMINAL.last().map(|name| root.join(name)));
    if let Some(program) = programs.find(|program| program.is_dir()) {
        return Err(Theirs::RealTerminal { program });
    }
    if let Some(Running { name, pid, .. }) = real_terminals().into_iter().find(|running| serves(running, root)) {
        return Err(Theirs::RunningTerminal { name, pid });
    }
    if root.join(WORK_NAME).is_dir() {
        return Ok(());
    }
    [&paths.req, &paths.res, &paths.face].into_iter().try_for_each(|folder| unknown_files(folder))
}

/// Where a real terminal has its folder nobody tells: it is the one that every terminal is set up with, or its program lies below it.
/// Real terminals are programs of Windows, so elsewhere no folder is theirs by its name.
fn serves(running: &Running, root: &Path) -> bool {
    let is_the_usual_one = || {
        let usual = Path::new(DEFAULT_ROOT);
        root.as_os_str().eq_ignore_ascii_case(usual)
            || root.canonicalize().ok().is_some_and(|root| usual.canonicalize().is_ok_and(|usual| usual == root))
    };
    (cfg!(windows) && is_the_usual_one()) || running.is_below(root)
}

fn unknown_files(folder: &Path) -> Result<(), Theirs> {
    // What cannot be listed is told by whoever opens it.
    let names = listing::names(folder).unwrap_or_default();
    let unknown: Vec<String> = names
        .into_iter()
        .filter(|name| !is_of_a_shared_folder(name) && fs::metadata(folder.join(name)).is_ok_and(|file| file.is_file()))
        .take(TOLD)
        .collect();
    match unknown.is_empty() {
        true => Ok(()),
        false => Err(Theirs::UnknownFiles { folder: folder.to_owned(), names: unknown.join("、") }),
    }
}

/// Requests, results, what the terminal says about them, files in the making, and what Windows leaves in every folder.
fn is_of_a_shared_folder(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let head = name.split('_').next().unwrap_or_default();
    is_temporary(name)
        || interface_of(head, Case::Ignore).is_some()
        || (lower.starts_with("del") && lower.ends_with(".txt"))
        || ["thumbs.db", "desktop.ini"].contains(&lower.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths_with(files: &[&str]) -> (tempfile::TempDir, Paths) {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let paths = Paths::below(root.path());
        (root, paths)
    }

    #[test]
    fn an_empty_folder_and_one_with_requests_and_results_are_ours_to_serve() {
        for files in [
            &[][..],
            &[
                "req/OQSsiquc01req_1.xml",
                "req/.x.tmp",
                "res/OQSsiquc01res_1.xml",
                "res/OQSsiquc01req_1.err",
                "res/del20261121.txt",
            ],
            &[
                "face/OQSsiquc01res_face_20261121093000.xml",
                "face/Thumbs.db",
                "res/PMHsimsm01res_1_face.xml",
                "notes.txt",
            ],
        ] {
            let (_root, paths) = paths_with(files);
            assert_eq!(look(&paths), Ok(()), "{files:?}");
        }
    }

    #[test]
    fn files_that_are_of_no_shared_folder_are_named_unless_a_station_served_it_before() {
        let (root, paths) = paths_with(&["res/2026年度予算.xlsx", "res/OQSsiquc01res_1.xml"]);
        let Err(Theirs::UnknownFiles { folder, names }) = look(&paths) else { panic!("served") };
        assert_eq!((folder, names.as_str()), (root.path().join("res"), "2026年度予算.xlsx"));
        fs::create_dir(root.path().join(WORK_NAME)).unwrap();
        assert_eq!(look(&paths), Ok(()));
    }

    #[test]
    fn the_drive_of_a_real_terminal_is_known_by_its_program_also_where_a_station_was_before() {
        let (root, paths) = paths_with(&["OQSComApp/Version.info"]);
        fs::create_dir(root.path().join(WORK_NAME)).unwrap();
        assert_eq!(look(&paths), Err(Theirs::RealTerminal { program: root.path().join("OQSComApp") }));
    }
}
