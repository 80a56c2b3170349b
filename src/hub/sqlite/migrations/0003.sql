-- Who has a PMH-ID, by number alone, in place of an index that repeated the PMH-ID.
CREATE TABLE pmh_numbered (my_number TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
INSERT INTO pmh_numbered (my_number)
    SELECT DISTINCT my_number FROM pmh_beneficiary WHERE my_number IS NOT NULL ORDER BY my_number;
DROP INDEX pmh_beneficiary_of_number;
-- Runs of people whom a registration named, until their 付番 is done: a number a line, in their order. AUTOINCREMENT: no run comes twice.
CREATE TABLE pmh_waiting (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    since TEXT NOT NULL,
    my_numbers TEXT NOT NULL
) STRICT;
INSERT INTO pmh_waiting (since, my_numbers)
    SELECT since, group_concat(my_number, char(10) ORDER BY my_number)
    FROM (
        SELECT my_number, since, (row_number() OVER (PARTITION BY since ORDER BY my_number) - 1) / 8192 AS run
        FROM pmh_unnumbered
    )
    GROUP BY since, run ORDER BY since, run;
DROP TABLE pmh_unnumbered;
