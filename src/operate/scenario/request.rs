//! Requests as a レセコン writes them: the usual document of an interface (`data/requests.toml`), with what a scenario wants otherwise.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::model::{Request, RequestEncoding};
use super::session::Session;
use crate::handwritten::{self, Mistake, nearest};
use crate::message::xml;
use crate::text::{self, Encoding};

/// The usual document of one interface.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usual {
    /// Where its elements are known from.
    pub source: String,
    /// Elements of the header: name and value.
    pub header: Vec<[String; 2]>,
    /// Elements of the body: name and value.
    pub body: Vec<[String; 2]>,
    /// The element around those of the body, where there is one.
    pub around: Option<String>,
}

static USUAL: LazyLock<BTreeMap<String, Usual>> = LazyLock::new(|| {
    // The table is compiled in and a test reads it.
    handwritten::from_toml("requests.toml", include_str!("data/requests.toml"))
        .unwrap_or_else(|mistake| panic!("a table of ours does not hold: {mistake}"))
});

/// The usual document of `interface`.
///
/// # Errors
/// None is known; the mistake names the nearest that is.
pub fn usual(interface: &str) -> Result<&'static Usual, Box<Mistake>> {
    USUAL.get(interface).ok_or_else(|| {
        let known: Vec<&str> = USUAL.keys().map(String::as_str).collect();
        let near = nearest(interface, known.iter().copied())
            .map_or_else(String::new, |near| format!("（{near} のことですか）"));
        let ja = format!("「{interface}」の要求の形は分かりません{near}。xml に文書を書いてください");
        Mistake::of_key("", "interface", ja, format!("one of {}; or write the document as xml", known.join(", ")))
    })
}

/// Name and bytes of a request.
///
/// # Errors
/// A placeholder that means nothing, or an element that the usual document has not: Japanese / English.
pub fn written(request: &Request, step: &str, session: &Session<'_>) -> Result<(String, Vec<u8>), String> {
    let free = match &request.free {
        Some(free) => session.fill(free)?,
        None => session.fill(&format!("${{unique.{step}}}"))?,
    };
    let text = match &request.xml {
        Some(xml) => session.fill(xml)?,
        None => document(request, session)?,
    };
    let (label, encoding) = match request.encoding {
        RequestEncoding::Utf8 => ("UTF-8", Encoding::Utf8),
        RequestEncoding::ShiftJis => ("Shift_JIS", Encoding::ShiftJis),
    };
    let text = if text.trim_start().starts_with("<?xml") {
        text
    } else {
        format!("<?xml version=\"1.0\" encoding=\"{label}\" standalone=\"no\"?>\n{text}")
    };
    Ok((format!("{}req_{free}.xml", request.interface), text::encode(&text, encoding).bytes))
}

fn document(request: &Request, session: &Session<'_>) -> Result<String, String> {
    let usual = usual(&request.interface).map_err(|mistake| mistake.to_string())?;
    let names: Vec<&str> = usual.header.iter().chain(&usual.body).map(|[name, _]| name.as_str()).collect();
    if let Some(unknown) = request.values.keys().find(|name| !names.contains(&name.as_str())) {
        let near =
            nearest(unknown, names.iter().copied()).map_or_else(String::new, |near| format!("（{near} のことですか）"));
        return Err(format!("要求 {} に {unknown} はありません{near} / no such element", request.interface));
    }
    let element = |[name, value]: &[String; 2]| {
        let value = match request.values.get(name) {
            Some(value) => session.fill(value)?,
            None => {
                let person = request.person.as_deref().unwrap_or("person");
                session.fill(&value.replace("${person.", &format!("${{{person}.")))?
            }
        };
        Ok(format!("<{name}>{}</{name}>", xml::escaped(&value)))
    };
    let all = |rows: &[[String; 2]]| rows.iter().map(element).collect::<Result<String, String>>();
    let (header, body) = (all(&usual.header)?, all(&usual.body)?);
    let body = usual.around.as_ref().map_or(body.clone(), |around| format!("<{around}>{body}</{around}>"));
    Ok(format!("<XmlMsg>\n<MessageHeader>{header}</MessageHeader>\n<MessageBody>{body}</MessageBody>\n</XmlMsg>\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_document_has_a_source_and_an_institution() {
        assert!(USUAL.len() >= 7);
        for (interface, usual) in USUAL.iter() {
            assert!(usual.source.contains("spec/"), "{interface}");
            assert!(usual.header.iter().any(|[name, _]| name == "MedicalInstitutionCode"), "{interface}");
        }
    }
}
