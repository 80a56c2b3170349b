//! The OpenAPI document of a generation, made of its table. What is not public is marked `x-provisional`.

use serde_json::{Map, Value, json};

use super::fault::RULES;
use super::field::{Characters, FACE_ITEMS, FACE_LEVELS, FACE_NAME, FACE_VALUE, Field, Shape};
use super::rules::COMMON_ONLY_LAWS;
use super::tables::{COMMON_GROUP, SEPARATE_GROUPS};
use super::{Generation, Mode};

/// Where a registration is looked up.
pub const HISTORY_PATH: &str = "/pmh/registrations/{serialNumber}";

/// The document.
pub fn document(generation: Generation) -> Value {
    let published = match generation {
        Generation::V001 => ("medicalSubsidiesTargetPersons", "postMedicalSubsidiesTargetPersons"),
        Generation::V011 | Generation::R6 => ("医療費助成", "postRegistrationTasks"),
    };
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": generation.title(),
            "version": generation.version(),
            "description": "公開資料から madoguchi が書いた文書です。x-provisional は公開されていない所です。 / \
                            Written by madoguchi from what was published; x-provisional marks what is not public.",
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "security": [{ "bearerAuth": [] }],
        "paths": {
            generation.path(): { "post": post(generation, published) },
            HISTORY_PATH: { "get": history() },
        },
        "components": {
            "securitySchemes": { "bearerAuth": { "type": "http", "scheme": "bearer" } },
            "schemas": {
                "row": row(generation),
                "serialNumber": serial_number(),
                "error": error(),
                "receipt": receipt(),
            },
        },
    })
}

fn post(generation: Generation, (tag, operation): (&str, &str)) -> Value {
    let mode = match generation.mode() {
        Mode::Full => "全件。送った組が自治体の全行に置き換わります。 / A full set: it takes the place of all rows.",
        Mode::Difference => "差分。historyKey の行を置き換えるか削除します。 / Differences, by historyKey.",
    };
    json!({
        "tags": [tag],
        "operationId": operation,
        "summary": generation.title(),
        "description": mode,
        "requestBody": {
            "required": true,
            "content": { "application/json": {
                "schema": { "type": "array", "items": { "$ref": "#/components/schemas/row" } },
            } },
        },
        "responses": responses("serialNumber", "登録された / registered", &["400", "401", "413", "415", "500", "503"]),
    })
}

fn history() -> Value {
    json!({
        "tags": ["履歴照会"],
        "operationId": "getRegistration",
        "summary": "医療助成情報登録履歴照会 (形は独自 / of our own form)",
        "x-provisional": true,
        "parameters": [{
            "name": "serialNumber", "in": "path", "required": true,
            "schema": { "type": "string", "minLength": 1, "maxLength": 100 },
        }],
        "responses": responses("receipt", "登録の結果 / what became of it", &["400", "401", "404", "500", "503"]),
    })
}

/// What a status means; 413 and 415 are ours, the rest is published.
const MEANINGS: [(&str, &str); 7] = [
    ("400", "要求に問題がある / something is wrong with the request"),
    ("401", "認証されていない / not authenticated"),
    ("404", "この処理通番の登録はない / no such registration"),
    ("413", "大きすぎる / too big"),
    ("415", "Content-Type が違う / another content type"),
    ("500", "サーバーのエラー / an error of the server"),
    ("503", "利用できない (保守中など) / not available"),
];

fn responses(schema: &str, meaning: &str, others: &[&str]) -> Value {
    let content = |schema: &str| json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } });
    let mut responses = Map::new();
    responses.insert("200".to_owned(), json!({ "description": meaning, "content": content(schema) }));
    for (status, meaning) in MEANINGS.iter().filter(|(status, _)| others.contains(status)) {
        responses.insert((*status).to_owned(), json!({ "description": meaning, "content": content("error") }));
    }
    Value::Object(responses)
}

fn row(generation: Generation) -> Value {
    let mut row = group(generation.fields());
    if generation == Generation::V001 {
        // The rule of 更生, 育成 and 精神通院 reaches over two fields.
        let laws: Vec<String> = COMMON_ONLY_LAWS.iter().map(u8::to_string).collect();
        tie(&mut row, "medicalSubsidyRegistrationNumber", "copaymentLimit", &SEPARATE_GROUPS, &laws);
    } else {
        let laws: Vec<String> = COMMON_ONLY_LAWS.iter().map(u8::to_string).collect();
        let separate: Vec<&str> =
            SEPARATE_GROUPS.into_iter().chain(["homeNursing", "judoTherapy", "acupuncture"]).collect();
        tie(&mut row, "medicalSubsidyInsurerNumber", "maxCopaymentAmount", &separate, &laws);
    }
    row
}

/// Rules between fields, as alternatives: per attribute `common` or the others, and for these laws `common` only.
fn tie(row: &mut Value, number: &str, limit: &str, separate: &[&str], laws: &[String]) {
    let other_law = format!("^(?!{})[0-9]{{8}}$", laws.join("|"));
    let nothing: Map<String, Value> =
        separate.iter().map(|name| ((*name).to_owned(), json!({ "type": "null" }))).collect();
    let common_only = json!({ "properties": { limit: { "properties": nothing } } });
    let another = json!({ "properties": { number: { "anyOf": [{ "type": "null" }, { "type": "string", "pattern": other_law }] } } });
    let per_attribute: Vec<Value> = ["burdenRatio", "amount", "perDayOrMonth", "limitedNumberOfTimes"]
        .into_iter()
        .map(|attribute| {
            let empty = json!({ "properties": { attribute: { "type": "null" } } });
            let others: Map<String, Value> = separate.iter().map(|name| ((*name).to_owned(), empty.clone())).collect();
            json!({ "anyOf": [{ "properties": { COMMON_GROUP: empty } }, { "properties": others }] })
        })
        .collect();
    row["anyOf"] = json!([common_only, another]);
    row["properties"][limit]["allOf"] = Value::Array(per_attribute);
}

fn group(fields: &[Field]) -> Value {
    let properties: Map<String, Value> = fields.iter().map(|field| (field.name.to_owned(), property(field))).collect();
    let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let mut group = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        group["required"] = json!(required);
    }
    group
}

fn property(field: &Field) -> Value {
    let mut schema = shape(&field.shape);
    schema["description"] = json!(field.ja);
    let form = if field.form == field.sure { String::new() } else { format!(", 形 / form [{}]", field.form) };
    let form = if field.sure == 'C' { String::new() } else { form };
    schema["x-source"] = json!(format!("{} [{}]{form}", field.source, field.sure));
    if field.sure == 'C' || field.form == 'C' {
        schema["x-provisional"] = json!(true);
    }
    if !field.required {
        schema["type"] = json!([schema["type"], "null"]);
        if let Some(codes) = schema.get_mut("enum").and_then(Value::as_array_mut) {
            codes.push(Value::Null);
        }
    }
    schema
}

fn shape(shape: &Shape) -> Value {
    match shape {
        Shape::Text { least, most, characters: Characters::Digits } => {
            let count = if least == most { format!("{{{most}}}") } else { format!("{{{least},{most}}}") };
            json!({ "type": "string", "minLength": least, "maxLength": most, "pattern": format!("^[0-9]{count}$") })
        }
        Shape::Text { least, most, characters } => {
            json!({ "type": "string", "minLength": least, "maxLength": most, "pattern": characters.pattern() })
        }
        Shape::Code(codes) => {
            let values: Vec<&str> = codes.iter().map(|(code, _)| *code).collect();
            json!({ "type": "string", "enum": values, "x-meanings": meanings(codes) })
        }
        Shape::Codes(codes) => {
            let values: Vec<&str> = codes.iter().map(|(code, _)| *code).collect();
            let items = json!({ "type": "string", "enum": values, "x-meanings": meanings(codes) });
            json!({ "type": "array", "items": items, "maxItems": codes.len() })
        }
        Shape::Date => json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        Shape::Boolean => json!({ "type": "boolean" }),
        Shape::Whole { most } => json!({ "type": "integer", "minimum": 0, "maximum": most }),
        Shape::Group(fields) => group(fields),
        Shape::Face => face(1),
        Shape::FaceList => json!({ "type": "array", "items": face(1), "maxItems": FACE_ITEMS }),
    }
}

fn meanings(codes: &[(&str, &str)]) -> Value {
    let meanings: Map<String, Value> = codes.iter().map(|(code, ja)| ((*code).to_owned(), json!(ja))).collect();
    Value::Object(meanings)
}

fn face(level: usize) -> Value {
    let text = json!({ "type": "string", "maxLength": FACE_VALUE, "pattern": Characters::Any.pattern() });
    let mut values = vec![text, json!({ "type": ["number", "boolean", "null"] })];
    if level < FACE_LEVELS {
        values.push(face(level + 1));
    }
    json!({
        "type": "object",
        "maxProperties": FACE_ITEMS,
        "propertyNames": { "minLength": 1, "maxLength": FACE_NAME, "pattern": Characters::Any.pattern() },
        "additionalProperties": { "anyOf": values },
    })
}

fn serial_number() -> Value {
    json!({
        "type": "object",
        "required": ["serialNumber"],
        "properties": { "serialNumber": { "type": "string", "description": "処理通番" } },
    })
}

fn error() -> Value {
    let codes: Map<String, Value> = RULES.iter().map(|rule| (rule.code.to_owned(), json!(rule.ja))).collect();
    let fault = json!({
        "code": { "type": "string", "x-meanings": codes },
        "message": { "type": "string" },
        "row": { "type": "integer", "minimum": 1, "description": "何件目か / which row, from 1", "x-provisional": true },
        "field": { "type": "string", "description": "どの項目か / which field", "x-provisional": true },
    });
    let listed = json!({ "type": "object", "required": ["code", "message"], "properties": fault });
    let mut error = listed.clone();
    error["properties"]["errors"] = json!({ "type": "array", "items": listed, "description": "初めの100件 / the first hundred", "x-provisional": true });
    error["properties"]["errorCount"] = json!({ "type": "integer", "minimum": 0, "x-provisional": true });
    error
}

fn receipt() -> Value {
    let count = json!({ "type": "integer", "minimum": 0 });
    let generations: Vec<&str> = Generation::ALL.into_iter().map(Generation::word).collect();
    json!({
        "type": "object",
        "x-provisional": true,
        "required": ["serialNumber", "generation", "mode", "outcome", "receivedAt", "rows", "changes", "warnings", "warningCount"],
        "properties": {
            "serialNumber": { "type": "string" },
            "generation": { "type": "string", "enum": generations },
            "mode": { "type": "string", "enum": ["full", "difference"] },
            "outcome": { "type": "string", "enum": ["registered"] },
            "receivedAt": { "type": "string", "description": "日本標準時 / JST" },
            "rows": count,
            "changes": {
                "type": "object",
                "required": ["added", "kept", "ended"],
                "properties": { "added": count, "kept": count, "ended": count },
            },
            "warnings": { "type": "array", "items": { "$ref": "#/components/schemas/error" } },
            "warningCount": count,
        },
    })
}
