//! The chain of identities, drawn: which system told which other one what, one arrow a row. What is drawn are events of the hub's rooms;
//! [`trace`] lets them happen for one person in a hub of its own.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::DateTime;

use super::tui::width::pad;
use crate::event::{Entry, Event, Lang, Sink, say};
use crate::hub::error::StoreError;
use crate::hub::{Hub, Roots, Settings};
use crate::people::personalise::evidence_by_face;
use crate::people::{CardKind, Person};
use crate::random::Seed;
use crate::station::view::ChainView;
use crate::visit::{Consents, Uses};
use crate::wire::{Asker, Connection, Steering, SubsidyQuestion, VisitOpening, WireError};

/// Cells of a system's name.
const NAME: usize = 22;
/// 医療機関コード of the counter at which the traced visit is made: valid, and nobody's (spec/pmh.md §6.5).
const COUNTER: &str = "1319919997";

/// Why nothing can be drawn.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The hub cannot be set up.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It did not answer.
    #[error(transparent)]
    Wire(#[from] WireError),
}

/// What the chain is about, and an arrow a row. A system that tells itself something looks it up in its own table.
pub fn rows(chain: &ChainView, lang: Lang) -> (String, Vec<String>) {
    let who = chain.person.as_deref().unwrap_or("?");
    let heading = format!("{} {who}  {}", chain.occasion.say(lang), chain.time.strftime("%Y-%m-%d %H:%M:%S"));
    let row = |(number, step): (usize, &crate::station::view::ChainStep)| {
        let (from, to) = (pad(step.from.say(lang), NAME), pad(step.to.say(lang), NAME));
        let (arrow, to) = match step.from == step.to {
            true => ("   ", pad(say(lang, "（自分の対応表）", "(its own table)"), NAME)),
            false => ("──▶", to),
        };
        format!("{:>2} {from} {arrow} {to} {}", number + 1, step.carried.say(lang)).trim_end().to_owned()
    };
    (heading, chain.steps.iter().enumerate().map(row).collect())
}

/// Registers `person` in a hub that knows nobody, lets them visit twice, and fetches what they agreed to: everything that the systems told
/// each other meanwhile.
pub fn trace(person: &Person, seed: Seed, settings: Settings, now: DateTime) -> Result<Vec<Entry>, TraceError> {
    let told = Arc::new(Mutex::new(Vec::new()));
    let take = told.clone();
    let sink = Sink::new(move |event| take.lock().unwrap_or_else(PoisonError::into_inner).push(event));
    let hub = Hub::new(&[], Roots::of_test_authority(), seed, settings)?.with_events(sink);
    hub.register_person(unused(person), now)?;
    for visit in ["trace-1", "trace-2"] {
        let standing = hub.open_visit(&opening(person, visit, now))?;
        let answer = hub.consent(&standing.visit, &agreed(), now)?;
        if let Some(request_file_name) = answer.pmh_request {
            hub.subsidies(&SubsidyQuestion { asker: asker(now), request_file_name })?;
        }
    }
    let events = std::mem::take(&mut *told.lock().unwrap_or_else(PoisonError::into_inner));
    let chains = events.into_iter().filter(|event| matches!(event, Event::Chain { .. }));
    Ok((1..).zip(chains).map(|(seq, event)| Entry { seq, time: now, event }).collect())
}

/// With a card that no reader has seen yet, so that its first use is seen. A phone cannot be registered at a reader and stays as it is.
fn unused(person: &Person) -> Person {
    let mut person = person.clone();
    if matches!(person.card.kind, CardKind::MyNumberCard | CardKind::FaceOnly) {
        person.card.registered = false;
    }
    person
}

fn asker(now: DateTime) -> Asker {
    Asker { institution: COUNTER.to_owned(), time: now }
}

fn opening(person: &Person, reference: &str, now: DateTime) -> VisitOpening {
    VisitOpening {
        asker: asker(now),
        reference: reference.to_owned(),
        uses: Uses::default(),
        evidence: evidence_by_face(person),
        holder: None,
        steering: Steering::default(),
    }
}

fn agreed() -> Consents {
    Consents { registration: Some(true), subsidy: Some(true), ..Consents::default() }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;
    use crate::event::chain::{Arrow, Carried, Occasion, System};
    use crate::people::built_in;

    const NOON: DateTime = date(2026, 11, 10).at(12, 0, 0, 0);

    fn chains(person: &Person, settings: Settings, now: DateTime) -> Vec<(Occasion, Vec<Arrow>)> {
        let entries = trace(person, Seed(1), settings, now).unwrap();
        let chain = |entry: Entry| match entry.event {
            Event::Chain { occasion, arrows, .. } => (occasion, arrows),
            other => panic!("{other:?}"),
        };
        entries.into_iter().map(chain).collect()
    }

    fn reaches(arrows: &[Arrow], system: System) -> bool {
        arrows.iter().any(|arrow| arrow.to == system)
    }

    /// Somebody with a 受給者証 and a physical card.
    fn beneficiary() -> Person {
        let people = built_in(NOON.date()).unwrap();
        let fits = |p: &&Person| !p.subsidies.is_empty() && p.card.kind == CardKind::MyNumberCard && p.card.registered;
        people.iter().find(fits).unwrap().clone()
    }

    #[test]
    fn a_card_is_introduced_at_its_first_use_and_afterwards_only_its_validity_is_asked_for() {
        let chains = chains(&beneficiary(), Settings::default(), NOON);
        let occasions: Vec<_> = chains.iter().map(|(occasion, _)| *occasion).collect();
        use Occasion::{Registration, Subsidy, Visit};
        assert_eq!(occasions, [Registration, Visit, Subsidy, Visit, Subsidy]);
        for (visit, introduced) in [(1, true), (3, false)] {
            let arrows = &chains[visit].1;
            assert!(reaches(arrows, System::CertificateAuthority) && reaches(arrows, System::Pmh));
            for system in [System::ResidentRegister, System::InformationNetwork, System::Intermediary] {
                assert_eq!(reaches(arrows, system), introduced, "{visit} {system}");
            }
        }
    }

    #[test]
    fn no_arrow_carries_what_its_end_must_not_know() {
        let chains = chains(&beneficiary(), Settings::default(), NOON);
        let mut arrows = chains.iter().flat_map(|(_, arrows)| arrows);
        let never: [(System, &[Carried]); 4] = [
            (
                System::Pmh,
                &[Carried::Serial, Carried::LinkingNumber, Carried::ResidentCode, Carried::InstitutionalCode],
            ),
            (System::Eligibility, &[Carried::MyNumber, Carried::ResidentCode, Carried::InstitutionalCode]),
            (System::Terminal, &[Carried::MyNumber, Carried::PmhId, Carried::LinkageKey, Carried::LinkingNumber]),
            (System::Intermediary, &[Carried::Serial, Carried::ResidentCode, Carried::LinkageKey]),
        ];
        let knows = |arrow: &Arrow| {
            never.iter().any(|(system, things)| arrow.to == *system && things.iter().any(|t| arrow.carried.contains(t)))
        };
        assert_eq!(arrows.find(|arrow| knows(arrow)), None);
        assert!(knows(&Arrow { from: System::Terminal, to: System::Pmh, carried: vec![Carried::Serial] }));
    }

    #[test]
    fn who_is_linked_tomorrow_has_no_subsidies_today_and_the_trace_says_from_when() {
        let tomorrow = Some(date(2026, 11, 11));
        let person = Person { subsidies_linked_on: tomorrow, ..beneficiary() };
        let chains = chains(&person, Settings::default(), NOON);
        assert_eq!(chains.len(), 3, "no subsidies are fetched");
        let from = Carried::NotLinkedBefore { time: date(2026, 11, 11).at(0, 0, 0, 0) };
        assert!(chains[1].1.iter().any(|arrow| arrow.carried.contains(&from)));
        assert!(!reaches(&chains[1].1, System::Pmh));
    }

    #[test]
    fn in_a_stop_no_card_is_introduced() {
        let settings = Settings { maintenance: true, link_at: Some(time(1, 0, 0, 0)), ..Settings::default() };
        let night = NOON.date().at(4, 0, 0, 0);
        let chains = chains(&beneficiary(), settings, night);
        let until = Carried::Stopped { until: night.date().at(6, 0, 0, 0) };
        assert!(chains[1].1.iter().any(|arrow| arrow.carried.contains(&until)));
        assert!(!reaches(&chains[1].1, System::ResidentRegister));
    }

    #[test]
    fn what_is_drawn_is_in_two_languages_and_shows_dots_for_every_identifier() {
        let person = beneficiary();
        let entries = trace(&person, Seed(1), Settings::default(), NOON).unwrap();
        let views: Vec<_> = entries.iter().filter_map(ChainView::of).collect();
        let drawn = |lang| {
            let text = views.iter().map(|view| {
                let (heading, rows) = rows(view, lang);
                format!("{heading}\n{}\n", rows.join("\n"))
            });
            text.collect::<String>()
        };
        insta::assert_snapshot!(drawn(Lang::Ja) + "\n" + &drawn(Lang::En));
        let secret = person.my_number.as_ref().unwrap().reveal();
        assert!(
            !drawn(Lang::Ja).contains(secret)
                && !drawn(Lang::Ja).contains(&crate::card::apdu::hex(&person.card.serial))
        );
    }
}
