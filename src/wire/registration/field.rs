//! What a table says about a field.

use jiff::civil::Date;

/// One field of a row or of an object in it.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its JSON name.
    pub name: &'static str,
    /// What it is, in Japanese.
    pub ja: &'static str,
    /// What it says about the certificate.
    pub says: Item,
    /// Its form.
    pub shape: Shape,
    /// Must it be there, and not null?
    pub required: bool,
    /// Where the name is from.
    pub source: &'static str,
    /// How sure its name is: `A`, `B` or `C`. What is `C` is marked provisional in the document.
    pub sure: char,
    /// How sure the rest is: lengths, characters, whether it is required. Marked in the same way.
    pub form: char,
}

impl Field {
    /// A field that may be left out or null.
    pub(super) const fn new(name: &'static str, ja: &'static str, says: Item, shape: Shape) -> Self {
        Self { name, ja, says, shape, required: false, source: "", sure: 'C', form: 'A' }
    }

    /// It must be there.
    pub(super) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// Its name was published, and its form is ours.
    pub(super) const fn formed_by_us(self) -> Self {
        Self { form: 'C', ..self }
    }

    /// Where it is from.
    pub(super) const fn of(self, source: &'static str, sure: char) -> Self {
        Self { source, sure, ..self }
    }
}

/// The form of a field's value.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Text of `least..=most` characters.
    Text {
        /// Fewest characters.
        least: usize,
        /// Most characters.
        most: usize,
        /// Which ones.
        characters: Characters,
    },
    /// One of these codes, with their meanings.
    Code(&'static [(&'static str, &'static str)]),
    /// `YYYY-MM-DD`
    Date,
    /// `true` or `false`
    Boolean,
    /// A whole number from 0.
    Whole {
        /// Largest.
        most: u32,
    },
    /// An object of these fields.
    Group(&'static [Field]),
    /// Some of these codes.
    Codes(&'static [(&'static str, &'static str)]),
    /// 券面項目: an object of name and value, [`FACE_LEVELS`] levels deep.
    Face,
    /// The same as a list of objects.
    FaceList,
}

/// Levels of 券面項目 (spec/pmh.md §1.3, [A]).
pub const FACE_LEVELS: usize = 3;
/// Most characters of an item's name ([C]).
pub const FACE_NAME: usize = 100;
/// Most characters of an item's value ([C]).
pub const FACE_VALUE: usize = 2_000;
/// Most items of one object, and objects of one list ([C]).
pub const FACE_ITEMS: usize = 100;

/// Which characters a text may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Characters {
    /// Everything that an XML document can carry on one line.
    Any,
    /// 半角数字
    Digits,
    /// 半角英数字
    Alphanumeric,
    /// 全角: nothing of ASCII, no half-width kana.
    FullWidth,
    /// 全角カナ, with ー, ・, blank and ●.
    Kana,
    /// `項目コード-コード`, joined by `;`.
    Conditions,
}

impl Characters {
    /// The same as a regular expression that ECMA-262, Python and Rust read alike.
    pub fn pattern(self) -> &'static str {
        match self {
            Self::Any => r"^[^\x00-\x1F\x7F-\x9F\uFFFE\uFFFF]*$",
            Self::Digits => r"^[0-9]*$",
            Self::Alphanumeric => r"^[0-9A-Za-z]*$",
            Self::FullWidth => r"^[^\x00-\x9F\uFF61-\uFF9F\uFFFE\uFFFF]*$",
            Self::Kana => r"^[\u30A1-\u30FA\u30FB\u30FC\u3000\u25CF]*$",
            Self::Conditions => r"^[0-9A-Za-z]+-[0-9A-Za-z]+(;[0-9A-Za-z]+-[0-9A-Za-z]+)*$",
        }
    }

    /// For people.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Any => ("制御文字は使えません", "no control characters"),
            Self::Digits => ("半角数字で書きます", "digits 0 to 9"),
            Self::Alphanumeric => ("半角英数字で書きます", "half-width letters and digits"),
            Self::FullWidth => ("全角文字で書きます", "full-width characters"),
            Self::Kana => ("全角カタカナで書きます", "full-width katakana"),
            Self::Conditions => {
                ("「項目コード-コード」を ; でつなぎます (半角英数字)", "itemCode-code, joined by ; (half-width)")
            }
        }
    }

    /// Does the text have nothing else? The same as [`Self::pattern`] (a test compares them).
    pub fn admits(self, text: &str) -> bool {
        match self {
            Self::Any => !text.chars().any(is_unwritable),
            Self::Digits => text.bytes().all(|byte| byte.is_ascii_digit()),
            Self::Alphanumeric => text.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            Self::FullWidth => {
                !text.chars().any(|c| c <= '\u{9f}' || ('\u{ff61}'..='\u{ff9f}').contains(&c) || is_unwritable(c))
            }
            Self::Kana => text.chars().all(|c| matches!(c, '\u{30a1}'..='\u{30fc}' | '\u{3000}' | '●')),
            Self::Conditions => text.split(';').all(|pair| {
                let is_code = |code: &str| !code.is_empty() && Self::Alphanumeric.admits(code);
                pair.split_once('-').is_some_and(|(item, code)| is_code(item) && is_code(code))
            }),
        }
    }
}

/// Characters that no XML 1.0 document on one line carries.
fn is_unwritable(c: char) -> bool {
    matches!(c, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

/// The day of `YYYY-MM-DD`, exactly so written.
pub fn day(text: &str) -> Option<Date> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i16::from(byte - b'0'));
    let number = |bytes: &[u8]| bytes.iter().try_fold(0, |number, byte| Some(number * 10 + digit(*byte)?));
    let (month, day) = (number(&[m1, m2])?, number(&[d1, d2])?);
    Date::new(number(&[y1, y2, y3, y4])?, month.try_into().ok()?, day.try_into().ok()?).ok()
}

/// What a field says about the certificate; [`super::Row`] takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the fields of Row and SubsidyCertificate that they fill")]
pub enum Item {
    /// Nothing by itself: an object whose fields speak.
    Group,
    MyNumber,
    FamilyName,
    GivenName,
    FamilyKana,
    GivenKana,
    Name,
    Kana,
    /// A part of the address; parts are put together in their order.
    Address,
    BirthDate,
    Sex,
    TypeId,
    SubKey,
    NotDisclosed,
    InsurerNumber,
    RecipientNumber,
    CertificationName,
    Segment,
    IncomeSegment,
    AdditionalConditions,
    Institutions,
    AlwaysReimbursement,
    ValidFrom,
    ValidTo,
    HistoryKey,
    Deleted,
    Face,
    /// 負担率, 金額, 日額/月額, 回数 of a 種別 (code of the subsidy document).
    Ratio(&'static str),
    Amount(&'static str),
    Per(&'static str),
    Times(&'static str),
    JointInOut,
    JointKinds,
    FirstVisit,
    MealRatio,
    MealLimit,
    Method,
    MealSubsidy,
}
