//! What a reader needs of its station: the way to the centre, to the folders, and to the cards in people's purses.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rand_core::RngCore;

use crate::clock::Clock;
use crate::event::{Event, Sink};
use crate::face_reader::event::{CentreFailure, Reply};
use crate::hub::Roots;
use crate::knob::Knobs;
use crate::message::element::ElementTable;
use crate::random::Seed;
use crate::station::bindings::Bindings;
use crate::station::exchanges::Visits;
use crate::station::journal::Journal;
use crate::station::reader::Setup;
use crate::station::reader::guest::Guest;
use crate::station::reader::hand::NoEvidence;
use crate::station::roster::Roster;
use crate::station::visit::VisitFiles;
use crate::terminal::{Pace, Terminal, VisitDelivery};
use crate::visit::{CertificateStatus, Consents, Evidence, Question, Standing, Uses, VisitId};
use crate::wire::{Asker, Connection, Steering, VisitAnswer, VisitOpening, WireError};

/// Between the screens, so that a person can follow them.
const BRISK_MOVE: Duration = Duration::from_millis(150);
/// As people are.
const REAL_MOVE: Duration = Duration::from_millis(1_500);
/// The centre answers a real reader in 3–7 s (spec/jpki-card.md §5.1, [A]).
const REAL_CENTRE_MS: (u64, u64) = (3_000, 7_000);

/// Shared by the readers of a station.
pub struct Links {
    /// Document time and timers.
    pub clock: Clock,
    /// All chance.
    pub seed: Seed,
    /// What the operator asked for.
    pub knobs: Knobs,
    /// The journal's ear.
    pub sink: Sink,
    /// The journal itself, for changes that are no entry.
    pub journal: Arc<Journal>,
    /// How fast the station lives.
    pub pace: Pace,
    /// People and cards.
    pub roster: Arc<Roster>,
    /// Whose real cards are, by the operator's word.
    pub bindings: Bindings,
    /// Roots of the test authority; made when a card is first tapped.
    pub test_roots: Roots,
    /// The hub.
    pub connection: Arc<dyn Connection>,
    /// The terminals, by index.
    pub terminals: Vec<Arc<Terminal>>,
    /// The institution's switches.
    pub uses: Uses,
    /// What was done at the readers, so that it can be done again.
    pub visits: Visits,
    /// What elements are called, for whoever shows files.
    pub elements: Arc<ElementTable>,
    /// Is the 受給者証 question put at every visit, whether PMH knows anything or not?
    pub asks_always: bool,
}

/// The opening of a visit before its evidence is there.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The station's name for the visit.
    pub reference: String,
    /// Whose card it is by the operator's word, for a card that is no software card of ours.
    holder: Option<String>,
    steering: Steering,
}

impl Opening {
    /// Of a visit for which nothing was asked of the hub.
    pub fn new(reference: &str) -> Self {
        Self { reference: reference.to_owned(), holder: None, steering: Steering::default() }
    }
}

impl Links {
    /// Something visible has changed.
    pub fn touch(&self) {
        self.journal.touch();
    }

    /// Tells the operator.
    pub fn notice(&self, room: &'static str, ja: impl Into<String>, en: impl Into<String>) {
        self.sink.emit(Event::Notice { room, ja: ja.into(), en: en.into() });
    }

    /// Tells the operator that something outside is wrong.
    pub fn trouble(&self, room: &'static str, ja: impl Into<String>, en: impl Into<String>) {
        self.sink.emit(Event::Trouble { room, ja: ja.into(), en: en.into() });
    }

    /// The challenge that the card of this visit signs.
    pub fn challenge(&self, reference: &str) -> Vec<u8> {
        let mut challenge = vec![0; 32];
        self.seed.rng(&["challenge", reference]).fill_bytes(&mut challenge);
        challenge
    }

    /// How long the auto-pilot thinks.
    pub fn pace_of_patient(&self) -> Duration {
        match self.pace {
            Pace::Instant => Duration::ZERO,
            Pace::Brisk => BRISK_MOVE,
            Pace::Real => REAL_MOVE,
        }
    }

    /// How long the centre takes for this visit.
    pub fn pace_of_centre(&self, reference: &str) -> Duration {
        let (low, high) = REAL_CENTRE_MS;
        match self.pace {
            Pace::Instant | Pace::Brisk => Duration::ZERO,
            Pace::Real => Duration::from_millis(self.seed.range(&["centre", reference], low, high)),
        }
    }

    /// What is known of a visit before the centre is asked; faults of the hub are drawn here.
    pub fn opening(&self, guest: &Guest) -> Opening {
        Opening {
            reference: guest.reference.clone(),
            holder: guest.person.as_ref().filter(|_| !guest.is_soft()).map(|person| person.id.clone()),
            steering: Steering::draw(&self.knobs, &guest.targets()),
        }
    }

    /// Asks the centre who this is. Blocks.
    pub fn ask_standing(
        &self,
        terminal: usize,
        opening: &Opening,
        evidence: Result<Evidence, NoEvidence>,
    ) -> (Reply, Option<&'static str>, Option<CertificateStatus>) {
        let evidence = match evidence {
            Ok(evidence) => evidence,
            Err(error) => {
                self.trouble("card", error.to_string(), error.to_string());
                return (Reply::CentreFailed(CentreFailure::Problem), None, None);
            }
        };
        let proof = evidence.proof.name();
        let question = VisitOpening {
            asker: self.asker(terminal),
            reference: opening.reference.clone(),
            uses: self.uses,
            evidence,
            holder: opening.holder.clone(),
            steering: opening.steering.clone(),
        };
        match self.connection.open_visit(&question) {
            Ok(mut standing) => {
                if self.asks_always && self.uses.medical_subsidy {
                    ask_for_subsidy(&mut standing);
                }
                let certificate = standing.certificate;
                (Reply::Standing(standing), Some(proof), Some(certificate))
            }
            Err(error) => (self.centre_failed(&error), Some(proof), None),
        }
    }

    /// Hands the consents to the centre.
    pub async fn conclude(self: &Arc<Self>, visit: VisitId, consents: Consents) -> (Reply, Option<VisitAnswer>) {
        let (links, time) = (self.clone(), self.clock.now());
        let asked = tokio::task::spawn_blocking(move || links.connection.consent(&visit, &consents, time)).await;
        match asked {
            Ok(Ok(answer)) => (Reply::Concluded(answer.outcome), Some(answer)),
            Ok(Err(error)) => (self.centre_failed(&error), None),
            Err(_) => (Reply::CentreFailed(CentreFailure::Problem), None),
        }
    }

    /// Writes the files of a visit; returns when the last of them stands.
    pub async fn deliver(
        &self,
        setup: &Setup,
        opening: &Opening,
        targets: Vec<String>,
        answer: VisitAnswer,
        own: Option<String>,
    ) -> VisitFiles {
        let Some(terminal) = self.terminals.get(setup.terminal) else { return VisitFiles::default() };
        let delivered = terminal
            .deliver_visit(VisitDelivery {
                reference: opening.reference.clone(),
                reader: setup.number,
                targets,
                answer,
                steering: opening.steering.clone(),
                face_folder: setup.face_folder.clone(),
                own,
            })
            .await;
        VisitFiles {
            face: delivered.face.as_deref().map(text),
            pmh: delivered.pmh.as_deref().map(text),
            pmh_err: delivered.pmh_err.iter().map(|path| text(path)).collect(),
        }
    }

    fn asker(&self, terminal: usize) -> Asker {
        let institution = self.terminals.get(terminal).map_or_else(String::new, |t| t.settings().institution.clone());
        Asker { institution, time: self.clock.now() }
    }

    fn centre_failed(&self, error: &WireError) -> Reply {
        self.trouble("wire", error.to_string(), error.to_string());
        Reply::CentreFailed(match error {
            WireError::Unreachable { .. } | WireError::NotTrusted { .. } => CentreFailure::Unreachable,
            WireError::Problem { .. } => CentreFailure::Problem,
        })
    }
}

/// Puts the 受給者証 question where it stands when PMH knows something: before the prescription.
fn ask_for_subsidy(standing: &mut Standing) {
    if !standing.questions.contains(&Question::Subsidy) && standing.certificate.admits() {
        let before = standing.questions.iter().position(|q| *q == Question::Prescription);
        standing.questions.insert(before.unwrap_or(standing.questions.len()), Question::Subsidy);
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
