//! One desk: readers, terminals, the connection to a hub, the clock and the journal, composed.
//!
//! - [`view`]: what a station looks like from outside, as plain data; screens and the control API read nothing else

pub mod view;
