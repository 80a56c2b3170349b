//! A printed answer: pages with Japanese text, as 薬剤情報 and 特定健診情報 come when a request asks for PDF (FileCategory 1, 3).
//!
//! What the real pages look like is not public beyond their content, so the design is ours [C]; every page says that it is test data.
//!
//! - here: [`Sheet`], what is on the pages, before they are pages; [`Sheet::to_pdf`] makes them
//! - `flow`, `table`: what stands where, where a page ends and what comes again on the next; `wrap`: lines out of text
//! - [`strip`]: a slip of paper as receipt printers have it, PDF and PNG
//! - [`dots`]: pictures of one bit per dot
//! - [`font`]: glyphs and widths, and the part of the font that a document needs; [`outline`]: their shapes; `draw`: marks to PDF

pub mod dots;
mod draw;
mod flow;
pub mod font;
pub mod outline;
pub mod strip;
mod table;
#[cfg(test)]
pub(crate) mod tests;
mod wrap;

/// What is printed: a title, who issued it about whom, and sections. Text is any text: line breaks in it break lines, other control
/// characters are shown as 〓, and what is too wide wraps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Name of the paper, in large type on the first page and small at the head of each further one.
    pub title: String,
    /// The line below the title: who issued it and when.
    pub subtitle: String,
    /// About whom and over what period, as label and value, in two columns in reading order.
    pub header: Vec<HeaderLine>,
    /// The content, in order.
    pub sections: Vec<Section>,
}

/// A label and its value: `被保険者番号`, `１２３４`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeaderLine {
    /// What it is.
    pub label: String,
    /// What it says.
    pub value: String,
}

/// A part of a sheet: a heading, a table, and notes below it. Each of them may be empty and then takes no room.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// What the part is about.
    pub heading: String,
    /// The table, or one without columns for none.
    pub table: Table,
    /// Paragraphs below the table, in small type.
    pub notes: Vec<String>,
}

/// Columns and rows. The line of headings comes again on every page that the table reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The columns, left to right.
    pub columns: Vec<Column>,
    /// The rows, top to bottom, a cell per column: one that is missing is blank, one too many continues the last column.
    pub rows: Vec<Vec<String>>,
}

/// One column of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub heading: String,
    /// Its share of the page's width, relative to the other columns of the table; 0 counts as 1.
    pub width: u16,
    /// Where its cells stand.
    pub align: Align,
}

/// Where the text of a cell stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Align {
    /// At the left: words.
    #[default]
    Left,
    /// At the right: amounts.
    Right,
}

impl Sheet {
    /// The sheet as PDF: A4, the font embedded, each page with its number and a line that says this is test data. The same sheet gives the
    /// same bytes. Readers get the text back as it was put in, characters without a glyph (printed 〓) included.
    pub fn to_pdf(&self) -> Vec<u8> {
        let font = font::Font::load();
        draw::pdf(&self.title, flow::PAPER, &flow::pages(self, &font), &font)
    }
}

impl HeaderLine {
    /// A line of the header.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}

impl Column {
    /// A column of words.
    pub fn new(heading: impl Into<String>, width: u16) -> Self {
        Self { heading: heading.into(), width, align: Align::Left }
    }

    /// A column of amounts, set to the right.
    pub fn amounts(heading: impl Into<String>, width: u16) -> Self {
        Self { align: Align::Right, ..Self::new(heading, width) }
    }
}
