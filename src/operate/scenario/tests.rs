//! The shipped scenarios, and what a wrong one says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use super::consumer::Consumer;
use super::model::Grade;
use super::onlooker::Nobody;
use super::own::Own;
use super::read::{self, Read};
use super::run::{self, Where};
use super::session::Company;
use super::verdict::{State, Verdict};
use super::{junit, library, page, record, schema};
use crate::clinic::rececon::Mistake;
use crate::clinic::rececon::settings::Mistakes;
use crate::event::Lang;
use crate::message::subsidy::Edition;
use crate::operate::client::Client;

fn run_all(scenarios: &[Read], place: &Where) -> Vec<Verdict> {
    let jobs = std::thread::available_parallelism().map_or(2, usize::from);
    run::all(scenarios, place, jobs, Company { onlooker: &Nobody, consumer: &Consumer::Nobody }).unwrap()
}

fn own() -> Where {
    Where::Own { keep: None }
}

fn scenario(id: &str, text: &str) -> Read {
    let scenario = read::scenario(id, text).unwrap_or_else(|mistake| panic!("{mistake}"));
    Read { id: id.to_owned(), file: id.to_owned(), scenario: Arc::new(scenario) }
}

fn lines(verdict: &Verdict) -> String {
    format!("{} {:?}\n  {}", verdict.id, verdict.state, verdict.lines(Lang::Ja).join("\n  "))
}

/// The station did as expected, and what stays open is what only a レセコン could tell.
fn as_far_as_told(verdict: &Verdict) -> bool {
    match verdict.state {
        State::Held => verdict.undecided() == 0,
        State::Undecided => verdict.undecided() > 0,
        _ => false,
    }
}

mod mutants;
mod timing;

#[test]
fn every_shipped_scenario_holds() {
    let verdicts = run_all(&read::shipped().unwrap(), &own());
    let wrong: Vec<String> = verdicts.iter().filter(|verdict| !as_far_as_told(verdict)).map(lines).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The reference: with the sample レセコン at the folders nothing fails, and what is asked of it is decided.
#[test]
fn the_sample_consumer_fails_no_shipped_scenario() {
    let company = Company { onlooker: &Nobody, consumer: &Consumer::Sample(Mistakes::default(), Edition::default()) };
    let jobs = std::thread::available_parallelism().map_or(2, usize::from);
    let verdicts = run::all(&read::shipped().unwrap(), &own(), jobs, company).unwrap();
    let state = |id: &str| verdicts.iter().find(|verdict| verdict.id == id).map(|verdict| verdict.state);
    let wrong: Vec<String> = verdicts.iter().filter(|verdict| verdict.state == State::Failed).map(lines).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(
        [state("S-38"), state("S-29"), state("S-36")],
        [Some(State::Skipped), Some(State::Held), Some(State::Held)]
    );
    // A mistake is seen: one that does not look at .err.
    let mistakes = Consumer::Sample([Mistake::IgnoresErr].into_iter().collect::<Mistakes>(), Edition::default());
    let company = Company { onlooker: &Nobody, consumer: &mistakes };
    let text = library::text("S-29")
        .unwrap()
        .replace("about = \"visit/last/subsidy\"", "within_s = 2, about = \"visit/last/subsidy\"");
    let verdict = run::all(&[scenario("S-29", &text)], &own(), 1, company).unwrap().remove(0);
    assert!(verdict.state == State::Failed && lines(&verdict).contains("「waiting」"), "{}", lines(&verdict));
}

#[test]
fn the_library_is_the_folder_and_every_scenario_says_what_it_is_for() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let shipped: BTreeSet<String> = library::SHIPPED.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(shipped, files);
    let all = read::shipped().unwrap();
    for Read { id, scenario, .. } in &all {
        let words = [&scenario.title, &scenario.bearing];
        assert!(words.iter().all(|words| !words.ja.is_empty() && !words.en.is_empty()), "{id}");
        assert!(scenario.source.contains('['), "{id} has no confidence: {}", scenario.source);
        let expects = scenario.steps.iter().map(|step| step.expect.len()).sum::<usize>();
        assert!(expects > 0, "{id} expects nothing");
        let asks = scenario.steps.iter().any(|step| step.question.is_some());
        assert!(!asks, "{id} asks a person what the レセコン can tell: see desk and ask");
    }
    let groups: BTreeSet<_> = all.iter().map(|read| read.scenario.group).collect();
    assert_eq!(groups.len(), super::model::Group::ALL.len());
}

/// spec/pmh.md §11 names them.
#[test]
fn the_scenarios_of_the_specification_are_there() {
    for number in 1..=48 {
        assert!(library::text(&format!("S-{number:02}")).is_some(), "S-{number:02}");
    }
    for id in ["S-23b", "S-23c", "S-38b", "S-38c", "S-38d"] {
        assert!(library::text(id).is_some(), "{id}");
    }
}

/// The requirements on vendors (spec/pmh.md §5.4), and which of them the briefing does not demand.
const REQUIREMENTS: [(&str, Grade); 9] = [
    ("R1", Grade::Required),
    ("R2", Grade::Required),
    ("R3", Grade::Required),
    ("R4", Grade::Required),
    ("R5", Grade::Required),
    ("R6", Grade::Required),
    ("R7", Grade::Optional),
    ("R8", Grade::Required),
    ("R6-items", Grade::Optional),
];

#[test]
fn every_requirement_on_vendors_has_a_scenario_that_says_how_strictly_it_holds() {
    let all = read::shipped().unwrap();
    let of = |id: &str| {
        let tries = |read: &&Read| read.scenario.requirement.as_ref().is_some_and(|requirement| requirement.id == id);
        all.iter().filter(tries).collect::<Vec<_>>()
    };
    for (id, grade) in REQUIREMENTS {
        let mine = of(id);
        assert!(!mine.is_empty(), "nothing tries {id}");
        for Read { id: scenario, scenario: read, .. } in mine {
            let requirement = read.requirement.as_ref().unwrap();
            assert_eq!(requirement.grade, grade, "{scenario}");
            // What it asks of the レセコン is decided by the レセコン, but for what cannot be seen from outside.
            let asks = read.steps.iter().any(|step| step.ask.is_some());
            assert!(asks || id == "R6-items", "{scenario} asks nothing");
            let (grade, heading) = (requirement.words(), read.heading());
            assert!(heading.ja.contains(&format!("【{}】", grade.ja)), "{heading:?}");
            assert!(heading.en.contains(&format!("[{}]", grade.en)), "{heading:?}");
            let plan = page::plan(&all, Lang::Ja);
            assert!(plan.contains(&format!("【{}】", grade.ja)), "{scenario} stands in the plan without its grade");
        }
    }
    let named: BTreeSet<&str> =
        all.iter().filter_map(|read| Some(read.scenario.requirement.as_ref()?.id.as_str())).collect();
    assert_eq!(named, REQUIREMENTS.iter().map(|(id, _)| *id).collect(), "each is one of the briefing");
    // The one exception: whoever calculates by a master of their own.
    let excepted: BTreeSet<&str> = all
        .iter()
        .filter(|read| read.scenario.requirement.as_ref().is_some_and(|requirement| requirement.except.is_some()))
        .map(|read| read.id.as_str())
        .collect();
    assert_eq!(excepted, BTreeSet::from(["V-02", "V-02b"]));
}

#[test]
fn a_terminal_restarts_right_after_a_visit_and_keeps_its_files() {
    let head = "title = { ja = \"a\", en = \"a\" }\ngroup = \"normal\"\nsource = \"s [C]\"\nbearing = { ja = \"b\", en = \"b\" }\n";
    let steps = "[[steps]]\nvisit = { person = \"hanako\" }\n[[steps]]\nrestart = true\n\
                 [[steps]]\nvisit = { person = \"taro\" }\n[[steps.expect]]\nfile = \"face\"\nvalues = { \"//Name\" = \"${taro.name}\" }\n\
                 [[steps.expect]]\nnowhere = [\"以前の回答を置き換えました\"]\n";
    let verdict = run_all(&[scenario("restarts", &format!("{head}{steps}"))], &own()).remove(0);
    assert_eq!(verdict.state, State::Held, "{}", lines(&verdict));
}

/// What §11 of the specification names is asked of the レセコン: a scenario that holds whatever the レセコン does says nothing about it.
#[test]
fn the_scenarios_of_the_specification_ask_the_consumer_for_what_they_demand_of_it() {
    // Amounts that somebody calculates, and what no レセコン has a part in.
    const ASK_NOTHING: [&str; 8] = ["S-39", "S-40", "S-41", "S-43", "S-44", "S-45", "S-46", "S-47"];
    let asks = |read: &Read| !read.scenario.consumer || read.scenario.asks_the_consumer();
    let all = read::shipped().unwrap();
    let silent = all.iter().filter(|read| read.id.starts_with("S-") && !asks(read)).map(|read| read.id.as_str());
    assert_eq!(silent.collect::<Vec<_>>(), ASK_NOTHING, "these hold whatever the レセコン does");
}

#[test]
fn the_schema_of_the_docs_is_that_of_the_types() {
    let text = format!("{:#}\n", schema::schema());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scenario.schema.json");
    if std::env::var_os("MADOGUCHI_WRITE").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == text, "write it anew: MADOGUCHI_WRITE=1 cargo test --lib operate::scenario");
}

/// As far as editors complain: keys that there are, values of the right kind.
fn fits(value: &Value, kind: &Value, definitions: &Value) -> bool {
    if let Some(name) = kind["$ref"].as_str() {
        return fits(value, &definitions[name.trim_start_matches("#/$defs/")], definitions);
    }
    if let Some(any) = kind["oneOf"].as_array() {
        return any.iter().any(|kind| fits(value, kind, definitions));
    }
    let types = kind["type"].as_array().cloned().unwrap_or_else(|| vec![kind["type"].clone()]);
    let is = |name: &str| types.iter().any(|kind| kind == name || kind.is_null());
    match value {
        Value::String(text) => {
            is("string") && kind["enum"].as_array().is_none_or(|words| words.iter().any(|word| word == text))
        }
        Value::Bool(_) => is("boolean"),
        Value::Number(_) => is("integer") || is("number"),
        Value::Array(list) => is("array") && list.iter().all(|value| fits(value, &kind["items"], definitions)),
        Value::Object(map) => {
            is("object")
                && map.iter().all(|(key, value)| match kind["properties"].get(key) {
                    Some(kind) => fits(value, kind, definitions),
                    None => {
                        kind["additionalProperties"] != false
                            && (!kind["additionalProperties"].is_object()
                                || fits(value, &kind["additionalProperties"], definitions))
                    }
                })
        }
        Value::Null => is("null"),
    }
}

#[test]
fn the_schema_takes_every_shipped_scenario_and_no_unknown_key() {
    let schema = schema::schema();
    let valid = |text: &str| {
        let value: Value = toml::from_str(text).unwrap();
        fits(&value, &schema, &schema["$defs"])
    };
    for (id, text) in library::SHIPPED {
        assert!(valid(text), "{id}");
        assert!(!valid(&format!("titel = \"x\"\n{text}")), "{id}");
        assert!(!valid(&text.replacen("[[steps]]\n", "[[steps]]\nnaem = \"x\"\n", 1)), "{id}");
        assert!(!valid(&text.replacen("[[steps.expect]]\n", "[[steps.expect]]\ncuont = 1\n", 1)), "{id}");
    }
}

/// Id of a shipped scenario, what is made wrong in it, and what the verdict must say.
const WRONG: [(&str, &str, &str, &[&str]); 12] = [
    ("S-01", "\"54139993\"", "\"54139994\"", &["//MedicalSubsidyInsurerNumber は「54139994」", "実際: 「54139993」"]),
    (
        "S-01",
        "//MedicalSubsidyRecipientNumber",
        "//MedicalSubsidyRecipientNumbre",
        &["その要素がない", "「1234566」は MessageBody/MedicalSubsidies/MedicalSubsidyRecipientNumber にある"],
    ),
    ("S-07", "subsidy = \"decline\"", "subsidy = \"use\"", &["pmh が出ない", "出た: PMHsimsm01res_"]),
    ("S-34", "settings = { terminal = [{ pmh_order = \"pmh-first\" }] }", "", &["face は pmh の後", "順序が逆"]),
    ("S-37", "${a.pmh_request}", "${b.pmh_request}", &["//RequestPmhFileName", "実際: 「PMHsimsm01req_"]),
    ("S-29", "hits = 1", "hits = 2", &["障害 pmh-err が 2 回", "実際: 1 回"]),
    ("S-29", "\"res/$", "\"face/$", &["が 1 個", "実際: 0 個", "別のフォルダにある: res/"]),
    ("S-47", "${hanako.my_number}", "${hanako.number}", &["33••", "face/OQSsiquc01res_face_"]),
    ("R-01", "encoding = \"shift_jis\"\nvalues", "encoding = \"utf-8\"\nvalues", &["文字コードは UTF-8", "Shift_JIS"]),
    ("S-38d", "\"${taro.birthdate}\"", "\"${tarou.birthdate}\"", &["期待が読める", "taro のことですか"]),
    ("Q-03", "outcome = \"invalid\"", "outcome = \"valid\"", &["受付の結果は valid", "invalid"]),
    (
        "S-08",
        "file = \"pmh\"\nappears = false",
        "file = \"pmh\"",
        &["pmh が出る", "出ない", "face OQSsiquc01res_face_"],
    ),
];

#[test]
fn a_scenario_that_is_made_wrong_fails_and_says_what_came_nearest() {
    let mut copies = Vec::new();
    for (number, (id, from, to, _)) in WRONG.iter().enumerate() {
        let text = library::text(id).unwrap();
        assert!(text.contains(from), "{id} has no {from}");
        copies.push(scenario(&format!("{id}-{number}"), &text.replacen(from, to, 1)));
    }
    for (verdict, (_, _, _, says)) in run_all(&copies, &own()).iter().zip(WRONG) {
        let told = lines(verdict);
        assert_eq!(verdict.state, State::Failed, "{told}");
        for word in says {
            assert!(told.contains(word), "no {word:?} in {told}");
        }
        let junit = junit::report(std::slice::from_ref(verdict), Lang::En).unwrap();
        assert!(junit.contains("failures=\"1\"") && junit.contains("<failure message="), "{junit}");
    }
}

#[test]
fn a_mistake_names_file_line_key_and_the_nearest_right_name() {
    const HEAD: &str = "title = { ja = \"a\", en = \"a\" }\ngroup = \"normal\"\nsource = \"s\"\nbearing = { ja = \"b\", en = \"b\" }\n";
    for (text, words) in [
        ("[[steps]]\nvist = { person = \"taro\" }\n", &["x.toml:6: vist", "visit"][..]),
        ("[[steps]]\nvisit = { person = \"taro\" }\nrestart = true\n", &["x.toml:5: steps", "visit, restart"]),
        ("[[steps]]\n", &["x.toml:5: steps", "expect"]),
        ("[[steps]]\nrequest = { interface = \"OQSsiqcu01\" }\n", &["x.toml:6: interface", "OQSsiquc01"]),
        ("[[steps]]\nvisit = { person = \"taro\" }\n[[steps]]\ncollect = [\"fcae\"]\n", &["x.toml:8: file", "face"]),
        (
            "[[steps]]\nname = \"first\"\nvisit = { person = \"taro\" }\n[[steps]]\ncollect = [\"frist.face\"]\n",
            &["x.toml:9: file", "first"],
        ),
        (
            "[[steps]]\nvisit = { person = \"taro\" }\n[[steps.expect]]\nfile = \"rse/a.xml\"\n",
            &["x.toml:8: file", "res"],
        ),
        (
            "[[steps]]\nvisit = { person = \"taro\" }\n[[steps]]\nplace = { file = \"res/a.xml\" }\n",
            &["x.toml:7: place", "copy"],
        ),
        ("[[steps]]\nplace = { file = \"a.xml\", xml = \"<a/>\" }\n", &["x.toml:6: file", "res/NAME.xml"]),
        ("settings = { hub = { spec_yaer = \"R6\" } }\nsteps = []\n", &["x.toml:5: spec_yaer", "spec_year"]),
        ("group2 = 1\nsteps = []\n", &["x.toml:5: group2", "group"]),
    ] {
        let mistake = read::scenario("x.toml", &format!("{HEAD}{text}")).unwrap_err().to_string();
        assert!(words.iter().all(|word| mistake.contains(word)), "{words:?} in {mistake}");
    }
    let nowhere = read::all(&[PathBuf::from("S-1")]).unwrap_err().to_string();
    assert!(nowhere.contains("S-1"), "{nowhere}");
}

/// Every file below `folder`, by its path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.display().to_string(), std::fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn a_run_repeats_byte_for_byte_and_another_seed_does_not() {
    let run = |seed: u64| {
        let folder = tempfile::tempdir().unwrap();
        let place = Where::Own { keep: Some(folder.path().to_owned()) };
        let read =
            ["S-01", "S-23c", "B-01"].map(|id| scenario(id, &format!("seed = {seed}\n{}", library::text(id).unwrap())));
        let verdicts = run_all(&read, &place);
        assert!(verdicts.iter().all(as_far_as_told));
        let written = ["S-01", "S-23c", "B-01"].iter().flat_map(|id| {
            let place = folder.path().join(id).join("oqs");
            ["res", "face"].map(|shared| files(&place.join(shared)))
        });
        let root = folder.path().display().to_string();
        written.flatten().map(|(path, bytes)| (path.replace(&root, ""), bytes)).collect::<BTreeMap<_, _>>()
    };
    let first = run(7);
    assert!(first.len() >= 7, "{:?}", first.keys());
    assert!(first == run(7));
    assert!(first != run(8));
}

/// A station that is somebody's: open for the length of `deed`.
fn at_a_station(deed: impl FnOnce(&Client)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let empty = read::scenario("x", library::text("Q-01").unwrap()).unwrap();
    let own = Own::open(&empty, None, runtime.handle()).unwrap();
    deed(&own.line().unwrap());
    drop(own);
    runtime.shutdown_background();
}

#[test]
fn a_station_elsewhere_is_used_by_its_api_alone_and_put_back_as_it_was() {
    at_a_station(|line| {
        let state = |line: &Client| {
            let people: Value = line.get("/control/v1/people").unwrap();
            let faults: Value = line.get("/control/v1/faults").unwrap();
            let armed: Vec<Value> = faults.as_array().unwrap().iter().map(|fault| fault["armed"].clone()).collect();
            let hanako: Value = line.get("/control/v1/people/hanako").unwrap();
            let clock: Value = line.get("/control/v1/clock").unwrap();
            (people, armed, hanako, clock)
        };
        let before = state(line);
        let ids = ["S-01", "S-13", "S-14", "S-29", "S-37", "R-05", "B-01", "T-03"];
        let mut scenarios: Vec<Read> = ids.iter().map(|id| read::named(id).unwrap()).collect();
        let new = "title = { ja = \"a\", en = \"a\" }\ngroup = \"normal\"\nsource = \"s [C]\"\nbearing = { ja = \"b\", en = \"b\" }\n\
            faults = [\"segment-9\"]\n[people.guest]\nfrom = \"hanako\"\nset = { name = \"来客　${unique:3}\", \"qualifications.0.number\" = \"${unique:8}\" }\n\
            [[steps]]\nvisit = { person = \"guest\" }\n[[steps.expect]]\noutcome = \"centre-error\"\n\
            [[steps]]\nfault = { name = \"segment-9\", off = true }\n\
            [[steps]]\nvisit = { person = \"guest\" }\n[[steps.expect]]\nfile = \"face\"\nsays = [\"来客\"]\n";
        scenarios.push(scenario("guest", new));
        // Twice: names of the first run still lie in the folders.
        for _ in 0..2 {
            let verdicts = run_all(&scenarios, &Where::Elsewhere(line.clone()));
            for verdict in &verdicts {
                let skipped = ["S-37", "R-05"].contains(&verdict.id.as_str());
                assert_eq!(verdict.state == State::Skipped, skipped, "{}", lines(verdict));
                assert!(skipped || as_far_as_told(verdict), "{}", lines(verdict));
            }
            assert_eq!(state(line), before);
        }
    });
}

#[test]
fn a_station_that_does_not_answer_is_no_failure_of_the_scenario() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let line = Client::to(format!("http://{nobody}"), None);
    let verdicts = run_all(&[read::named("S-01").unwrap()], &Where::Elsewhere(line));
    assert_eq!(verdicts[0].state, State::Unreachable);
}

#[test]
fn what_just_happened_becomes_a_scenario_that_passes_when_it_is_run_again() {
    let mut text = String::new();
    at_a_station(|line| {
        let visit = |order: Value| line.tell("/control/v1/visits", &order).unwrap();
        line.put("/control/v1/people/taro", &{
            let mut taro: Value = line.get("/control/v1/people/taro").unwrap();
            taro["address"] = json!("架空県見本市転居町1番");
            taro
        })
        .unwrap();
        visit(json!({ "person": "hanako", "subsidy": "decline", "consent": ["operation"], "prescription": "paper" }));
        visit(json!({ "person": "kodomo", "faults": ["pmh-err"] }));
        visit(json!({ "person": "betsujin" }));
        // What the outcome alone tells: the wrong PIN itself is nowhere.
        for _ in 0..3 {
            visit(json!({ "person": "ichiro", "pin": "8642" }));
        }
        visit(json!({ "person": "ikusei", "face": "mismatch" }));
        visit(json!({ "person": "mitouroku", "register": false }));
        line.put("/control/v1/clock", &json!({ "advance_s": 3600 })).unwrap();
        visit(json!({ "person": "nanbyo" }));
        visit(json!({ "person": "taro", "consent": "none" }));
        let ids = ["Q-02", "T-03"].map(|id| read::named(id).unwrap());
        assert!(run_all(&ids, &Where::Elsewhere(line.clone())).iter().all(as_far_as_told));
        // Requests that the answer does not tell again: another encoding, other elements. The レセコン fetches all that it reads.
        let unusual = "[[steps]]\nrequest = { interface = \"OQSsiquc01\", person = \"taro\", encoding = \"shift_jis\", values = { LimitApplicationCertificateRelatedConsFlg = \"0\" } }\n\
            [[steps]]\nrequest = { interface = \"OQSsiquc01\", xml = \"<XmlMsg><!-- 自作 --><MessageHeader><MedicalInstitutionCode>${institution}</MedicalInstitutionCode></MessageHeader></XmlMsg>\" }\n\
            [[steps]]\nname = \"v\"\nvisit = { person = \"hanako\" }\n[[steps]]\ncollect = [\"v.face\", \"v.pmh\"]\n";
        let head = "title = { ja = \"a\", en = \"a\" }\ngroup = \"normal\"\nsource = \"s [C]\"\nbearing = { ja = \"b\", en = \"b\" }\n";
        let unusual = scenario("unusual", &format!("{head}{unusual}"));
        assert_eq!(run_all(&[unusual], &Where::Elsewhere(line.clone()))[0].state, State::Held);
        text = record::scenario(line).unwrap();
    });
    let read = scenario("recorded", &text);
    assert!(read.scenario.steps.len() >= 8, "{text}");
    for word in [
        "decline",
        "operation",
        "paper",
        "pmh-err",
        "advance",
        "転居町",
        "OQSsiquc01",
        "face-failed",
        "pin-failed",
        "pin-locked",
        "not-registered",
        "shift_jis",
        "自作",
    ] {
        assert!(text.contains(word), "no {word} in {text}");
    }
    assert!(!text.contains("書き起こせない") && !text.contains("回収されていた"), "{text}");
    assert!(!text.contains("8642"), "{text}");
    let verdicts = run_all(&[read], &own());
    assert_eq!(verdicts[0].state, State::Held, "{}\n{text}", lines(&verdicts[0]));
}
