//! One document into a zip: deflated, AES-256, AE-2 (WinZip's document on AES encryption, APPNOTE.TXT §4.3 and §4.4).
//!
//! Written here and not by the library that reads it, because that one writes AE-1 wherever it can: with the checksum of what should be
//! secret beside it.

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use aes::Aes256;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use hmac::{Hmac, Mac};
use jiff::civil::DateTime;
use rand_core::RngCore;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::random::Seed;
use crate::secret::ZipPassword;

const SALT: usize = 16;
/// Of AES.
const BLOCK: usize = 16;
const KEY: usize = 32;
/// What tells a wrong password at once, 65,535 times of 65,536.
const VERIFIER: usize = 2;
/// Of the authentication code, so much is kept.
const CODE: usize = 10;
/// Rounds of PBKDF2, fixed by the format.
const ROUNDS: u32 = 1000;

/// The version that a reader needs: 5.1, AES.
const VERSION: u16 = 51;
/// Encrypted.
const FLAG_ENCRYPTED: u16 = 1;
/// The name is UTF-8.
const FLAG_UTF8: u16 = 1 << 11;
/// Compression method "AES"; the real one stands in the extra field.
const METHOD_AES: u16 = 99;
/// Extra field 0x9901, seven bytes: AE-2, vendor "AE", 256 bits, deflated.
const EXTRA: [u8; 11] = [0x01, 0x99, 7, 0, 2, 0, b'A', b'E', 3, 8, 0];

/// Puts `bytes`, a file called `name`, into a zip with `password`. `time` is the document time.
///
/// # Errors
/// As [`seal_into`].
pub fn seal(name: &str, bytes: &[u8], password: &ZipPassword, seed: Seed, time: DateTime) -> io::Result<Vec<u8>> {
    let mut zip = Cursor::new(Vec::new());
    seal_into(&mut zip, name, &mut Cursor::new(bytes), password, seed, time)?;
    Ok(zip.into_inner())
}

/// The same with as little in memory as can be: `content` is read twice, and `zip` is written from its beginning.
///
/// The salt is drawn from the seed by name and content: a run can be repeated byte for byte, and two contents under one name do not share
/// a key stream.
///
/// # Errors
/// Reading or writing fails, or name or content is longer than a zip of this form can say.
pub fn seal_into(
    zip: &mut (impl Write + Seek),
    name: &str,
    content: &mut (impl Read + Seek),
    password: &ZipPassword,
    seed: Seed,
    time: DateTime,
) -> io::Result<()> {
    let salt = salt(seed, name, content)?;
    let mut entry = Entry { name, time, packed: 0, size: 0 };
    zip.write_all(&entry.local_header()?)?;
    content.rewind()?;
    (entry.size, entry.packed) = encrypt(zip, content, password, salt)?;
    let directory = zip.stream_position()?;
    // Again, with the lengths that are known now.
    zip.rewind()?;
    zip.write_all(&entry.local_header()?)?;
    zip.seek(SeekFrom::Start(directory))?;
    let listed = entry.directory_entry()?;
    zip.write_all(&listed)?;
    zip.write_all(&end_record(u32_of(directory)?, u32_of(listed.len() as u64)?))
}

/// What the two headers of the one file say.
struct Entry<'a> {
    name: &'a str,
    time: DateTime,
    /// Bytes in the zip: salt, verifier, data and code.
    packed: u64,
    /// Bytes of the file.
    size: u64,
}

impl Entry<'_> {
    /// The part that both headers share.
    fn about(&self) -> io::Result<Vec<u8>> {
        let mut about = Vec::new();
        let utf8 = if self.name.is_ascii() { 0 } else { FLAG_UTF8 };
        for field in [VERSION, FLAG_ENCRYPTED | utf8, METHOD_AES, dos_time(self.time), dos_date(self.time)] {
            about.extend(field.to_le_bytes());
        }
        // AE-2 has no checksum.
        for field in [0, u32_of(self.packed)?, u32_of(self.size)?] {
            about.extend(field.to_le_bytes());
        }
        let name_length = u16::try_from(self.name.len()).map_err(|_| too_long())?;
        for field in [name_length, EXTRA.len() as u16] {
            about.extend(field.to_le_bytes());
        }
        Ok(about)
    }

    fn local_header(&self) -> io::Result<Vec<u8>> {
        Ok([b"PK\x03\x04", self.about()?.as_slice(), self.name.as_bytes(), &EXTRA].concat())
    }

    /// Made by that version on FAT, as on Windows; no comment, first disk, no attributes, the local header at the very start.
    fn directory_entry(&self) -> io::Result<Vec<u8>> {
        let version = VERSION.to_le_bytes();
        Ok([b"PK\x01\x02", &version[..], self.about()?.as_slice(), &[0; 14], self.name.as_bytes(), &EXTRA].concat())
    }
}

/// One disk, one entry, no comment.
fn end_record(directory: u32, length: u32) -> Vec<u8> {
    let counts = [0, 0, 0, 0, 1, 0, 1, 0];
    [&b"PK\x05\x06"[..], &counts, &length.to_le_bytes(), &directory.to_le_bytes(), &[0; 2]].concat()
}

fn u32_of(number: u64) -> io::Result<u32> {
    u32::try_from(number).map_err(|_| too_long())
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "too long for a zip")
}

fn salt(seed: Seed, name: &str, content: &mut impl Read) -> io::Result<[u8; SALT]> {
    let mut hash = Sha256::new();
    io::copy(content, &mut hash)?;
    let content: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut salt = [0; SALT];
    seed.rng(&["zip-salt", name, &content]).fill_bytes(&mut salt);
    Ok(salt)
}

/// Writes salt, verifier, the deflated and encrypted content, and the code that authenticates it. Gives the bytes read and written.
fn encrypt(
    zip: &mut impl Write,
    content: &mut impl Read,
    password: &ZipPassword,
    salt: [u8; SALT],
) -> io::Result<(u64, u64)> {
    let mut keys = Zeroizing::new([0; 2 * KEY + VERIFIER]);
    pbkdf2::pbkdf2_hmac::<Sha1>(password.reveal().as_bytes(), &salt, ROUNDS, keys.as_mut_slice());
    let (key, rest) = keys.split_at(KEY);
    let (code_key, verifier) = rest.split_at(KEY);
    zip.write_all(&salt)?;
    zip.write_all(verifier)?;
    let mut deflate = DeflateEncoder::new(Encrypting::new(zip, key, code_key), Compression::default());
    let size = io::copy(content, &mut deflate)?;
    let Encrypting { out, code, length, .. } = deflate.finish()?;
    let code = code.finalize().into_bytes();
    out.write_all(code.get(..CODE).unwrap_or_default())?;
    Ok((size, (SALT + VERIFIER + CODE) as u64 + length))
}

/// Encrypts what is written to it: counter mode with a little-endian counter from 1, authenticated as it leaves.
struct Encrypting<W> {
    out: W,
    cipher: Aes256,
    code: Hmac<Sha1>,
    counter: u128,
    /// What is left of the key stream's current block.
    stream: std::array::IntoIter<u8, BLOCK>,
    length: u64,
}

impl<W: Write> Encrypting<W> {
    fn new(out: W, key: &[u8], code_key: &[u8]) -> Self {
        Self {
            out,
            // Both are given a length that they take: a key of AES-256, and any.
            cipher: Aes256::new_from_slice(key).expect("32 bytes are a key of AES-256"),
            code: Hmac::new_from_slice(code_key).expect("HMAC takes a key of any length"),
            counter: 0,
            stream: used_up(),
            length: 0,
        }
    }

    fn next_of_stream(&mut self) -> u8 {
        if let Some(byte) = self.stream.next() {
            return byte;
        }
        self.counter += 1;
        let mut block = self.counter.to_le_bytes().into();
        self.cipher.encrypt_block(&mut block);
        self.stream = <[u8; BLOCK]>::from(block).into_iter();
        self.next_of_stream()
    }
}

impl<W: Write> Write for Encrypting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let data: Vec<u8> = bytes.iter().map(|byte| byte ^ self.next_of_stream()).collect();
        self.out.write_all(&data)?;
        self.code.update(&data);
        self.length += data.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A block of the key stream of which nothing is left.
fn used_up() -> std::array::IntoIter<u8, BLOCK> {
    let mut block = [0; BLOCK].into_iter();
    block.by_ref().for_each(drop);
    block
}

/// Seconds are kept by twos.
fn dos_time(time: DateTime) -> u16 {
    field(time.hour()) << 11 | field(time.minute()) << 5 | (field(time.second()) / 2)
}

/// A zip knows no year before 1980 and none after 2107.
fn dos_date(time: DateTime) -> u16 {
    let year = time.year().clamp(1980, 2107) - 1980;
    year.unsigned_abs() << 9 | field(time.month()) << 5 | field(time.day())
}

fn field(part: i8) -> u16 {
    part.unsigned_abs().into()
}
