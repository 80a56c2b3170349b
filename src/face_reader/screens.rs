//! What the patient reads: one text per screen, Japanese and English, as data per model of reader.
//!
//! A model is a TOML file: how often a face may be tried in one visit, and the texts. The shipped ones are `standard` and
//! `reception` (a reader tied to a 再来受付機, which sends the patient there). A model names another as its `base` and states only
//! what differs. The wording is ours except for the question of spec/pmh.md §5.1 step 3 and the choices of spec/jpki-card.md §5.5.
//!
//! Places in a text that are filled in: `{tries_left}`, `{misses}`, `{valid_until}`, `{outcome}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::dialogue::{Dialogue, Patient};
use super::event::{Medium, PIN_DIGITS, Touch};
use super::state::{Failure, State};
use crate::event::Words;
use crate::handwritten::{self, Mistake};
use crate::visit::{CertificateStatus, FaceResult, Outcome, Question};

const STANDARD: &str = include_str!("models/standard.toml");
const RECEPTION: &str = include_str!("models/reception.toml");

/// Names of the models that are shipped.
pub const SHIPPED: [&str; 2] = ["standard", "reception"];

/// Texts that are added to a screen when they apply.
const NOTICES: [&str; 12] = [
    "alarm",
    "face-mismatch",
    "face-unreadable",
    "face-no-more",
    "no-pin-on-this-card",
    "pin-wrong",
    "renewal-due",
    "grace",
    "visual-mode",
    "pin-locked",
    "go-on",
    "see-reception",
];

const PLACES: [&str; 4] = ["tries_left", "misses", "valid_until", "outcome"];

/// A button that can be touched now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Button {
    /// What is written on it.
    pub label: Words,
    /// What touching it does.
    #[serde(flatten)]
    pub touch: Touch,
}

/// What stands on the reader's display.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Screen {
    /// Its name in the model file.
    pub name: &'static str,
    /// Headline.
    pub title: Words,
    /// What is below it, from top to bottom.
    pub lines: Vec<Words>,
    /// From left to right.
    pub buttons: Vec<Button>,
    /// Digits that the PIN pad takes, where one is shown.
    pub pin_pad: Option<usize>,
}

/// One model of reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// `standard`, `reception`, or the file it came from.
    pub name: String,
    /// What it is, for lists.
    pub title: Words,
    /// How often a face may be tried in one visit before PIN or reception are all that is left.
    pub face_attempts: u8,
    screens: BTreeMap<String, Text>,
    notices: BTreeMap<String, Vec<Words>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    title: Words,
    #[serde(default)]
    lines: Vec<Words>,
    #[serde(default)]
    buttons: BTreeMap<String, Words>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelFile {
    title: Words,
    base: Option<String>,
    face_attempts: Option<u8>,
    #[serde(default)]
    screens: BTreeMap<String, Text>,
    #[serde(default)]
    notices: BTreeMap<String, Vec<Words>>,
}

/// A model that cannot be used: file, place and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Neither shipped nor a file's content.
    #[error("リーダー機種「{0}」はありません / no such model: use standard, reception or a file")]
    Unknown(String),
    /// Not TOML, or a key that does not exist.
    #[error(transparent)]
    Form(#[from] Box<Mistake>),
    /// A name in the file that nothing goes by.
    #[error("{file}: {place}「{name}」はありません / no such name{}", nearest(.near))]
    Name {
        /// The model file.
        file: String,
        /// The table.
        place: String,
        /// As written.
        name: String,
        /// The nearest right one.
        near: Option<&'static str>,
    },
    /// A screen, button or notice that is needed, here and in the base.
    #[error("{file}: {what} がありません / is missing: write it, or name a base that has it")]
    Missing {
        /// The model file.
        file: String,
        /// Where it belongs.
        what: String,
    },
    /// Zero attempts would leave a screen without its button.
    #[error("{file}: face_attempts は1以上です / face_attempts must be 1 or more")]
    Attempts {
        /// The model file.
        file: String,
    },
}

fn nearest(near: &Option<&'static str>) -> String {
    near.map_or_else(String::new, |near| format!(": did you mean {near}?"))
}

impl Model {
    /// A shipped model.
    pub fn shipped(name: &str) -> Result<Self, ModelError> {
        match name {
            "standard" => Self::parse(name, STANDARD),
            "reception" => Self::parse(name, RECEPTION),
            other => Err(ModelError::Unknown(other.to_owned())),
        }
    }

    /// A model from a file's content; `file` is its name for errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, ModelError> {
        let read: ModelFile = handwritten::from_toml(file, text)?;
        let base = match read.base.as_deref() {
            // A shipped base has a shipped base or none, so this ends.
            Some(name) => Some(Self::shipped(name)?),
            None => None,
        };
        let (attempts, mut screens, mut notices) = match base {
            Some(base) => (Some(base.face_attempts), base.screens, base.notices),
            None => Default::default(),
        };
        screens.extend(read.screens);
        notices.extend(read.notices);
        let face_attempts = read.face_attempts.or(attempts).ok_or_else(|| missing(file, "face_attempts"))?;
        let model = Self { name: file.to_owned(), title: read.title, face_attempts, screens, notices };
        model.check()?;
        Ok(model)
    }

    fn check(&self) -> Result<(), ModelError> {
        let file = &self.name;
        if self.face_attempts == 0 {
            return Err(ModelError::Attempts { file: file.clone() });
        }
        let known = screens();
        for name in self.screens.keys() {
            expect(file, "screens", name, known.iter().map(|(screen, _)| *screen))?;
        }
        for name in self.notices.keys() {
            expect(file, "notices", name, NOTICES.into_iter())?;
        }
        for (screen, buttons) in &known {
            let place = format!("screens.{screen}");
            let text = self.screens.get(*screen).ok_or_else(|| missing(file, &place))?;
            for name in text.buttons.keys() {
                expect(file, &format!("{place}.buttons"), name, buttons.iter().copied())?;
            }
            if let Some(button) = buttons.iter().find(|button| !text.buttons.contains_key(**button)) {
                return Err(missing(file, &format!("{place}.buttons.{button}")));
            }
            places(file, &place, text.lines.iter().chain([&text.title]))?;
        }
        for notice in NOTICES {
            let place = format!("notices.{notice}");
            let lines = self.notices.get(notice).ok_or_else(|| missing(file, &place))?;
            places(file, &place, lines.iter())?;
        }
        Ok(())
    }

    /// The screen of a dialogue as it stands.
    pub(super) fn screen(&self, dialogue: &Dialogue) -> Screen {
        let state = dialogue.state();
        let patient = dialogue.now.patient.as_ref();
        // `check` saw to it that every screen and button is there; should one be missing, its name is shown.
        let text = self.screens.get(state.screen());
        let title = text.map_or_else(|| bare(state.screen()), |text| text.title.clone());
        let notices = notices(dialogue).into_iter().filter_map(|name| self.notices.get(name)).flatten();
        let lines = text.map_or(&[][..], |text| &text.lines).iter().chain(notices);
        let label = |touch: Touch| text.and_then(|text| text.buttons.get(touch.button())).cloned();
        let buttons = dialogue
            .touches()
            .into_iter()
            .map(|touch| Button { label: label(touch).unwrap_or_else(|| bare(touch.button())), touch })
            .collect();
        let pin_pad = matches!(state, State::PinEntry | State::PhonePin).then_some(PIN_DIGITS);
        Screen {
            name: state.screen(),
            title: fill(&title, patient),
            lines: lines.map(|line| fill(line, patient)).collect(),
            buttons,
            pin_pad,
        }
    }
}

fn bare(name: &str) -> Words {
    Words { ja: name.to_owned(), en: name.to_owned() }
}

fn missing(file: &str, what: &str) -> ModelError {
    ModelError::Missing { file: file.to_owned(), what: what.to_owned() }
}

fn expect(
    file: &str,
    place: &str,
    name: &str,
    known: impl Iterator<Item = &'static str> + Clone,
) -> Result<(), ModelError> {
    if known.clone().any(|right| right == name) {
        return Ok(());
    }
    // Four edits still look like a slip of the hand; more is another word.
    let near = known.map(|right| (strsim::levenshtein(right, name), right)).filter(|(edits, _)| *edits <= 4).min();
    Err(ModelError::Name {
        file: file.to_owned(),
        place: place.to_owned(),
        name: name.to_owned(),
        near: near.map(|(_, right)| right),
    })
}

fn places<'a>(file: &str, place: &str, words: impl Iterator<Item = &'a Words>) -> Result<(), ModelError> {
    for text in words.flat_map(|words| [&words.ja, &words.en]) {
        for name in text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)) {
            expect(file, place, name, PLACES.into_iter())?;
        }
    }
    Ok(())
}

/// The screens that every model has, with the buttons of each.
fn screens() -> Vec<(&'static str, Vec<&'static str>)> {
    const YES_NO: [&str; 2] = ["agree", "refuse"];
    let of = |state: State, buttons: &[&'static str]| (state.screen(), buttons.to_vec());
    let mut all = vec![
        of(State::Idle, &["choose-phone"]),
        of(State::PhoneSelect, &["choose-android", "choose-iphone", "back"]),
        of(State::PhonePin, &["back"]),
        of(State::HoldPhone, &["back"]),
        of(State::ReadingCard, &[]),
        of(State::WhoIsThis, &[]),
        of(State::MethodSelect, &["choose-face", "choose-pin", "back"]),
        of(State::FaceCapture, &["back"]),
        of(State::FaceRetry, &["choose-face", "choose-pin"]),
        of(State::PinEntry, &["back"]),
        of(State::CheckingPin, &[]),
        of(State::StaffVisual, &[]),
        of(State::BlockedFace, &[]),
        of(State::BlockedPin, &[]),
        of(State::Authenticating, &[]),
        of(State::Registration, &YES_NO),
        of(State::ConsentOverview, &["agree-all", "refuse-all", "each"]),
        of(State::Consent(Question::LimitCertificate), &YES_NO),
        of(State::Consent(Question::SpecificDisease), &YES_NO),
        of(State::Consent(Question::DiagnosisAndPharmacists), &["agree", "refuse", "back"]),
        of(State::Consent(Question::Operation), &["agree", "refuse", "back"]),
        of(State::Consent(Question::HealthCheckup), &["agree", "refuse", "back"]),
        of(State::Subsidy, &YES_NO),
        of(State::Prescription, &["electronic", "paper"]),
        of(State::Concluding, &[]),
        of(State::Result, &["next"]),
        of(State::RemoveCard, &[]),
    ];
    all.extend(Failure::ALL.map(|failure| of(State::Error(failure), &["next"])));
    all
}

/// What applies beyond the screen's own text.
fn notices(dialogue: &Dialogue) -> Vec<&'static str> {
    let Some(patient) = &dialogue.now.patient else {
        return if dialogue.now.visual_mode { vec!["visual-mode"] } else { Vec::new() };
    };
    let certificate = patient.standing.as_ref().map(|standing| standing.certificate);
    let mut names = Vec::new();
    match patient.state {
        State::FaceRetry => {
            names.push(if patient.last_face == Some(FaceResult::Mismatch) {
                "face-mismatch"
            } else {
                "face-unreadable"
            });
            names.extend((!dialogue.touches().contains(&Touch::ChooseFace)).then_some("face-no-more"));
        }
        State::PinEntry | State::PhonePin if patient.missed == Some(Outcome::PinFailed) => names.push("pin-wrong"),
        State::BlockedPin => {
            let face_only = patient.card.is_some_and(|card| card.medium == Medium::FaceOnlyCard);
            names.push(if face_only { "no-pin-on-this-card" } else { "pin-locked" });
        }
        State::Result => {
            names.extend(where_next(patient));
            names.extend(match certificate {
                Some(CertificateStatus::RenewalDue) => Some("renewal-due"),
                Some(CertificateStatus::Grace) => Some("grace"),
                _ => None,
            });
        }
        State::RemoveCard => {
            names.extend(where_next(patient));
            names.extend(patient.alarmed.then_some("alarm"));
        }
        State::Error(_) => names.extend(patient.alarmed.then_some("alarm")),
        _ => {}
    }
    names
}

/// Where the patient goes from here; who gave up or was not registered knows.
fn where_next(patient: &Patient) -> Option<&'static str> {
    match patient.outcome? {
        Outcome::Valid | Outcome::ValidUnregistered => Some("go-on"),
        Outcome::Cancelled | Outcome::TimedOut | Outcome::CardLeft | Outcome::NotRegistered => None,
        _ => Some("see-reception"),
    }
}

fn tries_left(patient: &Patient) -> Option<u8> {
    patient.card.and_then(|card| card.pin_tries_left)
}

fn fill(words: &Words, patient: Option<&Patient>) -> Words {
    let Some(patient) = patient else { return words.clone() };
    let tries = tries_left(patient).unwrap_or_default().to_string();
    let misses = patient.card.map_or(0, |card| card.face_misses).to_string();
    let until = patient.standing.as_ref().map_or("", |standing| standing.certificate_valid_until.as_str());
    let outcome = patient.outcome.map_or(("", ""), |outcome| outcome.words());
    let filled = |text: &str, until: String, outcome: &str| {
        text.replace("{tries_left}", &tries)
            .replace("{misses}", &misses)
            .replace("{valid_until}", &until)
            .replace("{outcome}", outcome)
    };
    Words {
        ja: filled(&words.ja, date(until, ["年", "月", "日"]), outcome.0),
        en: filled(&words.en, date(until, ["-", "-", ""]), outcome.1),
    }
}

/// `YYYYMMDD` for people; anything else as it is.
fn date(compact: &str, [year, month, day]: [&str; 3]) -> String {
    match (compact.get(..4), compact.get(4..6), compact.get(6..8), compact.len()) {
        (Some(y), Some(m), Some(d), 8) => format!("{y}{year}{m}{month}{d}{day}"),
        _ => compact.to_owned(),
    }
}

#[cfg(test)]
mod tests;
