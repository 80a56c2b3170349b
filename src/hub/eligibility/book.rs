//! The book of what insurers told the centre: somebody gained a qualification, somebody lost one; each with the day from which it counts
//! and the day on which it was told. Insurers tell late (spec/pmh.md §8.2, P7), and until then the centre answers what it knows.
//!
//! A change of insurer is a loss at one and a gain at another. They are told by two insurers, so between the two days somebody may have
//! both or neither.

use std::borrow::Cow;

use jiff::civil::Date;

use super::insured::Insured;
use crate::people::Qualification;

/// One entry. `None` for the day of telling: in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Which of the person's qualifications.
    pub qualification: usize,
    /// What happened to it.
    pub what: Happened,
    /// From which day on it counts.
    pub on: Option<Date>,
    /// When the centre was told.
    pub told_on: Option<Date>,
}

/// What an insurer tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Happened {
    /// 資格取得
    Gained,
    /// 資格喪失
    Lost,
}

/// The entries about these qualifications, in the order in which they were told.
pub fn entries(qualifications: &[Qualification]) -> Vec<Entry> {
    let of = |(place, held): (usize, &Qualification)| {
        let entry = |what, on, told_on| Entry { qualification: place, what, on, told_on };
        let gained = entry(Happened::Gained, held.qualified_on, held.registered_on);
        let lost = held.lost_on.map(|on| entry(Happened::Lost, Some(on), held.loss_registered_on));
        [Some(gained), lost].into_iter().flatten()
    };
    let mut entries: Vec<_> = qualifications.iter().enumerate().flat_map(of).collect();
    entries.sort_by_key(|entry| (entry.told_on, entry.what));
    entries
}

/// The qualifications that the centre knew on `day`, each as far as it was told, in the order of `qualifications`.
pub fn known_on(qualifications: &[Qualification], day: Date) -> Cow<'_, [Qualification]> {
    let entries = entries(qualifications);
    let was_told = |entry: &&Entry| entry.told_on.is_none_or(|told| told <= day);
    if entries.iter().all(|entry| was_told(&entry)) {
        return Cow::Borrowed(qualifications);
    }
    let told: Vec<&Entry> = entries.iter().filter(was_told).collect();
    let knows = |place, what| told.iter().any(|entry| entry.qualification == place && entry.what == what);
    let held = qualifications.iter().enumerate().filter(|(place, _)| knows(*place, Happened::Gained));
    let held = held.map(|(place, held)| match knows(place, Happened::Lost) {
        true => held.clone(),
        false => Qualification { lost_on: None, reason_of_loss: None, ..held.clone() },
    });
    Cow::Owned(held.collect())
}

impl Insured {
    /// The person as the centre knew them on `day`.
    pub fn as_known_on(&self, day: Date) -> Cow<'_, Self> {
        match known_on(&self.qualifications, day) {
            Cow::Borrowed(_) => Cow::Borrowed(self),
            Cow::Owned(qualifications) => Cow::Owned(Self { qualifications, ..self.clone() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const FIRST: Date = date(2026, 11, 1);

    fn held(number: &str) -> Qualification {
        Qualification { number: Some(number.into()), qualified_on: Some(date(2020, 4, 1)), ..Qualification::default() }
    }

    /// Left one insurer for another on the first: the new one told on the tenth, the old one on the twentieth.
    fn moved() -> Vec<Qualification> {
        let new = Qualification { qualified_on: Some(FIRST), registered_on: Some(date(2026, 11, 10)), ..held("2") };
        let old = Qualification {
            lost_on: Some(FIRST),
            reason_of_loss: Some("03".into()),
            loss_registered_on: Some(date(2026, 11, 20)),
            ..held("1")
        };
        vec![new, old]
    }

    #[test]
    fn a_change_of_insurer_is_known_as_far_as_each_of_them_told() {
        let moved = moved();
        let known = |day| {
            let known = known_on(&moved, date(2026, 11, day));
            known.iter().map(|q| (q.number.clone().unwrap(), q.lost_on.is_some())).collect::<Vec<_>>()
        };
        assert_eq!(known(9), [("1".to_owned(), false)], "nobody told anything");
        assert_eq!(known(10), [("2".to_owned(), false), ("1".to_owned(), false)], "two at once");
        assert_eq!(known(20), [("2".to_owned(), false), ("1".to_owned(), true)]);
        assert_eq!(known_on(&moved, date(2026, 11, 9))[0].reason_of_loss, None, "the reason comes with the loss");
    }

    #[test]
    fn what_was_told_in_time_is_known_on_any_day() {
        let lost = Qualification { lost_on: Some(FIRST), ..held("1") };
        let held = [lost, held("2")];
        assert!(matches!(known_on(&held, date(1990, 1, 1)), Cow::Borrowed(_)));
    }

    #[test]
    fn entries_come_in_the_order_in_which_they_were_told() {
        let told: Vec<_> = entries(&moved()).iter().map(|entry| (entry.qualification, entry.what)).collect();
        assert_eq!(told, [(1, Happened::Gained), (0, Happened::Gained), (1, Happened::Lost)]);
    }

    fn days() -> impl Strategy<Value = Option<Date>> {
        proptest::option::of((0i64..60).prop_map(|after| FIRST.saturating_add(after.days())))
    }

    proptest! {
        #[test]
        fn knowledge_only_grows_and_is_whole_in_the_end(
            rows in proptest::collection::vec((days(), days(), days()), 0..5), day in 0i64..60,
        ) {
            let rows = rows.into_iter().enumerate().map(|(at, (lost_on, registered_on, loss_registered_on))| {
                Qualification { lost_on, registered_on, loss_registered_on, ..held(&at.to_string()) }
            });
            let rows: Vec<_> = rows.collect();
            let numbers = |day: Date| -> Vec<(String, bool)> {
                known_on(&rows, day).iter().map(|q| (q.number.clone().unwrap(), q.lost_on.is_some())).collect()
            };
            let (today, tomorrow) = (FIRST.saturating_add(day.days()), FIRST.saturating_add((day + 1).days()));
            for (number, lost) in numbers(today) {
                let later = numbers(tomorrow);
                let after = later.iter().find(|(other, _)| *other == number);
                prop_assert!(after.is_some_and(|(_, lost_later)| *lost_later || !lost));
            }
            prop_assert_eq!(numbers(FIRST.saturating_add(60.days())).len(), rows.len());
        }
    }
}
