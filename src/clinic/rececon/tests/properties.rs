//! Whatever comes, in whatever order.

use proptest::prelude::*;

use super::*;

/// What may come to a desk, from a small world in which much collides.
#[derive(Debug, Clone)]
enum Step {
    Visit { person: usize, number: usize, key: usize, insured: usize, announces: Option<u32> },
    Subsidies { n: u32, limit: u32, hash: usize, certificates: usize },
    Fails { n: u32 },
    Waits,
    Order(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..2usize, 0..3usize, 0..3usize, 0..2usize, prop::option::of(0..4u32)).prop_map(
            |(person, number, key, insured, announces)| Step::Visit { person, number, key, insured, announces }
        ),
        (0..4u32, 0..3u32, 0..3usize, 0..3usize).prop_map(|(n, limit, hash, certificates)| Step::Subsidies {
            n,
            limit,
            hash,
            certificates
        }),
        (0..4u32).prop_map(|n| Step::Fails { n }),
        Just(Step::Waits),
        (0..6usize).prop_map(Step::Order),
    ]
}

fn happens(counter: &mut Counter, step: Step) {
    match step {
        Step::Visit { person, number, key, insured, announces } => {
            let mut record = if person == 0 { taro() } else { hanako() };
            record.reference_number = [None, Some("01234"), Some("05678")][number].map(str::to_owned);
            record.qualification_confirmation_key = [None, Some("a"), Some("b")][key].map(str::to_owned);
            record.insured_identification_number = Some(["101", "202"][insured].to_owned());
            let mut result = valid(vec![record]);
            result.request_pmh_file_name = announces.map(request);
            counter.visit(result);
        }
        Step::Subsidies { n, limit, hash, certificates } => {
            let limits =
                vec![CopaymentLimit { kind: "0".into(), amount_month: Some(limit), ..CopaymentLimit::default() }];
            let hash = [None, Some("a"), Some("b")][hash].map(str::to_owned);
            let one = SubsidyCertificate { limits, hash, ..nanbyo() };
            let second = of_scheme("88139993", "こども医療", "h");
            counter.subsidies(&request(n), [one, second].into_iter().take(certificates).collect());
        }
        Step::Fails { n } => {
            counter.arrives(FolderKind::Res, &format!("{}.err", request(n)), Content::Err("E".into(), "e".into()));
        }
        Step::Waits => counter.wait(31),
        Step::Order(which) => {
            let order = match which {
                0 => json!({ "order": "register" }),
                1 => json!({ "order": "import" }),
                2 => json!({ "order": "accept" }),
                3 => json!({ "order": "link", "patient": "01234" }),
                4 => json!({ "order": "ask", "patient": "01234" }),
                _ => json!({ "order": "answer", "all": "keep" }),
            };
            // Much cannot be ordered at the moment, and says so.
            let _ = counter.order(order);
        }
    }
}

/// What is stored of everybody: patients by number, expenses by id.
fn stored(counter: &Counter) -> Vec<(String, String, String)> {
    let mut values = Vec::new();
    for patient in &counter.desk.book.patients {
        values.extend(patient.values.iter().map(|(name, value)| (patient.number.clone(), name.clone(), value.clone())));
        for expense in &patient.expenses {
            let named = |(name, value): (&String, &String)| {
                (patient.number.clone(), format!("{}/{name}", expense.id), value.clone())
            };
            values.extend(expense.values.iter().map(named));
        }
    }
    values
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_that_is_stored_changes_or_goes_unless_the_staff_accepts_it(auto: bool, steps in prop::collection::vec(step(), 1..40)) {
        let mut counter = if auto { Counter::auto() } else { Counter::new() };
        for step in steps {
            let before = stored(&counter);
            happens(&mut counter, step.clone());
            let after = stored(&counter);
            let lost: Vec<_> = before.iter().filter(|value| !after.contains(value)).collect();
            prop_assert!(lost.is_empty(), "{step:?} took {lost:?}");
        }
    }

    #[test]
    fn a_subsidy_comes_to_one_visit_that_announced_it_and_no_question_is_empty(steps in prop::collection::vec(step(), 1..40)) {
        let mut counter = Counter::auto();
        for step in steps {
            let announced = |counter: &Counter, n| counter.desk.day.visits.iter().filter(|v| v.subsidy.request() == Some(&request(n))).count();
            if let Step::Subsidies { n, .. } = step {
                let before = announced(&counter, n);
                happens(&mut counter, step);
                prop_assert_eq!(announced(&counter, n), before.saturating_sub(1));
            } else {
                happens(&mut counter, step);
            }
            prop_assert!(counter.desk.day.dialogues.iter().all(|open| !open.fields.is_empty()));
        }
    }
}
