//! The outcomes that an operator may ask the hub for, as knobs. They are drawn where a question begins (the terminal for requests of
//! the folder, the station for visits) and travel with it, so that embedded and distant hubs obey alike.

use crate::knob::{Knob, Knobs};
use crate::wire::{AuthorityFault, Steering};

/// OQSCD006 `2`.
pub static VALIDITY_2: Knob = Knob {
    name: "validity-2",
    room: "wire",
    ja: "資格有効性 2（無効）で回答させる",
    en: "the answer has QualificationValidity 2 (not valid)",
    source: "spec/oqs-interface.md §3 OQSCD006 [A]",
    amount: None,
};
/// OQSCD006 `3`.
pub static VALIDITY_3: Knob = Knob {
    name: "validity-3",
    room: "wire",
    ja: "資格有効性 3（無効・新しい資格あり）で回答させる",
    en: "the answer has QualificationValidity 3 (not valid, a newer one exists)",
    source: "spec/oqs-interface.md §3 OQSCD006 [A]",
    amount: None,
};
/// OQSCD006 `4`.
pub static VALIDITY_4: Knob = Knob {
    name: "validity-4",
    room: "wire",
    ja: "資格有効性 4（該当資格なし）で回答させる",
    en: "the answer has QualificationValidity 4 (no qualification found)",
    source: "spec/oqs-interface.md §3 OQSCD006 [A]",
    amount: None,
};
/// OQSCD003 `9`.
pub static SEGMENT_9: Knob = Knob {
    name: "segment-9",
    room: "wire",
    ja: "処理結果区分 9（異常終了）で回答させる（薬剤・健診は MessageContents）",
    en: "the answer has SegmentOfResult 9 (ended abnormally); of YZK and TKK, MessageContents",
    source: "spec/oqs-interface.md §4.2 [C]",
    amount: None,
};
/// PMH fails.
pub static PMH_ERR: Knob = Knob {
    name: "pmh-err",
    room: "wire",
    ja: "PMHの取得を失敗させる（.err）",
    en: "PMH fails, its .err appears instead of the subsidy document",
    source: "spec/pmh.md §5.2 [A]",
    amount: None,
};

/// The authority is down.
pub static AUTHORITY_UNREACHABLE: Knob = Knob {
    name: "authority-unreachable",
    room: "wire",
    ja: "センターが認証局に失効を照会できない",
    en: "the centre cannot ask the certificate authority",
    source: "RFC 6960 §2.3 [C]",
    amount: None,
};
/// The authority knows nothing of it.
pub static AUTHORITY_UNKNOWN: Knob = Knob {
    name: "certificate-unknown",
    room: "wire",
    ja: "認証局が電子証明書を知らないと答える",
    en: "the certificate authority answers unknown",
    source: "RFC 6960 §2.2 [A]",
    amount: None,
};

/// 失効
pub static CERTIFICATE_REVOKED: Knob = Knob {
    name: "certificate-revoked",
    room: "wire",
    ja: "認証局が電子証明書は失効していると答える",
    en: "the certificate authority answers revoked",
    source: "RFC 6960 §2.2 [A]",
    amount: None,
};

/// All of them, for whoever lists knobs.
pub static KNOBS: [&Knob; 8] = [
    &VALIDITY_2,
    &VALIDITY_3,
    &VALIDITY_4,
    &SEGMENT_9,
    &PMH_ERR,
    &AUTHORITY_UNREACHABLE,
    &AUTHORITY_UNKNOWN,
    &CERTIFICATE_REVOKED,
];

impl Steering {
    /// Draws everything that concerns a visit which goes by the names `targets`.
    pub fn draw(knobs: &Knobs, targets: &[&str]) -> Self {
        let faults = [
            (&AUTHORITY_UNREACHABLE, AuthorityFault::Unreachable),
            (&AUTHORITY_UNKNOWN, AuthorityFault::Unknown),
            (&CERTIFICATE_REVOKED, AuthorityFault::Revoked),
        ];
        let authority = faults.into_iter().find(|(knob, _)| knobs.comes_up(knob, targets));
        Self {
            subsidy_error: knobs.comes_up(&PMH_ERR, targets),
            authority: authority.map(|(_, fault)| fault),
            ..Self::draw_for_request(knobs, targets)
        }
    }

    /// Draws what concerns a request of the folder that finds no qualification: only the centre's failure, so that the others keep
    /// their count.
    pub fn draw_centre_error(knobs: &Knobs, targets: &[&str]) -> Self {
        Self { centre_error: knobs.comes_up(&SEGMENT_9, targets), ..Self::default() }
    }

    /// Draws what concerns a query of the folder. Such a request brings no subsidies, so `pmh-err` keeps its count for a visit.
    pub fn draw_for_request(knobs: &Knobs, targets: &[&str]) -> Self {
        let validities = [(&VALIDITY_2, "2"), (&VALIDITY_3, "3"), (&VALIDITY_4, "4")];
        let validity = validities.into_iter().find(|(knob, _)| knobs.comes_up(knob, targets));
        Self {
            validity: validity.map(|(_, code)| code.to_owned()),
            centre_error: knobs.comes_up(&SEGMENT_9, targets),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Sink;
    use crate::knob::Setting;
    use crate::random::Seed;

    #[test]
    fn a_knob_steers_the_question_it_is_named_after_and_a_request_does_not_spend_that_of_pmh() {
        let knobs = Knobs::new(Seed(1), Sink::silent());
        knobs.arm(&VALIDITY_3, Setting { count: Some(1), ..Setting::default() });
        knobs.arm(&PMH_ERR, Setting { count: Some(1), ..Setting::default() });
        let request = Steering::draw_for_request(&knobs, &["a.xml"]);
        assert_eq!(request, Steering { validity: Some("3".into()), ..Steering::default() });
        assert_eq!(Steering::draw(&knobs, &["yamada"]), Steering { subsidy_error: true, ..Steering::default() });
        assert!(!Steering::draw(&knobs, &["yamada"]).is_set());
        knobs.arm(&VALIDITY_2, Setting { count: Some(1), ..Setting::default() });
        knobs.arm(&SEGMENT_9, Setting { count: Some(1), ..Setting::default() });
        let registration = Steering::draw_centre_error(&knobs, &["b.xml"]);
        assert_eq!(registration, Steering { centre_error: true, ..Steering::default() });
        assert_eq!(Steering::draw_for_request(&knobs, &["a.xml"]).validity.as_deref(), Some("2"));
    }
}
