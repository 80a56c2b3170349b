//! Pages as PDF: one font, cut to the characters that occur, and its way back to text. Nothing of the hour, the machine or chance is in the
//! bytes.

use std::collections::BTreeSet;

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, TextRenderingMode, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::flow::Mark;
use super::font::{Cut, Font};

/// Six letters and a plus say that a font is only a part of one.
const FONT_NAME: Name<'static> = Name(b"MADOGU+BIZUDGothic");
/// What the pages call it.
const FONT: Name<'static> = Name(b"F");
/// The numbers of the characters are ours, not those of a public collection.
const OURS: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
const BLACK: f32 = 0.0;
/// How thick the outline of bold letters is, in parts of the type size: the font has one weight.
const BOLD: f32 = 0.03;

const CATALOGUE: Ref = Ref::new(1);
const TREE: Ref = Ref::new(2);
const ABOUT: Ref = Ref::new(3);
const TYPE0: Ref = Ref::new(4);
const CID: Ref = Ref::new(5);
const DESCRIPTOR: Ref = Ref::new(6);
const FILE: Ref = Ref::new(7);
const GLYPHS: Ref = Ref::new(8);
const TO_UNICODE: Ref = Ref::new(9);
/// Page and content take turns from here.
const FIRST_PAGE: i32 = 10;

/// The pages as a file; `paper` is the width and height of each.
pub(super) fn pdf(title: &str, paper: (f32, f32), pages: &[Vec<Mark>], font: &Font) -> Vec<u8> {
    let characters: BTreeSet<char> = pages.iter().flatten().flat_map(Mark::text).collect();
    let cut = font.cut(&characters);

    let mut pdf = Pdf::new();
    pdf.catalog(CATALOGUE).pages(TREE).lang(TextStr("ja-JP"));
    pdf.document_info(ABOUT).title(TextStr(title)).producer(TextStr("madoguchi"));
    let places: Vec<Ref> =
        (0..pages.len()).filter_map(|n| i32::try_from(2 * n).ok()).map(|n| Ref::new(FIRST_PAGE + n)).collect();
    pdf.pages(TREE).kids(places.iter().copied()).count(i32::try_from(places.len()).unwrap_or(i32::MAX));
    for (marks, &place) in pages.iter().zip(&places) {
        let content = Ref::new(place.get() + 1);
        let mut page = pdf.page(place);
        page.parent(TREE).media_box(Rect::new(0.0, 0.0, paper.0, paper.1)).contents(content);
        page.resources().fonts().pair(FONT, TYPE0);
        page.finish();
        packed(&mut pdf, content, &content_of(marks, paper.1, &cut));
    }
    write_font(&mut pdf, &cut);
    pdf.finish()
}

/// A stream, deflated.
fn packed(pdf: &mut Pdf, place: Ref, bytes: &[u8]) {
    const LEVEL: u8 = 6;
    pdf.stream(place, &compress_to_vec_zlib(bytes, LEVEL)).filter(Filter::FlateDecode);
}

/// Marks count from the top of the page, PDF from its foot.
fn content_of(marks: &[Mark], foot: f32, cut: &Cut) -> Vec<u8> {
    let mut content = Content::new();
    for mark in marks {
        match mark {
            Mark::Fill { x, y, width, height, gray } => {
                content.set_fill_gray(*gray).rect(*x, foot - y - height, *width, *height).fill_nonzero();
            }
            Mark::Line { from, to, thick } => {
                content.set_line_width(*thick).move_to(from.0, foot - from.1).line_to(to.0, foot - to.1).stroke();
            }
            Mark::Text { x, y, size, bold, text, says } => {
                if let Some(says) = says {
                    content.begin_marked_content_with_properties(Name(b"Span")).properties().actual_text(TextStr(says));
                }
                content.begin_text().set_fill_gray(BLACK).set_font(FONT, *size);
                if *bold {
                    content.set_line_width(size * BOLD).set_text_rendering_mode(TextRenderingMode::FillStroke);
                } else {
                    content.set_text_rendering_mode(TextRenderingMode::Fill);
                }
                content.next_line(*x, foot - y).show(Str(&cut.encode(text))).end_text();
                if says.is_some() {
                    content.end_marked_content();
                }
            }
        }
    }
    content.finish().to_vec()
}

fn write_font(pdf: &mut Pdf, cut: &Cut) {
    pdf.type0_font(TYPE0)
        .base_font(FONT_NAME)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(CID)
        .to_unicode(TO_UNICODE);
    let mut cid = pdf.cid_font(CID);
    cid.subtype(CidFontType::Type2).base_font(FONT_NAME).system_info(OURS).font_descriptor(DESCRIPTOR);
    cid.default_width(1000.0).cid_to_gid_map_stream(GLYPHS);
    cid.widths().consecutive(0, cut.widths.iter().map(|w| w * 1000.0));
    cid.finish();
    // Figures of the font's own tables, in thousandths of the type size.
    pdf.font_descriptor(DESCRIPTOR)
        .name(FONT_NAME)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(-128.0, -250.0, 1100.0, 1000.0))
        .italic_angle(0.0)
        .ascent(880.0)
        .descent(-120.0)
        .cap_height(765.0)
        .stem_v(90.0)
        .font_file2(FILE);
    packed(pdf, FILE, &cut.file);
    packed(pdf, GLYPHS, &cut.glyphs.iter().flat_map(|glyph| glyph.to_be_bytes()).collect::<Vec<u8>>());

    let mut to_unicode = UnicodeCmap::new(Name(b"Madoguchi-UTF16"), OURS);
    for (number, c) in cut.characters() {
        to_unicode.pair(number, c);
    }
    packed(pdf, TO_UNICODE, &to_unicode.finish());
}
