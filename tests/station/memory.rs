//! How much memory a station needs for what a client may send. The bounds are far above what is needed and far below what holding a
//! whole bulk document takes: some 10 kB for each row.
//!
//! `MADOGUCHI_ROWS=100000 cargo test --test station memory -- --nocapture` tells of other sizes (docs/measurements.md).

use std::fs::{self, File};
use std::io::Write;
use std::time::Duration;

use crate::desk::{INSTITUTION, Place, Process, Station, madoguchi, within};
use crate::rececon::drop_in;

/// Rows of a bulk request.
fn rows() -> usize {
    std::env::var("MADOGUCHI_ROWS").map_or(20_000, |rows| rows.parse().unwrap())
}

/// A station that rests has some 40 MB (a program that is not optimised, and what its allocator keeps ready), a row that is remembered less
/// than 0.5 kB.
fn bound_mb(rows: usize) -> u64 {
    60 + rows as u64 / 2_000
}

/// Of the hub alone, which takes in the whole request before it reads its rows, and keeps them.
fn hub_bound_mb(rows: usize) -> u64 {
    60 + rows as u64 / 1_000
}

fn message(header: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<XmlMsg>\n<MessageHeader>{header}\
         <MedicalInstitutionCode>{INSTITUTION}</MedicalInstitutionCode></MessageHeader>\n<MessageBody>{body}</MessageBody></XmlMsg>\n"
    )
}

fn queries() -> String {
    let row = |i: usize| {
        format!(
            "\n    <QualificationConfirmSearchInfo>\n        <InsurerNumber>01139997</InsurerNumber>\n        \
             <InsuredCardSymbol>99010001</InsuredCardSymbol>\n        \
             <InsuredIdentificationNumber>101</InsuredIdentificationNumber>\n        <Birthdate>19850412</Birthdate>\n        \
             <LimitApplicationCertificateRelatedConsFlg>0</LimitApplicationCertificateRelatedConsFlg>\n        \
             <ArbitraryIdentifier>visit_{i}</ArbitraryIdentifier>\n    </QualificationConfirmSearchInfo>"
        )
    };
    message(
        "<QualificationConfirmationDate>20261121</QualificationConfirmationDate>",
        &(0..rows()).map(row).collect::<String>(),
    )
}

/// A 01req and its 02req; the file that comes is as large as it must be.
fn exchange(station: &Station) {
    // A program that is not optimised takes about a third of a millisecond for a row.
    let patience = Duration::from_secs(60) + Duration::from_millis(rows() as u64);
    let answer = |name: &str| {
        let path = station.at("res").join(name);
        within(patience, name, || path.exists().then(|| fs::read_to_string(&path).unwrap()))
    };
    drop_in(station, "OQSmuquc01req_1.xml", queries().as_bytes());
    let received = answer("OQSmuquc01res_1.xml");
    let number = received.split("<ReceptionNumber>").nth(1).unwrap().split('<').next().unwrap();
    let download = message("", &format!("<ReceptionNumber>{number}</ReceptionNumber>"));
    drop_in(station, "OQSmuquc02req_1.xml", download.as_bytes());
    let result = answer("OQSmuquc02res_1.xml");
    assert_eq!(result.matches("<BulkConfirmUnit>").count(), rows());
    assert!(result.trim_end().ends_with("</XmlMsg>") && result.contains(&format!("visit_{}<", rows() - 1)));
}

#[test]
fn many_rows_go_through_a_station_in_little_memory() {
    let place = Place::new();
    place.write("madoguchi.toml", "[[terminal]]\nfolder = \"oqs\"\n[hub]\nbulk_ready_after = 0\n");
    let station = place.open(&[]);
    exchange(&station);
    let (rows, peak) = (rows(), station.process.peak_mb());
    println!("{rows} rows, embedded hub: at most {peak} MB");
    assert!(peak <= bound_mb(rows), "{rows} rows took {peak} MB");
}

#[test]
fn many_rows_go_over_http_in_little_memory_on_both_sides() {
    let (place, elsewhere) = (Place::new(), Place::new());
    let listen = ["hub", "--listen", "127.0.0.1:0", "--bulk-ready-after", "0"];
    let (hub, ready) = Process::start(madoguchi(elsewhere.path(), &listen), "madoguchi hub ready url=");
    let station = place.open(&["--hub", ready.strip_prefix("madoguchi hub ready url=").unwrap()]);
    exchange(&station);
    let (rows, terminal, centre) = (rows(), station.process.peak_mb(), hub.peak_mb());
    println!("{rows} rows, over HTTP: the station at most {terminal} MB, the hub {centre} MB");
    assert!(terminal <= bound_mb(rows), "the station took {terminal} MB for {rows} rows");
    assert!(centre <= hub_bound_mb(rows), "the hub took {centre} MB for {rows} rows");
}

/// A text, and how often it is written.
type Piece<'a> = (&'a str, usize);

/// Writes the pieces of a request, as many times as told, and puts it into `req`.
fn pour(station: &Station, name: &str, pieces: &[Piece<'_>]) {
    let beside = station.at("req").join(format!("{name}.tmp"));
    let mut file = std::io::BufWriter::new(File::create(&beside).unwrap());
    for (piece, times) in pieces {
        (0..*times).for_each(|_| file.write_all(piece.as_bytes()).unwrap());
    }
    file.into_inner().unwrap().sync_all().unwrap();
    std::fs::rename(beside, station.at("req").join(name)).unwrap();
}

#[test]
fn hostile_requests_are_sent_back_in_little_memory() {
    let place = Place::new();
    let station = place.open(&[]);
    let kilobyte = "x".repeat(1 << 10);
    let head = "<?xml version='1.0' encoding='UTF-8'?><XmlMsg><MessageHeader/><MessageBody>";
    let megabytes = |n: usize| n << 10;
    let requests: [(&str, &[Piece<'_>], &str); 8] = [
        // 200 MB, in one piece or in elements, whichever interface.
        ("OQSsiquc01req_1.xml", &[(head, 1), (&kilobyte, megabytes(200)), ("</MessageBody></XmlMsg>", 1)], "MDG-F001"),
        ("OQSmuquc01req_2.xml", &[(head, 1), (&kilobyte, megabytes(200)), ("</MessageBody></XmlMsg>", 1)], "MDG-F001"),
        ("OQSmuquc01req_3.xml", &[(head, 1), ("<a/>", 50 << 20), ("</MessageBody></XmlMsg>", 1)], "MDG-F001"),
        // Below the limit of a bulk file, but one element, one comment, one depth.
        (
            "OQSmuquc01req_4.xml",
            &[(head, 1), ("<a>", 1), (&kilobyte, megabytes(60)), ("</a></MessageBody></XmlMsg>", 1)],
            "MDG-F001",
        ),
        (
            "OQSmuquc01req_5.xml",
            &[(head, 1), ("<!--", 1), (&kilobyte, megabytes(60)), ("--></MessageBody></XmlMsg>", 1)],
            "MDG-F001",
        ),
        ("OQSmuimm01req_6.xml", &[(head, 1), ("<a>", 10 << 20), ("</a></MessageBody></XmlMsg>", 1)], "MDG-X003"),
        (
            "OQSmuimm01req_7.xml",
            &[("<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>]><x>&b;</x>", 1)],
            "MDG-X002",
        ),
        // Millions of rows that are none.
        ("OQSmuquc01req_8.xml", &[(head, 1), ("<a b=''/>", 1 << 20), ("</MessageBody></XmlMsg>", 1)], "MDG-D001"),
    ];
    for (name, pieces, code) in requests {
        pour(&station, name, pieces);
        let err = String::from_utf8(station.file(&format!("res/{}", name.replace(".xml", ".err")))).unwrap();
        assert!(err.contains(code), "{name}: {err}");
        let peak = station.process.peak_mb();
        assert!(peak <= 60, "{name} took {peak} MB");
    }
}
