//! The inside of a file: its elements with their names and values, or its text as it is.

use super::app::FileKey;
use super::width::{CUT, width};
use crate::event::{Lang, say};
use crate::message::element::ElementTable;
use crate::message::explain::{self, Explanation, Line};
use crate::message::sealed::is_sealed_name;
use crate::station::view::FileView;
use crate::text;

/// Files up to this size are explained; a bulk result with ten thousand people is read as text.
const EXPLAINED: usize = 1 << 20;

/// Lines of text shown at most; what lies behind is said, not shown.
const LINES: usize = 20_000;

/// A row of the explained file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Row {
    /// What can be told of the file as a whole.
    About(String, String),
    /// What is unusual, as deep as the element it belongs to.
    Note(usize, String),
    /// An element.
    Element(Box<Line>),
    /// Nothing: a pause between the two.
    Blank,
}

/// What is known of the file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// Not asked for yet.
    Unread,
    /// Collected before anybody looked.
    Gone,
    /// Read.
    Read(Read),
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read {
    /// Explained; empty where it is no document.
    pub rows: Vec<Row>,
    /// As it is.
    pub raw: Vec<String>,
    /// Why it could not be explained although it should be a document.
    pub problem: Option<String>,
    /// The file is not there any more.
    pub gone: bool,
}

/// An open file.
#[derive(Debug, Clone)]
pub(super) struct Preview {
    pub key: FileKey,
    pub raw: bool,
    /// The row under the cursor; of raw text the first one shown.
    pub row: usize,
    /// The first row shown of the explained file.
    pub top: usize,
    pub column: usize,
    pub content: Content,
    /// The steps of the file's life when it was read: another step, another look.
    steps: usize,
}

impl Preview {
    /// Opens a file; its bytes come later.
    pub fn of(key: FileKey) -> Self {
        Self { key, raw: false, row: 0, top: 0, column: 0, content: Content::Unread, steps: 0 }
    }

    /// Is it still to be read, or to be read again?
    pub fn lacks(&self, file: &FileView) -> bool {
        self.content == Content::Unread || self.steps != file.life.len()
    }

    /// Takes the bytes in. Of a file that went away the last look stays.
    pub fn load(&mut self, file: &FileView, bytes: Option<&[u8]>, elements: &ElementTable, lang: Lang) {
        self.steps = file.life.len();
        match (bytes, &mut self.content) {
            (Some(bytes), content) => *content = Content::Read(read(&file.name, bytes, elements, lang)),
            (None, Content::Read(read)) => read.gone = true,
            (None, content) => *content = Content::Gone,
        }
    }

    /// Labels or raw.
    pub fn turn(&mut self) {
        self.raw = !self.raw;
        (self.row, self.top, self.column) = (0, 0, 0);
    }

    /// What was read, when it was.
    pub fn read(&self) -> Option<&Read> {
        match &self.content {
            Content::Read(read) => Some(read),
            Content::Unread | Content::Gone => None,
        }
    }

    /// Is the text shown as it is? Also where there is nothing else to show.
    pub fn shows_raw(&self) -> bool {
        self.raw || self.read().is_some_and(|read| read.rows.is_empty())
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.read().map_or(0, |read| if self.shows_raw() { read.raw.len() } else { read.rows.len() })
    }

    /// The widest row of the raw text.
    pub fn columns(&self) -> usize {
        let raw = self.read().filter(|_| self.shows_raw()).map_or(&[][..], |read| &read.raw);
        raw.iter().map(|line| width(line)).max().unwrap_or(0)
    }
}

fn read(name: &str, bytes: &[u8], elements: &ElementTable, lang: Lang) -> Read {
    let lower = name.to_ascii_lowercase();
    let document = [".xml", ".err", ".pdf"].iter().any(|end| lower.ends_with(end));
    let explained = match document && bytes.len() <= EXPLAINED {
        true => explain::file(name, bytes, elements, lang).map(|told| rows(name, told)),
        false if is_sealed_name(name) => Ok(rows(name, explain::zip(name, bytes, lang))),
        false => Ok(Vec::new()),
    };
    let (rows, problem) = match explained {
        Ok(rows) => (rows, None),
        Err(refusal) => (Vec::new(), Some(refusal.words(lang))),
    };
    Read { rows, raw: raw(bytes, lang), problem, gone: false }
}

fn rows(name: &str, explanation: Explanation) -> Vec<Row> {
    // The name stands in the title already.
    let about = explanation.about.into_iter().filter(|(_, text)| text != name);
    let mut rows: Vec<Row> = about.map(|(label, text)| Row::About(label, text)).collect();
    rows.extend(explanation.notes.iter().map(|note| Row::Note(0, by_element(note).to_owned())));
    if !rows.is_empty() && !explanation.lines.is_empty() {
        rows.push(Row::Blank);
    }
    for mut line in explanation.lines {
        let (depth, notes) = (line.depth, std::mem::take(&mut line.notes));
        rows.push(Row::Element(Box::new(line)));
        rows.extend(notes.into_iter().map(|note| Row::Note(depth, note)));
    }
    rows
}

/// A note without the path to its element: what follows it has more need of the row.
fn by_element(note: &str) -> &str {
    let path = note.split([' ', ':']).next().unwrap_or_default();
    path.rfind('/').and_then(|at| note.get(at + 1..)).unwrap_or(note)
}

fn raw(bytes: &[u8], lang: Lang) -> Vec<String> {
    if bytes.contains(&0) {
        let words = say(lang, "文字のファイルではありません", "not a text file");
        return vec![format!("{words} ({} bytes)", bytes.len())];
    }
    let text = text::decode(bytes, None).map_or_else(|_| String::from_utf8_lossy(bytes), |decoded| decoded.text);
    let mut lines: Vec<String> = text.lines().take(LINES).map(|line| line.replace('\t', "    ")).collect();
    if text.lines().nth(LINES).is_some() {
        lines.push(format!("{CUT} {} bytes", bytes.len()));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{FileLife, FolderKind};
    use crate::station::view::LifeStep;

    fn file(steps: usize) -> FileView {
        let step = LifeStep { life: FileLife::Delivered, time: jiff::civil::datetime(2026, 9, 29, 16, 1, 12, 0) };
        FileView {
            seq: 1,
            terminal: 1,
            folder: FolderKind::Res,
            name: "OQSsiquc01res_1.xml".into(),
            path: String::new(),
            exchange: None,
            life: vec![step; steps],
            note: None,
        }
    }

    #[test]
    fn of_a_file_that_was_collected_the_last_look_stays() {
        let mut preview = Preview::of(FileKey::of(&file(1)));
        preview.load(&file(1), Some(b"<XmlMsg/>"), ElementTable::embedded(), Lang::Ja);
        assert!(!preview.lacks(&file(1)));
        assert!(preview.lacks(&file(2)));
        preview.load(&file(2), None, ElementTable::embedded(), Lang::Ja);
        let read = preview.read().unwrap();
        assert!(read.gone);
        assert_eq!(read.raw, ["<XmlMsg/>"]);
    }

    #[test]
    fn a_zip_says_that_it_is_sealed_and_which_file_it_holds() {
        let name = "OQSsiquc01res_1.zip";
        let password = crate::secret::ZipPassword::new("himitsu-1");
        let time = jiff::civil::datetime(2026, 9, 29, 16, 1, 12, 0);
        let seed = crate::random::Seed(1);
        let bytes = crate::message::sealed::seal("OQSsiquc01res_1.xml", b"<XmlMsg/>", &password, seed, time).unwrap();
        let told = |bytes: &[u8]| {
            let read = read(name, bytes, ElementTable::embedded(), Lang::En);
            format!("{:?}", read.rows)
        };
        let of_sealed = told(&bytes);
        assert!(
            of_sealed.contains("a sealed zip (AES-256)") && of_sealed.contains("OQSsiquc01res_1.xml (9 bytes)"),
            "{of_sealed}"
        );
        assert!(told(b"PK\x03\x04\x00").contains("Note("), "of a torn one the reason");
    }

    #[test]
    fn a_broken_document_is_shown_as_it_is_with_the_reason() {
        let mut preview = Preview::of(FileKey::of(&file(1)));
        preview.load(&file(1), Some(b"<XmlMsg><a>"), ElementTable::embedded(), Lang::Ja);
        assert!(preview.shows_raw());
        assert!(preview.read().unwrap().problem.is_some());
    }

    #[test]
    fn text_in_cp932_is_read_and_bytes_are_not() {
        assert_eq!(raw(b"\x8e\x52\x93\x63\r\n\tx", Lang::Ja), ["山田", "    x"]);
        assert_eq!(raw(b"PK\x03\x04\x00", Lang::En), ["not a text file (5 bytes)"]);
    }
}
