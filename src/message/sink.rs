//! Where the elements of a document go: into a tree that is arranged and looked at, or straight into a file.

use super::tree::Element;

/// Takes elements in the order in which they stand.
pub trait Sink {
    /// Those that follow stand below an element of this name, until it is closed.
    fn open(&mut self, name: &'static str);
    /// An element with a value.
    fn text(&mut self, name: &'static str, value: &str);
    /// The element that was opened last has no more.
    fn close(&mut self, name: &'static str);
    /// An element that is held whole.
    fn element(&mut self, element: Element);
}

/// The one element that `put` makes, as a tree.
pub fn tree(put: impl FnOnce(&mut dyn Sink)) -> Element {
    // Nobody puts none.
    trees(put).pop().unwrap_or_else(|| Element::parent("", Vec::new()))
}

/// The elements that `put` makes side by side.
pub fn trees(put: impl FnOnce(&mut dyn Sink)) -> Vec<Element> {
    let mut growing = Growing { open: vec![Vec::new()] };
    put(&mut growing);
    growing.open.pop().unwrap_or_default()
}

/// Trees of which the last one still grows.
struct Growing {
    /// What stands so far below each element that is open, the outermost first.
    open: Vec<Vec<Element>>,
}

impl Sink for Growing {
    fn open(&mut self, _: &'static str) {
        self.open.push(Vec::new());
    }

    fn text(&mut self, name: &'static str, value: &str) {
        self.element(Element::text(name, value));
    }

    fn close(&mut self, name: &'static str) {
        if let Some(children) = self.open.pop() {
            self.element(Element::parent(name, children));
        }
    }

    fn element(&mut self, element: Element) {
        if let Some(siblings) = self.open.last_mut() {
            siblings.push(element);
        }
    }
}
