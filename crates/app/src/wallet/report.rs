//! What the payment service reports. Each report is worked on once, in one transaction, whatever comes twice or too late:
//! money for somebody who has left brings nobody back, it is noted to be paid back.

use outro_courier::{NotTaken, Outcome, Payment};
use outro_db::Tx;
use outro_model::{PurchaseId, RecordId};
use outro_store::accounts;
use outro_store::purchases::{self, Purchase};

use super::books::{self, BookOfYear, Record};
use super::{buy, half, tag};
use crate::{App, AppError, RefusalKind};

/// Takes a report of the payment service.
pub async fn reported(app: &App, signature: &str, body: &[u8]) -> Result<(), AppError> {
    let stripe = app.settings.coins.stripe.as_ref().ok_or(AppError::NotFound)?;
    let report = stripe.read(signature, body, app.clock.now()).map_err(not_taken)?;
    let Some(outcome) = report.outcome else { return Ok(()) };
    let event = tag(app, "event", &[report.id.as_bytes()]);
    // The key of the year's records may have to be made: that is done before the transaction.
    let book = BookOfYear::now(app).await?;
    let mut tx = app.db.write().await?;
    let known = match &outcome {
        Outcome::Paid(payment) => find(&mut tx, &payment.reference).await?,
        Outcome::Closed(reference) => find(&mut tx, reference).await?,
    };
    if !purchases::see_event(&mut tx, &event, app.clock.now()).await? {
        return Ok(());
    }
    match outcome {
        Outcome::Paid(payment) => paid(app, &mut tx, &book, &payment, known).await?,
        Outcome::Closed(_) => {
            if let Some(purchase) = known {
                purchases::close(&mut tx, purchase.account, purchase.id, app.clock.now()).await?;
            }
        }
    }
    Ok(tx.commit().await?)
}

fn not_taken(error: NotTaken) -> AppError {
    match error {
        NotTaken::Unsigned => {
            AppError::refused(RefusalKind::Malformed, "not_signed", "This is not signed by the payment service.")
        }
        NotTaken::NoReport => AppError::refused(RefusalKind::Unusable, "no_report", "This report cannot be read."),
    }
}

/// The purchase of a reference, if its owner is there: they are held, so that they leave after this or before it.
async fn find(tx: &mut Tx, reference: &str) -> Result<Option<Purchase>, AppError> {
    let Ok(id) = reference.parse::<PurchaseId>() else { return Ok(None) };
    let Some(purchase) = purchases::by_id(tx, id).await? else { return Ok(None) };
    let live = accounts::lock_live(tx, purchase.account).await?;
    Ok(live.then_some(purchase))
}

/// Credits what was paid, once; what was paid for nobody, or otherwise than was asked for, is kept to be paid back.
async fn paid(
    app: &App,
    tx: &mut Tx,
    book: &BookOfYear,
    payment: &Payment,
    known: Option<Purchase>,
) -> Result<(), AppError> {
    let id = RecordId::from_bytes(half(tag(app, "payment", &[payment.session.as_bytes()])));
    if purchases::is_recorded(tx, id, book.year).await? {
        return Ok(());
    }
    let fits = |known: &Purchase| known.amount == payment.amount && known.currency == payment.currency;
    let mut credited = None;
    if let Some(purchase) = known.filter(fits)
        && purchases::paid(tx, purchase.account, purchase.id, app.clock.now()).await?
    {
        buy::credit(app, tx, &purchase).await?;
        credited = Some(purchase.coins);
    }
    if credited.is_none() {
        tracing::warn!("money came that nobody here waits for: see `outro admin accounting`");
    }
    books::keep(tx, book, id, &Record::of(payment, credited, app.clock.now())).await
}
