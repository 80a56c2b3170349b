//! Files that the program carries with it, as they lie in the repository. `build.rs` packs them: they are a tenth of the program, and most runs
//! need none.

use std::sync::LazyLock;

static FONT: LazyLock<Vec<u8>> =
    LazyLock::new(|| unpacked(include_bytes!(concat!(env!("OUT_DIR"), "/BIZUDGothic-CP932.ttf.z"))));

/// The font of printed answers, unpacked once and kept.
pub fn font() -> &'static [u8] {
    &FONT
}

/// `docs/openapi.json`: the control API, without the program's version.
pub fn control_api() -> Vec<u8> {
    unpacked(include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json.z")))
}

/// `docs/scenario.schema.json`
pub fn scenario_schema() -> Vec<u8> {
    unpacked(include_bytes!(concat!(env!("OUT_DIR"), "/scenario.schema.json.z")))
}

fn unpacked(packed: &[u8]) -> Vec<u8> {
    // Packed by build.rs, and unpacked by the test below.
    miniz_oxide::inflate::decompress_to_vec_zlib(packed).expect("what the program carries is whole")
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_the_program_carries_is_what_lies_in_the_repository() {
        let lies = |path: &str| std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        assert!(super::font() == lies("src/message/page/data/BIZUDGothic-CP932.ttf"));
        assert!(super::control_api() == lies("docs/openapi.json"));
        assert!(super::scenario_schema() == lies("docs/scenario.schema.json"));
    }
}
