//! The programs in the field, played from outside: what each of them depends on (spec/known-clients.md §1–§3), by client and rule. A rule
//! that a test of another face holds already stands here with that test's name.
//!
//! | client | rule | test |
//! |---|---|---|
//! | K1 | header, body and result elements it cannot do without; codes it knows; ratios | `face::k1_…` |
//! | K2 | bulk answers read as Shift_JIS whatever they declare; 02req without identifier; units and their children | `answers::k2_…` |
//! | K3 | the answer holds its request's identifier, or 受付番号, letter by letter; one-line UTF-8 requests | `answers::k3_…` |
//! | K3 | whole at its creation, read once; the `.err` is there when the request comes back | `arrival::k3_…` |
//! | K3 | an answer comes after its asker began to watch | `requests::at_pace_brisk_an_answer_appears_one_second_after_its_request` |
//! | K4 | no namespace; times it can parse; consent times; rows joined by their identifier; children of a unit | `face::k4_…`, `answers::k4_…` |
//! | K5 | the strict face parser, its file name; one content under one name; temporary names; padded insurer | `face::k5_…`, `answers::k5_…` |
//! | K5 | echoes are exact, elements at most once; a sequence can be used again, and is never answered by itself | `answers::k5_…` |
//! | K6 | a *change* of a whole UTF-8 file; it deletes what it read; code and message of what went wrong | `arrival::k6_…`, `face::k6_…` |
//! | T1 | the encoding of the request | `requests::an_answer_is_in_the_encoding_of_its_request_and_says_so` |
//! | T2, T3 | created whole, changed later; the `.err` before its request | `arrival::…` |
//! | T4 | nothing depends on answers staying or going | `answers::t4_…` |
//! | T5 | the 01req's identifier in the 02res | `answers::k2_…`, `answers::k5_…` |
//! | T6, T7, T9 | 0 and 1 for the encodings; 9 for abnormal; the field's own spellings | `face::t6_…`, `face::t7_…`, `face::t9_…` |
//!
//! K7 to K10 are card clients: `tests/card_clients.rs`, and OpenSC itself in `tests/pcsc.rs`.

#[path = "clients/answers.rs"]
mod answers;
#[cfg(target_os = "linux")]
#[path = "clients/arrival.rs"]
mod arrival;
#[path = "clients/face.rs"]
mod face;
