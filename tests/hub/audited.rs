//! The audit: who asked what, and nothing in it that says of whom.

use std::path::PathBuf;
use std::sync::Arc;

use madoguchi::hub::audit::connection::Audited;
use madoguchi::hub::audit::{Audit, Entry, Face, files};
use madoguchi::visit::VisitId;
use madoguchi::wire::{Asker, Connection, Question, Request, Steering, SubsidyQuestion};
use tempfile::TempDir;

use crate::world::{self, HERE, MY_NUMBER, NOON, PIN, World, all, people, request};

/// A hub in this process with its audit.
struct Written {
    place: TempDir,
    hub: Arc<dyn Connection>,
}

impl Written {
    fn start() -> Self {
        let place = tempfile::tempdir().unwrap();
        let audit = Audit::open(&place.path().join("audit.jsonl"), |error| panic!("{error}")).unwrap();
        Self { hub: Audited::by(audit, world::hub()), place }
    }

    fn file(&self) -> PathBuf {
        self.place.path().join("audit.jsonl")
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.file()).unwrap()
    }

    fn entries(&self) -> Vec<Entry> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn asker() -> Asker {
    Asker { institution: HERE.to_owned(), time: NOON }
}

fn queried(hub: &dyn Connection) {
    let request = Request::Qualification(request());
    let question = Question { asker: asker(), reference: "a".into(), request, steering: Steering::default() };
    hub.ask(&question).unwrap();
}

/// Every person visits, agrees and fetches.
fn used(written: &Written) {
    let world = World::in_process();
    for person in people() {
        let Ok(standing) = written.hub.open_visit(&world.visit(&person.id).opening) else { continue };
        let Ok(answer) = written.hub.consent(&standing.visit, &all(), NOON) else { continue };
        if let Some(request_file_name) = answer.pmh_request {
            written.hub.subsidies(&SubsidyQuestion { asker: asker(), request_file_name }).unwrap();
        }
    }
    queried(&*written.hub);
    let _ = written.hub.consent(&VisitId("nobody".into()), &all(), NOON);
}

#[test]
fn nothing_in_it_names_a_person_over_all_uses() {
    let written = Written::start();
    used(&written);
    let text = written.text().to_lowercase();
    let kinds = ["\"visit\"", "\"consents\"", "\"pmhsimsm01\"", "\"oqssiquc01\""];
    assert!(kinds.iter().all(|kind| text.contains(kind)), "{text}");
    let mut secrets = vec![MY_NUMBER.to_owned(), PIN.to_owned(), "pmhsimsm01req".to_owned()];
    for person in people() {
        let serial: String = person.card.serial.iter().map(|byte| format!("{byte:02x}")).collect();
        secrets.extend([serial, person.name.to_lowercase()]);
        secrets.extend(person.my_number.iter().map(|number| number.reveal().to_owned()));
        secrets.extend(person.my_number.iter().map(|number| world::pmh_id(number).reveal().to_lowercase()));
    }
    for secret in secrets.iter().filter(|secret| secret.len() > 3) {
        assert!(!text.contains(secret.as_str()), "{secret} in {text}");
    }
}

#[test]
fn one_person_has_one_mask_along_a_visit_and_another_one_after_a_restart() {
    let mask = |written: &Written| {
        used(written);
        let entries = written.entries();
        let visit = entries.iter().position(|e| e.asked == "PMHsimsm01").unwrap();
        let [visit, consents, subsidies] = [visit - 2, visit - 1, visit].map(|at| entries[at].clone());
        assert_eq!((visit.asked.as_str(), consents.asked.as_str()), ("visit", "consents"));
        assert!(visit.about.is_some() && visit.about == consents.about && visit.about == subsidies.about);
        assert!([&visit, &consents, &subsidies].iter().all(|e| e.face == Face::Embedded && e.time == NOON));
        assert!([&visit, &consents, &subsidies].iter().all(|e| e.institution.as_deref() == Some(HERE)));
        visit.about.unwrap()
    };
    assert_ne!(mask(&Written::start()), mask(&Written::start()));
}

#[test]
fn the_files_are_bounded_and_none_of_the_last_lines_is_lost() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("audit.jsonl");
    let audit = Audit::with_limit(&file, 1000, |error| panic!("{error}")).unwrap();
    for number in 0..400 {
        audit.note(&Entry { asked: number.to_string(), ..Entry::default() });
    }
    let found = files(&file);
    assert_eq!(found.len(), 9);
    let numbers: Vec<u32> = found
        .iter()
        .flat_map(|file| {
            let text = std::fs::read_to_string(file).unwrap();
            assert!(text.len() <= 1000 && text.ends_with('\n'));
            text.lines()
                .map(|line| serde_json::from_str::<Entry>(line).unwrap().asked.parse().unwrap())
                .collect::<Vec<_>>()
        })
        .collect();
    let first = *numbers.first().unwrap();
    assert!(first > 0 && numbers == (first..400).collect::<Vec<_>>(), "{numbers:?}");
    let names: Vec<_> = std::fs::read_dir(place.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names.len(), 9, "{names:?}");
}

#[test]
fn it_goes_on_where_the_last_run_ended() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("audit.jsonl");
    for run in 0..3 {
        let audit = Audit::open(&file, |error| panic!("{error}")).unwrap();
        audit.note(&Entry { asked: run.to_string(), ..Entry::default() });
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 3);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_once_and_stops_nobody() {
    let told = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = told.clone();
    let trouble = move |_: &std::io::Error| {
        let _ = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    };
    let audit = Audit::open(std::path::Path::new("/dev/full"), trouble).unwrap();
    let hub = Audited::by(audit, world::hub());
    queried(&*hub);
    queried(&*hub);
    assert_eq!(told.load(std::sync::atomic::Ordering::Relaxed), 1);
}
