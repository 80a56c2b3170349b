//! A believable population: households with ages, everybody in the file with at least one certificate, and among them the cases that hurt
//! (spec/pmh.md §8). Every household draws from a generator of its own, so that more people do not change those before them.

use jiff::ToSpan;
use jiff::civil::Date;
use rand_chacha::ChaCha20Rng;
use rand_core::RngCore;
use unicode_normalization::UnicodeNormalization;

use super::names::{FAMILIES, GIVEN, with_large_kana};
use super::schemes::{self, Limits, Scheme};
use crate::clock::date8;
use crate::message::subsidy::{CopaymentLimit, FaceItem, SubsidyCertificate};
use crate::number::{my_number, with_check_digit};
use crate::people::Person;
use crate::random::Seed;
use crate::secret::MyNumber;
use crate::wire::registration::field::Characters;
use crate::wire::registration::{Holder, Row};

/// 法別番号 of 精神通院.
const OUTPATIENT_MENTAL: u8 = 21;

/// What is made.
#[derive(Debug)]
pub struct Plan {
    /// How many people hold certificates.
    pub people: u64,
    /// Of all chance.
    pub seed: Seed,
    /// The day on which the file is written.
    pub today: Date,
    /// 都道府県番号
    pub prefecture: u8,
    /// People of the counter, by their 個人番号: they come first, and count.
    pub known: Vec<Person>,
}

/// All rows of a plan, one after the other: nothing is kept of those before.
pub fn rows(plan: &Plan) -> impl Iterator<Item = Row> + '_ {
    let is_written = |person: &&Person| person.my_number.is_some() && Characters::FullWidth.admits(&person.name);
    let known = plan.known.iter().filter(is_written);
    let known = known.enumerate().map(|(at, person)| Citizen::known(plan, at as u64, person));
    let known: Vec<Citizen> = known.take(usize::try_from(plan.people).unwrap_or(usize::MAX)).collect();
    let left = usize::try_from(plan.people).unwrap_or(usize::MAX).saturating_sub(known.len());
    let others = (0u64..).flat_map(|household| household_of(plan, household)).take(left);
    known.into_iter().chain(others).flat_map(|citizen| citizen.rows(plan))
}

/// Somebody with a certificate.
struct Citizen {
    my_number: MyNumber,
    holder: Holder,
    age: i16,
    chance: Chance,
}

/// Draws, one after the other.
struct Chance(ChaCha20Rng);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0.next_u64() % most.max(1)
    }

    fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    fn of<'t, T>(&mut self, table: &'t [T]) -> Option<&'t T> {
        table.get(usize::try_from(self.below(table.len() as u64)).ok()?)
    }
}

/// Ages of a household by its kind: parents with children, one parent, a couple, somebody alone.
fn ages(chance: &mut Chance) -> Vec<i16> {
    let child = |chance: &mut Chance| chance.below(19) as i16;
    let grown = |chance: &mut Chance| 25 + chance.below(30) as i16;
    let old = |chance: &mut Chance| 60 + chance.below(38) as i16;
    match chance.below(10) {
        0..4 => {
            let parents = [grown(chance), grown(chance)];
            let children = 1 + chance.below(3);
            parents.into_iter().chain((0..children).map(|_| child(chance)).collect::<Vec<_>>()).collect()
        }
        4 => vec![grown(chance), child(chance)],
        5..8 => vec![old(chance), old(chance)],
        _ => vec![20 + chance.below(75) as i16],
    }
}

fn household_of(plan: &Plan, number: u64) -> Vec<Citizen> {
    let mut chance = Chance(plan.seed.rng(&["municipality", "household", &number.to_string()]));
    let (family, family_kana) = chance.of(&FAMILIES).copied().unwrap_or(("架空", "カクウ"));
    let address = address(&mut chance);
    let ages = ages(&mut chance);
    let members = ages.into_iter().enumerate().map(|(at, age)| {
        let (given, given_kana, sex) = chance.of(&GIVEN).copied().unwrap_or(("太郎", "タロウ", "1"));
        let mut kana = format!("{family_kana}\u{3000}{given_kana}");
        let mut name = format!("{family}\u{3000}{given}");
        if chance.one_in(40) {
            kana = with_large_kana(&kana);
        }
        if chance.one_in(80) {
            // A character that the register has and the code of the card has not.
            name = format!("●\u{3000}{given}");
        }
        let days = chance.below(365) as i64;
        let birth = plan.today.saturating_sub(i64::from(age).years()).saturating_sub(days.days());
        Citizen {
            my_number: my_number_of(number * 8 + at as u64),
            holder: Holder {
                name: Some(name),
                kana: Some(kana),
                address: Some(address.clone()),
                birth_date: Some(birth),
                sex: Some(sex.to_owned()),
            },
            age,
            chance: Chance(plan.seed.rng(&["municipality", "citizen", &number.to_string(), &at.to_string()])),
        }
    });
    members.collect()
}

/// One address in two spellings (spec/pmh.md §8.2 P5).
fn address(chance: &mut Chance) -> String {
    let [a, b, c] = [1 + chance.below(9), 1 + chance.below(40), 1 + chance.below(20)];
    let rest = if chance.one_in(2) { format!("{a}丁目{b}番{c}号") } else { format!("{a}－{b}－{c}") };
    let room = if chance.one_in(3) {
        format!("\u{3000}仮荘{}0{}号室", 1 + chance.below(5), 1 + chance.below(9))
    } else {
        String::new()
    };
    format!("架空県試験市見本{rest}{room}")
}

/// 個人番号 that nobody has: they begin with 98, and the check digit is right.
fn my_number_of(index: u64) -> MyNumber {
    let body = format!("98{:09}", index % 1_000_000_000);
    MyNumber::new(format!("{body}{}", my_number::check_digit(&body).unwrap_or_default()))
}

impl Citizen {
    fn known(plan: &Plan, at: u64, person: &Person) -> Self {
        let years = plan.today.year() - person.birthdate.year();
        let before = (plan.today.month(), plan.today.day()) < (person.birthdate.month(), person.birthdate.day());
        Self {
            my_number: person.my_number.clone().unwrap_or_else(|| my_number_of(at)),
            holder: Holder {
                name: Some(person.name.clone()),
                kana: person.name_kana.as_deref().map(full_width),
                address: person.address.clone(),
                birth_date: Some(person.birthdate),
                sex: Some(person.sex.clone()),
            },
            age: years - i16::from(before),
            chance: Chance(plan.seed.rng(&["municipality", "known", &person.id])),
        }
    }

    /// One certificate, now and then two, or one with the period before it.
    fn rows(mut self, plan: &Plan) -> Vec<Row> {
        let mut rows = Vec::new();
        let many = if self.chance.one_in(8) { 2 } else { 1 };
        for turn in 0..many {
            let Some(scheme) = self.scheme(plan.prefecture) else { continue };
            let row = self.row(plan, scheme, turn);
            if self.chance.one_in(10) {
                rows.push(before(&row));
            }
            rows.push(row);
        }
        rows
    }

    fn scheme(&mut self, prefecture: u8) -> Option<&'static Scheme> {
        let all: Vec<&Scheme> = schemes::of(prefecture, self.age).collect();
        let mut left = self.chance.below(all.iter().map(|scheme| u64::from(scheme.weight)).sum());
        all.into_iter().find(|scheme| {
            let found = left < u64::from(scheme.weight);
            left = left.saturating_sub(u64::from(scheme.weight));
            found
        })
    }

    fn row(&mut self, plan: &Plan, scheme: &Scheme, turn: u64) -> Row {
        let is_support = matches!(scheme.limits, Limits::Ten);
        let (from, to) = self.period(plan.today);
        let mut certificate = SubsidyCertificate {
            certification_name: scheme.name.to_owned(),
            insurer_number: self.insurer_number(plan.prefecture, scheme),
            recipient_number: self.recipient_number(scheme),
            segment: self.chance.one_in(3).then(|| "一般".to_owned()),
            income_segment: is_support
                .then(|| ["低所得1", "低所得2", "中間所得"][self.chance.below(3) as usize].to_owned()),
            additional_conditions: self.chance.one_in(6).then(|| "01-1;02-2".to_owned()),
            designated_medical_institutions: is_support.then(|| "架空総合病院、架空中央薬局".to_owned()),
            always_reimbursement: self.chance.one_in(50),
            limits: self.limits(scheme.limits),
            joint_in_out: (scheme.limits == Limits::PerDay).then(|| self.chance.one_in(5)),
            meal_limit: self.chance.one_in(10).then_some(0),
            valid_from: date8(from),
            valid_to: date8(to),
            face_items: face(&self.holder, scheme, from, to),
            ..SubsidyCertificate::default()
        };
        if scheme.limits == Limits::PerDay {
            self.add_r6(&mut certificate);
        }
        let mut holder = self.holder.clone();
        if is_support {
            // 自立支援医療 keeps no sex: 0 by agreement (spec/pmh.md §2.2, [A]).
            holder.sex = Some("0".to_owned());
        }
        Row {
            history_key: Some(format!("{}-{turn}-{}", self.key(), date8(from))),
            my_number: self.my_number.clone(),
            holder,
            type_id: Some(format!("T{:02}{:02}", plan.prefecture, scheme.law)),
            sub_key: Some(format!("{}", turn + 1)),
            not_disclosed: self.chance.one_in(150),
            certificate,
            deleted: false,
        }
    }

    /// What R6 added beside the limits of before (spec/pmh.md §1.4), in local schemes, whose rules differ most.
    fn add_r6(&mut self, certificate: &mut SubsidyCertificate) {
        if certificate.joint_in_out == Some(true) {
            certificate.joint_kinds = vec!["1".to_owned(), "2".to_owned()];
        }
        let in_kind = if self.chance.one_in(9) { "3" } else { "1" };
        certificate.method = Some(if certificate.always_reimbursement { "2" } else { in_kind }.to_owned());
        certificate.first_visit = self.chance.one_in(8).then(|| "初診時のみ500円".to_owned());
        certificate.meal_ratio = self.chance.one_in(10).then_some(50);
        certificate.meal_subsidy = Some(self.chance.one_in(4));
        if self.chance.one_in(6) {
            let of_visit = |kind: &str| CopaymentLimit {
                kind: kind.to_owned(),
                amount_visit: Some(200),
                ..CopaymentLimit::default()
            };
            certificate.limits.extend(["4", "5", "6"].map(of_visit));
        }
    }

    /// A key of the municipality's own, which says nothing about the 個人番号.
    fn key(&mut self) -> String {
        format!("k{:012x}", self.chance.below(1 << 48))
    }

    /// A year around today; one in thirty begins later, one in forty has ended.
    fn period(&mut self, today: Date) -> (Date, Date) {
        let from = match self.chance.below(120) {
            0..4 => today.saturating_add((1 + self.chance.below(60) as i64).days()),
            4..7 => today.saturating_sub((370 + self.chance.below(300) as i64).days()),
            _ => today.saturating_sub((self.chance.below(300) as i64).days()),
        };
        let from = from.first_of_month();
        (from, from.saturating_add(1.year()).saturating_sub(1.day()))
    }

    /// One in a hundred certificates has none; one in a hundred has a number whose check digit is wrong (spec/pmh.md §6.1).
    fn insurer_number(&mut self, prefecture: u8, scheme: &Scheme) -> Option<String> {
        let number = with_check_digit(&format!("{:02}{prefecture:02}999", scheme.law))?;
        match self.chance.below(100) {
            0 if scheme.prefecture.is_some() => None,
            1 => Some(format!("{:02}{prefecture:02}9990", scheme.law)),
            _ => Some(number),
        }
    }

    /// Seven digits of national schemes; local ones now and then longer, up to 30 characters, or none.
    fn recipient_number(&mut self, scheme: &Scheme) -> Option<String> {
        let seven = with_check_digit(&format!("{:06}", self.chance.below(1_000_000)))?;
        match (scheme.prefecture, self.chance.below(60)) {
            (Some(_), 0) => None,
            (Some(_), 1) => Some(format!("KODOMO-{:023}", self.chance.below(1_000_000_000))),
            _ => Some(seven),
        }
    }

    fn limits(&mut self, limits: Limits) -> Vec<CopaymentLimit> {
        let amount = [0, 2_500, 5_000, 10_000][self.chance.below(4) as usize];
        let of = |kind: &str| CopaymentLimit { kind: kind.to_owned(), ..CopaymentLimit::default() };
        match limits {
            Limits::Ten => vec![CopaymentLimit { ratio_month: Some(10), amount_month: Some(amount), ..of("0") }],
            Limits::Twenty => vec![CopaymentLimit { ratio_month: Some(20), amount_month: Some(amount), ..of("0") }],
            Limits::Free => vec![CopaymentLimit { amount_month: Some(0), ..of("0") }],
            Limits::PerDay => vec![
                CopaymentLimit { amount_month: Some(0), ..of("1") },
                CopaymentLimit { amount_day: Some(500), times_per_month: Some(2), ..of("2") },
                CopaymentLimit { amount_month: Some(0), ..of("3") },
            ],
        }
    }
}

/// The same certificate one period earlier: the municipality sends its history (spec/pmh.md §11 S-14).
fn before(row: &Row) -> Row {
    let mut row = row.clone();
    let day = |text: &str| crate::clock::parse_date(text);
    if let (Some(from), Some(to)) = (day(&row.certificate.valid_from), day(&row.certificate.valid_to)) {
        row.certificate.valid_from = date8(from.saturating_sub(1.year()));
        row.certificate.valid_to = date8(to.saturating_sub(1.year()));
    }
    row.history_key = row.history_key.map(|key| format!("{key}-before"));
    row
}

fn face(holder: &Holder, scheme: &Scheme, from: Date, to: Date) -> Vec<FaceItem> {
    let leaf = |name: &str, value: String| FaceItem { name: name.to_owned(), value: Some(value), items: Vec::new() };
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    let person = vec![leaf("氏名", said(&holder.name)), leaf("住所", said(&holder.address))];
    // It stands on the face only, and staff read it (spec/pmh.md §8.2 P13).
    let checked = (scheme.law == OUTPATIENT_MENTAL).then(|| leaf("支給要件の確認方法", "医療用（2年目）".to_owned()));
    let items = [
        FaceItem { name: "受給者".to_owned(), value: None, items: person },
        leaf("有効期間", format!("{}から{}まで", era(from), era(to))),
        leaf("制度", scheme.name.to_owned()),
        leaf("特定疾病療養受療証", "無".to_owned()),
    ];
    items.into_iter().chain(checked).collect()
}

/// Half-width kana as the register has them.
fn full_width(kana: &str) -> String {
    kana.nfkc().map(|c| if c == ' ' { '\u{3000}' } else { c }).collect()
}

/// `令和8年4月1日`
fn era(day: Date) -> String {
    match crate::clock::era::of(day) {
        Some((era, year)) => format!("{}{year}年{}月{}日", era.name, day.month(), day.day()),
        None => day.to_string(),
    }
}
