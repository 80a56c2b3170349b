//! 都道府県番号.

/// Names in the order of their numbers, 01 北海道 to 47 沖縄県.
const NAMES: [&str; 47] = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
];

/// First number of the reserve set, used when the first is exhausted: 51–97 stand for 01–47 (spec/pmh.md §6.2, [A]).
const RESERVE: u8 = 50;

/// The prefecture of a number, 01–47 or 51–97; none for 00, 48–50, 98 and 99.
pub fn name(code: u8) -> Option<&'static str> {
    let index = match code {
        51..=97 => code - RESERVE,
        _ => code,
    };
    NAMES.get(usize::from(index.checked_sub(1)?)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sets_of_numbers_name_a_prefecture_and_the_gaps_do_not() {
        assert_eq!(name(1), Some("北海道"));
        assert_eq!((name(13), name(63)), (Some("東京都"), Some("東京都")));
        assert_eq!((name(47), name(97)), (Some("沖縄県"), Some("沖縄県")));
        for gap in [0, 48, 49, 50, 98, 99, 255] {
            assert_eq!(name(gap), None, "{gap}");
        }
        assert_eq!((0..=99).filter(|&code| name(code).is_some()).count(), 94);
    }
}
