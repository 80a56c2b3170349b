//! Our own pages read back: streams inflated, character numbers turned into text by the document's own ToUnicode. Knows only what `draw`
//! writes.

use std::collections::HashMap;

use miniz_oxide::inflate::decompress_to_vec_zlib;

/// The texts of each page, in the order in which they are drawn.
pub fn pages(pdf: &[u8]) -> Vec<Vec<String>> {
    let streams: Vec<Vec<u8>> = streams(pdf).iter().map(|stream| decompress_to_vec_zlib(stream).unwrap()).collect();
    let begins = |stream: &[u8], with: &[u8]| find(stream, with).is_some();
    let map = streams.iter().find(|stream| begins(stream, b"begincmap")).expect("there is a ToUnicode");
    let map = characters(std::str::from_utf8(map).unwrap());
    streams.iter().filter(|stream| begins(stream, b" Tj\nET")).map(|stream| texts(stream, &map)).collect()
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// What stands between `stream` and `endstream`, by the length that is said before.
fn streams(mut pdf: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while let Some(at) = find(pdf, b"/Length ") {
        let digits: String = pdf[at + 8..].iter().take_while(|b| b.is_ascii_digit()).map(|&b| b as char).collect();
        let begin = at + find(&pdf[at..], b"stream\n").unwrap() + 7;
        let end = begin + digits.parse::<usize>().unwrap();
        found.push(&pdf[begin..end]);
        pdf = &pdf[end..];
    }
    found
}

/// The lines `<0001> <3042>`.
fn characters(cmap: &str) -> HashMap<u16, String> {
    let numbers = |hex: &str| -> Vec<u16> {
        let hex = hex.trim_matches(['<', '>']);
        (0..hex.len()).step_by(4).map(|at| u16::from_str_radix(&hex[at..at + 4], 16).unwrap()).collect()
    };
    let pairs = cmap.lines().filter(|line| line.starts_with('<')).filter_map(|line| line.split_once(' '));
    pairs
        .filter(|(from, to)| from.len() == 6 && !to.contains(' '))
        .map(|(from, to)| (numbers(from)[0], String::from_utf16(&numbers(to)).unwrap()))
        .collect()
}

/// The strings before each `Tj`: `<hex>`, or `(literal)` where all bytes are ASCII.
fn texts(content: &[u8], map: &HashMap<u16, String>) -> Vec<String> {
    let mut texts = Vec::new();
    let mut rest = content;
    while let Some(at) = find(rest, b" Td\n") {
        let (bytes, after) = string(&rest[at + 4..]);
        let numbers = bytes.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        texts.push(numbers.map(|number| map[&number].as_str()).collect());
        rest = after;
    }
    texts
}

/// A PDF string, and what follows it.
fn string(content: &[u8]) -> (Vec<u8>, &[u8]) {
    if content[0] == b'<' {
        let end = find(content, b">").unwrap();
        let hex = std::str::from_utf8(&content[1..end]).unwrap();
        let bytes = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        return (bytes, &content[end + 1..]);
    }
    let (mut bytes, mut at, mut depth) = (Vec::new(), 1, 1);
    loop {
        match content[at] {
            b'\\' => {
                at += 1;
                match content[at] {
                    b'n' => bytes.push(b'\n'),
                    b'r' => bytes.push(b'\r'),
                    b't' => bytes.push(b'\t'),
                    b'b' => bytes.push(8),
                    b'f' => bytes.push(12),
                    b'0'..=b'7' => {
                        let octal = std::str::from_utf8(&content[at..at + 3]).unwrap();
                        bytes.push(u8::from_str_radix(octal, 8).unwrap());
                        at += 2;
                    }
                    other => bytes.push(other),
                }
            }
            byte => {
                depth += i32::from(byte == b'(') - i32::from(byte == b')');
                if depth == 0 {
                    return (bytes, &content[at + 1..]);
                }
                bytes.push(byte);
            }
        }
        at += 1;
    }
}
