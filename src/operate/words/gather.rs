//! The rows of all tables as words. What a layout folder replaces is taken from it; the catalogue, the faults and the rules are the
//! program's own.

use super::{Table, Word};
use crate::code::{self, CodeTable, Confidence};
use crate::event::{Lang, Words};
use crate::hub::wording::Wording;
use crate::knob::{Knob, Said};
use crate::message::check::Rule;
use crate::message::element::{ElementRow, ElementTable, Family, YOURS};
use crate::message::inquiry::tags::InquiryTags;
use crate::message::name::{Direction, Interface, catalogue};
use crate::message::refusal;
use crate::message::subsidy::{Edition, Layout};
use crate::terminal::fault::magic::code_of;

/// What the catalogue says of a file whose extension is not public.
const UNKNOWN_FORMAT: &str = "?";

/// The tables that a vendor may replace, as they are in effect.
#[derive(Debug)]
pub struct InEffect {
    /// Elements with the tags of the subsidy layout.
    pub elements: ElementTable,
    /// 業務コード.
    pub codes: Vec<CodeTable>,
    /// The layout of the subsidy document, for its own code tables.
    pub layout: Layout,
    /// Tags of 薬剤情報, for its own code tables.
    pub tags: InquiryTags,
    /// Codes and messages of the centre.
    pub wording: Wording,
}

impl InEffect {
    /// Without a vendor's layouts.
    pub fn built_in() -> Self {
        Self {
            elements: ElementTable::embedded().clone(),
            codes: code::tables().to_vec(),
            layout: Layout::embedded(Edition::LATEST).clone(),
            tags: InquiryTags::default(),
            wording: Wording::default(),
        }
    }
}

/// Every word of every table.
pub fn all(tables: &InEffect, knobs: &[&'static Knob]) -> Vec<Word> {
    [interfaces(), elements(&tables.elements), codes(tables), faults(knobs), rules(), errors(&tables.wording)].concat()
}

/// Files of the shared folder.
pub fn interfaces() -> Vec<Word> {
    let title = Words::new("共有フォルダのファイル", "files of the shared folder");
    catalogue().iter().map(|row| interface(row, &title)).collect()
}

fn interface(row: &Interface, title: &Words) -> Word {
    let mut more = match row.format.as_str() {
        UNKNOWN_FORMAT => vec![Words::new("形式は不明", "format not known")],
        format => vec![Words::new(format, format)],
    };
    if let Some(number) = &row.number {
        let sure = row.number_confidence.map(|confidence| format!(" [{confidence}]")).unwrap_or_default();
        more.push(Words::new(format!("{number}{sure}"), format!("{number}{sure}")));
    }
    more.push(match (row.served, row.closed, row.direction) {
        (true, _, Direction::Request) => Words::new("答える", "answered"),
        (true, ..) => Words::new("作る", "written"),
        (false, true, _) => {
            Words::new("中身は非公開、手持ちのファイルで答える", "not public: a file of your own answers")
        }
        (false, false, _) => Words::new("答えない", "not answered"),
    });
    let name = if row.family { format!("{}…", row.file) } else { row.file.clone() };
    let meaning = Words::new(row.ja.clone(), row.en.clone());
    let word = plain(Table::Interfaces, "interfaces", title, name, meaning);
    Word { more, ..word.cited(&row.provenance.source, row.provenance.confidence) }
}

/// Elements of all documents, by parent.
pub fn elements(table: &ElementTable) -> Vec<Word> {
    let title = Words::new("要素", "elements");
    let row = |(family, parent, row): (Family, &str, &ElementRow)| {
        let name = if parent.is_empty() { row.name.clone() } else { format!("{parent}/{}", row.name) };
        let mut more = Vec::new();
        if let Some(code) = &row.code {
            more.push(Words::new(code.clone(), code.clone()));
        }
        if let Some(length) = row.length {
            more.push(Words::new(format!("{length}文字まで"), format!("at most {length} characters")));
        }
        more.push(Words::new(row.occurs.clone(), row.occurs.clone()));
        match family {
            Family::Common => {}
            Family::Subsidy => more.push(Words::new("医療費助成", "subsidies")),
            Family::Inquiry => more.push(Words::new("薬剤・健診", "medication, check-up")),
        }
        let word = plain(Table::Elements, "elements", &title, name, Words::new(row.ja.clone(), row.en.clone()));
        Word { more, ..word.cited(&row.provenance.source, row.provenance.confidence) }
    };
    table.rows().map(row).collect()
}

/// Values of all code tables. Those that say something else than the built-in ones are marked as a vendor's own.
pub fn codes(tables: &InEffect) -> Vec<Word> {
    let built_in = codes_as_told(&InEffect::built_in());
    let says_the_same =
        |word: &Word| built_in.iter().any(|ours| ours.name == word.name && ours.meaning == word.meaning);
    let marked = |word: Word| match (says_the_same(&word), word.source.as_deref()) {
        (false, Some(source)) => Word { source: Some(format!("{YOURS} {source}")), ..word },
        _ => word,
    };
    codes_as_told(tables).into_iter().map(marked).collect()
}

fn codes_as_told(tables: &InEffect) -> Vec<Word> {
    let mut words: Vec<Word> = tables.codes.iter().flat_map(official).collect();
    // Tables of ours for items whose values are not public: (id, title, what it is inferred from).
    let layout = [("kinds", &tables.layout.kinds), ("methods", &tables.layout.methods)];
    for (id, table) in layout {
        let title = Words::new(table.ja.clone(), table.en.clone());
        let rows = table.rows.iter().map(|row| (&row.value, &row.ja, &row.en));
        words.extend(rows.map(|row| inferred(id, &title, row, "pmh-inference")));
    }
    for table in tables.tags.medication.codes() {
        let title = Words::new("薬剤情報のコード（仮）", "codes of the medication document (provisional)");
        let rows = table.rows.iter().map(|row| (&row.value, &row.ja, &row.en));
        words.extend(rows.map(|row| inferred(&table.id, &title, row, "oqs-inference")));
    }
    words
}

fn official(table: &CodeTable) -> impl Iterator<Item = Word> + '_ {
    let title = Words::new(table.ja.clone(), table.en.clone());
    table.rows().iter().map(move |row| {
        let name = format!("{}/{}", table.id, row.value);
        let provenance = table.provenance_of(row);
        plain(Table::Codes, &table.id, &title, name, Words::new(row.ja.clone(), row.en.clone()))
            .cited(&provenance.source, provenance.confidence)
    })
}

fn inferred(id: &str, title: &Words, (value, ja, en): (&String, &String, &String), source: &str) -> Word {
    plain(Table::Codes, id, title, format!("{id}/{value}"), Words::new(ja.clone(), en.clone()))
        .cited(source, Confidence::C)
}

/// What can be made to go wrong.
pub fn faults(knobs: &[&'static Knob]) -> Vec<Word> {
    let title = Words::new("起こせる障害", "faults that can be armed");
    let fault = |knob: &&'static Knob| {
        let sure = [Confidence::A, Confidence::B, Confidence::C];
        let meaning = Words::new(knob.ja, knob.en);
        Word {
            more: told_of(knob),
            source: Some(knob.source.to_owned()),
            confidence: sure.into_iter().find(|confidence| knob.source.contains(&format!("[{confidence}]"))),
            ..plain(Table::Faults, "faults", &title, knob.name.to_owned(), meaning)
        }
    };
    knobs.iter().map(fault).collect()
}

/// Where it acts, how it is borne, what helps, and by which mark a request asks for it.
fn told_of(knob: &Knob) -> Vec<Words> {
    let layer = knob.layer.words();
    let words = |ja: &str, en: &str, said: Said| Words::new(format!("{ja}: {}", said.ja), format!("{en}: {}", said.en));
    let mark = code_of(knob).map(|code| Words::new(format!("印: MDG{code}"), format!("mark: MDG{code}")));
    [
        Words::new(layer.ja, layer.en),
        words("いつ", "when", knob.at),
        words("レセコン", "a レセコン", knob.bearing),
        words("手当て", "what helps", knob.remedy),
    ]
    .into_iter()
    .chain(mark)
    .collect()
}

/// The rules of `check`.
pub fn rules() -> Vec<Word> {
    let title = Words::new("check の規則", "rules of `check`");
    let rule = |rule: &Rule| {
        let meaning = Words::new(rule.title(Lang::Ja), rule.title(Lang::En));
        let remedy = Words::new(rule.remedy(Lang::Ja), rule.remedy(Lang::En));
        let severity = rule.severity().to_string();
        let word = plain(Table::Rules, "rules", &title, rule.id().to_owned(), meaning);
        Word {
            more: vec![Words::new(severity.clone(), severity), remedy],
            ..word.cited(rule.source(), rule.confidence())
        }
    };
    Rule::ALL.iter().map(rule).collect()
}

/// Codes of an `.err`, and those of the centre. The official lists are not public: these are ours, or a vendor's.
pub fn errors(wording: &Wording) -> Vec<Word> {
    let title = Words::new("エラーコード（MDG- は当方独自）", "error codes (MDG- are ours)");
    let refused = refusal::Rule::ALL.iter().map(|rule| {
        let meaning = Words::new(rule.title(Lang::Ja), rule.title(Lang::En));
        let more = vec![Words::new(rule.remedy(Lang::Ja), rule.remedy(Lang::En))];
        Word { more, ..plain(Table::Errors, "errors", &title, rule.code().to_owned(), meaning).ours() }
    });
    let told = wording.rows().map(|row| {
        let meaning = Words::new(row.message, row.en);
        let more = vec![Words::new(row.name, row.name)];
        let word = plain(Table::Errors, "errors", &title, row.code.to_owned(), meaning);
        match row.is_yours {
            true => Word { more, ..word.cited(YOURS, Confidence::A) },
            false => Word { more, ..word.ours() },
        }
    });
    refused.chain(told).collect()
}

fn plain(table: Table, group: &str, title: &Words, name: String, meaning: Words) -> Word {
    Word {
        table,
        group: group.to_owned(),
        title: title.clone(),
        name,
        meaning,
        more: Vec::new(),
        source: None,
        confidence: None,
        provisional: false,
    }
}

impl Word {
    fn cited(self, source: &str, confidence: Confidence) -> Self {
        let provisional = confidence.is_provisional();
        Self { source: Some(source.to_owned()), confidence: Some(confidence), provisional, ..self }
    }

    fn ours(self) -> Self {
        Self { confidence: Some(Confidence::C), provisional: true, ..self }
    }
}
