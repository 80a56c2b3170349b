//! The one form that the rows of all generations become.

use jiff::civil::Date;

use crate::message::subsidy::SubsidyCertificate;
use crate::secret::MyNumber;

/// One 受給者証 as a municipality registers it. What a clinic is shown of it is `certificate`, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// 個人番号: whose it is.
    pub my_number: MyNumber,
    /// 基本5情報
    pub holder: Holder,
    /// 機関別受給者証種別ID (v0.1.1, R6)
    pub type_id: Option<String>,
    /// 受給者証サブキー (R6)
    pub sub_key: Option<String>,
    /// 不開示
    pub not_disclosed: bool,
    /// What may go to a clinic; its hash is made by PMH.
    pub certificate: SubsidyCertificate,
    /// 履歴キー (R6)
    pub history_key: Option<String>,
    /// 削除 (R6)
    pub deleted: bool,
}

/// 基本5情報 of the holder. v0.0.1 has 氏名 and 住所 in parts, which are put together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holder {
    /// 氏名
    pub name: Option<String>,
    /// 氏名カナ
    pub kana: Option<String>,
    /// 住所
    pub address: Option<String>,
    /// 生年月日
    pub birth_date: Option<Date>,
    /// 0 不明, 1 男, 2 女, 3 その他
    pub sex: Option<String>,
}

impl Row {
    /// What makes two rows of full sets the same certificate ([C]): holder, type, numbers, name, sub key and first day.
    pub fn identity(&self) -> [&str; 7] {
        let certificate = &self.certificate;
        [
            self.my_number.reveal(),
            self.type_id.as_deref().unwrap_or_default(),
            certificate.insurer_number.as_deref().unwrap_or_default(),
            certificate.recipient_number.as_deref().unwrap_or_default(),
            certificate.certification_name.as_str(),
            self.sub_key.as_deref().unwrap_or_default(),
            certificate.valid_from.as_str(),
        ]
    }
}
