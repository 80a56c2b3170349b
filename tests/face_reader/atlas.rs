//! What an exploration met, for people: every screen as text, and the table of states of `docs/dialogue.md`.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write;

use madoguchi::event::Lang;
use madoguchi::face_reader::dialogue::{Configuration, Dialogue};
use madoguchi::face_reader::event::{Event, EventKind, TimerKind, Touch};
use madoguchi::face_reader::screens::Screen;
use madoguchi::face_reader::settings::Timers;
use madoguchi::face_reader::state::State;
use madoguchi::visit::Question;

use crate::explore::every_sequence;
use crate::machine::{Letter, alphabet, reader};

/// All letters but those that only change an answer: yes and no lead to the same screens.
fn letters_for_screens() -> Vec<Letter> {
    let twin = |letter: &Letter| match letter {
        Letter::People(Event::Touch(Touch::Answer { question, agree: false })) => *question != Question::Registration,
        Letter::People(Event::Touch(Touch::AnswerAll { agree: false })) => true,
        Letter::LateReply(_) | Letter::LateTimer => true,
        _ => false,
    };
    alphabet().into_iter().filter(|letter| !twin(letter)).collect()
}

/// What was met of one state.
#[derive(Default)]
struct Place {
    title: String,
    timers: BTreeSet<TimerKind>,
    leads: BTreeMap<EventKind, BTreeSet<State>>,
}

pub struct Atlas {
    places: BTreeMap<State, Place>,
    screens: BTreeSet<(State, String)>,
    met: HashSet<Configuration>,
}

impl Atlas {
    pub fn of(model: &str) -> Self {
        let mut atlas = Self { places: BTreeMap::new(), screens: BTreeSet::new(), met: HashSet::new() };
        let start = reader(model);
        atlas.note(&start);
        every_sequence(&start, &letters_for_screens(), 100, |before: &Dialogue, event, _, after| {
            atlas.note(after);
            let place = atlas.places.entry(before.state()).or_default();
            place.leads.entry(event.kind()).or_default().insert(after.state());
        })
        .unwrap_or_else(|breach| panic!("{breach:#?}"));
        atlas
    }

    fn note(&mut self, reader: &Dialogue) {
        if !self.met.insert(reader.configuration().clone()) {
            return;
        }
        let screen = reader.screen();
        let place = self.places.entry(reader.state()).or_default();
        place.title.clone_from(&screen.title.ja);
        place.timers.extend(reader.timer().map(|timer| timer.kind));
        for kind in reader.possible() {
            place.leads.entry(kind).or_default();
        }
        self.screens.insert((reader.state(), draw(&screen)));
    }

    /// Every screen with everything that can stand on it.
    pub fn screens(&self) -> String {
        self.screens.iter().map(|(_, screen)| screen.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// The patient's way from state to state.
    fn diagram(&self) -> String {
        let id = |state: &State| state.screen().replace('-', "_");
        let mut edges: BTreeMap<(State, State), BTreeSet<String>> = BTreeMap::new();
        for (from, place) in self.places.iter().filter(|(from, _)| !matches!(from, State::Error(_))) {
            for (kind, states) in place.leads.iter().filter(|(kind, _)| leads_on(**kind)) {
                for to in states.iter().filter(|to| *to != from && !matches!(to, State::Error(_))) {
                    edges.entry((*from, *to)).or_default().insert(name(kind));
                }
            }
        }
        // The way home is the same from everywhere; here it is shown once.
        edges.insert((State::RemoveCard, State::Idle), BTreeSet::from([name(&EventKind::CardRemoved)]));
        let mut text = String::from("```mermaid\nstateDiagram-v2\n    [*] --> idle\n");
        for ((from, to), kinds) in &edges {
            let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
            let _ = writeln!(text, "    {} --> {}: {}", id(from), id(to), kinds.join(", "));
        }
        text + "```\n"
    }

    /// `docs/dialogue.md`.
    pub fn table(&self) -> String {
        let mut text = format!("{INTRODUCTION}{}\n## States\n", self.diagram());
        for (state, place) in &self.places {
            let _ = writeln!(text, "\n### `{state}` {}\n", place.title);
            for kind in &place.timers {
                let seconds = Timers::default().of(*kind).map_or(0, |time| time.as_secs());
                let _ = writeln!(text, "Waits {seconds} s (`{}`).\n", name(kind));
            }
            let _ = writeln!(text, "| what happens | leads to |\n|---|---|");
            for (kind, states) in &place.leads {
                let mode = matches!(kind, EventKind::VisualOn | EventKind::VisualOff);
                if mode && states.iter().all(|to| to == state) {
                    continue;
                }
                let to: Vec<String> = states.iter().map(|to| format!("`{to}`")).collect();
                let _ = writeln!(text, "| {} | {} |", name(kind), to.join(", "));
            }
        }
        text
    }
}

/// Steps of a visit on its way.
fn leads_on(kind: EventKind) -> bool {
    !matches!(
        kind,
        EventKind::CardRemoved
            | EventKind::CardUnreadable
            | EventKind::NotAMyNumberCard
            | EventKind::CentreFailed
            | EventKind::Back
            | EventKind::VisualOn
            | EventKind::VisualOff
            | EventKind::StaffCancel
            | EventKind::TimedOut
    )
}

const INTRODUCTION: &str = "# The dialogue of the 顔認証付きカードリーダー

This page is written by a test from what the state machine does (`UPDATE_DOCS=1 cargo test --test face_reader`), so it cannot be
out of date. It lists every state, its screen in the model `standard`, what may happen there and where that leads. Where several
states are named, card, certificate or questions decide.

The states follow spec/jpki-card.md §5.7 and are our model [C]; so are all waiting times, which no public text gives: change them in
`[reader.timers]` (`card_s`, `choice_s`, `face_capture_s`, `centre_s`, `result_s`, `forgotten_card_s`; 0 waits for ever).

What holds everywhere:

- All that is known of a patient is dropped when the reader is idle again, and it is idle only with nothing lying on it.
- Every state has a ticket of its own. An answer or a timer with an older one changes nothing.
- Ten consecutive 不一致 lock face authentication on that card, three wrong PINs the PIN. Then only the staff lead on, or the card that
  leaves: the block belongs to the card. 目視確認 ends the block and leaves the count as it is.
- 目視確認モード is switched by the staff, at any moment, and stays on for every patient until it is switched back. The tables name
  `visual-on` and `visual-off` only where they lead to another state.
- A card has to stay to the end; a phone may be taken away once it was read. Once the consents are under way the centre says how
  the visit ends, even if the card has gone.
- A first registration takes the card itself, with face or PIN. A certificate in its three months of grace gives the qualification
  only. 限度額 has a screen until 2024-10-06, the overview of the three kinds of medical information comes after that.

## The way through

Without errors, the staff, waiting times and cards that leave early.

";

fn name(kind: &impl serde::Serialize) -> String {
    serde_json::to_value(kind).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn draw(screen: &Screen) -> String {
    let mut text = format!("── {} ", screen.name);
    text.push_str(&"─".repeat(60_usize.saturating_sub(screen.name.len())));
    text.push('\n');
    for lang in [Lang::Ja, Lang::En] {
        let _ = writeln!(text, "{}", screen.title.say(lang));
        for line in &screen.lines {
            let _ = writeln!(text, "    {}", line.say(lang));
        }
        let buttons: Vec<String> =
            screen.buttons.iter().map(|button| format!("[{}]", button.label.say(lang))).collect();
        let pad = screen.pin_pad.map(|digits| "_ ".repeat(digits));
        let below: Vec<String> = pad.into_iter().chain(buttons).collect();
        if !below.is_empty() {
            let _ = writeln!(text, "    {}", below.join(" "));
        }
    }
    text
}
