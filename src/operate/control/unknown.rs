//! `/control/v1/people/adopt`: people whom a query named and nobody knew.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::{Body, Problem};
use crate::people::adoption::Asked;
use crate::station::Station;
use crate::station::error::StationError;
use crate::station::roster::PersonRow;

/// Somebody whom a query named and nobody knew.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unknown {
    /// The id that they would have.
    pub id: String,
    /// What was asked.
    pub asked: Asked,
}

/// Whom to adopt: the `id` of one whom a query named, or the numbers of a query that need not have been asked yet.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewAdoption {
    /// As in the journal's `unknown`, or in `GET` of this path.
    id: Option<String>,
    /// 保険者番号
    #[schema(example = "06139992")]
    insurer_number: Option<String>,
    /// 記号
    symbol: Option<String>,
    /// 番号
    number: Option<String>,
    /// 枝番
    branch: Option<String>,
    /// 生年月日, `YYYYMMDD`
    #[schema(example = "19850412")]
    birthdate: Option<String>,
}

/// Those whom queries named and nobody knew, latest last.
#[utoipa::path(get, path = "/control/v1/people/adopt", tag = "people", responses((status = 200, body = [Unknown])))]
pub async fn all(State(station): State<Arc<Station>>) -> Json<Vec<Unknown>> {
    Json(station.unknown_people().into_iter().map(|(id, asked)| Unknown { id, asked }).collect())
}

/// Makes a synthetic person of a query. The same numbers and the same seed give the same person. Lasts until reset, with `--state`
/// beyond the end.
#[utoipa::path(
    post, path = "/control/v1/people/adopt", tag = "people", request_body = NewAdoption,
    responses((status = 201, body = PersonRow), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem))
)]
pub async fn adopt(
    State(station): State<Arc<Station>>,
    Body(new): Body<NewAdoption>,
) -> Result<(StatusCode, Json<PersonRow>), Problem> {
    let row = match (&new.id, &new.insurer_number, &new.number, &new.birthdate) {
        (Some(id), None, None, None) => station.adopt_remembered(id)?,
        (None, Some(insurer_number), Some(number), Some(birthdate)) => station.adopt(&Asked {
            insurer_number: insurer_number.clone(),
            symbol: new.symbol.clone(),
            number: number.clone(),
            branch: new.branch.clone(),
            birthdate: birthdate.clone(),
        })?,
        _ => {
            return Err(StationError::BadValue {
                what: "id".to_owned(),
                ja: "id だけ、または insurer_number、number、birthdate を書いてください".to_owned(),
                en: "give id alone, or insurer_number, number and birthdate".to_owned(),
            }
            .into());
        }
    };
    Ok((StatusCode::CREATED, Json(row)))
}
