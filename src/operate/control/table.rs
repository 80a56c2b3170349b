//! `/control/v1/people.csv`: everybody as one table.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::{Problem, Query};
use crate::people::table::{CellMistake, Form, Plan, Separator, TableEncoding};
use crate::station::Station;
use crate::station::error::StationError;

/// The media types of tables. Demanded on purpose: a page in somebody's browser cannot send them here without being asked first.
const MEDIA: [&str; 3] = ["text/csv", "text/tab-separated-values", "application/octet-stream"];

/// How the table is to be written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wanted {
    encoding: TableEncoding,
    separator: Separator,
}

/// Why a table was not taken: a problem document, and every mistake with its row and column.
#[derive(Debug, Serialize, ToSchema)]
pub struct BadTable {
    #[serde(flatten)]
    problem: Problem,
    /// Empty where the table is not the reason.
    mistakes: Vec<CellMistake>,
}

impl From<StationError> for BadTable {
    fn from(error: StationError) -> Self {
        let mistakes = match &error {
            StationError::BadTable { mistakes } => mistakes.clone(),
            _ => Vec::new(),
        };
        Self { problem: error.into(), mistakes }
    }
}

impl IntoResponse for BadTable {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, [(header::CONTENT_TYPE, "application/problem+json")], Json(self)).into_response()
    }
}

/// What is to be done with a table.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Told {
    dry_run: bool,
    replace: bool,
}

/// Everybody as CSV with Japanese column names, as spreadsheets open it. With PINs and 個人番号 of the synthetic people.
#[utoipa::path(
    get, path = "/control/v1/people.csv", tag = "people",
    params(("encoding" = Option<TableEncoding>, Query), ("separator" = Option<Separator>, Query)),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 422, body = Problem))
)]
pub async fn export(
    State(station): State<Arc<Station>>,
    Query(Wanted { encoding, separator }): Query<Wanted>,
) -> Result<Response, Problem> {
    if encoding == TableEncoding::Utf16 {
        return Err(StationError::BadValue {
            what: "encoding".to_owned(),
            ja: "utf-8 か cp932 を指定してください".to_owned(),
            en: "utf-8 or cp932".to_owned(),
        }
        .into());
    }
    let bytes = station.export_people(Form { encoding, separator });
    let charset = match encoding {
        TableEncoding::Cp932 => "text/csv; charset=windows-31j",
        TableEncoding::Utf8 | TableEncoding::Utf16 => "text/csv; charset=utf-8",
    };
    Ok(([(header::CONTENT_TYPE, charset)], bytes).into_response())
}

/// Takes the people of a table, all of them or none; its encoding and separator are found out. With `dry_run` it says only what would be
/// done. Mistakes come with row, column and rule. Lasts until reset.
#[utoipa::path(
    post, path = "/control/v1/people.csv", tag = "people",
    params(("dry_run" = Option<bool>, Query), ("replace" = Option<bool>, Query)),
    request_body(content((String = "text/csv"), (String = "text/tab-separated-values"))),
    responses((status = 200, body = Plan), (status = 409, body = BadTable), (status = 415, body = BadTable), (status = 422, body = BadTable))
)]
pub async fn import(
    State(station): State<Arc<Station>>,
    Query(told): Query<Told>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Plan>, BadTable> {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !MEDIA.contains(&media.split(';').next().unwrap_or_default().trim()) {
        let problem = Problem {
            status: 415,
            title: "not-announced-as-csv",
            detail: "本文がCSVであることが示されていません / the body is not announced as CSV".to_owned(),
            remedy: Some("Content-Type: text/csv を付けてください / send that header".to_owned()),
        };
        return Err(BadTable { problem, mistakes: Vec::new() });
    }
    // A thousand people take a while, on a thread where that hurts nobody.
    let done = tokio::task::spawn_blocking(move || station.import_people(&body, told.replace, told.dry_run)).await;
    Ok(Json(done.map_err(|_| StationError::Stopped)??))
}
