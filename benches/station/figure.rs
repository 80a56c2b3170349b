//! What was measured, beside what it is judged by.

use std::process::ExitCode;

/// The figures of one run.
#[derive(Default)]
pub struct Figures {
    failed: usize,
}

impl Figures {
    /// A heading.
    pub fn about(&self, what: &str) {
        println!("\n{what}");
    }

    /// A figure that is promised to be `at_most` so much.
    pub fn judge(&mut self, what: &str, value: f64, unit: &str, at_most: f64) {
        let holds = value <= at_most;
        let said = format!("≤ {at_most} {unit}");
        self.failed += usize::from(!holds);
        println!("  {what:<62} {value:>10.2} {unit:<3} {said:<10} {}", if holds { "PASS" } else { "FAIL" });
    }

    /// A figure that is promised to be `at_least` so much.
    #[allow(dead_code, reason = "each bench has promises of its own kinds")]
    pub fn judge_least(&mut self, what: &str, value: f64, unit: &str, at_least: f64) {
        let holds = value >= at_least;
        let said = format!("≥ {at_least} {unit}");
        self.failed += usize::from(!holds);
        println!("  {what:<62} {value:>10.2} {unit:<3} {said:<10} {}", if holds { "PASS" } else { "FAIL" });
    }

    /// A figure beside it: the machine's own limit, or where the time goes.
    pub fn beside(&self, what: &str, value: f64, unit: &str) {
        println!("  {what:<62} {value:>10.2} {unit}");
    }

    /// Says whether every promise held.
    pub fn verdict(self) -> ExitCode {
        if self.failed == 0 {
            println!("\nevery promise held");
            return ExitCode::SUCCESS;
        }
        println!(
            "\n{} not held",
            if self.failed == 1 { "one promise was".to_owned() } else { format!("{} promises were", self.failed) }
        );
        ExitCode::FAILURE
    }
}

/// Repeated measurements of one thing.
pub struct Series(Vec<f64>);

impl Series {
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    pub fn median(&self) -> f64 {
        self.at(0.5)
    }

    pub fn p99(&self) -> f64 {
        self.at(0.99)
    }

    /// Nearest rank.
    fn at(&self, share: f64) -> f64 {
        let rank = (share * self.0.len() as f64).ceil() as usize;
        self.0.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
    }
}
