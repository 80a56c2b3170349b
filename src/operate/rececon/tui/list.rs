//! The list of who used the reader: its columns are as wide as what stands in them, so that a narrow terminal shows as much as it can.

use ratatui::style::Style;

use super::app::App;
use super::detail::{self, Line};
use crate::clinic::rececon::view::{View, VisitView};
use crate::event::say;
use crate::operate::tui::width::{pad, width};

/// 無効 and 有効 stand at the beginning; why, the details say.
const VALID: usize = 10;
/// Fewer cells say little of a name, and cut a 患者番号.
const NAME: usize = 6;
const PATIENT: usize = 5;
/// The least that any column has: 有効, and two letters of a name.
const WORD: usize = 4;

/// The cells of a row, in the order in which they stand.
struct Row {
    number: (String, Style),
    time: (String, Style),
    name: (String, Style),
    born: (String, Style),
    patient: (String, Style),
    valid: (String, Style),
    subsidy: (String, Style),
    state: (String, Style),
}

/// The rows, newest first, in so many cells.
pub(super) fn visits(app: &App, view: &View, cells: u16) -> Vec<Line> {
    let rows: Vec<Row> = app.visits(view).into_iter().map(|visit| Row::of(app, view, visit)).collect();
    let columns = Columns::of(&rows, usize::from(cells));
    rows.into_iter().map(|row| columns.line(row)).collect()
}

impl Row {
    fn of(app: &App, view: &View, visit: &VisitView) -> Self {
        let look = app.look;
        let clock = visit.time.get(8..12).and_then(|t| Some(format!("{}:{}", t.get(..2)?, t.get(2..)?)));
        let patient = visit.patient.as_ref().map_or_else(
            || (visit.found.words.say(app.lang).to_owned(), look.warn()),
            |patient| (patient.number.clone(), Style::new()),
        );
        let asked = view.dialogues.iter().any(|dialogue| dialogue.visit == Some(visit.number));
        let state = match (asked, visit.accepted) {
            (true, _) => (say(app.lang, "確認", "asked"), look.warn()),
            (false, true) => (say(app.lang, "受付済", "here"), look.good()),
            (false, false) => (say(app.lang, "未受付", "waits"), Style::new()),
        };
        Self {
            number: (visit.number.to_string(), look.dim()),
            time: (clock.unwrap_or_default(), look.dim()),
            name: (visit.person.name.clone(), Style::new()),
            born: (visit.person.birthdate.clone(), look.dim()),
            patient,
            valid: (visit.validity.words.say(app.lang).to_owned(), if visit.valid { Style::new() } else { look.bad() }),
            subsidy: (visit.subsidy.words.say(app.lang).to_owned(), detail::of_subsidy(look, &visit.subsidy)),
            state: (state.0.to_owned(), state.1),
        }
    }
}

/// Cells of each column; 0 where there is none.
#[derive(Clone, Copy)]
struct Columns {
    number: usize,
    time: usize,
    name: usize,
    born: usize,
    patient: usize,
    valid: usize,
    subsidy: usize,
    state: usize,
}

impl Columns {
    /// As wide as what stands in them. Without room the reason of an invalid qualification is cut, then the birth date goes, then the time;
    /// then name and patient are cut. What is known of the subsidy and whether the patient was received stay whole.
    fn of(rows: &[Row], cells: usize) -> Self {
        let widest = |of: fn(&Row) -> &(String, Style)| rows.iter().map(|row| width(&of(row).0)).max().unwrap_or(0);
        let mut columns = Self {
            number: widest(|row| &row.number).max(2),
            time: widest(|row| &row.time),
            name: widest(|row| &row.name),
            born: widest(|row| &row.born),
            patient: widest(|row| &row.patient),
            valid: widest(|row| &row.valid),
            subsidy: widest(|row| &row.subsidy),
            state: widest(|row| &row.state),
        };
        let shrunk = |column: usize, least: usize, over: usize| column.saturating_sub(over).max(least.min(column));
        columns.valid = shrunk(columns.valid, VALID, columns.taken().saturating_sub(cells));
        if columns.taken() > cells {
            columns.born = 0;
        }
        if columns.taken() > cells {
            columns.time = 0;
        }
        columns.name = shrunk(columns.name, NAME, columns.taken().saturating_sub(cells));
        columns.patient = shrunk(columns.patient, PATIENT, columns.taken().saturating_sub(cells));
        columns.valid = shrunk(columns.valid, WORD, columns.taken().saturating_sub(cells));
        columns.name = shrunk(columns.name, WORD, columns.taken().saturating_sub(cells));
        // Room that is left separates the names from the rest.
        columns.name += cells.saturating_sub(columns.taken());
        columns
    }

    /// All of them, with a blank between two.
    fn taken(&self) -> usize {
        let Self { number, time, name, born, patient, valid, subsidy, state } = *self;
        let columns = [number, time, name, born, patient, valid, subsidy, state];
        let there = columns.iter().filter(|column| **column > 0).count();
        columns.iter().sum::<usize>() + there.saturating_sub(1)
    }

    fn line(&self, row: Row) -> Line {
        let cells = [
            (row.number, self.number),
            (row.time, self.time),
            (row.name, self.name),
            (row.born, self.born),
            (row.patient, self.patient),
            (row.valid, self.valid),
            (row.subsidy, self.subsidy),
            (row.state, self.state),
        ];
        let there = cells.into_iter().filter(|(_, cells)| *cells > 0).enumerate();
        let piece = |(at, ((text, style), cells)): (usize, ((String, Style), usize))| {
            let gap = if at == 0 { "" } else { " " };
            (format!("{gap}{}", pad(&text, cells)), style)
        };
        there.map(piece).collect()
    }
}
