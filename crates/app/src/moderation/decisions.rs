//! What was decided about oneself, and why.

use outro_datamap::ACT_STATEMENT;
use outro_model::VideoId;

use super::*;
use crate::account::since;

/// A decision about one's own account or video.
#[derive(Clone, Debug)]
pub struct DecisionView {
    /// The id.
    pub id: ActId,
    /// What was decided: `Hide`, `Unhide`, `Suspend` or `Unsuspend`.
    pub act: ModerationAct,
    /// The video that it is about; none when it is about the account.
    pub video: Option<VideoId>,
    /// Why.
    pub reason: ReportReason,
    /// What the moderator wrote; may be empty where something was taken back.
    pub statement: String,
    /// When, RFC 3339.
    pub created_at: String,
}

/// A page of decisions, the latest first.
pub struct DecisionPage {
    /// The decisions.
    pub items: Vec<DecisionView>,
    /// Where the next page begins; none at the end.
    pub next: Option<(Timestamp, ActId)>,
}

/// What was decided about oneself, the latest first, at most `limit`. Nobody else can read it.
pub async fn decisions(
    app: &App,
    signed: &Signed,
    before: Option<(Timestamp, ActId)>,
    limit: i64,
) -> Result<DecisionPage, AppError> {
    let keys = signed.keys(app).await?;
    let mut tx = app.db.read().await?;
    let me = viewer::still(app, &mut tx, &Some(signed.clone())).await?.ok_or(AppError::SignInNeeded)?;
    let before = before.unwrap_or((LAST, ActId::from_bytes([0xff; 16])));
    let rows = moderation::decisions(&mut tx, me, before, limit).await?;
    let next = (rows.len() as i64 == limit).then(|| rows.last().map(|row| (row.created_at, row.id))).flatten();
    let mut items = Vec::with_capacity(rows.len());
    for Act { id, act, thing, reason, statement, created_at } in rows {
        items.push(DecisionView {
            id,
            act,
            video: match thing {
                Thing::Video(_, video) if matches!(act, ModerationAct::Hide | ModerationAct::Unhide) => Some(video),
                _ => None,
            },
            reason,
            statement: keys.open_text(ACT_STATEMENT, id.as_bytes(), &statement)?,
            created_at: since(created_at),
        });
    }
    Ok(DecisionPage { items, next })
}
