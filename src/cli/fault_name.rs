//! `--fault NAME` or `--fault NAME=NUMBER`: any text, with the names of the registry for the shell to complete. What is no fault is said by
//! whoever knows it, with the nearest name.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command};

use crate::station::knobs_of_all_rooms;

/// Reads the value as it stands.
#[derive(Debug, Clone, Copy)]
pub struct FaultName;

impl TypedValueParser for FaultName {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        clap::builder::StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(knobs_of_all_rooms().into_iter().map(|knob| PossibleValue::new(knob.name).help(knob.ja))))
    }
}
