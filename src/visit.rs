//! What travels along one visit: evidence of who stands there, what the centre knows of them, what they agree to, how it ended.
//! Types only; the rules live in `face_reader`, `terminal` and `hub`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::number::FeeTable;

/// How the person was confirmed (本人確認の方法).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// 顔認証
    Face,
    /// 暗証番号 (利用者証明用, four digits)
    Pin,
    /// 目視確認: the staff compare the face with the photo.
    Visual,
}

/// What the card itself proved about the certificate it gave (decisions.md §2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "proof", rename_all = "kebab-case")]
pub enum Proof {
    /// The card signed our challenge after the PIN: SHA-256 DigestInfo, PKCS#1 v1.5, over `challenge`.
    PinSignature {
        /// What was signed, as given to the hash.
        #[serde(with = "hexadecimal")]
        challenge: Vec<u8>,
        /// As it came from the card (256 bytes for RSA-2048).
        #[serde(with = "hexadecimal")]
        signature: Vec<u8>,
    },
    /// A software card of our test authority: the PIN-less grant is our own invention, since the real one is not public.
    TestAuthority,
    /// Nothing. Face and visual check on a real card: the PIN-less exchange is not public. Shown as such.
    None,
}

impl Proof {
    /// The word for journals and answers: `pin-signature`, `test-authority` or `none`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PinSignature { .. } => "pin-signature",
            Self::TestAuthority => "test-authority",
            Self::None => "none",
        }
    }
}

/// What the reader hands on about the person before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// 利用者証明用電子証明書, DER without filler.
    #[serde(with = "hexadecimal")]
    pub certificate: Vec<u8>,
    /// What the card proved.
    pub proof: Proof,
    /// How the person was confirmed.
    pub method: Method,
}

/// Bytes as lower-case hexadecimal text, where they travel as text.
pub(crate) mod hexadecimal {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn encode(bytes: &[u8]) -> String {
        let digit = |half: u8| if half < 10 { b'0' + half } else { b'a' + half - 10 };
        let mut digits = Vec::with_capacity(bytes.len() * 2);
        for byte in bytes {
            digits.extend([digit(byte >> 4), digit(byte & 15)]);
        }
        // Digits and letters of ASCII.
        String::from_utf8(digits).unwrap_or_default()
    }

    pub fn decode(text: &str) -> Option<Vec<u8>> {
        let digit = |c: u8| char::from(c).to_digit(16).map(|d| d as u8);
        let pairs = text.as_bytes().chunks(2).map(|pair| match *pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        });
        pairs.collect()
    }

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        decode(&String::deserialize(deserializer)?)
            .ok_or_else(|| D::Error::custom("expected an even number of hexadecimal digits"))
    }
}

/// The centre's name for a visit that was opened. Opaque.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VisitId(pub String);

impl fmt::Display for VisitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the hub found about the certificate. The hub decides, not the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateStatus {
    /// Valid and not revoked.
    Good,
    /// Valid, and within three months of its end: the reader shows the renewal notice.
    RenewalDue,
    /// Ended less than three months ago: qualification only, no medical information (spec/jpki-card.md §3.5, [A]).
    Grace,
    /// Ended more than three months ago.
    Expired,
    /// Not valid yet.
    NotYetValid,
    /// 失効
    Revoked,
    /// The authority whose name it carries never issued it.
    Unknown,
    /// The authority could not be asked, so nobody knows whether it is revoked.
    Unreachable,
    /// The issuer is none of the configured roots: "chain not verified". Does not stop a visit (decisions.md §3).
    ChainNotVerified,
    /// A signature does not verify: that of the proof which came with it, or its issuer's on the certificate itself.
    ProofFailed,
}

impl CertificateStatus {
    /// Whether a visit may go on with such a certificate.
    pub fn admits(self) -> bool {
        matches!(self, Self::Good | Self::RenewalDue | Self::Grace | Self::ChainNotVerified)
    }
}

/// A question the reader's screens may put to the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// 健康保険証として利用登録しますか (a card the hub does not know yet)
    Registration,
    /// 限度額適用認定証 (高額療養費); a screen until 2024-10-06 only
    LimitCertificate,
    /// 特定疾病療養受療証
    SpecificDisease,
    /// 診療・薬剤情報 (one screen sets both)
    DiagnosisAndPharmacists,
    /// 手術情報
    Operation,
    /// 特定健診情報
    HealthCheckup,
    /// 医療費助成の各種受給者証を利用しますか
    Subsidy,
    /// 処方箋の発行形態
    Prescription,
}

/// How the medical-information questions are put (spec/jpki-card.md §5.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentPeriod {
    /// Until 2024-10-06: one screen each, 限度額 among them.
    OneByOne,
    /// From 2024-10-07: 全て同意 / 個別に同意, 限度額 given without a screen.
    AllAtOnce,
}

/// What the centre knows of the person before any consent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Standing {
    /// The visit that was opened.
    pub visit: VisitId,
    /// Is the card registered as 保険証?
    pub registered: bool,
    /// What became of the certificate check.
    pub certificate: CertificateStatus,
    /// Last valid day of the certificate, `YYYYMMDD`.
    pub certificate_valid_until: String,
    /// Are 医療費助成 data known that could be given?
    pub subsidies_known: bool,
    /// The form in which consents are asked today.
    pub period: ConsentPeriod,
    /// The questions to ask, in this order.
    pub questions: Vec<Question>,
}

/// 処方箋の発行形態 (OQSCD017).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrescriptionForm {
    /// 電子処方箋
    Electronic,
    /// 紙の処方箋
    Paper,
}

impl PrescriptionForm {
    /// The value of OQSCD017.
    pub fn code(self) -> &'static str {
        match self {
            Self::Electronic => "1",
            Self::Paper => "2",
        }
    }
}

/// What the patient answered; `None` = was not asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Consents {
    /// 保険証として登録する
    pub registration: Option<bool>,
    /// 限度額
    pub limit_certificate: Option<bool>,
    /// 特定疾病療養受療証
    pub specific_disease: Option<bool>,
    /// 診療・薬剤
    pub diagnosis_and_pharmacists: Option<bool>,
    /// 手術
    pub operation: Option<bool>,
    /// 特定健診
    pub health_checkup: Option<bool>,
    /// 受給者証を利用する
    pub subsidy: Option<bool>,
    /// 処方箋の発行形態
    pub prescription: Option<PrescriptionForm>,
}

/// How a visit ended, for the reader's screen, the journal and the caller of a tap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// 有効 (validity 1)
    Valid,
    /// 無効 (validity 2)
    Invalid,
    /// 無効（新しい資格あり）(validity 3)
    Superseded,
    /// 該当資格なし (validity 4)
    NoQualification,
    /// 有効（未登録） (validity 6, 医療扶助)
    ValidUnregistered,
    /// The patient did not want the card registered.
    NotRegistered,
    /// Nothing readable on the reader (error 001).
    CardNotRecognised,
    /// Not a My Number card (error 002).
    NotAMyNumberCard,
    /// The certificate is revoked or expired (error 006).
    CertificateRefused,
    /// Face authentication failed and nothing else was chosen.
    FaceFailed,
    /// The 暗証番号 was wrong and nothing else was chosen.
    PinFailed,
    /// 暗証番号 is locked.
    PinLocked,
    /// The centre answered with SegmentOfResult 9.
    CentreError,
    /// The centre could not be reached.
    CentreUnreachable,
    /// The card left before the visit was done.
    CardLeft,
    /// Nobody went on for too long.
    TimedOut,
    /// The staff or the patient gave up.
    Cancelled,
}

impl Outcome {
    /// The sentence for people: Japanese, English.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Valid => ("資格は有効です", "qualification valid"),
            Self::Invalid => ("資格は無効です", "qualification not valid"),
            Self::Superseded => ("資格は無効です（新しい資格あり）", "qualification not valid, a newer one exists"),
            Self::NoQualification => ("該当する資格がありません", "no qualification found"),
            Self::ValidUnregistered => ("資格は有効です（未登録）", "qualification valid, not registered"),
            Self::NotRegistered => ("保険証の利用登録をしませんでした", "card was not registered as insurance card"),
            Self::CardNotRecognised => ("カードを認識できません (001)", "card not recognised (001)"),
            Self::NotAMyNumberCard => ("マイナンバーカードではありません (002)", "not a My Number card (002)"),
            Self::CertificateRefused => {
                ("電子証明書が失効しているか有効期限が切れています (006)", "certificate revoked or expired (006)")
            }
            Self::FaceFailed => ("顔認証ができませんでした", "face authentication failed"),
            Self::PinFailed => ("暗証番号が違いました", "wrong PIN"),
            Self::PinLocked => ("暗証番号がロックされています", "PIN is locked"),
            Self::CentreError => ("センターから異常終了が返りました", "the centre answered with an error"),
            Self::CentreUnreachable => ("センターに接続できません", "the centre cannot be reached"),
            Self::CardLeft => ("途中でカードが取り出されました", "card was taken away before the end"),
            Self::TimedOut => ("操作がないため終了しました", "ended for want of an answer"),
            Self::Cancelled => ("中止しました", "cancelled"),
        }
    }
}

/// What the patient of a visit will do, when nobody answers the screens by hand.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// How they identify themselves.
    pub identify: Identify,
    /// Their answers to the consent screens.
    pub consents: ConsentPlan,
    /// Do they use their 受給者証?
    pub subsidy: bool,
    /// Which prescription they choose.
    pub prescription: PrescriptionForm,
    /// Would they register a card that is not registered yet?
    pub register: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            identify: Identify::Face(FaceResult::Match),
            consents: ConsentPlan::All,
            subsidy: true,
            prescription: PrescriptionForm::Electronic,
            register: true,
        }
    }
}

impl Plan {
    /// It was done this way in the end; a PIN says so itself, when it is typed.
    pub fn was_done_by(&mut self, method: Method) {
        match (method, &self.identify) {
            (Method::Face, Identify::Face(_)) | (Method::Pin, _) => {}
            (Method::Face, _) => self.identify = Identify::Face(FaceResult::Match),
            (Method::Visual, _) => self.identify = Identify::Visual,
        }
    }

    /// These were the answers; what was not asked stays as it was planned.
    pub fn was_answered(&mut self, consents: &Consents) {
        self.register = consents.registration.unwrap_or(self.register);
        self.subsidy = consents.subsidy.unwrap_or(self.subsidy);
        self.prescription = consents.prescription.unwrap_or(self.prescription);
        let asked = [
            (Question::LimitCertificate, consents.limit_certificate),
            (Question::SpecificDisease, consents.specific_disease),
            (Question::DiagnosisAndPharmacists, consents.diagnosis_and_pharmacists),
            (Question::Operation, consents.operation),
            (Question::HealthCheckup, consents.health_checkup),
        ];
        let answered =
            |(question, answer): (Question, Option<bool>)| (question, answer, self.consents.agrees(question));
        let asked = asked.map(answered);
        // 全て同意 stays one press where it was one.
        if asked.iter().any(|(_, answer, planned)| answer.is_some_and(|answer| answer != *planned)) {
            let agreed = |(question, answer, planned): (Question, Option<bool>, bool)| {
                answer.unwrap_or(planned).then_some(question)
            };
            self.consents = ConsentPlan::Only(asked.into_iter().filter_map(agreed).collect());
        }
    }
}

/// How a patient identifies themselves.
#[derive(Debug, Clone, PartialEq)]
pub enum Identify {
    /// Looks into the camera, with this result each time.
    Face(FaceResult),
    /// Types a PIN.
    Pin(crate::secret::Pin),
    /// Is looked at by the staff.
    Visual,
}

impl Identify {
    /// The same for a card whose PIN nobody knows: the face in place of a PIN.
    pub fn without_pin(self) -> Self {
        match self {
            Self::Pin(_) => Self::Face(FaceResult::Match),
            other => other,
        }
    }
}

/// What the camera makes of a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaceResult {
    /// 一致
    Match,
    /// 不一致 (counts towards the lock)
    Mismatch,
    /// No face could be taken: mask, light, position. Does not count.
    Unreadable,
}

/// The answers to the consent questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentPlan {
    /// 全て同意する
    All,
    /// 全て同意しない
    None,
    /// Only these.
    Only(Vec<Question>),
}

impl ConsentPlan {
    /// The answer to `question`.
    pub fn agrees(&self, question: Question) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Only(list) => list.contains(&question),
        }
    }
}

/// 点数表番号: what kind of institution the counter stands in. Third digit of the 医療機関コード (spec/pmh.md §6.2, [A]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstitutionKind {
    /// 1 医科
    Medical,
    /// 3 歯科
    Dental,
    /// 4 調剤 (薬局)
    Pharmacy,
}

impl TryFrom<FeeTable> for InstitutionKind {
    /// The 点数表番号 at whose counter no visit takes place (健診, 訪問看護, unknown).
    type Error = FeeTable;

    fn try_from(table: FeeTable) -> Result<Self, FeeTable> {
        match table {
            FeeTable::Medical => Ok(Self::Medical),
            FeeTable::Dental => Ok(Self::Dental),
            FeeTable::Pharmacy => Ok(Self::Pharmacy),
            FeeTable::Other => Err(table),
        }
    }
}

/// 電子処方箋利用区分 (OQSCD038).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EPrescriptionUse {
    /// 0 利用しない
    No,
    /// 1 電子のみ
    ElectronicOnly,
    /// 2 電子+紙併用
    Both,
    /// 3 紙のみ
    PaperOnly,
}

/// 環境設定情報: the institution's switches that decide which questions come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "snake_case")]
pub struct Uses {
    /// 医療費助成情報 = 利用する
    pub medical_subsidy: bool,
    /// 電子処方箋利用区分
    pub e_prescription: EPrescriptionUse,
    /// 処方箋発行形態選択タイミング = 資格確認時 (OQSCD039 value 2)
    pub prescription_at_confirmation: bool,
    /// 医療扶助
    pub medical_assistance: bool,
    /// 電子カルテ情報共有サービス: its consent groups are part of the face file (provisional tags). Off: files of before it lack them,
    /// and what the real terminal calls them is [C].
    pub emr_sharing: bool,
}

impl Default for Uses {
    fn default() -> Self {
        Self {
            medical_subsidy: true,
            e_prescription: EPrescriptionUse::Both,
            prescription_at_confirmation: true,
            medical_assistance: true,
            emr_sharing: false,
        }
    }
}
