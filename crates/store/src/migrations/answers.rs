//! Answers that are given to all open follow requests at once, until a job has given each.

pub(super) const SQL: &str = "
CREATE TABLE request_answers (
    account_id {bytes} PRIMARY KEY REFERENCES accounts (id),
    accept {int} NOT NULL,
    until {int} NOT NULL
) {table};
";
