//! The control API describes itself. The description is made from the handlers, by a test, and lies in docs/openapi.json; the program carries
//! that file instead of the code that makes it, which would be a twentieth of it.

use axum::Json;
use serde_json::Value;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::{
    answers, bindings, chains, events, exchanges, faults, files, people, readers, screen, server, table, time, unknown,
    visits,
};
use crate::enclosed;

/// The OpenAPI document, made from the handlers: what docs/openapi.json is compared with.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "madoguchi control API",
        description = "窓口の制御API。患者のカードを置き、対話を進め、共有フォルダのファイルを見る。/ Drive a station: lay down cards, answer screens, follow the files of the shared folder."
    ),
    paths(
        visits::make,
        readers::all, readers::one, readers::press,
        files::since, screen::content, files::collect, files::put_request,
        exchanges::all, exchanges::one, exchanges::content, exchanges::repeat,
        screen::look, screen::act, screen::own, screen::elements,
        events::stream, events::journal, chains::all,
        people::all, people::one, people::replace, people::add, people::remove, people::issue_card,
        people::reset_card,
        table::export, table::import, unknown::all, unknown::adopt,
        bindings::all, bindings::bind, bindings::unbind,
        answers::all, answers::set, answers::remove,
        faults::all, faults::set, faults::clear,
        time::get, time::put,
        server::station, server::reset, server::health,
    ),
    modifiers(&Completed),
    tags(
        (name = "visits", description = "受付一回 / whole visits"),
        (name = "readers", description = "顔認証付きカードリーダー / the dialogue step by step"),
        (name = "files", description = "共有フォルダ / the shared folder"),
        (name = "screen", description = "別の機械の画面 / the text screen of another machine"),
        (name = "events", description = "記録 / the journal"),
        (name = "people", description = "患者 / synthetic people"),
        (name = "answers", description = "手持ちのXML / answers of the operator's own"),
        (name = "faults", description = "障害 / faults"),
        (name = "clock", description = "時計 / document time"),
        (name = "station", description = "窓口 / the station itself")
    )
)]
pub struct Description;

/// What every route has in common: the token, and what a status or a parameter of a name means wherever it stands.
struct Completed;

/// Name of the scheme by which callers show the token.
const TOKEN: &str = "token";

/// What a status means, everywhere.
const STATUSES: &[(&str, &str)] = &[
    ("200", "できた / done"),
    ("201", "作った / made"),
    ("204", "できた。中身はない / done, without a body"),
    ("401", "トークンが必要 / the token is missing or wrong"),
    ("404", "ない / there is none"),
    ("409", "いまはできない / not in this state"),
    ("415", "Content-Type が違う / another Content-Type is needed"),
    ("422", "形か値が正しくない / form or value does not hold"),
    ("503", "いまは使えない / not available now"),
];

/// What a parameter of this name is, everywhere.
const PARAMETERS: &[(&str, &str)] = &[
    ("id", "患者のID / id of a person"),
    ("label", "実カードの登録の名前 / label of a bound card"),
    ("name", "ファイルか障害の名前 / name of the file or the fault"),
    ("match", "手持ちのファイルを使う要求 / the requests that are answered so"),
    ("rewrite", "書き換える所 / what is rewritten"),
    ("encoding", "文字コード / encoding of the table"),
    ("separator", "区切り / separator of the table"),
    ("dry_run", "見るだけで取り込まない / look only, take nothing"),
    ("replace", "同じIDの人を置き換える / people of the same id give way"),
];

impl Modify for Completed {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(TOKEN, SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        for (path, item) in &mut document.paths.paths {
            let methods = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete];
            methods.into_iter().flatten().for_each(|operation| {
                complete(operation, path.starts_with("/control/"));
                if path.contains("/faults/") {
                    name_faults(operation);
                }
            });
        }
    }
}

/// The names that a fault may have, from the registry itself.
fn name_faults(operation: &mut Operation) {
    let names = crate::station::knobs_of_all_rooms().into_iter().map(|knob| knob.name);
    let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).build();
    for parameter in operation.parameters.iter_mut().flatten().filter(|parameter| parameter.name == "name") {
        parameter.schema = Some(schema.clone().into());
    }
}

fn complete(operation: &mut Operation, by_token: bool) {
    if by_token {
        // A station on loopback needs none.
        operation.security =
            Some(vec![SecurityRequirement::default(), SecurityRequirement::new::<_, [&str; 0], _>(TOKEN, [])]);
        operation.responses.responses.insert("401".to_owned(), RefOr::T(refused()));
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            response.description = meaning(STATUSES, status).unwrap_or_default();
        }
    }
    for parameter in operation.parameters.iter_mut().flatten() {
        parameter.description = parameter.description.take().or_else(|| meaning(PARAMETERS, &parameter.name));
    }
}

fn refused() -> Response {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().content("application/json", content).build()
}

fn meaning(table: &[(&str, &str)], name: &str) -> Option<String> {
    table.iter().find(|(key, _)| *key == name).map(|(_, meaning)| (*meaning).to_owned())
}

/// `GET /control/openapi.json`: what [`Description`] made, with the version of this program.
pub async fn document() -> Json<Value> {
    // A file of the repository, which a test reads.
    let mut document: Value = serde_json::from_slice(&enclosed::control_api()).unwrap_or_default();
    document["info"]["version"] = env!("CARGO_PKG_VERSION").into();
    Json(document)
}
