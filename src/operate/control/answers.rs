//! `/control/v1/answers`: the operator's own answers.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use utoipa::ToSchema;

use super::problem::{Path, Problem, Query, json};
use crate::station::Station;
use crate::station::answers::AnswersView;
use crate::station::error::StationError;
use crate::terminal::own::matching::Part;
use crate::terminal::own::{Content, PutAnswer, Rule};

/// An answer to be PUT, as JSON.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnswer {
    /// A file of the folder of answers …
    pub file: Option<String>,
    /// … or the document itself, in UTF-8.
    pub xml: Option<String>,
    /// What is rewritten in it; nothing when left out.
    #[serde(default)]
    pub rewrite: Vec<Part>,
}

/// What is rewritten in a body that is not JSON.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Told {
    /// Parts joined by commas.
    rewrite: String,
}

/// Extensions by the media types in which files come; anything else is XML.
const EXTENSIONS: [(&str, &str); 5] = [
    ("application/pdf", "pdf"),
    ("application/zip", "zip"),
    ("image/png", "png"),
    ("text/plain", "err"),
    ("text/csv", "csv"),
];

/// All own answers: what was PUT, the entries of `answers.toml`, and the files of the folders.
#[utoipa::path(get, path = "/control/v1/answers", tag = "answers", responses((status = 200, body = AnswersView), (status = 503, body = Problem)))]
pub async fn all(State(station): State<Arc<Station>>) -> Result<Json<AnswersView>, Problem> {
    Ok(Json(on_files(move || Ok(station.answers())).await?))
}

/// Reads the folders of answers on a thread where a slow one hurts nobody.
async fn on_files<T: Send + 'static>(
    deed: impl FnOnce() -> Result<T, StationError> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(deed).await;
    Ok(done.map_err(|_| StationError::Stopped)??)
}

/// Serves a file of somebody else for a person or a request. The match: parts joined by commas, each an interface (`face`, `pmh`,
/// `OQSsiquc01`, `OQSsihvq`), a person id, or `key=value` with `insurer`, `symbol`, `number`, `reference_number`, `from`, `to`, `next`. The body is the file
/// as it is (its kind by Content-Type), or JSON: a file of the folder of answers, or XML as text. Lasts until reset.
#[utoipa::path(
    put, path = "/control/v1/answers/{match}", tag = "answers",
    params(
        ("match" = String, Path, example = "OQSsihvq,number=101,next=1"),
        ("rewrite" = Option<String>, Query, example = "times,identifiers,link"),
    ),
    request_body(content(
        (Vec<u8> = "application/xml"), (Vec<u8> = "application/pdf"), (Vec<u8> = "application/zip"), (Vec<u8> = "image/png"),
        (String = "text/plain"), (NewAnswer = "application/json")
    )),
    responses((status = 200, body = AnswersView), (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem))
)]
pub async fn set(
    State(station): State<Arc<Station>>,
    Path(wanted): Path<String>,
    Query(told): Query<Told>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<AnswersView>, Problem> {
    let mut rule = Rule::of_match(&wanted).map_err(StationError::from)?;
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    let content = if media == "application/json" {
        let new: NewAnswer = json(&body)?;
        rule.rewrite = Some(new.rewrite);
        rule.file = new.file;
        match (&rule.file, new.xml) {
            (None, Some(xml)) => Some(Content { bytes: xml.into_bytes().into(), extension: "xml".to_owned() }),
            (Some(_), None) => None,
            _ => return Err(bad("file", "file か xml のどちらか一つを書いてください", "give either file or xml")),
        }
    } else {
        rule.rewrite = Some(parts(&told.rewrite)?);
        let extension = EXTENSIONS.iter().find(|(known, _)| *known == media).map_or("xml", |(_, extension)| extension);
        if body.is_empty() {
            return Err(bad("body", "本文がありません", "there is no body"));
        }
        Some(Content { bytes: body.to_vec().into(), extension: extension.to_owned() })
    };
    let view = on_files(move || {
        station.put_answer(PutAnswer { rule, content, used: 0 })?;
        Ok(station.answers())
    });
    Ok(Json(view.await?))
}

/// Takes an answer back that was PUT.
#[utoipa::path(
    delete, path = "/control/v1/answers/{match}", tag = "answers", params(("match" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn remove(State(station): State<Arc<Station>>, Path(wanted): Path<String>) -> Result<StatusCode, Problem> {
    station.remove_answer(&Rule::of_match(&wanted).map_err(StationError::from)?)?;
    Ok(StatusCode::NO_CONTENT)
}

fn parts(list: &str) -> Result<Vec<Part>, Problem> {
    let words = list.split(',').map(str::trim).filter(|word| !word.is_empty());
    let part = |word: &str| {
        serde_json::from_value(word.into()).map_err(|_| {
            bad(
                "rewrite",
                &format!("「{word}」は times, identifiers, link のいずれでもありません"),
                "times, identifiers or link",
            )
        })
    };
    words.map(part).collect()
}

fn bad(what: &str, ja: &str, en: &str) -> Problem {
    StationError::bad_value(what, ja, en).into()
}
