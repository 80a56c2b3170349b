//! Files for their owner alone: keys, and what is kept between runs.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

/// Writes `path` anew. Elsewhere than on Unix the folder's own rights say who reads it.
///
/// # Errors
/// It cannot be opened or written.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    for_its_owner(&mut options);
    options.open(path)?.write_all(bytes)
}

/// Whatever these options make is its owner's.
pub fn for_its_owner(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}
