//! What can be wrong with the certificates of a card, on purpose: dates, serial number, issuer. The quirks of the card itself are
//! `card::soft::quirk`.
//!
//! A flaw comes by the profile (`[card] faults`), then the authority's register has it too; or at a reader by the knob of its name,
//! then the card alone has it.

use jiff::ToSpan;
use jiff::civil::Date;

use super::settle::{derived_serial, last_valid_day};
use super::{CardOfPerson, Person};
use crate::authority::Authority;
use crate::knob::{Amount, Knob, Knobs, Layer, said};

/// A flaw of the certificates on a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Ended so many days ago.
    Expired,
    /// Ends in so many days.
    Expiring,
    /// Begins in so many days.
    NotYetValid,
    /// Issued by an authority that nobody trusts, under the name of the right one.
    WrongAuthority,
    /// The issuer's signature does not hold.
    Forged,
    /// A serial number of so many bytes: more than X.509 allows.
    LongSerial,
    /// A serial number whose top bit is set: 00 before it in DER.
    TopBitSerial,
}

const DAYS: Amount = Amount { unit: "days", least: 0, most: 3650, usual: 30 };
/// After the three months in which an ended certificate still confirms the qualification (spec/jpki-card.md §3.5).
const BEYOND_GRACE: u32 = 120;
/// RFC 5280 §4.1.2.2 allows 20.
const TOO_LONG: Amount = Amount { unit: "bytes", least: 21, most: 100, usual: 24 };

/// `certificate-expired`
pub static EXPIRED: Knob = Knob {
    name: "certificate-expired",
    room: "people",
    layer: Layer::Card,
    ja: "電子証明書の有効期限が切れている（=日数で何日前か。既定は120日前、90日なら猶予期間）",
    en: "the certificate has ended, so many days ago (120; 90 is within the months of grace)",
    at: said("受付", "visits"),
    bearing: said(
        "猶予期間なら更新の案内とともに資格が来る。過ぎればファイルは出ない",
        "within the months of grace the answer comes with a notice, later no file comes",
    ),
    remedy: said("患者に市区町村の窓口での更新を案内する", "send the patient to the municipality for renewal"),
    source: "spec/jpki-card.md §3.5 [A]",
    amount: Some(Amount { least: 1, usual: BEYOND_GRACE, ..DAYS }),
};
/// `certificate-expiring`
pub static EXPIRING: Knob = Knob {
    name: "certificate-expiring",
    room: "people",
    layer: Layer::Card,
    ja: "電子証明書の有効期限が近い（=日数であと何日か。既定は30日）",
    en: "the certificate ends in so many days (30)",
    at: said("受付。更新の案内が出る", "visits; the renewal notice is shown"),
    bearing: said("処理結果の案内文を見せる", "shows the notice of the result"),
    remedy: said("患者に更新を案内する", "remind the patient of the renewal"),
    source: "spec/jpki-card.md §3.5 [A]",
    amount: Some(DAYS),
};
/// `certificate-not-yet-valid`
pub static NOT_YET_VALID: Knob = Knob {
    name: "certificate-not-yet-valid",
    room: "people",
    layer: Layer::Card,
    ja: "電子証明書がまだ有効でない（=日数で何日後からか。既定は30日）",
    en: "the certificate begins in so many days (30)",
    at: said("受付", "visits"),
    bearing: said("ファイルは出ない", "no file comes"),
    remedy: said("時計とカードを確かめる", "check the clock and the card"),
    source: "RFC 5280 §4.1.2.5 [A]",
    amount: Some(Amount { least: 1, ..DAYS }),
};
/// `certificate-wrong-authority`
pub static WRONG_AUTHORITY: Knob = Knob {
    name: "certificate-wrong-authority",
    room: "people",
    layer: Layer::Card,
    ja: "電子証明書の発行者が、同じ名前の別の認証局である",
    en: "the certificate comes from another authority of the same name",
    at: said("受付。続くが「未検証」の印が付く", "visits; they go on, marked as not verified"),
    bearing: said("変わりはない", "sees no difference"),
    remedy: said("カードを確かめる", "look at the card"),
    source: "spec/jpki-card.md §3.3 [A]",
    amount: None,
};
/// `certificate-forged`
pub static FORGED: Knob = Knob {
    name: "certificate-forged",
    room: "people",
    layer: Layer::Card,
    ja: "電子証明書の発行者の署名が合わない（偽造）",
    en: "the issuer's signature on the certificate does not hold (forged)",
    at: said("受付", "visits"),
    bearing: said("ファイルは出ない", "no file comes"),
    remedy: said("カードを確かめる", "look at the card"),
    source: "RFC 5280 §6.1.3 [A]",
    amount: None,
};
/// `serial-too-long`
pub static LONG_SERIAL: Knob = Knob {
    name: "serial-too-long",
    room: "people",
    layer: Layer::Card,
    ja: "電子証明書のシリアル番号が長すぎる（=バイト数。既定は24、規則は20まで）",
    en: "the serial number has so many bytes (24); the rule allows 20",
    at: said("受付。認証局の知らない番号になる", "visits; the authority never issued it"),
    bearing: said("ファイルは出ない", "no file comes"),
    remedy: said("カードを確かめる", "look at the card"),
    source: "RFC 5280 §4.1.2.2 [A]",
    amount: Some(TOO_LONG),
};
/// `serial-top-bit`
pub static TOP_BIT_SERIAL: Knob = Knob {
    name: "serial-top-bit",
    room: "people",
    layer: Layer::Card,
    ja: "電子証明書のシリアル番号の最上位ビットが立っている（DERでは前に00が付く）",
    en: "the top bit of the serial number is set (00 before it in DER)",
    at: said("受付。認証局の知らない番号になる", "visits; the authority never issued it"),
    bearing: said("ファイルは出ない", "no file comes"),
    remedy: said("シリアル番号を符号付き整数として読まない", "read serial numbers as unsigned"),
    source: "spec/jpki-card.md §12 [C]",
    amount: None,
};

/// Each flaw by its knob.
const FLAWS: [(&Knob, Flaw); 7] = [
    (&EXPIRED, Flaw::Expired),
    (&EXPIRING, Flaw::Expiring),
    (&NOT_YET_VALID, Flaw::NotYetValid),
    (&WRONG_AUTHORITY, Flaw::WrongAuthority),
    (&FORGED, Flaw::Forged),
    (&LONG_SERIAL, Flaw::LongSerial),
    (&TOP_BIT_SERIAL, Flaw::TopBitSerial),
];

/// Every knob of this room.
pub static KNOBS: [&Knob; 7] =
    [&EXPIRED, &EXPIRING, &NOT_YET_VALID, &WRONG_AUTHORITY, &FORGED, &LONG_SERIAL, &TOP_BIT_SERIAL];

/// How the certificates of a card were made, when not as they should be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Making {
    /// By an authority that nobody trusts.
    pub by_stranger: bool,
    /// Signed with nobody's key.
    pub forged: bool,
}

impl Making {
    /// Who issues: `right`, or the stranger of the same name.
    pub fn authority(self, right: &Authority) -> Authority {
        if self.by_stranger { Authority::stranger() } else { right.clone() }
    }

    /// The certificate as it comes onto the card.
    pub fn finish(self, mut certificate: Vec<u8>) -> Vec<u8> {
        // The last byte belongs to the signature, in any certificate.
        if let Some(last) = certificate.last_mut().filter(|_| self.forged) {
            *last ^= 0x01;
        }
        certificate
    }
}

/// `person` with the flaws that are armed for the card put down now; `None` when there are none. `targets`: person, `reader:N`.
pub fn drawn(person: &Person, knobs: &Knobs, targets: &[&str], today: Date) -> Option<Person> {
    let flaws: Vec<(Flaw, u32)> =
        FLAWS.iter().filter_map(|(knob, flaw)| Some((*flaw, knobs.comes_up_by(knob, targets)?))).collect();
    if flaws.is_empty() {
        return None;
    }
    let mut spoilt = person.clone();
    for (flaw, amount) in flaws {
        spoilt.card.spoil(flaw, amount, &person.id, (person.birthdate, today));
    }
    Some(spoilt)
}

/// The flaw behind a knob of this room.
pub(super) fn of(knob: &Knob) -> Option<Flaw> {
    FLAWS.iter().find(|(known, _)| known.name == knob.name).map(|(_, flaw)| *flaw)
}

impl CardOfPerson {
    /// Gives the card a flaw. `days`: the holder's birthday and today.
    pub(super) fn spoil(&mut self, flaw: Flaw, amount: u32, id: &str, (birthdate, today): (Date, Date)) {
        let days = i64::from(amount).days();
        match flaw {
            Flaw::Expired => self.end_on(today.saturating_sub(days)),
            Flaw::Expiring => self.end_on(today.saturating_add(days)),
            Flaw::NotYetValid => {
                self.valid_from = today.saturating_add(days);
                self.valid_until = last_valid_day(birthdate, self.valid_from);
            }
            Flaw::WrongAuthority => self.making.by_stranger = true,
            Flaw::Forged => self.making.forged = true,
            Flaw::LongSerial => {
                let bytes = (0..).flat_map(|attempt| derived_serial(id, attempt));
                self.serial = bytes.take(amount as usize).collect();
            }
            Flaw::TopBitSerial => {
                let mut serial = derived_serial(id, 0);
                if let Some(first) = serial.first_mut() {
                    *first |= 0x80;
                }
                serial.insert(0, 0x00);
                self.serial = serial;
            }
        }
    }

    fn end_on(&mut self, last: Date) {
        self.valid_until = last;
        self.valid_from = self.valid_from.min(last.saturating_sub(4.years()));
    }
}
