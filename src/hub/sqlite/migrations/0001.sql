-- The first schema. One group of tables per system, none with a reference into another's: they are on one disk, not in one system.

-- Of the file itself: for which seed it was made (numbers of people follow from it).
CREATE TABLE hub_file (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- PMH. Knows 個人番号 and PMH-ID; no serial number, no 紐付番号, no qualification.
CREATE TABLE pmh_municipality (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL UNIQUE,
    -- The set that holds now; NULL before the first.
    current_set INTEGER
) STRICT;
-- Every registration that was begun, until its rows are swept or hold. AUTOINCREMENT: no number comes twice.
CREATE TABLE pmh_set (id INTEGER PRIMARY KEY AUTOINCREMENT, municipality INTEGER NOT NULL) STRICT;
-- id = set * 2^32 + place: the rows of a set lie together, in the order in which they came. body: NULL where differences delete.
CREATE TABLE pmh_row (
    id INTEGER PRIMARY KEY,
    my_number TEXT NOT NULL,
    key BLOB NOT NULL,
    by_history INTEGER NOT NULL,
    body BLOB
) STRICT;
-- Written in the order of its key when a set is whole: one page after the other.
CREATE TABLE pmh_person (my_number TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (my_number, row)) STRICT, WITHOUT ROWID;
-- Only rows of differences are looked up by their key.
CREATE INDEX pmh_row_of_history ON pmh_row (key) WHERE by_history;
CREATE TABLE pmh_receipt (
    id INTEGER PRIMARY KEY,
    municipality INTEGER NOT NULL,
    serial_number TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX pmh_receipt_of_serial ON pmh_receipt (municipality, serial_number);
CREATE TABLE pmh_beneficiary (pmh_id TEXT PRIMARY KEY, my_number TEXT, subsidies TEXT) STRICT, WITHOUT ROWID;
CREATE INDEX pmh_beneficiary_of_number ON pmh_beneficiary (my_number);
-- Who waits for a PMH-ID, and since when.
CREATE TABLE pmh_unnumbered (my_number TEXT PRIMARY KEY, since TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE pmh_burnt (inquiry INTEGER PRIMARY KEY) STRICT;

-- 中間サーバー. Knows 個人番号 and 機関別符号; PMH-ID and 紐付番号 follow from the number.
CREATE TABLE intermediary_person (
    my_number TEXT PRIMARY KEY,
    insured INTEGER NOT NULL,
    linked_from TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE intermediary_code (institutional_code TEXT PRIMARY KEY, my_number TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- オンライン資格確認. Knows serial numbers, 紐付番号 and the PMH-ID of whoever is linked; no 個人番号, no 機関別符号, no key.
CREATE TABLE eligibility_card (person TEXT PRIMARY KEY, serial BLOB) STRICT, WITHOUT ROWID;
CREATE TABLE eligibility_join (serial BLOB PRIMARY KEY, linking_number TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE eligibility_link (
    linking_number TEXT PRIMARY KEY,
    pmh_id TEXT NOT NULL,
    linked_from TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE eligibility_registered (person TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE eligibility_reference_number (
    person TEXT NOT NULL,
    institution TEXT NOT NULL,
    number TEXT NOT NULL,
    PRIMARY KEY (person, institution)
) STRICT, WITHOUT ROWID;
CREATE TABLE eligibility_consent (
    person TEXT NOT NULL,
    institution TEXT NOT NULL,
    given TEXT NOT NULL,
    until TEXT NOT NULL,
    kinds TEXT NOT NULL,
    PRIMARY KEY (person, institution)
) STRICT, WITHOUT ROWID;
CREATE TABLE eligibility_announced (
    id INTEGER PRIMARY KEY,
    request_file_name TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL,
    pmh_id TEXT NOT NULL,
    day TEXT NOT NULL,
    fails INTEGER NOT NULL
) STRICT;
CREATE TABLE eligibility_received (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    received_at TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE TABLE eligibility_counter (name TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT, WITHOUT ROWID;
