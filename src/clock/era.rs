//! 和暦: a day by the year of its era, as papers, certificates and the card's 照合番号B write it.

use jiff::civil::{Date, date};

/// An era (元号).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Era {
    /// 令和
    pub name: &'static str,
    /// R
    pub letter: &'static str,
    /// The digit by which certificates know it: 1 明治 … 5 令和 (spec/jpki-card.md §3.2, [A]).
    pub digit: u8,
    /// Its first day in the Gregorian calendar.
    first: Date,
    /// The Gregorian year of its year 1.
    year_one: i16,
}

/// Newest first. 明治 began in 1868, the Gregorian calendar with its year 6.
const ERAS: [Era; 5] = [
    Era { name: "令和", letter: "R", digit: 5, first: date(2019, 5, 1), year_one: 2019 },
    Era { name: "平成", letter: "H", digit: 4, first: date(1989, 1, 8), year_one: 1989 },
    Era { name: "昭和", letter: "S", digit: 3, first: date(1926, 12, 25), year_one: 1926 },
    Era { name: "大正", letter: "T", digit: 2, first: date(1912, 7, 30), year_one: 1912 },
    Era { name: "明治", letter: "M", digit: 1, first: date(1873, 1, 1), year_one: 1868 },
];

/// The era of a day and the year in it; `None` before 1873.
pub fn of(day: Date) -> Option<(Era, i16)> {
    ERAS.iter().find(|era| day >= era.first).map(|era| (*era, day.year() - era.year_one + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_era_begins_on_its_first_day_with_year_one() {
        let name_and_year = |day| of(day).map(|(era, year)| (era.name, year));
        assert_eq!(name_and_year(date(2019, 5, 1)), Some(("令和", 1)));
        assert_eq!(name_and_year(date(2019, 4, 30)), Some(("平成", 31)));
        assert_eq!(name_and_year(date(1989, 1, 7)), Some(("昭和", 64)));
        assert_eq!(name_and_year(date(1926, 12, 24)), Some(("大正", 15)));
        assert_eq!(name_and_year(date(1873, 1, 1)), Some(("明治", 6)));
        assert_eq!(name_and_year(date(1872, 12, 31)), None);
        assert!(ERAS.windows(2).all(|pair| pair[0].first > pair[1].first && pair[0].digit == pair[1].digit + 1));
    }
}
