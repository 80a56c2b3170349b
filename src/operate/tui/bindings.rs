//! The keys, as a table: what is pressed, where, what it does, in both languages. Keys, hints and help read this one list.

use crossterm::event::KeyCode;

use super::app::Panel;
use crate::event::{Lang, say};
use crate::station::view::PersonView;

/// The keys of the people, in their order: digits, then the small letters that are no commands.
pub const PERSON_KEYS: &str = "123456789bcdeilnopsuvwyz";

/// The key of the first card in a PC/SC reader.
pub const PLASTIC_KEY: char = '0';

/// The key of the person at `index`: people keep theirs whether a card lies in a PC/SC reader or not.
pub fn key_of(people: &[PersonView], index: usize) -> Option<char> {
    let plastic = people.get(index)?.plastic;
    let before = people.iter().take(index).filter(|person| person.plastic == plastic).count();
    if plastic { (before == 0).then_some(PLASTIC_KEY) } else { PERSON_KEYS.chars().nth(before) }
}

/// The keys of the buttons on the selected reader's screen: capital letters that are no commands.
pub const BUTTON_KEYS: &str = "ABCDEFHIJKLMNOPQSTUVWXYZ";

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is explained in both languages by its row of the table")]
pub enum Action {
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    First,
    Last,
    Open,
    Close,
    NextPanel,
    PreviousPanel,
    Filter,
    TakeOff,
    AutoPilot,
    NextReader,
    Faults,
    Own,
    Adopt,
    Chain,
    Scenarios,
    Reset,
    Raw,
    Repeat,
    Mouse,
    Help,
    Quit,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// What it does.
    pub action: Action,
    /// The keys; the first is the one shown.
    pub keys: &'static [KeyCode],
    /// The panels where it means that; empty for all.
    pub panels: &'static [Panel],
    /// One or two words for the bottom line, where it is worth a place there.
    pub hint: Option<(&'static str, &'static str)>,
    /// The sentence of the help.
    pub help: (&'static str, &'static str),
}

impl Binding {
    /// Does it hold in `panel`?
    pub fn holds_in(&self, panel: Panel) -> bool {
        self.panels.is_empty() || self.panels.contains(&panel)
    }
    /// The keys as people write them.
    pub fn keys_text(&self) -> String {
        self.keys.iter().map(|key| key_text(*key)).collect::<Vec<_>>().join(" ")
    }
    /// The first key as people write it.
    pub fn key_text(&self) -> String {
        self.keys.first().map(|key| key_text(*key)).unwrap_or_default()
    }
    /// The hint in a language.
    pub fn hint_in(&self, lang: Lang) -> Option<&'static str> {
        self.hint.map(|(ja, en)| say(lang, ja, en))
    }
    /// The help in a language.
    pub fn help_in(&self, lang: Lang) -> &'static str {
        say(lang, self.help.0, self.help.1)
    }
}

/// The binding of `key` in `panel`.
pub(super) fn lookup(key: KeyCode, panel: Panel) -> Option<Action> {
    BINDINGS.iter().find(|b| b.keys.contains(&key) && b.holds_in(panel)).map(|b| b.action)
}

fn key_text(key: KeyCode) -> String {
    match key {
        KeyCode::Char(c) => c.to_string(),
        KeyCode::Up => "Up".into(),
        KeyCode::Down => "Down".into(),
        KeyCode::Left => "Left".into(),
        KeyCode::Right => "Right".into(),
        KeyCode::PageUp => "PgUp".into(),
        KeyCode::PageDown => "PgDn".into(),
        KeyCode::BackTab => "Shift-Tab".into(),
        KeyCode::F(n) => format!("F{n}"),
        other => format!("{other:?}"),
    }
}

const fn c(letter: char) -> KeyCode {
    KeyCode::Char(letter)
}

const fn row(
    action: Action,
    keys: &'static [KeyCode],
    panels: &'static [Panel],
    hint: Option<(&'static str, &'static str)>,
    help: (&'static str, &'static str),
) -> Binding {
    Binding { action, keys, panels, hint, help }
}

const LISTS: &[Panel] = &[Panel::People, Panel::Folder, Panel::Journal, Panel::Preview];
/// An open file has no filter; the other panels have, or send to the people's.
const FILTERED: &[Panel] = &[Panel::People, Panel::Reader, Panel::Folder, Panel::Journal];
const ANY: &[Panel] = &[];

/// All keys. Of two rows with the same key the first that holds in the panel counts.
pub const BINDINGS: &[Binding] = &[
    row(
        Action::Open,
        &[KeyCode::Enter],
        &[Panel::People],
        Some(("カードを置く", "place card")),
        ("選んだ患者のカードを選択中のリーダーに置く", "put the selected person's card on the selected reader"),
    ),
    row(
        Action::Open,
        &[KeyCode::Enter],
        &[Panel::Reader],
        Some(("ボタンを押す", "press button")),
        ("選んだボタンを押す (画面の英大文字キーでも可)", "press the chosen button (its capital letter does so too)"),
    ),
    row(
        Action::Open,
        &[KeyCode::Enter],
        &[Panel::Folder],
        Some(("中を見る", "look inside")),
        ("選んだファイルの中を項目名つきで見る", "look inside the selected file, with the names of its elements"),
    ),
    row(
        Action::Raw,
        &[c('x')],
        &[Panel::Preview],
        Some(("項目名/原文", "labels/raw")),
        ("項目名つきの表示と原文を切り替える", "switch between labels and the text as it is"),
    ),
    row(
        Action::Open,
        &[KeyCode::Enter],
        &[Panel::Preview],
        Some(("要求と回答", "both")),
        ("要求と回答を並べる。もう一度押すと隣へ移る", "the request beside its answer; once more goes to the other"),
    ),
    row(
        Action::Repeat,
        &[c('.')],
        &[Panel::Folder, Panel::Preview],
        Some(("繰返す", "repeat")),
        (
            "この要求または受付を繰り返す (同じもの、もう一度、別のリーダー)",
            "repeat this request or visit (the same, again, at another reader)",
        ),
    ),
    row(Action::Up, &[KeyCode::Up, c('k')], ANY, None, ("上へ", "up")),
    row(Action::Down, &[KeyCode::Down, c('j')], ANY, None, ("下へ", "down")),
    row(
        Action::Left,
        &[KeyCode::Left],
        &[Panel::Reader, Panel::Preview],
        None,
        ("左へ (前のボタン、要求、原文の横送り)", "left (the button before, the request, raw text sideways)"),
    ),
    row(
        Action::Right,
        &[KeyCode::Right],
        &[Panel::Reader, Panel::Preview],
        None,
        ("右へ (次のボタン、回答、原文の横送り)", "right (the next button, the answer, raw text sideways)"),
    ),
    row(Action::PageUp, &[KeyCode::PageUp], LISTS, None, ("一画面上へ", "a page up")),
    row(Action::PageDown, &[KeyCode::PageDown], LISTS, None, ("一画面下へ", "a page down")),
    row(Action::First, &[c('g'), KeyCode::Home], LISTS, None, ("先頭へ", "to the first row")),
    row(
        Action::Last,
        &[c('G'), KeyCode::End],
        LISTS,
        None,
        ("末尾へ (記録は最新に追従)", "to the last row (the journal follows its end)"),
    ),
    row(
        Action::Filter,
        &[c('/')],
        FILTERED,
        Some(("絞込み", "filter")),
        (
            "患者、ファイル、記録を言葉で絞り込む (Esc で解除)",
            "leave only rows with a word: people, files, journal (Esc ends it)",
        ),
    ),
    row(
        Action::TakeOff,
        &[c('t')],
        ANY,
        Some(("取る", "take off")),
        ("選択中のリーダーからカードを取る", "take the card off the selected reader"),
    ),
    row(
        Action::AutoPilot,
        &[c('a')],
        ANY,
        Some(("自動", "auto")),
        ("患者の代わりに自動で答える 入/切", "answer for the patient automatically, on or off"),
    ),
    row(Action::NextReader, &[c('r')], ANY, None, ("次のリーダーを選ぶ", "select the next reader")),
    row(
        Action::Faults,
        &[c('f')],
        ANY,
        Some(("障害", "faults")),
        (
            "障害の一覧 (顔不一致、PIN ロック、応答なし など)",
            "faults that can be armed (face mismatch, locked PIN, no answer ...)",
        ),
    ),
    row(
        Action::Own,
        &[c('x')],
        FILTERED,
        Some(("手持ち", "own file")),
        (
            "手持ちのXML (公式の試験ファイルなど) を選び、次の受付の結果にする",
            "let the next visit bring a file of your own (official test XML)",
        ),
    ),
    row(
        Action::Adopt,
        &[c('+')],
        ANY,
        None,
        (
            "該当者なしの照会の人を採用する (記録の選んだ行、なければ最新)",
            "adopt whom a query named and nobody knew (chosen line, else latest)",
        ),
    ),
    row(
        Action::Chain,
        &[KeyCode::F(2), c('#')],
        ANY,
        None,
        (
            "識別子の連鎖 (端末の先のシステムが何を伝え合ったか)",
            "chain of identities (what the systems behind told each other)",
        ),
    ),
    row(
        Action::Scenarios,
        &[KeyCode::F(3), c('=')],
        ANY,
        None,
        ("シナリオ (試験計画の一覧、実行、結果)", "scenarios (the test plan: run them, see what came of it)"),
    ),
    row(Action::NextPanel, &[KeyCode::Tab], ANY, Some(("次の枠", "panel")), ("次の枠へ", "next panel")),
    row(Action::PreviousPanel, &[KeyCode::BackTab], ANY, None, ("前の枠へ", "panel before")),
    row(
        Action::Close,
        &[KeyCode::Esc],
        ANY,
        None,
        ("手前の窓を閉じる、絞込みを解除する", "close what lies on top, end a filter"),
    ),
    row(
        Action::Reset,
        &[c('R')],
        ANY,
        None,
        (
            "起動時の状態に戻す (確認あり、req / res / face には触れない)",
            "back to the start-up state (asks once; req, res and face stay)",
        ),
    ),
    row(
        Action::Mouse,
        &[c('m')],
        ANY,
        None,
        ("マウス操作 入/切 (切ると端末側で文字を選べる)", "mouse on or off (off lets the terminal select text)"),
    ),
    row(Action::Help, &[c('?'), c('h'), KeyCode::F(1)], ANY, Some(("ヘルプ", "help")), ("このヘルプ", "this help")),
    row(Action::Quit, &[c('q')], ANY, Some(("終了", "quit")), ("終了 (Ctrl-C も同じ)", "quit (Ctrl-C as well)")),
];
