//! A レセコン of a few lines beside the station, and whoever sits in front of one.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

use crate::event::{Lang, Words};
use crate::operate::client::Client;
use crate::operate::scenario::consumer::Consumer;
use crate::operate::scenario::onlooker::{Asked, Heard, Nobody, Onlooker, Said};
use crate::operate::scenario::read::{self, Read as Scenario};
use crate::operate::scenario::run::{self, Where};
use crate::operate::scenario::session::Company;
use crate::operate::scenario::verdict::{State, Verdict};
use crate::operate::scenario::{junit, page};

/// It knows what it was told to enter at its desk, and refuses to enter nothing. Gives its base URL.
fn small_consumer() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let known = Arc::new(Mutex::new(BTreeMap::new()));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let known = known.clone();
            thread::spawn(move || while serve(&stream, &known).is_some() {});
        }
    });
    base
}

/// One request and its answer; none at the end of the line.
fn serve(stream: &TcpStream, known: &Mutex<BTreeMap<String, String>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (status, answer) = if first.starts_with("POST /desk ") {
        let order: Value = serde_json::from_slice(&body).ok()?;
        assert_eq!(order["order"], "enter");
        match (order["about"].as_str(), order["value"].as_str()) {
            (Some(about), Some(value)) => {
                known.lock().unwrap().insert(about.to_owned(), value.to_owned());
                ("200 OK", "{}".to_owned())
            }
            _ => ("409 Conflict", r#"{"reason": "入力がない"}"#.to_owned()),
        }
    } else {
        let about = first.split("about=").nth(1)?.split(' ').next()?.to_owned();
        match known.lock().unwrap().get(&about) {
            Some(value) => ("200 OK", serde_json::json!({ "value": value }).to_string()),
            None => ("404 Not Found", "{}".to_owned()),
        }
    };
    let mut stream = stream;
    write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{answer}", answer.len()).ok()
}

const HEAD: &str = "title = { ja = \"a\", en = \"a\" }\ngroup = \"normal\"\nsource = \"s [C]\"\nbearing = { ja = \"b\", en = \"b\" }\n";

fn scenario(steps: &str) -> Scenario {
    let scenario = read::scenario("x.toml", &format!("{HEAD}{steps}")).unwrap_or_else(|mistake| panic!("{mistake}"));
    Scenario { id: "x".into(), file: "x.toml".into(), scenario: Arc::new(scenario) }
}

fn run_beside(consumer: &Consumer, onlooker: &dyn Onlooker, steps: &str) -> (Vec<Scenario>, Verdict) {
    let scenarios = vec![scenario(steps)];
    let company = Company { onlooker, consumer };
    let verdict = run::all(&scenarios, &Where::Own { keep: None }, 1, company).unwrap().remove(0);
    (scenarios, verdict)
}

const ENTERED: &str = r#"
[[steps]]
desk = { order = "enter", with = { about = "name", value = "${taro.name}" }, ja = "太郎を入力する", en = "Enter Taro" }
[[steps]]
ask = { about = "name", value = "${taro.name}", ja = "誰の受付ですか", en = "Whose reception is it?", within_s = 5 }
[[steps]]
ask = { about = "subsidy", value = false, ja = "公費はありますか", en = "Is there a subsidy?", within_s = 5 }
"#;

#[test]
fn a_consumer_does_what_it_is_ordered_and_tells_what_it_knows() {
    let beside = Consumer::At(Client::to(small_consumer(), None));
    let (_, verdict) = run_beside(&beside, &Nobody, ENTERED);
    assert_eq!(verdict.state, State::Held, "{:?}", verdict.lines(Lang::Ja));
    // What it knows is otherwise, nothing where something should be, something where nothing should be.
    for (from, to, says) in [
        ("value = \"${taro.name}\", ja = \"誰", "value = \"花子\", ja = \"誰", "実際: 「"),
        ("about = \"subsidy\", value = false", "about = \"subsidy\"", "レセコンは何も知らない"),
        ("about = \"subsidy\"", "about = \"name\"", "実際: 「"),
        ("with = { about = \"name\", value = \"${taro.name}\" }, ", "", "入力がない"),
    ] {
        let steps = ENTERED.replacen(from, to, 1).replace("within_s = 5", "within_s = 0");
        let beside = Consumer::At(Client::to(small_consumer(), None));
        let (_, verdict) = run_beside(&beside, &Nobody, &steps);
        let told = verdict.lines(Lang::Ja).join("\n");
        assert!(verdict.state == State::Failed && told.contains(says) && told.contains("x.toml:"), "{from}: {told}");
    }
}

#[test]
fn a_consumer_that_does_not_answer_fails_the_scenario_and_is_named() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let beside = Consumer::At(Client::to(format!("http://{nobody}"), None));
    let (_, verdict) = run_beside(&beside, &Nobody, ENTERED);
    let told = verdict.lines(Lang::Ja).join("\n");
    assert!(verdict.state == State::Failed && told.contains(&nobody.to_string()), "{told}");
}

#[test]
fn without_anybody_to_tell_it_stays_open_and_never_holds() {
    let question = "[[steps]]\nquestion = { ja = \"見えますか\", en = \"Seen?\" }\n";
    let asked = "[[steps]]\n[[steps.expect]]\nasked = { interface = \"OQSsiimm01\" }\n";
    for (steps, open) in [(ENTERED, 3), (question, 1), (asked, 1)] {
        let (scenarios, verdict) = run_beside(&Consumer::Nobody, &Nobody, steps);
        assert_eq!((verdict.state, verdict.undecided()), (State::Undecided, open), "{steps}");
        let junit = junit::report(std::slice::from_ref(&verdict), Lang::En).unwrap();
        assert!(junit.contains("skipped=\"1\"") && junit.contains("<skipped message="), "{junit}");
        let page = page::report(&scenarios, std::slice::from_ref(&verdict), Lang::Ja);
        assert!(page.contains("<td class=\"open\">未決</td>") && page.contains("合格 0"), "{page}");
    }
}

/// Answers in order, and keeps what it heard.
struct Clerk {
    answers: Mutex<Vec<Option<Said>>>,
    heard: Mutex<Vec<String>>,
}

impl Clerk {
    fn of(answers: &[Option<Said>]) -> Self {
        Self { answers: Mutex::new(answers.to_vec()), heard: Mutex::default() }
    }
}

impl Onlooker for Clerk {
    fn hears(&self, heard: Heard<'_>) {
        let word = match heard {
            Heard::Begins(read) => format!("begins {}", read.id),
            Heard::Acts(_, number, _) => format!("acts {number}"),
            Heard::Awaits(_, what) => format!("awaits {}", what.en),
            Heard::Passed(_, step) => format!("passed {} {:?}", step.number, step.held()),
            Heard::Ends(verdict) => format!("ends {:?}", verdict.state),
        };
        self.heard.lock().unwrap().push(word);
    }

    fn answers(&self, asked: Asked<'_>) -> Option<Said> {
        let words: &Words = match asked {
            Asked::Question(words) | Asked::Order(words) | Asked::Fact(words, _) => words,
        };
        self.heard.lock().unwrap().push(format!("asked {}", words.en));
        self.answers.lock().unwrap().remove(0)
    }
}

#[test]
fn whoever_sits_there_is_told_what_passes_and_answers_in_the_places_of_a_consumer() {
    let name = Said::This("佐藤　太郎".into());
    let clerk = Clerk::of(&[Some(Said::Yes), Some(name.clone()), Some(Said::Yes)]);
    let (_, verdict) = run_beside(
        &Consumer::Nobody,
        &clerk,
        &ENTERED.replacen("value = \"${taro.name}\", ja", "value = \"佐藤　太郎\", ja", 1),
    );
    assert_eq!(verdict.state, State::Held, "{:?}", verdict.lines(Lang::Ja));
    let heard = clerk.heard.lock().unwrap().join("\n");
    assert_eq!(
        heard,
        "begins x\nacts 1\nasked Enter Taro\npassed 1 Some(true)\nacts 2\nasked Whose reception is it?\npassed 2 Some(true)\n\
         acts 3\nasked Is there a subsidy?\npassed 3 Some(true)\nends Held"
    );
    for (answers, state) in [
        (vec![Some(Said::No)], State::Failed),
        (vec![Some(Said::Yes), Some(Said::This("x".into())), Some(Said::Yes)], State::Failed),
        (vec![Some(Said::Yes), Some(Said::Yes), None], State::Undecided),
    ] {
        let (_, verdict) = run_beside(&Consumer::Nobody, &Clerk::of(&answers), ENTERED);
        assert_eq!(verdict.state, state, "{answers:?}");
    }
}

/// Lets the first step pass and no other.
struct Impatient(Mutex<usize>);

impl Onlooker for Impatient {
    fn hears(&self, heard: Heard<'_>) {
        if let Heard::Passed(..) = heard {
            *self.0.lock().unwrap() += 1;
        }
    }
    fn stops(&self) -> bool {
        *self.0.lock().unwrap() > 0
    }
}

#[test]
fn a_run_that_is_stopped_ends_before_its_next_step() {
    let steps = "[[steps]]\nvisit = { person = \"taro\" }\n[[steps]]\nvisit = { person = \"hanako\" }\n";
    let (_, verdict) = run_beside(&Consumer::Nobody, &Impatient(Mutex::new(0)), steps);
    assert_eq!((verdict.state, verdict.steps.len()), (State::Failed, 1));
    assert!(verdict.lines(Lang::En)[0].contains("stopped"));
}

#[test]
fn what_the_consumer_asked_by_itself_is_told_from_what_the_run_asked() {
    // Beside the station somebody asks, over the folder alone, as soon as a face file lies there.
    struct Asking;
    impl Onlooker for Asking {}
    let station = scenario("steps = []\n");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let own = super::super::own::Own::open(&station.scenario, None, runtime.handle()).unwrap();
    let req = own.folder().join("oqs").join("req");
    let steps = r#"
[[steps]]
request = { interface = "OQSsiquc01", person = "taro" }
[[steps.expect]]
asked = { interface = "OQSsiquc01", count = 0 }
within_s = 0
[[steps]]
name = "theirs"
place = { file = "req/OQSsiquc01req_777.xml", xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader><QualificationConfirmationDate>${today}</QualificationConfirmationDate><MedicalInstitutionCode>${institution}</MedicalInstitutionCode><ArbitraryFileIdentifier>777</ArbitraryFileIdentifier></MessageHeader><MessageBody><QualificationConfirmSearchInfo><InsurerNumber>${hanako.insurer_number}</InsurerNumber><InsuredCardSymbol>${hanako.symbol}</InsuredCardSymbol><InsuredIdentificationNumber>${hanako.number}</InsuredIdentificationNumber><InsuredBranchNumber>${hanako.branch}</InsuredBranchNumber><Birthdate>${hanako.birthdate}</Birthdate><LimitApplicationCertificateRelatedConsFlg>0</LimitApplicationCertificateRelatedConsFlg></QualificationConfirmSearchInfo></MessageBody></XmlMsg>" }
[[steps.expect]]
asked = { interface = "OQSsiquc01", count = 1, values = { "//ArbitraryFileIdentifier" = "777", "//Birthdate" = "${hanako.birthdate}" } }
[[steps.expect]]
asked = { interface = "OQSsihvd01", count = 0 }
within_s = 0
"#;
    let scenarios = [scenario(steps), scenario(&steps.replace("= \"777\"", "= \"778\"").replace("req_777", "req_778"))];
    let place = Where::Elsewhere(own.line().unwrap());
    let company = Company { onlooker: &Asking, consumer: &Consumer::Nobody };
    let verdicts = run::all(&scenarios, &place, 1, company).unwrap();
    assert_eq!(verdicts[0].state, State::Held, "{:?} {}", verdicts[0].lines(Lang::Ja), req.display());
    let told = verdicts[1].lines(Lang::Ja).join("\n");
    assert!(verdicts[1].state == State::Failed && told.contains("「777」"), "{told}");
    drop(own);
    runtime.shutdown_background();
}
