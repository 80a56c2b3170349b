//! The subsidy answer (spec/pmh.md §1.4–1.6). Which tag holds what, and since which edition, the layout says; most of it is provisional.

use super::whole::Sheet;
use super::{Report, Rule, number};
use crate::message::element::Family;
use crate::message::subsidy::{CertificateItem, Edition};
use crate::number::PublicExpenseNumber;

/// What every certificate has (§1.6: published as required).
const MANDATORY: [CertificateItem; 3] =
    [CertificateItem::CertificationName, CertificateItem::ValidFrom, CertificateItem::ValidTo];

/// All certificates of a `PMHsimsm01res`.
pub(super) fn look(sheet: &Sheet<'_>, report: &mut Report) {
    let (page, layout) = (sheet.page, sheet.tables.layout);
    let Some(body) = page.body().filter(|_| sheet.family == Family::Subsidy) else { return };
    let tags = layout.certificate_tags_since(Edition::R5);
    let is_certificate = |at: &usize| page.children(*at).any(|child| tags.iter().any(|tag| *tag == page.name(child)));
    let blocks: Vec<usize> = page.children(body).collect();
    let certificates: Vec<usize> = blocks
        .iter()
        .flat_map(|block| if is_certificate(block) { vec![*block] } else { page.children(*block).collect() })
        .filter(is_certificate)
        .collect();
    if certificates.is_empty() {
        report.add(sheet.at(Rule::PmhCertificates, body));
    }
    if certificates.len() > 1 && certificates.first().is_some_and(|first| page.parent(*first) != body) {
        report.add(sheet.at(Rule::PmhRepeat, page.parent(certificates.first().copied().unwrap_or(body))));
    }
    for certificate in certificates {
        let tag = |item| layout.tag_of_certificate(item).unwrap_or_default();
        for missing in
            MANDATORY.map(tag).into_iter().filter(|tag| !tag.is_empty() && page.text(certificate, tag).is_none())
        {
            report.add(sheet.missing(Rule::BodyMissing, certificate, missing));
        }
        let child = |item| page.child(certificate, tag(item)).filter(|at| !page.value(*at).is_empty());
        let payer = child(CertificateItem::InsurerNumber);
        if let Some(at) = payer {
            number::public_expense(sheet, at, report);
        }
        if let Some(at) = child(CertificateItem::RecipientNumber) {
            let national = payer.is_some_and(|at| PublicExpenseNumber::new(page.value(at)).law().is_some());
            recipient(sheet, at, national, report);
        }
        hash(sheet, certificate, tag(CertificateItem::Hash), report);
    }
}

/// The numbers of national schemes have a check digit, those of local ones any form of up to thirty characters (§2.2, §6.2).
fn recipient(sheet: &Sheet<'_>, at: usize, national: bool, report: &mut Report) {
    const MOST: usize = 30;
    if national {
        number::recipient(sheet, at, report);
    }
    if sheet.page.value(at).chars().count() > MOST {
        report.add(sheet.at(Rule::LengthMax, at).seen(sheet.page.value(at)).expected(format!("≤ {MOST}")));
    }
}

/// Whoever has items of R6 has a hash.
fn hash(sheet: &Sheet<'_>, certificate: usize, tag: &str, report: &mut Report) {
    let page = sheet.page;
    let newer = sheet.tables.layout.certificate_tags_since(Edition::R6);
    let item = page.children(certificate).find(|at| newer.contains(&page.name(*at)) && page.name(*at) != tag);
    if let Some(item) = item.filter(|_| !tag.is_empty() && page.text(certificate, tag).is_none()) {
        report.add(sheet.missing(Rule::PmhHash, certificate, tag).seen(page.name(item)));
    }
}
