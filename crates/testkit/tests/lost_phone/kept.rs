//! What is kept, as the page and the document say it: both come from the data map, and nothing of it is missing.

use outro_datamap::{BLOBS, CACHES, KEYRING, TABLES};

use super::*;

fn escaped(text: &str) -> String {
    text.replace('&', "&#38;").replace('\'', "&#39;").replace('"', "&#34;").replace('<', "&#60;").replace('>', "&#62;")
}

on_both! {
    async fn the_page_says_all_of_the_map(world: World) {
        let text = page(&world.client(), "/what-we-keep").await.expect(200).text();
        let has = |words: &str| assert!(text.contains(&escaped(words)), "{words}");
        for table in TABLES.iter().chain(KEYRING) {
            has(table.why);
            has(table.ground);
            has(&table.kept_for());
            has(&table.erasure_words());
        }
        for blob in BLOBS {
            has(blob.why);
            has(blob.ground());
            has(&blob.kept_for());
        }
        for cache in CACHES {
            has(cache.holds);
            has(cache.ends);
        }
        let each = TABLES.len() + KEYRING.len() + BLOBS.len() + CACHES.len();
        assert_eq!(text.matches("<li class=\"panel\">").count(), each);
        has("/api/what-we-keep.json");
    }
}

on_both! {
    async fn the_document_says_all_of_the_map_and_of_the_live_schema(world: World) {
        let said = world.client().get("/api/what-we-keep.json").await.expect(200).json();
        let list = |name: &str| said[name].as_array().unwrap().clone();
        for (name, tables) in [("database", TABLES), ("keyring", KEYRING)] {
            let told = list(name);
            assert_eq!(told.len(), tables.len());
            for (told, table) in told.iter().zip(tables) {
                assert_eq!(told["name"], table.name);
                assert_eq!(told["why"], table.why);
                assert_eq!(told["ground"], table.ground);
                assert_eq!(told["kept_for"], json!(table.kept_for()));
                assert_eq!(told["on_erasure"], json!(table.erasure_words()));
                let columns = told["columns"].as_array().unwrap();
                assert_eq!(columns.len(), table.columns.len());
                for (told, column) in columns.iter().zip(table.columns) {
                    assert_eq!((&told["name"], &told["holds"]), (&json!(column.name), &json!(column.holds.words())));
                    assert_eq!(told["takeout"], json!(column.takeout.part()));
                }
            }
        }
        // Each column that is there, on this engine, is in it.
        let told: std::collections::BTreeSet<(String, String)> = list("database")
            .iter()
            .flat_map(|table| {
                let name = table["name"].as_str().unwrap().to_owned();
                let columns = table["columns"].as_array().unwrap().clone();
                columns.into_iter().map(move |column| (name.clone(), column["name"].as_str().unwrap().to_owned()))
            })
            .collect();
        for column in world.app.db.columns().await.unwrap() {
            let one = (column.table, column.column);
            assert!(told.contains(&one), "{one:?}");
        }
        let name = |one: &Value| one["name"].as_str().unwrap().to_owned();
        let names = |list_of: &str| list(list_of).iter().map(name).collect::<Vec<_>>();
        assert_eq!(names("objects"), BLOBS.iter().map(|blob| blob.kind.word()).collect::<Vec<_>>());
        assert_eq!(names("elsewhere"), CACHES.iter().map(|cache| cache.name).collect::<Vec<_>>());
        for object in list("objects") {
            for word in ["why", "ground", "kept_for", "on_erasure", "holds"] {
                assert!(object[word].as_str().is_some_and(|text| !text.is_empty()), "{word} of {object}");
            }
        }
    }
}
