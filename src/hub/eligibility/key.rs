//! 資格確認キー: a hash of 基本5情報, 保険資格, 限度額適用区分 and 高齢受給者証情報, so that the レセコン asks for a look only when one of
//! these changed (spec/pmh.md §5.5, [A] for what is hashed). Algorithm and form are not public; ours is SHA-256 in hexadecimal [C].

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::insured::Insured;
use super::record::valid_on;
use crate::clock::date8;
use crate::people::Qualification;
use crate::visit::hexadecimal;

/// 64 lower-case hexadecimal digits. What the centre knows counts, not what the patient let through: consents, times, 照会番号 and
/// reader do not change it.
pub fn qualification_confirmation_key(insured: &Insured, held: &Qualification, day: Date) -> String {
    let mut hash = Fields(Sha256::new());
    let date = |date: Option<Date>| date.map(date8);

    hash.add(Some(&insured.name));
    hash.add(insured.name_kana.as_ref());
    hash.add(insured.address.as_ref());
    hash.add(Some(&date8(insured.birthdate)));
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
        hash.add(date(on).as_ref());
    }

    let limit = held.limit.as_ref().filter(|limit| valid_on(day, limit.valid_from, limit.valid_until));
    hash.add(limit.map(|limit| &limit.classification_flag));

    let elderly = held.elderly.as_ref().filter(|elderly| valid_on(day, elderly.valid_from, elderly.valid_until));
    hash.add(elderly.and_then(|e| e.contribution_ratio.as_ref()));
    for on in
        [elderly.and_then(|e| e.issued_on), elderly.and_then(|e| e.valid_from), elderly.and_then(|e| e.valid_until)]
    {
        hash.add(date(on).as_ref());
    }
    hexadecimal::encode(&hash.0.finalize())
}

/// Fields one after the other, each told apart from its neighbours and from a missing one.
struct Fields(Sha256);

impl Fields {
    fn add(&mut self, field: Option<&String>) {
        match field {
            None => self.0.update([0]),
            Some(text) => {
                self.0.update([1]);
                self.0.update((text.len() as u64).to_be_bytes());
                self.0.update(text.as_bytes());
            }
        }
    }
}
