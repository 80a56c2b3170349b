//! The rules of PMH: one key, one inquiry; what may be shown; what the hash covers.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::hash;
use super::memory::Memory;
use super::store::Beneficiary;
use super::{LinkageError, MedicalHub};
use crate::event::Sink;
use crate::hub::Settings;
use crate::hub::linkage::{Sealer, pair};
use crate::knob::Knobs;
use crate::message::subsidy::{CopaymentLimit, FaceItem, LimitManagement, SubsidyCertificate};
use crate::people::Subsidy;
use crate::random::Seed;
use crate::secret::{LinkageKey, PmhId};

const TODAY: Date = date(2026, 11, 21);

fn certificate(name: &str, from: &str, to: &str) -> SubsidyCertificate {
    SubsidyCertificate {
        certification_name: name.into(),
        valid_from: from.into(),
        valid_to: to.into(),
        ..SubsidyCertificate::default()
    }
}

fn shown(certificate: SubsidyCertificate) -> Subsidy {
    Subsidy { certificate, not_disclosed: false }
}

fn hub_with(subsidies: Vec<Subsidy>) -> (Sealer, MedicalHub, PmhId) {
    let (sealer, opener) = pair(Seed(7));
    let knobs = Knobs::new(Seed(7), Sink::silent());
    let hub = MedicalHub::new(Arc::new(Memory::default()), opener, Seed(7), knobs, Settings::default());
    let pmh_id = PmhId::new("9b1e");
    hub.register(Beneficiary { pmh_id: pmh_id.clone(), my_number: None, subsidies }).unwrap();
    (sealer, hub, pmh_id)
}

#[test]
fn a_linkage_key_used_twice_is_refused() {
    let (sealer, hub, id) = hub_with(vec![shown(certificate("乳幼児", "20260401", "20270331"))]);
    let key = sealer.seal(&id, 0);
    assert_eq!(hub.inquire(&key, TODAY).unwrap().len(), 1);
    assert!(matches!(hub.inquire(&key, TODAY), Err(LinkageError::Burnt)));
    assert_eq!(hub.inquire(&sealer.seal(&id, 1), TODAY).unwrap().len(), 1, "a fresh one is served");
}

#[test]
fn a_key_that_was_not_sealed_at_the_other_end_is_refused() {
    let (_, hub, id) = hub_with(vec![]);
    let (stranger, _) = pair(Seed(8));
    let mut forged =
        vec![stranger.seal(&id, 0), LinkageKey::new(""), LinkageKey::new("00"), LinkageKey::new("not hex é")];
    let (sealer, hub_2, _) = hub_with(vec![]);
    let mut damaged = sealer.seal(&id, 0).reveal().to_owned();
    damaged.replace_range(30..31, if damaged.as_bytes()[30] == b'0' { "1" } else { "0" });
    forged.push(LinkageKey::new(damaged));
    for key in &forged {
        assert!(matches!(hub.inquire(key, TODAY), Err(LinkageError::NotOurs)));
        assert!(matches!(hub_2.inquire(key, TODAY), Err(LinkageError::NotOurs)));
    }
}

#[test]
fn only_certificates_of_the_day_that_may_be_disclosed_are_shown_in_their_order() {
    let (sealer, hub, id) = hub_with(vec![
        shown(certificate("甲", "20261121", "20261121")),
        shown(certificate("過去", "20250401", "20261120")),
        Subsidy { certificate: certificate("不開示", "20260401", "20270331"), not_disclosed: true },
        shown(certificate("未来", "20261122", "20270331")),
        shown(certificate("乙", "20260401", "20270331")),
    ]);
    let names: Vec<String> =
        hub.inquire(&sealer.seal(&id, 0), TODAY).unwrap().into_iter().map(|c| c.certification_name).collect();
    assert_eq!(names, ["甲", "乙"]);
    assert!(hub.inquire(&sealer.seal(&PmhId::new("nobody"), 1), TODAY).unwrap().is_empty());
}

fn rich() -> impl Strategy<Value = SubsidyCertificate> {
    let limit = (0u32..7, any::<Option<u32>>(), any::<Option<u32>>()).prop_map(|(kind, ratio_day, amount_month)| {
        CopaymentLimit { kind: kind.to_string(), ratio_day, amount_month, ..CopaymentLimit::default() }
    });
    let item = (".{1,5}", proptest::option::of(".{0,5}")).prop_map(|(name, value)| FaceItem {
        name,
        value,
        items: Vec::new(),
    });
    (
        (".{1,8}", proptest::option::of("[0-9]{8}"), proptest::option::of("[0-9]{7}"), any::<bool>()),
        (proptest::collection::vec(limit, 0..3), proptest::collection::vec(item, 0..3), any::<Option<bool>>()),
    )
        .prop_map(
            |((certification_name, insurer_number, recipient_number, always), (limits, face_items, joint))| {
                SubsidyCertificate {
                    certification_name,
                    insurer_number,
                    recipient_number,
                    always_reimbursement: always,
                    limits,
                    face_items,
                    joint_in_out: joint,
                    valid_from: "20260401".into(),
                    valid_to: "20270331".into(),
                    ..SubsidyCertificate::default()
                }
            },
        )
}

/// Every field of a certificate changed, one at a time.
fn changed(of: &SubsidyCertificate) -> Vec<SubsidyCertificate> {
    let more = |text: &Option<String>| Some(text.clone().unwrap_or_default() + "x");
    let c = || of.clone();
    let limits = [of.limits.clone(), vec![CopaymentLimit::default()]].concat();
    let item = FaceItem { name: "項目".into(), value: None, items: vec![] };
    vec![
        SubsidyCertificate { certification_name: of.certification_name.clone() + "x", ..c() },
        SubsidyCertificate { insurer_number: more(&of.insurer_number), ..c() },
        SubsidyCertificate { recipient_number: more(&of.recipient_number), ..c() },
        SubsidyCertificate { segment: more(&of.segment), ..c() },
        SubsidyCertificate { income_segment: more(&of.income_segment), ..c() },
        SubsidyCertificate { additional_conditions: more(&of.additional_conditions), ..c() },
        SubsidyCertificate { designated_medical_institutions: more(&of.designated_medical_institutions), ..c() },
        SubsidyCertificate { always_reimbursement: !of.always_reimbursement, ..c() },
        SubsidyCertificate { limits, ..c() },
        SubsidyCertificate { joint_in_out: Some(of.joint_in_out != Some(true)), ..c() },
        SubsidyCertificate { joint_kinds: vec!["1".into()], ..c() },
        SubsidyCertificate { first_visit: more(&of.first_visit), ..c() },
        SubsidyCertificate { meal_ratio: Some(of.meal_ratio.map_or(0, |r| r ^ 1)), ..c() },
        SubsidyCertificate { meal_limit: Some(of.meal_limit.map_or(0, |l| l ^ 1)), ..c() },
        SubsidyCertificate { method: more(&of.method), ..c() },
        SubsidyCertificate { meal_subsidy: Some(of.meal_subsidy != Some(true)), ..c() },
        SubsidyCertificate { management: vec![LimitManagement::default()], ..c() },
        SubsidyCertificate { valid_from: "20260402".into(), ..c() },
        SubsidyCertificate { valid_to: "20270330".into(), ..c() },
        SubsidyCertificate { face_items: [of.face_items.clone(), vec![item]].concat(), ..c() },
    ]
}

proptest! {
    #[test]
    fn the_same_data_have_the_same_hash_and_any_changed_field_another(certificate in rich()) {
        let before = hash::of(&certificate);
        prop_assert_eq!(before.len(), 64);
        prop_assert_eq!(&hash::of(&certificate.clone()), &before);
        let hashed = SubsidyCertificate { hash: Some(before.clone()), ..certificate.clone() };
        prop_assert_eq!(&hash::of(&hashed), &before, "the hash is no part of the content");
        let others: BTreeSet<String> = changed(&certificate).iter().map(hash::of).collect();
        prop_assert_eq!(others.len(), 20, "each change has a hash of its own");
        prop_assert!(!others.contains(&before));
    }

    #[test]
    fn linkage_keys_are_never_equal_and_open_to_the_id_they_were_made_of(seed in any::<u64>(), id in "[0-9a-f]{16,40}") {
        let (sealer, opener) = pair(Seed(seed));
        let keys: Vec<LinkageKey> = (0..20).map(|inquiry| sealer.seal(&PmhId::new(id.clone()), inquiry)).collect();
        let distinct: BTreeSet<&str> = keys.iter().map(LinkageKey::reveal).collect();
        prop_assert_eq!(distinct.len(), keys.len());
        for key in &keys {
            prop_assert!(!key.reveal().contains(&id), "the key does not show the PMH-ID");
            let opened = opener.open(key).unwrap();
            prop_assert_eq!(opened.pmh_id.reveal(), &id);
        }
    }
}
