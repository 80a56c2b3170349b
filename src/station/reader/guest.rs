//! Who stands at a reader now, and what becomes of their visit.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::clock::Stopwatch;
use crate::event::Words;
use crate::face_reader::event::Medium;
use crate::face_reader::patient::AutoPilot;
use crate::people::Person;
use crate::station::bindings::Token;
use crate::station::error::StationError;
use crate::station::links::Opening;
use crate::station::reader::Source;
use crate::station::visit::{VisitFiles, VisitReport, VisitStep};
use crate::visit::{CertificateStatus, Outcome, Plan};

/// The person at the reader.
pub struct Guest {
    /// The station's name for the visit, `r1-000042`.
    pub reference: String,
    /// Who it is, when known.
    pub person: Option<Arc<Person>>,
    /// What carries their certificate, when the person says so.
    pub medium: Option<Medium>,
    /// What they do: as it was ordered or is their habit, then as it was done by hand.
    pub plan: Plan,
    /// Answers for them, when nobody does it by hand.
    pub auto: Option<AutoPilot>,
    /// Did nobody order what they do?
    pub by_habit: bool,
    /// The names under which a knob may hit them: visit, person, reader.
    pub targets: Vec<String>,
    /// Is the card only lent to this reader, and lies in a PC/SC reader of its own, or in a file?
    pub lent: bool,
    /// Lives as long as the guest stays: whoever watches a lent card holds it weakly.
    pub stay: Arc<()>,
    /// What the centre is told when the visit is opened.
    pub opening: Opening,
    /// The file of the operator's own that was ordered with the visit.
    pub own: Option<String>,
    /// What a real card is recognised by, once it was read.
    pub token: Option<Token>,
    /// What was put down.
    pub source: Source,
    /// Does somebody else's card lie there by now?
    pub swapped: bool,
    /// Will the card be forgotten until the alarm?
    pub forgets: bool,
}

impl Guest {
    /// Does a software card lie in the slot?
    pub fn is_soft(&self) -> bool {
        self.source == Source::Soft
    }

    /// The targets as knobs want them.
    pub fn targets(&self) -> Vec<&str> {
        self.targets.iter().map(String::as_str).collect()
    }
}

/// The report of a visit while it is made. It outlives the guest when files come after the card has gone.
pub struct Ledger {
    reference: String,
    reader: usize,
    person: Option<String>,
    watch: Stopwatch,
    steps: Vec<VisitStep>,
    /// What the card proved.
    pub proof: Option<&'static str>,
    /// What the hub found about the certificate.
    pub certificate: Option<CertificateStatus>,
    outcome: Option<Outcome>,
    /// Are files still to come?
    pub delivering: bool,
    files: VisitFiles,
    /// Why the card, or the recording of one, gave nothing.
    card_error: Option<String>,
    /// When the last thing anybody waits for was there: the outcome, or the last file.
    millis: f64,
    /// Has the patient left the reader?
    left: bool,
    reply: Option<oneshot::Sender<Result<VisitReport, StationError>>>,
}

impl Ledger {
    /// Begins with the card on the reader.
    pub fn begin(
        guest: &Guest,
        reader: usize,
        reply: Option<oneshot::Sender<Result<VisitReport, StationError>>>,
    ) -> Self {
        Self {
            reference: guest.reference.clone(),
            reader,
            person: guest.person.as_ref().map(|p| p.id.clone()),
            watch: Stopwatch::start(),
            steps: Vec::new(),
            proof: None,
            certificate: None,
            outcome: None,
            delivering: false,
            files: VisitFiles::default(),
            card_error: None,
            millis: 0.0,
            left: false,
            reply,
        }
    }

    /// It turned out whose visit it is.
    pub fn is_visit_of(&mut self, person: &Person) {
        self.person = Some(person.id.clone());
    }

    /// The dialogue is in this state now.
    pub fn step(&mut self, state: &str) {
        if self.steps.last().is_none_or(|last| last.state != state) {
            self.steps.push(VisitStep { state: state.to_owned(), millis: self.watch.elapsed_ms() });
        }
    }

    /// The card did not do what it was asked.
    pub fn card_failed(&mut self, why: String) {
        self.card_error = Some(why);
    }

    /// The visit has its outcome.
    pub fn finish(&mut self, outcome: Outcome) {
        self.outcome = Some(outcome);
        self.millis = self.watch.elapsed_ms();
    }

    /// Its files stand in their folders.
    pub fn delivered(&mut self, files: VisitFiles) {
        self.files = files;
        self.delivering = false;
        self.millis = self.watch.elapsed_ms();
    }

    /// The patient has gone.
    pub fn leave(&mut self) {
        self.left = true;
    }

    /// The visit ends here and now, whatever was still to come.
    pub fn cancel(&mut self) {
        if self.outcome.is_none() {
            self.finish(Outcome::Cancelled);
        }
        self.delivering = false;
    }

    /// Nothing more will come of it. Whoever ordered it may order the next one at once: the reader is free by then.
    pub fn is_closed(&self) -> bool {
        self.outcome.is_some() && !self.delivering && (self.left || self.reply.is_none())
    }

    /// Hands the report to whoever ordered the visit, and gives it to the journal.
    pub fn close(mut self) -> VisitReport {
        let outcome = self.outcome.unwrap_or(Outcome::Cancelled);
        let (ja, en) = outcome.words();
        let report = VisitReport {
            visit: self.reference,
            reader: self.reader,
            person: self.person,
            outcome,
            why: Words::new(ja, en),
            proof: self.proof.map(str::to_owned),
            certificate: self.certificate,
            files: self.files,
            card_error: self.card_error,
            steps: self.steps,
            millis: self.millis,
        };
        if let Some(reply) = self.reply.take() {
            // Whoever ordered it may have gone away; the visit was made all the same.
            let _ = reply.send(Ok(report.clone()));
        }
        report
    }
}
