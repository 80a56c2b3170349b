//! Programs of a real terminal that run on this machine now. What runs elsewhere and shares its folder with us nobody tells.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};

/// The 連携アプリケーション, which takes the requests (spec/oqs-interface.md §5.1, [A] for the program's name). What its process is called
/// is not public; that it is called as the program, or started from a folder of that name, is provisional ([C]).
const PROGRAM: &str = "OQSComApp";

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// What the system calls it.
    pub name: String,
    /// Its process id.
    pub pid: u32,
    /// Its file, where we may see it.
    pub program: Option<PathBuf>,
}

/// Those that we may see, this process aside.
pub fn real_terminals() -> Vec<Running> {
    let mut system = System::new();
    let wanted = ProcessRefreshKind::nothing().without_tasks().with_exe(UpdateKind::Always);
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, wanted);
    let all = system.processes().values().map(|process| Running {
        name: process.name().to_string_lossy().into_owned(),
        pid: process.pid().as_u32(),
        program: process.exe().map(Path::to_owned),
    });
    let mut found: Vec<Running> = all.filter(|it| it.pid != std::process::id() && it.is_a_real_terminal()).collect();
    found.sort_by_key(|running| running.pid);
    found
}

impl Running {
    /// By its name, or because it was started from the program's folder, as a Java machine of its own is.
    fn is_a_real_terminal(&self) -> bool {
        let is_it = |name: &OsStr| name.eq_ignore_ascii_case(PROGRAM);
        let name = Path::new(&self.name);
        let folder = self.program.as_deref().and_then(Path::parent);
        name.file_stem().is_some_and(is_it) || folder.is_some_and(|folder| folder.iter().any(is_it))
    }

    /// Was it started from somewhere below `folder`?
    pub fn is_below(&self, folder: &Path) -> bool {
        // Both as the system spells them: with links followed, and on Windows in one case.
        let canonical = |path: &Path| path.canonicalize().ok();
        match (self.program.as_deref().and_then(canonical), canonical(folder)) {
            (Some(program), Some(folder)) => program.starts_with(folder),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_terminal_is_known_by_its_name_or_by_the_folder_it_was_started_from() {
        let is_one = |name: &str, program: Option<&str>| {
            Running { name: name.to_owned(), pid: 1, program: program.map(PathBuf::from) }.is_a_real_terminal()
        };
        assert!(is_one("OQSComApp.exe", None) && is_one("oqscomapp", None));
        assert!(is_one("javaw.exe", Some("C:/Program Files/OQS/OQSComApp/jre/bin/javaw.exe")));
        for (name, program) in [
            ("javaw.exe", Some("C:/Program Files/Java/bin/javaw.exe")),
            ("OQSComAppViewer.exe", None),
            ("notepad.exe", Some("C:/OQS/OQSComApp")),
        ] {
            assert!(!is_one(name, program), "{name} {program:?}");
        }
    }
}
