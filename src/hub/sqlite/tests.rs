//! The file itself: whose it is, what stands in it, what can be wrong with it.

use std::path::PathBuf;
use std::sync::{Arc, Barrier};

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::hub::medical_hub::registration::book::RowKey;
use crate::hub::medical_hub::store::MedicalHubStore;
use crate::hub::suite::{changes, names, number, number_all, pmh_id, receipt, register, row, waiting};
use crate::secret::PmhId;
use crate::wire::registration::Mode;

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.db");
    (folder, path)
}

fn open(path: &Path) -> Result<Arc<Database>, StoreError> {
    Database::open(path, Seed(1), "test")
}

fn refused(path: &Path) -> (Trouble, String) {
    let error = open(path).err().unwrap();
    (error.trouble, error.to_string())
}

#[test]
fn a_file_that_is_something_else_is_refused_and_stays_as_it_was() {
    let (_folder, path) = place();
    std::fs::write(&path, "a letter, and long enough to be looked at as if it were pages").unwrap();
    let before = std::fs::read(&path).unwrap();
    let (trouble, said) = refused(&path);
    assert_eq!(trouble, Trouble::NotOurs);
    assert!(said.contains("hub.db") && said.contains("choose another file"), "{said}");
    assert_eq!(std::fs::read(&path).unwrap(), before);

    let (_folder, path) = place();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE recipes (name TEXT)").unwrap();
    assert_eq!(refused(&path).0, Trouble::NotOurs, "somebody else's database");
}

#[test]
fn a_file_of_a_newer_program_or_of_another_seed_is_refused() {
    let (_folder, path) = place();
    drop(open(&path).unwrap());
    let error = Database::open(&path, Seed(2), "test").err().unwrap();
    assert!(error.trouble == Trouble::OtherSeed && error.to_string().contains("--seed 1"), "{error}");
    let newer = schema::MIGRATIONS.len() as i64 + 1;
    Connection::open(&path).unwrap().pragma_update(None, "user_version", newer).unwrap();
    let (trouble, said) = refused(&path);
    assert!(trouble == Trouble::Newer && said.contains(&format!("schema {newer}")), "{said}");
    assert!(!trouble.may_pass() && trouble.is_wrong_choice());
}

#[test]
fn one_process_has_the_file_and_the_others_are_told_which() {
    let (_folder, path) = place();
    let first = open(&path).unwrap();
    let (trouble, said) = refused(&path);
    assert!(trouble == Trouble::Held && said.contains(&format!("(test, pid {})", std::process::id())), "{said}");
    drop(first);
    open(&path).unwrap();
}

#[cfg(unix)]
#[test]
fn a_file_is_its_owners_alone_and_one_that_cannot_be_made_says_why() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = place();
    drop(open(&path).unwrap());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let (trouble, said) = refused(&folder.path().join("none/hub.db"));
    assert!(trouble == Trouble::Unusable && said.contains("look at the path"), "{said}");
}

#[test]
fn a_store_that_may_not_be_written_says_so() {
    let (_folder, path) = place();
    let database = open(&path).unwrap();
    database.writer().pragma_update(None, "query_only", true).unwrap();
    let error = SqliteMedicalHub::new(database).burn(1).unwrap_err();
    assert_eq!(error.trouble, Trouble::ReadOnly, "{error}");
}

#[test]
fn migrations_are_done_once_in_their_order_and_a_wrong_one_leaves_the_file_as_it_was() {
    let (_folder, path) = place();
    let mut file = Connection::open(&path).unwrap();
    let two = ["CREATE TABLE a (x)", "INSERT INTO a VALUES (1)"];
    schema::migrate(&mut file, &two[..1]).unwrap();
    schema::migrate(&mut file, &two).unwrap();
    schema::migrate(&mut file, &two).unwrap();
    let wrong = [two[0], two[1], "INSERT INTO a VALUES (2); INSERT INTO b VALUES (1)"];
    assert!(schema::migrate(&mut file, &wrong).is_err());
    let (count, version): (i64, i64) = (
        file.query_row("SELECT count(*) FROM a", [], |row| row.get(0)).unwrap(),
        file.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap(),
    );
    assert_eq!((count, version), (1, 2));
}

#[test]
fn a_file_of_the_second_form_keeps_who_has_a_pmh_id_and_who_waits_for_one() {
    let (_folder, path) = place();
    let mut file = Connection::open(&path).unwrap();
    schema::migrate(&mut file, &schema::MIGRATIONS[..2]).unwrap();
    let before = file.transaction().unwrap();
    for person in 0..3 {
        let (id, my_number) = (pmh_id(person), number(person));
        let sql = "INSERT INTO pmh_beneficiary (pmh_id, my_number) VALUES (?1, ?2)";
        before.execute(sql, [id.reveal(), my_number.reveal()]).unwrap();
    }
    before.execute("INSERT INTO pmh_beneficiary (pmh_id) VALUES ('nobody we know')", []).unwrap();
    for person in (10..9_010).rev() {
        let since = if person == 20 { "2026-11-20T08:00:00" } else { "2026-11-21T08:00:00" };
        let sql = "INSERT INTO pmh_unnumbered (my_number, since) VALUES (?1, ?2)";
        before.execute(sql, [number(person).reveal(), since]).unwrap();
    }
    before.commit().unwrap();
    drop(file);
    let store = SqliteMedicalHub::new(open(&path).unwrap());
    let runs = waiting(&store);
    assert_eq!(runs.iter().map(Vec::len).collect::<Vec<_>>(), [1, 8_192, 807]);
    assert_eq!(runs[0], [number(20)]);
    assert!(runs[1..].concat().into_iter().eq((10..9_010).filter(|person| *person != 20).map(number)));
    assert_eq!(store.waiting(0).unwrap().unwrap().since, jiff::civil::date(2026, 11, 20).at(8, 0, 0, 0));
    number_all(&store);
    register(&store, "1", Mode::Full, [0, 2, 3, 15].map(|person| row(person, "甲")));
    assert_eq!(waiting(&store), [vec![number(3)]], "the others had one before");
}

#[test]
fn a_numbering_that_is_killed_before_its_end_goes_on_and_comes_out_the_same() {
    let (_folder, path) = place();
    let database = open(&path).unwrap();
    let store = SqliteMedicalHub::new(database.clone());
    register(&store, "1", Mode::Full, (0..5).map(|person| row(person, "甲")));
    let run = store.waiting(0).unwrap().unwrap();
    let mut dropped = store.numbering();
    dropped.put(run.clone(), (0..5).map(pmh_id).collect()).unwrap();
    drop(dropped);
    assert_eq!(waiting(&store), std::slice::from_ref(&run.people));
    number_all(&store);
    // As a kill leaves it: known by their PMH-IDs, some of them counted as numbered, the run not at an end.
    let sql =
        "INSERT INTO pmh_waiting SELECT 1, '2026-11-21T08:00:00', group_concat(my_number, char(10)) FROM pmh_numbered;
        DELETE FROM pmh_numbered WHERE my_number > '000000100001'";
    database.writer().execute_batch(sql).unwrap();
    assert_eq!(waiting(&store), [run.people[2..].to_vec()]);
    number_all(&store);
    assert!(waiting(&store).is_empty());
    assert!(
        (0..5).all(|person| store.beneficiary(&pmh_id(person)).unwrap().unwrap().my_number == Some(number(person)))
    );
}

/// Names of the columns of all tables and indices that begin so.
fn columns(file: &Connection, system: &str) -> Vec<String> {
    let sql = "SELECT s.name || '.' || c.name FROM sqlite_schema s, pragma_table_info(s.name) c WHERE s.name LIKE ?1";
    let mut columns = file.prepare(sql).unwrap();
    let columns = columns.query_map([format!("{system}\\_%").replace('\\', "")], |row| row.get(0)).unwrap();
    columns.collect::<Result<_, _>>().unwrap()
}

#[test]
fn the_tables_of_a_system_have_no_column_for_what_it_must_not_know() {
    let (_folder, path) = place();
    let database = open(&path).unwrap();
    let file = database.writer();
    let table: [(&str, &[&str]); 3] = [
        ("pmh", &["serial", "certificate", "linking", "institutional", "resident", "link_key", "insurer"]),
        ("intermediary", &["serial", "pmh_id", "name", "subsid", "body", "resident"]),
        ("eligibility", &["my_number", "institutional_code", "resident", "key", "subsid"]),
    ];
    let mut all = 0;
    for (system, forbidden) in table {
        let columns = columns(&file, system);
        all += columns.len();
        for column in columns {
            let name = column.split_once('.').map_or("", |(_, name)| name);
            // 処理通番 is the registration's number, and a row's key a digest.
            let ours = ["serial_number", "key"].contains(&name) && system == "pmh";
            assert!(ours || !forbidden.iter().any(|word| name.contains(word)), "{column}");
        }
    }
    assert!(all > 30, "the check looks at something");
    let foreign: i64 = file
        .query_row(
            "SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%REFERENCES%' OR type IN ('view', 'trigger')",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(foreign, 0, "no table leads into another system's");
}

#[test]
fn a_full_disk_in_the_middle_of_a_registration_leaves_nothing_of_it_and_what_was_there_goes_on() {
    let (_folder, path) = place();
    let database = open(&path).unwrap();
    let store = SqliteMedicalHub::new(database.clone());
    register(&store, "1", Mode::Full, [row(1, "甲")]);
    let pages: i64 = database.writer().pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    let limit = |pages: i64| {
        database.writer().pragma_update_and_check(None, "max_page_count", pages, |row| row.get::<_, i64>(0)).unwrap()
    };
    limit(pages + 300);
    let mut draft = store.begin("1", Mode::Full).unwrap();
    let filled =
        (0..60_000).try_for_each(|person| draft.put(RowKey::of(&row(person, "乙")), row(person, "乙")).map(drop));
    let receipt = receipt(&*draft, Mode::Full);
    let error = filled.and_then(|()| draft.commit(receipt).map(drop)).unwrap_err();
    assert!(error.trouble == Trouble::Full && error.trouble.may_pass(), "{error}");
    assert!(error.to_string().contains("make room"), "{error}");
    assert_eq!((names(&store, 1), names(&store, 2).len()), (vec!["甲".to_owned()], 0));
    limit(1 << 30);
    let (_, after) = register(&store, "1", Mode::Full, (0..20_000).map(|person| row(person, "乙")));
    assert_eq!(after.changes, changes(20_000, 0, 1), "room was made");
}

#[test]
fn a_file_that_another_program_writes_to_is_busy_and_serves_again_afterwards() {
    let (_folder, path) = place();
    let store = SqliteMedicalHub::new(open(&path).unwrap());
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.burn(1).unwrap_err();
    assert!(error.trouble == Trouble::Busy && error.trouble.may_pass(), "{error}");
    assert!(store.beneficiary(&PmhId::new("1")).unwrap().is_none(), "readers wait for nobody");
    other.execute_batch("ROLLBACK").unwrap();
    assert!(store.burn(1).unwrap());
}

/// Rows in the file, whether they hold or not.
fn rows(path: &Path) -> i64 {
    let file = Connection::open(path).unwrap();
    file.query_row("SELECT (SELECT count(*) FROM pmh_row) + (SELECT count(*) FROM pmh_person)", [], |row| row.get(0))
        .unwrap()
}

fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..2_000 {
        if holds() {
            return;
        }
        std::thread::yield_now();
        std::thread::park_timeout(Duration::from_millis(5));
    }
    panic!("{what}");
}

#[test]
fn rows_that_hold_no_more_are_swept_also_those_of_a_process_that_was_killed() {
    let (_folder, path) = place();
    let store = SqliteMedicalHub::new(open(&path).unwrap());
    register(&store, "1", Mode::Full, (0..10_000).map(|person| row(person, "甲")));
    register(&store, "1", Mode::Full, (0..100).map(|person| row(person, "甲")));
    until("the first set is swept", || rows(&path) == 200);
    let mut draft = store.begin("1", Mode::Full).unwrap();
    for person in 0..10_000 {
        draft.put(RowKey::of(&row(person, "乙")), row(person, "乙")).unwrap();
    }
    // As a kill leaves it: nothing is told to anybody.
    until("some are written", || rows(&path) > 200);
    std::mem::forget(draft);
    drop(store);
    let copy = path.with_extension("copy");
    std::fs::copy(&path, &copy).unwrap();
    std::fs::copy(path.with_extension("db-wal"), copy.with_extension("copy-wal")).unwrap();
    let store = SqliteMedicalHub::new(open(&copy).unwrap());
    assert_eq!((names(&store, 1), names(&store, 5_000).len()), (vec!["甲".to_owned()], 0));
    until("what was begun is swept", || rows(&copy) == 200);
}

#[test]
fn a_copy_is_one_moment_of_the_file_while_it_is_written_to() {
    let (folder, path) = place();
    let store = SqliteMedicalHub::new(open(&path).unwrap());
    register(&store, "1", Mode::Full, [row(1, "甲")]);
    let mut draft = store.begin("1", Mode::Full).unwrap();
    for person in 0..20_000 {
        draft.put(RowKey::of(&row(person, "乙")), row(person, "乙")).unwrap();
    }
    let copy = folder.path().join("copy.db");
    backup(&path, &copy).unwrap();
    let receipt = receipt(&*draft, Mode::Full);
    draft.commit(receipt).unwrap();
    assert!(matches!(backup(&path, &copy), Err(BackupError::Exists(_))), "nothing is overwritten");
    assert_eq!(names(&store, 1), ["乙"]);
    let copied = SqliteMedicalHub::new(open(&copy).unwrap());
    assert_eq!((names(&copied, 1), names(&copied, 2).len()), (vec!["甲".to_owned()], 0));
    drop(copied);
    let nothing = folder.path().join("nothing.db");
    let said = backup(&folder.path().join("none.db"), &nothing).unwrap_err().to_string();
    assert!(said.contains("none.db") && !nothing.exists() && !folder.path().join("none.db").exists(), "{said}");
}

#[test]
fn a_registration_that_is_under_way_at_a_reset_does_not_come_back() {
    let (_folder, path) = place();
    let database = open(&path).unwrap();
    let store = SqliteMedicalHub::new(database.clone());
    register(&store, "1", Mode::Full, [row(1, "甲")]);
    for mode in [Mode::Full, Mode::Difference] {
        let mut draft = store.begin("1", mode).unwrap();
        draft.put(RowKey::of(&row(2, "乙")), row(2, "乙")).unwrap();
        database.empty().unwrap();
        let emptied = SqliteMedicalHub::new(database.clone());
        register(&emptied, "2", Mode::Full, [row(3, "丙")]);
        let receipt = receipt(&*draft, mode);
        let error = draft.commit(receipt).unwrap_err();
        assert_eq!(error.trouble, Trouble::Emptied, "{error}");
        let seen = [1, 2, 3].map(|person| emptied.is_registered(&number(person)).unwrap());
        assert_eq!(seen, [false, false, true]);
    }
}

#[test]
fn of_two_registrations_that_end_at_once_the_later_one_counts_from_what_the_earlier_one_left() {
    const ROWS: [u32; 2] = [300, 500];
    let (_folder, path) = place();
    let store = SqliteMedicalHub::new(open(&path).unwrap());
    for round in 0..20 {
        register(&store, "1", Mode::Full, (0..100).map(|person| row(person, "甲")));
        let both_are_read = Barrier::new(2);
        let one = |rows: u32| {
            let mut draft = store.begin("1", Mode::Full).unwrap();
            for person in 0..rows {
                draft.put(RowKey::of(&row(person, "甲")), row(person, "甲")).unwrap();
            }
            let receipt = receipt(&*draft, Mode::Full);
            both_are_read.wait();
            draft.commit(receipt).unwrap().changes
        };
        let ended = std::thread::scope(|scope| {
            let one = &one;
            let threads = ROWS.map(|rows| scope.spawn(move || one(rows)));
            threads.map(|thread| thread.join().unwrap())
        });
        let is_second_later = names(&store, ROWS[1] - 1).len() == 1;
        let expected = match is_second_later {
            true => [changes(200, 100, 0), changes(200, 300, 0)],
            false => [changes(0, 300, 200), changes(400, 100, 0)],
        };
        assert_eq!(ended, expected, "round {round}");
    }
}
