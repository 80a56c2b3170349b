//! Files of a real test card (holder and values synthetic, from J-LIS) that come with the source of `myna-card`, and what is compared:
//! tags, order, lengths. Values are theirs and stay there.

use std::path::{Path, PathBuf};
use std::process::Command;

use madoguchi::card::layout::ApplicationKind::{self, Text, Visual};
use madoguchi::card::layout::{self, text, visual};
use madoguchi::card::tlv::take;
use x509_parser::prelude::{FromDer, X509Certificate};

/// A file of theirs and the file of ours.
pub struct Row {
    pub file: &'static str,
    pub application: ApplicationKind,
    pub id: u16,
    /// Objects of which the length depends on the person.
    pub varies: &'static [u16],
}

pub const ROWS: &[Row] = &[
    Row { file: "text-0001-physical.bin", application: Text, id: text::MY_NUMBER, varies: &[] },
    Row { file: "text-0002.bin", application: Text, id: text::ATTRIBUTES, varies: &[0xFF20, 0xDF22, 0xDF23] },
    Row { file: "text-0003.bin", application: Text, id: text::INTEGRITY, varies: &[] },
    Row { file: "text-0004.bin", application: Text, id: text::CV_CERTIFICATE, varies: &[] },
    Row { file: "text-0005.bin", application: Text, id: text::BASIC, varies: &[] },
    Row { file: "text-0006.bin", application: Text, id: text::SESSION_PUBLIC_KEY, varies: &[] },
    Row { file: "text-0007.bin", application: Text, id: text::SIGNED_PUBLIC_KEY, varies: &[] },
    Row { file: "surface-0001.bin", application: Visual, id: visual::AGE, varies: &[] },
    Row {
        file: "surface-0002.bin",
        application: Visual,
        id: visual::FACE,
        varies: &[0xFF20, 0xDF25, 0xDF26, 0xDF27, 0xDF2A],
    },
    Row { file: "surface-0003.bin", application: Visual, id: visual::BASIC, varies: &[] },
    Row { file: "surface-0004.bin", application: Visual, id: visual::CV_CERTIFICATE, varies: &[] },
    Row { file: "surface-0005.bin", application: Visual, id: visual::MY_NUMBER_IMAGE, varies: &[0xFF40, 0xDF41] },
];

/// A certificate of theirs and the file of ours. Two of each root: of both generations of the test authority.
pub const CERTIFICATES: &[(&str, u16)] = &[
    ("jpki-auth-cert.der", layout::AUTHENTICATION_CERTIFICATE),
    ("jpki-sign-cert.der", layout::SIGNATURE_CERTIFICATE),
    ("jpki-auth-ca-cert.der", layout::AUTHENTICATION_CA),
    ("jpki-auth-ca-cert-2019.der", layout::AUTHENTICATION_CA),
    ("jpki-sign-ca-cert.der", layout::SIGNATURE_CA),
    ("jpki-sign-ca-cert-2019.der", layout::SIGNATURE_CA),
];

/// Where cargo keeps the source of the crate.
pub fn folder(root: &Path) -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root)
        .output()
        .expect("cargo metadata runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "cargo metadata: {complaint}\nremedy: run `cargo fetch --locked` once where there is a network"
    );
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "myna-card").expect("a dev-dependency");
    Path::new(package["manifest_path"].as_str().unwrap()).with_file_name("tests").join("fixtures")
}

/// Tags, lengths and form of lengths, one object a line; filler at the end does not count.
pub fn structure(file: &[u8], varies: &[u16]) -> String {
    let mut lines = String::new();
    describe(file, varies, 0, &mut lines);
    lines
}

fn describe(mut bytes: &[u8], varies: &[u16], depth: usize, lines: &mut String) {
    while bytes.iter().any(|byte| *byte != 0xFF) {
        let (tag, value, rest) = take(bytes).unwrap();
        let header = bytes.len() - rest.len() - value.len();
        let length =
            if varies.contains(&tag) { "…".to_owned() } else { format!("{} in a header of {header}", value.len()) };
        lines.push_str(&format!("{}{tag:04X} {length}\n", "  ".repeat(depth)));
        let inside = match tag {
            0xFF10 if value.len() == 12 => None,
            0xFF10 | 0xFF20 | 0xFF30 | 0xFF40 | 0xFF50 | 0x7F21 | 0xA1 | 0xDF12 | 0xDF24 | 0xDF42 | 0xDF51 => {
                Some(value)
            }
            // Two key identifiers stand before the key.
            0x5F4E => value.get(32..),
            _ => None,
        };
        // Birth dates and key identifiers share tags with public keys.
        if let Some(inside) = inside.filter(|inside| !matches!(inside.len(), 8 | 16)) {
            describe(inside, varies, depth + 1, lines);
        }
        bytes = rest;
    }
}

/// Names and extensions of a certificate in their order: identifiers, criticality, tags; no values. Filler behind it does not count.
pub fn form_of_certificate(file: &[u8]) -> Vec<String> {
    let (_, certificate) = X509Certificate::from_der(file).unwrap();
    let names = [("issuer", certificate.issuer()), ("subject", certificate.subject())]
        .map(|(what, name)| format!("{what} {}", tags(name.as_raw())));
    let extensions = certificate.extensions().iter().map(|extension| {
        let critical = if extension.critical { " critical" } else { "" };
        format!("{}{critical} {}", extension.oid, tags(extension.value))
    });
    names.into_iter().chain(extensions).collect()
}

/// The tags of DER, those within another one in brackets.
fn tags(mut der: &[u8]) -> String {
    const CONSTRUCTED: u16 = 0x20;
    let mut all = Vec::new();
    while !der.is_empty() {
        let (tag, value, rest) = take(der).unwrap();
        let inside = if tag & CONSTRUCTED == 0 { String::new() } else { format!("[{}]", tags(value)) };
        all.push(format!("{tag:02X}{inside}"));
        der = rest;
    }
    all.join(" ")
}
