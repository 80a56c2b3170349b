//! The page of scenarios: what is run, what passes, what is asked, what came of it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use madoguchi::event::{Lang, Words};
use madoguchi::operate::scenario::consumer::Consumer;
use madoguchi::operate::scenario::model::Group;
use madoguchi::operate::scenario::onlooker::Said;
use madoguchi::operate::scenario::verdict::{Check, State, StepVerdict, Verdict};
use madoguchi::operate::tui::{App, Order, Popup, Told};
use madoguchi::station::view::View;

use crate::rich::rich;
use crate::screens::{LOOK, buffer, text};

fn press(app: &mut App, view: &View, code: KeyCode) -> Vec<Order> {
    app.on_key(KeyEvent::new(code, KeyModifiers::NONE), view);
    app.orders()
}

/// The page, with the cursor so many rows down.
fn page(lang: Lang, rows: usize, width: u16, height: u16) -> (App, View) {
    let view = rich(lang);
    let mut app = App::new(lang, LOOK, width, height);
    app.on_view(&view);
    press(&mut app, &view, KeyCode::F(3));
    (0..rows).for_each(|_| drop(press(&mut app, &view, KeyCode::Down)));
    (app, view)
}

fn both(text: &str) -> Words {
    Words::new(text, text)
}

fn step(number: usize, deed: &str, checks: Vec<Check>) -> StepVerdict {
    StepVerdict { number, line: Some(7), name: Some("v".into()), deed: deed.into(), checks }
}

fn failed() -> Verdict {
    let nearest = Words::new("「1234566」は MessageBody/… にある", "\"1234566\" stands at MessageBody/…");
    let miss = Check::failed(
        Words::new("//Number は「1234566」", "//Number is \"1234566\""),
        Words::new("その要素がない", "there is no such element"),
        Some(nearest),
    );
    Verdict {
        id: "B-01".into(),
        file: "scenarios/B-01.toml".into(),
        title: both("t"),
        group: Group::Normal,
        state: State::Failed,
        terminal_alone: false,
        why: None,
        steps: vec![step(1, "visit hanako", vec![Check::held(both("a"))]), step(2, "wait face", vec![miss])],
        faults: Vec::new(),
        millis: 1.0,
    }
}

#[test]
fn the_plan_is_there_by_group_and_says_what_the_chosen_one_is_about() {
    let shown = |lang, rows, width, height| {
        let (app, view) = page(lang, rows, width, height);
        text(&buffer(&app, &view, width, height))
    };
    insta::assert_snapshot!("plan_120x36", shown(Lang::Ja, 1, 120, 36));
    insta::assert_snapshot!("plan_80x24_en", shown(Lang::En, 3, 80, 24));
    insta::assert_snapshot!("plan_40x10", shown(Lang::Ja, 2, 40, 10));
}

#[test]
fn what_goes_on_is_seen_on_a_narrow_screen_too() {
    for (lang, name, width, height) in [(Lang::Ja, "going_on_120x36", 120, 36), (Lang::En, "going_on_60x18_en", 60, 18)]
    {
        let (mut app, view) = page(lang, 1, width, height);
        assert!(
            matches!(press(&mut app, &view, KeyCode::Enter).as_slice(), [Order::Run(one, Consumer::Nobody)] if one.len() == 1 && one[0].id == "B-01")
        );
        for told in [
            Told::Begins("B-01".into()),
            Told::Passed(step(1, "visit hanako", vec![Check::held(both("a"))])),
            Told::Acts(2, 3, "wait v.face".into()),
            Told::Awaits(Words::new("v.face が collected になる", "v.face is collected")),
        ] {
            app.hear(told);
        }
        insta::assert_snapshot!(name, text(&buffer(&app, &view, width, height)));
        // Nothing else begins meanwhile; the first Esc stops the run.
        assert!(press(&mut app, &view, KeyCode::Enter).is_empty());
        assert!(matches!(press(&mut app, &view, KeyCode::Esc).as_slice(), [Order::Stop]));
        app.hear(Told::Ends(Box::new(failed())));
        app.hear(Told::Over);
        insta::assert_snapshot!(name.replace("going_on", "failed"), text(&buffer(&app, &view, width, height)));
        assert!(press(&mut app, &view, KeyCode::Esc).is_empty() && app.popup().is_none());
    }
}

#[test]
fn what_is_asked_is_answered_by_y_and_n_or_left_open() {
    let right = Words::new("「花子」", "\"Hanako\"");
    let (mut app, view) = page(Lang::Ja, 1, 40, 10);
    press(&mut app, &view, KeyCode::Enter);
    app.hear(Told::Begins("B-01".into()));
    for (code, said) in
        [(KeyCode::Char('y'), Some(Said::Yes)), (KeyCode::Char('n'), Some(Said::No)), (KeyCode::Esc, None)]
    {
        app.hear(Told::Asks(Words::new("誰の受付ですか", "Whose reception is it?"), Some(right.clone())));
        if said.is_none() {
            insta::assert_snapshot!("asked_40x10", text(&buffer(&app, &view, 40, 10)));
        }
        assert!(press(&mut app, &view, KeyCode::Down).is_empty());
        assert!(matches!(press(&mut app, &view, code).as_slice(), [Order::Answer(answer)] if *answer == said));
        assert_eq!(app.popup(), Some(&Popup::Scenarios));
    }
}

#[test]
fn a_heading_runs_all_of_its_group() {
    let (mut app, view) = page(Lang::Ja, 0, 80, 24);
    let orders = press(&mut app, &view, KeyCode::Enter);
    let [Order::Run(group, _)] = orders.as_slice() else { panic!("{orders:?}") };
    assert!(group.len() > 10 && group.iter().all(|read| read.scenario.group == Group::Normal));
}

fn type_in(app: &mut App, view: &View, text: &str) {
    text.chars().for_each(|letter| drop(press(app, view, KeyCode::Char(letter))));
}

#[test]
fn the_consumer_that_takes_part_is_typed_as_on_the_command_line() {
    let (mut app, view) = page(Lang::Ja, 1, 80, 24);
    press(&mut app, &view, KeyCode::Char('c'));
    type_in(&mut app, &view, "sampel");
    assert!(press(&mut app, &view, KeyCode::Enter).is_empty(), "it does not run what it does not know");
    assert!(text(&buffer(&app, &view, 80, 24)).contains("「sampel」はレセコンの指定ではありません"));
    for _ in 0..2 {
        press(&mut app, &view, KeyCode::Backspace);
    }
    type_in(&mut app, &view, "le:ignores-er");
    press(&mut app, &view, KeyCode::Enter);
    insta::assert_snapshot!("consumer_80x24", text(&buffer(&app, &view, 80, 24)));
    type_in(&mut app, &view, "r");
    press(&mut app, &view, KeyCode::Enter);
    assert!(text(&buffer(&app, &view, 80, 24)).contains("レセコン: sample:ignores-err"));
    let orders = press(&mut app, &view, KeyCode::Enter);
    let [Order::Run(_, Consumer::Sample(mistakes, _))] = orders.as_slice() else { panic!("{orders:?}") };
    assert_eq!(mistakes.iter().map(|mistake| mistake.to_string()).collect::<Vec<_>>(), ["ignores-err"]);
    app.hear(Told::Over);
    // Left as it was by Esc; another one by its address; none when it is empty.
    press(&mut app, &view, KeyCode::Char('c'));
    type_in(&mut app, &view, "xyz");
    press(&mut app, &view, KeyCode::Esc);
    assert_eq!(app.popup(), Some(&Popup::Scenarios), "Esc ended the typing alone");
    for (typed, is_at) in [("127.0.0.1:8793", true), ("", false)] {
        press(&mut app, &view, KeyCode::Char('c'));
        (0..40).for_each(|_| drop(press(&mut app, &view, KeyCode::Backspace)));
        type_in(&mut app, &view, typed);
        press(&mut app, &view, KeyCode::Enter);
        let orders = press(&mut app, &view, KeyCode::Enter);
        let [Order::Run(_, beside)] = orders.as_slice() else { panic!("{orders:?}") };
        assert_eq!(matches!(beside, Consumer::At(_)), is_at, "{beside:?}");
        app.hear(Told::Over);
    }
}

#[test]
fn the_consumer_is_seen_where_there_is_little_room() {
    let (mut app, view) = page(Lang::En, 1, 40, 10);
    press(&mut app, &view, KeyCode::Char('c'));
    type_in(&mut app, &view, "http://192.0.2.7:8793/a/long/way/to/it");
    insta::assert_snapshot!("consumer_40x10_en", text(&buffer(&app, &view, 40, 10)));
}
