//! One request, from its claim to its answer.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::clock::{Stopwatch, time14};
use crate::event::{FileLife, FolderKind, Lang};
use crate::folder::publish::Content;
use crate::folder::recover::Target;
use crate::folder::{Claim, Item};
use crate::message::qualification::{QualificationRequest, QualificationResult, ResultHeader};
use crate::message::refusal;
use crate::message::xml::SINGLE_LIMIT;
use crate::terminal::linkage::{self, Ask, Decision, Refuse};
use crate::terminal::settings::ErrStyle;
use crate::terminal::turns::Turn;
use crate::terminal::{Terminal, pace};
use crate::wire::{Answer, Question, Request, Steering, WireError};

/// Our own code for a centre that cannot be asked; the real ones (別紙6-1) are not public.
pub(super) const CENTRE_AWAY: &str = "MDG-H001";
/// Our own code for a centre that answered with a problem.
const CENTRE_PROBLEM: &str = "MDG-H002";

/// What a request brings, before it is staged.
struct Reply {
    items: Vec<Item>,
    /// `Answered` or `Refused`.
    life: FileLife,
    note: Option<String>,
    /// About the file that is delivered.
    remark: Option<String>,
}

impl Terminal {
    /// Answers one claimed request. `whole` is false when it was taken before it was whole.
    pub(super) async fn answer(self: Arc<Self>, claim: Claim, whole: bool, mut turn: Turn) {
        let watch = Stopwatch::start();
        let delay = pace::answer_delay(self.settings.answer_delay, self.settings.pace, self.seed, &claim.name);
        let asking = tokio::task::spawn_blocking({
            let (terminal, claim) = (self.clone(), claim.clone());
            move || terminal.reply(&claim, whole)
        });
        let (reply, ()) = tokio::join!(asking, self.clock.pause(delay));
        let reply = match reply {
            Ok(Ok(reply)) => reply,
            Ok(Err(cause)) => return self.cannot_answer(&claim, &cause.to_string()),
            Err(panicked) => return self.cannot_answer(&claim, &panicked.to_string()),
        };
        self.step(FolderKind::Req, &self.req_path(&claim.name), reply.life, reply.note, Some(watch.elapsed_ms()));
        turn.comes().await;
        let parcel = self.stage(&self.folders, Some(&claim), reply.items).await;
        let placed = self.deliver(parcel, Some(watch), reply.remark).await;
        drop(turn);
        self.touch(placed).await;
    }

    pub(super) fn req_path(&self, name: &str) -> PathBuf {
        self.folders.dir(FolderKind::Req).join(name)
    }

    fn cannot_answer(&self, claim: &Claim, cause: &str) {
        let (name, path) = (&claim.name, claim.path.display());
        self.trouble(
            format!("{name} を処理できません: {cause}。{path} に残し、次の起動で処理します"),
            format!("cannot answer {name}: {cause}; it stays at {path} and is asked again at the next start"),
        );
    }

    /// Reads, decides, asks and writes. Blocks.
    fn reply(&self, claim: &Claim, whole: bool) -> io::Result<Reply> {
        let bytes = claim.read(SINGLE_LIMIT as u64)?;
        Ok(match linkage::decide(&claim.name, &bytes, whole, &self.settings) {
            Decision::Ask(ask) => self.ask(&claim.name, &ask),
            Decision::Refuse(refuse) => self.refuse(&claim.name, &refuse),
            Decision::Leave => return Err(io::Error::other("a name that is no request was taken")),
        })
    }

    fn refuse(&self, name: &str, refuse: &Refuse) -> Reply {
        let err = Content::Bytes(refuse.refusal.err_file(refuse.encoding));
        // The `.err` first: a client that sees its request come back opens the `.err` at once (spec/known-clients.md K3).
        let mut items = vec![Item { target: Target::Res, name: refuse.err_name.clone(), content: err }];
        if self.settings.err == ErrStyle::ErrThenRequest {
            items.push(Item { target: Target::Res, name: name.to_owned(), content: Content::TheRequest });
        }
        Reply { items, life: FileLife::Refused, note: Some(refuse.refusal.to_string()), remark: None }
    }

    fn ask(&self, name: &str, ask: &Ask) -> Reply {
        if let Some(foreign) = &ask.foreign_institution {
            let own = &self.settings.institution;
            self.notice(
                format!("{name} の医療機関コード {foreign} は端末 ({own}) と違います。そのまま照会します"),
                format!("{name} comes from institution {foreign}, this terminal is {own}; asked all the same"),
            );
        }
        let terminal = format!("terminal:{}", self.number);
        let steering = Steering::draw_for_request(&self.knobs, &[name, &terminal]);
        let question = Question { asker: self.asker(), request: ask.request.clone(), steering };
        let answer = self.connection.ask(&question);
        self.note_hub(answer.as_ref().err());
        let Request::Qualification(request) = &ask.request;
        let document = match answer {
            Ok(Answer::Qualification(document)) => document,
            Err(error) => self.centre_failed(request, &error),
        };
        let style = self.settings.style(self.settings.encoding_for(Some(ask.encoding)), self.seed, &ask.answer_name);
        let encoded = style.qualification_result(&document);
        Reply {
            items: vec![Item {
                target: Target::Res,
                name: ask.answer_name.clone(),
                content: Content::Bytes(encoded.bytes),
            }],
            life: FileLife::Answered,
            note: describe(&document, ask),
            remark: replaced_characters(&encoded.replaced),
        }
    }

    /// The answer when the centre has none: SegmentOfResult 9 (spec/oqs-interface.md §4.2, [C]).
    fn centre_failed(&self, request: &QualificationRequest, error: &WireError) -> QualificationResult {
        let code = match error {
            WireError::Unreachable { .. } => CENTRE_AWAY,
            WireError::Problem { .. } => CENTRE_PROBLEM,
        };
        QualificationResult {
            header: ResultHeader {
                process_execution_time: time14(self.clock.now()),
                qualification_confirmation_date: request.qualification_confirmation_date.clone(),
                medical_institution_code: request.medical_institution_code.clone(),
                arbitrary_file_identifier: request.arbitrary_file_identifier.clone(),
                reference_classification: "2".to_owned(),
                segment_of_result: "9".to_owned(),
                error_code: Some(code.to_owned()),
                error_message: Some(error.to_string()),
                character_code_identifier: String::new(),
            },
            processing_result_status: "2".to_owned(),
            search: Some(request.search.clone()),
            ..QualificationResult::default()
        }
    }

    /// Tells when the centre goes away and when it is back, not at every request between.
    pub(super) fn note_hub(&self, error: Option<&WireError>) {
        match error {
            Some(error @ WireError::Unreachable { hub, .. }) if !self.hub_away.swap(true, Ordering::Relaxed) => {
                self.trouble(error.to_string(), format!("the hub {hub} cannot be reached"));
            }
            Some(_) => {}
            None if self.hub_away.swap(false, Ordering::Relaxed) => {
                let hub = self.connection.name();
                self.notice(format!("ハブ {hub} に再び接続できました"), format!("the hub {hub} is back"));
            }
            None => {}
        }
    }
}

/// What the journal says of an answer: its result, and what was unusual in the request.
fn describe(document: &QualificationResult, ask: &Ask) -> Option<String> {
    let mut words = vec![match (&document.qualification_validity, &document.header.error_code) {
        (Some(validity), _) => format!("資格有効性 {validity}"),
        (None, Some(code)) => format!("処理結果区分 {} {code}", document.header.segment_of_result),
        (None, None) => format!("処理結果区分 {}", document.header.segment_of_result),
    }];
    words.extend(ask.findings.iter().map(|finding| format!("{}: {}", finding.path, finding.words(Lang::Ja))));
    Some(words.join("、"))
}

/// What became ● on the way into Shift_JIS.
pub(super) fn replaced_characters(replaced: &[char]) -> Option<String> {
    (!replaced.is_empty()).then(|| {
        let characters: String = replaced.iter().collect();
        format!("●に置換: {characters} / not in the encoding, replaced by ●")
    })
}

/// The content of an `.err` of PMH.
pub(super) fn pmh_err_content(code: &str, message: &str, encoding: crate::text::Encoding) -> Vec<u8> {
    refusal::err_file(code, message, encoding)
}
