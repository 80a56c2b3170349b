//! `madoguchi clinic`: sample programs of a clinic, on the other side of the shared folders.

mod rececon;
mod reception;

use clap::{Args, Subcommand};

use crate::cli::Outcome;
use crate::event::Lang;

/// 医療機関の側の見本: レセコン、再来受付機 / a clinic's side, as samples: a レセコン, a reception machine
#[derive(Debug, Args)]
pub struct ClinicArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
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
