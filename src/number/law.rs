//! 法別番号: which law pays (spec/pmh.md §6.4, [A]).
//!
//! Two tables, because the same two digits stand in two kinds of numbers: insurers (保険者番号) and national public expense
//! (公費負担者番号). Local schemes (地方単独) choose their own digits per prefecture, in the 40s, 80s and 90s, and are in neither.

/// One row of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Law {
    /// 法別番号
    pub number: u8,
    /// The scheme, in Japanese.
    pub name: &'static str,
    /// Place in the order of application, from 1; 0 where there is none (insurers).
    pub priority: u8,
}

/// Place of local schemes: behind every national one.
pub const LOCAL_PRIORITY: u8 = 100;

const fn insurer_law(number: u8, name: &'static str) -> Law {
    Law { number, name, priority: 0 }
}

/// Insurers.
pub const INSURERS: [Law; 17] = [
    insurer_law(1, "全国健康保険協会管掌健康保険"),
    insurer_law(2, "船員保険"),
    insurer_law(3, "日雇特例被保険者（一般）"),
    insurer_law(4, "日雇特例被保険者（特別）"),
    insurer_law(6, "組合管掌健康保険"),
    insurer_law(7, "自衛官等の療養の給付"),
    insurer_law(31, "国家公務員共済組合"),
    insurer_law(32, "地方公務員等共済組合"),
    insurer_law(33, "警察共済組合"),
    insurer_law(34, "公立学校共済組合・日本私立学校振興・共済事業団"),
    insurer_law(39, "後期高齢者医療"),
    insurer_law(63, "特定健康保険組合（特例退職）"),
    insurer_law(67, "国民健康保険（退職者医療）"),
    insurer_law(72, "国家公務員特定共済組合"),
    insurer_law(73, "地方公務員等特定共済組合"),
    insurer_law(74, "警察特定共済組合"),
    insurer_law(75, "公立学校特定共済組合"),
];

const fn public_law(number: u8, name: &'static str, priority: u8) -> Law {
    Law { number, name, priority }
}

/// National public expense, in the order of application (第1公費 first).
pub const PUBLIC_EXPENSES: [Law; 27] = [
    public_law(13, "戦傷病者 療養の給付", 1),
    public_law(14, "戦傷病者 更生医療", 2),
    public_law(18, "原爆 認定疾病医療", 3),
    public_law(29, "新感染症 入院", 4),
    public_law(30, "心神喪失者等医療観察", 5),
    public_law(10, "結核 適正医療", 6),
    public_law(11, "結核 入院", 7),
    public_law(20, "精神 措置入院", 8),
    public_law(21, "自立支援医療（精神通院医療）", 9),
    public_law(15, "自立支援医療（更生医療）", 10),
    public_law(16, "自立支援医療（育成医療）", 11),
    public_law(24, "療養介護医療", 12),
    public_law(22, "麻薬 入院措置", 13),
    public_law(28, "感染症 一類・二類等 入院", 14),
    public_law(17, "療育の給付", 15),
    public_law(79, "肢体不自由児通所医療・障害児入所医療", 16),
    public_law(19, "原爆 一般疾病医療", 17),
    public_law(23, "養育医療", 18),
    public_law(52, "小児慢性特定疾病医療", 19),
    public_law(54, "特定医療（指定難病）", 20),
    public_law(51, "特定疾患治療研究等", 21),
    public_law(38, "肝炎治療・肝がん", 22),
    public_law(53, "児童福祉施設措置医療", 23),
    public_law(66, "石綿健康被害", 24),
    public_law(62, "特定B型肝炎", 25),
    public_law(25, "中国残留邦人等支援", 26),
    public_law(12, "生活保護 医療扶助", 27),
];

/// The national public expense with this 法別番号.
pub fn public_expense(number: u8) -> Option<&'static Law> {
    PUBLIC_EXPENSES.iter().find(|law| law.number == number)
}

/// The kind of insurer with this 法別番号.
pub fn insurer(number: u8) -> Option<&'static Law> {
    INSURERS.iter().find(|law| law.number == number)
}

/// Whether a 法別番号 belongs to insurers only.
pub fn is_insurer(number: u8) -> bool {
    insurer(number).is_some()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_number_is_both_an_insurers_and_a_public_expense() {
        let insurers: BTreeSet<_> = INSURERS.iter().map(|law| law.number).collect();
        let public: BTreeSet<_> = PUBLIC_EXPENSES.iter().map(|law| law.number).collect();
        assert_eq!((insurers.len(), public.len()), (INSURERS.len(), PUBLIC_EXPENSES.len()), "each number stands once");
        assert!(insurers.is_disjoint(&public));
    }

    #[test]
    fn the_table_stands_in_the_published_order_of_application() {
        let order: Vec<u8> = PUBLIC_EXPENSES.iter().map(|law| law.number).collect();
        let published = [
            13, 14, 18, 29, 30, 10, 11, 20, 21, 15, 16, 24, 22, 28, 17, 79, 19, 23, 52, 54, 51, 38, 53, 66, 62, 25, 12,
        ];
        assert_eq!(order, published);
        assert!(PUBLIC_EXPENSES.windows(2).all(|pair| pair[0].priority < pair[1].priority));
    }
}
