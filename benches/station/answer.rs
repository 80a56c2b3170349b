//! From a request in `req` to its answer in `res`, as a careful レセコン does it: written beside, renamed in, waited for by the system's
//! events, read whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use madoguchi::message::Style;
use madoguchi::message::qualification::{QualificationRequest, SearchInfo};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::Outcome;
use crate::figure::{Figures, Series};
use crate::stand::{Stand, millis};

/// Median of a single request (the promise).
const ANSWER_MS: f64 = 5.0;
const REQUESTS: usize = 300;
/// A counter is asked every few seconds; this is long enough for the station to have come to rest.
const REST: Duration = Duration::from_millis(10);
/// The first ones warm up caches, on both sides.
const WARM_UP: usize = 20;
const LIMIT: Duration = Duration::from_secs(5);

pub fn measure(figures: &mut Figures) -> Outcome {
    let stand = Stand::open(None)?;
    let (req, res) = (stand.folder("req"), stand.folder("res"));
    let client = Client::new(req, res, "OQSsiquc01")?;
    let is_answer = |answer: &str| answer.contains("<QualificationValidity>1<");
    let single = client.ask_all("s", REST, is_answer)?;
    let in_a_row = client.ask_all("r", Duration::ZERO, is_answer)?;
    let size = client.request("0").len();
    drop(stand);

    figures.about(&format!("One request at a time, {REQUESTS} of {size} bytes, pace instant"));
    figures.judge("request in, answer whole, median", single.median(), "ms", ANSWER_MS);
    figures.beside("the same, p99", single.p99(), "ms");
    figures.beside("the next one at once, median", in_a_row.median(), "ms");
    let floor = there_and_back()?;
    figures.beside("the machine: the same files there and back, median", floor.median(), "ms");
    figures.beside("the machine, p99", floor.p99(), "ms");
    figures.beside("the machine: create, write, rename, median", create_and_rename(&client)?.median(), "ms");
    Ok(())
}

/// A レセコン that asks for one person again and again.
struct Client {
    req: PathBuf,
    mailbox: Mailbox,
    /// Interface: names begin with it.
    interface: &'static str,
}

impl Client {
    fn new(req: PathBuf, res: PathBuf, interface: &'static str) -> Outcome<Self> {
        Ok(Self { req, mailbox: Mailbox::open(res)?, interface })
    }

    /// The request of 窓口 太郎.
    fn request(&self, identifier: &str) -> Vec<u8> {
        let request = QualificationRequest {
            qualification_confirmation_date: jiff::Zoned::now().date().strftime("%Y%m%d").to_string(),
            medical_institution_code: "1319999996".to_owned(),
            arbitrary_file_identifier: Some(identifier.to_owned()),
            search: SearchInfo {
                insurer_number: "01139997".to_owned(),
                insured_card_symbol: Some("99010001".to_owned()),
                insured_identification_number: "101".to_owned(),
                insured_branch_number: Some("00".to_owned()),
                birthdate: "19850412".to_owned(),
                limit_application_certificate_related_cons_flg: "1".to_owned(),
                arbitrary_identifier: None,
            },
        };
        Style::default().qualification_request(&request).bytes
    }

    /// Asks again and again with a rest between; `round` sets the names of one round apart from the next.
    fn ask_all(&self, round: &str, rest: Duration, is_answer: impl Fn(&str) -> bool) -> Outcome<Series> {
        let mut taken = Vec::with_capacity(REQUESTS);
        for number in 0..WARM_UP + REQUESTS {
            let identifier = format!("{round}{number:012}");
            thread::sleep(rest);
            let request = self.request(&identifier);
            let start = Instant::now();
            put(&self.req, &format!("{}req_{identifier}.xml", self.interface), &request)?;
            let answer = self.mailbox.wait_for(&format!("{}res_{identifier}.xml", self.interface))?;
            let time = millis(start.elapsed());
            let answer = String::from_utf8(answer)?;
            if !(is_answer(&answer) && answer.contains(&identifier) && answer.trim_end().ends_with("</XmlMsg>")) {
                return Err(format!("not the whole answer: {answer}").into());
            }
            taken.push(time);
        }
        Ok(Series::of(taken.split_off(WARM_UP)))
    }
}

/// A folder whose files are waited for.
struct Mailbox {
    folder: PathBuf,
    events: Receiver<()>,
    _watcher: RecommendedWatcher,
}

impl Mailbox {
    fn open(folder: PathBuf) -> Outcome<Self> {
        let (sender, events) = mpsc::channel();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // Whoever waits has gone when this fails.
            if event.is_ok_and(|event| event.kind.is_modify() || event.kind.is_create()) {
                let _ = sender.send(());
            }
        })?;
        watcher.watch(&folder, RecursiveMode::NonRecursive)?;
        Ok(Self { folder, events, _watcher: watcher })
    }

    fn wait_for(&self, name: &str) -> Outcome<Vec<u8>> {
        let path = self.folder.join(name);
        let start = Instant::now();
        loop {
            match fs::read(&path) {
                Ok(bytes) => return Ok(bytes),
                Err(_) if start.elapsed() < LIMIT => {}
                Err(cause) => return Err(format!("no {name} within {LIMIT:?}: {cause}").into()),
            }
            // An answer whose event was lost is still there at the limit.
            let _ = self.events.recv_timeout(LIMIT.saturating_sub(start.elapsed()));
        }
    }
}

/// Written under a name that nobody takes, then renamed.
fn put(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = folder.join(format!(".{name}.tmp"));
    fs::write(&temporary, bytes)?;
    fs::rename(temporary, folder.join(name))
}

/// The least that any program behind two folders needs: wake, read the request, write the same bytes back.
fn there_and_back() -> Outcome<Series> {
    let root = tempfile::tempdir()?;
    let (req, res) = (root.path().join("req"), root.path().join("res"));
    fs::create_dir(&req)?;
    fs::create_dir(&res)?;
    let inbox = Mailbox::open(req.clone())?;
    let client = Client::new(req, res.clone(), "")?;
    let echo = thread::spawn(move || -> Result<(), String> {
        for number in 0..WARM_UP + REQUESTS {
            let request = inbox.wait_for(&format!("req_m{number:012}.xml")).map_err(|cause| cause.to_string())?;
            put(&res, &format!("res_m{number:012}.xml"), &request).map_err(|cause| cause.to_string())?;
        }
        Ok(())
    });
    let series = client.ask_all("m", REST, |_| true)?;
    echo.join().map_err(|_| "the echo panicked")??;
    Ok(series)
}

fn create_and_rename(client: &Client) -> Outcome<Series> {
    let folder = tempfile::tempdir()?;
    let bytes = client.request("000000000000");
    let once = |number| {
        let start = Instant::now();
        put(folder.path(), &format!("{number}.xml"), &bytes)?;
        Ok(millis(start.elapsed()))
    };
    Ok(Series::of((0..REQUESTS).map(once).collect::<Outcome<_>>()?))
}
