//! The レセコン beside the station: what the staff do there, and what it knows.
//!
//! One that takes part by itself has a face over HTTP (docs/scenarios.md):
//!
//! ```text
//! POST /desk {"order": "…", …}    200; 409 with {"reason": "…"}: it cannot be done
//! GET /facts?about=KEY            200 {"value": "…"}; 404: it knows nothing of that
//! ```
//!
//! The sample one ([`crate::clinic::rececon`]) has the same face.
//!
//! Without one the sentences are for whoever sits there; without anybody what they are about stays open.

use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};

use super::model::{Ask, Desk, Fact, Question};
use super::onlooker::{Asked, Said};
use super::session::{Session, Stopped};
use super::verdict::Check;
use crate::clinic::rececon::{self, settings::Mistakes};
use crate::clock::Clock;
use crate::event::Words;
use crate::folder::Paths;
use crate::message::subsidy::{Edition, Layout};
use crate::operate::client::{Client, ClientError, escaped};
use crate::secret::ZipPassword;
use crate::station::view::StationView;

/// How often it is asked for what it does not know yet.
const LOOK: Duration = Duration::from_millis(50);

/// Which レセコン takes part.
#[derive(Debug, Clone, Default)]
pub enum Consumer {
    /// None, as far as the run can tell.
    #[default]
    Nobody,
    /// One with this face. It works on the folders of the station by itself.
    At(Client),
    /// The sample one, a fresh one for each scenario, with these mistakes; it reads subsidies of this edition.
    Sample(Mistakes, Edition),
}

/// One that takes part in one scenario; the sample one goes with it.
#[derive(Debug, Default)]
pub struct Beside {
    /// Its face.
    pub line: Option<Client>,
    _sample: Option<rececon::Running>,
}

/// Nobody is called so.
#[derive(Debug, thiserror::Error)]
pub enum NotNamed {
    /// The sample one knows no such mistake.
    #[error(transparent)]
    Mistake(#[from] rececon::mistake::Unknown),
    /// Neither the sample one nor an address.
    #[error(
        "「{0}」はレセコンの指定ではありません: sample、sample:R5、sample:間違い,…、URL か HOST:PORT / not a レセコン: sample, sample:R5, sample:MISTAKE,…, URL or HOST:PORT"
    )]
    Other(String),
}

impl Consumer {
    /// The one that people call so: nothing for none, `sample`, `sample:R5,MISTAKE,…`, the URL of its face or its HOST:PORT.
    ///
    /// # Errors
    /// [`NotNamed`]
    pub fn named(text: &str) -> Result<Self, NotNamed> {
        let text = text.trim();
        let (kind, manners) = text.split_once(':').unwrap_or((text, ""));
        match kind {
            "" => Ok(Self::Nobody),
            "sample" => {
                let manners = manners.split(',').filter(|name| !name.is_empty());
                let (editions, mistakes): (Vec<_>, Vec<_>) = manners.partition(|name| Edition::named(name).is_some());
                let edition = editions.into_iter().find_map(Edition::named).unwrap_or_default();
                let mistakes = mistakes.into_iter().map(str::parse::<rececon::Mistake>);
                Ok(Self::Sample(mistakes.collect::<Result<_, _>>()?, edition))
            }
            _ if !text.contains(':') => Err(NotNamed::Other(text.to_owned())),
            _ => {
                let url = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
                Ok(Self::At(Client::to(url.trim_end_matches('/'), None)))
            }
        }
    }

    /// Takes its place at the folders of the first terminal; `password` is that of sealed files.
    ///
    /// # Errors
    /// The sample one cannot begin there.
    pub fn sit_down(&self, station: &StationView, clock: &Clock, password: Option<&str>) -> Result<Beside, Stopped> {
        let (mistakes, edition) = match self {
            Self::Nobody => return Ok(Beside::default()),
            Self::At(line) => return Ok(Beside { line: Some(line.clone()), _sample: None }),
            Self::Sample(mistakes, edition) => (mistakes.clone(), *edition),
        };
        let terminal = station.terminals.first().ok_or_else(|| "端末がありません / there is no terminal".to_owned())?;
        let paths = Paths { req: (&terminal.req).into(), res: (&terminal.res).into(), face: (&terminal.face).into() };
        let institution = Some(terminal.institution.clone());
        let settings = rececon::Settings {
            institution,
            mistakes,
            layout: Layout::embedded(edition).clone(),
            // What it may do by itself is not ordered in scenarios: another レセコン may have no key for it.
            auto: true,
            clock: clock.clone(),
            look: LOOK,
            password: password.map(ZipPassword::new),
            ..rececon::Settings::default()
        };
        let running = rececon::start(paths, settings).map_err(|error| error.to_string())?;
        Ok(Beside { line: Some(Client::to(running.url(), None)), _sample: Some(running) })
    }
}

#[derive(Deserialize)]
struct Known {
    value: Value,
}

/// The staff do something.
///
/// # Errors
/// It cannot be done, or the レセコン does not answer: what follows rests on it.
pub fn desk(desk: &Desk, session: &Session<'_>) -> Result<Check, Stopped> {
    let what = Words::new(desk.ja.clone(), desk.en.clone());
    let Some(line) = &session.consumer else {
        return match session.onlooker.answers(Asked::Order(&what)) {
            None => Ok(Check::undecided(what)),
            Some(Said::No) => {
                Err(Stopped::Because(format!("できなかった: {} / it could not be done: {}", what.ja, what.en)))
            }
            Some(_) => Ok(Check::held(what)),
        };
    };
    let mut body = json!({});
    for (key, value) in &desk.with {
        body[key] = session.filled(value)?;
    }
    body["order"] = json!(desk.order);
    match line.tell("/desk", &body) {
        Ok(()) => Ok(Check::held(what)),
        Err(ClientError::Refused { status: 409, detail, .. }) => {
            let (ja, en) = detail.rsplit_once(" / ").unwrap_or((&detail, &detail));
            Err(Stopped::Because(format!("レセコンができないと答えた: {ja} / the レセコン cannot: {en}")))
        }
        Err(error) => Err(lost(&error)),
    }
}

/// The レセコン is asked for what it knows, until it knows what it must or its time is over.
///
/// # Errors
/// The レセコン does not answer, or a placeholder means nothing.
pub fn ask(ask: &Ask, session: &Session<'_>) -> Result<Check, Stopped> {
    let wanted = match &ask.value {
        Fact::Text(text) => Fact::Text(session.fill(text)?),
        known => known.clone(),
    };
    let what =
        Words::new(format!("{} → {}", ask.ja, in_words(&wanted).ja), format!("{} → {}", ask.en, in_words(&wanted).en));
    let Some(line) = &session.consumer else {
        let question = Words::new(ask.ja.clone(), ask.en.clone());
        return Ok(match session.onlooker.answers(Asked::Fact(&question, &in_words(&wanted))) {
            None => Check::undecided(what),
            Some(Said::Yes) => Check::held(what),
            Some(Said::No) => Check::failed(what, Words::new("違う", "it is not so"), None),
            Some(Said::This(said)) => told(what, &wanted, Some(&said)),
        });
    };
    let path = format!("/facts?about={}", escaped(&session.fill(&ask.about)?));
    let limit = Instant::now() + Duration::from_secs(ask.within_s);
    session.awaits(&what);
    loop {
        let known = match line.get::<Known>(&path) {
            Ok(Known { value: Value::String(text) }) => Some(text),
            Ok(Known { value }) => Some(value.to_string()),
            Err(ClientError::Refused { status: 404, .. }) => None,
            Err(error) => return Err(lost(&error)),
        };
        let check = told(what.clone(), &wanted, known.as_deref());
        if check.held == Some(true) || Instant::now() >= limit {
            return Ok(check);
        }
        session.goes_on()?;
        thread::sleep(LOOK);
    }
}

/// Somebody in front of the レセコン answers yes or no.
pub fn question(question: &Question, session: &Session<'_>) -> Check {
    let what = Words::new(question.ja.clone(), question.en.clone());
    match session.onlooker.answers(Asked::Question(&what)) {
        Some(Said::Yes) if question.yes => Check::held(what),
        Some(Said::No) if !question.yes => Check::held(what),
        Some(Said::Yes) => Check::failed(what, Words::new("はい", "yes"), None),
        Some(Said::No) => Check::failed(what, Words::new("いいえ", "no"), None),
        // Neither yes nor no decides nothing.
        Some(Said::This(_)) | None => Check::undecided(what),
    }
}

/// What is wanted, in words.
fn in_words(wanted: &Fact) -> Words {
    match wanted {
        Fact::Text(text) => Words::new(format!("「{text}」"), format!("{text:?}")),
        Fact::Known(true) => Words::new("何かある", "something"),
        Fact::Known(false) => Words::new("何もない", "nothing"),
    }
}

fn told(what: Words, wanted: &Fact, known: Option<&str>) -> Check {
    let fits = match wanted {
        Fact::Text(text) => known == Some(text.as_str()),
        Fact::Known(there) => known.is_some() == *there,
    };
    if fits {
        return Check::held(what);
    }
    let got = known.map_or_else(
        || Words::new("レセコンは何も知らない", "the レセコン knows nothing of it"),
        |text| Words::new(format!("「{text}」"), format!("{text:?}")),
    );
    Check::failed(what, got, None)
}

fn lost(error: &ClientError) -> Stopped {
    Stopped::Because(match error {
        ClientError::Unreachable { base, cause } => {
            format!("レセコン {base} に接続できません: {cause} / no レセコン answers at {base}: {cause}")
        }
        other => format!("レセコンの応答が分かりません: {other} / the レセコン answers something else: {other}"),
    })
}

#[cfg(test)]
mod tests;
