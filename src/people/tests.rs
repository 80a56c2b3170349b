//! What holds for the shipped people, and for whoever writes their own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};

use super::*;
use crate::authority::Generation;
use crate::code;
use crate::visit::{ConsentPlan, FaceResult, Identify};

mod format;
mod shipped;

const TODAY: Date = date(2026, 11, 21);

fn everybody() -> People {
    built_in(TODAY).unwrap()
}

fn person(id: &str) -> Person {
    everybody().get(id).unwrap_or_else(|| panic!("nobody called {id}")).clone()
}

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
