//! The outcomes that an operator may ask the hub for, as knobs. They are drawn where a question begins (the terminal for requests of
//! the folder, the station for visits) and travel with it, so that embedded and distant hubs obey alike.

use crate::knob::{Knob, Knobs, Layer, said};
use crate::wire::outage::AN_ERROR_IS_NOT_NONE;
use crate::wire::{AuthorityFault, Steering};

/// OQSCD006 `2`.
pub static VALIDITY_2: Knob = Knob {
    name: "validity-2",
    room: "wire",
    layer: Layer::Hub,
    ja: "資格有効性 2（無効）で回答させる",
    en: "the answer has QualificationValidity 2 (not valid)",
    at: said("受付と要求", "visits and requests"),
    bearing: said(
        "無効と職員に見せ、保存してある資格を黙って消さない",
        "shows the staff that it is not valid, ends nothing it has stored by itself",
    ),
    remedy: said("患者に新しい資格を確かめる", "ask the patient for the new insurance"),
    source: "spec/oqs-interface.md §3 OQSCD006 [A]",
    amount: None,
};
/// OQSCD006 `3`.
pub static VALIDITY_3: Knob = Knob {
    name: "validity-3",
    room: "wire",
    layer: Layer::Hub,
    ja: "資格有効性 3（無効・新しい資格あり）で回答させる",
    en: "the answer has QualificationValidity 3 (not valid, a newer one exists)",
    at: said("受付と要求", "visits and requests"),
    bearing: said("新しい資格があると見せる", "shows that there is a newer one"),
    remedy: said("新しい資格で照会し直す", "ask again with the newer one"),
    source: "spec/oqs-interface.md §3 OQSCD006 [A]",
    amount: None,
};
/// OQSCD006 `4`.
pub static VALIDITY_4: Knob = Knob {
    name: "validity-4",
    room: "wire",
    layer: Layer::Hub,
    ja: "資格有効性 4（該当資格なし）で回答させる",
    en: "the answer has QualificationValidity 4 (no qualification found)",
    at: said("受付（ファイルなし）と要求", "visits (no file) and requests"),
    bearing: said(
        "ResultList のない回答を読み、エラーと区別する",
        "reads an answer without ResultList and tells it from an error",
    ),
    remedy: said("番号と生年月日を確かめる", "check the numbers and the date of birth"),
    source: "spec/oqs-interface.md §3 OQSCD006 [A]",
    amount: None,
};
/// OQSCD003 `9`.
pub static SEGMENT_9: Knob = Knob {
    name: "segment-9",
    room: "wire",
    layer: Layer::Hub,
    ja: "処理結果区分 9（異常終了）で回答させる（薬剤・健診は MessageContents）",
    en: "the answer has SegmentOfResult 9 (ended abnormally); of YZK and TKK, MessageContents",
    at: said("受付と要求", "visits and requests"),
    bearing: said(
        "ErrorCode と ErrorMessage を見せ、何も取り込まない",
        "shows ErrorCode and ErrorMessage, imports nothing",
    ),
    remedy: said("時間を置いて照会し直す", "ask again later"),
    source: "spec/oqs-interface.md §4.2 [C]",
    amount: None,
};
/// PMH fails.
pub static PMH_ERR: Knob = Knob {
    name: "pmh-err",
    room: "wire",
    layer: Layer::Hub,
    ja: "PMHの取得を失敗させる（.err）",
    en: "PMH fails, its .err appears instead of the subsidy document",
    at: said("受給者証を使う受付", "visits that use a 受給者証"),
    bearing: AN_ERROR_IS_NOT_NONE,
    remedy: said("紙の受給者証を確かめる", "look at the paper certificate"),
    source: "spec/pmh.md §5.2 [A]",
    amount: None,
};

/// The authority is down.
pub static AUTHORITY_UNREACHABLE: Knob = Knob {
    name: "authority-unreachable",
    room: "wire",
    layer: Layer::Hub,
    ja: "センターが認証局に失効を照会できない",
    en: "the centre cannot ask the certificate authority",
    at: said("受付", "visits"),
    bearing: said("ファイルは出ない", "no file comes"),
    remedy: said("時間を置くか、目視ではない方法で確かめる", "try later"),
    source: "RFC 6960 §2.3 [C]",
    amount: None,
};
/// The authority knows nothing of it.
pub static AUTHORITY_UNKNOWN: Knob = Knob {
    name: "certificate-unknown",
    room: "wire",
    layer: Layer::Hub,
    ja: "認証局が電子証明書を知らないと答える",
    en: "the certificate authority answers unknown",
    at: said("受付", "visits"),
    bearing: said("ファイルは出ない", "no file comes"),
    remedy: said("患者に市区町村の窓口を案内する", "send the patient to the municipality"),
    source: "RFC 6960 §2.2 [A]",
    amount: None,
};

/// 失効
pub static CERTIFICATE_REVOKED: Knob = Knob {
    name: "certificate-revoked",
    room: "wire",
    layer: Layer::Hub,
    ja: "認証局が電子証明書は失効していると答える",
    en: "the certificate authority answers revoked",
    at: said("受付", "visits"),
    bearing: said("ファイルは出ない", "no file comes"),
    remedy: said("患者に市区町村の窓口での更新を案内する", "send the patient to the municipality for renewal"),
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
