//! 7-Zip, as another hand that makes and opens sealed files.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Runs it in a folder.
fn run(place: &Path, args: &[&str]) -> Output {
    let ran = Command::new("7zz").args(args).current_dir(place).output();
    ran.expect("7zz is missing: scripts/setup.sh test installs it")
}

/// A zip of these files; with a password it is AES-256 unless `options` say otherwise.
pub fn zip(files: &[(&str, &[u8])], password: Option<&str>, options: &[&str]) -> Vec<u8> {
    let place = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::create_dir_all(place.path().join(name).parent().unwrap()).unwrap();
        fs::write(place.path().join(name), bytes).unwrap();
    }
    let secret = password.map(|password| format!("-p{password}"));
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let mut args = vec!["a", "-tzip", "-bd"];
    if let Some(secret) = &secret {
        args.extend([secret.as_str(), "-mem=AES256"]);
    }
    args.extend(options);
    args.push("it.zip");
    args.extend(names);
    let output = run(place.path(), &args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    fs::read(place.path().join("it.zip")).unwrap()
}

/// What a zip holds: name and bytes of each file; an error with what 7-Zip says.
pub fn unzip(zip: &[u8], password: &str) -> Result<Vec<(String, Vec<u8>)>, String> {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("it.zip"), zip).unwrap();
    let output = run(place.path(), &["x", "-bd", &format!("-p{password}"), "-oout", "it.zip"]);
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned());
    }
    let files = fs::read_dir(place.path().join("out")).unwrap().map(|entry| entry.unwrap().path());
    Ok(files.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap())).collect())
}

/// What 7-Zip tells of a zip's entries, line by line.
pub fn list(zip: &[u8]) -> String {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("it.zip"), zip).unwrap();
    String::from_utf8_lossy(&run(place.path(), &["l", "-slt", "it.zip"]).stdout).into_owned()
}
