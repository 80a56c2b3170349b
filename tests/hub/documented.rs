//! docs/hub.md is tried out: every request of the page is sent, every answer compared, every word of the endpoint looked up.

use madoguchi::hub::notice;
use madoguchi::visit::{CertificateStatus, ConsentPeriod, Question};
use madoguchi::wire::http::{INSTITUTION, OUTCOME, REFERENCE, STEERING, TIME};

use crate::http::{Reply, Wire};
use crate::world::World;

const PAGE: &str = include_str!("../../docs/hub.md");
/// Stands for what a page cannot show: a whole certificate, the rest of a long answer.
const ELLIPSIS: char = '…';

/// The ```http blocks: request, answer, request, answer …
fn exchanges() -> Vec<(&'static str, &'static str)> {
    let blocks: Vec<&str> = PAGE.split("```http\n").skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect();
    assert!(blocks.len().is_multiple_of(2), "a request without its answer");
    blocks.chunks(2).map(|pair| (pair[0], pair[1])).collect()
}

/// First line, headers, body.
fn parts(block: &str) -> (&str, Vec<(&str, &str)>, &str) {
    let (head, body) = block.split_once("\n\n").unwrap_or((block, ""));
    let mut lines = head.lines();
    let first = lines.next().unwrap();
    (first, lines.map(|line| line.split_once(": ").unwrap()).collect(), body)
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The shown text, whose ellipses stand for anything, is all of `body`, blanks aside.
fn shows(shown: &str, body: &str) -> bool {
    let (shown, body) = (squeezed(shown), squeezed(body));
    let mut rest = body.as_str();
    let mut pieces = shown.split(ELLIPSIS).peekable();
    let Some(stripped) = rest.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    rest = stripped;
    while let Some(piece) = pieces.next() {
        let at = if pieces.peek().is_none() { rest.rfind(piece) } else { rest.find(piece) };
        let Some(at) = at else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.is_empty()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}

#[test]
fn every_request_of_the_page_gets_the_answer_of_the_page() {
    let world = World::over_http();
    let wire = Wire::to(&world);
    let certificate = world.visit("tanaka").opening.evidence.certificate;
    let hex: String = certificate.iter().map(|byte| format!("{byte:02x}")).collect();
    let (mut visit, mut pmh, mut reception) = (String::new(), String::new(), String::new());
    let mut sent = 0;
    for (request, answer) in exchanges() {
        let (line, headers, body) = parts(request);
        let path = line.strip_prefix("POST ").unwrap().replace("{visit}", &visit);
        let body = body.replace("3082…", &hex).replace("{pmh}", &pmh).replace("{reception}", &reception);
        let reply: Reply = wire.post(&path, &headers, body.as_bytes());
        let (status, headers, shown) = parts(answer);
        assert_eq!(format!("HTTP/1.1 {}", reply.status().as_u16()), status, "{path}: {}", reply.body());
        for (name, value) in headers {
            assert_eq!(reply.headers()[name], value, "{path}");
        }
        assert!(shows(shown, reply.body()), "{path} answered\n{}", reply.body());
        if let Some(id) = between(reply.body(), r#""visit":""#, "\"") {
            visit = id.to_owned();
        }
        if let Some(name) = between(reply.body(), "<RequestPmhFileName>", "<") {
            pmh = name.to_owned();
        }
        if let Some(number) = between(reply.body(), "<ReceptionNumber>", "<") {
            reception = number.to_owned();
        }
        sent += 1;
    }
    assert_eq!(sent, 10);
}

#[test]
fn the_comparison_can_fail() {
    assert!(shows("a … c", "a b c") && shows("ab", " a b "));
    assert!(!shows("a … d", "a b c") && !shows("a", "ab") && !shows("b", "ab"));
}

#[test]
fn every_word_of_the_endpoint_is_on_the_page() {
    let word = |value: serde_json::Value| value.as_str().unwrap().to_owned();
    let mut words: Vec<String> = [TIME, INSTITUTION, REFERENCE, STEERING, OUTCOME].map(str::to_owned).to_vec();
    words.extend(notice::ALL.map(|notice| notice.code.to_owned()));
    words.extend(
        [
            CertificateStatus::Good,
            CertificateStatus::RenewalDue,
            CertificateStatus::Grace,
            CertificateStatus::Expired,
            CertificateStatus::NotYetValid,
            CertificateStatus::Revoked,
            CertificateStatus::Unknown,
            CertificateStatus::Unreachable,
            CertificateStatus::ChainNotVerified,
            CertificateStatus::ProofFailed,
        ]
        .map(|status| word(serde_json::to_value(status).unwrap())),
    );
    words.extend(
        [
            Question::Registration,
            Question::LimitCertificate,
            Question::SpecificDisease,
            Question::DiagnosisAndPharmacists,
            Question::Operation,
            Question::HealthCheckup,
            Question::Subsidy,
            Question::Prescription,
        ]
        .map(|question| word(serde_json::to_value(question).unwrap())),
    );
    words.extend(
        [ConsentPeriod::OneByOne, ConsentPeriod::AllAtOnce].map(|period| word(serde_json::to_value(period).unwrap())),
    );
    let missing: Vec<_> = words.iter().filter(|word| !PAGE.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "docs/hub.md does not name {missing:?}");
}

#[test]
fn codes_of_ours_are_marked_as_ours_and_fit_into_shift_jis() {
    for notice in notice::ALL {
        assert!(notice.code.starts_with("MDG-"), "{}", notice.code);
        assert!(!encoding_rs::SHIFT_JIS.encode(notice.message).2, "{}", notice.message);
        assert!(!notice.en.is_empty());
    }
}
