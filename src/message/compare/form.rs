//! How a file is written: encoding, declaration, lines, indentation. What a setting of ours reproduces is told as that setting; the rest
//! is a difference. In the end the file is written once more in our way, so that nothing else can go unseen.

use super::{Set, Whole};
use crate::message::tree::Element;
use crate::message::xml::{self, Document, Indent, Newline, WriteOptions};
use crate::text::{self, Encoding};

/// The form of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// With these our file has the same form.
    pub options: WriteOptions,
    /// The settings that differ from the defaults.
    pub settings: Vec<Set>,
    /// What no setting of ours brings.
    pub differences: Vec<Whole>,
}

/// The form of `bytes`, which were read as `document`; `asked` is the encoding of its request, where that was captured.
pub fn of(bytes: &[u8], document: &Document, asked: Option<Encoding>) -> Form {
    let decoded = text::decode(bytes, Some(document.encoding));
    let text =
        decoded.map_or_else(|_| String::from_utf8_lossy(bytes).into_owned(), |decoded| decoded.text.into_owned());
    let (declaration, body) = split(&text);
    let mut differences = Vec::new();
    let mut differs = |what, theirs: &str, ours: &str| {
        differences.push(Whole { what, theirs: theirs.to_owned(), ours: ours.to_owned() });
    };
    let expected = format!("<?xml version=\"1.0\" encoding=\"{}\" standalone=\"no\"?>", document.encoding.label());
    if declaration != expected {
        differs("declaration", declaration, &expected);
    }
    if document.bom {
        differs("bom", "BOM", "–");
    }
    let newline = newline(&text).unwrap_or_else(|seen| {
        differs("newline", seen, "lf");
        Newline::Lf
    });
    let indent = indent(body, &document.root).unwrap_or_else(|seen| {
        differs("indent", &seen, "spaces");
        Indent::default()
    });
    if !text.ends_with('\n') {
        differs("end", "–", "newline");
    }
    for finding in &document.findings {
        differs("attribute", &finding.to_string(), "–");
    }
    let options = WriteOptions { encoding: document.encoding, indent, newline };
    differences.extend(first_other_line(&text, document, &options, &differences));
    Form { options, settings: settings(&options, asked), differences }
}

/// The declaration, and what follows it.
fn split(text: &str) -> (&str, &str) {
    let end = text.starts_with("<?xml").then(|| text.find("?>").map(|at| at + 2)).flatten().unwrap_or(0);
    text.split_at_checked(end).unwrap_or(("", text))
}

fn newline(text: &str) -> Result<Newline, &'static str> {
    let pairs = text.matches("\r\n").count();
    let (feeds, returns) = (text.matches('\n').count(), text.matches('\r').count());
    match (pairs, feeds, returns) {
        (0, _, 0) => Ok(Newline::Lf),
        (pairs, feeds, returns) if pairs == feeds && pairs == returns => Ok(Newline::CrLf),
        (0, 0, _) => Err("cr"),
        _ => Err("mixed"),
    }
}

/// By the blanks before the first element below the root, on a line of its own.
fn indent(body: &str, root: &Element) -> Result<Indent, String> {
    let Some(first) = root.children().first() else { return Ok(Indent::OneLine) };
    let Some(at) = body.find(&format!("<{}", first.name)) else { return Ok(Indent::default()) };
    let before = body.get(..at).unwrap_or_default();
    let line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
    if !line.trim().is_empty() {
        return Ok(Indent::OneLine);
    }
    match line.len() {
        0 => Err("0".to_owned()),
        _ if line.contains('\t') => Err("tab".to_owned()),
        blanks => Ok(Indent::Spaces(blanks)),
    }
}

fn settings(options: &WriteOptions, asked: Option<Encoding>) -> Vec<Set> {
    let mut settings = Vec::new();
    let mut set = |key, value: &str| settings.push(Set::terminal(key, value));
    if options.encoding != asked.unwrap_or_default() {
        set("output_encoding", if options.encoding == Encoding::Utf8 { "\"utf-8\"" } else { "\"shift_jis\"" });
    }
    match options.indent {
        Indent::OneLine => set("indent", "0"),
        Indent::Spaces(blanks) if options.indent != Indent::default() => set("indent", &blanks.to_string()),
        Indent::Spaces(_) => {}
    }
    if options.newline == Newline::CrLf {
        set("newline", "\"crlf\"");
    }
    settings
}

/// The first line that our writer would write otherwise, for a reason that was not told yet.
fn first_other_line(text: &str, document: &Document, options: &WriteOptions, told: &[Whole]) -> Option<Whole> {
    let bytes = xml::write(&document.root, options).bytes;
    let ours = text::decode(&bytes, Some(options.encoding)).ok()?.text.into_owned();
    let loose = told.iter().any(|whole| matches!(whole.what, "newline" | "indent"));
    let comparable = |text: &str| {
        let body = split(text).1.trim().to_owned();
        if loose { without_lines(&body) } else { body }
    };
    let (theirs, ours) = (comparable(text), comparable(&ours));
    // Attributes and text between elements were told one by one.
    if theirs == ours || told.iter().any(|whole| whole.what == "attribute") {
        return None;
    }
    let mut pairs = theirs.lines().zip(ours.lines());
    let (theirs, ours) = pairs.find(|(theirs, ours)| theirs != ours).unwrap_or((&theirs, &ours));
    Some(Whole { what: "line", theirs: theirs.trim().to_owned(), ours: ours.trim().to_owned() })
}

/// Each element on a line of its own, whatever stood between them.
fn without_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('>') {
        let (tag, after) = rest.split_at_checked(at + 1).unwrap_or((rest, ""));
        out.push_str(tag);
        let next = after.trim_start();
        rest = if next.starts_with('<') {
            out.push('\n');
            next
        } else {
            after
        };
    }
    out + rest
}
