//! A database of its own for each test.

use std::cell::RefCell;

use tokio_postgres::NoTls;

thread_local! {
    /// The databases of the test that runs on this thread.
    static MADE: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Makes an empty PostgreSQL database; its address. The server is the one that `OUTRO_TEST_POSTGRES_URL`
/// names: it is there for one run of the tests, and the database goes with it at the latest.
pub async fn fresh_database() -> String {
    let name = any_name();
    run(&[format!("CREATE DATABASE {name}")]).await;
    MADE.with_borrow_mut(|made| made.push(name.clone()));
    format!("{}/{name}", server().rsplit_once('/').unwrap().0)
}

/// Removes what the test on this thread made: hundreds of tests, each with some 10 MB, fill a small disk.
pub async fn drop_databases() {
    let made = MADE.take().into_iter();
    run(&made.map(|name| format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).collect::<Vec<_>>()).await;
}

/// Makes a copy of a database that nobody has open any more; its address.
pub async fn copy_of_database(url: &str) -> String {
    let (name, (base, from)) = (any_name(), url.rsplit_once('/').unwrap());
    run(&[nobody_in(from), format!("CREATE DATABASE {name} TEMPLATE {from}")]).await;
    MADE.with_borrow_mut(|made| made.push(name.clone()));
    format!("{base}/{name}")
}

/// Removes a database, whoever has it open.
pub async fn drop_database(url: &str) {
    run(&[format!("DROP DATABASE {} WITH (FORCE)", url.rsplit_once('/').unwrap().1)]).await;
}

/// Pools close their connections a little after they are dropped.
fn nobody_in(name: &str) -> String {
    format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
}

fn server() -> String {
    std::env::var("OUTRO_TEST_POSTGRES_URL")
        .expect("no PostgreSQL for tests: run them through `make test` or scripts/with-postgres.sh")
}

fn any_name() -> String {
    let mut name = [0u8; 8];
    outro_model::Random::fill(&outro_vault::SystemRandom, &mut name);
    format!("outro_{:016x}", u64::from_be_bytes(name))
}

async fn run(statements: &[String]) {
    let (client, connection) = tokio_postgres::connect(&server(), NoTls).await.unwrap();
    let talking = tokio::spawn(connection);
    for statement in statements {
        client.batch_execute(statement).await.unwrap();
    }
    drop(client);
    talking.await.unwrap().unwrap();
}
