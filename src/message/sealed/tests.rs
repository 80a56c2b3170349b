//! Zips of ours, of others, and of those who mean no good.

use std::io::{Cursor, Write};

use jiff::civil::{DateTime, datetime};
use proptest::prelude::*;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{AesMode, CompressionMethod};

use super::*;
use crate::message::refusal::{Refusal, Rule};
use crate::random::Seed;
use crate::secret::ZipPassword;

const NAME: &str = "OQSsiquc01req_202611210001.xml";
const TEXT: &[u8] = b"<XmlMsg><MessageHeader/><MessageBody>0123456789 0123456789 0123456789</MessageBody></XmlMsg>";
const LIMIT: usize = 1 << 20;

fn password() -> ZipPassword {
    ZipPassword::new("himitsu-1234")
}

fn noon() -> DateTime {
    datetime(2026, 11, 21, 12, 0, 5, 0)
}

fn sealed(bytes: &[u8]) -> Vec<u8> {
    seal(NAME, bytes, &password(), Seed(1), noon()).unwrap()
}

fn plain() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
}

/// A zip of another hand.
fn foreign(fill: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    fill(&mut zip);
    zip.finish().unwrap().into_inner()
}

fn holding(name: &str, bytes: &[u8], options: SimpleFileOptions) -> Vec<u8> {
    foreign(|zip| {
        zip.start_file(name, options).unwrap();
        zip.write_all(bytes).unwrap();
    })
}

fn opened(bytes: &[u8]) -> Opened {
    open(bytes, Some(&password()), LIMIT).unwrap()
}

#[track_caller]
fn refused(bytes: &[u8]) -> Refusal {
    open(bytes, Some(&password()), LIMIT).expect_err("it was opened")
}

#[test]
fn a_sealed_file_opens_to_the_same_bytes_under_the_same_name() {
    for bytes in [TEXT, b"", &[0x5a; 100_000]] {
        let opened = opened(&sealed(bytes));
        assert_eq!((opened.name.as_str(), opened.protection), (NAME, Protection::Aes256));
        assert!(opened.bytes == bytes);
    }
    let japanese = seal("OQSsiquc01res_受付1.xml", TEXT, &password(), Seed(1), noon()).unwrap();
    assert_eq!(opened(&japanese).name, "OQSsiquc01res_受付1.xml");
    assert_eq!(sealed_name("OQSsiquc01res_a.b.xml"), "OQSsiquc01res_a.b.zip");
}

#[test]
fn seed_name_content_and_time_make_the_bytes_and_nothing_else_does() {
    let seal = |name, bytes, seed, time| seal(name, bytes, &password(), Seed(seed), time).unwrap();
    let first = seal(NAME, TEXT, 1, noon());
    assert_eq!(first, seal(NAME, TEXT, 1, noon()));
    for other in [
        seal("other.xml", TEXT, 1, noon()),
        seal(NAME, b"other", 1, noon()),
        seal(NAME, TEXT, 2, noon()),
        seal(NAME, TEXT, 1, datetime(2026, 11, 21, 12, 0, 8, 0)),
    ] {
        assert_ne!(first, other);
    }
    let salt = |zip: &[u8]| zip[30 + NAME.len() + 11..][..16].to_vec();
    assert_ne!(salt(&first), salt(&seal(NAME, b"other", 1, noon())), "one key stream for two contents hides neither");
}

#[test]
fn a_sealed_file_shows_the_document_time_and_no_checksum_of_what_it_hides() {
    let zip = sealed(TEXT);
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let file = archive.by_index_raw(0).unwrap();
    let time = file.last_modified().unwrap();
    assert_eq!((time.year(), time.month(), time.day()), (2026, 11, 21));
    assert_eq!((time.hour(), time.minute(), time.second()), (12, 0, 4), "by twos");
    assert_eq!((file.crc32(), file.size()), (0, TEXT.len() as u64));
    for odd in [datetime(1900, 1, 1, 0, 0, 0, 0), datetime(9999, 12, 31, 23, 59, 59, 0)] {
        opened(&seal(NAME, TEXT, &password(), Seed(1), odd).unwrap());
    }
}

#[test]
fn zips_of_other_programs_are_opened_and_their_protection_is_told() {
    let aes = |mode| plain().with_aes_encryption(mode, "himitsu-1234");
    for (options, protection) in [
        (aes(AesMode::Aes256), Protection::Aes256),
        (aes(AesMode::Aes192), Protection::Weaker(192)),
        (aes(AesMode::Aes128), Protection::Weaker(128)),
        (aes(AesMode::Aes256).compression_method(CompressionMethod::Stored), Protection::Aes256),
        (plain(), Protection::None),
    ] {
        let opened = opened(&holding(NAME, TEXT, options));
        assert_eq!((opened.bytes.as_slice(), opened.protection), (TEXT, protection));
    }
    // Without going back, as a program does that writes into a pipe: sizes stand behind the data.
    let mut piped = ZipWriter::new_stream(Vec::new());
    piped.start_file(NAME, aes(AesMode::Aes256)).unwrap();
    piped.write_all(TEXT).unwrap();
    assert_eq!(opened(piped.finish().unwrap().get_ref()).bytes, TEXT);
}

#[test]
fn a_wrong_password_or_none_is_told_from_a_broken_zip() {
    let zip = sealed(TEXT);
    let wrong = open(&zip, Some(&ZipPassword::new("himitsu-1235")), LIMIT).unwrap_err();
    assert_eq!(wrong.rule, Rule::WrongPassword);
    assert!(!wrong.message().contains("himitsu"), "{wrong}");
    assert_eq!(open(&zip, None, LIMIT).unwrap_err().rule, Rule::WrongPassword);
    // One password of 65,536 passes the first check: it is caught by the code at the end.
    let other = ZipPassword::new("other");
    let verifier = 30 + NAME.len() + 11 + 16..30 + NAME.len() + 11 + 18;
    let mut lucky = zip.clone();
    lucky[verifier.clone()].copy_from_slice(&seal(NAME, TEXT, &other, Seed(1), noon()).unwrap()[verifier]);
    assert_eq!(open(&lucky, Some(&other), LIMIT).unwrap_err().rule, Rule::BrokenZip);
}

#[test]
fn a_zip_must_hold_one_plain_file_in_no_folder() {
    let two = foreign(|zip| {
        zip.start_file(NAME, plain()).unwrap();
        zip.start_file("b\r\n.xml", plain()).unwrap();
    });
    let refusal = refused(&two);
    assert_eq!(refusal.rule, Rule::SealedAlone);
    assert_eq!(refusal.seen.as_deref(), Some("2: OQSsiquc01req_202611210001.xml, b??.xml"));
    assert_eq!(refused(&foreign(|_| {})).seen.as_deref(), Some("0: "));
    assert_eq!(refused(&foreign(|zip| zip.add_directory("a", plain()).unwrap())).rule, Rule::SealedAlone);
    assert_eq!(refused(&foreign(|zip| zip.add_symlink(NAME, "/etc/passwd", plain()).unwrap())).rule, Rule::SealedAlone);
    for name in ["../a.xml", "/a.xml", "..\\a.xml", "C:a.xml", "a/b.xml", "..", ".", "a\0.xml"] {
        // The library does not write such a name: another of the same length goes in, and this one over it.
        let harmless = "#".repeat(name.len());
        let zip = renamed(holding(&harmless, TEXT, plain()), &harmless, name.as_bytes());
        assert_eq!(refused(&zip).rule, Rule::SealedAlone, "{name:?}");
    }
    // Twice the same name.
    let twice = foreign(|zip| {
        zip.start_file("a.xml", plain()).unwrap();
        zip.start_file("b.xml", plain()).unwrap();
    });
    let twice = renamed(twice, "b.xml", b"a.xml");
    assert_eq!(refused(&twice).rule, Rule::SealedAlone);
}

/// Writes `name` over the name that a zip has, which is of the same length and found in both of its headers.
fn renamed(mut zip: Vec<u8>, old: &str, name: &[u8]) -> Vec<u8> {
    while let Some(at) = zip.windows(name.len()).position(|window| window == old.as_bytes()) {
        zip[at..at + name.len()].copy_from_slice(name);
    }
    zip
}

#[test]
fn a_name_in_cp932_is_read_as_one() {
    let name = crate::text::encode("OQSsiquc01req_受付表.xml", crate::text::Encoding::ShiftJis).bytes;
    let harmless = "#".repeat(name.len());
    assert_eq!(opened(&renamed(holding(&harmless, TEXT, plain()), &harmless, &name)).name, "OQSsiquc01req_受付表.xml");
    let neither = vec![0xff; name.len()];
    assert_eq!(refused(&renamed(holding(&harmless, TEXT, plain()), &harmless, &neither)).rule, Rule::SealedAlone);
}

/// Sets the bytes at `offset` of the local header and of the directory entry, where the same field stands two bytes later.
fn patch(zip: &mut [u8], offset: usize, value: &[u8]) {
    let entry = zip.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    zip[offset..offset + value.len()].copy_from_slice(value);
    zip[entry + offset + 2..][..value.len()].copy_from_slice(value);
}

#[test]
fn methods_and_ciphers_that_are_not_ours_are_named() {
    let mut bzip2 = holding(NAME, TEXT, plain());
    patch(&mut bzip2, 8, &[12, 0]);
    let refusal = refused(&bzip2);
    assert_eq!(refusal.rule, Rule::UnsupportedZip);
    assert_eq!(refusal.seen.as_deref(), Some("Bzip2"));
    let mut pkzip = holding(NAME, TEXT, plain());
    patch(&mut pkzip, 6, &[1, 0]);
    assert_eq!(refused(&pkzip).seen.as_deref(), Some("ZipCrypto"));
}

#[test]
fn a_bomb_is_refused_for_what_it_says_and_for_what_it_holds() {
    let bomb = sealed(&vec![0; LIMIT + 1]);
    assert!(bomb.len() < LIMIT / 100);
    assert_eq!(refused(&bomb).rule, Rule::TooBig);
    // One that says it is small.
    let mut liar = bomb.clone();
    patch(&mut liar, 22, &10_u32.to_le_bytes());
    assert!(matches!(refused(&liar).rule, Rule::TooBig | Rule::BrokenZip));
    assert_eq!(refused(&holding(NAME, &vec![0; LIMIT + 1], plain())).rule, Rule::TooBig);
    assert_eq!(opened(&sealed(&vec![0; LIMIT])).bytes.len(), LIMIT);
    assert_eq!(open(&sealed(TEXT), None, 10).unwrap_err().rule, Rule::TooBig, "the zip itself");
}

#[test]
fn no_shorter_part_of_a_zip_is_whole_whatever_it_holds() {
    // A zip within a zip, not deflated: its end record stands in the midst of the outer one.
    let inner = holding("inner.xml", TEXT, plain());
    let nested = holding("inner.zip", &inner, plain().compression_method(CompressionMethod::Stored));
    let commented = foreign(|zip| {
        zip.start_file(NAME, plain()).unwrap();
        zip.set_raw_comment(Box::from(inner.as_slice())).unwrap();
    });
    for zip in [sealed(TEXT), nested, commented, foreign(|_| {})] {
        assert!(has_end(&zip, zip.len() as u64));
        for length in 0..zip.len() {
            assert!(!has_end(&zip[..length], length as u64), "{length} of {}", zip.len());
            assert!(open(&zip[..length], Some(&password()), LIMIT).is_err());
        }
        let followed = [zip.as_slice(), b"\0"].concat();
        assert!(!has_end(&followed, followed.len() as u64), "something follows");
    }
    assert_eq!(refused(&sealed(TEXT)[..100]).rule, Rule::NeverWhole);
    assert_eq!(refused(&[sealed(TEXT).as_slice(), b"more"].concat()).rule, Rule::BrokenZip);
    assert_eq!(refused(TEXT).rule, Rule::BrokenZip, "no zip at all");
}

#[test]
fn the_tail_of_a_long_zip_and_its_length_tell_whether_it_has_its_end() {
    let stored = plain().compression_method(CompressionMethod::Stored);
    let zip = holding(NAME, &vec![b'x'; 300_000], stored);
    let tail = &zip[zip.len() - 100_000..];
    assert!(has_end(tail, zip.len() as u64));
    assert!(!has_end(tail, zip.len() as u64 + 1), "its directory would lie elsewhere");
    assert!(!has_end(&zip, 10), "longer than it is");
}

#[test]
fn whoever_changes_one_byte_of_what_is_sealed_is_found_out() {
    let zip = sealed(TEXT);
    let data = 30 + NAME.len() + 11;
    let directory = zip.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    for at in data..directory {
        let mut changed = zip.clone();
        changed[at] ^= 1;
        let rule = refused(&changed).rule;
        assert!(matches!(rule, Rule::BrokenZip | Rule::WrongPassword), "{at}: {rule:?}");
    }
}

/// What may happen to a zip on its way.
#[derive(Debug, Clone)]
enum Harm {
    Set(usize, u8),
    Cut(usize),
    Insert(usize, Vec<u8>),
    Repeat(usize, usize),
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        4 => (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Harm::Set(at, byte)),
        1 => any::<usize>().prop_map(Harm::Cut),
        1 => (any::<usize>(), prop::collection::vec(any::<u8>(), 0..30)).prop_map(|(at, more)| Harm::Insert(at, more)),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(from, to)| Harm::Repeat(from, to)),
    ]
}

fn harmed(mut zip: Vec<u8>, harms: Vec<Harm>) -> Vec<u8> {
    for harm in harms {
        let size = zip.len().max(1);
        match harm {
            Harm::Set(at, byte) => {
                if let Some(place) = zip.get_mut(at % size) {
                    *place = byte
                }
            }
            Harm::Cut(at) => zip.truncate(at % size),
            Harm::Insert(at, more) => {
                let at = (at % size).min(zip.len());
                zip.splice(at..at, more);
            }
            Harm::Repeat(from, to) => {
                let (from, to) = ((from % size).min(zip.len()), (to % size).min(zip.len()));
                let piece = zip[from.min(to)..from.max(to)].to_vec();
                zip.extend(piece);
            }
        }
    }
    zip
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_harmed_zip_is_refused_with_a_rule_or_gives_what_was_sealed(which in 0..4_usize, harms in prop::collection::vec(harm(), 1..6)) {
        let zip = match which {
            0 => sealed(TEXT),
            1 => holding(NAME, TEXT, plain()),
            2 => holding(NAME, TEXT, plain().with_aes_encryption(AesMode::Aes128, "himitsu-1234")),
            _ => foreign(|zip| { zip.start_file(NAME, plain()).unwrap(); zip.add_directory("d", plain()).unwrap(); }),
        };
        match open(&harmed(zip, harms), Some(&password()), 10_000) {
            Ok(opened) => {
                prop_assert!(opened.bytes.len() <= 10_000);
                prop_assert!(opened.protection == Protection::None || opened.bytes == TEXT, "{opened:?}");
                prop_assert!(!opened.name.contains(['/', '\\']));
            }
            Err(refusal) => prop_assert!(refusal.code().starts_with("MDG-")),
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = open(&bytes, Some(&password()), LIMIT);
        let _ = open(&[&bytes, &sealed(TEXT)[..]].concat(), Some(&password()), LIMIT);
    }
}

proptest! {
    // Each case stretches the password twice, a thousand rounds each.
    #![proptest_config(ProptestConfig { cases: 30, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_sealed_is_opened(bytes in prop::collection::vec(any::<u8>(), 0..5000), name in "[A-Za-z0-9_受付]{1,40}\\.xml", word in "\\PC{1,30}") {
        let password = ZipPassword::new(word);
        let zip = seal(&name, &bytes, &password, Seed(3), noon()).unwrap();
        let opened = open(&zip, Some(&password), LIMIT).unwrap();
        prop_assert_eq!((opened.name, opened.bytes, opened.protection), (name, bytes, Protection::Aes256));
    }
}
