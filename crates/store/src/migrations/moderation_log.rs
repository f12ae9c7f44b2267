//! The log of what moderators do, in the order of time; and what a decision rests on.

/// `provision` is the law or the rule, in the words of who decided. What was done without a report by which it was
/// done was done by whoever runs the site.
pub(super) const SQL: &str = "
ALTER TABLE moderation_acts ADD COLUMN ground {int} NOT NULL DEFAULT 0;
ALTER TABLE moderation_acts ADD COLUMN provision {bytes};
ALTER TABLE moderation_acts ADD COLUMN source {int} NOT NULL DEFAULT 0;
UPDATE moderation_acts SET source = 1 WHERE NOT EXISTS (SELECT 1 FROM moderation_hands h
    WHERE h.subject_id = moderation_acts.subject_id AND h.act_id = moderation_acts.id);
CREATE INDEX moderation_acts_log ON moderation_acts (created_at, id);
CREATE INDEX moderation_hands_by_act ON moderation_hands (subject_id, act_id);
";
