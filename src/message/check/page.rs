//! A document to look around in: every element with its place, its parent and its number among its namesakes.

use crate::message::tree::Element;

/// A tree, flattened in the order of the file; the root is 0.
pub(super) struct Page<'a> {
    nodes: Vec<Node<'a>>,
}

struct Node<'a> {
    element: &'a Element,
    parent: usize,
    /// The first node after everything below this one.
    end: usize,
    place: Option<(usize, usize)>,
    /// Which of its parent's children of this name, from 1, and of how many.
    nth: usize,
    of: usize,
}

impl<'a> Page<'a> {
    /// `places` are those of [`crate::message::xml::places`].
    pub fn new(root: &'a Element, places: &[(usize, usize)]) -> Self {
        let mut page = Self { nodes: Vec::with_capacity(places.len()) };
        page.add(root, 0, places);
        page
    }

    fn add(&mut self, element: &'a Element, parent: usize, places: &[(usize, usize)]) {
        let here = self.nodes.len();
        let place = places.get(here).copied();
        self.nodes.push(Node { element, parent, end: here, place, nth: 1, of: 1 });
        let mut names: Vec<(&str, usize)> = Vec::new();
        for child in element.children() {
            let at = self.nodes.len();
            self.add(child, here, places);
            let nth = match names.iter_mut().find(|(name, _)| *name == child.name) {
                Some((_, count)) => {
                    *count += 1;
                    *count
                }
                None => {
                    names.push((&child.name, 1));
                    1
                }
            };
            if let Some(node) = self.nodes.get_mut(at) {
                node.nth = nth;
            }
        }
        let end = self.nodes.len();
        let mut at = here + 1;
        while at < end {
            let Some(node) = self.nodes.get_mut(at) else { break };
            node.of = names.iter().find(|(name, _)| node.element.name == *name).map_or(1, |(_, count)| *count);
            at = node.end;
        }
        if let Some(node) = self.nodes.get_mut(here) {
            node.end = end;
        }
    }

    /// All elements, parents first.
    pub fn all(&self) -> impl Iterator<Item = usize> {
        0..self.nodes.len()
    }

    /// Name of an element; empty for none.
    pub fn name(&self, at: usize) -> &'a str {
        self.nodes.get(at).map_or("", |node| &node.element.name)
    }

    /// Value of an element, as it stands in the file.
    pub fn raw(&self, at: usize) -> &'a str {
        self.nodes.get(at).map_or("", |node| node.element.value())
    }

    /// Value of an element without the blanks of a pretty-printer.
    pub fn value(&self, at: usize) -> &'a str {
        self.raw(at).trim()
    }

    /// Whether it has elements below it.
    pub fn is_group(&self, at: usize) -> bool {
        self.nodes.get(at).is_some_and(|node| !node.element.children().is_empty())
    }

    /// The element above; the root is above itself.
    pub fn parent(&self, at: usize) -> usize {
        self.nodes.get(at).map_or(0, |node| node.parent)
    }

    /// Line and column of its start tag.
    pub fn place(&self, at: usize) -> Option<(usize, usize)> {
        self.nodes.get(at)?.place
    }

    /// Whether an earlier child of the same parent has its name.
    pub fn is_repeated(&self, at: usize) -> bool {
        self.nodes.get(at).is_some_and(|node| node.nth > 1)
    }

    /// The elements right below.
    pub fn children(&self, at: usize) -> impl Iterator<Item = usize> {
        let end = self.nodes.get(at).map_or(0, |node| node.end);
        let mut next = at + 1;
        std::iter::from_fn(move || {
            let here = next;
            (here < end).then(|| {
                next = self.nodes.get(here).map_or(end, |node| node.end);
                here
            })
        })
    }

    /// The first element of this name right below.
    pub fn child(&self, at: usize, name: &str) -> Option<usize> {
        self.children(at).find(|child| self.name(*child) == name)
    }

    /// Its value, where it is there and not empty.
    pub fn text(&self, at: usize, name: &str) -> Option<&'a str> {
        self.child(at, name).map(|child| self.value(child)).filter(|value| !value.is_empty())
    }

    /// The elements of this name right below.
    pub fn named(&self, at: usize, name: &str) -> impl Iterator<Item = usize> {
        self.children(at).filter(move |child| self.name(*child) == name)
    }

    /// The elements of this name anywhere below.
    pub fn below(&self, at: usize, name: &str) -> impl Iterator<Item = usize> {
        let end = self.nodes.get(at).map_or(0, |node| node.end);
        (at + 1..end).filter(move |child| self.name(*child) == name)
    }

    /// `MessageHeader`
    pub fn header(&self) -> Option<usize> {
        self.child(0, "MessageHeader")
    }

    /// `MessageBody`
    pub fn body(&self) -> Option<usize> {
        self.child(0, "MessageBody")
    }

    /// Value of an element of the header.
    pub fn in_header(&self, name: &str) -> Option<&'a str> {
        self.text(self.header()?, name)
    }

    /// Names from the root, joined by `/`; one of several namesakes with its number, from 1.
    pub fn path(&self, at: usize) -> String {
        let mut names = Vec::new();
        let mut here = at;
        while let Some(node) = self.nodes.get(here) {
            let number = if node.of > 1 { format!("[{}]", node.nth) } else { String::new() };
            names.push(format!("{}{number}", node.element.name));
            if here == 0 {
                break;
            }
            here = node.parent;
        }
        names.reverse();
        names.join("/")
    }

    /// The first element whose names from the root are those of `path`.
    pub fn find(&self, path: &str) -> Option<usize> {
        self.all().find(|at| {
            let mut names = path.rsplit('/');
            let mut here = *at;
            loop {
                if names.next() != Some(self.name(here)) {
                    return false;
                }
                if here == 0 {
                    return names.next().is_none();
                }
                here = self.parent(here);
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::xml;

    #[test]
    fn namesakes_are_numbered_and_found_with_their_places() {
        let bytes = b"<A><B><C>1</C></B><B><C>2</C><C>3</C></B><D/></A>";
        let document = xml::read(bytes).unwrap();
        let places = xml::places(bytes);
        let page = Page::new(&document.root, &places);
        let paths: Vec<String> = page.all().map(|at| page.path(at)).collect();
        assert_eq!(paths, ["A", "A/B[1]", "A/B[1]/C", "A/B[2]", "A/B[2]/C[1]", "A/B[2]/C[2]", "A/D"]);
        assert_eq!(page.children(0).collect::<Vec<_>>(), [1, 3, 6]);
        assert_eq!(page.below(0, "C").map(|at| page.value(at)).collect::<Vec<_>>(), ["1", "2", "3"]);
        assert_eq!((page.find("A/B/C"), page.find("B/C"), page.find("A/D")), (Some(2), None, Some(6)));
        assert_eq!(page.place(5), Some((1, 30)));
    }
}
