//! The screen, cell by cell and key by key. Every snapshot has been read; read them again when they change.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::CellWidth;
use serde_json::{Value, json};

use super::{Act, App, Page, draw};
use crate::clinic::rececon::orders::Order;
use crate::clinic::rececon::shown::{self, FaceRow, Item, Of};
use crate::clinic::rececon::view::{
    AlertView, CertificateView, DialogueView, ExpenseView, FieldView, Found, PatientLine, PatientView, RequestView,
    View, VisitView,
};
use crate::event::{Lang, Words};
use crate::operate::tui::Look;

const LOOK: Look = Look { colour: true, boxes: true };
const ADDRESS: &str = "http://127.0.0.1:8793";

fn taro() -> PatientLine {
    PatientLine {
        number: "01234".into(),
        name: "窓口　太郎".into(),
        name_kana: "ﾏﾄﾞｸﾞﾁ ﾀﾛｳ".into(),
        birthdate: "1985-04-12".into(),
    }
}

fn hanako() -> PatientLine {
    PatientLine {
        number: "05678".into(),
        name: "試験　花子".into(),
        name_kana: "ｼｹﾝ ﾊﾅｺ".into(),
        birthdate: "1990-09-03".into(),
    }
}

fn item_of(of: Of, field: &str, value: &str) -> Item {
    Item { field: field.into(), words: shown::words(of, field), value: shown::value(field, value) }
}

fn item(field: &str, value: &str) -> Item {
    item_of(Of::Person, field, value)
}

fn nanbyo() -> Vec<Item> {
    [
        ("name", "特定医療費（指定難病）受給者証"),
        ("payer-number", "54139993"),
        ("recipient-number", "1234566"),
        ("valid-to", "20270331"),
        ("limit/0/amount-month", "10000"),
    ]
    .map(|(field, value)| item_of(Of::Expense, field, value))
    .into()
}

fn face() -> Vec<FaceRow> {
    [(0, "受給者", None), (1, "氏名", None), (2, "漢字", Some("窓口　太郎")), (0, "疾病名", None)]
        .map(|(level, name, value)| FaceRow { level, name: name.into(), value: value.map(str::to_owned) })
        .into()
}

fn visit(number: u32, person: &PatientLine, subsidy: &str) -> VisitView {
    VisitView {
        number,
        time: format!("202611210930{number:02}"),
        person: person.clone(),
        patient: Some(person.clone()),
        found: shown::named(shown::FOUND, "known"),
        by: Some(shown::named(shown::BY, "reference-number")),
        validity: shown::validity("1"),
        valid: true,
        subsidy: shown::named(shown::SUBSIDY, subsidy),
        records: vec![vec![item("name", &person.name), item("birthdate", "19850412")]],
        may: vec!["accept"],
        ..VisitView::default()
    }
}

fn alert(number: u32, name: &str, ja: &str, error: bool) -> AlertView {
    let kind = shown::Named { name: name.into(), words: Words::new(ja, name) };
    AlertView { number, kind, error, visit: Some(3), ..AlertView::default() }
}

/// Somebody with a certificate to import, somebody unknown, an error, a difference.
fn busy() -> View {
    let came = VisitView {
        certificates: vec![CertificateView {
            outcome: shown::named(shown::OUTCOME, "new"),
            items: nanbyo(),
            face: face(),
        }],
        may: vec!["accept", "import"],
        ..visit(1, &taro(), "came")
    };
    let nobody = VisitView {
        patient: None,
        by: None,
        found: shown::named(shown::FOUND, "several"),
        candidates: vec![hanako(), taro()],
        may: vec!["register", "link"],
        ..visit(2, &hanako(), "none")
    };
    let failed = VisitView {
        subsidy_error: Some("PMH_E009 応答がありません".into()),
        accepted: true,
        may: Vec::new(),
        ..visit(3, &taro(), "error")
    };
    let invalid = VisitView { validity: shown::validity("3"), valid: false, ..visit(4, &hanako(), "waiting") };
    let field = |name: &str, stored: Option<&str>, incoming: Option<&str>| FieldView {
        field: name.into(),
        words: shown::words(Of::Person, name),
        stored: stored.map(str::to_owned),
        incoming: incoming.map(str::to_owned),
    };
    View {
        visits: vec![came, nobody, failed, invalid],
        dialogues: vec![
            DialogueView {
                number: 7,
                kind: shown::named(shown::KIND, "person"),
                patient: taro(),
                visit: Some(3),
                fields: vec![
                    field("name", Some("窓口　次郎"), Some("窓口　太郎")),
                    field(
                        "address",
                        Some("架空県見本市窓口町１丁目２番３号　見本マンション１０１号室"),
                        Some("架空県試験市"),
                    ),
                    field("limit-class", None, Some("B")),
                ],
            },
            DialogueView {
                number: 8,
                kind: shown::named(shown::KIND, "absence"),
                patient: hanako(),
                visit: Some(2),
                fields: vec![field("expense/2", Some("自立支援医療（精神通院） 21139993"), None)],
            },
        ],
        alerts: vec![
            alert(1, "paper-management", "自己負担上限額管理票（紙）を確かめてください", false),
            alert(2, "subsidy-failed", "医療費助成の情報が取得できませんでした（ないのではありません）", true),
        ],
        requests: vec![RequestView {
            file: "OQSsiquc01req_202611210001.xml".into(),
            patient: "01234".into(),
            errand: shown::named(shown::ERRAND, "query"),
            state: shown::named(shown::REQUEST, "failed"),
        }],
        patients: 2,
        ..View::default()
    }
}

fn sheet() -> PatientView {
    let aid = vec![item_of(Of::Expense, "name", "医療扶助"), item_of(Of::Expense, "payer-number", "12139998")];
    let expense = |id, items, face| ExpenseView { id, items, face };
    PatientView {
        line: taro(),
        items: vec![item("name", "窓口　太郎"), item("sex", "1"), item("insurer-number", "01139997")],
        expenses: vec![expense(2, nanbyo(), face()), expense(1, aid, Vec::new())],
        requests: Vec::new(),
    }
}

/// An app after some keys: `\n` Enter, `>` Down, `<` Up, `→` Right, `\t` Tab, `\x1b` Esc. The book answers as a desk would.
fn after(keys: &str, lang: Lang, width: u16, height: u16) -> (App, Vec<Act>) {
    let view = busy();
    let mut app = App::new(lang, LOOK, ADDRESS, width, height);
    let mut orders = Vec::new();
    for key in keys.chars() {
        let code = match key {
            '\n' => KeyCode::Enter,
            '>' => KeyCode::Down,
            '<' => KeyCode::Up,
            '→' => KeyCode::Right,
            '\t' => KeyCode::Tab,
            '\x1b' => KeyCode::Esc,
            '↓' => KeyCode::PageDown,
            other => KeyCode::Char(other),
        };
        for act in app.on_key(KeyEvent::new(code, KeyModifiers::NONE), &view) {
            match act {
                Act::Find(wanted) => {
                    let patients: Vec<_> =
                        [taro(), hanako()].into_iter().filter(|one| one.number.contains(&wanted)).collect();
                    app.show_found(Found { all: patients.len(), patients });
                }
                Act::Open(_) => app.show_sheet(Some(sheet())),
                order => orders.push(order),
            }
        }
    }
    (app, orders)
}

fn text(app: &App, view: &View, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(app, view, frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let mut out = String::new();
    for y in 0..height {
        let (mut row, mut x) = (String::new(), 0);
        while x < width {
            let cell = &buffer[(x, y)];
            row.push_str(cell.symbol());
            x += cell.cell_width().max(1);
        }
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}

macro_rules! screens {
    ($($name:ident: $keys:expr, $lang:ident, $width:expr, $height:expr;)*) => {
        $(
            #[test]
            fn $name() {
                let (app, _) = after($keys, Lang::$lang, $width, $height);
                insta::assert_snapshot!(text(&app, &busy(), $width, $height));
            }
        )*
    };
}

screens! {
    visits_120x30: "", Ja, 120, 30;
    visits_80x24: ">>", Ja, 80, 24;
    visits_80x24_en: ">", En, 80, 24;
    visits_small_50x14: "", Ja, 50, 14;
    visits_50x20_en: "", En, 50, 20;
    import_80x40: ">>>", Ja, 80, 40;
    question_80x24: "2 >>a>", Ja, 80, 24;
    question_small_50x14: "2>> ", Ja, 50, 14;
    absence_80x24_en: "2→ ", En, 80, 24;
    alerts_80x24: "3", Ja, 80, 24;
    book_120x30: "4\n", Ja, 120, 30;
    book_searched_80x24: "4/05", Ja, 80, 24;
    whose_visit_80x24: ">>l", Ja, 80, 24;
    requests_80x24: "5", Ja, 80, 24;
    slip_80x24: "p", Ja, 80, 24;
    too_small_30x8: "", Ja, 30, 8;
}

/// Cut is what can be guessed (name, patient), never what is known of the subsidy and whether somebody was received.
#[test]
fn no_width_cuts_the_state_of_a_visit_or_of_its_subsidy() {
    let view = busy();
    for lang in [Lang::Ja, Lang::En] {
        for width in 40..=140 {
            let app = App::new(lang, LOOK, ADDRESS, width, 30);
            let shown = text(&app, &view, width, 30);
            let list: Vec<&str> = shown.lines().skip(2).take(view.visits.len()).collect();
            for (visit, row) in app.visits(&view).into_iter().zip(list) {
                // Beside the list stand the details.
                let row = row.split("│").nth(1).unwrap_or_default().trim_end();
                let states = ["確認", "受付済", "未受付", "asked", "here", "waits"];
                assert!(states.iter().any(|state| row.ends_with(state)), "{width}: {row:?}");
                let subsidy = visit.subsidy.words.say(lang);
                assert!(row.contains(subsidy), "{width}: no {subsidy:?} in {row:?}");
            }
        }
    }
}

#[test]
fn nothing_yet_says_so() {
    let app = App::new(Lang::Ja, LOOK, ADDRESS, 80, 12);
    insta::assert_snapshot!(text(&app, &View::default(), 80, 12));
}

fn as_order(order: Value) -> Order {
    serde_json::from_value(order).unwrap()
}

#[test]
fn each_key_gives_the_order_that_its_hint_promises_about_what_is_selected() {
    let fields = json!({ "name": "keep", "address": "accept", "limit-class": "keep" });
    for (keys, order) in [
        ("\n", json!({ "order": "accept", "visit": 4 })),
        (">>>i", json!({ "order": "import", "visit": 1 })),
        (">>r", json!({ "order": "register", "visit": 2 })),
        (">>l>\n", json!({ "order": "link", "visit": 2, "patient": "05678" })),
        ("a", json!({ "order": "ask", "patient": "05678" })),
        ("4n", json!({ "order": "register-number", "patient": "01234" })),
        (">d> \n", json!({ "order": "answer", "dialogue": 7, "fields": fields })),
        ("2→ \n", json!({ "order": "answer", "dialogue": 8, "fields": { "expense/2": "accept" } })),
        ("2→\n", json!({ "order": "answer", "dialogue": 8, "fields": { "expense/2": "keep" } })),
        ("3x", json!({ "order": "dismiss", "alert": 2 })),
        ("3>x", json!({ "order": "dismiss", "alert": 1 })),
        ("3X", json!({ "order": "dismiss" })),
    ] {
        let (_, orders) = after(keys, Lang::Ja, 80, 24);
        let given: Vec<_> =
            orders.iter().map(|act| if let Act::Order(order, _) = act { order } else { panic!() }).collect();
        assert_eq!(given, [&as_order(order)], "{keys:?}");
    }
}

#[test]
fn a_key_whose_order_the_desk_would_refuse_does_nothing() {
    // Visit 3 is accepted and has nothing to import; an ended expense has to be named by itself.
    for keys in [">\n", ">i", ">r", "2→a", ">>p"] {
        assert_eq!(after(keys, Lang::Ja, 80, 24).1, [], "{keys:?}");
    }
    let (app, _) = after("2→a", Lang::Ja, 80, 24);
    assert!(app.ticked.is_empty());
}

#[test]
fn letters_that_are_typed_into_the_search_are_no_keys() {
    let (app, orders) = after("4/qxa5", Lang::Ja, 80, 24);
    assert!(!app.quits() && orders.is_empty());
    assert_eq!((app.page, app.wanted.as_str()), (Page::Book, "qxa5"));
}

#[test]
fn the_newest_visit_is_followed_until_another_one_is_chosen() {
    let (mut app, _) = after("", Lang::Ja, 80, 24);
    let mut view = busy();
    view.visits.push(visit(5, &taro(), "none"));
    assert_eq!(app.selected(&view).unwrap().number, 5);
    app.on_key(KeyEvent::new(KeyCode::Down, KeyModifiers::NONE), &view);
    view.visits.push(visit(6, &taro(), "none"));
    assert_eq!(app.selected(&view).unwrap().number, 4);
}

proptest! {
    #[test]
    fn no_keys_and_no_size_make_the_screen_fail(keys in "[\n\t<>→↓ a-zA-Z0-9/]{0,12}", width in 1u16..130, height in 1u16..40) {
        let (app, _) = after(&keys, Lang::Ja, width, height);
        text(&app, &busy(), width, height);
        text(&app, &View::default(), width, height);
    }
}
