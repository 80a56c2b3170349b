//! `madoguchi clinic`: sample programs of a clinic, on the other side of the shared folders.

mod rececon;

use clap::{Args, Subcommand};

use crate::cli::Outcome;
use crate::event::Lang;

/// 医療機関の側の見本: レセコン / a clinic's side, as samples: a レセコン
#[derive(Debug, Args)]
pub struct ClinicArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Rececon(rececon::RececonArgs),
}

/// Carries out the command.
pub fn run(args: &ClinicArgs, lang: Lang) -> Outcome {
    match &args.command {
        Command::Rececon(args) => rececon::run(args, lang),
    }
}
