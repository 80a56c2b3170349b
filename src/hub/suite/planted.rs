//! The suite is held to something, too: stores with one planted error each, and the rule that finds it. Every rule finds one.
//!
//! - [`medical_hub`], [`intermediary`], [`eligibility`]: a store in memory that makes one mistake when it is told to

mod eligibility;
mod intermediary;
mod medical_hub;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::{Mutex, Once};

use super::{Place, lasting};
use crate::hub::storage::{Storage, Stores};

/// A store that makes one mistake, if any; `Seen` is what its mistakes need to know.
struct Faulty<Store, Error, Seen = ()> {
    inner: Store,
    error: Option<Error>,
    seen: Mutex<Seen>,
}

impl<Store: Default, Error: PartialEq, Seen: Default> Faulty<Store, Error, Seen> {
    fn with(error: Option<Error>) -> Self {
        Self { inner: Store::default(), error, seen: Mutex::default() }
    }

    fn has(&self, error: Error) -> bool {
        self.error == Some(error)
    }
}

/// A rule by its name.
type Rule<'s, Subject> = (&'s str, fn(&Subject));

thread_local! {
    static IS_EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Does this break the rule? Quietly: a panic that is asked for is nobody's news.
fn breaks<Subject>(rule: fn(&Subject), subject: &Subject) -> bool {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            if !IS_EXPECTED.get() {
                usual(info);
            }
        }));
    });
    IS_EXPECTED.set(true);
    let broken = catch_unwind(AssertUnwindSafe(|| rule(subject))).is_err();
    IS_EXPECTED.set(false);
    broken
}

/// Each error is found by its rule; each rule finds an error, and none where there is none.
fn are_found<Error: Copy + std::fmt::Debug>(
    rules: &[Rule<'static, Stores>],
    planted: &[(Error, &str)],
    with: impl Fn(Option<Error>) -> Stores,
) {
    for (name, rule) in rules {
        assert!(!breaks(*rule, &with(None)), "{name} finds an error where there is none");
        assert!(planted.iter().any(|(_, found_by)| found_by == name), "{name} was never seen to fail");
    }
    for (error, found_by) in planted {
        let (_, rule) = rules.iter().find(|(name, _)| name == found_by).unwrap();
        assert!(breaks(*rule, &with(Some(*error))), "{found_by} misses {error:?}");
    }
}

/// Stores without an error, to put one with an error among.
fn reference() -> Stores {
    Storage::Memory.stores().unwrap()
}

#[test]
fn every_error_of_a_store_of_pmh_is_found() {
    are_found(super::medical_hub::RULES, &medical_hub::PLANTED, medical_hub::stores);
}

#[test]
fn every_error_of_a_store_of_the_intermediary_is_found() {
    are_found(super::intermediary::RULES, &intermediary::PLANTED, intermediary::stores);
}

#[test]
fn every_error_of_a_store_of_the_eligibility_system_is_found() {
    are_found(super::eligibility::RULES, &eligibility::PLANTED, eligibility::stores);
}

#[test]
fn a_store_that_forgets_everything_between_two_runs_breaks_each_rule_of_lasting() {
    for (name, rule) in lasting::RULES {
        assert!(breaks(*rule, &Place::memory()), "{name} finds nothing amiss with memory");
    }
}
