//! One request, from its claim to its answer.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::clock::{Stopwatch, time14};
use crate::event::{FileLife, FolderKind, Lang};
use crate::folder::publish;
use crate::folder::recover::Target;
use crate::folder::{Claim, Item, listing};
use crate::message::Style;
use crate::message::bulk::{BulkHeader, BulkReception};
use crate::message::inquiry::InquiryResult;
use crate::message::qualification::QualificationResult;
use crate::message::refusal;
use crate::message::xml::MOST_FINDINGS;
use crate::terminal::bulk::{Drafted, Undrafted};
use crate::terminal::linkage::{self, Ask, Content, Decision, Refuse};
use crate::terminal::outlet::{WRITE_AGAIN, Waiting};
use crate::terminal::settings::ErrStyle;
use crate::terminal::turns::Turn;
use crate::terminal::{Terminal, pace};
use crate::wire::{Answer, Body, Question, Request, Steering, WireError};

/// Our own code for a centre that cannot be asked; the real ones (別紙6-1) are not public.
pub(super) const CENTRE_AWAY: &str = "MDG-H001";
/// Our own code for a centre that answered with a problem.
const CENTRE_PROBLEM: &str = "MDG-H002";

/// Length of our name for a question.
const REFERENCE_DIGITS: usize = 16;
/// So many remarks about a request are told one by one; a bulk file may have thousands.
const REMARKS: usize = 5;

/// Why there is no reply yet.
enum Unready {
    /// The work folder cannot be read or written (share away, disk full): soon it can.
    Work(io::Error),
    /// Somebody took the request out of the work folder.
    Gone,
    /// It was taken out of `req` without being one.
    NoRequest,
}

/// What a request brings, before it is staged.
pub(super) struct Reply {
    pub items: Vec<Item>,
    /// `Answered` or `Refused`.
    pub life: FileLife,
    pub note: Option<String>,
    /// About the file that is delivered.
    pub remark: Option<String>,
}

impl Terminal {
    /// Answers one claimed request. `whole` is false when it was taken before it was whole.
    pub(super) async fn answer(self: Arc<Self>, claim: Claim, whole: bool, mut turn: Turn) {
        let watch = Stopwatch::start();
        let delay = pace::answer_delay(self.settings.answer_delay, self.settings.pace, self.seed, &claim.name);
        let (reply, ()) = tokio::join!(self.ask_until_written(&claim, whole), self.clock.pause(delay));
        let reply = match reply {
            Ok(reply) => reply,
            Err(cause) => return self.cannot_answer(&claim, cause),
        };
        let request = self.req_path(&claim.name);
        let place = (FolderKind::Req, request.as_path());
        self.step_of(Some(claim.seq), place, reply.life, reply.note, Some(watch.elapsed_ms()));
        turn.comes().await;
        let parcel = self.stage(&self.folders, Some(&claim), reply.items).await;
        let placed = self.deliver(parcel, Some(watch), reply.remark).await;
        drop(turn);
        self.touch(placed).await;
    }

    /// A request is read, and a bulk result written, in the work folder: while it is away or full, that is tried again.
    async fn ask_until_written(self: &Arc<Self>, claim: &Claim, whole: bool) -> Result<Reply, (String, String)> {
        let mut waiting = None;
        loop {
            let (terminal, about) = (self.clone(), claim.clone());
            let asked = tokio::task::spawn_blocking(move || terminal.reply(&about, whole)).await;
            let stays = |cause: &str| {
                let path = claim.path.display();
                let ja = format!("{cause}。{path} に残し、次の起動で処理します");
                (ja, format!("{cause}; it stays at {path} and is asked again at the next start"))
            };
            match asked.map_err(|panicked| stays(&panicked.to_string()))? {
                Ok(reply) => return Ok(reply),
                Err(Unready::Work(cause)) => {
                    self.copies().make_way(&cause);
                    waiting.get_or_insert_with(|| Waiting::begin(self, &self.folders, &cause));
                }
                Err(Unready::Gone) => {
                    let ja = "作業フォルダから取り除かれました。もう一度 req に置いてください".to_owned();
                    return Err((ja, "it was taken out of the work folder; put it into req again".to_owned()));
                }
                Err(Unready::NoRequest) => return Err(stays("not a request")),
            }
            tokio::time::sleep(WRITE_AGAIN).await;
        }
    }

    pub(super) fn req_path(&self, name: &str) -> PathBuf {
        self.folders.dir(FolderKind::Req).join(name)
    }

    fn cannot_answer(&self, claim: &Claim, (ja, en): (String, String)) {
        let name = &claim.name;
        self.trouble(format!("{name} を処理できません: {ja}"), format!("cannot answer {name}: {en}"));
    }

    /// Why a claimed request could not be read. It is gone only where the folder that held it is there and has it no more.
    fn unread(&self, claim: &Claim, cause: io::Error) -> Unready {
        let entry = claim.path.file_name().unwrap_or_default().to_string_lossy();
        match listing::names(self.folders.work(FolderKind::Req)) {
            Ok(names) if !names.contains(entry.as_ref()) => Unready::Gone,
            _ => Unready::Work(cause),
        }
    }

    /// Reads, decides, asks and writes. Blocks.
    fn reply(&self, claim: &Claim, whole: bool) -> Result<Reply, Unready> {
        let decided = linkage::decide(&claim.name, Content::File(&claim.path), whole, &self.settings);
        let decision = decided.map_err(|cause| self.unread(claim, cause))?;
        if let Some(reply) = self.own_reply(&claim.name, &decision) {
            return Ok(reply);
        }
        match decision {
            Decision::Ask(ask) => self.ask(claim, &ask).map_err(Unready::Work),
            Decision::Unanswered(unanswered) => Ok(self.refuse(&claim.name, &unanswered.refuse)),
            Decision::Refuse(refuse) => Ok(self.refuse(&claim.name, &refuse)),
            Decision::Leave => Err(Unready::NoRequest),
        }
    }

    fn refuse(&self, name: &str, refuse: &Refuse) -> Reply {
        let err = publish::Content::Bytes(refuse.refusal.err_file(refuse.encoding));
        // The `.err` first: a client that sees its request come back opens the `.err` at once (spec/known-clients.md K3).
        let mut items = vec![Item { target: Target::Res, name: refuse.err_name.clone(), content: err }];
        if self.settings.err == ErrStyle::ErrThenRequest {
            items.push(Item { target: Target::Res, name: name.to_owned(), content: publish::Content::TheRequest });
        }
        Reply { items, life: FileLife::Refused, note: Some(refuse.refusal.to_string()), remark: None }
    }

    fn ask(&self, claim: &Claim, ask: &Ask) -> io::Result<Reply> {
        let name = claim.name.as_str();
        if let Some(foreign) = &ask.foreign_institution {
            let own = &self.settings.institution;
            self.notice(
                format!("{name} の医療機関コード {foreign} は端末 ({own}) と違います。そのまま照会します"),
                format!("{name} comes from institution {foreign}, this terminal is {own}; asked all the same"),
            );
        }
        let terminal = format!("terminal:{}", self.number);
        let targets = [name, terminal.as_str()];
        let steering = match &ask.request {
            Request::Qualification(_) => Steering::draw_for_request(&self.knobs, &targets),
            _ => Steering::draw_centre_error(&self.knobs, &targets),
        };
        // ASCII, whatever the file is called: it travels in a header.
        let reference = self.seed.hex(&["question", name], REFERENCE_DIGITS);
        let question = Question { asker: self.asker(), reference, request: ask.request.clone(), steering };
        let answer = self.connection.ask(&question);
        self.note_hub(answer.as_ref().err());
        let away =
            |error: &WireError| ask.request.abnormal(time14(self.clock.now()), code_of(error), &error.to_string());
        let style = self.settings.style(self.settings.encoding_for(Some(ask.encoding)), self.seed, &ask.answer_name);
        let mut answer = answer.unwrap_or_else(|error| away(&error));
        let (note, item, remark) = loop {
            let note = describe(&answer, ask);
            let bulk = match answer {
                Answer::Bulk(bulk) => bulk,
                answer => {
                    let (item, remark) = self.whole(&answer, ask, &style);
                    break (note, item, remark);
                }
            };
            match self.draft(claim, ask, &style, bulk) {
                Ok(Drafted { item, replaced }) => break (note, item, replaced_characters(&replaced)),
                Err(Undrafted::Work(cause)) => return Err(cause),
                // The line broke between two units: half a result is none.
                Err(Undrafted::Wire(error)) => {
                    self.note_hub(Some(&error));
                    answer = away(&error);
                }
            }
        };
        Ok(Reply { items: vec![item], life: FileLife::Answered, note, remark })
    }

    /// The file of an answer that is held whole, and the remark about it.
    fn whole(&self, answer: &Answer, ask: &Ask, style: &Style) -> (Item, Option<String>) {
        let tags = &self.settings.tags;
        // The line speaks in the built-in tags; the folder in those that the operator has.
        let body = match answer {
            Answer::Medication(result) => Body::Tree(result.to_tree_by(&tags.medication)),
            Answer::Checkup(result) => Body::Tree(result.to_tree_by(&tags.checkup)),
            answer => answer.body(style.records),
        };
        let (name, bytes, remark) = match body {
            Body::Tree(tree) => {
                let encoded = style.tree(tree);
                (ask.answer_name.clone(), encoded.bytes, replaced_characters(&encoded.replaced))
            }
            Body::Pages(pdf) => (ask.pages_name.clone(), pdf.to_vec(), None),
        };
        (Item { target: Target::Res, name, content: publish::Content::Bytes(bytes) }, remark)
    }

    /// Tells when the centre goes away and when it is back, not at every request between.
    pub(super) fn note_hub(&self, error: Option<&WireError>) {
        match error {
            Some(error @ WireError::Unreachable { hub, .. }) if !self.hub_away.swap(true, Ordering::Relaxed) => {
                self.trouble(error.to_string(), format!("the hub {hub} cannot be reached"));
            }
            Some(error @ WireError::NotTrusted { .. }) if !self.hub_away.swap(true, Ordering::Relaxed) => {
                self.trouble(error.to_string(), error.to_string());
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

/// Our own code for a centre that gave no answer (spec/oqs-interface.md §4.2, [C]).
fn code_of(error: &WireError) -> &'static str {
    match error {
        WireError::Unreachable { .. } | WireError::NotTrusted { .. } => CENTRE_AWAY,
        WireError::Problem { .. } => CENTRE_PROBLEM,
    }
}

/// What the journal says of an answer: its result, and what was unusual in the request.
fn describe(answer: &Answer, ask: &Ask) -> Option<String> {
    let mut words = vec![match answer {
        Answer::Qualification(QualificationResult { qualification_validity: Some(validity), .. }) => {
            format!("資格有効性 {validity}")
        }
        Answer::Qualification(result) => segment(&result.header.segment_of_result, &result.header.error_code),
        Answer::Registration(result) if result.header.segment_of_result == "1" => {
            segment_of("照会番号登録 処理結果状況", &result.processing_result_status, &result.processing_result_code)
        }
        Answer::Registration(result) => segment(&result.header.segment_of_result, &result.header.error_code),
        Answer::BulkReception(BulkReception { reception_number: Some(number), .. }) => format!("受付番号 {number}"),
        Answer::BulkReception(result) => segment(&result.header.segment_of_result, &result.header.error_code),
        Answer::Bulk(bulk) => counted(&bulk.header),
        Answer::Medication(result) => inquired(&result.header),
        Answer::Checkup(result) => inquired(&result.header),
        Answer::Pages(pdf) => format!("PDF {} バイト", pdf.len()),
    }];
    let told = ask.findings.iter().take(REMARKS);
    words.extend(told.map(|finding| format!("{}: {}", finding.path, finding.words(Lang::Ja))));
    if let Some(more) = ask.findings.len().checked_sub(REMARKS).filter(|more| *more > 0) {
        let at_least = if ask.findings.len() < MOST_FINDINGS { "" } else { "以上" };
        words.push(format!("ほか{more}件{at_least}"));
    }
    Some(words.join("、"))
}

/// MessageContents names nobody.
fn inquired(header: &InquiryResult) -> String {
    match &header.message_contents {
        Some(message) => message.clone(),
        None => format!("結果コード {}", header.result_code.as_deref().unwrap_or_default()),
    }
}

fn counted(header: &BulkHeader) -> String {
    let segment = segment(&header.segment_of_result, &header.error_code);
    match (&header.number_of_processing_result, &header.number_of_error) {
        (Some(all), Some(errors)) => format!("{segment} {all}件 (エラー{errors}件)"),
        _ => segment,
    }
}

fn segment(segment: &str, code: &Option<String>) -> String {
    segment_of("処理結果区分", segment, code)
}

fn segment_of(what: &str, value: &str, code: &Option<String>) -> String {
    let code = code.as_ref().map_or_else(String::new, |code| format!(" {code}"));
    format!("{what} {value}{code}")
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
