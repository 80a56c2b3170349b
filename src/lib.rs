//! madoguchi (窓口): a 顔認証付きカードリーダー and 資格確認端末 on a developer's desk.
//!
//! The rooms carry the names of the boxes in the official figures. A room may use the rooms below it, never those beside or
//! above it (`tests/tidy.rs` holds this):
//!
//! | floor | rooms |
//! |---|---|
//! | ground | [`number`] [`text`] [`code`] [`clock`] [`random`] [`secret`] [`event`] [`knob`] [`handwritten`] [`enclosed`] |
//! | first | [`card`] (ICC and its client) [`message`] (documents of the folder) [`folder`] (files that appear whole) |
//! | second | [`visit`] (what travels along a visit) [`authority`] (test certificates) |
//! | third | [`people`] (card-profiles) [`wire`] (terminal ↔ hub) |
//! | fourth | [`face_reader`] (顔認証CR) [`terminal`] (資格確認端末) [`hub`] (オンライン資格確認等システム, PMH) [`municipality`] (registers at PMH) [`clinic`] (sample レセコン, 再来受付機) |
//! | fifth | [`station`] (one desk: readers + terminal + hub + clock + journal) |
//! | sixth | [`operate`] (TUI, control API, faults, doctor) |
//! | top | [`cli`] |
//!
//! One visit walks one way: `card` → `face_reader` → `terminal` → `wire` → (`hub`) → `message` → `folder`.

#![allow(rustdoc::broken_intra_doc_links, reason = "[A], [B] and [C] are marks of confidence, not links")]

pub mod authority;
pub mod card;
pub mod cli;
pub mod clinic;
pub mod clock;
pub mod code;
pub mod enclosed;
pub mod event;
pub mod face_reader;
pub mod folder;
pub mod handwritten;
pub mod hub;
pub mod knob;
pub mod message;
pub mod municipality;
pub mod number;
pub mod operate;
pub mod people;
pub mod random;
pub mod secret;
pub mod station;
pub mod terminal;
pub mod text;
pub mod visit;
pub mod wire;
