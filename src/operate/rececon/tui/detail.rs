//! The lines of the details: a visit, a patient's sheet.

use ratatui::style::Style;

use super::app::App;
use crate::clinic::rececon::shown::{FaceRow, Item, Named};
use crate::clinic::rececon::view::{AlertView, CertificateView, PatientLine, PatientView, View, VisitView};
use crate::event::say;
use crate::operate::tui::Look;
use crate::operate::tui::width::{pad, width, wrap};

/// A line: texts with their styles.
pub type Line = Vec<(String, Style)>;

/// Cells of the names of fields.
const NAMES: usize = 22;

/// The style of what is known of a subsidy: an error is not *none*.
pub fn of_subsidy(look: Look, subsidy: &Named) -> Style {
    match subsidy.name.as_str() {
        "error" | "late" => look.bad(),
        "waiting" => look.warn(),
        "came" => look.good(),
        _ => look.dim(),
    }
}

/// Lines in at most so many cells: what is too long in the last piece of a line goes on below its beginning.
pub fn wrapped(lines: Vec<Line>, cells: usize) -> Vec<Line> {
    let one = |mut line: Line| {
        let Some((last, style)) = line.pop() else { return vec![line] };
        let before: usize = line.iter().map(|(text, _)| width(text)).sum();
        let mut rows = wrap(&last, cells.saturating_sub(before).max(1)).into_iter();
        line.push((rows.next().unwrap_or_default(), style));
        let below = rows.map(|row| vec![(" ".repeat(before), style), (row, style)]);
        std::iter::once(line).chain(below).collect()
    };
    lines.into_iter().flat_map(one).collect()
}

fn plain(text: impl Into<String>) -> Line {
    vec![(text.into(), Style::new())]
}

fn one_line(patient: &PatientLine) -> String {
    let PatientLine { number, name, name_kana, birthdate } = patient;
    [number, name, name_kana, birthdate].map(String::as_str).join("  ").trim().to_owned()
}

/// A visit whole.
pub fn of_visit(app: &App, view: &View, visit: &VisitView) -> Vec<Line> {
    let (look, word) = (app.look, |ja: &'static str, en: &'static str| say(app.lang, ja, en));
    let label = |text: &str| (format!("{} ", pad(text, NAMES)), look.dim());
    let by = visit.by.as_ref().map(|by| format!("  ({})", by.words.say(app.lang))).unwrap_or_default();
    let whose = match &visit.patient {
        Some(patient) => (format!("{} {}{by}", patient.number, patient.name), Style::new()),
        None => (visit.found.words.say(app.lang).to_owned(), look.warn()),
    };
    let validity = if visit.valid { look.good() } else { look.bad() };
    let subsidy = visit.subsidy_error.as_ref().map(|why| format!(" {why}")).unwrap_or_default();
    let mut lines = vec![
        vec![label(word("来院した人", "who came")), (one_line(&visit.person), Style::new())],
        vec![label(word("患者", "patient")), whose],
        vec![label(word("資格", "qualification")), (visit.validity.words.say(app.lang).to_owned(), validity)],
        vec![
            label(word("医療費助成", "subsidy")),
            (visit.subsidy.words.say(app.lang).to_owned(), of_subsidy(look, &visit.subsidy)),
            (subsidy, Style::new()),
        ],
    ];
    for candidate in &visit.candidates {
        lines.push(vec![label(word("該当する患者", "could be")), (one_line(candidate), Style::new())]);
    }
    lines
        .extend(view.alerts.iter().filter(|alert| alert.visit == Some(visit.number)).map(|alert| of_alert(app, alert)));
    for certificate in &visit.certificates {
        lines.extend(of_certificate(app, certificate));
    }
    for (at, record) in visit.records.iter().enumerate() {
        lines.push(Vec::new());
        let number = if visit.records.len() > 1 { format!(" {}", at + 1) } else { String::new() };
        lines.push(vec![(format!("{}{number}", word("資格確認の結果", "Result")), look.accent())]);
        lines.extend(items(app, record));
    }
    lines
}

fn of_certificate(app: &App, certificate: &CertificateView) -> Vec<Line> {
    let look = app.look;
    let style = if certificate.outcome.name == "new" { look.warn() } else { look.dim() };
    let head = say(app.lang, "受給者証", "Certificate");
    let outcome = format!("  {}", certificate.outcome.words.say(app.lang));
    let mut lines = vec![Vec::new(), vec![(head.to_owned(), look.accent()), (outcome, style)]];
    lines.extend(items(app, &certificate.items));
    lines.extend(face(app, &certificate.face));
    lines
}

/// An alert in one line; errors are told from what is only as it is.
pub fn of_alert(app: &App, alert: &AlertView) -> Line {
    let (word, style) = match alert.error {
        true => (say(app.lang, "エラー", "error"), app.look.bad()),
        false => (say(app.lang, "お知らせ", "notice"), app.look.warn()),
    };
    let about = match (alert.visit, &alert.patient) {
        (Some(visit), _) => format!(" ({} {visit})", say(app.lang, "受付", "visit")),
        (None, Some(patient)) => format!(" ({} {patient})", say(app.lang, "患者", "patient")),
        (None, None) => String::new(),
    };
    let text = format!("{} {}{about}", alert.kind.words.say(app.lang), alert.detail);
    vec![(pad(word, 9), style), (text, Style::new())]
}

/// A patient's sheet, public expenses in the order of application.
pub fn of_patient(app: &App, patient: &PatientView) -> Vec<Line> {
    let look = app.look;
    let mut lines = vec![vec![(one_line(&patient.line), look.accent())]];
    lines.extend(items(app, &patient.items));
    for (at, expense) in patient.expenses.iter().enumerate() {
        let head = match app.lang {
            crate::event::Lang::Ja => format!("第{}公費", at + 1),
            crate::event::Lang::En => format!("Public expense No. {}", at + 1),
        };
        lines.extend([Vec::new(), vec![(head, look.accent())]]);
        lines.extend(items(app, &expense.items));
        lines.extend(face(app, &expense.face));
    }
    if patient.expenses.is_empty() {
        lines.extend([Vec::new(), plain(say(app.lang, "公費はありません", "no public expenses"))]);
    }
    lines
}

fn items(app: &App, items: &[Item]) -> Vec<Line> {
    let line = |item: &Item| {
        vec![(format!("{} ", pad(item.words.say(app.lang), NAMES)), app.look.dim()), (item.value.clone(), Style::new())]
    };
    items.iter().map(line).collect()
}

fn face(app: &App, rows: &[FaceRow]) -> Vec<Line> {
    let head = (!rows.is_empty())
        .then(|| vec![(say(app.lang, "券面項目", "On the certificate").to_owned(), app.look.accent())]);
    let line = |row: &FaceRow| {
        let name = format!("{} ", pad(&format!("{}{}", "  ".repeat(row.level), row.name), NAMES));
        vec![(name, app.look.dim()), (row.value.clone().unwrap_or_default(), Style::new())]
    };
    head.into_iter().chain(rows.iter().map(line)).collect()
}
