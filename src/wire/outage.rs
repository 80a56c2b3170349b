//! A line to the centre that fails, when somebody asks for it: where the terminal and the reader ask, before the question leaves.

use std::time::Duration;

use super::WireError;
use super::latency::pass;
use super::tls::Distrust;
use crate::clock::Clock;
use crate::knob::{Amount, Knob, Knobs, Layer, Said, said};

const ALL_QUESTIONS: Said = said("受付と要求", "visits and requests");
const NO_FILE: Said = said(
    "要求には処理結果区分 9 と ErrorCode が来る。受付ではファイルが出ない。どちらも資格なしと取り違えない",
    "a request brings SegmentOfResult 9 with an ErrorCode, a visit no file; neither means that nobody is insured",
);
/// How a レセコン bears that PMH does not tell what it knows.
pub const AN_ERROR_IS_NOT_NONE: Said = said(
    "資格確認は終え、公費は「無し」ではなく「エラー」と見せる",
    "completes the qualification and shows an error, not \"none\"",
);
/// What helps then.
pub const THE_PAPER_HELPS: Said =
    said("次の受付で照会し直す。紙の受給者証を確かめる", "ask again at the next visit; look at the paper certificate");

/// No line.
pub static DOWN: Knob = Knob {
    name: "hub-down",
    room: "wire",
    layer: Layer::Hub,
    ja: "センターに接続できない",
    en: "the centre cannot be reached",
    at: ALL_QUESTIONS,
    bearing: NO_FILE,
    remedy: said("回線とハブを確かめ、時間を置いて照会し直す", "see to the line and the hub, ask again later"),
    source: "spec/oqs-interface.md §4.2 [C], spec/pmh.md §11 S-31 [A]",
    amount: None,
};
/// It takes its time.
pub static SLOW: Knob = Knob {
    name: "hub-slow",
    room: "wire",
    layer: Layer::Hub,
    ja: "センターの回答が遅い（=ミリ秒。既定は5000）",
    en: "the centre takes so many milliseconds (5000)",
    at: ALL_QUESTIONS,
    bearing: said("待つ間も受付を止めない", "goes on meanwhile"),
    remedy: said("待つ。いつも遅いなら [hub] latency", "wait; for always, see `latency` of [hub]"),
    source: "spec/oqs-interface.md §5.4 [B]",
    amount: Some(Amount { unit: "ms", least: 1, most: 600_000, usual: 5_000 }),
};
/// It answers with an error of its own.
pub static PROBLEM: Knob = Knob {
    name: "hub-500",
    room: "wire",
    layer: Layer::Hub,
    ja: "センターが内部エラー (500) を返す",
    en: "the centre answers 500",
    at: ALL_QUESTIONS,
    bearing: NO_FILE,
    remedy: said("時間を置いて照会し直す", "ask again later"),
    source: "spec/oqs-interface.md §4.2 [C]",
    amount: None,
};
/// Somebody else's certificate at the other end.
pub static WRONG_CERTIFICATE: Knob = Knob {
    name: "hub-wrong-certificate",
    room: "wire",
    layer: Layer::Hub,
    ja: "センターのサーバー証明書が知らない認証局のもので、接続をやめる",
    en: "the centre shows a certificate of an unknown authority, and the line is given up",
    at: ALL_QUESTIONS,
    bearing: NO_FILE,
    remedy: said("回線の証明書と時計を確かめる", "see to the certificates of the line and the clock"),
    source: "spec/oqs-interface.md §4.2 [C]",
    amount: None,
};
/// PMH alone is away.
pub static PMH_DOWN: Knob = Knob {
    name: "pmh-down",
    room: "wire",
    layer: Layer::Hub,
    ja: "PMHだけに接続できない（資格確認はできる）",
    en: "PMH alone cannot be reached; qualifications can",
    at: said("受給者証を使う受付", "visits that use a 受給者証"),
    bearing: AN_ERROR_IS_NOT_NONE,
    remedy: THE_PAPER_HELPS,
    source: "spec/pmh.md §5.2 [A], §8.2 P15 [A]",
    amount: None,
};

/// All of them.
pub static KNOBS: [&Knob; 5] = [&DOWN, &SLOW, &PROBLEM, &WRONG_CERTIFICATE, &PMH_DOWN];

/// What becomes of one question on its way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outage {
    slow: Option<Duration>,
    fails: Option<Failure>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    Down,
    Certificate,
    Problem,
}

impl Outage {
    /// Draws what concerns a visit or a request that goes by the names `targets`.
    pub fn draw(knobs: &Knobs, targets: &[&str]) -> Self {
        let failures =
            [(&DOWN, Failure::Down), (&WRONG_CERTIFICATE, Failure::Certificate), (&PROBLEM, Failure::Problem)];
        let slow = knobs.comes_up_by(&SLOW, targets).map(|ms| Duration::from_millis(ms.into()));
        let fails = failures.into_iter().find(|(knob, _)| knobs.comes_up(knob, targets));
        Self { slow, fails: fails.map(|(_, failure)| failure) }
    }

    /// Draws what concerns the question to PMH.
    pub fn draw_for_subsidies(knobs: &Knobs, targets: &[&str]) -> Self {
        Self { slow: None, fails: knobs.comes_up(&PMH_DOWN, targets).then_some(Failure::Down) }
    }

    /// What the question meets on its way to `hub`. Blocks.
    ///
    /// # Errors
    /// Why it does not get there.
    pub fn meet(self, clock: &Clock, hub: &str) -> Result<(), WireError> {
        pass(clock, self.slow.unwrap_or_default());
        let unreachable = |cause: &str| WireError::Unreachable { hub: hub.to_owned(), cause: cause.to_owned() };
        match self.fails {
            None => Ok(()),
            Some(Failure::Down) => Err(unreachable("接続拒否 / connection refused")),
            Some(Failure::Certificate) => Err(WireError::NotTrusted { hub: hub.to_owned(), why: Distrust::UnknownHub }),
            Some(Failure::Problem) => {
                Err(WireError::Problem { status: 500, message: "内部エラー / internal server error".to_owned() })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Sink;
    use crate::knob::Setting;
    use crate::random::Seed;

    #[test]
    fn a_question_meets_what_was_drawn_for_it_and_pmh_its_own_alone() {
        let knobs = Knobs::new(Seed(1), Sink::silent());
        let clock = Clock::real();
        assert!(Outage::draw(&knobs, &["a.xml"]).meet(&clock, "hub").is_ok());
        for (knob, status) in [(&DOWN, None), (&WRONG_CERTIFICATE, None), (&PROBLEM, Some(500))] {
            knobs.arm(knob, Setting { count: Some(1), ..Setting::default() });
            assert_eq!(Outage::draw_for_subsidies(&knobs, &["a.xml"]), Outage::default(), "PMH is not concerned");
            match Outage::draw(&knobs, &["a.xml"]).meet(&clock, "hub") {
                Err(WireError::Problem { status: met, .. }) => assert_eq!(Some(met), status),
                Err(WireError::Unreachable { hub, .. } | WireError::NotTrusted { hub, .. }) => {
                    assert_eq!((hub.as_str(), status), ("hub", None));
                }
                Ok(()) => panic!("{} did nothing", knob.name),
            }
        }
        knobs.arm(&PMH_DOWN, Setting::default());
        assert!(Outage::draw(&knobs, &["a.xml"]).meet(&clock, "hub").is_ok());
        assert!(Outage::draw_for_subsidies(&knobs, &["a.xml"]).meet(&clock, "hub").is_err());
    }
}
