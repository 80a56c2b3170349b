//! `madoguchi clinic`: the sample programs of the other side of the folder.

pub mod reception;

use clap::{Args, Subcommand};

use crate::cli::Outcome;
use crate::event::Lang;

/// 医療機関の側の見本: 再来受付機 / samples of a clinic's programs: a reception machine
#[derive(Debug, Clone, Args)]
pub struct ClinicArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    Reception(Box<reception::ReceptionArgs>),
}

/// Carries out the command.
pub fn run(args: &ClinicArgs, lang: Lang) -> Outcome {
    match &args.command {
        Command::Reception(args) => reception::run(args, lang),
    }
}
