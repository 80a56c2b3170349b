//! Arguments to one command, nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    madoguchi::cli::main()
}
