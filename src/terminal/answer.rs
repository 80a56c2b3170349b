//! One request, from its claim to its answer.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use crate::clock::{Stopwatch, time14};
use crate::event::{FileLife, FolderKind, Lang};
use crate::folder::publish;
use crate::folder::recover::Target;
use crate::folder::{Claim, Item, listing};
use crate::message::bulk::{BulkHeader, BulkReception};
use crate::message::inquiry::InquiryResult;
use crate::message::order::ElementOrder;
use crate::message::qualification::QualificationResult;
use crate::message::refusal;
use crate::message::tree::Element;
use crate::message::xml::MOST_FINDINGS;
use crate::message::{CODE_IDENTIFIER, Style};
use crate::terminal::bulk::{Drafted, Undrafted};
use crate::terminal::fault::content::Spoiled;
use crate::terminal::fault::{Met, Outgoing, put_number_back};
use crate::terminal::linkage::{self, Ask, Content, Decision, Refuse};
use crate::terminal::outlet::{WRITE_AGAIN, Waiting};
use crate::terminal::settings::ErrStyle;
use crate::terminal::turns::Turn;
use crate::terminal::{Terminal, pace};
use crate::wire::outage::Outage;
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
    /// The terminal stops, and takes it up when it is up again.
    Stopped,
    /// The work folder cannot be read or written (share away, disk full): soon it can.
    Work(io::Error),
    /// The same of a disk that is only said to be full.
    Full(io::Error),
    /// Somebody took the request out of the work folder.
    Gone,
    /// It was taken out of `req` without being one.
    NoRequest,
}

/// How a request was taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    /// False: before it was whole.
    pub whole: bool,
    /// By an earlier run.
    pub again: bool,
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
    /// Answers one claimed request.
    pub(super) async fn answer(self: Arc<Self>, claim: Claim, taken: Taken, mut turn: Turn) {
        let watch = Stopwatch::start();
        let delay = pace::answer_delay(self.settings.answer_delay, self.settings.pace, self.seed, &claim.name);
        // Lives until the answer is out: what a request asked for itself is armed so long.
        let met = Arc::new(OnceLock::new());
        let (reply, ()) = tokio::join!(self.ask_until_written(&claim, taken, &met), self.clock.pause(delay));
        let reply = match reply {
            Ok(reply) => reply,
            Err(None) => return self.stop_over(&claim),
            Err(Some(cause)) => return self.cannot_answer(&claim, cause),
        };
        let drawn = met.get().map(|met: &Met| met.drawn).unwrap_or_default();
        let request = self.req_path(&claim.name);
        let place = (FolderKind::Req, request.as_path());
        self.step_of(Some(claim.seq), place, reply.life, reply.note, Some(watch.elapsed_ms()));
        if drawn.never {
            return self.let_drop(&claim);
        }
        self.hold_back(&drawn).await;
        turn.comes().await;
        let Reply { items, remark, .. } = reply;
        let outgoing = Outgoing { folders: &self.folders, claim: Some(&claim), items, remark, watch: Some(watch) };
        let placed = self.hand_out(outgoing, &drawn).await;
        drop(turn);
        self.touch(placed).await;
    }

    /// A request is read, and a bulk result written, in the work folder: while it is away or full, that is tried again.
    /// No reason: the terminal stops.
    async fn ask_until_written(
        self: &Arc<Self>,
        claim: &Claim,
        taken: Taken,
        met: &Arc<OnceLock<Met>>,
    ) -> Result<Reply, Option<(String, String)>> {
        let mut waiting = None;
        loop {
            let (terminal, about, met) = (self.clone(), claim.clone(), met.clone());
            let asked = tokio::task::spawn_blocking(move || terminal.reply(&about, taken, &met)).await;
            let stays = |cause: &str| {
                let path = claim.path.display();
                let ja = format!("{cause}。{path} に残し、次の起動で処理します");
                (ja, format!("{cause}; it stays at {path} and is asked again at the next start"))
            };
            match asked.map_err(|panicked| Some(stays(&panicked.to_string())))? {
                Ok(reply) => return Ok(reply),
                Err(Unready::Stopped) => return Err(None),
                Err(Unready::Full(cause)) => {
                    waiting.get_or_insert_with(|| Waiting::begin(self, &self.folders, &cause));
                }
                Err(Unready::Work(cause)) => {
                    self.copies().make_way(&cause);
                    waiting.get_or_insert_with(|| Waiting::begin(self, &self.folders, &cause));
                }
                Err(Unready::Gone) => {
                    let ja = "作業フォルダから取り除かれました。もう一度 req に置いてください".to_owned();
                    return Err(Some((ja, "it was taken out of the work folder; put it into req again".to_owned())));
                }
                Err(Unready::NoRequest) => return Err(Some(stays("not a request"))),
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
    fn reply(&self, claim: &Claim, taken: Taken, met: &OnceLock<Met>) -> Result<Reply, Unready> {
        let decided = linkage::decide(&claim.name, Content::File(&claim.path), taken.whole, &self.settings);
        let mut decision = decided.map_err(|cause| self.unread(claim, cause))?;
        let number = self.take_marks_out(&mut decision);
        let met = met.get_or_init(|| self.meet(claim, &decision, number.as_deref(), taken.again));
        if met.drawn.restart {
            return Err(Unready::Stopped);
        }
        self.room().map_err(Unready::Full)?;
        if let Some(reply) = self.own_reply(&claim.name, &decision) {
            return Ok(reply);
        }
        match decision {
            Decision::Ask(ask) => self.ask(claim, &ask, met, number).map_err(Unready::Work),
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

    /// `number`: the 番号 as it was sent, where marks were taken out of it.
    fn ask(&self, claim: &Claim, ask: &Ask, met: &Met, number: Option<String>) -> io::Result<Reply> {
        let name = claim.name.as_str();
        if let Some(foreign) = &ask.foreign_institution {
            let own = &self.settings.institution;
            self.notice(
                format!("{name} の医療機関コード {foreign} は端末 ({own}) と違います。そのまま照会します"),
                format!("{name} comes from institution {foreign}, this terminal is {own}; asked all the same"),
            );
        }
        let targets = met.targets();
        let steering = match &ask.request {
            Request::Qualification(_) => Steering::draw_for_request(&self.knobs, &targets),
            _ => Steering::draw_centre_error(&self.knobs, &targets),
        };
        // ASCII, whatever the file is called: it travels in a header.
        let reference = self.seed.hex(&["question", name], REFERENCE_DIGITS);
        let question =
            Question { asker: self.asker(met.drawn.behind), reference, request: ask.request.clone(), steering };
        let outage = Outage::draw(&self.knobs, &targets);
        let answer = outage.meet(&self.clock, &self.connection.name()).and_then(|()| self.connection.ask(&question));
        self.note_hub(answer.as_ref().err());
        let away =
            |error: &WireError| ask.request.abnormal(time14(self.clock.now()), code_of(error), &error.to_string());
        let style = self.settings.style(self.settings.encoding_for(Some(ask.encoding)), self.seed, &ask.answer_name);
        let mut answer = answer.unwrap_or_else(|error| away(&error));
        put_number_back(&mut answer, number);
        let (note, item, remark) = loop {
            let note = describe(&answer, ask);
            let bulk = match answer {
                Answer::Bulk(bulk) => bulk,
                answer => {
                    let (item, remark) = self.whole(&answer, ask, style.clone(), &targets);
                    break (note, item, remark);
                }
            };
            match self.draft(claim, ask, &style, bulk, met.drawn.half_sealed) {
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
    fn whole(&self, answer: &Answer, ask: &Ask, style: Style, targets: &[&str]) -> (Item, Option<String>) {
        let tags = &self.settings.tags;
        // The line speaks in the built-in tags; the folder in those that the operator has.
        let body = match answer {
            Answer::Medication(result) => Body::Tree(result.to_tree_by(&tags.medication)),
            Answer::Checkup(result) => Body::Tree(result.to_tree_by(&tags.checkup)),
            answer => answer.body(style.records),
        };
        let (name, bytes, remark) = match body {
            Body::Tree(tree) => {
                let (bytes, replaced) = self.written(style, tree, &ask.answer_name, targets);
                (ask.answer_name.clone(), bytes, replaced_characters(&replaced))
            }
            Body::Pages(pdf) => (ask.pages_name.clone(), pdf.to_vec(), None),
        };
        (Item { target: Target::Res, name, content: publish::Content::Bytes(bytes) }, remark)
    }

    /// A document as the bytes of the file called `name`, with what was drawn for it; and what became ●.
    pub(super) fn written(&self, style: Style, tree: Element, name: &str, targets: &[&str]) -> (Vec<u8>, Vec<char>) {
        self.written_with_code_in(CODE_IDENTIFIER, style, tree, name, targets)
    }

    /// The same of a document that tells its encoding in another element.
    pub(super) fn written_with_code_in(
        &self,
        code: &str,
        mut style: Style,
        mut tree: Element,
        name: &str,
        targets: &[&str],
    ) -> (Vec<u8>, Vec<char>) {
        let spoiled = Spoiled::draw(&self.knobs, targets);
        if spoiled.shuffled {
            style.order = ElementOrder::Shuffled(self.seed, name.to_owned());
        }
        spoiled.tree(&mut tree);
        let encoded = style.with_code_in(code, tree);
        (spoiled.bytes(encoded.bytes), encoded.replaced)
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
