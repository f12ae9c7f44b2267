//! Others, as the one who takes their things along sees them.

use outro_datamap::ACCOUNT_DISPLAY_NAME;
use outro_db::Tx;
use outro_model::AccountId;
use outro_policy::{Action, Facts, Relation, Ties, decide};
use outro_store::messages;
use serde_json::{Value, json};

use crate::account::open_handle;
use crate::{App, AppError};

/// The card of somebody; none where it may not be seen. In a list of the blocked, one's own block is what is
/// shown, and `past_block` passes it over.
pub(super) async fn card(
    app: &App,
    tx: &mut Tx,
    me: AccountId,
    other: AccountId,
    past_block: bool,
) -> Result<Option<Value>, AppError> {
    let Some(row) = messages::person(tx, me, other).await? else { return Ok(None) };
    let ties = if past_block { Ties { blocks: false, ..row.ties } } else { row.ties };
    let facts = Facts {
        relation: Relation::of(Some(me), other, ties),
        viewer_away: false,
        viewer_adult: false,
        owner: row.facts,
        video: None,
    };
    if !decide(Action::SeeCard, &facts).allowed {
        return Ok(None);
    }
    let Some(keys) = app.vault.account(other).await? else { return Ok(None) };
    let handle = open_handle(&keys, other, &row.handle)?;
    let display_name = keys.open_text(ACCOUNT_DISPLAY_NAME, other.as_bytes(), &row.display_name)?;
    Ok(Some(json!({ "handle": handle, "display_name": display_name })))
}
