//! `GET /`: a plain page that says what is here. The patient's page is [`touch`](crate::operate::touch).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;

use crate::station::Station;

/// A page for whoever opens the address in a browser.
pub async fn index(State(station): State<Arc<Station>>) -> Html<String> {
    let view = station.view();
    let rows: String = view
        .terminals
        .iter()
        .map(|t| {
            format!(
                "<tr><td>{}</td><td>{}</td><td><code>{}</code><br><code>{}</code><br><code>{}</code></td></tr>",
                t.number,
                escape(&t.institution),
                escape(&t.req),
                escape(&t.res),
                escape(&t.face)
            )
        })
        .collect();
    let readers: String = view
        .readers
        .iter()
        .map(|reader| {
            let number = reader.number;
            format!("<li><a href=\"/touch/{number}\">患者の画面: リーダー{number} / the patient's screen of reader {number}</a>")
        })
        .collect();
    Html(format!(
        "<!doctype html><html lang=\"ja\"><meta charset=\"utf-8\"><title>madoguchi 窓口</title>\
         <style>body{{font:16px/1.7 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem}}\
         table{{border-collapse:collapse}}td,th{{padding:.3rem .8rem;border-bottom:1px solid #ccc;text-align:left;vertical-align:top}}\
         code{{font-size:.9em}}</style>\
         <h1>madoguchi 窓口</h1><p>資格確認端末のシミュレータが動いています。ハブ: {hub} / a simulated terminal is running, hub: {hub}</p>\
         <table><tr><th>端末</th><th>医療機関コード</th><th>フォルダ req / res / face</th></tr>{rows}</table>\
         <ul>{readers}<li><a href=\"/control/openapi.json\">OpenAPI</a>\
         <li><a href=\"/control/v1/people\">患者 / people</a>\
         <li><a href=\"/control/v1/readers\">リーダー / readers</a>\
         <li><a href=\"/control/v1/files\">ファイル / files</a>\
         <li><a href=\"/control/v1/faults\">障害 / faults</a>\
         <li><a href=\"/control/v1/events\">記録 / events</a></ul></html>",
        hub = escape(&view.hub)
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
