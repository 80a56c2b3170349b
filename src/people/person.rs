//! A person as the other rooms know them: every date settled, nothing left to default.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::flaw::Making;
use crate::authority::{Authority, Generation, Revocation};
use crate::card::soft::Quirks;
use crate::message::bulk::Care;
use crate::message::checkup::Checkup;
use crate::message::medication::History;
use crate::message::qualification::MedicalTicketInfo;
use crate::message::subsidy::SubsidyCertificate;
use crate::secret::{MyNumber, Pin};
use crate::visit::{ConsentPlan, Plan};

/// A synthetic person, with every date settled.
#[derive(Debug, Clone)]
pub struct Person {
    /// File stem of the profile, unique.
    pub id: String,
    /// What this person is there to show, for lists: Japanese, English.
    pub shows: (String, String),
    /// 氏名, full-width space between family and given name.
    pub name: String,
    /// 氏名カナ, half-width.
    pub name_kana: Option<String>,
    /// 氏名(その他): 通称 and the like.
    pub name_of_other: Option<String>,
    /// 氏名(その他)カナ
    pub name_of_other_kana: Option<String>,
    /// OQSCD007
    pub sex: String,
    /// Sex as printed by the insurer, when it differs (Sex2).
    pub sex_on_card: Option<String>,
    /// 生年月日
    pub birthdate: Date,
    /// 住所
    pub address: Option<String>,
    /// `nnn-nnnn`
    pub post_number: Option<String>,
    /// 個人番号
    pub my_number: Option<MyNumber>,
    /// The card in the purse.
    pub card: CardOfPerson,
    /// 照会番号 registered from the start.
    pub reference_number: Option<String>,
    /// Qualifications, newest first.
    pub qualifications: Vec<Qualification>,
    /// 受給者証
    pub subsidies: Vec<Subsidy>,
    /// From this day on オンライン資格確認 knows what PMH has of them; `None`: since ever.
    pub subsidies_linked_on: Option<Date>,
    /// 自己情報提供不可: the centre shows nothing of them to who comes with a card.
    pub information_withheld: bool,
    /// Consents given at home (居宅同意取得型).
    pub home_consents: Vec<HomeConsent>,
    /// 薬剤情報・診療情報
    pub medications: History,
    /// 特定健診情報
    pub checkups: Vec<Checkup>,
    /// What they do at the reader when nobody answers for them.
    pub habits: Plan,
    /// Made from an insurance query that named nobody.
    pub adopted: bool,
}

/// The card as the profile describes it; keys and certificates are made on first use.
#[derive(Debug, Clone)]
pub struct CardOfPerson {
    /// Which card it is.
    pub kind: CardKind,
    /// Generation of the authority that issued its certificates.
    pub generation: Generation,
    /// Name of a key of the authority's pool; people may share keys, serials never.
    pub key: String,
    /// Serial number of the 利用者証明用 certificate: big-endian, positive, 1–20 bytes, leading 00 where the top bit is set.
    pub serial: Vec<u8>,
    /// First valid day of the certificates.
    pub valid_from: Date,
    /// Last valid day of the certificates (23:59:59 JST).
    pub valid_until: Date,
    /// Last valid day of the card itself, as printed on it (券面の有効期限).
    pub card_valid_until: Date,
    /// Is there a 署名用電子証明書 on it?
    pub has_signature: bool,
    /// Revoked at the certificate authority, since when and why.
    pub revocation: Option<Revocation>,
    /// Certificates of earlier cards, all of them revoked.
    pub former: Vec<FormerCard>,
    /// 利用者証明用 PIN, four digits.
    pub pin: Pin,
    /// 署名用パスワード, 6–16 upper-case letters and digits.
    pub sign_password: Pin,
    /// セキュリティコード printed on the face, four digits; the end of 照合番号B.
    pub security_code: Pin,
    /// Is the authentication PIN locked when the station starts?
    pub pin_locked: bool,
    /// Registered as 保険証 at the centre?
    pub registered: bool,
    /// What the card itself gets wrong.
    pub quirks: Quirks,
    /// What is wrong with the making of its certificates.
    pub making: Making,
}

/// An earlier card of the same person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerCard {
    /// Serial number of its 利用者証明用 certificate, as [`CardOfPerson::serial`].
    pub serial: Vec<u8>,
    /// Generation of the authority that issued it.
    pub generation: Generation,
    /// What became of it.
    pub revocation: Revocation,
}

impl CardOfPerson {
    /// Who issued its certificates.
    pub fn authority(&self) -> Authority {
        Authority::of_generation(self.generation)
    }
}

/// What lies on the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardKind {
    /// マイナンバーカード
    MyNumberCard,
    /// 顔認証マイナンバーカード: PIN locked by design, no 署名用 certificate
    FaceOnly,
    /// スマートフォン (Android)
    Android,
    /// スマートフォン (iPhone)
    Iphone,
    /// 住民基本台帳カード: the card before the マイナンバーカード, with a 公的個人認証AP of its own and nothing for a counter
    JukiCard,
    /// Some other IC card
    Foreign,
}

impl CardKind {
    /// Does it carry a 利用者証明用電子証明書? Without one nobody is found at the centre.
    pub fn has_authentication(self) -> bool {
        !matches!(self, Self::JukiCard | Self::Foreign)
    }
}

/// One qualification (資格) as the centre keeps it.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "fields named as the elements they become; see spec/oqs-interface.md §2.2")]
pub struct Qualification {
    /// 被保険者証区分 OQSCD010; `A1` = 医療扶助
    pub insured_card_classification: String,
    pub insurer_number: Option<String>,
    pub insurer_name: String,
    pub symbol: Option<String>,
    pub number: Option<String>,
    pub branch: Option<String>,
    /// OQSCD009
    pub personal_family: Option<String>,
    pub insured_name: Option<String>,
    pub qualified_on: Option<Date>,
    /// Last day plus one, as insurers register it (資格喪失年月日); on and after it the qualification is lost.
    pub lost_on: Option<Date>,
    /// OQSCD008
    pub reason_of_loss: Option<String>,
    /// When the insurer told the centre of its beginning, later than the beginning itself; `None`: in time.
    pub registered_on: Option<Date>,
    /// When the insurer told the centre of its loss; `None`: in time.
    pub loss_registered_on: Option<Date>,
    pub issued_on: Option<Date>,
    pub valid_from: Option<Date>,
    pub valid_until: Option<Date>,
    /// `010` = 10 %
    pub contribution_ratio: Option<String>,
    pub elderly: Option<Elderly>,
    pub limit: Option<Limit>,
    pub specific_diseases: Vec<SpecificDisease>,
    pub medical_tickets: Vec<MedicalTicketInfo>,
}

/// 高齢受給者証
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "named as the elements they become")]
pub struct Elderly {
    pub issued_on: Option<Date>,
    pub valid_from: Option<Date>,
    pub valid_until: Option<Date>,
    pub contribution_ratio: Option<String>,
}

/// 限度額適用認定証
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "named as the elements they become")]
pub struct Limit {
    /// OQSCD011
    pub classification: String,
    /// OQSCD012
    pub classification_flag: String,
    pub issued_on: Option<Date>,
    pub valid_from: Option<Date>,
    pub valid_until: Option<Date>,
    pub long_term_on: Option<Date>,
}

/// 特定疾病療養受療証
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "named as the elements they become")]
pub struct SpecificDisease {
    /// OQSCD013
    pub category: String,
    pub issued_on: Option<Date>,
    pub valid_from: Option<Date>,
    pub valid_until: Option<Date>,
    /// yen
    pub self_pay: Option<u32>,
}

/// A 受給者証 with what stays at PMH.
#[derive(Debug, Clone, Default)]
pub struct Subsidy {
    /// What may go to the clinic (the hash is made there).
    pub certificate: SubsidyCertificate,
    /// 不開示: ends as "none registered" at the clinic.
    pub not_disclosed: bool,
}

/// For which treatment somebody agreed at home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HomeCare {
    /// 訪問診療等
    Visit,
    /// オンライン診療等
    Online,
}

impl HomeCare {
    /// The consents at home that `care` is about; none of 医療扶助.
    pub fn of(care: Care) -> Option<Self> {
        match care {
            Care::MedicalAssistance => None,
            Care::HomeVisit => Some(Self::Visit),
            Care::Online => Some(Self::Online),
        }
    }
}

/// A consent that was given at home (居宅同意取得型, マイナ在宅受付Web).
#[derive(Debug, Clone)]
pub struct HomeConsent {
    /// For which treatment.
    pub kind: HomeCare,
    /// When it was given.
    pub given: DateTime,
    /// Until when it holds.
    pub until: DateTime,
    /// 診療日
    pub examined_on: Date,
    /// 医療機関コード to which it was given; `None`: whoever asks.
    pub institution: Option<String>,
    /// What was agreed to.
    pub consents: ConsentPlan,
}
