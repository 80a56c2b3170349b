//! Which certificates there are: national ones everywhere, local ones by prefecture (spec/pmh.md §6.4).

/// One scheme.
#[derive(Debug, Clone, Copy)]
pub struct Scheme {
    /// 法別番号
    pub law: u8,
    /// 都道府県番号 where a local scheme has this number; `None`: everywhere.
    pub prefecture: Option<u8>,
    /// 受給者証名
    pub name: &'static str,
    /// Ages of its holders, both included.
    pub ages: (i16, i16),
    /// How often, beside the others of the same age. Ours ([C]): certificates per age are not published in one place.
    pub weight: u32,
    /// Which limits it has.
    pub limits: Limits,
}

/// How a scheme limits what is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    /// 10 % up to an amount per month, without 種別 (自立支援).
    Ten,
    /// 20 % up to an amount per month, without 種別.
    Twenty,
    /// Nothing is paid.
    Free,
    /// So many yen a day, twice a month, as an out-patient; nothing else.
    PerDay,
}

const fn national(law: u8, name: &'static str, ages: (i16, i16), weight: u32, limits: Limits) -> Scheme {
    Scheme { law, prefecture: None, name, ages, weight, limits }
}

const fn local(law: u8, prefecture: u8, name: &'static str, ages: (i16, i16), weight: u32, limits: Limits) -> Scheme {
    Scheme { law, prefecture: Some(prefecture), name, ages, weight, limits }
}

/// National schemes that PMH takes ([A]), and the local ones that were seen ([A] 東京都, [B] 滋賀県).
pub const SCHEMES: [Scheme; 17] = [
    national(10, "結核医療費公費負担患者票", (0, 100), 1, Limits::Free),
    national(15, "自立支援医療受給者証（更生医療）", (18, 100), 8, Limits::Ten),
    national(16, "自立支援医療受給者証（育成医療）", (0, 17), 3, Limits::Ten),
    national(21, "自立支援医療受給者証（精神通院医療）", (10, 100), 40, Limits::Ten),
    national(23, "養育医療券", (0, 0), 20, Limits::Free),
    national(52, "小児慢性特定疾病医療受給者証", (0, 19), 5, Limits::Twenty),
    national(54, "特定医療費（指定難病）受給者証", (15, 100), 20, Limits::Twenty),
    local(80, 13, "心身障害者医療費受給者証", (0, 100), 10, Limits::Free),
    local(81, 13, "ひとり親家庭等医療費医療証", (0, 55), 12, Limits::PerDay),
    local(82, 13, "医療券（都単独）", (20, 100), 3, Limits::Twenty),
    local(88, 13, "乳幼児・義務教育就学児医療証", (0, 15), 120, Limits::PerDay),
    local(89, 13, "高校生等医療証", (15, 18), 100, Limits::PerDay),
    local(40, 25, "乳幼児福祉医療費受給券", (0, 15), 120, Limits::PerDay),
    local(41, 25, "重度心身障害者福祉医療費受給券", (0, 100), 10, Limits::Free),
    local(81, 0, "ひとり親家庭等医療費受給者証", (0, 55), 12, Limits::PerDay),
    local(88, 0, "こども医療費受給者証", (0, 18), 120, Limits::PerDay),
    local(80, 0, "重度心身障害者医療費受給者証", (0, 100), 10, Limits::Free),
];

/// Prefectures whose own local schemes are in the table; another one has those of number 0.
const KNOWN: [u8; 2] = [13, 25];

/// The schemes of a prefecture for somebody of this age.
pub fn of(prefecture: u8, age: i16) -> impl Iterator<Item = &'static Scheme> {
    let local = if KNOWN.contains(&prefecture) { prefecture } else { 0 };
    SCHEMES.iter().filter(move |scheme| {
        scheme.prefecture.is_none_or(|of| of == local) && (scheme.ages.0..=scheme.ages.1).contains(&age)
    })
}
