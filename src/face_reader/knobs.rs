//! What an operator may ask of a reader. Whoever answers the dialogue's effects asks the shared `Knobs` there and then.

use crate::knob::Knob;

/// At [`CaptureFace`](super::event::Effect::CaptureFace): the camera says 不一致, whoever stands there.
pub static FACE_MISMATCH: Knob = Knob {
    name: "face-mismatch",
    room: "face_reader",
    ja: "顔認証が不一致になる",
    en: "the face does not match",
    source: "spec/jpki-card.md §5.4 step 4a [B]",
    amount: None,
};

/// At [`ReadCard`](super::event::Effect::ReadCard): the IC is not sensed, error 001.
pub static NO_CARD: Knob = Knob {
    name: "no-card",
    room: "face_reader",
    ja: "カードを認識できない (001)",
    en: "the card is not recognised (001)",
    source: "spec/jpki-card.md §5.2, §5.6 [B]",
    amount: None,
};

/// At [`CheckPin`](super::event::Effect::CheckPin): the card answers 6984, the PIN is locked. No try of the card is spent.
pub static PIN_LOCKED: Knob = Knob {
    name: "pin-locked",
    room: "face_reader",
    ja: "暗証番号がロックされている",
    en: "the PIN is locked",
    source: "spec/jpki-card.md §5.4 step 4b [A]",
    amount: None,
};

/// All of them, in the order in which a visit meets them.
pub static ALL: [&Knob; 3] = [&NO_CARD, &FACE_MISMATCH, &PIN_LOCKED];
