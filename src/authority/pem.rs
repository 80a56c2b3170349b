//! PEM (RFC 7468 §2): how certificates, lists and keys stand in files.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const LINE: usize = 64;

/// `der` between `BEGIN label` and `END label`.
pub fn write(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    // Base64 is ASCII: every place is a boundary.
    while !rest.is_empty() {
        let (line, behind) = rest.split_at(rest.len().min(LINE));
        pem += line;
        pem.push('\n');
        rest = behind;
    }
    pem + &format!("-----END {label}-----\n")
}
