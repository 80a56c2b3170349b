//! Whose a visit is, remembered by its name and by that of its PMH request while they are under way: the second half of a visit says
//! neither who asks nor about whom.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use super::audit::Mask;

/// Visits are answered within minutes; at the nation's mean of 64 a second this is a quarter of an hour.
const MOST: usize = 60_000;

/// A visit.
#[derive(Debug, Clone)]
pub struct Under {
    /// 医療機関コード of whoever opened it.
    pub institution: String,
    /// The card, masked; where there is an audit.
    pub about: Option<Mask>,
}

/// Those that were begun last.
#[derive(Debug, Default)]
pub struct UnderWay(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    by_name: HashMap<String, Under>,
    order: VecDeque<String>,
}

impl UnderWay {
    /// Remembers what goes by this name, and forgets the oldest where there are too many.
    pub fn begin(&self, name: &str, under: Under) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.by_name.insert(name.to_owned(), under).is_none() {
            known.order.push_back(name.to_owned());
        }
        if known.order.len() > MOST
            && let Some(oldest) = known.order.pop_front()
        {
            known.by_name.remove(&oldest);
        }
    }

    /// What goes by this name.
    pub fn of(&self, name: &str) -> Option<Under> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_name.get(name).cloned()
    }
}
