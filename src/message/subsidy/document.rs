//! The subsidy document as a tree and back, by a layout.

use super::item::{CertificateItem, FacePart, ManagementItem};
use super::layout::{Layout, Repeat, Row, Tags};
use super::{CopaymentLimit, FaceItem, LimitManagement, ManagementRecord, SubsidyCertificate, SubsidyDocument};
use crate::message::finding::{Finding, FindingKind};
use crate::message::frame::Read;
use crate::message::refusal::{Refusal, Rule};
use crate::message::tree::Element;

/// 券面項目 have three levels (spec/pmh.md §1.3, [A]).
pub const FACE_LEVELS: usize = 3;

impl Layout {
    /// The document as a tree, in the order of the layout.
    pub fn to_tree(&self, document: &SubsidyDocument, repeat: Repeat) -> Element {
        let tags = self.tags(repeat);
        let header = self.header.iter().map(|row| text(row, row.item.get(document))).collect();
        let certificates: Vec<_> = document.certificates.iter().map(|c| self.certificate(c, tags)).collect();
        let body = match &tags.list {
            Some(list) => vec![Element::parent(list.clone(), certificates)],
            None => certificates,
        };
        let body = Element::parent("MessageBody", body);
        Element::parent("XmlMsg", vec![Element::parent("MessageHeader", header), body])
    }

    fn certificate(&self, certificate: &SubsidyCertificate, tags: &Tags) -> Element {
        let children = self.certificate.iter().flat_map(|row| match row.item {
            CertificateItem::Limits => self.limits(row, &certificate.limits),
            CertificateItem::Management => {
                certificate.management.iter().map(|month| self.management(&row.tag, month)).collect()
            }
            CertificateItem::FaceItems => {
                certificate.face_items.iter().map(|item| self.face_item(&tags.face, item, FACE_LEVELS)).collect()
            }
            item => item.get(certificate).into_iter().map(|value| text(row, value)).collect::<Vec<_>>(),
        });
        Element::parent(tags.certificate.clone(), children.collect())
    }

    /// The limits of the kinds that this edition has.
    fn limits(&self, block: &Row<CertificateItem>, limits: &[CopaymentLimit]) -> Vec<Element> {
        let known = |limit: &&CopaymentLimit| self.kinds.rows.iter().any(|kind| kind.value == limit.kind);
        let row = |limit: &CopaymentLimit| {
            let items = self.limit.iter().filter_map(|row| Some(text(row, row.item.get(limit)?)));
            Element::parent(block.tag.clone(), items.collect())
        };
        limits.iter().filter(known).map(row).collect()
    }

    fn management(&self, tag: &str, month: &LimitManagement) -> Element {
        let record = |tag: &str, record: &ManagementRecord| {
            let items = self.record.iter().flat_map(|row| row.item.get(record).into_iter().map(|v| text(row, v)));
            Element::parent(tag.to_owned(), items.collect())
        };
        let children = self.management.iter().flat_map(|row| match row.item {
            ManagementItem::Records => month.records.iter().map(|visit| record(&row.tag, visit)).collect(),
            item => item.get(month).into_iter().map(|value| text(row, value)).collect::<Vec<_>>(),
        });
        Element::parent(tag.to_owned(), children.collect())
    }

    fn face_item(&self, tag: &str, item: &FaceItem, levels: usize) -> Element {
        let children = self.face.iter().flat_map(|row| match row.item {
            FacePart::Name => vec![text(row, item.name.clone())],
            FacePart::Value => item.value.iter().map(|value| text(row, value.clone())).collect(),
            FacePart::Items if levels > 1 => {
                item.items.iter().map(|below| self.face_item(&row.tag, below, levels - 1)).collect()
            }
            FacePart::Items => Vec::new(),
        });
        Element::parent(tag.to_owned(), children.collect())
    }

    /// Reads a document of this layout, in any order of elements and either repeat unit.
    ///
    /// # Errors
    /// A [`Refusal`] when there is no XmlMsg with header and body.
    pub fn from_tree(&self, root: &Element) -> Result<Read<SubsidyDocument>, Refusal> {
        let part = |name: &str| {
            let found = if root.name == "XmlMsg" { root.child(name) } else { None };
            found.ok_or_else(|| Refusal::new(Rule::WrongRoot).at(format!("{}/{name}", root.name)))
        };
        let (header, body) = (part("MessageHeader")?, part("MessageBody")?);
        let mut reader = Reader { layout: self, findings: Vec::new() };
        let mut document = SubsidyDocument::default();
        for child in header.children() {
            match self.header.iter().find(|row| row.tag == child.name) {
                Some(row) => row.item.set(&mut document, child.value()),
                None => reader.unknown("MessageHeader", child),
            }
        }
        let (tags, blocks) = self.blocks(body);
        for block in blocks {
            if block.name == *tags.certificate {
                document.certificates.push(reader.certificate(block, tags));
            } else {
                reader.unknown("MessageBody", block);
            }
        }
        Ok(Read { document, findings: reader.findings })
    }

    /// The certificates' elements, and the reading of the repeat unit that finds them: a list when its element holds nothing else.
    fn blocks<'a>(&self, body: &'a Element) -> (&Tags, Vec<&'a Element>) {
        let listed = self.tags(Repeat::CertificationDetail);
        if let (Some(list), [only]) = (&listed.list, body.children()) {
            let all_certificates = only.children().iter().all(|child| child.name == *listed.certificate);
            if only.name == **list && all_certificates {
                return (listed, only.children().iter().collect());
            }
        }
        (self.tags(Repeat::MedicalSubsidies), body.children().iter().collect())
    }
}

fn text<I>(row: &Row<I>, value: String) -> Element {
    Element::text(row.tag.clone(), value)
}

struct Reader<'a> {
    layout: &'a Layout,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    fn unknown(&mut self, parent: &str, element: &Element) {
        self.findings.push(Finding::new(FindingKind::UnknownElement, format!("{parent}/{}", element.name)));
    }

    fn odd(&mut self, parent: &str, element: &Element) {
        let finding = Finding::new(FindingKind::OddForm, format!("{parent}/{}", element.name));
        self.findings.push(finding.seen(element.value()));
    }

    fn certificate(&mut self, block: &Element, tags: &Tags) -> SubsidyCertificate {
        let mut certificate = SubsidyCertificate::default();
        for child in block.children() {
            if child.name == *tags.face {
                certificate.face_items.push(self.face_item(child, FACE_LEVELS));
                continue;
            }
            match self.layout.certificate.iter().find(|row| row.tag == child.name) {
                Some(row) if row.item == CertificateItem::Limits => certificate.limits.push(self.limit(child)),
                Some(row) if row.item == CertificateItem::Management => {
                    certificate.management.push(self.management(child));
                }
                Some(row) if row.item.set(&mut certificate, child.value()) => {}
                Some(_) => self.odd(&block.name, child),
                None => self.unknown(&block.name, child),
            }
        }
        certificate
    }

    fn limit(&mut self, block: &Element) -> CopaymentLimit {
        let mut limit = CopaymentLimit::default();
        for child in block.children() {
            match self.layout.limit.iter().find(|row| row.tag == child.name) {
                Some(row) if row.item.set(&mut limit, child.value()) => {}
                Some(_) => self.odd(&block.name, child),
                None => self.unknown(&block.name, child),
            }
        }
        limit
    }

    fn management(&mut self, block: &Element) -> LimitManagement {
        let mut month = LimitManagement::default();
        for child in block.children() {
            match self.layout.management.iter().find(|row| row.tag == child.name) {
                Some(row) if row.item == ManagementItem::Records => month.records.push(self.record(child)),
                Some(row) if row.item.set(&mut month, child.value()) => {}
                Some(_) => self.odd(&block.name, child),
                None => self.unknown(&block.name, child),
            }
        }
        month
    }

    fn record(&mut self, block: &Element) -> ManagementRecord {
        let mut record = ManagementRecord::default();
        for child in block.children() {
            match self.layout.record.iter().find(|row| row.tag == child.name) {
                Some(row) if row.item.set(&mut record, child.value()) => {}
                Some(_) => self.odd(&block.name, child),
                None => self.unknown(&block.name, child),
            }
        }
        record
    }

    fn face_item(&mut self, block: &Element, levels: usize) -> FaceItem {
        let mut item = FaceItem::default();
        for child in block.children() {
            match self.layout.face.iter().find(|row| row.tag == child.name).map(|row| row.item) {
                Some(FacePart::Name) => child.value().clone_into(&mut item.name),
                Some(FacePart::Value) => item.value = Some(child.value().to_owned()),
                Some(FacePart::Items) if levels > 1 => item.items.push(self.face_item(child, levels - 1)),
                _ => self.unknown(&block.name, child),
            }
        }
        item
    }
}
