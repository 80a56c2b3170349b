//! What is printed on the card, and the references that follow from it (spec/jpki-card.md §2.6).

use jiff::civil::Date;

use super::{derived_digits, sex_digit};
use crate::clock::{self, era};
use crate::number::my_number::check_digit;
use crate::people::Person;
use crate::secret::{MyNumber, Pin};

/// Characters of a name and of an address for which there is room on the card; the rest is left off. The real limits are not public [C].
const ROOM_FOR_NAME: usize = 54;
const ROOM_FOR_ADDRESS: usize = 144;

/// The face of one card.
#[derive(Debug, Clone)]
pub(super) struct Printed {
    /// 個人番号, twelve digits.
    pub(super) my_number: MyNumber,
    /// 氏名, full-width space between the parts.
    pub(super) name: String,
    /// 住所
    pub(super) address: String,
    /// 生年月日
    pub(super) birthdate: Date,
    /// 性別, [`sex_digit`]
    pub(super) sex: &'static str,
    /// 交付日
    pub(super) issued: Date,
    /// 有効期限 of the card; those of its certificates end before or with it.
    pub(super) expires: Date,
    /// セキュリティコード, four digits.
    pub(super) security_code: Pin,
}

impl Printed {
    pub(super) fn of(person: &Person) -> Self {
        let cut = |text: &str, room| text.chars().take(room).collect();
        Self {
            my_number: my_number(person),
            name: cut(&person.name, ROOM_FOR_NAME),
            address: cut(person.address.as_deref().unwrap_or_default(), ROOM_FOR_ADDRESS),
            birthdate: person.birthdate,
            sex: sex_digit(person),
            issued: person.card.valid_from,
            expires: person.card.card_valid_until,
            security_code: person.card.security_code.clone(),
        }
    }

    /// Age in years when the card was issued.
    pub(super) fn age(&self) -> i16 {
        let years = self.issued.year() - self.birthdate.year();
        let is_before_birthday =
            (self.issued.month(), self.issued.day()) < (self.birthdate.month(), self.birthdate.day());
        years - i16::from(is_before_birthday)
    }

    /// 照合番号A: the 個人番号.
    pub(super) fn number_a(&self) -> Pin {
        Pin::new(self.my_number.reveal())
    }

    /// 照合番号B: birth date, year of expiry, security code.
    pub(super) fn number_b(&self) -> Pin {
        Pin::new(format!("{}{:04}{}", self.birthdate_in_era(), self.expires.year(), self.security_code.reveal()))
    }

    /// 生年月日 as a reference.
    pub(super) fn birthdate_reference(&self) -> Pin {
        Pin::new(self.birthdate_in_era())
    }

    /// 生年月日, YYYYMMDD.
    pub(super) fn birthdate8(&self) -> String {
        clock::date8(self.birthdate)
    }

    /// 有効期限, YYYYMMDD.
    pub(super) fn expires8(&self) -> String {
        clock::date8(self.expires)
    }

    /// 和暦 YYMMDD; the era itself is not in it. Nobody alive is older than the eras.
    fn birthdate_in_era(&self) -> String {
        let year = era::of(self.birthdate).map_or(0, |(_, year)| year);
        format!("{year:02}{:02}{:02}", self.birthdate.month(), self.birthdate.day())
    }
}

fn is_twelve_digits(number: &MyNumber) -> bool {
    number.reveal().len() == 12 && number.reveal().bytes().all(|byte| byte.is_ascii_digit())
}

/// The 個人番号 of somebody: the one of their profile, and where that is none, one that is visibly nobody's.
fn my_number(person: &Person) -> MyNumber {
    person.my_number.clone().filter(is_twelve_digits).unwrap_or_else(|| derived(&person.id))
}

/// That number, and the one they have where it is somebody else's already.
pub(super) fn my_numbers(person: &Person) -> [MyNumber; 2] {
    [my_number(person), derived(&person.id)]
}

/// For somebody whose profile names no 個人番号: 999 as with most shipped people, eight digits out of the id, the check digit.
fn derived(id: &str) -> MyNumber {
    let body = format!("999{}", derived_digits(id, "my-number", 8));
    MyNumber::new(format!("{body}{}", check_digit(&body).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::number::{Checked, my_number};

    #[test]
    fn a_number_that_nobody_named_is_visibly_nobodys_and_always_the_same() {
        let number = derived("somebody");
        assert_eq!((my_number::check(number.reveal()), &number.reveal()[..3]), (Checked::Valid, "999"));
        assert_eq!(number, derived("somebody"));
        assert_ne!(number, derived("somebody-else"));
    }

    #[test]
    fn the_second_number_is_that_of_the_worked_example() {
        // spec/jpki-card.md §2.6: born on 17 February 昭和55, expiry 2035, code 2285.
        let printed = Printed {
            my_number: derived("example"),
            name: String::new(),
            address: String::new(),
            birthdate: date(1980, 2, 17),
            sex: "1",
            issued: date(2025, 10, 16),
            expires: date(2035, 2, 17),
            security_code: Pin::new("2285"),
        };
        assert_eq!(printed.number_b().reveal(), "55021720352285");
        assert_eq!(printed.birthdate_reference().reveal(), "550217");
    }
}
