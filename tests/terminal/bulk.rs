//! A bulk result, which comes unit by unit: whole, or a 9 when the line breaks between two of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use crate::desk::{Desk, INSTITUTION, UNITS, within};

fn download() -> String {
    format!(
        "<XmlMsg><MessageHeader><MedicalInstitutionCode>{INSTITUTION}</MedicalInstitutionCode></MessageHeader>\
         <MessageBody><ReceptionNumber>42</ReceptionNumber></MessageBody></XmlMsg>"
    )
}

/// What the terminal still keeps for itself.
fn left_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    // What is kept is done with.
    let entries = entries.filter(|path| !path.ends_with("kept"));
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let is_lock = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("lock"));
    files.into_iter().filter(|path| !is_lock(path)).chain(folders.iter().flat_map(|path| left_in(path))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_breaks_between_two_units_leaves_a_9_and_no_half_result() {
    let desk = Desk::open().await;
    for breaks_after in [1, UNITS] {
        desk.hub.breaks_after.store(breaks_after, Ordering::Relaxed);
        desk.drop_in(&format!("OQSmuquc02req_{breaks_after}.xml"), download().as_bytes());
        let answer = String::from_utf8(desk.answer(&format!("OQSmuquc02res_{breaks_after}.xml")).await).unwrap();
        assert!(answer.contains("<SegmentOfResult>9<") && answer.contains("<ErrorCode>MDG-H001<"), "{answer}");
        assert!(answer.contains("<ReceptionNumber>42<") && !answer.contains("<BulkConfirmUnit>"), "{answer}");
    }
    desk.hub.breaks_after.store(0, Ordering::Relaxed);
    desk.drop_in("OQSmuquc02req_9.xml", download().as_bytes());
    let answer = String::from_utf8(desk.answer("OQSmuquc02res_9.xml").await).unwrap();
    assert_eq!(answer.matches("<BulkConfirmUnit>").count(), UNITS);
    assert!(answer.contains("<SegmentOfResult>1<") && answer.ends_with("</XmlMsg>\n"));
    within("an empty work folder", || left_in(&desk.root().join(".madoguchi")).is_empty()).await;
}
