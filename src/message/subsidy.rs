//! 医療費助成: `PMHsimsm01res` (spec/pmh.md §1). Only a handful of tags are public; the rest is a provisional layout kept as data.
//!
//! - here: what the answer says, before a layout gives it tags
//! - `layout`: the layout table, embedded or from a file; edition R5, R6 or R8; what repeats
//! - `item`: what a layout may place
//! - `document`: by a layout to a tree and back

mod document;
mod item;
mod layout;

pub use document::FACE_LEVELS;
pub use item::{CertificateItem, FacePart, HeaderItem, LimitItem, ManagementItem, RecordItem};
pub use layout::{CodeRow, CodeTable, Edition, Layout, LayoutError, Repeat, Row};

/// The subsidy answer, before a layout gives it tags.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SubsidyDocument {
    /// ProcessExecutionTime, 14 digits.
    pub process_execution_time: String,
    /// QualificationConfirmationDate, 8 digits.
    pub qualification_confirmation_date: String,
    /// MedicalInstitutionCode
    pub medical_institution_code: String,
    /// All certificates of the person, in the order of the hub.
    pub certificates: Vec<SubsidyCertificate>,
}

/// One 受給者証.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SubsidyCertificate {
    /// 受給者証名 (mandatory, ≤100)
    pub certification_name: String,
    /// 公費負担者番号 (8 digits)
    pub insurer_number: Option<String>,
    /// 公費受給者番号 (≤30)
    pub recipient_number: Option<String>,
    /// 区分
    pub segment: Option<String>,
    /// 所得区分 (R6)
    pub income_segment: Option<String>,
    /// 追加条件 `項目コード-コード`, joined by `;` (R6)
    pub additional_conditions: Option<String>,
    /// 指定医療機関情報
    pub designated_medical_institutions: Option<String>,
    /// 常に償還払い (R6)
    pub always_reimbursement: bool,
    /// 自己負担上限額, one row per 種別
    pub limits: Vec<CopaymentLimit>,
    /// 入外合算 (R6)
    pub joint_in_out: Option<bool>,
    /// 合算対象の種別 (R6)
    pub joint_kinds: Vec<String>,
    /// 初診時の条件 (R6)
    pub first_visit: Option<String>,
    /// 食事療養費の患者負担 % (R6)
    pub meal_ratio: Option<u32>,
    /// 食事療養費の負担上限額, yen (R6)
    pub meal_limit: Option<u32>,
    /// 助成方法 code (provisional): 1 現物, 2 償還, 3 自動償還 (R6)
    pub method: Option<String>,
    /// 食事助成: whether meals are subsidised (R6)
    pub meal_subsidy: Option<bool>,
    /// 有効期間開始日 `YYYYMMDD`
    pub valid_from: String,
    /// 有効期間終了日 `YYYYMMDD`
    pub valid_to: String,
    /// 受給者証券面項目: name and value, up to three levels
    pub face_items: Vec<FaceItem>,
    /// 自己負担上限額管理票, one per month, newest first (R8)
    pub management: Vec<LimitManagement>,
    /// ハッシュ値 of the content (R6); made by the hub
    pub hash: Option<String>,
}

/// One row of 自己負担上限額.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CopaymentLimit {
    /// 種別 code (provisional): 0 common, 1 入院, 2 入院外, 3 薬局, 4 訪問看護, 5 柔整, 6 あはき
    pub kind: String,
    /// 負担定義; its values are not public (spec/pmh.md §1.4 [B])
    pub definition: Option<String>,
    /// 負担率 %, per day / month / visit
    pub ratio_day: Option<u32>,
    /// 負担率 % per month
    pub ratio_month: Option<u32>,
    /// 負担率 % per visit
    pub ratio_visit: Option<u32>,
    /// 金額 yen per day
    pub amount_day: Option<u32>,
    /// 金額 yen per month
    pub amount_month: Option<u32>,
    /// 金額 yen per visit
    pub amount_visit: Option<u32>,
    /// 回数 per month
    pub times_per_month: Option<u32>,
}

/// An item printed on the certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaceItem {
    /// 項目名
    pub name: String,
    /// 値, for an item without children
    #[serde(default)]
    pub value: Option<String>,
    /// Items below (three levels at the most)
    #[serde(default)]
    pub items: Vec<FaceItem>,
}

/// 自己負担上限額管理票 of one month: what was paid towards the limit, and where (R8; names of the items as the citizens' API publishes
/// them, spec/pmh.md §3.4; that a clinic's file has them is [C]).
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitManagement {
    /// 管理票区分; its values are not public.
    pub segment: Option<String>,
    /// 管理票区分名称
    pub segment_name: Option<String>,
    /// 年月 `YYYYMM`
    pub month: String,
    /// 月額自己負担上限額, yen
    pub limit: Option<u32>,
    /// 月額自己負担総額, yen
    pub total: Option<u32>,
    /// One row per visit
    pub records: Vec<ManagementRecord>,
}

/// One visit on a 管理票.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ManagementRecord {
    /// 利用日 `YYYYMMDD`
    pub used_on: String,
    /// 医療機関コード
    pub institution_code: Option<String>,
    /// 医療機関名
    pub institution_name: Option<String>,
    /// 医療費総額, yen
    pub medical_cost: Option<u32>,
    /// 自己負担額, yen
    pub copayment: Option<u32>,
    /// 訂正フラグ
    pub corrected: bool,
    /// 備考
    pub remarks: Option<String>,
}
