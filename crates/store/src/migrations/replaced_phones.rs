//! A linked number that took another's place.

pub(super) const SQL: &str = "
CREATE TABLE replaced_phones (
    account_id {bytes} PRIMARY KEY REFERENCES accounts (id),
    phone {bytes} NOT NULL,
    told {int} NOT NULL,
    settles_at {int} NOT NULL
) {table};
";
