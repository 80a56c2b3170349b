//! How long a hub takes, as profiles: a clinic's software is tried against a centre that is quick, ordinary, slow or crowded.
//!
//! The real times are not public. The rows are ours ([C]): what a person at a counter calls quick or slow.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::{Answer, Connection, Question, SubsidyAnswer, SubsidyQuestion, VisitAnswer, VisitOpening, WireError};
use crate::clock::Clock;
use crate::random::Seed;
use crate::visit::{Consents, Standing, VisitId};

/// A profile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Latency {
    /// 待たせない / at once
    #[default]
    #[value(hide = true)]
    None,
    /// ふつう、一秒ほど / about a second
    #[value(hide = true)]
    Ordinary,
    /// 遅い、数秒 / some seconds
    #[value(hide = true)]
    Slow,
    /// 朝の混雑、ばらつきが大きい / the morning's crowd, very uneven
    #[value(hide = true)]
    Peak,
}

/// Milliseconds, least and most, of each kind of question.
struct Row {
    visit: RangeInclusive<u64>,
    consent: RangeInclusive<u64>,
    request: RangeInclusive<u64>,
    subsidy: RangeInclusive<u64>,
}

impl Latency {
    fn row(self) -> Row {
        match self {
            Self::None => Row { visit: 0..=0, consent: 0..=0, request: 0..=0, subsidy: 0..=0 },
            Self::Ordinary => Row { visit: 400..=1200, consent: 300..=900, request: 300..=1000, subsidy: 400..=1500 },
            Self::Slow => Row { visit: 1500..=4000, consent: 1000..=3000, request: 1500..=5000, subsidy: 2000..=6000 },
            Self::Peak => Row { visit: 300..=9000, consent: 300..=6000, request: 300..=9000, subsidy: 500..=12_000 },
        }
    }
}

/// A hub that takes its time. What comes in at the same moment waits at the same moment.
pub struct Delayed {
    hub: Arc<dyn Connection>,
    row: Row,
    clock: Clock,
    seed: Seed,
}

impl Delayed {
    /// `hub` with the times of `latency`; itself where there are none.
    pub fn by(latency: Latency, hub: Arc<dyn Connection>, clock: &Clock, seed: Seed) -> Arc<dyn Connection> {
        match latency {
            Latency::None => hub,
            latency => Arc::new(Self { hub, row: latency.row(), clock: clock.clone(), seed }),
        }
    }

    /// Waits as long as is drawn for the question of this name.
    fn wait(&self, kind: &str, name: &str, range: &RangeInclusive<u64>) {
        let drawn = self.seed.range(&["latency", kind, name], *range.start(), *range.end());
        pass(&self.clock, Duration::from_millis(drawn));
    }
}

/// Lets time pass. Calls block, so they run where a runtime lets them; where there is none nobody is served either, and nothing waits.
pub(super) fn pass(clock: &Clock, time: Duration) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.block_on(clock.pause(time));
    }
}

impl Connection for Delayed {
    fn open_visit(&self, opening: &VisitOpening) -> Result<Standing, WireError> {
        self.wait("visit", &opening.reference, &self.row.visit);
        self.hub.open_visit(opening)
    }

    fn consent(&self, visit: &VisitId, consents: &Consents, time: DateTime) -> Result<VisitAnswer, WireError> {
        self.wait("consent", &visit.0, &self.row.consent);
        self.hub.consent(visit, consents, time)
    }

    fn ask(&self, question: &Question) -> Result<Answer, WireError> {
        self.wait("request", &question.reference, &self.row.request);
        self.hub.ask(question)
    }

    fn subsidies(&self, question: &SubsidyQuestion) -> Result<SubsidyAnswer, WireError> {
        self.wait("subsidy", &question.request_file_name, &self.row.subsidy);
        self.hub.subsidies(question)
    }

    fn name(&self) -> String {
        self.hub.name()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use jiff::civil::date;

    use super::*;
    use crate::wire::Asker;

    /// Answers every request for subsidies at once.
    struct Quick;

    impl Connection for Quick {
        fn open_visit(&self, _: &VisitOpening) -> Result<Standing, WireError> {
            Err(WireError::Problem { status: 404, message: String::new() })
        }
        fn consent(&self, _: &VisitId, _: &Consents, _: DateTime) -> Result<VisitAnswer, WireError> {
            Err(WireError::Problem { status: 404, message: String::new() })
        }
        fn ask(&self, _: &Question) -> Result<Answer, WireError> {
            Err(WireError::Problem { status: 404, message: String::new() })
        }
        fn subsidies(&self, _: &SubsidyQuestion) -> Result<SubsidyAnswer, WireError> {
            Ok(SubsidyAnswer::Failed { code: "x".into(), message: String::new() })
        }
        fn name(&self) -> String {
            "quick".into()
        }
    }

    fn asked(clock: &Clock, latency: Latency) -> Duration {
        let hub = Delayed::by(latency, Arc::new(Quick), clock, Seed(1));
        assert_eq!(hub.name(), "quick");
        let asker = Asker { institution: String::new(), time: date(2026, 11, 21).at(12, 0, 0, 0) };
        let question = SubsidyQuestion { asker, request_file_name: "a".into() };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let start = Instant::now();
        let answer = runtime
            .block_on(async move { tokio::task::spawn_blocking(move || hub.subsidies(&question)).await.unwrap() });
        assert!(matches!(answer, Ok(SubsidyAnswer::Failed { .. })));
        start.elapsed()
    }

    #[test]
    fn a_hub_takes_as_long_as_its_profile_says_and_no_profile_takes_no_time() {
        let ordinary = Latency::Ordinary.row().subsidy;
        let real = Clock::real();
        assert!(asked(&real, Latency::Ordinary) >= Duration::from_millis(*ordinary.start()));
        assert!(asked(&real, Latency::None) < Duration::from_millis(*ordinary.start()));
        let frozen = Clock::frozen(date(2026, 11, 21).at(12, 0, 0, 0));
        assert!(asked(&frozen, Latency::Peak) < Duration::from_millis(*ordinary.start()), "a frozen clock jumps");
    }

    #[test]
    fn each_profile_is_slower_than_the_one_before() {
        let all = [Latency::None, Latency::Ordinary, Latency::Slow, Latency::Peak].map(Latency::row);
        for pair in all.windows(2) {
            let [quick, slow] = pair else { panic!() };
            for (quick, slow) in [
                (&quick.visit, &slow.visit),
                (&quick.consent, &slow.consent),
                (&quick.request, &slow.request),
                (&quick.subsidy, &slow.subsidy),
            ] {
                assert!(quick.end() < slow.end() && slow.start() < slow.end());
            }
        }
    }
}
