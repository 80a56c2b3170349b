//! The real terminal's settings files, as a terminal that is at work honours them.

use std::fs;

use madoguchi::event::Event;

use crate::desk::{Desk, within};
use crate::visits::{PMH, visit};

#[tokio::test(flavor = "multi_thread")]
async fn output_flg_false_writes_no_face_file_and_the_subsidy_document_comes_all_the_same() {
    let desk = Desk::open_with(|settings| {
        fs::create_dir_all(&settings.folder).unwrap();
        fs::write(settings.folder.join("UserDefinitionForFace.property"), "OutputFlg=false\r\nKao=1\r\n").unwrap();
    })
    .await;
    let delivered = desk.terminal.deliver_visit(visit("visit-1", Some(PMH))).await;
    assert!(delivered.face.is_none() && delivered.pmh.is_some(), "{delivered:?}");
    assert_eq!(fs::read_dir(&desk.terminal.paths().face).unwrap().count(), 0);
    within("the unknown key", || desk.heard(|e| matches!(e, Event::Notice { en, .. } if en.contains("Kao (:2)"))))
        .await;
    assert!(desk.heard(|e| matches!(e, Event::Notice { en, .. } if en.contains("OutputFlg=false"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn face_files_go_where_face_data_dir_says() {
    let desk = Desk::open_with(|settings| {
        fs::create_dir_all(&settings.folder).unwrap();
        fs::write(settings.folder.join("UserDefinitionForFace.property"), "FaceDataDir=kao\n").unwrap();
    })
    .await;
    let face = desk.terminal.deliver_visit(visit("visit-1", Some(PMH))).await.face.unwrap();
    assert_eq!(face.parent().unwrap(), desk.root().join("kao"));
}
