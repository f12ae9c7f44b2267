//! A database of its own for each test.

use tokio_postgres::NoTls;

/// Makes an empty PostgreSQL database; its address. The server is the one that `OUTRO_TEST_POSTGRES_URL`
/// names: it is there for one run of the tests, and the database goes with it.
pub async fn fresh_database() -> String {
    let server = std::env::var("OUTRO_TEST_POSTGRES_URL")
        .expect("no PostgreSQL for tests: run them through `make test` or scripts/with-postgres.sh");
    let (client, connection) = tokio_postgres::connect(&server, NoTls).await.unwrap();
    let talking = tokio::spawn(connection);
    let mut name = [0u8; 8];
    outro_model::Random::fill(&outro_vault::SystemRandom, &mut name);
    let name = format!("outro_{:016x}", u64::from_be_bytes(name));
    client.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    drop(client);
    talking.await.unwrap().unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}
