//! `[card]`: serial number, validity, PINs. What no card could carry is refused.

use jiff::ToSpan;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::authority::Revocation;
use crate::handwritten::Mistake;
use crate::people::{CardKind, CardOfPerson, CardProfile, FormerCard, PeopleError};
use crate::secret::Pin;

/// 暗証番号 of a card whose profile names none.
pub const DEFAULT_PIN: &str = "1234";
/// 署名用パスワード of a card whose profile names none.
pub const DEFAULT_SIGN_PASSWORD: &str = "TEST1234";
/// セキュリティコード of a card whose profile names none: known beforehand, so that 照合番号B can be typed.
pub const DEFAULT_SECURITY_CODE: &str = "1234";
/// The pool key of a card whose profile names none: people may share keys, serials never.
pub const DEFAULT_KEY: &str = "common";
/// A certificate ends with the fifth birthday after its issue, at every age (spec/jpki-card.md §3.5, [A]).
const BIRTHDAYS_OF_A_CERTIFICATE: i16 = 5;
/// The card itself ends with the tenth, or with the fifth where its holder was a minor at the application (§3.5, [A]). When that was no
/// profile says; the day of issue counts instead ([C]).
const BIRTHDAYS_OF_A_CARD: i16 = 10;
const BIRTHDAYS_OF_A_MINORS_CARD: i16 = 5;
const AGE_OF_MAJORITY: i16 = 18;
/// Length of the longest serial number that X.509 allows (RFC 5280 §4.1.2.2).
const LONGEST_SERIAL: usize = 20;
/// A PIN is four digits, and so is a セキュリティコード; a 署名用パスワード six to sixteen upper-case letters and digits (spec/jpki-card.md §2.9).
const PIN_DIGITS: usize = 4;
const SIGN_PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 6..=16;

impl CardProfile {
    pub(super) fn settle(&self, id: &str, birthdate: Date, today: Date) -> Result<CardOfPerson, PeopleError> {
        let kind = self.kind.unwrap_or(CardKind::MyNumberCard);
        let generation = self.generation.unwrap_or_default();
        let valid_until = self.valid_until.map(|day| day.on(today));
        let usually_from =
            generation.issued_until().into_iter().fold(default_valid_from(birthdate, today), std::cmp::min);
        let valid_from = match (self.valid_from, valid_until) {
            (Some(day), _) => day.on(today),
            (None, Some(until)) => usually_from.min(until.saturating_sub(4.years())),
            (None, None) => usually_from,
        };
        let card_valid_until = match self.card_valid_until {
            Some(day) => day.on(today),
            // A certificate that is said to last longer is on a card that does.
            None => valid_until.into_iter().fold(last_day_of_card(birthdate, valid_from), std::cmp::max),
        };
        let serial = match &self.serial {
            Some(hex) => named_serial(id, hex)?,
            None => derived_serial(id, 0),
        };
        let revocation = |day: Date, reason| Revocation { at: day.at(0, 0, 0, 0), reason };
        let former = self.former.iter().map(|former| {
            let revocation = revocation(former.revoked_on.on(today), former.reason);
            Ok(FormerCard { serial: named_serial(id, &former.serial)?, generation: former.generation, revocation })
        });
        let revoked_on = self.revoked_on.map_or(valid_from.saturating_add(1.days()), |day| day.on(today));
        Ok(CardOfPerson {
            kind,
            generation,
            key: self.key.clone().unwrap_or_else(|| DEFAULT_KEY.to_owned()),
            serial,
            valid_from,
            valid_until: valid_until.unwrap_or_else(|| last_valid_day(birthdate, valid_from).min(card_valid_until)),
            card_valid_until,
            has_signature: self
                .signature_certificate
                .unwrap_or(kind.has_authentication() && kind != CardKind::FaceOnly),
            revocation: self.revoked.then(|| revocation(revoked_on, self.revocation_reason.unwrap_or_default())),
            former: former.collect::<Result<_, PeopleError>>()?,
            pin: self.pin(id)?,
            sign_password: self.sign_password(id)?,
            security_code: self.security_code(id)?,
            pin_locked: self.pin_locked.unwrap_or(kind == CardKind::FaceOnly),
            registered: self.registered.unwrap_or(kind.has_authentication()),
        })
    }

    fn pin(&self, id: &str) -> Result<Pin, PeopleError> {
        let pin = self.pin.clone().unwrap_or_else(|| Pin::new(DEFAULT_PIN));
        if is_four_digits(&pin) {
            return Ok(pin);
        }
        let (ja, en) = ("暗証番号は数字 4 桁です。", "a PIN is four digits");
        Err(Mistake::of_key(id, "pin", ja, en).into())
    }

    fn security_code(&self, id: &str) -> Result<Pin, PeopleError> {
        let code = self.security_code.clone().unwrap_or_else(|| Pin::new(DEFAULT_SECURITY_CODE));
        if is_four_digits(&code) {
            return Ok(code);
        }
        let (ja, en) = ("セキュリティコードは数字 4 桁です。", "a security code is four digits");
        Err(Mistake::of_key(id, "security_code", ja, en).into())
    }

    fn sign_password(&self, id: &str) -> Result<Pin, PeopleError> {
        let password = self.sign_password.clone().unwrap_or_else(|| Pin::new(DEFAULT_SIGN_PASSWORD));
        let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if SIGN_PASSWORD_LENGTH.contains(&password.reveal().len()) && password.reveal().bytes().all(allowed) {
            return Ok(password);
        }
        let ja = "署名用パスワードは英大文字と数字で 6〜16 文字です。";
        Err(Mistake::of_key(id, "sign_password", ja, "6 to 16 upper-case letters and digits").into())
    }
}

fn is_four_digits(code: &Pin) -> bool {
    code.reveal().len() == PIN_DIGITS && code.reveal().bytes().all(|byte| byte.is_ascii_digit())
}

/// Two years ago, so that the certificate is neither new nor near its end; a baby's card is a month younger than the baby.
fn default_valid_from(birthdate: Date, today: Date) -> Date {
    today.saturating_sub(2.years()).max(birthdate.saturating_add(1.months())).min(today)
}

fn last_valid_day(birthdate: Date, issued: Date) -> Date {
    birthday(birthdate, age_on(birthdate, issued) + BIRTHDAYS_OF_A_CERTIFICATE)
}

fn last_day_of_card(birthdate: Date, issued: Date) -> Date {
    let age = age_on(birthdate, issued);
    let birthdays = if age < AGE_OF_MAJORITY { BIRTHDAYS_OF_A_MINORS_CARD } else { BIRTHDAYS_OF_A_CARD };
    birthday(birthdate, age + birthdays)
}

fn age_on(birthdate: Date, day: Date) -> i16 {
    let age = (day.year() - birthdate.year()).max(0);
    if birthday(birthdate, age) > day { age - 1 } else { age }
}

/// Born on 29 February, the birthday of a common year is the 28th.
fn birthday(birthdate: Date, age: i16) -> Date {
    birthdate.saturating_add(age.years())
}

fn named_serial(id: &str, hex: &str) -> Result<Vec<u8>, PeopleError> {
    let mistake = || {
        Mistake::of_key(
            id,
            "serial",
            format!("シリアル番号「{hex}」は 16 進数 1〜20 バイトの正の数にしてください（例 227B13）。"),
            format!("`{hex}` must be a positive number of 1 to 20 bytes in hexadecimal, such as 227B13"),
        )
    };
    Ok(parse_serial(hex).ok_or_else(mistake)?)
}

/// Big-endian bytes as DER wants them: no superfluous leading zero, 00 before a set top bit.
fn parse_serial(hex: &str) -> Option<Vec<u8>> {
    let digits: String = hex.chars().filter(|c| !matches!(c, ' ' | ':')).collect();
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() || digits.len() > 2 * LONGEST_SERIAL || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let even = if digits.len() % 2 == 1 { format!("0{digits}") } else { digits.to_owned() };
    let mut bytes = Vec::with_capacity(LONGEST_SERIAL);
    for at in (0..even.len()).step_by(2) {
        bytes.push(u8::from_str_radix(even.get(at..at + 2)?, 16).ok()?);
    }
    if bytes.first()? & 0x80 != 0 {
        bytes.insert(0, 0);
    }
    (bytes.len() <= LONGEST_SERIAL).then_some(bytes)
}

/// Four bytes out of the id, always the same; `attempt` gives another one where two ids collide.
pub(in crate::people) fn derived_serial(id: &str, attempt: u32) -> Vec<u8> {
    let hash = Sha256::new().chain_update(id).chain_update(attempt.to_be_bytes()).finalize();
    let mut bytes: Vec<u8> = hash.iter().copied().take(4).collect();
    if let Some(first) = bytes.first_mut() {
        // Top bit clear and the byte not zero: four bytes in DER as well.
        *first = *first & 0x7F | 0x40;
    }
    bytes
}
