//! 資格確認キー: a hash of 基本5情報, 保険資格, 限度額適用区分 and 高齢受給者証情報, so that the レセコン asks for a look only when one of
//! these changed (spec/pmh.md §5.5, [A] for what is hashed). Algorithm and form are not public; ours is SHA-256 in hexadecimal [C].

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::insured::Insured;
use super::record::valid_on;
use crate::clock::digits_of;
use crate::people::Qualification;
use crate::visit::hexadecimal;

/// 64 lower-case hexadecimal digits. What the centre knows counts, not what the patient let through: consents, times, 照会番号 and
/// reader do not change it.
pub fn qualification_confirmation_key(insured: &Insured, held: &Qualification, day: Date) -> String {
    let mut hash = Fields(Vec::with_capacity(512));

    hash.add(Some(&insured.name));
    hash.add(insured.name_kana.as_ref());
    hash.add(insured.address.as_ref());
    hash.add_date(Some(insured.birthdate));
    hash.add(Some(&insured.sex));

    hash.add(Some(&held.insured_card_classification));
    hash.add(held.insurer_number.as_ref());
    hash.add(Some(&held.insurer_name));
    hash.add(held.symbol.as_ref());
    hash.add(held.number.as_ref());
    hash.add(held.branch.as_ref());
    hash.add(held.personal_family.as_ref());
    hash.add(held.insured_name.as_ref());
    hash.add(held.reason_of_loss.as_ref());
    hash.add(held.contribution_ratio.as_ref());
    for on in [held.qualified_on, held.lost_on, held.issued_on, held.valid_from, held.valid_until] {
        hash.add_date(on);
    }

    let limit = held.limit.as_ref().filter(|limit| valid_on(day, limit.valid_from, limit.valid_until));
    hash.add(limit.map(|limit| &limit.classification_flag));

    let elderly = held.elderly.as_ref().filter(|elderly| valid_on(day, elderly.valid_from, elderly.valid_until));
    hash.add(elderly.and_then(|e| e.contribution_ratio.as_ref()));
    for on in
        [elderly.and_then(|e| e.issued_on), elderly.and_then(|e| e.valid_from), elderly.and_then(|e| e.valid_until)]
    {
        hash.add_date(on);
    }
    hexadecimal::encode(&Sha256::digest(hash.0))
}

/// Fields one after the other, each told apart from its neighbours and from a missing one.
struct Fields(Vec<u8>);

impl Fields {
    fn add(&mut self, field: Option<&String>) {
        self.add_bytes(field.map(String::as_bytes));
    }

    fn add_date(&mut self, date: Option<Date>) {
        self.add_bytes(date.map(digits_of).as_ref().map(<[u8; 8]>::as_slice));
    }

    fn add_bytes(&mut self, field: Option<&[u8]>) {
        let Some(bytes) = field else { return self.0.push(0) };
        self.0.push(1);
        self.0.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.0.extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::card::serial::SerialNumber;
    use crate::people::{Elderly, Limit, SpecificDisease, built_in};
    use crate::secret::LinkingNumber;

    const TODAY: Date = date(2026, 11, 21);

    type Change = fn(&mut Insured, &mut Qualification);

    /// Everything that the key is about; each changes something that no other one changes.
    const COVERED: [(&str, Change); 22] = [
        ("氏名", |p, _| p.name.push('郎')),
        ("氏名カナ", |p, _| p.name_kana = Some("ﾍﾝｺｳ".into())),
        ("住所", |p, _| p.address = Some("架空県変更市".into())),
        ("生年月日", |p, _| p.birthdate = date(1901, 2, 3)),
        ("性別", |p, _| p.sex.push('9')),
        ("被保険者証区分", |_, q| q.insured_card_classification.push('9')),
        ("保険者番号", |_, q| q.insurer_number = Some("9".into())),
        ("保険者名称", |_, q| q.insurer_name.push('新')),
        ("記号", |_, q| q.symbol = Some("変更".into())),
        ("番号", |_, q| q.number = Some("変更".into())),
        ("枝番", |_, q| q.branch = Some("77".into())),
        ("本人・家族", |_, q| q.personal_family = Some("7".into())),
        ("被保険者氏名", |_, q| q.insured_name = Some("変更".into())),
        ("喪失事由", |_, q| q.reason_of_loss = Some("99".into())),
        ("負担割合", |_, q| q.contribution_ratio = Some("077".into())),
        ("取得年月日", |_, q| q.qualified_on = Some(date(1999, 9, 9))),
        ("喪失年月日", |_, q| q.lost_on = Some(date(2099, 9, 9))),
        ("交付年月日", |_, q| q.issued_on = Some(date(1999, 9, 9))),
        ("有効開始", |_, q| q.valid_from = Some(date(1999, 9, 9))),
        ("有効終了", |_, q| q.valid_until = Some(date(2099, 9, 9))),
        ("適用区分", |_, q| limit(q).classification_flag.push('9')),
        ("高齢受給者証", |_, q| elderly(q).contribution_ratio = Some("077".into())),
    ];

    /// Everything else that is known of somebody.
    const NOT_COVERED: [(&str, Change); 17] = [
        ("照会番号", |p, _| p.reference_number = Some("変更".into())),
        ("カード", |p, _| p.serial = Some(SerialNumber::from_integer(&[9, 9, 9]))),
        ("保険証登録", |p, _| p.registered = !p.registered),
        ("スマートフォン", |p, _| p.physical_card = !p.physical_card),
        ("紐付番号", |p, _| p.linking_number = LinkingNumber::new("変更")),
        ("通称", |p, _| p.name_of_other = Some("変更".into())),
        ("通称カナ", |p, _| p.name_of_other_kana = Some("ﾍﾝｺｳ".into())),
        ("郵便番号", |p, _| p.post_number = Some("000-0000".into())),
        ("居宅同意", |p, _| p.home_consents.clear()),
        ("薬剤・診療", |p, _| p.medications = Default::default()),
        ("健診", |p, _| p.checkups.clear()),
        ("登録日", |_, q| q.registered_on = Some(date(2026, 11, 1))),
        ("喪失の登録日", |_, q| q.loss_registered_on = Some(date(2026, 11, 1))),
        ("特定疾病", |_, q| q.specific_diseases.push(SpecificDisease::default())),
        ("医療券", |_, q| q.medical_tickets.push(Default::default())),
        ("限度額の交付日", |_, q| limit(q).issued_on = Some(date(1999, 9, 9))),
        ("長期該当", |_, q| limit(q).long_term_on = Some(date(1999, 9, 9))),
    ];

    fn limit(held: &mut Qualification) -> &mut Limit {
        held.limit.as_mut().unwrap()
    }

    fn elderly(held: &mut Qualification) -> &mut Elderly {
        held.elderly.as_mut().unwrap()
    }

    fn somebody() -> (Insured, Qualification) {
        let person = built_in(TODAY).unwrap().get("taro").unwrap().clone();
        let limit = Limit { classification_flag: "A03".into(), ..Limit::default() };
        let held =
            Qualification { limit: Some(limit), elderly: Some(Elderly::default()), ..person.qualifications[0].clone() };
        (Insured::of(&person, LinkingNumber::new("7c31")), held)
    }

    fn key_after(changes: &[&(&str, Change)]) -> String {
        let (mut person, mut held) = somebody();
        changes.iter().for_each(|(_, change)| change(&mut person, &mut held));
        qualification_confirmation_key(&person, &held, TODAY)
    }

    #[test]
    fn a_certificate_that_ended_counts_as_none() {
        let ended: Change = |_, q| limit(q).valid_until = Some(date(2026, 11, 20));
        let none: Change = |_, q| q.limit = None;
        assert_eq!(key_after(&[&("", ended)]), key_after(&[&("", none)]));
        assert_ne!(key_after(&[&("", ended)]), key_after(&[]));
    }

    proptest! {
        #[test]
        fn the_key_changes_if_and_only_if_something_changed_that_it_is_about(
            covered in proptest::sample::subsequence(COVERED.to_vec(), 0..=3),
            others in proptest::sample::subsequence(NOT_COVERED.to_vec(), 0..=NOT_COVERED.len()),
        ) {
            let all: Vec<_> = covered.iter().chain(&others).collect();
            let what: Vec<_> = all.iter().map(|(name, _)| *name).collect();
            prop_assert_eq!(key_after(&all) != key_after(&[]), !covered.is_empty(), "{:?}", what);
            let only: Vec<_> = covered.iter().collect();
            prop_assert_eq!(key_after(&all), key_after(&only), "{:?}", what);
        }
    }
}
