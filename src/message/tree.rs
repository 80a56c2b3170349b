//! The element tree: what is read from XML, and arranged before it is written.

use std::borrow::Cow;

/// Name of an element: borrowed from the program for what we write, owned for what we read.
pub type Name = Cow<'static, str>;

/// An element with a value or with elements below it. Attributes do not exist in these documents (spec/oqs-interface.md §1.4, [A]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Its name.
    pub name: Name,
    /// What it holds.
    pub content: Content,
}

/// What an element holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A value, unescaped; empty for `<Name/>`.
    Text(String),
    /// Elements in the order of the file.
    Children(Vec<Element>),
}

impl Element {
    /// An element with a value.
    pub fn text(name: impl Into<Name>, value: impl Into<String>) -> Self {
        Self { name: name.into(), content: Content::Text(value.into()) }
    }

    /// An element with elements below it.
    pub fn parent(name: impl Into<Name>, children: Vec<Self>) -> Self {
        Self { name: name.into(), content: Content::Children(children) }
    }

    /// The elements below, none for an element with a value.
    pub fn children(&self) -> &[Self] {
        match &self.content {
            Content::Children(children) => children,
            Content::Text(_) => &[],
        }
    }

    /// The value, empty for an element with elements below it.
    pub fn value(&self) -> &str {
        match &self.content {
            Content::Text(value) => value,
            Content::Children(_) => "",
        }
    }

    /// The first child called `name`.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children().iter().find(|child| child.name == name)
    }

    /// The first element at the end of `path`, walked from this element.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    /// The same, to change it.
    pub fn at_mut(&mut self, path: &[&str]) -> Option<&mut Self> {
        path.iter().try_fold(self, |element, name| match &mut element.content {
            Content::Children(children) => children.iter_mut().find(|child| child.name == *name),
            Content::Text(_) => None,
        })
    }
}

/// Shows `visit` every element, parents first, with the path of names from the root to it.
pub fn walk<'a>(root: &'a Element, visit: &mut dyn FnMut(&[&'a str], &'a Element)) {
    fn step<'a>(element: &'a Element, path: &mut Vec<&'a str>, visit: &mut dyn FnMut(&[&'a str], &'a Element)) {
        path.push(&element.name);
        visit(path, element);
        for child in element.children() {
            step(child, path, visit);
        }
        path.pop();
    }
    step(root, &mut Vec::new(), visit);
}
