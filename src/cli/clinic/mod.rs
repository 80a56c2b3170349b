//! `madoguchi clinic`: sample programs of a clinic, on the other side of the shared folders.

mod rececon;
pub mod reception;

use clap::{Args, Subcommand};

use crate::cli::Outcome;
use crate::event::Lang;

/// 医療機関の側の見本: レセコンと再来受付機 / samples of a clinic's programs: a レセコン and a reception machine
#[derive(Debug, Clone, Args)]
pub struct ClinicArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    Rececon(Box<rececon::RececonArgs>),
    Reception(Box<reception::ReceptionArgs>),
}

/// Carries out the command.
pub fn run(args: &ClinicArgs, lang: Lang) -> Outcome {
    match &args.command {
        Command::Rececon(args) => rececon::run(args, lang),
        Command::Reception(args) => reception::run(args, lang),
    }
}
