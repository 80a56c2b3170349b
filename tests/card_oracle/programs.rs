//! What two card programs of the field send to the 券面 applications (spec/known-clients.md K8, K9), command by command, and the answers
//! without which they stop. Neither reads past the length that the first seven bytes tell.

use std::sync::Arc;

use madoguchi::card::layout::ApplicationKind::{self, Text, Visual};
use madoguchi::card::layout::{text, visual};
use madoguchi::card::soft::{CardImage, SoftCard};
use madoguchi::card::tlv::{Header, take};
use madoguchi::random::Seed;

use super::{MY_NUMBER, NUMBER_B, PIN, image};

const TEXT_AP: &str = "00A4040C0AD3921000310001010408";
const VISUAL_AP: &str = "00A4040C0AD3921000310001010402";
const JPKI_AP: &str = "00A4040C0AD392F000260100000001";

/// A program at a card fresh from personalisation.
struct Program {
    image: Arc<CardImage>,
    card: SoftCard,
    /// How often each command is sent: K9 asks again for every answer, because its first buffer is too small.
    times: usize,
}

impl Program {
    fn new(times: usize) -> Self {
        let image = Arc::new(image());
        Self { card: SoftCard::new(Arc::clone(&image), Seed(1)), image, times }
    }

    /// Sends a command in hexadecimal and gets the data of its answer.
    fn ok(&mut self, command: &str) -> Vec<u8> {
        let (data, status) = self.send(&bytes(command));
        assert_eq!(status, 0x9000, "{command}");
        data
    }

    fn status(&mut self, command: &str) -> u16 {
        self.send(&bytes(command)).1
    }

    fn send(&mut self, command: &[u8]) -> (Vec<u8>, u16) {
        let answers: Vec<_> = (0..self.times).map(|_| self.card.process(command)).collect();
        let (data, status) = answers[0].split_at(answers[0].len() - 2);
        assert!(answers.iter().all(|answer| *answer == answers[0]), "the same answer each time");
        (data.to_vec(), u16::from_be_bytes([status[0], status[1]]))
    }

    fn verify(&mut self, reference: &str, value: &str) {
        self.ok(&format!("00A4020C02{reference}"));
        let digits: String = value.bytes().map(|byte| format!("{byte:02X}")).collect();
        self.ok(&format!("00200080{:02X}{digits}", value.len()));
    }

    /// Seven bytes, then what they say, from `start` in blocks of 256, the last one exact.
    fn read(&mut self, file: &str, start: usize) -> Vec<u8> {
        self.ok(&format!("00A4020C02{file}"));
        let head = self.ok("00B0000007");
        let length = Header::read(&head).unwrap().total_length();
        let mut read = head[..start].to_vec();
        while read.len() < length {
            let block = (length - read.len()).min(256);
            read.extend(self.ok(&format!("00B0{:04X}{:02X}", read.len(), block % 256)));
        }
        assert_eq!(read.len(), length);
        read
    }

    /// The file as personalisation made it, without its filler.
    fn file(&self, kind: ApplicationKind, id: u16) -> Vec<u8> {
        let content = self.image.content(kind, id).unwrap();
        content[..Header::read(content).unwrap().total_length()].to_vec()
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// Tags and values inside the file's one object.
fn inside(file: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let (_, mut content, _) = take(file).unwrap();
    let mut found = Vec::new();
    while !content.is_empty() {
        let (tag, value, rest) = take(content).unwrap();
        found.push((tag, value.to_vec()));
        content = rest;
    }
    found
}

fn tags(file: &[u8]) -> Vec<u16> {
    inside(file).into_iter().map(|(tag, _)| tag).collect()
}

#[test]
fn k8_myna_reads_number_attributes_and_basic_information_of_the_text_application() {
    let mut myna = Program::new(1);
    myna.ok(TEXT_AP);
    let basic = myna.read("0005", 7);
    assert_eq!(
        (basic.as_slice(), tags(&basic)),
        (myna.file(Text, text::BASIC).as_slice(), vec![0xDF41, 0xDF42, 0xDF43])
    );
    myna.verify("0011", PIN);
    myna.ok("00A4020C020001");
    let number = myna.ok("00B0000011");
    assert_eq!(number, [b"\xFF\x10\x0C".as_slice(), MY_NUMBER.as_bytes(), b"\xFF\xFF"].concat());
    let attributes = myna.read("0002", 7);
    assert_eq!(attributes, myna.file(Text, text::ATTRIBUTES));
    assert_eq!(tags(&attributes), [0xDF21, 0xDF22, 0xDF23, 0xDF24, 0xDF25]);
}

#[test]
fn k8_myna_asks_every_reference_for_its_tries_and_stops_at_none() {
    let mut myna = Program::new(1);
    let mut found = Vec::new();
    for (application, references) in
        [(TEXT_AP, ["0011", "0014", "0015"].as_slice()), (VISUAL_AP, &["0013", "0012"]), (JPKI_AP, &["0018", "001B"])]
    {
        myna.ok(application);
        for reference in references {
            myna.ok(&format!("00A4020C02{reference}"));
            found.push(myna.status("00200080"));
        }
    }
    assert_eq!(found, [0x63C3, 0x63CA, 0x63CA, 0x63CA, 0x63CA, 0x63C3, 0x63C5]);
}

#[test]
fn k8_myna_shows_the_face_of_the_card() {
    let mut myna = Program::new(1);
    myna.ok(VISUAL_AP);
    let basic = myna.read("0003", 7);
    let fourth = inside(&basic)[3].1.clone();
    assert_eq!(String::from_utf8(fourth).unwrap(), "99901", "the municipality");
    myna.verify("0013", MY_NUMBER);
    let face = myna.read("0002", 7);
    assert_eq!(face, myna.file(Visual, visual::FACE));
    let found: Vec<_> = inside(&face).into_iter().skip(1).map(|(_, value)| value).collect();
    let [birthdate, sex, _, name, address, photo, ..] = found.as_slice() else { panic!("{} objects", found.len()) };
    assert_eq!((birthdate.as_slice(), sex.as_slice()), (b"19850412".as_slice(), b"2".as_slice()));
    assert!(name.starts_with(b"\x89PNG") && address.starts_with(b"\x89PNG"));
    assert_eq!(photo[..12], *b"\x00\x00\x00\x0CjP  \r\n\x87\n");
}

#[test]
fn k9_jpki_cli_reads_text_and_face_and_sends_every_command_twice() {
    let mut cli = Program::new(2);
    cli.ok(TEXT_AP);
    cli.ok("00A4020C020011");
    assert_eq!(cli.status("00200080"), 0x63C3);
    cli.verify("0011", PIN);
    assert_eq!(cli.read("0002", 0), cli.file(Text, text::ATTRIBUTES));
    cli.ok("00A4020C020001");
    assert_eq!(cli.ok("00B0000011").len(), 17);
    cli.ok(VISUAL_AP);
    cli.verify("0012", NUMBER_B);
    let face = cli.read("0002", 0);
    // Ten objects, taken by their place and not by their tags.
    assert_eq!(tags(&face), [0xDF21, 0xDF22, 0xDF23, 0xDF24, 0xDF25, 0xDF26, 0xDF27, 0xDF28, 0xDF29, 0xDF2A]);
}
