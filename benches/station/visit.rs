//! Whole visits by `POST /control/v1/visits`, from the request to the report, and the memory after many of them.

use std::time::Instant;

use serde_json::{Value, json};

use crate::Outcome;
use crate::crowd::{Crowd, PEOPLE};
use crate::figure::{Figures, Series};
use crate::stand::{Stand, judge_memory, millis};

/// Shipped people whose visit ends with a face file, whatever the day.
const ORDINARY: [&str; 5] = ["taro", "hanako", "ichiro", "kouki", "gaiji"];
const RETURNING: usize = 150;

pub fn measure(figures: &mut Figures, crowd: &Crowd) -> Outcome {
    let mut ordinary: Vec<&str> = ORDINARY.iter().flat_map(|id| crowd.copies_of(id)).collect();
    // Not all of one kind in a row.
    ordinary.sort_by_key(|id| id.rsplit('-').next());
    let [first, newcomers @ ..] = ordinary.as_slice() else { return Err("nobody to visit".into()) };
    let stand = Stand::open(Some(crowd.folder()))?;

    figures.about(&format!("Visits, {PEOPLE} people, pace instant"));
    figures.beside("the first one, with two keys of 2048 bits made", visit(&stand, first)?, "ms");
    let new = newcomers.iter().map(|id| visit(&stand, id));
    let new = Series::of(new.collect::<Outcome<_>>()?);
    figures.beside(&format!("a card's first visit, median of {}", newcomers.len()), new.median(), "ms");
    let again = Series::of((0..RETURNING).map(|_| visit(&stand, first)).collect::<Outcome<_>>()?);
    figures.beside(&format!("the same card again, median of {RETURNING}"), again.median(), "ms");
    figures.beside("the same card again, p99", again.p99(), "ms");

    let what = format!("resident after {} visits", 1 + newcomers.len() + RETURNING);
    judge_memory(figures, &what, stand.process());
    Ok(())
}

/// Milliseconds; an error where no face file came of it.
fn visit(stand: &Stand, person: &str) -> Outcome<f64> {
    let start = Instant::now();
    let mut answer = ureq::post(stand.url("/control/v1/visits")).send_json(json!({ "person": person }))?;
    let report: Value = answer.body_mut().read_json()?;
    let taken = millis(start.elapsed());
    match report.pointer("/files/face").and_then(Value::as_str) {
        Some(_) => Ok(taken),
        None => Err(format!("no face file for {person}: {report}").into()),
    }
}
