//! What became of one's videos, in numbers that name nobody.

mod period;
mod share;
mod show;

pub use period::{Day, Period};
pub(crate) use share::count_comment;
pub use share::share;
pub use show::{OwnStatistics, TopVideo, VideoStatistics, of_mine, of_video};

use outro_model::Timestamp;
use outro_store::statistics;

use crate::{App, AppError};

/// Forgets what happened on days that no page shows any more.
pub(crate) async fn drop_old(app: &App) -> Result<(), AppError> {
    let before = first_day(app.clock.now(), outro_datamap::STATISTICS_DAYS);
    loop {
        let mut tx = app.db.write().await?;
        let gone = statistics::drop_before(&mut tx, before).await?;
        tx.commit().await?;
        if (gone as i64) < statistics::BATCH {
            return Ok(());
        }
    }
}

/// The first of so many days of which today is the last.
const fn first_day(now: Timestamp, days: i64) -> i64 {
    now.day() - days + 1
}
