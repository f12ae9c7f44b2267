//! The steps of the schema. A step that has landed is never changed: a later one expands, then contracts.

mod answers;
mod clips;
mod coins;
mod comments;
mod duets;
mod editor;
mod feeds;
mod finding;
mod graph;
mod lost_phone;
mod messages;
mod moderation;
mod moderation_log;
mod music;
mod publishing;
mod renditions;
mod replaced_phones;
mod restores;
mod sounds;
mod spine;
mod statistics;
mod studio;
mod takeout;

use outro_db::Migration;

/// Every step, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "spine", sql: spine::SQL },
    Migration { number: 2, name: "graph", sql: graph::SQL },
    Migration { number: 3, name: "answers", sql: answers::SQL },
    Migration { number: 4, name: "feeds", sql: feeds::SQL },
    Migration { number: 5, name: "comments", sql: comments::SQL },
    Migration { number: 6, name: "finding", sql: finding::SQL },
    Migration { number: 7, name: "moderation", sql: moderation::SQL },
    Migration { number: 8, name: "messages", sql: messages::SQL },
    Migration { number: 9, name: "moderation_log", sql: moderation_log::SQL },
    Migration { number: 10, name: "sounds", sql: sounds::SQL },
    Migration { number: 11, name: "restores", sql: restores::SQL },
    Migration { number: 13, name: "coins", sql: coins::SQL },
    Migration { number: 14, name: "takeout", sql: takeout::SQL },
    Migration { number: 15, name: "lost_phone", sql: lost_phone::SQL },
    Migration { number: 16, name: "replaced_phones", sql: replaced_phones::SQL },
    Migration { number: 17, name: "studio", sql: studio::SQL },
    Migration { number: 18, name: "renditions", sql: renditions::SQL },
    Migration { number: 19, name: "publishing", sql: publishing::SQL },
    Migration { number: 20, name: "statistics", sql: statistics::SQL },
    Migration { number: 21, name: "music", sql: music::SQL },
    Migration { number: 22, name: "editor", sql: editor::SQL },
    Migration { number: 23, name: "duets", sql: duets::SQL },
    Migration { number: 24, name: "clips", sql: clips::SQL },
];
