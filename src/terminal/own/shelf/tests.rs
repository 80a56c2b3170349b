//! The folder as it is used: counting, order, troubles, names.

use jiff::civil::datetime;

use super::*;

fn asked() -> Asked {
    Asked {
        what: What::Request("OQSsihvq01".into()),
        persons: Vec::new(),
        named: Vec::new(),
        time: datetime(2026, 11, 21, 9, 30, 0, 0),
    }
}

fn shelf(index: &str, files: &[&str]) -> (tempfile::TempDir, Shelf) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(INDEX), index).unwrap();
    for file in files {
        fs::write(dir.path().join(file), file).unwrap();
    }
    let shelf = Shelf::new(Some(dir.path().to_owned()));
    (dir, shelf)
}

fn put(shelf: &Shelf, wanted: &str, text: &str) {
    let content = Content { bytes: text.as_bytes().into(), extension: "pdf".into() };
    shelf.put.put(PutAnswer { rule: Rule::of_match(wanted).unwrap(), content: Some(content), used: 0 });
}

fn entry(file: &str, more: &str) -> String {
    format!("[[answer]]\nfile = \"{file}\"\ninterface = \"OQSsihvq\"\n{more}\n")
}

fn chosen(shelf: &Shelf) -> Option<String> {
    shelf.choose(&asked()).0.map(|chosen| String::from_utf8(chosen.content.bytes.to_vec()).unwrap())
}

#[test]
fn of_many_who_ask_at_once_the_next_two_are_answered() {
    let (_dir, shelf) = shelf(&entry("a.pdf", "next = 2"), &["a.pdf"]);
    let answered: usize = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..16).map(|_| scope.spawn(|| usize::from(chosen(&shelf).is_some()))).collect();
        asking.into_iter().map(|asked| asked.join().unwrap()).sum()
    });
    assert_eq!((answered, shelf.entries()[0].used), (2, 2));
    shelf.reset();
    assert_eq!(chosen(&shelf).as_deref(), Some("a.pdf"), "a reset begins to count anew");
}

#[test]
fn among_equals_the_last_put_goes_before_the_first_and_the_upper_entry_before_the_lower() {
    let (_dir, shelf) = shelf(&(entry("a.pdf", "next = 1") + &entry("b.pdf", "next = 1")), &["a.pdf", "b.pdf"]);
    put(&shelf, "OQSsihvq,next=1", "replaced");
    put(&shelf, "OQSsihvq,next=1,from=20261101", "earlier");
    put(&shelf, "OQSsihvq,next=1", "later");
    let order: Vec<_> = std::iter::from_fn(|| chosen(&shelf)).collect();
    assert_eq!(order, ["later", "earlier", "a.pdf", "b.pdf"]);
}

#[test]
fn a_file_that_is_gone_leaves_its_turn_to_the_next_and_is_told_once_until_something_changes() {
    let (dir, shelf) = shelf(&(entry("gone.pdf", "next = 1") + &entry("b.pdf", "")), &["b.pdf"]);
    let (first, troubles) = shelf.choose(&asked());
    assert_eq!(first.unwrap().name, "b.pdf");
    assert!(troubles[0].ja.contains("gone.pdf") && troubles.len() == 1, "{troubles:?}");
    assert_eq!(shelf.choose(&asked()).1, []);
    fs::write(dir.path().join("gone.pdf"), "back").unwrap();
    assert_eq!(chosen(&shelf).as_deref(), Some("back"));
    fs::write(dir.path().join(INDEX), "[[answer]]\nfil = 1\n").unwrap();
    let (none, troubles) = shelf.choose(&asked());
    assert!(none.is_none() && troubles[0].en.contains("answers.toml:2: fil"), "{troubles:?}");
}

#[test]
fn no_name_leads_out_of_the_folder() {
    let (dir, shelf) = shelf("", &["a.pdf"]);
    for name in ["", "../x", "a/../../x", "/etc/hostname", "."] {
        assert!(shelf.read(name).is_err(), "{name}");
    }
    assert!(shelf.read(&dir.path().join("a.pdf").display().to_string()).is_err(), "not even by its whole path");
    assert!(shelf.read("a.pdf").is_ok() && Shelf::default().read("a.pdf").is_err());
}

#[test]
fn folders_are_listed_to_a_depth_and_hidden_files_not_at_all() {
    let (dir, shelf) = shelf("", &["b.pdf", ".hidden.xml"]);
    let deep = dir.path().join("1/2/3/4");
    fs::create_dir_all(&deep).unwrap();
    for folder in ["1", "1/2/3", "1/2/3/4"] {
        fs::write(dir.path().join(folder).join("a.xml"), "<XmlMsg/>").unwrap();
    }
    let names: Vec<_> = shelf.files().into_iter().map(|file| file.name).collect();
    assert_eq!(names, ["1/2/3/a.xml", "1/a.xml", "b.pdf"]);
}
