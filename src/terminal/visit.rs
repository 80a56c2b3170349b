//! The two files of a visit at the reader: the face file, and the subsidy document (or its `.err`) that it announces.
//!
//! The face file never waits for PMH and is never harmed by it (spec/pmh.md §5.4 R5).

use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;

use crate::event::FolderKind;
use crate::folder::publish::Content;
use crate::folder::recover::{Target, recover};
use crate::folder::{Claim, Folders, Item, LayoutError, Parcel, Placed, claim};
use crate::message::name::{FaceName, PmhName, face_name};
use crate::message::qualification::QualificationResult;
use crate::message::sealed::sealed_name;
use crate::message::subsidy::HeaderItem;
use crate::terminal::answer::{CENTRE_AWAY, pmh_err_content, replaced_characters};
use crate::terminal::fault::{Drawn, Outgoing, PMH_LATE, PMH_NEVER};
use crate::terminal::own::{OwnPmh, OwnVisit};
use crate::terminal::settings::PmhOrder;
use crate::terminal::{Terminal, lock, pace, serve};
use crate::wire::outage::Outage;
use crate::wire::{Steering, SubsidyAnswer, SubsidyQuestion, VisitAnswer};

/// What the station hands over when a visit ended with an answer.
#[derive(Debug, Clone)]
pub struct VisitDelivery {
    /// The station's name for the visit, unique and repeatable: names and delays are drawn by it.
    pub reference: String,
    /// Reader, from 1.
    pub reader: usize,
    /// The names this visit goes by, for knobs: person, `reader:N`, visit.
    pub targets: Vec<String>,
    /// What the centre said.
    pub answer: VisitAnswer,
    /// The terminal's clock is so much behind for this visit.
    pub behind: SignedDuration,
    /// What the operator had asked for: an answer without record is written when it was.
    pub steering: Steering,
    /// The reader's own face folder, when it is tied to a 再来受付機.
    pub face_folder: Option<PathBuf>,
    /// The file of the operator's own that this visit is to bring, whatever the centre says.
    pub own: Option<String>,
}

impl VisitDelivery {
    /// The names that one of its two files goes by.
    fn targets_of<'a>(&'a self, file: &'a str) -> Vec<&'a str> {
        self.targets.iter().map(String::as_str).chain([file]).collect()
    }
}

/// The PMH file that a face file promises.
enum Promise {
    /// PMH is asked.
    Ask(Claim),
    /// Files of somebody else, staged, with what there is to say about them.
    Ready(Parcel, String),
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivered {
    /// `OQSsiquc01res_face_….xml`; `.zip` where it is sealed
    pub face: Option<PathBuf>,
    /// `PMHsimsm01res_…_face.xml`; `.zip` where it is sealed
    pub pmh: Option<PathBuf>,
    /// `PMHsimsm01req_…_face.xml.err`, one or two spellings.
    pub pmh_err: Vec<PathBuf>,
}

impl Terminal {
    /// Opens the face folder of a reader that is tied to a 再来受付機, and delivers what an earlier run left for it. Done by itself at the
    /// first visit as well; the station calls it at its start.
    pub async fn adopt_face_folder(self: &Arc<Self>, path: PathBuf) -> Result<(), LayoutError> {
        let left_behind = {
            let mut known = lock(&self.face_folders);
            if known.contains_key(&path) || path == self.paths().face {
                return Ok(());
            }
            let opened = Arc::new(self.folders.open_face_only(path.clone())?);
            let left_behind = recover(&opened).parcels;
            known.insert(path, opened);
            left_behind
        };
        for parcel in left_behind {
            self.deliver(parcel, None, Some(serve::LATE_NOTE.to_owned())).await;
        }
        Ok(())
    }

    /// Writes the files of a visit and returns when the last of them stands.
    pub async fn deliver_visit(self: &Arc<Self>, delivery: VisitDelivery) -> Delivered {
        let own = self.own_of(&delivery).await;
        let promise = self.promise_pmh(&delivery, own.pmh).await;
        let follows = promise.is_some() || delivery.answer.pmh_request.is_some();
        let targets = delivery.targets_of("file:face");
        let drawn = Drawn::of_file(&self.knobs, &targets);
        let together = drawn.waits();
        let face = async { self.deliver_face(&delivery, own.face, &drawn).await };
        let pmh = async { self.deliver_pmh(&delivery, promise).await };
        let (face, (pmh, pmh_err)) = match self.settings.pmh_order {
            // A face file that is held back holds nothing up: it is the file that others overtake.
            PmhOrder::FaceFirst if together => {
                let pmh = async {
                    self.pause_for_pmh(&delivery, follows).await;
                    pmh.await
                };
                tokio::join!(face, pmh)
            }
            PmhOrder::FaceFirst => {
                let face = face.await;
                self.pause_for_pmh(&delivery, follows).await;
                (face, pmh.await)
            }
            PmhOrder::PmhFirst => {
                let pmh = pmh.await;
                self.pause_for_pmh(&delivery, follows).await;
                (face.await, pmh)
            }
        };
        Delivered { face, pmh, pmh_err }
    }

    /// What of the visit's files is somebody else's; read on a thread where a slow folder hurts nobody.
    async fn own_of(self: &Arc<Self>, delivery: &VisitDelivery) -> OwnVisit {
        if !self.own.has_any() {
            return OwnVisit::default();
        }
        let (terminal, delivery) = (self.clone(), delivery.clone());
        let is_written = delivery.answer.document.as_ref().is_some_and(|d| is_written(d, &delivery.steering));
        let looking = tokio::task::spawn_blocking(move || terminal.own_visit(&delivery, is_written));
        // A panic there is in the log of the runtime; the visit then ends with files of ours.
        looking.await.unwrap_or_default()
    }

    async fn pause_for_pmh(&self, delivery: &VisitDelivery, follows: bool) {
        if follows {
            let (settings, seed) = (&self.settings, self.seed);
            self.clock.pause(pace::pmh_delay(settings.pmh_delay, settings.pace, seed, &delivery.reference)).await;
        }
    }

    async fn deliver_face(
        self: &Arc<Self>,
        delivery: &VisitDelivery,
        own: Option<(Vec<u8>, String)>,
        drawn: &Drawn,
    ) -> Option<PathBuf> {
        let document = delivery.answer.document.as_ref().filter(|d| is_written(d, &delivery.steering));
        if own.is_none() && document.is_none() {
            return None;
        }
        if !self.settings.writes_face() {
            self.notice(
                "OutputFlg=false (face_output = false) のため face ファイルを出力しません".to_owned(),
                "no face file: OutputFlg=false (face_output = false)".to_owned(),
            );
            return None;
        }
        let folders = self.face_folders_of(delivery).await?;
        let name = self.face_file_name(delivery, &folders);
        let (bytes, remark) = match own {
            Some((bytes, note)) => (bytes, Some(note)),
            None => {
                let style = self.settings.style(self.settings.encoding_for(None), self.seed, &name);
                let tree = document?.to_tree(style.records);
                let (bytes, replaced) = self.written(style, tree, &name, &delivery.targets_of("file:face"));
                (bytes, replaced_characters(&replaced))
            }
        };
        if drawn.never {
            self.notice(
                format!("{name} は出力しません (障害 file-never)"),
                format!("{name} is not delivered (fault file-never)"),
            );
            return None;
        }
        let item = Item { target: Target::Face, name, content: Content::Bytes(bytes) };
        self.fill_disk(drawn);
        self.hold_back(drawn).await;
        let items = vec![item];
        let outgoing = Outgoing { folders: &folders, claim: None, items, remark, watch: None };
        let placed = self.hand_out(outgoing, drawn).await;
        self.touch_soon(&placed);
        placed.into_iter().next().map(|placed| placed.path)
    }

    /// The folders that a visit's face file goes through; `None` (and told) when the reader's own folder cannot be used.
    async fn face_folders_of(self: &Arc<Self>, delivery: &VisitDelivery) -> Option<Arc<Folders>> {
        let Some(path) = &delivery.face_folder else { return Some(self.folders.clone()) };
        if let Err(error) = self.adopt_face_folder(path.clone()).await {
            self.trouble(error.to_string(), format!("no face file for reader {}: {error}", delivery.reader));
            return None;
        }
        Some(lock(&self.face_folders).get(path).unwrap_or(&self.folders).clone())
    }

    /// The long name is unique by the visit's reference. A short name has a second only: it takes the next one that is free.
    fn face_file_name(&self, delivery: &VisitDelivery, folders: &Folders) -> String {
        let reference = delivery.reference.as_str();
        let form = self.settings.face_name;
        let mut time = self.clock.now() - delivery.behind;
        let mut given = lock(&self.short_names);
        // What is over needs no remembering; should the clock go back, the files themselves tell.
        let now = face_name(form, &self.settings.institution, self.seed, reference, time);
        *given = given.split_off(&now);
        loop {
            let name = face_name(form, &self.settings.institution, self.seed, reference, time);
            if form == FaceName::Long {
                return name;
            }
            let taken = [&name, &sealed_name(&name)].map(|name| folders.dir(FolderKind::Face).join(name).exists());
            if taken == [false, false] && given.insert(name.clone()) {
                return name;
            }
            time += jiff::SignedDuration::from_secs(1);
        }
    }

    /// Begins the PMH request before the face file promises its answer: a kill between the two leaves the request to the next
    /// start. `None` when there is none, or when the operator wants the promise broken.
    async fn promise_pmh(&self, delivery: &VisitDelivery, own: OwnPmh) -> Option<Promise> {
        let targets: Vec<&str> = delivery.targets.iter().map(String::as_str).collect();
        let never = || self.knobs.comes_up(&PMH_NEVER, &targets);
        match own {
            OwnPmh::None => return None,
            OwnPmh::Files(..) if never() => return None,
            OwnPmh::Files(items, note) => {
                return Some(Promise::Ready(self.stage(&self.folders, None, items, false).await, note));
            }
            OwnPmh::AsUsual => {}
        }
        let request = delivery.answer.pmh_request.as_ref()?;
        // The name comes from the hub and becomes a path: only the known form does.
        if PmhName::parse(request).is_none() {
            self.trouble(
                format!("PMH要求ファイル名「{request}」の形が違います。ハブを確かめてください"),
                format!("the hub named a PMH request \"{request}\", which is no such name; nothing was written"),
            );
            return None;
        }
        if never() {
            return None;
        }
        Some(Promise::Ask(self.until_written(&self.folders, || claim::begin(&self.folders, request)).await))
    }

    /// The subsidy document or its `.err`, as it was promised.
    async fn deliver_pmh(
        self: &Arc<Self>,
        delivery: &VisitDelivery,
        promise: Option<Promise>,
    ) -> (Option<PathBuf>, Vec<PathBuf>) {
        let Some(promise) = promise else { return (None, Vec::new()) };
        let targets: Vec<&str> = delivery.targets.iter().map(String::as_str).collect();
        if self.knobs.comes_up(&PMH_LATE, &targets) {
            self.clock.pause(pace::PMH_LATE).await;
        }
        let targets = delivery.targets_of("file:pmh");
        match promise {
            Promise::Ask(claim) => self.keep_promise(claim, &targets, delivery.behind).await,
            Promise::Ready(parcel, note) => {
                let placed = self.put_staged(parcel, Some(note)).await;
                let is_err = |placed: &Placed| placed.name.ends_with(".err");
                let (errs, mut documents): (Vec<_>, Vec<_>) = placed.into_iter().partition(is_err);
                (documents.pop().map(|placed| placed.path), errs.into_iter().map(|placed| placed.path).collect())
            }
        }
    }

    /// Asks PMH and delivers what it says; also for a request that an earlier run began.
    pub(super) async fn keep_promise(
        self: &Arc<Self>,
        claim: Claim,
        targets: &[&str],
        behind: SignedDuration,
    ) -> (Option<PathBuf>, Vec<PathBuf>) {
        let Some(name) = PmhName::parse(&claim.name) else { return (None, Vec::new()) };
        let targets = if targets.is_empty() { vec![claim.name.as_str(), "file:pmh"] } else { targets.to_vec() };
        let drawn = Drawn::of_second_file(&self.knobs, &targets);
        if drawn.never {
            self.let_drop(&claim);
            return (None, Vec::new());
        }
        let items = self.pmh_items(&name, &claim.name, &targets, behind).await;
        let failed = items.is_err();
        let (items, remark) = match items {
            Ok((item, remark)) => (vec![item], remark),
            Err((code, message)) => {
                let content = pmh_err_content(&code, &message, self.settings.encoding_for(None));
                let file = |name| Item { target: Target::Res, name, content: Content::Bytes(content.clone()) };
                (name.err(self.settings.pmh_err).into_iter().map(file).collect(), Some(format!("{code} {message}")))
            }
        };
        self.fill_disk(&drawn);
        self.hold_back(&drawn).await;
        let asked = items.len();
        let outgoing = Outgoing { folders: &self.folders, claim: Some(&claim), items, remark, watch: None };
        let placed = self.hand_out(outgoing, &drawn).await;
        self.touch_soon(&placed);
        let mut paths: Vec<PathBuf> = placed.into_iter().take(asked).map(|placed| placed.path).collect();
        if failed { (None, paths) } else { (paths.pop(), Vec::new()) }
    }

    /// Asks PMH; an error is code and message of the `.err`.
    async fn pmh_items(
        self: &Arc<Self>,
        name: &PmhName,
        request: &str,
        targets: &[&str],
        behind: SignedDuration,
    ) -> Result<(Item, Option<String>), (String, String)> {
        let question = SubsidyQuestion { asker: self.asker(behind), request_file_name: request.to_owned() };
        let outage = Outage::draw_for_subsidies(&self.knobs, targets);
        let terminal = self.clone();
        let asked = tokio::task::spawn_blocking(move || {
            outage.meet(&terminal.clock, &format!("{} PMH", terminal.connection.name()))?;
            terminal.connection.subsidies(&question)
        })
        .await;
        let answer = asked.map_err(|panicked| (CENTRE_AWAY.to_owned(), panicked.to_string()))?;
        self.note_hub(answer.as_ref().err());
        match answer {
            Ok(SubsidyAnswer::Document(document)) => {
                let name = name.result();
                let style = self.settings.style(self.settings.encoding_for(None), self.seed, &name);
                let tree = self.layout.to_tree(&document, style.repeat);
                let code = self.layout.tag_of(HeaderItem::CharacterCodeIdentifier).unwrap_or_default();
                let (bytes, replaced) = self.written_with_code_in(code, style, tree, &name, targets);
                let remark = replaced_characters(&replaced);
                Ok((Item { target: Target::Res, name, content: Content::Bytes(bytes) }, remark))
            }
            Ok(SubsidyAnswer::Failed { code, message }) => Err((code, message)),
            Err(error) => Err((CENTRE_AWAY.to_owned(), error.to_string())),
        }
    }

    /// Touches what was placed, later, while nobody waits.
    fn touch_soon(self: &Arc<Self>, placed: &[Placed]) {
        let (terminal, touched) = (self.clone(), placed.to_vec());
        tokio::spawn(async move { terminal.touch(touched).await });
    }

    /// Stages and delivers `items`, and touches them later.
    pub(super) async fn put(
        self: &Arc<Self>,
        folders: &Arc<Folders>,
        claim: Option<&Claim>,
        items: Vec<Item>,
        remark: Option<String>,
    ) -> Vec<Placed> {
        let parcel = self.stage(folders, claim, items, false).await;
        self.put_staged(parcel, remark).await
    }

    async fn put_staged(self: &Arc<Self>, parcel: Parcel, remark: Option<String>) -> Vec<Placed> {
        let placed = self.deliver(parcel, None, remark).await;
        self.touch_soon(&placed);
        placed
    }
}

/// Whether an answer becomes a face file (decisions.md §6): with a record always; without one only when the operator asked for it.
fn is_written(document: &QualificationResult, steering: &Steering) -> bool {
    let validity = document.qualification_validity.as_deref();
    let has_record = !document.records.is_empty() && matches!(validity, Some("1" | "2" | "3" | "6"));
    let asked_for_nobody = validity == Some("4") && steering.validity.as_deref() == Some("4");
    let asked_for_error = document.header.segment_of_result == "9" && steering.centre_error;
    has_record || asked_for_nobody || asked_for_error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::qualification::QualificationRecord;

    fn document(validity: Option<&str>, segment: &str, records: usize) -> QualificationResult {
        let mut document = QualificationResult {
            qualification_validity: validity.map(str::to_owned),
            records: vec![QualificationRecord::default(); records],
            ..QualificationResult::default()
        };
        document.header.segment_of_result = segment.to_owned();
        document
    }

    #[test]
    fn a_face_file_is_written_for_every_record_and_without_one_only_when_it_was_asked_for() {
        let unasked = Steering::default();
        for validity in ["1", "2", "3", "6"] {
            assert!(is_written(&document(Some(validity), "1", 1), &unasked), "{validity}");
        }
        assert!(!is_written(&document(Some("4"), "1", 0), &unasked));
        assert!(!is_written(&document(None, "9", 0), &unasked));
        let four = Steering { validity: Some("4".into()), ..Steering::default() };
        assert!(is_written(&document(Some("4"), "1", 0), &four));
        let nine = Steering { centre_error: true, ..Steering::default() };
        assert!(is_written(&document(None, "9", 0), &nine));
        assert!(!is_written(&document(None, "9", 0), &four));
    }
}
