//! The accounting records: what the law wants known of each payment, under the key of its year, until that is destroyed.

use outro_courier::Payment;
use outro_datamap::ACCOUNTING_RECORD;
use outro_db::Tx;
use outro_model::{RecordId, Timestamp};
use outro_store::purchases;
use outro_vault::BookKey;

use crate::{App, AppError};

/// How many rows one transaction removes, or one page reads, at most.
const BATCH: i64 = 500;
/// How long the number of a report is kept, in seconds.
const EVENT_SECONDS: i64 = outro_datamap::PAYMENT_EVENT_DAYS * 86_400;
/// How long a purchase waits to be paid, in seconds: a week. The page of a payment ends after a day.
const OPEN_SECONDS: i64 = 7 * 86_400;

/// The key of this year's records.
pub(super) struct BookOfYear {
    pub(super) year: i64,
    key: BookKey,
}

impl BookOfYear {
    /// The one that is under way.
    pub(super) async fn now(app: &App) -> Result<Self, AppError> {
        let year = year(app.clock.now());
        Ok(Self { year, key: app.vault.books(year).await? })
    }
}

/// The UTC year of a moment.
pub(super) fn year(at: Timestamp) -> i64 {
    at.rfc3339().split('-').next().and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// What is kept of one payment. It names nobody, and nothing ties two of them together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// When the money was reported, RFC 3339.
    pub at: String,
    /// The payment service's id of it.
    pub session: String,
    /// How much, in the smallest unit of the currency.
    pub amount: i64,
    /// The currency.
    pub currency: String,
    /// How much of it is tax.
    pub tax: i64,
    /// The country that the payer named; empty when none was asked for.
    pub country: String,
    /// How many coins were issued for it; none when nobody was there to have them: then it is to be paid back.
    pub coins: Option<i64>,
}

impl Record {
    pub(super) fn of(payment: &Payment, coins: Option<i64>, now: Timestamp) -> Self {
        let Payment { session, amount, currency, tax, country, .. } = payment.clone();
        Self { at: now.rfc3339(), session, amount, currency, tax, country, coins }
    }

    fn text(&self) -> String {
        let coins = self.coins.map(|coins| coins.to_string()).unwrap_or_default();
        let Self { at, session, amount, currency, tax, country, .. } = self;
        [at, session, &amount.to_string(), currency, &tax.to_string(), country, &coins]
            .map(|field| field.replace('\n', " "))
            .join("\n")
    }

    fn read(text: &str) -> Option<Self> {
        let mut fields = text.split('\n');
        let mut next = || fields.next().map(str::to_owned);
        Some(Self {
            at: next()?,
            session: next()?,
            amount: next()?.parse().ok()?,
            currency: next()?,
            tax: next()?.parse().ok()?,
            country: next()?,
            coins: next()?.parse().ok(),
        })
    }
}

/// Keeps a record.
pub(super) async fn keep(tx: &mut Tx, book: &BookOfYear, id: RecordId, record: &Record) -> Result<(), AppError> {
    let sealed = book.key.seal(ACCOUNTING_RECORD, id.as_bytes(), record.text().as_bytes());
    purchases::record(tx, book.year, id, &sealed).await?;
    Ok(())
}

/// The records of a year, in no order that tells anything; none when its key is destroyed.
pub async fn records(app: &App, year: i64) -> Result<Vec<Record>, AppError> {
    let Some(key) = app.vault.books_of(year).await? else { return Ok(vec![]) };
    let (mut all, mut after) = (Vec::new(), RecordId::from_bytes([0; 16]));
    loop {
        let page = purchases::records(&mut app.db.read().await?, year, after, BATCH).await?;
        for (id, sealed) in &page {
            let opened = key.open(ACCOUNTING_RECORD, id.as_bytes(), sealed)?;
            all.extend(std::str::from_utf8(&opened).ok().and_then(Record::read));
            after = *id;
        }
        if (page.len() as i64) < BATCH {
            return Ok(all);
        }
    }
}

/// Housekeeping: the records of years that need not be kept any more, the key first; numbers of reports that cannot come
/// again; purchases that nobody paid.
pub(crate) async fn drop_old(app: &App, now: Timestamp) -> Result<(), AppError> {
    let oldest = year(now) - app.settings.coins.accounting_years;
    app.vault.destroy_books_before(oldest).await?;
    loop {
        let mut tx = app.db.write().await?;
        let gone = [
            purchases::drop_records_before(&mut tx, oldest, BATCH).await?,
            purchases::drop_events_before(&mut tx, now.plus_seconds(-EVENT_SECONDS), BATCH).await?,
            purchases::close_before(&mut tx, now.plus_seconds(-OPEN_SECONDS), now, BATCH).await?,
        ];
        tx.commit().await?;
        if gone.iter().all(|count| (*count as i64) < BATCH) {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_as_they_were_written() {
        for (coins, country) in [(Some(100), "DE"), (None, "")] {
            let record = Record {
                at: "2026-05-05T10:00:00.000Z".into(),
                session: "cs_1".into(),
                amount: 99,
                currency: "eur".into(),
                tax: 16,
                country: country.into(),
                coins,
            };
            assert_eq!(Record::read(&record.text()), Some(record));
        }
        assert_eq!(Record::read("nothing"), None);
        assert_eq!(year(Timestamp(1_780_000_000_000)), 2026);
    }
}
