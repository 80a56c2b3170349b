//! The code tables are whole, and every row says where it comes from.

use std::collections::BTreeSet;

use super::*;

#[test]
fn the_tables_001_to_044_are_all_there_in_order_and_none_is_empty() {
    let ids: Vec<String> = (1..=44).map(|n| format!("OQSCD{n:03}")).collect();
    assert_eq!(tables().iter().map(|t| t.id.clone()).collect::<Vec<_>>(), ids);
    assert!(tables().iter().all(|t| !t.rows().is_empty() && !t.ja.is_empty() && !t.en.is_empty()));
}

#[test]
fn no_value_stands_twice_in_a_table() {
    for table in tables() {
        let values: BTreeSet<_> = table.rows().iter().map(|row| &row.value).collect();
        assert_eq!(values.len(), table.rows().len(), "{}", table.id);
    }
}

#[test]
fn every_source_key_has_a_citation() {
    for table in tables() {
        for row in table.rows() {
            for key in table.provenance_of(row).keys() {
                assert!(provenance::citation(key).is_some(), "{} {}: {key}", table.id, row.value);
            }
        }
    }
}

#[test]
fn a_row_may_be_less_sure_than_its_table() {
    let consent = table("OQSCD016").unwrap();
    assert_eq!(consent.provenance_of(consent.row("1").unwrap()).confidence, Confidence::A);
    assert_eq!(consent.provenance_of(consent.row("3").unwrap()).confidence, Confidence::B);
    assert!(label("OQSCD016", "7").is_none());
}
