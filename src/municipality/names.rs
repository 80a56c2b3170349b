//! What the people of a made-up municipality are called. Family names that nobody has; given names that anybody may have.

/// 姓 with its kana. Some have small kana, where certificates and registers differ (spec/pmh.md §8.2 P5).
pub const FAMILIES: [(&str, &str); 16] = [
    ("架空", "カクウ"),
    ("仮名", "カメイ"),
    ("試験", "シケン"),
    ("見本", "ミホン"),
    ("例題", "レイダイ"),
    ("模擬", "モギ"),
    ("練習", "レンシュウ"),
    ("検証", "ケンショウ"),
    ("窓口", "マドグチ"),
    ("受付", "ウケツケ"),
    ("架橋", "カキョウ"),
    ("雛形", "ヒナガタ"),
    ("標準", "ヒョウジュン"),
    ("複写", "フクシャ"),
    ("別紙", "ベッシ"),
    ("様式", "ヨウシキ"),
];

/// 名 with its kana and sex (1 男, 2 女).
pub const GIVEN: [(&str, &str, &str); 20] = [
    ("太郎", "タロウ", "1"),
    ("一郎", "イチロウ", "1"),
    ("健", "ケン", "1"),
    ("翔太", "ショウタ", "1"),
    ("大輔", "ダイスケ", "1"),
    ("涼", "リョウ", "1"),
    ("哲平", "テッペイ", "1"),
    ("蓮", "レン", "1"),
    ("実", "ミノル", "1"),
    ("清", "キヨシ", "1"),
    ("花子", "ハナコ", "2"),
    ("恵", "メグミ", "2"),
    ("京子", "キョウコ", "2"),
    ("葵", "アオイ", "2"),
    ("美咲", "ミサキ", "2"),
    ("杏", "アン", "2"),
    ("律子", "リツコ", "2"),
    ("陽菜", "ヒナ", "2"),
    ("節子", "セツコ", "2"),
    ("緑", "ミドリ", "2"),
];

/// Kana written large where it is small, as some registers keep it.
pub fn with_large_kana(kana: &str) -> String {
    const SMALL: [(char, char); 9] = [
        ('ァ', 'ア'),
        ('ィ', 'イ'),
        ('ゥ', 'ウ'),
        ('ェ', 'エ'),
        ('ォ', 'オ'),
        ('ッ', 'ツ'),
        ('ャ', 'ヤ'),
        ('ュ', 'ユ'),
        ('ョ', 'ヨ'),
    ];
    kana.chars().map(|c| SMALL.iter().find(|(small, _)| *small == c).map_or(c, |(_, large)| *large)).collect()
}
