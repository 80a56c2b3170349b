//! Codes and messages of our own. The official list (別紙6-1) is not public; these carry the prefix `MDG-` so that nobody takes
//! them for it (spec/oqs-interface.md §4). The last letter is the severity: W the answer holds, E it does not.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One code with its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// What errors.toml calls it, where a vendor puts another code and message in its place (docs/layouts.md).
    pub name: &'static str,
    /// Ours, never official.
    pub code: &'static str,
    /// As it stands in the file; only characters that CP932 has.
    pub message: &'static str,
    /// The same for readers of English.
    pub en: &'static str,
}

impl Serialize for Notice {
    /// By its name: a store that lasts holds no messages.
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        self.name.serialize(output)
    }
}

impl<'de> Deserialize<'de> for Notice {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let name = String::deserialize(input)?;
        let known = ALL.into_iter().find(|notice| notice.name == name);
        known.ok_or_else(|| D::Error::custom(format!("no notice {name:?}")))
    }
}

/// Supplementary information: the certificate ends within three months.
pub const RENEWAL_DUE: Notice = Notice {
    name: "renewal-due",
    code: "MDG-C0001W",
    message: "利用者証明用電子証明書の有効期限が3か月以内に切れます。市区町村で更新してください。",
    en: "the certificate ends within three months",
};
/// Supplementary information: the certificate has ended, the card confirms the qualification only.
pub const IN_GRACE: Notice = Notice {
    name: "in-grace",
    code: "MDG-C0002W",
    message: "利用者証明用電子証明書の有効期限が切れています。資格確認のみ利用できます。",
    en: "the certificate has ended: qualification only",
};
/// The operator asked for SegmentOfResult 9.
pub const CENTRE_ERROR: Notice = Notice {
    name: "centre-error",
    code: "MDG-S0001E",
    message: "オンライン資格確認等システムで異常が発生しました。",
    en: "the centre failed (asked for by the operator)",
};
/// A registration names nobody.
pub const NOBODY_TO_REGISTER: Notice = Notice {
    name: "nobody-to-register",
    code: "MDG-R0001E",
    message: "該当する資格がないため、照会番号を登録できません。",
    en: "no person has this insurance, nothing was registered",
};
/// A registration names several persons.
pub const SEVERAL_TO_REGISTER: Notice = Notice {
    name: "several-to-register",
    code: "MDG-R0002E",
    message: "複数の資格が該当するため、照会番号を登録できません。枝番を指定してください。",
    en: "several persons have this insurance, nothing was registered: send the branch number",
};
/// A 照会番号 that is too long.
pub const NUMBER_TOO_LONG: Notice = Notice {
    name: "number-too-long",
    code: "MDG-R0003E",
    message: "照会番号は50文字以内で指定してください。",
    en: "a reference number has at most 50 characters",
};
/// No such 受付番号, or another institution's.
pub const UNKNOWN_RECEPTION: Notice = Notice {
    name: "unknown-reception",
    code: "MDG-B0001E",
    message: "受付番号が見つかりません。",
    en: "no such reception number of this institution and interface",
};
/// A row of a bulk query has no date of birth.
pub const BIRTHDATE: Notice = Notice {
    name: "birthdate",
    code: "MDG-B0002E",
    message: "生年月日が日付ではありません。",
    en: "the birth date of this row is not a date",
};
/// Every number that was drawn is taken.
pub const NO_RECEPTION_NUMBER: Notice = Notice {
    name: "no-reception-number",
    code: "MDG-B0003E",
    message: "受付番号を採番できませんでした。もう一度送信してください。",
    en: "no reception number was free: send it again",
};
/// A request by period names another 診療区分 than its interface.
pub const TREATMENT_FLAG: Notice = Notice {
    name: "treatment-flag",
    code: "MDG-B0004E",
    message: "診療区分がインターフェイスと一致しません。",
    en: "the treatment flag is not that of this interface: 2 for OQSmuhvq, 3 for OQSmuonq",
};
/// A period that ends before it begins.
pub const PERIOD: Notice = Notice {
    name: "period",
    code: "MDG-B0005E",
    message: "期間の終了日が開始日より前です。",
    en: "the period ends before it begins",
};
/// A request for medical information names nobody.
pub const NOBODY_INQUIRED: Notice = Notice {
    name: "nobody-inquired",
    code: "MDG-Y0001E",
    message: "該当する資格がないため、情報を提供できません。",
    en: "no person has this insurance, nothing can be shown",
};
/// It names several persons.
pub const SEVERAL_INQUIRED: Notice = Notice {
    name: "several-inquired",
    code: "MDG-Y0002E",
    message: "複数の資格が該当するため、情報を提供できません。枝番を指定してください。",
    en: "several persons have this insurance: send the branch number",
};
/// The patient did not agree at their last visit here, or was never here.
pub const NO_CONSENT: Notice = Notice {
    name: "no-consent",
    code: "MDG-Y0003E",
    message: "本人の同意がありません。顔認証付きカードリーダーで同意を得てください。",
    en: "the patient has not agreed to show this: ask for it at the card reader",
};
/// The consent ended.
pub const CONSENT_OVER: Notice = Notice {
    name: "consent-over",
    code: "MDG-Y0004E",
    message: "本人の同意から24時間を過ぎています。顔認証付きカードリーダーで同意を得てください。",
    en: "the consent is older than 24 hours: ask for it at the card reader",
};
/// A FileCategory that nobody has described.
pub const UNKNOWN_CATEGORY: Notice = Notice {
    name: "unknown-category",
    code: "MDG-Y0005E",
    message: "ファイル種別が正しくありません。薬剤情報は1から4、特定健診情報は1か2を指定してください。",
    en: "an unknown FileCategory: 1 to 4 for medicines, 1 or 2 for check-ups",
};
/// A kind of visit whose consents do not come from a reader.
pub const OTHER_VISIT: Notice = Notice {
    name: "other-visit",
    code: "MDG-Y0006E",
    message: "この診療区分での同意は確認できません。診療区分は1、2、3のどれかを指定してください。",
    en: "consents to this kind of visit are not known: send MedicalTreatmentFlag 1, 2 or 3",
};
/// The patient did not agree at home to this kind of visit here, or not to this information.
pub const NO_HOME_CONSENT: Notice = Notice {
    name: "no-home-consent",
    code: "MDG-Y0007E",
    message: "この診療区分での本人の同意がありません。居宅などで同意を得てください。",
    en: "the patient has not agreed at home to show this to a visit of this kind",
};
/// The consent given at home has ended.
pub const HOME_CONSENT_OVER: Notice = Notice {
    name: "home-consent-over",
    code: "MDG-Y0008E",
    message: "この診療区分での本人の同意の期限が過ぎています。居宅などで同意を得てください。",
    en: "the consent given at home to a visit of this kind has ended",
};

/// What stands in the way of a request that appeals to a consent given at home, in place of the same at a reader.
pub fn at_home(why: Notice) -> Notice {
    if why.name == CONSENT_OVER.name { HOME_CONSENT_OVER } else { NO_HOME_CONSENT }
}
/// The operator asked PMH to fail.
pub const SUBSIDY_ERROR: Notice = Notice {
    name: "subsidy-error",
    code: "MDG-P0001E",
    message: "医療費助成情報を取得できませんでした。",
    en: "PMH failed (asked for by the operator)",
};
/// The request's file name was never announced.
pub const SUBSIDY_UNKNOWN: Notice = Notice {
    name: "subsidy-unknown",
    code: "MDG-P0002E",
    message: "医療費助成情報の要求が見つかりません。",
    en: "no such PMH request was announced",
};
/// The request is of another day.
pub const SUBSIDY_STALE: Notice = Notice {
    name: "subsidy-stale",
    code: "MDG-P0003E",
    message: "医療費助成情報の要求は当日に限り有効です。",
    en: "a PMH request holds on its own day only",
};
/// PMH refused the linkage key.
pub const SUBSIDY_REFUSED: Notice = Notice {
    name: "subsidy-refused",
    code: "MDG-P0004E",
    message: "PMH連携キーが受け付けられませんでした。",
    en: "PMH refused the linkage key",
};

/// All of them, for tables and checks.
pub const ALL: [Notice; 23] = [
    RENEWAL_DUE,
    IN_GRACE,
    CENTRE_ERROR,
    NOBODY_TO_REGISTER,
    SEVERAL_TO_REGISTER,
    NUMBER_TOO_LONG,
    UNKNOWN_RECEPTION,
    BIRTHDATE,
    NO_RECEPTION_NUMBER,
    TREATMENT_FLAG,
    PERIOD,
    NOBODY_INQUIRED,
    SEVERAL_INQUIRED,
    NO_CONSENT,
    CONSENT_OVER,
    UNKNOWN_CATEGORY,
    OTHER_VISIT,
    NO_HOME_CONSENT,
    HOME_CONSENT_OVER,
    SUBSIDY_ERROR,
    SUBSIDY_UNKNOWN,
    SUBSIDY_STALE,
    SUBSIDY_REFUSED,
];
