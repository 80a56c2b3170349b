//! The reader as others see it.

use super::guest::Guest;
use super::{Press, Setup};
use crate::event::Words;
use crate::face_reader::dialogue::Dialogue;
use crate::face_reader::event::EventKind;
use crate::face_reader::state::State;
use crate::station::view::{ButtonView, ReaderView, ScreenView};

/// The view of a reader with `dialogue`, where `guest` stands.
pub fn view(
    setup: &Setup,
    dialogue: &Dialogue,
    guest: Option<&Guest>,
    auto_pilot: bool,
    proof: Option<&str>,
    alarm: bool,
) -> ReaderView {
    let person = guest.and_then(|g| g.person.as_ref());
    ReaderView {
        number: setup.number,
        source: setup.source.to_string(),
        terminal: setup.terminal + 1,
        state: dialogue.state().to_string(),
        auto_pilot: guest.map_or(auto_pilot, |g| g.auto.is_some()),
        person: person.map(|p| p.id.clone()),
        person_name: person.map(|p| p.name.clone()),
        card: dialogue.card_present().then(|| guest.map_or(&setup.source, |guest| &guest.source).words().to_owned()),
        proof: proof.map(str::to_owned),
        screen: screen(dialogue, guest.is_some()),
        possible: possible(dialogue),
        visual_mode: dialogue.visual_mode(),
        alarm,
        own: None,
    }
}

fn screen(dialogue: &Dialogue, occupied: bool) -> ScreenView {
    let screen = dialogue.screen();
    let mut buttons: Vec<ButtonView> = screen
        .buttons
        .iter()
        .map(|b| ButtonView { words: b.label.clone(), event: Press::of_touch(b.touch), staff: false })
        .collect();
    buttons.extend(operator_buttons(dialogue, screen.pin_pad, occupied));
    ScreenView { title: screen.title, lines: screen.lines, buttons }
}

/// What the operator does in place of camera, keypad and staff.
fn operator_buttons(dialogue: &Dialogue, pin_pad: Option<usize>, occupied: bool) -> Vec<ButtonView> {
    let button =
        |ja: &str, en: &str, event: serde_json::Value| ButtonView { words: Words::new(ja, en), event, staff: true };
    let mut buttons = Vec::new();
    if dialogue.state() == State::FaceCapture {
        let face = |result: &str| serde_json::json!({ "event": "face", "result": result });
        buttons.push(button("顔が一致", "face matches", face("match")));
        buttons.push(button("顔が不一致", "face does not match", face("mismatch")));
        buttons.push(button("顔を撮れない", "no face seen", face("unreadable")));
    }
    if dialogue.state() == State::WhoIsThis {
        let bind = serde_json::json!({ "event": "bind", "person": null });
        buttons.push(button("患者を選ぶ", "choose the person", bind));
        buttons.push(button("不明のまま", "leave unknown", serde_json::json!({ "event": "decline" })));
    }
    if pin_pad.is_some() {
        buttons.push(button("暗証番号を入力", "type the PIN", serde_json::json!({ "event": "pin", "pin": null })));
    }
    let staff = |word: &str| serde_json::json!({ "event": "staff", "command": word });
    let kinds = dialogue.possible();
    for (kind, ja, en, word) in [
        (EventKind::VisualConfirm, "本人と確認", "same person", "visual-confirm"),
        (EventKind::VisualOn, "目視確認モード", "visual check on", "visual-on"),
        (EventKind::VisualOff, "目視確認モード解除", "visual check off", "visual-off"),
        (EventKind::StaffCancel, "中止", "cancel", "cancel"),
    ] {
        // In front of an empty reader only the mode that is on is worth a button.
        if kinds.contains(&kind) && (occupied || kind == EventKind::VisualOff) {
            buttons.push(button(ja, en, staff(word)));
        }
    }
    buttons
}

/// What may be done next, by the names that `POST readers/{n}/events` takes.
pub fn possible(dialogue: &Dialogue) -> Vec<String> {
    let mut names: Vec<&'static str> = dialogue.possible().into_iter().flat_map(names_of).copied().collect();
    names.dedup();
    names.into_iter().map(str::to_owned).collect()
}

fn names_of(kind: EventKind) -> &'static [&'static str] {
    match kind {
        EventKind::HolderTold => &["bind", "decline"],
        EventKind::CardPlaced => &["card-placed"],
        EventKind::CardRemoved => &["card-removed"],
        EventKind::ChooseFace => &["choose-face"],
        EventKind::ChoosePin => &["choose-pin"],
        EventKind::ChoosePhone => &["choose-phone"],
        EventKind::ChooseAndroid => &["choose-android"],
        EventKind::ChooseIphone => &["choose-iphone"],
        EventKind::Face => &["face"],
        EventKind::PinTyped => &["pin"],
        EventKind::Answer => &["consent"],
        EventKind::AnswerAll => &["consent-all"],
        EventKind::AnswerEach => &["consent-each"],
        EventKind::Prescription => &["prescription"],
        EventKind::Back => &["back"],
        EventKind::Next => &["next"],
        EventKind::VisualOn | EventKind::VisualConfirm | EventKind::VisualOff | EventKind::StaffCancel => &["staff"],
        // These come from devices and timers, not from whoever drives the reader.
        EventKind::CardRead
        | EventKind::CardUnreadable
        | EventKind::NotAMyNumberCard
        | EventKind::PinChecked
        | EventKind::Standing
        | EventKind::CentreFailed
        | EventKind::Concluded
        | EventKind::TimedOut => &[],
    }
}
