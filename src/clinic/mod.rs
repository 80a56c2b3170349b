//! The other side of the shared folders: sample programs of a clinic. They know the folders (`folder`) and the documents in them
//! (`message`), and nothing of the terminal's or the centre's rules.
//!
//! - [`rececon`]: a small レセコン: who came, whose record it is, what changed, what the staff decides

pub mod rececon;
