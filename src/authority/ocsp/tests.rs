//! Reading requests as strangers send them. That answers are what openssl accepts is checked against the running hub
//! (`tests/hub/authority.rs`).

use proptest::prelude::*;

use super::*;
use crate::authority::{Authority, Purpose};
use crate::card::tlv::write;

/// One of `openssl ocsp -issuer … -serial 0x227B13 -reqout`, with its nonce; the hashes are of nobody.
fn request(serial: &[u8], nonce: &[u8]) -> Vec<u8> {
    let sha1 = write(0x30, &[0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00]);
    let id = [sha1, write(0x04, &[7; 20]), write(0x04, &[8; 20]), write(0x02, serial)].concat();
    let list = write(0x30, &write(0x30, &write(0x30, &id)));
    let oid = [0x06, 0x09, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02].to_vec();
    let extension = write(0x30, &[oid, write(0x04, &write(0x04, nonce))].concat());
    let extensions = write(0xA2, &write(0x30, &extension));
    write(0x30, &write(0x30, &[list, extensions].concat()))
}

#[test]
fn serial_and_nonce_are_read_and_an_issuer_of_somebody_else_is_not_ours() {
    let read = OcspRequest::parse(&request(&[0x22, 0x7B, 0x13], &[9; 16])).unwrap();
    assert_eq!(read.certificates[0].serial, [0x22, 0x7B, 0x13]);
    assert_eq!(read.nonce, Some(write(0x04, &[9; 16])));
    assert!(!read.certificates[0].names(&Authority::default(), Purpose::Authentication));
}

#[test]
fn what_is_no_request_is_told_by_its_place() {
    assert_eq!(OcspRequest::parse(&[0x31, 0]), Err(RequestError::Structure("OCSPRequest")));
    assert!(matches!(OcspRequest::parse(&[0x30, 2, 0x30, 0]), Err(RequestError::Der(_))), "it ends early");
    let empty_list = write(0x30, &write(0x30, &write(0x30, &[])));
    assert_eq!(OcspRequest::parse(&empty_list), Err(RequestError::Structure("1 to 64 certificates")));
    assert!(OcspRequest::parse(&request(&[1], &[9; 129])).is_err(), "an endless nonce");
    assert!(OcspRequest::parse(&request(&[1], &[9; 128])).is_ok());
    assert_eq!(Refusal::TryLater.der(), [0x30, 0x03, 0x0A, 0x01, 0x03]);
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
        let _ = OcspRequest::parse(&bytes);
    }

    #[test]
    fn a_request_that_was_damaged_on_its_way_is_read_without_a_panic(at in 0_usize..110, byte: u8) {
        let mut bytes = request(&[0x22, 0x7B, 0x13], &[9; 16]);
        if let Some(place) = bytes.get_mut(at) {
            *place = byte;
        }
        let _ = OcspRequest::parse(&bytes);
    }
}
