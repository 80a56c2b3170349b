//! What real cards and readers get wrong, on purpose (spec/jpki-card.md §12 row 16).
//!
//! Revoked certificates, locked PINs and phone profiles are properties of the person's card, not quirks; wrong dates, serial numbers
//! and issuers are flaws of its certificates (`people::flaw`).

use std::time::Duration;

use crate::card::layout::{AUTHENTICATION_CERTIFICATE, ApplicationKind};
use crate::knob::{Amount, Knob, Knobs, Layer, said};

/// How this card misbehaves; by default not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quirks {
    /// Every answer comes this much later. Whoever holds the card waits; the card itself has no clock.
    pub answer_delay: Duration,
    /// 6F00 on the first command after power-up.
    pub first_command_fails: bool,
    /// Warm reset (02) clears rights and application, as ISO would have it.
    pub warm_reset_clears: bool,
    /// The card leaves the field in the middle of this command (counting from 1 at power-up).
    pub leave_after: Option<u32>,
    /// So many tries of the 利用者証明用 PIN are left when the card is put down, whatever its use has left; 0 = locked. What comes of
    /// it is not kept.
    pub tries_left: Option<u8>,
    /// The file of the 利用者証明用 certificate ends after so many bytes.
    pub certificate_ends_at: Option<usize>,
}

/// The command in whose middle [`TORN_AWAY`] usually takes the card: the reader is then inside the certificate.
pub const TORN_AT_COMMAND: u32 = 4;

/// `card-slow`: usually well above any real card, well below the reader's patience.
pub static SLOW: Knob = Knob {
    name: "card-slow",
    room: "card",
    layer: Layer::Card,
    ja: "カードの応答が遅い（=ミリ秒。既定は400）",
    en: "the card answers slowly, by so many milliseconds (400)",
    at: said("どの命令も", "each command"),
    bearing: said("受付が遅くなるだけである", "the visit takes longer, nothing else"),
    remedy: said("カードを動かさずに待ってもらう", "let the card lie still"),
    source: "spec/jpki-card.md §12 row 16",
    amount: Some(Amount { unit: "ms", least: 1, most: 60_000, usual: 400 }),
};
/// `card-torn-away`
pub static TORN_AWAY: Knob = Knob {
    name: "card-torn-away",
    room: "card",
    layer: Layer::Card,
    ja: "読み取り中にカードが取り出される（=何番目の命令の途中か。既定は4）",
    en: "the card is taken away while it is read, in the middle of this command (4)",
    at: said("電源投入から数える", "counted from power-up"),
    bearing: said("ファイルは出ない", "no file comes"),
    remedy: said("カードを置き直してもらう", "let the patient put the card down again"),
    source: "spec/jpki-card.md §12 row 16",
    amount: Some(Amount { unit: "commands", least: 1, most: 1000, usual: TORN_AT_COMMAND }),
};
/// `card-first-command`
pub static FIRST_COMMAND: Knob = Knob {
    name: "card-first-command",
    room: "card",
    layer: Layer::Card,
    ja: "電源投入後の最初の命令に 6F00 を返す",
    en: "the first command after power-up answers 6F00",
    at: said("電源投入の直後", "right after power-up"),
    bearing: said("ファイルは出ない", "no file comes"),
    remedy: said("カードを置き直してもらう", "let the patient put the card down again"),
    source: "spec/jpki-card.md §2.2 [B]",
    amount: None,
};
/// `card-reset-clears`
pub static RESET_CLEARS: Knob = Knob {
    name: "card-reset-clears",
    room: "card",
    layer: Layer::Card,
    ja: "ウォームリセットで照合状態が消える",
    en: "a warm reset clears the PIN state",
    at: said("リセット", "at a reset"),
    bearing: said("変わりはない", "sees no difference"),
    remedy: said("カードを読むプログラムで照合からやり直す", "a program that reads the card verifies again"),
    source: "spec/jpki-card.md §2.9 [B] (real cards keep it)",
    amount: None,
};
/// `card-pin-tries`
pub static PIN_TRIES: Knob = Knob {
    name: "card-pin-tries",
    room: "card",
    layer: Layer::Card,
    ja: "暗証番号の残り回数が少ない（=残り回数。既定は1、0ならロック）",
    en: "so many tries of the PIN are left (1; 0 is locked)",
    at: said(
        "カードを置くたび。その後の回数は残らない",
        "each time the card is put down; what comes of it is not kept",
    ),
    bearing: said("ロックになればファイルは出ない", "no file comes where it locks"),
    remedy: said("顔認証か目視確認にする", "take face or visual check"),
    source: "spec/jpki-card.md §2.9 [A]",
    amount: Some(Amount { unit: "tries", least: 0, most: 2, usual: 1 }),
};
/// `certificate-truncated`: the usual place is within the third block that a reader fetches.
pub static TRUNCATED: Knob = Knob {
    name: "certificate-truncated",
    room: "card",
    layer: Layer::Card,
    ja: "電子証明書のファイルが途中で終わる（=バイト数。既定は600）",
    en: "the file of the certificate ends after so many bytes (600)",
    at: said("電子証明書の読み取り", "when the certificate is read"),
    bearing: said("ファイルは出ない", "no file comes"),
    remedy: said("患者に市区町村の窓口を案内する", "send the patient to the municipality"),
    source: "spec/jpki-card.md §2.3 [C]",
    amount: Some(Amount { unit: "bytes", least: 1, most: 1000, usual: 600 }),
};

/// What a knob does to a card, by its number.
type Act = fn(&mut Quirks, u32);

/// Each knob and what it does.
const QUIRKS: [(&Knob, Act); 6] = [
    (&SLOW, |quirks, ms| quirks.answer_delay = Duration::from_millis(ms.into())),
    (&TORN_AWAY, |quirks, command| quirks.leave_after = Some(command)),
    (&FIRST_COMMAND, |quirks, _| quirks.first_command_fails = true),
    (&RESET_CLEARS, |quirks, _| quirks.warm_reset_clears = true),
    // The knob takes 2 at the most.
    (&PIN_TRIES, |quirks, tries| quirks.tries_left = Some(tries.min(u8::MAX.into()) as u8)),
    (&TRUNCATED, |quirks, bytes| quirks.certificate_ends_at = Some(bytes as usize)),
];

/// Every knob of this room.
pub static KNOBS: [&Knob; 6] = [&SLOW, &TORN_AWAY, &FIRST_COMMAND, &RESET_CLEARS, &PIN_TRIES, &TRUNCATED];

impl Quirks {
    /// These quirks and the one of `knob`, by `amount`; a knob of another room changes nothing.
    pub fn with(mut self, knob: &Knob, amount: u32) -> Self {
        if let Some((_, act)) = QUIRKS.iter().find(|(known, _)| known.name == knob.name) {
            act(&mut self, amount);
        }
        self
    }

    /// What there is to be read of the file `id`, which was personalised with `content`.
    pub(super) fn what_is_there<'c>(
        &self,
        application: Option<ApplicationKind>,
        id: u16,
        content: &'c [u8],
    ) -> &'c [u8] {
        let is_certificate = (application, id) == (Some(ApplicationKind::Jpki), AUTHENTICATION_CERTIFICATE);
        let end = self.certificate_ends_at.filter(|_| is_certificate);
        end.and_then(|end| content.get(..end)).unwrap_or(content)
    }

    /// These quirks and what is armed for the card that is put down now. `targets`: person, `reader:N`.
    pub fn drawn(mut self, knobs: &Knobs, targets: &[&str]) -> Self {
        for (knob, act) in QUIRKS {
            if let Some(amount) = knobs.comes_up_by(knob, targets) {
                act(&mut self, amount);
            }
        }
        self
    }
}
