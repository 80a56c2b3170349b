//! A responder that misbehaves, as knobs: what a careful client must notice.

use crate::knob::{Knob, Layer, said};

/// tryLater.
pub static TRY_LATER: Knob = Knob {
    name: "ocsp-try-later",
    room: "hub",
    layer: Layer::Hub,
    ja: "失効照会に「後で」(tryLater) と答える",
    en: "the OCSP responder answers tryLater",
    at: said("HTTP の失効照会", "OCSP over HTTP"),
    bearing: said("関わらない", "is not concerned"),
    remedy: said("照会する側は時間を置いて繰り返す", "whoever asks tries again later"),
    source: "RFC 6960 §2.3 [A]",
    amount: None,
};
/// An answer of last week.
pub static STALE: Knob = Knob {
    name: "ocsp-stale",
    room: "hub",
    layer: Layer::Hub,
    ja: "失効照会の回答とCRLが期限切れになる（7日前のもの）",
    en: "OCSP answers and CRLs are stale (of seven days ago)",
    at: said("HTTP の失効照会と CRL", "OCSP and CRL over HTTP"),
    bearing: said("関わらない", "is not concerned"),
    remedy: said("照会する側は日付を確かめて退ける", "whoever asks checks the dates and refuses it"),
    source: "RFC 6960 §3.2 [A]",
    amount: None,
};
/// A signature of somebody else.
pub static WRONG_SIGNER: Knob = Knob {
    name: "ocsp-wrong-signer",
    room: "hub",
    layer: Layer::Hub,
    ja: "失効照会の回答に、認証局が認めていない鍵で署名する",
    en: "OCSP answers are signed by a key that the authority never vouched for",
    at: said("HTTP の失効照会", "OCSP over HTTP"),
    bearing: said("関わらない", "is not concerned"),
    remedy: said("照会する側は署名を確かめて退ける", "whoever asks checks the signature and refuses it"),
    source: "RFC 6960 §4.2.2.2 [A]",
    amount: None,
};

/// All of them, for whoever lists knobs.
pub static KNOBS: [&Knob; 3] = [&TRY_LATER, &STALE, &WRONG_SIGNER];
