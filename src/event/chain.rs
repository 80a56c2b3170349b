//! The chain of identities as the journal tells it: which system told which other one what kind of thing. The things themselves are in no
//! event (spec/pmh.md §4.1).

use std::fmt;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::{Lang, say};
use crate::secret::MASK;

/// A box of the official figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// 資格確認端末
    Terminal,
    /// オンライン資格確認等システム
    Eligibility,
    /// 認証局: is a certificate valid?
    CertificateAuthority,
    /// J-LIS・住基ネット
    ResidentRegister,
    /// 情報提供ネットワークシステム
    InformationNetwork,
    /// 医療保険者等向け中間サーバー
    Intermediary,
    /// 医療保険者
    Insurer,
    /// Public Medical Hub
    Pmh,
    /// 自治体
    Municipality,
}

impl System {
    /// Its name.
    pub fn text(self, lang: Lang) -> &'static str {
        let (ja, en) = match self {
            Self::Terminal => ("資格確認端末", "terminal"),
            Self::Eligibility => ("オンライン資格確認", "eligibility system"),
            Self::CertificateAuthority => ("認証局", "certificate authority"),
            Self::ResidentRegister => ("J-LIS・住基ネット", "J-LIS, residents"),
            Self::InformationNetwork => ("情報提供NWS", "information network"),
            Self::Intermediary => ("中間サーバー", "intermediary server"),
            Self::Insurer => ("医療保険者", "insurer"),
            Self::Pmh => ("PMH", "PMH"),
            Self::Municipality => ("自治体", "municipality"),
        };
        say(lang, ja, en)
    }
}

/// What an arrow carries: a kind of thing, and of a few how it came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Carried {
    /// 個人番号
    MyNumber,
    /// 住民票コード
    ResidentCode,
    /// 機関別符号
    InstitutionalCode,
    /// 紐付番号
    LinkingNumber,
    /// 電子証明書のシリアル番号
    Serial,
    /// PMH-ID
    PmhId,
    /// PMH連携キー, for this inquiry only
    LinkageKey,
    /// The certificate, and what the reader proved.
    Evidence,
    /// 資格情報
    Qualifications,
    /// 受給者証, so many
    Certificates {
        /// How many.
        count: usize,
    },
    /// What the authority says of the certificate (`visit::CertificateStatus`).
    Status {
        /// In kebab case.
        status: String,
    },
    /// Known from this moment on.
    From {
        /// JST.
        time: DateTime,
    },
    /// Registered, and not known here before this moment.
    NotLinkedBefore {
        /// JST.
        time: DateTime,
    },
    /// New links are not made before this moment.
    Stopped {
        /// JST.
        until: DateTime,
    },
    /// The file name of a PMH request.
    RequestName,
    /// There is nobody of this name.
    Nobody,
    /// 資格の有無と患者への質問
    Standing,
    /// No answer, or a refusal.
    Failure,
}

impl Carried {
    /// What people read; of an identifier its name and dots.
    pub fn text(&self, lang: Lang) -> String {
        let identifier = |ja: &str, en: &str| format!("{} {MASK}", say(lang, ja, en));
        let plain = |ja: &str, en: &str| say(lang, ja, en).to_owned();
        let minute = |time: &DateTime| time.strftime("%Y-%m-%d %H:%M").to_string();
        match self {
            Self::MyNumber => identifier("個人番号", "individual number"),
            Self::ResidentCode => identifier("住民票コード", "resident code"),
            Self::InstitutionalCode => identifier("機関別符号", "institutional code"),
            Self::LinkingNumber => identifier("紐付番号", "linking number"),
            Self::Serial => identifier("シリアル番号", "serial number"),
            Self::PmhId => identifier("PMH-ID", "PMH-ID"),
            Self::LinkageKey => identifier("PMH連携キー（一回限り）", "linkage key, used once"),
            Self::Evidence => plain("電子証明書と本人確認の結果", "certificate and proof"),
            Self::Qualifications => plain("資格情報", "qualifications"),
            Self::Certificates { count } => match lang {
                Lang::Ja => format!("受給者証 {count}件"),
                Lang::En => format!("subsidy certificates: {count}"),
            },
            Self::Status { status } => format!("{} {status}", say(lang, "有効性", "status")),
            Self::From { time } => match lang {
                Lang::Ja => format!("{} から", minute(time)),
                Lang::En => format!("from {}", minute(time)),
            },
            Self::NotLinkedBefore { time } => match lang {
                Lang::Ja => format!("未連携（{} から）", minute(time)),
                Lang::En => format!("not linked before {}", minute(time)),
            },
            Self::Stopped { until } => match lang {
                Lang::Ja => format!("計画停止（新しい紐付けは {} から）", minute(until)),
                Lang::En => format!("planned stop: no new links before {}", minute(until)),
            },
            Self::RequestName => plain("PMH要求ファイル名", "name of the PMH request"),
            Self::Nobody => plain("該当なし", "nobody"),
            Self::Standing => plain("資格の有無と質問", "standing and questions"),
            Self::Failure => plain("回答なし", "no answer"),
        }
    }
}

/// One system tells another something; to itself, what it finds in its own tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrow {
    /// Who tells.
    pub from: System,
    /// Who is told.
    pub to: System,
    /// What.
    pub carried: Vec<Carried>,
}

impl Arrow {
    /// What it carries, for people.
    pub fn label(&self, lang: Lang) -> String {
        self.carried.iter().map(|carried| carried.text(lang)).collect::<Vec<_>>().join(say(lang, "、", ", "))
    }
}

/// During what the systems spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// Somebody was registered, by an insurer and by a municipality.
    Registration,
    /// The first half of a visit.
    Visit,
    /// The 受給者証 that a visit agreed to.
    Subsidy,
}

impl Occasion {
    /// Its name.
    pub fn text(self, lang: Lang) -> &'static str {
        let (ja, en) = match self {
            Self::Registration => ("登録", "registration"),
            Self::Visit => ("受付", "visit"),
            Self::Subsidy => ("医療費助成の取得", "subsidy fetched"),
        };
        say(lang, ja, en)
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text(Lang::Ja))
    }
}
