//! The font of printed answers and of what is printed on cards: which glyph a character is, how wide, of which shape. BIZ UDGothic, cut
//! to what CP932 can say (`scripts/font.py`).

use std::collections::{BTreeMap, BTreeSet};

use subsetter::GlyphRemapper;
use ttf_parser::{Face, GlyphId};

use super::outline::{Place, Polygons};
use crate::enclosed;

/// What is printed for a character that the font has not: the geta of the printing trade.
pub const MISSING: char = '〓';

/// The font, read once per document.
pub struct Font {
    face: Face<'static>,
}

impl Font {
    /// The built-in font.
    pub fn load() -> Self {
        // The asset is part of the program, and every test of this room reads it.
        Self { face: Face::parse(enclosed::font(), 0).expect("the built-in font is a font") }
    }

    /// Width of a character, in parts of the type size.
    pub fn width(&self, c: char) -> f32 {
        self.glyph_width(self.glyph(c))
    }

    /// Shape of a character, in parts of the type size; none for a blank. Where polygons run in opposite directions, one is a hole in
    /// the other.
    pub fn shape(&self, c: char) -> Vec<Vec<Place>> {
        let mut polygons = Polygons::new(self.face.units_per_em());
        self.face.outline_glyph(self.glyph(c), &mut polygons);
        polygons.closed
    }

    /// How far characters reach above the line they stand on, in parts of the type size.
    pub fn ascent(&self) -> f32 {
        f32::from(self.face.ascender()) / f32::from(self.face.units_per_em())
    }

    /// Width of a text at a type size, in points.
    pub(super) fn measure(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|c| self.width(c)).sum::<f32>() * size
    }

    fn glyph_width(&self, glyph: GlyphId) -> f32 {
        let advance = self.face.glyph_hor_advance(glyph).unwrap_or(self.face.units_per_em());
        f32::from(advance) / f32::from(self.face.units_per_em())
    }

    fn glyph(&self, c: char) -> GlyphId {
        self.face.glyph_index(c).or_else(|| self.face.glyph_index(MISSING)).unwrap_or_default()
    }

    /// Whether a character is printed as 〓 for want of a glyph.
    pub fn lacks(&self, c: char) -> bool {
        self.face.glyph_index(c).is_none()
    }

    /// The part of the font that writes `characters`.
    pub(super) fn cut(&self, characters: &BTreeSet<char>) -> Cut {
        let mut mapper = GlyphRemapper::new();
        let missing = mapper.remap(self.glyph(MISSING).0);
        let mut cut = Cut {
            numbers: BTreeMap::new(),
            glyphs: vec![missing],
            widths: vec![self.width(MISSING)],
            file: Vec::new(),
        };
        for &c in characters {
            // More than 65,535 different characters in one document: the rest is number 0, which looks like a missing one.
            let Ok(number) = u16::try_from(cut.glyphs.len()) else { break };
            cut.numbers.insert(c, number);
            cut.glyphs.push(mapper.remap(self.glyph(c).0));
            cut.widths.push(self.width(c));
        }
        // The glyphs are the font's own, and a TrueType font without variations always has a subset.
        cut.file = subsetter::subset(enclosed::font(), 0, &mapper).expect("the built-in font can be cut");
        cut
    }
}

/// A part of the font. Characters have numbers of their own (CID), one each, even where two share a glyph: so the text that a reader
/// copies out of the PDF is the text that was put in, missing glyphs and look-alikes (`～` `〜`) included.
pub(super) struct Cut {
    numbers: BTreeMap<char, u16>,
    /// By number: the glyph in `file`.
    pub(super) glyphs: Vec<u16>,
    /// By number: its width, in parts of the type size.
    pub(super) widths: Vec<f32>,
    /// The cut font, TrueType.
    pub(super) file: Vec<u8>,
}

impl Cut {
    /// The text as two bytes per character, as a page shows it.
    pub(super) fn encode(&self, text: &str) -> Vec<u8> {
        text.chars().flat_map(|c| self.numbers.get(&c).copied().unwrap_or(0).to_be_bytes()).collect()
    }

    /// Numbers and the characters they stand for; number 0 is a missing one.
    pub(super) fn characters(&self) -> impl Iterator<Item = (u16, char)> {
        std::iter::once((0, MISSING)).chain(self.numbers.iter().map(|(&c, &number)| (number, c)))
    }
}
