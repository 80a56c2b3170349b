//! The shape of a character as polygons: for whoever draws it in dots instead of handing the font on.

use ttf_parser::OutlineBuilder;

/// A place in parts of the type size: x to the right from where the character begins, y up from the line it stands on.
pub type Place = (f32, f32);

/// Straight pieces per curve. Enough for type of some dots; a printer would want more.
const PIECES: u8 = 4;

/// Collects closed polygons, curves in pieces, scaled to the type size.
pub(super) struct Polygons {
    units_per_em: f32,
    pub(super) closed: Vec<Vec<Place>>,
    open: Vec<Place>,
}

impl Polygons {
    pub(super) fn new(units_per_em: u16) -> Self {
        Self { units_per_em: f32::from(units_per_em), closed: Vec::new(), open: Vec::new() }
    }

    fn place(&self, x: f32, y: f32) -> Place {
        (x / self.units_per_em, y / self.units_per_em)
    }

    /// Points of the curve through `at(t)`, t from behind 0 to 1.
    fn curve(&mut self, at: impl Fn(f32, Place) -> Place) {
        let from = self.open.last().copied().unwrap_or_default();
        self.open.extend((1..=PIECES).map(|piece| at(f32::from(piece) / f32::from(PIECES), from)));
    }
}

impl OutlineBuilder for Polygons {
    fn move_to(&mut self, x: f32, y: f32) {
        self.open = vec![self.place(x, y)];
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let place = self.place(x, y);
        self.open.push(place);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (control, to) = (self.place(x1, y1), self.place(x, y));
        self.curve(|t, from| between(t, between(t, from, control), between(t, control, to)));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (first, second, to) = (self.place(x1, y1), self.place(x2, y2), self.place(x, y));
        self.curve(|t, from| {
            let middle = between(t, first, second);
            between(t, between(t, between(t, from, first), middle), between(t, middle, between(t, second, to)))
        });
    }

    fn close(&mut self) {
        self.closed.push(std::mem::take(&mut self.open));
    }
}

fn between(t: f32, from: Place, to: Place) -> Place {
    (from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t)
}
