//! The fields of the three generations (spec/pmh.md §2.1, §2.2). Names and forms that are not public are [C] and marked provisional in the
//! documents: whoever holds the closed specification exchanges a row.

use super::field::Characters::{Alphanumeric, Any, Conditions, Digits, FullWidth, Kana};
use super::field::{Field, Item, Shape};

/// Seed 002: slides of the 合同ワーキングチーム, 2023-11-24, with v0.0.1.
const S002: &str = "S002";
/// The document of 2024-03-25.
const DA_0325: &str = "DA-0325";
/// The document of 2024-07-08.
const DA_0708: &str = "DA-0708";
/// Nowhere: ours.
const OURS: &str = "madoguchi";

/// Most characters of a text whose length is not public ([C]).
const FREE: usize = 1_000;

/// Most fields of a row or of an object in it.
pub(super) const MOST_FIELDS: usize = 19;

const fn text(least: usize, most: usize) -> Shape {
    Shape::Text { least, most, characters: Any }
}

const fn digits(count: usize) -> Shape {
    Shape::Text { least: count, most: count, characters: Digits }
}

const FLAG: Shape = Shape::Code(&[("0", "いいえ"), ("1", "はい")]);
const SEX: Shape = Shape::Code(&[("0", "不明 (自立支援医療)"), ("1", "男"), ("2", "女"), ("3", "その他")]);
const DAY_OR_MONTH: Shape = Shape::Code(&[("1", "日額"), ("2", "月額")]);
/// 種別, as the subsidy document has them (provisional, spec/pmh.md §1.5).
const KINDS: &[(&str, &str)] =
    &[("1", "入院"), ("2", "入院外"), ("3", "薬局"), ("4", "訪問看護"), ("5", "柔整"), ("6", "あはき")];

const MY_NUMBER: Field = Field::new("myNumber", "個人番号", Item::MyNumber, digits(12)).required().of(DA_0708, 'A');

/// The four attributes of a 種別 ([A] S002).
const fn limit(kind: &'static str) -> [Field; 4] {
    let times = Shape::Text { least: 1, most: 3, characters: Digits };
    [
        Field::new("burdenRatio", "負担率 (%)", Item::Ratio(kind), Shape::Whole { most: 100 })
            .of(S002, 'A')
            .formed_by_us(),
        Field::new("amount", "金額 (円)", Item::Amount(kind), Shape::Whole { most: 99_999_999 })
            .of(S002, 'A')
            .formed_by_us(),
        Field::new("perDayOrMonth", "日額・月額の別", Item::Per(kind), DAY_OR_MONTH).of(S002, 'A'),
        Field::new("limitedNumberOfTimes", "月の利用回数の上限", Item::Times(kind), times).of(S002, 'A').formed_by_us(),
    ]
}

static COMMON: [Field; 4] = limit("0");
static HOSPITALIZATION: [Field; 4] = limit("1");
static OUTPATIENT: [Field; 4] = limit("2");
static PHARMACY: [Field; 4] = limit("3");
static HOME_NURSING: [Field; 4] = limit("4");
static JUDO: [Field; 4] = limit("5");
static ACUPUNCTURE: [Field; 4] = limit("6");

/// The name of the group without 種別; the others are refused beside it, attribute by attribute.
pub const COMMON_GROUP: &str = "common";
/// The groups of v0.0.1 that have a 種別.
pub const SEPARATE_GROUPS: [&str; 3] = ["hospitalization", "outpatient", "pharmacy"];

const COMMON_FIELD: Field =
    Field::new(COMMON_GROUP, "入院・入院外・薬局の別なし", Item::Group, Shape::Group(&COMMON)).of(S002, 'A');
const HOSPITALIZATION_FIELD: Field =
    Field::new("hospitalization", "入院", Item::Group, Shape::Group(&HOSPITALIZATION)).of(S002, 'A');
const OUTPATIENT_FIELD: Field =
    Field::new("outpatient", "入院外", Item::Group, Shape::Group(&OUTPATIENT)).of(S002, 'A');
const PHARMACY_FIELD: Field = Field::new("pharmacy", "薬局", Item::Group, Shape::Group(&PHARMACY)).of(S002, 'A');

static COPAYMENT_LIMIT: [Field; 4] = [COMMON_FIELD, HOSPITALIZATION_FIELD, OUTPATIENT_FIELD, PHARMACY_FIELD];

/// The inside of `maxCopaymentAmount` is not public. Ours has the groups of v0.0.1 and what R6 was announced to add (spec/pmh.md §1.4).
static MAX_COPAYMENT: [Field; 14] = [
    COMMON_FIELD.of(OURS, 'C'),
    HOSPITALIZATION_FIELD.of(OURS, 'C'),
    OUTPATIENT_FIELD.of(OURS, 'C'),
    PHARMACY_FIELD.of(OURS, 'C'),
    Field::new("homeNursing", "訪問看護", Item::Group, Shape::Group(&HOME_NURSING)).of(OURS, 'C'),
    Field::new("judoTherapy", "柔整", Item::Group, Shape::Group(&JUDO)).of(OURS, 'C'),
    Field::new("acupuncture", "あはき", Item::Group, Shape::Group(&ACUPUNCTURE)).of(OURS, 'C'),
    Field::new("isInOutCombined", "入外合算", Item::JointInOut, Shape::Boolean).of(OURS, 'C'),
    Field::new("combinedKinds", "合算対象の種別", Item::JointKinds, Shape::Codes(KINDS)).of(OURS, 'C'),
    Field::new("firstVisitCondition", "初診時の条件", Item::FirstVisit, text(0, FREE)).of(OURS, 'C'),
    Field::new("mealBurdenRatio", "食事療養費の患者負担 (%)", Item::MealRatio, Shape::Whole { most: 100 })
        .of(OURS, 'C'),
    Field::new("mealAmount", "食事療養費の負担上限額 (円)", Item::MealLimit, Shape::Whole { most: 99_999_999 })
        .of(OURS, 'C'),
    Field::new(
        "subsidyMethod",
        "助成方法",
        Item::Method,
        Shape::Code(&[("1", "現物"), ("2", "償還"), ("3", "自動償還")]),
    )
    .of(OURS, 'C'),
    Field::new("isMealSubsidized", "食事助成", Item::MealSubsidy, Shape::Boolean).of(OURS, 'C'),
];

/// 医療助成対象者情報同期API 0.0.1, in its order. Forms are ours where the slides only say `string`; that 個人番号 is required is [A], that the
/// period is, [C].
pub static V001: [Field; 18] = [
    MY_NUMBER.of(S002, 'A'),
    Field::new("lastName", "氏名 姓", Item::FamilyName, full_width(100)).of(S002, 'A').formed_by_us(),
    Field::new("firstName", "氏名 名", Item::GivenName, full_width(100)).of(S002, 'A').formed_by_us(),
    Field::new("lastNameKana", "氏名カナ 姓", Item::FamilyKana, kana(100)).of(S002, 'A').formed_by_us(),
    Field::new("firstNameKana", "氏名カナ 名", Item::GivenKana, kana(100)).of(S002, 'A').formed_by_us(),
    Field::new("addressPref", "住所 都道府県名", Item::Address, text(0, 100)).of(S002, 'A').formed_by_us(),
    Field::new("addressCity", "住所 市区郡町村名", Item::Address, text(0, 100)).of(S002, 'A').formed_by_us(),
    Field::new("addressSection", "住所 町字名", Item::Address, text(0, 300)).of(S002, 'A').formed_by_us(),
    Field::new("addressHouseNumber", "住所 番地", Item::Address, text(0, 100)).of(S002, 'A').formed_by_us(),
    Field::new("addressDetail", "住所 方書", Item::Address, text(0, 300)).of(S002, 'A').formed_by_us(),
    Field::new("birthDate", "生年月日", Item::BirthDate, Shape::Date).of(S002, 'A').formed_by_us(),
    Field::new("gender", "性別", Item::Sex, SEX).of(S002, 'A'),
    Field::new("medicalSubsidyRegistrationNumber", "公費負担者番号", Item::InsurerNumber, digits(8)).of(S002, 'A'),
    Field::new("medicalSubsidyCertificationNumber", "受給者番号", Item::RecipientNumber, text(0, 30)).of(S002, 'A'),
    Field::new("copaymentLimit", "自己負担上限額", Item::Group, Shape::Group(&COPAYMENT_LIMIT)).of(S002, 'A'),
    Field::new("certificationStartDate", "有効期間 始期", Item::ValidFrom, Shape::Date)
        .required()
        .of(S002, 'A')
        .formed_by_us(),
    Field::new("certificationEndDate", "有効期間 終期", Item::ValidTo, Shape::Date)
        .required()
        .of(S002, 'A')
        .formed_by_us(),
    Field::new("certificateAllItems", "受給者証券面項目", Item::Face, Shape::Face).of(S002, 'A').formed_by_us(),
];

const fn full_width(most: usize) -> Shape {
    Shape::Text { least: 0, most, characters: FullWidth }
}

const fn kana(most: usize) -> Shape {
    Shape::Text { least: 0, most, characters: Kana }
}

/// The five are named by the sample of R6 ([A]); that all of them are required is [C].
static BASIC_FIVE: [Field; 5] = [
    Field::new("name", "氏名", Item::Name, Shape::Text { least: 1, most: 200, characters: FullWidth })
        .required()
        .of(DA_0708, 'A')
        .formed_by_us(),
    Field::new("nameKana", "氏名カナ", Item::Kana, kana(200)).required().of(DA_0708, 'A').formed_by_us(),
    Field::new("address", "住所", Item::Address, text(0, FREE)).required().of(DA_0708, 'A').formed_by_us(),
    Field::new("dateOfBirth", "生年月日", Item::BirthDate, Shape::Date).required().of(DA_0708, 'A').formed_by_us(),
    Field::new("sex", "性別", Item::Sex, SEX).required().of(DA_0708, 'A').formed_by_us(),
];

const TYPE_ID: Field = Field::new(
    "orgSpecificCertificateTypeId",
    "機関別受給者証種別ID",
    Item::TypeId,
    Shape::Text { least: 1, most: 50, characters: Alphanumeric },
)
.required()
.of(DA_0708, 'A');
const FIVE: Field =
    Field::new("basicFiveInfo", "基本5情報", Item::Group, Shape::Group(&BASIC_FIVE)).required().of(DA_0708, 'A');
const NOT_DISCLOSED: Field =
    Field::new("isNotDisclosed", "不開示フラグ", Item::NotDisclosed, Shape::Boolean).required().of(DA_0708, 'A');
const INSURER: Field =
    Field::new("medicalSubsidyInsurerNumber", "公費負担者番号", Item::InsurerNumber, digits(8)).of(DA_0708, 'A');
const CERTIFICATION_NAME: Field =
    Field::new("certificationName", "受給者証名", Item::CertificationName, text(1, 100)).required().of(DA_0708, 'A');
const RECIPIENT: Field =
    Field::new("medicalSubsidyRecipientNumber", "公費受給者番号", Item::RecipientNumber, text(0, 30)).of(DA_0708, 'A');
const SEGMENT: Field = Field::new("segment", "区分", Item::Segment, text(0, FREE)).of(DA_0708, 'A').formed_by_us();
const INSTITUTIONS: Field =
    Field::new("designatedMedicalInstitutions", "指定医療機関情報", Item::Institutions, text(0, FREE))
        .of(DA_0708, 'A')
        .formed_by_us();
const ALWAYS: Field =
    Field::new("isAlwaysReimbursement", "常に償還払い", Item::AlwaysReimbursement, FLAG).required().of(DA_0708, 'A');
const LIMIT: Field =
    Field::new("maxCopaymentAmount", "自己負担上限額", Item::Group, Shape::Group(&MAX_COPAYMENT)).of(DA_0708, 'A');
const FROM: Field =
    Field::new("validFrom", "有効期間 開始日", Item::ValidFrom, Shape::Date).required().of(DA_0708, 'A');
const TO: Field = Field::new("validTo", "有効期間 終了日", Item::ValidTo, Shape::Date).required().of(DA_0708, 'A');
const DETAIL: Field = Field::new("certificationDetail", "受給者証券面項目", Item::Face, Shape::FaceList)
    .required()
    .of(DA_0708, 'A')
    .formed_by_us();

/// 医療費助成対象者情報登録API 0.1.1. Limit, validity and face items are not visible in what was published; they are those of R6 ([C]).
pub static V011: [Field; 13] = [
    TYPE_ID.of(DA_0325, 'A'),
    MY_NUMBER.of(DA_0325, 'A'),
    FIVE.of(DA_0325, 'A'),
    NOT_DISCLOSED.of(DA_0325, 'A'),
    INSURER.of(DA_0325, 'A'),
    CERTIFICATION_NAME.of(DA_0325, 'A'),
    RECIPIENT.of(DA_0325, 'A'),
    SEGMENT.of(DA_0325, 'C'),
    INSTITUTIONS.of(DA_0325, 'C'),
    LIMIT.of(DA_0325, 'C'),
    FROM.of(DA_0325, 'C'),
    TO.of(DA_0325, 'C'),
    DETAIL.of(DA_0325, 'C'),
];

/// 差分履歴情報 (R6), in its order ([A], spec/pmh.md §2.2).
pub static R6: [Field; 19] = [
    TYPE_ID,
    MY_NUMBER,
    FIVE,
    NOT_DISCLOSED,
    INSURER,
    CERTIFICATION_NAME,
    RECIPIENT,
    Field::new("certificationSubKey", "受給者証サブキー", Item::SubKey, text(0, 100)).of(DA_0708, 'A').formed_by_us(),
    SEGMENT,
    Field::new("incomeSegment", "所得区分", Item::IncomeSegment, text(0, FREE)).of(DA_0708, 'A').formed_by_us(),
    Field::new(
        "additionalConditions",
        "追加条件",
        Item::AdditionalConditions,
        Shape::Text { least: 3, most: FREE, characters: Conditions },
    )
    .of(DA_0708, 'A')
    .formed_by_us(),
    INSTITUTIONS,
    ALWAYS,
    LIMIT,
    FROM,
    TO,
    Field::new("historyKey", "履歴キー", Item::HistoryKey, text(1, 100)).required().of(DA_0708, 'A').formed_by_us(),
    Field::new("isDeleted", "削除フラグ", Item::Deleted, Shape::Boolean).required().of(DA_0708, 'A'),
    DETAIL,
];
