//! What the screen looks like. Every snapshot here has been read; read them again when they change.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use madoguchi::event::chain::{Arrow, Carried, Occasion, System};
use madoguchi::event::{Entry, Event, FolderKind, Lang};
use madoguchi::operate::tui::{App, Look, draw};
use madoguchi::station::view::{ChainView, View};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use crate::rich::{FACE, fresh, idle, own_files, rich, terminal};

pub const LOOK: Look = Look { colour: true, boxes: true };

pub fn buffer(app: &App, view: &View, width: u16, height: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(app, view, frame)).unwrap();
    terminal.backend().buffer().clone()
}

/// The cells as text; the second cell of a full-width character is no cell of the text.
pub fn text(buffer: &Buffer) -> String {
    use ratatui::buffer::CellWidth;
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut row = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let cell = &buffer[(x, y)];
            row.push_str(cell.symbol());
            x += cell.cell_width().max(1);
        }
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}

/// The screen after some keys: `\t` Tab, `\n` Enter, `\x1b` Esc, `<` Up, `>` Down, `←` Left.
fn after(keys: &str, view: &View, width: u16, height: u16) -> String {
    let mut app = App::new(view.lang, LOOK, width, height);
    app.on_view(view);
    for key in keys.chars() {
        let code = match key {
            '\t' => KeyCode::Tab,
            '\n' => KeyCode::Enter,
            '\x1b' => KeyCode::Esc,
            '<' => KeyCode::Up,
            '>' => KeyCode::Down,
            '\u{2190}' => KeyCode::Left,
            other => KeyCode::Char(other),
        };
        app.on_key(KeyEvent::new(code, KeyModifiers::NONE), view);
        while let Some(file) = app.wants(view) {
            let document = if file.folder == FolderKind::Req { REQUEST } else { DOCUMENT };
            app.show(&file, Some(document.as_bytes()));
        }
        if app.wants_own(view).is_some() {
            app.show_own(own_files(), view);
        }
    }
    text(&buffer(&app, view, width, height))
}

const REQUEST: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<XmlMsg>
  <MessageHeader>
    <QualificationConfirmationDate>20260929</QualificationConfirmationDate>
    <MedicalInstitutionCode>1312345679</MedicalInstitutionCode>
    <ArbitraryFileIdentifier>20260929160130001</ArbitraryFileIdentifier>
  </MessageHeader>
  <MessageBody>
    <QualificationConfirmSearchInfo>
      <InsurerNumber>06139999</InsurerNumber>
      <InsuredCardSymbol>１２</InsuredCardSymbol>
      <InsuredIdentificationNumber>３４５６</InsuredIdentificationNumber>
      <Birthdate>19800401</Birthdate>
      <LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>
    </QualificationConfirmSearchInfo>
  </MessageBody>
</XmlMsg>
";

const DOCUMENT: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>
<XmlMsg>
  <MessageHeader>
    <ProcessExecutionTime>20260929160112</ProcessExecutionTime>
    <QualificationConfirmationDate>20260929</QualificationConfirmationDate>
    <MedicalInstitutionCode>1312345679</MedicalInstitutionCode>
    <ArbitraryFileIdentifier>ArnHCeDfNjMCFzg=</ArbitraryFileIdentifier>
    <ReferenceClassification>1</ReferenceClassification>
    <SegmentOfResult>1</SegmentOfResult>
    <CharacterCodeIdentifier>0</CharacterCodeIdentifier>
  </MessageHeader>
  <MessageBody>
    <PrescriptionIssueSelect>2</PrescriptionIssueSelect>
    <ProcessingResultStatus>1</ProcessingResultStatus>
    <QualificationValidity>1</QualificationValidity>
    <ResultList>
      <ResultOfQualificationConfirmation>
        <InsuredCardClassification>01</InsuredCardClassification>
        <InsurerNumber>06139999</InsurerNumber>
        <InsuredCardSymbol>１２</InsuredCardSymbol>
        <InsuredIdentificationNumber>３４５６</InsuredIdentificationNumber>
        <Name>山田　太郎</Name>
        <NameKana>ﾔﾏﾀﾞ ﾀﾛｳ</NameKana>
        <Sex1>1</Sex1>
        <Birthdate>19800401</Birthdate>
        <LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>
        <LimitApplicationCertificateRelatedConsTime>20260929160112</LimitApplicationCertificateRelatedConsTime>
        <InsurerName>窓口健康保険組合</InsurerName>
      </ResultOfQualificationConfirmation>
    </ResultList>
  </MessageBody>
</XmlMsg>
";

macro_rules! screens {
    ($($name:ident: $view:expr, $keys:expr, $width:expr, $height:expr;)*) => {
        $(
            #[test]
            fn $name() {
                insta::assert_snapshot!(after($keys, &$view, $width, $height));
            }
        )*
    };
}

screens! {
    just_started_80x24: fresh(Lang::Ja), "", 80, 24;
    just_started_80x24_en: fresh(Lang::En), "", 80, 24;
    at_work_80x24: rich(Lang::Ja), "", 80, 24;
    at_work_120x36: rich(Lang::Ja), "\t\t", 120, 36;
    at_work_120x36_en: rich(Lang::En), "\t", 120, 36;
    at_work_200x60: rich(Lang::Ja), "", 200, 60;
    at_work_200x60_en: rich(Lang::En), "", 200, 60;
    small_60x18_people: rich(Lang::Ja), "", 60, 18;
    small_60x18_reader: rich(Lang::Ja), "\t", 60, 18;
    smallest_40x10_folder: rich(Lang::Ja), "\t\t", 40, 10;
    too_small_30x8: rich(Lang::Ja), "", 30, 8;
    help_80x24: rich(Lang::Ja), "?", 80, 24;
    help_120x36_en: rich(Lang::En), "\t?", 120, 36;
    faults_80x24: rich(Lang::Ja), "f>>>>>>", 80, 24;
    faults_120x36_en: rich(Lang::En), "f", 120, 36;
    filter_80x24: rich(Lang::Ja), "/たなか", 80, 24;
    own_80x24: bound(Lang::Ja), "x", 80, 24;
    own_broken_80x24: bound(Lang::Ja), "xG", 80, 24;
    own_120x36_en: bound(Lang::En), "x>", 120, 36;
    own_bound_80x24: bound(Lang::Ja), "", 80, 24;
    chain_of_nobody_80x24: rich(Lang::Ja), "#", 80, 24;
    chain_120x36: chained(Lang::Ja), "#", 120, 36;
    chain_80x24_en: chained(Lang::En), "#>>", 80, 24;
    reset_80x24: rich(Lang::Ja), "R", 80, 24;
    who_80x24: unknown_card(Lang::Ja), "", 80, 24;
    who_searched_80x24: unknown_card(Lang::Ja), "すず", 80, 24;
    who_120x36_en: unknown_card(Lang::En), ">>", 120, 36;
    pin_80x24: rich(Lang::Ja), "B12", 80, 24;
    file_open_80x24: rich(Lang::Ja), "\t\t>>>\n>>>>>>>>>", 80, 24;
    file_open_120x36: rich(Lang::Ja), "\t\t>>>\nGkkkkk", 120, 36;
    file_open_120x36_en: rich(Lang::En), "\t\t>>>\n", 120, 36;
    file_open_200x60: rich(Lang::Ja), "\t\t>>>\n", 200, 60;
    file_raw_80x24: rich(Lang::Ja), "\t\t>>>\nx", 80, 24;
    both_200x60: exchanged(Lang::Ja), "\t\t>\n\n", 200, 60;
    both_120x36_en: exchanged(Lang::En), "\t\t>\n\n\n>>", 120, 36;
    both_80x24_request: exchanged(Lang::Ja), "\t\t>\n\n", 80, 24;
    both_80x24_answer: exchanged(Lang::Ja), "\t\t>\n\n\n", 80, 24;
    both_40x10_answer: exchanged(Lang::Ja), "\t\t>\n\n\n", 40, 10;
    repeat_request_80x24: exchanged(Lang::Ja), "\t\t>.>", 80, 24;
    repeat_visit_120x36_en: exchanged(Lang::En), "\t\tG.", 120, 36;
    repeat_nothing_80x24: rich(Lang::Ja), "\t\t.", 80, 24;
    several_terminals_and_readers_200x60: several(Lang::Ja), "r", 200, 60;
    alarm_80x24: alarm(Lang::Ja), "", 80, 24;
    frozen_120x36: View { frozen: true, ..fresh(Lang::Ja) }, "", 120, 36;
}

/// After a visit.
fn chained(lang: Lang) -> View {
    let visit = Event::Chain {
        occasion: Occasion::Visit,
        person: Some("taro".into()),
        arrows: vec![
            Arrow { from: System::Terminal, to: System::Eligibility, carried: vec![Carried::Evidence] },
            Arrow {
                from: System::Eligibility,
                to: System::Eligibility,
                carried: vec![Carried::Serial, Carried::PmhId],
            },
            Arrow { from: System::Eligibility, to: System::Pmh, carried: vec![Carried::LinkageKey] },
            Arrow { from: System::Pmh, to: System::Eligibility, carried: vec![Carried::Certificates { count: 2 }] },
        ],
    };
    let view = rich(lang);
    let entries = (7..15).map(|seq| Entry { seq, time: view.time, event: visit.clone() });
    View { chains: entries.filter_map(|entry| ChainView::of(&entry)).collect(), ..view }
}

/// The first reader holds a card that nobody knows.
fn unknown_card(lang: Lang) -> View {
    View { readers: vec![crate::rich::asking(1)], ..rich(lang) }
}

/// The next visit of the first reader brings a file of the operator's own.
fn bound(lang: Lang) -> View {
    let mut view = rich(lang);
    if let Some(reader) = view.readers.first_mut() {
        reader.own = Some("official/case01/face.xml".into());
    }
    view
}

/// A request with its answer, newest in the list, and a visit below.
fn exchanged(lang: Lang) -> View {
    let mut view = rich(lang);
    view.files = crate::rich::exchanged();
    view
}

fn several(lang: Lang) -> View {
    let mut view = rich(lang);
    view.terminals.push(terminal(2));
    view.readers.push(idle(3));
    let mut second = view.files.clone();
    second.iter_mut().for_each(|file| file.terminal = 2);
    view.files.extend(second);
    view
}

fn alarm(lang: Lang) -> View {
    let mut view = rich(lang);
    if let Some(reader) = view.readers.first_mut() {
        reader.alarm = true;
        reader.state = "remove-card".into();
        reader.screen.buttons.clear();
        reader.screen.title = crate::rich::words("カードをお取りください", "Please take your card");
    }
    view
}

#[test]
fn the_open_file_is_the_face_file() {
    assert!(after("\t\t>>>\n", &rich(Lang::Ja), 120, 36).contains(FACE.get(..19).unwrap()));
}
