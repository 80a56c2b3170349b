//! Digits that the operator types in a patient's place. They are shown as stars, forgotten when the field closes, and not printed by Debug.

use serde_json::Value;
use zeroize::Zeroize;

use crate::secret::Pin;

/// Longest 暗証番号 taken: that of the signature key (spec/jpki-card.md §2.2 knows 6 to 16).
pub const LONGEST: usize = 16;

/// The field behind a button whose event has a null `pin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinEntry {
    /// The reader that asked.
    pub reader: usize,
    event: Value,
    digits: Pin,
}

impl PinEntry {
    /// A field for `event`, when it asks for digits.
    pub fn of(reader: usize, event: &Value) -> Option<Self> {
        let asks = event.get("pin").is_some_and(Value::is_null);
        asks.then(|| Self { reader, event: event.clone(), digits: Pin::new("") })
    }

    /// How many digits there are.
    pub fn len(&self) -> usize {
        self.digits.reveal().len()
    }

    /// Takes one more digit.
    pub fn push(&mut self, digit: char) {
        if digit.is_ascii_digit() && self.len() < LONGEST {
            // Room for the longest from the start: a string that grows leaves copies behind.
            let mut digits = String::with_capacity(LONGEST);
            digits.push_str(self.digits.reveal());
            digits.push(digit);
            self.digits = Pin::new(digits);
        }
    }

    /// Takes the last digit back.
    pub fn pop(&mut self) {
        let mut digits = self.digits.reveal().to_owned();
        digits.pop();
        self.digits = Pin::new(digits.clone());
        digits.zeroize();
    }

    /// The event with the digits in their place; `None` while there are none.
    pub fn event(&self) -> Option<Value> {
        if self.len() == 0 {
            return None;
        }
        let mut event = self.event.clone();
        *event.get_mut("pin")? = Value::from(self.digits.reveal());
        Some(event)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_null_pin_asks_for_digits() {
        assert!(PinEntry::of(1, &json!({"event": "pin", "pin": null})).is_some());
        assert!(PinEntry::of(1, &json!({"event": "pin", "pin": "1234"})).is_none());
        assert!(PinEntry::of(1, &json!({"event": "choose-face"})).is_none());
        assert!(PinEntry::of(1, &json!("choose-face")).is_none());
    }

    #[test]
    fn digits_go_into_the_event_and_not_into_debug() {
        let mut entry = PinEntry::of(2, &json!({"event": "pin", "pin": null})).unwrap();
        assert_eq!(entry.event(), None);
        "12a34５5".chars().for_each(|c| entry.push(c));
        entry.pop();
        assert_eq!(entry.event(), Some(json!({"event": "pin", "pin": "1234"})));
        assert!(!format!("{entry:?}").contains("1234"));
    }
}
