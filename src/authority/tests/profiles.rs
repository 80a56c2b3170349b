//! spec/jpki-card.md §3.1–3.3 row by row: each row of the profile beside what the authority issues, in the order of the certificate.

use x509_parser::asn1_rs::Tag;
use x509_parser::extensions::{DistributionPointName, GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, X509Certificate, X509Extension, X509Name};
use x509_parser::public_key::PublicKey;
use x509_parser::time::ASN1Time;

use super::*;
use crate::card::apdu::hex;

/// A row of the profile, and what must stand there.
type Row = (&'static str, String);

const ISSUER: &str = "C:Printable=JP, O:UTF8=MADOGUCHI TEST CA, OU:UTF8=MADOGUCHI TEST CA for";
const SIMULATOR: &str = "OU:UTF8=madoguchi simulator";
const JAPANESE: &str = "C:Printable=JP, O:UTF8=窓口試験認証局, OU:UTF8=窓口試験認証局";
const NOT_REAL: &str = "OU:UTF8=模擬環境 (実在の認証局ではありません)";

fn names(name: &X509Name<'_>) -> String {
    let attributes = name.iter_attributes().map(|attribute| {
        let word = match attribute.attr_type().to_id_string().as_str() {
            "2.5.4.3" => "CN".to_owned(),
            "2.5.4.6" => "C".to_owned(),
            "2.5.4.7" => "L".to_owned(),
            "2.5.4.10" => "O".to_owned(),
            "2.5.4.11" => "OU".to_owned(),
            other => other.to_owned(),
        };
        let value = attribute.attr_value();
        let form = match value.header.tag() {
            Tag::PrintableString => "Printable".to_owned(),
            Tag::Utf8String => "UTF8".to_owned(),
            other => format!("{other:?}"),
        };
        format!("{word}:{form}={}", String::from_utf8_lossy(value.data))
    });
    attributes.collect::<Vec<_>>().join(", ")
}

fn general(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::DirectoryName(name) => names(name),
        GeneralName::URI(uri) => (*uri).to_owned(),
        // [0] EXPLICIT UTF8String.
        GeneralName::OtherName(id, [0xA0, _, 0x0C, _, text @ ..]) => {
            format!("{id}={}", String::from_utf8_lossy(text))
        }
        other => format!("{other:?}"),
    }
}

fn generals(list: &[GeneralName<'_>]) -> String {
    list.iter().map(general).collect::<Vec<_>>().join(" | ")
}

fn extension(extension: &X509Extension<'_>) -> String {
    let critical = if extension.critical { "critical " } else { "" };
    let value = match extension.parsed_extension() {
        ParsedExtension::KeyUsage(_) | ParsedExtension::ExtendedKeyUsage(_) | ParsedExtension::BasicConstraints(_) => {
            hex(extension.value)
        }
        ParsedExtension::CertificatePolicies(policies) => {
            let qualifiers = policies.iter().flat_map(|policy| policy.policy_qualifiers.iter().flatten());
            let uris = qualifiers.map(|qualifier| String::from_utf8_lossy(&qualifier.qualifier[2..]).into_owned());
            format!("{} policy, {}", policies.len(), uris.collect::<Vec<_>>().join(" "))
        }
        ParsedExtension::IssuerAlternativeName(name) => generals(&name.general_names),
        ParsedExtension::SubjectAlternativeName(name) => generals(&name.general_names),
        ParsedExtension::CRLDistributionPoints(points) => match &points.points[..] {
            [point] => match &point.distribution_point {
                Some(DistributionPointName::FullName(list)) => generals(list),
                other => format!("{other:?}"),
            },
            several => format!("{several:?}"),
        },
        ParsedExtension::AuthorityInfoAccess(access) => access
            .accessdescs
            .iter()
            .map(|one| format!("{} {}", one.access_method, general(&one.access_location)))
            .collect::<Vec<_>>()
            .join(" | "),
        ParsedExtension::AuthorityKeyIdentifier(aki) => format!(
            "{} bytes, {}, serial {}",
            aki.key_identifier.as_ref().map_or(0, |id| id.0.len()),
            generals(aki.authority_cert_issuer.as_deref().unwrap_or_default()),
            aki.authority_cert_serial.map(hex).unwrap_or_default(),
        ),
        ParsedExtension::SubjectKeyIdentifier(ski) => format!("{} bytes", ski.0.len()),
        other => format!("{other:?}"),
    };
    format!("{} {critical}{value}", extension.oid)
}

/// A time of the validity, marked where it is no UTCTime.
fn time(time: ASN1Time) -> String {
    let form = if time.is_utctime() { "" } else { "GeneralizedTime " };
    format!("{form}{}", time.to_datetime())
}

/// Every row of a certificate, in its order.
fn rows_of(der: &[u8]) -> Vec<String> {
    let (rest, certificate) = X509Certificate::from_der(der).unwrap();
    assert!(rest.is_empty());
    let key = match certificate.public_key().parsed().unwrap() {
        PublicKey::RSA(key) => format!("RSA {} e={}", key.key_size(), key.try_exponent().unwrap()),
        other => format!("{other:?}"),
    };
    let fixed = [
        format!("v{}", certificate.version().0 + 1),
        hex(certificate.raw_serial()),
        certificate.signature.algorithm.to_string(),
        names(certificate.issuer()),
        time(certificate.validity().not_before),
        time(certificate.validity().not_after),
        names(certificate.subject()),
        key,
    ];
    fixed.into_iter().chain(certificate.extensions().iter().map(extension)).collect()
}

fn compare(what: &str, der: &[u8], expected: &[Row]) {
    let issued = rows_of(der);
    for ((row, expected), issued) in expected.iter().zip(&issued) {
        assert_eq!(issued, expected, "{what}, {row}");
    }
    assert_eq!(issued.len(), expected.len(), "{what}: {issued:#?}");
}

fn root_serial(generation: Generation, purpose: Purpose) -> String {
    hex(parse(&Authority::of_generation(generation).root(purpose)).serial.raw())
}

#[test]
fn the_authentication_certificate_is_that_of_the_specification_row_by_row() {
    for generation in Generation::ALL {
        let der = Authority::of_generation(generation).issue_authentication(&holder(&[0x22, 0x7B, 0x13]));
        let issuer = format!("{ISSUER} user authentication, {SIMULATOR}");
        let point = "C:Printable=JP, O:UTF8=MADOGUCHI TEST CA, OU:UTF8=MADOGUCHI TEST CA for user authentication, OU:UTF8=CRL Distribution Points, OU:UTF8=Madoguchi-ken, CN:UTF8=Shiken-shi CRLDP";
        let serial = root_serial(generation, Purpose::Authentication);
        let expected = [
            ("§3.1 version", "v3".to_owned()),
            ("§3.1 serial", "227B13".to_owned()),
            ("§3.1 signature", "1.2.840.113549.1.1.11".to_owned()),
            ("§3.1 issuer", issuer.clone()),
            ("§3.1 validity begins at midnight JST", "2026-03-31 15:00:00.0 +00:00:00".to_owned()),
            ("§3.1 validity ends at 14:59:59Z", "2031-04-01 14:59:59.0 +00:00:00".to_owned()),
            ("§3.1 subject", "C:Printable=JP, CN:UTF8=0123456789ABCD99901003A".to_owned()),
            ("§3.1 key", "RSA 2048 e=65537".to_owned()),
            ("§3.1 extension 1, keyUsage", "2.5.29.15 critical 03020780".to_owned()),
            ("§3.1 extension 2, clientAuth", "2.5.29.37 300A06082B06010505070302".to_owned()),
            (
                "§3.1 extension 3, policy",
                "2.5.29.32 critical 1 policy, http://cps.madoguchi-test-ca.invalid/".to_owned(),
            ),
            ("§3.1 extension 4, issuerAltName", format!("2.5.29.18 {JAPANESE}利用者証明用, {NOT_REAL}")),
            ("§3.1 extension 5, cRLDistributionPoints", format!("2.5.29.31 {point}")),
            ("§3.1 extension 6, OCSP", format!("1.3.6.1.5.5.7.1.1 1.3.6.1.5.5.7.48.1 {OCSP_URL}")),
            ("§3.1 extension 7, authorityKeyIdentifier", format!("2.5.29.35 20 bytes, {issuer}, serial {serial}")),
            ("§3.1 extension 8, subjectKeyIdentifier", "2.5.29.14 20 bytes".to_owned()),
        ];
        compare(&format!("generation {generation}"), &der, &expected);
    }
}

#[test]
fn the_signature_certificate_is_that_of_the_specification_row_by_row() {
    for generation in Generation::ALL {
        let holder = Holder { common_name: "202510160900000000199901003A".to_owned(), ..holder(&[0x22, 0x7B, 0x14]) };
        let der = Authority::of_generation(generation).issue_signature(&holder, &attributes());
        let issuer = format!("{ISSUER} digital signature, {SIMULATOR}");
        let point = "C:Printable=JP, O:UTF8=MADOGUCHI TEST CA, OU:UTF8=MADOGUCHI TEST CA for digital signature, OU:UTF8=CRL Distribution Points, OU:UTF8=Madoguchi-ken, CN:UTF8=Shiken-shi CRLDP";
        let values =
            [(1, "山田　●郎"), (4, "319890107"), (3, "1"), (5, "架空県試験市一丁目"), (2, "00010"), (6, "000000000")];
        let values = values.map(|(arc, value)| format!("1.2.392.200149.8.5.5.{arc}={value}")).join(" | ");
        let serial = root_serial(generation, Purpose::Signature);
        let expected = [
            ("§3.2 version", "v3".to_owned()),
            ("§3.2 serial", "227B14".to_owned()),
            ("§3.2 signature", "1.2.840.113549.1.1.11".to_owned()),
            ("§3.2 issuer", issuer.clone()),
            ("§3.2 validity begins", "2026-03-31 15:00:00.0 +00:00:00".to_owned()),
            ("§3.2 validity ends", "2031-04-01 14:59:59.0 +00:00:00".to_owned()),
            (
                "§3.2 subject",
                "C:Printable=JP, L:UTF8=Madoguchi-ken, L:UTF8=Shiken-shi, CN:UTF8=202510160900000000199901003A"
                    .to_owned(),
            ),
            ("§3.2 key", "RSA 2048 e=65537".to_owned()),
            ("§3.2 keyUsage", "2.5.29.15 critical 030206C0".to_owned()),
            ("§3.2 subjectAltName, in the order 1 4 3 5 2 6", format!("2.5.29.17 {values}")),
            ("§3.2 policy", "2.5.29.32 critical 1 policy, http://cps.madoguchi-test-ca.invalid/".to_owned()),
            ("§3.1 issuerAltName", format!("2.5.29.18 {JAPANESE}署名用, {NOT_REAL}")),
            ("§3.1 cRLDistributionPoints", format!("2.5.29.31 {point}")),
            ("§3.1 authorityKeyIdentifier", format!("2.5.29.35 20 bytes, {issuer}, serial {serial}")),
            ("§3.1 subjectKeyIdentifier", "2.5.29.14 20 bytes".to_owned()),
        ];
        compare(&format!("generation {generation}"), &der, &expected);
    }
}

#[test]
fn the_roots_are_those_of_the_specification_row_by_row_and_carry_one_name_in_every_generation() {
    let lives = [
        (Generation::First, "2015-10-19 15:00:00.0 +00:00:00", "2025-10-19 14:59:59.0 +00:00:00"),
        (Generation::Second, "2019-09-13 15:00:00.0 +00:00:00", "2029-09-14 14:59:59.0 +00:00:00"),
        (Generation::Third, "2023-07-15 15:00:00.0 +00:00:00", "2033-07-15 14:59:59.0 +00:00:00"),
    ];
    for (generation, from, until) in lives {
        for (purpose, unit, unit_ja) in [
            (Purpose::Authentication, "user authentication", "利用者証明用"),
            (Purpose::Signature, "digital signature", "署名用"),
        ] {
            let own = format!("{ISSUER} {unit}, {SIMULATOR}");
            let expected = [
                ("§3.3 version", "v3".to_owned()),
                ("§3.3 serial", root_serial(generation, purpose)),
                ("§3.3 signature", "1.2.840.113549.1.1.11".to_owned()),
                ("§3.3 self-signed", own.clone()),
                ("§3.3 validity", from.to_owned()),
                ("§3.3 validity", until.to_owned()),
                ("§3.3 the same name in every generation", own.clone()),
                ("§3.3 key", "RSA 2048 e=65537".to_owned()),
                ("§3.3 keyUsage keyCertSign, cRLSign", "2.5.29.15 critical 03020106".to_owned()),
                ("§3.3 subjectAltName with the Japanese name", format!("2.5.29.17 {JAPANESE}{unit_ja}, {NOT_REAL}")),
                ("§3.3 basicConstraints CA:TRUE", "2.5.29.19 critical 30030101FF".to_owned()),
                ("§3.3 cRLDistributionPoints, itself", format!("2.5.29.31 {own}")),
                ("§3.3 subjectKeyIdentifier", "2.5.29.14 20 bytes".to_owned()),
            ];
            compare(
                &format!("generation {generation}"),
                &Authority::of_generation(generation).root(purpose),
                &expected,
            );
        }
    }
}

#[test]
fn nothing_that_is_issued_carries_a_name_or_a_policy_of_the_real_authority_or_of_its_test() {
    // O=JPKI, O=JPKI-TEST, the host of the real responder; the policies below 1.2.392.200149.8.5.1 (§3.1–3.3).
    const POLICY_ARC: [u8; 9] = [0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01];
    let authority = Authority::default();
    let issued = [
        authority.root(Purpose::Authentication),
        authority.root(Purpose::Signature),
        authority.issue_authentication(&holder(&[0x22, 0x7B, 0x13])),
        authority.issue_signature(&holder(&[0x22, 0x7B, 0x14]), &attributes()),
    ];
    for der in &issued {
        for foreign in
            [b"JPKI".as_slice(), b"jpki.go.jp", "地方公共団体".as_bytes(), "公的個人認証".as_bytes(), &POLICY_ARC]
        {
            assert!(!der.windows(foreign.len()).any(|window| window == foreign), "{foreign:02X?}");
        }
    }
}
