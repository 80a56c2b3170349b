//! SARIF 2.1.0, for code scanning: the part of the format that these results need.

use serde::Serialize;

use super::text::message;
use super::{Found, Levels};
use crate::event::Lang;
use crate::message::check::{Rule, Severity, Violation};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    /// Columns count characters, as ours do.
    column_kind: &'static str,
    invocations: [Invocation<'a>; 1],
    results: Vec<Result_<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Text,
    help: Text,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Configuration {
    enabled: bool,
    level: Severity,
}

#[derive(Serialize)]
struct Properties {
    confidence: String,
    source: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
struct Notification<'a> {
    level: Severity,
    message: Text,
    locations: [Location<'a>; 1],
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Result_<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: Severity,
    message: Text,
    locations: [Location<'a>; 1],
    properties: Properties,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical<'a> {
    fully_qualified_name: &'a str,
    kind: &'static str,
}

/// Everything that was found, as a log of one run.
///
/// # Errors
/// What the writer of JSON says.
pub(super) fn report(found: &[Found], levels: &Levels, lang: Lang) -> serde_json::Result<String> {
    let results = found.iter().flat_map(|file| {
        file.violations.iter().map(|(severity, violation)| result(&file.path, *severity, violation, lang))
    });
    let unreadable = found.iter().filter_map(|file| {
        let message = Text { text: file.unreadable.clone()? };
        Some(Notification { level: Severity::Error, message, locations: [location(&file.path, None)] })
    });
    let notifications: Vec<_> = unreadable.collect();
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver: driver(levels, lang) },
            column_kind: "unicodeCodePoints",
            invocations: [Invocation {
                execution_successful: notifications.is_empty(),
                tool_execution_notifications: notifications,
            }],
            results: results.collect(),
        }],
    };
    serde_json::to_string_pretty(&log).map(|text| text + "\n")
}

fn driver(levels: &Levels, lang: Lang) -> Driver {
    let rule = |rule: &Rule| Descriptor {
        id: rule.id(),
        short_description: Text { text: rule.title(lang).to_owned() },
        help: Text { text: rule.remedy(lang).to_owned() },
        default_configuration: Configuration {
            enabled: levels.of(*rule).is_some(),
            level: levels.of(*rule).unwrap_or(rule.severity()),
        },
        properties: Properties { confidence: rule.confidence().to_string(), source: rule.source().to_owned() },
    };
    Driver {
        name: env!("CARGO_PKG_NAME"),
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: Rule::ALL.iter().map(rule).collect(),
    }
}

fn result<'a>(path: &str, severity: Severity, violation: &'a Violation, lang: Lang) -> Result_<'a> {
    let rule = violation.rule;
    let text = format!("{} → {}", message(violation, lang), rule.remedy(lang));
    Result_ {
        rule_id: rule.id(),
        rule_index: Rule::ALL.iter().position(|other| *other == rule).unwrap_or_default(),
        level: severity,
        message: Text { text },
        locations: [location(path, Some(violation))],
        properties: Properties { confidence: violation.confidence.to_string(), source: violation.source.clone() },
    }
}

fn location<'a>(path: &str, violation: Option<&'a Violation>) -> Location<'a> {
    let place = violation.and_then(|violation| violation.place);
    let element = violation.and_then(|violation| violation.path.as_deref());
    Location {
        physical_location: Physical {
            artifact_location: Artifact { uri: uri(path) },
            region: place.map(|(start_line, start_column)| Region { start_line, start_column }),
        },
        logical_locations: element
            .map(|fully_qualified_name| Logical { fully_qualified_name, kind: "element" })
            .into_iter()
            .collect(),
    }
}

/// A path as a reference: relative as it was told, everything escaped that a URI cannot hold; a Windows drive becomes `file:///C:/`.
fn uri(path: &str) -> String {
    let mut out = String::new();
    if path.get(1..2) == Some(":") {
        out.push_str("file:///");
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b':' => {
                out.push(char::from(byte))
            }
            _ => out += &format!("%{byte:02X}"),
        }
    }
    out
}
