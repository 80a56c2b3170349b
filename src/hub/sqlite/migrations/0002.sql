-- A PMH request is its institution's. Names of before hold on their own day only, and are nobody's from here on.
ALTER TABLE eligibility_announced ADD COLUMN institution TEXT NOT NULL DEFAULT '';
