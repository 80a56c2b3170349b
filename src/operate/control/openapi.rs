//! The control API describes itself.

use axum::Json;
use utoipa::OpenApi;

use super::{
    answers, bindings, events, exchanges, faults, files, people, readers, screen, server, table, time, unknown, visits,
};

/// The OpenAPI document, made from the handlers.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "madoguchi control API",
        description = "窓口の制御API。患者のカードを置き、対話を進め、共有フォルダのファイルを見る。/ Drive a station: lay down cards, answer screens, follow the files of the shared folder."
    ),
    paths(
        visits::make,
        readers::all, readers::one, readers::press,
        files::since, screen::content,
        exchanges::all, exchanges::one, exchanges::content, exchanges::repeat,
        screen::look, screen::act, screen::own, screen::elements,
        events::stream,
        people::all, people::one, people::replace, people::add, people::remove, people::issue_card,
        people::reset_card,
        table::export, table::import, unknown::all, unknown::adopt,
        bindings::all, bindings::bind, bindings::unbind,
        answers::all, answers::set, answers::remove,
        faults::all, faults::set, faults::clear,
        time::get, time::put,
        server::station, server::reset, server::health,
    ),
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

/// `GET /control/openapi.json`
pub async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Description::openapi())
}
