//! A whole server for tests: real SQLite or PostgreSQL, real keyring, real files, real ffmpeg, a clock
//! that stands still. For tests alone; nothing of the product imports it.

mod client;
mod clips;
mod folder;
mod postgres;
pub mod rows;
mod scenes;
mod stripe;
mod world;
mod zip_reader;

pub use client::{Client, Reply};
pub use clips::{clip, landscape_clip, upright_clip, written_clip};
pub use folder::copy_folder;
pub use postgres::{copy_of_database, drop_database, drop_databases, fresh_database};
pub use stripe::{Payments, payment_event};
pub use world::{Bucket, On, World};
pub use zip_reader::{ZipEntry, read_zip};

/// Makes one test of a function that takes a [`World`], on each engine.
#[macro_export]
macro_rules! on_both {
    ($(#[$meta:meta])* async fn $name:ident($world:ident: World) $body:block) => {
        mod $name {
            use super::*;

            async fn body($world: $crate::World) $body

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                body($crate::World::start($crate::On::Sqlite).await).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                body($crate::World::start($crate::On::Postgres).await).await;
                $crate::drop_databases().await;
            }
        }
    };
}
