//! The part of a `[[reader]]` table that the dialogue obeys.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::event::TimerKind;

/// How one reader behaves. What it says is its [`Model`](super::screens::Model).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReaderSettings {
    /// `standard`, `reception`, or a model file.
    pub model: String,
    /// Are phones accepted? (from 2025-09-19, spec/jpki-card.md §4)
    pub phone: bool,
    /// Has the staff the command 目視確認? One model is said to have none on the device (spec/jpki-card.md §5.2, [B]).
    pub staff_visual: bool,
    /// How long is waited for what.
    pub timers: Timers,
}

impl Default for ReaderSettings {
    fn default() -> Self {
        Self { model: "standard".into(), phone: true, staff_visual: true, timers: Timers::default() }
    }
}

/// Waiting times in seconds; 0 waits for ever. All of them provisional: no public text has any (spec/jpki-card.md §5.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timers {
    /// For the card to answer, then error 001.
    pub card_s: u32,
    /// For a choice of the patient, then the visit is over.
    pub choice_s: u32,
    /// For a face before the camera, then it counts as not taken.
    pub face_capture_s: u32,
    /// For the centre, then it counts as unreachable. Real ones answer in 3–7 s.
    pub centre_s: u32,
    /// For the result to be read, then the card is to be taken back.
    pub result_s: u32,
    /// For the card to be taken back, then the alarm, again and again.
    pub forgotten_card_s: u32,
}

impl Default for Timers {
    fn default() -> Self {
        Self { card_s: 10, choice_s: 60, face_capture_s: 20, centre_s: 30, result_s: 5, forgotten_card_s: 30 }
    }
}

impl Timers {
    /// The time for `kind`, if it is limited.
    pub fn of(&self, kind: TimerKind) -> Option<Duration> {
        let seconds = match kind {
            TimerKind::Card => self.card_s,
            TimerKind::Choice => self.choice_s,
            TimerKind::FaceCapture => self.face_capture_s,
            TimerKind::Centre => self.centre_s,
            TimerKind::Reading => self.result_s,
            TimerKind::ForgottenCard => self.forgotten_card_s,
        };
        (seconds > 0).then(|| Duration::from_secs(u64::from(seconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let error = toml::from_str::<ReaderSettings>("[timers]\nchoise_s = 5\n").unwrap_err().to_string();
        assert!(error.contains("choise_s") && error.contains("choice_s") && error.contains("line 2"), "{error}");
    }

    #[test]
    fn zero_seconds_waits_for_ever_and_what_is_left_out_has_its_default() {
        let settings: ReaderSettings = toml::from_str("phone = false\ntimers = { choice_s = 0 }").unwrap();
        assert_eq!(settings.timers.of(TimerKind::Choice), None);
        assert_eq!(settings.timers.of(TimerKind::ForgottenCard), Some(Duration::from_secs(30)));
        assert!(!settings.phone && settings.staff_visual);
    }
}
