//! 再来受付機: a patient who has been here before checks in with the My Number card, and walks on to the doctor's door.
//!
//! As the vendor briefing of デジタル庁 (2024-06) has it [A]: the machine asks which card the patient holds, sends the holder of a My Number card
//! to the reader beside it, polls for the result, takes the 照会番号 (診察券番号) out of it, confirms the appointment, prints a 受付票, and
//! moves the result on to the folder of the レセコン, which need not know of the machine. Two patterns, which differ in folders only:
//!
//! ```text
//! #1  reader ─▶ added terminal     face, res ──▶ machine ──▶ face, res  of the existing terminal ─▶ レセコン
//! #2  reader ─▶ existing terminal  a face folder of the machine's own ──▶ machine ──▶ face  ─▶ レセコン   (res is the レセコン's already)
//! ```
//!
//! - [`machine`]: the screens as a state machine (pure); [`screens`]: what stands on them (data)
//! - [`appointments`]: who is known and who is expected, TOML or CSV; [`verdict`]: whose a result is (both pure)
//! - [`slip`]: the 受付票 with its code
//! - [`transfer`]: a file that changes folders without being lost, doubled or seen half: the decision (pure); [`transfer_files`]: the deeds
//! - [`folder`]: the machine's eyes on a folder
//! - [`book_files`]: who was received, kept in files
//! - [`running`]: all of it at work
//!
//! The briefing's drawings are public, its screens' exact words, time-outs and the code's content are not: those here are ours [C].

pub mod appointments;
pub mod book_files;
pub mod folder;
pub mod machine;
pub mod running;
pub mod screens;
pub mod slip;
pub mod transfer;
pub mod transfer_files;
pub mod verdict;

#[cfg(test)]
mod tests;

use std::path::Path;

use crate::event::FolderKind;
use crate::folder::Paths;
use folder::Route;

/// How machine and terminals are arranged (the briefing's 実現方式 #1 and #2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// 資格確認端末を増設する: a terminal of the machine's own.
    AddedTerminal,
    /// 既存の資格確認端末を活用する: a face folder of the machine's own at the terminal that is there.
    ExistingTerminal,
}

impl Pattern {
    /// Its number in the briefing.
    pub fn number(self) -> u8 {
        match self {
            Self::AddedTerminal => 1,
            Self::ExistingTerminal => 2,
        }
    }

    /// The ways that files go. `from` is the root of the added terminal (#1) or the machine's own face folder (#2), `to` the root of the
    /// terminal that the レセコン looks into.
    pub fn routes(self, from: &Path, to: &Path) -> Vec<Route> {
        let to = Paths::below(to);
        match self {
            Self::AddedTerminal => {
                let from = Paths::below(from);
                vec![
                    Route::new(FolderKind::Face, from.face, to.face),
                    // The subsidy documents of a visit lie in the `res` of its terminal, where this レセコン would never look.
                    Route::new(FolderKind::Res, from.res, to.res),
                ]
            }
            Self::ExistingTerminal => vec![Route::new(FolderKind::Face, from.to_owned(), to.face)],
        }
    }
}
