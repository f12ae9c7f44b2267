//! What was decided about oneself, and why.

use outro_datamap::{ACT_PROVISION, ACT_STATEMENT, COMMENT_TEXT};
use outro_model::{CommentId, VideoId};
use outro_store::comments::{self, Comment, State};
use outro_store::moderation::Decided;
use outro_vault::AccountKeys;

use super::*;
use crate::account::since;

/// A comment of one's own that was decided about.
#[derive(Clone, Debug)]
pub struct DecidedComment {
    /// The id.
    pub id: CommentId,
    /// The video that it stands under; none once the comment is taken away.
    pub video: Option<VideoId>,
    /// What one wrote; empty once it is taken away.
    pub text: String,
}

/// A decision about one's own account, video or comment.
#[derive(Clone, Debug)]
pub struct DecisionView {
    /// The id.
    pub id: ActId,
    /// What was decided: `Hide`, `Unhide`, `Suspend` or `Unsuspend`.
    pub act: ModerationAct,
    /// The video that it is about; none when it is about the account or a comment.
    pub video: Option<VideoId>,
    /// The comment that it is about; none when it is about the account or a video.
    pub comment: Option<DecidedComment>,
    /// Why.
    pub reason: ReportReason,
    /// What it rests on.
    pub ground: Ground,
    /// The law or the rule by name; may be empty.
    pub provision: String,
    /// What it followed.
    pub source: ActSource,
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
    for row in rows {
        let said = said(&mut tx, me, &row).await?;
        items.push(opened(&keys, row, said)?);
    }
    Ok(DecisionPage { items, next })
}

/// Whether it is about the thing alone, and not about the whole account.
const fn is_of_thing(act: ModerationAct) -> bool {
    matches!(act, ModerationAct::Hide | ModerationAct::Unhide)
}

/// One's comment that a decision is about, while it is there.
async fn said(tx: &mut Tx, me: AccountId, row: &Decided) -> Result<Option<Comment>, AppError> {
    if row.kind != ReportedKind::Comment || !is_of_thing(row.act) {
        return Ok(None);
    }
    let comment = comments::by_id(tx, CommentId::from_bytes(row.thing)).await?;
    Ok(comment.filter(|comment| comment.author == me && comment.state != State::Removing))
}

fn opened(keys: &AccountKeys, row: Decided, said: Option<Comment>) -> Result<DecisionView, AppError> {
    let of_thing = is_of_thing(row.act);
    let comment = match (row.kind, said) {
        (ReportedKind::Comment, Some(said)) if of_thing => {
            let text = keys.open_text(COMMENT_TEXT, said.id.as_bytes(), &said.text)?;
            Some(DecidedComment { id: said.id, video: Some(said.video), text })
        }
        (ReportedKind::Comment, None) if of_thing => {
            Some(DecidedComment { id: CommentId::from_bytes(row.thing), video: None, text: String::new() })
        }
        _ => None,
    };
    Ok(DecisionView {
        id: row.id,
        act: row.act,
        video: (of_thing && row.kind == ReportedKind::Video).then(|| VideoId::from_bytes(row.thing)),
        comment,
        reason: row.reason,
        ground: row.ground,
        provision: match &row.provision {
            Some(sealed) => keys.open_text(ACT_PROVISION, row.id.as_bytes(), sealed)?,
            None => String::new(),
        },
        source: row.source,
        statement: keys.open_text(ACT_STATEMENT, row.id.as_bytes(), &row.statement)?,
        created_at: since(row.created_at),
    })
}
