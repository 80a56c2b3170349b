//! The journal of a station, heard over `GET /control/v1/events` (server-sent events).

use std::io::{BufRead, BufReader};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use crate::desk::{Station, until};

/// One server-sent event, as it stood on the line.
#[derive(Debug, Clone)]
pub struct Heard {
    pub id: u64,
    pub kind: String,
    pub entry: Value,
}

/// Listens from one moment on.
pub struct Journal(Arc<Mutex<Vec<Heard>>>);

impl Journal {
    /// From the entry after `last` on; from now on without.
    pub fn listen(station: &Station, last: Option<u64>) -> Self {
        let config = ureq::Agent::config_builder().timeout_connect(Some(Duration::from_secs(10)));
        let agent: ureq::Agent = config.build().into();
        let mut request = agent.get(format!("{}/control/v1/events", station.url));
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last.to_string());
        }
        let answer = request.call().unwrap();
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ear = heard.clone();
        std::thread::spawn(move || {
            let (mut id, mut kind) = (0, String::new());
            // Ends with the station.
            for line in BufReader::new(answer.into_body().into_reader()).lines().map_while(Result::ok) {
                match line.split_once(": ").or_else(|| line.split_once(':')) {
                    Some(("id", text)) => id = text.parse().unwrap(),
                    Some(("event", text)) => kind = text.to_owned(),
                    Some(("data", text)) => {
                        let entry = serde_json::from_str(text).unwrap();
                        ear.lock().unwrap().push(Heard { id, kind: kind.clone(), entry });
                    }
                    _ => {}
                }
            }
        });
        Self(heard)
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.0.lock().unwrap().clone()
    }

    /// Waits for an entry.
    #[track_caller]
    pub fn entry(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        until(what, || self.heard().into_iter().map(|heard| heard.entry).find(|entry| wanted(entry)))
    }
}
