//! What the hub is asked: 資格確認 by insurance data, and whole visits.

use std::time::Duration;

use jiff::civil::DateTime;
use madoguchi::message::qualification::{QualificationRequest, SearchInfo};
use madoguchi::people::Person;
use madoguchi::visit::{Consents, Standing};
use madoguchi::wire::http::{JSON, TIME, XML};
use madoguchi::wire::{Request, VisitOpening, document};

use crate::Outcome;
use crate::centre::Centre;
use crate::figure::Figures;
use crate::load::{Constant, Line, Stack, on_each, post_of, rate};

/// A hub answers a query no less often than so much of what its HTTP stack does.
const OF_CONSTANT: f64 = 0.6;
/// 20 億 a year, evenly over every second of it.
const NATION: f64 = 64.0;
/// The same in 250 days of eight hours, and twice as much in the fullest of them ([C]: no hour's figure is public).
const NATION_AT_PEAK: f64 = 560.0;
/// Turns of each, one after the other: what else the machine does meets both.
const TURNS: usize = 5;
const TURN: Duration = Duration::from_millis(1_500);

/// Both questions beside a constant of the same length, and visits beside the nation's.
pub fn measure(figures: &mut Figures, centre: &Centre, rows: usize) -> Outcome {
    figures.about(&format!("Questions over HTTP, {rows} rows registered, sixteen connections:"));
    let query = query(centre.person(), centre.opening().asker.time)?;
    let asked = |lines: &mut [Line], _: usize| on_each(lines, |_| query.clone()).map(drop);
    let ratio = beside_constant(figures, centre, "OQSsiquc01", XML, &asked, &query)?;
    figures.judge_least("OQSsiquc01: of what the same stack answers", ratio, "", OF_CONSTANT);
    let opened = |lines: &mut [Line], number: usize| opened(lines, centre.opening(), number).map(drop);
    let opening = opening(centre.opening(), "length");
    // Not judged: the numbers of a visit and of its key must never come twice, so each is written down first.
    let ratio = beside_constant(figures, centre, "first half of a visit, PMH asked", JSON, &opened, &opening)?;
    figures.beside("first half of a visit: of what the same stack answers", ratio, "");

    let visits =
        rate(centre.address(), TURN * TURNS as u32, &|lines, number| visited(lines, centre.opening(), number))?;
    figures.beside("whole visits: opened, consented, document answered", visits, "/s");
    figures.beside("the nation's mean, 20 億 a year", NATION, "/s");
    figures.beside("the nation's fullest hour, if it is as we assume", NATION_AT_PEAK, "/s");
    Ok(())
}

/// By turns: the hub and constants that are as long as its answer; which part of the same stack's the first is.
fn beside_constant(
    figures: &Figures,
    centre: &Centre,
    what: &str,
    media_type: &str,
    round: &(dyn Fn(&mut [Line], usize) -> Outcome + Sync),
    question: &[u8],
) -> Outcome<f64> {
    let length = on_each(&mut [Line::open(centre.address())?], |_| question.to_vec())?.concat().len();
    let (same, bare) =
        (Constant::open(Stack::Same, media_type, length)?, Constant::open(Stack::Bare, media_type, length)?);
    let constant = |lines: &mut [Line], _: usize| on_each(lines, |_| question.to_vec()).map(drop);
    let mut rates = [0.0; 3];
    for turn in 0..TURNS {
        // Numbers of one turn do not come again in the next.
        rates[0] += rate(centre.address(), TURN, &|lines, number| round(lines, (turn << 32) | number))?;
        rates[1] += rate(&same.address, TURN, &constant)?;
        rates[2] += rate(&bare.address, TURN, &constant)?;
    }
    let [ours, same, bare] = rates.map(|rate| rate / TURNS as f64);
    figures.beside(&format!("{what}: answered"), ours, "/s");
    figures.beside(&format!("the same stack with {length} constant bytes"), same, "/s");
    figures.beside("axum as it comes with them, without bounds and time-outs", bare, "/s");
    figures.beside(&format!("{what}: of what that answers"), ours / bare, "");
    Ok(ours / same)
}

/// 資格確認 of a person's newest insurance, as bytes.
fn query(person: &Person, time: DateTime) -> Outcome<Vec<u8>> {
    let held = person.qualifications.first().ok_or("not insured")?;
    let request = Request::Qualification(QualificationRequest {
        qualification_confirmation_date: time.strftime("%Y%m%d").to_string(),
        medical_institution_code: "1319919997".to_owned(),
        arbitrary_file_identifier: None,
        search: SearchInfo {
            insurer_number: held.insurer_number.clone().ok_or("no insurer")?,
            insured_card_symbol: held.symbol.clone(),
            insured_identification_number: held.number.clone().ok_or("no number")?,
            insured_branch_number: held.branch.clone(),
            birthdate: person.birthdate.strftime("%Y%m%d").to_string(),
            limit_application_certificate_related_cons_flg: "1".to_owned(),
            arbitrary_identifier: None,
        },
    });
    Ok(post_of("/oqs/OQSsiquc01", XML, "", &document::write_request(&request)))
}

fn opening(opening: &VisitOpening, reference: &str) -> Vec<u8> {
    let opening = VisitOpening { reference: reference.to_owned(), ..opening.clone() };
    post_of("/oqs/visits", JSON, "", &serde_json::to_vec(&opening).unwrap_or_default())
}

fn opened(lines: &mut [Line], of: &VisitOpening, number: usize) -> Outcome<Vec<Vec<u8>>> {
    on_each(lines, |line| opening(of, &format!("load-{number}-{line}")))
}

/// Opened, and consented to nothing more than what needs no consent.
fn visited(lines: &mut [Line], of: &VisitOpening, number: usize) -> Outcome {
    let standings: Result<Vec<Standing>, _> =
        opened(lines, of, (1 << 48) | number)?.iter().map(|body| serde_json::from_slice(body)).collect();
    let (standings, consents) = (standings?, serde_json::to_vec(&Consents::default())?);
    let time = format!("{TIME}: {}\r\n", of.asker.time.strftime("%Y-%m-%dT%H:%M:%S+09:00"));
    let path = |line: usize| format!("/oqs/visits/{}/consents", standings[line].visit.0);
    on_each(lines, |line| post_of(&path(line), JSON, &time, &consents)).map(drop)
}
