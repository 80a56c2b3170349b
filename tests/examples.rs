//! The examples of other languages, run as they are shown.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/examples");
/// What each of them prints: the same visit, read from the same files.
const PRINTED: &str = "試験　花子 06139992\n特定医療費（指定難病）受給者証\ninvalid\n";

fn printed(program: &str, args: &[&str], place: &Path) -> String {
    let mut command = Command::new(program);
    // Nothing of this machine's settings.
    std::env::vars().filter(|(name, _)| name.starts_with("MADOGUCHI_")).for_each(|(name, _)| {
        command.env_remove(name);
    });
    let out = command.args(args).current_dir(place).output();
    let out = out.unwrap_or_else(|error| panic!("{program}: {error}; scripts/setup.sh build test installs it"));
    let told = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{program} {args:?}: {told}{}", String::from_utf8_lossy(&out.stdout));
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn the_python_example_runs_with_the_standard_library_alone() {
    let place = tempfile::tempdir().unwrap();
    let example = format!("{EXAMPLES}/visit.py");
    assert_eq!(printed("python3", &[&example, env!("CARGO_BIN_EXE_madoguchi")], place.path()), PRINTED);
}

#[test]
fn the_typescript_example_compiles_strictly_and_runs_without_packages() {
    let place = tempfile::tempdir().unwrap();
    let example = format!("{EXAMPLES}/visit.ts");
    let options = ["--strict", "--target", "es2021", "--lib", "es2021,dom", "--module", "commonjs", "--outDir", "."];
    printed("tsc", &[&options[..], &[example.as_str()]].concat(), place.path());
    assert_eq!(printed("node", &["visit.js", env!("CARGO_BIN_EXE_madoguchi")], place.path()), PRINTED);
}

#[test]
fn the_java_example_runs_from_its_source() {
    let place = tempfile::tempdir().unwrap();
    let example = format!("{EXAMPLES}/Visit.java");
    // A lone JVM would speak the locale's encoding, which CI has none of.
    let options = ["-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8"];
    let args = [&options[..], &[example.as_str(), env!("CARGO_BIN_EXE_madoguchi")]].concat();
    assert_eq!(printed("java", &args, place.path()), PRINTED);
}

#[test]
fn the_csharp_example_compiles_and_runs_without_packages() {
    let place = tempfile::tempdir().unwrap();
    let example = format!("{EXAMPLES}/Visit.cs");
    let libraries = ["-r:System.Net.Http", "-r:System.Runtime.Serialization", "-r:System.Xml.Linq"];
    printed("mcs", &[&libraries[..], &["-out:Visit.exe", example.as_str()]].concat(), place.path());
    assert_eq!(printed("mono", &["Visit.exe", env!("CARGO_BIN_EXE_madoguchi")], place.path()), PRINTED);
}
