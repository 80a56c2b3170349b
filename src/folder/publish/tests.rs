//! How files appear.

use super::*;
use crate::folder::layout::Paths;
use crate::folder::{claim, recover};

fn folders(root: &Path) -> Arc<Folders> {
    Arc::new(Folders::open(Paths::below(root)).unwrap())
}

fn item(name: &str, content: &str) -> Item {
    Item { target: Target::Res, name: name.into(), content: Content::Bytes(content.into()) }
}

fn claimed(folders: &Folders, name: &str) -> Claim {
    std::fs::write(folders.dir(FolderKind::Req).join(name), "the request").unwrap();
    claim::claim(folders, name).unwrap()
}

fn leftovers(folders: &Folders) -> Vec<String> {
    recover::entries(folders).into_iter().map(|e| e.name).collect()
}

#[tokio::test]
async fn every_manner_delivers_the_same_bytes_and_leaves_nothing_in_work() {
    for manner in [Delivery::RenameTouch, Delivery::Rename, Delivery::InPlace, Delivery::Slow] {
        let root = tempfile::tempdir().unwrap();
        let folders = folders(root.path());
        let claim = claimed(&folders, "q.xml");
        let parcel = Parcel::stage(&folders, Some(&claim), vec![item("a.xml", "<a>答</a>")]).unwrap();
        let placed = parcel.deliver(manner, |_| {}).await;
        assert_eq!(std::fs::read_to_string(&placed[0].path).unwrap(), "<a>答</a>");
        assert!(leftovers(&folders).is_empty(), "{manner:?}");
    }
}

#[tokio::test]
async fn renamed_within_its_folder_a_file_is_first_seen_under_a_temporary_name() {
    let root = tempfile::tempdir().unwrap();
    let folders = folders(root.path());
    let parcel = Parcel::stage(&folders, None, vec![item("a.xml", "<a/>")]).unwrap();
    // Where it wants to write there is a folder: it is held, and goes on when that is gone.
    let beside = folders.dir(FolderKind::Res).join("a.xml.tmp");
    std::fs::create_dir(&beside).unwrap();
    let manner = Manner { how: How::RenamedWithin, between: Duration::ZERO };
    let mut held = false;
    let placed = parcel.deliver(manner, |progress| {
        if let Progress::Held { .. } = progress {
            held = true;
            std::fs::remove_dir(&beside).unwrap();
        }
    });
    let placed = placed.await;
    assert!(held && !beside.exists());
    assert_eq!(std::fs::read_to_string(&placed[0].path).unwrap(), "<a/>");
}

#[tokio::test]
async fn an_old_answer_is_replaced_and_said_to_be() {
    let root = tempfile::tempdir().unwrap();
    let folders = folders(root.path());
    let mut replaced = Vec::new();
    for content in ["old", "new"] {
        let parcel = Parcel::stage(&folders, None, vec![item("a.xml", content)]).unwrap();
        replaced.extend(parcel.deliver(Delivery::Rename, |_| {}).await.into_iter().map(|p| p.replaced));
    }
    assert_eq!(replaced, [false, true]);
    assert_eq!(std::fs::read(folders.dir(FolderKind::Res).join("a.xml")).unwrap(), b"new");
}

#[tokio::test]
async fn the_touch_moves_the_time_of_what_is_there_and_never_brings_back_what_was_collected() {
    let root = tempfile::tempdir().unwrap();
    let folders = folders(root.path());
    let items = vec![item("stays.xml", "1"), item("goes.xml", "2")];
    let placed = Parcel::stage(&folders, None, items).unwrap().deliver(Delivery::RenameTouch, |_| {}).await;
    let before = placed[0].path.metadata().unwrap().modified().unwrap();
    std::fs::remove_file(&placed[1].path).unwrap();
    let (stays, goes) = (placed[0].path.clone(), placed[1].path.clone());
    touch_later(placed).await;
    assert!(stays.metadata().unwrap().modified().unwrap() > before);
    assert!(!goes.exists());
}

#[tokio::test]
async fn killed_after_staging_the_next_start_delivers_and_killed_before_it_asks_again() {
    let root = tempfile::tempdir().unwrap();
    let before = folders(root.path());
    let _asked = claimed(&before, "asked.xml");
    let staged = claimed(&before, "staged.xml");
    drop(Parcel::stage(&before, Some(&staged), vec![item("1.err", "e"), item("2.xml", "r")]).unwrap());
    drop(before);

    let after = folders(root.path());
    let unfinished = recover::recover(&after);
    assert_eq!(unfinished.claims.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["asked.xml"]);
    let mut order = Vec::new();
    for parcel in unfinished.parcels {
        order.extend(parcel.deliver(Delivery::Rename, |_| {}).await.into_iter().map(|p| p.name));
    }
    assert_eq!(order, ["1.err", "2.xml"]);
    assert_eq!(leftovers(&after), ["asked.xml"]);
}

#[tokio::test]
async fn a_target_folder_that_is_away_with_what_it_lay_in_is_waited_for_and_the_operator_is_told_once() {
    let root = tempfile::tempdir().unwrap();
    let share = root.path().join("share");
    std::fs::create_dir(&share).unwrap();
    let paths = Paths { res: share.join("res"), ..Paths::below(root.path()) };
    let folders = Arc::new(Folders::open(paths).unwrap());
    let parcel = Parcel::stage(&folders, None, vec![item("a.xml", "1")]).unwrap();
    std::fs::rename(&share, root.path().join("away")).unwrap();
    let mut told = 0;
    let placed = parcel
        .deliver(Delivery::Rename, |progress| {
            if let Progress::Held { .. } = progress {
                told += 1;
                std::fs::rename(root.path().join("away"), &share).unwrap();
            }
        })
        .await;
    assert_eq!((placed.len(), told), (1, 1));
}

#[tokio::test]
async fn a_target_folder_that_was_removed_to_clear_it_out_is_made_again_and_the_answer_delivered() {
    let root = tempfile::tempdir().unwrap();
    let folders = folders(root.path());
    let parcel = Parcel::stage(&folders, None, vec![item("a.xml", "1")]).unwrap();
    std::fs::remove_dir(folders.dir(FolderKind::Res)).unwrap();
    let mut told = Vec::new();
    let placed = parcel.deliver(Delivery::Rename, |progress| told.push(progress)).await;
    assert!(placed[0].path.exists());
    assert!(matches!(told.as_slice(), [Progress::Restored { .. }, Progress::Placed(_)]), "{told:?}");
}

#[test]
fn what_could_not_be_staged_leaves_nothing_behind() {
    let root = tempfile::tempdir().unwrap();
    let folders = folders(root.path());
    let too_long = "x".repeat(300);
    for _ in 0..2 {
        assert!(Parcel::stage(&folders, None, vec![item("a.xml", "1"), item(&too_long, "2")]).is_err());
    }
    assert!(leftovers(&folders).is_empty(), "{:?}", leftovers(&folders));
}
