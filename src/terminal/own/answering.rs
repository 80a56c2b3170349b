//! An answer of somebody else in place of the centre's: for requests, and for the two files of a visit.

use super::kind::recognise;
use super::matching::{Asked, Named, Part, What};
use super::shelf::Chosen;
use super::told::{Facts, named_in};
use crate::event::{FileLife, Words};
use crate::folder::Item;
use crate::folder::publish::Content;
use crate::folder::recover::Target;
use crate::message::name::{Case, PmhName, RequestName};
use crate::terminal::answer::Reply;
use crate::terminal::linkage::Decision;
use crate::terminal::settings::ErrStyle;
use crate::terminal::{Terminal, VisitDelivery};

/// So many troubles of the folder are told one by one at the start.
const TROUBLES: usize = 10;
/// An answer with this extension sends the request back.
const ERR: &str = "err";

/// What of a visit's files is somebody else's.
#[derive(Debug, Default)]
pub(in crate::terminal) struct OwnVisit {
    /// The face file, with what there is to say about it.
    pub face: Option<(Vec<u8>, String)>,
    /// The PMH file.
    pub pmh: OwnPmh,
}

/// What becomes of a visit's PMH file.
#[derive(Debug, Default)]
pub(in crate::terminal) enum OwnPmh {
    /// The centre is asked, if it promised one.
    #[default]
    AsUsual,
    /// None: the face file promises none.
    None,
    /// These files, with what there is to say about them.
    Files(Vec<Item>, String),
}

impl Terminal {
    /// What there is to tell of the folder of answers at the start.
    pub(in crate::terminal) fn survey_own(&self) {
        let Some(dir) = &self.settings.answers else { return };
        let (files, troubles) = (self.own.files().len(), self.own.troubles());
        let (entries, dir) = (self.own.entries().len(), dir.display());
        self.notice(
            format!("手持ちのXML: {dir} にファイル {files} 件、answers.toml に {entries} 件"),
            format!("own XML: {files} files in {dir}, {entries} entries in answers.toml"),
        );
        self.tell_own(troubles.iter().take(TROUBLES));
        if let Some(more) = troubles.len().checked_sub(TROUBLES).filter(|more| *more > 0) {
            self.trouble(format!("手持ちのXML: ほか {more} 件"), format!("own XML: {more} more of this kind"));
        }
    }

    fn tell_own<'t>(&self, troubles: impl IntoIterator<Item = &'t Words>) {
        for trouble in troubles {
            self.trouble(format!("手持ちのXML: {}", trouble.ja), format!("own XML: {}", trouble.en));
        }
    }

    /// The operator's own answer to a request, where one matches. It stands where the centre's would: what the terminal itself sends
    /// back is sent back, except for the want of anybody who could answer.
    pub(in crate::terminal) fn own_reply(&self, name: &str, decision: &Decision) -> Option<Reply> {
        if !self.own.has_any() {
            return None;
        }
        let request = match decision {
            Decision::Ask(ask) => ask.request.to_tree(),
            Decision::Unanswered(unanswered) => unanswered.request.clone(),
            Decision::Refuse(_) | Decision::Leave => return None,
        };
        let name = RequestName::parse(name, Case::Ignore)?;
        let named = named_in(&request);
        let persons = self.whose.as_ref().map_or_else(Vec::new, |whose| whose(&named));
        let what = What::Request(name.code.clone());
        let chosen = self.choose(what, persons, vec![named])?;
        let (bytes, note) = chosen.written(&self.facts().of_request(&request));
        let file = |name, content| Item { target: Target::Res, name, content };
        let (items, life) = if chosen.content.extension.eq_ignore_ascii_case(ERR) {
            // As for every request that is sent back: the `.err` first.
            let returned =
                (self.settings.err == ErrStyle::ErrThenRequest).then(|| file(name.file.clone(), Content::TheRequest));
            (std::iter::once(file(name.err(), Content::Bytes(bytes))).chain(returned).collect(), FileLife::Refused)
        } else {
            (vec![file(name.answer_as(&chosen.content.extension), Content::Bytes(bytes))], FileLife::Answered)
        };
        Some(Reply { items, life, note: Some(note.clone()), remark: Some(note) })
    }

    /// What of this visit's files is somebody else's. Blocks.
    pub(in crate::terminal) fn own_visit(&self, delivery: &VisitDelivery, is_written: bool) -> OwnVisit {
        let promised = delivery.answer.pmh_request.as_deref().and_then(PmhName::parse);
        let Some((face, partner)) = self.own_face(delivery, is_written) else {
            let pmh = promised.and_then(|name| {
                let chosen = self.choose(What::Pmh, delivery.targets.clone(), named_of(delivery))?;
                Some(self.pmh_files(&chosen, &name))
            });
            return OwnVisit { face: None, pmh: pmh.unwrap_or_default() };
        };
        let announced = recognise("x.xml", &face.content.bytes).link;
        let name = match &announced {
            None => None,
            Some(_) if face.parts.contains(&Part::Link) => promised.or_else(|| {
                let label = format!("own/{}", delivery.reference);
                partner.is_some().then(|| PmhName::draw(self.seed, &label, self.clock.now()))
            }),
            Some(link) => PmhName::parse(link).filter(|_| partner.is_some()),
        };
        let pmh = match (&name, &partner) {
            (Some(name), Some(partner)) => self.pmh_files(partner, name),
            (Some(name), None) => match self.choose(What::Pmh, delivery.targets.clone(), named_of(delivery)) {
                Some(chosen) => self.pmh_files(&chosen, name),
                None => OwnPmh::AsUsual,
            },
            (None, _) => OwnPmh::None,
        };
        if let (OwnPmh::None, Some(link)) = (&pmh, &announced) {
            self.notice(
                format!("{}: 医療費助成のファイルがないため、{link} の結果は出力されません", face.name),
                format!("{}: there is no PMH file with it, so nothing will come for {link}", face.name),
            );
        }
        let facts = Facts { link: name.map(|name| name.request()), ..self.facts() };
        OwnVisit { face: Some(face.written(&facts)), pmh }
    }

    /// The face file of somebody else with its PMH partner: what the operator chose by hand for this visit, whatever the centre says;
    /// else what a rule gives in place of a file that would be written.
    fn own_face(&self, delivery: &VisitDelivery, is_written: bool) -> Option<(Chosen, Option<Chosen>)> {
        if let Some(file) = &delivery.own {
            match self.own.for_visit(file) {
                Ok(both) => return Some(both),
                Err(trouble) => self.tell_own([&trouble]),
            }
        }
        if !is_written {
            return None;
        }
        let face = self.choose(What::Face, delivery.targets.clone(), named_of(delivery))?;
        let partner = self.own.partner_of(&face);
        Some((face, partner))
    }

    fn pmh_files(&self, chosen: &Chosen, name: &PmhName) -> OwnPmh {
        let (bytes, note) = chosen.written(&Facts { link: Some(name.request()), ..self.facts() });
        let names = match chosen.content.extension.eq_ignore_ascii_case(ERR) {
            true => name.err(self.settings.pmh_err),
            false => vec![name.result()],
        };
        let file = |name| Item { target: Target::Res, name, content: Content::Bytes(bytes.clone()) };
        OwnPmh::Files(names.into_iter().map(file).collect(), note)
    }

    fn choose(&self, what: What, persons: Vec<String>, named: Vec<Named>) -> Option<Chosen> {
        let asked = Asked { what, persons, named, time: self.clock.now() };
        let (chosen, troubles) = self.own.choose(&asked);
        self.tell_own(&troubles);
        chosen
    }

    fn facts(&self) -> Facts {
        Facts::at(self.clock.now(), &self.settings.institution)
    }
}

/// The numbers of a visit's records.
fn named_of(delivery: &VisitDelivery) -> Vec<Named> {
    let records = delivery.answer.document.iter().flat_map(|document| &document.records);
    let named = |record: &crate::message::qualification::QualificationRecord| Named {
        insurer: record.insurer_number.clone(),
        symbol: record.insured_card_symbol.clone(),
        number: record.insured_identification_number.clone(),
        branch: record.insured_branch_number.clone(),
        birthdate: Some(record.birthdate.clone()),
        reference_number: record.reference_number.clone(),
    };
    records.map(named).collect()
}
