//! The shipped scenarios, and what a wrong one says.

use super::model::Scenario;
use super::read::{self, Read};
use super::run::{self, Where};
use super::verdict::{State, Verdict};
use super::{library, schema};
use crate::event::Lang;

fn run_all(scenarios: &[Read]) -> Vec<Verdict> {
    let jobs = std::thread::available_parallelism().map_or(2, usize::from);
    run::all(scenarios, &Where::Own { keep: None }, jobs, &|_| None, &|_| {}).unwrap()
}

#[test]
fn every_shipped_scenario_holds() {
    let verdicts = run_all(&read::shipped().unwrap());
    let wrong: Vec<String> = verdicts
        .iter()
        .filter(|verdict| verdict.state != State::Held)
        .map(|verdict| format!("{} {:?}\n  {}", verdict.id, verdict.state, verdict.lines(Lang::Ja).join("\n  ")))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
