//! The columns.

/// One column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in the first row, Japanese.
    pub ja: &'static str,
    /// Where its value stands in a profile; accepted as a name too.
    pub key: &'static str,
    /// What its cells hold.
    pub(super) kind: Kind,
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The person's id, which is no key of a profile.
    Id,
    /// Text as it is.
    Text,
    /// Text that a spreadsheet may take for a number.
    Number,
    /// Katakana, half-width.
    Kana,
    /// Digits only: with zeros in front, as many as one of these says.
    Digits(&'static [usize]),
    /// A value of this table, or its label.
    Code(&'static str),
    /// A day, relative ones too.
    Date,
    /// ○ or nothing.
    Flag,
    /// Everything else of the profile, as JSON.
    Rest,
}

impl Column {
    /// A PIN and a 個人番号 are not repeated in mistakes.
    pub(super) fn is_secret(&self) -> bool {
        matches!(self.key, "my_number" | "card.pin" | "")
    }
}

const fn column(ja: &'static str, key: &'static str, kind: Kind) -> Column {
    Column { ja, key, kind }
}

/// The key of the id.
pub(super) const ID: &str = "id";

/// All columns, in the order in which they are written. A table that is read may have them in any order, and only those it needs.
pub const COLUMNS: [Column; 49] = [
    column("ID", ID, Kind::Id),
    column("氏名", "name", Kind::Text),
    column("氏名カナ", "name_kana", Kind::Kana),
    column("性別", "sex", Kind::Code("OQSCD007")),
    column("生年月日", "birthdate", Kind::Date),
    column("郵便番号", "post_number", Kind::Number),
    column("住所", "address", Kind::Text),
    column("被保険者証区分", "qualifications.0.insured_card_classification", Kind::Code("OQSCD010")),
    column("保険者番号", "qualifications.0.insurer_number", Kind::Digits(&[6, 8])),
    column("保険者名", "qualifications.0.insurer_name", Kind::Text),
    column("記号", "qualifications.0.symbol", Kind::Number),
    column("番号", "qualifications.0.number", Kind::Number),
    column("枝番", "qualifications.0.branch", Kind::Digits(&[2])),
    column("本人・家族", "qualifications.0.personal_family", Kind::Code("OQSCD009")),
    column("被保険者氏名", "qualifications.0.insured_name", Kind::Text),
    column("資格取得年月日", "qualifications.0.qualified_on", Kind::Date),
    column("資格喪失年月日", "qualifications.0.lost_on", Kind::Date),
    column("資格喪失事由", "qualifications.0.reason_of_loss", Kind::Code("OQSCD008")),
    column("資格取得登録年月日", "qualifications.0.registered_on", Kind::Date),
    column("資格喪失登録年月日", "qualifications.0.loss_registered_on", Kind::Date),
    column("交付年月日", "qualifications.0.issued_on", Kind::Date),
    column("有効開始年月日", "qualifications.0.valid_from", Kind::Date),
    column("有効終了年月日", "qualifications.0.valid_until", Kind::Date),
    column("一部負担金割合", "qualifications.0.contribution_ratio", Kind::Digits(&[3])),
    column("高齢受給者証交付年月日", "qualifications.0.elderly.issued_on", Kind::Date),
    column("高齢受給者証有効開始年月日", "qualifications.0.elderly.valid_from", Kind::Date),
    column("高齢受給者証有効終了年月日", "qualifications.0.elderly.valid_until", Kind::Date),
    column("高齢受給者証一部負担金割合", "qualifications.0.elderly.contribution_ratio", Kind::Digits(&[3])),
    column("限度額認定証区分", "qualifications.0.limit.classification", Kind::Code("OQSCD011")),
    column("限度額適用区分", "qualifications.0.limit.classification_flag", Kind::Code("OQSCD012")),
    column("限度額認定証交付年月日", "qualifications.0.limit.issued_on", Kind::Date),
    column("限度額認定証有効開始年月日", "qualifications.0.limit.valid_from", Kind::Date),
    column("限度額認定証有効終了年月日", "qualifications.0.limit.valid_until", Kind::Date),
    column("限度額認定証長期入院該当年月日", "qualifications.0.limit.long_term_on", Kind::Date),
    column("照会番号", "reference_number", Kind::Number),
    column("個人番号", "my_number", Kind::Digits(&[12])),
    column("暗証番号", "card.pin", Kind::Digits(&[4])),
    column("氏名（その他）", "name_of_other", Kind::Text),
    column("氏名カナ（その他）", "name_of_other_kana", Kind::Kana),
    column("券面の性別", "sex_on_card", Kind::Code("OQSCD007")),
    column("受給者証連携年月日", "subsidies_linked_on", Kind::Date),
    column("自己情報提供不可", "information_withheld", Kind::Flag),
    column("証明書失効", "card.revoked", Kind::Flag),
    column("証明書失効年月日", "card.revoked_on", Kind::Date),
    column("証明書有効終了年月日", "card.valid_until", Kind::Date),
    column("説明", "shows.ja", Kind::Text),
    column("説明（英語）", "shows.en", Kind::Text),
    column("採用", "adopted", Kind::Flag),
    column("その他", "", Kind::Rest),
];
