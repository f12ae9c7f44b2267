//! The one place where visibility is SQL.

use outro_policy::FeedScope;

/// The predicate of [`FeedScope`], over `videos v` joined with `accounts a`. Its parameters are the
/// first four of the statement, in the order of [`scope_codes`].
macro_rules! in_scope {
    () => {
        "v.state = ?1 AND v.audience = ?2 AND a.state = ?3 AND a.private_account = ?4"
    };
}
pub(crate) use in_scope;

/// The parameters of the predicate.
pub(crate) fn scope_codes(scope: FeedScope) -> (i64, i64, i64, bool) {
    (scope.video.code(), scope.audience.code(), scope.owner.code(), scope.private_account)
}
