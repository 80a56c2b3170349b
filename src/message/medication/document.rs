//! A 薬剤情報 answer as a tree, and back, by the table of tags.

use super::item::{Container, Item};
use super::table::{Row, Table};
use super::{Drug, History, MedicationResult, Month, Origin, Procedure, Treated};
use crate::message::fields::{Reading, parent};
use crate::message::finding::FindingKind;
use crate::message::frame::{Read, message};
use crate::message::inquiry;
use crate::message::refusal::Refusal;
use crate::message::tree::Element;

impl MedicationResult {
    /// The answer as a tree, in the order of the built-in table.
    pub fn to_tree(&self) -> Element {
        self.to_tree_by(Table::embedded())
    }

    /// The answer as a tree, with the tags and in the order of `table`.
    pub fn to_tree_by(&self, table: &Table) -> Element {
        message(parent("MessageHeader", &self.header), self.history.to_trees(table))
    }

    /// Reads an answer in any order; unknown elements are reported, none of them a reason to fail.
    ///
    /// # Errors
    /// A [`Refusal`] when there is no XmlMsg with header and body.
    pub fn from_tree(root: &Element) -> Result<Read<Self>, Refusal> {
        Self::from_tree_by(root, Table::embedded())
    }

    /// The same of an answer with the tags of `table`.
    ///
    /// # Errors
    /// As [`Self::from_tree`].
    pub fn from_tree_by(root: &Element, table: &Table) -> Result<Read<Self>, Refusal> {
        let mut result = Self::default();
        let (body, mut reading) = inquiry::read_result(root, &mut result.header)?;
        reading.enter("MessageBody");
        result.history = History::from_body(body, table, &mut reading);
        Ok(Read { document: result, findings: reading.findings })
    }
}

impl History {
    fn to_trees(&self, table: &Table) -> Vec<Element> {
        let mut body = Vec::new();
        for origin in Origin::ALL {
            let writer = Tagged { table, origin };
            let months: Vec<_> = self.of(origin).iter().filter_map(|month| writer.month(month)).collect();
            match writer.tag(Container::List) {
                Some(list) if !months.is_empty() => body.push(Element::parent(list.to_owned(), months)),
                _ => body.extend(months),
            }
        }
        body
    }

    fn from_body(body: &Element, table: &Table, reading: &mut Reading) -> Self {
        let mut history = Self::default();
        for child in body.children() {
            let reader = Origin::ALL.into_iter().map(|origin| Tagged { table, origin }).find(|reader| {
                let outermost = reader.tag(Container::List).or_else(|| reader.tag(Container::Month));
                outermost == Some(child.name.as_ref())
            });
            let Some(reader) = reader else {
                reading.report(FindingKind::UnknownElement, &child.name, None);
                continue;
            };
            let months = history.of_mut(reader.origin);
            match reader.tag(Container::List) {
                Some(_) => reader.list(Container::Month, child, reading, |month, reading| {
                    months.push(reader.read_month(month, reading));
                }),
                None => months.push(reader.read_month(child, reading)),
            }
        }
        history
    }
}

/// The tags of one origin.
#[derive(Clone, Copy)]
struct Tagged<'a> {
    table: &'a Table,
    origin: Origin,
}

impl<'a> Tagged<'a> {
    fn tag(self, container: Container) -> Option<&'a str> {
        self.table.tag(container, self.origin)
    }

    fn month(self, month: &Month) -> Option<Element> {
        let mut children = self.values(&self.table.month, month);
        let dates = month.dates.iter().filter_map(|date| self.date(date)).collect();
        children.extend(self.several(Container::Dates, dates));
        Some(Element::parent(self.tag(Container::Month)?.to_owned(), children))
    }

    fn date(self, date: &Treated) -> Option<Element> {
        let mut children = self.values(&self.table.date, date);
        let drugs = date.drugs.iter().filter_map(|drug| self.one(Container::Drug, &self.table.drug, drug)).collect();
        children.extend(self.several(Container::Drugs, drugs));
        let procedures = date.procedures.iter();
        let procedures =
            procedures.filter_map(|done| self.one(Container::Procedure, &self.table.procedure, done)).collect();
        children.extend(self.several(Container::Procedures, procedures));
        Some(Element::parent(self.tag(Container::Date)?.to_owned(), children))
    }

    fn one<I: Item>(self, container: Container, rows: &'a [Row<I>], record: &I::Record) -> Option<Element> {
        Some(Element::parent(self.tag(container)?.to_owned(), self.values(rows, record)))
    }

    fn several(self, container: Container, elements: Vec<Element>) -> Option<Element> {
        let tag = self.tag(container).filter(|_| !elements.is_empty())?;
        Some(Element::parent(tag.to_owned(), elements))
    }

    fn values<I: Item>(self, rows: &'a [Row<I>], record: &I::Record) -> Vec<Element> {
        let value = |row: &'a Row<I>| {
            let value = row.item.field(record).as_deref().filter(|value| !value.is_empty())?;
            Some(Element::text(row.tags.of(self.origin)?.to_owned(), value))
        };
        rows.iter().filter_map(value).collect()
    }

    fn read_month(self, element: &Element, reading: &mut Reading) -> Month {
        let mut month = Month::default();
        self.read(&self.table.month, &mut month, element, reading, |month, child, reading| {
            self.found(Container::Dates, child)
                && self.listed(Container::Date, child, reading, |date, reading| {
                    month.dates.push(self.read_date(date, reading));
                })
        });
        month
    }

    fn read_date(self, element: &Element, reading: &mut Reading) -> Treated {
        let mut treated = Treated::default();
        self.read(&self.table.date, &mut treated, element, reading, |treated, child, reading| {
            let drug = |drug: &Element, reading: &mut Reading| {
                let mut read = Drug::default();
                self.read(&self.table.drug, &mut read, drug, reading, |_, _, _| false);
                treated.drugs.push(read);
            };
            if self.found(Container::Drugs, child) {
                return self.listed(Container::Drug, child, reading, drug);
            }
            let procedure = |procedure: &Element, reading: &mut Reading| {
                let mut read = Procedure::default();
                self.read(&self.table.procedure, &mut read, procedure, reading, |_, _, _| false);
                treated.procedures.push(read);
            };
            self.found(Container::Procedures, child) && self.listed(Container::Procedure, child, reading, procedure)
        });
        treated
    }

    /// Takes the children of `element`: values by the rows, everything else as `nested` says, which is false for what it does not know.
    fn read<I: Item>(
        self,
        rows: &'a [Row<I>],
        record: &mut I::Record,
        element: &Element,
        reading: &mut Reading,
        mut nested: impl FnMut(&mut I::Record, &Element, &mut Reading) -> bool,
    ) {
        reading.enter(&element.name);
        for child in element.children() {
            let row = rows.iter().find(|row| row.tags.of(self.origin) == Some(child.name.as_ref()));
            if let Some(row) = row {
                crate::message::fields::Field::take(row.item.field_mut(record), child, reading);
            } else if !nested(record, child, reading) {
                reading.report(FindingKind::UnknownElement, &child.name, None);
            }
        }
        reading.leave();
    }

    fn found(self, container: Container, element: &Element) -> bool {
        self.tag(container) == Some(element.name.as_ref())
    }

    /// As [`Self::list`], for whoever wants to hear that it was one.
    fn listed(
        self,
        item: Container,
        list: &Element,
        reading: &mut Reading,
        read: impl FnMut(&Element, &mut Reading),
    ) -> bool {
        self.list(item, list, reading, read);
        true
    }

    /// Reads every `item` of a list.
    fn list(
        self,
        item: Container,
        list: &Element,
        reading: &mut Reading,
        mut read: impl FnMut(&Element, &mut Reading),
    ) {
        reading.enter(&list.name);
        for child in list.children() {
            match self.found(item, child) {
                true => read(child, reading),
                false => reading.report(FindingKind::UnknownElement, &child.name, None),
            }
        }
        reading.leave();
    }
}
