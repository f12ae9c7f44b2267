//! The steps of the schema. A step that has landed is never changed: a later one expands, then contracts.

mod graph;
mod messages;
mod spine;

use outro_db::Migration;

/// Every step, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "spine", sql: spine::SQL },
    Migration { number: 2, name: "graph", sql: graph::SQL },
    Migration { number: 3, name: "messages", sql: messages::SQL },
];
