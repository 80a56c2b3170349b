//! Packs the large files that the program carries (src/enclosed.rs).

use std::path::{Path, PathBuf};
use std::{env, fs};

const FILES: [&str; 3] =
    ["src/message/page/data/BIZUDGothic-CP932.ttf", "docs/openapi.json", "docs/scenario.schema.json"];
/// Of miniz: a hundredth larger than its best, and made in a third of the time.
const LEVEL: u8 = 9;

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names a folder"));
    println!("cargo::rerun-if-changed=build.rs");
    for path in FILES {
        println!("cargo::rerun-if-changed={path}");
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let name = Path::new(path).file_name().expect("a file").to_string_lossy();
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(&bytes, LEVEL);
        fs::write(out.join(format!("{name}.z")), packed).expect("the folder can be written to");
    }
}
