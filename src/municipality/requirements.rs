//! 機能要件 of 障害者福祉システム 標準仕様書 3.0 about PMH (spec/pmh.md §2.4, [A] S002): which of them a file fulfils, and by which rows it does not.

use std::io::Read;

use jiff::civil::Date;

use crate::clock::date8;
use crate::number::PublicExpenseNumber;
use crate::wire::registration::{Form, Generation, Mode, ReadError, Refusal, Row, ended, look_through};

/// A function of the specification.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// 機能ID
    pub id: &'static str,
    /// 法別番号 of its certificates.
    pub law: u8,
    /// Which medical care.
    pub name: &'static str,
    /// Mandatory (実装必須), or an option (標準オプション).
    pub mandatory: bool,
}

/// The three of PMH; to be fulfilled by 2026-04-01.
pub const FUNCTIONS: [Function; 3] = [
    Function { id: "0221278", law: 15, name: "自立支援医療（更生医療）", mandatory: true },
    Function { id: "0221287", law: 16, name: "自立支援医療（育成医療）", mandatory: true },
    Function { id: "0221295", law: 21, name: "自立支援医療（精神通院医療）", mandatory: false },
];

/// So many rows are named per rule.
const NAMED: usize = 10;

/// One rule of a function, looked at over all its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// The rule, Japanese and English.
    pub ja: &'static str,
    /// The same.
    pub en: &'static str,
    /// What came out.
    pub verdict: Verdict,
    /// The first rows that break it.
    pub rows: Vec<u64>,
    /// How many break it.
    pub count: u64,
}

/// What came out of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// 適合
    Holds,
    /// 不適合
    Broken,
    /// It holds, but somebody should look.
    Notice,
    /// A file does not show it.
    NotVisible,
}

/// A function with its rules.
#[derive(Debug, Clone)]
pub struct Report {
    /// Which.
    pub function: Function,
    /// How many rows are about it.
    pub rows: u64,
    /// Its rules, in the order of the specification.
    pub looked: Vec<Looked>,
}

impl Report {
    /// Is it about something, and nothing is broken?
    pub fn holds(&self) -> bool {
        self.looked.iter().all(|looked| looked.verdict != Verdict::Broken)
    }
}

/// What a file came to.
#[derive(Debug)]
pub struct Checked {
    /// How many rows it has.
    pub rows: u64,
    /// What PMH would refuse.
    pub refusal: Refusal,
    /// How many warnings PMH would keep, and the first of them.
    pub warnings: Refusal,
    /// By 機能ID.
    pub reports: Vec<Report>,
}

/// Checks a body as PMH would, and by the requirements.
///
/// # Errors
/// The body broke off.
pub fn check(generation: Generation, form: Form, source: impl Read, today: Date) -> Result<Checked, std::io::Error> {
    let mut looking: Vec<Looking> = FUNCTIONS.iter().map(|function| Looking::new(*function)).collect();
    let mut warnings = Refusal::default();
    let mut number = 0;
    let looked = look_through::<std::convert::Infallible>(generation, form, source, &mut |row_number, row, unusual| {
        number = row_number;
        let ended = ended(generation, &row, today).map(|warning| warning.in_row(number));
        unusual.into_iter().chain(ended).for_each(|warning| warnings.push(warning));
        looking.iter_mut().for_each(|looking| looking.row(number, &row, today));
        Ok(())
    });
    let refusal = match looked {
        Ok((summary, refusal)) => {
            number = summary.rows;
            refusal
        }
        Err(ReadError::Refused(refusal)) => refusal,
        Err(ReadError::TooBig(fault)) => fault.into(),
        Err(ReadError::Interrupted(error)) => return Err(error),
        Err(ReadError::Taker(never)) => match never {},
    };
    let reports = looking.into_iter().map(|looking| looking.report(generation, form, &refusal)).collect();
    Ok(Checked { rows: number, refusal, warnings, reports })
}

struct Looking {
    function: Function,
    rows: u64,
    sex: Breaches,
    ended: Breaches,
}

#[derive(Default)]
struct Breaches {
    rows: Vec<u64>,
    count: u64,
}

impl Breaches {
    fn note(&mut self, row: u64) {
        self.count += 1;
        if self.rows.len() < NAMED {
            self.rows.push(row);
        }
    }
}

impl Looking {
    fn new(function: Function) -> Self {
        Self { function, rows: 0, sex: Breaches::default(), ended: Breaches::default() }
    }

    fn row(&mut self, number: u64, row: &Row, today: Date) {
        let insurer = row.certificate.insurer_number.as_deref().map(PublicExpenseNumber::new);
        if insurer.and_then(|insurer| insurer.law_number()) != Some(self.function.law) {
            return;
        }
        self.rows += 1;
        if row.holder.sex.as_deref() != Some("0") {
            self.sex.note(number);
        }
        if row.certificate.valid_to < date8(today) {
            self.ended.note(number);
        }
    }

    fn report(self, generation: Generation, form: Form, refusal: &Refusal) -> Report {
        let plain = |ja, en, verdict| Looked { ja, en, verdict, rows: Vec::new(), count: 0 };
        let of = |holds: bool| if holds { Verdict::Holds } else { Verdict::Broken };
        let by_rows = |ja, en, breaches: Breaches, broken| Looked {
            ja,
            en,
            verdict: if breaches.count == 0 { Verdict::Holds } else { broken },
            rows: breaches.rows,
            count: breaches.count,
        };
        let looked = vec![
            plain("JSON形式のAPI連携", "JSON through the API", of(form == Form::Json)),
            plain("※1 API仕様に準拠", "*1 conforms to the API", of(refusal.is_empty())),
            plain("※2 日次の自動連携", "*2 automatic, once a day", Verdict::NotVisible),
            plain("※3 全件 (差分は不可)", "*3 full sets, no differences", of(generation.mode() == Mode::Full)),
            by_rows("性別は「0:不明」", "sex is 0", self.sex, Verdict::Broken),
            by_rows(
                "有効期間が処理日以後 (検討論点4)",
                "valid today or later (open point 4)",
                self.ended,
                Verdict::Notice,
            ),
        ];
        Report { function: self.function, rows: self.rows, looked }
    }
}
