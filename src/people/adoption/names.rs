//! Names of adopted people. Every surname says that the person is made up; kana as `NameKana` has them.

/// 漢字 and half-width kana of a part of a name.
pub type Given = (&'static str, &'static str);

/// Surnames that nobody takes for real.
pub const SURNAMES: [Given; 8] = [
    ("架空", "ｶｸｳ"),
    ("見本", "ﾐﾎﾝ"),
    ("試験", "ｼｹﾝ"),
    ("例示", "ﾚｲｼﾞ"),
    ("模擬", "ﾓｷﾞ"),
    ("想定", "ｿｳﾃｲ"),
    ("仮名", "ｶﾒｲ"),
    ("採用", "ｻｲﾖｳ"),
];

const MALE: [Given; 10] = [
    ("一郎", "ｲﾁﾛｳ"),
    ("二郎", "ｼﾞﾛｳ"),
    ("三郎", "ｻﾌﾞﾛｳ"),
    ("四郎", "ｼﾛｳ"),
    ("五郎", "ｺﾞﾛｳ"),
    ("六助", "ﾛｸｽｹ"),
    ("七男", "ﾅﾅｵ"),
    ("八助", "ﾊﾁｽｹ"),
    ("九一", "ｸｲﾁ"),
    ("十平", "ｼﾞｯﾍﾟｲ"),
];

const FEMALE: [Given; 10] = [
    ("一子", "ｲﾁｺ"),
    ("二葉", "ﾌﾀﾊﾞ"),
    ("三津", "ﾐﾂ"),
    ("四季", "ｼｷ"),
    ("五月", "ｻﾂｷ"),
    ("六花", "ﾘｯｶ"),
    ("七海", "ﾅﾅﾐ"),
    ("八重", "ﾔｴ"),
    ("九美", "ｸﾐ"),
    ("十和", "ﾄﾜ"),
];

/// OQSCD007 with the given names of that sex.
pub const GIVEN: [(&str, &[Given]); 2] = [("1", &MALE), ("2", &FEMALE)];
