//! The format as a JSON Schema (2020-12) for editors, made from the types. The program carries docs/scenario.schema.json, which a test compares
//! with this.

use serde_json::{Value, json};
use utoipa::OpenApi;

use super::model::Scenario;

/// OpenAPI 3.1 describes data with JSON Schema 2020-12; only the place of the definitions is another.
#[derive(OpenApi)]
#[openapi(components(schemas(Scenario)))]
struct Types;

/// The schema of a scenario's file.
pub fn schema() -> Value {
    let document = serde_json::to_value(Types::openapi()).unwrap_or_default();
    let mut definitions = document["components"]["schemas"].clone();
    point_to_definitions(&mut definitions);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "madoguchi scenario",
        "description": "窓口のシナリオ / a scenario of madoguchi (docs/scenarios.md)",
        "$ref": "#/$defs/Scenario",
        "$defs": definitions,
    })
}

fn point_to_definitions(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value.as_str().and_then(|text| text.strip_prefix("#/components/schemas/")) {
                    Some(name) if key == "$ref" => *value = json!(format!("#/$defs/{name}")),
                    _ => point_to_definitions(value),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(point_to_definitions),
        _ => {}
    }
}
