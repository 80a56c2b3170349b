//! What an operator may ask of a reader. Whoever answers the dialogue's effects asks the shared `Knobs` there and then.

use crate::knob::{Knob, Layer, said};

/// At [`CaptureFace`](super::event::Effect::CaptureFace): the camera says 不一致, whoever stands there.
pub static FACE_MISMATCH: Knob = Knob {
    name: "face-mismatch",
    room: "face_reader",
    layer: Layer::Dialogue,
    ja: "顔認証が不一致になる",
    en: "the face does not match",
    at: said("顔の撮影", "at the camera"),
    bearing: said(
        "ファイルは出ない。暗証番号か目視の受付を待つ",
        "no file comes; the PIN or a visual check may follow",
    ),
    remedy: said("暗証番号か目視確認に切り替える", "take the PIN or the visual check"),
    source: "spec/jpki-card.md §5.4 step 4a [B]",
    amount: None,
};

/// At [`ReadCard`](super::event::Effect::ReadCard): the IC is not sensed, error 001.
pub static NO_CARD: Knob = Knob {
    name: "no-card",
    room: "face_reader",
    layer: Layer::Reader,
    ja: "カードを認識できない (001)",
    en: "the card is not recognised (001)",
    at: said("カードを置いたとき", "when a card is put down"),
    bearing: said(
        "受付は始まらず、ファイルは出ない。待ち続けない",
        "no visit begins and no file comes: it waits for none",
    ),
    remedy: said("カードを置き直してもらう", "let the patient put the card down again"),
    source: "spec/jpki-card.md §5.2, §5.6 [B]",
    amount: None,
};

/// At [`CheckPin`](super::event::Effect::CheckPin): the card answers 6984, the PIN is locked. No try of the card is spent.
pub static PIN_LOCKED: Knob = Knob {
    name: "pin-locked",
    room: "face_reader",
    layer: Layer::Card,
    ja: "暗証番号がロックされている",
    en: "the PIN is locked",
    at: said("暗証番号の照合。カードの残り回数は減らない", "at the PIN; no try of the card is spent"),
    bearing: said("ファイルは出ない。顔認証か目視の受付を待つ", "no file comes; face or visual check may follow"),
    remedy: said(
        "顔認証か目視確認にする。解除は市区町村の窓口",
        "take face or visual check; the municipality unlocks the PIN",
    ),
    source: "spec/jpki-card.md §5.4 step 4b [A]",
    amount: None,
};

/// At [`ReadCard`](super::event::Effect::ReadCard): something else lies there, error 002.
pub static WRONG_CARD: Knob = Knob {
    name: "wrong-card",
    room: "face_reader",
    layer: Layer::Reader,
    ja: "マイナンバーカードではないカードが置かれる (002)",
    en: "what is put down is no My Number card (002)",
    at: said("カードを置いたとき", "when a card is put down"),
    bearing: said(
        "受付は始まらず、ファイルは出ない。待ち続けない",
        "no visit begins and no file comes: it waits for none",
    ),
    remedy: said("マイナンバーカードを置いてもらう", "let the patient put the My Number card down"),
    source: "spec/jpki-card.md §5.6 [B]",
    amount: None,
};

/// At [`ReadCard`](super::event::Effect::ReadCard): the reader itself is gone.
pub static UNPLUGGED: Knob = Knob {
    name: "reader-unplugged",
    room: "face_reader",
    layer: Layer::Reader,
    ja: "リーダーの接続が外れる。次の受付では戻っている",
    en: "the reader is unplugged; for the next visit it is back",
    at: said("カードを読むとき", "when the card is read"),
    bearing: said("ファイルは出ない。別のリーダーの受付は続ける", "no file comes; visits at other readers go on"),
    remedy: said("接続を確かめて、もう一度受け付ける", "see to the cable and begin again"),
    source: "spec/pmh.md §8.2 P7 [A], spec/jpki-card.md §8.1 [A]",
    amount: None,
};

/// At [`AskStanding`](super::event::Effect::AskStanding): another card lies there than was read.
pub static SWAPPED: Knob = Knob {
    name: "card-swapped",
    room: "face_reader",
    layer: Layer::Reader,
    ja: "読み取ってからセンターに照会するまでの間に、カードが別の人のものと入れ替わる",
    en: "between reading and asking the centre the card is exchanged for somebody else's",
    at: said("センターに照会する直前", "right before the centre is asked"),
    bearing: said("ファイルは出ない。だれの受付にもしない", "no file comes; it is nobody's visit"),
    remedy: said("本人のカードで受け付け直す", "begin again with the patient's own card"),
    source: "spec/jpki-card.md §5.7 [C]",
    amount: None,
};

/// At [`ReadCard`](super::event::Effect::ReadCard): ten faces did not match before.
pub static FACE_LOCKED: Knob = Knob {
    name: "face-locked",
    room: "face_reader",
    layer: Layer::Dialogue,
    ja: "顔認証が10回続けて不一致で、ロックされている",
    en: "ten faces in a row did not match: face authentication is locked",
    at: said(
        "カードを置いたとき。カードの記録は変わらない",
        "when a card is put down; what is kept of the card does not change",
    ),
    bearing: said("暗証番号か目視の受付を待つ", "waits for a visit by PIN or visual check"),
    remedy: said(
        "暗証番号か目視確認にする。解除は市区町村の窓口",
        "take the PIN or the visual check; the municipality unlocks it",
    ),
    source: "spec/jpki-card.md §5.4 step 4a [B]",
    amount: None,
};

/// At [`RemoveCard`](super::state::State::RemoveCard): the patient takes the card at the alarm only.
pub static FORGOTTEN: Knob = Knob {
    name: "card-forgotten",
    room: "face_reader",
    layer: Layer::Dialogue,
    ja: "カードを取り忘れ、警告音が鳴ってから取る",
    en: "the card is forgotten on the reader until the alarm sounds",
    at: said("受付の終わり。カードで受け付ける人", "at the end of a visit with a card"),
    bearing: said("ファイルはいつも通り来る。次の人の受付が遅れる", "the files come as ever; the next visit is late"),
    remedy: said("患者に声をかける", "call the patient"),
    source: "spec/jpki-card.md §5.4 step 9 [B]",
    amount: None,
};

/// All of them, in the order in which a visit meets them.
pub static ALL: [&Knob; 8] =
    [&NO_CARD, &WRONG_CARD, &UNPLUGGED, &FACE_LOCKED, &FACE_MISMATCH, &PIN_LOCKED, &SWAPPED, &FORGOTTEN];
