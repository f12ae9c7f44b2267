//! `outro migrate`.

use std::process::ExitCode;

use crate::boot::open_database;
use crate::fail::{Fail, say};
use crate::folder::Folder;
use crate::settings::Flags;

/// Brings the schema up to date.
pub(crate) async fn run(flags: Flags) -> Result<ExitCode, Fail> {
    let settings = flags.resolve()?;
    let db = open_database(&settings, &Folder::open(&settings.data)?).await?;
    outro_store::prepare(&db).await?;
    say("The database is up to date");
    Ok(ExitCode::SUCCESS)
}
