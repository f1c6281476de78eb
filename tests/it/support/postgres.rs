//! With `LIKENESS_TEST_DATABASE_URL` every test keeps its records in a `PostgreSQL` database of its own on that server, made when
//! the test first opens it and dropped when its folder is gone. The URL names a database from which others can be made.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use likeness::types::Sha256;
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbErr};

/// The server to test with; without it tests use `SQLite`.
const SERVER: &str = "LIKENESS_TEST_DATABASE_URL";

/// Process whose test it is, for processes that a test starts: they must find the databases of that test.
pub(crate) const DATABASE_OWNER: &str = "LIKENESS_TEST_DATABASE_OWNER";

/// Databases of this process with the folders that they live as long as.
static MADE: Mutex<Vec<(PathBuf, String)>> = Mutex::new(Vec::new());

/// Held while one is made.
static MAKING: Mutex<()> = Mutex::new(());

fn server() -> Option<url::Url> {
    let text = std::env::var(SERVER).ok().filter(|text| !text.is_empty())?;
    Some(url::Url::parse(&text).expect("LIKENESS_TEST_DATABASE_URL is a URL"))
}

/// Whether the tests use `PostgreSQL`.
pub(crate) fn on_postgres() -> bool {
    server().is_some()
}

/// Value for [`DATABASE_OWNER`].
pub(crate) fn database_owner() -> String {
    std::env::var(DATABASE_OWNER).unwrap_or_else(|_| std::process::id().to_string())
}

/// What `db::connect` takes for a test that would keep its records in this file.
pub(crate) fn database_place(file: &Path) -> String {
    database_url(file).unwrap_or_else(|| file.to_str().unwrap().to_owned())
}

/// URL of the database of a library that lives at this path; `None` where the tests use `SQLite`. Asking again answers the same one.
pub(crate) fn database_url(library: &Path) -> Option<String> {
    let mut url = server()?;
    let name = format!("likeness_test_{}_{}", database_owner(), &Sha256::of(library.as_os_str().as_encoded_bytes()).to_string()[..16]);
    url.set_path(&name);
    if !is_made(&name) {
        // One at a time, and outside of the test's own runtime. Who asks for one that is there does not wait here: dropping a database
        // waits for connections that are being opened, and one of those may belong to the task that asks.
        let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_made(&name) {
            let first_folder = library.ancestors().skip(1).find(|folder| folder.exists()).unwrap_or(library).to_owned();
            let (gone, old_owners) = take_gone();
            let new = name.clone();
            std::thread::spawn(move || block_on(make(&new, gone, old_owners))).join().expect("a database can be made");
            made().push((first_folder, name));
        }
    }
    Some(url.to_string())
}

fn made() -> MutexGuard<'static, Vec<(PathBuf, String)>> {
    MADE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_made(name: &str) -> bool {
    made().iter().any(|(_, known)| known == name)
}

/// Databases whose folders are gone, and whether those of earlier runs are to be dropped too.
fn take_gone() -> (Vec<(PathBuf, String)>, bool) {
    let mut made = made();
    let (gone, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut *made).into_iter().partition(|(folder, _)| !folder.exists());
    *made = kept;
    let old_owners = made.is_empty() && gone.is_empty() && std::env::var_os(DATABASE_OWNER).is_none();
    (gone, old_owners)
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

async fn make(name: &str, gone: Vec<(PathBuf, String)>, old_owners: bool) {
    let mut options = ConnectOptions::new(server().unwrap().to_string());
    options.sqlx_logging(false).max_connections(1);
    let maintenance = sea_orm::Database::connect(options).await.unwrap();
    for (_, name) in gone {
        drop_database(&maintenance, &name).await;
    }
    if old_owners {
        drop_those_of_the_dead(&maintenance).await;
    }
    if let Err(error) = maintenance.execute_unprepared(&format!("CREATE DATABASE \"{name}\"")).await {
        assert!(is_there_already(&error), "{error}");
    }
    maintenance.close().await.unwrap();
}

/// Another process of the same test was first.
fn is_there_already(error: &DbErr) -> bool {
    let text = error.to_string();
    text.contains("already exists") || text.contains("pg_database_datname_index")
}

async fn drop_database(maintenance: &DatabaseConnection, name: &str) {
    maintenance.execute_unprepared(&format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)")).await.unwrap();
}

/// What earlier runs left: their last databases, or all of them when they were killed.
async fn drop_those_of_the_dead(maintenance: &DatabaseConnection) {
    let list = sea_orm::Statement::from_string(
        sea_orm::DbBackend::Postgres,
        "SELECT datname::text AS name FROM pg_database WHERE datname LIKE 'likeness\\_test\\_%'",
    );
    for row in maintenance.query_all_raw(list).await.unwrap() {
        let name: String = row.try_get("", "name").unwrap();
        let owner = name.split('_').nth(2).unwrap_or_default();
        if !Path::new("/proc").join(owner).exists() {
            drop_database(maintenance, &name).await;
        }
    }
}
