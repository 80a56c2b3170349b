//! A document as an independent parser sees it: quick-xml alone, none of our own reading.

use std::fs;
use std::path::Path;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// One element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    /// Its characters; those between its children do not count.
    pub text: String,
    pub children: Vec<Element>,
}

/// Reads a file that must be whole, well-formed, and what its declaration says.
#[track_caller]
pub fn read(path: &Path) -> Element {
    parse(&fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

#[track_caller]
pub fn parse(bytes: &[u8]) -> Element {
    let text = text(bytes);
    let mut reader = Reader::from_str(&text);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("not well-formed: {error}\n{text}")) {
            Event::Start(start) => open.push(named(&start)),
            Event::Empty(start) => open.last_mut().unwrap().children.push(named(&start)),
            Event::End(_) => {
                let done = open.pop().unwrap();
                open.last_mut().unwrap().children.push(done);
            }
            Event::Text(characters) => open.last_mut().unwrap().text += &characters.xml10_content(),
            Event::GeneralRef(reference) => {
                let name: &str = &reference;
                let entity = quick_xml::escape::resolve_predefined_entity(name).unwrap();
                open.last_mut().unwrap().text += entity;
            }
            Event::Decl(_) => {}
            Event::Eof => break,
            other => panic!("a terminal writes no {other:?}"),
        }
    }
    let document = open.pop().unwrap();
    assert!(open.is_empty() && document.children.len() == 1, "not one root: {text}");
    let mut root = document.children.into_iter().next().unwrap();
    root.forget_blanks();
    assert_eq!(root.name, "XmlMsg");
    root
}

/// The bytes as text, in the encoding of their declaration, which must be true.
#[track_caller]
pub fn text(bytes: &[u8]) -> String {
    let encoding = if declaration(bytes).contains("Shift_JIS") { encoding_rs::SHIFT_JIS } else { encoding_rs::UTF_8 };
    let (text, _, wrong) = encoding.decode(bytes);
    assert!(!wrong, "the bytes are not {}: {text}", encoding.name());
    text.into_owned()
}

/// `<?xml … ?>`
pub fn declaration(bytes: &[u8]) -> String {
    let end = bytes.windows(2).position(|pair| pair == b"?>").expect("no XML declaration");
    String::from_utf8(bytes[..end + 2].to_vec()).unwrap()
}

fn named(start: &BytesStart<'_>) -> Element {
    assert_eq!(start.attributes().count(), 0, "elements have no attributes");
    Element { name: start.name().as_ref().to_owned(), ..Element::default() }
}

impl Element {
    fn forget_blanks(&mut self) {
        if !self.children.is_empty() {
            assert!(self.text.trim().is_empty(), "text between the children of {}", self.name);
            self.text.clear();
        }
        self.children.iter_mut().for_each(Self::forget_blanks);
    }

    /// Everything below with this name, in the order of the document.
    pub fn all(&self, name: &str) -> Vec<&Self> {
        let own = (self.name == name).then_some(self);
        own.into_iter().chain(self.children.iter().flat_map(|child| child.all(name))).collect()
    }

    /// Text of the one element of this name; `None` where there is none.
    #[track_caller]
    pub fn value(&self, name: &str) -> Option<&str> {
        match self.all(name).as_slice() {
            [] => None,
            [one] => Some(&one.text),
            several => panic!("{} times {name}", several.len()),
        }
    }

    /// Is nothing said here but names of groups?
    pub fn records(&self) -> Vec<&Self> {
        self.all("ResultOfQualificationConfirmation")
    }
}
