//! What real cards and readers get wrong, on purpose (spec/jpki-card.md §12 row 16).
//!
//! Expired and revoked certificates, locked PINs and phone profiles are properties of the person's card, not quirks.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::knob::{Knob, Knobs};

/// How this card misbehaves; by default not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quirks {
    /// Every answer comes this much later. Whoever holds the card waits; the card itself has no clock.
    pub answer_delay: Duration,
    /// 6F00 on the first command after power-up.
    pub first_command_fails: bool,
    /// Warm reset (02) clears rights and application, as ISO would have it.
    pub warm_reset_clears: bool,
    /// The card leaves the field in the middle of this command (counting from 1 at power-up).
    pub leave_after: Option<u32>,
}

/// How late [`SLOW`] makes an answer: well above any real card, well below the reader's patience.
pub const SLOW_ANSWER: Duration = Duration::from_millis(400);
/// The command in whose middle [`TORN_AWAY`] takes the card: the reader is then inside the certificate.
pub const TORN_AT_COMMAND: u32 = 4;

/// `card-slow`
pub static SLOW: Knob = Knob {
    name: "card-slow",
    room: "card",
    ja: "カードの応答が遅い",
    en: "the card answers slowly",
    source: "spec/jpki-card.md §12 row 16",
};
/// `card-torn-away`
pub static TORN_AWAY: Knob = Knob {
    name: "card-torn-away",
    room: "card",
    ja: "読み取り中にカードが取り出される",
    en: "the card is taken away while it is read",
    source: "spec/jpki-card.md §12 row 16",
};
/// `card-first-command`
pub static FIRST_COMMAND: Knob = Knob {
    name: "card-first-command",
    room: "card",
    ja: "電源投入後の最初の命令に 6F00 を返す",
    en: "the first command after power-up answers 6F00",
    source: "spec/jpki-card.md §2.2 [B]",
};
/// `card-reset-clears`
pub static RESET_CLEARS: Knob = Knob {
    name: "card-reset-clears",
    room: "card",
    ja: "ウォームリセットで照合状態が消える",
    en: "a warm reset clears the PIN state",
    source: "spec/jpki-card.md §2.9 [B] (real cards keep it)",
};

/// Every knob of this room.
pub static KNOBS: [&Knob; 4] = [&SLOW, &TORN_AWAY, &FIRST_COMMAND, &RESET_CLEARS];

impl Quirks {
    /// These quirks and what is armed for the card that is put down now. `targets`: person, `reader:N`.
    pub fn drawn(mut self, knobs: &Knobs, targets: &[&str]) -> Self {
        if knobs.comes_up(&SLOW, targets) {
            self.answer_delay = SLOW_ANSWER;
        }
        if knobs.comes_up(&TORN_AWAY, targets) {
            self.leave_after = Some(TORN_AT_COMMAND);
        }
        self.first_command_fails |= knobs.comes_up(&FIRST_COMMAND, targets);
        self.warm_reset_clears |= knobs.comes_up(&RESET_CLEARS, targets);
        self
    }
}
