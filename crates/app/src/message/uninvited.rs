//! Being put into a group by others. A membership that nobody has taken on yet is like a message from somebody
//! who is no friend: it waits among the requests, and a setting that would refuse it hides it there. Once it is
//! taken on, being in the group is consent: whoever is in it may write in it, and leaving is always possible.

use outro_db::Tx;
use outro_model::{AccountId, Circle, ConversationId};
use outro_policy::{Action, Facts, OwnerFacts, Relation, Ties, decide};
use outro_store::accounts;
use outro_store::messages::{self as rows, MemberState, Person};

use crate::{AppError, standing};

/// How a group that was not taken on stands with somebody who is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// All the others are their friends: it needs no taking on.
    AmongFriends,
    /// It waits among the requests.
    Waits,
    /// One of the others could not write to them: it is nowhere, until they could again.
    Refused,
}

/// How the group stands with a member who takes messages from these, given the others as that member has them.
pub(super) fn stand(member: AccountId, messages_from: Circle, others: &[Person]) -> Stand {
    if !others.iter().all(|other| takes(member, messages_from, other.account, other.ties)) {
        return Stand::Refused;
    }
    let is_friend = |other: &Person| other.ties.follows && other.ties.followed;
    if others.iter().all(is_friend) { Stand::AmongFriends } else { Stand::Waits }
}

/// Whether `member` takes messages from somebody, by their setting and their own blocks alone: that somebody
/// else is away, or blocks, is nothing that could be told from their folder.
fn takes(member: AccountId, messages_from: Circle, other: AccountId, ties: Ties) -> bool {
    let from_other = Ties { follows: ties.followed, followed: ties.follows, blocked: ties.blocks, ..Ties::default() };
    let relation = Relation::of(Some(other), member, from_other);
    let owner = OwnerFacts { messages_from, ..OwnerFacts::OPEN };
    decide(Action::Message, &Facts { relation, viewer_away: false, viewer_adult: false, owner, video: None }).allowed
}

/// How a group stands with a member who has not taken it on.
pub(super) async fn read(tx: &mut Tx, member: AccountId, group: ConversationId) -> Result<Stand, AppError> {
    let account = accounts::by_id(tx, member).await?.ok_or(AppError::NotFound)?;
    let others = rows::people(tx, member, group).await?;
    Ok(stand(member, account.facts.messages_from, &others))
}

/// Asks of a new group whether each who was put into it may write to each of the others who were. The answer
/// is that for one person, whoever it is and for whatever reason: it tells nothing of what stands between others.
/// Who opens it has asked for it, and has been asked about themselves. Those among friends alone take it on.
pub(super) async fn admit(
    tx: &mut Tx,
    opener: AccountId,
    invited: &[AccountId],
    group: ConversationId,
) -> Result<(), AppError> {
    for &member in invited {
        let others = rows::people(tx, member, group).await?;
        for other in others.iter().filter(|other| other.account != opener) {
            let relation = Relation::of(Some(member), other.account, other.ties);
            let facts = Facts { relation, viewer_away: false, viewer_adult: false, owner: other.facts, video: None };
            if !decide(Action::Message, &facts).allowed {
                return Err(standing::messages_closed());
            }
        }
        if others.iter().all(|other| other.ties.follows && other.ties.followed) {
            rows::set_state(tx, member, group, MemberState::Accepted).await?;
        }
    }
    Ok(())
}
