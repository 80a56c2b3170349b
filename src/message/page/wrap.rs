//! Lines out of text: words of narrow letters stay whole, between wide characters a line may end anywhere but before a closing and after
//! an opening mark (禁則).

use super::font::{Font, MISSING};

/// Never first in a line.
const CLOSING: &str = "、。，．・：；？！゛゜ヽヾゝゞ々ー’”）〕］｝〉》」』】°′″℃％,.:;?!)]}｡｣､･ｰﾞﾟぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ";
/// Never last in a line.
const OPENING: &str = "‘“（〔［｛〈《「『【([{｢";

/// A line of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// What stands in it.
    pub(super) text: String,
    /// Whether it goes on with what the line before broke off; false after a line break of the text's own.
    pub(super) goes_on: bool,
}

/// The lines of `text` at a type size in a width, both in points; one empty line for no text. Joined they are the text again, but for its
/// line breaks. A line is wider than `width` only where one character is, or by blanks at its end.
pub(super) fn wrap(font: &Font, text: &str, size: f32, width: f32) -> Vec<Line> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut filling = Filling { font, room: width / size, used: 0.0, text: String::new(), full: Vec::new() };
        for piece in pieces(font, paragraph.strip_suffix('\r').unwrap_or(paragraph)) {
            filling.push(&piece);
        }
        filling.end();
        lines.extend(filling.full.into_iter().enumerate().map(|(n, text)| Line { text, goes_on: n > 0 }));
    }
    lines
}

/// A character as it is printed. Control characters have no look of their own, and readers of PDF would stumble over them.
fn printed(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() => MISSING,
        c => c,
    }
}

/// What may not be broken: a wide character with the marks around it, a word of narrow ones, and the blanks after it.
fn pieces(font: &Font, text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut last = None;
    for c in text.chars().map(printed) {
        let narrow = |c: char| font.width(c) < 0.75 && c != ' ';
        let joined = last.is_some_and(|last| {
            OPENING.contains(last) || CLOSING.contains(c) || c == ' ' || (narrow(last) && narrow(c))
        });
        match pieces.last_mut() {
            Some(piece) if joined => piece.push(c),
            _ => pieces.push(c.to_string()),
        }
        last = Some(c);
    }
    pieces
}

/// The line that is being filled, in parts of the type size.
struct Filling<'a> {
    font: &'a Font,
    room: f32,
    used: f32,
    text: String,
    full: Vec<String>,
}

impl Filling<'_> {
    /// Sums of widths are not exact; less than this is no overflow.
    const SLACK: f32 = 0.01;

    fn push(&mut self, piece: &str) {
        let wide = self.font.measure(piece, 1.0);
        // A blank at the end of a line may stand over: nobody sees it.
        let seen = self.font.measure(piece.trim_end_matches(' '), 1.0);
        if self.fits(seen) {
            self.text.push_str(piece);
            self.used += wide;
        } else if seen <= self.room + Self::SLACK {
            self.end();
            self.push(piece);
        } else {
            // Wider than a whole line: broken where the line is full.
            for c in piece.chars() {
                let wide = self.font.width(c);
                if !self.fits(wide) && !self.text.is_empty() {
                    self.end();
                }
                self.text.push(c);
                self.used += wide;
            }
        }
    }

    fn fits(&self, wide: f32) -> bool {
        self.used + wide <= self.room + Self::SLACK
    }

    fn end(&mut self) {
        self.full.push(std::mem::take(&mut self.text));
        self.used = 0.0;
    }
}
