//! One terminal at work in a temporary folder, with a hub of a few lines behind it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::civil::DateTime;
use madoguchi::clock::Clock;
use madoguchi::event::{Event, FileLife, Sink};
use madoguchi::folder::Watch;
use madoguchi::knob::Knobs;
use madoguchi::message::bulk::{BulkConfirmUnit, BulkDownload, BulkHeader, BulkUnit};
use madoguchi::message::qualification::{QualificationRecord, QualificationResult, ResultHeader};
use madoguchi::message::subsidy::{SubsidyCertificate, SubsidyDocument};
use madoguchi::random::Seed;
use madoguchi::terminal::{Terminal, TerminalError, TerminalSettings};
use madoguchi::visit::{Consents, Standing, VisitId};
use madoguchi::wire::{
    Answer, BulkAnswer, Connection, Question, Request, SubsidyAnswer, SubsidyQuestion, Units, VisitAnswer,
    VisitOpening, WireError,
};
use tokio::sync::oneshot;

pub const INSTITUTION: &str = "1312345678";

/// A request as a レセコン writes it.
pub fn request(identifier: &str, number: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<XmlMsg>
    <MessageHeader>
        <QualificationConfirmationDate>20261121</QualificationConfirmationDate>
        <MedicalInstitutionCode>{INSTITUTION}</MedicalInstitutionCode>
        <ArbitraryFileIdentifier>{identifier}</ArbitraryFileIdentifier>
    </MessageHeader>
    <MessageBody>
        <QualificationConfirmSearchInfo>
            <InsurerNumber>01130012</InsurerNumber>
            <InsuredCardSymbol>１２</InsuredCardSymbol>
            <InsuredIdentificationNumber>{number}</InsuredIdentificationNumber>
            <InsuredBranchNumber>01</InsuredBranchNumber>
            <Birthdate>19800101</Birthdate>
            <LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>
        </QualificationConfirmSearchInfo>
    </MessageBody>
</XmlMsg>
"#
    )
}

/// A valid answer of one record.
pub fn result(header: ResultHeader) -> QualificationResult {
    QualificationResult {
        header,
        processing_result_status: "1".into(),
        qualification_validity: Some("1".into()),
        records: vec![QualificationRecord {
            insured_card_classification: "01".into(),
            name: "髙橋　𠮟".into(),
            sex1: "1".into(),
            birthdate: "19800101".into(),
            insurer_name: "架空健保組合".into(),
            ..QualificationRecord::default()
        }],
        ..QualificationResult::default()
    }
}

/// The hub behind the desk: everybody is found.
#[derive(Default)]
pub struct FakeHub {
    away: AtomicBool,
    takes_ms: AtomicU64,
    /// Questions that came in, answered or not.
    pub asked: AtomicU64,
    pub subsidies_fail: AtomicBool,
    /// The line breaks after so many units of a bulk result; 0: it holds.
    pub breaks_after: AtomicUsize,
}

/// Units of a bulk result.
pub const UNITS: usize = 3;

impl FakeHub {
    pub fn away(&self, away: bool) {
        self.away.store(away, Ordering::Relaxed);
    }
    pub fn take_time(&self, time: Duration) {
        self.takes_ms.store(time.as_millis() as u64, Ordering::Relaxed);
    }
    fn reach(&self) -> Result<(), WireError> {
        let takes = Duration::from_millis(self.takes_ms.load(Ordering::Relaxed));
        self.asked.fetch_add(1, Ordering::Relaxed);
        // A hub far away blocks its caller for as long as it takes.
        std::thread::sleep(takes);
        match self.away.load(Ordering::Relaxed) {
            true => Err(WireError::Unreachable { hub: "http://127.0.0.1:1".into(), cause: "refused".into() }),
            false => Ok(()),
        }
    }
}

impl FakeHub {
    fn bulk(&self, request: &BulkDownload, question: &Question) -> Answer {
        let time = madoguchi::clock::time14(question.asker.time);
        let header = BulkHeader::new(request, time, "1").counting(UNITS, 0);
        let unit = |i: usize| BulkConfirmUnit {
            processing_result_status: "1".into(),
            reference_numbers: vec![format!("P-{i}")],
            ..BulkConfirmUnit::default()
        };
        let units: Vec<_> = (0..UNITS).map(|i| Ok(BulkUnit::Confirm(unit(i)))).collect();
        let broken = WireError::Unreachable { hub: "http://127.0.0.1:1".into(), cause: "broken".into() };
        let units: Units = match self.breaks_after.load(Ordering::Relaxed) {
            0 => Box::new(units.into_iter()),
            some => Box::new(units.into_iter().take(some).chain([Err(broken)])),
        };
        Answer::Bulk(BulkAnswer { header, units })
    }
}

impl Connection for FakeHub {
    fn open_visit(&self, _: &VisitOpening) -> Result<Standing, WireError> {
        unreachable!("a terminal opens no visit")
    }
    fn consent(&self, _: &VisitId, _: &Consents, _: DateTime) -> Result<VisitAnswer, WireError> {
        unreachable!("a terminal carries no consent")
    }
    fn ask(&self, question: &Question) -> Result<Answer, WireError> {
        self.reach()?;
        let request = match &question.request {
            Request::Qualification(request) => request,
            Request::BulkQualificationDownload(request) => return Ok(self.bulk(request, question)),
            other => unreachable!("nobody asks here for {other:?}"),
        };
        let mut result = result(ResultHeader {
            process_execution_time: madoguchi::clock::time14(question.asker.time),
            qualification_confirmation_date: request.qualification_confirmation_date.clone(),
            medical_institution_code: request.medical_institution_code.clone(),
            arbitrary_file_identifier: request.arbitrary_file_identifier.clone(),
            reference_classification: "2".into(),
            segment_of_result: "1".into(),
            ..ResultHeader::default()
        });
        result.qualification_validity = Some(question.steering.validity.clone().unwrap_or_else(|| "1".into()));
        Ok(Answer::Qualification(result))
    }
    fn subsidies(&self, question: &SubsidyQuestion) -> Result<SubsidyAnswer, WireError> {
        self.reach()?;
        if self.subsidies_fail.load(Ordering::Relaxed) {
            return Ok(SubsidyAnswer::Failed { code: "MDG-P001".into(), message: "PMHの応答なし".into() });
        }
        Ok(SubsidyAnswer::Document(SubsidyDocument {
            process_execution_time: madoguchi::clock::time14(question.asker.time),
            qualification_confirmation_date: "20261121".into(),
            medical_institution_code: question.asker.institution.clone(),
            certificates: vec![SubsidyCertificate {
                certification_name: "子ども医療費受給者証".into(),
                valid_from: "20260401".into(),
                valid_to: "20270331".into(),
                ..SubsidyCertificate::default()
            }],
        }))
    }
    fn name(&self) -> String {
        "fake".into()
    }
}

/// Something to be done at the very moment of a step in a file's life.
type AtStep = Mutex<Option<(FileLife, Box<dyn FnOnce() + Send>)>>;

/// A terminal that is being served.
pub struct Desk {
    root: tempfile::TempDir,
    pub terminal: Arc<Terminal>,
    pub hub: Arc<FakeHub>,
    pub knobs: Knobs,
    pub clock: Clock,
    journal: Arc<Mutex<Vec<Event>>>,
    at_step: Arc<AtStep>,
    stop: Option<oneshot::Sender<()>>,
}

impl Desk {
    pub async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    pub async fn open_with(adjust: impl FnOnce(&mut TerminalSettings)) -> Self {
        Self::open_at(Clock::real(), Seed(1), adjust).await
    }

    pub async fn open_at(clock: Clock, seed: Seed, adjust: impl FnOnce(&mut TerminalSettings)) -> Self {
        let root = tempfile::tempdir().unwrap();
        let mut settings = TerminalSettings::at(root.path().join("oqs"), INSTITUTION);
        adjust(&mut settings);
        let hub = Arc::new(FakeHub::default());
        let journal = Arc::new(Mutex::new(Vec::new()));
        let at_step = Arc::new(AtStep::default());
        let sink = Sink::new({
            let (journal, at_step) = (journal.clone(), at_step.clone());
            move |event| {
                let step = match &event {
                    Event::File { life, .. } => at_step.lock().unwrap().take_if(|(at, _)| at == life),
                    _ => None,
                };
                if let Some((_, act)) = step {
                    act();
                }
                journal.lock().unwrap().push(event);
            }
        });
        let knobs = Knobs::new(seed, sink.clone());
        let terminal = Terminal::new(1, settings, hub.clone(), clock.clone(), seed, knobs.clone(), sink).unwrap();
        let terminal = Arc::new(terminal);
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = terminal.clone().serve(Watch::new(), async { drop(stopped.await) });
        tokio::spawn(serving);
        Self { root, terminal, hub, knobs, clock, journal, at_step, stop: Some(stop) }
    }

    pub fn another_terminal(&self) -> Result<Terminal, TerminalError> {
        let settings = TerminalSettings::at(self.root(), INSTITUTION);
        let knobs = self.knobs.clone();
        Terminal::new(2, settings, self.hub.clone(), Clock::real(), Seed(1), knobs, Sink::silent())
    }

    pub fn root(&self) -> PathBuf {
        self.root.path().join("oqs")
    }
    pub fn req(&self, name: &str) -> PathBuf {
        self.terminal.paths().req.join(name)
    }
    pub fn res(&self, name: &str) -> PathBuf {
        self.terminal.paths().res.join(name)
    }
    pub fn work(&self) -> PathBuf {
        self.root().join(".madoguchi").join("req")
    }

    /// Puts a request into `req` as a careful program does.
    pub fn drop_in(&self, name: &str, bytes: &[u8]) {
        drop_in(&self.root.path().join("elsewhere"), &self.req(name), bytes);
    }

    pub async fn await_file(&self, name: &str) -> PathBuf {
        let path = self.res(name);
        within(name, || path.exists()).await;
        path
    }

    pub async fn answer(&self, name: &str) -> Vec<u8> {
        fs::read(self.await_file(name).await).unwrap()
    }

    /// Does `act` when a file next comes to `life`, before the terminal goes on.
    pub fn at(&self, life: FileLife, act: impl FnOnce() + Send + 'static) {
        *self.at_step.lock().unwrap() = Some((life, Box::new(act)));
    }

    pub fn tally(&self, what: impl Fn(&Event) -> bool) -> usize {
        self.journal.lock().unwrap().iter().filter(|event| what(event)).count()
    }

    pub fn heard(&self, what: impl Fn(&Event) -> bool) -> bool {
        self.tally(what) > 0
    }

    pub fn count(&self, wanted: FileLife) -> usize {
        self.tally(|event| matches!(event, Event::File { life, .. } if *life == wanted))
    }

    /// The steps of a file's life with the remarks about them.
    pub fn lives(&self, wanted: &str) -> Vec<(FileLife, String)> {
        let journal = self.journal.lock().unwrap();
        let steps = journal.iter().filter_map(|event| match event {
            Event::File { name, life, note, .. } if name == wanted => Some((*life, note.clone().unwrap_or_default())),
            _ => None,
        });
        steps.collect()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

pub fn drop_in(elsewhere: &Path, target: &Path, bytes: &[u8]) {
    fs::write(elsewhere, bytes).unwrap();
    fs::rename(elsewhere, target).unwrap();
}

/// Waits for a condition; fails with its name when it does not come.
pub async fn within(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(20), "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
