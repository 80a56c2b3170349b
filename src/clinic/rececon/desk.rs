//! The state machine: files, orders and time go in, what is to be done comes out.

use serde::{Deserialize, Serialize};

use super::book::{Book, Patient};
use super::day::Day;
use super::dialogue::{Choice, Dialogue, Kind};
use super::event::{AlertKind, Arrival, Content, Effect, Event, Moment, Told};
use super::field::{self, Difference, Eye, PERSON, REFERENCE_NUMBER};
use super::matching::{self, By, Match};
use super::mistake::Mistake;
use super::settings::{Mistakes, Settings};
use super::visit::{Outcome, Subsidy, VALID, Visit, is_failed};
use crate::clock::time14;
use crate::event::FolderKind;
use crate::message::qualification::QualificationResult;
use crate::message::sealed::{document_name, is_sealed_name};

/// Why an order is not carried out; for people.
pub type Refused = String;

/// The desk of a clinic: what is shown there, what is being waited for, and the book.
#[derive(Debug)]
pub struct Desk {
    pub(super) settings: Settings,
    pub(super) book: Book,
    /// What is shown, kept with the book.
    pub(super) day: Day,
    pub(super) effects: Vec<Effect>,
}

/// Something the staff should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// Counts from 1.
    pub number: u32,
    /// Why.
    pub kind: AlertKind,
    /// Which visit it is about.
    pub visit: Option<u32>,
    /// Which patient.
    pub patient: Option<String>,
    /// Values that belong to it.
    pub detail: String,
}

impl Desk {
    /// A desk that begins its day, or goes on with the one that the book keeps.
    pub fn new(settings: Settings, book: Book) -> Self {
        let day = book.today.clone().unwrap_or_default();
        Self { settings, book, day, effects: Vec::new() }
    }

    /// One event, and what is to be done about it.
    ///
    /// # Errors
    /// Why an order is not carried out; nothing has changed then.
    pub fn step(&mut self, event: Event, moment: Moment) -> Result<Vec<Effect>, Refused> {
        let is_told = matches!(event, Event::Told(_));
        match event {
            Event::Arrived(arrival) => self.arrived(*arrival, moment),
            Event::Told(order) => self.told(order, moment)?,
            Event::Passed => self.passed(moment),
        }
        if is_told || !self.effects.is_empty() {
            self.keep_day(moment);
        }
        Ok(std::mem::take(&mut self.effects))
    }

    /// Whether a file is for this desk. Everything else in the folders belongs to somebody else and stays.
    pub fn wants(&self, folder: FolderKind, name: &str) -> bool {
        let makes = |mistake| self.settings.mistakes.makes(mistake);
        match folder {
            FolderKind::Req => false,
            _ if is_sealed_name(name) && makes(Mistake::OpensNoZip) => false,
            FolderKind::Face => is_face_file(name),
            FolderKind::Res if makes(Mistake::WatchesOnlyFace) => false,
            FolderKind::Res if self.is_sealed_otherwise(name) => false,
            FolderKind::Res if makes(Mistake::IgnoresErr) && name.ends_with(".err") => false,
            FolderKind::Res => self.claimant(name).is_some() || self.asker(name, None).is_some(),
        }
    }

    /// The mistake of whoever takes the setting of one kind of file for that of all (spec/pmh.md §8 P16).
    fn is_sealed_otherwise(&self, name: &str) -> bool {
        let face = self.claimant(name).and_then(|number| self.visit(number)).map(|visit| is_sealed_name(&visit.file));
        face.is_some_and(|face| face != is_sealed_name(name))
            && self.settings.mistakes.makes(Mistake::ExpectsOneSealing)
    }

    /// The book, to be stored.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// Something that was to be done could not be: the staff is told.
    pub fn trouble(&mut self, why: &str, moment: Moment) -> Vec<Effect> {
        self.alert(AlertKind::Trouble, None, why.to_owned(), moment);
        std::mem::take(&mut self.effects)
    }

    /// A file that was fetched a moment ago was delivered once more: it goes, and nothing is taken twice (spec/pmh.md §11 S-35).
    pub fn came_again(&mut self, folder: FolderKind, name: &str, moment: Moment) -> Vec<Effect> {
        self.effects.push(Effect::Delete { folder, name: name.to_owned() });
        self.tell("file-again", None, name.to_owned(), moment);
        std::mem::take(&mut self.effects)
    }

    fn arrived(&mut self, arrival: Arrival, moment: Moment) {
        let Arrival { folder, name, content } = arrival;
        let content = match content {
            Ok(content) => content,
            // What cannot be read stays where it is: somebody has to look at it.
            Err(why) => return self.alert(AlertKind::Unreadable, None, format!("{name}: {why}"), moment),
        };
        let is_mine = self.claimant(&name).is_some() || self.asker(&name, content.identifier()).is_some();
        if folder == FolderKind::Res && !is_mine {
            return self.tell("file-left", None, name, moment);
        }
        self.day.read += 1;
        if !self.settings.mistakes.makes(Mistake::ForgetsToDelete) {
            self.effects.push(Effect::Delete { folder, name: name.clone() });
        }
        match (folder, content) {
            // It was stored, and could not be deleted before somebody pulled the plug.
            (FolderKind::Face, Content::Qualification(result)) if self.is_listed(&name, &result) => {
                self.tell("visit-known", None, name, moment);
            }
            (FolderKind::Face, Content::Qualification(result)) => self.came(&name, &result, moment),
            (_, Content::Subsidies(document)) => self.subsidies_came(&name, &document, moment),
            (_, Content::Err(code, text)) if self.day.visits.iter().any(|v| v.subsidy.is_answered_by(&name)) => {
                self.subsidies_failed(&name, code, text, moment);
            }
            (_, content) => self.answered(&name, content, moment),
        }
    }

    /// Somebody used the reader.
    fn came(&mut self, name: &str, result: &QualificationResult, moment: Moment) {
        let number = u32::try_from(self.day.visits.len()).unwrap_or(u32::MAX).saturating_add(1);
        let mut visit = Visit::of(number, name, result, moment.timer, &self.settings.mistakes);
        self.day.seen_institution = Some(result.header.medical_institution_code.trim().to_owned());
        let found = matching::find(&self.book, &visit.values, &self.settings.mistakes);
        let alerts = visit.first_alerts(result);
        visit.who = found.who;
        let several = matches!(visit.who, Match::Several(_));
        self.day.visits.push(visit);
        self.tell("visit-listed", Some(number), String::new(), moment);
        for (kind, detail) in alerts {
            self.alert(kind, Some(number), detail, moment);
        }
        if let Some(other) = found.number_of_another {
            self.alert(AlertKind::NumberOfAnother, Some(number), other, moment);
        }
        if several {
            self.alert(AlertKind::SeveralPatients, Some(number), String::new(), moment);
        }
        if !is_failed(result) {
            self.is_linked(number, moment);
        }
    }

    /// Whose visit it is may be known now: what follows from that.
    pub(super) fn is_linked(&mut self, number: u32, moment: Moment) {
        let Some(visit) = self.visit(number) else { return };
        let Some(patient) = visit.patient().map(str::to_owned) else { return };
        let is_valid = visit.validity == VALID;
        if (self.settings.auto && is_valid) || self.settings.mistakes.makes(Mistake::AcceptsInvalid) {
            self.accept(number, moment);
        }
        self.compare_person(number, &patient, moment);
        self.compare_subsidies(number, moment);
        self.note_number(number, moment);
    }

    /// A patient whom the centre has no 照会番号 for is given one, as soon as it is settled by which insurance.
    fn note_number(&mut self, number: u32, moment: Moment) {
        let Some(visit) = self.visit(number) else { return };
        let Some(patient) = visit.patient().map(str::to_owned) else { return };
        let is_numberless = visit.validity == VALID && !visit.values.contains_key(REFERENCE_NUMBER);
        let is_open = self.day.dialogues.iter().any(|open| open.patient == patient && open.kind == Kind::Person);
        if is_numberless && !is_open && self.settings.register_numbers {
            self.register_missing_number(&patient, moment);
        }
    }

    /// 受付登録
    pub(super) fn accept(&mut self, number: u32, moment: Moment) {
        if let Some(visit) = self.visit_mut(number) {
            visit.accepted = true;
        }
        self.tell("visit-accepted", Some(number), String::new(), moment);
    }

    /// Person and insurance against the book. The same 資格確認キー says that nothing changed, however it is spelt (R4, spec/pmh.md §5.5).
    fn compare_person(&mut self, number: u32, patient: &str, moment: Moment) {
        let Some(visit) = self.visit(number) else { return };
        let (incoming, key) = (visit.values.clone(), visit.key.clone());
        self.compare_with(patient, Some(number), incoming, key, moment);
    }

    /// The same for what a request brought.
    pub(super) fn compare_with(
        &mut self,
        patient: &str,
        visit: Option<u32>,
        incoming: field::Sheet,
        key: Option<String>,
        moment: Moment,
    ) {
        let eye = match () {
            () if self.settings.mistakes.makes(Mistake::IgnoresKey) => Eye::Literal,
            () if self.settings.mistakes.makes(Mistake::ReplacementIsName) => Eye::WithoutReplacement,
            () => Eye::Folding,
        };
        let Some(known) = self.book.patient_mut(patient) else { return };
        if eye != Eye::Literal && key.is_some() && known.key == key {
            return;
        }
        let fields = field::differences(PERSON, &known.values, &incoming, eye);
        if !fields.is_empty() {
            return self.ask(Kind::Person, patient, visit, fields, key, moment);
        }
        // Nothing that is stored changes: a number that was missing, and what to compare by next time.
        if let Some(reference) = incoming.get(REFERENCE_NUMBER) {
            known.values.entry(REFERENCE_NUMBER.to_owned()).or_insert_with(|| reference.clone());
        }
        known.key = key.or(known.key.take());
        self.effects.push(Effect::Store);
    }

    /// Asks the staff; an older question about the same is out of date.
    pub(super) fn ask(
        &mut self,
        kind: Kind,
        patient: &str,
        visit: Option<u32>,
        fields: Vec<Difference>,
        token: Option<String>,
        moment: Moment,
    ) {
        self.day.dialogues.retain(|open| open.patient != patient || !open.kind.is_about_the_same(kind));
        self.day.asked += 1;
        let dialogue = Dialogue { number: self.day.asked, kind, patient: patient.to_owned(), visit, fields, token };
        if self.settings.mistakes.makes(Mistake::OverwritesWithoutAsking) && kind != Kind::Absence {
            let all: Vec<_> = dialogue.fields.iter().collect();
            return self.decide(&dialogue, &all, moment);
        }
        self.tell("dialogue-opened", visit, format!("{} {}", dialogue.number, kind.word()), moment);
        self.day.dialogues.push(dialogue);
    }

    /// Carries out what the staff decided: accepted fields are overwritten, all others stay.
    pub(super) fn decide(&mut self, dialogue: &Dialogue, accepted: &[&Difference], moment: Moment) {
        let day = self.visit(dialogue.visit.unwrap_or_default()).map(|visit| visit.day.clone());
        let Some(patient) = self.book.patient_mut(&dialogue.patient) else { return };
        match dialogue.kind {
            Kind::Person => {
                overwrite(&mut patient.values, accepted);
                patient.key = dialogue.token.clone().or(patient.key.take());
            }
            Kind::Subsidy { expense, certificate } => {
                let face_items = dialogue.visit.and_then(|number| {
                    let visit = self.day.visits.iter_mut().find(|visit| visit.number == number)?;
                    let came = visit.certificates.get_mut(certificate)?;
                    came.outcome = if accepted.is_empty() { Outcome::Unchanged } else { Outcome::Imported };
                    Some(came.face_items.clone())
                });
                if let Some(stored) = patient.expense_mut(expense) {
                    overwrite(&mut stored.values, accepted);
                    stored.hash = dialogue.token.clone();
                    stored.face_items = face_items.unwrap_or_default();
                }
                arrange(patient, &self.settings.mistakes);
            }
            Kind::Absence => {
                for field in accepted {
                    let id = field.field.trim_start_matches(super::subsidies::EXPENSE).parse().unwrap_or_default();
                    end(patient, id, day.as_deref().unwrap_or_default());
                }
            }
        }
        self.effects.push(Effect::Store);
        self.tell("dialogue-answered", dialogue.visit, format!("{} {}", dialogue.number, accepted.len()), moment);
    }

    /// Time went by.
    fn passed(&mut self, moment: Moment) {
        if self.settings.mistakes.makes(Mistake::WaitsForEver) {
            return;
        }
        let (patience, now) = (self.settings.subsidy_patience, moment.timer);
        let mut late = Vec::new();
        for visit in &mut self.day.visits {
            if let Subsidy::Waiting { request, since } = &visit.subsidy
                && now.saturating_sub(*since) >= patience
            {
                late.push((visit.number, request.clone()));
                visit.subsidy = Subsidy::Late { request: request.clone() };
            }
        }
        for (visit, request) in late {
            self.alert(AlertKind::SubsidyLate, Some(visit), request, moment);
        }
        self.requests_passed(moment);
    }

    /// The visit of this number.
    pub(super) fn visit(&self, number: u32) -> Option<&Visit> {
        self.day.visits.iter().find(|visit| visit.number == number)
    }

    pub(super) fn visit_mut(&mut self, number: u32) -> Option<&mut Visit> {
        self.day.visits.iter_mut().find(|visit| visit.number == number)
    }

    /// Says whose a visit is, by the staff's word or because a patient was made of it.
    pub(super) fn link(&mut self, number: u32, patient: &str) {
        if let Some(visit) = self.visit_mut(number) {
            visit.who = Match::Known { number: patient.to_owned(), by: By::Staff };
        }
    }

    pub(super) fn tell(&mut self, event: &'static str, visit: Option<u32>, detail: String, moment: Moment) {
        let patient = visit.and_then(|number| self.visit(number)?.patient().map(str::to_owned));
        self.effects.push(Effect::Tell(Told { at: time14(moment.document), event, visit, patient, detail }));
    }

    pub(super) fn alert(&mut self, kind: AlertKind, visit: Option<u32>, detail: String, moment: Moment) {
        let (name, ja, en) = kind.words();
        let patient = visit.and_then(|number| self.visit(number)?.patient().map(str::to_owned));
        self.day.alerted += 1;
        let text = if detail.is_empty() { format!("{ja} / {en}") } else { format!("{ja} / {en}: {detail}") };
        if kind.is_error() {
            self.day.errors += 1;
            self.day.last_error = Some(format!("{name}: {text}"));
        }
        self.day.alerts.push(Alert { number: self.day.alerted, kind, visit, patient: patient.clone(), detail });
        self.effects.push(Effect::Tell(Told {
            at: time14(moment.document),
            event: name,
            visit,
            patient,
            detail: text,
        }));
    }

    /// Answers an open dialogue.
    pub(super) fn answer(
        &mut self,
        number: Option<u32>,
        all: Option<Choice>,
        fields: &std::collections::BTreeMap<String, Choice>,
        moment: Moment,
    ) -> Result<(), Refused> {
        let open = self.day.dialogues.iter().position(|open| number.is_none_or(|number| open.number == number));
        let Some(dialogue) = open.and_then(|at| self.day.dialogues.get(at)).cloned() else {
            return Err("答える確認がありません / there is no such question".to_owned());
        };
        let accepted = dialogue.accepted(all, fields)?;
        self.day.dialogues.retain(|open| open.number != dialogue.number);
        self.decide(&dialogue, &accepted, moment);
        if let (Kind::Person, Some(visit)) = (dialogue.kind, dialogue.visit) {
            self.note_number(visit, moment);
        }
        Ok(())
    }
}

/// `OQSsiquc01res_…xml`, whatever stands between, or its zip; Windows does not tell `.XML` from `.xml`.
fn is_face_file(name: &str) -> bool {
    let lower = document_name(name).to_ascii_lowercase();
    lower.starts_with("oqssiquc01res_") && lower.ends_with(".xml")
}

fn overwrite(values: &mut field::Sheet, accepted: &[&Difference]) {
    for difference in accepted {
        match &difference.incoming {
            Some(value) => values.insert(difference.field.clone(), value.clone()),
            None => values.remove(&difference.field),
        };
    }
}

/// Expenses in the order of application, after they changed.
pub(super) fn arrange(patient: &mut Patient, mistakes: &Mistakes) {
    if !mistakes.makes(Mistake::IgnoresExpenseOrder) {
        patient.arrange();
    }
}

/// Ends an expense on the day before `day`.
pub(super) fn end(patient: &mut Patient, id: u32, day: &str) {
    let yesterday = crate::clock::parse_date(day).and_then(|day| day.yesterday().ok());
    if let (Some(expense), Some(yesterday)) = (patient.expense_mut(id), yesterday) {
        expense.values.insert("valid-to".to_owned(), crate::clock::date8(yesterday));
    }
}
