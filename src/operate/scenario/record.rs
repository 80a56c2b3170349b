//! The journal of a station as a scenario that passes when it is run again.
