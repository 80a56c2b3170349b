//! Arguments to one command, nothing else.

use std::process::ExitCode;

/// Half of what a question to the hub costs is memory that is taken and given back (docs/measurements.md): the system's allocator takes
/// three times as long for it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    madoguchi::cli::main()
}
