//! What stands on the screens: words by screen, from a table (`data/screens.toml`).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::appointments::Appointment;
use super::machine::{Card, Machine, Received, Screen, Slip, Touch};
use super::verdict::Reason;
use crate::event::Words;
use crate::handwritten;

const TABLE: &str = include_str!("data/screens.toml");

/// A screen as a page shows it, or a test reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct View {
    /// Its name: `welcome`, `put-card`, `counter-unknown-number` …
    pub screen: String,
    /// Counts the screens.
    pub ticket: u64,
    /// In large type.
    pub title: Words,
    /// Below it.
    pub lines: Vec<Words>,
    /// What the patient may touch.
    pub buttons: Vec<Button>,
    /// Whether a 診察券 is waited for.
    pub takes_patient_card: bool,
    /// Where the patient is expected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub appointments: Vec<Appointment>,
    /// 受付番号, once the 受付票 is printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
}

/// A button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Button {
    /// What is sent when it is touched.
    pub event: Touch,
    /// What stands on it.
    pub words: Words,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    screens: BTreeMap<String, Text>,
    buttons: BTreeMap<String, Words>,
    notices: BTreeMap<String, Words>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    title: Words,
    #[serde(default)]
    lines: Vec<Words>,
}

/// The screen of `machine` as it stands.
pub fn view(machine: &Machine) -> View {
    let (table, screen) = (table(), machine.screen());
    let name = name(screen);
    let received = if let Screen::Received(received) = screen { Some(received) } else { None };
    let text = table.screens.get(&name);
    // A test holds the table against all screens; a name without words would be shown as it is.
    let title = text.map_or_else(|| Words::new(&name, &name), |text| text.title.clone());
    let notices = received.into_iter().flat_map(notices).filter_map(|notice| table.notices.get(notice));
    let fill = |words: &Words| received.map_or_else(|| words.clone(), |received| filled(words, received));
    let button = |touch: &Touch| {
        let name = button_name(*touch);
        Button { event: *touch, words: table.buttons.get(name).cloned().unwrap_or_else(|| Words::new(name, name)) }
    };
    View {
        ticket: machine.ticket(),
        title: fill(&title),
        lines: text.map_or(&[][..], |text| &text.lines).iter().chain(notices).map(fill).collect(),
        buttons: machine.possible().iter().map(button).collect(),
        takes_patient_card: *screen == Screen::InsertCard,
        appointments: received.map_or_else(Vec::new, |received| received.appointments.clone()),
        number: received
            .and_then(|received| if let Slip::Printed(number) = received.slip { Some(number) } else { None }),
        screen: name,
    }
}

/// The name of a screen in data and JSON.
pub fn name(screen: &Screen) -> String {
    match screen {
        Screen::Welcome => "welcome",
        Screen::PutCard => "put-card",
        Screen::InsertCard => "insert-card",
        Screen::Received(received) if received.appointments.is_empty() => "no-appointment",
        Screen::Received(_) => "received",
        Screen::Counter(reason) => return format!("counter-{}", reason.name()),
        Screen::TimedOut => "timed-out",
        Screen::OutOfService => "out-of-service",
    }
    .to_owned()
}

/// All names, each once.
pub fn names() -> Vec<String> {
    let plain = ["welcome", "put-card", "insert-card", "received", "no-appointment", "timed-out", "out-of-service"];
    plain.map(str::to_owned).into_iter().chain(Reason::ALL.map(|reason| name(&Screen::Counter(reason)))).collect()
}

fn notices(received: &Received) -> Vec<&'static str> {
    let slip = match received.slip {
        Slip::Printing => "slip-printing",
        Slip::Printed(_) => "slip-printed",
        Slip::Failed => "slip-failed",
    };
    let card = match received.card {
        // The qualification is confirmed, and nothing is left to do at the counter.
        Card::MyNumber => None,
        Card::Patient => Some("confirm-at-counter"),
    };
    card.into_iter().chain([slip]).collect()
}

fn filled(words: &Words, received: &Received) -> Words {
    let name = received.patient.name.as_str();
    Words::new(words.ja.replace("{name}", name), words.en.replace("{name}", name))
}

fn button_name(touch: Touch) -> &'static str {
    match touch {
        Touch::MyNumberCard => "my-number-card",
        Touch::PatientCard => "patient-card",
        Touch::Cancel => "cancel",
        Touch::Finish => "finish",
    }
}

fn table() -> &'static Table {
    static READ: OnceLock<Table> = OnceLock::new();
    // Part of the program, and read by its tests.
    READ.get_or_init(|| handwritten::from_toml("screens.toml", TABLE).expect("the built-in words are words"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_screen_button_and_notice_has_words_and_no_words_are_left_over() {
        let table = table();
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        assert_eq!(table.screens.keys().cloned().collect::<Vec<_>>(), sorted(names()));
        let touches = [Touch::MyNumberCard, Touch::PatientCard, Touch::Cancel, Touch::Finish];
        let touches = touches.map(|touch| button_name(touch).to_owned()).to_vec();
        assert_eq!(table.buttons.keys().cloned().collect::<Vec<_>>(), sorted(touches.clone()));
        for name in touches {
            assert!(serde_json::from_value::<Touch>(name.clone().into()).is_ok(), "{name}");
        }
        let notices = ["confirm-at-counter", "slip-failed", "slip-printed", "slip-printing"];
        assert_eq!(table.notices.keys().map(String::as_str).collect::<Vec<_>>(), notices);
    }
}
