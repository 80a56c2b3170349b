//! The documents say what is so: every command that they show is run, every key, fault and file that they name exists.
#![cfg(target_os = "linux")]

#[path = "docs/console.rs"]
mod console;
#[path = "docs/picture.rs"]
mod picture;
#[path = "tui_pty/pty.rs"]
mod pty;
#[path = "docs/settings.rs"]
mod settings;
#[path = "docs/shell.rs"]
mod shell;
mod world;

use console::{Step, documents, read, root, steps};
use madoguchi::card::pcsc::readers_with_card;
use madoguchi::event::Lang;
use madoguchi::message::check::Rule;
use madoguchi::operate::doctor::{CHECKS, Check};
use shell::Shell;

/// Every document whose commands are run, each in a world and a folder of its own; a test for each.
macro_rules! run {
    ($($test:ident: $document:literal),* $(,)?) => {
        const RUN: &[&str] = &[$($document),*];
        $(#[test]
        fn $test() {
            run_document(stringify!($test), $document);
        })*
    };
}

run! {
    every_command_of_the_readme_does_what_it_shows: "README.md",
    every_command_of_the_japanese_readme_does_what_it_shows: "README.ja.md",
    every_command_of_the_map_of_documents_does_what_it_shows: "docs/README.md",
    every_command_of_the_settings_page_does_what_it_shows: "docs/settings.md",
    every_command_of_the_encryption_page_does_what_it_shows: "docs/encryption.md",
    every_command_of_the_faults_page_does_what_it_shows: "docs/faults.md",
    every_command_of_the_serving_page_does_what_it_shows: "docs/serving.md",
    every_command_of_the_clients_page_does_what_it_shows: "docs/clients.md",
    every_command_of_the_hub_page_does_what_it_shows: "docs/hub.md",
    every_command_of_the_municipality_page_does_what_it_shows: "docs/municipality.md",
    every_command_of_the_page_about_own_xml_does_what_it_shows: "docs/own-xml.md",
    every_command_of_the_layouts_page_does_what_it_shows: "docs/layouts.md",
    every_command_of_the_compare_page_does_what_it_shows: "docs/compare.md",
    every_command_of_the_check_page_does_what_it_shows: "docs/check.md",
    every_command_of_the_cards_page_does_what_it_shows: "docs/cards.md",
    every_command_of_the_page_about_words_does_what_it_shows: "docs/words.md",
    every_command_of_the_doctor_page_does_what_it_shows: "docs/doctor.md",
    every_command_of_the_people_page_does_what_it_shows: "docs/people.md",
    every_command_of_the_scenarios_page_does_what_it_shows: "docs/scenarios.md",
    every_command_of_the_reception_page_does_what_it_shows: "docs/reception.md",
    every_command_of_the_exchanges_page_does_what_it_shows: "docs/exchanges.md",
    every_command_of_the_page_about_the_rececon_does_what_it_shows: "docs/clinic.md",
    every_command_of_the_page_about_mistakes_does_what_it_shows: "docs/mutants.md",
}

/// Documents whose commands need the source folder: they are checked by what they name.
const CHECKED: [&str; 3] = ["CONTRIBUTING.md", "docs/measurements.md", "docs/platforms.md"];

fn run_document(test: &str, document: &str) {
    world::in_own_world(test, || {
        let folder = tempfile::tempdir().unwrap();
        let service_files = tempfile::tempdir().unwrap();
        let steps = steps(document);
        let _service =
            steps.iter().any(|step| step.command.contains("pcscd")).then(|| world::start_service(service_files.path()));
        let locale = if document == "README.md" { "en_US.UTF-8" } else { "ja_JP.UTF-8" };
        let mut shell = Shell::open(folder.path(), locale);
        for step in steps.iter().filter(|step| !is_checked(step)) {
            shell.run(step).unwrap_or_else(|error| panic!("{error}"));
            if step.command.contains("card serve") {
                // pcscd looks for cards every so often; a person types more slowly.
                world::wait_for("the card in the reader", || {
                    readers_with_card().ok().filter(|names| !names.is_empty())
                });
            }
        }
        shell.close().unwrap_or_else(|error| panic!("{error}"));
    });
}

/// A command that installs or builds is not run inside a test that was built; what it names must be there.
fn is_checked(step: &Step) -> bool {
    let words: Vec<&str> = step.command.split_whitespace().collect();
    match words.as_slice() {
        ["make", target, ..] => {
            assert!(
                read("Makefile").lines().any(|line| line.starts_with(&format!("{target}:"))),
                "{}: {target}",
                step.place
            );
        }
        ["sudo", "apt-get", "install", packages @ ..] => {
            let setup = read("scripts/setup.sh");
            for package in packages {
                assert!(setup.contains(&format!("need {package}\n")), "{}: {package}", step.place);
            }
        }
        ["cargo", rest @ ..] | ["INSTA_UPDATE=always" | "MADOGUCHI_WRITE=1", "cargo", rest @ ..] => {
            check_cargo(step, rest)
        }
        _ => return false,
    }
    true
}

fn check_cargo(step: &Step, words: &[&str]) {
    for pair in words.windows(2) {
        let file = match pair {
            ["--test", name] => format!("tests/{name}.rs"),
            ["--bench", name] => format!("benches/{name}.rs"),
            ["--lib", path] => {
                let room = path.split("::").next().unwrap_or_default();
                if root().join(format!("src/{room}.rs")).exists() {
                    format!("src/{room}.rs")
                } else {
                    format!("src/{room}")
                }
            }
            _ => continue,
        };
        assert!(root().join(&file).exists(), "{}: no {file}", step.place);
    }
    assert!(["install", "test", "run", "build", "fmt", "clippy", "bench"].contains(&words[0]), "{}", step.place);
}

#[test]
fn the_doctor_page_lists_everything_that_is_looked_at_in_its_order() {
    let row = |check: &&Check| {
        let ((ja, en), (rule_ja, rule_en)) = (check.title, check.rule);
        format!("| `{}` | {ja} / {en} | {rule_ja} | {rule_en} |", check.id)
    };
    let declared: Vec<String> = CHECKS.iter().map(row).collect();
    let page = read("docs/doctor.md");
    let listed: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(listed, declared);
}

#[test]
fn the_check_page_lists_every_rule_in_its_order() {
    let declared: Vec<String> = Rule::ALL
        .iter()
        .map(|rule| {
            let [ja, en] = [Lang::Ja, Lang::En].map(|lang| rule.title(lang).replace('|', "\\|"));
            format!("| `{}` | {} | {} | {ja} | {en} |", rule.id(), rule.severity(), rule.confidence())
        })
        .collect();
    let page = read("docs/check.md");
    let listed: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(listed, declared);
}

#[test]
fn the_reception_page_lists_every_screen_of_the_machine() {
    let page = read("docs/reception.md");
    for screen in madoguchi::clinic::reception::screens::names() {
        assert!(page.lines().any(|line| line.starts_with(&format!("| `{screen}` |"))), "{screen}");
    }
}

#[test]
fn no_document_shows_a_command_that_nobody_runs() {
    for document in documents() {
        let steps = steps(&document);
        if CHECKED.contains(&document.as_str()) {
            for step in &steps {
                assert!(is_checked(step), "{}: `{}` is neither run nor checked", step.place, step.command);
            }
        } else {
            assert!(
                steps.is_empty() || RUN.contains(&document.as_str()),
                "{document} shows commands, and no test runs them"
            );
        }
    }
}

#[test]
fn both_readmes_show_the_same_commands() {
    let commands = |document| steps(document).into_iter().map(|step| step.command).collect::<Vec<_>>();
    assert_eq!(commands("README.md"), commands("README.ja.md"));
    assert!(commands("README.md").len() >= 20);
}

#[test]
fn the_faults_page_shows_the_tables_that_the_program_makes_of_its_declarations() {
    let mut page = read("docs/faults.md");
    let tables = madoguchi::operate::fault::markdown(&madoguchi::station::knobs_of_all_rooms());
    let (begin, end) = ("<!-- madoguchi faults --markdown -->\n", "<!-- -->");
    if std::env::var_os("MADOGUCHI_WRITE").is_some() {
        let (head, rest) = page.split_once(begin).unwrap();
        page = format!("{head}{begin}{tables}{end}{}", rest.split_once(end).unwrap().1);
        std::fs::write(root().join("docs/faults.md"), &page).unwrap();
    }
    assert!(page.contains(&tables), "write it anew: MADOGUCHI_WRITE=1 cargo test --test docs faults_page");
}

#[test]
fn the_page_about_the_rececon_lists_orders_facts_alerts_fields_and_mistakes_as_the_room_has_them() {
    use madoguchi::clinic::rececon::{Mistake, event::AlertKind, facts, field, orders};

    let error = |kind: &AlertKind| if kind.is_error() { "エラー / error" } else { "—" };
    let mut rows: Vec<String> =
        orders::ORDERS.iter().map(|(n, t, ja, en)| format!("| `{n}` | {t} | {ja} / {en} |")).collect();
    rows.extend(facts::TABLE.iter().map(|(path, ja, en)| format!("| `{path}` | {ja} / {en} |")));
    rows.extend(AlertKind::ALL.iter().map(|kind| {
        let (name, ja, en) = kind.words();
        format!("| `{name}` | {} | {ja} / {en} |", error(kind))
    }));
    rows.extend(field::PERSON.iter().map(|f| format!("| `{}` | {} / {} |", f.name, f.ja, f.en)));
    rows.extend(field::EXPENSE.iter().map(|f| format!("| `{}` | {} / {} |", f.name, f.ja, f.en)));
    rows.extend(Mistake::ALL.iter().map(|mistake| {
        let row = mistake.row();
        format!("| `{}` | {} / {} | {} |", row.name, row.ja, row.en, row.source)
    }));
    let page = read("docs/clinic.md");
    let listed: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(listed, rows);
}

#[test]
fn every_link_of_a_document_leads_somewhere() {
    for document in documents() {
        let text = read(&document);
        let folder = root().join(&document);
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.starts_with("http") && !link.starts_with('#')) {
            let file = link.split('#').next().unwrap_or_default();
            assert!(folder.parent().unwrap().join(file).exists(), "{document}: {link} leads nowhere");
        }
    }
}
