//! Persons replaced by others of the same shape: the same word gets the same mask everywhere, and nobody can go back, because the key
//! is thrown away.
//!
//! Masked are names, kana, addresses, numbers, identifiers, birth dates, file names, and every element that nobody knows. Codes, times,
//! periods and amounts stay: they are what is compared.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::ToSpan;
use jiff::civil::{Date, date};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::clock::{date8, parse_date};
use crate::message::element::{ElementTable, Family, Format};
use crate::message::tree::{Element, walk};
use crate::number::{check_digit, with_check_digit};

/// Kanji of a mask: frequent in names of places and people, and all in CP932.
const KANJI: &str = "青赤秋浅朝旭荒有安飯池石泉市稲今岩上内梅江遠大岡奥小尾柿笠梶片加金鎌川河北木京清久栗黒桑小古幸坂桜笹沢塩柴島清白杉鈴瀬関高滝竹立田谷千塚辻土角寺東戸富豊中永長夏西野萩橋畑花浜林原春東久平広深福藤古星細堀本前牧松丸三水宮村森八柳山雪吉米和";
/// Texts of the centre that no person's data stand in.
const OF_THE_CENTRE: [&str; 4] = ["ErrorCode", "ErrorMessage", "ProcessingResultCode", "ProcessingResultMessage"];
/// Longest value of a code or a flag: a longer one is something else and is masked.
const LONGEST_CODE: usize = 4;
/// How often a mask is drawn anew when it hits its own original, or another's.
const TURNS: u8 = 64;

/// What is to be hidden, gathered from all files before the first is masked: what is hidden in one place is hidden in all.
#[derive(Debug, Default)]
pub struct Originals {
    /// Element, format and value.
    values: BTreeMap<(String, String), Option<Format>>,
    names: BTreeSet<String>,
}

impl Originals {
    /// Takes in the values of a document.
    pub fn learn(&mut self, root: &Element, table: &ElementTable, family: Family) {
        walk(root, &mut |path, element| {
            let parent = path.iter().rev().nth(1).copied().unwrap_or_default();
            let format = table.row(family, parent, &element.name).map(|row| row.format);
            let value = element.value();
            let is_leaf = element.children().is_empty() && !value.trim().is_empty();
            if is_leaf && !stays(&element.name, format, value) {
                self.values.insert((element.name.to_string(), value.to_owned()), format);
            }
        });
    }

    /// Takes in the name of a file or of a folder.
    pub fn learn_name(&mut self, name: &str) {
        self.names.insert(name.to_owned());
    }
}

/// Masks values with a key.
#[derive(Debug)]
pub struct Mask {
    key: [u8; 32],
    /// Masks by element and value.
    values: BTreeMap<(String, String), String>,
    /// Masks of words that tell somebody apart, wherever they stand.
    words: HashMap<String, String>,
    /// All words to be hidden: no mask may be one of them.
    hidden: HashSet<String>,
}

impl Mask {
    /// Masks for `originals`, with a key that is thrown away afterwards ([`crate::random::secret_key`]).
    pub fn of(originals: &Originals, key: [u8; 32]) -> Self {
        let all =
            originals.values.keys().map(|(_, value)| value.as_str()).chain(originals.names.iter().map(String::as_str));
        let hidden = all.flat_map(words).map(str::to_owned).collect();
        let mut mask = Self { key, values: BTreeMap::new(), words: HashMap::new(), hidden };
        for ((name, value), format) in &originals.values {
            let masked = mask.draw(name, *format, value);
            mask.learn_words(value, &masked);
            mask.values.insert((name.clone(), value.clone()), masked);
        }
        for name in &originals.names {
            let masked = mask.file_name(name);
            mask.learn_words(name, &masked);
        }
        mask
    }

    fn learn_words(&mut self, value: &str, masked: &str) {
        let pairs = words(value).zip(words(masked));
        let telling = pairs.filter(|(word, masked)| is_telling(word) && word != masked);
        self.words.extend(telling.map(|(word, masked)| (word.to_owned(), masked.to_owned())));
    }

    /// The mask of a value of `element`; the value itself where nothing is to be hidden.
    pub fn value(&self, element: &str, value: &str) -> String {
        match self.values.get(&(element.to_owned(), value.to_owned())) {
            Some(masked) => masked.clone(),
            None => self.scrub(value),
        }
    }

    /// A text with the words that were learnt replaced by their masks.
    pub fn scrub(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let run: &str = match is_word(first) {
                true => rest.split(|c: char| !is_word(c)).next().unwrap_or(rest),
                false => rest.get(..first.len_utf8()).unwrap_or(rest),
            };
            match self.words.get(run) {
                Some(masked) => out.push_str(masked),
                None if run.is_ascii() => out.push_str(run),
                None => out.push_str(&self.without_words(run)),
            }
            rest = rest.get(run.len()..).unwrap_or_default();
        }
        out
    }

    /// A text of which nothing is known, with every word masked.
    pub fn hide(&self, text: &str) -> String {
        self.words_of(text)
    }

    /// Words of scripts without blanks are found inside others, longest first.
    fn without_words(&self, run: &str) -> String {
        let mut inside: Vec<_> =
            self.words.iter().filter(|(word, _)| !word.is_ascii() && run.contains(word.as_str())).collect();
        inside.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        inside.into_iter().fold(run.to_owned(), |text, (word, masked)| text.replace(word.as_str(), masked))
    }

    /// A word that tells somebody apart and still stands in `text`.
    pub fn leak<'t>(&self, text: &'t str) -> Option<&'t str> {
        words(text).find(|word| self.words.contains_key(*word))
    }

    /// The name of a file with its numbers masked: code of the interface, `face`, a time at the end and the extension stay.
    pub fn file_name(&self, name: &str) -> String {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let mut parts = stem.split('_');
        let head = parts.next().unwrap_or_default();
        let mut masked = vec![if stem.contains('_') { head.to_owned() } else { self.words_of(head) }];
        let rest: Vec<&str> = parts.collect();
        let is_face = rest.first().is_some_and(|first| first.eq_ignore_ascii_case("face"));
        for (place, part) in rest.iter().enumerate() {
            let is_last = place + 1 == rest.len();
            masked.push(match part.len() {
                _ if part.eq_ignore_ascii_case("face") => (*part).to_owned(),
                14 if is_face && is_last => (*part).to_owned(),
                30 if is_face => self.token(part),
                32 => self.pmh_token(part),
                _ => self.words_of(part),
            });
        }
        let stem = masked.join("_");
        if extension.is_empty() { stem } else { format!("{stem}.{extension}") }
    }

    /// 医療機関コード and twenty digits.
    fn token(&self, token: &str) -> String {
        let (code, digits) = token.split_at_checked(10).unwrap_or((token, ""));
        let code = self.draw("MedicalInstitutionCode", Some(Format::Institution), code);
        code + &self.words_of(digits)
    }

    /// Sixteen drawn digits and a time.
    fn pmh_token(&self, token: &str) -> String {
        let (drawn, time) = token.split_at_checked(16).unwrap_or((token, ""));
        self.words_of(drawn) + time
    }

    /// A mask that is neither its original nor holds anybody's word.
    fn draw(&self, name: &str, format: Option<Format>, value: &str) -> String {
        let special = |turn| match format {
            _ if name == "Birthdate" => self.birthdate(value, turn),
            Some(Format::Institution) => self.institution(value, turn),
            Some(Format::Insurer) => self.insurer(value, turn),
            _ => None,
        };
        if format == Some(Format::FileName) {
            return self.file_name(value);
        }
        let mut drawn = (0..TURNS).map_while(special);
        drawn
            .find(|masked| words(masked).all(|word| !self.hidden.contains(word)))
            .unwrap_or_else(|| self.words_of(value))
    }

    /// Each word by itself: a family name is the same in the name of the person and in that of the householder.
    fn words_of(&self, value: &str) -> String {
        let mut out = String::with_capacity(value.len());
        for piece in value.split_inclusive(|c: char| !is_word(c)) {
            let word = piece.trim_end_matches(|c: char| !is_word(c));
            out += &self.word(word);
            out += piece.get(word.len()..).unwrap_or_default();
        }
        out
    }

    fn word(&self, word: &str) -> String {
        if let Some(known) = self.words.get(word) {
            return known.clone();
        }
        // A short word may be one of the others': a branch number has only so many neighbours.
        let is_taken = |masked: &String| masked == word || is_telling(masked) && self.hidden.contains(masked);
        let mut others = (0..TURNS)
            .map(|turn| self.word_once(word, turn))
            .skip_while(|masked| is_taken(masked) && word.contains(is_maskable));
        others.next().unwrap_or_else(|| "●".repeat(word.chars().count()))
    }

    /// Full and half width, and zeros in front, do not change the mask: a number is asked for in one spelling and answered in another.
    fn word_once(&self, word: &str, turn: u8) -> String {
        let folded: String = word.nfkc().collect();
        let core = folded.trim_start_matches('0');
        let mut draws = Draws::new(&self.key, core, turn);
        let is_hex = |upper: bool| {
            let digit =
                |c: char| c.is_ascii_digit() || if upper { matches!(c, 'A'..='F') } else { matches!(c, 'a'..='f') };
            core.len() >= 8 && core.chars().all(digit) && core.contains(|c: char| c.is_ascii_alphabetic())
        };
        let (lower, upper) = (is_hex(false), is_hex(true));
        let mut started = core.is_empty();
        let mut mask = |c: char| {
            let zero_in_front = !started && matches!(c, '0' | '０');
            if zero_in_front {
                return c;
            }
            let first = !std::mem::replace(&mut started, true);
            match c {
                '0'..='9' | 'a'..='f' if lower => draws.of("0123456789abcdef", first),
                '0'..='9' | 'A'..='F' if upper => draws.of("0123456789ABCDEF", first),
                '０'..='９' => widen(draws.of("0123456789", first)),
                'ａ'..='ｚ' => widen(draws.of(LOWER, false)),
                'Ａ'..='Ｚ' => widen(draws.of(UPPER, false)),
                '0'..='9' => draws.of("0123456789", first),
                'a'..='z' => draws.of(LOWER, false),
                'A'..='Z' => draws.of(UPPER, false),
                'ｦ'..='ﾝ' if c != 'ｰ' => draws.of("ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜ", false),
                'ぁ'..='ん' => draws.of(
                    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわ",
                    false,
                ),
                'ァ'..='ヺ' => draws.of(
                    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ",
                    false,
                ),
                _ if c.is_alphabetic() && !matches!(c, 'ー' | 'ｰ' | '々' | 'ﾞ' | 'ﾟ') => draws.of(KANJI, false),
                other => other,
            }
        };
        word.chars().map(&mut mask).collect()
    }

    /// Another day of the same school year, before the first day on which the value could matter: who was a baby, a pupil or over
    /// seventy still is.
    fn birthdate(&self, value: &str, turn: u8) -> Option<String> {
        let day = parse_date(value.trim()).filter(|_| value.trim().len() == 8)?;
        let april = date(day.year(), 4, 2);
        let first = if day >= april { april } else { date(day.year() - 1, 4, 2) };
        let before = days(first, day);
        let (from, among) = if before >= 30 { (first, before) } else { (day, 60) };
        let mut draws = Draws::new(&self.key, value.trim(), turn);
        let other = from.saturating_add(i64::from(draws.below(u32::try_from(among).ok()?)).days());
        let other = if other == day { day.saturating_add(1.day()) } else { other };
        Some(value.replace(value.trim(), &date8(other)))
    }

    /// Prefecture and kind stay, and the check digit is right again.
    fn institution(&self, value: &str, turn: u8) -> Option<String> {
        let body = value.get(..9).filter(|_| value.len() == 10 && value.bytes().all(|b| b.is_ascii_digit()))?;
        let (kept, own) = (body.get(..3)?, body.get(3..)?);
        // A number that is wrong stays wrong, in the same way.
        let off = off_by(value)?;
        Some(rebuilt(kept, &self.word_once(own, turn), off))
    }

    /// Law and prefecture stay (of a 国保 the prefecture), and the padding; the check digit is right again.
    fn insurer(&self, value: &str, turn: u8) -> Option<String> {
        let digits = value.trim();
        if !matches!(digits.len(), 6 | 8) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let kept = digits.get(..digits.len() - 4)?;
        let own = digits.get(kept.len()..digits.len() - 1)?;
        Some(value.replace(digits, &rebuilt(kept, &self.word_once(own, turn), off_by(digits)?)))
    }
}

/// Does the value tell nothing of a person?
fn stays(name: &str, format: Option<Format>, value: &str) -> bool {
    if OF_THE_CENTRE.contains(&name) {
        return true;
    }
    let digits = |lengths: &[usize]| lengths.contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
    match format {
        _ if name == "Birthdate" => false,
        Some(Format::Date) => digits(&[8]),
        Some(Format::Datetime) => digits(&[14]),
        Some(Format::Month) => digits(&[6]),
        Some(Format::Code | Format::Flag | Format::Ratio | Format::Percent) => value.len() <= LONGEST_CODE,
        Some(Format::Yen | Format::Number) => value.len() <= 8 && value.bytes().all(|b| b.is_ascii_digit()),
        _ => false,
    }
}

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Has the character others of its kind?
fn is_maskable(c: char) -> bool {
    c.is_alphanumeric() && !matches!(c, '0' | '０' | 'ー' | 'ｰ' | '々')
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, 'ﾞ' | 'ﾟ')
}

fn words(value: &str) -> impl Iterator<Item = &str> {
    value.split(|c: char| !is_word(c)).filter(|word| !word.is_empty())
}

/// Long enough that it tells somebody apart: a branch number stands everywhere.
fn is_telling(word: &str) -> bool {
    if word.is_ascii() { word.len() >= 5 } else { word.chars().count() >= 2 }
}

fn widen(c: char) -> char {
    char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c)
}

fn days(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// How far the last digit is from the check digit.
fn off_by(number: &str) -> Option<u8> {
    let (body, last) = number.split_at_checked(number.len().checked_sub(1)?)?;
    let last: u8 = last.parse().ok()?;
    Some((10 + last - check_digit(body)?) % 10)
}

fn rebuilt(kept: &str, own: &str, off: u8) -> String {
    let body = format!("{kept}{own}");
    let right = with_check_digit(&body).unwrap_or_default();
    let last = right.get(body.len()..).and_then(|last| last.parse::<u8>().ok()).unwrap_or_default();
    format!("{body}{}", (last + off) % 10)
}

/// Draws that hang on the key and a word alone.
struct Draws<'a> {
    key: &'a [u8; 32],
    word: &'a str,
    turn: u8,
    at: u32,
}

impl<'a> Draws<'a> {
    fn new(key: &'a [u8; 32], word: &'a str, turn: u8) -> Self {
        Self { key, word, turn, at: 0 }
    }

    fn below(&mut self, end: u32) -> u32 {
        self.at += 1;
        let hash = Sha256::new().chain_update(self.key).chain_update([self.turn]).chain_update(self.at.to_be_bytes());
        let bytes = hash.chain_update(self.word).finalize();
        let drawn = bytes.iter().take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        drawn % end.max(1)
    }

    /// One of `characters`; `first`: not their first, which is a zero.
    fn of(&mut self, characters: &str, first: bool) -> char {
        let count = u32::try_from(characters.chars().count()).unwrap_or(u32::MAX);
        let skipped = u32::from(first && characters.starts_with('0'));
        let at = skipped + self.below(count - skipped);
        characters.chars().nth(at as usize).unwrap_or('●')
    }
}
