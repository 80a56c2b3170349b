//! One document into a zip: deflated, AES-256, AE-2 (WinZip's document on AES encryption, APPNOTE.TXT §4.3 and §4.4).
//!
//! Written here and not by the library that reads it, because that one writes AE-1 wherever it can: with the checksum of what should be
//! secret beside it.

use std::io::{self, Write};

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
/// The salt is drawn from the seed by name and content: a run can be repeated byte for byte, and two contents under one name do not share
/// a key stream.
///
/// # Errors
/// When name or content is longer than a zip of this form can say.
pub fn seal(name: &str, bytes: &[u8], password: &ZipPassword, seed: Seed, time: DateTime) -> io::Result<Vec<u8>> {
    let too_long = |_| io::Error::new(io::ErrorKind::InvalidInput, "too long for a zip");
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
    deflate.write_all(bytes)?;
    let data = encrypt(deflate.finish()?, password, salt(seed, name, bytes));
    let name_length = u16::try_from(name.len()).map_err(too_long)?;
    let utf8 = if name.is_ascii() { 0 } else { FLAG_UTF8 };
    let extra_length = EXTRA.len() as u16;

    // The part that the local header and the directory entry share.
    let mut about = Vec::new();
    for field in [VERSION, FLAG_ENCRYPTED | utf8, METHOD_AES, dos_time(time), dos_date(time)] {
        about.extend(field.to_le_bytes());
    }
    // AE-2 has no checksum.
    for field in [0, u32::try_from(data.len()).map_err(too_long)?, u32::try_from(bytes.len()).map_err(too_long)?] {
        about.extend(field.to_le_bytes());
    }
    for field in [name_length, extra_length] {
        about.extend(field.to_le_bytes());
    }

    let mut zip = [b"PK\x03\x04", about.as_slice(), name.as_bytes(), &EXTRA, &data].concat();
    let directory = u32::try_from(zip.len()).map_err(too_long)?;
    // Made by the version above on FAT, as on Windows; no comment, first disk, no attributes, the header at the very start.
    zip.extend(b"PK\x01\x02");
    zip.extend(VERSION.to_le_bytes());
    zip.extend(&about);
    zip.extend([0; 14]);
    zip.extend(name.as_bytes());
    zip.extend(EXTRA);
    let directory_length = u32::try_from(zip.len()).map_err(too_long)? - directory;
    zip.extend(b"PK\x05\x06");
    // One disk, one entry.
    zip.extend([0, 0, 0, 0, 1, 0, 1, 0]);
    zip.extend(directory_length.to_le_bytes());
    zip.extend(directory.to_le_bytes());
    zip.extend([0; 2]);
    Ok(zip)
}

fn salt(seed: Seed, name: &str, bytes: &[u8]) -> [u8; SALT] {
    let content: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut salt = [0; SALT];
    seed.rng(&["zip-salt", name, &content]).fill_bytes(&mut salt);
    salt
}

/// Salt, verifier, the encrypted data, and the code that authenticates it.
fn encrypt(mut data: Vec<u8>, password: &ZipPassword, salt: [u8; SALT]) -> Vec<u8> {
    let mut keys = Zeroizing::new([0; 2 * KEY + VERIFIER]);
    pbkdf2::pbkdf2_hmac::<Sha1>(password.reveal().as_bytes(), &salt, ROUNDS, keys.as_mut_slice());
    let (key, rest) = keys.split_at(KEY);
    let (code_key, verifier) = rest.split_at(KEY);
    // Both take the lengths that they are given: a key of AES-256, and any.
    let cipher = Aes256::new_from_slice(key).expect("32 bytes are a key of AES-256");
    let mut code = Hmac::<Sha1>::new_from_slice(code_key).expect("HMAC takes a key of any length");
    // Counter mode with a little-endian counter from 1.
    for (counter, piece) in (1_u128..).zip(data.chunks_mut(16)) {
        let mut block = counter.to_le_bytes().into();
        cipher.encrypt_block(&mut block);
        piece.iter_mut().zip(block).for_each(|(byte, key)| *byte ^= key);
    }
    code.update(&data);
    let code = code.finalize().into_bytes();
    [salt.as_slice(), verifier, &data, code.get(..CODE).unwrap_or_default()].concat()
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
