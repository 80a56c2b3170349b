//! The store of オンライン資格確認 in the file: what happened since its people were loaded. The insured themselves are the people files', told
//! anew at each start, and stay in memory with open visits; everything else is written first and then kept in memory, too.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::DateTime;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{Database, Sync, parsed, unreadable};
use crate::card::serial::SerialNumber;
use crate::hub::certificates::Finding;
use crate::hub::eligibility::bulk::Received;
use crate::hub::eligibility::consent::{Kind, Remembered};
use crate::hub::eligibility::insured::Insured;
use crate::hub::eligibility::memory::{AtStart, Memory, REMEMBERED};
use crate::hub::eligibility::store::{
    Announced, Counted, EligibilityStore, Known, OpenVisit, ReferenceNumbers, VisitState,
};
use crate::hub::error::StoreError;
use crate::hub::intermediary::{Link, LinkReceiver};
use crate::secret::{LinkingNumber, PmhId};
use crate::visit::VisitId;

const SYSTEM: &str = "オンライン資格確認";
/// Numbers that are taken from the file at once; a killed hub leaves the rest of them out.
const NUMBERS_AT_ONCE: u64 = 256;

/// The store.
pub struct SqliteEligibility {
    database: Arc<Database>,
    memory: Memory,
    visits: Mutex<Range<u64>>,
    inquiries: Mutex<Range<u64>>,
}

impl SqliteEligibility {
    /// Over its tables of the file, with what they hold.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn new(database: Arc<Database>) -> Result<Self, StoreError> {
        let memory = Memory::default();
        for fill in [cards, joins, links, registered, reference_numbers, consents, announced, received] {
            database.read(SYSTEM, |file| fill(file, &memory))??;
        }
        Ok(Self { database, memory, visits: Mutex::new(0..0), inquiries: Mutex::new(0..0) })
    }

    fn write(&self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>) -> Result<(), StoreError> {
        self.database.write(SYSTEM, Sync::Normal, work)
    }
}

/// The outer error is the file's, the inner one that of whoever takes it.
type Filled = rusqlite::Result<Result<(), StoreError>>;

fn each(file: &Connection, sql: &str, take: impl FnMut(&Row<'_>) -> Filled) -> Filled {
    let mut rows = file.prepare(sql)?;
    let mut rows = rows.query([])?;
    let mut take = take;
    while let Some(row) = rows.next()? {
        if let Err(error) = take(row)? {
            return Ok(Err(error));
        }
    }
    Ok(Ok(()))
}

fn cards(file: &Connection, memory: &Memory) -> Filled {
    each(file, "SELECT person, serial FROM eligibility_card WHERE serial IS NOT NULL", |row| {
        memory.had_card(row.get(0)?, serial(row, 1)?);
        Ok(Ok(()))
    })
}

fn joins(file: &Connection, memory: &Memory) -> Filled {
    each(file, "SELECT serial, linking_number FROM eligibility_join", |row| {
        Ok(memory.join(&serial(row, 0)?, &LinkingNumber::new(row.get::<_, String>(1)?)))
    })
}

fn links(file: &Connection, memory: &Memory) -> Filled {
    each(file, "SELECT linking_number, pmh_id, linked_from FROM eligibility_link", |row| {
        let linking_number = LinkingNumber::new(row.get::<_, String>(0)?);
        let pmh_id = PmhId::new(row.get::<_, String>(1)?);
        Ok(LinkReceiver::receive(memory, Link { linking_number, pmh_id, from: parsed(row, 2)? }))
    })
}

fn registered(file: &Connection, memory: &Memory) -> Filled {
    each(file, "SELECT person FROM eligibility_registered", |row| Ok(memory.register(&row.get::<_, String>(0)?)))
}

fn reference_numbers(file: &Connection, memory: &Memory) -> Filled {
    each(file, "SELECT person, institution, number FROM eligibility_reference_number", |row| {
        let [person, institution, number]: [String; 3] = [row.get(0)?, row.get(1)?, row.get(2)?];
        Ok(memory.put_reference_number(&institution, &person, &number))
    })
}

fn consents(file: &Connection, memory: &Memory) -> Filled {
    each(file, "SELECT person, institution, given, until, kinds FROM eligibility_consent", |row| {
        let (person, institution): (String, String) = (row.get(0)?, row.get(1)?);
        let words: String = row.get(4)?;
        let kinds = words.split(' ').filter_map(Kind::named).collect();
        let consent = Remembered { time: parsed(row, 2)?, until: parsed(row, 3)?, kinds };
        Ok(memory.put_consent(&institution, &person, consent))
    })
}

fn announced(file: &Connection, memory: &Memory) -> Filled {
    let sql =
        "SELECT request_file_name, person, pmh_id, day, fails, institution FROM eligibility_announced ORDER BY id";
    each(file, sql, |row| {
        let name: String = row.get(0)?;
        let pmh_id = PmhId::new(row.get::<_, String>(2)?);
        let (person, day, fails, institution) = (row.get(1)?, parsed(row, 3)?, row.get(4)?, row.get(5)?);
        let announced = Announced { person, institution, pmh_id, day, fails };
        Ok(memory.announce(&name, announced).map(drop))
    })
}

fn received(file: &Connection, memory: &Memory) -> Filled {
    each(file, "SELECT number, body FROM eligibility_received ORDER BY id", |row| {
        let (number, body): (String, String) = (row.get(0)?, row.get(1)?);
        let received = serde_json::from_slice(body.as_bytes()).map_err(|error| unreadable(1, error))?;
        Ok(EligibilityStore::receive(memory, &number, Arc::new(received)).map(drop))
    })
}

fn serial(row: &Row<'_>, column: usize) -> rusqlite::Result<SerialNumber> {
    row.get::<_, Vec<u8>>(column).map(|bytes| SerialNumber::from_integer(&bytes))
}

fn join(file: &Transaction<'_>, serial: &SerialNumber, linking_number: &LinkingNumber) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO eligibility_join (serial, linking_number) VALUES (?1, ?2)";
    file.prepare_cached(sql)?.execute(params![serial.raw(), linking_number.reveal()]).map(drop)
}

fn leave(file: &Transaction<'_>, serial: &SerialNumber) -> rusqlite::Result<()> {
    file.prepare_cached("DELETE FROM eligibility_join WHERE serial = ?1")?.execute([serial.raw()]).map(drop)
}

/// The certificate that somebody had when they were registered last, if any; `None`: they never were.
fn card_of(file: &Connection, id: &str) -> rusqlite::Result<Option<Option<SerialNumber>>> {
    let mut card = file.prepare_cached("SELECT serial FROM eligibility_card WHERE person = ?1")?;
    let card = card.query_row([id], |row| row.get::<_, Option<Vec<u8>>>(0)).optional()?;
    Ok(card.map(|serial| serial.map(|bytes| SerialNumber::from_integer(&bytes))))
}

impl LinkReceiver for SqliteEligibility {
    fn receive(&self, link: Link) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO eligibility_link (linking_number, pmh_id, linked_from) VALUES (?1, ?2, ?3)";
        if self.memory.link(&link.linking_number)?.as_ref() != Some(&link) {
            self.write(|file| {
                let values = params![link.linking_number.reveal(), link.pmh_id.reveal(), link.from.to_string()];
                file.prepare_cached(sql)?.execute(values).map(drop)
            })?;
        }
        LinkReceiver::receive(&self.memory, link)
    }
}

impl EligibilityStore for SqliteEligibility {
    fn next(&self, of: Counted) -> Result<u64, StoreError> {
        let (name, left) = match of {
            Counted::Visit => ("visit", &self.visits),
            Counted::Inquiry => ("inquiry", &self.inquiries),
        };
        let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
        if left.is_empty() {
            let first: i64 = self.database.write(SYSTEM, Sync::Full, |file| {
                let sql = "INSERT INTO eligibility_counter (name, next) VALUES (?1, ?2)
                    ON CONFLICT DO UPDATE SET next = next + ?2 RETURNING next - ?2";
                file.query_row(sql, params![name, NUMBERS_AT_ONCE as i64], |row| row.get(0))
            })?;
            let first = first.unsigned_abs();
            *left = first..first + NUMBERS_AT_ONCE;
        }
        let number = left.start;
        left.start += 1;
        Ok(number)
    }

    fn put(&self, insured: Insured) -> Result<(), StoreError> {
        // At each start everybody is told again: most of it is known.
        let known = self.database.read(SYSTEM, |file| card_of(file, &insured.id))?;
        if known.as_ref() == Some(&insured.serial) {
            return self.memory.put(insured);
        }
        let before = known.flatten();
        self.write(|file| {
            let AtStart { leaves, joins } = AtStart::of(before.as_ref(), insured.serial.as_ref());
            leaves.map_or(Ok(()), |former| leave(file, former))?;
            joins.map_or(Ok(()), |serial| join(file, serial, &insured.linking_number))?;
            let sql = "INSERT OR REPLACE INTO eligibility_card (person, serial) VALUES (?1, ?2)";
            let serial = insured.serial.as_ref().map(SerialNumber::raw);
            file.prepare_cached(sql)?.execute(params![insured.id, serial]).map(drop)
        })?;
        self.memory.put(insured)
    }

    fn remove(&self, id: &str) -> Result<(), StoreError> {
        self.write(|file| {
            if let Some(serial) = card_of(file, id)?.flatten() {
                leave(file, &serial)?;
            }
            let mine =
                ["eligibility_card", "eligibility_registered", "eligibility_reference_number", "eligibility_consent"];
            mine.iter()
                .try_for_each(|table| file.execute(&format!("DELETE FROM {table} WHERE person = ?1"), [id]).map(drop))
        })?;
        self.memory.remove(id)
    }

    fn join(&self, serial: &SerialNumber, linking_number: &LinkingNumber) -> Result<(), StoreError> {
        self.write(|file| join(file, serial, linking_number))?;
        self.memory.join(serial, linking_number)
    }

    fn link(&self, linking_number: &LinkingNumber) -> Result<Option<Link>, StoreError> {
        self.memory.link(linking_number)
    }

    fn by_certificate(&self, finding: &Finding) -> Result<Option<Known>, StoreError> {
        self.memory.by_certificate(finding)
    }

    fn by_id(&self, id: &str) -> Result<Option<Known>, StoreError> {
        self.memory.by_id(id)
    }

    fn by_insurance(&self, insurer: &str, number: &str) -> Result<Vec<Arc<Insured>>, StoreError> {
        self.memory.by_insurance(insurer, number)
    }

    fn everybody(&self) -> Result<Vec<Arc<Insured>>, StoreError> {
        self.memory.everybody()
    }

    fn put_reference_number(&self, institution: &str, id: &str, number: &str) -> Result<(), StoreError> {
        let sql =
            "INSERT OR REPLACE INTO eligibility_reference_number (person, institution, number) VALUES (?1, ?2, ?3)";
        self.write(|file| file.prepare_cached(sql)?.execute([id, institution, number]).map(drop))?;
        self.memory.put_reference_number(institution, id, number)
    }

    fn reference_number(&self, institution: &str, id: &str) -> Result<Option<String>, StoreError> {
        self.memory.reference_number(institution, id)
    }

    fn reference_numbers(&self) -> Result<ReferenceNumbers, StoreError> {
        self.memory.reference_numbers()
    }

    fn put_consent(&self, institution: &str, id: &str, consent: Remembered) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO eligibility_consent (person, institution, given, until, kinds) VALUES (?1, ?2, ?3, ?4, ?5)";
        let kinds: Vec<&str> = consent.kinds.iter().map(|kind| kind.word()).collect();
        let (given, until) = (consent.time.to_string(), consent.until.to_string());
        self.write(|file| {
            file.prepare_cached(sql)?.execute(params![id, institution, given, until, kinds.join(" ")]).map(drop)
        })?;
        self.memory.put_consent(institution, id, consent)
    }

    fn consent(&self, institution: &str, id: &str) -> Result<Option<Remembered>, StoreError> {
        self.memory.consent(institution, id)
    }

    fn register(&self, id: &str) -> Result<(), StoreError> {
        self.write(|file| file.execute("INSERT OR IGNORE INTO eligibility_registered VALUES (?1)", [id]).map(drop))?;
        self.memory.register(id)
    }

    fn open_visit(&self, visit: OpenVisit) -> Result<(), StoreError> {
        self.memory.open_visit(visit)
    }

    fn answer_visit(&self, id: &VisitId) -> Result<VisitState, StoreError> {
        self.memory.answer_visit(id)
    }

    fn receive(&self, number: &str, received: Arc<Received>) -> Result<bool, StoreError> {
        if self.memory.received(number)?.is_some() {
            return Ok(false);
        }
        // Text, numbers and lists, which always have a JSON form.
        let body = serde_json::to_string(&*received).unwrap_or_default();
        let sql = "INSERT OR REPLACE INTO eligibility_received (number, received_at, body) VALUES (?1, ?2, ?3)";
        self.write(|file| file.execute(sql, params![number, received.at().to_string(), body]).map(drop))?;
        EligibilityStore::receive(&self.memory, number, received)
    }

    fn forget_received_before(&self, time: DateTime) -> Result<(), StoreError> {
        if self.memory.oldest_received()?.is_some_and(|oldest| oldest < time) {
            let sql = "DELETE FROM eligibility_received WHERE received_at < ?1";
            self.write(|file| file.execute(sql, [time.to_string()]).map(drop))?;
        }
        self.memory.forget_received_before(time)
    }

    fn received(&self, number: &str) -> Result<Option<Arc<Received>>, StoreError> {
        self.memory.received(number)
    }

    fn announce(&self, request_file_name: &str, announced: Announced) -> Result<bool, StoreError> {
        if self.memory.announced(request_file_name)?.is_some() {
            return Ok(false);
        }
        self.write(|file| {
            let sql = "INSERT OR REPLACE INTO eligibility_announced
                (request_file_name, person, pmh_id, day, fails, institution) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let (id, day) = (announced.pmh_id.reveal(), announced.day.to_string());
            file.prepare_cached(sql)?.execute(params![
                request_file_name,
                announced.person,
                id,
                day,
                announced.fails,
                announced.institution
            ])?;
            let sql = "DELETE FROM eligibility_announced WHERE id <= ?1";
            file.prepare_cached(sql)?.execute([file.last_insert_rowid() - REMEMBERED as i64]).map(drop)
        })?;
        self.memory.announce(request_file_name, announced)
    }

    fn announced(&self, request_file_name: &str) -> Result<Option<Announced>, StoreError> {
        self.memory.announced(request_file_name)
    }
}
